// Where the future is made another one to see whether a strategy knew it. A decision shows what it knew only where the
// cut lies between it and what it looked at: so most cuts lie right behind calls in which orders were asked for,
// changed or cancelled, as one that acts seldom is hardly ever caught otherwise. The others lie behind any calls: one
// that looks ahead may do so to ask for nothing. Blocking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::backtest {

struct FutureCuts {
  std::vector<UnixNanos> times = {};  // of the calls that they lie right behind, rising, each once
  std::uint64_t calls = 0;            // in the log,
  std::uint64_t deciding = 0;         // and those of them with an order that was placed, changed or cancelled
  // Of those, how many lie at most so long before a cut: what would have shown had it looked so far ahead.
  std::uint64_t within_second = 0;
  std::uint64_t within_minute = 0;
};

// Up to `count` of them for the decision log at `path`, two of three behind calls that decide something; the same for
// the same state of `random`. Errors: those of the log.
Result<FutureCuts> draw_future_cuts(const std::string& path, std::size_t count, std::mt19937_64& random);

}  // namespace acts::backtest
