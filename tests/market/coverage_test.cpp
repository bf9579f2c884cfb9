#include "acts/market/coverage.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "support/rounds.hpp"

namespace acts {
namespace {

PriceInterval interval(std::int64_t low, std::int64_t high) { return {Price{low}, Price{high}}; }

std::vector<PriceInterval> intervals(const CoverageSet& set) {
  return {set.intervals().begin(), set.intervals().end()};
}

TEST(CoverageSet, IncludesBothEnds) {
  CoverageSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_FALSE(set.contains(Price{10}));
  set.add(interval(10, 20));
  EXPECT_TRUE(set.contains(Price{10}) && set.contains(Price{20}));
  EXPECT_FALSE(set.contains(Price{9}) || set.contains(Price{21}));
  set.add(interval(30, 30));
  EXPECT_TRUE(set.contains(Price{30}));
  set.clear();
  EXPECT_TRUE(set.empty());
}

TEST(CoverageSet, JoinsWhatOverlapsAndKeepsTheRestInOrder) {
  CoverageSet set;
  set.add(interval(50, 60));
  set.add(interval(10, 20));
  set.add(interval(30, 40));
  EXPECT_EQ(intervals(set), (std::vector{interval(10, 20), interval(30, 40), interval(50, 60)}));
  set.add(interval(20, 30));
  EXPECT_EQ(intervals(set), (std::vector{interval(10, 40), interval(50, 60)}));
  set.add(interval(35, 36));
  EXPECT_EQ(intervals(set), (std::vector{interval(10, 40), interval(50, 60)}));
  set.add(interval(0, 100));
  EXPECT_EQ(intervals(set), std::vector{interval(0, 100)});
}

TEST(CoverageSet, ReachesWithoutEnd) {
  CoverageSet set;
  set.add({CoverageSet::kNoLowerEnd, Price{20}});
  set.add({Price{15}, CoverageSet::kNoUpperEnd});
  EXPECT_EQ(intervals(set), (std::vector<PriceInterval>{{CoverageSet::kNoLowerEnd, CoverageSet::kNoUpperEnd}}));
  EXPECT_TRUE(set.contains(Price{std::numeric_limits<std::int64_t>::max()}));
}

TEST(CoverageSet, EqualsASetOfPricesWhateverIsAdded) {
  for (std::uint64_t seed = 0; seed < 50 * test::rounds(); ++seed) {
    std::mt19937_64 random(seed);
    CoverageSet set;
    std::vector<bool> naive(302, false);
    for (int i = 0; i < 60; ++i) {
      const auto low = static_cast<std::int64_t>(random() % 280);
      const std::int64_t high = low + static_cast<std::int64_t>(random() % 20);
      set.add(interval(low, high));
      for (std::int64_t price = low; price <= high; ++price) naive[static_cast<std::size_t>(price)] = true;
      for (std::size_t price = 0; price < naive.size(); ++price) {
        ASSERT_EQ(set.contains(Price{static_cast<std::int64_t>(price)}), naive[price]) << "seed " << seed;
      }
      for (std::size_t n = 1; n < set.intervals().size(); ++n) {
        ASSERT_LT(set.intervals()[n - 1].high, set.intervals()[n].low);
      }
    }
  }
}

TEST(CoverageSet, ForgetsTheFarEndBeyondItsBoundButNeverTheIntervalJustAdded) {
  constexpr auto kMost = static_cast<std::int64_t>(CoverageSet::kMaxIntervals);
  CoverageSet up;
  for (std::int64_t i = 0; i <= kMost; ++i) up.add(interval(i * 10, i * 10 + 1));
  EXPECT_EQ(up.intervals().size(), CoverageSet::kMaxIntervals);
  EXPECT_FALSE(up.contains(Price{0}));
  EXPECT_TRUE(up.contains(Price{kMost * 10}));
  CoverageSet down;
  for (std::int64_t i = kMost; i >= 0; --i) down.add(interval(i * 10, i * 10 + 1));
  EXPECT_EQ(down.intervals().size(), CoverageSet::kMaxIntervals);
  EXPECT_TRUE(down.contains(Price{0}));
  EXPECT_FALSE(down.contains(Price{kMost * 10}));
}

TEST(CoverageSet, RescalesItsEndsButNotThoseWithoutEnd) {
  CoverageSet set;
  set.add({CoverageSet::kNoLowerEnd, Price{20}});
  set.add(interval(30, 40));
  ASSERT_TRUE(set.rescale(2));
  EXPECT_EQ(intervals(set),
            (std::vector<PriceInterval>{{CoverageSet::kNoLowerEnd, Price{2'000}}, interval(3'000, 4'000)}));
  ASSERT_TRUE(set.rescale(0));
  EXPECT_EQ(set.intervals()[1], interval(3'000, 4'000));
}

TEST(CoverageSet, StaysAsItIsWhenAnEndDoesNotFit) {
  CoverageSet set;
  set.add(interval(1, 2));
  set.add(interval(10, std::numeric_limits<std::int64_t>::max() / 10));
  const std::vector<PriceInterval> before = intervals(set);
  EXPECT_FALSE(set.rescale(2));
  EXPECT_EQ(intervals(set), before);
}

TEST(CoverageSetDeathTest, RefusesAnIntervalThatEndsBeforeItBegins) {
  CoverageSet set;
  EXPECT_DEATH(set.add(interval(2, 1)), "low");
}

}  // namespace
}  // namespace acts
