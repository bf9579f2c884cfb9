// Prices and quantities: scaled integers whose scale belongs to the instrument.
//
// The three kinds cannot be mixed: no implicit construction, no conversion back, and no arithmetic but price times
// quantity, which is a Notional; sums are made of units(). Two values may be compared only at the same Scales; whoever
// holds values also holds their scales (OrderBook, DepthUpdate, Trade).
#pragma once

#include <compare>
#include <cstdint>

#include "acts/base/decimal.hpp"

namespace acts {

// Decimals of prices and quantities of one instrument, 0 ... kMaxScale each.
struct Scales {
  std::uint8_t price = 0;
  std::uint8_t quantity = 0;

  friend bool operator==(Scales, Scales) = default;
  // True if every value that `other` can express is expressible here too.
  [[nodiscard]] constexpr bool covers(Scales other) const { return price >= other.price && quantity >= other.quantity; }
};

// In units of 10^-scales.price of the quote asset per base asset.
class Price {
 public:
  constexpr Price() = default;
  explicit constexpr Price(std::int64_t units) : units_(units) {}
  [[nodiscard]] constexpr std::int64_t units() const { return units_; }
  friend constexpr auto operator<=>(Price, Price) = default;

 private:
  std::int64_t units_ = 0;
};

// In units of 10^-scales.quantity of the base asset. Never negative in a book; zero deletes a level.
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(std::int64_t units) : units_(units) {}
  [[nodiscard]] constexpr std::int64_t units() const { return units_; }
  [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  std::int64_t units_ = 0;
};

// In units of 10^-(scales.price + scales.quantity) of the quote asset; 128 bits, so that no product overflows.
class Notional {
 public:
  explicit constexpr Notional(int128 units) : units_(units) {}
  [[nodiscard]] constexpr int128 units() const { return units_; }
  friend constexpr auto operator<=>(Notional, Notional) = default;

 private:
  int128 units_ = 0;
};

constexpr Notional operator*(Price price, Quantity quantity) {
  return Notional{int128{price.units()} * quantity.units()};
}

inline Decimal to_decimal(Price price, Scales scales) { return {price.units(), scales.price}; }
inline Decimal to_decimal(Quantity quantity, Scales scales) { return {quantity.units(), scales.quantity}; }

}  // namespace acts
