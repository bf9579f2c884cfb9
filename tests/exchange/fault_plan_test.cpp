#include "exchange/fault_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/testdata.hpp"

namespace acts::exchange {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

FaultRule rule_of(const std::string& rule) {
  const Result<FaultPlan> plan = parse_fault_plan(R"({"seed": 7, "faults": [)" + rule + "]}", "plan.json");
  EXPECT_TRUE(plan.has_value()) << rule << ": " << plan.error().message;
  if (!plan || plan->rules.size() != 1) return {};
  EXPECT_EQ(plan->seed, 7U);
  return plan->rules.front();
}

std::string error_of(const std::string& json) {
  const Result<FaultPlan> plan = parse_fault_plan(json, "plan.json");
  if (plan) return "";
  EXPECT_EQ(plan.error().code, ErrorCode::kUsage);
  EXPECT_THAT(plan.error().message, Not(HasSubstr("\n")));
  return plan.error().message;
}

std::string error_of_rule(const std::string& rule) {
  return error_of(R"({"faults": [{"kind": "garbage"}, )" + rule + "]}");
}

TEST(FaultPlan, ReadsWhoWhenAndWhat) {
  const FaultRule rule = rule_of(
      R"({"kind": "delay", "symbols": ["BTCUSDT"], "streams": ["depth", "trade"], "connections": [2], "at": "30s",
          "every": "1m", "for": "5s", "times": 3, "count": 10, "probability": 0.25, "by": "250ms"})");
  EXPECT_EQ(rule.kind, FaultKind::kDelay);
  EXPECT_THAT(rule.symbols, ElementsAre("BTCUSDT"));
  EXPECT_THAT(rule.streams, ElementsAre(binance::StreamKind::kDepth, binance::StreamKind::kTrade));
  EXPECT_THAT(rule.connections, ElementsAre(2U));
  EXPECT_EQ(rule.at, 30s);
  EXPECT_EQ(rule.every, 1min);
  EXPECT_EQ(rule.lasts, 5s);
  EXPECT_EQ(rule.times, 3U);
  EXPECT_EQ(rule.count, 10U);
  EXPECT_EQ(rule.probability, 0.25);
  EXPECT_EQ(rule.by, 250ms);
}

TEST(FaultPlan, ReadsEveryKindByItsName) {
  for (const FaultFacts& facts : fault_facts()) {
    std::string rule = R"({"kind": ")" + std::string(facts.name) + '"';
    if (facts.needs.contains("by")) rule += R"(, "by": "2s")";
    if (facts.needs.contains("symbols")) rule += R"(, "symbols": ["BTCUSDT"])";
    if (facts.needs.contains("tick_size")) rule += R"(, "tick_size": "0.001")";
    EXPECT_EQ(rule_of(rule + '}').kind, facts.kind) << rule;
  }
}

TEST(FaultPlan, ReadsWhatSomeKindsHaveOnly) {
  EXPECT_EQ(rule_of(R"({"kind": "close", "code": 1008})").code, 1008);
  EXPECT_EQ(rule_of(R"({"kind": "close", "code": 1006})").code, 0);  // said by a reset
  EXPECT_EQ(rule_of(R"({"kind": "close"})").code, 1001);
  EXPECT_EQ(rule_of(R"({"kind": "refuse_connection", "status": 403})").code, 403);
  EXPECT_EQ(rule_of(R"({"kind": "answer_418", "retry_after": "2m"})").retry_after, 2min);
  EXPECT_GT(rule_of(R"({"kind": "huge_message"})").bytes, 16U * 1024 * 1024);
  EXPECT_EQ(rule_of(R"({"kind": "clock_skew", "by": "-2s"})").by, -2s);
  EXPECT_EQ(*rule_of(R"({"kind": "tick_size", "symbols": ["A"], "tick_size": "0.001"})").tick_size, (Decimal{1, 3}));
}

TEST(FaultPlan, SaysFilePlaceAndNearestNameOfAMistake) {
  EXPECT_EQ(error_of_rule(R"({"kind": "dorp"})"),
            R"(plan.json: faults[1].kind: there is no fault "dorp"; did you mean "drop"?)");
  EXPECT_EQ(error_of_rule(R"({"kind": "drop", "evry": "1s"})"),
            R"(plan.json: faults[1]: drop has no key "evry"; did you mean "every"?)");
  EXPECT_EQ(error_of_rule(R"({"kind": "drop", "streams": ["dept"]})"),
            R"(plan.json: faults[1].streams[0]: "dept" is no kind of stream; did you mean "depth"?)");
  EXPECT_EQ(error_of_rule(R"({"kind": "answer_500", "requests": ["dpth"]})"),
            R"(plan.json: faults[1].requests[0]: "dpth" is not served; did you mean "depth"?)");
  EXPECT_EQ(error_of(R"({"sed": 1, "faults": []})"), R"(plan.json: the plan: unknown key "sed"; did you mean "seed"?)");
  EXPECT_EQ(error_of("{\n  \"seed\": 1,,\n}"), "plan.json:2:13: this is no JSON");
  EXPECT_THAT(error_of(R"({"faults": [], "faults": []})"), HasSubstr(R"(the key "faults" is given twice)"));
}

