#include "acts/features/book_sample.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace acts {
namespace {

using Limits = std::array<Price, BandList::kMaxBands>;
using Totals = std::array<BandTotal, BandList::kMaxBands>;

// Levels of `side` on the far side of mid and beyond a band, which only a crossed book has: they are nearer than the
// band's far end and yet not inside it. In the order of BandList::by_width().
Totals beyond_opposite_end(const OrderBook& book, Side side, const BandList& bands, int128 bid_plus_ask) {
  // The widest band's opposite end is the one nearest to the best price.
  Limits limits;
  Totals totals;
  std::size_t count = 0;
  for (std::size_t i = bands.size(); i-- > 0;) {
    const Band& band = bands[bands.by_width()[i]];
    constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
    const std::int64_t highest = band.highest_price(bid_plus_ask).units();
    if (side == Side::kBid && highest == kLargest) continue;  // nothing can be above it
    limits[count++] = Price{side == Side::kBid ? highest + 1 : band.lowest_price(bid_plus_ask).units() - 1};
  }
  book.accumulate(side, std::span{limits}.first(count), std::span{totals}.first(count));
  Totals by_width{};
  std::reverse_copy(totals.begin(), totals.begin() + static_cast<std::ptrdiff_t>(count), by_width.begin());
  return by_width;
}

// In the order of BandList::by_width().
Totals band_totals(const OrderBook& book, Side side, const BandList& bands, const BookSample& sample) {
  const int128 sum = sample.bid_plus_ask();
  Limits limits;
  Totals totals{};
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const Band& band = bands[bands.by_width()[i]];
    limits[i] = side == Side::kBid ? band.lowest_price(sum) : band.highest_price(sum);
  }
  book.accumulate(side, std::span{limits}.first(bands.size()), std::span{totals}.first(bands.size()));
  if (!sample.crossed) return totals;
  const Totals beyond = beyond_opposite_end(book, side, bands, sum);
  for (std::size_t i = 0; i < bands.size(); ++i) {
    totals[i].quantity -= beyond[i].quantity;
    totals[i].suspect -= beyond[i].suspect;
  }
  return totals;
}

// The length of [low, high], in fine units, that lies inside K.
int128 covered_length(const CoverageSet& coverage, int128 low, int128 high) {
  int128 length = 0;
  for (const PriceInterval& interval : coverage.intervals()) {
    const bool no_end = interval.high == CoverageSet::kNoUpperEnd;
    const int128 begin = std::max(low, int128{interval.low.units()} * Band::kUnitsPerPrice);
    const int128 end = no_end ? high : std::min(high, int128{interval.high.units()} * Band::kUnitsPerPrice);
    length += std::max<int128>(end - begin, 0);
  }
  return length;
}

void sample_bands(const OrderBook& book, const BandList& bands, BookSample& sample) {
  const Totals bids = band_totals(book, Side::kBid, bands, sample);
  const Totals asks = band_totals(book, Side::kAsk, bands, sample);
  const int128 sum = sample.bid_plus_ask();
  const int128 mid = Band::mid(sum);
  sample.bands.resize(bands.size());
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const std::size_t index = bands.by_width()[i];
    const int128 low = bands[index].low(sum);
    const int128 high = bands[index].high(sum);
    sample.bands[index] = {.bid = bids[i].quantity,
                           .ask = asks[i].quantity,
                           .suspect = bids[i].suspect + asks[i].suspect,
                           .half_length = mid - low,
                           .bid_covered = covered_length(book.coverage(), low, mid),
                           .ask_covered = covered_length(book.coverage(), mid, high)};
  }
}

}  // namespace

BookSample sample_book(const OrderBook& book, const BandList& bands) {
  BookSample sample;
  sample.scales = book.scales();
  sample.bid = book.best(Side::kBid);
  sample.ask = book.best(Side::kAsk);
  sample.bid_levels = book.level_count(Side::kBid);
  sample.ask_levels = book.level_count(Side::kAsk);
  sample.rests_on_suspects =
      (sample.bid && book.is_suspect(*sample.bid)) || (sample.ask && book.is_suspect(*sample.ask));
  if (!sample.two_sided()) return sample;
  sample.crossed = sample.bid->price >= sample.ask->price;
  if (bands.empty()) return sample;
  sample_bands(book, bands, sample);
  sample.rests_on_suspects |= sample.bands[bands.by_width().back()].suspect > 0;
  return sample;
}

}  // namespace acts
