#include "sim/latency_distribution.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "acts/base/assert.hpp"
#include "acts/base/nearest_name.hpp"

#include "sim/fixed_math.hpp"

namespace acts::sim {
namespace {

using enum DistributionSpan;

constexpr std::array<std::string_view, 6> kDistributionKinds{"uniform", "exponential", "gamma",
                                                             "normal",  "lognormal",   "quantiles"};

// By kDistributionSpans, from min to max: of a thousand so many are not above it.
constexpr std::array<std::uint32_t, 10> kShares{0, 100, 250, 500, 750, 900, 950, 990, 999, 1000};

// The normal distribution's 0.99 quantile, 2.32634787404..., x 2^kNormalBits.
constexpr std::int64_t kNormal99 = 624'474'252;

struct Needs {
  std::vector<DistributionSpan> needed;
  std::vector<DistributionSpan> possible;
};
Needs needs_of(DistributionKind kind) {
  switch (kind) {
    case DistributionKind::kUniform: return {{kMin, kMax}, {}};
    case DistributionKind::kExponential:
    case DistributionKind::kGamma: return {{kMean}, {kMin}};
    case DistributionKind::kNormal: return {{kMean, kStddev}, {kMin}};
    case DistributionKind::kLognormal: return {{kP50, kP99}, {kMin}};
    case DistributionKind::kQuantiles: return {{kMin, kMax}, {kP10, kP25, kP50, kP75, kP90, kP95, kP99, kP999}};
  }
  return {};
}

std::string_view name_of(DistributionSpan span) { return kDistributionSpans.at(static_cast<std::size_t>(span)); }

Result<void> check_given(const DistributionParameters& parameters) {
  const DistributionKind kind = *parameters.kind;
  const Needs needs = needs_of(kind);
  for (const DistributionSpan span : needs.needed) {
    if (parameters.span(span)) continue;
    return fail(ErrorCode::kUsage, fmt::format("{} is missing, which {} needs", name_of(span), to_string(kind)));
  }
  for (std::size_t i = 0; i < kDistributionSpans.size(); ++i) {
    const auto span = static_cast<DistributionSpan>(i);
    const auto has = [span](const std::vector<DistributionSpan>& of) {
      return std::ranges::find(of, span) != of.end();
    };
    if (!parameters.spans[i] || has(needs.needed) || has(needs.possible)) continue;
    return fail(ErrorCode::kUsage,
                fmt::format("{} is nothing that {} has: take it out", name_of(span), to_string(kind)));
  }
  if ((kind == DistributionKind::kGamma) == parameters.shape.has_value()) return {};
  return fail(ErrorCode::kUsage, parameters.shape
                                     ? fmt::format("shape is of gamma, not of {}: take it out", to_string(kind))
                                     : std::string("shape is missing, which gamma needs"));
}

// Those of `order` that are given do not go back; `is_strict`: they go up.
Result<void> check_order(const DistributionParameters& parameters, std::span<const DistributionSpan> order,
                         bool is_strict) {
  std::optional<DistributionSpan> before;
  for (const DistributionSpan span : order) {
    if (!parameters.span(span)) continue;
    const bool fits = !before || *parameters.span(*before) < *parameters.span(span) ||
                      (!is_strict && *parameters.span(*before) == *parameters.span(span));
    if (!fits) {
      return fail(ErrorCode::kUsage,
                  fmt::format("{} is {} and {} {}: it is to be {}", name_of(*before),
                              acts::to_string(parameters.span(*before)->span()), name_of(span),
                              acts::to_string(parameters.span(span)->span()), is_strict ? "more" : "as much at least"));
    }
    before = span;
  }
  return {};
}

}  // namespace

std::string_view to_string(DistributionKind kind) noexcept {
  return kDistributionKinds[static_cast<std::size_t>(kind)];
}

Result<DistributionKind> parse_distribution_kind(std::string_view text) {
  const auto found = std::ranges::find(kDistributionKinds, text);
  if (found != kDistributionKinds.end()) return static_cast<DistributionKind>(found - kDistributionKinds.begin());
  const std::string_view near = nearest_name(text, kDistributionKinds);
  return fail(ErrorCode::kUsage,
              near.empty() ? fmt::format("'{}' is no distribution: {}", text, fmt::join(kDistributionKinds, ", "))
                           : fmt::format("'{}' is no distribution: did you mean '{}'?", text, near));
}

Result<LatencyDistribution> LatencyDistribution::of(const DistributionParameters& parameters) {
  if (!parameters.kind) {
    return fail(ErrorCode::kUsage, "distribution is missing, such as distribution = \"lognormal\"");
  }
  if (Result<void> given = check_given(parameters); !given) return std::unexpected(given.error());
  DistributionParameters whole = parameters;
  if (!whole.span(kMin)) whole.span(kMin) = Latency();
  if (whole.shape && (*whole.shape < 1 || *whole.shape > kMostShape)) {
    return fail(ErrorCode::kUsage, fmt::format("shape is {}: from 1 to {}", *whole.shape, kMostShape));
  }
  constexpr std::array<DistributionSpan, 10> kAscending{kMin, kP10, kP25, kP50, kP75, kP90, kP95, kP99, kP999, kMax};
  constexpr std::array<DistributionSpan, 2> kToMean{kMin, kMean};
  const bool is_lognormal = *whole.kind == DistributionKind::kLognormal;
  if (Result<void> fits = check_order(whole, kAscending, is_lognormal); !fits) return std::unexpected(fits.error());
  if (Result<void> fits = check_order(whole, kToMean, false); !fits) return std::unexpected(fits.error());
  return LatencyDistribution(whole);
}

LatencyDistribution::LatencyDistribution(const DistributionParameters& parameters)
    : parameters_(parameters), least_(*parameters.span(kMin)) {
  if (*parameters_.kind == DistributionKind::kLognormal) {
    const auto above_min = [this](DistributionSpan of) {
      return log2_fixed(static_cast<std::uint64_t>(nanos(of) - nanos(kMin)));
    };
    log_of_spread_ = above_min(kP99) - above_min(kP50);
  }
  if (*parameters_.kind != DistributionKind::kQuantiles) return;
  for (std::size_t i = 0; i < kShares.size(); ++i) {
    if (!parameters_.spans[i]) continue;
    points_.push_back({(uint128{kShares[i]} << 64U) / 1000, parameters_.spans[i]->span().count()});
  }
}

std::int64_t LatencyDistribution::nanos(DistributionSpan of) const { return parameters_.span(of)->span().count(); }

std::int64_t LatencyDistribution::quantile(std::uint64_t share) const {
  const auto above = std::ranges::upper_bound(points_, uint128{share}, {}, &Point::share);
  ACTS_ASSERT(above != points_.begin() && above != points_.end());  // the first is at 0, the last at 2^64
  const Point& below = above[-1];
  const uint128 part = uint128{share} - below.share;
  const uint128 rise = static_cast<uint128>(above->at - below.at);
  return below.at + static_cast<std::int64_t>(rise * part / (above->share - below.share));
}

std::int64_t LatencyDistribution::drawn(SplitMix& random) const {
  const std::int64_t least = nanos(kMin);
  switch (*parameters_.kind) {
    case DistributionKind::kUniform: {
      const uint128 count = static_cast<uint128>(nanos(kMax) - least) + 1;
      return least + static_cast<std::int64_t>(count * random.next() >> 64U);
    }
    case DistributionKind::kExponential:
    case DistributionKind::kGamma: {
      const int shape = parameters_.shape.value_or(1);
      uint128 sum = 0;
      for (int i = 0; i < shape; ++i) sum += draw_exponential(random);
      const uint128 above = static_cast<uint128>(nanos(kMean) - least) * sum / static_cast<unsigned>(shape);
      return least + static_cast<std::int64_t>(above >> unsigned{kLogBits});
    }
    case DistributionKind::kNormal:
      return nanos(kMean) + static_cast<std::int64_t>((int128{nanos(kStddev)} * draw_normal(random)) >> kNormalBits);
    case DistributionKind::kLognormal: {
      const auto exponent = static_cast<std::int64_t>(int128{log_of_spread_} * draw_normal(random) / kNormal99);
      const auto median = static_cast<std::uint64_t>(nanos(kP50) - least);
      const auto most = static_cast<std::uint64_t>(Latency::kMost.count());
      return least + static_cast<std::int64_t>(times_power_of_two(median, exponent, most));
    }
    case DistributionKind::kQuantiles: return quantile(random.next());
  }
  return least;
}

Latency LatencyDistribution::draw(SplitMix& random) const {
  const std::int64_t bounded = std::clamp(drawn(random), least_.span().count(), Latency::kMost.count());
  const Result<Latency> latency = Latency::of(Nanos{bounded});
  ACTS_ASSERT(latency.has_value());  // between two that are
  return *latency;
}

std::string LatencyDistribution::text() const {
  std::string out;
  for (std::size_t i = 0; i < kDistributionSpans.size(); ++i) {
    if (!parameters_.spans[i]) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", kDistributionSpans[i],
                       acts::to_string(parameters_.spans[i]->span()));
  }
  if (parameters_.shape) out += fmt::format(", shape {}", *parameters_.shape);
  return fmt::format("{}({})", to_string(*parameters_.kind), out);
}

}  // namespace acts::sim
