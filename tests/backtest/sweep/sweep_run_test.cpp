#include "backtest/sweep/sweep_run.hpp"

#include <gtest/gtest.h>

namespace acts::backtest {
namespace {

// What is lost when a sweep is killed is a pass.
TEST(SweepRun, HasFewerSetsAPassTheLongerTheDataIs) {
  SweepRequest books{.threads = 2};
  EXPECT_EQ(sets_of_pass(books, 0), 32U) << "until the data is known";
  EXPECT_EQ(sets_of_pass(books, 100'000), 256U) << "a recording of minutes";
  EXPECT_EQ(sets_of_pass(books, 20'000'000), 100U) << "a day";
  EXPECT_EQ(sets_of_pass(books, 5'000'000'000), 32U) << "a year: reading is still shared";
  books.threads = 64;
  EXPECT_EQ(sets_of_pass(books, 5'000'000'000), 256U);
  SweepRequest bars{.threads = 2};
  bars.settings.is_bars = true;
  EXPECT_EQ(sets_of_pass(bars, 0), 512U);
  EXPECT_EQ(sets_of_pass(bars, 10'000), 4096U);
  EXPECT_EQ(sets_of_pass(bars, 525'600), 3805U) << "a year of minutes";
  EXPECT_EQ(sets_of_pass(bars, 31'536'000), 512U) << "a year of seconds";
  bars.sets_a_pass = 3;
  EXPECT_EQ(sets_of_pass(bars, 10), 3U);
  books.isolate = IsolateOptions{};
  EXPECT_EQ(sets_of_pass(books, 10), 32U) << "each has a process";
}

}  // namespace
}  // namespace acts::backtest
