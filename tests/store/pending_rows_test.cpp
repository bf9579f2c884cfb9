#include "store/pending_rows.hpp"

#include <gtest/gtest.h>

#include "store/rows.hpp"

namespace acts {
namespace {

using testing::minute;
using testing::small_row;

void expect_balance(const PendingRows& rows) {
  EXPECT_EQ(rows.queued_total(),
            rows.stored_total() + rows.lost_total() + rows.refused_total() + rows.waiting() + rows.taken());
}

TEST(PendingRows, GivesTheOldestFirstAndCountsWhatIsStored) {
  PendingRows rows;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(rows.push(small_row("A", i)).has_value());
  const auto batch = rows.take_batch(3);
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch[0], small_row("A", 0));
  EXPECT_EQ(batch[2], small_row("A", 2));
  EXPECT_EQ(rows.waiting(), 2U);
  EXPECT_EQ(rows.taken(), 3U);
  rows.stored();
  EXPECT_EQ(rows.stored_total(), 3U);
  EXPECT_EQ(rows.take_batch(10).size(), 2U);
  rows.stored();
  EXPECT_TRUE(rows.take_batch(10).empty());
  EXPECT_EQ(rows.queued_total(), 5U);
  expect_balance(rows);
}

TEST(PendingRows, KeepsTheOrderWhenABatchComesBack) {
  PendingRows rows;
  for (int i = 0; i < 4; ++i) rows.push(small_row("A", i));
  auto batch = rows.take_batch(2);
  rows.push(small_row("A", 4));
  rows.give_back(std::move(batch));
  EXPECT_EQ(rows.taken(), 0U);
  const auto again = rows.take_batch(100);
  ASSERT_EQ(again.size(), 5U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(again[static_cast<std::size_t>(i)].sample_time(), minute(i));
  EXPECT_EQ(rows.stored_total(), 0U);
  expect_balance(rows);
}

TEST(PendingRows, LosesTheOldestWaitingWhenFullAndSaysWhich) {
  PendingRows rows(3);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(rows.push(small_row("A", i)).has_value());
  EXPECT_EQ(rows.push(small_row("A", 3)), small_row("A", 0));
  EXPECT_EQ(rows.push(small_row("A", 4)), small_row("A", 1));
  EXPECT_EQ(rows.lost_total(), 2U);
  EXPECT_EQ(rows.waiting(), 3U);
  expect_balance(rows);
}

TEST(PendingRows, CountsTheBatchUnderWayIntoItsBound) {
  PendingRows rows(3);
  for (int i = 0; i < 3; ++i) rows.push(small_row("A", i));
  auto batch = rows.take_batch(2);
  EXPECT_EQ(rows.push(small_row("A", 3)), small_row("A", 2));
  rows.give_back(std::move(batch));
  EXPECT_EQ(rows.waiting(), 3U);
  batch = rows.take_batch(3);
  EXPECT_EQ(rows.push(small_row("A", 4)), small_row("A", 4));
  rows.stored();
  EXPECT_EQ(rows.stored_total(), 3U);
  EXPECT_EQ(rows.lost_total(), 2U);
  expect_balance(rows);
}

TEST(PendingRows, CountsWhatTheStoreRefused) {
  PendingRows rows;
  for (int i = 0; i < 3; ++i) rows.push(small_row("A", i));
  rows.take_batch(1);
  rows.refused();
  EXPECT_EQ(rows.refused_total(), 1U);
  EXPECT_EQ(rows.waiting(), 2U);
  EXPECT_EQ(rows.take_batch(10)[0], small_row("A", 1));
  expect_balance(rows);
}

TEST(PendingRowsDeath, StopsAtASecondBatchOrAnotherOne) {
  PendingRows rows;
  rows.push(small_row("A", 0));
  rows.push(small_row("A", 1));
  auto batch = rows.take_batch(2);
  EXPECT_DEATH(rows.take_batch(1), "taken_ == 0");
  batch.pop_back();
  EXPECT_DEATH(rows.give_back(batch), "batch.size");
  EXPECT_DEATH(PendingRows(0), "max_rows > 0");
}

}  // namespace
}  // namespace acts
