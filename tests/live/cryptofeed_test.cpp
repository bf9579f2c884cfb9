// Captures of another collector, several symbols on one connection and their REST answers, through the whole pipeline:
// books, and how many events they are made of, as an independent replay by the documented rule has them.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"

#include "live/replay.hpp"
#include "support/cryptofeed_capture.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

struct Capture {
  std::string name;
  Venue venue = Venue::kBinanceSpot;
  std::size_t messages = 0;
  std::map<std::string, std::uint64_t> applied;
};

void PrintTo(const Capture& capture, std::ostream* out) { *out << capture.name; }

std::string text_of(const std::string& file) {
  std::ifstream in(test::testdata("cryptofeed/" + file), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The venue's documented rule, over the lines of a capture: the snapshot, and each update that is newer.
class NaiveBooks {
 public:
  NaiveBooks(const std::string& http, const std::string& stream) {
    for (const std::string& line : lines_of(http)) {
      const std::size_t symbol = line.find("symbol=") + 7;
      Book& book = books[line.substr(symbol, line.find('&', symbol) - symbol)];
      const auto body = nlohmann::json::parse(line.substr(line.find(": {") + 2));
      book.snapshot = body["lastUpdateId"];
      set(book.bids, body["bids"]);
      set(book.asks, body["asks"]);
    }
    for (const std::string& line : lines_of(stream)) {
      if (!line.contains("depthUpdate")) continue;
      const auto data = nlohmann::json::parse(line.substr(line.find(": {") + 2))["data"];
      Book& book = books[data["s"]];
      if (data["u"] <= book.snapshot) continue;
      set(book.bids, data["b"]);
      set(book.asks, data["a"]);
    }
  }

  struct Book {
    std::int64_t snapshot = 0;
    std::map<std::int64_t, std::int64_t, std::greater<>> bids;  // both in units of 10^-8
    std::map<std::int64_t, std::int64_t> asks;
  };
  std::map<std::string, Book> books;

 private:
  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (line.contains(": {")) lines.push_back(line);
    }
    return lines;
  }
  static std::int64_t units_of(const std::string& text) { return parse_scaled(text, 8).units; }
  static void set(auto& side, const nlohmann::json& levels) {
    for (const auto& level : levels) {
      const std::int64_t price = units_of(level[0]);
      const std::int64_t quantity = units_of(level[1]);
      if (quantity == 0) {
        side.erase(price);
      } else {
        side[price] = quantity;
      }
    }
  }
};

std::int64_t units_of(Decimal value) {
  for (int scale = value.scale; scale < 8; ++scale) value.units *= 10;
  return static_cast<std::int64_t>(value.units);
}

void expect_side(const OrderBook& book, Side side, const auto& naive, const std::string& symbol) {
  EXPECT_EQ(book.level_count(side), naive.size()) << symbol;
  const std::optional<BookLevel> best = book.best(side);
  ASSERT_TRUE(best && !naive.empty()) << symbol;
  EXPECT_EQ(units_of(to_decimal(best->price, book.scales())), naive.begin()->first) << symbol;
  EXPECT_EQ(units_of(to_decimal(best->quantity, book.scales())), naive.begin()->second) << symbol;
}

class CryptofeedCapture : public testing::TestWithParam<Capture> {};

TEST_P(CryptofeedCapture, EveryBookIsTheVenuesOwn) {
  const Capture& capture = GetParam();
  const std::string http = text_of(capture.name + ".http.0.0");
  const std::string stream = text_of(capture.name + ".ws.1.0");
  const test::CryptofeedRecording recording = test::convert_cryptofeed(capture.venue, http, stream);
  NaiveBooks naive(http, stream);
  ASSERT_EQ(recording.messages, capture.messages);
  ASSERT_EQ(recording.answers, capture.applied.size());

  ReplayOptions options;
  options.venue = capture.venue;
  std::vector<MinuteRow> rows;
  std::vector<std::string> problems;
  Replay replay(
      options, [&](MinuteRow&& row) { rows.push_back(std::move(row)); },
      [&](std::string problem) { problems.push_back(std::move(problem)); });
  RecordingReader reader = test::open_converted(recording);
  ASSERT_TRUE(replay.run(reader).has_value());

  EXPECT_TRUE(problems.empty()) << problems.front();
  EXPECT_EQ(replay.unreadable(), 0U);
  EXPECT_EQ(replay.unassigned(), 0U);
  ASSERT_EQ(replay.pipeline().size(), capture.applied.size());
  std::uint64_t points = 0;
  for (collector::InstrumentIndex i = 0; i < replay.pipeline().size(); ++i) {
    const std::string symbol(replay.pipeline().symbol(i));
    const binance::BookBuilder& builder = replay.pipeline().builder(i);
    ASSERT_TRUE(capture.applied.contains(symbol)) << symbol;
    EXPECT_EQ(builder.sync().counters().applied, capture.applied.at(symbol)) << symbol;
    EXPECT_EQ(builder.sync().counters().gaps, 0U) << symbol;
    EXPECT_EQ(builder.sync().counters().too_old, 0U) << symbol;
    EXPECT_EQ(builder.status().state, SyncState::kInSync) << symbol;
    EXPECT_FALSE(builder.book().crossed()) << symbol;
    expect_side(builder.book(), Side::kBid, naive.books[symbol].bids, symbol);
    expect_side(builder.book(), Side::kAsk, naive.books[symbol].asks, symbol);
    EXPECT_EQ(replay.ticker_checks()[i].differences(), 0U) << symbol;
    points += replay.ticker_checks()[i].points();
  }
  EXPECT_GT(points, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, CryptofeedCapture,
    testing::Values(
        Capture{"BINANCE", Venue::kBinanceSpot, 265, {{"NKNUSDT", 149}, {"LRCBTC", 13}, {"BLZETH", 9}, {"RUNEEUR", 1}}},
        Capture{"BINANCE_FUTURES",
                Venue::kBinanceUsdm,
                1'535,
                {{"SUSHIUSDT", 252}, {"AKROUSDT", 188}, {"CTKUSDT", 180}, {"KEEPUSDT", 132}}}),
    [](const testing::TestParamInfo<Capture>& one) { return one.param.name; });

}  // namespace
}  // namespace acts
