// A file sorted a part at a time is what it is sorted at once.
#include "history/import/sorted_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "history/import/sort_ranges.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;

// Rows of a vector, one a place; every tenth is bad.
class Given final : public RowReader {
 public:
  explicit Given(std::vector<Row> rows) : rows_(std::move(rows)) {}
  Result<Got> next(Row& row) override {
    if (place_ == rows_.size()) return Got::kEnd;
    row = rows_[place_++];
    return place_ % 10 == 0 ? Got::kBad : Got::kRow;
  }
  [[nodiscard]] Bad bad() const override { return {.reason = "tenth", .text = "x"}; }
  [[nodiscard]] std::uint64_t place() const override { return place_; }

 private:
  std::vector<Row> rows_;
  std::uint64_t place_ = 0;
};

struct Told {
  std::int64_t day = 0;
  std::vector<int128> keys;  // of the kind's, of a stream without the row
  std::uint64_t place = 0;
  friend auto operator<=>(const Told&, const Told&) = default;
};

class SortedFileTest : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] Told told(const Row& row, std::uint64_t place) const {
    const bool is_timed = has_time(kind_, row);
    Told made{.day = is_timed ? day_of(micros_of(kind_, row)) : INT64_MAX, .keys = {}, .place = place};
    const std::size_t keys = kind_.is_stream ? 1 : kind_.key_columns;
    for (std::size_t i = 0; i < keys; ++i) made.keys.push_back(row.values[i]);
    return made;
  }

  // Of a few days, one of which has most of them; with equal keys, and with keys far from all others.
  [[nodiscard]] std::vector<Row> random_rows(std::mt19937_64& dice, std::size_t count) const {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i) {
      Row row = unknown_row(kind_, DecimalForm::kNarrow);
      const std::int64_t day = dice() % 4 == 0 ? static_cast<std::int64_t>(dice() % 6) : 3;
      const auto offset = static_cast<std::int64_t>(dice() % (dice() % 3 == 0 ? 5 : kDayMicros));
      const std::int64_t time = (19'000 + day) * kDayMicros + offset;
      for (std::size_t column = 0; column < kind_.columns.size(); ++column) {
        if (kind_.columns[column].is_nullable && column != kind_.time_column) continue;
        switch (kind_.columns[column].type) {
          case CellType::kTime: set_value(row, column, time); break;
          case CellType::kNanos: set_value(row, column, time * 1000); break;
          default: set_value(row, column, static_cast<std::int64_t>(dice() % (dice() % 50 == 0 ? kDayMicros : 40)));
        }
        if (kind_.columns[column].type == CellType::kFlag) set_value(row, column, static_cast<int>(dice() % 2));
      }
      const bool has_other_time = kind_.second_time_column != 0 && dice() % 2 == 0;
      if (has_other_time) {
        if (dice() % 5 != 0) set_value(row, kind_.second_time_column, row.values[kind_.time_column]);
        row.values[kind_.time_column] = 0;
        row.nulls |= 1U << kind_.time_column;
      }
      rows.push_back(row);
    }
    return rows;
  }

  const Kind& kind_ = *find_kind(GetParam());
};

TEST_P(SortedFileTest, GivesTheSameRowsWhateverIsSortedAtATime) {
  std::mt19937_64 dice(5);
  for (int round = 0; round < 3; ++round) {
    const std::vector<Row> rows = random_rows(dice, 1 + dice() % 400);
    std::vector<Told> wanted;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if ((i + 1) % 10 != 0) wanted.push_back(told(rows[i], i + 1));
    }
    std::ranges::sort(wanted);
    const testing::TempDir dir;
    const auto duck = Duck::open({.temp_directory = ""}).value();
    Given given(rows);
    RejectList rejects;
    const auto file = SortedFile::make(*duck, given, kind_, dir.string(), rejects, rows.size());
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(rejects.count(), rows.size() / 10);
    for (const std::uint64_t most :
         {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{60}, SortedFile::kMostRowsASort}) {
      const auto reader = file->open(most);
      ASSERT_TRUE(reader) << reader.error().message;
      std::vector<Told> got;
      for (Row row;;) {
        const auto next = (*reader)->next(row);
        ASSERT_TRUE(next) << next.error().message;
        if (*next == RowReader::Got::kEnd) break;
        got.push_back(told(row, (*reader)->place()));
      }
      ASSERT_TRUE(got == wanted) << GetParam() << ", round " << round << ", " << most << " rows at a time";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SortedFileTest, ::testing::Values("agg_trades", "klines", "trades", "book_updates"));

TEST(SortRanges, HoldTheirLimitUnlessAKeyIsMore) {
  const auto duck = Duck::open({.temp_directory = ""}).value();
  ASSERT_TRUE(
      duck->run("CREATE TABLE t AS SELECT CASE WHEN i < 50 THEN 7 ELSE i * i * i END AS agg_trade_id, "
                "make_timestamp(86400000000 * (i % 2)) AS time FROM range(1000) r(i)"));
  Kind kind{
      .name = "t",
      .meaning = "",
      .columns = {{"agg_trade_id", CellType::kInteger, false, false, ""}, {"time", CellType::kTime, false, false, ""}},
      .time_column = 1};
  const auto parts = sort_ranges(*duck, "t", kind, 20);
  ASSERT_TRUE(parts) << parts.error().message;
  std::int64_t all = 0;
  std::int64_t large = 0;
  for (const std::string& part : *parts) {
    const std::int64_t rows = duck->integer("SELECT count(*) FROM t WHERE " + part).value();
    large += rows > 20 ? 1 : 0;
    all += rows;
  }
  EXPECT_EQ(all, 1000);
  EXPECT_EQ(large, 2) << "the key 7 of both days";
  EXPECT_EQ(sort_ranges(*duck, "t", kind, 1000).value(), std::vector<std::string>{"true"});
}

}  // namespace
}  // namespace acts::history
