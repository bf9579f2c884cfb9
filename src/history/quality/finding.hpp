// What is remarkable about the rows of one data set. Nothing is repaired: it is told. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace acts::history {

enum class FindingKind : std::uint8_t {
  // Faults: something is missing, or contradicts itself or another source.
  kGap,            // candles, ids or intervals that are missing
  kRepeated,       // a key that was there before
  kStepBack,       // a key, an id or a time below that of the row before
  kCrossed,        // a bid that is not below the ask
  kContradiction,  // a row whose own values cannot all be true
  kDifference,     // two sources do not tell the same
  // Remarks: unusual, and perhaps true.
  kZeroVolume,  // candles without a trade
  kFlat,        // candles of several trades at one price
  kEarlyClose,  // candles that end before their interval does
  kZeroPrice,   // trades outside the market
  kUnitChange,  // times in milliseconds up to here, in microseconds from here on, or the other way
  kOutlier,     // a price far from its neighbours (outlier_window.hpp)
  kOverlap,     // candles and aggregated trades that differ, as these reach over a candle's end
  kRestart,     // ids of a book that begin anew, as the venue begins them
};
inline constexpr std::size_t kFindingKinds = 14;

// "gap", "zero_volume", …
std::string_view to_string(FindingKind kind) noexcept;
constexpr bool is_fault(FindingKind kind) { return kind <= FindingKind::kDifference; }

struct Finding {
  FindingKind kind = FindingKind::kGap;
  std::int64_t first = 0;        // microseconds since 1970 UTC; of a gap: of the first that is missing
  std::int64_t last = 0;         // the same
  std::uint64_t count = 1;       // rows; of a gap: what is missing
  std::string detail = {};       // one line, or empty
  std::string_view outage = {};  // of the exchange, which explains it: where that is known from; empty: none
};

using FindingSink = std::function<void(const Finding&)>;

}  // namespace acts::history
