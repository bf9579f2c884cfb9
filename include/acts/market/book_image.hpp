// What a book knows at one moment, as values: for checkpoints, and files of whole books.
#pragma once

#include <cstdint>
#include <vector>

#include "acts/market/coverage.hpp"
#include "acts/market/events.hpp"
#include "acts/market/level_map.hpp"

namespace acts {

// Of a book that has merged a snapshot. Prices and quantities in units of `scales`.
struct BookImage {
  Scales scales{};
  std::vector<BookLevel> bids{};          // best first
  std::vector<BookLevel> asks{};          // best first
  std::vector<PriceInterval> coverage{};  // ascending, disjoint
  UpdateId last_update_id = kNoUpdateId;  // not below any level's id
  UpdateId suspect_upto = kNoUpdateId;    // levels set at or before it are suspect
  std::uint64_t epoch = 0;
  std::uint64_t ghosts = 0;
  friend bool operator==(const BookImage&, const BookImage&) = default;
};

// Depends on every value of it: two books that differ have other ones, but for chance (FNV-1a, 64 bits).
std::uint64_t fingerprint(const BookImage& image);

}  // namespace acts
