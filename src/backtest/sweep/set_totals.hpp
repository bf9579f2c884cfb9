// What a parameter set comes to.
#pragma once

#include <cstdint>

#include "acts/base/decimal.hpp"
#include "acts/base/period_closes.hpp"

namespace acts::backtest {

// Of all instruments together, exact.
struct SetTotals {
  std::uint64_t rows = 0;    // bars, or rows of books, of the data
  std::uint64_t orders = 0;  // that were asked for
  std::uint64_t fills = 0;
  Decimal position = {};  // of the first instrument
  Decimal balance = {};
  Decimal fee = {};
  Decimal funding = {};
  Decimal equity = {};            // at the last sample
  Decimal max_drawdown = {};      // the most that equity fell from its highest, at samples; not negative
  Decimal turnover = {};          // value of all fills
  RunCloses::Chosen closes = {};  // of equity with the sweep's capital, at samples
};

}  // namespace acts::backtest
