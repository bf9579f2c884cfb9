// What is odd in the data of a backtest is told, whatever form it has; and the forms give the same runs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
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

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::int64_t kBeginMs = 1'723'161'290'000;  // 2024-08-08T23:54:50Z

// A snapshot, 200 changes of the depth, ten a second and 5 ms on their way, and a trade among them: 61000.0 against
// 61000.2.
struct Oddity {
  bool is_crossed = false;     // from the second on the ask is 60999.9
  int early = 0;               // messages from the 50th on seem to be received 30 s before
  bool has_step_back = false;  // of both clocks, by 3 s, in the 100th message
  int missing = 0;             // from the 60th on
};
std::string odd_recording(const Oddity& oddity) {
  std::string text =
      fmt::format(R"({}000000 {{"lastUpdateId":0,"E":{},"T":{},"bids":[["61000.0","5"]],"asks":[["61000.2","7"]]}})"
                  "\n",
                  kBeginMs + 5, kBeginMs, kBeginMs);
  for (std::int64_t i = 0; i < 200; ++i) {
    if (i >= 60 && i < 60 + oddity.missing) continue;
    const std::int64_t at = kBeginMs + i * 100 - (oddity.has_step_back && i == 100 ? 3000 : 0);
    const bool is_early = i >= 50 && i < 50 + oddity.early;
    const bool is_crossed = oddity.is_crossed && i > 0;
    text += fmt::format(
        R"({}000000 {{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{},"T":{},"s":"BTCUSDT","U":{},)"
        R"("u":{},"pu":{},"b":[["61000.0","{}"]],"a":[["{}","{}"]]}}}})"
        "\n",
        at + 5 - (is_early ? 30'000 : 0), at, at, i + 1, i + 1, i, 5 + i % 2, is_crossed ? "60999.9" : "61000.2",
        7 - i % 2);
    if (i != 90) continue;
    text += fmt::format(R"({}000000 {{"stream":"btcusdt@trade","data":{{"e":"trade","E":{},"T":{},"s":"BTCUSDT",)"
                        R"("t":1,"p":"61000.1","q":"1","X":"MARKET","m":true}}}})"
                        "\n",
                        at + 5, at, at);
  }
  return text;
}

// `data`: what stands in [data] besides the instrument.
std::string buying(const std::string& data, const std::string& exchange = "") {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\n{}\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\nmaker = "
      "\"0.0002\"\n[exchange]\n{}[strategy]\n"
      "name = \"twap\"\nduration = \"10s\"\nslices = 5\n",
      data, exchange);
}

Outcome run_over(const TempDir& dir, const std::string& config, int code = 0) {
  const std::string path = dir.write("run.toml", config);
  Outcome outcome = run_acts({"backtest", path, "--json", dir / "result.json", "--out", dir / "run"});
  EXPECT_EQ(outcome.exit_code, code) << outcome.err;
  return outcome;
}

nlohmann::json object_in(const TempDir& dir) { return nlohmann::json::parse(read_file(dir / "result.json")); }

// As a recording, out of the catalog, and as an .npz.
std::vector<std::string> forms_of(const TempDir& dir, const std::string& text) {
  const std::string recording = dir.write("r.txt", text);
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", dir / "data", recording});
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
  const Outcome exported = run_acts({"export", "--format", "npz", "--output", dir / "r.npz", recording});
  EXPECT_EQ(exported.exit_code, 0) << exported.err;
  return {"files = [\"r.txt\"]", "data_dir = \"data\"", "files = [\"r.npz\"]"};
}

TEST(ProgramBacktestData, CountsUpdatesThatCrossTheBookInEveryForm) {
  const TempDir dir;
  for (const std::string& form : forms_of(dir, odd_recording({.is_crossed = true}))) {
    const Outcome run = run_over(dir, buying(form));
    EXPECT_THAT(run.err, HasSubstr("BTCUSDT: 199 of 200 updates crossed the book")) << form;
    EXPECT_EQ(object_in(dir)["run"]["crossed_updates"], 199) << form;
    EXPECT_EQ(object_in(dir)["run"]["book_updates"], 200) << form;
  }
  const Outcome sheet = run_acts({"report", dir / "run", "--out", dir / "sheet.html"});
  EXPECT_EQ(sheet.exit_code, 0) << sheet.err;
  EXPECT_THAT(read_file(dir / "sheet.html"), HasSubstr("the book crossed by 199 updates"));
}

