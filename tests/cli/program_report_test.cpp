// Tear sheets from the command line.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/program.hpp"
#include "history/engine/duck.hpp"
#include "recording/temp_dir.hpp"
#include "recording/whole_file.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Outcome report(std::vector<std::string> words) {
  words.insert(words.begin(), "report");
  return run_acts(words);
}

TEST(ProgramReport, MakesAPageAndFiguresOfARunsFolder) {
  const TempDir dir;
  const std::string days = testdata("runs/days");
  const Outcome page = report({days, "--capital", "10000", "--out", dir / "days.html"});
  EXPECT_EQ(page.exit_code, 0) << page.err;
  EXPECT_THAT(acts::testing::read_file(dir / "days.html"), StartsWith("<!DOCTYPE html>"));

  const Outcome json = report({days, "--format", "json", "--capital", "10000"});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const auto expected =
      nlohmann::json::parse(acts::testing::read_file(testdata("expected/runs.json")))["days"]["10000 at 0"];
  const auto run = nlohmann::json::parse(json.out)["runs"][0];
  EXPECT_EQ(run["name"], "days");
  EXPECT_EQ(run["figures"]["ledger"]["adverse_60s"]["value"], expected["exact"]["ledger"]["adverse_60s"]);
  EXPECT_NEAR(run["figures"]["returns"]["sharpe"]["value"].get<double>(),
              expected["numbers"]["returns"]["sharpe"].get<double>(), 1e-9);
  EXPECT_EQ(run["figures"]["orders"]["orders"]["value"], 300);

  const Outcome both = report({days, days + "/", "--out", dir / "both.csv"});
  EXPECT_EQ(both.exit_code, 0) << both.err;
  EXPECT_THAT(acts::testing::read_file(dir / "both.csv"), HasSubstr("\ndays (2),result,profit,-419.66996046,"));
}

TEST(ProgramReport, TakesARiskFreeRate) {
  const TempDir dir;
  const std::string days = testdata("runs/days");
  for (const char* const rate : {"0.04", "-0.5"}) {
    const auto expected = nlohmann::json::parse(
        acts::testing::read_file(testdata("expected/runs.json")))["days"][fmt::format("10000 at {}", rate)];
    const Outcome json = report({days, "--format", "json", "--capital", "10000", "--risk-free-rate", rate});
    ASSERT_EQ(json.exit_code, 0) << json.err;
    const auto returns = nlohmann::json::parse(json.out)["runs"][0]["figures"]["returns"];
    for (const char* const name : {"sharpe", "sortino", "probabilistic_sharpe", "risk_free_rate"}) {
      const double wanted = expected["numbers"]["returns"][name].get<double>();
      EXPECT_NEAR(returns[name]["value"].get<double>(), wanted, std::abs(wanted) * 1e-9) << name;
    }
  }
  const std::string said = "risk-free rate 0.04 a year, (1 + 0.04)^(1 / 365) - 1 a day";
  const Outcome csv = report({days, "--format", "csv", "--capital", "10000", "--risk-free-rate", "0.04"});
  EXPECT_THAT(csv.out, HasSubstr("a year of 365 days; " + said));
  const Outcome both = report({days, testdata("runs/short"), "--capital", "10000", "--risk-free-rate", "0.04"});
  EXPECT_THAT(both.out, HasSubstr(said));
  EXPECT_THAT(both.out, HasSubstr("risk-free rate 0.04 a year, (1 + 0.04)^(1 / 525600) - 1 a minute"));
  EXPECT_THAT(report({days}).out, HasSubstr("; risk-free rate 0<"));
}

TEST(ProgramReport, RefusesWhatIsNoRate) {
  const auto err = [](const std::string& rate) {
    const Outcome outcome = report({testdata("runs/short"), "--risk-free-rate", rate});
    EXPECT_EQ(outcome.exit_code, 2) << rate;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    return outcome.err;
  };
  for (const char* const rate : {"much", "nan", "inf", "4%"}) {
    EXPECT_THAT(err(rate), HasSubstr(fmt::format("--risk-free-rate: '{}' is no rate a year such as 0.04", rate)));
  }
  for (const char* const rate : {"-1", "-1.5", "-0.99999999999999999", "10.5", "1000000"}) {
    EXPECT_THAT(
        err(rate),
        HasSubstr(fmt::format("--risk-free-rate: '{}': a rate a year is above -1, and 10 at most: 0.04 is 4 %", rate)));
  }
}

