// What acts backtest proves of its runs, and strategies that fall ill in a process of their own, from the command line.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "history/signature.hpp"
#include "recording/temp_dir.hpp"
#include "support/built.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string bars_with(std::string_view strategy) {
  return fmt::format(
      "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n"
      "[instrument]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n[account]\ninitial_balance = \"10000\"\n"
      "[fees]\ntaker = \"0.001\"\n[strategy]\n{}",
      testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"), strategy);
}
const std::string kSmaCross = "name = \"sma_cross\"\nfast = 10\nslow = 30\n";

std::string grid_over_books() {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = "
      "\"0.1\"\nlot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\nmaker = \"-0.00005\"\n"
      "taker = \"0.0007\"\n[strategy]\nname = \"grid\"\n",
      testdata("binance-feed/usdm/btcusdt_20240808.gz"));
}

std::string ill_with(std::string_view strategy) {
  return bars_with(fmt::format("library = \"{}\"\nname = \"{}\"\n", test::strategy_library("ill"), strategy));
}

// That of `out`, without what a run of one kind alone has.
void expect_same_files(const std::string& first, const std::string& second) {
  for (const std::string name : {"run.json", "equity.csv", "fills.csv", "orders.csv", "marks.csv", "decisions.log"}) {
    EXPECT_TRUE(read_file(fs::path(first) / name) == read_file(fs::path(second) / name)) << name;
    EXPECT_FALSE(read_file(fs::path(first) / name).empty()) << name;
  }
  // Of bars there is none.
  ASSERT_EQ(fs::exists(fs::path(first) / "books.csv"), fs::exists(fs::path(second) / "books.csv"));
  if (!fs::exists(fs::path(first) / "books.csv")) return;
  EXPECT_TRUE(read_file(fs::path(first) / "books.csv") == read_file(fs::path(second) / "books.csv"));
}

TEST(ProgramBacktestProofs, ReplaysARunOverBooksFromItsDecisionLog) {
  const TempDir dir;
  const std::string config = dir.write("grid.toml", grid_over_books());
  const std::string run = dir / "run";
  ASSERT_EQ(run_acts({"backtest", config, "--out", run}).exit_code, 0);
  const Outcome replayed = run_acts({"backtest", "--replay", run});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_EQ(replayed.out, fmt::format("reproduced: every file is that of {}, byte for byte\n", run));
  EXPECT_FALSE(fs::exists(run + ".replay"));
  const Outcome kept = run_acts({"backtest", "--replay", run, "--out", dir / "again"});
  EXPECT_EQ(kept.exit_code, 0) << kept.err;
  EXPECT_THAT(kept.out, HasSubstr("705 fills, position 0.467, balance -28805.1504, fee -56.989129"));
  expect_same_files(run, dir / "again");
}

// Of an earlier version, which had no books.
// Which build of a library made a run is told; the replay, which does not load it, tells the same.
TEST(ProgramBacktestProofs, NamesTheLibraryOfTheStrategy) {
  const TempDir dir;
  const std::string run = dir / "run";
  const std::string config = dir.write("ill.toml", ill_with("none"));
  const Outcome outcome = run_acts({"backtest", config, "--out", run});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const nlohmann::json library = nlohmann::json::parse(read_file(run + "/run.json"))["run"]["library"];
  EXPECT_EQ(library["file"], test::strategy_library("ill"));
  EXPECT_EQ(library["sha256"], history::sha256_of(read_file(library["file"])));
  const Outcome replayed = run_acts({"backtest", "--replay", run});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  const std::string own = dir / "own";
  ASSERT_EQ(run_acts({"backtest", dir.write("own.toml", grid_over_books()), "--out", own}).exit_code, 0);
  EXPECT_TRUE(nlohmann::json::parse(read_file(own + "/run.json"))["run"]["library"].is_null());
}

