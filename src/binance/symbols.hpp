// What a user types for an instrument, and which one is meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

#include "binance/exchange_info.hpp"

namespace acts::binance {

inline constexpr std::size_t kMaxTypedBytes = 64;

struct SymbolWish {
  Venue venue = Venue::kBinanceSpot;
  std::string text;  // a symbol or an asset; ASCII letters in upper case, other UTF-8 as typed

  friend bool operator==(const SymbolWish&, const SymbolWish&) = default;
};

// "BTCUSDT", "btcusdt", "BTC", "binance-usdm:BTCUSDT". Errors: kUsage for an unknown venue, nothing, more than
// kMaxTypedBytes, or bytes that no symbol has (blanks, controls, ASCII other than letters, digits, "_", "-", ".").
Result<SymbolWish> parse_symbol_wish(std::string_view typed, Venue default_venue);

// The instrument of that symbol; if there is none, the one of that base asset against USDT. `info` must be of the
// wish's venue (asserted) and outlive the answer. Errors, kUsage: no such symbol (the nearest name is given), or one
// that is no longer traded.
Result<const Instrument*> resolve_symbol(const SymbolWish& wish, const ExchangeInfo& info);

}  // namespace acts::binance
