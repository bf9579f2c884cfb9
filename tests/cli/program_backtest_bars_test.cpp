// Backtests over bars, from the command line.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
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
using ::testing::StartsWith;

// Hours of the first quarter of 2021, moving averages of 10 and `slow` bars, and what else is said.
std::string configuration(std::string_view strategy, std::string_view more = "") {
  std::string files;
  for (const std::string_view month : {"01", "02", "03"}) {
    files += fmt::format("\"{}\",", testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-{}.csv", month)));
  }
  return fmt::format(
      "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [{}]\n"
      "[instrument]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n[account]\ninitial_balance = \"10000\"\n"
      "[fees]\nmaker = \"0.001\"\ntaker = \"0.001\"\n{}[strategy]\nname = \"sma_cross\"\n{}",
      files, more, strategy);
}

TEST(ProgramBacktestBars, WritesTheRunsFolder) {
  const TempDir dir;
  const std::string config = dir.write("sma.toml", configuration("fast = 10\nslow = 30\n"));
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run", "--json", dir / "result.json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out,
            "2158 bars of BTCUSDT from 2021-01-01T00:00:00.000Z to 2021-04-01T00:00:00.000Z, 2 missing\n"
            "93 orders\n93 fills, position 0.1, balance 5449.344, fee 435.947732, equity 10887.451268\n" +
                (dir / "run") + "\n");
  const std::string object = read_file(dir / "result.json");
  EXPECT_EQ("{" + object.substr(object.find("],\"run\":") + 2), read_file(dir / "run/run.json"));
  EXPECT_THAT(
      read_file(dir / "result.json"),
      HasSubstr(
          "\"totals\":{\"balance\":\"5449.344\",\"equity\":\"10887.451268\",\"error_codes\":{},\"expired\":{},\"fee\":"
          "\"435.947732\",\"fills\":93,\"funding\":\"0\",\"mark_price\":\"58740.55\","));
  EXPECT_THAT(read_file(dir / "run/fills.csv"),
              HasSubstr("2021-01-05T16:00:00.000000000Z,BTCUSDT,buy,32099.97,0.1,taker,"
                        "taker,3.209997,1,0,0,,0,3209.997,0\n"));
  EXPECT_THAT(read_file(dir / "run/equity.csv"), HasSubstr(",10887.451268,5874.055\n"));
  EXPECT_THAT(read_file(dir / "run/orders.csv"), HasSubstr(",BTCUSDT,1,submitted,buy,market,"));
  // Of middles bars know nothing: what followed a fill was told as 0.
  EXPECT_THAT(run_acts({"report", dir / "run", "--format", "csv"}).out, HasSubstr("run,ledger,adverse_1s,,"));
  const std::string figures = run_acts({"report", dir / "run", "--format", "json"}).out;
  EXPECT_TRUE(nlohmann::json::parse(figures)["runs"][0]["figures"]["ledger"]["adverse_1s"]["value"].is_null());
}

