// Captures of OKX, Bybit and Coinbase as they are imported: every book that enters is the venue's.
#include "history/import/cryptofeed_lines.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"

#include "history/import/capture_lines.hpp"
#include "history/import/importer_fixture.hpp"
#include "history/import/source_file.hpp"
#include "history/table/row_text.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

// A capture of lines, each of which is a line of JSON.
constexpr std::string_view kHeader = R"({"t":"header","format":2,"exchange":"BYBIT"})";
constexpr std::string_view kConnect =
    R"({"t":"connect","conn":"c","ts":1.5,"addr":"wss://stream.bybit.com/v5/public/linear"})";
std::string recv(std::string_view ts, std::string_view message) {
  std::string quoted;
  for (const char c : message) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return fmt::format(R"({{"t":"recv","conn":"c","ts":{},"data":"{}"}})", ts, quoted);
}
std::string book(std::string_view type, int id, std::string_view bids, std::string_view depth = "50") {
  return fmt::format(R"({{"topic":"orderbook.{}.X","type":"{}","ts":1700000000001,"cts":1700000000000,)"
                     R"("data":{{"s":"X","b":[{}],"a":[],"u":{},"seq":9}}}})",
                     depth, type, bids, id);
}

class CaptureText : public ::testing::Test {
 protected:
  std::string write(const std::vector<std::string>& lines) {
    std::string text = fmt::format("{}\n{}\n", kHeader, kConnect);
    for (const std::string& line : lines) text += line + "\n";
    return dir_.write("x.jsonl", text);
  }
  std::vector<std::string> rows(const std::vector<std::string>& lines) {
    const auto source = open_cryptofeed_lines(write(lines), {});
    if (!source) return {source.error().message};
    left_out = (*source)->left_out();
    std::vector<std::string> texts;
    for (const DataSet& set : (*source)->sets()) {
      const auto reader = (*source)->reader(set, dir_.string());
      for (Row row;;) {
        const RowReader::Got got = (*reader)->next(row).value_or(RowReader::Got::kEnd);
        if (got == RowReader::Got::kEnd) break;
        texts.push_back(got == RowReader::Got::kRow
                            ? row_text(*set.kind, row)
                            : fmt::format("{}: {}", (*reader)->place(), (*reader)->bad().reason));
      }
    }
    return texts;
  }
  std::string left_out;
  acts::testing::TempDir dir_;
};

TEST_F(CaptureText, TimesAreTakenToTheNanosecondAsTheyStand) {
  EXPECT_THAT(rows({recv("1700000000.123456789", book("snapshot", 7, R"(["0.10","1"])")),
                    recv("1700000000.123456789", book("delta", 8, R"(["0.10","0"],["1e-05","3"])"))}),
              ElementsAre("2023-11-14T22:13:20.123456789Z,0,2023-11-14T22:13:20.000Z,null,7,null,true,true,0.1,1,"
                          "2023-11-14T22:13:20.001Z",
                          "2023-11-14T22:13:20.123456789Z,1,2023-11-14T22:13:20.000Z,8,8,null,false,true,0.1,0,"
                          "2023-11-14T22:13:20.001Z",
                          "2023-11-14T22:13:20.123456789Z,2,2023-11-14T22:13:20.000Z,8,8,null,false,true,0.00001,3,"
                          "2023-11-14T22:13:20.001Z"));
}

