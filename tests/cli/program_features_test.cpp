// acts features compute, and the features of acts replay, as users meet them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::testing::SegmentMaker;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kSpotBtc = test::testdata("binance-feed/spot/btcusdt_20240808.gz");

using Cells = std::vector<std::string>;

Cells split(const std::string& line) {
  Cells cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  if (line.ends_with(',')) cells.emplace_back();
  return cells;
}

// These columns of a CSV text, as CSV.
std::string columns_of(const std::string& csv, const Cells& names) {
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  const Cells header = split(line);
  std::string out;
  const auto add = [&](const Cells& cells) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto at = std::ranges::find(header, names[i]);
      ASSERT_NE(at, header.end()) << names[i];
      out += (i == 0 ? "" : ",") + cells.at(static_cast<std::size_t>(at - header.begin()));
    }
    out += '\n';
  };
  for (add(header); std::getline(in, line);) add(split(line));
  return out;
}

// A day of a data directory, made of a real recording.
void record(const std::string& data_dir) {
  auto reader = RecordingReader::open({kSpotBtc}).value();
  std::unique_ptr<SegmentMaker> segment;
  UnixNanos end;
  UnixNanos last;
  while (const auto item = reader.next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    last = line.ts_recv;
    if (!segment || last >= end) {
      if (segment) segment->finish(last);
      const bool is_first = segment == nullptr;
      segment = std::make_unique<SegmentMaker>(
          fmt::format("{}/raw/binance-spot/{}/{}.jsonl.zst", data_dir, segment_directory("BTCUSDT", last), last.value));
      end = floor_to(last, kLogSpan) + kLogSpan;
      const IndexEvent begin = is_first ? IndexEvent(index::RunStarted{"1", "binance-spot", "0", ""})
                                        : IndexEvent(index::RunContinued{"1", "binance-spot", "0"});
      ASSERT_TRUE(segment->writer().note(last, begin));
      ASSERT_TRUE(segment->writer().note(last, index::SymbolAdded{"BTCUSDT", "trading"}));
    }
    segment->writer().line(last, 1, LineUse::kTaken, line.json);
  }
  segment->finish(last);
}

TEST(FeaturesCommand, ComputesTheColumnsOfMinuteRows) {
  const Outcome replayed = run_acts({"replay", kSpotBtc});
  const Outcome computed =
      run_acts({"features", "compute", "mid_price,total_bid_P,book_bias,microprice,state,updates", kSpotBtc});
  EXPECT_EQ(computed.exit_code, kExitDone) << computed.err;
  EXPECT_EQ(computed.err, "");
  EXPECT_EQ(computed.out,
            columns_of(replayed.out, {"venue", "symbol", "sample_time", "mid_price", "total_bid_1", "total_bid_4",
                                      "book_bias_1", "book_bias_4", "microprice", "state", "updates"}));
  EXPECT_GT(std::ranges::count(computed.out, '\n'), 3);
}

TEST(FeaturesCommand, LeavesOutWhatIsNotAsked) {
  const Outcome computed = run_acts({"features", "compute", "mid_price", kSpotBtc});
  EXPECT_EQ(computed.out,
            columns_of(run_acts({"replay", kSpotBtc}).out, {"venue", "symbol", "sample_time", "mid_price"}));
}