// As if our clock had been so much slower, and of another instrument.
std::string received_earlier(const std::string& text, int millis, std::string_view coin) {
  std::istringstream lines(text);
  std::string moved;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.find(' ');
    moved +=
        fmt::format("{}{}\n", std::stoll(line.substr(0, end)) - std::int64_t{millis} * 1'000'000, line.substr(end));
  }
  for (const std::string_view name : {"BTC", "btc"}) {
    const bool is_large = name == "BTC";
    for (std::size_t at = moved.find(name); at != std::string::npos; at = moved.find(name, at)) {
      for (std::size_t i = 0; i < name.size(); ++i) moved[at + i] = coin[i + (is_large ? 0 : name.size())];
      at += name.size();
    }
  }
  return moved;
}

// Two recordings of one machine: shifted each by its own need, one would be known 60 ms late against the other.
TEST(ProgramBacktestData, ShiftsInstrumentsTogether) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("btc.txt", received_earlier(odd_recording({}), 100, "BTCbtc")).empty());
  ASSERT_FALSE(dir.write("eth.txt", received_earlier(odd_recording({}), 40, "ETHeth")).empty());
  ASSERT_FALSE(dir.write("off.txt", received_earlier(odd_recording({}), 3000, "ETHeth")).empty());
  std::string told;
  const auto shifts = [&](std::string_view eth, const std::string& of_eth) {
    const Outcome run =
        run_over(dir, fmt::format("[[data]]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"btc.txt\"]\n"
                                  "[[data]]\nvenue = \"binance-usdm\"\nsymbol = \"ETHUSDT\"\nfiles = [\"{}\"]\n{}"
                                  "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n"
                                  "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n"
                                  "[strategy]\nname = \"twap\"\nduration = \"10s\"\nslices = 5\n",
                                  eth, of_eth));
    told = run.err;
    const nlohmann::json object = object_in(dir);
    std::vector<std::string> all;
    for (const auto& of : object["run"]["instruments"]) all.push_back(of["local_shift_ns"].dump());
    return all;
  };
  EXPECT_EQ(shifts("eth.txt", ""), (std::vector<std::string>{"95000000", "95000000"}));
  EXPECT_THAT(told, Not(HasSubstr("shifted by")));
  EXPECT_EQ(shifts("eth.txt", "clock_shift = \"50ms\"\n"), (std::vector<std::string>{"95000000", "50000000"}));
  EXPECT_EQ(shifts("off.txt", ""), (std::vector<std::string>{"2995000000", "2995000000"}));
  EXPECT_THAT(told, HasSubstr("BTCUSDT: times of receipt are shifted by 2995ms, as those of another instrument need"));
}

// Whoever leaves out what trading takes is told, before the profit is believed: on the terminal, in run.json and on
// the page.
TEST(ProgramBacktestData, TellsWhatMakesAResultTooGood) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  std::string config = buying("files = [\"r.txt\"]");
  config.erase(config.find("[latency]"), config.find("[exchange]") - config.find("[latency]"));
  const Outcome run = run_over(dir, config);
  EXPECT_THAT(run.err, HasSubstr("acts: no latency: orders and answers take no time, and fills are better"));
  EXPECT_THAT(run.err, HasSubstr("acts: no fees: say in [fees] what the venue takes\n"));
  const nlohmann::json told = nlohmann::json::parse(read_file(dir / "run/run.json"))["run"]["assumptions"];
  EXPECT_EQ(told, nlohmann::json::parse(R"(["no latency","no fees"])"));
  EXPECT_THAT(run_acts({"report", dir / "run"}).out, HasSubstr("order events, money in USDT, no latency, no fees"));
}

TEST(ProgramBacktestData, SaysNothingOfDataInWhichNothingIsOdd) {
  const TempDir dir;
  for (const std::string& form : forms_of(dir, odd_recording({}))) {
    const Outcome run = run_over(dir, buying(form));
    EXPECT_EQ(run.err, "") << form;
    const nlohmann::json told = object_in(dir)["run"];
    EXPECT_EQ(told["crossed_updates"], 0) << form;
    EXPECT_EQ(told["early_messages"], 0) << form;
    EXPECT_EQ(told["local_steps_back"], 0) << form;
    EXPECT_EQ(told["venue_steps_back"], 0) << form;
  }
}

