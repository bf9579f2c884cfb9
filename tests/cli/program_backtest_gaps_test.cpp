// What a backtest's data lacks is told whatever form it has, and where it does not say where it lies.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

// 300 updates of the depth and as many trades, ten a second: 100.0 against 100.2.
struct LackingMarket {
  bool has_snapshot = true;
  int updates = 300;       // then none
  int missing_trades = 0;  // from the 100th on
  int trades = 300;
  int begin = 0;  // nothing before this
  int end = 300;
};
std::string lines_of(const LackingMarket& market) {
  constexpr std::int64_t kFirstMs = 1'723'161'610'000;  // 2024-08-09T00:00:10Z
  std::string lines;
  if (market.has_snapshot) {
    lines =
        fmt::format(R"({0}000000 {{"lastUpdateId":1000,"E":{0},"T":{0},"bids":[["100.0","5"]],"asks":[["100.2","7"]]}})"
                    "\n",
                    kFirstMs);
  }
  for (int i = market.begin; i < market.end; ++i) {
    const std::int64_t at = kFirstMs + i * 100;
    if (i < market.updates) {
      lines += fmt::format(
          R"({0}000000 {{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{0},"T":{0},"s":"BTCUSDT",)"
          R"("U":{1},"u":{1},"pu":{2},"b":[["100.0","{3}"]],"a":[["100.2","7"]]}}}})"
          "\n",
          at, 1001 + i, 1000 + i, 5 + i % 2);
    }
    if (i >= market.trades || (i >= 100 && i < 100 + market.missing_trades)) continue;
    lines += fmt::format(
        R"({0}000000 {{"stream":"btcusdt@trade","data":{{"e":"trade","E":{0},"T":{0},"s":"BTCUSDT","t":{1},)"
        R"("p":"100.1","q":"1","X":"MARKET","m":true}}}})"
        "\n",
        at, i + 1);
  }
  return lines;
}

std::string config_over(const std::string& data) {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\n{}\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\nmaker = "
      "\"0.0002\"\n[funding]\nsource = \"none\"\n"
      "[strategy]\nname = \"twap\"\nduration = \"10s\"\nslices = 5\n",
      data);
}

Outcome run_of(const TempDir& dir, const std::string& data, int code = 0) {
  const std::string config = dir.write("run.toml", config_over(data));
  Outcome outcome = run_acts({"backtest", config, "--out", dir / "run"}, dir / "");
  EXPECT_EQ(outcome.exit_code, code) << outcome.err;
  return outcome;
}

nlohmann::json facts_in(const TempDir& dir) { return nlohmann::json::parse(read_file(dir / "run/run.json"))["run"]; }

// What the run over the catalog and that over the recording say in common.
Outcome run_of_both(const TempDir& dir, const LackingMarket& market) {
  const std::string recording = dir.write("r.txt", lines_of(market));
  std::filesystem::remove_all(dir / "data");
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", dir / "data", recording});
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
  const Outcome of_catalog = run_of(dir, "data_dir = \"data\"");
  nlohmann::json told = facts_in(dir);
  const Outcome outcome = run_of(dir, "files = [\"r.txt\"]");
  EXPECT_EQ(of_catalog.err, outcome.err);
  EXPECT_EQ(of_catalog.out, outcome.out);
  for (const char* const key : {"gaps", "gap_minutes", "trade_gaps", "missing_trades", "trades"}) {
    EXPECT_EQ(told[key], facts_in(dir)[key]) << key;
  }
  return outcome;
}

TEST(ProgramBacktestGaps, AreNotToldOfDataThatLacksNothing) {
  const TempDir dir;
  EXPECT_EQ(run_of_both(dir, {}).err, "");
  EXPECT_EQ(facts_in(dir)["gaps"].size(), 0U);
  EXPECT_EQ(facts_in(dir)["missing_trades"], 0);
  EXPECT_EQ(facts_in(dir)["trades"], 300);
}

TEST(ProgramBacktestGaps, BeginWithDataThatHasNoSnapshot) {
  const TempDir dir;
  const std::string gap =
      "1 gap in the data, of 0.498 minutes in all, the first from 2024-08-09T00:00:10.000000000Z (1 without a "
      "snapshot)";
  const Outcome run = run_of_both(dir, {.has_snapshot = false});
  EXPECT_THAT(run.err, HasSubstr(gap + ": so long nobody knew the book, and no fill there is to be believed\n"));
  EXPECT_THAT(run.out, HasSubstr(gap + "\n"));
  const nlohmann::json told = facts_in(dir)["gaps"][0];
  EXPECT_EQ(told["cause"], "no_snapshot");
  EXPECT_EQ(told["last_update_before"], nullptr);
  EXPECT_EQ(told["first_update_after"], 1001);
}

TEST(ProgramBacktestGaps, LastToTheEndWhereTradesGoOnWithoutTheDepth) {
  const TempDir dir;
  EXPECT_THAT(run_of_both(dir, {.updates = 100}).err,
              HasSubstr("1 gap in the data, of 0.333 minutes in all, the first from 2024-08-09T00:00:19.900000000Z (1 "
                        "without updates)"));
  EXPECT_EQ(facts_in(dir)["gaps"][0]["cause"], "no_updates");
  EXPECT_EQ(run_of_both(dir, {.updates = 200}).err, "") << "9.9 s are a pause";
}

