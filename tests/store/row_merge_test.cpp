#include "store/row_merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/row_gaps.hpp"
#include "store/rows.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::minute;
using testing::small_row;
using testing::small_schema;

MinuteRow with_state(const char* state, std::int64_t number = 0, const std::string& symbol = "A") {
  MinuteRow row = small_row(symbol, number);
  row.values.back() = state;
  return row;
}

TEST(RowMerge, TakesTheRowWithTheBetterState) {
  const RowSchema schema = small_schema();
  const std::vector<const char*> from_the_best{"live", "halted", "stale", "suspect", "syncing"};
  for (std::size_t i = 1; i < from_the_best.size(); ++i) {
    const MinuteRow better = with_state(from_the_best[i - 1]);
    const MinuteRow worse = with_state(from_the_best[i]);
    EXPECT_EQ(choose(better, worse, schema), Choice::kFirst) << from_the_best[i];
    EXPECT_EQ(choose(worse, better, schema), Choice::kSecond) << from_the_best[i];
  }
  MinuteRow unknown = with_state("live");
  unknown.values.back() = {};
  EXPECT_EQ(choose(unknown, with_state("syncing"), schema), Choice::kSecond);
}

// Of two rows as good as each other ours was kept, in either direction: two stores that were merged into each other
// stayed different for ever.
TEST(RowMerge, TakesTheSameRowWhicheverIsOurs) {
  const RowSchema schema{{{"venue", ColumnType::kText, false},
                          {"symbol", ColumnType::kText, false},
                          {"sample_time", ColumnType::kTime, false},
                          {"best_bid", ColumnType::kDecimal, true},
                          {"vwap", ColumnType::kDecimal, true},
                          {"coverage_bid_1", ColumnType::kRatio, true},
                          {"updates", ColumnType::kCount, false},
                          {"gap_ms", ColumnType::kCount, false},
                          {"state", ColumnType::kText, false}}};
  const auto row = [](Value bid, Value vwap, double coverage, std::int64_t updates, std::int64_t gap_ms,
                      const char* state) {
    return MinuteRow{
        {"binance-spot", "A", minute(0), std::move(bid), std::move(vwap), coverage, updates, gap_ms, state}};
  };
  const Value price = Decimal{5, 0};
  // Each is better than all behind it.
  const std::vector<MinuteRow> from_the_best{
      row(price, {}, 0.1, 1, 900, "live"),          row(price, {}, 0.1, 1, 5, "suspect"),
      row(price, {}, 0.9, 1, 6, "suspect"),         row(price, price, 0.5, 1, 6, "suspect"),
      row(price, {}, 0.5, 9, 6, "suspect"),         row(Decimal{3, 0}, {}, 0.5, 8, 6, "suspect"),
      row(Decimal{4, 0}, {}, 0.5, 8, 6, "suspect"), row({}, Decimal{4, 0}, 0.5, 8, 6, "suspect")};
  for (std::size_t i = 0; i < from_the_best.size(); ++i) {
    EXPECT_EQ(choose(from_the_best[i], from_the_best[i], schema), Choice::kSame);
    for (std::size_t worse = i + 1; worse < from_the_best.size(); ++worse) {
      EXPECT_EQ(choose(from_the_best[i], from_the_best[worse], schema), Choice::kFirst) << i << " " << worse;
      EXPECT_EQ(choose(from_the_best[worse], from_the_best[i], schema), Choice::kSecond) << i << " " << worse;
    }
  }
  RowSchema other_order = schema;
  std::swap(other_order.columns[3], other_order.columns[4]);
  const MinuteRow first = in_columns(from_the_best[6], schema, other_order);
  const MinuteRow second = in_columns(from_the_best[7], schema, other_order);
  EXPECT_EQ(choose(first, second, other_order), Choice::kFirst) << "columns in another order are the same row";
}

TEST(RowMerge, BringsRowsIntoTheColumnsOfBoth) {
  RowSchema other = small_schema();
  other.columns.erase(other.columns.begin() + 5);
  other.columns.push_back({"spread", ColumnType::kDecimal, false});
  const RowSchema all = united(small_schema(), other);
  ASSERT_EQ(all.columns.size(), 9U);
  EXPECT_EQ(all.columns[8], (Column{"spread", ColumnType::kDecimal, true}));
  const MinuteRow moved = in_columns(small_row("A", 1), small_schema(), all);
  EXPECT_EQ(moved.values[4], (Value{Decimal{6'168'599, 2}}));
  EXPECT_EQ(moved.values[8], Value{});
  EXPECT_EQ(in_columns(moved, all, small_schema()), small_row("A", 1));
}

class Gaps {
 public:
  explicit Gaps(std::optional<UnixNanos> from = {}, std::optional<UnixNanos> to = {})
      : finder_(small_schema(), from, to) {}
  std::vector<std::string> of(const std::vector<MinuteRow>& rows) {
    std::vector<std::string> found;
    const auto take = [&found](const std::vector<RowGap>& gaps) {
      for (const RowGap& gap : gaps) {
        const auto number = [](UnixNanos t) { return std::to_string((t - minute(0)) / kMinute); };
        found.push_back(gap.symbol + " " + number(gap.first) + "-" + number(gap.last) + " " + gap.state);
      }
    };
    for (const MinuteRow& row : rows) take(finder_.add(row));
    take(finder_.finish());
    return found;
  }

 private:
  GapFinder finder_;
};

TEST(GapFinder, FindsMissingMinutesAndThoseThatAreNotLive) {
  EXPECT_THAT(
      Gaps().of({with_state("live", 0), with_state("live", 1), with_state("syncing", 4), with_state("syncing", 5),
                 with_state("stale", 6), with_state("live", 7), with_state("live", 9, "B")}),
      ElementsAre("A 2-3 missing", "A 4-5 syncing", "A 6-6 stale"));
  EXPECT_THAT(Gaps().of({}), IsEmpty());
}

TEST(GapFinder, CountsTheEndsOfARangeThatWasNamed) {
  EXPECT_THAT(Gaps(minute(0), minute(6)).of({with_state("live", 2), with_state("live", 3), with_state("live", 0, "B")}),
              ElementsAre("A 0-1 missing", "A 4-5 missing", "B 1-5 missing"));
  EXPECT_THAT(Gaps(minute(0) + Nanos{1}, minute(2) + Nanos{1}).of({with_state("live", 1)}),
              ElementsAre("A 2-2 missing"));
}

}  // namespace
}  // namespace acts
