// JSON in the one form of RFC 8785 (JSON Canonicalization Scheme): the same document is the same bytes everywhere, so
// that its SHA-256 says whether it is the same. Keys in the order of their UTF-16 code units, numbers as ECMAScript
// writes them, strings with the fewest escapes, no blanks. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

// Errors: kBadInput, for what the form does not have: a number that is not finite, a whole number that a double does
// not hold exactly, text that is not UTF-8.
Result<std::string> canonical_json(const nlohmann::json& document);
// Whether it can be a text of it (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text) noexcept;
// A finite number (asserted).
std::string canonical_number(double number);

}  // namespace acts::history
