// A recording's disk that hangs for a day: the collector goes on, what waits for it does not grow, and in the end
// books, rows and recording are as if it had only been away.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <string>

#include "simulation/sim_world.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kBefore = 10min;
constexpr Nanos kHangs = 24h;
constexpr Nanos kAfter = 20min;
constexpr std::string_view kSyncing = "SOLUSDT";

// One symbol has no book until the middle of it: its snapshots fail.
SimPlan a_day_of_a_hanging_disk() {
  SimPlan plan;
  plan.seed = 1;
  plan.start = parse_iso8601("2026-03-01T22:30:10").value();
  plan.end = plan.start + kBefore + kHangs + kAfter;
  plan.faults_end = plan.end - kAfter;
  plan.market.symbols = {"BTCUSDT", "ETHUSDT", std::string(kSyncing)};
  plan.market.levels = 200;
  plan.market.update_interval = 1000ms;
  plan.market.changes_per_update = 4;
  plan.market.depth_and_trades_only = true;
  plan.market.start = floor_to(plan.start, 1ms);
  plan.faults.rules.push_back({.kind = exchange::FaultKind::kAnswer500,
                               .symbols = {std::string(kSyncing)},
                               .requests = {"depth"},
                               .lasts = kBefore + kHangs / 2});
  plan.collector.symbols = plan.market.symbols;
  plan.collector.streams = {"depth"};
  plan.collector.update_interval = plan.market.update_interval;
  plan.collector.limit = 500;
  plan.collector.audit_interval = 5min;
  plan.collector.refresh_interval = 10min;
  plan.collector.checkpoint_interval = 10min;
  plan.whole_snapshots = true;
  plan.latency = 30ms;
  plan.max_queued_bytes = std::size_t{128} << 10;
  const UnixNanos from = plan.start + kBefore;
  plan.disk_troubles.push_back({DiskTrouble::Kind::kHanging, {from, from + kHangs}});
  return plan;
}

TEST(RecordingPause, ADayOfAHangingDiskCostsNoRequestsNoMemoryAndNoRow) {
  const SimPlan plan = a_day_of_a_hanging_disk();
  SimWorld world(plan);
  world.run();
  EXPECT_EQ(world.checks().finding_count(), 0U)
      << fmt::format("\n  {}", fmt::join(world.checks().findings(), "\n  ")) << "\n"
      << world.checks().logs();
  EXPECT_EQ(world.pauses(), 1U);
  EXPECT_GE(world.times_asked_while_paused(), 23U * 60);
  EXPECT_GT(world.venue().faults().hits(exchange::FaultKind::kAnswer500), 0U) << "a symbol without a book";
}

}  // namespace
}  // namespace acts::sim
