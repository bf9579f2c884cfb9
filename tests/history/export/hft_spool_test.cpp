#include "history/export/hft_spool.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "history/export/export_recording.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;

// With all that was told of problems behind them.
struct SpoolRun {
  std::vector<HftEvent> events;
  std::vector<std::string> problems;
};

SpoolRun run_of(RecordingExport wanted, bool keeps_events) {
  SpoolRun run;
  wanted.keeps_events = keeps_events;
  auto exporter = RecordingExporter::open(std::move(wanted),
                                          [&run](std::string_view problem) { run.problems.emplace_back(problem); });
  EXPECT_TRUE(exporter);
  for (const OpenEvents open = exporter->events(); run.events.empty();) {
    const auto source = open();
    EXPECT_TRUE(source);
    HftEvent event;
    while (*(*source)->next(event)) run.events.push_back(event);
    if (run.events.empty()) break;
  }
  return run;
}

void expect_same(const RecordingExport& wanted, std::size_t least) {
  const SpoolRun read = run_of(wanted, false);
  const SpoolRun kept = run_of(wanted, true);
  EXPECT_GE(read.events.size(), least);
  EXPECT_EQ(kept.problems, read.problems);
  ASSERT_EQ(kept.events.size(), read.events.size());
  for (std::size_t i = 0; i < read.events.size(); ++i) ASSERT_EQ(kept.events[i], read.events[i]) << i;
}

TEST(HftSpool, HasTheEventsThatASecondReadingGives) {
  expect_same(
      {.paths = {testdata("binance-feed/usdm/btcusdt_20240808.gz")}, .venue = Venue::kBinanceUsdm, .symbol = "BTCUSDT"},
      466'836);
  const RecordingExport spot{
      .paths = {testdata("binance-feed/spot/btcusdt_20240808.gz"), testdata("binance-feed/spot/ethusdt_20240808.gz")},
      .venue = Venue::kBinanceSpot,
      .symbol = "ETHUSDT"};
  expect_same(spot, 10'000);
  RecordingExport part = spot;
  part.from = UnixNanos{1'723'161'300'000'000'000};
  part.to = UnixNanos{1'723'161'360'000'000'000};
  expect_same(part, 100);
}

std::string depth_line(std::int64_t ts, std::string_view symbol, int first, int last) {
  return fmt::format(
      "{} "
      "{{\"e\":\"depthUpdate\",\"E\":1700000000000,\"s\":\"{}\",\"U\":{},\"u\":{},\"b\":[[\"1.5\",\"2\"]],\"a\":[]}}\n",
      ts, symbol, first, last);
}
std::string answer_line(std::int64_t ts, int id) {
  return fmt::format("{} {{\"lastUpdateId\":{},\"bids\":[[\"1.5\",\"{}\"]],\"asks\":[]}}\n", ts, id, id);
}

// Whose an answer is shows only behind it; of two connections' messages one counts; aggregated trades where there are
// no others.
TEST(HftSpool, TellsAnswersAndTradesAsASecondReadingDoes) {
  const TempDir dir;
  const std::string aggregate =
      "5 "
      "{\"e\":\"aggTrade\",\"E\":1700000000000,\"s\":\"BTCUSDT\",\"a\":1,\"p\":\"1.50\",\"q\":\"0.3\",\"f\":1,\"l\":2,"
      "\"T\":1700000000000,\"m\":true}\n";
  const std::string trade =
      "6 {\"e\":\"trade\",\"E\":1700000000000,\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1.50\",\"q\":\"0.3\","
      "\"T\":1700000000000,\"m\":true,\"M\":true}\n";
  const std::string books = answer_line(1, 6) + depth_line(2, "BTCUSDT", 5, 7) + depth_line(2, "BTCUSDT", 5, 7) +
                            answer_line(3, 106) + depth_line(3, "ETHUSDT", 105, 107) + aggregate;
  for (const std::string& text : {books, books + trade}) {
    for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
      expect_same({.paths = {dir.write("recording", text)}, .venue = Venue::kBinanceSpot, .symbol = symbol}, 4);
    }
  }
  // What cannot be read is told all the same.
  const RecordingExport damaged{
      .paths = {dir.write("damaged", "no line\n" + books)}, .venue = Venue::kBinanceSpot, .symbol = "BTCUSDT"};
  expect_same(damaged, 4);
  EXPECT_EQ(run_of(damaged, true).problems.size(), 1U);
}

TEST(HftSpool, KeepsNothingOfMoreThanItsLimit) {
  HftSpool spool({.venue = Venue::kBinanceSpot, .symbol = "BTCUSDT"});
  binance::Message message;
  message.symbol = "BTCUSDT";
  DepthSnapshot snapshot;
  const std::vector<Level> levels(HftSpool::kMostEvents / 10, Level{Price{1}, Quantity{1}});
  snapshot.bids = levels;
  message.body = snapshot;
  const RecordedLine line{.ts_recv = UnixNanos{1}, .json = "{}", .file = "f", .line_number = 1, .connection = {}};
  for (int i = 0; i < 9; ++i) spool.take({message, line, "BTCUSDT"});
  EXPECT_TRUE(spool.is_whole());
  spool.take({message, line, "BTCUSDT"});
  EXPECT_FALSE(spool.is_whole());
}

TEST(HftLevels, ClearASideOfASnapshotWithoutLevels) {
  binance::Message message;
  DepthSnapshot snapshot;
  const std::vector<Level> bids{{Price{15}, Quantity{2}}};
  snapshot.scales = {.price = 1, .quantity = 0};
  snapshot.bids = bids;
  message.body = snapshot;
  std::vector<HftLevel> levels;
  append_hft_levels(message, levels);
  ASSERT_EQ(levels.size(), 3U);
  EXPECT_EQ(levels[0].px, 1.5);
  EXPECT_EQ(levels[2].ev, hft::kClear | hft::kSell);
  EXPECT_TRUE(std::isinf(levels[2].px));
}

}  // namespace
}  // namespace acts::history
