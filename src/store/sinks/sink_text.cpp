#include "store/sinks/sink_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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
    case ColumnType::kRatio: return value_or_error(number_of<double>(text), column, text);
    case ColumnType::kCount: return value_or_error(number_of<std::int64_t>(text), column, text);
  }
  return Value{};
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
