// Funding that a recording announces, and margin on its mark prices, from the command line.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;

constexpr std::int64_t kFundingMs = 1'723'104'000'000;  // 2024-08-08T08:00Z
constexpr std::int64_t kEightHoursMs = 28'800'000;

// Twenty seconds around a time of funding: a change of the depth ten times a second, 61000.0 against 61000.2, and where
// there are marks one each second, 61000 and a half more a tenth each, at `low` from the fifteenth on if there is one.
std::string recorded(bool has_marks, const std::string& low = "") {
  std::string text;
  for (std::int64_t i = 0; i <= 200; ++i) {
    const std::int64_t at = kFundingMs - 10'000 + i * 100;
    text += fmt::format(
        R"({}000000 {{"stream":"btcusdt@depth","data":{{"e":"depthUpdate","E":{},"T":{},"s":"BTCUSDT","U":{},"u":{},)"
        R"("pu":{},"b":[["61000.0","{}"]],"a":[["61000.2","{}"]]}}}})"
        "\n",
        at + 5, at, at, i + 1, i + 1, i, 5 + i % 2, 7 - i % 2);
    if (!has_marks || i % 10 != 0) continue;
    const std::int64_t second = i / 10;
    const bool is_before = at < kFundingMs;
    const std::string price =
        second >= 15 && !low.empty() ? low : fmt::format("{}.{}", 61000 + (5 + second) / 10, (5 + second) % 10);
    text += fmt::format(
        R"({}000000 {{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{},"s":"BTCUSDT","p":"{}",)"
        R"("i":"61000","P":"61000","r":"{}","T":{}}}}})"
        "\n",
        at + 6, at, price, is_before ? "0.00010000" : "0.00030000",
        is_before ? kFundingMs : kFundingMs + kEightHoursMs);
  }
  return text;
}

std::string taking(const std::string& file, const std::string& more, const std::string& exchange = "") {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[exchange]\n{}[strategy]\n"
      "name = \"twap\"\nduration = \"1s\"\nslices = 1\n{}",
      file, exchange, more);
}

void put(const TempDir& dir, std::string_view name, const std::string& text) {
  ASSERT_FALSE(dir.write(name, text).empty());
}

// Of one run with a folder: its object.
nlohmann::json result_of(const TempDir& dir, const std::string& config) {
  const Outcome run = run_acts({"backtest", config, "--json", dir / "result.json", "--out", dir / "run"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return nlohmann::json::parse(read_file(dir / "result.json"));
}

// What cannot be read was left out, and nothing said how much.
TEST(ProgramBacktestFunding, CountsWhatCannotBeRead) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true));
  const std::string config = dir.write("run.toml", taking("r.txt", ""));
  EXPECT_EQ(result_of(dir, config)["run"]["unreadable_announcements"], 0);
  std::string text = recorded(true);
  for (const std::string_view rate : {"much", "1.5"}) {
    text += fmt::format(
        R"({}000000 {{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{},"s":"BTCUSDT","p":"61000",)"
        R"("i":"1","P":"1","r":"{}","T":{}}}}})"
        "\n",
        kFundingMs + 10'020, kFundingMs + 10'010, rate, kFundingMs + kEightHoursMs);
  }
  put(dir, "r.txt", text);
  const Outcome run = run_acts({"backtest", config, "--json", dir / "result.json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(nlohmann::json::parse(read_file(dir / "result.json"))["run"]["unreadable_announcements"], 2);
}

// Something is held, the time has no price of its own, and nobody asks any more.
TEST(ProgramBacktestFunding, CountsTimesWithoutAPrice) {
  const TempDir dir;
  std::string text;
  std::istringstream lines(recorded(false));
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    const std::string ask = number % 2 == 0 ? R"("a":[["61000.2","7"]])" : R"("a":[["61000.2","6"]])";
    const std::size_t at = line.find(ask);
    ASSERT_NE(at, std::string::npos);
    text += (number < 60 ? line : line.replace(at, ask.size(), R"("a":[["61000.2","0"]])")) + "\n";
  }
  put(dir, "r.txt", text);
  const auto result_with = [&dir](const std::string& funding) {
    put(dir, "f.csv", funding);
    return result_of(dir, dir.write("run.toml", taking("r.txt", "[funding]\nfile = \"f.csv\"\n")));
  };
  const nlohmann::json missed = result_with(fmt::format("{},0.0001\n", kFundingMs));
  EXPECT_EQ(missed["totals"]["position"], "1");
  EXPECT_EQ(missed["totals"]["missed_fundings"], 1);
  EXPECT_EQ(missed["totals"]["funding"], "0");
  const nlohmann::json paid = result_with(fmt::format("{},0.0001,61000\n", kFundingMs));
  EXPECT_EQ(paid["totals"]["missed_fundings"], 0);
  EXPECT_EQ(paid["totals"]["funding"], "-6.1");
}

