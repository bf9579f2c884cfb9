// The book that most programs of this field have: a std::map a side, prices and quantities as scaled integers, and the
// venue's documented procedure: updates wait for the snapshot, stale ones are dropped, a break in the sequence is
// noticed. It knows no coverage, no level states and no deletions, and refuses no bad input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "acts/market/venue.hpp"

namespace acts::bench {

// Eight decimals, as venues write at most. Exact, for digits[.digits].
inline std::int64_t parse_e8(std::string_view text) {
  std::int64_t units = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != '.'; ++i) units = units * 10 + (text[i] - '0');
  int decimals = 0;
  for (++i; i < text.size(); ++i, ++decimals) units = units * 10 + (text[i] - '0');
  for (; decimals < 8; ++decimals) units *= 10;
  return units;
}

struct MapBook {
  std::map<std::int64_t, std::int64_t, std::greater<>> bids;
  std::map<std::int64_t, std::int64_t> asks;
  Venue venue;
  std::int64_t last_id = -1;
  bool continued = false;  // an update has followed the snapshot
  std::size_t gaps = 0;

  // False: the update is stale.
  bool begin_update(std::int64_t first, std::int64_t last, std::int64_t previous) {
    if (venue == Venue::kBinanceSpot) {
      if (last <= last_id) return false;
      gaps += static_cast<std::size_t>(first > last_id + 1);
    } else {
      if (last < last_id) return false;
      gaps += static_cast<std::size_t>(continued ? previous != last_id : first > last_id);
    }
    continued = true;
    last_id = last;
    return true;
  }
  template <typename Levels>
  static void set(Levels& levels, std::int64_t price, std::int64_t quantity) {
    if (quantity == 0) {
      levels.erase(price);
    } else {
      levels[price] = quantity;
    }
  }
};

}  // namespace acts::bench
