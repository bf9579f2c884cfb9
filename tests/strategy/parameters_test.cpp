#include "acts/strategy/parameters.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace acts {
namespace {

constexpr std::array<std::string_view, 2> kForms{"fast", "slow"};
constexpr std::array<ParameterSpec, 6> kSpecs{{
    {.name = "quantity", .type = ParameterType::kDecimal, .help = "of an order", .default_text = "0.1", .least = "0"},
    {.name = "spread",
     .type = ParameterType::kReal,
     .help = "of mid",
     .default_text = "5e-5",
     .least = "0",
     .most = "1"},
    {.name = "levels", .type = ParameterType::kInteger, .help = "a side", .least = "1", .most = "20"},
    {.name = "interval", .type = ParameterType::kDuration, .help = "between looks", .default_text = "100ms"},
    {.name = "quote", .type = ParameterType::kSwitch, .help = "whether it quotes", .default_text = "true"},
    {.name = "form", .type = ParameterType::kText, .help = "how", .default_text = "fast", .choices = kForms},
}};

std::string refusal(const std::vector<GivenParameter>& given) {
  const auto parsed = parse_parameters(kSpecs, given);
  return parsed ? "" : parsed.error().message;
}

TEST(Parameters, AreDefaultsWhereNothingIsGiven) {
  const auto parsed = parse_parameters(kSpecs, std::vector<GivenParameter>{{.name = "levels", .text = "7"}});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(to_string(parsed->decimal("quantity")), "0.1");
  EXPECT_EQ(parsed->real("spread"), 5e-5);
  EXPECT_EQ(parsed->integer("levels"), 7);
  EXPECT_EQ(parsed->duration("interval"), std::chrono::milliseconds{100});
  EXPECT_TRUE(parsed->is_on("quote"));
  EXPECT_EQ(parsed->text("form"), "fast");
}

TEST(Parameters, AreTheSameTextHoweverTheyWereWritten) {
  const auto one = parse_parameters(
      kSpecs, std::vector<GivenParameter>{{.name = "levels", .text = "7"}, {.name = "quantity", .text = "5e-05"}});
  const auto other = parse_parameters(kSpecs, std::vector<GivenParameter>{{.name = "quantity", .text = "0.000050"},
                                                                          {.name = "levels", .text = "7"},
                                                                          {.name = "interval", .text = "100ms"}});
  ASSERT_TRUE(one.has_value() && other.has_value());
  EXPECT_EQ(one->canonical(), other->canonical());
  EXPECT_EQ(one->canonical().at("quantity"), "0.00005");
  EXPECT_EQ(one->canonical().at("spread"), "5e-05");
}

TEST(Parameters, AreRefusedInOneLineWithPlaceAndRemedy) {
  EXPECT_EQ(refusal({{.name = "levls", .text = "7", .place = "run.toml:27"}}),
            "run.toml:27: no parameter 'levls' of this strategy: did you mean levels?");
  const std::vector<GivenParameter> given{{.name = "levels", .text = "7", .place = "run.toml:27"}};
  EXPECT_EQ(parse_parameters({}, given).error().message,
            "run.toml:27: no parameter 'levels' of this strategy: it has none");
  EXPECT_EQ(refusal({{.name = "levels", .text = "7.5", .place = "run.toml:3"}}),
            "run.toml:3: levels: '7.5' is no whole number");
  EXPECT_EQ(refusal({{.name = "levels", .text = "21", .place = "run.toml:3"}}),
            "run.toml:3: levels: '21' is out of range: 1 to 20");
  EXPECT_EQ(refusal({}), "levels must be given: a side");
  EXPECT_EQ(refusal({{.name = "spread", .text = "nan"}}), "spread: 'nan' is no number");
  EXPECT_EQ(refusal({{.name = "spread", .text = "inf"}}), "spread: 'inf' is no number");
  EXPECT_EQ(refusal({{.name = "form", .text = "medium"}}), "form: 'medium' is out of range: fast, slow");
  EXPECT_EQ(refusal({{.name = "interval", .text = "-1s"}}),
            "interval: '-1s' is not a duration: write a whole number and a unit, such as 250ms 10s 5m 2h 1d");
  EXPECT_EQ(refusal({{.name = "interval", .text = "100000d"}}), "interval: '100000d' is too long: 36500d at most");
  EXPECT_EQ(refusal({{.name = "levels", .text = "1"}, {.name = "levels", .text = "2", .place = "a:2"}}),
            "a:2: levels is given twice: leave one out");
}

TEST(Parameters, DescribeThemselves) {
  EXPECT_EQ(describe(std::span(kSpecs).subspan(1, 2)),
            "  spread (number, 0 to 1, default 5e-5): of mid\n"
            "  levels (whole number, 1 to 20, must be given): a side\n");
}

}  // namespace
}  // namespace acts
