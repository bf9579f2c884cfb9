#include "acts/market/order.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

TEST(Position, HoldsItsQuantityLessTheFeesTakenOutOfIt) {
  EXPECT_EQ(to_string(held({.quantity = Quantity{100}}, 3)), "0.1");
  EXPECT_EQ(to_string(held({.quantity = Quantity{100}, .base_fee = {1, 4}}, 3)), "0.0999");
  EXPECT_EQ(to_string(held({.quantity = Quantity{100}, .base_fee = {1, 0}}, 3)), "-0.9");
}

TEST(Position, IsBeyondWhatIsWantedByWholeLotsRoundedTowardsNothing) {
  const auto beyond = [](std::int64_t quantity, const Decimal& fee, std::int64_t wanted, std::int64_t lot) {
    return held_beyond({.quantity = Quantity{quantity}, .base_fee = fee}, 3, Quantity{wanted}, Quantity{lot}).units();
  };
  EXPECT_EQ(beyond(100, {}, 0, 1), 100);
  EXPECT_EQ(beyond(-100, {}, 0, 10), -100);
  EXPECT_EQ(beyond(100, {1, 4}, 0, 1), 99);
  EXPECT_EQ(beyond(100, {1, 4}, 0, 10), 90);
  EXPECT_EQ(beyond(100, {1, 4}, 100, 1), 0) << "a tenth of a unit is missing";
  EXPECT_EQ(beyond(100, {11, 4}, 100, 1), -1);
  EXPECT_EQ(beyond(-100, {1, 4}, 0, 1), -100);
  EXPECT_EQ(beyond(1'000'000'000'000'000, {1, 18}, -1'000'000'000'000'000, 1), 1'999'999'999'999'999);
}

}  // namespace
}  // namespace acts
