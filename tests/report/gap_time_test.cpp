// What was made in gaps of the data, and returns without it.
#include "report/statistics/gap_time.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "report/run/run_builder.hpp"
#include "report/sheet/sheet.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr UnixNanos at_second(std::int64_t second) { return UnixNanos{second * 1'000'000'000}; }

TEST(GapTime, IsTouchedByWhatHoldsAMomentOfIt) {
  const GapTime gaps({{at_second(50), at_second(60)}, {at_second(10), at_second(20)}, {at_second(15), at_second(30)}});
  EXPECT_FALSE(gaps.touches(at_second(0), at_second(9)));
  EXPECT_TRUE(gaps.touches(at_second(0), at_second(10))) << "it begins then";
  EXPECT_TRUE(gaps.touches(at_second(29), at_second(40)));
  EXPECT_FALSE(gaps.touches(at_second(30), at_second(40))) << "it is over then";
  EXPECT_TRUE(gaps.touches(at_second(12), at_second(13)));
  EXPECT_TRUE(gaps.touches(at_second(40), at_second(70)));
  EXPECT_FALSE(gaps.touches(at_second(60), at_second(70)));
  EXPECT_FALSE(GapTime({}).touches(at_second(0), at_second(70)));
  EXPECT_FALSE(GapTime({{at_second(5), at_second(5)}}).touches(at_second(0), at_second(70))) << "without length";
}

TEST(GapTime, CoversWhatLiesWhollyInOne) {
  const GapTime gaps({{at_second(10), at_second(20)}, {at_second(20), at_second(30)}});
  EXPECT_TRUE(gaps.covers(at_second(10), at_second(30)));
  EXPECT_FALSE(gaps.covers(at_second(9), at_second(12)));
  EXPECT_FALSE(gaps.covers(at_second(29), at_second(31)));
}

TEST(ReturnsOutsideGaps, LeaveOutWhatWasMadeThereAndPeriodsWhollyInThem) {
  const Closes equity{.times = {at_second(0), at_second(1), at_second(2), at_second(3)}, .values = {100, 110, 99, 120}};
  const std::vector<double> none(4);
  EXPECT_EQ(returns_outside_gaps(equity, none, GapTime({})), returns_of(equity.values)) << "without gaps all of them";
  const std::vector<double> found =
      returns_outside_gaps(equity, std::vector<double>{0, 4, -7, -2}, GapTime({{at_second(1), at_second(2)}}));
  EXPECT_THAT(found, ElementsAre(DoubleNear(6.0 / 100, 1e-15), DoubleNear(16.0 / 99, 1e-15)));
  const Closes nothing{.times = {at_second(0), at_second(1)}, .values = {0, 1}};
  EXPECT_TRUE(returns_outside_gaps(nothing, std::vector<double>{0, 0}, GapTime({})).empty());
  EXPECT_NEAR(*compounded(std::vector<double>{0.1, -0.1}), -0.01, 1e-15);
  EXPECT_FALSE(compounded({}).has_value());
}

RunReport run_of(const std::string& gaps) {
  RunBuilder builder("gaps", parse_run_object(fmt::format(R"({{"gap_minutes":1,"gaps":{}}})", gaps)).value(), {});
  const auto add = [&builder](std::int64_t second, const char* name, std::int64_t cents) {
    const Decimal equity{cents, 2};
    EXPECT_TRUE(
        builder.add(EquityRow{.time = at_second(second), .instrument = name, .cash = equity, .equity = equity}));
  };
  // X has no sample at 4: its money of 3 to 5 is that of one interval.
  const std::vector<std::int64_t> x{10000, 10010, 10500, 10400, 0, 10450, 10460};
  const std::vector<std::int64_t> y{5000, 5001, 5003, 5002, 5005, 5001, 5008};
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != 0) add(static_cast<std::int64_t>(i), "X", x[i]);
    add(static_cast<std::int64_t>(i), "Y", y[i]);
  }
  return builder.finish().value();
}

nlohmann::json figures_in(const RunReport& run) {
  Sheet sheet;
  sheet.runs.push_back(run);
  return nlohmann::json::parse(to_json(sheet))["runs"][0]["figures"];
}

