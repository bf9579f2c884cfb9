// Exact money: sums and products of decimals, for what must add up to the last unit. Pure.
#pragma once

#include <optional>

#include "acts/base/decimal.hpp"

namespace acts::report {

// Nothing if the result takes more than 38 digits or, after trailing zeros are dropped, more than kMaxScale decimals:
// then it is not known, never rounded.
std::optional<Decimal> sum(const Decimal& a, const Decimal& b) noexcept;
std::optional<Decimal> difference(const Decimal& a, const Decimal& b) noexcept;
std::optional<Decimal> product(const Decimal& a, const Decimal& b) noexcept;

Decimal negated(const Decimal& value) noexcept;
int sign_of(const Decimal& value) noexcept;
// For statistics and charts, rounded once.
double to_double(const Decimal& value) noexcept;

// A sum that becomes unknown for good once a term, or the sum, cannot be exact.
class ExactSum {
 public:
  void add(const std::optional<Decimal>& term) noexcept {
    if (value_) value_ = term ? sum(*value_, *term) : std::nullopt;
  }
  void subtract(const std::optional<Decimal>& term) noexcept {
    if (value_) value_ = term ? difference(*value_, *term) : std::nullopt;
  }
  [[nodiscard]] const std::optional<Decimal>& value() const noexcept { return value_; }

 private:
  std::optional<Decimal> value_ = Decimal{};
};

}  // namespace acts::report
