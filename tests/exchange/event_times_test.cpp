#include "exchange/event_times.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "exchange/market_clock.hpp"

namespace acts::exchange {
namespace {

std::string moved(std::string_view payload) {
  MarketMessage message = make_combined("s", payload);
  move_event_times(message, [](std::int64_t millis) { return millis + 1000; });
  return std::string(message.payload());
}

TEST(EventTimes, MovesTheOutermostTimesAndNothingElse) {
  EXPECT_EQ(
      moved(R"({"e":"depthUpdate","E":1723161254206,"T":1723161254200,"s":"A","U":1723161254206,"b":[["1","2"]]})"),
      R"({"e":"depthUpdate","E":1723161255206,"T":1723161255200,"s":"A","U":1723161254206,"b":[["1","2"]]})");
  EXPECT_EQ(moved(R"({"E":1723161254206,"k":{"t":1723161240000,"T":1723161299999,"E":1723161299999}})"),
            R"({"E":1723161255206,"k":{"t":1723161240000,"T":1723161299999,"E":1723161299999}})");
  EXPECT_EQ(moved(R"([{"E":1723161254206},{"E":1723161254207}])"), R"([{"E":1723161255206},{"E":1723161255207}])");
  EXPECT_EQ(moved(R"({"m":true,"T":1723161254206})"), R"({"m":true,"T":1723161255206})");
}

TEST(EventTimes, LeavesWhatIsNoTimeOrCannotBeToldInAsManyDigits) {
  for (const char* same :
       {"", "{", R"({"E":1})", R"({"E":17231612542061}})", R"({"E":"1723161254206"})", R"({"E":1723161254206)",
        R"({"E":9999999999999})", R"({"x":"\"E\":1723161254206,"})", R"({"E)", R"({"E\)",
        R"({"x":"a\"","E":-72316125420})", R"({"E": 1723161254206})", R"(}}}"E":1723161254206,)"}) {
    EXPECT_EQ(moved(same), same);
  }
}

TEST(EventTimes, MovesTheTimesThatAreCarriedBesideTheText) {
  MarketMessage message = make_combined("s", "{}");
  message.times = {5, 0};
  move_event_times(message, [](std::int64_t millis) { return millis * 2; });
  EXPECT_EQ(message.times, (BookTimes{10, 0}));
}

// With recordings of 2024, REST told today's time and messages that of 2024: clients measured a lag of years.
TEST(MarketClock, TellsTimesAsFarFromTheMessagesOwnTimeAsTheyWere) {
  constexpr UnixNanos kRecorded{1723161240'000'000'000};
  constexpr UnixNanos kNow{1767225650'000'000'000};
  const std::int64_t recorded = to_unix_millis(kRecorded);
  const std::int64_t now = to_unix_millis(kNow);
  MarketClock clock(Pace{.wait_for_streams = 0}, kRecorded);
  EXPECT_EQ(clock.told_millis(recorded), recorded) << "not started";
  clock.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
  EXPECT_EQ(clock.told_millis(recorded + 60'000), now + 60'000);
  EXPECT_EQ(clock.told_millis(recorded - 30), now - 30);
  EXPECT_EQ(clock.told_millis(INT64_MAX), INT64_MAX);
  EXPECT_EQ(clock.told_millis(INT64_MIN), INT64_MIN);
  MarketClock fast(Pace{.factor = 10, .wait_for_streams = 0}, kRecorded);
  fast.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
  EXPECT_EQ(fast.told_millis(recorded + 60'000), now + 6'000);
  for (const Pace pace :
       {Pace{.original_times = true, .wait_for_streams = 0}, Pace{.as_fast_as_read = true, .wait_for_streams = 0}}) {
    MarketClock as_it_was(pace, kRecorded);
    as_it_was.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
    EXPECT_EQ(as_it_was.told_millis(recorded + 60'000), recorded + 60'000);
  }
}

// Beyond 292 years it was due in the past: the exchange took step after step, and had a core to itself.
TEST(MarketClock, PutsOffWhatIsDueBeyondItsTimesAndSkipsNoFurther) {
  constexpr UnixNanos kRecorded{1723161240'000'000'000};
  constexpr UnixNanos kNow{1767225650'000'000'000};
  constexpr Nanos kCentury = std::chrono::days{36'500};
  constexpr Nanos kYear = std::chrono::days{365};
  MarketClock slow(Pace{.factor = kMinSpeed, .wait_for_streams = 0}, kRecorded);
  slow.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
  EXPECT_EQ(slow.due(kRecorded + std::chrono::milliseconds{100}), kNow + std::chrono::seconds{100});
  EXPECT_EQ(slow.due(kRecorded + kYear), kNow + kCentury);
  MarketClock plain(Pace{.wait_for_streams = 0}, UnixNanos{0});
  plain.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
  EXPECT_EQ(plain.due(UnixNanos{INT64_MAX}), kNow + kCentury);
  const MarketClock fast(Pace{.factor = kMaxSpeed}, kRecorded);
  EXPECT_EQ(fast.source_span(std::chrono::seconds{1}), std::chrono::seconds{100'000});
  EXPECT_EQ(fast.source_span(kYear), kCentury);
}

}  // namespace
}  // namespace acts::exchange
