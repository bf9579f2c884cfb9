// What there is to know of the data of a run, or of a pass of a sweep, before either is believed, in words. Pure.
#pragma once

#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "backtest/data_gaps.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

struct ReadMarkets {
  std::vector<ReadData> instruments = {};  // by their ids; none: nothing was read
  UnixNanos begin = {};                    // of the first event,
  UnixNanos end = {};                      // and the last one
};

// One line each, without an end; none of data in which nothing is odd: gaps, no trades at all, notes_of(), what was off
// tick and lot, funding that was not paid, latency_note(), funding_note(). `settings`: has those instruments
// (asserted).
std::vector<std::string> data_notes(const BacktestSettings& settings, const ReadMarkets& read);

}  // namespace acts::backtest