TEST(ProgramBacktestData, ShiftsNoTimesForAFewThatAreEarly) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({.early = 3})).empty());
  const Outcome run = run_over(dir, buying("files = [\"r.txt\"]"));
  EXPECT_THAT(run.err, HasSubstr("BTCUSDT: 3 of 200 messages were received up to 29995ms before the venue made them"));
  EXPECT_THAT(run.out, Not(HasSubstr("shifted")));
  EXPECT_EQ(object_in(dir)["run"]["early_messages"], 3);
  EXPECT_EQ(object_in(dir)["run"]["early_by_ns"], 29'995'000'000);
  EXPECT_EQ(object_in(dir)["run"]["local_shift_ns"], 0);
  const Outcome compatible = run_over(dir, buying("files = [\"r.txt\"]", "compatibility = \"hftbacktest\"\n"));
  EXPECT_THAT(compatible.err, HasSubstr("rests on those few"));
  EXPECT_EQ(object_in(dir)["run"]["local_shift_ns"], 29'995'000'000);
}

// Not by run.json alone: fills of such times are none.
TEST(ProgramBacktestData, TellsGapsInSummaryReportAndSweep) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({.missing = 10})).empty());
  const std::string gap = "1 gap in the data, of 0.233 minutes in all, the first from 2024-08-08T23:54:55.905000000Z";
  const std::string config = buying("files = [\"r.txt\"]");
  const Outcome run = run_over(dir, config);
  EXPECT_THAT(run.out, HasSubstr(gap + "\n"));
  EXPECT_THAT(run.err, HasSubstr(gap + ": so long nobody knew the book"));
  const nlohmann::json told = object_in(dir)["run"];
  ASSERT_EQ(told["gaps"].size(), 1U);
  EXPECT_EQ(told["gaps"][0]["from"], "2024-08-08T23:54:55.905000000Z");
  EXPECT_EQ(told["gaps"][0]["to"], "2024-08-08T23:55:09.905000000Z") << "the end of the data";
  ASSERT_EQ(run_acts({"report", dir / "run", "--out", dir / "sheet.html"}).exit_code, 0);
  EXPECT_THAT(read_file(dir / "sheet.html"), HasSubstr(", 1 gap in the data, of 0.23333333333333334 minutes, the first "
                                                       "from 2024-08-08T23:54:55.905000000Z"));
  const std::string varied = config.substr(0, config.find("slices")) + "[sweep]\nslices = [5, 4]\n";
  const std::string sweep = dir.write("sweep.toml", varied);
  for (const char* const sets : {"1", "2"}) {  // two passes, and one
    EXPECT_THAT(run_acts({"sweep", sweep, "--sets-a-pass", sets}).err, HasSubstr(gap));
    const Outcome written = run_acts({"sweep", sweep, "--sets-a-pass", sets, "--output", dir / "table.csv"});
    EXPECT_EQ(written.exit_code, 0) << written.err;
    EXPECT_THAT(written.out, HasSubstr(gap + "\n"));
  }
}

