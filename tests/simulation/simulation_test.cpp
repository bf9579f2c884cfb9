// The collector against the exchange in virtual time, by the seed. ACTS_SIM_SEED=n runs one seed and shows its log,
// ACTS_SIM_SEEDS=n so many, from ACTS_SIM_FIRST on; ACTS_SIM_MOST_FAILED=n ends after so many with findings;
// ACTS_SIM_TOTALS=FILE for what happened, a line a kind.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/sim_world.hpp"

namespace acts::sim {
namespace {

constexpr std::uint64_t kDefaultSeeds = 6;
constexpr std::uint64_t kMostFailed = 20;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What happened, by name, in the order in which it was told of.
class Totals {
 public:
  void add(const SimPlan& plan, const SimWorld& world) {
    count("seeds", 1);
    count("with_findings", static_cast<std::uint64_t>(world.checks().finding_count() > 0));
    count("on_two_lines", static_cast<std::uint64_t>(plan.collector.lines == 2));
    count("books_compared", world.checks().compared());
    count("rows_kept_live", world.checks().kept_live());
    count("audits", world.checks().audits());
    count("messages_read_back", world.recorder().logs().lines());
    add_process(plan, world);
    add_rows(world.store());
    for (std::size_t i = 0; i < exchange::kFaultKinds; ++i) {
      const auto kind = static_cast<exchange::FaultKind>(i);
      count(name_of(kind), world.venue().faults().hits(kind));
    }
  }
  [[nodiscard]] std::uint64_t operator[](std::string_view name) const {
    const auto found = std::ranges::find(counts_, name, &Count::name);
    return found == counts_.end() ? 0 : found->value;
  }
  [[nodiscard]] std::string text(std::string_view between) const {
    std::string text;
    for (const Count& one : counts_) text += fmt::format("{} {}{}", one.name, one.value, between);
    return text;
  }

 private:
  struct Count {
    std::string name;
    std::uint64_t value = 0;
  };
  void add_process(const SimPlan& plan, const SimWorld& world) {
    count("outages", plan.outages.size());
    count("sleeps", plan.sleeps.size());
    count("clock_steps", plan.clock_steps.size());
    const auto power_cuts = static_cast<std::uint64_t>(std::ranges::count_if(plan.kills, &Kill::power_cut));
    count("kills", plan.kills.size() - power_cuts);
    count("power_cuts", power_cuts);
    count("killed_when_refused", world.killed_when_refused());
    count("begun_in_cooldown", world.checks().begun_in_cooldown());
    count("logs_cut", world.recorder().logs().cut_logs());
    count("logs_left_open", world.recorder().left_open());
    count("disk_failures", world.disk().counts().failures);
    count("reading_paused", world.pauses());
    count("disk_full", world.disk().counts().full);
    count("short_writes", world.disk().counts().short_writes);
    count("lost_bytes", world.disk().counts().lost_bytes);
    count("lost_names", world.disk().counts().lost_names);
    count("checkpoints", world.books().written());
    count("books_restored", world.checks().books_restored());
  }
  void add_rows(const SimStore& store) {
    count("rows_in_sinks", store.delivered());
    count("rows_restored", store.restored());
    count("rows_made_up", store.made_up());
    count("rows_refused", store.refused());
    count("failures_of_sinks", store.failures());
    count("answers_of_sinks_lost", store.unanswered());
  }
  void count(std::string_view name, std::uint64_t value) {
    const auto found = std::ranges::find(counts_, name, &Count::name);
    if (found == counts_.end()) {
      counts_.push_back({std::string(name), value});
    } else {
      found->value += value;
    }
  }

  std::vector<Count> counts_;
};

TEST(Simulation, FindsNothingWhateverGoesWrong) {
  const std::uint64_t one = number_from("ACTS_SIM_SEED", 0);
  const std::uint64_t first = one > 0 ? one : number_from("ACTS_SIM_FIRST", 1);
  const std::uint64_t count = one > 0 ? 1 : number_from("ACTS_SIM_SEEDS", kDefaultSeeds);
  const std::uint64_t most_failed = number_from("ACTS_SIM_MOST_FAILED", kMostFailed);
  Totals totals;
  std::uint64_t seed = first;
  for (; seed < first + count && totals["with_findings"] < most_failed; ++seed) {
    const SimPlan plan = draw_plan(seed);
    SimWorld world(plan);
    world.run();
    totals.add(plan, world);
    if (one > 0) fmt::print("{}\n", world.checks().logs());
    EXPECT_EQ(world.checks().finding_count(), 0U)
        << "seed " << seed << ", again with ACTS_SIM_SEED=" << seed << ": "
        << fmt::format("\n  {}", fmt::join(world.checks().findings(), "\n  "));
  }
  for (const char* const name : {"books_compared", "audits", "messages_read_back", "rows_in_sinks"})
    EXPECT_GT(totals[name], 0U) << name;
  fmt::print("{}\n", totals.text(", "));
  const char* const path = std::getenv("ACTS_SIM_TOTALS");  // NOLINT(concurrency-mt-unsafe): before any thread
  if (path != nullptr) std::ofstream(path) << totals.text("\n");
}

TEST(Simulation, IsTheSameForTheSameSeed) {
  const auto rows_and_log = [](std::uint64_t seed) {
    SimWorld world(draw_plan(seed));
    world.run();
    return world.store().rows_text() + world.checks().logs() + world.venue().faults().hits_text();
  };
  EXPECT_EQ(rows_and_log(2), rows_and_log(2));
  EXPECT_NE(rows_and_log(2), rows_and_log(3));
}

}  // namespace
}  // namespace acts::sim
