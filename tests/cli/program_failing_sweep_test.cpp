// Sweeps of which some sets fail, from the command line: the others come to what they come to without them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/program.hpp"
#include "history/engine/duck.hpp"
#include "recording/temp_dir.hpp"
#include "support/built.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kThrown = "the strategy threw: no, \"never\": what it cannot do it must handle itself";
constexpr std::string_view kThrownField =
    "\"the strategy threw: no, \"\"never\"\": what it cannot do it must handle itself\"";

std::string sickly(std::string_view every, std::string_view sweep) {
  return fmt::format("[strategy]\nlibrary = \"{}\"\nname = \"sickly\"\nevery = \"{}\"\n[sweep]\n{}",
                     test::strategy_library("sickly"), every, sweep);
}

std::string sick_bars(std::string_view sweep) {
  std::string files;
  for (const std::string_view month : {"01", "02", "03"}) {
    files += fmt::format("\"{}\",", testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-{}.csv", month)));
  }
  return fmt::format(
      "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [{}]\n"
      "[instrument]\ntick_size = \"0.01\"\nlot_size = \"0.0001\"\n[account]\ninitial_balance = \"10000\"\n"
      "[fees]\ntaker = \"0.001\"\n{}",
      files, sickly("1h", sweep));
}

std::string sick_books(std::string_view sweep) {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[account]\ninitial_balance = \"100000\"\n[exchange]\nfills = \"full\"\n{}",
      testdata("binance-feed/usdm/btcusdt_20240808.gz"), sickly("500ms", sweep));
}

std::string sick_instruments(std::string_view sweep) {
  std::string data = "[account]\ninitial_balance = \"10000\"\n";
  for (const auto& [symbol, month] : {std::pair("BTCUSDT", "01"), std::pair("OTHERUSDT", "02")}) {
    data += fmt::format(
        "[[data]]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"{}\"\nfiles = [\"{}\"]\n"
        "[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.0001\"\n",
        symbol, testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-{}.csv", month)));
  }
  return data + sickly("1h", sweep);
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Without what tells the sets of two sweeps apart: their numbers, and how they are ill.
std::string without_set(const std::string& line) { return line.substr(line.find(',', line.find(',') + 1)); }

// The lines of sets that are not ill, and the others'.
struct Rows {
  std::vector<std::string> sound;
  std::vector<std::string> failed;
};
Rows rows_of(const std::string& table) {
  Rows rows;
  const std::vector<std::string> lines = split_lines(table);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    (lines[i].contains(",none,") ? rows.sound : rows.failed).push_back(lines[i]);
  }
  return rows;
}

TEST(ProgramFailingSweep, GoesOnWithoutTheSetsThatThrow) {
  const TempDir dir;
  for (const auto& make : {sick_bars, sick_books, sick_instruments}) {
    const std::string sound = dir.write("sound.toml", make("ill = [\"none\"]\nlots = [1, 2, 3]\n"));
    const std::string sick =
        dir.write("sick.toml", make("ill = [\"throw\", \"none\", \"unmade\"]\nlots = [1, 2, 3]\n"));
    const Outcome whole = run_acts({"sweep", sound});
    ASSERT_EQ(whole.exit_code, 0) << whole.err;
    EXPECT_THAT(split_lines(whole.out)[0], EndsWith(",probabilistic_sharpe,error"));
    std::string before;
    for (const std::vector<std::string>& flags : {std::vector<std::string>{"--threads", "1"},
                                                  {"--threads", "2", "--sets-a-pass", "2"},
                                                  {"--threads", "2", "--sets-a-pass", "4"}}) {
      std::vector<std::string> arguments{"sweep", sick};
      arguments.insert(arguments.end(), flags.begin(), flags.end());
      const Outcome run = run_acts(arguments);
      EXPECT_EQ(run.exit_code, 3) << run.err;
      EXPECT_TRUE(before.empty() || run.out == before);
      before = run.out;
      EXPECT_THAT(run.err, HasSubstr(fmt::format("parameter set 2 has failed: {}\n", kThrown)));
      EXPECT_THAT(run.err, HasSubstr("parameter set 9 has failed: the strategy threw: not even made: "));
      const Rows rows = rows_of(run.out);
      ASSERT_EQ(rows.sound.size(), 3U);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(without_set(rows.sound[i]), without_set(rows_of(whole.out).sound[i]));
        EXPECT_THAT(rows.sound[i], EndsWith(","));
      }
      ASSERT_EQ(rows.failed.size(), 6U);
      const std::string empty(23 - 3, ',');
      EXPECT_EQ(rows.failed[0], fmt::format("1,throw,1{},{}", empty, kThrownField));
    }
  }
}

