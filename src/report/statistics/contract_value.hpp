// What a position is worth in the asset that it settles in, as the engine has it in equity.csv (docs/account.md). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "acts/base/decimal.hpp"

namespace acts::report {

struct ContractTerms {
  bool is_inverse = false;
  Decimal size = {1, 0};  // linear: base asset of a unit of quantity; inverse: quote asset of a contract; above 0
};

// Whether a trade of `quantity` at `price` that came to `value` may have been one of spot.
bool is_of_spot(const Decimal& quantity, const Decimal& price, const std::optional<Decimal>& value) noexcept;

// "linear(1)", "inverse(100)", as run.json has it. Nothing: it is neither.
std::optional<ContractTerms> parse_contract(std::string_view text);

// Of size s, with position q at the price p: q s p, exact; of inverse contracts -q s / p, rounded down to kMaxScale
// decimals. Nothing: it takes more digits than exact numbers have, or an inverse contract's price is not above 0.
std::optional<Decimal> value_of(const ContractTerms& terms, const Decimal& position, const Decimal& price) noexcept;

}  // namespace acts::report
