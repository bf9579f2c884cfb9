// How one connection takes over from another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using test::two_symbols;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Not;
using ::testing::SizeIs;

TEST(CollectorRenewal, TakesOverWithoutAGapWhenTheServerShutsDown) {
  const auto venue = two_symbols();
  const ConnectionNumber old = venue->open_sessions().front()->number;
  venue->send(old, R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})");
  venue->run_for(10s);
  ASSERT_THAT(venue->open_sessions(), SizeIs(1));
  EXPECT_NE(venue->open_sessions().front()->number, old);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  EXPECT_EQ(venue->health_of("BTCUSDT").reconnects, 0U);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_THAT(venue->log.events, Not(Contains("lost BTCUSDT")));
  EXPECT_EQ(venue->log.replay(Venue::kBinanceSpot), venue->rows);
}

// The old connection behind the new one by less and by more than the time from update to update.
struct CollectorRenewalLag : testing::TestWithParam<int> {};

TEST_P(CollectorRenewalLag, WaitForTheSlowerConnectionWhenTheNewOneIsAhead) {
  const auto venue = two_symbols();
  FakeVenue::Session* old = venue->open_sessions().front();
  old->lag = std::chrono::milliseconds{GetParam()};
  venue->run_for(1s);
  venue->send(old->number, R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})");
  venue->run_for(10s);
  ASSERT_THAT(venue->open_sessions(), SizeIs(1));
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 0U);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->log.replay(Venue::kBinanceSpot), venue->rows);
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, CollectorRenewalLag, testing::Values(30, 70, 130, 950));

TEST(CollectorRenewal, FeedsWhatWaitedWhenTheSlowerConnectionEnds) {
  const auto venue = two_symbols();
  FakeVenue::Session* old = venue->open_sessions().front();
  old->lag = 950ms;
  venue->run_for(2s);
  const ConnectionNumber number = old->number;
  venue->send(number, R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})");
  venue->run_for(500ms);
  EXPECT_GT(venue->health().counters.ignored, 0U);
  venue->drop(number, 1001);
  venue->run_for(5s);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);  // what was on its way is lost
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->log.replay(Venue::kBinanceSpot), venue->rows);
}

TEST(CollectorRenewal, IsReadyWhenTheOldConnectionEndsBeforeTheNewOneTookOver) {
  const auto venue = two_symbols();
  const ConnectionNumber old = venue->open_sessions().front()->number;
  venue->send(old, R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})");
  venue->run_for(1s);
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  venue->drop(old, 1001);
  venue->run_for(1s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  EXPECT_EQ(venue->health_of("BTCUSDT").reconnects, 1U);
  EXPECT_THAT(venue->opened, SizeIs(2));
}

TEST(CollectorRenewal, KeepsTheOldConnectionWhenTheNewOneDeliversNothing) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.timings.renew_after = 5min;
  options.timings.renew_jitter = 0s;
  const auto venue = two_symbols(std::move(options));
  venue->run_for(230s + 500ms);
  ASSERT_THAT(venue->open_sessions(), SizeIs(2));
  venue->open_sessions().back()->mute = true;
  venue->run_for(70s);
  EXPECT_EQ(venue->count_logs("renewal_failed"), 1U);
  EXPECT_EQ(venue->open_sessions().front()->number, 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->run_for(2min);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
}

TEST(CollectorRenewal, TriesARenewalAgainThatWasRefused) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.timings.renew_after = 2min;
  options.timings.renew_jitter = 0s;
  const auto venue = two_symbols(std::move(options));
  venue->refuse_status = 1;
  venue->run_for(2min);
  EXPECT_GT(venue->opened.size(), 3U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->refuse_status = 0;
  venue->run_for(80s);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
}

TEST(CollectorRenewal, RenewsBeforeTheVenueCloses) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  FakeVenue venue(std::move(options));
  venue.log.keep = false;
  venue.add_market("BTCUSDT", 5s);
  venue.add_market("ETHUSDT", 7s);
  venue.start();
  venue.run_for(50h);
  ASSERT_THAT(venue.opened, SizeIs(3));
  for (std::size_t i = 1; i < 3; ++i) {
    const Nanos age = venue.opened[i].first - venue.opened[i - 1].first;
    EXPECT_GE(age, 22h + 30min);
    EXPECT_LE(age, 23h + 1min);
  }
  EXPECT_EQ(venue.health().counters.renewals, 2U);
  EXPECT_EQ(venue.health().counters.gaps, 0U);
  EXPECT_EQ(venue.health().counters.reconnects, 0U);
  EXPECT_EQ(venue.row_count, 2U * 50 * 60);
}

}  // namespace
}  // namespace acts::collector
