// One instrument's book with what BookBuilder knows of it beside the levels: enough to go on from, now or by another
// process.
#pragma once

#include <optional>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/book_image.hpp"

namespace acts::binance {

// A gap whose suspects may still be in the book.
struct KnownGap {
  UpdateId suspect_upto;
  UnixNanos at;  // receive time
  friend bool operator==(const KnownGap&, const KnownGap&) = default;
};

struct SavedBook {
  BookImage book{};
  bool snapshot_is_last = false;  // no update has come since the book's first snapshot
  std::optional<UnixNanos> last_event_time{};
  std::optional<UnixNanos> last_update_received{};
  std::optional<UnixNanos> gap_event_time{};  // of the last update before the last gap
  std::vector<KnownGap> gaps{};               // oldest first
  friend bool operator==(const SavedBook&, const SavedBook&) = default;
};

}  // namespace acts::binance