// Announced last before 08:00: 61001.4 and 0.0001.
TEST(ProgramBacktestFunding, IsPaidAsTheRecordingAnnouncesIt) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true));
  const std::string config = dir.write("run.toml", taking("r.txt", ""));
  const nlohmann::json object = result_of(dir, config);
  EXPECT_EQ(object["totals"]["position"], "1");
  EXPECT_EQ(object["totals"]["funding"], "-6.10014");
  EXPECT_EQ(object["run"]["models"]["funding"], "data");
  EXPECT_THAT(read_file(dir / "run/equity.csv"), HasSubstr(",-6.10014,"));
  const Outcome report = run_acts({"report", dir / "run", "--format", "json"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(report.out, HasSubstr("-6.10014"));
  const Outcome sheet = run_acts({"report", dir / "run", "--out", dir / "sheet.html"});
  EXPECT_EQ(sheet.exit_code, 0) << sheet.err;
}

std::string out_of_catalog(const std::string& text) {
  std::string config = text;
  const std::string files = "files = [\"r.txt\"]";
  return config.replace(config.find(files), files.size(), "data_dir = \"data\"");
}

// At the middle of 61000.1, as nothing tells the mark price.
TEST(ProgramBacktestFunding, IsPaidAsTheCatalogHasIt) {
  const TempDir dir;
  put(dir, "r.txt", recorded(false));
  const Outcome imported = run_acts({"import", "--market", "um", "--data-dir", dir / "data", dir / "r.txt"});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const std::string config = dir.write("run.toml", out_of_catalog(taking("r.txt", "")));
  const Outcome unpaid = run_acts({"backtest", config, "--json", dir / "result.json", "--out", dir / "unpaid"});
  ASSERT_EQ(unpaid.exit_code, 0) << unpaid.err;
  EXPECT_THAT(unpaid.err, HasSubstr("BTCUSDT: the data tells no funding, so a perpetual pays none: import its"));
  const std::string swept = out_of_catalog(taking("r.txt", "[sweep]\nside = [\"buy\", \"sell\"]\n"));
  EXPECT_EQ(run_acts({"sweep", dir.write("sweep.toml", swept)}).err, unpaid.err);
  nlohmann::json object = nlohmann::json::parse(read_file(dir / "result.json"));
  EXPECT_EQ(object["run"]["funding_times"], 0);
  EXPECT_EQ(object["run"]["models"]["funding"], "none");
  const std::size_t files = object["run"]["data"].size();

  put(dir, "BTCUSDT-fundingRate-2024-08.csv",
      fmt::format("calc_time,funding_interval_hours,last_funding_rate\n{},8,0.00020000\n{},8,0.00010000\n",
                  kFundingMs - kEightHoursMs, kFundingMs));
  const Outcome more =
      run_acts({"import", "--market", "um", "--data-dir", dir / "data", dir / "BTCUSDT-fundingRate-2024-08.csv"});
  ASSERT_EQ(more.exit_code, 0) << more.err;
  const Outcome paid = run_acts({"backtest", config, "--json", dir / "result.json", "--out", dir / "paid",
                                 "--check-determinism", "--check-lookahead"});
  ASSERT_EQ(paid.exit_code, 0) << paid.err;
  EXPECT_EQ(paid.err.find("no funding"), std::string::npos) << paid.err;
  object = nlohmann::json::parse(read_file(dir / "result.json"));
  EXPECT_EQ(object["totals"]["position"], "1");
  EXPECT_EQ(object["totals"]["funding"], "-6.10001");
  EXPECT_EQ(object["run"]["models"]["funding"], "data");
  EXPECT_EQ(object["run"]["funding_times"], 2);
  EXPECT_GT(object["run"]["data"].size(), files) << "they are part of what was run";
  const nlohmann::json none =
      result_of(dir, dir.write("none.toml", out_of_catalog(taking("r.txt", "[funding]\nsource = \"none\"\n"))));
  EXPECT_EQ(none["totals"]["funding"], "0");
}

TEST(ProgramBacktestFunding, IsNotPaidWhereThatIsSaid) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true));
  const auto funding_of = [&dir](const std::string& text) {
    const nlohmann::json object = result_of(dir, dir.write("run.toml", text));
    return object["totals"]["funding"].get<std::string>() + " " + object["run"]["models"]["funding"].get<std::string>();
  };
  EXPECT_EQ(funding_of(taking("r.txt", "[funding]\nsource = \"none\"\n")), "0 none");
  EXPECT_EQ(funding_of(taking("r.txt", "[funding]\nsource = \"data\"\n")), "-6.10014 data");
  EXPECT_EQ(funding_of(taking("r.txt", "", "compatibility = \"hftbacktest\"\n")), "0 none");
  put(dir, "paid.csv", "2024-08-08T08:00:00Z,0.0005,60000\n");
  EXPECT_THAT(funding_of(taking("r.txt", "[funding]\nfile = \"paid.csv\"\n")), HasSubstr("-30 "));
  put(dir, "r.txt", recorded(false));
  EXPECT_EQ(funding_of(taking("r.txt", "")), "0 none");
}