// Of many problems it is the one that matters, wherever in the data it is.
TEST(ProgramBacktestData, TellsDamagedFilesBeforeAllElse) {
  const TempDir dir;
  std::string lines = odd_recording({});
  for (int i = 0; i < 12; ++i) lines.insert(0, fmt::format("17231612400000000{:02} {{nothing\n", i));
  ASSERT_FALSE(dir.write("r.txt", lines).empty());
  const std::string whole = read_file(testdata("binance-feed/usdm/btcusdt_20240808.gz"));
  ASSERT_FALSE(dir.write("cut.gz", whole.substr(0, 20'000)).empty());
  const std::string config = buying("files = [\"r.txt\", \"cut.gz\"]");
  const Outcome run = run_over(dir, config, 3);
  const std::string first = run.err.substr(0, run.err.find('\n'));
  EXPECT_THAT(first, HasSubstr("cut.gz: ends inside a gzip member"));
  EXPECT_EQ(run.err.find("cut.gz: ends inside", first.size()), std::string::npos) << "once: " << run.err;
  EXPECT_THAT(run.out, StartsWith("1 file of the data is cut or damaged, 13 problems reading it, the first: "));
  const nlohmann::json problems = object_in(dir)["run"]["problems"];
  EXPECT_EQ(problems["count"], 13);
  EXPECT_EQ(problems["damaged_files"], 1);
  ASSERT_EQ(problems["first"].size(), 10U);
  EXPECT_THAT(problems["first"][0].get<std::string>(), HasSubstr("cut.gz: ends inside a gzip member"));
  ASSERT_EQ(run_acts({"report", dir / "run", "--out", dir / "sheet.html"}).exit_code, 0);
  EXPECT_THAT(read_file(dir / "sheet.html"), HasSubstr(", 1 damaged file, 13 problems reading the data"));
  EXPECT_EQ(run_acts({"backtest", dir / "run.toml", "--out", dir / "again"}).exit_code, 3);
  EXPECT_EQ(read_file(dir / "again/run.json"), read_file(dir / "run/run.json"));
}

// USD-M's updates can be read as spot's, and were: with other books, another fee and no funding.
TEST(ProgramBacktestData, RefusesTheRecordingOfAnotherVenue) {
  const TempDir dir;
  const auto refusal_of = [&dir](std::string_view venue, std::string_view other) {
    std::string config =
        buying(fmt::format("files = [\"{}\"]", testdata(fmt::format("binance-feed/{}/btcusdt_20240808.gz", other))));
    config.replace(config.find("binance-usdm"), std::string_view("binance-usdm").size(), venue);
    return run_over(dir, config, 2).err;
  };
  EXPECT_THAT(refusal_of("binance-spot", "usdm"),
              HasSubstr("usdm/btcusdt_20240808.gz: it is a recording of binance-usdm, not of binance-spot: say venue "
                        "binance-usdm\n"));
  EXPECT_THAT(refusal_of("binance-usdm", "spot"),
              HasSubstr("spot/btcusdt_20240808.gz: it is a recording of binance-spot, not of binance-usdm: say venue "
                        "binance-spot\n"));
}

// A single update without its "pu" is damaged, and no sign of another venue.
TEST(ProgramBacktestData, OneDamagedUpdateMakesNoRecordingAnotherVenues) {
  const TempDir dir;
  std::string text = odd_recording({});
  text.replace(text.find("\"pu\""), 4, "\"px\"");
  ASSERT_FALSE(dir.write("r.txt", text).empty());
  EXPECT_THAT(run_over(dir, buying("files = [\"r.txt\"]"), 3).err, HasSubstr("r.txt:2: BTCUSDT: pu is missing"));
}

TEST(ProgramBacktestData, TellsOfBothClocksGoingBack) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({.has_step_back = true})).empty());
  const Outcome run = run_over(dir, buying("files = [\"r.txt\"]"));
  EXPECT_THAT(run.err, HasSubstr("BTCUSDT: times of receipt step back in 1 messages, by up to 2900ms"));
  EXPECT_THAT(run.err, HasSubstr("BTCUSDT: the venue's times step back in 1 messages, by up to 2900ms"));
  EXPECT_EQ(object_in(dir)["run"]["local_steps_back"], 1);
  EXPECT_EQ(object_in(dir)["run"]["local_step_back_ns"], 2'900'000'000);
  EXPECT_EQ(object_in(dir)["run"]["venue_steps_back"], 1);
  EXPECT_EQ(object_in(dir)["run"]["venue_step_back_ns"], 2'900'000'000);
}

// It ran for decades, or shifted all times by as much.
TEST(ProgramBacktestData, RefusesTimesOfReceiptInAnotherUnit) {
  const TempDir dir;
  const std::string good = odd_recording({});
  std::string text;
  for (std::size_t begin = 0; begin < good.size();) {
    const std::size_t end = good.find('\n', begin) + 1;
    const std::size_t space = good.find(' ', begin);
    text += good.substr(begin, space - begin - 6) + good.substr(space, end - space);
    begin = end;
  }
  ASSERT_FALSE(dir.write("r.txt", text).empty());
  const Outcome refused = run_over(dir, buying("files = [\"r.txt\"]"), 3);
  EXPECT_THAT(refused.err, HasSubstr("event 1: the time of receipt, 1723161290005, looks like milliseconds: "
                                     "nanoseconds since 1970 are expected"));
  EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
}

// It wrote gigabytes, of a recording of 20 seconds.
TEST(ProgramBacktestData, RefusesMoreSamplesThanARunMayHave) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  const std::string config = buying("files = [\"r.txt\"]", "[report]\nsample = \"100ns\"\n");
  const Outcome refused = run_over(dir, config, 2);
  EXPECT_THAT(refused.err, HasSubstr("sample = \"100ns\" in [report] is 199000000 samples of this data, and 40000000 "
                                     "are the most: take \"1s\""));
  EXPECT_FALSE(std::filesystem::exists(dir / "run"));
  const std::string sweep =
      dir.write("sweep.toml", config.substr(0, config.find("slices")) + "[sweep]\nslices = [5]\n");
  EXPECT_THAT(run_acts({"sweep", sweep}).err, HasSubstr("40000000 are the most"));
}

// They ran, and did nothing.
TEST(ProgramBacktestData, RefusesAStrategyThatCannotTradeItsData) {
  const TempDir dir;
  const auto refusal = [&dir](std::string config, const std::string& name) {
    const std::size_t strategy = config.find("[strategy]");
    config = config.substr(0, strategy) + "[strategy]\nname = \"" + name + "\"\n";
    const std::string refused = run_over(dir, config, 2).err;
    EXPECT_EQ(run_acts({"backtest", dir / "run.toml", "--out", dir / "isolated", "--isolate"}).err, refused);
    return refused;
  };
  const std::string books = buying("files = [\"none.txt\"]");
  std::string bars = buying("files = [\"none.csv\"]\nkind = \"bars\"\ninterval = \"1h\"");
  bars.erase(bars.find("[latency]"), bars.find("[exchange]") - bars.find("[latency]"));
  for (const std::string name : {"avellaneda_stoikov", "grid", "obi"}) {
    EXPECT_THAT(refusal(bars, name), HasSubstr(name + " needs an order book, and these are bars: take kind out"));
  }
  EXPECT_THAT(refusal(bars, "feature_signal"), HasSubstr("these are bars"));
  EXPECT_THAT(refusal(books, "sma_cross"), HasSubstr("the strategy is told of bars, and these are order books"));
  EXPECT_THAT(refusal(books, "funding_carry"), HasSubstr("funding_carry needs 2 instruments, and this run has 1: add"));
  const auto pair = [&](const std::string& second) {
    std::string two = books;
    two.replace(two.find("[data]"), 6,
                "[[data]]\nvenue = \"" + second +
                    "\"\nsymbol = \"BTCUSDT\"\nfiles = [\"a\"]\n"
                    "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n[[data]]");
    two.replace(two.rfind("[instrument]"), 12, "[[instrument]]");
    return two;
  };
  std::string spot = pair("binance-usdm");
  spot.replace(spot.rfind("binance-usdm"), 12, "binance-spot");
  EXPECT_THAT(refusal(spot, "funding_carry"),
              HasSubstr("funding_carry goes by the funding of instrument 2, and BTCUSDT of binance-spot has none"));
  const auto of_contracts = [&](const std::string& rules) {
    std::string contracts = pair("binance-spot");
    return contracts.insert(contracts.rfind("[[instrument]]") + 15, rules);
  };
  EXPECT_THAT(refusal(of_contracts("contract = \"inverse\"\ncontract_size = \"100\"\n"), "funding_carry"),
              HasSubstr("BTCUSDT of binance-usdm is of contracts, inverse of size 100: take one that is linear and of "
                        "size 1\n"));
  EXPECT_THAT(refusal(of_contracts("contract_size = \"0.01\"\n"), "funding_carry"),
              HasSubstr("is of contracts, linear of size 0.01: take one"));
}

// Lines that are of the instrument's data, not of what a run made of it.
std::string notes_in(const std::string& err) {
  std::string notes;
  for (std::size_t begin = 0; begin < err.size();) {
    const std::size_t end = std::min(err.find('\n', begin), err.size() - 1) + 1;
    const std::string line = err.substr(begin, end - begin);
    if (line.contains("BTCUSDT: ")) notes += line;
    begin = end;
  }
  return notes;
}

// A set was told nothing of the data that it went through.
TEST(ProgramSweep, TellsOnceWhatARunTellsOfTheSameData) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({.is_crossed = true, .early = 3, .has_step_back = true})).empty());
  const std::string config = buying("files = [\"r.txt\"]");
  const Outcome alone = run_over(dir, config);
  for (const char* const note : {"updates crossed the book", "messages were received up to",
                                 "times of receipt step back", "the venue's times step back"}) {
    EXPECT_THAT(alone.err, HasSubstr(note));
  }
  const std::string varied = config.substr(0, config.find("slices")) + "[sweep]\nslices = [5, 4, 2]\n";
  const std::string sweep = dir.write("sweep.toml", varied);
  for (const char* const sets : {"1", "3"}) {  // three passes, and one
    const Outcome printed = run_acts({"sweep", sweep, "--sets-a-pass", sets});
    EXPECT_EQ(printed.exit_code, 0);
    EXPECT_EQ(printed.err, notes_in(alone.err));
    const Outcome written =
        run_acts({"sweep", sweep, "--sets-a-pass", sets, "--output", dir / fmt::format("{}.csv", sets)});
    EXPECT_EQ(written.exit_code, 0);
    EXPECT_EQ(written.err, notes_in(alone.err));
  }
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  EXPECT_EQ(run_acts({"sweep", sweep}).err, "");
}

