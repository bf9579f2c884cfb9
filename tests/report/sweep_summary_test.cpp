#include "report/sweep/sweep_summary.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "report/run/run_builder.hpp"
#include "report/sheet/figures.hpp"
#include "report/sheet/sheet.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Nanos kDay = hours{24};
constexpr UnixNanos kBegin{1'609'459'200'000'000'000};  // 2021-01-01

// Equity whose returns by day are these.
RunCloses::Chosen equity_of(const std::vector<double>& returns) {
  RunCloses::Chosen chosen{.period = kDay};
  double equity = 1000;
  chosen.closes.times.push_back(kBegin);
  chosen.closes.values.push_back(equity);
  for (const double r : returns) {
    equity *= 1 + r;
    chosen.closes.times.push_back(chosen.closes.times.back() + kDay);
    chosen.closes.values.push_back(equity);
  }
  return chosen;
}

ParameterTexts parameters_of(std::size_t number) { return {{"fast", fmt::format("{}", number * 10)}}; }

NamedFigure objective(std::string_view name) { return *parse_objective(name); }

// The same samples through a tear sheet: one convention.
TEST(SetFigures, AreThoseOfTheTearSheet) {
  std::mt19937_64 random(11);
  for (const Nanos step : {Nanos{hours{7}}, Nanos{std::chrono::minutes{3}}, Nanos{std::chrono::seconds{9}}}) {
    RunBuilder builder("x", {}, {});
    RunCloses closes;
    for (int i = 0; i < 150; ++i) {
      const Decimal equity{100'000 + static_cast<std::int64_t>(random() % 3000), 2};
      const UnixNanos time = kBegin + Nanos{step.count() * i + 12'345};
      ASSERT_TRUE(
          builder.add(EquityRow{.time = time, .instrument = "A", .cash = equity, .equity = equity}).has_value());
      closes.add(time, static_cast<double>(equity.units) / 100);
    }
    RunReport run = builder.finish().value();
    const RunCloses::Chosen chosen = closes.closes();
    ASSERT_EQ(chosen.period, run.period);
    run.risk_free_rate = 0.03;
    const SetFigures figures = set_figures(chosen.closes, chosen.period, 0.03);
    for (const FigureGroup& group : figures_of(run, nullptr)) {
      for (const Figure& figure : group.figures) {
        const std::string name = group.key == "drawdown" && figure.key == "max_drawdown" ? "drawdown" : figure.key;
        const auto found = std::ranges::find(kSetFigures, std::string_view(name), &NamedFigure::name);
        if (found == kSetFigures.end() || (group.key != "returns" && group.key != "drawdown")) continue;
        EXPECT_EQ(figures.*(found->value), figure.number) << name;
      }
    }
    EXPECT_TRUE(figures.sharpe.has_value());
  }
}

TEST(SweepJudge, ChoosesTheBestByItsObjective) {
  SweepJudge judge(objective("total_return"));
  judge.add(2, equity_of({0.01, 0.02, 0.01, 0.02}));
  judge.add(5, equity_of({0.5, -0.2, 0.1, 0.1}));
  judge.add(6, equity_of({0, 0, 0, 0}));
  const SweepSummary summary = judge.summary(std::nullopt, parameters_of);
  EXPECT_EQ(summary.best, 5U);
  EXPECT_EQ(summary.parameters, (ParameterTexts{{"fast", "50"}}));
  EXPECT_NEAR(*summary.best_value, 1.5 * 0.8 * 1.1 * 1.1 - 1, 1e-12);
  EXPECT_TRUE(summary.deflated_sharpe.has_value());
  EXPECT_EQ(summary.overfitting, std::nullopt);
  EXPECT_THAT(summary.notes, ::testing::ElementsAre(HasSubstr("no probability of overfitting")));

  SweepJudge by_ratio(objective("sharpe"));
  by_ratio.add(2, equity_of({0.01, 0.02, 0.01, 0.02}));
  by_ratio.add(5, equity_of({0.5, -0.2, 0.1, 0.1}));
  EXPECT_EQ(by_ratio.summary(std::nullopt, parameters_of).best, 2U);
}

// Of chance alone the best means little; of one set with merit it means much.
TEST(SweepJudge, TellsLuckFromMerit) {
  for (const bool has_merit : {false, true}) {
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal(0, 0.01);
    SweepJudge judge(objective("sharpe"));
    for (std::size_t set = 1; set <= 40; ++set) {
      std::vector<double> returns(400);
      for (double& r : returns) r = normal(random) + (has_merit && set == 17 ? 0.003 : 0);
      judge.add(set, equity_of(returns));
    }
    const SweepSummary summary = judge.summary(std::nullopt, parameters_of);
    EXPECT_EQ(summary.blocks, 16U);
    EXPECT_EQ(summary.best == 17, has_merit);
    EXPECT_EQ(*summary.deflated_sharpe > 0.95, has_merit) << *summary.deflated_sharpe;
    EXPECT_EQ(*summary.overfitting < 0.05, has_merit) << *summary.overfitting;
  }
}

// Train 3 days, leave one out for the purge of an hour and one for the embargo, test 2.
TEST(SweepJudge, WalksForward) {
  SweepJudge judge(objective("total_return"));
  judge.add(1, equity_of({0.1, 0.1, 0.1, 9, 9, 0.01, 0.02, 0, 0, 0.03, 0.04}));
  judge.add(2, equity_of({0, 0, 0, 9, 9, 0.5, 0.5, 0.5, 0.5, 0.05, 0.06}));
  const SweepSummary summary = judge.summary(
      WalkForwardSpans{.train = kDay * 3, .test = kDay * 2, .purge = hours{1}, .embargo = hours{24}}, parameters_of);
  ASSERT_EQ(summary.folds.size(), 3U);
  EXPECT_EQ(summary.folds[0].set, 1U);
  EXPECT_EQ(summary.folds[0].train_from, kBegin);
  EXPECT_EQ(summary.folds[0].train_to, kBegin + kDay * 3);
  EXPECT_EQ(summary.folds[0].test_from, kBegin + kDay * 5);
  EXPECT_EQ(summary.folds[0].test_to, kBegin + kDay * 7);
  EXPECT_NEAR(*summary.folds[0].trained, 1.1 * 1.1 * 1.1 - 1, 1e-12);
  EXPECT_NEAR(*summary.folds[0].test_return, 1.01 * 1.02 - 1, 1e-12);
  // Days 2 to 4: the ninefold days of both, with 0.1 before them in set 1.
  EXPECT_EQ(summary.folds[1].set, 1U);
  EXPECT_EQ(summary.folds[2].set, 2U);
  EXPECT_EQ(summary.folds[2].parameters, (ParameterTexts{{"fast", "20"}}));
  EXPECT_EQ(summary.out_of_sample.times.front(), kBegin + kDay * 5);
  EXPECT_EQ(summary.out_of_sample.times.size(), 7U);
  EXPECT_NEAR(summary.out_of_sample.values.back(), 1.01 * 1.02 * 1 * 1 * 1.05 * 1.06, 1e-12);
  EXPECT_NEAR(*summary.out_of_sample_figures.total_return, summary.out_of_sample.values.back() - 1, 1e-12);
}

// A set without risk has the highest ratio until what it earns is free.
TEST(SweepJudge, HoldsSetsAgainstARiskFreeRate) {
  const std::vector<double> steady{0.0010, 0.0011, 0.0010, 0.0011, 0.0010, 0.0011, 0.0010, 0.0011};
  const std::vector<double> wild{0.03, -0.01, 0.02, 0.01, -0.01, 0.04, 0.01, -0.02};
  constexpr double kRate = 0.5;  // 0.00111 a day
  const auto judged = [&](double rate) {
    SweepJudge judge(objective("sharpe"), rate);
    judge.add(1, equity_of(steady));
    judge.add(2, equity_of(wild));
    return judge.summary(WalkForwardSpans{.train = kDay * 4, .test = kDay * 2}, parameters_of);
  };
  EXPECT_EQ(judged(0).best, 1U);
  const SweepSummary summary = judged(kRate);
  EXPECT_EQ(summary.best, 2U);
  EXPECT_EQ(summary.risk_free_rate, kRate);
  EXPECT_EQ(summary.best_sharpe, summary.best_value);
  EXPECT_EQ(summary.best_sharpe, set_figures(equity_of(wild).closes, kDay, kRate).sharpe);
  const double risk_free = std::pow(1 + kRate, 1.0 / 365) - 1;
  std::vector<double> sharpes;
  for (const std::vector<double>& set : {steady, wild}) sharpes.push_back(sharpe(excess_of(set, risk_free), 1).value());
  EXPECT_NEAR(*summary.deflated_sharpe, deflated_sharpe(excess_of(wild, risk_free), sharpes, sharpes.size()).value(),
              1e-9);
  EXPECT_GT(std::abs(*summary.deflated_sharpe - deflated_sharpe(wild, sharpes, sharpes.size()).value()), 1e-4);
  ASSERT_TRUE(summary.overfitting.has_value());
  // Equity of the tests is of returns as they are.
  ASSERT_EQ(summary.folds.size(), 2U);
  EXPECT_EQ(summary.folds[0].set, 2U);
  EXPECT_NEAR(summary.out_of_sample.values.back(), 0.99 * 1.04 * 1.01 * 0.98, 1e-12);
  const SweepSummary back = parse_sweep_summary(to_json(summary)).value();
  EXPECT_EQ(back.risk_free_rate, kRate);
  EXPECT_THAT(to_text(back), HasSubstr(", risk-free rate 0.5 a year, (1 + 0.5)^(1 / 365) - 1 a day\nwalk-forward"));
}

TEST(SweepJudge, SaysWhatItLacks) {
  SweepJudge short_one(objective("sharpe"));
  short_one.add(1, equity_of({0.1, 0.2, 0.1}));
  const SweepSummary summary = short_one.summary(WalkForwardSpans{.train = kDay * 30, .test = kDay * 7}, parameters_of);
  EXPECT_TRUE(summary.folds.empty());
  EXPECT_EQ(summary.notes.back(),
            "no walk-forward: training, what is left out and a test are 37 returns by day, and there are 3");

  SweepJudge nothing(objective("sharpe"));
  RunCloses::Chosen bankrupt = equity_of({0.1, 0.1});
  bankrupt.closes.values = {0, -5, 3};
  nothing.add(1, bankrupt);
  EXPECT_THAT(nothing.summary(std::nullopt, parameters_of).notes,
              ::testing::ElementsAre(HasSubstr("say with --capital")));

  SweepJudge large(objective("sharpe"), 0, 10);
  for (std::size_t set = 1; set < 9; ++set) large.add(set, equity_of({0.1, 0.2, 0.1}));
  const SweepSummary none = large.summary(std::nullopt, parameters_of);
  EXPECT_EQ(none.sets, 8U);
  EXPECT_EQ(none.best, 0U);
  EXPECT_THAT(none.notes, ::testing::ElementsAre(HasSubstr("more than 10 returns")));
}

TEST(SweepJudge, LeavesOutSetsOfOtherTimes) {
  SweepJudge judge(objective("sharpe"));
  judge.add(1, equity_of({0.1, 0.2, 0.1}));
  judge.add(2, equity_of({0.1, 0.2}));
  judge.add(3, equity_of({0.1, 0.3, 0.1}));
  const SweepSummary summary = judge.summary(std::nullopt, parameters_of);
  EXPECT_EQ(summary.sets, 3U);
  EXPECT_EQ(summary.judged, 2U);
}

// Equity that falls to nothing at the end of the return `ruin`, and goes on below.
RunCloses::Chosen ruined_at(std::size_t ruin, std::vector<double> returns) {
  RunCloses::Chosen chosen = equity_of(returns);
  for (std::size_t i = ruin; i < chosen.closes.values.size(); ++i) chosen.closes.values[i] = -5;
  return chosen;
}

// The most daring set is the best of any half without its ruin, and the worst of any half with it.
TEST(SweepJudge, CountsSetsThatLostAllAmongThoseThatWereTried) {
  const std::vector<double> calm{0.01, -0.01, 0.02, -0.01, 0.01, -0.01, 0.02, -0.01};
  const std::vector<double> worse{0.01, -0.02, 0.02, -0.02, 0.01, -0.02, 0.02, -0.02};
  const std::vector<double> daring{0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0, 0};
  const auto judged = [&](bool has_ruined, std::size_t at) {
    SweepJudge judge(objective("sharpe"));
    for (std::size_t number = 1; number <= 4; ++number) {
      if (number == at && has_ruined) judge.add(number, ruined_at(7, daring));
      if (number != at) judge.add(number, equity_of(number == (at == 1 ? 2U : 1U) ? calm : worse));
    }
    return judge.summary(std::nullopt, parameters_of);
  };
  EXPECT_EQ(*judged(false, 3).overfitting, 0) << "of the others the calm one is the best in each half";
  for (const std::size_t at : {1U, 2U, 3U, 4U}) {
    const SweepSummary summary = judged(true, at);
    EXPECT_EQ(summary.sets, 4U);
    EXPECT_EQ(summary.judged, 3U);
    EXPECT_NE(summary.best, at) << "it has no figures";
    EXPECT_EQ(summary.blocks, 4U);
    EXPECT_EQ(*summary.overfitting, 0.5) << "of the six halves three are without its ruin, wherever it stands";
  }
}

TEST(SweepJudge, CountsSetsThatEndedEarlyAmongThoseThatWereTried) {
  const std::vector<double> calm{0.01, -0.01, 0.02, -0.01, 0.01, -0.01, 0.02, -0.01};
  const std::vector<double> worse{0.01, -0.02, 0.02, -0.02, 0.01, -0.02, 0.02, -0.02};
  const auto overfitting = [&](const std::vector<double>& third) {
    SweepJudge judge(objective("sharpe"));
    judge.add(1, equity_of(calm));
    judge.add(2, equity_of(worse));
    judge.add(3, equity_of(third));
    return judge.summary(std::nullopt, parameters_of).overfitting;
  };
  EXPECT_EQ(overfitting({0.3, 0.2}), overfitting({0.3, 0.2, 0, 0, 0, 0, 0, 0}));
  EXPECT_NE(overfitting({0.3, 0.2}), 0);
}

RunCloses::Chosen cut_to(RunCloses::Chosen chosen, std::size_t returns) {
  chosen.closes.times.resize(std::min(chosen.closes.times.size(), returns + 1));
  chosen.closes.values.resize(chosen.closes.times.size());
  return chosen;
}

// Sets are ruined, or end, at any time: what is behind a test changes neither what was chosen for it nor what it came
// to.
TEST(SweepJudge, WalksForwardWithoutKnowingWhatComes) {
  std::mt19937_64 random(5);
  const WalkForwardSpans spans{.train = kDay * 4, .test = kDay * 2, .purge = kDay};
  std::size_t compared = 0;
  std::size_t ruined = 0;
  for (int round = 0; round < 200; ++round) {
    constexpr std::size_t kReturns = 25;
    std::vector<RunCloses::Chosen> sets;
    for (int set = 0; set < 5; ++set) {
      std::vector<double> returns(kReturns);
      for (double& r : returns) r = 0.001 * (static_cast<double>(random() % 400) - 180);
      const std::size_t end = 1 + random() % (2 * kReturns);
      sets.push_back(random() % 3 == 0 ? cut_to(equity_of(returns), end) : ruined_at(end, returns));
    }
    const auto walked = [&](std::size_t returns) {
      SweepJudge judge(objective("total_return"));
      for (std::size_t set = 0; set < sets.size(); ++set) judge.add(set + 1, cut_to(sets[set], returns));
      return judge.summary(spans, parameters_of);
    };
    const SweepSummary whole = walked(kReturns);
    if (whole.returns != kReturns) continue;  // all have ended before
    ruined += whole.ruined;
    for (std::size_t returns = 7; returns < kReturns; ++returns) {
      const SweepSummary part = walked(returns);
      if (part.returns != returns) continue;
      ASSERT_LE(part.folds.size(), whole.folds.size());
      for (std::size_t i = 0; i < part.folds.size(); ++i, ++compared) {
        const SweepFold& fold = part.folds[i];
        ASSERT_EQ(fold.set, whole.folds[i].set) << "round " << round << ", " << returns << " returns, test " << i;
        ASSERT_EQ(fold.test_to, whole.folds[i].test_to);
        ASSERT_EQ(fold.trained, whole.folds[i].trained);
        ASSERT_EQ(fold.tested, whole.folds[i].tested);
        ASSERT_EQ(fold.test_return, whole.folds[i].test_return);
      }
      const Closes& out_of_sample = part.out_of_sample;
      ASSERT_TRUE(std::ranges::equal(out_of_sample.values,
                                     std::span(whole.out_of_sample.values).first(out_of_sample.values.size())));
    }
  }
  EXPECT_GT(compared, 5000U);
  EXPECT_GT(ruined, 200U);
}

TEST(SweepJudge, EndsTheWalkWhereTheChosenSetLosesAll) {
  SweepJudge judge(objective("total_return"));
  judge.add(1, equity_of({0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01}));
  judge.add(2, ruined_at(5, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}));
  const SweepSummary summary = judge.summary(WalkForwardSpans{.train = kDay * 3, .test = kDay * 2}, parameters_of);
  ASSERT_EQ(summary.folds.size(), 1U);
  EXPECT_EQ(summary.folds[0].set, 2U) << "nobody could know";
  EXPECT_LT(*summary.folds[0].test_return, -1);
  ASSERT_EQ(summary.out_of_sample.values.size(), 3U);
  EXPECT_LT(summary.out_of_sample.values.back(), 0);
  EXPECT_THAT(summary.notes, ::testing::Contains(
                                 HasSubstr("ends at 2021-01-06T00:00:00.000Z: set 2, chosen for that test, lost all")));
  EXPECT_EQ(summary.ruined, 1U);
  EXPECT_THAT(to_text(summary), HasSubstr("1 of 2 sets lost all they had"));
}

// Without --capital equity begins at nothing: that no set has returns is why, and none has lost anything.
TEST(SweepJudge, CallsNoSetRuinedThatBeganWithNothing) {
  SweepJudge judge(objective("total_return"));
  for (std::size_t number = 1; number <= 3; ++number) {
    RunCloses::Chosen set = equity_of({0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
    for (double& equity : set.closes.values) equity -= 1000;
    judge.add(number, set);
  }
  const SweepSummary summary = judge.summary(WalkForwardSpans{.train = kDay * 3, .test = kDay * 2}, parameters_of);
  EXPECT_EQ(summary.ruined, 0U);
  EXPECT_TRUE(summary.folds.empty());
  EXPECT_THAT(summary.notes, ::testing::ElementsAre(HasSubstr("say with --capital")));
  EXPECT_THAT(to_text(summary), Not(HasSubstr("lost all")));
}

TEST(SweepJudge, EndsTheWalkWhereTheChosenSetLosesAllBeforeItsTest) {
  SweepJudge judge(objective("total_return"));
  judge.add(1, equity_of({0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01}));
  // The best of the second training alone, days 3 to 5; the second test begins with day 8.
  judge.add(2, ruined_at(7, {-0.1, -0.1, -0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9}));
  const SweepSummary summary =
      judge.summary(WalkForwardSpans{.train = kDay * 3, .test = kDay * 2, .purge = kDay * 2}, parameters_of);
  ASSERT_EQ(summary.folds.size(), 1U);
  EXPECT_EQ(summary.folds[0].set, 1U);
  EXPECT_THAT(summary.notes,
              ::testing::Contains(HasSubstr("ends at 2021-01-08T00:00:00.000Z: set 2, chosen for the ")));
}

TEST(SweepJudge, WalksAsFarAsASetIsLeft) {
  const auto walked = [](std::size_t ruin) {
    SweepJudge judge(objective("total_return"));
    judge.add(1, ruined_at(ruin, {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}));
    judge.add(2, ruined_at(2, {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}));
    return judge.summary(WalkForwardSpans{.train = kDay * 3, .test = kDay * 2, .purge = kDay}, parameters_of);
  };
  const SweepSummary one = walked(5);
  EXPECT_EQ(one.judged, 0U);
  ASSERT_EQ(one.folds.size(), 1U) << "it has gone on when the test begins, and not at the end of the next training";
  EXPECT_EQ(one.folds[0].set, 1U);
  EXPECT_THAT(one.notes, ::testing::Contains(HasSubstr("no test from 2021-01-07T00:00:00.000Z on")));
  EXPECT_TRUE(walked(3).folds.empty());
}

// Without them the best would be held against too narrow a field.
TEST(SweepJudge, TakesTheSpreadOfAllTriesForTheDeflatedRatio) {
  const std::vector<double> calm{0.01, -0.01, 0.02, -0.01, 0.01, -0.01, 0.02, -0.01};
  const std::vector<double> worse{0.01, -0.02, 0.02, -0.02, 0.01, -0.02, 0.02, -0.02};
  SweepJudge judge(objective("sharpe"));
  judge.add(1, equity_of(calm));
  judge.add(2, ruined_at(8, worse));
  judge.add(3, equity_of(worse));
  const RunCloses::Chosen ruined = ruined_at(3, worse);
  judge.add(4, ruined);
  std::vector<double> sharpes;
  for (const auto& closes : {equity_of(calm), ruined_at(8, worse), equity_of(worse), ruined}) {
    sharpes.push_back(*sharpe(returns_until_ruin(std::span(closes.closes.values), calm.size()), 1));
  }
  const RunCloses::Chosen first = equity_of(calm);
  const std::vector<double> best = returns_of(std::span(first.closes.values));
  EXPECT_EQ(judge.summary(std::nullopt, parameters_of).deflated_sharpe, deflated_sharpe(best, sharpes, 4));
}

TEST(SweepSummary, ComesBackFromItsJson) {
  SweepJudge judge(objective("calmar"));
  judge.add(1, equity_of({0.1, 0.1, -0.1, 0.2, 0.1, 0.01, -0.02, 0, 0}));
  judge.add(2, equity_of({0, 0, 0, 0.1, 0.3, -0.5, 0.5, 0.5, 0.5}));
  SweepSummary summary = judge.summary(WalkForwardSpans{.train = kDay * 3, .test = kDay * 2}, parameters_of);
  summary.run = R"({"id":"0123","data":[{"file":"a.gz","sha256":"ab"}],"gap_minutes":0.5})";
  summary.table_sha256 = "cd";
  const std::string json = to_json(summary);
  const Result<SweepSummary> back = parse_sweep_summary(json);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(to_json(*back), json);
  EXPECT_EQ(back->folds.size(), 3U);
  EXPECT_EQ(back->run, summary.run);
  EXPECT_EQ(back->table_sha256, "cd");
  EXPECT_THAT(to_text(*back), HasSubstr("walk-forward of 3 tests: total return "));
  for (const char* const broken :
       {"", "[]", "{}", R"({"objective":5})", R"({"objective":"x","sets":-1})",
        R"({"objective":"x","walk_forward":{"folds":5}})", R"({"objective":"x","risk_free_rate":"0.04"})",
        R"({"objective":"x","risk_free_rate":-1})", R"({"objective":"x","risk_free_rate":1e300})",
        R"({"objective":"x","table":{"sha256":5}})"}) {
    EXPECT_FALSE(parse_sweep_summary(broken).has_value()) << broken;
  }
  const std::string deep(100'000, '[');
  EXPECT_FALSE(parse_sweep_summary(R"({"objective":"x","run":{"a":)" + deep + std::string(deep.size(), ']') + "}}"));
}

TEST(SweepSummary, LiesBesideItsTable) {
  EXPECT_EQ(summary_path("sma.csv"), "sma.summary.json");
  EXPECT_EQ(summary_path("a.b/sma.parquet"), "a.b/sma.summary.json");
  EXPECT_EQ(summary_path("a.b/sma"), "a.b/sma.summary.json");
}

TEST(Objective, IsAFigureThatIsBetterWhenHigher) {
  EXPECT_TRUE(parse_objective("calmar").has_value());
  EXPECT_THAT(parse_objective("volatility").error().message, HasSubstr("one of total_return, cagr, sharpe"));
}

TEST(Sheet, ShowsASweep) {
  SweepJudge judge(objective("sharpe"));
  judge.add(1, equity_of({0.1, 0.1, -0.1, 0.2, 0.1, 0.01, -0.02, 0, 0}));
  judge.add(2, equity_of({0, 0.2, 0, 0.1, 0.3, -0.5, 0.5, 0.5, 0.5}));
  Sheet sheet;
  sheet.sweeps.push_back(
      {.name = "<sma>.csv",
       .summary = judge.summary(WalkForwardSpans{.train = kDay * 3, .test = kDay * 2}, parameters_of),
       .facts = parse_run_object(R"({"id":"0123","version":"1.2","data":[{"file":"<a>.gz","sha256":"ab"}],)"
                                 R"("configuration":"[sweep]\nfast = [1, 2]","gap_minutes":0.5,"gaps":[{"from":)"
                                 R"("2024-08-08T00:00:10Z","to":"2024-08-08T00:00:40Z"}],"missing_bars":0})")
                    .value()});
  const std::string page = to_page(sheet);
  EXPECT_THAT(page, HasSubstr("&lt;sma&gt;.csv: 2 parameter sets, 1 gap in the data, of 0.5 minutes, the first from "
                              "2024-08-08T00:00:10Z"));
  EXPECT_THAT(page, HasSubstr("id 0123 \u00b7 version 1.2 \u00b7 data[0].file &lt;a&gt;.gz"));
  EXPECT_THAT(page, HasSubstr("fast = [1, 2]"));
  EXPECT_THAT(page, Not(HasSubstr("Totals of run.json")));
  EXPECT_THAT(page, HasSubstr("<h1>&lt;sma&gt;.csv</h1>"));
  EXPECT_THAT(page, HasSubstr("Deflated Sharpe ratio"));
  EXPECT_THAT(page, HasSubstr("Probability of overfitting"));
  EXPECT_THAT(page, HasSubstr("Walk-forward: equity of the tests"));
  EXPECT_THAT(page, HasSubstr("Tests of the walk-forward"));
  EXPECT_THAT(to_json(sheet), HasSubstr("\"deflated_sharpe\""));
  EXPECT_THAT(to_csv(sheet), HasSubstr("<sma>.csv,walk_forward,total_return,"));
}

}  // namespace
}  // namespace acts::report
