// Against figures that tests/oracle/run_statistics.py has computed.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <vector>

#include "report/statistics/drawdown.hpp"
#include "report/statistics/moments.hpp"
#include "report/statistics/outcomes.hpp"
#include "report/statistics/returns.hpp"
#include "support/testdata.hpp"

namespace acts::report {
namespace {

using nlohmann::json;

// As many digits as rounding of some hundred values leaves.
void expect_same(const std::optional<double>& found, const json& expected, const std::string& what) {
  if (expected.is_null()) {
    EXPECT_FALSE(found.has_value()) << what << " is " << found.value_or(0) << ", and not undefined";
    return;
  }
  ASSERT_TRUE(found.has_value()) << what << " is undefined, and not " << expected;
  const double value = expected.get<double>();
  EXPECT_NEAR(*found, value, std::abs(value) * 1e-9 + 1e-13) << what;
}

json expected_series() {
  std::ifstream file(test::testdata("expected/statistics.json"));
  return json::parse(file);
}

TEST(Statistics, AreThoseOfTheIndependentReference) {
  const json cases = expected_series();
  ASSERT_GE(cases.size(), 12U);
  for (const auto& item : cases.items()) {
    const std::string& name = item.key();
    const json& expected = item.value();
    const auto r = expected.at("returns").get<std::vector<double>>();
    const json& of = expected.at("of_returns");
    const auto expect = [&](const char* key, const std::optional<double>& found) {
      expect_same(found, of.at(key), name + " " + key);
    };
    expect("mean_return", mean(r));
    expect("volatility", volatility(r, 365));
    expect("sharpe", sharpe(r, 365));
    expect("sortino", sortino(r, 365));
    expect("omega", omega(r));
    expect("probabilistic_sharpe", probabilistic_sharpe(r));
    expect("skew", skewness(r));
    expect("kurtosis", excess_kurtosis(r));
    expect("var", historical_var(r));
    expect("cvar", historical_cvar(r));
    expect("normal_var", normal_var(r));
    expect("normal_cvar", normal_cvar(r));
    expect("tail_ratio", tail_ratio(r));
    expect("winning_periods", win_rate(r));
    expect("period_payoff", payoff(r));
    expect_same(profit_factor(r), of.at("omega"), name + " profit factor");
    expect_same(quality_number(r), expected.at("sqn"), name + " sqn");
  }
}

TEST(Statistics, OfEquityAreThoseOfTheIndependentReference) {
  const json cases = expected_series();
  for (const auto& item : cases.items()) {
    const auto equity = item.value().at("equity").get<std::vector<double>>();
    const json& expected = item.value().at("of_equity");
    expect_same(deepest_drawdown(equity), expected.at("max_drawdown"), item.key());
    expect_same(ulcer_index(equity), expected.at("ulcer_index"), item.key());
  }
}

TEST(Statistics, AgainstABenchmarkAreThoseOfTheIndependentReference) {
  const json cases = expected_series();
  for (const auto& item : cases.items()) {
    const auto r = item.value().at("returns").get<std::vector<double>>();
    const auto b = item.value().at("benchmark").get<std::vector<double>>();
    const json& expected = item.value().at("against");
    const AgainstBenchmark found = against(r, b, 365);
    expect_same(found.beta, expected.at("beta"), item.key() + " beta");
    expect_same(found.alpha, expected.at("alpha"), item.key() + " alpha");
    expect_same(found.correlation, expected.at("correlation"), item.key() + " correlation");
    expect_same(found.information_ratio, expected.at("information_ratio"), item.key() + " information ratio");
  }
}

TEST(Returns, AreUndefinedOnEquityThatIsNotAboveZero) {
  EXPECT_EQ(returns_of(std::vector<double>{100, 110}), (std::vector<double>{110.0 / 100 - 1}));
  EXPECT_TRUE(returns_of(std::vector<double>{0, 110}).empty());
  EXPECT_TRUE(returns_of(std::vector<double>{100, -1, 5}).empty());
  EXPECT_EQ(returns_of(std::vector<double>{100, 0}), (std::vector<double>{-1}));
  EXPECT_TRUE(returns_of(std::vector<double>{}).empty());
  EXPECT_EQ(total_return(0, 1), std::nullopt);
  EXPECT_EQ(growth_a_year(100, 0, 10), std::nullopt);
  EXPECT_EQ(growth_a_year(100, 110, 0.5), std::nullopt) << "hours are not made a year";
  EXPECT_NEAR(*growth_a_year(100, 121, 730), 0.1, 1e-12);
}

TEST(Returns, OfASetThatLostAllAreNoughtFromThenOn) {
  const std::vector<double> equity{100, 110, -11, 50, 60};
  EXPECT_EQ(returns_until_ruin(equity, 5), (std::vector<double>{110.0 / 100 - 1, -11.0 / 110 - 1, 0, 0, 0}));
  EXPECT_EQ(returns_until_ruin(std::span(equity).first(2), 3), (std::vector<double>{110.0 / 100 - 1, 0, 0}));
  EXPECT_EQ(returns_until_ruin({}, 2), (std::vector<double>{0, 0}));
}

TEST(Rolling, HasNothingBeforeItsWindowIsFull) {
  const std::vector<double> r{0.1, 0.2, 0.3, 0.4};
  const auto means = rolling(r, 3, mean);
  ASSERT_EQ(means.size(), 4U);
  EXPECT_FALSE(means[0] || means[1]);
  EXPECT_NEAR(*means[2], 0.2, 1e-15);
  EXPECT_NEAR(*means[3], 0.3, 1e-15);
}

TEST(DrawdownMeter, TellsDepthInMoneyAndShareAndTheLongestTime) {
  DrawdownMeter meter;
  const auto at = [](int seconds) { return UnixNanos{seconds * std::int64_t{1'000'000'000}}; };
  meter.add(at(0), 100);
  meter.add(at(10), 120);
  meter.add(at(20), 90);
  EXPECT_EQ(meter.now().money, -30);
  meter.add(at(50), 120);  // reached again: 40 s
  EXPECT_EQ(meter.longest(), std::chrono::seconds{40});
  EXPECT_EQ(meter.now().money, 0);
  meter.add(at(60), 119);
  meter.add(at(70), 118);
  EXPECT_EQ(meter.longest(), std::chrono::seconds{40});
  meter.add(at(100), 119);  // not yet: 50 s since the peak
  EXPECT_EQ(meter.longest(), std::chrono::seconds{50});
  EXPECT_EQ(meter.deepest().money, -30);
  EXPECT_EQ(meter.deepest().share, 90.0 / 120 - 1);
}

TEST(DrawdownMeter, HasNoShareOfWhatIsNotAboveZero) {
  DrawdownMeter meter;
  meter.add(UnixNanos{0}, 0);
  meter.add(UnixNanos{1}, 10);
  meter.add(UnixNanos{2}, 5);
  EXPECT_EQ(meter.deepest().share, std::nullopt) << "the first peak was 0";
  EXPECT_EQ(meter.deepest().money, -5);
}

}  // namespace
}  // namespace acts::report
