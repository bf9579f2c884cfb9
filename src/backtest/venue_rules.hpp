// A simulated venue's rules as a configuration says them.
#pragma once

#include <cstdint>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "backtest/instrument.hpp"
#include "sim/venue_filters.hpp"

namespace acts::backtest {

// Beside those of Instrument, which exchangeInfo tells: prices, quantities and the least value of an order.
struct RuleSettings {
  // Parts of the reference price, above 0, with at most 8 decimals: from 1 on, "1.05", and up to 1, "0.95".
  std::optional<Decimal> price_band_up = {};
  std::optional<Decimal> price_band_down = {};
  std::uint32_t max_open_orders = 0;  // 0: none
  std::uint32_t max_algo_orders = 0;  // that wait for a price; 0: none
};

// In ticks and units; what lies between two of them is rounded so that nothing passes that must not. Errors: kUsage: a
// rule is not positive, has too many digits, is on the wrong side of the reference price, or leaves nothing between two
// bounds.
Result<sim::VenueFilters> filters_of(const BacktestInstrument& instrument, const RuleSettings& rules);

}  // namespace acts::backtest
