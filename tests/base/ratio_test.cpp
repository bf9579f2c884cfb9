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