// They named flags of acts import.
TEST(ProgramBacktestBars, NamesTheKeysThatSayWhatItsDataDoNot) {
  const TempDir dir;
  const std::string candles = read_file(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"));
  const auto run_over = [&](const std::string& data) {
    const std::string config =
        dir.write("run.toml", fmt::format("[data]\nkind = \"bars\"\nsymbol = \"BTCUSDT\"\n{}[instrument]\ntick_size = "
                                          "\"0.01\"\nlot_size = \"0.000001\"\n[strategy]\nname = \"sma_cross\"\n"
                                          "fast = 10\nslow = 30\n",
                                          data));
    return run_acts({"backtest", config, "--json", dir / "run.json"});
  };
  const std::string untold =
      fmt::format("venue = \"binance-usdm\"\nfiles = [\"{}\"]\n", dir.write("BTCUSDT-1h-2021-02.csv", candles));
  EXPECT_THAT(run_over(untold).err, HasSubstr("give source in [data]: klines, mark_price_klines, "));
  const Outcome told = run_over(untold + "source = \"klines\"\n");
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, StartsWith("671 bars of BTCUSDT"));
  EXPECT_THAT(run_over(untold + "source_interval = \"1m\"\n").err,
              HasSubstr("source_interval in [data] is of a catalog"));
  const std::string unnamed =
      fmt::format("venue = \"binance-spot\"\nfiles = [\"{}\"]\n", dir.write("candles.csv", candles));
  EXPECT_THAT(run_over(unnamed).err, HasSubstr("its name does not say what it holds: give source in [data]"));
  EXPECT_THAT(run_over(unnamed + "source = \"klines\"\n").err, HasSubstr("give interval in [data]"));
  EXPECT_THAT(run_over(unnamed + "source = \"klines\"\ninterval = \"1h\"\n").out, StartsWith("671 bars"));

  const std::string file = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv");
  ASSERT_EQ(run_acts({"import", "--market", "spot", "--data-dir", dir.string(), file}).exit_code, 0);
  const std::string catalog =
      fmt::format("venue = \"binance-spot\"\ndata_dir = \"{}\"\ninterval = \"4h\"\n", dir.string());
  EXPECT_THAT(run_over(catalog).err, HasSubstr("but of 1h: give source_interval in [data]"));
  EXPECT_THAT(run_over(catalog + "source_interval = \"1h\"\norigin = \"tardis\"\n").err,
              HasSubstr("the catalog has it of archive: give origin in [data]"));
  EXPECT_THAT(run_over(catalog + "source_interval = \"1h\"\n").out, StartsWith("168 bars"));
}

