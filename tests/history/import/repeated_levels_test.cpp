// Rows of book_updates that are there a second time, one by one and as files that have each message twice.
#include "history/import/repeated_levels.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/import/capture_text.hpp"
#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

using Verdict = RepeatedLevels::Verdict;

const Kind& levels_kind() { return *find_kind("book_updates"); }

struct Told {
  std::optional<std::int64_t> id;
  int price = 1;
  int quantity = 1;
  bool is_snapshot = false;
  std::int64_t event = 0;
  std::int64_t received = 1;
  bool is_bid = true;
  DecimalForm form = DecimalForm::kNarrow;
};
Row row_of(const Told& told) {
  Row row = unknown_row(levels_kind(), DecimalForm::kNarrow);
  const auto set = [&row](std::string_view column, int128 value) {
    set_value(row, column_index(levels_kind(), column), value);
  };
  set("ts_recv_ns", told.received);
  set("ts_event", told.event);
  if (told.id) set("update_id", *told.id);
  set("is_snapshot", static_cast<int>(told.is_snapshot));
  set("is_bid", static_cast<int>(told.is_bid));
  set("price", int128{told.price} * 100'000'000);
  set("quantity", int128{told.quantity} * 100'000'000);
  if (told.form == DecimalForm::kWide) widen(levels_kind(), row);
  return row;
}
bool is_repeated(RepeatedLevels& levels, const Told& told) { return levels.look(row_of(told)) == Verdict::kRepeated; }

TEST(RepeatedLevels, AreThoseOfTheSameMessage) {
  RepeatedLevels levels(levels_kind());
  EXPECT_FALSE(is_repeated(levels, {.id = 7}));
  EXPECT_TRUE(is_repeated(levels, {.id = 7}));
  EXPECT_TRUE(is_repeated(levels, {.id = 7, .event = 5})) << "its id tells a message";
  EXPECT_TRUE(is_repeated(levels, {.id = 7, .form = DecimalForm::kWide}));
  EXPECT_FALSE(is_repeated(levels, {.id = 8}));
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .price = 2}));
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .is_bid = false}));
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .is_snapshot = true}));
  EXPECT_TRUE(is_repeated(levels, {.id = 7}));
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .received = 2}));
}

TEST(RepeatedLevels, AnotherQuantityIsNoRepetition) {
  RepeatedLevels levels(levels_kind());
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .quantity = 1}));
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .quantity = 2}));
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .quantity = 1})) << "left out, the book would have 2";
  EXPECT_TRUE(is_repeated(levels, {.id = 7, .quantity = 1}));
}

TEST(RepeatedLevels, WithoutIdsTheVenuesTimeTellsMessagesApart) {
  RepeatedLevels levels(levels_kind());
  EXPECT_FALSE(is_repeated(levels, {.id = {}, .quantity = 1, .event = 1}));
  EXPECT_FALSE(is_repeated(levels, {.id = {}, .quantity = 2, .event = 2}));
  EXPECT_TRUE(is_repeated(levels, {.id = {}, .quantity = 1, .event = 1}));
  EXPECT_TRUE(is_repeated(levels, {.id = {}, .quantity = 2, .event = 2}));
  EXPECT_FALSE(is_repeated(levels, {.id = {}, .quantity = 3, .is_snapshot = true, .event = 2}));
  EXPECT_FALSE(is_repeated(levels, {.id = {}, .quantity = 2, .event = 2})) << "the snapshot told another quantity";
}

TEST(RepeatedLevels, AMessageWithoutLevelsIsOne) {
  RepeatedLevels levels(levels_kind());
  Row none = row_of({.id = 7, .price = 0, .quantity = 0, .is_bid = false});
  none.nulls |= 1U << column_index(levels_kind(), "price");
  EXPECT_EQ(levels.look(none), Verdict::kNew);
  EXPECT_EQ(levels.look(none), Verdict::kRepeated);
  EXPECT_FALSE(is_repeated(levels, {.id = 7, .price = 0, .quantity = 0, .is_bid = false}));
}

TEST(RepeatedLevels, AreBoundedAtOneTime) {
  RepeatedLevels levels(levels_kind());
  for (std::size_t i = 0; i < RepeatedLevels::kMost; ++i) {
    ASSERT_EQ(levels.look(row_of({.id = 7, .price = static_cast<int>(i)})), Verdict::kNew);
  }
  EXPECT_EQ(levels.look(row_of({.id = 7, .price = -1})), Verdict::kTooMany);
  EXPECT_EQ(levels.look(row_of({.id = 7, .price = 1})), Verdict::kRepeated);
  EXPECT_EQ(levels.look(row_of({.id = 7, .received = 2})), Verdict::kNew);
}

