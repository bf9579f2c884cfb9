#include "report/statistics/contract_value.hpp"

#include "report/statistics/exact.hpp"

namespace acts::report {
namespace {

constexpr std::string_view kLinear = "linear(";
constexpr std::string_view kInverse = "inverse(";

std::optional<Decimal> floor_ratio(const Decimal& a, const Decimal& b) noexcept {
  int128 numerator = 0;
  if (__builtin_mul_overflow(a.units, int128{power_of_ten(kMaxScale - a.scale)}, &numerator) ||
      __builtin_mul_overflow(numerator, int128{power_of_ten(b.scale)}, &numerator)) {
    return std::nullopt;
  }
  return Decimal{numerator / b.units - static_cast<int128>(numerator % b.units < 0), kMaxScale};
}

}  // namespace

std::optional<ContractTerms> parse_contract(std::string_view text) {
  const bool is_inverse = text.starts_with(kInverse);
  if ((!is_inverse && !text.starts_with(kLinear)) || !text.ends_with(')')) return std::nullopt;
  text.remove_prefix((is_inverse ? kInverse : kLinear).size());
  text.remove_suffix(1);
  const Result<Decimal> size = parse_decimal(text);
  if (!size || size->units <= 0) return std::nullopt;
  return ContractTerms{.is_inverse = is_inverse, .size = *size};
}

bool is_of_spot(const Decimal& quantity, const Decimal& price, const std::optional<Decimal>& value) noexcept {
  const std::optional<Decimal> of_spot = product(quantity, price);
  return of_spot && value && *value == *of_spot;
}

std::optional<Decimal> value_of(const ContractTerms& terms, const Decimal& position, const Decimal& price) noexcept {
  const std::optional<Decimal> sized = product(position, terms.size);
  if (!sized) return std::nullopt;
  if (!terms.is_inverse) return product(*sized, price);
  return price.units > 0 ? floor_ratio(negated(*sized), price) : std::nullopt;
}

}  // namespace acts::report
