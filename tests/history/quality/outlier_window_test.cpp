#include "history/quality/outlier_window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace acts::history {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Bar {
  int low;
  int high;
  int close;
};

// Indices of outliers.
std::vector<std::int64_t> outliers(const std::vector<Bar>& bars) {
  OutlierWindow window;
  std::vector<std::int64_t> found;
  const auto note = [&found](const std::optional<OutlierWindow::Outlier>& outlier) {
    if (outlier) found.push_back(outlier->time);
  };
  std::int64_t time = 0;
  for (const Bar& bar : bars) note(window.add({{bar.low, 0}, {bar.high, 0}, {bar.close, 0}, time++}));
  while (const auto outlier = window.finish()) note(outlier);
  return found;
}

std::vector<Bar> trades(const std::vector<int>& prices) {
  std::vector<Bar> bars;
  for (const int price : prices) bars.push_back({price, price, price});
  return bars;
}

// The rule as its authors wrote it, each price by itself.
std::vector<std::int64_t> by_definition(const std::vector<Bar>& bars) {
  std::vector<std::int64_t> found;
  const auto size = static_cast<int>(bars.size());
  for (int i = 0; i < size; ++i) {
    std::vector<double> near;
    for (int j = std::max(0, i - 25); j <= std::min(size - 1, i + 25); ++j) {
      if (j != i) near.push_back(bars[static_cast<std::size_t>(j)].close);
    }
    if (near.size() < OutlierWindow::kLeastNeighbours) continue;
    std::ranges::sort(near);
    const std::size_t half = near.size() / 2;
    const double median = near.size() % 2 == 1 ? near[half] : (near[half - 1] + near[half]) / 2;
    double deviation = 0;
    for (const double price : near) deviation += std::abs(price - median);
    deviation /= static_cast<double>(near.size());
    const Bar& bar = bars[static_cast<std::size_t>(i)];
    const double apart = std::max(bar.high - median, median - bar.low);
    if (apart > 10 * deviation && apart > 0.01 * median) found.push_back(i);
  }
  return found;
}

TEST(OutlierWindow, TellsASpike) {
  std::vector<int> prices(100, 10'000);
  for (std::size_t i = 0; i < prices.size(); ++i) prices[i] += static_cast<int>(i % 5);
  prices[30] = 11'000;
  prices[99] = 9'000;
  EXPECT_THAT(outliers(trades(prices)), ElementsAre(30, 99));
}

TEST(OutlierWindow, TellsNoMoveThatLasts) {
  std::vector<int> prices(50, 10'000);
  prices.resize(100, 15'000);
  EXPECT_THAT(outliers(trades(prices)), IsEmpty());
}

// All neighbours alike: the deviation is 0, and one tick would be infinitely many of them.
TEST(OutlierWindow, TellsNoTickInAFlatStretch) {
  std::vector<int> prices(100, 10'000);
  prices[50] = 10'100;
  EXPECT_THAT(outliers(trades(prices)), IsEmpty());
  prices[50] = 10'101;
  EXPECT_THAT(outliers(trades(prices)), ElementsAre(50));
}

TEST(OutlierWindow, TellsAWickByTheClosesAround) {
  std::vector<Bar> bars(100, Bar{9'990, 10'010, 10'000});
  bars[20].low = 5'000;
  bars[60].high = 20'000;
  EXPECT_THAT(outliers(bars), ElementsAre(20, 60));
}

TEST(OutlierWindow, JudgesByAFewNeighboursAndNotByFewer) {
  for (const int size : {20, 21, 30}) {
    std::vector<int> prices(static_cast<std::size_t>(size), 10'000);
    prices[3] = 20'000;
    EXPECT_EQ(outliers(trades(prices)).size(), size > 20 ? 1U : 0U) << size;
  }
}

TEST(OutlierWindow, DoesAsTheRuleIsDefined) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same numbers every time
  std::size_t found = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Bar> bars;
    int price = 10'000;
    const int size = static_cast<int>(random() % 300);
    for (int i = 0; i < size; ++i) {
      price = std::max(1'000, price + static_cast<int>(random() % 41) - 20);
      const int spike = random() % 20 == 0 ? static_cast<int>(random() % 4'000) : 0;
      bars.push_back({price - static_cast<int>(random() % 30), price + spike, price + (random() % 2 == 0 ? spike : 0)});
    }
    const auto expected = by_definition(bars);
    EXPECT_EQ(outliers(bars), expected) << round;
    found += expected.size();
  }
  EXPECT_GT(found, 50U);
}

}  // namespace
}  // namespace acts::history
