#include "sim/latency_distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/latency.hpp"

namespace acts::sim {
namespace {

using enum DistributionSpan;
using std::chrono::milliseconds;

struct Given {
  DistributionSpan span;
  Nanos value;
};

DistributionParameters parameters_of(DistributionKind kind, const std::vector<Given>& given,
                                     std::optional<int> shape = {}) {
  DistributionParameters parameters{.kind = kind, .shape = shape};
  for (const Given& of : given) parameters.span(of.span) = Latency::of(of.value).value();
  return parameters;
}

LatencyDistribution made(DistributionKind kind, const std::vector<Given>& given, std::optional<int> shape = {}) {
  return LatencyDistribution::of(parameters_of(kind, given, shape)).value();
}

std::vector<std::int64_t> draws(const LatencyDistribution& distribution, std::size_t count, std::uint64_t seed = 7) {
  SplitMix random(seed);
  std::vector<std::int64_t> drawn(count);
  for (std::int64_t& of : drawn) of = distribution.draw(random).span().count();
  return drawn;
}

const LatencyDistribution kMeasured = made(DistributionKind::kQuantiles, {{kMin, milliseconds{1}},
                                                                          {kP50, milliseconds{5}},
                                                                          {kP90, milliseconds{8}},
                                                                          {kP99, milliseconds{30}},
                                                                          {kMax, milliseconds{200}}});

// By the same generator and the definitions of the distributions, in doubles of another language; exact where no
// logarithm is in it.
TEST(LatencyDistribution, DrawsWhatItsDefinitionSays) {
  struct Case {
    LatencyDistribution distribution;
    std::vector<std::int64_t> expected;
  };
  const std::vector<Case> cases{
      {made(DistributionKind::kUniform, {{kMin, milliseconds{5}}, {kMax, milliseconds{15}}}),
       {8'898'297, 5'167'882, 14'007'607, 10'829'303, 9'524'419, 7'494'315}},
      {made(DistributionKind::kExponential, {{kMin, milliseconds{2}}, {kMean, milliseconds{10}}}),
       {9'536'361, 34'696'587, 2'836'125, 6'317'501, 8'344'767, 13'108'566}},
      {made(DistributionKind::kGamma, {{kMin, milliseconds{2}}, {kMean, milliseconds{10}}}, 3),
       {15'689'691, 9'256'945, 12'351'692, 10'513'395, 2'985'180, 6'930'608}},
      {made(DistributionKind::kNormal,
            {{kMin, milliseconds{1}}, {kMean, milliseconds{10}}, {kStddev, milliseconds{3}}}),
       {13'138'957, 8'467'964, 13'076'919, 12'221'803, 10'778'861, 17'306'624}},
      {made(DistributionKind::kLognormal, {{kMin, milliseconds{2}}, {kP50, milliseconds{8}}, {kP99, milliseconds{60}}}),
       {18'645'549, 5'646'396, 18'313'226, 14'354'283, 9'728'730, 66'517'075}},
      {kMeasured, {4'118'637, 1'134'306, 8'185'944, 5'621'977, 4'619'535, 2'995'452}}};
  for (const Case& of : cases) {
    const std::vector<std::int64_t> drawn = draws(of.distribution, of.expected.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(drawn[i]), static_cast<double>(of.expected[i]), 1.0)
          << of.distribution.text() << " " << i;
    }
  }
}

TEST(LatencyDistribution, HasTheQuantilesThatItWasGiven) {
  constexpr std::size_t kCount = 200'000;
  const auto share_at = [&](const LatencyDistribution& distribution, Nanos at) {
    const std::vector<std::int64_t> drawn = draws(distribution, kCount);
    const auto below = std::ranges::count_if(drawn, [at](std::int64_t of) { return of <= at.count(); });
    return static_cast<double>(below) / kCount;
  };
  EXPECT_NEAR(share_at(kMeasured, milliseconds{5}), 0.5, 0.006);
  EXPECT_NEAR(share_at(kMeasured, milliseconds{8}), 0.9, 0.004);
  EXPECT_NEAR(share_at(kMeasured, milliseconds{30}), 0.99, 0.0012);
  const LatencyDistribution lognormal =
      made(DistributionKind::kLognormal, {{kMin, milliseconds{2}}, {kP50, milliseconds{8}}, {kP99, milliseconds{60}}});
  EXPECT_NEAR(share_at(lognormal, milliseconds{8}), 0.5, 0.006);
  EXPECT_NEAR(share_at(lognormal, milliseconds{60}), 0.99, 0.0012);
}

TEST(LatencyDistribution, StaysWithinItsBounds) {
  const Nanos hour = Latency::kMost;
  for (const LatencyDistribution& wide :
       {made(DistributionKind::kNormal, {{kMin, milliseconds{3}}, {kMean, milliseconds{4}}, {kStddev, hour}}),
        made(DistributionKind::kExponential, {{kMin, milliseconds{3}}, {kMean, hour}}),
        made(DistributionKind::kLognormal, {{kMin, milliseconds{3}}, {kP50, milliseconds{4}}, {kP99, hour}}),
        made(DistributionKind::kGamma, {{kMin, milliseconds{3}}, {kMean, hour}}, LatencyDistribution::kMostShape)}) {
    EXPECT_EQ(wide.least().span(), milliseconds{3});
    const std::vector<std::int64_t> drawn = draws(wide, 20'000);
    EXPECT_GE(*std::ranges::min_element(drawn), Nanos{milliseconds{3}}.count()) << wide.text();
    EXPECT_EQ(*std::ranges::max_element(drawn), hour.count()) << wide.text();
  }
  const std::vector<std::int64_t> drawn =
      draws(made(DistributionKind::kUniform, {{kMin, Nanos{5}}, {kMax, Nanos{7}}}), 1000);
  EXPECT_EQ(*std::ranges::min_element(drawn), 5);
  EXPECT_EQ(*std::ranges::max_element(drawn), 7);
  const LatencyDistribution none = made(DistributionKind::kUniform, {{kMin, Nanos{0}}, {kMax, Nanos{0}}});
  EXPECT_EQ(draws(none, 100), std::vector<std::int64_t>(100, 0));
}

TEST(LatencyDistribution, IsRefusedWithWhatIsMissingOrContradicts) {
  const auto refusal = [](const DistributionParameters& parameters) {
    const auto distribution = LatencyDistribution::of(parameters);
    return distribution ? std::string() : distribution.error().message;
  };
  using enum DistributionKind;
  EXPECT_EQ(refusal({}), "distribution is missing, such as distribution = \"lognormal\"");
  EXPECT_EQ(refusal(parameters_of(kUniform, {{kMin, Nanos{1}}})), "max is missing, which uniform needs");
  EXPECT_EQ(refusal(parameters_of(kUniform, {{kMin, Nanos{2}}, {kMax, Nanos{1}}})),
            "min is 2ns and max 1ns: it is to be as much at least");
  EXPECT_EQ(refusal(parameters_of(kUniform, {{kMin, Nanos{1}}, {kMax, Nanos{2}}, {kP50, Nanos{1}}})),
            "p50 is nothing that uniform has: take it out");
  EXPECT_EQ(refusal(parameters_of(kExponential, {{kMin, Nanos{2}}, {kMean, Nanos{1}}})),
            "min is 2ns and mean 1ns: it is to be as much at least");
  EXPECT_EQ(refusal(parameters_of(kExponential, {{kMean, Nanos{1}}}, 2)),
            "shape is of gamma, not of exponential: take it out");
  EXPECT_EQ(refusal(parameters_of(kGamma, {{kMean, Nanos{1}}})), "shape is missing, which gamma needs");
  EXPECT_EQ(refusal(parameters_of(kGamma, {{kMean, Nanos{1}}}, 17)), "shape is 17: from 1 to 16");
  EXPECT_EQ(refusal(parameters_of(kLognormal, {{kP50, Nanos{4}}, {kP99, Nanos{4}}})),
            "p50 is 4ns and p99 4ns: it is to be more");
  EXPECT_EQ(refusal(parameters_of(kLognormal, {{kMin, Nanos{4}}, {kP50, Nanos{4}}, {kP99, Nanos{5}}})),
            "min is 4ns and p50 4ns: it is to be more");
  EXPECT_EQ(
      refusal(parameters_of(kQuantiles, {{kMin, Nanos{1}}, {kP90, Nanos{9}}, {kP95, Nanos{8}}, {kMax, Nanos{9}}})),
      "p90 is 9ns and p95 8ns: it is to be as much at least");
  EXPECT_EQ(parse_distribution_kind("lognormale").error().message,
            "'lognormale' is no distribution: did you mean 'lognormal'?");
}

TEST(LatencyDistribution, SaysWhatItIs) {
  EXPECT_EQ(kMeasured.text(), "quantiles(min 1ms, p50 5ms, p90 8ms, p99 30ms, max 200ms)");
  EXPECT_EQ(made(DistributionKind::kGamma, {{kMean, milliseconds{10}}}, 2).text(), "gamma(min 0s, mean 10ms, shape 2)");
}

// Sums of a hundred thousand, as two compilers gave them with several flags: what a seed means must not change.
TEST(LatencyDistribution, DrawsTheSameWithEveryCompiler) {
  struct Case {
    LatencyDistribution distribution;
    std::uint64_t sum;
  };
  const std::vector<Case> cases{
      {made(DistributionKind::kLognormal, {{kP50, milliseconds{8}}, {kP99, milliseconds{60}}}), 0xc0f93ea7964563e3U},
      {made(DistributionKind::kNormal, {{kMean, milliseconds{8}}, {kStddev, milliseconds{3}}}), 0xf4b4db2efb5a0f9dU},
      {made(DistributionKind::kGamma, {{kMean, milliseconds{8}}}, 3), 0x291ff5bdd6968e57U},
      {made(DistributionKind::kUniform, {{kMin, milliseconds{1}}, {kMax, milliseconds{8}}}), 0x1f00e1485d02340eU},
      {made(DistributionKind::kQuantiles,
            {{kMin, milliseconds{1}}, {kP50, milliseconds{4}}, {kP99, milliseconds{9}}, {kMax, milliseconds{80}}}),
       0xa3cafa9cd0afd65bU}};
  for (const Case& of : cases) {
    std::uint64_t sum = 1469598103934665603U;  // FNV-1a, of whole numbers
    for (const std::int64_t drawn : draws(of.distribution, 100'000, 42)) {
      sum = (sum ^ static_cast<std::uint64_t>(drawn)) * 1099511628211U;
    }
    EXPECT_EQ(sum, of.sum) << of.distribution.text();
  }
}

// Whatever is given, of all sizes: refused in one line, or what is drawn lies within its bounds.
TEST(LatencyDistribution, AnyParametersAreRefusedOrDrawnFrom) {
  SplitMix random(9);
  const auto below = [&random](std::uint64_t bound) { return random.next() % bound; };
  std::size_t taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    DistributionParameters parameters{.kind = static_cast<DistributionKind>(below(6))};
    const std::uint64_t most = std::uint64_t{1} << below(42);
    for (std::optional<Latency>& span : parameters.spans) {
      if (below(3) == 0) continue;
      const auto nanos = static_cast<std::int64_t>(below(most));
      span = Latency::of(std::min(Nanos{nanos}, Latency::kMost)).value();
    }
    if (*parameters.kind != DistributionKind::kQuantiles) {  // else there is nearly always something too much
      for (std::size_t i = 0; i < parameters.spans.size(); ++i) {
        const auto span = static_cast<DistributionSpan>(i);
        const bool is_main = span == kMin || span == kMax || span == kMean || span == kStddev;
        const bool is_lognormal = *parameters.kind == DistributionKind::kLognormal;
        if (is_lognormal ? (span != kP50 && span != kP99) : !is_main) parameters.spans[i].reset();
      }
    } else {
      parameters.span(kMean).reset();
      parameters.span(kStddev).reset();
      std::vector<Latency> sorted;
      for (const auto& span : parameters.spans) {
        if (span) sorted.push_back(*span);
      }
      std::ranges::sort(sorted);
      for (auto& span : parameters.spans) {
        if (!span) continue;
        span = sorted.front();
        sorted.erase(sorted.begin());
      }
    }
    if (*parameters.kind == DistributionKind::kUniform)
      parameters.span(kMean) = parameters.span(kStddev) = std::nullopt;
    if (*parameters.kind == DistributionKind::kGamma) parameters.shape = static_cast<int>(below(18));
    const auto distribution = LatencyDistribution::of(parameters);
    if (!distribution) {
      EXPECT_FALSE(distribution.error().message.contains('\n'));
      continue;
    }
    ++taken;
    for (int i = 0; i < 50; ++i) {
      const Latency drawn = distribution->draw(random);
      ASSERT_TRUE(drawn >= distribution->least() && drawn.span() <= Latency::kMost) << distribution->text();
      if (const auto& most_given = parameters.span(kMax)) {
        ASSERT_LE(drawn, *most_given) << distribution->text();
      }
    }
  }
  EXPECT_GT(taken, 3'000U);
}

// Requests and answers draw from sequences of their own, as each instrument does; a copy goes on by itself.
TEST(LatencyModel, DrawsEachWayFromASequenceOfItsOwn) {
  const auto model_of = [](std::uint64_t seed) { return LatencyModel::drawn(kMeasured, kMeasured, seed); };
  LatencyModel first = model_of(1);
  LatencyModel second = model_of(1);
  std::vector<Nanos> entries;
  std::vector<Nanos> responses;
  for (int i = 0; i < 100; ++i) entries.push_back(first.entry({1}).latency.span());
  for (int i = 0; i < 100; ++i) responses.push_back(first.response({1}).span());
  for (std::size_t i = 0; i < 100; ++i) {  // in turns: the same
    EXPECT_EQ(second.response({1}).span(), responses[i]);
    EXPECT_EQ(second.entry({1}).latency.span(), entries[i]);
  }
  EXPECT_NE(entries, responses);
  EXPECT_EQ(first.least_response().span(), milliseconds{1});
  LatencyModel copy = first;
  EXPECT_EQ(copy.entry({1}).latency, first.entry({1}).latency);
  second.use_stream(0);
  EXPECT_EQ(second.entry({1}).latency.span(), entries[0]);
  second.use_stream(1);
  EXPECT_NE(second.entry({1}).latency.span(), entries[0]);
  EXPECT_NE(model_of(2).entry({1}).latency.span(), entries[0]);
}

}  // namespace
}  // namespace acts::sim