TEST(ProgramBacktestFunding, SaysInOneLineWhatTheDataDoesNotAnnounce) {
  const TempDir dir;
  put(dir, "r.txt", recorded(false));
  const auto told = [&dir](const std::string& more) {
    const Outcome run = run_acts({"backtest", dir.write("run.toml", taking("r.txt", more)), "--out", dir / "run"});
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    return fmt::format("{} {}", run.exit_code, run.err);
  };
  EXPECT_THAT(told("[funding]\nsource = \"data\"\n"),
              HasSubstr("2 acts: source = \"data\" in [funding]: the data has no announcements of funding, which"));
  EXPECT_THAT(told("[account]\nkind = \"margin\"\ninitial_balance = \"9000\"\n[margin]\nmark = \"mark_price\"\n"),
              HasSubstr("2 acts: mark = \"mark_price\" in [margin]: the data has no mark prices, which"));
  EXPECT_THAT(told("[funding]\nsource = \"file\"\n"), HasSubstr("file in [funding] is missing"));
  EXPECT_THAT(told("[funding]\nsource = \"none\"\nfile = \"paid.csv\"\n"),
              HasSubstr("file in [funding] is of source = \"file\": take it out"));
  EXPECT_THAT(told("[funding]\nsource = \"venue\"\n"), HasSubstr("'venue': one of data, file, none"));
}

TEST(ProgramBacktestFunding, HoldsForProofsAndScenarios) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true));
  const std::string config = dir.write("run.toml", taking("r.txt", ""));
  const Outcome run =
      run_acts({"backtest", config, "--out", dir / "run", "--scenarios", "--check-determinism", "--check-lookahead"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  for (const char* folder : {"run/", "run/queue-first/", "run/queue-traded-through/"}) {
    EXPECT_THAT(read_file(dir / (folder + std::string("equity.csv"))), HasSubstr(",-6.10014,")) << folder;
  }
  const Outcome replay = run_acts({"backtest", "--replay", dir / "run"});
  EXPECT_EQ(replay.exit_code, 0) << replay.err;
}

TEST(ProgramBacktestFunding, OfASweepIsThatOfItsSingleRuns) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true));
  const std::string config = dir.write("run.toml", taking("r.txt", "[sweep]\nquantity = [\"1\", \"2\"]\n"));
  const Outcome sweep = run_acts({"sweep", config, "--output", dir / "table.csv"});
  ASSERT_EQ(sweep.exit_code, 0) << sweep.err;
  const std::string table = read_file(dir / "table.csv");
  EXPECT_THAT(table, HasSubstr(",-6.10014,"));
  EXPECT_THAT(table, HasSubstr(",-12.20028,"));
}

