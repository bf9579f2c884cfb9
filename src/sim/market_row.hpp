// One change of a public market in the form that a simulated venue reads by the hundred million: what has to be worked
// out of a message is worked out once, when the row is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "acts/market/order.hpp"

namespace acts::sim {

// Prices here are ranks: a price in ticks, of asks and of what sells with the sign turned. A higher rank is a better
// price on either side, so that one piece of code serves both; a bid and an ask meet where their ranks add up to 0 or
// more.
using Rank = std::int64_t;

// No price: worse than any. Two of them can be added.
inline constexpr Rank kNoRank = std::numeric_limits<std::int64_t>::min() / 2;

// 0: bids, buy orders, buying takers; 1: asks, sell orders, selling takers.
using SideIndex = std::uint8_t;
inline constexpr SideIndex kBidSide = 0;
inline constexpr SideIndex kAskSide = 1;
constexpr SideIndex other(SideIndex side) { return side ^ 1U; }
constexpr SideIndex index_of(OrderSide side) { return side == OrderSide::kBuy ? kBidSide : kAskSide; }
// Of a price in ticks, and back.
constexpr Rank rank_of(SideIndex side, std::int64_t ticks) { return side == kBidSide ? ticks : -ticks; }
constexpr std::int64_t ticks_of(SideIndex side, Rank rank) { return side == kBidSide ? rank : -rank; }

enum class RowKind : std::uint8_t {
  kLevel,      // the quantity at a price of a book's side is now this; 0: none
  kClear,      // a book's side is empty from its best price down to this rank
  kClearBoth,  // the book is empty
  kTrade,      // somebody took this much; side and rank are the taker's
  kNothing,    // something that could not be read stood here
};
constexpr bool is_of_book(RowKind kind) { return kind < RowKind::kTrade; }

struct MarketRow {
  std::int64_t ts = 0;        // UnixNanos, of the one clock that its stream is ordered by
  std::int64_t quantity = 0;  // units of the instrument's scale; not negative, below 2^62
  std::int32_t rank = 0;
  SideIndex side = kBidSide;
  RowKind kind = RowKind::kLevel;
};
static_assert(sizeof(MarketRow) == 24, "a run streams through them: every byte costs");

// Behind the last row of a block: later than anything, so that no loop need look for the end.
inline constexpr MarketRow kEndRow{.ts = std::numeric_limits<std::int64_t>::max()};

// For a loop over rows, at each: the processor is asked for those that it comes to later. By itself it reads ahead no
// further than a page of memory, and each next one would be waited for. Rows in a cache lose nothing by it. Only an
// address is made, which may lie behind the block.
inline void prefetch_rows_behind(const MarketRow* row) {
  constexpr std::ptrdiff_t kRowsAhead = 96;  // fewer come too late, more gain nothing: bench/README.md
  __builtin_prefetch(row + kRowsAhead);
}

}  // namespace acts::sim
