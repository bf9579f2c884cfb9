#include "sim/account/contract.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts::sim {
namespace {

constexpr std::int64_t kMostSize = 1'000'000'000'000;
// Quantities that can be added by the thousand in 64 bits.
constexpr std::int64_t kMostUnits = 1'000'000'000'000'000;
// Decimals that a mark has beyond those of the tick: half a tick, or the eight of a venue's mark price.
constexpr int kMarkDecimals = 8;

}  // namespace

Result<int> MoneyTerms::least_scale(Scales scales, const Contract& contract, int fee_decimals) {
  const Decimal size = shortest(contract.size);
  if (size.units <= 0 || size.units > kMostSize || size.scale > kMaxScale) {
    return fail(ErrorCode::kUsage, fmt::format("contract_size: {} is not between 0 and 10^12", to_string(size)));
  }
  if (contract.kind == ContractKind::kInverse) return kMaxScale;
  const int scale = scales.price + scales.quantity + size.scale + fee_decimals;
  if (scale > kMaxScale) {
    return fail(ErrorCode::kUsage,
                fmt::format("tick size, lot size and fees have {} decimals together, and money {} at most: leave out "
                            "what the venue does not have",
                            scale, kMaxScale));
  }
  return scale;
}

MoneyTerms::MoneyTerms(Scales scales, const Contract& contract, int scale)
    : scales_(scales), scale_(scale), is_linear_(contract.kind == ContractKind::kLinear) {
  const Decimal size = shortest(contract.size);
  const auto least = least_scale(scales, contract, 0);
  ACTS_ASSERT(least && *least <= scale && scale <= kMaxScale);
  size_ = size.units;
  size_scale_ = size.scale;
  int128 largest = 0;
  if (is_linear_) {
    per_value_ = size_ * power_of_ten(scale - *least);
    largest = kMostPart / kMostPrice / per_value_;
  } else {
    MoneyMath math;
    const int exponent = scale + std::max(scales.price + 1, kMarkDecimals) - scales.quantity - size_scale_;
    const int128 numerator = math.scaled(size_, exponent);
    largest = math.has_overflown() ? 0 : kMostPart / std::max(numerator, int128{1});
  }
  largest_quantity_ = static_cast<std::int64_t>(std::min(largest, int128{kMostUnits}));
}

int128 MoneyTerms::cash_of(MoneyMath& math, std::int64_t quantity, Price price) const {
  if (is_linear_) return -math.product(int128{quantity} * price.units(), per_value_);
  return value_of(math, -quantity, to_decimal(price, scales_));
}

int128 MoneyTerms::value_of(MoneyMath& math, std::int64_t quantity, const Decimal& mark) const {
  const int128 sized = math.product(quantity, size_);
  const int exponent = scale_ - scales_.quantity - size_scale_;
  if (is_linear_) return math.scaled(math.product(sized, mark.units), exponent - mark.scale);
  const int128 numerator = math.scaled(-sized, exponent + mark.scale);
  return floor_ratio(numerator, mark.units);
}

int128 MoneyTerms::notional_of(MoneyMath& math, std::int64_t quantity, const Decimal& mark) const {
  const std::int64_t magnitude = quantity < 0 ? -quantity : quantity;
  return -value_of(math, is_linear_ ? -magnitude : magnitude, mark);
}

int128 MoneyTerms::part_of(MoneyMath& math, std::int64_t quantity, const Decimal& price, const Decimal& rate) const {
  const std::int64_t magnitude = quantity < 0 ? -quantity : quantity;
  const int128 sized = math.product(math.product(magnitude, size_), -rate.units);
  const int exponent = scale_ - scales_.quantity - size_scale_ - rate.scale;
  if (is_linear_) return -math.scaled(math.product(sized, price.units), exponent - price.scale);
  // Rounded down by a divisor and by a power of ten is rounded down once, so the power goes to the divisor where that
  // does not make the numerator too large.
  const int power = exponent + price.scale;
  const int128 numerator = math.scaled(sized, std::max(power, 0));
  const int128 ratio = floor_ratio(numerator, price.units);
  return -math.scaled(ratio, std::min(power, 0));
}

int128 MoneyTerms::turnover_of(MoneyMath& math, std::int64_t quantity, Price price) const {
  const std::int64_t magnitude = quantity < 0 ? -quantity : quantity;
  if (is_linear_) return math.product(int128{magnitude} * price.units(), per_value_);
  return math.scaled(math.product(magnitude, size_), scale_ - scales_.quantity - size_scale_);
}

std::string_view to_string(ContractKind kind) noexcept { return kind == ContractKind::kLinear ? "linear" : "inverse"; }

Result<ContractKind> parse_contract_kind(std::string_view text) {
  for (const ContractKind kind : {ContractKind::kLinear, ContractKind::kInverse}) {
    if (text == to_string(kind)) return kind;
  }
  return fail(ErrorCode::kUsage, fmt::format("'{}': linear or inverse?", text));
}

}  // namespace acts::sim
