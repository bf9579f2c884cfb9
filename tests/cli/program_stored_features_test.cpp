// Stored features as data of a backtest, from the command line: of a store, of CSV; over books, bars, in sweeps, and
// what is proven of runs over them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kRecording = testdata("binance-feed/usdm/btcusdt_20240808.gz");
const std::string kHours = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv");

// `data`: lines of [data]; `more`: other sections.
std::string over_books(std::string_view data, std::string_view strategy, std::string_view more = "") {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n{}[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\ntaker = \"0.0005\"\n[strategy]\n"
      "name = \"feature_signal\"\n{}{}",
      kRecording, data, strategy, more);
}

std::string over_hours(std::string_view data, std::string_view strategy, std::string_view more = "") {
  return fmt::format(
      "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n{}[instrument]\n"
      "tick_size = \"0.01\"\nlot_size = \"0.000001\"\n[account]\ninitial_balance = \"10000\"\n[strategy]\nname = "
      "\"feature_signal\"\nfeature = \"alpha\"\n{}{}",
      kHours, data, strategy, more);
}

// A row each `step` from `from` on, of numbers between -1 and 1.
std::string signal_csv(std::string_view from, Nanos step, int rows) {
  std::string text = "time,alpha\n";
  UnixNanos at = parse_iso8601(from).value();
  for (int i = 0; i < rows; ++i) {
    text += fmt::format("{},{}\n", to_iso8601(at), static_cast<double>(i * 37 % 201 - 100) / 100);
    at = at + step;
  }
  return text;
}

std::string table_of(const std::string& folder, std::string_view name) { return read_file(fs::path(folder) / name); }

Outcome expect_run(const std::string& config, const std::string& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"backtest", config, "--out", folder};
  words.insert(words.end(), more.begin(), more.end());
  Outcome run = run_acts(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_GT(std::ranges::count(table_of(folder, "fills.csv"), '\n'), 5);
  return run;
}

void expect_same_files(const std::string& first, const std::string& second, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    EXPECT_FALSE(table_of(first, name).empty()) << name;
    EXPECT_TRUE(table_of(first, name) == table_of(second, name)) << name;
  }
}

TEST(ProgramStoredFeatures, OfAStoreGiveTheDecisionsThatComputingThemDoes) {
  const TempDir dir;
  const Outcome stored = run_acts({"features", "compute", "imbalance_N,vwap", "--levels", "5", "--interval", "1s",
                                   "--store", "--data-dir", dir / "data", kRecording});
  ASSERT_EQ(stored.exit_code, 0) << stored.err;
  const std::string strategy = "feature = \"imbalance_5\"\nthreshold = 0.1\n";
  // Of whole intervals, so that those of the shifted times are those that were stored.
  const std::string kShift = "clock_shift = \"2s\"\n";
  const std::string computing =
      dir.write("computing.toml", over_books(kShift, strategy, "[features]\ninterval = \"1s\"\nlevels = [5]\n"));
  expect_run(computing, dir / "computing");
  const std::string reading =
      dir.write("reading.toml", over_books(kShift + "features_files = [\"data/features/1s.db\"]\n", strategy));
  expect_run(reading, dir / "reading");
  expect_same_files(dir / "computing", dir / "reading", {"fills.csv", "orders.csv", "equity.csv", "decisions.log"});
  const std::string run = table_of(dir / "reading", "run.json");
  EXPECT_THAT(run, HasSubstr("\"features\":\"stored(" + (dir / "data/features/1s.db") + "; delay 0s)\""));
  EXPECT_THAT(table_of(dir / "computing", "run.json"), Not(HasSubstr("\"features\":\"stored(")));
}

void compute_seconds(const std::string& data_dir) {
  const Outcome stored = run_acts({"features", "compute", "imbalance_N", "--levels", "5", "--interval", "1s", "--store",
                                   "--data-dir", data_dir, kRecording});
  ASSERT_EQ(stored.exit_code, 0) << stored.err;
}

