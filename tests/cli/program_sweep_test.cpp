// Sweeps over bars and books, from the command line.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/program.hpp"
#include "history/engine/duck.hpp"
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
using ::testing::StartsWith;

// Hours of the first quarter of 2021.
std::string bars(std::string_view strategy, std::string_view more) {
  std::string files;
  for (const std::string_view month : {"01", "02", "03"}) {
    files += fmt::format("\"{}\",", testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-{}.csv", month)));
  }
  return fmt::format(
      "[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [{}]\n"
      "[instrument]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n[account]\ninitial_balance = \"10000\"\n"
      "[fees]\nmaker = \"0.001\"\ntaker = \"0.001\"\n[strategy]\nname = \"sma_cross\"\n{}\n{}",
      files, strategy, more);
}

std::string books(std::string_view strategy, std::string_view more) {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[account]\ninitial_balance = \"100000\"\n[latency]\nentry = \"10ms\"\nresponse = "
      "\"10ms\"\n"
      "[fees]\nmaker = \"-0.00005\"\ntaker = \"0.0007\"\n[exchange]\nfills = \"full\"\n[strategy]\nname = "
      "\"grid\"\n{}\n{}",
      testdata("binance-feed/usdm/btcusdt_20240808.gz"), strategy, more);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The fields of a line by the names of the header's.
std::map<std::string, std::string> fields_of(const std::string& header, const std::string& line) {
  std::map<std::string, std::string> fields;
  std::istringstream names(header);
  std::istringstream values(line);
  std::string name;
  std::string value;
  while (std::getline(names, name, ',')) {
    value.clear();
    std::getline(values, value, ',');
    fields[name] = value;
  }
  return fields;
}

nlohmann::json json_of(const std::string& path) { return nlohmann::json::parse(read_file(path)); }

TEST(ProgramSweep, HasARowASetThatIsWhatTheSetComesToAlone) {
  const TempDir dir;
  const std::string sweep =
      dir.write("sweep.toml", bars("", "[sweep]\nfast = [10, 40]\nslow = { from = 30, to = 60, step = 30 }\n"));
  const Outcome run = run_acts({"sweep", sweep, "--threads", "2"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("1 of 4 combinations left out: sma_cross: fast is 40 and slow 30"));
  const std::vector<std::string> lines = lines_of(run.out);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0],
            "set,fast,slow,bars,orders,fills,position,balance,fee,funding,equity,max_drawdown,turnover,period,returns,"
            "total_return,cagr,volatility,sharpe,sortino,calmar,drawdown,probabilistic_sharpe,error");
  EXPECT_THAT(lines[1], StartsWith("1,10,30,2158,93,93,0.1,5449.344,435.947732,0,10887.451268,"));
  EXPECT_THAT(lines[2], StartsWith("2,10,60,2158,"));
  EXPECT_THAT(lines[3], StartsWith("4,40,60,2158,"));
  EXPECT_EQ(run_acts({"sweep", sweep, "--threads", "1"}).out, run.out);
  EXPECT_EQ(run_acts({"sweep", sweep, "--sets-a-pass", "1"}).out, run.out);

  const Outcome file = run_acts({"sweep", sweep, "--output", dir / "table.csv", "--random", "1", "--seed", "3"});
  EXPECT_EQ(file.exit_code, 0) << file.err;
  EXPECT_EQ(lines_of(read_file(dir / "table.csv")).size(), 2U);
}

