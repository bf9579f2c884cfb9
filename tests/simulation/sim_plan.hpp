// What one seed of the simulation is: a market, a network, a process that sleeps, and a plan of the venue's faults. All
// of it is drawn from the seed alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "collector/options.hpp"
#include "exchange/fault_plan.hpp"
#include "exchange/synthetic_market.hpp"

namespace acts::sim {

struct Pause {
  UnixNanos from;
  UnixNanos to;
};

// The process is killed, or its machine loses power: then its disk loses what was not synced.
struct Kill {
  UnixNanos at;
  bool power_cut = false;
  Nanos down{0};
};

// ... so soon after the venue has refused a request or a connection with a 429 or 418, so often at most.
struct KillsWhenRefused {
  std::uint64_t times = 0;
  Nanos after{0};
  bool power_cut = false;
  Nanos down{0};
};

// The wall clock of the collector's machine goes forward or back by so much at once.
struct ClockStep {
  UnixNanos at;
  Nanos by{0};
};

struct DiskTrouble {
  enum class Kind : std::uint8_t { kFull, kFailing, kHanging };
  Kind kind = Kind::kFull;
  Pause when;
  std::int64_t fails_one_in = 0;  // kFailing: operations
};

struct SinkTrouble {
  enum class Kind : std::uint8_t { kDown, kFailing, kSlow };
  Kind kind = Kind::kDown;
  Pause when;
  std::int64_t fails_one_in = 0;  // kFailing: writes
  Nanos takes{0};                 // kSlow: a write, up to so much
};

struct SinkPlan {
  std::int64_t refuses_one_in = 0;  // minutes whose rows it will not take; 0: none
  bool names_rows = false;          // says which it does not take, or refuses the whole
  std::vector<SinkTrouble> troubles;
};

// Where rows go.
struct RowsPlan {
  std::vector<Pause> standing;  // acts.db stores nothing
  std::vector<SinkPlan> sinks;
};

struct SimPlan {
  std::uint64_t seed = 0;
  bool calm = false;  // nothing goes wrong at all
  UnixNanos start;
  UnixNanos faults_end;  // from here on all is well, so that all must be live at the end
  UnixNanos end;
  exchange::SyntheticOptions market;
  exchange::FaultPlan faults;
  collector::CollectorOptions collector;

  // A snapshot shows the whole book, so that nothing suspect may be left behind it.
  bool whole_snapshots = false;
  Nanos latency{0};            // one way
  Nanos jitter{0};             // up to so much more, each message for itself; a connection keeps its order
  std::vector<Pause> outages;  // of the network; long ones break what is connected
  std::vector<Pause> sleeps;   // of the collector's process
  std::vector<Kill> kills;     // in order
  KillsWhenRefused kills_when_refused;
  std::vector<ClockStep> clock_steps;      // in order; their sum is zero
  std::vector<DiskTrouble> disk_troubles;  // one after the other
  // Of the recording, beyond which nothing is read.
  std::size_t max_queued_bytes = std::size_t{64} << 20;
  RowsPlan rows;
};

SimPlan draw_plan(std::uint64_t seed);

// When something goes wrong between the market and a row of the collector: faults, the network, the process, its clock
// and disk, as far as the plan knows it before; in no order. What rows go through afterwards is none of it.
std::vector<Pause> troubles_of(const SimPlan& plan);

}  // namespace acts::sim
