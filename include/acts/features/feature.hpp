// The features: every column of a minute row, each declared once, in the table of feature.cpp. From it come the schema,
// the rows and the text of `acts features`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/features/book_sample.hpp"
#include "acts/features/quality.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

namespace acts {

// What happened within one minute.
struct MinuteCounts {
  std::int64_t updates = 0;
  std::int64_t gaps = 0;
  std::int64_t gap_ms = 0;
  std::int64_t reconnects = 0;
  friend bool operator==(const MinuteCounts&, const MinuteCounts&) = default;
};

// Everything a row is computed from.
struct MinuteSample {
  Venue venue = Venue::kBinanceSpot;
  std::string_view symbol{};
  UnixNanos sample_time{};  // a multiple of kMinute
  std::optional<UnixNanos> last_book_update{};
  std::optional<BookSample> book{};  // none without a usable snapshot
  MinuteCounts counts{};
  Quality quality{};
};

// What a feature's value stands on; where it is missing, the value is unknown.
enum class Needs : std::uint8_t { kNothing, kBook, kBothSides };

struct Feature {
  std::string_view name;        // of a feature per band with "_P" at its end, where columns have the band
  std::string_view unit;        // "" where there is none
  std::string_view definition;  // one sentence without a final full stop
  ColumnType type = ColumnType::kText;
  bool per_band = false;
  bool nullable = true;
  Needs needs = Needs::kNothing;
  Value (*compute)(const MinuteSample& sample, std::size_t band) = nullptr;  // `band` only of a feature per band
};

// In the order of the columns.
std::span<const Feature> all_features() noexcept;

// "total_bid_P" and 0.5 -> "total_bid_0_5"; features per band only.
std::string column_name(const Feature& feature, const Band& band);

// Every feature's columns; the features per band stand together, band after band.
RowSchema make_schema(const BandList& bands);
// sample.book, if any, is made with the same bands (asserted).
MinuteRow make_row(const MinuteSample& sample, const BandList& bands);

// What `acts features` prints: name, unit, columns and definition of each feature, then the states and reasons.
std::string describe_features(const BandList& bands);

}  // namespace acts
