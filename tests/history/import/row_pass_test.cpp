#include "history/import/row_pass.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/import/csv_reader.hpp"

namespace acts::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kMidnight = 1'735'689'600'000;  // 2025-01-01

const Kind& trades() { return *find_kind("agg_trades"); }

std::string trade(int id, std::int64_t millis_after, std::string_view price = "1.5") {
  return fmt::format("{},{},2,{},{},{},true\n", id, price, id, id, kMidnight + millis_after);
}
constexpr std::int64_t kDayMillis = 86'400'000;

// All keys, a vector a day; what ended it.
struct Told {
  std::vector<std::vector<std::int64_t>> days;
  std::string error;
};
Told tell(RowPass& pass) {
  Told told;
  for (;;) {
    const auto day = pass.next_day();
    if (!day) return {told.days, day.error().message};
    if (!*day) return told;
    told.days.emplace_back();
    Row row;
    for (;;) {
      const Result<bool> there = pass.next(row);
      if (!there) return {told.days, there.error().message};
      if (!*there) break;
      told.days.back().push_back(row.integer(0));
    }
  }
}
RowPass pass_over(std::string_view text, const PassOptions& options = {}) {
  return RowPass(read_archive_csv(read_from_memory(text), trades(), "X"), trades(), "", options);
}

TEST(RowPass, EndsADayWhereTheNextBegins) {
  const std::string text = trade(1, 0) + trade(2, kDayMillis - 1) + trade(3, kDayMillis) + trade(5, 3 * kDayMillis);
  RowPass pass = pass_over(text);
  const Told told = tell(pass);
  EXPECT_EQ(told.error, "");
  EXPECT_THAT(told.days, ElementsAre(ElementsAre(1, 2), ElementsAre(3), ElementsAre(5)));
  EXPECT_EQ(pass.facts(), (SourceFacts{.rows = 4, .gaps = 1, .missing = 1}));
}

TEST(RowPass, ListsBadRowsAndGoesOn) {
  const std::string text = trade(1, 0) + "x,y\n" + trade(2, 1, "a\"b") + trade(3, 2);
  RowPass pass = pass_over(text, {.max_bad_rows = 2});
  EXPECT_THAT(tell(pass).days, ElementsAre(ElementsAre(1, 3)));
  EXPECT_EQ(pass.rejects().count(), 2U);
  EXPECT_EQ(pass.rejects().csv(),
            "line,reason,text\n2,\"it has 2 fields, not 7\",\"x,y\"\n"
            "3,\"price 'a\"\"b' is no decimal number\",\"2,a\"\"b,2,2,2,1735689600001,true\"\n");
}

TEST(RowPass, StopsAtTooManyBadRows) {
  const std::string text = trade(1, 0) + "x\ny\n";
  RowPass pass = pass_over(text, {.max_bad_rows = 1});
  EXPECT_THAT(tell(pass).error, HasSubstr("line 3: it has 1 fields, not 7: more than 1 bad rows"));
}

TEST(RowPass, SkipsALineThatIsTooLongInBoundedMemory) {
  const std::string text = trade(1, 0) + std::string(10 * kMaxCsvLineBytes, '1') + "\n" + trade(2, 1);
  RowPass pass = pass_over(text, {.max_bad_rows = 1});
  EXPECT_THAT(tell(pass).days, ElementsAre(ElementsAre(1, 2)));
  EXPECT_EQ(pass.rejects().count(), 1U);
  EXPECT_LT(pass.rejects().csv().size(), 500U);
}

TEST(RowPass, LeavesOutRepetitionsAndRefusesContradictions) {
  const std::string text = trade(1, 0) + trade(1, 0) + trade(1, 0, "7") + trade(2, 0);
  RowPass pass = pass_over(text, {.max_bad_rows = 1});
  EXPECT_THAT(tell(pass).days, ElementsAre(ElementsAre(1, 2)));
  EXPECT_EQ(pass.facts().repeated, 1U);
  EXPECT_THAT(pass.rejects().csv(), HasSubstr("3,\"its agg_trade_id is that of the row before, its values are not\""));
}

TEST(RowPass, RefusesRowsOutOfOrder) {
  const std::string text = trade(2, 0) + trade(1, 0);
  RowPass pass = pass_over(text);
  EXPECT_THAT(tell(pass).error, HasSubstr("line 2: its agg_trade_id is below that of the row before"));
  EXPECT_TRUE(pass.is_out_of_order());
}