TEST(ProgramBacktestProofs, ReplaysAFolderWithoutBooks) {
  const TempDir dir;
  const std::string config = dir.write("grid.toml", grid_over_books());
  const std::string run = dir / "run";
  ASSERT_EQ(run_acts({"backtest", config, "--out", run}).exit_code, 0);
  const std::string books = read_file(fs::path(run) / "books.csv");
  EXPECT_GT(std::ranges::count(books, '\n'), 1000);
  std::string json = read_file(fs::path(run) / "run.json");
  const std::string_view told = R"("books":{"left_out_fills":0,"left_out_order_events":0,"levels":10},)";
  ASSERT_NE(json.find(told), std::string::npos);
  std::ofstream(fs::path(run) / "run.json", std::ios::trunc) << json.erase(json.find(told), told.size());
  fs::remove(fs::path(run) / "books.csv");
  const Outcome replayed = run_acts({"backtest", "--replay", run});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  const Outcome page = run_acts({"report", run, "--out", dir / "run.html"});
  EXPECT_EQ(page.exit_code, 0) << page.err;
  EXPECT_THAT(read_file(dir / "run.html"), HasSubstr("The run has no order books to be shown beside"));
}

TEST(ProgramBacktestProofs, ReplayNamesTheCallThatDiffers) {
  const TempDir dir;
  const std::string config = dir.write("sma.toml", bars_with(kSmaCross));
  const std::string run = dir / "run";
  const std::string other = dir / "other";
  ASSERT_EQ(run_acts({"backtest", config, "--out", run}).exit_code, 0);
  const std::string slower = dir.write("slow.toml", bars_with("name = \"sma_cross\"\nfast = 10\nslow = 40\n"));
  ASSERT_EQ(run_acts({"backtest", slower, "--out", other}).exit_code, 0);
  fs::copy_file(fs::path(other) / "decisions.log", fs::path(run) / "decisions.log",
                fs::copy_options::overwrite_existing);
  const Outcome replayed = run_acts({"backtest", "--replay", run});
  EXPECT_EQ(replayed.exit_code, 3);
  EXPECT_THAT(replayed.err, HasSubstr(" differ from byte ")) << "the log of another strategy's run";
  EXPECT_TRUE(fs::exists(run + ".replay")) << "for whoever wants to look";
  std::ofstream(fs::path(run) / "decisions.log", std::ios::app) << "more";
  const std::string cut = read_file(fs::path(run) / "decisions.log").substr(0, 400);
  std::ofstream(fs::path(run) / "decisions.log", std::ios::trunc) << cut;
  fs::remove_all(run + ".replay");
  const Outcome broken = run_acts({"backtest", "--replay", run});
  EXPECT_EQ(broken.exit_code, 3);
  EXPECT_THAT(broken.err, HasSubstr("the decision log "));
  EXPECT_FALSE(fs::exists(run + ".replay"));
  EXPECT_EQ(run_acts({"backtest", "--replay", dir / "none"}).exit_code, 2);
  EXPECT_EQ(run_acts({"backtest", "--replay", run, "--isolate"}).exit_code, 2);
}

TEST(ProgramBacktestProofs, ChecksDeterminismAndLookahead) {
  const TempDir dir;
  for (const std::string& text : {grid_over_books(), bars_with(kSmaCross)}) {
    const std::string config = dir.write("run.toml", text);
    const std::string run = dir / "run";
    const Outcome checked =
        run_acts({"backtest", config, "--out", run, "--check-determinism", "--check-lookahead", "--cuts", "3"});
    EXPECT_EQ(checked.exit_code, 0) << checked.err;
    EXPECT_THAT(checked.out, HasSubstr("deterministic: a second run gave the same bytes in every file\n"));
    // Drawn by the configuration, in which the data's path stands: two calls may be of one moment.
    EXPECT_THAT(checked.out,
                ::testing::ContainsRegex("no look-ahead: with another future after [1-3] moments \\(seed "));
    EXPECT_THAT(checked.out, ::testing::ContainsRegex(
                                 "calls; of [1-9][0-9]* that placed, changed or cancelled an order [1-9][0-9]* lay "
                                 "within 1 s before a moment, [1-9][0-9]* within 60 s\n"));
    EXPECT_FALSE(fs::exists(run + ".again"));
    fs::remove_all(run);
  }
}

