#include "store/sinks/clickhouse_type.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>

#include "store/sinks/sink_text.hpp"

namespace acts {
namespace {

// What stands in NAME(...); "" if the type is another one.
std::string_view inside(std::string_view type, std::string_view name) {
  if (!type.starts_with(name) || !type.substr(name.size()).starts_with('(') || !type.ends_with(')')) return {};
  return type.substr(name.size() + 1, type.size() - name.size() - 2);
}

// "38, 18" -> 38 and 18; what is not there is 0.
std::array<int, 2> numbers_in(std::string_view text) {
  std::array<int, 2> numbers{};
  for (int& number : numbers) {
    const char* const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
  }
  return numbers;
}

bool suits(const Column& column, const ClickhouseType& type) {
  using enum ClickhouseType::Base;
  switch (column.type) {
    case ColumnType::kText: return type.base == kString;
    case ColumnType::kDecimal: return type.base == kDecimal;
    case ColumnType::kRatio: return type.base == kFloat64;
    case ColumnType::kCount: return type.base == kInt64;
    case ColumnType::kTime: break;
  }
  const bool is_fine = type.base == kDateTime64 && type.scale >= 3 && type.scale <= 9;
  // Of whole seconds are the ends of minutes only.
  return type.base == kInt64 || is_fine || (type.base == kDateTime && column.name == "sample_time");
}

template <typename Integer>
void append_little_endian(std::string& out, Integer value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    out += static_cast<char>(static_cast<unsigned char>(value & 0xff));
    value >>= 8;  // keeps the sign
  }
}

int128 power(int exponent) {
  int128 result = 1;
  for (; exponent > 0; --exponent) result *= 10;
  return result;
}

class Writer {
 public:
  Writer(std::string& out, const ClickhouseType& type) : out_(out), type_(type) {}

  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const std::string& text) const {
    for (std::size_t left = text.size();; left >>= 7) {
      out_ += static_cast<char>(static_cast<unsigned char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
      if (left <= 0x7f) break;
    }
    out_ += text;
    return {};
  }
  std::string operator()(UnixNanos time) const {
    const std::int64_t millis = to_unix_millis(time);
    if (type_.base == ClickhouseType::kInt64) return whole(millis);
    if (type_.base == ClickhouseType::kDateTime64) return whole(millis * power_of_ten(type_.scale - 3));
    if (millis % 1000 != 0) return "has milliseconds, its column DateTime holds none";
    if (millis < 0 || millis / 1000 > UINT32_MAX) return "is outside 1970 to 2105, which its column DateTime holds";
    append_little_endian(out_, millis / 1000, 4);
    return {};
  }
  std::string operator()(const Decimal& number) const {
    const DigitCount count = digits_of(number);
    const auto too_long = [this](int digits, std::string_view what, int most) {
      return fmt::format("has {} {}, its column Decimal({}, {}) holds {}", digits, what, type_.precision, type_.scale,
                         most);
    };
    if (count.decimals > type_.scale) return too_long(count.decimals, "decimals", type_.scale);
    if (const int whole_digits = count.digits - count.decimals; whole_digits > type_.precision - type_.scale) {
      return too_long(whole_digits, "digits before the point", type_.precision - type_.scale);
    }
    const int128 exact = number.units / power(number.scale - count.decimals) * power(type_.scale - count.decimals);
    append_little_endian(out_, exact, bytes_of_decimal());
    return {};
  }
  std::string operator()(double ratio) const { return whole(std::bit_cast<std::int64_t>(ratio)); }
  std::string operator()(std::int64_t count) const { return whole(count); }

 private:
  [[nodiscard]] std::string whole(std::int64_t value) const {
    append_little_endian(out_, value, 8);
    return {};
  }
  [[nodiscard]] std::size_t bytes_of_decimal() const {
    return type_.precision <= 9 ? 4 : type_.precision <= 18 ? 8 : 16;
  }

  std::string& out_;
  const ClickhouseType& type_;
};

}  // namespace

Result<ClickhouseType> clickhouse_type(const Column& column, std::string_view type) {
  const std::string_view said = type;
  ClickhouseType found;
  if (const auto inner = inside(type, "LowCardinality"); !inner.empty()) type = inner;
  if (const auto inner = inside(type, "Nullable"); !inner.empty()) {
    type = inner;
    found.nullable = true;
  }
  bool is_known = true;
  if (type == "String") {
    found.base = ClickhouseType::kString;
  } else if (type == "Int64") {
    found.base = ClickhouseType::kInt64;
  } else if (type == "Float64") {
    found.base = ClickhouseType::kFloat64;
  } else if (const auto decimal = inside(type, "Decimal"); !decimal.empty()) {
    found.base = ClickhouseType::kDecimal;
    found.precision = numbers_in(decimal)[0];
    found.scale = numbers_in(decimal)[1];
    // Wider ones have no use here.
    is_known = found.precision > 0 && found.precision <= 38 && found.scale >= 0 && found.scale <= found.precision;
  } else if (const auto fine = inside(type, "DateTime64"); !fine.empty()) {
    found.base = ClickhouseType::kDateTime64;
    found.scale = numbers_in(fine)[0];
  } else {
    found.base = ClickhouseType::kDateTime;
    is_known = type == "DateTime" || !inside(type, "DateTime").empty();
  }
  if (is_known && suits(column, found)) return found;
  return fail(ErrorCode::kRefused,
              fmt::format("column {} is {}, which does not take every value exactly: give acts a table of its own",
                          column.name, said));
}

std::string append_binary(std::string& out, const Value& value, const ClickhouseType& type) {
  const bool is_null = std::holds_alternative<std::monostate>(value);
  if (is_null && !type.nullable) return "is unknown, its column is not Nullable";
  if (type.nullable) out += is_null ? '\1' : '\0';
  return std::visit(Writer{out, type}, value);
}

}  // namespace acts