// What a store is, is told by where it lies.
TEST(ProgramStoredFeatures, OfAStoreAreTakenWhereverItIsNamedFrom) {
  const TempDir dir;
  compute_seconds(dir / "data");
  fs::copy_file(dir / "data/features/1s.db", dir / "data/acts.db");
  struct Place {
    std::string folder;
    std::string file;
  };
  for (const Place& of : {Place{"data", "acts.db"}, Place{"data", "features/1s.db"}, Place{"data/features", "1s.db"},
                          Place{"data/features", "../acts.db"}}) {
    ASSERT_NE(dir.write(of.folder + "/c.toml", over_books(fmt::format("features_files = [\"{}\"]\n", of.file),
                                                          "feature = \"imbalance_5\"\nthreshold = 0.1\n")),
              "");
    const std::string run = dir / fmt::format("{}-{}", fs::path(of.folder).filename().string(), of.file.size());
    const Outcome ran = run_acts({"backtest", "c.toml", "--out", run}, dir / of.folder);
    EXPECT_EQ(ran.exit_code, 0) << of.folder << ' ' << of.file << ": " << ran.err;
    EXPECT_GT(std::ranges::count(table_of(run, "fills.csv"), '\n'), 5);
    expect_same_files(dir / "data-7", run, {"fills.csv", "orders.csv"});
  }
}

