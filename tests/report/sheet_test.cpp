#include "report/sheet/sheet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "report/run_files.hpp"
#include "report/sheet/benchmark_table.hpp"
#include "report/sheet/parameter_table.hpp"
#include "report/sheet/run_panels.hpp"

namespace acts::report {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

Sheet sheet_of(const std::string& name, const Decimal& capital = {}) {
  Sheet sheet;
  sheet.runs.push_back(read_run(name, capital));
  return sheet;
}

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return "nothing begins so";
  const std::size_t from = at + begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

void expect_figures(const json& found, const json& expected, const std::string& where) {
  for (const auto& group : expected.at("numbers").items()) {
    for (const auto& item : group.value().items()) {
      const json& value = found.at(group.key()).at(item.key()).at("value");
      const std::string what = where + " " + item.key();
      if (item.value().is_null() || value.is_null()) {
        EXPECT_EQ(value, item.value()) << what;
      } else {
        const double wanted = item.value().get<double>();
        EXPECT_NEAR(value.get<double>(), wanted, std::abs(wanted) * 1e-8 + 1e-12) << what;
      }
    }
  }
  for (const auto& group : expected.at("exact").items()) {
    for (const auto& item : group.value().items()) {
      EXPECT_EQ(found.at(group.key()).at(item.key()).at("value"), item.value()) << where << ' ' << item.key();
    }
  }
}

// tests/oracle/run_statistics.py reads the same files.
TEST(Sheet, HasTheFiguresOfTheIndependentReference) {
  const json expected = json::parse(text_of_file(test::testdata("expected/runs.json")));
  std::size_t compared = 0;
  for (const auto& run : expected.items()) {
    for (const auto& account : run.value().items()) {
      const std::size_t at = account.key().find(" at ");
      ASSERT_NE(at, std::string::npos) << account.key();
      Sheet sheet = sheet_of(run.key(), parse_decimal(account.key().substr(0, at)).value());
      sheet.runs[0].risk_free_rate = std::stod(account.key().substr(at + 4));
      const json found = json::parse(to_json(sheet));
      expect_figures(found.at("runs").at(0).at("figures"), account.value(), run.key() + " with " + account.key());
      ++compared;
    }
  }
  EXPECT_EQ(compared, 8U);
}

TEST(Sheet, SaysAConventionBesideEveryFigure) {
  for (const FigureGroup& group : figures_of(read_run("days"), nullptr)) {
    EXPECT_FALSE(group.figures.empty()) << group.key;
    for (const Figure& figure : group.figures) {
      EXPECT_FALSE(figure.convention.empty()) << group.key << ' ' << figure.key;
      EXPECT_FALSE(figure.text.empty()) << group.key << ' ' << figure.key;
      EXPECT_THAT(figure.text, Not(::testing::AnyOf(HasSubstr("nan"), HasSubstr("inf")))) << figure.key;
    }
  }
}

TEST(Sheet, IsTheSameTwiceAndEscapesWhateverNamesThereAre) {
  const Sheet sheet = sheet_of("days");
  const std::string page = to_page(sheet);
  EXPECT_EQ(page, to_page(sheet_of("days")));
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;&quot;ETH&quot;,&amp;USDT"));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
  EXPECT_THAT(page, Not(HasSubstr(" href=")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  const json panels = json::parse(between(page, "id=\"panels\">", "</script>"));
  EXPECT_EQ(panels.size(), run_panels(sheet.runs[0]).size());
  const json tables = json::parse(between(page, "id=\"tables\">", "</script>")).at("tables");
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0]["rows"].size(), 200U);
  EXPECT_EQ(tables[0]["rows"][0].size(), tables[0]["columns"].size() + 1);
  EXPECT_EQ(tables[1]["rows"][0].size(), tables[1]["columns"].size() + 1);
  EXPECT_EQ(tables[0]["rows"][1][1], "2024-11-20T14:30:17.976747232Z");
}

TEST(Sheet, TellsVenueAndModelsOfEachInstrumentInItsHeader) {
  const auto identity = [](std::string_view run) {
    Sheet sheet = sheet_of("short");
    sheet.runs[0].facts = parse_run_object(run).value();
    return between(to_page(sheet), "<p class=\"identity\">", "</p>");
  };
  EXPECT_EQ(identity(R"j({"id":"a","models":{"latency":"constant(1ms, 1ms)","queue":"log"},"venue":"binance-spot"})j"),
            "id a \u00b7 venue binance-spot \u00b7 models.latency constant(1ms, 1ms) \u00b7 models.queue log");
  EXPECT_EQ(
      identity(R"j({"id":"a","instruments":[)j"
               R"j({"models":{"maker_fee":"0","queue":"log"},"name":"BTCUSDT","venue":"binance-spot"},)j"
               R"j({"models":{"maker_fee":"0","queue":"power3(3)"},"name":"ETH","venue":"binance-usdm"}]})j"),
      "id a \u00b7 venue of BTCUSDT binance-spot \u00b7 venue of ETH binance-usdm \u00b7 models.maker_fee 0 \u00b7 "
      "models.queue of BTCUSDT log \u00b7 models.queue of ETH power3(3)");
}

TEST(Sheet, OfAShortRunLooksAtMinutesAndSaysWhatIsUndefined) {
  const Sheet sheet = sheet_of("short");
  const json found = json::parse(to_json(sheet))["runs"][0];
  EXPECT_EQ(found["period"], "minute");
  EXPECT_TRUE(found["figures"]["returns"]["sharpe"]["value"].is_null());
  EXPECT_EQ(found["figures"]["ledger"]["ledger_unexplained"]["value"], "0");
  EXPECT_GT(found["counts"]["fills_by_cause"]["taker"], 0);
  const std::string page = to_page(sheet);
  EXPECT_THAT(page, HasSubstr("--capital"));
  EXPECT_THAT(page, HasSubstr("<td class=\"undefined\">undefined</td>"));
  EXPECT_THAT(page, Not(HasSubstr("Returns by month")));
}

TEST(Sheet, SetsRunsSideBySide) {
  Sheet sheet = sheet_of("days");
  sheet.runs.push_back(read_run("short"));
  const std::string page = to_page(sheet);
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">days</th><th scope=\"col\">short</th>"));
  const json panels = json::parse(between(page, "id=\"panels\">", "</script>"));
  ASSERT_EQ(panels.size(), 2U);
  EXPECT_EQ(panels[0]["series"].size(), 2U);
  EXPECT_EQ(panels[0]["x"].size(), panels[0]["series"][1]["y"].size());
  EXPECT_EQ(json::parse(to_json(sheet))["runs"].size(), 2U);
}

