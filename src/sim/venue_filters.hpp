// A venue's rules of what an order may be, checked where it arrives. Pure values; not thread-safe.
//
// Binance spot: "Filters" (binance-spot-api-docs, filters.md); USD-M futures: "Common Definition", PERCENT_PRICE. Both
// read 2026-11. Tick and lot are no rules here: prices are whole ticks, and quantities whole lots, before they leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/venue_order.hpp"

namespace acts::sim {

// Prices that a limit may have, as parts of a reference price: the last trade, or the middle as long as there was none.
struct PriceBand {
  static constexpr int kScale = 8;
  std::int64_t up = 0;    // 10^-8; 0: not bounded above
  std::int64_t down = 0;  // 10^-8; 0: not bounded below
  // Of futures: buys are bounded above alone, and sells below. Spot bounds both on either side.
  bool is_one_sided = false;
};

struct VenueFilters {
  // Of limit and stop prices, in ticks. 0: none.
  std::int64_t min_price = 0;
  std::int64_t max_price = 0;
  // Units. 0: none.
  std::int64_t min_quantity = 0;
  std::int64_t max_quantity = 0;
  // Ticks x units, rounded up. Of market orders at the reference price, not checked while there is none; of those that
  // become market orders at the price they wait for. Reduce-only orders of futures need none (error -4164).
  int128 min_notional = 0;
  bool is_reducing_exempt = false;
  PriceBand band = {};
  std::size_t max_open_orders = 0;  // 0: none; those that wait are counted too
  std::size_t max_stops = 0;        // that wait; 0: none
};

// What the rules are held against.
struct FilterView {
  std::optional<std::int64_t> double_reference = {};  // twice the reference price, in ticks
  std::size_t open = 0;                               // orders, those that wait included
  std::size_t waiting = 0;
};

// kNone: it may be. Of prices and quantity alone; `quantity`: in all.
RejectReason refusal_of(const VenueFilters& filters, const VenueOrder& order, const FilterView& view);
// Of one that is refused for `reason`, by which bound: kNone by another rule than those of price and quantity.
RefusalDetail detail_of(const VenueFilters& filters, const VenueOrder& order, RejectReason reason);
// As many as there may be are open.
RejectReason refusal_of_count(const VenueFilters& filters, const VenueOrder& order, const FilterView& view);

// How many may come within a time; windows begin at whole multiples of their length. 0: no limit.
// Orders are counted as they come, and each change as one more (Binance, "USD-M Futures, Modify Order", read 2026-11:
// "1 on 10s order rate limit"; spot replaces an order the same way). Requests are orders, of a pair one, changes and
// cancels.
struct OrderRates {
  std::uint32_t per_10s = 0;
  std::uint32_t per_minute = 0;
  std::uint32_t per_day = 0;
  std::uint32_t requests_per_minute = 0;
};

class RateWindows {
 public:
  static RateWindows of_orders(const OrderRates& rates) {
    return RateWindows(rates.per_10s, rates.per_minute, rates.per_day);
  }
  static RateWindows of_requests(const OrderRates& rates) { return RateWindows(0, rates.requests_per_minute, 0); }
  // So many more at `now`, which does not go back. False: too many, and not counted.
  bool take(UnixNanos now, std::uint32_t count = 1);

 private:
  RateWindows(std::uint32_t per_10s, std::uint32_t per_minute, std::uint32_t per_day)
      : windows_{Window{per_10s, std::chrono::seconds{10}}, Window{per_minute, std::chrono::minutes{1}},
                 Window{per_day, std::chrono::hours{24}}},
        is_bounded_(per_10s != 0 || per_minute != 0 || per_day != 0) {}
  struct Window {
    std::uint32_t most;
    Nanos length;
    std::int64_t index = INT64_MIN;
    std::uint32_t count = 0;
  };
  Window windows_[3];
  bool is_bounded_;
};

}  // namespace acts::sim