TEST(FaultPlan, RefusesWhatCannotBe) {
  const std::array kWrong{
      std::pair{R"({"kind": "drop", "at": 30})", "faults[1].at: a duration as text"},
      std::pair{R"({"kind": "drop", "at": "soon"})", "is no duration"},
      std::pair{R"({"kind": "drop", "at": "36501d"})", R"(faults[1].at: "36501d" is too long: )"},
      std::pair{R"({"kind": "drop", "at": "99999999999999999999s"})", R"("99999999999999999999s" is too long: )"},
      std::pair{R"({"kind": "drop", "for": "0s"})", "faults[1].for"},
      std::pair{R"({"kind": "drop", "probability": 1.5})", "faults[1].probability: a number above 0 and up to 1"},
      std::pair{R"({"kind": "drop", "probability": "1"})", "faults[1].probability"},
      std::pair{R"({"kind": "drop", "count": -1})", "faults[1].count: a whole number"},
      std::pair{R"({"kind": "drop", "symbols": []})", "faults[1].symbols: a list of texts"},
      std::pair{R"({"kind": "drop", "symbols": [1]})", "faults[1].symbols[0]: text in quotes"},
      std::pair{R"({"kind": "drop", "connections": [0]})", "faults[1].connections[0]: a whole number from 1"},
      std::pair{R"({"kind": "drop", "every": "1s"})", R"("every" wants "for" or "count")"},
      std::pair{R"({"kind": "drop", "every": "1s", "for": "2s"})", "faults[1].for: longer than"},
      std::pair{R"({"kind": "drop", "times": 2, "count": 1})", R"(faults[1].times: "every" is missing)"},
      std::pair{R"({"kind": "delay"})", R"(faults[1]: delay wants "by")"},
      std::pair{R"({"kind": "freeze"})", R"(faults[1]: freeze wants "symbols")"},
      std::pair{R"({"kind": "close", "for": "1s"})", R"(faults[1]: close has no key "for")"},
      std::pair{R"({"kind": "close", "code": 1005})", "1005 cannot be sent"},
      std::pair{R"({"kind": "close", "code": 1})", "faults[1].code"},
      std::pair{R"({"kind": "refuse_connection", "status": 200})", "faults[1].status: one of 0, 403"},
      std::pair{R"({"kind": "answer_stale", "by": "2h"})", "books are remembered for 1m at most"},
      std::pair{R"({"kind": "answer_late", "by": "2h"})", "held back for 10m at most"},
      std::pair{R"({"kind": "answer_late", "by": "-2s"})", "is no duration"},
      std::pair{R"({"kind": "tick_size", "symbols": ["A"], "tick_size": "-1"})", "faults[1].tick_size"},
      std::pair{R"({"kind": 3})", "faults[1].kind: text in quotes"},
      std::pair{R"({"at": "1s"})", R"("kind" is missing)"},
      std::pair{"3", "faults[1]: an object is wanted"},
  };
  for (const auto& [rule, why] : kWrong) EXPECT_THAT(error_of_rule(rule), HasSubstr(why)) << rule;
  EXPECT_THAT(error_of("[]"), HasSubstr("an object is wanted"));
  EXPECT_THAT(error_of("{}"), HasSubstr(R"("faults" is missing)"));
  EXPECT_THAT(error_of(R"({"seed": -1, "faults": []})"), HasSubstr("seed: a whole number"));
  EXPECT_THAT(error_of(R"({"seed": 1e999, "faults": []})"), HasSubstr("too large"));
  EXPECT_THAT(error_of(std::string(5000, '[')), HasSubstr("plan.json"));
  EXPECT_THAT(error_of("\xff"), HasSubstr("no JSON"));
  EXPECT_THAT(read_fault_plan("/nowhere/plan.json").error().message, HasSubstr("/nowhere/plan.json: cannot be read"));
}

TEST(FaultPlan, KnowsTheSymbolsThatAreServed) {
  const Result<FaultPlan> plan = parse_fault_plan(R"({"faults": [{"kind": "freeze", "symbols": ["BTCUSTD"]}]})", "p");
  constexpr std::array<std::string_view, 2> kListed{"BTCUSDT", "ETHUSDT"};
  EXPECT_THAT(check_plan_symbols(*plan, kListed).error().message,
              HasSubstr("faults[0].symbols: the market has no 'BTCUSTD': did you mean 'BTCUSDT'?"));
  EXPECT_TRUE(check_plan_symbols(FaultPlan{}, kListed).has_value());
}

// The plan that the documentation shows.
TEST(FaultPlan, OfTheDocumentationIsOne) {
  const Result<FaultPlan> plan = read_fault_plan(test::project_file("docs/bad_day.json"));
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_GE(plan->rules.size(), 10U);
}

}  // namespace
}  // namespace acts::exchange
