#include "history/import/merged_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

namespace acts::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Listed final : public RowSource {
 public:
  explicit Listed(std::vector<Row> rows) : rows_(std::move(rows)) {}
  Result<bool> next(Row& row) override {
    if (at_ == rows_.size()) return false;
    row = rows_[at_++];
    return true;
  }

 private:
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

// Key and one value of it; a stream's key is 10 times the time, and which row of it.
using Pairs = std::vector<std::pair<int, int>>;

std::vector<Row> rows_of(const Kind& kind, const Pairs& pairs) {
  std::vector<Row> rows;
  rows.reserve(pairs.size());
  for (const auto& [key, value] : pairs) {
    Row& row = rows.emplace_back();
    row.values[0] = kind.is_stream ? key / 10 : key;
    if (kind.is_stream) row.values[1] = key % 10;
    row.values[2] = value;
  }
  return rows;
}

struct Merge {
  Pairs rows;
  std::string error;
  std::uint64_t repeated = 0;
  std::uint64_t superseded = 0;
};
Merge merge(const char* kind_name, const Pairs& there, const Pairs& here, bool replaces = false) {
  const Kind& kind = *find_kind(kind_name);
  Listed old_rows(rows_of(kind, there));
  Listed new_rows(rows_of(kind, here));
  const auto span = [](const Pairs& pairs) { return KeySpan{pairs.front().first / 10, pairs.back().first / 10}; };
  MergedRows rows(kind, old_rows, new_rows,
                  {.form = DecimalForm::kNarrow, .replaces = replaces, .there = span(there), .here = span(here)});
  Merge made;
  Row row;
  for (;;) {
    const Result<bool> next = rows.next(row);
    if (!next) made.error = next.error().message;
    if (!next || !*next) break;
    const auto key = static_cast<int>(kind.is_stream ? row.integer(0) * 10 + row.integer(1) : row.integer(0));
    made.rows.emplace_back(key, static_cast<int>(row.integer(2)));
  }
  made.repeated = rows.repeated();
  made.superseded = rows.superseded();
  return made;
}

TEST(MergedRows, HaveEveryRowOnceInOrder) {
  const Merge made = merge("trades", {{1, 5}, {3, 5}, {4, 5}}, {{2, 6}, {3, 5}, {9, 6}});
  EXPECT_EQ(made.error, "");
  EXPECT_EQ(made.rows, (Pairs{{1, 5}, {2, 6}, {3, 5}, {4, 5}, {9, 6}}));
  EXPECT_EQ(made.repeated, 1U);
}

// Two recorders stamp one trade each by their own clock.
TEST(MergedRows, KeepTheEarlierOfTwoReceipts) {
  const Kind& kind = *find_kind("trades");
  const auto received = [&kind](std::int64_t time) {
    std::vector<Row> rows = rows_of(kind, {{3, 5}});
    rows[0].values[kind.received_column] = time;
    return rows;
  };
  for (const auto& [there, here] : {std::pair(70, 60), std::pair(60, 70), std::pair(60, 60)}) {
    Listed old_rows(received(there));
    Listed new_rows(received(here));
    MergedRows rows(kind, old_rows, new_rows, {});
    Row row;
    ASSERT_EQ(rows.next(row), true);
    EXPECT_EQ(row.integer(kind.received_column), 60);
    EXPECT_EQ(rows.next(row), false);
    EXPECT_EQ(rows.repeated(), 1U);
    EXPECT_EQ(rows.superseded(), 0U);
  }
}

TEST(MergedRows, SayWhatDiffers) {
  EXPECT_THAT(merge("trades", {{1, 5}, {3, 5}}, {{3, 6}}).error,
              HasSubstr("trade_id 3: price is 0.00000006 here, and 0.00000005 in the catalog"));
}

TEST(MergedRows, TakeTheNewerWhereTheyReplace) {
  const Merge made = merge("trades", {{1, 5}, {3, 5}, {4, 5}}, {{3, 6}, {4, 5}, {5, 6}}, true);
  EXPECT_EQ(made.rows, (Pairs{{1, 5}, {3, 6}, {4, 5}, {5, 6}}));
  EXPECT_EQ(made.superseded, 1U);
  EXPECT_EQ(made.repeated, 1U);
}

TEST(MergedRows, JoinStreamsThatFollowEachOther) {
  EXPECT_EQ(merge("book_updates", {{10, 1}, {11, 1}}, {{20, 2}, {30, 2}}).rows,
            (Pairs{{10, 1}, {11, 1}, {20, 2}, {30, 2}}));
  EXPECT_EQ(merge("book_updates", {{30, 1}}, {{10, 2}, {20, 2}}).rows, (Pairs{{10, 2}, {20, 2}, {30, 1}}));
}

TEST(MergedRows, JoinStreamsThatTellTheSameWhereTheyOverlap) {
  const Merge made = merge("book_updates", {{10, 1}, {20, 1}, {21, 1}}, {{20, 1}, {21, 1}, {30, 1}});
  EXPECT_EQ(made.rows, (Pairs{{10, 1}, {20, 1}, {21, 1}, {30, 1}}));
  EXPECT_EQ(made.repeated, 2U);
}

// Two collectors have each message at a time of their own: side by side each message would be there twice.
TEST(MergedRows, RefuseStreamsThatDifferWhereTheyOverlap) {
  EXPECT_THAT(merge("book_updates", {{10, 1}, {30, 1}}, {{20, 1}, {40, 1}}).error,
              HasSubstr("row 0: the file has that row, the catalog has not"));
  EXPECT_THAT(merge("book_updates", {{10, 1}, {20, 1}, {21, 1}, {30, 1}}, {{10, 1}, {20, 1}, {30, 1}}).error,
              HasSubstr("row 1: the catalog has that row, the file has not"));
  EXPECT_EQ(merge("book_updates", {{10, 1}, {20, 1}, {30, 1}, {50, 1}}, {{20, 2}, {40, 2}}, true).rows,
            (Pairs{{10, 1}, {20, 2}, {40, 2}, {50, 1}}));
}

TEST(MergedRows, GiveRowsOfOneForm) {
  const Kind& kind = *find_kind("trades");
  std::vector<Row> wide = rows_of(kind, {{1, 50'000}, {3, 5}});
  for (Row& row : wide) row.form = DecimalForm::kWide;
  Listed old_rows(wide);
  Listed new_rows(rows_of(kind, {{2, 7}, {3, 9}}));
  MergedRows rows(kind, old_rows, new_rows, {.form = DecimalForm::kWide, .replaces = true});
  std::vector<std::int64_t> prices;
  Row row;
  while (rows.next(row).value()) {
    EXPECT_EQ(row.form, DecimalForm::kWide);
    prices.push_back(row.integer(2));
  }
  EXPECT_THAT(prices, ElementsAre(50'000, 70'000, 90'000));
}

// Against a map.
TEST(MergedRows, AgreeWithAMap) {
  std::mt19937_64 random(3);  // NOLINT: the same ones each time
  for (int round = 0; round < 500; ++round) {
    std::map<int, int> sides[2];
    for (auto& side : sides) {
      side[static_cast<int>(random() % 40)] = 0;
      for (int i = 0; i < 20; ++i) side[static_cast<int>(random() % 40)] = static_cast<int>(random() % 2);
    }
    std::map<int, int> wanted = sides[1];
    wanted.insert(sides[0].begin(), sides[0].end());
    const Merge made =
        merge("trades", Pairs(sides[0].begin(), sides[0].end()), Pairs(sides[1].begin(), sides[1].end()), true);
    ASSERT_EQ(made.rows, Pairs(wanted.begin(), wanted.end()));
  }
}

}  // namespace
}  // namespace acts::history
