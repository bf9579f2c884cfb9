#include "sim/queue_place.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace acts::sim {
namespace {

double ahead_after(QueueModel model, double resting, double before, double after) {
  QueuePlace place(resting);
  place.on_level(model, before, after);
  return place.ahead();
}

// Worked by hand from the formulas: 6 before, 2 behind, 4 of the 8 go away.
TEST(QueuePlace, ShrinksByItsModelsShare) {
  // All that stands before an order at its price when it comes is before it: 6. Two more come behind it.
  const auto shrunk = [](QueueModel model) {
    QueuePlace place(6);
    place.on_level(model, 6, 8);
    EXPECT_EQ(place.ahead(), 6);
    place.on_level(model, 8, 4);
    return place.ahead();
  };
  // p = 2/8: 6 - 0.75 * 4 = 3, less what is beyond the 2 behind: none.
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kPower, 1}), 3.0);
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kPower2, 1}), 3.0);
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kPower3, 1}), 3.0);
  // p = 4/40 = 0.1: 6 - 3.6
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kPower, 2}), 2.4);
  // p = 4/64: 6 - 0.9375 * 4
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kPower2, 2}), 2.25);
  // p = 1 - (6/8)^3 = 0.578125: behind go 2.3125, 0.3125 more than there are: 6 - 1.6875 - 0.3125 = 4
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kPower3, 3}), 4.0);
  const double log_p = std::log(3.0) / (std::log(3.0) + std::log(7.0));
  EXPECT_NEAR(shrunk({QueueKind::kLog, 0}), 6 - (1 - log_p) * 4, 1e-12);
  const double log2_p = std::log(3.0) / std::log(9.0);  // exactly a half
  EXPECT_NEAR(shrunk({QueueKind::kLog2, 0}), 6 - (1 - log2_p) * 4, 1e-12);
  EXPECT_DOUBLE_EQ(shrunk({QueueKind::kRiskAverse, 0}), 4.0);  // no more than there is
}

TEST(QueuePlace, CountsWhatWasTradedOnce) {
  QueuePlace place(5);
  place.on_trade(3, 3);
  EXPECT_EQ(place.ahead(), 2);
  place.on_level({QueueKind::kPower3, 3}, 5, 2);  // which is the trade
  EXPECT_EQ(place.ahead(), 2);
}

TEST(QueuePlace, IsReachedByWholeLotsOnce) {
  QueuePlace place(0.3);
  place.on_trade(0.36, 0.36);
  EXPECT_EQ(place.take_reached(0.1), 1);  // to the nearest one, as in hftbacktest
  EXPECT_EQ(place.take_reached(0.1), 0);
  place.on_trade(0.2, 0.2);
  EXPECT_EQ(place.take_reached(0.1), 2);
  EXPECT_EQ(place.ahead(), 0);
  EXPECT_EQ(place.ahead_at_entry(), 0.3);
}

// Nothing before and nothing behind: the probability is no number.
TEST(QueuePlace, IsAtTheFrontWhereNothingRests) {
  for (const QueueKind kind : {QueueKind::kPower, QueueKind::kPower2, QueueKind::kPower3, QueueKind::kLog,
                               QueueKind::kLog2, QueueKind::kRiskAverse}) {
    EXPECT_EQ(ahead_after({kind, 3}, 0, 0, 0), 0) << to_string(kind);
    EXPECT_EQ(ahead_after({kind, 3}, 0, 0, 7), 0) << to_string(kind);
  }
}

TEST(QueueKind, IsToldByItsName) {
  for (const QueueKind kind : {QueueKind::kPower, QueueKind::kPower2, QueueKind::kPower3, QueueKind::kLog,
                               QueueKind::kLog2, QueueKind::kRiskAverse}) {
    EXPECT_EQ(parse_queue_kind(to_string(kind)), kind);
  }
  ASSERT_FALSE(parse_queue_kind("powr3").has_value());
  EXPECT_EQ(parse_queue_kind("powr3").error().message, "no queue model 'powr3': did you mean power3?");
}

TEST(QueuePlace, HasBoundsThatAreFirstAndNeverReached) {
  QueuePlace first({.kind = QueueKind::kFirst}, 5);
  EXPECT_EQ(first.ahead_at_entry(), 0);
  first.on_level({.kind = QueueKind::kFirst}, 5, 9);
  EXPECT_EQ(first.ahead(), 0);
  first.on_trade(2, 2);
  EXPECT_EQ(first.take_reached(1), 2) << "any trade at its price is its own";
  QueuePlace last({.kind = QueueKind::kTradedThrough}, 5);
  EXPECT_EQ(last.ahead_at_entry(), 5);
  last.on_trade(3, 3);
  EXPECT_EQ(last.ahead(), 2);
  last.on_trade(30, 30);
  EXPECT_EQ(last.take_reached(1), 0) << "however much is traded at its price";
  EXPECT_EQ(last.ahead(), 0);
  EXPECT_EQ(parse_queue_kind("first").value(), QueueKind::kFirst);
  EXPECT_EQ(parse_queue_kind(to_string(QueueKind::kTradedThrough)).value(), QueueKind::kTradedThrough);
}

}  // namespace
}  // namespace acts::sim