// The rows of a file, and of the same with each message twice: in a row, or the whole of it again.
class RepeatedFile : public ::testing::Test {
 protected:
  // `repeated`: rows, if not all; what a reader knows again by its id is none.
  void expect_once(const std::string& name, const std::vector<std::string>& lines, std::size_t header,
                   const SourceHints& hints = {}, std::optional<std::uint64_t> repeated = {}) {
    test::Catalog once;
    const auto first = once.import(once.dir.write(name, text_of(lines)), hints);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(once.verify().faults, 0U);
    std::vector<std::string> in_a_row;
    for (std::size_t i = 0; i < lines.size(); ++i) in_a_row.insert(in_a_row.end(), i < header ? 1 : 2, lines[i]);
    std::vector<std::string> again = lines;
    again.insert(again.end(), lines.begin() + static_cast<std::ptrdiff_t>(first_again(name, header)), lines.end());
    for (const std::vector<std::string>& twice : {in_a_row, again}) {
      test::Catalog catalog;
      const auto done = catalog.import(catalog.dir.write(name, text_of(twice)), hints);
      ASSERT_TRUE(done) << done.error().message;
      EXPECT_EQ(done->manifest.facts.rows, first->manifest.facts.rows);
      EXPECT_EQ(done->manifest.facts.repeated, repeated.value_or(first->manifest.facts.rows));
      EXPECT_EQ(done->manifest.bad_rows, 0U);
      EXPECT_EQ(rows(catalog), rows(once));
      EXPECT_EQ(catalog.verify().faults, 0U);
    }
  }

 private:
  // A CSV file's header is there once.
  static std::size_t first_again(const std::string& name, std::size_t header) {
    return name.ends_with(".csv") ? header : 0;
  }
  static std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }
  static std::map<std::string, std::string> rows(const test::Catalog& catalog) {
    auto files = test::tree(catalog.dir / "catalog");
    std::erase_if(files, [](const auto& file) { return !file.first.starts_with("kind="); });
    return files;
  }
};

TEST_F(RepeatedFile, OfACaptureEntersOnce) {
  expect_once("x.jsonl",
              {test::header("BYBIT"), test::connect("c"),
               test::recv("1700000000.5", test::book("snapshot", 1, R"(["10","1"],["9","2"])")),
               test::recv("1700000001.5", test::book("delta", 2, R"(["10","3"],["9","0"])")),
               test::recv("1700000001.5", test::book("delta", 3, R"(["10","1"])")),
               test::recv("1700000002.5", test::book("delta", 4, ""))},
              2);
}

TEST_F(RepeatedFile, OfTardisEntersOnce) {
  const std::string updates = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount";
  const auto level = [](std::string_view times, std::string_view rest) {
    return fmt::format("binance-futures,X,{},{}", times, rest);
  };
  const std::vector<std::string> lines = {updates,
                                          level("1700000000000000,1700000000000500", "true,bid,10,1"),
                                          level("1700000000000000,1700000000000500", "true,ask,11,1"),
                                          level("1700000001000000,1700000001000500", "false,bid,10,2"),
                                          level("1700000001000100,1700000001000500", "false,bid,10,3"),
                                          level("1700000002000000,1700000002000500", "false,bid,10,2")};
  expect_once("binance-futures_incremental_book_L2_2023-11-14_X.csv", lines, 1);
}

TEST_F(RepeatedFile, OfTardisSnapshotsEntersOnce) {
  expect_once("binance-futures_book_snapshot_2_2023-11-14_X.csv",
              {"exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount",
               "binance-futures,X,1700000000000000,1700000000000500,11,1,10,1",
               "binance-futures,X,1700000001000000,1700000001000500,11,2,10,1"},
              1);
}

TEST_F(RepeatedFile, OfARecordingEntersOnce) {
  const auto update = [](int second, int id) {
    return fmt::format(R"(17000000{:02}500000000 {{"e":"depthUpdate","E":17000000{:02}000,"s":"BTCUSDT","U":{},"u":{},)"
                       R"("b":[["10.00","{}.0"]],"a":[["11.00","1.0"]]}})",
                       second, second, id, id, id);
  };
  expect_once(
      "x.jsonl",
      {update(0, 7), update(1, 8),
       R"(1700000001600000000 {"lastUpdateId":8,"bids":[["10.00","8.0"],["9.00","1.0"]],"asks":[["11.00","1.0"]]})",
       update(2, 9), update(3, 10)},
      0, test::market("binance-spot"), 3);
}

// As a file that was put together of two that do not tell the same.
TEST_F(RepeatedFile, WithOtherQuantitiesIsToldByVerify) {
  test::Catalog catalog;
  const auto told = [](std::string_view quantity) {
    return test::recv("1700000000.5", test::book("snapshot", 1, fmt::format(R"(["10","{}"],["9","2"])", quantity)));
  };
  const auto done = catalog.import(catalog.dir.write("x.jsonl", fmt::format("{}\n{}\n{}\n{}\n", test::header("BYBIT"),
                                                                            test::connect("c"), told("1"), told("2"))),
                                   {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.facts.rows, 3U);
  EXPECT_EQ(done->manifest.facts.repeated, 1U);
  EXPECT_EQ(catalog.verify().faults, 1U);
}

}  // namespace
}  // namespace acts::history