// All times are shifted for the sake of three messages, as a backtest of such a file says.
TEST(ProgramExport, WarnsOfAnNpzWhoseShiftRestsOnFewMessages) {
  const TempDir dir;
  const std::string recording = dir.write("r.txt", odd_recording({.early = 3}));
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", dir / "data", recording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const std::vector<std::string> words{"export", "--format", "npz", "--output", dir / "r.npz"};
  const auto with = [&words](const std::vector<std::string>& more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return run_acts(all);
  };
  for (const Outcome& made : {with({recording}), with({"--data-dir", dir / "data", "--venue", "binance-usdm",
                                                       "--symbol", "BTCUSDT", "--base-latency", "1ms"})}) {
    EXPECT_EQ(made.exit_code, 0);
    EXPECT_THAT(made.err,
                HasSubstr("BTCUSDT: 3 of 200 messages were received up to 29995ms before the venue made them, "
                          "and all others by no more than 0s: that all local times are shifted by 2999"));
    EXPECT_EQ(std::ranges::count(made.err, '\n'), 1) << made.err;
    EXPECT_THAT(made.out, HasSubstr("local times shifted by 2999"));
  }
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  EXPECT_EQ(with({recording}).err, "");
  ASSERT_FALSE(dir.write("r.txt", odd_recording({.early = 20})).empty());
  EXPECT_EQ(with({recording}).err, "") << "a slow clock";
}

