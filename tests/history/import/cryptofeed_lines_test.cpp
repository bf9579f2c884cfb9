// Captures of OKX, Bybit and Coinbase as they are imported: every book that enters is the venue's.
#include "history/import/cryptofeed_lines.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"

#include "history/import/importer_fixture.hpp"
#include "history/import/source_file.hpp"
#include "recording/line_reader.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string capture_of(std::string_view exchange) {
  return testdata(fmt::format("cryptofeed-lines/{}.jsonl.zst", exchange));
}

const Kind& books() { return *find_kind("book_updates"); }

// What rows make of a book, level by level.
struct ReplayedBook {
  std::map<Decimal, Decimal, std::greater<>> bids;
  std::map<Decimal, Decimal> asks;
  std::int64_t snapshot_at = 0;
  std::uint64_t crossed = 0;

  static Decimal decimal(const Row& row, std::string_view column) {
    const std::size_t at = column_index(books(), column);
    return {row.values[at], decimal_shape(books().columns[at].type, row.form).scale};
  }
  static void set(auto& side, const Decimal& price, const Decimal& quantity) {
    if (quantity.units == 0) {
      side.erase(price);
    } else {
      side.insert_or_assign(price, quantity);
    }
  }
  void apply(const Row& row) {
    const bool is_snapshot = row.values[column_index(books(), "is_snapshot")] != 0;
    if (is_snapshot && row.integer(0) != snapshot_at) {
      bids.clear();
      asks.clear();
      snapshot_at = row.integer(0);
    }
    if (row.is_null(column_index(books(), "price"))) return;
    const Decimal price = decimal(row, "price");
    const Decimal quantity = decimal(row, "quantity");
    if (row.values[column_index(books(), "is_bid")] != 0) {
      set(bids, price, quantity);
    } else {
      set(asks, price, quantity);
    }
  }
  void end_message() {
    if (!bids.empty() && !asks.empty() && bids.begin()->first >= asks.begin()->first) ++crossed;
  }
};

std::int32_t crc32_of(std::string_view text) {
  std::uint32_t crc = 0xFFFF'FFFFU;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xEDB8'8320U & (0U - (crc & 1U)));
  }
  return static_cast<std::int32_t>(~crc);
}

// OKX: bid and ask in turns, 25 levels a side, as texts.
std::int32_t okx_checksum(const ReplayedBook& book) {
  constexpr int kLevels = 25;
  std::string text;
  auto bid = book.bids.begin();
  auto ask = book.asks.begin();
  const auto append = [&text](const auto& level) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ":", to_string(level.first), to_string(level.second));
  };
  for (int i = 0; i < kLevels; ++i) {
    if (bid != book.bids.end()) append(*bid++);
    if (ask != book.asks.end()) append(*ask++);
  }
  return crc32_of(text);
}

// Of every book message of a capture, by the number of its line, the checksum in it.
std::map<std::uint64_t, std::int32_t> checksums_in(const std::string& path) {
  std::map<std::uint64_t, std::int32_t> found;
  LineReader lines(*open_any_source(path));
  for (auto line = lines.next(); line && *line; line = lines.next()) {
    constexpr std::string_view kMember = R"(\"checksum\":)";
    const std::size_t at = (*line)->find(kMember);
    if (at == std::string_view::npos) continue;
    found[lines.line_number()] =
        static_cast<std::int32_t>(std::stol(std::string((*line)->substr(at + kMember.size()))));
  }
  return found;
}

// Calls `told` behind each book message with its line and what the rows so far make of the book.
void replay(const std::string& path, const std::function<void(std::uint64_t, const ReplayedBook&)>& told) {
  const auto source = open_cryptofeed_lines(path, {.kind = "book_updates", .venue = "", .symbol = "", .interval = ""});
  ASSERT_TRUE(source) << source.error().message;
  const acts::testing::TempDir dir;
  for (const DataSet& set : (*source)->sets()) {
    const auto reader = (*source)->reader(set, dir.string());
    ASSERT_TRUE(reader);
    ReplayedBook book;
    std::uint64_t place = 0;
    for (Row row;;) {
      const auto got = (*reader)->next(row);
      ASSERT_TRUE(got);
      ASSERT_NE(*got, RowReader::Got::kBad) << (*reader)->bad().reason;
      const bool is_over = *got == RowReader::Got::kEnd;
      if (place != 0 && (is_over || (*reader)->place() != place)) {
        book.end_message();
        told(place, book);
      }
      if (is_over) break;
      place = (*reader)->place();
      book.apply(row);
    }
    EXPECT_EQ(book.crossed, 0U) << set.venue << " " << set.symbol;
  }
}

