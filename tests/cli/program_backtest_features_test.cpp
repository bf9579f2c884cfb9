// A strategy that trades on features, from the command line: over every kind of data, in sweeps, and what is proven.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;

const std::string kUsdmRecording = testdata("binance-feed/usdm/btcusdt_20240808.gz");
const std::string kSpotRecording = testdata("binance-feed/spot/btcusdt_20240808.gz");

std::string files_of(std::string_view path) { return fmt::format("files = [\"{}\"]\n", path); }

// `data`: where it is; `strategy`: its parameters.
std::string signal_over(std::string_view data, std::string_view strategy = "threshold = 0.1\n",
                        std::string_view more = "") {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\n{}[instrument]\ntick_size = \"0.1\"\nlot_size = "
      "\"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\ntaker = \"0.0005\"\n[features]\ninterval = "
      "\"1s\"\nlevels = [5]\n[strategy]\nname = \"feature_signal\"\n{}{}",
      data, strategy, more);
}

std::string fills_of(const std::string& folder) { return read_file(fs::path(folder) / "fills.csv"); }

void expect_same_run(const std::string& first, const std::string& second) {
  for (const std::string name : {"run.json", "equity.csv", "fills.csv", "orders.csv", "marks.csv", "decisions.log"}) {
    EXPECT_FALSE(read_file(fs::path(first) / name).empty()) << name;
    EXPECT_TRUE(read_file(fs::path(first) / name) == read_file(fs::path(second) / name)) << name;
  }
}