TEST(ProgramBacktestProofs, FindsAStrategyThatKnowsTheFuture) {
  const TempDir dir;
  const std::string config = dir.write("peek.toml", ill_with("peeking"));
  EXPECT_EQ(run_acts({"backtest", config, "--out", dir / "run"}).exit_code, 0);
  const Outcome twice = run_acts({"backtest", config, "--out", dir / "run", "--check-determinism"});
  EXPECT_EQ(twice.exit_code, 3);
  EXPECT_THAT(twice.err, HasSubstr("--check-determinism: ")) << "a second run knows what the first has seen";
  const Outcome ahead = run_acts({"backtest", config, "--out", dir / "run", "--check-lookahead"});
  EXPECT_EQ(ahead.exit_code, 3);
  EXPECT_THAT(ahead.err, HasSubstr("--check-lookahead: over data that is another one after 2021-"));
  EXPECT_THAT(ahead.err, HasSubstr(" asks for place() buy market"));
}

TEST(ProgramBacktestProofs, FindsAStrategyThatReadsTheDataItself) {
  const TempDir dir;
  const std::string config = dir.write("reading.toml", ill_with("reading"));
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run", "--isolate"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const Outcome ahead = run_acts({"backtest", config, "--out", dir / "ahead", "--isolate", "--check-lookahead"});
  EXPECT_EQ(ahead.exit_code, 3);
  EXPECT_THAT(ahead.err,
              StartsWith("acts: the strategy opened a file, a connection or a program, or started a process, "
                         "which none may in call 2: on_bar of 0 at 2021-01-01T01:00:00.000Z"));
  const std::string honest = dir.write("sma.toml", bars_with(kSmaCross));
  const Outcome fine = run_acts({"backtest", honest, "--out", dir / "fine", "--isolate", "--check-lookahead"});
  EXPECT_EQ(fine.exit_code, 0) << fine.err;
}

TEST(ProgramBacktestProofs, FindsAStrategyThatStartsAProcess) {
  const TempDir dir;
  const std::string config = dir.write("starting.toml", ill_with("starting"));
  EXPECT_EQ(run_acts({"backtest", config, "--out", dir / "run", "--isolate"}).exit_code, 0);
  const Outcome ahead = run_acts({"backtest", config, "--out", dir / "ahead", "--isolate", "--check-lookahead"});
  EXPECT_EQ(ahead.exit_code, 3);
  EXPECT_THAT(ahead.err, HasSubstr("started a process, which none may in call 21: on_bar of 0 at "));
}

TEST(ProgramBacktestProofs, IsolatedRunsGiveTheSameBytes) {
  const TempDir dir;
  for (const std::string& text : {grid_over_books(), bars_with(kSmaCross), ill_with("none")}) {
    const std::string config = dir.write("run.toml", text);
    const Outcome here = run_acts({"backtest", config, "--out", dir / "here"});
    ASSERT_EQ(here.exit_code, 0) << here.err;
    const Outcome there = run_acts({"backtest", config, "--out", dir / "there", "--isolate"});
    ASSERT_EQ(there.exit_code, 0) << there.err;
    expect_same_files(dir / "here", dir / "there");
  }
}

