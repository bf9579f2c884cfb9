#include "sim/account/margin.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acts::sim {
namespace {

// Binance's brackets of BTCUSDT, USD-M, as of 2024: 0, 50,000, 600,000 with their amounts 0, 50, 600 + ...
MarginModel brackets() {
  MarginModel model{.leverage = 50};
  for (const char* text : {"0 0.004 125", "50000 0.005 100", "600000 0.01 25"}) {
    model.brackets.push_back(parse_margin_bracket(text).value());
  }
  return model;
}

TEST(MarginTerms, HasNoStepsFromOneBracketToTheNext) {
  const MarginTerms terms(brackets(), 2);
  MoneyMath math;
  EXPECT_EQ(terms.maintenance(math, 0), 0);
  EXPECT_EQ(terms.maintenance(math, 4'999'999), 20'000);  // rounded up
  EXPECT_EQ(terms.maintenance(math, 5'000'000), 20'000);  // 0.5 % less 50
  EXPECT_EQ(terms.maintenance(math, 60'000'000), 295'000);
  EXPECT_EQ(terms.maintenance(math, 100'000'000), 695'000);  // 1 % less 3050
}

TEST(MarginTerms, BoundsTheLeverageByTheBracket) {
  const MarginTerms terms(brackets(), 2);
  EXPECT_EQ(terms.initial(5'000'000), 100'000);
  EXPECT_EQ(terms.initial(5'000'001), 100'001);
  EXPECT_EQ(terms.initial(60'000'000), 2'400'000);
}

TEST(MarginTerms, WithoutBracketsAsksForNoMaintenance) {
  const MarginTerms terms({.leverage = 3}, 2);
  MoneyMath math;
  EXPECT_EQ(terms.initial(100), 34);
  EXPECT_EQ(terms.maintenance(math, 1'000'000), 0);
}

TEST(MarginModel, RefusesWhatCannotBe) {
  const auto refusal = [](const MarginModel& model) {
    const Result<void> checked = model.check();
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refusal(brackets()), "");
  EXPECT_EQ(refusal({.leverage = 0}), "[account]: leverage is 1 ... 1000");
  EXPECT_EQ(refusal({.brackets = {{.from = {1, 0}}}}), "[account]: the first bracket begins at 0");
  EXPECT_EQ(refusal({.brackets = {{.maintenance = {1, 2}}, {.from = {1, 0}, .maintenance = {5, 3}}}}),
            "[account]: brackets must grow, and their rates not fall");
  EXPECT_EQ(refusal({.liquidation_fee = {-1, 3}}), "[account]: liquidation_fee is a rate of the value, 0 ... 1");
}

TEST(MarginBracket, IsReadFromItsText) {
  const auto bracket = parse_margin_bracket("50000 0.005 100");
  ASSERT_TRUE(bracket.has_value());
  EXPECT_EQ(bracket->most_leverage, 100);
  EXPECT_EQ(parse_margin_bracket("0 0.004")->most_leverage, 0);
  for (const char* text : {"", "0", "0 1", "0 0.1 0", "0 0.1 x", "0 0.1 5 5", "-1 0.1", "0 -0.1", "0 0.1 2000"}) {
    EXPECT_FALSE(parse_margin_bracket(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace acts::sim