// One convention: the figures of a row are those of the run's tear sheet, to the last digit. A capital was added to
// equities that had been rounded.
TEST(ProgramSweep, HasTheFiguresOfTheTearSheet) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", "[sweep]\nfast = [10]\nslow = [30]\n"));
  const std::string single = dir.write("single.toml", bars("fast = 10\nslow = 30\n", ""));
  ASSERT_EQ(run_acts({"backtest", single, "--out", dir / "run"}).exit_code, 0);
  for (const std::string capital : {"500", "0.1", "1234.56789"}) {
    const std::string table = run_acts({"sweep", sweep, "--capital", capital}).out;
    const std::vector<std::string> lines = lines_of(table);
    ASSERT_EQ(lines.size(), 2U);
    auto fields = fields_of(lines[0], lines[1]);
    const std::string output = dir / ("of" + capital + ".csv");
    ASSERT_EQ(run_acts({"sweep", sweep, "--capital", capital, "--output", output}).exit_code, 0);
    EXPECT_EQ(read_file(output), table);
    const Outcome report = run_acts({"report", dir / "run", "--capital", capital, "--format", "json"});
    const auto figures = nlohmann::json::parse(report.out)["runs"][0]["figures"];
    EXPECT_EQ(fields["period"], "day");
    EXPECT_EQ(std::stoul(fields["returns"]), figures["returns"]["periods"]["value"]);
    for (const char* const name : {"total_return", "cagr", "volatility", "sharpe", "sortino", "probabilistic_sharpe"}) {
      EXPECT_EQ(std::stod(fields[name]), figures["returns"][name]["value"]) << name << " of " << capital;
    }
    EXPECT_EQ(std::stod(fields["calmar"]), figures["drawdown"]["calmar"]["value"]) << capital;
    EXPECT_EQ(std::stod(fields["drawdown"]), figures["drawdown"]["max_drawdown"]["value"]) << capital;
  }
}

TEST(ProgramSweep, HasTheFiguresOfTheTearSheetAboveARiskFreeRate) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", "[sweep]\nfast = [10, 20]\nslow = [30]\n"));
  const std::string table = dir / "table.csv";
  const Outcome swept = run_acts({"sweep", sweep, "--risk-free-rate", "0.05", "--output", table});
  ASSERT_EQ(swept.exit_code, 0) << swept.err;
  EXPECT_THAT(swept.out, HasSubstr(", risk-free rate 0.05 a year, (1 + 0.05)^(1 / 365) - 1 a day\n"));
  EXPECT_EQ(run_acts({"sweep", sweep, "--risk-free-rate", "0.05"}).out, read_file(table));
  EXPECT_NE(run_acts({"sweep", sweep}).out, read_file(table));
  const std::vector<std::string> lines = lines_of(read_file(table));
  ASSERT_EQ(lines.size(), 3U);
  auto fields = fields_of(lines[0], lines[1]);
  const std::string single = dir.write("single.toml", bars("fast = 10\nslow = 30\n", ""));
  ASSERT_EQ(run_acts({"backtest", single, "--out", dir / "run"}).exit_code, 0);
  const Outcome report = run_acts({"report", dir / "run", "--risk-free-rate", "0.05", "--format", "json"});
  const auto figures = nlohmann::json::parse(report.out)["runs"][0]["figures"];
  for (const char* const name : {"total_return", "cagr", "volatility", "sharpe", "sortino", "probabilistic_sharpe"}) {
    EXPECT_EQ(std::stod(fields[name]), figures["returns"][name]["value"]) << name;
  }
  EXPECT_EQ(json_of(dir / "table.summary.json")["risk_free_rate"], 0.05);
  // Its figures are made: no other rate than theirs.
  EXPECT_THAT(run_acts({"report", table, "--format", "csv"}).out, HasSubstr("risk-free rate 0.05 a year"));
  EXPECT_EQ(run_acts({"report", table, "--risk-free-rate", "0.05"}).exit_code, 0);
  const Outcome other = run_acts({"report", table, "--risk-free-rate", "0.04"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_EQ(lines_of(other.err).size(), 1U);
  EXPECT_THAT(other.err, HasSubstr("table.csv: its figures are of a risk-free rate of 0.05: run acts sweep with "
                                   "--risk-free-rate 0.04"));
  EXPECT_THAT(run_acts({"sweep", sweep, "--risk-free-rate", "nan"}).err,
              HasSubstr("--risk-free-rate: 'nan' is no rate"));
}

TEST(ProgramSweep, GoesOverBooksOnceForAllSets) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", books("",
                                                          "[sweep]\nrelative_half_spread = [5e-5, 2e-5]\n"
                                                          "relative_grid_interval = [1e-4, 5e-5]\n"));
  const Outcome run = run_acts({"sweep", sweep, "--threads", "2"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::vector<std::string> lines = lines_of(run.out);
  ASSERT_EQ(lines.size(), 5U);
  auto first = fields_of(lines[0], lines[1]);
  EXPECT_EQ(first["rows"], "491973");
  EXPECT_EQ(first["fills"], "194");
  EXPECT_EQ(first["position"], "0.4");
  EXPECT_EQ(first["balance"], "75310.98");
  EXPECT_EQ(first["fee"], "-59.831519");
  EXPECT_EQ(first["period"], "second");
  auto last = fields_of(lines[0], lines[4]);
  const std::string narrow =
      dir.write("narrow.toml", books("relative_half_spread = 2e-5\nrelative_grid_interval = 5e-5\n", ""));
  ASSERT_EQ(run_acts({"backtest", narrow, "--out", dir / "narrow"}).exit_code, 0);
  const auto narrow_totals = json_of(dir / "narrow/run.json")["totals"];
  for (const char* const name : {"balance", "equity", "fee", "position"}) {
    EXPECT_EQ(narrow_totals[name], last[name]) << name;
  }

  const std::string single = dir.write("single.toml", books("", ""));
  ASSERT_EQ(run_acts({"backtest", single, "--out", dir / "run"}).exit_code, 0);
  const auto totals = json_of(dir / "run/run.json")["totals"];
  EXPECT_EQ(totals["equity"], first["equity"]);
  const auto figures =
      nlohmann::json::parse(run_acts({"report", dir / "run", "--format", "json"}).out)["runs"][0]["figures"];
  EXPECT_EQ(std::stod(first["sharpe"]), figures["returns"]["sharpe"]["value"]);
  const std::vector<std::string> more = lines_of(run_acts({"sweep", sweep, "--capital", "1234.56789"}).out);
  ASSERT_EQ(more.size(), 5U);
  const auto with_more = nlohmann::json::parse(
      run_acts({"report", dir / "run", "--capital", "1234.56789", "--format", "json"}).out)["runs"][0]["figures"];
  for (const char* const name : {"total_return", "volatility", "sharpe"}) {
    EXPECT_EQ(std::stod(fields_of(more[0], more[1])[name]), with_more["returns"][name]["value"]) << name;
  }
  // The table's is exact, the sheet's comes of doubles.
  EXPECT_NEAR(std::stod(first["max_drawdown"]), -figures["drawdown"]["max_drawdown_money"]["value"].get<double>(),
              1e-9);
}

// A strategy that is told of bars over order books, and answers: what a sweep tells it is what a run tells it.
std::string books_with_bars(std::string_view part) {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[account]\ninitial_balance = \"100000\"\n[fees]\nmaker = \"0\"\ntaker = \"0.0005\"\n{}",
      testdata("binance-feed/usdm/btcusdt_20240808.gz"), part);
}

