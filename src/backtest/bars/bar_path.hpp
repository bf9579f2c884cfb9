// Which way a price is taken to have gone through a bar. What each means for orders: bar_venue.hpp.
#pragma once

#include <cstdint>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::backtest {

enum class BarPath : std::uint8_t {
  kWorst,
  kHighFirst,  // open, high, low, close
  kLowFirst,
  kNearest,  // the extreme that is nearer to the open first; the low if both are
};
// "worst", "high_first", "low_first", "nearest".
std::string_view name_of(BarPath path) noexcept;
// Errors: kUsage, naming what there is.
Result<BarPath> parse_bar_path(std::string_view text);

}  // namespace acts::backtest
