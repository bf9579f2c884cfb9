#include "store/row_merger.hpp"

#include <gtest/gtest.h>

#include "recording/temp_dir.hpp"
#include "store/rows.hpp"

namespace acts {
namespace {

using acts::testing::small_row;
using acts::testing::small_schema;
using acts::testing::TempDir;

class RowMergerTest : public ::testing::Test {
 protected:
  MergeCounts merge(const std::vector<MinuteRow>& rows, bool replaces = false) {
    RowMerger merger(*store_, replaces);
    for (const MinuteRow& row : rows) EXPECT_TRUE(merger.add(row));
    EXPECT_TRUE(merger.finish());
    return merger.counts();
  }
  static MinuteRow in_state(MinuteRow row, const char* state) {
    row.values.back() = state;
    return row;
  }

  TempDir dir_;
  std::unique_ptr<SqliteStore> store_ = *SqliteStore::open(dir_ / "acts.db", small_schema());
};

TEST_F(RowMergerTest, AddsEachRowOnce) {
  const std::vector<MinuteRow> rows{small_row("BTCUSDT", 0), small_row("BTCUSDT", 1), small_row("ETHUSDT", 0)};
  EXPECT_EQ(merge(rows).added, 3U);
  EXPECT_EQ(merge(rows).same, 3U);
  EXPECT_EQ(store_->rows({})->size(), 3U);
}

TEST_F(RowMergerTest, KeepsOfTwoTheOneToBeTrustedMore) {
  const MinuteRow ours = in_state(small_row("BTCUSDT", 0, 1), "stale");
  EXPECT_EQ(merge({ours}).added, 1U);
  EXPECT_EQ(merge({in_state(small_row("BTCUSDT", 0, 2), "syncing")}).kept, 1U);
  EXPECT_EQ(store_->rows({})->front(), ours);
  const MinuteRow better = in_state(small_row("BTCUSDT", 0, 3), "live");
  EXPECT_EQ(merge({better}).taken, 1U);
  EXPECT_EQ(store_->rows({})->front(), better);
  const MinuteRow told = in_state(small_row("BTCUSDT", 0, 4), "syncing");
  EXPECT_EQ(merge({told}, true).taken, 1U);
  EXPECT_EQ(store_->rows({})->front(), told);
}

// As collections without an index may have them.
TEST_F(RowMergerTest, ComparesRowsOfOneKeyWithinABatch) {
  const MergeCounts counts = merge({in_state(small_row("BTCUSDT", 0, 1), "live"),
                                    in_state(small_row("BTCUSDT", 0, 2), "stale"), small_row("BTCUSDT", 1)});
  EXPECT_EQ(counts.added, 2U);
  EXPECT_EQ(counts.kept, 1U);
  EXPECT_EQ(store_->rows({})->front().values[4], Value(Decimal{1, 2}));
}

}  // namespace
}  // namespace acts
