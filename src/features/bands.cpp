#include "acts/features/bands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <numeric>

namespace acts {
namespace {

constexpr Decimal kZero{0, 0};
constexpr Decimal kHundred{100, 0};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// In units of 10^-Band::kMaxDecimals per cent.
Result<std::int64_t> micro_percent_of(const Decimal& percent) {
  if (percent <= kZero || percent >= kHundred) {
    return fail(ErrorCode::kUsage,
                fmt::format("band {} is not a per cent of mid above 0 and below 100", to_string(percent)));
  }
  Decimal shortened = percent;
  while (shortened.scale > Band::kMaxDecimals && shortened.units % 10 == 0) {
    shortened.units /= 10;
    --shortened.scale;
  }
  if (shortened.scale > Band::kMaxDecimals) {
    return fail(ErrorCode::kUsage,
                fmt::format("band {} has more than {} decimals", to_string(percent), Band::kMaxDecimals));
  }
  return static_cast<std::int64_t>(shortened.units * power_of_ten(Band::kMaxDecimals - shortened.scale));
}

}  // namespace

Price Band::lowest_price(int128 bid_plus_ask) const {
  return Price{static_cast<std::int64_t>((low(bid_plus_ask) + kUnitsPerPrice - 1) / kUnitsPerPrice)};
}

Price Band::highest_price(int128 bid_plus_ask) const {
  constexpr int128 kLargest = std::numeric_limits<std::int64_t>::max();
  return Price{static_cast<std::int64_t>(std::min(high(bid_plus_ask) / kUnitsPerPrice, kLargest))};
}

std::string Band::percent() const { return to_string(Decimal{micro_percent_, kMaxDecimals}); }

std::string Band::column_suffix() const {
  std::string suffix = percent();
  std::ranges::replace(suffix, '.', '_');
  return suffix;
}

Result<BandList> BandList::make(std::span<const Decimal> percents) {
  std::vector<Band> bands;
  bands.reserve(percents.size());
  for (const Decimal& percent : percents) {
    const Result<std::int64_t> micro_percent = micro_percent_of(percent);
    if (!micro_percent) return std::unexpected(micro_percent.error());
    const Band band{*micro_percent};
    if (std::ranges::find(bands, band) != bands.end()) {
      return fail(ErrorCode::kUsage, fmt::format("band {} is given twice", to_string(percent)));
    }
    bands.push_back(band);
  }
  return of(std::move(bands));
}

Result<BandList> BandList::of(std::vector<Band> bands) {
  if (bands.size() > kMaxBands) {
    return fail(ErrorCode::kUsage, fmt::format("{} bands are given, at most {} are taken", bands.size(), kMaxBands));
  }
  BandList list;
  list.bands_ = std::move(bands);
  list.by_width_.resize(list.bands_.size());
  std::iota(list.by_width_.begin(), list.by_width_.end(), std::size_t{0});
  std::ranges::sort(list.by_width_, {}, [&](std::size_t i) { return list.bands_[i]; });
  return list;
}

Result<BandList> BandList::parse(std::string_view text) {
  std::vector<Decimal> percents;
  // One item more than there are commas: nothing behind a comma is an item that is no number.
  for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string_view item = trimmed(text.substr(begin, comma - begin));
    const Result<Decimal> percent = parse_decimal(item);
    if (!percent) return fail(ErrorCode::kUsage, fmt::format("band '{}' is not a number like 1 or 0.5", item));
    percents.push_back(*percent);
    begin = comma + 1;
  }
  return make(percents);
}

Result<BandList> BandList::joined(const BandList& more) const {
  std::vector<Band> bands = bands_;
  std::ranges::copy_if(more.bands_, std::back_inserter(bands),
                       [this](Band band) { return std::ranges::find(bands_, band) == bands_.end(); });
  return of(std::move(bands));
}

BandList BandList::defaults() { return *make(std::array{Decimal{1, 0}, Decimal{4, 0}}); }

std::string to_string(const BandList& bands) {
  std::string text;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (i > 0) text += ',';
    text += bands[i].percent();
  }
  return text;
}

}  // namespace acts