TEST(CryptofeedLines, EveryChecksumOfOkxIsThatOfTheBookThatEntered) {
  const std::string path = capture_of("OKX");
  const auto checksums = checksums_in(path);
  EXPECT_EQ(checksums.size(), 290U);
  std::uint64_t equal = 0;
  replay(path, [&](std::uint64_t line, const ReplayedBook& book) {
    ASSERT_TRUE(checksums.contains(line)) << line;
    EXPECT_EQ(okx_checksum(book), checksums.at(line)) << line;
    equal += static_cast<std::uint64_t>(okx_checksum(book) == checksums.at(line));
  });
  EXPECT_EQ(equal, 290U);
}

TEST(CryptofeedLines, NoBookIsEverCrossed) {
  std::map<std::string, std::uint64_t> messages;
  for (const char* exchange : {"BYBIT", "COINBASE"}) {
    replay(capture_of(exchange), [&](std::uint64_t, const ReplayedBook&) { ++messages[exchange]; });
  }
  EXPECT_EQ(messages["BYBIT"], 767U);
  EXPECT_EQ(messages["COINBASE"], 158U);
}

TEST(CryptofeedLines, TheFirstBookOfCoinbaseIsTheWholeOne) {
  std::uint64_t bids = 0;
  std::uint64_t asks = 0;
  replay(capture_of("COINBASE"), [&](std::uint64_t, const ReplayedBook& book) {
    if (bids == 0) {
      bids = book.bids.size();
      asks = book.asks.size();
    }
  });
  EXPECT_EQ(bids, 18'764U);
  EXPECT_EQ(asks, 27'236U);
}

class CryptofeedImport : public ::testing::Test {
 protected:
  ImportOutcome import(std::string_view exchange) {
    const auto outcome = catalog_.import(capture_of(exchange), {});
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(ImportOutcome{});
  }
  test::Catalog catalog_;
};

TEST_F(CryptofeedImport, AllThreeEnterOnceAndWhole) {
  const ImportOutcome okx = import("OKX");
  EXPECT_EQ(okx.sets.size(), 6U);
  EXPECT_EQ(okx.manifest.facts.rows, 8338U);
  EXPECT_EQ(okx.left_out, "18 subscribe, 28 tickers");
  const ImportOutcome bybit = import("BYBIT");
  EXPECT_EQ(bybit.sets.size(), 12U);
  EXPECT_EQ(bybit.left_out, "39 kline, 24 subscribe, 245 tickers");
  EXPECT_EQ(bybit.manifest.facts.gaps, 0U) << "ids of its trades have holes where nothing is missing";
  const ImportOutcome coinbase = import("COINBASE");
  EXPECT_EQ(coinbase.sets.size(), 4U);
  EXPECT_EQ(coinbase.left_out, "3 candles, 5 heartbeats, 5 subscriptions, 31 ticker");
  for (const ImportOutcome* outcome : {&okx, &bybit, &coinbase}) EXPECT_EQ(outcome->manifest.bad_rows, 0U);
  const auto before = test::tree(catalog_.dir.string());
  EXPECT_TRUE(import("BYBIT").was_there);
  EXPECT_EQ(test::tree(catalog_.dir.string()), before);
  EXPECT_THAT(catalog_.verify().problems, IsEmpty());
  EXPECT_EQ(catalog_.verify().faults, 0U) << "no id is missing, no book crossed";
}

// Without the `nth` line that has `mark`.
std::string without_line(std::string_view exchange, std::string_view mark, int nth) {
  std::string text;
  LineReader lines(*open_any_source(capture_of(exchange)));
  for (auto line = lines.next(); line && *line; line = lines.next()) {
    if (!(*line)->contains(mark) || --nth != 0) text += fmt::format("{}\n", **line);
  }
  return text;
}

TEST_F(CryptofeedImport, AMessageThatIsMissingIsAGapToVerify) {
  const acts::testing::TempDir dir;
  ASSERT_TRUE(catalog_.import(dir.write("b.jsonl", without_line("BYBIT", "orderbook.200.SOLUSDT", 40)), {}));
  EXPECT_EQ(catalog_.verify().faults, 1U);
  ASSERT_TRUE(catalog_.import(dir.write("c.jsonl", without_line("COINBASE", "l2_data", 40)), {}));
  // Of the connection: each of its two books may be the one.
  EXPECT_EQ(catalog_.verify().faults, 3U);
}

TEST_F(CryptofeedImport, AMessageMissingBehindTheSnapshotIsAGapToVerify) {
  const acts::testing::TempDir dir;
  ASSERT_TRUE(catalog_.import(dir.write("c.jsonl", without_line("COINBASE", "l2_data", 2)), {}));
  EXPECT_EQ(catalog_.verify().faults, 1U) << "the other book's snapshot comes later";
}

// Its books of 2022 have no ids. What is missing is told where it shows; the rest enters.
TEST_F(CryptofeedImport, AMessageThatIsMissingShowsInTheChecksumsOfOkx) {
  const acts::testing::TempDir dir;
  const std::string path = dir.write("o.jsonl", without_line("OKX", R"(\"action\":\"update\")", 20));
  EXPECT_THAT(catalog_.error(path, {}), HasSubstr("its checksum is not that of the book: updates in front of it are "
                                                  "missing: more than 0 bad rows"));
  const auto done = catalog_.import(path, {}, 1);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.bad_rows, 1U);
}

TEST_F(CryptofeedImport, WhatComesOverTwoConnectionsEntersOnce) {
  std::string text;
  LineReader lines(*open_any_source(capture_of("BYBIT")));
  for (auto line = lines.next(); line && *line; line = lines.next()) {
    constexpr std::string_view kConnection = R"("conn":"BYBIT.ws.2")";
    text += fmt::format("{}\n", **line);
    const std::size_t at = (*line)->find(kConnection);
    if (at == std::string_view::npos) continue;
    text +=
        fmt::format(R"({}"conn":"again"{}{})", (*line)->substr(0, at), (*line)->substr(at + kConnection.size()), "\n");
  }
  const acts::testing::TempDir dir;
  const auto twice = catalog_.import(dir.write("b.jsonl", text), {});
  ASSERT_TRUE(twice) << twice.error().message;
  EXPECT_EQ(twice->manifest.bad_rows, 0U);
  EXPECT_GT(twice->manifest.facts.repeated, 0U);
  test::Catalog once;
  ASSERT_TRUE(once.import(capture_of("BYBIT"), {}));
  const auto count = [](test::Catalog& catalog, const std::string& kind, std::string_view where) {
    return catalog.one(fmt::format("SELECT count(*)::TEXT FROM {} WHERE {}", catalog.rows(kind), where));
  };
  EXPECT_EQ(count(catalog_, "trades", "true"), count(once, "trades", "true"));
  // Each connection begins its books by a snapshot.
  EXPECT_EQ(count(catalog_, "book_updates", "NOT is_snapshot"), count(once, "book_updates", "NOT is_snapshot"));
  EXPECT_EQ(catalog_.verify().faults, 0U);
}

TEST_F(CryptofeedImport, MarketsOfOneSymbolAreToldByTheirConnection) {
  import("BYBIT");
  EXPECT_THAT(catalog_.ask(fmt::format("SELECT venue || ' ' || min(update_id), count(DISTINCT update_id) FILTER (NOT "
                                       "is_snapshot)::TEXT, count(DISTINCT update_id) FILTER (is_snapshot)::TEXT FROM "
                                       "{} WHERE symbol = 'BTCUSDT' GROUP BY venue ORDER BY venue",
                                       catalog_.rows("book_updates"))),
              ElementsAre(ElementsAre("bybit 15076952", "112", "1"), ElementsAre("bybit-spot 62505424", "186", "1")));
}

TEST_F(CryptofeedImport, TradesOfCoinbaseEnterByTheirIdWithTheTakersSide) {
  import("COINBASE");
  // The first 100 are of the snapshot. A trade at the best ask was a SELL of its maker, so the buyer was the taker.
  EXPECT_THAT(catalog_.ask(fmt::format("SELECT count(*)::TEXT, (max(trade_id) - min(trade_id) + 1)::TEXT, "
                                       "count(*) FILTER (is_buyer_maker)::TEXT FROM {} WHERE symbol = 'BTC-USD'",
                                       catalog_.rows("trades"))),
              ElementsAre(ElementsAre("108", "108", "48")));
  EXPECT_EQ(catalog_.one(fmt::format("SELECT is_buyer_maker::TEXT || ' ' || ts_event || ' ' || ts_recv_ns FROM {} "
                                     "WHERE trade_id = 1068572091",
                                     catalog_.rows("trades"))),
            "false 2026-08-09 21:05:48.167634 1786309548642865000");
}

}  // namespace
}  // namespace acts::history
