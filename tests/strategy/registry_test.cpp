#include "acts/strategy/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

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

// The one declaration of each parameter is what is shown of it.
TEST(StrategyTypes, DescribeEveryParameterInALine) {
  const std::string all = describe(strategy_types());
  for (const StrategyType& type : strategy_types()) {
    const std::string one = describe(std::span(&type, 1));
    EXPECT_TRUE(all.contains(one)) << type.name;
    EXPECT_TRUE(one.starts_with(std::string(type.name) + ": " + std::string(type.summary) + "\n")) << one;
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(one, '\n')), 1 + type.parameters.size()) << one;
    for (const ParameterSpec& spec : type.parameters) {
      EXPECT_TRUE(one.contains("\n  " + std::string(spec.name) + " (" + std::string(in_words(spec.type)))) << spec.name;
      EXPECT_FALSE(spec.help.empty()) << spec.name;
    }
  }
}

}  // namespace
}  // namespace acts