// Days of .npz one behind the other, and a part of one.
TEST(ProgramBacktestData, TakesSeveralNpzInTheOrderOfTimeAndPartsOfThem) {
  const TempDir dir;
  const std::string recording = dir.write("r.txt", odd_recording({}));
  constexpr const char* kMiddle = "2024-08-08T23:55:00.002Z";
  const auto cut = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> words{"export", "--format", "npz", "--output", dir / name, recording};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome made = run_acts(words);
    EXPECT_EQ(made.exit_code, 0) << made.err;
  };
  cut("whole.npz", {});
  cut("a.npz", {"--to", kMiddle});
  cut("b.npz", {"--from", kMiddle});
  const auto fills_over = [&dir](const std::string& data) {
    const Outcome run = run_over(dir, buying(data));
    EXPECT_EQ(run.err, "") << data;
    return read_file(dir / "run/fills.csv") + read_file(dir / "run/equity.csv");
  };
  const std::string whole = fills_over("files = [\"whole.npz\"]");
  EXPECT_THAT(whole, HasSubstr(",taker,"));
  EXPECT_EQ(fills_over("files = [\"a.npz\", \"b.npz\"]"), whole);
  EXPECT_EQ(fills_over("files = [\"r.txt\"]"), whole);
  const std::string span = "\nfrom = \"2024-08-08T23:54:55\"\nto = \"2024-08-08T23:55:05\"";
  const std::string part = fills_over("files = [\"r.txt\"]" + span);
  EXPECT_NE(part, whole);
  EXPECT_EQ(fills_over("files = [\"whole.npz\"]" + span), part);
  EXPECT_EQ(fills_over("files = [\"a.npz\", \"b.npz\"]" + span), part);
  EXPECT_THAT(run_over(dir, buying("files = [\"b.npz\", \"a.npz\"]"), 2).err,
              HasSubstr("name files in the order of time, without what another has"));
  EXPECT_THAT(run_over(dir, buying("files = [\"a.npz\", \"r.txt\"]"), 2).err,
              HasSubstr("files: recordings and .npz together: name one kind of them"));
}

