#include "acts/market/price.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "acts/market/events.hpp"

namespace acts {
namespace {

TEST(Price, IsPrintedAtItsScale) {
  const Scales scales{2, 5};
  EXPECT_EQ(to_string(to_decimal(Price{6168599}, scales)), "61685.99");
  EXPECT_EQ(to_string(to_decimal(Quantity{100870}, scales)), "1.0087");
  EXPECT_LT(Price{1}, Price{2});
  EXPECT_TRUE(Quantity{}.is_zero());
}

TEST(Notional, OfTheLargestValuesDoesNotOverflow) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const Notional notional = Price{kMax} * Quantity{kMax};
  EXPECT_TRUE(notional.units() == int128{kMax} * kMax);
  EXPECT_LT(Price{kMax} * Quantity{kMax - 1}, notional);
}

TEST(Scales, CoverWhatTheyCanExpress) {
  EXPECT_TRUE((Scales{2, 5}.covers({2, 5})));
  EXPECT_TRUE((Scales{3, 5}.covers({2, 0})));
  EXPECT_FALSE((Scales{3, 5}.covers({2, 6})));
  EXPECT_FALSE((Scales{1, 9}.covers({2, 6})));
}

TEST(UpdateId, HasNeighbours) {
  EXPECT_EQ(UpdateId{7}.next(), UpdateId{8});
  EXPECT_EQ(UpdateId{7}.previous(), UpdateId{6});
  EXPECT_EQ(UpdateId{}.value(), 0);
}

TEST(Side, HasAnOpposite) {
  EXPECT_EQ(opposite(Side::kBid), Side::kAsk);
  EXPECT_EQ(opposite(Side::kAsk), Side::kBid);
}

}  // namespace
}  // namespace acts
