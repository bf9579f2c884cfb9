#include "acts/base/ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace acts {
namespace {

TEST(NearestDouble, EqualsHardwareDivisionWhereThatIsExact) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    // Both operands are doubles exactly, so IEEE division rounds the true quotient once.
    const auto a = static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52);
    const auto b = static_cast<std::int64_t>(random() >> (11 + random() % 50)) + 1;
    ASSERT_EQ(nearest_double(a, b), static_cast<double>(a) / static_cast<double>(b)) << a << "/" << b;
  }
}

// Bit by bit, as it is done on paper.
double long_division(uint128 numerator, uint128 divisor) {
  uint128 quotient = numerator / divisor;
  uint128 remainder = numerator % divisor;
  int exponent = 0;
  for (; quotient < uint128{1} << 53; --exponent) {
    remainder <<= 1;
    quotient = (quotient << 1) | static_cast<uint128>(remainder >= divisor);
    if (remainder >= divisor) remainder -= divisor;
  }
  bool is_inexact = remainder != 0;
  for (; quotient >= uint128{1} << 54; ++exponent) {
    is_inexact |= (quotient & 1) != 0;
    quotient >>= 1;
  }
  const bool is_up = (quotient & 1) != 0 && (is_inexact || (quotient & 2) != 0);
  return std::ldexp(static_cast<double>(static_cast<std::uint64_t>(quotient >> 1) + (is_up ? 1U : 0U)), exponent + 1);
}

TEST(NearestDouble, IsThatOfLongDivision) {
  std::mt19937_64 random(5);
  const auto wide = [&random](int most) {
    const uint128 bits = (uint128{random()} << 64) | random();
    return (bits >> (128 - most + static_cast<int>(random() % static_cast<std::uint64_t>(most)))) | 1;
  };
  for (int i = 0; i < 200'000; ++i) {
    const uint128 a = wide(126);
    uint128 b = wide(125);
    // Every second quotient near to the middle between two doubles.
    if (i % 2 == 0) b = uint128{1} << (random() % 100);
    ASSERT_EQ(nearest_double(static_cast<int128>(a), static_cast<int128>(b)), long_division(a, b)) << i;
    ASSERT_EQ(nearest_double(-static_cast<int128>(a), static_cast<int128>(b)), -long_division(a, b)) << i;
  }
}

TEST(NearestDouble, RoundsWideOperandsOnce) {
  EXPECT_EQ(nearest_double(1, 3), 1.0 / 3.0);
  EXPECT_EQ(nearest_double(0, 5), 0.0);
  EXPECT_EQ(nearest_double(-1, 8), -0.125);
  // 2^53 + 1 lies between two doubles: to even. With anything more below, up.
  EXPECT_EQ(nearest_double((int128{1} << 53) + 1, 1), std::ldexp(1.0, 53));
  EXPECT_EQ(nearest_double((((int128{1} << 53) + 1) << 10) + 1, 1 << 10), std::ldexp(1.0, 53) + 2);
  const int128 wide = int128{1} << 120;
  EXPECT_EQ(nearest_double(wide, wide - 1), 1.0);
  EXPECT_EQ(nearest_double(wide + (wide >> 52), wide), 1.0 + std::ldexp(1.0, -52));
}

TEST(ShortestText, ReadsBackAsTheSameDouble) {
  EXPECT_EQ(shortest_text(0.1), "0.1");
  EXPECT_EQ(shortest_text(-2.5e-7), "-2.5e-07");
  EXPECT_EQ(shortest_text(1.0), "1");
}

}  // namespace
}  // namespace acts
