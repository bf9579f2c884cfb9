// What our own requests tell of the way to a venue and back: round trips, and latencies made of them. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "sim/latency.hpp"

namespace acts::backtest {

// By one clock, ours.
struct RoundTrip {
  UnixNanos sent = {};
  UnixNanos received = {};
};

struct PossibleTrips {
  std::vector<RoundTrip> trips = {};
  std::size_t left_out = 0;
};
// Left out is what our clock contradicts: sent before 1970, received before it was sent, or later than an hour after.
PossibleTrips possible_trips(std::span<const RoundTrip> trips);

struct TripQuantiles {
  std::size_t count = 0;
  Nanos least{};
  Nanos p50{};  // so many at most need that long: the nearest rank
  Nanos p90{};
  Nanos p99{};
  Nanos largest{};
};
// Of possible ones (asserted). All 0 if there is none.
TripQuantiles quantiles_of(std::span<const RoundTrip> trips);

struct MadeLatencies {
  std::vector<sim::LatencyRow> rows = {};  // as LatencyModel::recorded() takes them
  std::size_t left_out = 0;
};
// Each way is taken as half of the round trip: which part is which only clocks that agree to a fraction of it could
// tell. Left out is what is not possible, and what was sent or at the venue not after the one before.
MadeLatencies latencies_of(std::span<const RoundTrip> all);

// The file that read_latencies() reads, with its header.
std::string latency_file_text(std::span<const sim::LatencyRow> rows);

}  // namespace acts::backtest
