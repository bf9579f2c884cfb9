// Events of hftbacktest as rows: prices and quantities become whole numbers of ticks and units once and for all. Pure.
#pragma once

#include <cstdint>

#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "history/export/hft_event.hpp"
#include "history/import/time_format.hpp"
#include "sim/market_row.hpp"

namespace acts::backtest {

// Of files' times: those in another unit than nanoseconds lie before, and what is added to one of these is still a
// time.
inline constexpr std::int64_t kFirstFeedTime = history::kLeastTimeNanos;
inline constexpr std::int64_t kLastFeedTime = history::kEndTimeNanos;
// Between successive rows or bars of one instrument; longer than an outage takes. A time that is further off is wrong,
// and a run would pass through all the intervals between.
inline constexpr Nanos kMostLeap = std::chrono::days{400};
// Between the venue's time of an event and ours, once a clock_shift that was said is added: no message is on its way
// for as long, and a clock in another time zone is still within it. Of a snapshot, which may have the time of the last
// event before an outage, kMostLeap counts.
inline constexpr Nanos kMostApart = std::chrono::days{1};
constexpr bool is_feed_time(std::int64_t ts) { return ts >= kFirstFeedTime && ts <= kLastFeedTime; }

// With the times of both clocks, and which of them it is for.
struct EventRow {
  std::int64_t exch_ts = 0;
  std::int64_t local_ts = 0;
  std::int64_t quantity = 0;
  std::int32_t rank = 0;
  sim::SideIndex side = sim::kBidSide;
  sim::RowKind kind = sim::RowKind::kLevel;
  bool is_for_venue = true;
  bool is_for_local = true;

  [[nodiscard]] sim::MarketRow row(std::int64_t ts) const {
    return {.ts = ts, .quantity = quantity, .rank = rank, .side = side, .kind = kind};
  }
};
static_assert(sizeof(EventRow) == 32, "some are kept by the hundred thousand");

class EventRows {
 public:
  // `are_ordered`: events say themselves which clock they are for. `as_hftbacktest`: see EventFeed.
  EventRows(const BacktestInstrument& instrument, bool are_ordered, bool as_hftbacktest);

  // Of what cannot be used a row of nothing. Counted in `facts`: off_tick, off_scale, out_of_range.
  EventRow make(const history::HftEvent& event, FeedFacts& facts) const;

 private:
  [[nodiscard]] bool set_amounts(const history::HftEvent& event, EventRow& row, FeedFacts& facts) const;

  double tick_;
  double one_;  // units of 1
  std::int64_t lot_;
  bool are_ordered_;
  bool as_hftbacktest_;
};

}  // namespace acts::backtest
