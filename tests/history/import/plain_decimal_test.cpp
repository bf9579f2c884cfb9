#include "history/import/plain_decimal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "acts/base/decimal.hpp"

namespace acts::history {
namespace {

TEST(PlainDecimal, MovesThePoint) {
  EXPECT_EQ(without_exponent("1e-05"), "0.00001");
  EXPECT_EQ(without_exponent("1.5E3"), "1500");
  EXPECT_EQ(without_exponent("2.5E-7"), "0.00000025");
  EXPECT_EQ(without_exponent("-12.5e+1"), "-125");
  EXPECT_EQ(without_exponent("12.5e-1"), "1.25");
  EXPECT_EQ(without_exponent("1.23456e2"), "123.456");
  EXPECT_EQ(without_exponent("7e0"), "7");
  EXPECT_EQ(without_exponent("1e-0005"), "0.00001");
}

TEST(PlainDecimal, TakesNothingElse) {
  for (const char* text : {"",
                           "1",
                           "1.5",
                           "e5",
                           "1e",
                           "1e+",
                           "1e--5",
                           "1e5.0",
                           "1.e5",
                           ".5e1",
                           "1e100",
                           "1e-100",
                           "1e99999999999999999999",
                           "1e5e5",
                           "--1e5",
                           "+1e5",
                           "1 e5",
                           "nan",
                           "inf",
                           "0x1e5"}) {
    EXPECT_EQ(without_exponent(text), std::nullopt) << text;
  }
}

// The same number: against the plain one with zeros put around it, an exponent says where the point is.
TEST(PlainDecimal, NeverChangesANumber) {
  std::mt19937_64 random(11);  // NOLINT: the same ones each time
  for (int i = 0; i < 20'000; ++i) {
    const auto units = static_cast<std::int64_t>(random() % 1'000'000'000);
    const int scale = static_cast<int>(random() % 10);
    const int shift = static_cast<int>(random() % 9);
    // units x 10^-scale, written as (units x 10^-(scale + shift))e+shift, and the other way round
    const std::string more = to_string(Decimal{units, scale + shift});
    const auto raised = without_exponent(fmt::format("{}e{}", more, shift));
    ASSERT_TRUE(raised) << more;
    EXPECT_EQ(parse_decimal(*raised).value(), (Decimal{units, scale})) << more;
    const std::string less = to_string(Decimal{units, scale});
    const auto lowered = without_exponent(fmt::format("{}e-{}", less, shift));
    ASSERT_TRUE(lowered) << less;
    EXPECT_EQ(parse_decimal(*lowered).value(), (Decimal{units, scale + shift})) << less;
  }
}

}  // namespace
}  // namespace acts::history
