#include "collector/watchdog.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;
using Verdict = SymbolWatch::Verdict;

constexpr UnixNanos kNow{1'000'000'000'000};
constexpr UpdateId kOurs{100};

struct SymbolWatchTest : testing::Test {
  SymbolWatch watch;
  Timings timings;
  UnixNanos now = kNow;

  // Updates every interval.
  void live(Nanos interval, int count) {
    for (int i = 0; i < count; ++i) watch.on_update(now = now + interval);
  }
  // The first time within `most` at which it says something, in steps of a second.
  std::optional<Nanos> silent_until(Verdict expected, Nanos most, UpdateId ours = kOurs) {
    const UnixNanos since = now;
    while (now - since < most) {
      now = now + 1s;
      const Verdict verdict = watch.check(ours, now, timings);
      if (verdict == Verdict::kNothing) continue;
      EXPECT_EQ(verdict, expected);
      return now - since;
    }
    return std::nullopt;
  }
};

TEST_F(SymbolWatchTest, DoesNotWatchWhatIsNotSubscribed) {
  EXPECT_FALSE(silent_until(Verdict::kProbe, 1h));
  watch.on_open(now);
  watch.on_lost();
  EXPECT_FALSE(silent_until(Verdict::kProbe, 1h));
}

TEST_F(SymbolWatchTest, AsksForAStreamThatNeverBegan) {
  watch.on_open(now);
  EXPECT_FALSE(watch.has_data());
  EXPECT_EQ(silent_until(Verdict::kProbe, 1h), timings.first_data);
}

TEST_F(SymbolWatchTest, IsAsPatientAsTheSymbolIsSlow) {
  watch.on_open(now);
  live(100ms, 200);
  EXPECT_EQ(watch.patience(timings), timings.silence_least);
  live(3s, 400);
  EXPECT_NEAR(static_cast<double>(watch.patience(timings) / 1ms), 60'000.0, 1'000.0);
  live(10min, 100);
  EXPECT_EQ(watch.patience(timings), timings.silence_most);
}

TEST_F(SymbolWatchTest, DoesNotGuessAPaceFromFewUpdates) {
  watch.on_open(now);
  live(100ms, 3);
  EXPECT_EQ(silent_until(Verdict::kProbe, 1h), 60s);
}

TEST_F(SymbolWatchTest, CallsAStreamFrozenOnlyWhenRestHasMovedOn) {
  watch.on_open(now);
  live(100ms, 200);
  EXPECT_TRUE(silent_until(Verdict::kProbe, 1h));
  watch.on_probe(UpdateId{150}, kOurs, now, timings);
  EXPECT_EQ(silent_until(Verdict::kFrozen, 1h), timings.probe_grace);
  // Said once; then it is asked again.
  EXPECT_EQ(silent_until(Verdict::kProbe, 1h), timings.silence_least);
}

TEST_F(SymbolWatchTest, ForgivesAStreamThatOnlyLags) {
  watch.on_open(now);
  live(100ms, 200);
  EXPECT_TRUE(silent_until(Verdict::kProbe, 1h));
  watch.on_probe(UpdateId{150}, kOurs, now, timings);
  watch.on_update(now = now + 2s);
  EXPECT_EQ(watch.check(UpdateId{150}, now = now + 3s, timings), Verdict::kNothing);
  EXPECT_EQ(watch.check(UpdateId{150}, now = now + 3s, timings), Verdict::kNothing);
}

TEST_F(SymbolWatchTest, AsksAQuietSymbolEverMoreRarely) {
  watch.on_open(now);
  live(100ms, 200);
  Nanos last = 0s;
  for (int i = 0; i < 10; ++i) {
    const auto waited = silent_until(Verdict::kProbe, 1h);
    ASSERT_TRUE(waited);
    EXPECT_GE(*waited, last);
    EXPECT_LE(*waited, timings.silence_most);
    last = *waited;
    watch.on_probe(kOurs, kOurs, now, timings);
  }
  EXPECT_EQ(last, timings.silence_most);
  live(100ms, 2);
  EXPECT_EQ(silent_until(Verdict::kProbe, 1h), timings.silence_least);
}

TEST_F(SymbolWatchTest, ComparesTwoAnswersWhereNoIdIsKnown) {
  constexpr UpdateId kNone{-1};
  watch.on_open(now);
  EXPECT_TRUE(silent_until(Verdict::kProbe, 1h, kNone));
  watch.on_probe(UpdateId{150}, kNone, now, timings);
  EXPECT_TRUE(silent_until(Verdict::kProbe, 1h, kNone));
  watch.on_probe(UpdateId{151}, kNone, now, timings);
  EXPECT_EQ(silent_until(Verdict::kFrozen, 1h, kNone), timings.probe_grace);
}

TEST_F(SymbolWatchTest, AsksAgainAfterAFailedRequest) {
  watch.on_open(now);
  EXPECT_TRUE(silent_until(Verdict::kProbe, 1h));
  watch.on_probe_failed(now, timings);
  EXPECT_EQ(silent_until(Verdict::kProbe, 1h), timings.first_data);
}

TEST_F(SymbolWatchTest, IgnoresAnAnswerItNoLongerWaitsFor) {
  watch.on_open(now);
  EXPECT_TRUE(silent_until(Verdict::kProbe, 1h));
  watch.on_open(now);
  watch.on_probe(UpdateId{150}, kOurs, now, timings);
  watch.on_probe_failed(now, timings);
  EXPECT_EQ(silent_until(Verdict::kProbe, 1h), timings.first_data);
}

TEST_F(SymbolWatchTest, DoesNotCountOurOwnSleep) {
  watch.on_open(now);
  live(100ms, 200);
  watch.grant(1h);
  EXPECT_EQ(watch.check(kOurs, now + 1h + 9s, timings), Verdict::kNothing);
  EXPECT_EQ(watch.check(kOurs, now + 1h + 10s, timings), Verdict::kProbe);
}

}  // namespace
}  // namespace acts::collector
