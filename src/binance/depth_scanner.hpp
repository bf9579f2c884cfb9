// Reads one depth update exactly as Binance writes it, in one pass: key order, no blanks, no escapes. Anything else is
// not its business.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "acts/market/events.hpp"

namespace acts::binance {

// Bytes that must be readable behind the text.
inline constexpr std::size_t kScannerPadding = 64;

struct ScannedDepth {
  std::string_view stream;  // empty on a raw connection
  std::string_view symbol;
  std::int64_t ts_event = 0;  // as written: milli- or microseconds
  std::int64_t first_update_id = 0;
  std::int64_t last_update_id = 0;
  std::int64_t previous_last_update_id = 0;
  bool has_previous = false;
};

// Head first, so that the caller can find the scales by the symbol; then the levels. Each returns false as soon as the
// text is not of the expected form (then use the general parser), and reads at most kScannerPadding bytes beyond its
// end.
class DepthScanner {
 public:
  // `text` is followed by kScannerPadding readable bytes and ends in "}" (else false).
  bool head(std::string_view text, ScannedDepth& out);
  // After head(). False also for a value that needs more decimals than `scales`, is negative, zero as a price, or too
  // large.
  bool levels(Scales scales, std::vector<Level>& bids, std::vector<Level>& asks);

 private:
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool combined_ = false;
};

}  // namespace acts::binance