TEST_F(CaptureText, BadLinesAreToldWithTheirReasonAndNothingOfThemEnters) {
  const std::string good = recv("1700000000.5", book("snapshot", 7, R"(["1","1"])"));
  std::string deep(200'000, '[');
  const std::vector<std::string> told = rows({
      good,
      R"({"t":"recv","conn":"c","ts":1.5,"data":)",
      R"({"t":"other"})",
      R"({"t":"recv","conn":"c","ts":"soon","data":"{}"})",
      recv("1.1234567891", "{}"),
      R"({"t":"recv","conn":"d","ts":1.5,"data":"{}"})",
      R"({"t":"recv","conn":"c","ts":1.5,"data":{}})",
      recv("1.5", deep),
      deep,
      recv("1.5", book("delta", 8, R"(["1","1"],["2","-1"])")),
      recv("1.5", book("delta", 8, R"(["1"])")),
      recv("1.5", book("delta", 8, R"(["1,5","1"])")),
      recv("1.5", book("delta", 8, R"(["1",{"a":1}])")),
      recv("1.5", book("delta", 8, R"(["123456789012345678901234567890","1"])")),
      recv("1.5", book("none", 8, R"(["1","1"])")),
      recv("1.5", R"({"topic":"orderbook.50.X","type":"delta","ts":1,"data":{"s":"X","u":1.0e99}})"),
      recv("1.5", R"({"topic":"orderbook.50.X","type":"delta","ts":1,"data":{"s":"X","u":99999999999999999999}})"),
      recv("1.5", R"({"topic":"orderbook.50.X/..","type":"delta","ts":1,"data":{"s":"X/..","u":1}})"),
      recv("1.5", R"({"topic":"publicTrade.X","type":"snapshot","data":[)"
                  R"({"s":"X","i":"a-b","T":1,"p":"1","v":"1","S":"Buy"}]})"),
      recv("1.5", R"({"topic":"publicTrade.X","type":"snapshot","data":null})"),
      "\xFF\xFE",
  });
  ASSERT_EQ(told.size(), 21U);
  EXPECT_THAT(told[0], HasSubstr("2023-11-14T22:13:20.500000000Z,0,"));
  const std::vector<std::string> reasons = {
      "4: it is no JSON, or a line that is cut",
      "5: its t is none of header, http, connect, send and recv",
      "6: its ts is no time in unix seconds",
      "7: its ts is no time in unix seconds, exact to a nanosecond",
      "8: no line tells of its connection",
      "9: it has no data",
      "10: its message is no JSON, or nests deeper than 16",
      "11: it is no JSON",
      "12: quantity '-1' is negative",
      "13: a level lacks its price or quantity",
      "14: it has 4 fields, not 3",
      "15: a level lacks its price or quantity",
      "16: price '123456789012345678901234567890' is larger than the catalog keeps",
      "17: its type is neither snapshot nor delta",
      "18: its u is no id",
      "19: its u is no id",
      "20: 'X/..' is no symbol",
      "21: a trade's i is no whole number, and it has no seq",
      "22: it has no data behind its topic",
      "23: it is no JSON",
  };
  for (std::size_t i = 0; i < reasons.size(); ++i) EXPECT_THAT(told[i + 1], HasSubstr(reasons[i]));
}

TEST_F(CaptureText, OneBookChannelOfAnInstrumentEnters) {
  EXPECT_THAT(rows({recv("1700000000.5", book("snapshot", 7, R"(["1","1"])")),
                    recv("1700000000.6", book("snapshot", 9, R"(["2","1"])", "1")),
                    recv("1700000001.5", R"({"op":"pong"})"), recv("1700000001.6", "pong")}),
              ElementsAre(HasSubstr(",7,null,true,true,1,1,")));
  EXPECT_EQ(left_out, "1 orderbook.1, 2 pong");
}

// Of futures ids are UUIDs; several trades have one seq.
TEST_F(CaptureText, TradesOfBybitAreNumberedBySeqWhereTheirIdIsNoNumber) {
  const auto trades = [](std::string_view all) {
    return fmt::format(R"({{"topic":"publicTrade.X","type":"snapshot","ts":1,"data":[{}]}})", all);
  };
  const auto trade = [](std::string_view id, int seq, std::string_view more = "") {
    return fmt::format(R"({{"s":"X","i":"{}","T":1700000000000,"p":"2","v":"3","S":"Sell","seq":{}{}}})", id, seq,
                       more);
  };
  const std::string at = ",2023-11-14T22:13:20.000Z,2,3,null,true,null,";
  EXPECT_THAT(rows({recv("1.5", trades(trade("a-b", 5) + "," + trade("a-c", 5, R"(,"BT":true)"))),
                    recv("1.5", trades(trade("a-d", 5) + "," + trade("a-e", 6, R"(,"BT":false)"))),
                    recv("1.5", trades(trade("77", 6)))}),
              ElementsAre("20480" + at + "null,1970-01-01T00:00:01.500000000Z",
                          "20481" + at + "false,1970-01-01T00:00:01.500000000Z",
                          "20482" + at + "null,1970-01-01T00:00:01.500000000Z",
                          "24576" + at + "true,1970-01-01T00:00:01.500000000Z",
                          "77" + at + "null,1970-01-01T00:00:01.500000000Z"));
}

TEST_F(CaptureText, HintsSayWhatOfACaptureEnters) {
  const std::string path = write({recv("1700000000.5", book("snapshot", 7, R"(["1","1"])"))});
  const auto error = [&](const SourceHints& hints) {
    const auto source = open_cryptofeed_lines(path, hints);
    return source ? std::string() : source.error().message;
  };
  EXPECT_EQ(error({.kind = "book_updates", .venue = "bybit", .symbol = "X", .interval = ""}), "");
  for (const SourceHints& hints : {SourceHints{.kind = "trades", .venue = "", .symbol = "", .interval = ""},
                                   SourceHints{.kind = "", .venue = "okex", .symbol = "", .interval = ""},
                                   SourceHints{.kind = "", .venue = "", .symbol = "Y", .interval = ""}}) {
    EXPECT_THAT(error(hints), HasSubstr("it holds nothing of the --venue, --symbol and --kind asked for"));
  }
  EXPECT_THAT(rows({recv("1.5", R"({"topic":"kline.1.X"})")}),
              ElementsAre(HasSubstr("it holds no book and no trade that can be read, but 1 kline")));
}

TEST_F(CaptureText, OtherExchangesAndFormsAreRefusedByTheirName) {
  const auto error = [this](const std::string& header) {
    const std::string path = dir_.write("y.jsonl", header + "\n");
    EXPECT_EQ(format_of(path, {}).value()->name, "cryptofeed");
    return open_cryptofeed_lines(path, {}).error().message;
  };
  EXPECT_THAT(
      error(R"({"t":"header","format":2,"exchange":"KRAKEN"})"),
      AllOf(HasSubstr("y.jsonl: it is a capture of cryptofeed in JSON lines, of KRAKEN: those of OKX, BYBIT and "
                      "COINBASE are taken"),
            Not(HasSubstr("\n"))));
  EXPECT_THAT(error(R"({"t":"header","format":2,"exchange":"A\nB"})"),
              AllOf(HasSubstr("in JSON lines: those of"), Not(HasSubstr("\n"))));
  EXPECT_THAT(error(R"({"t":"header","format":3,"exchange":"OKX"})"),
              HasSubstr("its format is '3', and 2 is the one that is known"));
}

// A line without an end is a bad one, whose memory is bounded.
TEST_F(CaptureText, ALineThatIsTooLongIsABadOne) {
  const std::string good = recv("1700000000.5", book("snapshot", 7, R"(["1","1"])"));
  const std::vector<std::string> told = rows({std::string(CaptureLines::kMostLineBytes + 1, ' '), good});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[0], HasSubstr("3: "));
  EXPECT_THAT(told[1], HasSubstr(",7,null,true,true,1,1,"));
}

TEST_F(CaptureText, AMessageOfTooManyLevelsIsABadOne) {
  std::string levels = R"(["1","1"])";
  for (std::size_t i = 0; i < CaptureDecoder::kMostRows; ++i) levels += R"(,["1","1"])";
  EXPECT_THAT(rows({recv("1700000000.5", book("snapshot", 7, levels)), recv("1.5", book("delta", 8, ""))}),
              ElementsAre("3: it has more than 250000 levels or trades", HasSubstr(",8,8,null,false,null,null,null,")));
}

}  // namespace
}  // namespace acts::history
