#include "live/held.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

using namespace std::chrono_literals;

MinuteRow row_of(std::int64_t minute) {
  return {{std::string("binance-spot"), std::string("BTCUSDT"), UnixNanos{minute * kMinute.count()}}};
}

TEST(HeldRows, GivesARowOnceAllThatItWasMadeOfIsOnTheDisk) {
  HeldRows held;
  held.push(row_of(1));
  EXPECT_TRUE(held.take({.told = 7, .durable = 6}).empty());
  held.push(row_of(2));
  EXPECT_EQ(held.take({.told = 9, .durable = 7}), std::vector{row_of(1)});
  EXPECT_EQ(held.size(), 1U);
  EXPECT_TRUE(held.take({.told = 20, .durable = 8}).empty());
  EXPECT_EQ(held.take({.told = 20, .durable = 9}), std::vector{row_of(2)});
  EXPECT_EQ(held.size(), 0U);
}

TEST(HeldRows, GivesARowWithoutInputAtOnce) {
  HeldRows held;
  held.push(row_of(1));
  EXPECT_EQ(held.take({.told = 7, .durable = 7}), std::vector{row_of(1)});
}

TEST(HeldRows, HoldsUpNoRowForLongWhereTheRecordingHangs) {
  HeldRows held;
  held.push(row_of(1));
  EXPECT_TRUE(held.take({.told = 7, .durable = 6, .stuck_for = kLongestHold - 1ns}).empty());
  EXPECT_EQ(held.take({.told = 7, .durable = 6, .stuck_for = kLongestHold}), std::vector{row_of(1)});
}

// The disk takes a little now and then, so that nothing hangs.
TEST(HeldRows, HoldsNoMoreThanItMayHoweverSlowTheDiskIs) {
  HeldRows held(2);
  for (std::int64_t minute = 1; minute <= 5; ++minute) held.push(row_of(minute));
  EXPECT_EQ(held.take({.told = 7, .durable = 1, .stuck_for = 1s}), (std::vector{row_of(1), row_of(2), row_of(3)}));
  EXPECT_EQ(held.size(), 2U);
  EXPECT_EQ(held.take({.told = 9, .durable = 7}), (std::vector{row_of(4), row_of(5)}));
}

collector::SaveBook book_of(collector::SaveBook::Kind kind) {
  return {.kind = kind, .symbol = "BTCUSDT", .at = UnixNanos{1}, .feed = nullptr, .is_marked = true};
}

TEST(HeldBooks, GivesABookOnceItsPlaceIsOnTheDisk) {
  using Kind = collector::SaveBook::Kind;
  HeldBooks held;
  for (const Kind kind : {Kind::kCheckpoint, Kind::kFullBook}) held.push(book_of(kind));
  EXPECT_TRUE(held.take({.told = 7, .durable = 6}).empty());
  EXPECT_EQ(held.size(), 2U);
  EXPECT_EQ(held.take({.told = 8, .durable = 7}), (std::vector{book_of(Kind::kCheckpoint), book_of(Kind::kFullBook)}));
}

TEST(HeldBooks, GivesNoCheckpointButAFullBookWhereTheRecordingHangs) {
  using Kind = collector::SaveBook::Kind;
  HeldBooks held;
  for (const Kind kind : {Kind::kCheckpoint, Kind::kFullBook}) held.push(book_of(kind));
  EXPECT_EQ(held.take({.told = 7, .durable = 6, .stuck_for = kLongestHold}), std::vector{book_of(Kind::kFullBook)});
  EXPECT_EQ(held.size(), 0U);
}

}  // namespace
}  // namespace acts
