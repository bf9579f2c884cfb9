#include "acts/features/feature.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

namespace acts {
namespace {

using Sample = const MinuteSample&;

Value text(std::string_view value) { return std::string{value}; }
Value whole_millis(UnixNanos time) { return from_unix_millis(to_unix_millis(time)); }
Value count(std::size_t value) { return static_cast<std::int64_t>(value); }

Value price(Sample s, const std::optional<BookLevel>& level) {
  if (!level) return {};
  return to_decimal(level->price, s.book->scales);
}

Value quantity(Sample s, const std::optional<BookLevel>& level) {
  if (!level) return {};
  return to_decimal(level->quantity, s.book->scales);
}

Value band_quantity(Sample s, int128 units) { return Decimal{units, s.book->scales.quantity}; }

// Half of an odd number of units takes one decimal more.
Value mid_price(Sample s) {
  const int128 sum = s.book->bid_plus_ask();
  const int scale = s.book->scales.price;
  return sum % 2 == 0 ? Decimal{sum / 2, scale} : Decimal{sum * 5, scale + 1};
}

Value spread(Sample s) {
  return Decimal{int128{s.book->ask->price.units()} - s.book->bid->price.units(), s.book->scales.price};
}

// Two products of 63-bit values: below 2^127. A sum of two 63-bit values times at most 10^18: below 2^124.
Value microprice(Sample s) {
  const BookLevel& bid = *s.book->bid;
  const BookLevel& ask = *s.book->ask;
  const int128 weight = int128{bid.quantity.units()} + ask.quantity.units();
  return nearest_double((bid.price * ask.quantity).units() + (ask.price * bid.quantity).units(),
                        weight * power_of_ten(s.book->scales.price));
}

Value book_bias(const BandSample& band) {
  if (band.bid + band.ask == 0) return {};
  return nearest_double(band.bid - band.ask, band.bid + band.ask);
}

Value coverage(int128 covered, const BandSample& band) {
  if (band.half_length == 0) return {};
  return nearest_double(covered, band.half_length);
}

Value reason(Sample s) {
  if (s.quality.reason == Reason::kNone) return {};
  return text(to_string(s.quality.reason));
}

using Compute = decltype(Feature::compute);
using Text = std::string_view;

constexpr Feature always(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, false, false, Needs::kNothing, compute};
}
constexpr Feature where_known(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, false, true, Needs::kNothing, compute};
}
constexpr Feature of_book(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, false, true, Needs::kBook, compute};
}
constexpr Feature of_both_sides(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, false, true, Needs::kBothSides, compute};
}
constexpr Feature of_band(Text name, Text unit, ColumnType type, Text definition, Compute compute) {
  return {name, unit, definition, type, true, true, Needs::kBothSides, compute};
}

