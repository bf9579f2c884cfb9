// What there is to know of the data of a run, or of a pass of a sweep, before either is believed, in words. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "backtest/market_feed.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// Of an instrument.
struct ReadData {
  std::string name = {};
  FeedFacts facts = {};
  std::optional<double> latency_covered = {};  // OpenMarket::latency_covered
  std::size_t funding_times = 0;               // funding_times()
  std::uint64_t unreadable_announcements = 0;  // of mark prices and funding, of recordings
  std::uint64_t missed_fundings = 0;  // times at which nothing was paid, for there was no price; of sets the most
};

struct ReadMarkets {
  std::vector<ReadData> instruments = {};  // by their ids; none: nothing was read
  UnixNanos begin = {};                    // of the first event,
  UnixNanos end = {};                      // and the last one
};

// One line each, without an end; none of data in which nothing is odd: notes_of(), what was off tick and lot, funding
// that was not paid, latency_note(), funding_note(). `settings`: has those instruments (asserted).
std::vector<std::string> data_notes(const BacktestSettings& settings, const ReadMarkets& read);

}  // namespace acts::backtest