TEST(FeaturesCommand, ComputesWhatReplayAddsToItsRows) {
  const Outcome replayed = run_acts({"replay", "--interval", "10s", "--features", "vwap,imbalance,mid_return",
                                     "--levels", "1,20", "--horizons", "10s,1m", kSpotBtc});
  EXPECT_EQ(replayed.exit_code, kExitDone) << replayed.err;
  const Outcome computed = run_acts({"features", "compute", "vwap,best_bid,imbalance_N,mid_return", "--interval", "10s",
                                     "--levels", "1,20", "--horizons", "10s,1m", kSpotBtc});
  EXPECT_EQ(computed.out, columns_of(replayed.out, {"venue", "symbol", "sample_time", "vwap", "best_bid", "imbalance_1",
                                                    "imbalance_20", "mid_return_10s", "mid_return_1m"}));
  EXPECT_GT(std::ranges::count(computed.out, '\n'), 25);
  const Outcome json = run_acts({"features", "compute", "vwap", "--interval", "1m", "--rows", "json", kSpotBtc});
  EXPECT_THAT(json.out, StartsWith(R"({"venue":"binance-spot","symbol":"BTCUSDT","sample_time":"2024-08-08T)"));
}

// A recording that goes on otherwise from `at` on: with trades and a book that never were, and then as it was.
std::string with_another_future(UnixNanos at) {
  auto reader = RecordingReader::open({kSpotBtc}).value();
  std::string text;
  bool is_changed = false;
  while (const auto item = reader.next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    if (!is_changed && line.ts_recv >= at) {
      is_changed = true;
      const std::int64_t millis = to_unix_millis(at);
      text += fmt::format(
          R"({} {{"e":"trade","E":{},"s":"BTCUSDT","t":9999999999,"p":"1.00","q":"5000","T":{},"m":true,"M":true}})"
          "\n",
          at.value, millis, millis);
      text += fmt::format(
          R"({} {{"e":"depthUpdate","E":{},"s":"BTCUSDT","U":1,"u":99999999999999,"b":[["99999.00","7"]],"a":[["1.00","7"]]}})"
          "\n",
          at.value, millis);
    }
    text += fmt::format("{} {}\n", line.ts_recv.value, line.json);
  }
  return text;
}

// Rows of up to that time, and those behind.
std::pair<std::string, std::string> parted_at(const std::string& csv, const std::string& time) {
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  std::pair<std::string, std::string> parts;
  while (std::getline(in, line)) (split(line).at(2) <= time ? parts.first : parts.second) += line + '\n';
  return parts;
}

// Whatever comes later, on the boundary or right behind it: no feature of a row before changes.
TEST(FeaturesCommand, SeesNothingOfWhatIsReceivedLater) {
  const TempDir dir;
  const auto replay = [](const std::string& file) {
    return run_acts(
        {"replay", "--interval", "1s", "--features", "all", "--levels", "1,5,20", "--horizons", "1s,10s", file});
  };
  const Outcome whole = replay(kSpotBtc);
  ASSERT_EQ(whole.exit_code, kExitDone) << whole.err;
  for (const char* time : {"2024-08-08T23:55:30.000Z", "2024-08-08T23:57:00.000Z", "2024-08-08T23:59:00.000Z"}) {
    for (const Nanos behind : {Nanos{0}, Nanos{1}}) {
      SCOPED_TRACE(fmt::format("{} and {} ns", time, behind.count()));
      const UnixNanos at = parse_iso8601(time).value() + behind;
      const Outcome other = replay(dir.write("other", with_another_future(at)));
      const auto [before, after] = parted_at(whole.out, time);
      const auto [same, different] = parted_at(other.out, time);
      EXPECT_GT(std::ranges::count(before, '\n'), 60);
      EXPECT_EQ(same, before);
      EXPECT_NE(different, after);
    }
  }
}

TEST(FeaturesCommand, ComputesWhatADataDirectoryHoldsOfASymbol) {
  const TempDir dir;
  record(dir.string());
  const std::vector<std::string> compute{"features", "compute", "mid_price,buy_volume,order_flow_imbalance,state",
                                         "--interval", "5s"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), compute.begin(), compute.end());
    return run_acts(more);
  };
  const Outcome of_files = with({dir / "raw/binance-spot/BTCUSDT/2024-08-08"});
  EXPECT_NE(of_files.exit_code, kExitDone) << "a directory is no recording";
  const Outcome whole = with({"--symbol", "BTC", "--data-dir", dir.string()});
  EXPECT_EQ(whole.exit_code, kExitDone) << whole.err;
  const Outcome part = with(
      {"--symbol", "BTCUSDT", "--data-dir", dir.string(), "--from", "2024-08-08T23:57", "--to", "2024-08-08T23:57:30"});
  EXPECT_EQ(part.exit_code, kExitDone) << part.err;
  EXPECT_EQ(std::ranges::count(part.out, '\n'), 1 + 6);
  const std::string rows = part.out.substr(part.out.find('\n') + 1);
  EXPECT_THAT(whole.out, HasSubstr("\n" + rows));
  EXPECT_THAT(rows, StartsWith("binance-spot,BTCUSDT,2024-08-08T23:57:00.000Z,"));
}

