// Decimals with an exponent, as programs write them that count in doubles ("1e-05"), without a double. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acts::history {

// "1.5E3" -> "1500", "-1e-05" -> "-0.00001": the same number as [-]digits[.digits]. Nothing for a text without an
// exponent, with one beyond 99, or that is no number.
std::optional<std::string> without_exponent(std::string_view text);

}  // namespace acts::history
