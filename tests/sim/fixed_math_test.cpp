#include "sim/fixed_math.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace acts::sim {
namespace {

constexpr double kLogUnit = 1.0 / static_cast<double>(std::int64_t{1} << kLogBits);

TEST(FixedMath, RootsAreTheLargestNumbersWhoseSquareFits) {
  EXPECT_EQ(integer_root(0), 0U);
  EXPECT_EQ(integer_root(uint128{1} << 126U), std::uint64_t{1} << 63U);
  EXPECT_EQ(integer_root(~uint128{0}), ~std::uint64_t{0});
  SplitMix random(3);
  for (unsigned i = 0; i < 10'000; ++i) {
    const std::uint64_t root = random.next() >> (i % 64U);
    const uint128 square = uint128{root} * root;
    EXPECT_EQ(integer_root(square), root);
    if (root > 0) {
      EXPECT_EQ(integer_root(square - 1), root - 1);
    }
    EXPECT_EQ(integer_root(square + 2 * uint128{root}), root);
  }
}

TEST(FixedMath, LogarithmsAreThoseOfTheLibraryToItsLastDigits) {
  EXPECT_EQ(log2_fixed(1), 0);
  EXPECT_EQ(log2_fixed(std::uint64_t{1} << 63U), std::int64_t{63} << kLogBits);
  SplitMix random(4);
  for (unsigned i = 0; i < 10'000; ++i) {
    const std::uint64_t value = (random.next() >> (i % 60U)) + 1;
    if (value == 0) continue;
    EXPECT_NEAR(static_cast<double>(log2_fixed(value)) * kLogUnit, std::log2(static_cast<double>(value)), 2e-12);
  }
}

TEST(FixedMath, PowersOfTwoAreThoseOfTheLibraryAndBounded) {
  const std::int64_t one = std::int64_t{1} << kLogBits;
  EXPECT_EQ(times_power_of_two(1000, 3 * one, 10'000), 8000U);
  EXPECT_EQ(times_power_of_two(1000, -3 * one, 10'000), 125U);
  EXPECT_EQ(times_power_of_two(1000, 4 * one, 10'000), 10'000U);
  EXPECT_EQ(times_power_of_two(1000, 500 * one, 10'000), 10'000U);
  EXPECT_EQ(times_power_of_two(1000, 63 * one, 10'000), 10'000U);
  EXPECT_EQ(times_power_of_two(1000, -500 * one, 10'000), 0U);
  EXPECT_EQ(times_power_of_two(0, 500 * one, 10'000), 0U);
  SplitMix random(5);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random.next() >> 24U;
    const auto exponent = static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(40 * one)) - 20 * one;
    const double expected = static_cast<double>(value) * std::exp2(static_cast<double>(exponent) * kLogUnit);
    const auto got = static_cast<double>(times_power_of_two(value, exponent, std::uint64_t{1} << 62U));
    EXPECT_NEAR(got, expected, 1 + expected * 1e-11) << value << " " << exponent;
  }
}

// Moments of a million: within five of their standard errors.
TEST(FixedMath, DrawsHaveTheMomentsOfTheirDistributions) {
  constexpr int kCount = 1'000'000;
  SplitMix random(6);
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  int below = 0;
  for (int i = 0; i < kCount; ++i) {
    const double z = static_cast<double>(draw_normal(random)) / static_cast<double>(std::int64_t{1} << kNormalBits);
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
    below += z < 2.3263478740408408 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.005);
  EXPECT_NEAR(squares / kCount, 1, 0.0071);
  EXPECT_NEAR(fourth / kCount, 3, 0.05);
  EXPECT_NEAR(below / double{kCount}, 0.99, 0.0005);
  sum = squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = static_cast<double>(draw_exponential(random)) * kLogUnit;
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 1, 0.005);
  EXPECT_NEAR(squares / kCount, 2, 0.023);
}

}  // namespace
}  // namespace acts::sim