TEST(RowPass, RefusesADayThatWasOver) {
  const std::string text = trade(1, kDayMillis) + trade(2, 0);
  RowPass pass = pass_over(text);
  EXPECT_THAT(tell(pass).error, HasSubstr("line 2: its time is of 2025-01-01, which was over"));
  EXPECT_TRUE(pass.is_out_of_order());
}

TEST(RowPass, TakesDaysWhoseKeysGoBackWhereTheRowsAreSorted) {
  const std::string text = trade(5, 0) + trade(1, kDayMillis) + trade(3, kDayMillis);
  RowPass pass = pass_over(text, {.max_bad_rows = 0, .is_sorted = true});
  EXPECT_THAT(tell(pass).days, ElementsAre(ElementsAre(5), ElementsAre(1, 3)));
  EXPECT_EQ(pass.facts(), (SourceFacts{.rows = 3, .gaps = 2, .missing = 2}));
}

TEST(RowPass, EndsWhereTheNarrowFormIsNotEnoughAndIsWideThen) {
  const std::string text =
      trade(1, 0) + trade(2, kDayMillis) + trade(3, kDayMillis + 1, "0.000009872") + trade(4, 2 * kDayMillis);
  RowPass first = pass_over(text);
  EXPECT_THAT(tell(first).days, ElementsAre(ElementsAre(1), ElementsAre(2)));
  EXPECT_TRUE(first.needs_wide());
  RowPass second = pass_over(text, {.max_bad_rows = 0, .form = DecimalForm::kWide});
  ASSERT_TRUE(second.next_day().value());
  Row row;
  ASSERT_TRUE(second.next(row).value());
  EXPECT_EQ(row.form, DecimalForm::kWide);
  EXPECT_THAT(tell(second).days, ElementsAre(ElementsAre(2, 3), ElementsAre(4)));
  EXPECT_FALSE(second.needs_wide());
}

TEST(RowPass, TakesAMarkAndCarriageReturns) {
  const std::string text = "\xEF\xBB\xBF" + trade(1, 0).substr(0, trade(1, 0).size() - 1) + "\r\n";
  RowPass pass = pass_over(text);
  EXPECT_THAT(tell(pass).days, ElementsAre(ElementsAre(1)));
}

TEST(RowWatch, CountsWhatIsRemarkableAboutCandles) {
  const Kind& kind = *find_kind("klines");
  RowWatch watch(kind, "1h");
  const auto candle = [](std::int64_t hour, std::int64_t volume, std::int64_t shorter) {
    Row row;
    row.values[0] = hour * 3'600'000'000;
    row.values[5] = volume;
    row.values[6] = (hour + 1) * 3'600'000'000 - 1000 - shorter;
    return row;
  };
  watch.look(candle(0, 1, 0));
  watch.look(candle(1, 0, 1'140'000'000));
  watch.look(candle(4, 1, -999));  // in microseconds it ends 999 of them later
  EXPECT_EQ(watch.facts(), (SourceFacts{.rows = 3, .gaps = 1, .missing = 2, .zero_volume = 1, .early_close = 1}));
}

// As of hours that are imported as days: verify alone said it.
TEST(RowWatch, CountsCandlesThatBeginOffTheirGrid) {
  const auto facts = [](std::string_view interval, std::initializer_list<std::int64_t> hours) {
    RowWatch watch(*find_kind("klines"), interval);
    for (const std::int64_t hour : hours) {
      Row row;
      row.values[0] = hour * 3'600'000'000;
      row.values[5] = 1;
      row.nulls = 1U << 6;
      watch.look(row);
    }
    return watch.facts();
  };
  EXPECT_EQ(facts("1d", {0, 1, 23, 24}), (SourceFacts{.rows = 4, .off_grid = 2, .first_off_grid = 3'600'000'000}));
  EXPECT_EQ(facts("1h", {0, 1, 23}).off_grid, 0U);
  // Weeks begin on Mondays, months have no length.
  EXPECT_EQ(facts("1w", {96}).off_grid, 0U);
  EXPECT_EQ(facts("1mo", {744}).off_grid, 0U);
}

}  // namespace
}  // namespace acts::history
