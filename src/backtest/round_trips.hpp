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

struct TripQuantiles {
  std::size_t count = 0;
  Nanos least{};
  Nanos p50{};  // so many at most need that long: the nearest rank
  Nanos p90{};
  Nanos p99{};
  Nanos largest{};
};
// All 0 if there is none.
TripQuantiles quantiles_of(std::span<const RoundTrip> trips);

struct MadeLatencies {
  std::vector<sim::LatencyRow> rows = {};  // as LatencyModel::recorded() takes them
  std::size_t left_out = 0;
};
// Each way is taken as half of the round trip: which part is which only clocks that agree to a fraction of it could
// tell. Left out is what our clock contradicts: received before it was sent, later than an hour after, or sent or at
// the venue not after the one before.
MadeLatencies latencies_of(std::vector<RoundTrip> trips);

// The file that read_latencies() reads, with its header.
std::string latency_file_text(std::span<const sim::LatencyRow> rows);

}  // namespace acts::backtest