// The two files begin within a second of each other.
TEST(FeaturesCommand, ComputesTheBestOverVenues) {
  const std::string usdm = test::testdata("binance-feed/usdm/btcusdt_20240808.gz");
  const std::vector<std::string> flags{"--symbol", "BTCUSDT", "--interval", "10s"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), flags.begin(), flags.end());
    return run_acts(more);
  };
  const Outcome best = with({"features", "compute", "best_over_venues", usdm, kSpotBtc});
  EXPECT_EQ(best.exit_code, kExitDone) << best.err;
  EXPECT_THAT(best.out, StartsWith("venue,symbol,sample_time,best_bid,best_bid_quantity,best_bid_venue,best_ask,"));
  EXPECT_EQ(with({"features", "compute", "best_over_venues", kSpotBtc, usdm}).out, best.out);
  const std::string spot = with({"features", "compute", "best_bid,best_ask", kSpotBtc}).out;
  const std::string other = with({"features", "compute", "best_bid,best_ask", usdm}).out;
  std::istringstream rows(best.out);
  std::string line;
  std::getline(rows, line);
  int both = 0;
  while (std::getline(rows, line)) {
    const Cells cells = split(line);
    ASSERT_EQ(cells.size(), 11U) << line;
    if (cells[10] != "2") continue;
    ++both;
    // What a venue is named for is what its own row says.
    const std::string& bids = cells[5] == "binance-spot" ? spot : other;
    const std::string& asks = cells[8] == "binance-spot" ? spot : other;
    EXPECT_THAT(bids, HasSubstr(fmt::format("{},BTCUSDT,{},{},", cells[5], cells[2], cells[3])));
    const std::size_t at = asks.find(fmt::format("{},BTCUSDT,{},", cells[8], cells[2]));
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(split(asks.substr(at, asks.find('\n', at) - at)).at(4), cells[6]);
  }
  EXPECT_GT(both, 20);
}

TEST(FeaturesCommand, SaysInOneLineWhatIsWrong) {
  const auto expect_mistake = [](const std::vector<std::string>& arguments, const std::string& beginning) {
    const Outcome outcome = run_acts(arguments);
    EXPECT_EQ(outcome.exit_code, kExitUsage) << beginning;
    EXPECT_THAT(outcome.err, StartsWith("acts: " + beginning));
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  };
  expect_mistake({"features", "make"}, "no action 'make' of features: there is compute");
  expect_mistake({"features", "compute"}, "features compute: name the features");
  expect_mistake({"features", "compute", "mid_prize", kSpotBtc}, "no feature 'mid_prize': did you mean mid_price?");
  expect_mistake({"features", "compute", "vwap,", kSpotBtc}, "no feature ''");
  expect_mistake({"features", "compute", "vwap", "--interval", "50ms", kSpotBtc}, "an interval of 50ms");
  expect_mistake({"features", "compute", "vwap"}, "name recordings, or one symbol");
  expect_mistake({"features", "compute", "vwap", "--symbol", "BTC", "--data-dir", "/nonexistent"},
                 "nothing of binance-spot BTC is recorded in /nonexistent");
  expect_mistake({"features", "compute", "best_over_venues"}, "best_over_venues: name one symbol");
  expect_mistake({"features", "--levels", "0"}, "--levels: '0'");
  expect_mistake({"features", "--horizons", "7s"}, "a horizon of 7s");
  expect_mistake({"replay", "--features", "vwop", kSpotBtc}, "no feature 'vwop': did you mean vwap?");
}

TEST(FeaturesCommand, ListsBothKindsWithTheirColumns) {
  const Outcome outcome = run_acts({"features", "--bands", "2", "--levels", "7", "--horizons", "5m"});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  for (const char* const text : {"total_bid_2", "imbalance_7", "mid_return_5m", "order_flow_imbalance", "suspect"}) {
    EXPECT_THAT(outcome.out, HasSubstr(text));
  }
}

}  // namespace
}  // namespace acts::cli
