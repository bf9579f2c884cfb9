#include "acts/strategy/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace acts {
namespace {

TEST(StrategyTypes, StandInTheOrderOfTheirNames) {
  EXPECT_TRUE(std::ranges::is_sorted(strategy_types(), {}, &StrategyType::name));
}

TEST(StrategyTypes, AreMadeOfTheirDefaults) {
  ASSERT_FALSE(strategy_types().empty());
  for (const StrategyType& type : strategy_types()) {
    const auto parameters = parse_parameters(type.parameters, {});
    ASSERT_TRUE(parameters.has_value()) << type.name << ": " << parameters.error().message;
    const auto made = type.make(*parameters);
    ASSERT_TRUE(made.has_value()) << type.name << ": " << made.error().message;
    EXPECT_NE(*made, nullptr) << type.name;
  }
}

TEST(StrategyTypes, AreFoundByName) {
  ASSERT_TRUE(find_strategy("grid").has_value());
  const auto missing = find_strategy("gird");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().message, "no strategy 'gird': did you mean grid?");
}

}  // namespace
}  // namespace acts
