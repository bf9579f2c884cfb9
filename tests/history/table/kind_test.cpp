#include "history/table/kind.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "history/table/row_text.hpp"

namespace acts::history {
namespace {

TEST(Kinds, HaveKeysAndTimesThatCanBe) {
  for (const Kind& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    ASSERT_LT(kind.columns.size(), kMaxColumns + 1);
    ASSERT_GT(kind.key_columns, 0U);
    for (std::size_t i = 0; i < kind.key_columns; ++i) EXPECT_FALSE(kind.columns[i].is_nullable);
    const auto is_time = [&kind](std::size_t column) {
      return kind.columns[column].type == CellType::kTime || kind.columns[column].type == CellType::kNanos;
    };
    EXPECT_TRUE(is_time(kind.time_column));
    EXPECT_EQ(kind.columns[kind.time_column].is_nullable, kind.second_time_column != 0);
    EXPECT_TRUE(kind.second_time_column == 0 || is_time(kind.second_time_column));
    EXPECT_EQ(find_kind(kind.name), &kind);
    for (std::size_t i = first_columns_of(kind); i < kind.columns.size(); ++i) {
      EXPECT_TRUE(kind.columns[i].is_nullable && !is_decimal(kind.columns[i].type)) << kind.columns[i].name;
    }
    if (!kind.is_stream) continue;
    EXPECT_EQ(kind.columns[0].name, "ts_recv_ns");
    EXPECT_EQ(kind.columns[1].name, "row");
  }
}

TEST(Kinds, CompareByAllColumnsOfTheKey) {
  const Kind& kind = *find_kind("book_depth");
  const auto row = [](std::int64_t time, std::int64_t percentage) {
    Row made;
    made.values[0] = time;
    made.values[1] = percentage;
    return made;
  };
  EXPECT_EQ(compare_keys(kind, row(1, -5), row(1, -5)), std::strong_ordering::equal);
  EXPECT_EQ(compare_keys(kind, row(1, -5), row(1, 1)), std::strong_ordering::less);
  EXPECT_EQ(compare_keys(kind, row(2, -5), row(1, 1)), std::strong_ordering::greater);
}

TEST(Kinds, KnowTheTimeOfRowsWithoutTheVenues) {
  const Kind& kind = *find_kind("book_ticker");
  Row row;
  row.nulls = 0b10;
  row.values[6] = 1'999;
  EXPECT_TRUE(has_time(kind, row));
  EXPECT_EQ(micros_of(kind, row), 1);
  row.values[6] = -1;
  EXPECT_EQ(micros_of(kind, row), -1);
  row.nulls = 0b100'0010;
  EXPECT_FALSE(has_time(kind, row));
  row.nulls = 0;
  row.values[1] = 7;
  EXPECT_EQ(micros_of(kind, row), 7);
}

TEST(Rows, AreTheSameWideAndNarrowAgain) {
  const Kind& kind = *find_kind("trades");
  Row row;
  row.values[2] = 123'456'789;
  row.values[3] = 5;
  const Row before = row;
  widen(kind, row);
  EXPECT_EQ(row.form, DecimalForm::kWide);
  EXPECT_EQ(value_text(kind, row, 2), value_text(kind, before, 2));
  widen(kind, row);
  narrow(kind, row);
  EXPECT_TRUE(same_values(kind, row, before));
}

TEST(Rows, StayWideWhereOneValueNeedsIt) {
  const Kind& kind = *find_kind("trades");
  Row fine;
  fine.form = DecimalForm::kWide;
  fine.values[2] = 1;
  Row large = fine;
  large.values[2] = 0;
  large.values[3] = int128{1'000'000'000'000'000'000};
  for (Row* row : {&fine, &large}) {
    narrow(kind, *row);
    EXPECT_EQ(row->form, DecimalForm::kWide);
  }
  large.values[3] -= 1;
  narrow(kind, large);
  EXPECT_EQ(large.form, DecimalForm::kNarrow);
}

TEST(Rows, AreShownAsPeopleWriteThem) {
  const Kind& kind = *find_kind("book_updates");
  Row row;
  row.values[0] = 1'735'689'600'000'000'001;
  row.values[2] = 1'735'689'600'123'456;
  row.values[6] = 1;
  row.values[8] = 6'168'599'000'000;
  row.nulls = 0b110'1011'1000;
  EXPECT_EQ(row_text(kind, row),
            "2025-01-01T00:00:00.000000001Z,0,2025-01-01T00:00:00.123456Z,null,null,null,true,null,61685.99,null,null");
  row.values[2] = 1'735'689'600'123'000;
  EXPECT_EQ(value_text(kind, row, 2), "2025-01-01T00:00:00.123Z");
}

}  // namespace
}  // namespace acts::history
