// The configured price bands around mid: per cents P with 0 < P < 100.
//
// A band reaches from mid (1 - P %) to mid (1 + P %), both ends included. Its ends are rational numbers; they are held
// as integers in units of 1/kUnitsPerPrice of the book's price unit, so that every question about them has an exact
// answer. P is then a whole number of 10^-kMaxDecimals per cent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/market/price.hpp"

namespace acts {

class Band {
 public:
  static constexpr int kMaxDecimals = 6;
  static constexpr std::int64_t kHundredPercent = 100'000'000;  // in units of 10^-kMaxDecimals per cent
  static constexpr std::int64_t kUnitsPerPrice = 2 * kHundredPercent;

  // From the best bid and ask in the book's price units, not negative, to the band's ends and its middle in fine units.
  // bid + ask < 2^64 and every factor < 2^28, so that no product reaches 2^92.
  [[nodiscard]] int128 low(int128 bid_plus_ask) const { return bid_plus_ask * (kHundredPercent - micro_percent_); }
  [[nodiscard]] int128 high(int128 bid_plus_ask) const { return bid_plus_ask * (kHundredPercent + micro_percent_); }
  [[nodiscard]] static int128 mid(int128 bid_plus_ask) { return bid_plus_ask * kHundredPercent; }
  // The lowest and the highest price inside the band; the latter at most the largest price there is.
  [[nodiscard]] Price lowest_price(int128 bid_plus_ask) const;
  [[nodiscard]] Price highest_price(int128 bid_plus_ask) const;

  // "1", "0.5".
  [[nodiscard]] std::string percent() const;
  // "1", "0_5": as it ends the names of its columns.
  [[nodiscard]] std::string column_suffix() const;

  friend auto operator<=>(Band, Band) = default;  // by width

 private:
  friend class BandList;
  explicit Band(std::int64_t micro_percent) : micro_percent_(micro_percent) {}
  std::int64_t micro_percent_;
};

// At most kMaxBands different bands in the order of the columns.
class BandList {
 public:
  static constexpr std::size_t kMaxBands = 32;

  // Errors: kUsage for a band outside 0 < P < 100, with more than Band::kMaxDecimals decimals, given twice, or one too
  // many.
  static Result<BandList> make(std::span<const Decimal> percents);
  // "1,4", "0.5, 1"; "" for no bands. Errors: as make(), and kUsage for what is no number; nor is an empty item.
  static Result<BandList> parse(std::string_view text);
  // 1 and 4 per cent.
  static BandList defaults();
  // These, and behind them the bands of `more` that are not among them. Errors: kUsage for one too many.
  [[nodiscard]] Result<BandList> joined(const BandList& more) const;

  [[nodiscard]] std::size_t size() const { return bands_.size(); }
  [[nodiscard]] bool empty() const { return bands_.empty(); }
  [[nodiscard]] const Band& operator[](std::size_t i) const { return bands_[i]; }
  // Indices of the bands from the narrowest to the widest.
  [[nodiscard]] std::span<const std::size_t> by_width() const { return by_width_; }

  friend bool operator==(const BandList& a, const BandList& b) { return a.bands_ == b.bands_; }

 private:
  static Result<BandList> of(std::vector<Band> bands);

  std::vector<Band> bands_;
  std::vector<std::size_t> by_width_;
};

// "1,4": as BandList::parse() reads it.
std::string to_string(const BandList& bands);

}  // namespace acts
