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
using ::testing::HasSubstr;
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
  venue->expect_replays();
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
  venue->expect_replays();
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
  venue->expect_replays();
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

// A renewal's refused handshake was tried again as if nothing had been said: Retry-After and bans were not heard.
struct CollectorRenewalRefused : testing::TestWithParam<int> {};

TEST_P(CollectorRenewalRefused, WaitsAsLongAsItWasTold) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.stream_url = "wss://example.org";
  options.timings.renew_after = 2min;
  options.timings.renew_jitter = 0s;
  const auto venue = two_symbols(std::move(options));
  venue->refuse_status = GetParam();
  venue->refuse_retry_after = 10min;
  venue->run_for(10min);
  ASSERT_THAT(venue->opened, SizeIs(2));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->refuse_status = 0;
  venue->run_for(2min);
  EXPECT_THAT(venue->opened, SizeIs(3));
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
}

INSTANTIATE_TEST_SUITE_P(Status, CollectorRenewalRefused, testing::Values(403, 418, 429, 451));

// Both connections deliver both symbols, the newer one a little later.
std::unique_ptr<FakeVenue> renewing() {
  auto venue = two_symbols();
  venue->send(venue->open_sessions().front()->number,
              R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})");
  venue->run_for(1s);
  EXPECT_THAT(venue->open_sessions(), SizeIs(2));
  venue->open_sessions().back()->lag = 60ms;
  venue->run_for(1s);
  return venue;
}

// An update that one connection lost was a gap at once, though the other one brought it a moment later.
TEST(CollectorRenewal, WaitsForTheOtherConnectionBeforeItIsAGap) {
  const auto venue = renewing();
  venue->open_sessions().front()->skip = 2;  // one of each symbol
  venue->run_for(5s);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 0U);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kLive);
  venue->expect_replays();
}

TEST(CollectorRenewal, IsAGapWhereBothConnectionsLostIt) {
  const auto venue = renewing();
  venue->lose_updates("BTCUSDT", 4);
  venue->run_for(400ms);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 0U);
  venue->run_for(2s);
  EXPECT_EQ(venue->health_of("BTCUSDT").state, RowState::kLive);
  venue->expect_replays();
}

TEST(CollectorRenewal, IsAGapWhenTheOtherConnectionSaysNothing) {
  const auto venue = renewing();
  venue->open_sessions().back()->mute = true;
  venue->open_sessions().front()->skip = 2;
  venue->run_for(150ms);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  venue->run_for(400ms);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  venue->run_for(1s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  venue->expect_replays();
}

TEST(CollectorRenewal, FeedsWhatWaitedForTheOtherConnectionWhenTheRunEnds) {
  const auto venue = renewing();
  venue->open_sessions().back()->mute = true;
  venue->open_sessions().front()->skip = 2;
  venue->run_for(250ms);
  ASSERT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  (*venue)->stop("test", venue->now);
  EXPECT_EQ((*venue)->pipeline().builder(0).sync().counters().gaps, 1U);
  venue->expect_replays();
}

// What a new connection was too far ahead with vanished, and the rest was fed as if it followed.
TEST(CollectorRenewal, GivesUpAConnectionThatIsTooFarAhead) {
  const auto venue = two_symbols();
  FakeVenue::Session* old = venue->open_sessions().front();
  old->lag = 950ms;
  venue->run_for(2s);
  venue->padding = 2 << 20;
  venue->send(old->number, R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})");
  venue->run_for(700ms);
  EXPECT_GE(venue->health().counters.refused["takeover_overflow"], 1U);
  EXPECT_THAT(venue->all_logs(), HasSubstr("too far ahead"));
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  venue->padding = 0;
  venue->run_for(30s);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
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