constexpr auto kFeatures = std::to_array<Feature>({
    always("venue", "", ColumnType::kText, "the market it trades on",
           [](Sample s, std::size_t) { return text(to_string(s.venue)); }),
    always("symbol", "", ColumnType::kText, "the venue's name for the instrument",
           [](Sample s, std::size_t) { return text(s.symbol); }),
    always("sample_time", "UTC", ColumnType::kTime,
           "the minute boundary; the row is made of all messages received before it",
           [](Sample s, std::size_t) { return Value{s.sample_time}; }),
    where_known("last_book_update", "UTC", ColumnType::kTime, "the venue's event time of the last applied depth event",
                [](Sample s, std::size_t) { return s.last_book_update ? whole_millis(*s.last_book_update) : Value{}; }),
    of_book("best_bid", "quote/base", ColumnType::kDecimal, "highest bid price",
            [](Sample s, std::size_t) { return price(s, s.book->bid); }),
    of_book("best_ask", "quote/base", ColumnType::kDecimal, "lowest ask price",
            [](Sample s, std::size_t) { return price(s, s.book->ask); }),
    of_both_sides("mid_price", "quote/base", ColumnType::kDecimal, "(best_bid + best_ask) / 2",
                  [](Sample s, std::size_t) { return mid_price(s); }),
    of_book("total_bid", "levels", ColumnType::kCount, "bid price levels known, inside and outside the covered range",
            [](Sample s, std::size_t) { return count(s.book->bid_levels); }),
    of_book("total_ask", "levels", ColumnType::kCount, "ask price levels known, inside and outside the covered range",
            [](Sample s, std::size_t) { return count(s.book->ask_levels); }),
    of_band("total_bid_P", "base", ColumnType::kDecimal,
            "bid quantity with price in [mid(1-P%), mid(1+P%)], both ends included",
            [](Sample s, std::size_t i) { return band_quantity(s, s.book->bands[i].bid); }),
    of_band("total_ask_P", "base", ColumnType::kDecimal,
            "ask quantity with price in [mid(1-P%), mid(1+P%)], both ends included",
            [](Sample s, std::size_t i) { return band_quantity(s, s.book->bands[i].ask); }),
    of_band("book_bias_P", "ratio", ColumnType::kRatio,
            "(total_bid_P - total_ask_P) / (total_bid_P + total_ask_P), empty when both are zero",
            [](Sample s, std::size_t i) { return book_bias(s.book->bands[i]); }),
    of_band("coverage_bid_P", "ratio", ColumnType::kRatio,
            "share by length of [mid(1-P%), mid] in which every level is known",
            [](Sample s, std::size_t i) { return coverage(s.book->bands[i].bid_covered, s.book->bands[i]); }),
    of_band("coverage_ask_P", "ratio", ColumnType::kRatio,
            "share by length of [mid, mid(1+P%)] in which every level is known",
            [](Sample s, std::size_t i) { return coverage(s.book->bands[i].ask_covered, s.book->bands[i]); }),
    of_band("suspect_P", "base", ColumnType::kDecimal,
            "quantity in the band, both sides, on levels from before a gap that nothing has confirmed",
            [](Sample s, std::size_t i) { return band_quantity(s, s.book->bands[i].suspect); }),
    of_both_sides("spread", "quote/base", ColumnType::kDecimal, "best_ask - best_bid",
                  [](Sample s, std::size_t) { return spread(s); }),
    of_book("bid_quantity", "base", ColumnType::kDecimal, "quantity at best_bid",
            [](Sample s, std::size_t) { return quantity(s, s.book->bid); }),
    of_book("ask_quantity", "base", ColumnType::kDecimal, "quantity at best_ask",
            [](Sample s, std::size_t) { return quantity(s, s.book->ask); }),
    of_both_sides("microprice", "quote/base", ColumnType::kRatio,
                  "(best_bid * ask_quantity + best_ask * bid_quantity) / (bid_quantity + ask_quantity)",
                  [](Sample s, std::size_t) { return microprice(s); }),
    always("updates", "events", ColumnType::kCount, "depth events applied within the minute",
           [](Sample s, std::size_t) { return Value{s.counts.updates}; }),
    always("gaps", "gaps", ColumnType::kCount, "breaks of continuity within the minute, after the first sync",
           [](Sample s, std::size_t) { return Value{s.counts.gaps}; }),
    always("gap_ms", "ms", ColumnType::kCount, "time within the minute in which the book was not in sync",
           [](Sample s, std::size_t) { return Value{s.counts.gap_ms}; }),
    always("reconnects", "connections", ColumnType::kCount, "connections lost within the minute",
           [](Sample s, std::size_t) { return Value{s.counts.reconnects}; }),
    always("state", "", ColumnType::kText, "the first that holds of: halted, syncing, suspect, stale, live",
           [](Sample s, std::size_t) { return text(to_string(s.quality.state)); }),
    where_known("reason", "", ColumnType::kText, "why the state is not live, or why values of a live book are empty",
                [](Sample s, std::size_t) { return reason(s); }),
});

constexpr bool is_per_band(const Feature& feature) { return feature.per_band; }
constexpr auto kFirstPerBand = std::find_if(kFeatures.begin(), kFeatures.end(), is_per_band);
constexpr auto kEndPerBand = std::find_if_not(kFirstPerBand, kFeatures.end(), is_per_band);
static_assert(std::none_of(kEndPerBand, kFeatures.end(), is_per_band), "the features per band stand together");

bool has_needs(Sample s, Needs needs) {
  switch (needs) {
    case Needs::kNothing: return true;
    case Needs::kBook: return s.book.has_value();
    case Needs::kBothSides: return s.book && s.book->two_sided();
  }
  return false;
}

Value value_of(const Feature& feature, Sample s, std::size_t band) {
  return has_needs(s, feature.needs) ? feature.compute(s, band) : Value{};
}

// Calls visit(feature, band) for every column in order; the features per band stand together, band after band.
template <typename Visit>
void for_each_column(const BandList& bands, Visit&& visit) {
  std::for_each(kFeatures.begin(), kFirstPerBand, [&](const Feature& feature) { visit(feature, std::size_t{0}); });
  for (std::size_t band = 0; band < bands.size(); ++band) {
    std::for_each(kFirstPerBand, kEndPerBand, [&](const Feature& feature) { visit(feature, band); });
  }
  std::for_each(kEndPerBand, kFeatures.end(), [&](const Feature& feature) { visit(feature, std::size_t{0}); });
}

std::size_t column_count(const BandList& bands) {
  constexpr auto kPerBand = static_cast<std::size_t>(kEndPerBand - kFirstPerBand);
  return kFeatures.size() - kPerBand + kPerBand * bands.size();
}

}  // namespace

std::span<const Feature> all_features() noexcept { return kFeatures; }

std::string column_name(const Feature& feature, const Band& band) {
  std::string name{feature.name};
  name.pop_back();
  return name + band.column_suffix();
}

RowSchema make_schema(const BandList& bands) {
  RowSchema schema;
  for_each_column(bands, [&](const Feature& feature, std::size_t band) {
    std::string name = feature.per_band ? column_name(feature, bands[band]) : std::string{feature.name};
    schema.columns.push_back({std::move(name), feature.type, feature.nullable});
  });
  return schema;
}

MinuteRow make_row(const MinuteSample& sample, const BandList& bands) {
  ACTS_ASSERT(!sample.book || !sample.book->two_sided() || sample.book->bands.size() == bands.size());
  MinuteRow row;
  row.values.reserve(column_count(bands));
  for_each_column(
      bands, [&](const Feature& feature, std::size_t band) { row.values.push_back(value_of(feature, sample, band)); });
  return row;
}

}  // namespace acts
