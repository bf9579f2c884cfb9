// The rows of a run, in each of their forms.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "backtest/run_text.hpp"
#include "cli/program.hpp"
#include "history/engine/duck.hpp"
#include "history/engine/select.hpp"
#include "recording/temp_dir.hpp"
#include "report/run/csv_table.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Texts; "" is no value. The first row has the names.
using RowTexts = std::vector<std::vector<std::string>>;
constexpr std::array<const char*, 4> kTables{"equity", "fills", "orders", "positions"};

Outcome report(std::vector<std::string> words) {
  words.insert(words.begin(), "report");
  return run_acts(words);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

RowTexts csv_rows(const std::string& path) {
  RowTexts rows;
  std::vector<std::string> names;
  for (const std::string& line : lines_of(read_file(path))) {
    if (names.empty()) {
      std::istringstream header(line);
      for (std::string name; std::getline(header, name, ',');) names.push_back(name);
      rows.push_back(names);
      continue;
    }
    const std::vector<std::string_view> wanted(names.begin(), names.end());
    auto table = report::CsvTable::open(lines_of(read_file(path)).front(), wanted).value();
    EXPECT_TRUE(table.read(line).has_value()) << line;
    std::vector<std::string>& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) row.emplace_back(table.field(i));
  }
  return rows;
}

RowTexts json_rows(const std::string& path) {
  RowTexts rows;
  for (const std::string& line : lines_of(read_file(path))) {
    const ordered_json object = ordered_json::parse(line);
    std::vector<std::string> names;
    std::vector<std::string> row;
    for (const auto& [name, value] : object.items()) {
      names.push_back(name);
      row.push_back(value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (rows.empty()) rows.push_back(names);
    EXPECT_EQ(names, rows.front());
    rows.push_back(row);
  }
  return rows;
}

// Times as the CSV files have them.
RowTexts parquet_rows(history::Duck& duck, const std::string& path) {
  const std::string from = fmt::format("FROM read_parquet('{}')", path);
  std::string times;
  const auto columns = duck.texts("SELECT column_name, column_type FROM (DESCRIBE SELECT * " + from + ")").value();
  for (const auto& column : columns) {
    if (column.at(1) != "TIMESTAMP_NS") continue;
    times += fmt::format("{0}epoch_ns({1}) AS {1}", times.empty() ? "" : ", ", *column.at(0));
  }
  const std::string select = fmt::format("SELECT * REPLACE ({}) {}", times, from);
  auto rows = history::SelectRows::start(duck, select, [] { return false; }).value();
  RowTexts texts(1);
  for (const history::SelectColumn& column : rows.columns()) texts.front().push_back(column.name);
  for (std::vector<std::optional<std::string>> cells; rows.next(cells).value();) {
    std::vector<std::string>& row = texts.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool is_time = texts.front()[i] == "time" || texts.front()[i] == "received";
      const bool is_there = cells[i].has_value();
      row.push_back(is_time && is_there ? backtest::to_iso8601_nanos(UnixNanos{std::stoll(*cells[i])})
                                        : cells[i].value_or(""));
    }
  }
  return texts;
}

// The first row that differs says enough.
void expect_same(const RowTexts& found, const RowTexts& expected, const std::string& what) {
  EXPECT_EQ(found.size(), expected.size()) << what;
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    ASSERT_EQ(found[i], expected[i]) << what << ", row " << i;
  }
}

// Of USD-M, and of spot, whose fees are in the base asset.
std::string grid_of(const std::string& market) {
  const bool is_spot = market == "spot";
  return fmt::format(
      "[data]\nvenue = \"binance-{0}\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{1}\"]\n[instrument]\ntick_size = \"{2}\"\n"
      "lot_size = \"{3}\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\nmaker = \"0.0001\"\ntaker = "
      "\"0.0007\"\n{4}[strategy]\nname = \"grid\"\n",
      market, testdata("binance-feed/" + market + "/btcusdt_20240808.gz"), is_spot ? "0.01" : "0.1",
      is_spot ? "0.00001" : "0.001", is_spot ? "asset = \"received\"\n" : "");
}

