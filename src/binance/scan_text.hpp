// Pieces of JSON exactly as Binance writes it, read eight bytes at a time: literals, whole numbers, decimals, words.
// For the scanners of this room alone. Each takes a place in a text with zeros behind it (kScannerPadding of them),
// moves it on and returns true, or returns false for anything else; then the place means nothing.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "acts/base/decimal.hpp"

#include "binance/level_form.hpp"

namespace acts::binance::scan {

static_assert(std::endian::native == std::endian::little, "digits are taken eight at a time from little-endian words");

inline std::uint64_t load8(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

constexpr std::uint64_t repeat(std::uint8_t byte) { return 0x0101'0101'0101'0101ULL * byte; }

// Eight bytes of text as digit values: a byte that is no digit is above 9.
inline std::uint64_t digit_values(const char* p) { return load8(p) ^ repeat('0'); }

// How many of the eight, from the first on, are digits.
inline unsigned leading_digits(std::uint64_t values) {
  const std::uint64_t not_digit = ((values + repeat(0x76)) | values) & repeat(0x80);
  return not_digit == 0 ? 8 : static_cast<unsigned>(std::countr_zero(not_digit)) / 8;
}

// Eight digit values, most significant first in memory, as a number: pairs, fours, eight.
inline std::uint64_t combine(std::uint64_t values) {
  values = values * 10 + (values >> 8);
  return (((values & 0x0000'00FF'0000'00FFULL) * (100 + (1'000'000ULL << 32))) +
          (((values >> 16) & 0x0000'00FF'0000'00FFULL) * (1 + (10'000ULL << 32)))) >>
         32;
}

// The first `count` (1 ... 8) digit values as a number.
inline std::uint64_t first_digits(std::uint64_t values, unsigned count) { return combine(values << (64 - 8 * count)); }

// Whether `Size` bytes (1 ... ) are the same: in words, as a call of memcmp() costs more than they do.
template <std::size_t Size>
bool same_bytes(const char* a, const char* b) {
  if constexpr (Size >= 8) {
    const auto words = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((load8(a + 8 * I) ^ load8(b + 8 * I)) | ...);
    };
    return (words(std::make_index_sequence<Size / 8>()) | (load8(a + Size - 8) ^ load8(b + Size - 8))) == 0;
  } else {
    return std::memcmp(a, b, Size) == 0;
  }
}

// A literal of the message's form. The zeros behind a text match none.
template <std::size_t N>
bool literal(const char*& p, const char (&text)[N]) {
  if (!same_bytes<N - 1>(p, text)) return false;
  p += N - 1;
  return true;
}

// The first `count` (0 ... 8) digit values behind `number`.
inline std::uint64_t append_digits(std::uint64_t number, std::uint64_t values, unsigned count) {
  constexpr std::array<std::uint64_t, 9> kPowers{1,       10,        100,        1'000,      10'000,
                                                 100'000, 1'000'000, 10'000'000, 100'000'000};
  return count == 0 ? number : number * kPowers[count] + first_digits(values, count);
}

// A whole number below 10^18; JSON has none with a zero before another digit.
[[gnu::always_inline]] inline bool integer(const char*& p, std::int64_t& out) {
  const std::uint64_t values = digit_values(p);
  const unsigned count = leading_digits(values);
  if (count == 0 || (*p == '0' && count > 1)) return false;
  std::uint64_t number = first_digits(values, count);
  p += count;
  if (count == 8) {
    const std::uint64_t more = digit_values(p);
    const unsigned more_count = leading_digits(more);
    number = append_digits(number, more, more_count);
    p += more_count;
    const char* limit = p + 2;
    for (; more_count == 8 && *p >= '0' && *p <= '9'; ++p) {
      if (p == limit) return false;
      number = number * 10 + static_cast<std::uint64_t>(*p - '0');
    }
  }
  out = static_cast<std::int64_t>(number);
  return true;
}

struct Scale {
  explicit Scale(int places)
      : factor(static_cast<std::uint64_t>(power_of_ten(places))), decimals(static_cast<unsigned>(places)) {}
  std::uint64_t factor;
  unsigned decimals;
};

// digits[.digits] at a scale of at most 8. Up to 10 whole digits, so that no product overflows; more is for the general
// parser.
inline bool number(const char*& p, const Scale& scale, std::int64_t& out, NumberForm& form) {
  const std::uint64_t values = digit_values(p);
  const unsigned count = leading_digits(values);
  if (count == 0) return false;
  const char* const begin = p;
  std::uint64_t whole = first_digits(values, count);
  p += count;
  if (count == 8) [[unlikely]] {
    const char* limit = p + 2;
    for (; *p >= '0' && *p <= '9'; ++p) {
      if (p == limit) return false;
      whole = whole * 10 + static_cast<std::uint64_t>(*p - '0');
    }
  }
  form = {static_cast<std::size_t>(p - begin), 0};
  std::uint64_t fraction = 0;
  if (*p == '.') {
    const std::uint64_t decimals = digit_values(p + 1);
    const unsigned written = leading_digits(decimals);
    if (written == 0) return false;
    const std::uint64_t kept = written == 8 ? decimals : decimals & ((std::uint64_t{1} << (8 * written)) - 1);
    // Shifts by 64 are split in two: a scale of 0 or 8 is usual.
    const std::uint64_t beyond = (kept >> (4 * scale.decimals)) >> (4 * scale.decimals);
    if (beyond != 0) return false;
    fraction = combine((kept << (32 - 4 * scale.decimals)) << (32 - 4 * scale.decimals));
    p += 1 + written;
    form.decimals = written;
  }
  const std::uint64_t units = whole * scale.factor + fraction;
  out = static_cast<std::int64_t>(units);
  return true;
}

// Bytes of eight, from the lowest, that end a word or want a closer look: a quote, a backslash, control characters, and
// whatever is not ASCII. Above the first one there may be false ones.
inline std::uint64_t special(std::uint64_t bytes) {
  const auto equal = [bytes](char c) {
    const std::uint64_t difference = bytes ^ repeat(static_cast<std::uint8_t>(c));
    return (difference - repeat(1)) & ~difference;
  };
  return (equal('"') | equal('\\') | ((bytes - repeat(' ')) & ~bytes) | bytes) & repeat(0x80);
}

// The text up to the next quote, of plain characters only.
[[gnu::always_inline]] inline bool word(const char*& p, std::string_view& out) {
  const char* const begin = p;
  std::uint64_t found = special(load8(p));
  for (; found == 0; found = special(load8(p))) p += 8;
  p += std::countr_zero(found) / 8;
  out = {begin, static_cast<std::size_t>(p - begin)};
  if (*p != '"') return false;
  ++p;
  return true;
}

}  // namespace acts::binance::scan
