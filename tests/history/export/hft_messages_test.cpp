#include "history/export/hft_messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;

constexpr std::int64_t kTickerMilli = 1'000'000;

UnixNanos millis(std::int64_t count) { return {count * kTickerMilli}; }

TEST(VenueTime, IsTheReceiptLessTheLeastLatencySoFar) {
  VenueTime time;
  EXPECT_EQ(time.of(millis(1000)), millis(1000)) << "nothing is known";
  time.add(millis(1000), millis(1030));
  EXPECT_EQ(time.of(millis(1040)), millis(1040)) << "one message may be wrong";
  time.add(millis(1100), millis(1120));
  EXPECT_EQ(time.of(millis(1195)), millis(1175));
  time.add(millis(1200), millis(1205));
  EXPECT_EQ(time.of(millis(1230)), millis(1225));
  time.add(millis(1300), millis(1350));
  EXPECT_EQ(time.of(millis(1360)), millis(1355));
  EXPECT_EQ(time.of(millis(1303)), millis(1300)) << "never before the venue's latest time";
}

TEST(VenueTime, IsAfterTheReceiptWhereOurClockIsSlow) {
  VenueTime time;
  time.add(millis(5000), millis(4010));
  time.add(millis(5100), millis(4130));
  EXPECT_EQ(time.of(millis(4195)), millis(5185));
}

TEST(VenueTime, PassesOverASingleWrongTime) {
  VenueTime time;
  time.add(millis(1'000'000), millis(1'000'010));
  time.add(millis(1'000'100), millis(1'000'120));
  time.add(millis(900'000'000), millis(1'000'220));  // ten days ahead
  EXPECT_EQ(time.of(millis(1'000'290)), millis(1'000'280));
  time.add(millis(1'000'300), millis(1'000'320));
  EXPECT_EQ(time.of(millis(1'000'390)), millis(1'000'380));
}

// Of spot a depth of .000 is received at .005, and a best bid and offer, which has no time of the venue's, at .095.
TEST(HftMessages, TakesNoBestOfSpotForOlderThanItCanBe) {
  const TempDir dir;
  const auto depth = [](std::string_view recv, std::string_view event, int id) {
    return std::string(recv) + R"( {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":)" +
           std::string(event) + R"(,"s":"BTCUSDT","U":)" + std::to_string(id) + R"(,"u":)" + std::to_string(id) +
           R"(,"b":[["100.10","1"]],"a":[["100.50","1"]]}})" + "\n";
  };
  const std::string path = dir.write(
      "recording",
      depth("1723161254912000000", "1723161254900", 5) + depth("1723161255005000000", "1723161255000", 6) +
          R"(1723161255095000000 {"stream":"btcusdt@bookTicker","data":{"u":7,"s":"BTCUSDT","b":"100.20","B":"1","a":"100.40","A":"2"}})" +
          "\n" + depth("1723161255103000000", "1723161255100", 8));
  const auto open = [&path] { return RecordingReader::open({path}); };
  const auto contents = contents_of(open, Venue::kBinanceSpot);
  ASSERT_TRUE(contents);
  HftMessages messages(RecordedMessages(*open(), {.venue = Venue::kBinanceSpot, .symbol = "BTCUSDT"}, *contents),
                       HftMessages::Trades::kSingle, nullptr, true);
  std::vector<std::int64_t> best;
  for (HftEvent event; *messages.next(event);) {
    if ((event.ev & hft::kWhat) == hft::kBest) best.push_back(event.exch_ts);
  }
  EXPECT_EQ(best, (std::vector<std::int64_t>{1723161255090000000, 1723161255090000000}));
}

// Of a real recording none is stamped earlier than the least latency before its receipt.
TEST(HftMessages, StampsTheBestOfARecordingWithTheLeastLatency) {
  const std::string path = testdata("binance-feed/spot/btcusdt_20240808.gz");
  const auto open = [&path] { return RecordingReader::open({path}); };
  const auto contents = contents_of(open, Venue::kBinanceSpot);
  ASSERT_TRUE(contents);
  HftMessages messages(RecordedMessages(*open(), {.venue = Venue::kBinanceSpot, .symbol = "BTCUSDT"}, *contents),
                       HftMessages::Trades::kSingle, nullptr, true);
  std::int64_t least = INT64_MAX;
  std::size_t judged = 0;
  for (HftEvent event; *messages.next(event);) {
    const std::uint64_t what = event.ev & hft::kWhat;
    const std::int64_t latency = event.local_ts - event.exch_ts;
    if (what == hft::kBest && least != INT64_MAX) {
      ASSERT_LE(latency, least);
      ++judged;
    } else if (what == hft::kDepth || what == hft::kTrade) {
      least = std::min(least, latency);
    }
  }
  EXPECT_GT(judged, 10'000U);
}

}  // namespace
}  // namespace acts::history
