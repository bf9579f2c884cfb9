#include "backtest/event_rows.hpp"

#include <cmath>

namespace acts::backtest {
namespace {

namespace hft = history::hft;
using history::HftEvent;
using sim::RowKind;

// Ranks are 32 bits; doubles hold whole numbers below 2^53 exactly.
constexpr double kMostTicks = 2e9;
constexpr double kMostQuantity = 9e15;
// Below any price in ticks that is taken, on either side.
constexpr std::int32_t kLowestRank = -2'000'000'000;

// As std::round(), halves away from 0, of what is no larger than a long; without a call of the library.
std::int64_t nearest_whole(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  const double rest = value - static_cast<double>(whole);
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

// False: it is no event of a book or trade.
bool set_kind(const HftEvent& event, EventRow& row) {
  const std::uint64_t what = event.ev & hft::kWhat;
  const bool is_sell = (event.ev & hft::kSell) != 0;
  row.side = is_sell ? sim::kAskSide : sim::kBidSide;
  switch (what) {
    case hft::kDepth:
    case hft::kSnapshot: row.kind = RowKind::kLevel; break;
    case hft::kTrade: row.kind = RowKind::kTrade; break;
    case hft::kClear: row.kind = RowKind::kClear; break;
    default: return false;
  }
  const bool has_side = is_sell || (event.ev & hft::kBuy) != 0;
  if (has_side) return true;
  row.kind = RowKind::kClearBoth;
  return what == hft::kClear;
}

}  // namespace

EventRows::EventRows(const BacktestInstrument& instrument, bool are_ordered, bool as_hftbacktest)
    : tick_(instrument.tick_value()),
      one_(static_cast<double>(power_of_ten(instrument.scales.quantity))),
      lot_(instrument.lot),
      are_ordered_(are_ordered),
      as_hftbacktest_(as_hftbacktest) {}

EventRow EventRows::make(const HftEvent& event, FeedFacts& facts) const {
  EventRow row;
  const bool is_usable = set_kind(event, row) && (row.kind == RowKind::kClearBoth || set_amounts(event, row, facts));
  if (!is_usable) {
    row = {};
    row.kind = RowKind::kNothing;
    ++facts.out_of_range;
  }
  if (row.kind == RowKind::kTrade) ++facts.trades;
  row.exch_ts = event.exch_ts;
  row.local_ts = event.local_ts;
  if (are_ordered_) {
    row.is_for_venue = (event.ev & hft::kExchange) != 0;
    row.is_for_local = (event.ev & hft::kLocal) != 0;
  }
  return row;
}

bool EventRows::set_amounts(const HftEvent& event, EventRow& row, FeedFacts& facts) const {
  if (row.kind == RowKind::kClear && std::isinf(event.px)) {
    row.rank = kLowestRank;
    return true;
  }
  const double steps = event.px / tick_;
  const double amount = event.qty * one_;
  const bool is_in_range = std::abs(steps) < kMostTicks && amount > -0.5 && amount < kMostQuantity;
  if (!is_in_range) return false;  // or no number
  // As hftbacktest finds the tick of a price: exact, as the double is the nearest to a multiple of the tick.
  const std::int64_t ticks = nearest_whole(steps);
  const std::int64_t units = nearest_whole(amount);
  const bool is_something = (row.kind == RowKind::kClear || ticks > 0) && (row.kind != RowKind::kTrade || units > 0);
  if (!is_something && !as_hftbacktest_) return false;
  if (std::abs(event.px - static_cast<double>(ticks) * tick_) > tick_ * 1e-6) ++facts.off_tick;
  if (static_cast<double>(units) / one_ != event.qty) ++facts.off_scale;
  row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, ticks));
  // Less than half of a lot is no level, as in hftbacktest.
  row.quantity = row.kind == RowKind::kLevel && 2 * units < lot_ ? 0 : units;
  return true;
}

}  // namespace acts::backtest