TEST(ProgramSweep, OverBooksWithBarsIsItsSingleRuns) {
  const TempDir dir;
  const std::string_view bars_of_trades = "[bars]\ninterval = \"1s\"\n";
  const std::string strategy = "[strategy]\nname = \"sma_cross\"\nslow = 10\n";
  const Outcome run = run_acts(
      {"sweep", dir.write("sweep.toml",
                          books_with_bars(fmt::format("{}{}[sweep]\nfast = [3, 5]\n", bars_of_trades, strategy)))});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::vector<std::string> lines = lines_of(run.out);
  ASSERT_EQ(lines.size(), 3U);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto row = fields_of(lines[0], lines[i]);
    const std::string single = dir.write(
        "single.toml", books_with_bars(fmt::format("{}{}fast = {}\n", bars_of_trades, strategy, row["fast"])));
    ASSERT_EQ(run_acts({"backtest", single, "--out", dir / row["fast"]}).exit_code, 0);
    const auto totals = json_of(dir / row["fast"] + "/run.json")["totals"];
    EXPECT_GT(std::stoul(row["fills"]), 10U);
    EXPECT_EQ(std::stoul(row["orders"]), totals["orders"]);
    EXPECT_EQ(std::stoul(row["fills"]), totals["fills"]);
    for (const char* const name : {"balance", "equity", "fee", "position"}) {
      EXPECT_EQ(row[name], totals[name].get<std::string>()) << name;
    }
  }
  const Outcome without =
      run_acts({"sweep", dir.write("without.toml", books_with_bars(strategy + "[sweep]\nfast = [3, 5]\n"))});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.err, HasSubstr("the strategy is told of bars, and these are order books"));
  EXPECT_EQ(lines_of(without.err).size(), 1U);
}