std::string carried(const std::string& more) {
  return "[[data]]\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"spot.txt\"]\n[[data]]\nvenue = "
         "\"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"r.txt\"]\n[[instrument]]\ntick_size = \"0.1\"\nlot_size = "
         "\"0.001\"\n[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n[strategy]\nname = \"funding_carry\"\n"
         "interval = \"1s\"\nentry = \"0.0001\"\n" +
         more;
}

// Sets of a sweep were not told the rate: a strategy that waits for it did nothing in them.
TEST(ProgramBacktestFunding, IsEarnedBySeveralInstrumentsAndInTheirSweeps) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true));
  std::string spot;
  for (std::int64_t i = 0; i <= 200; ++i) {
    const std::int64_t at = kFundingMs - 10'000 + i * 100;
    spot += fmt::format(
        R"({}000000 {{"stream":"btcusdt@depth@100ms","data":{{"e":"depthUpdate","E":{},"s":"BTCUSDT","U":{},"u":{},)"
        R"("b":[["60990.0","{}"]],"a":[["60990.2","9"]]}}}})"
        "\n",
        at + 5, at, i + 1, i + 1, 5 + i % 2);
  }
  put(dir, "spot.txt", spot);
  const nlohmann::json object = result_of(dir, dir.write("run.toml", carried("quantity = \"2\"\n")));
  EXPECT_EQ(object["totals"]["funding"], "12.20028");
  EXPECT_EQ(object["totals"]["instruments"][1]["funding"], "12.20028");
  EXPECT_EQ(object["totals"]["instruments"][0]["funding"], "0");
  // Of a file that both share, spot pays nothing.
  put(dir, "shared.csv", fmt::format("{},0.0002\n", kFundingMs));
  const nlohmann::json shared =
      result_of(dir, dir.write("shared.toml", carried("quantity = \"2\"\n[funding]\nfile = \"shared.csv\"\n")));
  EXPECT_EQ(shared["totals"]["instruments"][0]["funding"], "0");
  EXPECT_EQ(shared["totals"]["funding"], shared["totals"]["instruments"][1]["funding"]);
  EXPECT_NE(shared["totals"]["funding"], "0");
  const std::string config = dir.write("sweep.toml", carried("[sweep]\nquantity = [\"1\", \"2\"]\n"));
  const Outcome sweep = run_acts({"sweep", config, "--output", dir / "table.csv"});
  ASSERT_EQ(sweep.exit_code, 0) << sweep.err;
  EXPECT_THAT(read_file(dir / "table.csv"), HasSubstr(",12.20028,"));
}

// The book stands still while the mark price falls.
TEST(ProgramBacktestFunding, MarginIsAskedOfTheMarkPriceByChoice) {
  const TempDir dir;
  put(dir, "r.txt", recorded(true, "54000"));
  const std::string account =
      "[account]\nkind = \"margin\"\ninitial_balance = \"7000\"\n[margin]\nleverage = 10\n"
      "brackets = [\"0 0.004\"]\nmark = ";
  for (const std::string mark : {"middle", "mark_price"}) {
    const std::string config = dir.write("run.toml", taking("r.txt", account + "\"" + mark + "\"\n"));
    const nlohmann::json object = result_of(dir, config);
    const bool is_over = mark == "mark_price";
    EXPECT_EQ(object["totals"]["accounts"][0]["liquidations"], is_over ? 1 : 0);
    EXPECT_EQ(object["totals"]["position"], is_over ? "0" : "1");
    EXPECT_EQ(object["run"]["models"]["mark"], mark);
    if (!is_over) continue;
    EXPECT_THAT(read_file(dir / "run/fills.csv"),
                HasSubstr("2024-08-08T08:00:05.000000000Z,BTCUSDT,sell,61000,1,taker,liquidation,"));
    const Outcome checked = run_acts({"backtest", config, "--out", dir / "checked", "--check-lookahead"});
    EXPECT_EQ(checked.exit_code, 0) << checked.err;
    EXPECT_THAT(checked.err, HasSubstr("the account in USDT was liquidated once: see cause liquidation in fills.csv"));
  }
}

}  // namespace
}  // namespace acts::cli