TEST(ProgramBacktestProofs, AnIllStrategyInItsOwnProcessEndsInOneLineAndLeavesTheRunSoFar) {
  const TempDir dir;
  struct Ill {
    std::string what;
    std::string said;
  };
  std::vector<Ill> ills{
      Ill{"crash",
          "the strategy crashed (signal 11: Segmentation fault) in call 5: on_bar of 0 at "
          "2021-01-01T03:00:00.000Z"},
      Ill{"loop", "the strategy did not return within 3s in call 5: on_bar of 0 at 2021-01-01T03:00:00.000Z: "},
      Ill{"ask", "the strategy did not return within 3s in call 5: on_bar of 0 at 2021-01-01T03:00:00.000Z: "},
      Ill{"leave", "the strategy crashed (signal 11: Segmentation fault) in call 5: "},
      Ill{"exit", "the strategy ended its process with code 9 in call 5: "},
      Ill{"throw", "the strategy threw: the third bar: "}};
#ifndef ACTS_SANITIZED  // no limit of memory then
  ills.push_back({"hog", "the strategy needs more than the 4096 MiB of memory that its process may have"});
#endif
  for (const Ill& ill : ills) {
    const std::string config = dir.write("ill.toml", ill_with(ill.what));
    const std::string run = dir / ill.what;
    const std::string timeout = ill.what == "loop" || ill.what == "ask" ? "3s" : "60s";
    const Outcome broken = run_acts({"backtest", config, "--out", run, "--isolate", "--isolate-timeout", timeout});
    EXPECT_EQ(broken.exit_code, 3) << ill.what;
    EXPECT_THAT(broken.err, StartsWith("acts: " + ill.said));
    EXPECT_THAT(broken.err, HasSubstr("in call 5: on_bar of 0 at 2021-01-01T03:00:00.000Z"));
    EXPECT_EQ(std::ranges::count(broken.err, '\n'), 1) << broken.err;
    EXPECT_EQ(broken.out, "");
    EXPECT_THAT(read_file(run + "/run.json"), HasSubstr("\"run\":{\"broken_off\":\"the strategy "));
    EXPECT_EQ(std::ranges::count(read_file(run + "/fills.csv"), '\n'), 3) << "those of the second and third open";
    EXPECT_EQ(std::ranges::count(read_file(run + "/marks.csv"), '\n'), 3);
    EXPECT_THAT(run_acts({"backtest", "--replay", run}).err, HasSubstr("the run was broken off"));
  }
  const std::string unmade = dir.write("ill.toml", ill_with("unmade"));
  const Outcome refused = run_acts({"backtest", unmade, "--out", dir / "unmade", "--isolate"});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, StartsWith("acts: the strategy threw: not even made: "));
}