TEST(Sheet, ExportsALineAFigure) {
  const std::string csv = to_csv(sheet_of("short"));
  EXPECT_THAT(csv,
              ::testing::StartsWith("run,group,figure,value,convention\nshort,result,from,2024-08-08T23:55:00.200Z,"));
  EXPECT_THAT(csv, HasSubstr("\nshort,ledger,ledger_unexplained,0,\"profit less the four: 0, or"));
  EXPECT_THAT(csv, HasSubstr("\nshort,returns,sharpe,,"));
}

TEST(Sheet, ComparesWithABenchmarkWhereBothAreKnown) {
  Sheet sheet = sheet_of("days", Decimal{1000, 0});
  const Closes& closes = sheet.runs[0].closes;
  Benchmark benchmark{.name = "itself", .prices = closes};
  benchmark.prices.times.erase(benchmark.prices.times.begin());
  benchmark.prices.values.erase(benchmark.prices.values.begin());
  sheet.benchmark = benchmark;
  const json found = json::parse(to_json(sheet))["runs"][0]["figures"]["benchmark"];
  EXPECT_EQ(found["benchmark_periods"]["value"], closes.values.size() - 2);
  EXPECT_NEAR(found["beta"]["value"].get<double>(), 1, 1e-9);
  EXPECT_NEAR(found["alpha"]["value"].get<double>(), 0, 1e-9);
  EXPECT_TRUE(found["information_ratio"]["value"].is_null()) << "no difference has no spread";
}

// Carried on, its returns were 0 where it had none, and of several days where it had one.
TEST(Sheet, TakesNoReturnThatTheBenchmarkDoesNotHave) {
  Sheet sheet = sheet_of("days", Decimal{1000, 0});
  const Closes closes = sheet.runs[0].closes;
  const auto figures_with = [&](const Closes& prices) {
    sheet.benchmark = Benchmark{.name = "prices", .prices = prices};
    return json::parse(to_json(sheet))["runs"][0]["figures"]["benchmark"];
  };
  Closes weekly;
  Closes with_gap;
  for (std::size_t i = 0; i < closes.times.size(); ++i) {
    if (i % 7 == 0) {
      weekly.times.push_back(closes.times[i]);
      weekly.values.push_back(closes.values[i]);
    }
    if (i == 50 || i == 51) continue;
    with_gap.times.push_back(closes.times[i]);
    with_gap.values.push_back(closes.values[i]);
  }
  const std::size_t periods = closes.values.size() - 1;
  const json none = figures_with(weekly);
  EXPECT_EQ(none["benchmark_periods"]["value"], 0);
  EXPECT_EQ(none["benchmark_stale"]["value"], periods);
  for (const char* const name : {"beta", "alpha", "correlation", "information_ratio"}) {
    EXPECT_TRUE(none[name]["value"].is_null()) << name;
  }
  const json most = figures_with(with_gap);
  EXPECT_EQ(most["benchmark_periods"]["value"], periods - 3);
  EXPECT_EQ(most["benchmark_stale"]["value"], 3);
  EXPECT_NEAR(most["beta"]["value"].get<double>(), 1, 1e-9);
  // Candles end a millisecond before midnight.
  Closes ends = closes;
  for (UnixNanos& time : ends.times) time = time - std::chrono::milliseconds{1};
  EXPECT_EQ(figures_with(ends)["benchmark_periods"]["value"], periods);
}

