// How the collector compares its books with the venue's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using test::two_symbols;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::unique_ptr<FakeVenue> audited_every(Nanos interval) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.audit_interval = interval;
  return two_symbols(std::move(options));
}

TEST(CollectorAudit, ComparesEachBookAtItsIntervalAndFindsItTrue) {
  const auto venue = audited_every(4min);
  venue->run_for(20min);
  const AuditHealth audit = venue->health_of("BTCUSDT").audit;
  EXPECT_GE(audit.matched, 4U);
  EXPECT_EQ(audit.differed + audit.skipped + audit.failed, 0U);
  EXPECT_GE(audit.match, audit.matched * 2);
  EXPECT_EQ(audit.drift + audit.ghost + audit.missed, 0U);
  ASSERT_TRUE(audit.last.has_value());
  EXPECT_LE(*audit.age, 4min);
  EXPECT_EQ(venue->health_of("ETHUSDT").audit.matched, venue->market("ETHUSDT").audits);
  EXPECT_THAT(venue->log.audits, SizeIs(venue->market("BTCUSDT").audits + venue->market("ETHUSDT").audits));
  EXPECT_EQ(venue->health().overall, Overall::kOk);
  venue->expect_replays();
}

TEST(CollectorAudit, SpreadsAuditsOverTheInterval) {
  const auto venue = audited_every(4min);
  venue->run_for(20min);
  std::vector<UnixNanos> times;
  for (const auto& [when, get] : venue->requests) {
    if (get.kind == RequestKind::kAudit) times.push_back(when);
  }
  ASSERT_GE(times.size(), 6U);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 1], 1min);
}

TEST(CollectorAudit, SaysWhatDiffersAndTakesTheVenuesWord) {
  const auto venue = audited_every(2min);
  venue->run_for(1min);
  venue->wrong_bid = "3";
  venue->run_for(2min);
  const AuditHealth audit = venue->health_of("BTCUSDT").audit;
  EXPECT_EQ(audit.differed, 1U);
  EXPECT_EQ(audit.drift, 1U);
  EXPECT_EQ(venue->count_logs("audit_differs"), 2U);
  const auto said = std::ranges::find(venue->logs, "audit_differs", &Log::key);
  EXPECT_EQ(said->level, LogLevel::kError);
  EXPECT_THAT(said->text, HasSubstr("1 levels with another quantity, 0 that the venue does not have, 0 missing"));
  EXPECT_THAT(said->text, HasSubstr("the first: bid 99.5: ours 1, the venue's 3"));
  EXPECT_EQ(venue->health().overall, Overall::kDegraded);
  EXPECT_THAT(venue->health().problems, testing::Contains(HasSubstr("the last audit found 1 levels")));
  venue->run_for(2min);  // it has been merged, and stays wrong
  EXPECT_EQ(venue->health_of("BTCUSDT").audit.differed, 1U);
  EXPECT_EQ(venue->health().overall, Overall::kOk);
  venue->expect_replays();
}

TEST(CollectorAudit, WaitsForAStreamThatIsBehindTheSnapshot) {
  const auto venue = audited_every(2min);
  venue->open_sessions().front()->lag = 3s;
  venue->run_for(6min);
  const AuditHealth audit = venue->health_of("BTCUSDT").audit;
  EXPECT_GE(audit.matched, 2U);
  EXPECT_EQ(audit.differed + audit.skipped, 0U);
  venue->expect_replays();
}

TEST(CollectorAudit, CountsWhatCouldNotBeCompared) {
  const auto venue = audited_every(2min);
  venue->rest_dead = true;
  venue->run_for(2min);
  EXPECT_GE(venue->health_of("BTCUSDT").audit.failed, 1U);
  venue->rest_dead = false;
  venue->market("BTCUSDT").delivering = false;  // the stream does not reach the snapshot
  venue->run_for(4min);
  EXPECT_GE(venue->health_of("BTCUSDT").audit.skipped, 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").audit.differed, 0U);
  EXPECT_EQ(venue->health_of("ETHUSDT").audit.skipped, 0U);
  venue->expect_replays();
}

TEST(CollectorAudit, AsksNothingWhenItIsNotWanted) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.audit_interval.reset();
  const auto venue = two_symbols(std::move(options));
  venue->run_for(2h);
  EXPECT_EQ(venue->market("BTCUSDT").audits, 0U);
}

}  // namespace
}  // namespace acts::collector
