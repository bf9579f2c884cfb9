#include "collector/log_throttle.hpp"

#include <gtest/gtest.h>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kNow{1'000'000'000'000};

struct LogThrottleTest : testing::Test {
  ActionQueue out;
  LogThrottle log{out};

  Log take() {
    EXPECT_FALSE(out.empty());
    if (out.empty()) return {};
    Log entry = std::get<Log>(out.front());
    out.pop_front();
    return entry;
  }
};

TEST_F(LogThrottleTest, SaysTheFirstAtOnceAndTheRestOnceAMinute) {
  log.log(LogLevel::kWarning, "gap", "BTCUSDT", "one", kNow);
  log.log(LogLevel::kWarning, "gap", "BTCUSDT", "two", kNow + 1s);
  log.log(LogLevel::kWarning, "gap", "BTCUSDT", "three", kNow + 2s);
  EXPECT_EQ(take(), (Log{LogLevel::kWarning, "gap", "BTCUSDT", "one", 0}));
  EXPECT_TRUE(out.empty());
  log.flush(kNow + 59s);
  EXPECT_TRUE(out.empty());
  log.flush(kNow + 60s);
  EXPECT_EQ(take(), (Log{LogLevel::kWarning, "gap", "BTCUSDT", "three", 1}));
  log.flush(kNow + 130s);
  EXPECT_TRUE(out.empty());
  log.log(LogLevel::kWarning, "gap", "BTCUSDT", "four", kNow + 131s);
  EXPECT_EQ(take().text, "four");
}

TEST_F(LogThrottleTest, TellsSymbolsAndKeysApart) {
  log.log(LogLevel::kWarning, "gap", "BTCUSDT", "a", kNow);
  log.log(LogLevel::kWarning, "gap", "ETHUSDT", "b", kNow);
  log.log(LogLevel::kWarning, "stall", "BTCUSDT", "c", kNow);
  EXPECT_EQ(out.size(), 3U);
}

TEST_F(LogThrottleTest, CountsWhatWasHeldBackWhenItComesAgainLate) {
  log.log(LogLevel::kError, "k", "", "a", kNow);
  log.log(LogLevel::kError, "k", "", "b", kNow + 1s);
  log.log(LogLevel::kError, "k", "", "c", kNow + 61s);
  EXPECT_EQ(take().repeats, 0U);
  EXPECT_EQ(take(), (Log{LogLevel::kError, "k", "", "c", 1}));
}

TEST_F(LogThrottleTest, SaysEverythingHeldBackAtTheEnd) {
  log.log(LogLevel::kError, "k", "", "a", kNow);
  log.log(LogLevel::kError, "k", "", "b", kNow + 1s);
  out.clear();
  log.flush_all();
  EXPECT_EQ(take().text, "b");
  log.flush_all();
  EXPECT_TRUE(out.empty());
}

TEST_F(LogThrottleTest, IsBounded) {
  for (std::size_t i = 0; i < 2 * LogThrottle::kMaxKeys; ++i) {
    log.log(LogLevel::kError, "k", std::to_string(i), "text", kNow);
  }
  EXPECT_EQ(out.size(), LogThrottle::kMaxKeys + 1);
}

TEST_F(LogThrottleTest, NeverHoldsBackWhatCannotRepeatQuickly) {
  log.log_always(LogLevel::kInfo, "k", "S", "a");
  log.log_always(LogLevel::kInfo, "k", "S", "a");
  EXPECT_EQ(out.size(), 2U);
}

// Whatever was refused of any symbol shared one line a minute.
TEST(LogThrottle, TellsKindsApart) {
  ActionQueue out;
  LogThrottle log(out);
  constexpr UnixNanos kStart{1'000'000'000'000};
  log.log(LogLevel::kWarning, "refused", "BTCUSDT", "price is missing at 7", kStart, "price is missing");
  log.log(LogLevel::kWarning, "refused", "BTCUSDT", "price is missing at 9", kStart, "price is missing");
  log.log(LogLevel::kWarning, "refused", "BTCUSDT", "not JSON", kStart, "not JSON");
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(std::get<Log>(out[1]).text, "not JSON");
  EXPECT_EQ(std::get<Log>(out[1]).key, "refused");
}

}  // namespace
}  // namespace acts::collector
