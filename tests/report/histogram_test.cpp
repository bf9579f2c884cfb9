#include "report/statistics/histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "report/run/run_builder.hpp"
#include "report/sheet/run_panels.hpp"

namespace acts::report {
namespace {

using ::testing::ElementsAre;

using Values = std::vector<double>;

TEST(Histogram, PutsEachValueIntoTheBinThatHasItsLowerEnd) {
  const auto found = histogram_of(Values{0, 0.99, 1, 1, 2.5, 3, 4}, 4);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->low, 0);
  EXPECT_EQ(found->width, 1);
  EXPECT_THAT(found->counts, ElementsAre(2, 2, 1, 2)) << "the last has both of its ends";
  EXPECT_EQ(found->middle(0), 0.5);
  EXPECT_EQ(found->middle(3), 3.5);
}

TEST(Histogram, BeginsBelowZeroWhereValuesDo) {
  const auto found = histogram_of(Values{2, -2, -1, -2}, 2);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->low, -2);
  EXPECT_THAT(found->counts, ElementsAre(3, 1));
}

TEST(Histogram, IsOfNothingWithoutASpread) {
  EXPECT_FALSE(histogram_of(Values{}, 40).has_value());
  EXPECT_FALSE(histogram_of(Values{0.01}, 40).has_value());
  EXPECT_FALSE(histogram_of(Values{0.01, 0.01, 0.01}, 40).has_value());
}

// A width of 0 or beyond a double would have been divided by.
TEST(Histogram, IsOfNothingWhereTheWidthIsNoDouble) {
  EXPECT_FALSE(histogram_of(Values{0, std::numeric_limits<double>::denorm_min()}, 40).has_value());
  EXPECT_FALSE(histogram_of(Values{-1.7e308, 1.7e308}, 40).has_value());
}

TEST(Histogram, HoldsEveryValueOnce) {
  Values values;
  for (int i = 0; i < 1000; ++i) values.push_back(0.001 * i * (i % 3 == 0 ? -1 : 1));
  const auto found = histogram_of(values, 40);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(std::accumulate(found->counts.begin(), found->counts.end(), std::uint64_t{0}), values.size());
}

// Equities at 00:00 of days one after the other.
std::vector<Panel> histograms_of(const std::vector<std::int64_t>& equities) {
  RunBuilder builder("x", {}, {});
  UnixNanos time = parse_iso8601("2021-03-01").value();
  for (const std::int64_t equity : equities) {
    const Decimal money{equity, 0};
    EXPECT_TRUE(builder.add(EquityRow{.time = time, .instrument = "A", .cash = money, .equity = money}).has_value());
    time = time + Nanos{std::chrono::hours{24}};
  }
  std::vector<Panel> found;
  for (Panel& panel : run_panels(builder.finish().value())) {
    if (panel.title.starts_with("Returns by ")) found.push_back(std::move(panel));
  }
  return found;
}

// Returns -50 %, 0, 50 %, 25 %, -50 %.
TEST(RunPanels, ShowTheHistogramOfReturnsByPeriod) {
  const std::vector<Panel> panels = histograms_of({64, 32, 32, 48, 60, 30});
  ASSERT_EQ(panels.size(), 1U);
  EXPECT_EQ(panels[0].title, "Returns by day");
  ASSERT_EQ(panels[0].x.size(), 40U);
  EXPECT_DOUBLE_EQ(panels[0].x.front(), -48.75) << "in the middle of a bin of 2.5 %";
  EXPECT_DOUBLE_EQ(panels[0].x.back(), 48.75);
  Values wanted(40, 0);
  wanted[0] = 2;
  wanted[20] = 1;
  wanted[30] = 1;
  wanted[39] = 1;
  EXPECT_EQ(panels[0].series.at(0).y, wanted);
}

TEST(RunPanels, HaveNoHistogramWhereThereIsNone) {
  EXPECT_TRUE(histograms_of({64}).empty());
  EXPECT_TRUE(histograms_of({64, 64, 64, 64, 64}).empty()) << "all returns are 0";
  EXPECT_TRUE(histograms_of({0, 64, 32, 64, 32}).empty()) << "returns are undefined";
}

}  // namespace
}  // namespace acts::report
