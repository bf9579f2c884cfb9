#include "history/import/row_spill.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

using acts::testing::TempDir;
using ::testing::HasSubstr;
using Got = RowReader::Got;

DataSet set_of(std::string_view kind, std::string symbol) {
  return {.kind = find_kind(kind), .venue = "binance-spot", .symbol = std::move(symbol), .interval = "", .origin = "o"};
}

// Any values, those at the ends of what 128 bits hold among them.
Row random_row(const Kind& kind, std::mt19937_64& random) {
  Row row = unknown_row(kind, random() % 2 == 0 ? DecimalForm::kNarrow : DecimalForm::kWide);
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (random() % 4 == 0) continue;
    int128 value = static_cast<std::int64_t>(random()) >> (random() % 64);
    if (is_decimal(kind.columns[i].type) && random() % 3 == 0) value *= static_cast<std::int64_t>(random() >> 1U);
    set_value(row, i, value);
  }
  return row;
}

struct Put {
  Row row;
  std::uint64_t place = 0;
  std::string reason;  // of a bad one
};

// Mixed, more than a block of each, and read twice: each set's come back as they were.
TEST(RowSpill, GivesEachSetItsRowsInTheirOrder) {
  const TempDir dir;
  const std::vector<DataSet> sets{set_of("book_updates", "A"), set_of("trades", "A"), set_of("book_updates", "B")};
  auto spill = RowSpill::create(dir.string(), sets);
  ASSERT_TRUE(spill) << spill.error().message;
  std::mt19937_64 random(7);
  std::vector<std::vector<Put>> put(sets.size());
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    const std::size_t set = random() % sets.size();
    const std::uint64_t place = random() % 100 == 0 ? random() : i;
    if (random() % 50 == 0) {
      const std::string reason = "reason " + std::to_string(random());
      ASSERT_TRUE(spill->add_bad(set, {reason, "text"}, place));
      put[set].push_back({{}, place, reason});
      continue;
    }
    const Row row = random_row(*sets[set].kind, random);
    ASSERT_TRUE(spill->add(set, row, place));
    put[set].push_back({row, place, ""});
  }
  ASSERT_TRUE(spill->finish());
  for (int times = 0; times < 2; ++times) {
    for (std::size_t set = 0; set < sets.size(); ++set) {
      const auto reader = spill->open(set);
      Row row;
      for (const Put& wanted : put[set]) {
        const auto got = reader->next(row);
        ASSERT_TRUE(got) << got.error().message;
        ASSERT_EQ(reader->place(), wanted.place);
        if (!wanted.reason.empty()) {
          ASSERT_EQ(*got, Got::kBad);
          ASSERT_EQ(reader->bad().reason, wanted.reason);
          ASSERT_EQ(reader->bad().text, "text");
          continue;
        }
        ASSERT_EQ(*got, Got::kRow);
        ASSERT_TRUE(same_values(*sets[set].kind, row, wanted.row));
      }
      EXPECT_EQ(*reader->next(row), Got::kEnd);
      EXPECT_EQ(*reader->next(row), Got::kEnd);
    }
  }
}

TEST(RowSpill, LeavesNoFile) {
  const TempDir dir;
  const auto spill = RowSpill::create(dir.string(), {set_of("trades", "A")});
  ASSERT_TRUE(spill);
  EXPECT_TRUE(std::filesystem::is_empty(dir.string()));
}

TEST(RowSpill, SaysWhereItCannotBe) {
  const TempDir dir;
  const auto spill = RowSpill::create(dir / "none", {set_of("trades", "A")});
  ASSERT_FALSE(spill);
  EXPECT_EQ(spill.error().code, ErrorCode::kStorage);
  EXPECT_THAT(spill.error().message, HasSubstr("none: No such file"));
}

}  // namespace
}  // namespace acts::history
