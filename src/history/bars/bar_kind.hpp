// The columns of a bar: what a run of trades, or of smaller candles, comes to. The first eleven mean what those of
// klines mean. Pure.
#pragma once

#include <cstddef>

#include "history/table/kind.hpp"

namespace acts::history {

enum BarColumn : std::size_t {
  kBarOpenTime,
  kBarOpen,
  kBarHigh,
  kBarLow,
  kBarClose,
  kBarVolume,
  kBarCloseTime,
  kBarQuoteVolume,
  kBarTrades,
  kBarTakerBuyVolume,
  kBarTakerBuyQuoteVolume,
  kBarFirstId,
  kBarRows,
  kBarMissing,
  kBarIsFilled,
  kBarIsOpen,
};

// Not among kinds(): bars are made, not imported.
const Kind& bar_kind();

}  // namespace acts::history