// All that begins has a descriptor that is closed once the last of it is gone.
TEST(ProgramBacktestProofs, WhatAnIsolatedStrategyStartsDoesNotOutliveTheRun) {
  const TempDir dir;
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const int inherited = ::fcntl(ends[1], F_DUPFD, 100);
  ::close(ends[1]);
  const Outcome run =
      run_acts({"backtest", dir.write("ill.toml", ill_with("leave")), "--out", dir / "run", "--isolate"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  ::close(inherited);
  pollfd watched{.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&watched, 1, 20'000), 1);
  EXPECT_EQ(watched.revents, POLLHUP);
  ::close(ends[0]);
}

TEST(ProgramBacktestProofs, GoesOnFromASavedState) {
  const TempDir dir;
  const std::string config = dir.write("sma.toml", bars_with(kSmaCross));
  const std::string state = dir / "sma.state";
  ASSERT_EQ(run_acts({"backtest", config, "--out", dir / "first", "--save-state", state}).exit_code, 0);
  const Outcome second = run_acts({"backtest", config, "--out", dir / "second", "--restore", state});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_NE(read_file(dir / "first/orders.csv"), read_file(dir / "second/orders.csv"))
      << "its means are there from the first bar on";
  const Outcome isolated = run_acts({"backtest", config, "--out", dir / "third", "--restore", state, "--isolate"});
  EXPECT_EQ(isolated.exit_code, 0) << isolated.err;
  expect_same_files(dir / "second", dir / "third");
  const std::string other = dir.write("breakout.toml", bars_with("name = \"breakout\"\n"));
  const Outcome refused = run_acts({"backtest", other, "--out", dir / "fourth", "--restore", state});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("it is the state of strategy 'sma_cross', and this is 'breakout'"));
}

TEST(ProgramBacktestProofs, ScenariosGoBesideTheRunAndChangeNothingOfIt) {
  const TempDir dir;
  const std::string config = dir.write("grid.toml", grid_over_books());
  ASSERT_EQ(run_acts({"backtest", config, "--out", dir / "alone"}).exit_code, 0);
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run", "--scenarios", "--check-determinism"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("705 fills, position 0.467, balance -28805.1504, fee -56.989129"));
  expect_same_files(dir / "alone", dir / "run");
  for (const std::string& scenario : {std::string("first"), std::string("traded_through")}) {
    std::string folder = scenario;
    std::ranges::replace(folder, '_', '-');
    const std::string beside = dir / ("run/queue-" + folder);
    EXPECT_THAT(read_file(beside + "/run.json"), HasSubstr(fmt::format("\"queue\":\"{}\"", scenario)));
    const std::string alone =
        dir.write("one.toml", grid_over_books() + fmt::format("[exchange]\nqueue = \"{}\"\n", scenario));
    ASSERT_EQ(run_acts({"backtest", alone, "--out", dir / folder}).exit_code, 0);
    for (const std::string name :
         {"/equity.csv", "/fills.csv", "/orders.csv", "/marks.csv", "/decisions.log", "/books.csv"}) {
      EXPECT_TRUE(read_file(beside + name) == read_file(dir / (folder + name))) << scenario << name;
    }
  }
  const Outcome replayed = run_acts({"backtest", "--replay", dir / "run/queue-first"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_THAT(replayed.out, HasSubstr("reproduced: every file is that of "));
  const Outcome report = run_acts({"report", dir / "run", "--format", "json"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("\"profit_on_queue\""));
  // A scenario of a run before, in the same folder, is none of this one.
  ASSERT_EQ(run_acts({"backtest", dir / "one.toml", "--out", dir / "run"}).exit_code, 0);
  const Outcome later = run_acts({"report", dir / "run", "--format", "json"});
  EXPECT_EQ(later.exit_code, 0) << later.err;
  EXPECT_THAT(later.out, Not(HasSubstr("\"profit_on_queue\"")));
  const std::string bars = dir.write("bars.toml", bars_with(kSmaCross));
  EXPECT_EQ(run_acts({"backtest", bars, "--out", dir / "bars", "--scenarios"}).exit_code, 2);
}

// Drawn latencies are part of a run: the seed tells which, and all that is proven of a run holds.
TEST(ProgramBacktestProofs, HoldForLatenciesThatAreDrawn) {
  const TempDir dir;
  const auto config_of = [&dir](const std::string& name, int seed) {
    std::string text = grid_over_books();
    const std::string constant = "entry = \"10ms\"\nresponse = \"10ms\"\n";
    return dir.write(name, text.replace(text.find(constant), constant.size(),
                                        fmt::format("model = \"distribution\"\nseed = {}\n"
                                                    "entry = {{ distribution = \"lognormal\", min = \"2ms\", p50 = "
                                                    "\"10ms\", p99 = \"80ms\" }}\n"
                                                    "response = {{ distribution = \"uniform\", min = \"1ms\", max = "
                                                    "\"20ms\" }}\n",
                                                    seed)));
  };
  const std::string config = config_of("seven.toml", 7);
  const Outcome run =
      run_acts({"backtest", config, "--out", dir / "run", "--scenarios", "--check-determinism", "--check-lookahead"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("deterministic: "));
  EXPECT_THAT(run.out, HasSubstr("no look-ahead: "));
  EXPECT_THAT(read_file(dir / "run/run.json"), HasSubstr("\"seed\":7,"));
  EXPECT_THAT(read_file(dir / "run/run.json"),
              HasSubstr("\"latency\":\"distribution(lognormal(min 2ms, p50 10ms, p99 80ms), "
                        "uniform(min 1ms, max 20ms))\""));
  ASSERT_EQ(run_acts({"backtest", config, "--out", dir / "alone"}).exit_code, 0);
  expect_same_files(dir / "alone", dir / "run");
  for (const std::string folder : {"run", "run/queue-traded-through"}) {
    const Outcome replayed = run_acts({"backtest", "--replay", dir / folder});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  }
  ASSERT_EQ(run_acts({"backtest", config_of("eight.toml", 8), "--out", dir / "other"}).exit_code, 0);
  EXPECT_NE(read_file(dir / "other/fills.csv"), read_file(dir / "run/fills.csv"));
}

}  // namespace
}  // namespace acts::cli
