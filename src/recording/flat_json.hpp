// JSON objects of strings and whole numbers, nothing nested: all that an index needs.
#pragma once

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

namespace acts {

// Appends `text` in quotes, escaped. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

struct FlatField {
  std::string key;
  std::string text;  // of a string, unescaped; of a number, its digits
  bool is_string = false;
};

inline constexpr std::size_t kMaxFlatFields = 32;

// Strict: no other types, no repeated key, no escape or UTF-8 that JSON does not allow, nothing behind the object.
// Errors: kBadInput.
Result<std::vector<FlatField>> parse_flat_json(std::string_view text);

}  // namespace acts
