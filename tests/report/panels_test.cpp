#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "acts/market/coverage.hpp"

#include "report/book_panel.hpp"
#include "report/row_panels.hpp"

namespace acts::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

MATCHER(IsUnknown, "") { return std::isnan(arg); }

RowSchema schema() {
  return {{{"venue", ColumnType::kText, false},
           {"symbol", ColumnType::kText, false},
           {"sample_time", ColumnType::kTime, false},
           {"total_bid", ColumnType::kDecimal, true},
           {"total_ask", ColumnType::kDecimal, true},
           {"microprice", ColumnType::kRatio, true},
           {"updates", ColumnType::kCount, true},
           {"state", ColumnType::kText, true}}};
}

MinuteRow row(std::int64_t minute, std::int64_t bid, const std::string& state = "live") {
  return {{std::string("v"), std::string("S"), UnixNanos{minute * kMinute.count()}, Decimal{bid, 1},
           Decimal{bid * 2, 1}, 0.25, Value{}, state}};
}

TEST(RowPanels, ShowsGapsAsGaps) {
  const RowSchema columns = schema();
  auto panels = RowPanels::open(columns, {"total_bid", "microprice", "total_ask", "updates"}).value();
  for (const auto& r : {row(1, 15), row(2, 25, "stale"), row(5, 35), row(6, 45)}) ASSERT_TRUE(panels.add(r));
  const std::vector<Panel> made = panels.finish();
  ASSERT_EQ(made.size(), 3U);
  EXPECT_EQ(made[0].title, "total_bid, total_ask");
  EXPECT_EQ(made[1].title, "microprice");
  EXPECT_THAT(made[0].x, ElementsAre(60, 120, 180, 300, 360));
  ASSERT_EQ(made[0].series.size(), 2U);
  EXPECT_THAT(made[0].series[0].y, ElementsAre(1.5, 2.5, IsUnknown(), 3.5, 4.5));
  EXPECT_THAT(made[0].series[1].y, ElementsAre(3, 5, IsUnknown(), 7, 9));
  EXPECT_THAT(made[2].series[0].y, ElementsAre(IsUnknown(), IsUnknown(), IsUnknown(), IsUnknown(), IsUnknown()));
  // The minute that was stale, and those without a row behind it.
  ASSERT_EQ(made[0].shades.size(), 1U);
  EXPECT_EQ(made[0].shades[0].from, 120);
  EXPECT_EQ(made[0].shades[0].to, 300);
}

TEST(RowPanels, RefusesWhatItCannotShow) {
  const RowSchema columns = schema();
  EXPECT_THAT(RowPanels::open(columns, {"total"}).error().message, HasSubstr("no column 'total'"));
  EXPECT_THAT(RowPanels::open(columns, {"state"}).error().message, HasSubstr("holds no numbers"));
  auto panels = RowPanels::open(columns, {"total_bid"}).value();
  Result<void> added;
  std::size_t rows = 0;
  while (added) added = panels.add(row(static_cast<std::int64_t>(++rows), 1));
  EXPECT_EQ(rows, RowPanels::kMostValues + 1);
  EXPECT_THAT(added.error().message, HasSubstr("--from"));
}

BookLevel level(std::int64_t price, std::int64_t quantity) {
  return {.price = Price{price}, .quantity = Quantity{quantity}, .origin = {}};
}

TEST(BookPanel, ShowsQuantitiesSumsAndK) {
  BookImage book{.scales = {.price = 1, .quantity = 2}};
  book.bids = {level(999, 100), level(995, 200), level(900, 1)};
  book.asks = {level(1001, 50), level(1004, 25)};
  book.coverage = {{Price{950}, Price{1003}}, {Price{1010}, CoverageSet::kNoUpperEnd}};
  const Panel panel = book_panel(book, 1);
  EXPECT_THAT(panel.x, ElementsAre(99.5, 99.9, 100.1, 100.4));  // 90 is further than 1 % from 100
  ASSERT_EQ(panel.series.size(), 4U);
  EXPECT_THAT(panel.series[0].y, ElementsAre(2, 1, IsUnknown(), IsUnknown()));
  EXPECT_THAT(panel.series[1].y, ElementsAre(IsUnknown(), IsUnknown(), 0.5, 0.25));
  EXPECT_THAT(panel.series[2].y, ElementsAre(3, 1, IsUnknown(), IsUnknown()));
  EXPECT_THAT(panel.series[3].y, ElementsAre(IsUnknown(), IsUnknown(), 0.5, 0.75));
  ASSERT_EQ(panel.shades.size(), 2U);
  EXPECT_EQ(panel.shades[0].from, 95);
  EXPECT_EQ(panel.shades[0].to, 100.3);
  EXPECT_FALSE(panel.shades[0].is_trouble);
  EXPECT_EQ(panel.shades[1].to, std::numeric_limits<double>::infinity());
}

TEST(BookPanel, ShowsWhatThereIsOfABook) {
  EXPECT_TRUE(book_panel(BookImage{}, 1).x.empty());
  BookImage one_side{.scales = {.price = 0, .quantity = 0}};
  one_side.asks = {level(100, 1), level(102, 2)};
  EXPECT_THAT(book_panel(one_side, 1).x, ElementsAre(100));
}

}  // namespace
}  // namespace acts::report