TEST(ProgramReport, ShowsASweepAndABenchmark) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.csv", "levels,interval,sharpe\n5,100,1.5\n10,100,-0.5\n");
  const Outcome map = report({"--sweep", sweep, "--map", "levels,interval,sharpe"});
  EXPECT_EQ(map.exit_code, 0) << map.err;
  EXPECT_THAT(map.out, HasSubstr("<td class=\"heat8\">1.5</td>"));
  const std::string prices = dir.write("b.csv", "time,price\n2024-11-20,61000\n2024-12-20,62000\n2025-01-20,61500\n");
  const Outcome benchmark = report({testdata("runs/days"), "--benchmark", prices, "--format", "csv"});
  EXPECT_EQ(benchmark.exit_code, 0) << benchmark.err;
  // One a month says nothing of days: it was carried on, as returns of 0.
  EXPECT_THAT(benchmark.out, HasSubstr("days,benchmark,benchmark_periods,0,"));
  EXPECT_THAT(benchmark.out, HasSubstr("days,benchmark,benchmark_stale,101,"));
  EXPECT_THAT(benchmark.out, HasSubstr("days,benchmark,beta,,"));
  const Outcome page = report({testdata("runs/days"), "--benchmark", prices});
  EXPECT_THAT(page.out, HasSubstr("101 of 101 periods are left out, as the benchmark has no new price in them"));
}

TEST(ProgramReport, TakesPackedFilesAndDoesWithoutMarksAndOrders) {
  const TempDir dir;
  fs::copy(testdata("runs/short"), dir.string(), fs::copy_options::recursive);
  fs::remove(dir / "marks.csv");
  fs::remove(dir / "orders.csv");
  const Outcome json = report({dir.string(), "--format", "json"});
  ASSERT_EQ(json.exit_code, 0) << json.err;
  const auto figures = nlohmann::json::parse(json.out)["runs"][0]["figures"];
  EXPECT_EQ(figures["fills"]["marked_1s"]["value"], 0);
  EXPECT_TRUE(figures["orders"]["fill_ratio"]["value"].is_null());
  EXPECT_EQ(figures["ledger"]["ledger_unexplained"]["value"], "0");
}

// One line, with the place and what is wrong.
TEST(ProgramReport, SaysWhatIsWrongWithARunsFolder) {
  const TempDir dir;
  fs::copy(testdata("runs/short"), dir.string(), fs::copy_options::recursive);
  const auto err = [&dir](const std::string& name, const std::string& text, int code = 3) {
    const std::string path = dir / name;
    const std::string before = acts::testing::read_file(path);
    EXPECT_EQ(dir.write(name, text), path);
    const Outcome outcome = report({dir.string()});
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(dir.write(name, before), path);
    return outcome.err;
  };
  const std::string fills = acts::testing::read_file(dir / "fills.csv");
  const std::string two = fills.substr(0, fills.find('\n', fills.find('\n') + 1) + 1);
  EXPECT_THAT(err("fills.csv", ""), HasSubstr("fills.csv: it is empty"));
  EXPECT_THAT(err("fills.csv", two), HasSubstr("marks.csv:3: it has more lines than fills.csv"));
  EXPECT_THAT(err("fills.csv", fills + "x\n"), HasSubstr("fills.csv:92: 1 fields, where the header has 13"));
  EXPECT_THAT(err("marks.csv", "fill_number,0.1s,1s,10s,60s\n7,,,,\n"), HasSubstr("marks.csv:2: fill_number 7 is not"));
  EXPECT_THAT(err("equity.csv", "time\n"), HasSubstr("equity.csv:1: there is no column 'instrument'"));
  EXPECT_THAT(err("run.json", "{"), HasSubstr("run.json: byte 2: no JSON"));
  EXPECT_THAT(err("orders.csv",
                  "time,instrument,order_id,event,side,type,time_in_force,price,quantity,left,reason\n"
                  "2024-08-09,BTCUSDT,1,vanished,buy,limit,GTC,1,1,1,\n"),
              HasSubstr("orders.csv:2: event 'vanished' is none of submitted, accepted"));
}