TEST(RunPanels, AreOfOneLengthAndAscending) {
  for (const char* name : {"short", "days"}) {
    for (const Panel& panel : run_panels(read_run(name, Decimal{10000, 0}))) {
      EXPECT_FALSE(panel.x.empty()) << panel.title;
      EXPECT_TRUE(std::ranges::is_sorted(panel.x)) << panel.title;
      for (const Series& series : panel.series) EXPECT_EQ(series.y.size(), panel.x.size()) << panel.title;
      EXPECT_EQ(panel.shades.size(), panel.is_time ? 1U : 0U) << panel.title;
    }
  }
}

TEST(MonthTable, CompoundsTheDaysOfEachMonth) {
  const auto at = [](std::string_view text) { return parse_iso8601(text).value(); };
  const HeatTable table =
      month_table({.times = {at("2024-11-30"), at("2024-12-01"), at("2025-01-01"), at("2025-01-01T12:00")},
                   .values = {100, 110, 99, 198}});
  ASSERT_EQ(table.rows, (std::vector<std::string>{"2024", "2025"}));
  const auto cell = [&table](std::size_t row, std::size_t column) { return table.cells[row * 13 + column].text; };
  EXPECT_EQ(cell(0, 10), "10.00 %") << "what ends at 00:00 of the first is November's";
  EXPECT_EQ(cell(0, 11), "-10.00 %");
  EXPECT_EQ(cell(0, 12), "-1.00 %");
  EXPECT_EQ(cell(1, 0), "100.00 %");
  EXPECT_EQ(cell(0, 0), "");
  const std::vector<int> heat = heat_of(table);
  EXPECT_EQ(heat[13], 4);
  EXPECT_EQ(heat[0], 0);
}

TEST(ParameterTable, AveragesWhatSharesBothParameters) {
  auto table = ParameterTable::open("levels,interval,seed,sharpe", "interval", "levels", "sharpe").value();
  for (const char* line : {"10,100,1,1.5", "10,100,2,2.5", "5,100,1,", "5,20,1,-1"})
    ASSERT_TRUE(table.add(line)) << line;
  const HeatTable map = table.table();
  EXPECT_EQ(map.columns, (std::vector<std::string>{"20", "100"}));
  EXPECT_EQ(map.rows, (std::vector<std::string>{"5", "10"}));
  ASSERT_EQ(map.cells.size(), 4U);
  EXPECT_EQ(map.cells[0].text, "-1");
  EXPECT_EQ(map.cells[1].text, "") << "undefined";
  EXPECT_EQ(map.cells[3].text, "2 (2)");
  ASSERT_TRUE(table.add("10,20,1,1.7e308"));
  ASSERT_TRUE(table.add("20,20,1,-1.7e308"));
  EXPECT_EQ(heat_of(table.table()), (std::vector<int>{0, 0, 4, 0, -4, 0})) << "a difference beyond a double";
  EXPECT_EQ(table.add("1,2,3,x").error().message, "sharpe 'x' is no number");
  // A refused line had left its parameters, and no cells for them.
  EXPECT_EQ(table.table().cells.size(), map.columns.size() * (map.rows.size() + 1));
  EXPECT_FALSE(ParameterTable::open("a,b", "a", "b", "c"));
}

TEST(BenchmarkTable, WantsPricesByTime) {
  auto table = BenchmarkTable::open("time,close,volume").value();
  ASSERT_TRUE(table.add("2024-08-08,100.5,7"));
  EXPECT_THAT(table.add("2024-08-08,100.5,7").error().message, HasSubstr("after that of the line above"));
  EXPECT_THAT(table.add("2024-08-09,0,7").error().message, HasSubstr("close '0' is no decimal number above 0"));
  EXPECT_FALSE(BenchmarkTable::open("time,value"));
  EXPECT_EQ(std::move(table).take("b").prices.values, (std::vector<double>{100.5}));
}

}  // namespace
}  // namespace acts::report
