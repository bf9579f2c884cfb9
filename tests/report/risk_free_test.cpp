// A risk-free rate, against figures that tests/oracle/run_statistics.py has computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "report/run_files.hpp"
#include "report/sheet/figures.hpp"
#include "report/sheet/run_panels.hpp"
#include "report/statistics/returns.hpp"
#include "support/testdata.hpp"

namespace acts::report {
namespace {

using nlohmann::json;
using std::chrono::hours;
using ::testing::EndsWith;

void expect_near(const std::optional<double>& found, const json& expected, const std::string& what) {
  ASSERT_EQ(found.has_value(), !expected.is_null()) << what;
  if (!found) return;
  const double value = expected.get<double>();
  EXPECT_NEAR(*found, value, std::abs(value) * 1e-9 + 1e-13) << what;
}

TEST(RiskFreeRate, GivesTheRatiosOfTheIndependentReference) {
  const json cases = json::parse(text_of_file(test::testdata("expected/statistics.json")));
  std::size_t compared = 0;
  for (const auto& item : cases.items()) {
    const auto r = item.value().at("returns").get<std::vector<double>>();
    const auto b = item.value().at("benchmark").get<std::vector<double>>();
    for (const auto& rate : item.value().at("at_rates").items()) {
      const std::string where = item.key() + " at " + rate.key() + ": ";
      const double of_a_day = risk_free_of(std::stod(rate.key()), hours{24});
      expect_near(of_a_day, rate.value().at("of_a_day"), where + "of a day");
      const std::vector<double> excess = excess_of(r, of_a_day);
      expect_near(sharpe(excess, 365), rate.value().at("sharpe"), where + "sharpe");
      expect_near(sortino(excess, 365), rate.value().at("sortino"), where + "sortino");
      expect_near(probabilistic_sharpe(excess), rate.value().at("probabilistic_sharpe"), where + "probabilistic");
      const AgainstBenchmark found = against(r, b, 365, of_a_day);
      expect_near(found.alpha, rate.value().at("alpha"), where + "alpha");
      // A rate moves neither.
      expect_near(found.beta, item.value().at("against").at("beta"), where + "beta");
      expect_near(found.information_ratio, item.value().at("against").at("information_ratio"), where + "information");
      ++compared;
    }
  }
  EXPECT_GE(compared, 39U);
}

TEST(RiskFreeRate, IsCompoundedOverAYearOf365Days) {
  EXPECT_EQ(risk_free_of(0, hours{24}), 0);
  EXPECT_NEAR(risk_free_of(0.04, hours{24 * 365}), 0.04, 1e-16);
  EXPECT_NEAR(std::pow(1 + risk_free_of(0.04, std::chrono::minutes{1}), 525'600), 1.04, 1e-9);
  EXPECT_NEAR(risk_free_of(-0.5, hours{24 * 365 * 2}), -0.75, 1e-15);
}

TEST(RiskFreeRate, IsAboveMinusOneAndBounded) {
  for (const double rate : {-0.999, -0.01, 0.0, 0.04, 10.0}) EXPECT_TRUE(is_risk_free_rate(rate)) << rate;
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  for (const double rate : {-1.0, -2.0, 10.01, kInfinite, -kInfinite, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(is_risk_free_rate(rate)) << rate;
  }
}

TEST(RiskFreeRate, OfZeroLeavesReturnsAsTheyAre) {
  const std::vector<double> r{0.1, -0.0, 1e-300, -0.25};
  EXPECT_EQ(excess_of(r, 0), r);
}

// What rounding leaves of many equal values had been a spread, and a ratio of billions.
TEST(RiskFreeRate, LeavesNoRatioToReturnsThatAreAllAlike) {
  for (const std::size_t n : {2U, 365U, 5'000U, 100'000U}) {
    const std::vector<double> excess = excess_of(std::vector<double>(n, 0), risk_free_of(0.04, hours{24}));
    EXPECT_EQ(sharpe(excess, 365), std::nullopt) << n;
    EXPECT_EQ(probabilistic_sharpe(excess), std::nullopt) << n;
    EXPECT_NEAR(sortino(excess, 365).value(), -std::sqrt(365), 1e-9) << n;
  }
}

TEST(RiskFreeRate, StandsBesideEachFigureThatIsAboveIt) {
  RunReport run = read_run("days", Decimal{10000, 0});
  const Benchmark benchmark{.name = "itself", .prices = run.closes};
  const auto said = [&](double rate, const std::string& text) {
    run.risk_free_rate = rate;
    std::vector<std::string> keys;
    for (const FigureGroup& group : figures_of(run, &benchmark)) {
      for (const Figure& figure : group.figures) {
        if (figure.convention.ends_with("; " + text)) keys.push_back(figure.key);
      }
    }
    EXPECT_THAT(keys,
                ::testing::ElementsAre("sharpe", "sortino", "probabilistic_sharpe", "sharpe_outside_gaps", "alpha"))
        << rate;
  };
  said(0, "risk-free rate 0");
  said(0.04, "risk-free rate 0.04 a year, (1 + 0.04)^(1 / 365) - 1 a day");
  said(-0.01, "risk-free rate -0.01 a year, (1 - 0.01)^(1 / 365) - 1 a day");
  EXPECT_THAT(risk_free_text(0.04, std::chrono::seconds{1}), EndsWith("^(1 / 31536000) - 1 a second"));
}

TEST(RiskFreeRate, LowersTheRollingSharpeRatio) {
  RunReport run = read_run("days", Decimal{10000, 0});
  const auto rolling_panel = [&run] {
    for (const Panel& panel : run_panels(run)) {
      if (panel.title.starts_with("Rolling Sharpe")) return panel;
    }
    ADD_FAILURE() << "no such panel";
    return Panel{};
  };
  const Panel without = rolling_panel();
  run.risk_free_rate = 0.04;
  const Panel with = rolling_panel();
  EXPECT_THAT(without.title, EndsWith("; risk-free rate 0"));
  EXPECT_THAT(with.title, EndsWith("; risk-free rate 0.04 a year, (1 + 0.04)^(1 / 365) - 1 a day"));
  const std::vector<double> returns = returns_of(run);
  ASSERT_EQ(with.series.at(0).y.size(), returns.size());
  const double risk_free = risk_free_of(0.04, hours{24});
  const std::vector<double> last(returns.end() - 30, returns.end());
  EXPECT_NEAR(with.series[0].y.back(), *sharpe(excess_of(last, risk_free), 365), 1e-9);
  EXPECT_NEAR(without.series.at(0).y.back() - with.series[0].y.back(), risk_free * 365 / *volatility(last, 365), 1e-9);
  EXPECT_EQ(with.series.at(1).y.back(), without.series.at(1).y.back()) << "of volatility none is taken off";
}

}  // namespace
}  // namespace acts::report