// Of a level of 7 nobody gets 10, and the order that expires is refused a rest with no code of the venue's.
TEST(ProgramBacktestData, TellsFillsOfMoreThanThereWas) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  const std::string data = "files = [\"r.txt\"]";
  const Outcome full = run_over(dir, buying(data, "fills = \"full\"\n") + "quantity = \"50\"\n");
  EXPECT_THAT(full.err, HasSubstr("5 fills are of more than the trade or the level that filled them had"));
  EXPECT_THAT(full.err, HasSubstr("fills = \"partial\" in [exchange] gives what there was"));
  EXPECT_THAT(full.out, HasSubstr(", 5 fills of more than their level had ("));
  nlohmann::json totals = object_in(dir)["totals"];
  EXPECT_EQ(totals["fills_beyond_levels"], 5);
  EXPECT_EQ(totals["fills_beyond_trades"], 0);
  EXPECT_EQ(totals["quantity_beyond_trades"], "0");
  EXPECT_EQ(object_in(dir)["run"]["models"]["fills"], "full");
  const Outcome report = run_acts({"report", dir / "run", "--format", "json"});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  EXPECT_EQ(nlohmann::json::parse(report.out)["runs"][0]["figures"]["fills"]["fills_beyond_levels"]["value"], 5);
  const Outcome partial = run_over(dir, buying(data) + "quantity = \"50\"\n");
  EXPECT_EQ(partial.err, "");
  totals = object_in(dir)["totals"];
  EXPECT_EQ(totals["fills_beyond_levels"], 0);
  EXPECT_EQ(object_in(dir)["run"]["models"]["fills"], "partial") << "as it is if nothing is said";
  const Outcome compatible = run_over(dir, buying(data, "compatibility = \"hftbacktest\"\n") + "quantity = \"50\"\n");
  EXPECT_EQ(compatible.err, "") << "what was asked for";
  EXPECT_EQ(object_in(dir)["totals"]["fills_beyond_levels"], 5);
  EXPECT_EQ(object_in(dir)["run"]["models"]["fills"], "full");
}

TEST(ProgramBacktestData, TellsTheVenuesCodeOfWhatIsRefused) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  const std::string config = buying("files = [\"r.txt\"]") + "[filters]\nmin_notional = \"1000000000\"\n";
  run_over(dir, config);
  const nlohmann::json totals = object_in(dir)["totals"];
  ASSERT_GT(totals["rejected"]["min_notional"].get<int>(), 0);
  EXPECT_EQ(totals["error_codes"]["-4164"], totals["rejected"]["min_notional"]);
  EXPECT_THAT(read_file(dir / "run/orders.csv"), HasSubstr(",min_notional,,,-4164,2024-08-08T"));
  const Outcome parquet = run_acts({"report", dir / "run", "--format", "parquet", "--out", dir / "rows"});
  EXPECT_EQ(parquet.exit_code, 0) << parquet.err;
  const Outcome query = run_acts({"report", dir / "run", "--out", dir / "sheet.html"});
  EXPECT_EQ(query.exit_code, 0) << query.err;
}

// 10 ms there, and 10 ms back: the way back was left out.
TEST(ProgramBacktestData, TellsHowLongItTakesUntilAnAnswerIsHere) {
  const TempDir dir;
  ASSERT_FALSE(dir.write("r.txt", odd_recording({})).empty());
  run_over(dir, buying("files = [\"r.txt\"]"));
  const Outcome report = run_acts({"report", dir / "run", "--format", "json"});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  const nlohmann::json orders = nlohmann::json::parse(report.out)["runs"][0]["figures"]["orders"];
  for (const char* const name : {"answer_time_p50", "answer_time_p99"}) {
    EXPECT_NEAR(orders[name]["value"].get<double>(), 0.02, 1e-9) << name;
  }
}

}  // namespace
}  // namespace acts::cli
