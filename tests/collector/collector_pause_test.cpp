// What the collector does while its shell reads no socket, as the recording takes no more: for as long as that lasts,
// what it asks for and what it records must not grow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using test::two_symbols;
using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::SizeIs;

constexpr std::uint64_t kMinutesADay = 24 * 60;

// BTCUSDT and ETHUSDT in step; of SOLUSDT, just added, the first snapshot is under way, ahead of a stream that lags.
std::unique_ptr<FakeVenue> with_one_that_is_syncing() {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.audit_interval = 10min;
  options.refresh_interval = 15min;
  options.full_book_at = {6h, 18h};
  auto venue = two_symbols(std::move(options));
  venue->add_market("SOLUSDT");
  venue->open_sessions().front()->lag = 1s;
  EXPECT_TRUE((*venue)->set_symbols(std::vector<std::string>{"BTCUSDT", "ETHUSDT", "SOLUSDT"}, venue->now));
  venue->carry_out();
  while (venue->requests.back().second.kind != RequestKind::kDepth) venue->run_for(10ms);
  return venue;
}

std::vector<RequestKind> kinds_from(const FakeVenue& venue, std::size_t first) {
  std::vector<RequestKind> kinds;
  for (std::size_t i = first; i < venue.requests.size(); ++i) kinds.push_back(venue.requests[i].second.kind);
  return kinds;
}

std::uint64_t count_of(const std::vector<RequestKind>& kinds, RequestKind kind) {
  return static_cast<std::uint64_t>(std::ranges::count(kinds, kind));
}

TEST(CollectorPause, AsksForNothingButTheTimeForADay) {
  const auto venue = with_one_that_is_syncing();
  const std::size_t asked = venue->requests.size();
  venue->pause_reading();
  venue->run_for(24h);
  EXPECT_EQ(venue->health_of("SOLUSDT").state, RowState::kSyncing);
  const std::vector<RequestKind> kinds = kinds_from(*venue, asked);
  EXPECT_THAT(kinds, Each(RequestKind::kTime));
  EXPECT_GE(kinds.size(), kMinutesADay - 1) << "the clock is watched all the while";
  venue->resume_reading();
  venue->run_for(1min);
  for (const char* const symbol : {"BTCUSDT", "ETHUSDT", "SOLUSDT"}) EXPECT_TRUE(venue->in_step(symbol)) << symbol;
  EXPECT_GE(count_of(kinds_from(*venue, asked), RequestKind::kExchangeInfo), 1U) << "it was due long ago";
  venue->expect_replays();
}

TEST(CollectorPause, RecordsNoMoreThanTheMinutesAndWhatWasUnderWay) {
  const auto venue = with_one_that_is_syncing();
  const std::size_t steps = venue->log.steps();
  const std::uint64_t saves = venue->log.saves;
  const UnixNanos from = venue->now;
  venue->pause_reading();
  venue->run_for(24h);
  EXPECT_LE(venue->log.steps() - steps, kMinutesADay + CollectorOptions{}.timings.rest_in_flight);
  EXPECT_LE(venue->log.last_alive, from);
  EXPECT_EQ(venue->log.saves, saves);
  EXPECT_THAT(venue->full_books, SizeIs(4)) << "they need no place in the recording";
  venue->resume_reading();
  venue->run_for(1min);
  EXPECT_GT(venue->log.last_alive, from + 24h);
  EXPECT_GT(venue->log.saves, saves);
  venue->expect_replays();
}

// Its deadlines run out in between, at a minute's end.
TEST(CollectorPause, AsksOnceForASnapshotThatWaitedForTheUnreadStream) {
  const auto venue = with_one_that_is_syncing();
  venue->pause_reading();
  venue->run_for(FakeVenue::kPongPatience - 1s);
  EXPECT_EQ(venue->market("SOLUSDT").snapshots, 1U);
  venue->resume_reading();
  venue->run_for(1min);
  EXPECT_EQ(venue->market("SOLUSDT").snapshots, 2U);
  for (const char* const symbol : {"BTCUSDT", "ETHUSDT"}) EXPECT_EQ(venue->market(symbol).snapshots, 1U) << symbol;
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 0U);
  EXPECT_EQ(venue->health_of("SOLUSDT").state, RowState::kLive);
  venue->expect_replays();
}

// Of the older connection messages may be unread, though it seems silent: closed for that, it would take them with it.
TEST(CollectorPause, RenewsNoConnectionMeanwhile) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.timings.renew_after = 10min;
  options.timings.renew_jitter = 0s;
  const auto venue = two_symbols(std::move(options));
  venue->run_for(8min + 30s);
  venue->pause_reading();
  venue->run_for(50s);
  EXPECT_THAT(venue->opened, SizeIs(1));
  venue->resume_reading();
  venue->run_for(1min);
  EXPECT_THAT(venue->opened, SizeIs(2));
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  for (const char* const symbol : {"BTCUSDT", "ETHUSDT"}) {
    EXPECT_TRUE(venue->in_step(symbol)) << symbol;
    EXPECT_EQ(venue->health_of(symbol).gaps, 0U) << symbol;
  }
  venue->expect_replays();
}

TEST(CollectorPause, LeavesOutAnAuditThatWaitedForTheUnreadStream) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.audit_interval = 4min;
  const auto venue = two_symbols(std::move(options));
  venue->open_sessions().front()->lag = 1s;
  while (venue->requests.back().second.kind != RequestKind::kAudit) venue->run_for(10ms);
  venue->pause_reading();
  venue->run_for(24h);
  EXPECT_EQ(venue->health_of("BTCUSDT").audit.skipped + venue->health_of("ETHUSDT").audit.skipped, 1U);
  for (const char* const symbol : {"BTCUSDT", "ETHUSDT"}) EXPECT_EQ(venue->market(symbol).snapshots, 1U) << symbol;
  const std::size_t asked = venue->requests.size();
  venue->resume_reading();
  venue->run_for(20min);
  std::vector<UnixNanos> audits;
  for (std::size_t i = asked; i < venue->requests.size(); ++i) {
    if (venue->requests[i].second.kind == RequestKind::kAudit) audits.push_back(venue->requests[i].first);
  }
  ASSERT_GE(audits.size(), 6U);
  for (std::size_t i = 1; i < audits.size(); ++i) EXPECT_GE(audits[i] - audits[i - 1], 30s) << "spread as before";
  venue->expect_replays();
}

}  // namespace
}  // namespace acts::collector