TEST(ProgramBacktestGaps, OfTradesAreToldInSummaryReportAndSweep) {
  const TempDir dir;
  const std::string gap = "20 trades are missing at 1 place, the first behind 2024-08-09T00:00:19.900000000Z";
  const Outcome run = run_of_both(dir, {.missing_trades = 20});
  EXPECT_EQ(run.err, "acts: " + gap + ", by their ids: what they would have filled is not filled\n");
  EXPECT_THAT(run.out, HasSubstr(gap + "\n"));
  EXPECT_EQ(facts_in(dir)["gaps"].size(), 0U) << "the book was known";
  const nlohmann::json told = facts_in(dir)["trade_gaps"][0];
  EXPECT_EQ(told["last_trade_before"], 100);
  EXPECT_EQ(told["first_trade_after"], 121);
  ASSERT_EQ(run_acts({"report", dir / "run", "--out", dir / "sheet.html"}).exit_code, 0);
  EXPECT_THAT(read_file(dir / "sheet.html"), HasSubstr(", 20 trades missing"));
  const std::string config = config_over("files = [\"r.txt\"]");
  const std::string sweep =
      dir.write("sweep.toml", config.substr(0, config.find("slices")) + "[sweep]\nslices = [5, 4]\n");
  const Outcome swept = run_acts({"sweep", sweep, "--output", dir / "table.csv"});
  EXPECT_EQ(swept.err, run.err);
  EXPECT_THAT(swept.out, HasSubstr(gap + "\n"));
}

TEST(ProgramBacktestGaps, SayThatThereAreNoTradesAtAll) {
  const TempDir dir;
  const Outcome run = run_of_both(dir, {.trades = 0});
  EXPECT_EQ(run.err,
            "acts: BTCUSDT: the data has no trades: an order that rests is filled only where the book comes to cross "
            "its price, and no strategy is told of one: record the stream trade\n");
  EXPECT_THAT(run.out, HasSubstr("BTCUSDT: the data has no trades\n"));
  ASSERT_EQ(run_acts({"report", dir / "run", "--out", dir / "sheet.html"}).exit_code, 0);
  EXPECT_THAT(read_file(dir / "sheet.html"), HasSubstr(", no trades in the data"));
}

TEST(ProgramBacktestFiles, AreRefusedTwice) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("a.txt", lines_of({})).empty());
  ASSERT_FALSE(dir.write("b.txt", lines_of({})).empty());
  EXPECT_EQ(run_of(dir, "files = [\"a.txt\", \"b.txt\"]", 2).err,
            fmt::format("acts: files in [data]: {} is {} once more, byte by byte: take one out\n", dir / "b.txt",
                        dir / "a.txt"));
  ASSERT_FALSE(dir.write("a.txt", "").empty());
  ASSERT_FALSE(dir.write("c.txt", "").empty());
  EXPECT_EQ(run_of(dir, "files = [\"a.txt\", \"b.txt\", \"c.txt\"]").err, "") << "there is nothing in them";
}

// The other end of a pipe may never come.
TEST(ProgramBacktestFiles, AreNoPipesAndNoDirectories) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(run_of(dir, "files = [\"pipe\"]", 2).err,
            fmt::format("acts: {}: it is no file but a pipe or a device, and data is read more than once: write it to "
                        "a file first\n",
                        dir / "pipe"));
  std::filesystem::create_directory(dir / "folder");
  EXPECT_THAT(run_of(dir, "files = [\"folder\"]", 2).err, HasSubstr("folder: is a directory: name the files in it\n"));
}

TEST(ProgramBacktestFiles, AreReadInTheOrderOfTime) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("a.txt", lines_of({.end = 150})).empty());
  ASSERT_FALSE(dir.write("b.txt", lines_of({.has_snapshot = false, .begin = 150})).empty());
  EXPECT_EQ(run_of(dir, "files = [\"a.txt\", \"b.txt\"]").err, "");
  const std::string in_order = read_file(dir / "run/fills.csv");
  EXPECT_THAT(in_order, HasSubstr(",taker,"));
  const Outcome swapped = run_of(dir, "files = [\"b.txt\", \"a.txt\"]", 3);
  const std::string told = fmt::format(
      "{}: it begins at 2024-08-09T00:00:10.000Z, before {} (2024-08-09T00:00:25.000Z), which stands before it in "
      "files: they are read in the order of time",
      dir / "a.txt", dir / "b.txt");
  EXPECT_THAT(swapped.err, HasSubstr(told));
  EXPECT_THAT(swapped.err, Not(HasSubstr("gap")));
  EXPECT_EQ(facts_in(dir)["problems"]["first"][0], told);
  EXPECT_EQ(read_file(dir / "run/fills.csv"), in_order);
}

// As acts import, export, query and bars do.
TEST(ProgramBacktestData, LiesInTheDataDirectoryOfOtherCommandsIfNothingIsSaid) {
  const TempDir dir;
  const std::string period = "from = \"2024-08-09\"\nto = \"2024-08-10\"";
  EXPECT_EQ(run_of(dir, period, 2).err,
            fmt::format("acts: {}: files in [data] is missing, and there is no data directory ./acts-data: name files "
                        "or data_dir\n",
                        dir / "run.toml"));
  const std::string recording = dir.write("r.txt", lines_of({}));
  ASSERT_EQ(run_acts({"import", "--market", "um", recording}, dir / "").exit_code, 0);
  run_of(dir, period);
  EXPECT_EQ(facts_in(dir)["trades"], 300);
  std::filesystem::rename(dir / "acts-data", dir / "elsewhere");
  ASSERT_FALSE(dir.write("acts.toml", "[collect]\ndata_dir = \"elsewhere\"\n").empty());
  run_of(dir, period);
  EXPECT_EQ(facts_in(dir)["trades"], 300);
  const std::string config = config_over(period);
  const std::string sweep =
      dir.write("sweep.toml", config.substr(0, config.find("slices")) + "[sweep]\nslices = [5, 4]\n");
  EXPECT_EQ(run_acts({"sweep", sweep}, dir / "").exit_code, 0);
}

}  // namespace
}  // namespace acts::cli