// By seconds: 2 is in a gap of both, so it is left out; 4 to 5 in one of X.
TEST(RunBuilder, TellsWhatWasMadeInGapsOfEachInstrument) {
  const RunReport run = run_of(R"([{"from":"1970-01-01T00:00:01.5Z","to":"1970-01-01T00:00:02Z"},)"
                               R"({"from":"1970-01-01T00:00:04.5Z","instrument":"X","to":"1970-01-01T00:00:04.75Z"}])");
  ASSERT_TRUE(run.in_gaps.has_value());
  EXPECT_EQ(to_string(*run.in_gaps->profit), "5.42") << "4.90 + 0.02 from 1 to 2, and 0.50 of X from 3 to 5";
  const auto figures = figures_in(run);
  EXPECT_EQ(figures["result"]["profit_in_gaps"]["value"], "5.42");
  EXPECT_EQ(figures["returns"]["periods_outside_gaps"]["value"], 5);
  const std::vector<double> outside{0.11 / 150, -1.01 / 155.03, 0.03 / 154.02, -0.04 / 154.05, 0.17 / 154.51};
  EXPECT_NEAR(figures["returns"]["sharpe_outside_gaps"]["value"].get<double>(), *sharpe(outside, 1), 1e-9);
  EXPECT_NEAR(figures["returns"]["total_return_outside_gaps"]["value"].get<double>(), *compounded(outside), 1e-12);
  EXPECT_GT(figures["returns"]["sharpe"]["value"].get<double>(), 0);
  EXPECT_LT(figures["returns"]["sharpe_outside_gaps"]["value"].get<double>(), 0) << "all of the profit is from gaps";
  EXPECT_THAT(figures["result"]["profit_in_gaps"]["convention"].get<std::string>(), HasSubstr("touch a gap"));

  Sheet sheet;
  sheet.runs.push_back(run);
  const std::string page = to_page(sheet);
  EXPECT_THAT(page, HasSubstr("5.42 of the profit in gaps of the data (between samples that touch one), 2 gaps"));
  EXPECT_THAT(page, HasSubstr("Sharpe ratio outside gaps"));
}

TEST(RunBuilder, HasTheSameReturnsOutsideGapsWhereThereAreNone) {
  const RunReport run = run_of("[]");
  const auto figures = figures_in(run);
  EXPECT_EQ(figures["result"]["profit_in_gaps"]["value"], "0");
  EXPECT_EQ(figures["returns"]["periods_outside_gaps"]["value"], figures["returns"]["periods"]["value"]);
  EXPECT_EQ(figures["returns"]["sharpe_outside_gaps"]["value"].get<double>(),
            figures["returns"]["sharpe"]["value"].get<double>());
  Sheet sheet;
  sheet.runs.push_back(run);
  EXPECT_THAT(to_page(sheet), Not(HasSubstr("of the profit in gaps")));
}

// Samples every third second: a second without one has a return of 0, and is left out only within a hidden interval.
TEST(RunBuilder, HidesWhatLiesBetweenSamplesThatTouchAGap) {
  RunBuilder builder(
      "gaps", parse_run_object(R"({"gaps":[{"from":"1970-01-01T00:00:04Z","to":"1970-01-01T00:00:05Z"}]})").value(),
      {});
  for (std::int64_t second = 0; second <= 12; second += 3) {
    const Decimal equity{100 + second * second, 0};
    ASSERT_TRUE(builder.add(EquityRow{.time = at_second(second), .instrument = "X", .cash = equity, .equity = equity}));
  }
  const RunReport run = builder.finish().value();
  EXPECT_EQ(to_string(*run.in_gaps->profit), "27");
  const auto returns = figures_in(run)["returns"];
  EXPECT_EQ(returns["periods"]["value"], 12);
  EXPECT_EQ(returns["periods_outside_gaps"]["value"], 9);
  EXPECT_NEAR(returns["total_return_outside_gaps"]["value"].get<double>(), 1.09 * 181 / 136 * 244 / 181 - 1, 1e-12);
}

TEST(RunBuilder, TellsNothingOfGapsThatAreNotAllThere) {
  std::string many;
  for (std::size_t i = 0; i <= RunFacts::kMostFacts; ++i) {
    many += fmt::format(R"({}{{"from":"1970-01-01T00:00:01Z","to":"1970-01-01T00:00:02Z"}})", i == 0 ? "[" : ",");
  }
  for (const std::string& gaps : {std::string("null"), many + "]"}) {
    const auto figures = figures_in(run_of(gaps));
    EXPECT_TRUE(figures["result"]["profit_in_gaps"]["value"].is_null());
    for (const char* const key : {"periods_outside_gaps", "total_return_outside_gaps", "sharpe_outside_gaps"}) {
      EXPECT_TRUE(figures["returns"][key]["value"].is_null()) << key;
    }
  }
}

}  // namespace
}  // namespace acts::report