// They are tries of the deflated ratio, as they were of whoever chose.
TEST(ProgramFailingSweep, CountsSetsThatFailAsTries) {
  const TempDir dir;
  const std::string folds = "[sweep.walk_forward]\ntrain = \"30d\"\ntest = \"7d\"\n";
  const std::string sound = dir.write("sound.toml", sick_bars("ill = [\"none\"]\nlots = [1, 20, 30]\n" + folds));
  const std::string sick =
      dir.write("sick.toml", sick_bars("ill = [\"none\", \"throw\"]\nlots = [1, 20, 30]\n" + folds));
  ASSERT_EQ(run_acts({"sweep", sound, "--output", dir / "sound.csv"}).exit_code, 0);
  const Outcome run = run_acts({"sweep", sick, "--output", dir / "sick.csv", "--threads", "2", "--check-determinism"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.out, HasSubstr(fmt::format("\n3 of 6 sets have failed, and have no totals: the first is set 4: {}\n",
                                             kThrown)));
  EXPECT_THAT(run.out, HasSubstr("gave the same bytes in table and summary"));
  EXPECT_EQ(std::ranges::count(run.err, '\n'), 3 + 1) << run.err << "a line a set, and one of missing bars";
  const auto summary_of = [&dir](std::string_view name) {
    return nlohmann::json::parse(read_file(dir / fmt::format("{}.summary.json", name)));
  };
  const nlohmann::json all = summary_of("sick");
  const nlohmann::json part = summary_of("sound");
  EXPECT_EQ(all["sets"], 6);
  EXPECT_EQ(all["judged"], 3);
  EXPECT_EQ(all["run"]["failed"], 3);
  EXPECT_EQ(all["run"]["failure"], kThrown);
  EXPECT_EQ(part["run"]["failed"], 0);
  EXPECT_TRUE(part["run"]["failure"].is_null());
  EXPECT_EQ(all["best"]["sharpe"], part["best"]["sharpe"]);
  EXPECT_LT(all["best"]["deflated_sharpe"].get<double>(), part["best"]["deflated_sharpe"].get<double>());
  EXPECT_EQ(all["walk_forward"]["equity"], part["walk_forward"]["equity"]);
  const Outcome page = run_acts({"report", dir / "sick.csv"});
  EXPECT_EQ(page.exit_code, 0) << page.err;
}

// A process a set: what it does to that, it does to no other set.
TEST(ProgramFailingSweep, AnIsolatedSetThatHangsDoesSoAlone) {
  const TempDir dir;
  const std::string sick = dir.write("sick.toml", sick_books("ill = [\"loop\", \"none\"]\nlots = [1]\n"));
  const Outcome run = run_acts({"sweep", sick, "--isolate", "--isolate-timeout", "15s", "--threads", "2"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.err, HasSubstr("parameter set 1 has failed: the strategy did not return within 15s in call 4: "));
  const Rows rows = rows_of(run.out);
  EXPECT_EQ(rows.sound.size(), 1U);
  EXPECT_EQ(rows.failed.size(), 1U);
}

TEST(ProgramFailingSweep, IsolatedSetsCrashAlone) {
  const TempDir dir;
  for (const auto& make : {sick_bars, sick_books, sick_instruments}) {
    const std::string sound = dir.write("sound.toml", make("ill = [\"none\"]\nlots = [1, 2, 3]\n"));
    const std::string sick = dir.write(
        "sick.toml", make("ill = [\"crash\", \"none\", \"throw\", \"unmade\", \"refused\"]\nlots = [1, 2, 3]\n"));
    const Outcome whole = run_acts({"sweep", sound});
    ASSERT_EQ(whole.exit_code, 0) << whole.err;
    const Outcome same = run_acts({"sweep", sound, "--isolate"});
    ASSERT_EQ(same.exit_code, 0) << same.err;
    EXPECT_EQ(same.out, whole.out) << "what comes of a set is the same";
    const Outcome run = run_acts({"sweep", sick, "--isolate", "--threads", "3"});
    EXPECT_EQ(run.exit_code, 3) << run.err;
    EXPECT_THAT(run.err,
                HasSubstr("parameter set 1 has failed: the strategy crashed (signal 11: Segmentation fault) in "
                          "call 4: on_timer of 1 at "));
    EXPECT_THAT(run.err, HasSubstr("3 of 15 combinations left out: sickly: it is too ill"));
    const Rows rows = rows_of(run.out);
    ASSERT_EQ(rows.sound.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(without_set(rows.sound[i]), without_set(rows_of(whole.out).sound[i]));
    }
    ASSERT_EQ(rows.failed.size(), 9U);
    EXPECT_THAT(rows.failed[8], HasSubstr("the strategy threw: not even made: "));
  }
}

TEST(ProgramFailingSweep, IsolatedSweepsGoOnAndHaveTypes) {
  const TempDir dir;
  const std::string sick = dir.write("sick.toml", sick_books("ill = [\"crash\", \"none\"]\nlots = [1, 2]\n"));
  const Outcome run = run_acts({"sweep", sick, "--isolate", "--output", dir / "sick.parquet", "--sets-a-pass", "1"});
  ASSERT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.out,
              HasSubstr("2 of 4 sets have failed, and have no totals: the first is set 1: the strategy crashed"));
  const auto duck = history::Duck::open({.temp_directory = {}});
  ASSERT_TRUE(duck.has_value());
  const Result<void> looked = (*duck)->run(
      fmt::format("COPY (SELECT DISTINCT typeof(ill), typeof(lots), typeof(error) FROM '{}') TO '{}' (HEADER false)",
                  dir / "sick.parquet", dir / "types.csv"));
  ASSERT_TRUE(looked.has_value()) << looked.error().message;
  EXPECT_EQ(read_file(dir / "types.csv"), "VARCHAR,BIGINT,VARCHAR\n");
  const Outcome many = run_acts({"sweep", sick, "--isolate", "--sets-a-pass", "257"});
  EXPECT_EQ(many.exit_code, 2);
  EXPECT_THAT(many.err, HasSubstr("--isolate has a process a set: --sets-a-pass is at most 256 with it"));
  EXPECT_THAT(run_acts({"sweep", sick, "--isolate-timeout", "3s"}).err, HasSubstr("is of --isolate: give both"));
  const std::string nowhere =
      dir.write("nowhere.toml", "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"" +
                                    testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv") +
                                    "\"]\n[instrument]\ntick_size = \"0.01\"\nlot_size = "
                                    "\"0.0001\"\n[strategy]\nlibrary = \"/nowhere/lib.so\"\n[sweep]\nlots = [1, 2]\n");
  const Outcome missing = run_acts({"sweep", nowhere, "--isolate"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("it cannot be loaded"));
}

TEST(ProgramFailingSweep, HasTheErrorInParquetToo) {
  const TempDir dir;
  const std::string sick = dir.write("sick.toml", sick_books("ill = [\"throw\", \"none\"]\nlots = [1]\n"));
  ASSERT_EQ(run_acts({"sweep", sick, "--output", dir / "sick.parquet"}).exit_code, 3);
  const auto duck = history::Duck::open({.temp_directory = {}});
  ASSERT_TRUE(duck.has_value());
  const Result<void> looked = (*duck)->run(fmt::format(
      "COPY (SELECT \"set\", rows IS NULL, equity IS NULL, sharpe IS NULL, error FROM '{}' ORDER BY 1) TO '{}' (HEADER "
      "false)",
      dir / "sick.parquet", dir / "rows.csv"));
  ASSERT_TRUE(looked.has_value()) << looked.error().message;
  EXPECT_THAT(read_file(dir / "rows.csv"),
              StartsWith(fmt::format("1,true,true,true,{}\n2,false,false,", kThrownField)));
  EXPECT_EQ(run_acts({"report", dir / "sick.parquet"}).exit_code, 0);
}

}  // namespace
}  // namespace acts::cli
