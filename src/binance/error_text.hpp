// What a venue wrote, as part of an error line.
#pragma once

#include <string>
#include <string_view>

namespace acts::binance {

inline constexpr std::size_t kMaxQuotedBytes = 200;  // of a sentence
inline constexpr std::size_t kMaxQuotedName = 40;
inline constexpr std::size_t kMaxQuotedNumber = 32;

// Printable in one line: control characters as blanks, at most `max_bytes` of it (and "..." then), cut before a byte
// that would tear a UTF-8 character.
std::string one_line(std::string_view text, std::size_t max_bytes = kMaxQuotedBytes);

}  // namespace acts::binance
