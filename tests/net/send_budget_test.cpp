#include "net/send_budget.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace acts {
namespace {

using namespace std::chrono_literals;

TEST(SendBudget, LetsABurstThroughAndThenWaitsForTheWindow) {
  SendBudget budget(5, 1s);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(budget.wait(10s + i * 1ms), 0s);
    budget.spend(10s + i * 1ms);
  }
  EXPECT_EQ(budget.wait(10s + 4ms), 996ms);
  EXPECT_EQ(budget.wait(11s), 0s);
  budget.spend(11s);
  EXPECT_EQ(budget.wait(11s), 1ms);
}

TEST(SendBudget, CountsWhatCouldNotWait) {
  SendBudget budget(2, 1s);
  for (int i = 0; i < 3; ++i) budget.spend(1s);
  budget.spend(1500ms);
  EXPECT_EQ(budget.wait(1600ms), 400ms);
}

TEST(SendBudget, NeverAllowsMoreThanItsMessagesInAnyWindow) {
  std::mt19937_64 random(5);
  SendBudget budget(5, 1s);
  std::deque<Nanos> sent;
  Nanos now = 100s;
  for (int i = 0; i < 5000; ++i) {
    now += Nanos{static_cast<std::int64_t>(random() % 300'000'000)} + budget.wait(now);
    if (budget.wait(now) > 0s) continue;
    budget.spend(now);
    sent.push_back(now);
    while (sent.front() <= now - 1s) sent.pop_front();
    ASSERT_LE(sent.size(), 5U);
  }
}

TEST(SendBudget, HasNoLimitWithZeroMessages) {
  SendBudget budget(0, 1s);
  for (int i = 0; i < 100; ++i) {
    budget.spend(1s);
    EXPECT_EQ(budget.wait(1s), 0s);
  }
}

}  // namespace
}  // namespace acts
