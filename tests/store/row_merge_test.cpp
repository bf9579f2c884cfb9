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

TEST(RowMerge, KeepsOursWhereTheOthersIsNotBetter) {
  EXPECT_EQ(choose(small_row("A", 0), small_row("A", 0), small_schema()), Choice::kSame);
  EXPECT_EQ(choose(small_row("A", 0), small_row("A", 0, 5), small_schema()), Choice::kFirst);
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
