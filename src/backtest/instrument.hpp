// What a backtest must know of an instrument: exact steps of its prices and quantities.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/venue.hpp"

namespace acts::backtest {

struct BacktestInstrument {
  Instrument info = {};
  std::string name = {};  // in a run's files: its symbol, or "venue:symbol" where two venues have one of that name
  Scales scales = {};     // decimals of tick and lot
  std::int64_t tick = 1;  // units of scales.price
  std::int64_t lot = 1;   // units of scales.quantity

  // The doubles nearest to one tick and one lot.
  [[nodiscard]] double tick_value() const;
  [[nodiscard]] double lot_value() const;
  [[nodiscard]] Decimal price_at(std::int64_t ticks) const { return {int128{ticks} * tick, scales.price}; }
  [[nodiscard]] Decimal quantity_of(std::int64_t units) const { return {units, scales.quantity}; }
};

// Of twice the middle, in ticks.
inline Decimal middle_price(std::int64_t double_ticks, std::int64_t tick, Scales scales) {
  return {int128{double_ticks} * tick * 5, scales.price + 1};
}

// Of each.
std::vector<Venue> venues_of(std::span<const BacktestInstrument> instruments);

// `info` must have tick_size and lot_size. Errors: kUsage: they are missing, not positive, or have more decimals or
// digits than can be reckoned with.
Result<BacktestInstrument> backtest_instrument(Instrument info);

}  // namespace acts::backtest
