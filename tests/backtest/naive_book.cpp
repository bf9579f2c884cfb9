#include "backtest/naive_book.hpp"

#include <algorithm>

namespace acts::backtest::test {

using sim::MarketRow;
using sim::RowKind;

std::int64_t tick_of(const MarketRow& row) { return row.side == sim::kBidSide ? row.rank : -row.rank; }

void NaiveBook::find_bid_below(std::int64_t tick) {
  best_bid.reset();
  for (const auto& [at, quantity] : bids) {
    if (at < tick && at >= lowest_bid_) best_bid = at;
  }
}

void NaiveBook::find_ask_above(std::int64_t tick) {
  best_ask.reset();
  for (const auto& [at, quantity] : asks) {
    if (at > tick && at <= highest_ask_ && !best_ask) best_ask = at;
  }
}

void NaiveBook::set_bid(std::int64_t tick, std::int64_t quantity) {
  if (quantity == 0) {
    bids.erase(tick);
    if (best_bid != tick) return;
    find_bid_below(tick);
    if (!best_bid) lowest_bid_ = INT64_MAX;
    return;
  }
  bids[tick] = quantity;
  lowest_bid_ = std::min(lowest_bid_, tick);
  if (best_bid && tick <= *best_bid) return;
  best_bid = tick;
  if (best_ask && *best_ask <= tick) find_ask_above(tick);
}

void NaiveBook::set_ask(std::int64_t tick, std::int64_t quantity) {
  if (quantity == 0) {
    asks.erase(tick);
    if (best_ask != tick) return;
    find_ask_above(tick);
    if (!best_ask) highest_ask_ = INT64_MIN;
    return;
  }
  asks[tick] = quantity;
  highest_ask_ = std::max(highest_ask_, tick);
  if (best_ask && tick >= *best_ask) return;
  best_ask = tick;
  if (best_bid && *best_bid >= tick) find_bid_below(tick);
}

void NaiveBook::apply(const MarketRow& row) {
  const std::int64_t tick = tick_of(row);
  const bool is_bid = row.side == sim::kBidSide;
  if (row.kind == RowKind::kLevel) {
    if (is_bid) {
      set_bid(tick, row.quantity);
    } else {
      set_ask(tick, row.quantity);
    }
  } else if (row.kind == RowKind::kClear && is_bid) {
    std::erase_if(bids, [&](const auto& level) { return level.first >= tick; });
    find_bid_below(tick);
    if (!best_bid) lowest_bid_ = INT64_MAX;
  } else if (row.kind == RowKind::kClear) {
    std::erase_if(asks, [&](const auto& level) { return level.first <= tick; });
    find_ask_above(tick);
    if (!best_ask) highest_ask_ = INT64_MIN;
  } else if (row.kind == RowKind::kClearBoth) {
    *this = {};
  }
}

std::optional<Level> NaiveBook::best(Side side) const {
  const auto& tick = side == Side::kBid ? best_bid : best_ask;
  if (!tick) return std::nullopt;
  return Level{Price{*tick}, quantity_at(side, Price{*tick})};
}

std::size_t NaiveBook::levels(Side side, std::span<Level> out) const {
  std::size_t count = 0;
  if (side == Side::kBid) {
    for (auto level = bids.rbegin(); level != bids.rend() && count < out.size(); ++level) {
      if (best_bid && level->first <= *best_bid) out[count++] = {Price{level->first}, Quantity{level->second}};
    }
  } else {
    for (auto level = asks.begin(); level != asks.end() && count < out.size(); ++level) {
      if (best_ask && level->first >= *best_ask) out[count++] = {Price{level->first}, Quantity{level->second}};
    }
  }
  return count;
}

Quantity NaiveBook::quantity_at(Side side, Price price) const {
  const auto& levels = side == Side::kBid ? bids : asks;
  const auto found = levels.find(price.units());
  return Quantity{found == levels.end() ? 0 : found->second};
}

}  // namespace acts::backtest::test