TEST(ProgramStoredFeatures, OfACsvAreProvenLikeAnyData) {
  const TempDir dir;
  ASSERT_NE(dir.write("alpha.csv", signal_csv("2024-08-08T00:00:00", std::chrono::seconds{2}, 86'000)), "");
  const std::string config = dir.write("signal.toml", over_books("features_files = [\"alpha.csv\"]\nfeatures_delay = "
                                                                 "\"150ms\"\n",
                                                                 "feature = \"alpha\"\nthreshold = 0.1\n"));
  const Outcome run =
      expect_run(config, dir / "run", {"--check-determinism", "--check-lookahead", "--cuts", "3", "--scenarios"});
  EXPECT_THAT(run.out, HasSubstr("deterministic: a second run gave the same bytes in every file\n"));
  EXPECT_THAT(run.out, HasSubstr("no look-ahead: with another future after 3 moments (seed "));
  const std::string told = table_of(dir / "run", "run.json");
  EXPECT_THAT(told, HasSubstr("\"features\":\"stored(" + (dir / "alpha.csv") + "; delay 150ms)\""));
  EXPECT_THAT(told, HasSubstr("{\"file\":\"" + (dir / "alpha.csv") + "\",\"sha256\":\""));
  const Outcome replayed = run_acts({"backtest", "--replay", dir / "run"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  expect_run(config, dir / "isolated", {"--isolate"});
  expect_same_files(dir / "run", dir / "isolated", {"run.json", "fills.csv", "orders.csv", "decisions.log"});

  ASSERT_NE(dir.write("alpha.csv", signal_csv("2024-08-08T00:00:00", std::chrono::seconds{2}, 85'999)), "");
  expect_run(config, dir / "other");
  EXPECT_NE(table_of(dir / "other", "run.json").substr(0, 4096), told.substr(0, 4096)) << "another file, another run";
}

TEST(ProgramStoredFeatures, AreToldOverBarsWhereNoneCanBeComputed) {
  const TempDir dir;
  ASSERT_NE(dir.write("alpha.csv", signal_csv("2020-12-01", std::chrono::minutes{45}, 3000)), "");
  const std::string config = dir.write("bars.toml", over_hours("features_files = [\"alpha.csv\"]\n", ""));
  const Outcome run = expect_run(config, dir / "run", {"--check-determinism", "--check-lookahead", "--cuts", "4"});
  EXPECT_THAT(run.out, HasSubstr("no look-ahead: with another future after 4 moments (seed "));
  EXPECT_THAT(table_of(dir / "run", "run.json"), HasSubstr("\"features\":\"stored("));
  EXPECT_EQ(run_acts({"backtest", "--replay", dir / "run"}).exit_code, 0);
  expect_run(config, dir / "isolated", {"--isolate"});
  expect_same_files(dir / "run", dir / "isolated", {"run.json", "fills.csv", "orders.csv", "decisions.log"});
}

TEST(ProgramStoredFeatures, ThatNobodyIsToldAreSaidToBe) {
  const std::string note =
      ": no row of its stored features was told: are they of the time of the data, and does the strategy want any?\n";
  for (const bool is_bars : {false, true}) {
    const TempDir dir;
    const auto run = [&](std::string_view command, std::string_view from, std::string_view more) {
      EXPECT_NE(dir.write("alpha.csv", signal_csv(from, std::chrono::minutes{45}, 3)), "");
      const std::string kData = "features_files = [\"alpha.csv\"]\n";
      const std::string config =
          is_bars ? over_hours(kData, "", more) : over_books(kData, "feature = \"alpha\"\n", more);
      std::vector<std::string> words{std::string(command), dir.write("c.toml", config)};
      if (command == "backtest") words.insert(words.end(), {"--out", dir / std::string(from)});
      const Outcome outcome = run_acts(words);
      EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
      return outcome.err;
    };
    const std::string whose = is_bars ? "binance-spot BTCUSDT" : "binance-usdm BTCUSDT";
    constexpr std::string_view kSweep = "[sweep]\nthreshold = [0.1, 0.8]\n";
    EXPECT_THAT(run("backtest", "2030-01-01", ""), HasSubstr(whose + note));
    EXPECT_THAT(run("sweep", "2030-01-01", kSweep), HasSubstr(whose + note));
    EXPECT_THAT(run("backtest", "2020-01-01", ""), Not(HasSubstr(note)));
    EXPECT_THAT(run("sweep", "2020-01-01", kSweep), Not(HasSubstr(note)));
  }
}

std::vector<std::string> fields_of(const std::string& table, std::size_t line) {
  std::istringstream stream(table);
  std::string row;
  for (std::size_t i = 0; i <= line; ++i) std::getline(stream, row);
  std::vector<std::string> fields;
  std::istringstream cells(row);
  for (std::string field; std::getline(cells, field, ',');) fields.push_back(field);
  return fields;
}

TEST(ProgramStoredFeatures, SweepsHaveTheRowsOfSingleRuns) {
  for (const bool is_bars : {false, true}) {
    const TempDir dir;
    ASSERT_NE(dir.write("alpha.csv", is_bars ? signal_csv("2020-12-01", std::chrono::minutes{45}, 3000)
                                             : signal_csv("2024-08-08", std::chrono::seconds{2}, 86'000)),
              "");
    const auto config = [&](std::string_view strategy, std::string_view more) {
      constexpr std::string_view kData = "features_files = [\"alpha.csv\"]\n";
      return is_bars ? over_hours(kData, strategy, more)
                     : over_books(kData, fmt::format("feature = \"alpha\"\n{}", strategy), more);
    };
    const std::string sweep = dir.write("sweep.toml", config("", "[sweep]\nthreshold = [0.1, 0.8]\n"));
    const Outcome table = run_acts({"sweep", sweep, "--threads", "2"});
    ASSERT_EQ(table.exit_code, 0) << table.err;
    for (const std::size_t line : {1U, 2U}) {
      const std::vector<std::string> fields = fields_of(table.out, line);
      ASSERT_GT(fields.size(), 8U) << table.out;
      const std::string single =
          dir.write("single.toml", config(fmt::format("threshold = {}\n", line == 1 ? 0.1 : 0.8), ""));
      const Outcome run = expect_run(single, dir / fmt::format("single{}", line));
      EXPECT_THAT(run.out, HasSubstr(fmt::format("{} fills", fields[4])));
      EXPECT_THAT(run.out, HasSubstr(fields[6])) << "the balance";
    }
    const std::string wrong = dir.write("wrong.toml", config("", "[sweep]\nthreshold = [0.1]\n"));
    ASSERT_NE(dir.write("alpha.csv", "time,alpah\n2021-01-01,1\n"), "");
    const Outcome refused = run_acts({"sweep", wrong});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("has no such column: did it mean alpah?"));
  }
}

TEST(ProgramStoredFeatures, AreRefusedInOneLine) {
  const TempDir dir;
  const auto refusal = [&dir](int exit_code, const std::string& config) {
    const Outcome run = run_acts({"backtest", dir.write("c.toml", config), "--out", dir / "run"});
    EXPECT_EQ(run.exit_code, exit_code) << run.err;
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    EXPECT_FALSE(fs::exists(dir / "run"));
    return run.err;
  };
  const std::string alpha = dir.write("alpha.csv", "time,alpha\n2024-08-08T12:00:00,1\n");
  const std::string strategy = "feature = \"imbalance_5\"\n";
  const std::string files = "features_files = [\"alpha.csv\"]\n";
  EXPECT_EQ(refusal(2, over_books(files, strategy)),
            "acts: the strategy wants the feature 'imbalance_5', and " + alpha +
                " has no such column: where features are stored, all that are wanted are to be\n");
  EXPECT_THAT(refusal(2, over_books("features_files = [\"none.csv\"]\n", strategy)), HasSubstr("none.csv"));
  EXPECT_THAT(refusal(2, over_books(files + "features_store = \"1s\"\n", strategy)),
              EndsWith("features_files and features_store in [data]: take one of them out\n"));
  EXPECT_THAT(refusal(2, over_books("features_delay = \"1s\"\n", strategy)), HasSubstr("features_delay"));
  EXPECT_THAT(refusal(2, over_books(files, strategy, "[features]\ninterval = \"1s\"\n")), HasSubstr("[features]"));
  EXPECT_THAT(refusal(2, over_books("features_files = [\"\"]\n", strategy)), HasSubstr("has an empty name"));
  ASSERT_NE(dir.write("alpha.csv", "time,alpha\n2024-08-08T12:00:00,1\n2024-08-08T12:00:00,2\n"), "");
  EXPECT_THAT(
      refusal(3, over_books(files, "feature = \"alpha\"\n")),
      EndsWith("alpha.csv:3: its time 2024-08-08T12:00:00.000Z is not behind 2024-08-08T12:00:00.000Z, that of the row "
               "before: sort rows by time, each time once\n"));
}

// The interval's store of the data directory that the market is taken from.
TEST(ProgramStoredFeatures, OfAnIntervalAreThoseOfTheDataDirectory) {
  const TempDir dir;
  ASSERT_EQ(run_acts({"import", "--market", "um", "--data-dir", dir / "data", kRecording}).exit_code, 0);
  const Outcome stored = run_acts({"features", "compute", "imbalance_N", "--levels", "5", "--interval", "1s", "--store",
                                   "--data-dir", dir / "data", kRecording});
  ASSERT_EQ(stored.exit_code, 0) << stored.err;
  std::string config = over_books("features_store = \"1s\"\n", "feature = \"imbalance_5\"\nthreshold = 0.1\n");
  config.replace(config.find("files ="), config.find('\n', config.find("files =")) - config.find("files ="),
                 "data_dir = \"data\"\nfrom = \"2024-08-08\"\nto = \"2024-08-10\"");
  expect_run(dir.write("c.toml", config), dir / "run");
  EXPECT_THAT(table_of(dir / "run", "run.json"), HasSubstr("stored(" + (dir / "data/features/1s.db")));
  config.replace(config.find("\"1s\""), 4, "\"5s\"");
  const Outcome refused = run_acts({"backtest", dir.write("c.toml", config), "--out", dir / "other"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err, "acts: features_store in [data]: there is no " + (dir / "data/features/5s.db") +
                             ", which acts features compute NAME,NAME --interval 5s --store makes\n");
}

TEST(ProgramStoredFeatures, AndRatesOfFundingAreReplacedByNothingThatIsWritten) {
  const TempDir dir;
  compute_seconds(dir / "data");
  std::string text =
      over_books("features_store = \"1s\"\n", "feature = \"imbalance_5\"\n", "[funding]\nfile = \"funding.csv\"\n");
  text.replace(text.find("files ="), text.find('\n', text.find("files =")) - text.find("files ="),
               "data_dir = \"data\"");
  const std::string config = dir.write("c.toml", text);
  for (const std::string& read : {dir / "data/features/1s.db", dir.write("funding.csv", "time,rate\n")}) {
    const std::string kept = read_file(read);
    const Outcome run = run_acts({"backtest", config, "--out", dir / "run", "--json", read});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.err,
              fmt::format("acts: --json {}: it is read here, and would be replaced: give another name\n", read));
    EXPECT_EQ(read_file(read), kept);
  }
}

TEST(ProgramStoredFeatures, AndOtherDataAreNoOutputOfASweep) {
  const TempDir dir;
  const std::string features = dir.write("alpha.csv", signal_csv("2020-12-01", std::chrono::minutes{45}, 3000));
  const std::string bars = dir.write("BTCUSDT-1h-2021-01.csv", read_file(kHours));
  std::string config = over_hours("features_files = [\"alpha.csv\"]\n", "", "[sweep]\nthreshold = [0.1]\n");
  config.replace(config.find(kHours), kHours.size(), bars);
  const std::string sweep = dir.write("sweep.toml", config);
  for (const std::string& read : {features, bars, sweep}) {
    const std::string kept = read_file(read);
    const Outcome run = run_acts({"sweep", sweep, "--output", read});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.err,
              fmt::format("acts: --output {}: it is read here, and would be replaced: give another name\n", read));
    EXPECT_EQ(read_file(read), kept);
  }
  EXPECT_EQ(run_acts({"sweep", sweep, "--output", dir / "table.csv"}).exit_code, 0);
}

}  // namespace
}  // namespace acts::cli
