// What the venue says of a symbol that we were told to collect, as the run log keeps it.
#pragma once

#include <cstdint>
#include <string_view>

#include "acts/market/instrument.hpp"

namespace acts::collector {

enum class SymbolStatus : std::uint8_t {
  kUnknown,  // the venue has not been asked yet
  kTrading,
  kHalted,
  kDelisted,  // gone from the venue's list, or closed
  kUnlisted,  // the venue does not know it: a typing error, or a listing yet to come
};

// "unknown", "trading", "halted", "delisted", "unlisted".
std::string_view to_string(SymbolStatus status) noexcept;
// kUnknown for any other text.
SymbolStatus symbol_status_from(std::string_view text) noexcept;

SymbolStatus symbol_status_of(TradingStatus status) noexcept;
// kUnlisted is kUnknown: nothing is known of its trading.
TradingStatus trading_status_of(SymbolStatus status) noexcept;

}  // namespace acts::collector