TEST(ProgramBacktestFeatures, TradesAreTheSameOverEveryKindOfData) {
  const TempDir dir;
  const std::string recorded = dir.write("recorded.toml", signal_over(files_of(kUsdmRecording)));
  const Outcome run = run_acts({"backtest", recorded, "--out", dir / "recorded"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::string fills = fills_of(dir / "recorded");
  EXPECT_GT(std::count(fills.begin(), fills.end(), '\n'), 50);

  ASSERT_EQ(run_acts({"export", "--format", "npz", "--output", dir / "events.npz", kUsdmRecording}).exit_code, 0);
  const std::string npz = dir.write("npz.toml", signal_over(files_of(dir / "events.npz")));
  const Outcome of_npz = run_acts({"backtest", npz, "--out", dir / "npz"});
  EXPECT_EQ(of_npz.exit_code, 0) << of_npz.err;
  EXPECT_EQ(fills_of(dir / "npz"), fills);

  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", dir / "data", kUsdmRecording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const std::string catalog =
      dir.write("catalog.toml", signal_over("data_dir = \"data\"\nfrom = \"2024-08-08\"\nto = \"2024-08-10\"\n"));
  const Outcome of_catalog = run_acts({"backtest", catalog, "--out", dir / "catalog"});
  EXPECT_EQ(of_catalog.exit_code, 0) << of_catalog.err;
  EXPECT_EQ(fills_of(dir / "catalog"), fills);
}

TEST(ProgramBacktestFeatures, IsProvenLikeAnyRun) {
  const TempDir dir;
  const std::string config =
      dir.write("signal.toml", signal_over(files_of(kUsdmRecording), "feature = \"imbalance_5\"\n"));
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run", "--save-state", dir / "state",
                                "--check-determinism", "--check-lookahead", "--cuts", "3"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("deterministic: a second run gave the same bytes in every file\n"));
  EXPECT_THAT(run.out, HasSubstr("no look-ahead: with another future after 3 moments (seed "));
  EXPECT_GT(fills_of(dir / "run").size(), 1000U);
  const Outcome replayed = run_acts({"backtest", "--replay", dir / "run"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  const Outcome isolated = run_acts({"backtest", config, "--out", dir / "isolated", "--isolate"});
  ASSERT_EQ(isolated.exit_code, 0) << isolated.err;
  expect_same_run(dir / "run", dir / "isolated");
  const Outcome restored = run_acts({"backtest", config, "--out", dir / "restored", "--restore", dir / "state"});
  EXPECT_EQ(restored.exit_code, 0) << restored.err;
  EXPECT_GT(fills_of(dir / "restored").size(), 1000U);
  const Outcome scenarios = run_acts({"backtest", config, "--out", dir / "scenarios", "--scenarios"});
  EXPECT_EQ(scenarios.exit_code, 0) << scenarios.err;
  EXPECT_EQ(fills_of(dir / "scenarios"), fills_of(dir / "run"));
}

TEST(ProgramBacktestFeatures, TradesOnThoseOfSeveralInstruments) {
  const TempDir dir;
  const std::string config = dir.write(
      "pair.toml",
      fmt::format("[[data]]\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\n{}[[data]]\nvenue = \"binance-usdm\"\n"
                  "symbol = \"BTCUSDT\"\n{}[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.00001\"\n"
                  "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n[features]\nbands = [0.05]\ninterval = "
                  "\"1s\"\n[strategy]\nname = \"feature_signal\"\nfeature = \"book_bias_0_05\"\n",
                  files_of(kSpotRecording), files_of(kUsdmRecording)));
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::string fills = fills_of(dir / "run");
  EXPECT_THAT(fills, HasSubstr(",binance-spot:BTCUSDT,"));
  EXPECT_THAT(fills, HasSubstr(",binance-usdm:BTCUSDT,"));
}

std::vector<std::string> rows_of(const std::string& table) {
  std::vector<std::string> rows;
  std::istringstream stream(table);
  for (std::string row; std::getline(stream, row);) rows.push_back(row);
  return rows;
}

// Orders, fills, position, balance and fee of a set are those of its run.
void expect_row_of_a_run(const TempDir& dir, const std::string& row, const std::string& single) {
  const std::string config = dir.write("single.toml", single);
  const Outcome run = run_acts({"backtest", config, "--out", dir / "single"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  std::vector<std::string> fields;
  std::istringstream stream(row);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  ASSERT_GT(fields.size(), 8U);
  EXPECT_THAT(run.out, HasSubstr(fmt::format("{} fills, position {}, balance {}, fee {},", fields[4], fields[5],
                                             fields[6], fields[7])))
      << row;
  EXPECT_NE(fields[4], "0");
  fs::remove_all(dir / "single");
}

TEST(ProgramBacktestFeatures, SweepsHaveTheRowsOfSingleRuns) {
  const TempDir dir;
  const std::string sweep =
      dir.write("sweep.toml", signal_over(files_of(kUsdmRecording), "", "[sweep]\nthreshold = [0.1, 0.5]\n"));
  const Outcome table = run_acts({"sweep", sweep, "--threads", "2"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  const std::vector<std::string> rows = rows_of(table.out);
  ASSERT_EQ(rows.size(), 3U);
  expect_row_of_a_run(dir, rows[1], signal_over(files_of(kUsdmRecording), "threshold = 0.1\n"));
  expect_row_of_a_run(dir, rows[2], signal_over(files_of(kUsdmRecording), "threshold = 0.5\n"));
  const std::string unknown =
      dir.write("unknown.toml",
                signal_over(files_of(kUsdmRecording), "feature = \"imbalanc_5\"\n", "[sweep]\nthreshold = [0.1]\n"));
  const Outcome refused = run_acts({"sweep", unknown});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("the strategy wants the feature 'imbalanc_5', which there is not: did it mean "
                                     "imbalance_5? "));
}

// A sweep over books left [bars] out: its sets never were told of a bar, and traded nothing.
TEST(ProgramBacktestFeatures, SaysWhatCannotBeTold) {
  const TempDir dir;
  const std::string config =
      dir.write("signal.toml", signal_over(files_of(kUsdmRecording), "feature = \"coverage_bid_1\"\n"));
  const Outcome untold = run_acts({"backtest", config, "--out", dir / "run"});
  EXPECT_EQ(untold.exit_code, 2);
  EXPECT_EQ(untold.err,
            "acts: the strategy wants the feature coverage_bid_1, which only a collector knows: the rows of a backtest "
            "have no ids of updates\n");
  const std::string bars = dir.write(
      "bars.toml",
      fmt::format(
          "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\n{}[instrument]\ntick_size = "
          "\"0.01\"\nlot_size = \"0.000001\"\n[strategy]\nname = \"feature_signal\"\n",
          files_of(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"))));
  const Outcome over_bars = run_acts({"backtest", bars, "--out", dir / "run"});
  EXPECT_EQ(over_bars.exit_code, 2);
  EXPECT_THAT(over_bars.err, HasSubstr("the strategy wants features, which are made of order books and trades, and "
                                       "these are bars: take kind out of [data], with recordings as files, of whose "
                                       "trades [bars] makes bars\n"));
}

}  // namespace
}  // namespace acts::cli
