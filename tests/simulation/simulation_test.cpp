// The collector against the exchange in virtual time, by the seed. ACTS_SIM_SEED=n runs one seed and shows its log,
// ACTS_SIM_SEEDS=n so many, from ACTS_SIM_FIRST on; ACTS_SIM_MOST_FAILED=n ends after so many with findings.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

#include "simulation/sim_world.hpp"

namespace acts::sim {
namespace {

constexpr std::uint64_t kDefaultSeeds = 6;
constexpr std::uint64_t kMostFailed = 20;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Totals {
  std::array<std::uint64_t, exchange::kFaultKinds> faults{};
  std::uint64_t outages = 0;
  std::uint64_t sleeps = 0;
  std::uint64_t kills = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t cut_logs = 0;
  std::uint64_t recorded = 0;
  std::uint64_t disk_failures = 0;
  std::uint64_t short_writes = 0;
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;
  std::uint64_t sink_failures = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t compared = 0;
  std::uint64_t audits = 0;
  std::uint64_t on_two_lines = 0;
  std::uint64_t failed = 0;

  void add(const SimPlan& plan, SimWorld& world) {
    for (std::size_t i = 0; i < faults.size(); ++i)
      faults[i] += world.venue().faults().hits(static_cast<exchange::FaultKind>(i));
    outages += plan.outages.size();
    sleeps += plan.sleeps.size();
    for (const Kill& kill : plan.kills) ++(kill.power_cut ? power_cuts : kills);
    cut_logs += world.recorder().logs().cut_logs();
    recorded += world.recorder().logs().lines();
    disk_failures += world.disk().counts().failures;
    short_writes += world.disk().counts().short_writes;
    delivered += world.store().delivered();
    refused += world.store().refused();
    sink_failures += world.store().failures();
    unanswered += world.store().unanswered();
    compared += world.checks().compared();
    audits += world.checks().audits();
    on_two_lines += static_cast<std::uint64_t>(plan.collector.lines == 2);
    failed += static_cast<std::uint64_t>(world.checks().finding_count() > 0);
  }
  void print(std::uint64_t seeds) const {
    fmt::print(
        "{} seeds, {} with findings, {} on two lines; books compared {}, audits {}, messages read back {}; outages {}, "
        "sleeps {}, kills {}, power cuts {}, logs cut {}, disk failures {}, short writes {}, "
        "rows in sinks {}, refused {}, failures of sinks {}, answers lost {}",
        seeds, failed, on_two_lines, compared, audits, recorded, outages, sleeps, kills, power_cuts, cut_logs,
        disk_failures, short_writes, delivered, refused, sink_failures, unanswered);
    for (std::size_t i = 0; i < faults.size(); ++i)
      fmt::print(", {} {}", name_of(static_cast<exchange::FaultKind>(i)), faults[i]);
    fmt::print("\n");
  }
};

TEST(Simulation, FindsNothingWhateverGoesWrong) {
  const std::uint64_t one = number_from("ACTS_SIM_SEED", 0);
  const std::uint64_t first = one > 0 ? one : number_from("ACTS_SIM_FIRST", 1);
  const std::uint64_t count = one > 0 ? 1 : number_from("ACTS_SIM_SEEDS", kDefaultSeeds);
  const std::uint64_t most_failed = number_from("ACTS_SIM_MOST_FAILED", kMostFailed);
  Totals totals;
  std::uint64_t seed = first;
  for (; seed < first + count && totals.failed < most_failed; ++seed) {
    const SimPlan plan = draw_plan(seed);
    SimWorld world(plan);
    world.run();
    totals.add(plan, world);
    if (one > 0) fmt::print("{}\n", world.checks().logs());
    EXPECT_EQ(world.checks().finding_count(), 0U)
        << "seed " << seed << ", again with ACTS_SIM_SEED=" << seed << ": "
        << fmt::format("\n  {}", fmt::join(world.checks().findings(), "\n  "));
  }
  EXPECT_GT(totals.compared, 0U);
  EXPECT_GT(totals.audits, 0U);
  EXPECT_GT(totals.recorded, 0U);
  EXPECT_GT(totals.delivered, 0U);
  totals.print(seed - first);
}

TEST(Simulation, IsTheSameForTheSameSeed) {
  const auto rows_and_log = [](std::uint64_t seed) {
    SimWorld world(draw_plan(seed));
    world.run();
    return world.checks().rows() + world.checks().logs() + world.venue().faults().hits_text();
  };
  EXPECT_EQ(rows_and_log(2), rows_and_log(2));
  EXPECT_NE(rows_and_log(2), rows_and_log(3));
}

}  // namespace
}  // namespace acts::sim
