#include "store/sinks/sink_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "store/sqlite_rows.hpp"

namespace acts {
namespace {

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <typename Found>
Result<Value> value_or_error(const std::optional<Found>& found, const Column& column, std::string_view text) {
  if (found) return Value{*found};
  return fail(ErrorCode::kRetry, fmt::format("column '{}' holds '{}', which acts cannot read", column.name, text));
}

}  // namespace

Result<Value> parse_value(const Column& column, std::string_view text) {
  switch (column.type) {
    case ColumnType::kText: return Value{std::string(text)};
    case ColumnType::kTime: {
      const auto millis = number_of<std::int64_t>(text);
      return value_or_error(millis ? time_of(*millis) : std::nullopt, column, text);
    }
    case ColumnType::kDecimal: {
      const auto number = parse_decimal(text);
      return value_or_error(number ? std::optional(*number) : std::nullopt, column, text);
    }
    case ColumnType::kRatio: {
      const auto number = number_of<double>(text);
      return value_or_error(number && std::isfinite(*number) ? number : std::nullopt, column, text);
    }
    case ColumnType::kCount: return value_or_error(number_of<std::int64_t>(text), column, text);
  }
  return Value{};
}

std::string plain_decimal(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return std::string(text);
  std::string_view power = text.substr(mark + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  const auto exponent = number_of<int>(power);
  std::string_view number = text.substr(0, mark);
  const bool is_negative = number.starts_with('-');
  if (is_negative) number.remove_prefix(1);
  const std::size_t point = std::min(number.find('.'), number.size());
  std::string digits(number.substr(0, point));
  if (point < number.size()) digits += number.substr(point + 1);
  if (!exponent || *exponent < -40 || *exponent > 40) return std::string(text);
  int whole = static_cast<int>(point) + *exponent;  // digits before the point
  if (whole <= 0) digits.insert(0, static_cast<std::size_t>(1 - whole), '0'), whole = 1;
  if (whole > static_cast<int>(digits.size())) digits.resize(static_cast<std::size_t>(whole), '0');
  digits.insert(static_cast<std::size_t>(whole), 1, '.');
  if (digits.ends_with('.')) digits.pop_back();
  return (is_negative ? "-" : "") + digits;
}

std::string one_line(std::string_view said) {
  constexpr std::size_t kMostBytes = 300;
  std::string line(said.substr(0, kMostBytes));
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

DigitCount digits_of(const Decimal& number) {
  uint128 units = number.units < 0 ? -static_cast<uint128>(number.units) : static_cast<uint128>(number.units);
  DigitCount count{number.scale, 0};
  for (; units != 0 && count.decimals > 0 && units % 10 == 0; units /= 10) --count.decimals;
  if (units == 0) count.decimals = 0;
  for (; units != 0; units /= 10) ++count.digits;
  return count;
}

}  // namespace acts