TEST(ProgramSweep, MakesParquetWithTypedColumns) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("",
                                                         "[sweep]\nfast = [5, 10]\nquantity = [\"0.1\", \"0.25\"]\n"
                                                         "slow = [30]\n"));
  ASSERT_EQ(run_acts({"sweep", sweep, "--output", dir / "t.csv"}).exit_code, 0);
  const Outcome made = run_acts({"sweep", sweep, "--output", dir / "t.parquet"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_FALSE(fs::exists(dir / "t.parquet.journal"));
  EXPECT_FALSE(fs::exists(dir / "t.parquet.rows"));
  auto duck = history::Duck::open({.temp_directory = {}}).value();
  const std::string from = fmt::format(" FROM read_parquet({})", history::quoted_sql_text(dir / "t.parquet"));
  EXPECT_EQ(duck->integer("SELECT count(*)" + from).value(), 4);
  const auto types = duck->texts(
      "SELECT typeof(set), typeof(fast), typeof(quantity), typeof(equity), typeof(sharpe), "
      "typeof(period)" +
          from,
      1);
  ASSERT_TRUE(types.has_value());
  EXPECT_EQ((*types)[0][0], "BIGINT");
  EXPECT_EQ((*types)[0][1], "BIGINT");
  EXPECT_EQ((*types)[0][2], "DECIMAL(38,2)");
  EXPECT_THAT((*types)[0][3].value(), StartsWith("DECIMAL(38,"));
  EXPECT_EQ((*types)[0][4], "DOUBLE");
  EXPECT_EQ((*types)[0][5], "VARCHAR");
  // The same values as CSV has.
  const auto differing = duck->integer(fmt::format(
      "SELECT count(*) FROM read_parquet({}) p JOIN read_csv({}, all_varchar = true) c ON p.set = c.set::BIGINT WHERE "
      "p.equity != c.equity::DECIMAL(38,18) OR p.sharpe != c.sharpe::DOUBLE OR p.fast != c.fast::BIGINT",
      history::quoted_sql_text(dir / "t.parquet"), history::quoted_sql_text(dir / "t.csv")));
  EXPECT_EQ(differing.value(), 0);
}

// To DuckDB such a path is a pattern, and a folder with a = another column.
TEST(ProgramSweep, TakesPathsThatDuckDbWouldTakeForPatterns) {
  const TempDir dir;
  fs::create_directories(dir / "fast=[7]");
  const std::string sweep = dir.write("sweep.toml", bars("", "[sweep]\nfast = [5, 10]\nslow = [30]\n"));
  for (const std::string name : {"t[1]*?", "t[]]", "[!a]"}) {
    const std::string table = dir / ("fast=[7]/" + name + ".parquet");
    const Outcome made = run_acts({"sweep", sweep, "--output", table});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    EXPECT_TRUE(fs::exists(table));
    const Outcome told = run_acts({"report", table, "--format", "json"});
    ASSERT_EQ(told.exit_code, 0) << told.err;
    EXPECT_THAT(told.out, ::testing::ContainsRegex("\"fast (5|10), slow 30\""));
  }
  for (const std::string ending : {".parquet", ".summary.json"}) {
    fs::copy(dir / ("fast=[7]/[!a]" + ending), dir / ("t[]\\" + ending));
  }
  EXPECT_THAT(run_acts({"report", dir / "t[]\\.parquet"}).err, HasSubstr("with a backslash beside * ? or [ cannot be"));
}

// Each instrument has its own bars, orders and position, in a set as in a run.
TEST(ProgramSweep, OverBarsOfSeveralInstrumentsIsItsSingleRuns) {
  const TempDir dir;
  std::string data = "[account]\ninitial_balance = \"10000\"\n";
  for (const auto& [symbol, months] : {std::pair("BTCUSDT", std::vector<std::string>{"01", "02", "03"}),
                                       std::pair("OTHERUSDT", std::vector<std::string>{"02"})}) {
    std::string files;
    for (const std::string& month : months) {
      files += fmt::format("\"{}\",", testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-{}.csv", month)));
    }
    data += fmt::format(
        "[[data]]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"{}\"\nfiles = [{}]\n"
        "[[instrument]]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n[instrument.fees]\nmaker = \"0.001\"\n"
        "taker = \"0.001\"\n",
        symbol, files);
  }
  const std::string strategy = "[strategy]\nname = \"sma_cross\"\nslow = 30\n";
  const std::string sweep = dir.write("sweep.toml", data + strategy + "[sweep]\nfast = [5, 10, 20]\n");
  const Outcome swept = run_acts({"sweep", sweep, "--threads", "2"});
  ASSERT_EQ(swept.exit_code, 0) << swept.err;
  EXPECT_EQ(run_acts({"sweep", sweep, "--sets-a-pass", "1"}).out, swept.out);
  const std::vector<std::string> lines = lines_of(swept.out);
  ASSERT_EQ(lines.size(), 4U);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto set = fields_of(lines[0], lines[i]);
    const std::string config = dir.write("run.toml", data + strategy + "fast = " + set.at("fast") + "\n");
    const Outcome run = run_acts({"backtest", config, "--json", dir / "run.json"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const nlohmann::json result = json_of(dir / "run.json");
    const nlohmann::json& totals = result["totals"];
    for (const std::string name : {"balance", "fee", "funding", "equity", "max_drawdown", "turnover"}) {
      EXPECT_EQ(set.at(name), totals[name].get<std::string>()) << name;
    }
    EXPECT_EQ(set.at("fills"), std::to_string(totals["fills"].get<int>()));
    EXPECT_EQ(set.at("bars"), std::to_string(result["run"]["rows"].get<int>()));
    EXPECT_GT(totals["instruments"][1]["fills"].get<int>(), 5);
    EXPECT_EQ(set.at("position"), totals["instruments"][0]["position"].get<std::string>()) << "of the first";
  }
}

constexpr std::string_view kManySets =
    "[sweep]\nfast = { from = 2, to = 13, step = 1 }\n"
    "slow = { from = 20, to = 80, step = 10 }\n"
    "[sweep.walk_forward]\ntrain = \"30d\"\ntest = \"7d\"\npurge = \"1h\"\n"
    "embargo = \"1h\"\n";

// Killed at random, as often as it takes: what it comes to in the end is what it comes to undisturbed.
TEST(ProgramSweep, GoesOnWhereItWasKilled) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", kManySets));
  const Outcome undisturbed = run_acts({"sweep", sweep, "--output", dir / "whole.csv"});
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  const std::vector<std::string> arguments{"sweep", sweep, "--output", dir / "killed.csv", "--sets-a-pass", "2"};
  std::mt19937_64 random(20);
  int kills = 0;
  bool has_gone_on = false;
  std::string kept;  // whole lines of the journal, of sets that are done
  // Ever longer, and that ever faster: a fast machine is killed before its end, and a slow one comes to it.
  std::uint64_t longest_ms = 5;
  while (true) {
    ASSERT_LT(kills, 200);
    Running running(arguments, "/");
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % longest_ms});
    longest_ms += 10 + longest_ms / 16;
    running.signal(SIGKILL);
    const int code = running.wait();
    if (code == 0) break;
    ASSERT_EQ(code, -1) << "it was killed, and nothing else";
    ++kills;
    // It is whole, or it is not there.
    if (fs::exists(dir / "killed.csv")) {
      ASSERT_EQ(read_file(dir / "killed.csv"), read_file(dir / "whole.csv"));
    }
    if (fs::exists(dir / "killed.csv.journal")) {
      const std::string journal = read_file(dir / "killed.csv.journal");
      ASSERT_THAT(journal, StartsWith(kept)) << "what was done is never lost";
      kept = journal.substr(0, journal.rfind('\n') + 1);
      has_gone_on = has_gone_on || kept.size() > 500;
    } else if (!kept.empty()) {
      ASSERT_TRUE(fs::exists(dir / "killed.csv") && fs::exists(dir / "killed.summary.json"));
      kept.clear();
    }
  }
  EXPECT_GT(kills, 2);
  EXPECT_TRUE(has_gone_on);
  EXPECT_EQ(read_file(dir / "killed.csv"), read_file(dir / "whole.csv"));
  EXPECT_EQ(read_file(dir / "killed.summary.json"), read_file(dir / "whole.summary.json"));
  EXPECT_FALSE(fs::exists(dir / "killed.csv.journal"));
}

