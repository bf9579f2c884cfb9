// What is traded: one symbol of one venue and its trading rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/decimal.hpp"
#include "acts/market/price.hpp"
#include "acts/market/venue.hpp"

namespace acts {

enum class TradingStatus : std::uint8_t {
  kUnknown,  // not told yet
  kTrading,
  kHalted,    // listed, but no matching now: HALT, BREAK, END_OF_DAY, CANCEL_ONLY, PENDING_TRADING, SETTLING ...
  kDelisted,  // gone from the venue's list, or CLOSE / DELIVERED
};

struct Instrument {
  Venue venue = Venue::kBinanceSpot;
  std::string symbol;  // the venue's spelling, "BTCUSDT"; UTF-8
  std::string base_asset;
  std::string quote_asset;
  TradingStatus status = TradingStatus::kUnknown;

  // Trading rules; nothing where the venue sets none (it writes a zero).
  std::optional<Decimal> tick_size;
  std::optional<Decimal> min_price;
  std::optional<Decimal> max_price;
  std::optional<Decimal> lot_size;
  std::optional<Decimal> min_quantity;
  std::optional<Decimal> max_quantity;
  std::optional<Decimal> min_notional;

  // Decimals of tick size and lot size: where a book of this instrument starts. Values that need more raise the book's
  // scales.
  [[nodiscard]] Scales scales() const;

  friend bool operator==(const Instrument&, const Instrument&) = default;
};

// "BTCUSDT" -> {"BTC", "USDT"}, by the quote assets there are; {"X", ""} where none fits.
std::pair<std::string, std::string> split_symbol(std::string_view symbol);

}  // namespace acts
