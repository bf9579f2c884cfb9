// What the features of one moment are made of: everything the rows need from a book, read in one pass and exact.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/features/bands.hpp"
#include "acts/market/order_book.hpp"

namespace acts {

struct BandSample {
  // Quantities in units of the book's quantity scale; sums of 64-bit values, hence far below 2^126.
  int128 bid = 0;
  int128 ask = 0;
  int128 suspect = 0;  // of both sides
  // Lengths in fine price units (bands.hpp): of a half band, and of what of it lies inside K.
  int128 half_length = 0;  // zero only where mid is
  int128 bid_covered = 0;
  int128 ask_covered = 0;
};

struct BookSample {
  Scales scales;
  std::optional<BookLevel> bid;  // the best ones
  std::optional<BookLevel> ask;
  std::size_t bid_levels = 0;
  std::size_t ask_levels = 0;
  bool crossed = false;
  // A best level, or a level in the largest band, is suspect.
  bool rests_on_suspects = false;
  std::vector<BandSample> bands;  // as configured; empty unless both sides have levels

  [[nodiscard]] bool two_sided() const { return bid && ask; }
  // Twice mid, in units of the price scale; two_sided() only.
  [[nodiscard]] int128 bid_plus_ask() const { return int128{bid->price.units()} + ask->price.units(); }
};

// Prices and quantities of the book are not negative. Costs one walk over the levels inside the widest band.
BookSample sample_book(const OrderBook& book, const BandList& bands);

}  // namespace acts