TEST(ProgramReportRows, AreTheSameInEachForm) {
  const TempDir dir;
  std::vector<std::string> runs{testdata("runs/days"), testdata("runs/short")};
  for (const std::string market : {"usdm", "spot"}) {
    runs.push_back(dir / market);
    const Outcome run = run_acts({"backtest", dir.write(market + ".toml", grid_of(market)), "--out", runs.back()});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  auto duck = history::Duck::open({.temp_directory = {}}).value();
  for (const std::string& run : runs) {
    const std::string out = dir / ("rows-" + fs::path(run).filename().string());
    for (const std::string form : {"csv", "json", "parquet"}) {
      const Outcome written = report({run, "--rows", "--format", form, "--out", out});
      ASSERT_EQ(written.exit_code, 0) << written.err;
      EXPECT_EQ(written.out, "");
    }
    for (const std::string table : kTables) {
      const RowTexts csv = csv_rows(out + "/" + table + ".csv");
      EXPECT_GT(csv.size(), 50U) << run << " " << table;
      expect_same(json_rows(out + "/" + table + ".json"), csv, run + " " + table + " as JSON");
      expect_same(parquet_rows(*duck, out + "/" + table + ".parquet"), csv, run + " " + table + " as Parquet");
      if (table == "positions") continue;
      EXPECT_EQ(read_file(out + "/" + table + ".csv"), read_file(run + "/" + table + ".csv"));
    }
  }
}

// Of the folder of a run nothing is replaced, and of two runs nothing is mixed.
TEST(ProgramReportRows, SayWhatTheyNeed) {
  const TempDir dir;
  const std::string run = dir / "run";
  fs::copy(testdata("runs/short"), run, fs::copy_options::recursive);
  const auto told = [](std::vector<std::string> words, int code) {
    const Outcome outcome = report(std::move(words));
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), code == 0 ? 0 : 1) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(told({run, "--rows", "--out", dir / "o"}, 2), HasSubstr("say with --format csv, json or parquet"));
  EXPECT_THAT(told({run, "--rows", "--format", "html", "--out", dir / "o"}, 2), HasSubstr("say with --format"));
  EXPECT_THAT(told({run, "--rows", "--format", "json"}, 2), HasSubstr("--rows: name a folder with --out"));
  EXPECT_THAT(told({run, run, "--rows", "--format", "csv", "--out", dir / "o"}, 2), HasSubstr("of one run"));
  EXPECT_THAT(told({run, "--rows", "--format", "csv", "--out", run}, 2), HasSubstr("it is read here"));
  const std::string other = dir / "other";
  fs::copy(testdata("runs/days"), other, fs::copy_options::recursive);
  EXPECT_THAT(told({run, "--rows", "--format", "csv", "--out", other}, 2), HasSubstr("it is the folder of a run"));
  EXPECT_EQ(read_file(other + "/fills.csv"), read_file(testdata("runs/days/fills.csv")));

  const std::string out = dir / "o";
  EXPECT_EQ(told({run, "--rows", "--format", "json", "--out", out}, 0), "");
  const std::string before = read_file(out + "/equity.json");
  EXPECT_THAT(before, StartsWith("{\"time\":\"2024-08-08T23:55:00.200000000Z\",\"instrument\":\"BTCUSDT\","));
  const std::string fills = read_file(run + "/fills.csv");
  EXPECT_EQ(dir.write("run/fills.csv", fills + "x\n"), run + "/fills.csv");
  EXPECT_THAT(told({run, "--rows", "--format", "json", "--out", out}, 3), HasSubstr("fills.csv:92: 1 fields"));
  EXPECT_EQ(read_file(out + "/equity.json"), before);
  for (const auto& entry : fs::directory_iterator(out)) EXPECT_EQ(entry.path().extension(), ".json");
  EXPECT_EQ(dir.write("run/fills.csv", fills), run + "/fills.csv");
  fs::remove(run + "/orders.csv");
  EXPECT_EQ(told({run, "--rows", "--format", "json", "--out", out}, 0), "");
  EXPECT_FALSE(fs::exists(out + "/orders.json"));
}

// No JSON number: what DuckDB and the report read otherwise is no row either.
TEST(ProgramReportRows, RefuseWhatIsNoNumber) {
  const TempDir dir;
  fs::copy(testdata("runs/short"), dir / "run", fs::copy_options::recursive);
  const auto told = [&](const std::string& ahead) {
    EXPECT_NE(dir.write("run/fills.csv",
                        "time,instrument,side,quantity,order_id,queue_ahead_entry\n"
                        "2024-08-09T00:00:00Z,BTCUSDT,buy,1,007," +
                            ahead + "\n"),
              "");
    return report({dir / "run", "--rows", "--format", "json", "--out", dir / "o"});
  };
  for (const char* const ahead : {"inf", "nan", "1x"}) {
    EXPECT_THAT(told(ahead).err, HasSubstr(fmt::format("queue_ahead_entry '{}' is no number", ahead)));
  }
  EXPECT_EQ(told(".5").exit_code, 0);
  EXPECT_THAT(read_file(dir / "o/fills.json"), HasSubstr(R"("order_id":7,"queue_ahead_entry":0.5})"));
}

}  // namespace
}  // namespace acts::cli