// Rows of the CSV file that are not in the Parquet file as they are, value for value; the number of places is no
// matter.
std::string differing_rows(const std::string& csv, const std::string& parquet, const std::vector<std::string>& decimals,
                           const std::vector<std::string>& texts) {
  std::string same =
      "epoch_ns(p.time) = CAST(epoch(CAST(left(c.time, 19) AS TIMESTAMP)) AS BIGINT) * 1000000000 + "
      "CAST(substr(c.time, 21, 9) AS BIGINT)";
  for (const std::string& name : decimals) {
    same += fmt::format(" AND p.{0} IS NOT DISTINCT FROM CAST(c.{0} AS DECIMAL(38, 15))", name);
  }
  for (const std::string& name : texts)
    same += fmt::format(" AND CAST(p.{0} AS VARCHAR) IS NOT DISTINCT FROM c.{0}", name);
  return fmt::format(
      "SELECT count(*) FROM (SELECT *, row_number() OVER () AS number FROM read_parquet('{}')) p FULL JOIN (SELECT *, "
      "row_number() OVER () AS number FROM read_csv('{}', all_varchar = true, header = true, delim = ',', quote = "
      "'\"', escape = '\"')) c USING (number) WHERE "
      "NOT coalesce({}, false)",
      parquet, csv, same);
}

std::string two_assets(bool inverse_first) {
  const std::string spot = fmt::format("[[data]]\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n",
                                       testdata("binance-feed/spot/btcusdt_20240808.gz"));
  const std::string coin = fmt::format("[[data]]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n",
                                       testdata("binance-feed/usdm/btcusdt_20240808.gz"));
  const std::string of_spot = "[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.00001\"\n";
  const std::string of_coin =
      "[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\ncontract = \"inverse\"\ncontract_size = \"100\"\n"
      "settlement_asset = \"BTC\"\n";
  return (inverse_first ? coin + spot + of_coin + of_spot : spot + coin + of_spot + of_coin) +
         "[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[strategy]\nname = \"grid\"\n";
}

