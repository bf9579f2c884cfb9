#include "acts/base/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

constexpr std::array<std::int64_t, kMaxScale + 1> kPowers = [] {
  std::array<std::int64_t, kMaxScale + 1> powers{};
  std::int64_t power = 1;
  for (int i = 0; i <= kMaxScale; ++i) {
    powers[static_cast<std::size_t>(i)] = power;
    if (i < kMaxScale) power *= 10;
  }
  return powers;
}();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;  // without trailing zeros
};

bool split(std::string_view text, Parts& parts) {
  if (!text.empty() && text.front() == '-') {
    parts.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  parts.whole = text.substr(0, point);
  parts.fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
  const bool empty_fraction = point < text.size() && parts.fraction.empty();
  if (parts.whole.empty() || empty_fraction || !std::ranges::all_of(parts.whole, is_digit) ||
      !std::ranges::all_of(parts.fraction, is_digit)) {
    return false;
  }
  const std::size_t last = parts.fraction.find_last_not_of('0');
  parts.fraction = parts.fraction.substr(0, last == std::string_view::npos ? 0 : last + 1);
  return true;
}

// Digits with at most one point between them, so few that they cannot overflow. False: something else, or it does not
// fit: to be looked at closely.
bool parse_plain(std::string_view text, int scale, std::int64_t& units) {
  constexpr std::size_t kSafeCharacters = 19;
  if (text.empty() || text.size() > kSafeCharacters) return false;
  std::uint64_t value = 0;
  std::size_t point = text.size() - 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    if (digit <= 9) {
      value = value * 10 + digit;
    } else if (text[i] == '.' && i > 0 && point == text.size() - 1 && i < point) {
      point = i;
    } else {
      return false;
    }
  }
  const std::size_t decimals = text.size() - 1 - point;
  if (decimals > static_cast<std::size_t>(scale)) return false;
  return !__builtin_mul_overflow(value, power_of_ten(scale - static_cast<int>(decimals)), &units);
}

bool append_digit(std::int64_t& units, char digit) {
  return !__builtin_mul_overflow(units, std::int64_t{10}, &units) &&
         !__builtin_add_overflow(units, std::int64_t{digit - '0'}, &units);
}

// Without the zeros that the decimals end with.
template <typename Unsigned>
void append_digits(std::string& out, Unsigned magnitude, int decimals) {
  std::array<char, 64> buffer;  // 39 digits of 128 bits, or scale + 1 with leading zeros
  std::size_t at = buffer.size();
  while (decimals > 0 && magnitude % 10 == 0) {
    magnitude /= 10;
    --decimals;
  }
  for (int digits = 0; magnitude != 0 || digits <= decimals; ++digits) {
    if (digits == decimals && decimals > 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  }
  out.append(&buffer[at], buffer.size() - at);
}

// False if it does not fit, whatever the number of decimals: what is not 0 has overflowed with the 39th.
bool add_decimals(int128& units, std::int64_t decimals) {
  while (decimals > 0 && units != 0) {
    const auto step = static_cast<int>(std::min<std::int64_t>(decimals, kMaxScale));
    if (__builtin_mul_overflow(units, int128{power_of_ten(step)}, &units)) return false;
    decimals -= step;
  }
  return true;
}

}  // namespace

std::int64_t power_of_ten(int exponent) noexcept {
  ACTS_ASSERT(exponent >= 0 && exponent <= kMaxScale);
  return kPowers[static_cast<std::size_t>(exponent)];
}

bool shift_decimals(std::int64_t& units, int decimals) noexcept {
  if (decimals >= 0) return !__builtin_mul_overflow(units, power_of_ten(decimals), &units);
  const std::int64_t divisor = power_of_ten(-decimals);
  const bool divides = units % divisor == 0;
  units /= divisor;
  return divides;
}

ScaledInteger parse_scaled(std::string_view text, int scale) noexcept {
  ScaledInteger result;
  if (parse_plain(text, scale, result.units)) return result;
  result.units = 0;
  Parts parts;
  if (!split(text, parts)) return {0, DecimalStatus::kNotANumber, 0};
  const auto decimals = parts.fraction.size();
  for (const char c : parts.whole) {
    if (!append_digit(result.units, c)) return {0, DecimalStatus::kTooLarge, 0};
  }
  const bool zero = result.units == 0 && decimals == 0;
  if (parts.negative && !zero) return {0, DecimalStatus::kNegative, 0};
  if (decimals > static_cast<std::size_t>(scale)) {
    return {0, DecimalStatus::kInexact, static_cast<std::uint8_t>(std::min<std::size_t>(decimals, 255))};
  }
  for (const char c : parts.fraction) {
    if (!append_digit(result.units, c)) return {0, DecimalStatus::kTooLarge, 0};
  }
  if (__builtin_mul_overflow(result.units, power_of_ten(scale - static_cast<int>(decimals)), &result.units)) {
    return {0, DecimalStatus::kTooLarge, 0};
  }
  return result;
}

int significant_decimals(std::string_view text) noexcept {
  Parts parts;
  return split(text, parts) ? static_cast<int>(parts.fraction.size()) : -1;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  const std::int64_t finer = std::int64_t{a.scale} - b.scale;
  int128 x = a.units;
  int128 y = b.units;
  // The one of the larger scale stays as it is: what does not fit at that scale is beyond it, to its own side.
  if (!add_decimals(x, -finer)) return a.units <=> int128{0};
  if (!add_decimals(y, finer)) return int128{0} <=> b.units;
  return x <=> y;
}

void append_to(std::string& out, const Decimal& value) {
  ACTS_ASSERT(value.scale >= 0);
  ACTS_ASSERT(value.scale < 48);
  if (value.units < 0) out.push_back('-');
  const uint128 magnitude = value.units < 0 ? -static_cast<uint128>(value.units) : static_cast<uint128>(value.units);
  const auto small = static_cast<std::uint64_t>(magnitude);
  // Dividing 128 bits takes ten times as long.
  small == magnitude ? append_digits(out, small, value.scale) : append_digits(out, magnitude, value.scale);
}

std::string to_string(const Decimal& value) {
  std::string out;
  append_to(out, value);
  return out;
}

Result<Decimal> parse_decimal(std::string_view text) {
  Parts parts;
  if (!split(text, parts)) return fail(ErrorCode::kBadInput, fmt::format("'{}' is not a decimal number", text));
  Decimal result{0, static_cast<int>(std::min<std::size_t>(parts.fraction.size(), 99))};
  if (result.scale > kMaxScale) {
    return fail(ErrorCode::kBadInput, fmt::format("'{}' has more than {} decimals", text, kMaxScale));
  }
  constexpr int128 kLimit = int128{kPowers[18]} * kPowers[18] * 10;  // 10^37
  for (const std::string_view digits : {parts.whole, parts.fraction}) {
    for (const char c : digits) {
      if (result.units >= kLimit) return fail(ErrorCode::kBadInput, fmt::format("'{}' has too many digits", text));
      result.units = result.units * 10 + (c - '0');
    }
  }
  if (parts.negative) result.units = -result.units;
  return result;
}

}  // namespace acts
