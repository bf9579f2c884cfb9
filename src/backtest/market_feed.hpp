// The public market of one instrument as rows, twice: in the order in which things happened at the venue, and in the
// order in which they were known here. Not thread-safe.
#pragma once

#include <cstdint>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/export/time_survey.hpp"
#include "sim/market_row.hpp"

namespace acts::backtest {

enum class FeedClock : std::uint8_t { kVenue, kLocal };

// What has been read so far; all there is once both clocks have come to their end. Times are known from the start.
struct FeedFacts {
  UnixNanos first_local{};  // of our clock, shifted; both 0: not known
  UnixNanos last_local{};
  std::uint64_t events = 0;         // changes of levels and trades
  std::uint64_t rows = 0;           // of both clocks: an event that is at the same place in both orders counts once
  std::uint64_t only_exchange = 0;  // of them, of the venue's clock alone
  std::uint64_t only_local = 0;
  Nanos shift{};                   // that was added to all local times,
  Nanos own_shift{};               // and what they alone would need; the rest is other instruments'
  std::uint64_t off_tick = 0;      // prices between two ticks: rounded to the nearest
  std::uint64_t off_scale = 0;     // quantities with more decimals than the lot: rounded to the nearest
  std::uint64_t out_of_range = 0;  // prices and quantities that are none, or too large: left out
  std::uint64_t outdated = 0;      // levels older than the best bid and offer, and such older than the depth: left out
  std::uint64_t trades = 0;
  std::uint64_t book_updates = 0;
  std::uint64_t crossed_updates = 0;  // which left the best bid at or above the best ask (CrossedWatch)
  // Known from the start, as times are.
  std::uint64_t messages = 0;
  std::uint64_t early_messages = 0;  // few that were received much earlier than the others, before they were made:
  Nanos early_by{};                  // what times would have to be shifted by for them,
  bool early_are_mended = false;     // and whether they count as received when they were made; else all are shifted
  history::StepsBack venue_steps = {};
  history::StepsBack local_steps = {};
};

class MarketFeed {
 public:
  virtual ~MarketFeed() = default;
  // The next rows of a clock, kEndRow behind them; nullptr: there are no more. Valid until the next call for the same
  // clock. Errors, which are final: those of what is read.
  virtual Result<const sim::MarketRow*> next(FeedClock clock) = 0;
  [[nodiscard]] virtual const FeedFacts& facts() const = 0;
};

}  // namespace acts::backtest