// Such a run had no report at all. The grid trades the first instrument.
TEST(ProgramReport, IsOfOneOfTheAssetsThatARunSettlesIn) {
  for (const bool inverse_first : {false, true}) {
    const TempDir dir;
    const Outcome run = run_acts({"backtest", dir.write("two.toml", two_assets(inverse_first)), "--out", dir / "run"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const Outcome of_both = report({dir / "run", "--format", "json"});
    EXPECT_EQ(of_both.exit_code, 2);
    EXPECT_THAT(of_both.err,
                HasSubstr(R"(settle in "USDT" and "BTC", which have no sum to report on: choose one with)"));
    EXPECT_THAT(report({dir / "run", "--asset", "ETH"}).err,
                HasSubstr(R"(--asset "ETH": the run's instruments settle in)"));
    const auto totals = nlohmann::json::parse(acts::testing::read_file(dir / "run/run.json"))["totals"]["instruments"];
    for (const auto& [asset, at] :
         {std::pair{"USDT", inverse_first ? 1U : 0U}, std::pair{"BTC", inverse_first ? 0U : 1U}}) {
      const Outcome one = report({dir / "run", "--asset", asset, "--format", "json"});
      ASSERT_EQ(one.exit_code, 0) << one.err;
      EXPECT_EQ(one.err, "");
      const auto figures = nlohmann::json::parse(one.out)["runs"][0]["figures"];
      EXPECT_EQ(figures["result"]["asset"]["value"], asset);
      EXPECT_EQ(figures["fills"]["fills"]["value"], totals[at]["fills"]) << asset;
      EXPECT_EQ(figures["fills"]["fills_beyond_trades"]["value"], totals[at]["fills_beyond_trades"]) << asset;
      EXPECT_EQ(figures["ledger"]["ledger_total"]["value"], totals[at]["equity"]) << asset;
      EXPECT_EQ(figures["ledger"]["ledger_unexplained"]["value"], "0") << asset;
      if (at == 0) {
        EXPECT_GT(totals[at]["fills"], 100) << asset;
        EXPECT_NE(figures["ledger"]["ledger_spread"]["value"], "0") << asset;
        EXPECT_TRUE(figures["ledger"]["adverse_1s"]["value"].is_string()) << asset;
      }
      const Outcome page = report({dir / "run", "--asset", asset, "--out", dir / "page.html"});
      ASSERT_EQ(page.exit_code, 0) << page.err;
      EXPECT_THAT(acts::testing::read_file(dir / "page.html"), HasSubstr(fmt::format("money in {}", asset)));
    }
  }
}

// What a run before has left of its scenarios made the next one's report impossible.
TEST(ProgramReport, PassesOverTheScenariosOfARunBefore) {
  const TempDir dir;
  const std::string recording = testdata("binance-feed/usdm/btcusdt_20240808.gz");
  const std::string inverse = fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\ncontract = \"inverse\"\ncontract_size = \"100\"\nsettlement_asset = \"BTC\"\n"
      "[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[strategy]\nname = \"grid\"\n",
      recording);
  ASSERT_EQ(run_acts({"backtest", dir.write("a.toml", inverse), "--scenarios", "--out", dir / "run"}).exit_code, 0);
  ASSERT_EQ(run_acts({"backtest", dir.write("b.toml", two_assets(false)), "--out", dir / "run"}).exit_code, 0);
  const Outcome one = report({dir / "run", "--asset", "USDT", "--format", "csv"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
}

// Linear contracts of a thousandth, and inverse ones, over books and over bars: all of the profit is told apart.
TEST(ProgramReport, TellsTheProfitOfContractsApart) {
  const TempDir dir;
  std::string candles;
  for (int i = 0; i < 300; ++i) {
    const int price = 100 + (i / 7 % 2 == 0 ? i % 7 : 7 - i % 7);
    candles += fmt::format("{}[{},{},{},{},{},5]", i == 0 ? "" : ",", 1'700'000'100'000 + i * 300'000LL, price,
                           price + 1, price - 1, price + i % 2);
  }
  const std::string bars = dir.write("BTC_USDT-5m.json", "[" + candles + "]");
  const std::string over_bars = fmt::format(
      "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[strategy]\nname = "
      "\"sma_cross\"\nfast = 2\nslow = 5\n",
      bars);
  const std::string over_books = fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[latency]\nentry = \"10ms\"\nresponse "
      "= \"10ms\"\n[strategy]\nname = \"grid\"\n",
      testdata("binance-feed/usdm/btcusdt_20240808.gz"));
  const std::string rules = "[instrument]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n";
  for (const std::string& market : {over_bars, over_books}) {
    for (const std::string contract :
         {"contract_size = \"0.001\"\n",
          "contract = \"inverse\"\ncontract_size = \"100\"\nsettlement_asset = \"BTC\"\n"}) {
      const std::string config = dir.write("c.toml", market + rules + contract);
      const Outcome run = run_acts({"backtest", config, "--out", dir / "run"});
      ASSERT_EQ(run.exit_code, 0) << run.err;
      const Outcome told = report({dir / "run", "--format", "json"});
      ASSERT_EQ(told.exit_code, 0) << told.err;
      EXPECT_EQ(told.err, "") << config;
      const auto figures = nlohmann::json::parse(told.out)["runs"][0]["figures"];
      EXPECT_GT(figures["fills"]["fills"]["value"], 5) << contract;
      EXPECT_NE(figures["ledger"]["ledger_total"]["value"], "0") << contract;
      EXPECT_EQ(figures["ledger"]["ledger_unexplained"]["value"], "0") << contract;
      // Without a middle a fill's own price stands for it, and what is rounded of it is all of its spread.
      const double spread = std::stod(figures["ledger"]["ledger_spread"]["value"].get<std::string>());
      EXPECT_EQ(std::abs(spread) < 1e-12, market == over_bars) << contract << spread;
    }
  }
}

// Packed or not: nothing is rounded, and the position is that of the samples.
TEST(ProgramReport, WritesTheRowsOfARunAsParquet) {
  const TempDir dir;
  auto duck = history::Duck::open({.temp_directory = {}}).value();
  for (const std::string name : {"days", "short"}) {
    const std::string run = testdata("runs/" + name);
    const std::string folder = dir / name;
    const Outcome written = report({run, "--format", "parquet", "--out", folder});
    ASSERT_EQ(written.exit_code, 0) << written.err;
    EXPECT_EQ(written.out, "");
    const auto differing = [&](const std::string& file, const std::vector<std::string>& decimals,
                               const std::vector<std::string>& texts) {
      const std::string csv =
          dir.write(name + file + ".csv", read_whole_file(run + "/" + file + ".csv", 1U << 26U).value());
      const auto count = duck->integer(differing_rows(csv, folder + "/" + file + ".parquet", decimals, texts));
      EXPECT_TRUE(count.has_value()) << count.error().message;
      return count.value_or(-1);
    };
    EXPECT_EQ(differing("equity", {"mark_price", "position", "cash", "fee", "funding", "equity"}, {"instrument"}), 0);
    EXPECT_EQ(differing("fills", {"price", "quantity", "fee", "realised"}, {"instrument", "side", "cause", "order_id"}),
              0);
    EXPECT_EQ(differing("orders", {"price", "quantity", "\"left\""}, {"event", "type", "reason", "order_id"}), 0);
    const auto last = [&](const std::string& file) {
      return duck
          ->texts(fmt::format(
              "SELECT instrument, CAST(last(position) AS DECIMAL(38, 12)) FROM read_parquet('{}/{}.parquet') "
              "GROUP BY instrument ORDER BY instrument",
              folder, file))
          .value();
    };
    EXPECT_EQ(last("positions"), last("equity")) << name;
    EXPECT_EQ(duck->integer(fmt::format("SELECT count(*) FROM read_parquet('{}/positions.parquet')", folder)).value(),
              duck->integer(fmt::format("SELECT count(*) FROM read_parquet('{}/fills.parquet')", folder)).value());
  }
  const auto types = duck->texts(fmt::format(
      "SELECT column_name, column_type FROM (DESCRIBE SELECT time, price, order_id, queue_ahead_entry, cause FROM "
      "read_parquet('{}'))",
      dir / "short/fills.parquet"));
  ASSERT_TRUE(types.has_value()) << types.error().message;
  EXPECT_EQ(types->at(0).at(1), "TIMESTAMP_NS");
  EXPECT_EQ(types->at(1).at(1), "DECIMAL(38,2)");
  EXPECT_EQ(types->at(2).at(1), "BIGINT");
  EXPECT_EQ(types->at(3).at(1), "DOUBLE");
  EXPECT_EQ(types->at(4).at(1), "VARCHAR");
}

// To DuckDB such a path is a pattern, and a folder with a = another column.
TEST(ProgramReport, TakesPathsThatDuckDbWouldTakeForPatterns) {
  const TempDir dir;
  auto duck = history::Duck::open({.temp_directory = {}}).value();
  for (const std::string name : {"side=[1]*", "a?[", "b\\[c]"}) {
    const std::string run = dir / name;
    fs::copy(testdata("runs/short"), run, fs::copy_options::recursive);
    const Outcome written = report({run, "--format", "parquet", "--out", run + "/out"});
    ASSERT_EQ(written.exit_code, 0) << written.err;
    fs::rename(run + "/out/fills.parquet", dir / "fills.parquet");
    const auto columns = duck->texts(
        fmt::format("SELECT side FROM read_parquet('{}') GROUP BY side ORDER BY side", dir / "fills.parquet"));
    ASSERT_TRUE(columns.has_value()) << columns.error().message;
    EXPECT_EQ(columns->at(0).at(0), "buy");
  }
}

TEST(ProgramReport, ListsFillsOfATimeThatIsAskedFor) {
  const Outcome all = report({testdata("runs/short")});
  const Outcome none = report({testdata("runs/short"), "--list-from", "2100-01-01"});
  EXPECT_EQ(none.exit_code, 0) << none.err;
  EXPECT_THAT(none.out, HasSubstr("The first 0 from 2100-01-01T00:00:00"));
  EXPECT_LT(none.out.size(), all.out.size());
  EXPECT_EQ(report({testdata("runs/short"), "--list-from", "1970-01-02"}).out, all.out);
  const auto told = [](std::vector<std::string> words) {
    words.insert(words.begin(), testdata("runs/short"));
    const Outcome outcome = report(words);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(told({"--list-from", "2024-02-01", "--list-to", "2024-01-01"}), HasSubstr("nothing lies between"));
  EXPECT_THAT(told({"--list-to", "2024-01-01", "--format", "json"}), HasSubstr("are of the page of a run"));
  EXPECT_THAT(told({"--list-to", "2024-01-01", "--rows", "--format", "csv", "--out", "/nowhere"}),
              HasSubstr("are of the page of a run"));
}

TEST(ProgramReport, SaysWhatParquetNeeds) {
  const TempDir dir;
  fs::copy(testdata("runs/short"), dir.string(), fs::copy_options::recursive);
  const std::string run = dir.string();
  const auto told = [](std::vector<std::string> words, int code) {
    words.insert(words.end(), {"--format", "parquet"});
    const Outcome outcome = report(words);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(told({run}, 2), HasSubstr("name a folder with --out"));
  EXPECT_THAT(told({run, run, "--out", dir / "p"}, 2), HasSubstr("name the folder of one run"));
  EXPECT_THAT(told({run, "--capital", "5", "--out", dir / "p"}, 2),
              HasSubstr("take --asset, --benchmark, --capital and --risk-free-rate out"));
  EXPECT_THAT(told({dir / "nowhere", "--out", dir / "p"}, 2), HasSubstr("there is no such folder"));
  const std::string fills = acts::testing::read_file(dir / "fills.csv");
  const std::string path = dir.write("fills.csv", "time\n");
  EXPECT_THAT(told({run, "--out", dir / "p"}, 3), HasSubstr("fills.csv:1: there is no column 'instrument'"));
  EXPECT_EQ(dir.write("fills.csv", "x'y,,z\n"), path);
  EXPECT_THAT(told({run, "--out", dir / "p"}, 3), HasSubstr("fills.csv:1: its header is none"));
  EXPECT_EQ(dir.write("fills.csv", fills + "x\n"), path);
  EXPECT_THAT(told({run, "--out", dir / "p"}, 3), HasSubstr("fills.csv:92: 1 fields, where the header has 13"));
  EXPECT_FALSE(fs::exists(dir / "p/fills.parquet"));
}

// Nothing is rounded: what Parquet would hold as another value is refused, with its line.
TEST(ProgramReport, RefusesValuesThatParquetWouldRound) {
  const TempDir dir;
  fs::copy(testdata("runs/short"), dir.string(), fs::copy_options::recursive);
  const std::string header = "time,instrument,side,price,quantity,liquidity,cause,fee,order_id\n";
  const auto told = [&](const std::string& time, const std::string& side, const std::string& price,
                        const std::string& more = "") {
    const std::string text = header + time + ",X," + side + "," + price + ",1,maker,crossed,0,1\n" + more;
    EXPECT_EQ(dir.write("fills.csv", text), dir / "fills.csv");
    const Outcome outcome = report({dir.string(), "--format", "parquet", "--out", dir / "p"});
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), outcome.exit_code == 0 ? 0 : 1) << outcome.err;
    return outcome.err;
  };
  const std::string time = "2024-08-09T00:00:00.123456789Z";
  EXPECT_EQ(told(time, "sell", "0.000000000000000001"), "");
  EXPECT_THAT(told(time, "buy", "1e-50"), HasSubstr("fills.csv:2: price '1e-50' is no exact decimal number"));
  EXPECT_THAT(told(time, "SELL", "1"), HasSubstr("fills.csv:2: side 'SELL' is neither buy nor sell"));
  EXPECT_THAT(told("2024-08-09T00:00:00.1234567891Z", "buy", "1"),
              HasSubstr("fills.csv:2: time '2024-08-09T00:00:00.1234567891Z' is no time such as"));
  EXPECT_THAT(told(time, "buy", "0." + std::string(45, '0') + "1"), HasSubstr("fills.csv:2: price '0.0000"));
  EXPECT_THAT(
      told(time, "buy", "0.000000000000000001", time + ",X,buy,123456789012345678901,1,maker,crossed,0,2\n"),
      HasSubstr("fills.csv:3: price '123456789012345678901' is of a column with 21 digits before the point and 18"));
}

// What is refused leaves the run before as it was; one without orders leaves none of the run before.
TEST(ProgramReport, MixesNoTwoRunsInOneFolder) {
  const TempDir dir;
  const std::string run = dir / "run";
  const std::string out = dir / "p";
  fs::copy(testdata("runs/short"), run, fs::copy_options::recursive);
  const auto write = [&] { return report({run, "--format", "parquet", "--out", out}); };
  const auto put = [&](const std::string& name, const std::string& text) {
    EXPECT_EQ(dir.write("run/" + name, text), run + "/" + name);
  };
  ASSERT_EQ(write().exit_code, 0);
  const std::string before = acts::testing::read_file(out + "/equity.parquet");
  put("orders.csv", acts::testing::read_file(run + "/orders.csv") + "x\n");
  put("run.json", R"({"run":{"id":"other"},"totals":{}})");
  EXPECT_EQ(write().exit_code, 3);
  EXPECT_EQ(acts::testing::read_file(out + "/equity.parquet"), before);
  for (const auto& entry : fs::directory_iterator(out)) EXPECT_EQ(entry.path().extension(), ".parquet");
  fs::remove(run + "/orders.csv");
  EXPECT_EQ(write().exit_code, 0);
  EXPECT_NE(acts::testing::read_file(out + "/equity.parquet"), before);
  EXPECT_FALSE(fs::exists(out + "/orders.parquet"));
}

TEST(ProgramReport, SaysWhatItNeeds) {
  const TempDir dir;
  const auto err = [](std::vector<std::string> words) {
    const Outcome outcome = report(std::move(words));
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(err({}), HasSubstr("name the folder of a run"));
  EXPECT_THAT(err({dir / "nowhere"}), HasSubstr("there is no such folder"));
  EXPECT_THAT(err({dir.string()}), HasSubstr("run.json"));
  EXPECT_THAT(err({dir.write("run.toml", "")}),
              HasSubstr("it is no folder: give the one that acts backtest --out made"));
  EXPECT_THAT(err({testdata("runs/short"), "--format", "html", "--out", "-"}),
              HasSubstr("--out -: without --out it goes to standard output"));
  EXPECT_THAT(err({testdata("runs/short"), "--out", dir / "a.pdf"}), HasSubstr("does not end with .html"));
  EXPECT_THAT(err({testdata("runs/short"), "--capital", "much"}), HasSubstr("--capital: 'much' is no amount"));
  EXPECT_THAT(err({"--sweep", "x.csv"}), HasSubstr("say with --map"));
  EXPECT_THAT(err({testdata("runs/short"), "--map", "a,b"}), HasSubstr("--map: name three columns"));
  EXPECT_THAT(err(std::vector<std::string>(7, testdata("runs/short"))), HasSubstr("7 runs: no more than 6"));
}

TEST(ProgramReport, ReplacesNothingOfARun) {
  const TempDir dir;
  std::filesystem::copy(testdata("runs/short"), dir / "run");
  const std::string fills = acts::testing::read_file(dir / "run/fills.csv");
  const Outcome refused = report({dir / "run", "--out", dir / "run/fills.csv"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("it is read here, and would be replaced"));
  EXPECT_EQ(acts::testing::read_file(dir / "run/fills.csv"), fills);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(report({dir / "run", "--out", dir / "run/sheet.html"}).exit_code, 0);
}

}  // namespace
}  // namespace acts::cli