TEST(ProgramSweep, ChecksThatOtherThreadsGiveTheSameBytes) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", kManySets));
  for (const auto& [table, threads, told] :
       {std::tuple("t.csv", "2", "of 1 in place of 2 threads"), std::tuple("p.parquet", "1", "of 2 in place of 1")}) {
    const Outcome run =
        run_acts({"sweep", sweep, "--output", dir / table, "--threads", threads, "--check-determinism"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr(std::string("deterministic: a second run, ") + told));
    EXPECT_TRUE(fs::exists(dir / table));
    EXPECT_FALSE(fs::exists(dir / (std::string(table) + ".again")));
  }
  fs::create_directory(dir / "t.csv.again");
  const Outcome taken = run_acts({"sweep", sweep, "--output", dir / "t.csv", "--check-determinism"});
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.err, HasSubstr("t.csv.again: it is there already"));
  const Outcome nowhere = run_acts({"sweep", sweep, "--check-determinism"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("--check-determinism compares files: give --output FILE with it"));
}

// A sweep's files tell what they are of, as a run's do, whatever ended it and however many threads it had.
TEST(ProgramSweep, TellsWhatItWasOf) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", "[sweep]\nfast = [10, 20]\nslow = [30, 60]\n"));
  const std::string table = dir / "t.csv";
  ASSERT_EQ(run_acts({"sweep", sweep, "--output", table, "--threads", "2"}).exit_code, 0);
  const std::string first = read_file(dir / "t.summary.json");
  const nlohmann::json summary = nlohmann::json::parse(first);
  EXPECT_EQ(summary["table"]["sha256"].get<std::string>().size(), 64U);
  const nlohmann::json& run = summary["run"];
  EXPECT_EQ(run["data"].size(), 3U);
  EXPECT_THAT(run["data"][0]["file"].get<std::string>(), HasSubstr("BTCUSDT-1h-2021-01.csv"));
  EXPECT_EQ(run["data"][0]["sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(run["configuration"], read_file(sweep));
  EXPECT_EQ(run["configuration_file"], sweep);
  EXPECT_EQ(run["id"].get<std::string>().size(), 64U);
  EXPECT_EQ(run["strategy"], "sma_cross");
  EXPECT_EQ(run["missing_bars"], 2);
  EXPECT_NE(run["version"], "");
  ASSERT_EQ(run_acts({"sweep", sweep, "--output", table, "--threads", "1", "--sets-a-pass", "1"}).exit_code, 0);
  EXPECT_EQ(read_file(dir / "t.summary.json"), first);
  ASSERT_EQ(run_acts({"sweep", sweep, "--output", table, "--random", "2"}).exit_code, 0);
  EXPECT_NE(json_of(dir / "t.summary.json")["run"]["id"], run["id"]);
  const Outcome page = run_acts({"report", table});
  EXPECT_EQ(page.exit_code, 0) << page.err;
  EXPECT_THAT(page.out, HasSubstr("t.csv: 2 parameter sets, 2 bars missing"));
  EXPECT_THAT(page.out, HasSubstr(json_of(dir / "t.summary.json")["run"]["id"].get<std::string>()));
}

// Both write t.summary.json, and the last one's stays.
TEST(ProgramReport, RefusesTheSummaryOfAnotherSweep) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", "[sweep]\nfast = [10, 20]\nslow = [30]\n"));
  const std::string other = dir.write("other.toml", bars("", "[sweep]\nfast = [15]\nslow = [30, 60]\n"));
  ASSERT_EQ(run_acts({"sweep", sweep, "--output", dir / "t.csv"}).exit_code, 0);
  ASSERT_EQ(run_acts({"report", dir / "t.csv"}).exit_code, 0);
  ASSERT_EQ(run_acts({"sweep", other, "--output", dir / "t.parquet"}).exit_code, 0);
  EXPECT_EQ(run_acts({"report", dir / "t.parquet"}).exit_code, 0);
  const Outcome stale = run_acts({"report", dir / "t.csv"});
  EXPECT_EQ(stale.exit_code, 3);
  EXPECT_EQ(stale.err, fmt::format("acts: {}: it is the summary that another sweep has left, not of {} as it is now: "
                                   "run its sweep again, with a name of its own\n",
                                   dir / "t.summary.json", dir / "t.csv"));
}