TEST(ProgramBacktestBars, WritesWhatAReportReads) {
  const TempDir dir;
  const std::string config = dir.write("sma.toml", configuration("fast = 10\nslow = 30\n"));
  ASSERT_EQ(run_acts({"backtest", config, "--out", dir / "run"}).exit_code, 0);
  EXPECT_THAT(read_file(dir / "run/marks.csv"), StartsWith("fill_number,0.1s,1s,10s,60s\n1,,,,\n2,,,,\n"));
  const Outcome report = run_acts({"report", dir / "run", "--out", dir / "report.html"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(read_file(dir / "report.html"), HasSubstr("<html"));
}

// 0.1 is bought at 56,405.11, and the price falls by more than a leverage of 20 bears.
TEST(ProgramBacktestBars, KnowsMarginAndFunding) {
  const TempDir dir;
  std::string funding;
  for (int day = 22; day <= 31; ++day) funding += fmt::format("2021-03-{}T12:00:00Z,0.0001\n", day);
  ASSERT_FALSE(dir.write("funding.csv", funding).empty());
  std::string text = configuration("fast = 10\nslow = 30\n",
                                   "[margin]\nleverage = 20\nbrackets = [\"0 0.004\"]\nliquidation_fee = "
                                   "\"0.0125\"\n[funding]\nfile = \"funding.csv\"\n");
  text.replace(text.find("\"10000\""), 7, "\"400\"\nkind = \"margin\"");
  text.insert(text.find("[instrument]"), "from = \"2021-03-22\"\n");
  const Outcome refused = run_acts({"backtest", dir.write("spot.toml", text), "--out", dir / "run"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("file in [funding] is of contracts, and spot pays none: take it out\n"));
  text.replace(text.find("binance-spot\""), 13, "binance-usdm\"\nsource = \"klines\"");
  const Outcome run = run_acts({"backtest", dir.write("sma.toml", text), "--out", dir / "run"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("the account in USDT was liquidated once"));
  const std::string object = read_file(dir / "run/run.json");
  EXPECT_THAT(object, HasSubstr("\"kind\":\"margin\",\"liquidations\":1,"));
  EXPECT_THAT(object, HasSubstr("\"insufficient_balance\":"));
  EXPECT_THAT(object, HasSubstr("\"funding\":\"-"));
  EXPECT_THAT(object, HasSubstr("funding.csv\",\"sha256\""));
  EXPECT_THAT(read_file(dir / "run/fills.csv"), HasSubstr(",taker,liquidation,"));
  // Its reader holds every line against the parts of its equity.
  const Outcome report = run_acts({"report", dir / "run", "--out", dir / "report.html"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  const Outcome proven =
      run_acts({"backtest", dir / "sma.toml", "--out", dir / "again", "--check-determinism", "--check-lookahead"});
  EXPECT_EQ(proven.exit_code, 0) << proven.err;
}

// Of each instrument what a run over books tells of it, and no less than of one alone.
TEST(ProgramBacktestBars, TellsModelsAndTotalsOfEachInstrument) {
  const TempDir dir;
  const std::string file = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv");
  const std::string config = dir.write(
      "two.toml",
      fmt::format("[[data]]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{0}\"]\n"
                  "[[data]]\nkind = \"bars\"\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nsource = \"klines\"\n"
                  "files = [\"{0}\"]\n[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n"
                  "[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"1\"\ncontract_size = \"0.01\"\n"
                  "[fees]\ntaker = \"0.001\"\n[strategy]\nname = \"sma_cross\"\nquantity = \"2\"\n",
                  file));
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json object = nlohmann::json::parse(read_file(dir / "run/run.json"));
  std::string lines;
  for (const std::size_t i : {0U, 1U}) {
    const nlohmann::json& of = object.at("run").at("instruments").at(i);
    EXPECT_EQ(of.at("venue"), i == 0 ? "binance-spot" : "binance-usdm");
    for (const auto& [model, text] : {std::pair{"fills", "full"},
                                      {"latency", "none"},
                                      {"mark", "close"},
                                      {"queue", "none"},
                                      {"taker_fee", "0.001"}}) {
      EXPECT_EQ(of.at("models").at(model), text) << model;
    }
    const nlohmann::json& totals = object.at("totals").at("instruments").at(i);
    const auto text_at = [&totals](const char* key) { return totals.at(key).get<std::string>(); };
    EXPECT_GT(totals.at("fills").get<int>(), 0);
    lines += fmt::format("{}: {} fills, position {}, balance {}, fee {}, equity {}\n", of.at("name").get<std::string>(),
                         totals.at("fills").get<int>(), text_at("position"), text_at("balance"), text_at("fee"),
                         text_at("equity"));
  }
  const nlohmann::json& totals = object.at("totals");
  lines += fmt::format("{} fills in all, balance {}, fee {}, equity {}\n", totals.at("fills").get<int>(),
                       totals.at("balance").get<std::string>(), totals.at("fee").get<std::string>(),
                       totals.at("equity").get<std::string>());
  EXPECT_THAT(run.out, HasSubstr(lines));
  const Outcome report = run_acts({"report", dir / "run", "--out", dir / "report.html"});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(read_file(dir / "report.html"), HasSubstr("venue of binance-usdm:BTCUSDT binance-usdm"));
}

// What reports tell money and the ledger by, as of runs over books.
TEST(ProgramBacktestBars, TellsContractAssetAndAccountOfEachInstrument) {
  const TempDir dir;
  const auto run_of = [&dir](const std::string& text) {
    const Outcome run = run_acts({"backtest", dir.write("run.toml", text), "--out", dir / "run"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return nlohmann::json::parse(read_file(dir / "run/run.json")).at("run");
  };
  const nlohmann::json spot = run_of(configuration(""));
  EXPECT_EQ(spot.at("models").at("contract"), "linear(1)");
  EXPECT_EQ(spot.at("models").at("account"), "none");
  EXPECT_EQ(spot.at("settlement_asset"), "USDT");

  std::string text = configuration("fast = 10\nslow = 30\nquantity = \"1\"\n", "[margin]\nleverage = 20\n");
  text.replace(text.find("lot_size = \"0.000001\""), 21,
               "lot_size = \"1\"\ncontract = \"inverse\"\ncontract_size = \"100\"\nsettlement_asset = \"BTC\"");
  text.replace(text.find("\"10000\""), 7, "\"400\"\nkind = \"margin\"");
  text.replace(text.find("binance-spot\""), 13, "binance-usdm\"\nsource = \"klines\"");
  const nlohmann::json alone = run_of(text);
  EXPECT_EQ(alone.at("models").at("contract"), "inverse(100)");
  EXPECT_EQ(alone.at("models").at("account"), "margin(20)");
  EXPECT_EQ(alone.at("settlement_asset"), "BTC");

  const std::string file = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv");
  const nlohmann::json two = run_of(
      fmt::format("[[data]]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{0}\"]\n"
                  "[[data]]\nkind = \"bars\"\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nsource = \"klines\"\n"
                  "files = [\"{0}\"]\n[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n"
                  "[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"1\"\ncontract_size = \"0.01\"\n"
                  "[strategy]\nname = \"sma_cross\"\n",
                  file));
  EXPECT_FALSE(two.contains("settlement_asset"));
  EXPECT_EQ(two.at("instruments").at(0).at("models").at("contract"), "linear(1)");
  EXPECT_EQ(two.at("instruments").at(1).at("models").at("contract"), "linear(0.01)");
  EXPECT_EQ(two.at("instruments").at(1).at("models").at("account"), "none");
  EXPECT_EQ(two.at("instruments").at(1).at("settlement_asset"), "USDT");
}

TEST(ProgramBacktestBars, KeepsToTheVenuesRules) {
  const TempDir dir;
  const std::string rules = "[filters]\nmin_notional = \"4000\"\n";
  const std::string config = dir.write("sma.toml", configuration("fast = 10\nslow = 30\n", rules));
  const Outcome run = run_acts({"backtest", config, "--out", dir / "run"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json totals = nlohmann::json::parse(read_file(dir / "run/run.json"))["totals"];
  EXPECT_GT(totals["rejected"]["min_notional"].get<int>(), 0);
  EXPECT_EQ(totals["error_codes"]["-1013"], totals["rejected"]["min_notional"]);
  EXPECT_THAT(read_file(dir / "run/orders.csv"), HasSubstr(",min_notional,,,-1013,2021-01-"));
}

TEST(ProgramBacktestBars, GivesTheSameBytesAgain) {
  const TempDir dir;
  const std::string config = dir.write("sma.toml", configuration("fast = 5\nslow = 20\ndirection = \"both\"\n"));
  for (const char* name : {"one", "two"}) {
    ASSERT_EQ(run_acts({"backtest", config, "--out", dir / name}).exit_code, 0);
  }
  for (const char* file : {"run.json", "equity.csv", "fills.csv", "orders.csv"}) {
    EXPECT_EQ(read_file(dir / ("one/" + std::string(file))), read_file(dir / ("two/" + std::string(file)))) << file;
  }
}

// The flag is part of what the run is: it has another name than one without, and is replayed as it was.
TEST(ProgramBacktestBars, TakesTheBarPathFromAFlag) {
  const TempDir dir;
  const std::string by_key = dir.write("key.toml", configuration("", "[exchange]\nbar_path = \"low_first\"\n"));
  const std::string plain = dir.write("plain.toml", configuration(""));
  const auto run_json_of = [&dir](std::vector<std::string> words, const std::string& name) {
    words.insert(words.end(), {"--out", dir / name});
    EXPECT_EQ(run_acts(words).exit_code, 0) << name;
    return nlohmann::json::parse(read_file(dir / (name + "/run.json"))).at("run");
  };
  const nlohmann::json without = run_json_of({"backtest", plain}, "without");
  const nlohmann::json with = run_json_of({"backtest", plain, "--bar-path", "high_first"}, "with");
  const nlohmann::json over_key = run_json_of({"backtest", by_key, "--bar-path", "high_first"}, "over_key");
  EXPECT_EQ(without.at("models").at("bar_path").get<std::string>(), "worst");
  EXPECT_EQ(with.at("models").at("bar_path").get<std::string>(), "high_first");
  EXPECT_EQ(over_key.at("models").at("bar_path").get<std::string>(), "high_first");
  EXPECT_NE(with.at("id").get<std::string>(), without.at("id").get<std::string>());
  const Outcome replayed = run_acts({"backtest", "--replay", dir / "with"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_THAT(run_acts({"backtest", "--replay", dir / "with", "--bar-path", "worst"}).err,
              HasSubstr("take --bar-path out"));
}

TEST(ProgramBacktestBars, RefusesTheFlagForTheBarPathOverBooks) {
  const TempDir dir;
  for (const char* const command : {"backtest", "sweep"}) {
    std::string books = configuration("", std::string_view(command) == "sweep" ? "[sweep]\nfast = [3, 5]\n" : "");
    books.erase(books.find("kind = \"bars\"\n"), std::string_view("kind = \"bars\"\n").size());
    const std::string config = dir.write("books.toml", books);
    const Outcome refused = run_acts({command, config, "--bar-path", "nearest"});
    EXPECT_EQ(refused.exit_code, 2) << command;
    EXPECT_THAT(refused.err, HasSubstr("--bar-path is of bars")) << command;
    EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
    EXPECT_THAT(run_acts({command, config, "--bar-path", "best"}).err, HasSubstr("'best' is no path through a bar"));
  }
}

TEST(ProgramBacktestBars, TakesAPeriod) {
  const TempDir dir;
  std::string text = configuration("fast = 10\nslow = 30\n");
  text.insert(text.find("[instrument]"), "from = \"2021-02-01\"\nto = \"2021-02-02\"\n");
  const Outcome run = run_acts({"backtest", dir.write("sma.toml", text), "--out", dir / "run"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("24 bars of BTCUSDT from 2021-02-01T00:00:00.000Z to 2021-02-02T00:00:00.000Z"));
}

TEST(ProgramBacktestBars, ComesToTheSameOutOfTheCatalog) {
  const TempDir dir;
  for (const char* month : {"01", "02", "03"}) {
    const std::string file = testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-{}.csv", month));
    ASSERT_EQ(run_acts({"import", "--market", "spot", "--data-dir", dir / "data", file}).exit_code, 0);
  }
  std::string text = configuration("fast = 10\nslow = 30\n");
  const std::size_t files = text.find("files = ");
  text.replace(files, text.find('\n', files) - files, "data_dir = \"data\"\ninterval = \"1h\"");
  const Outcome run = run_acts({"backtest", dir.write("sma.toml", text), "--out", dir / "run"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("2158 bars of BTCUSDT from 2021-01-01T00:00:00.000Z to 2021-04-01T00:00:00.000Z, 2 "
                                 "missing\n93 orders\n93 fills, position 0.1, balance 5449.344, fee 435.947732, equity "
                                 "10887.451268\n"));
}

TEST(ProgramBacktestBars, SaysInOneLineWhatIsWrong) {
  const TempDir dir;
  const auto told = [&dir](const std::string& text, const char* command = "backtest") {
    const Outcome run = run_acts({command, dir.write("sma.toml", text)});
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    return fmt::format("{} {}", run.exit_code, run.err);
  };
  EXPECT_THAT(told(configuration("fast = 10\nslow = 5\n")), HasSubstr("2 acts: sma_cross: fast is 10 and slow 5"));
  EXPECT_THAT(told(configuration("fats = 10\n")), HasSubstr("sma.toml:16: no parameter 'fats'"));
  EXPECT_THAT(told(configuration("", "[exchange]\nbar_path = \"best\"\n")),
              HasSubstr("bar_path: 'best' is no path through a bar: worst, high_first, low_first, nearest"));
  EXPECT_THAT(told(configuration("", "[latency]\nentry = \"10ms\"\n")), HasSubstr("bars know no latency"));
  EXPECT_THAT(told(configuration("", "[sweep]\nfast = [1, 2]\n")), HasSubstr("it has a [sweep]: acts sweep"));
  EXPECT_THAT(told(configuration("fast = 10\n"), "sweep"), HasSubstr("there is nothing to vary"));
  EXPECT_THAT(told(configuration("", "[sweep]\nfast = { form = 1 }\n"), "sweep"),
              HasSubstr("no key 'form' in [sweep.fast]: did you mean from?"));
  EXPECT_THAT(told(configuration("", "[sweep]\nfast = { from = 5, to = 1, step = 1 }\n"), "sweep"),
              HasSubstr("sma.toml:15: fast: a range from 5 to 1 by 1 has no value"));
  EXPECT_THAT(told(configuration("", "[sweep]\nfats = [1, 2]\n"), "sweep"),
              HasSubstr("sma.toml:15: no parameter 'fats'"));
  std::string off_tick = configuration("");
  off_tick.replace(off_tick.find("\"0.01\""), 6, "\"0.02\"");
  EXPECT_THAT(told(off_tick), HasSubstr("3 acts: "));
  EXPECT_THAT(told(off_tick), HasSubstr("BTCUSDT-1h-2021-01.csv: candle 1: "));
}

// Columns of a table by the set's number.
}  // namespace
}  // namespace acts::cli
