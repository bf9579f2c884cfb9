#include "report/sheet/year_bars.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "report/run/run_builder.hpp"
#include "report/sheet/sheet.hpp"

namespace acts::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

HeatTable months_of(const std::vector<std::pair<std::string, double>>& closes) {
  Closes all;
  for (const auto& [time, value] : closes) {
    all.times.push_back(parse_iso8601(time).value());
    all.values.push_back(value);
  }
  return month_table(all);
}

TEST(YearBars, AreTheCompoundedReturnsBesideTheLargest) {
  const HeatTable months = months_of({{"2020-12-30", 128},
                                      {"2021-01-01", 64},          // ends 2020: -50 %
                                      {"2021-06-01", 48},          // -25 %
                                      {"2022-01-01", 80},          // of 2021 +25 % in all
                                      {"2022-01-01T12:00", 70}});  // -12.5 %
  const std::vector<YearBar> bars = year_bars(months);
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_EQ(bars[0].year, "2020");
  EXPECT_EQ(bars[0].text, "-50.00 %");
  EXPECT_DOUBLE_EQ(bars[0].share, -1);
  EXPECT_EQ(bars[1].year, "2021");
  EXPECT_EQ(bars[1].text, "25.00 %");
  EXPECT_DOUBLE_EQ(bars[1].share, 0.5);
  EXPECT_EQ(bars[2].year, "2022");
  EXPECT_EQ(bars[2].text, "-12.50 %");
  EXPECT_DOUBLE_EQ(bars[2].share, -0.25);
  // A loss reaches to the left of the middle.
  const std::string body = years_body(months);
  EXPECT_THAT(body, HasSubstr(R"(viewBox="0 0 600 66")"));
  EXPECT_THAT(body, HasSubstr(R"(<rect class="loss" x="120.0" y="3.0" width="200.0" height="16.0"/>)"));
  EXPECT_THAT(body, HasSubstr(R"(<rect class="gain" x="320.0" y="25.0" width="100.0" height="16.0"/>)"));
  EXPECT_THAT(body, HasSubstr(R"(<rect class="loss" x="270.0" y="47.0" width="50.0" height="16.0"/>)"));
  EXPECT_THAT(body, HasSubstr(R"(text-anchor="end">-12.50 %</text>)"));
}

TEST(YearBars, OfOneYearAreOne) {
  const std::vector<YearBar> bars = year_bars(months_of({{"2021-03-01", 100}, {"2021-03-02", 101}}));
  ASSERT_EQ(bars.size(), 1U);
  EXPECT_EQ(bars[0].text, "1.00 %");
  EXPECT_DOUBLE_EQ(bars[0].share, 1);
}

TEST(YearBars, HaveNoLengthWhereNothingChanged) {
  const std::vector<YearBar> bars = year_bars(months_of({{"2021-03-01", 100}, {"2021-03-02", 100}}));
  ASSERT_EQ(bars.size(), 1U);
  EXPECT_EQ(bars[0].text, "0.00 %");
  EXPECT_EQ(bars[0].share, 0);
}

TEST(YearBars, OfNoReturnAreNone) {
  EXPECT_TRUE(year_bars(months_of({})).empty());
  EXPECT_TRUE(year_bars(months_of({{"2021-03-01", 100}})).empty()) << "one value is no return";
  EXPECT_EQ(years_body(months_of({{"2021-03-01", 100}})), "");
}

TEST(YearBars, KeepTheRowOfAYearWithoutAClose) {
  const std::vector<YearBar> bars =
      year_bars(months_of({{"2020-12-30", 100}, {"2020-12-31", 110}, {"2022-01-02", 99}}));
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_EQ(bars[1].year, "2021");
  EXPECT_EQ(bars[1].text, "");
  EXPECT_EQ(bars[1].share, 0);
  EXPECT_EQ(bars[2].text, "-10.00 %");
}

RunReport run_of(const std::vector<std::pair<std::string, std::int64_t>>& samples) {
  RunBuilder builder("x", {}, {});
  for (const auto& [time, equity] : samples) {
    const Decimal money{equity, 0};
    EXPECT_TRUE(
        builder.add(EquityRow{.time = parse_iso8601(time).value(), .instrument = "A", .cash = money, .equity = money})
            .has_value());
  }
  return builder.finish().value();
}

std::string page_of_run(const std::vector<std::pair<std::string, std::int64_t>>& samples) {
  Sheet sheet;
  sheet.runs.push_back(run_of(samples));
  return to_page(sheet);
}

// Its days have a close each, the last sample's before.
TEST(YearBars, OfAYearWithoutSamplesIsZero) {
  const std::vector<std::pair<std::string, std::int64_t>> samples{
      {"2020-12-01", 100}, {"2020-12-31", 110}, {"2022-02-01", 99}};
  const std::vector<YearBar> bars = year_bars(month_table(run_of(samples).closes));
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_EQ(bars[0].text, "10.00 %");
  EXPECT_EQ(bars[1].text, "0.00 %");
  EXPECT_NEAR(bars[1].share, 0, 1e-12);
  EXPECT_EQ(bars[2].text, "-10.00 %");
  EXPECT_THAT(page_of_run(samples), HasSubstr("Returns by year, UTC"));
}

TEST(YearBars, AreNotOfARunWithoutReturnsByDay) {
  EXPECT_THAT(page_of_run({{"2021-03-01", 100}}), Not(HasSubstr("Returns by year")));
  EXPECT_THAT(page_of_run({{"2021-03-01", 100}, {"2021-03-01T12:00", 110}}), Not(HasSubstr("Returns by year")));
  EXPECT_THAT(page_of_run({{"2021-03-01", 0}, {"2021-03-09", 110}}), Not(HasSubstr("Returns by year")));
}

}  // namespace
}  // namespace acts::report