// What the first set has seen is known to the ones behind it, and in a second run to all of them.
TEST(ProgramSweep, FindsAStrategyThatKeepsSomethingOutsideOfItself) {
  const TempDir dir;
  const std::string sweep = dir.write(
      "peek.toml",
      fmt::format("[data]\nkind = \"bars\"\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n"
                  "[instrument]\ntick_size = \"0.01\"\nlot_size = \"0.000001\"\n[strategy]\nlibrary = "
                  "\"{}\"\nname = \"peeking\"\n[sweep]\neyes = [1, 2]\n",
                  testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"), test::strategy_library("ill")));
  const Outcome run = run_acts({"sweep", sweep, "--output", dir / "t.csv", "--threads", "1", "--check-determinism"});
  EXPECT_EQ(run.exit_code, 3) << run.out;
  EXPECT_THAT(run.err, HasSubstr("--check-determinism: "));
  EXPECT_THAT(run.err, HasSubstr(" differ from byte "));
  EXPECT_TRUE(fs::exists(dir / "t.csv.again/t.csv")) << "for whoever wants to look";
}

TEST(ProgramSweep, RefusesToGoOnWithAnotherSweep) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", kManySets));
  {
    Running running({"sweep", sweep, "--output", dir / "t.csv", "--sets-a-pass", "1"}, "/");
    // It may end, and its journal go, between two looks.
    const auto has_begun = [&dir] {
      std::error_code gone;
      const std::uintmax_t bytes = fs::file_size(dir / "t.csv.journal", gone);
      return !gone && bytes > 78;  // a set is done
    };
    for (int i = 0; i < 1000 && !has_begun(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  ASSERT_TRUE(fs::exists(dir / "t.csv.journal"));
  const Outcome other = run_acts({"sweep", sweep, "--output", dir / "t.csv", "--random", "5"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("t.csv.journal: it is of another sweep"));
  EXPECT_EQ(lines_of(other.err).size(), 1U);
  const Outcome elsewhere = run_acts({"sweep", sweep, "--output", dir / "t.csv", "--bar-path", "nearest"});
  EXPECT_THAT(elsewhere.err, HasSubstr("t.csv.journal: it is of another sweep"));
}

// What is refused leaves nothing behind that stands in the way of the corrected one.
TEST(ProgramSweep, RunsTheCorrectedOneOfOneThatWasRefused) {
  const TempDir dir;
  const std::string wrong = dir.write("sweep.toml", bars("", "[sweep]\nfast = [500]\nslow = [3]\n"));
  const Outcome refused = run_acts({"sweep", wrong, "--output", dir / "t.csv"});
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_FALSE(fs::exists(dir / "t.csv.journal"));
  EXPECT_FALSE(fs::exists(dir / "t.csv.journal.lock"));
  const std::string right = dir.write("sweep.toml", bars("", "[sweep]\nfast = [2]\nslow = [3]\n"));
  EXPECT_EQ(run_acts({"sweep", right, "--output", dir / "t.csv"}).exit_code, 0);
}

TEST(ProgramSweep, TellsTheBestAndWhatItWouldHaveComeTo) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", bars("", kManySets));
  const Outcome run = run_acts({"sweep", sweep, "--output", dir / "t.csv", "--objective", "total_return"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith("best of 84 sets by total_return: set "));
  EXPECT_THAT(run.out, HasSubstr("deflated Sharpe ratio "));
  EXPECT_THAT(run.out, HasSubstr("walk-forward of 8 tests: total return "));
  const auto summary = json_of(dir / "t.summary.json");
  const std::vector<std::string> lines = lines_of(read_file(dir / "t.csv"));
  double most = -1e9;
  std::string best;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto fields = fields_of(lines[0], lines[i]);
    const double value = std::stod(fields["total_return"]);
    if (value > most) best = fields["set"];
    most = std::max(most, value);
  }
  EXPECT_EQ(std::to_string(summary["best"]["set"].get<int>()), best);
  EXPECT_EQ(summary["best"]["value"], most);
  EXPECT_EQ(summary["walk_forward"]["folds"].size(), 8U);
  EXPECT_GE(summary["overfitting_probability"], 0.0);

  const Outcome page = run_acts({"report", dir / "t.csv"});
  ASSERT_EQ(page.exit_code, 0) << page.err;
  EXPECT_THAT(page.out, HasSubstr("Probability of overfitting"));
  EXPECT_THAT(page.out, HasSubstr("total_return by slow (across) and fast (down)"));
  ASSERT_EQ(run_acts({"sweep", sweep, "--output", dir / "p.parquet"}).exit_code, 0);
  EXPECT_THAT(run_acts({"report", dir / "p.parquet"}).out, HasSubstr("sharpe by slow (across) and fast (down)"));
  EXPECT_THAT(run_acts({"report", dir / "none.csv"}).err, HasSubstr("there is no such table"));
}

TEST(ProgramSweep, SaysWhatIsWrongInOneLine) {
  const TempDir dir;
  const auto told = [&dir](std::string_view more, const std::vector<std::string>& flags) {
    std::vector<std::string> arguments{"sweep", dir.write("wrong.toml", bars("", more))};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Outcome run = run_acts(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    return run.err;
  };
  const std::string fast = "[sweep]\nfast = [5, 10]\n";
  EXPECT_THAT(told(fast, {"--output", dir / "t.txt"}), HasSubstr("is to end with .csv or .parquet"));
  EXPECT_THAT(told(fast, {"--objective", "volatility"}), HasSubstr("no objective 'volatility': one of total_return"));
  EXPECT_THAT(told(fast, {"--capital", "-5"}), HasSubstr("is no amount"));
  EXPECT_THAT(told(fast + "[sweep.walk_forward]\ntrain = \"30d\"\n", {}), HasSubstr("needs train and test"));
  EXPECT_THAT(told(fast + "[sweep.walk_forward]\ntrain = 30\n", {}), HasSubstr("a duration in quotes is needed"));
  EXPECT_THAT(told(fast + "[sweep.walk_forward]\ntrian = \"30d\"\n", {}), HasSubstr("did you mean train?"));
}

// Their money was added all the same.
TEST(ProgramSweep, RefusesInstrumentsThatSettleInSeveralAssets) {
  const TempDir dir;
  const std::string config = dir.write(
      "several.toml",
      fmt::format("[[data]]\nvenue = \"binance-spot\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[[data]]\nvenue = "
                  "\"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[[instrument]]\ntick_size = \"0.01\"\n"
                  "lot_size = \"0.00001\"\n[[instrument]]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n"
                  "settlement_asset = \"BTC\"\n[strategy]\nname = \"twap\"\n[sweep]\nslices = [5]\n",
                  testdata("binance-feed/spot/btcusdt_20240808.gz"),
                  testdata("binance-feed/usdm/btcusdt_20240808.gz")));
  const Outcome swept = run_acts({"sweep", config, "--output", dir / "sweep.csv"});
  EXPECT_EQ(swept.exit_code, 2);
  EXPECT_THAT(swept.err, HasSubstr("BTCUSDT and BTCUSDT settle in USDT and BTC, and each set of a sweep has one sum"));
}

}  // namespace
}  // namespace acts::cli
