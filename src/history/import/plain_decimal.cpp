#include "history/import/plain_decimal.hpp"

#include <algorithm>

namespace acts::history {
namespace {

bool are_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "-07" -> -7
std::optional<int> exponent_of(std::string_view text) {
  constexpr std::size_t kMostDigits = 2;
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (!are_digits(text)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  if (text.size() > kMostDigits) return std::nullopt;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return is_negative ? -value : value;
}

}  // namespace

std::optional<std::string> without_exponent(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos) return std::nullopt;
  const std::optional<int> exponent = exponent_of(text.substr(e + 1));
  std::string_view mantissa = text.substr(0, e);
  const bool is_negative = mantissa.starts_with('-');
  if (is_negative) mantissa.remove_prefix(1);
  const std::size_t dot = mantissa.find('.');
  const bool has_dot = dot != std::string_view::npos;
  const std::string_view whole = mantissa.substr(0, dot);
  const std::string_view fraction = has_dot ? mantissa.substr(dot + 1) : std::string_view{};
  if (!exponent || !are_digits(whole) || (has_dot && !are_digits(fraction))) return std::nullopt;

  std::string digits(whole);
  digits += fraction;
  // Where the point stands in them.
  const int point = static_cast<int>(whole.size()) + *exponent;
  if (point <= 0) digits.insert(0, static_cast<std::size_t>(1 - point), '0');
  const auto place = static_cast<std::size_t>(std::max(point, 1));
  if (digits.size() < place) digits.append(place - digits.size(), '0');
  if (digits.size() > place) digits.insert(place, 1, '.');
  return is_negative ? "-" + digits : digits;
}

}  // namespace acts::history
