#include "report/sheet/scenario_part.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

#include "report/run_files.hpp"
#include "report/sheet/sheet.hpp"

namespace acts::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The run `days` with two scenarios of these profits.
RunReport with_profits(std::string_view own, std::string_view first, std::string_view second) {
  RunReport run = read_run("days", Decimal{});
  for (const auto& [name, profit] : {std::pair("first in the queue", first), std::pair("traded <through>", second)}) {
    RunReport scenario = read_run("days", Decimal{});
    scenario.name = name;
    scenario.ledger.total = parse_decimal(profit).value();
    run.scenarios.push_back(std::move(scenario));
  }
  run.ledger.total = parse_decimal(own).value();
  return run;
}

std::string text_of(const RunReport& run, std::string_view key) {
  const FigureGroup group = scenario_figures(run);
  const auto figure = std::ranges::find(group.figures, key, &Figure::key);
  return figure == group.figures.end() ? "no such figure" : figure->text;
}

TEST(ScenarioPart, TellsTheBandAndWhatOfTheProfitIsInIt) {
  const RunReport run = with_profits("200", "250.5", "-49.5");
  EXPECT_EQ(text_of(run, "profit_run"), "200");
  EXPECT_EQ(text_of(run, "profit_scenario_1"), "250.5");
  EXPECT_EQ(text_of(run, "profit_scenario_2"), "-49.5");
  EXPECT_EQ(text_of(run, "profit_band"), "300");
  EXPECT_THAT(text_of(run, "profit_on_queue"), HasSubstr("150"));
  EXPECT_THAT(scenario_figures(run).note, HasSubstr("no order among them is claimed"));
}

TEST(ScenarioPart, ClaimsNoOrderAmongTheThree) {
  EXPECT_EQ(text_of(with_profits("300", "100", "200"), "profit_band"), "200") << "the run's own may be the highest";
  EXPECT_EQ(text_of(with_profits("-50", "100", "200"), "profit_band"), "250") << "or the lowest";
  EXPECT_EQ(text_of(with_profits("0", "100", "200"), "profit_on_queue"), "undefined") << "of nothing there is no share";
}

TEST(ScenarioPart, StandsInThePageAndInWhatProgramsRead) {
  Sheet sheet;
  sheet.runs.push_back(with_profits("200", "250.5", "-49.5"));
  const std::string page = to_page(sheet);
  EXPECT_THAT(page, HasSubstr("What rests on the queue"));
  EXPECT_THAT(page, HasSubstr("by where orders stand in their queues"));
  EXPECT_THAT(page, Not(HasSubstr("traded <through>"))) << "names are text";
  const nlohmann::json json = nlohmann::json::parse(to_json(sheet));
  EXPECT_EQ(json["runs"][0]["figures"]["queues"]["profit_band"]["value"], "300");
  EXPECT_EQ(json["runs"][0]["figures"]["queues"]["profit_on_queue"]["value"], 1.5);
  EXPECT_THAT(to_csv(sheet), HasSubstr(",queues,profit_band,300,"));
  sheet.runs[0].scenarios.clear();
  EXPECT_THAT(to_page(sheet), Not(HasSubstr("What rests on the queue")));
}

}  // namespace
}  // namespace acts::report
