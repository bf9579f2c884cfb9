// Reads one trade or book ticker exactly as Binance writes it, in one pass: key order, no blanks, no escapes. Anything
// else is not its business (then use the general parser). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "binance/scan_text.hpp"

namespace acts::binance {

// The longest such message has some 250 bytes.
inline constexpr std::size_t kLongestScannedEvent = 384;

struct ScannedEvent {
  enum class Kind : std::uint8_t { kTrade, kBookTicker };
  Kind kind = Kind::kTrade;
  std::string_view stream;  // empty on a raw connection
  std::string_view symbol;
  std::int64_t ts_event = 0;  // as written: milli- or microseconds; of a trade the engine's
  bool has_ts_event = false;  // always of a trade
  std::int64_t id = 0;        // of the trade; update id
  std::string_view price;     // of the trade; best bid
  std::string_view quantity;
  std::string_view ask_price;  // of a book ticker
  std::string_view ask_quantity;
  bool buyer_is_maker = false;
  bool is_market = true;  // X says so, or there is none
};

// `text`: a message, followed by kScannerPadding zeros. The views of `out` point into it; whatever it held before means
// nothing. False also for whole numbers of more than 18 digits.
bool scan_event(std::string_view text, ScannedEvent& out);

// digits[.digits] within that text, at a scale of at most 8. False also for a value that needs more decimals, and for
// more than 10 digits before the point.
inline bool scan_units(std::string_view number, int scale, std::int64_t& units) {
  const char* p = number.data();
  NumberForm form;
  return scan::number(p, scan::Scale{scale}, units, form) && p == number.data() + number.size();
}

}  // namespace acts::binance
