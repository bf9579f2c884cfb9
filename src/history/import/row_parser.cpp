#include "history/import/row_parser.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <utility>

namespace acts::history {
namespace {

// A time in milliseconds reaches this in the year 5138, one in microseconds did in 1973.
constexpr std::int64_t kLeastMicros = 100'000'000'000'000;
constexpr std::int64_t kMostMicros = 7'258'118'400'000'000;  // 2200-01-01; UnixNanos ends in 2262
constexpr std::int64_t kLeastMillis = 100'000'000'000;       // 1973

int128 ten_to(int exponent) {
  int128 power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// Digits alone, as many as cannot overflow; others are looked at closely. Three numbers a row are read by it.
bool parse_integer(std::string_view text, std::int64_t& value) {
  constexpr std::size_t kSafeDigits = 18;
  value = 0;
  std::uint64_t number = 0;
  bool is_plain = !text.empty() && text.size() <= kSafeDigits;
  for (std::size_t i = 0; is_plain && i < text.size(); ++i) {
    const auto digit = static_cast<unsigned>(text[i] - '0');
    is_plain = digit <= 9;
    number = number * 10 + digit;
  }
  value = static_cast<std::int64_t>(number);
  if (is_plain) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

// What a message shows of a field that may hold anything.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out(text.substr(0, kMost));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text.size() > kMost ? out + "..." : out;
}

}  // namespace

std::string_view to_string(TimeUnit unit) noexcept { return unit == TimeUnit::kMillis ? "ms" : "us"; }

RowParser::RowParser(const Kind& kind, Layout layout) : kind_(&kind), layout_(std::move(layout)) {
  for (const DecimalForm form : {DecimalForm::kNarrow, DecimalForm::kWide}) {
    for (std::size_t i = 0; i < kind.columns.size(); ++i) {
      if (!is_decimal(kind.columns[i].type)) continue;
      const DecimalShape shape = decimal_shape(kind.columns[i].type, form);
      bounds_[static_cast<std::size_t>(form)][i] = {shape.scale, ten_to(shape.precision)};
    }
  }
}

Result<void> RowParser::parse(std::string_view line, Row& row, DecimalForm least) {
  std::string_view fields[kMaxFields];
  const std::size_t count = split_fields(line, fields);
  if (count != layout_.columns.size()) {
    return fail(ErrorCode::kBadInput, fmt::format("it has {} fields, not {}", count, layout_.columns.size()));
  }
  const std::optional<TimeUnit> unit_before = unit_;
  std::size_t field = 0;
  row.form = least;
  Fault fault = parse_fields({fields, count}, row, field);
  if (fault == Fault::kNotNarrow) {
    row.form = DecimalForm::kWide;
    fault = parse_fields({fields, count}, row, field);
  }
  if (fault == Fault::kNone) return {};
  unit_ = unit_before;
  return fail(ErrorCode::kBadInput, fmt::format("{} '{}' {}", kind_->columns[layout_.columns[field]].name,
                                                shown(fields[field]), reason(fault)));
}

RowParser::Fault RowParser::parse_fields(std::span<const std::string_view> fields, Row& row, std::size_t& field) {
  row.nulls = (1U << kind_->columns.size()) - 1;
  for (field = 0; field < fields.size(); ++field) {
    const std::size_t column = layout_.columns[field];
    if (column == Layout::kIgnored) continue;
    const Fault fault = parse_cell(fields[field], column, row.form, row.values[column]);
    if (fault != Fault::kNone) return fault;
    row.nulls &= ~(1U << column);
  }
  for (std::size_t column = 0; row.nulls >> column != 0; ++column) {
    if (row.is_null(column)) row.values[column] = 0;
  }
  return Fault::kNone;
}

RowParser::Fault RowParser::parse_cell(std::string_view text, std::size_t column, DecimalForm form, int128& value) {
  const TableColumn& of = kind_->columns[column];
  switch (of.type) {
    case CellType::kTime: return parse_time(text, value);
    case CellType::kInteger: {
      std::int64_t integer = 0;
      if (!parse_integer(text, integer) || integer < 0) return Fault::kNoInteger;
      value = integer;
      return Fault::kNone;
    }
    case CellType::kFlag:
      value = static_cast<int>(text == "true" || text == "True" || text == "TRUE");
      return value != 0 || text == "false" || text == "False" || text == "FALSE" ? Fault::kNone : Fault::kNoFlag;
    default: break;
  }
  const Fault fault = parse_decimal_cell(text, bounds_[static_cast<std::size_t>(form)][column], of.is_signed, value);
  const bool may_be_wide = form == DecimalForm::kNarrow && (fault == Fault::kTooPrecise || fault == Fault::kTooLarge);
  if (!may_be_wide) return fault;
  int128 wide = 0;
  const Bounds& bounds = bounds_[static_cast<std::size_t>(DecimalForm::kWide)][column];
  return parse_decimal_cell(text, bounds, of.is_signed, wide) == Fault::kNone ? Fault::kNotNarrow : fault;
}

RowParser::Fault RowParser::parse_time(std::string_view text, int128& value) {
  std::int64_t time = 0;
  if (!parse_integer(text, time) || time < kLeastMillis || time > kMostMicros) return Fault::kNoTime;
  const TimeUnit unit = time >= kLeastMicros ? TimeUnit::kMicros : TimeUnit::kMillis;
  if (unit_.value_or(unit) != unit) return Fault::kOtherUnit;
  if (unit == TimeUnit::kMillis) time *= 1000;
  if (time > kMostMicros) return Fault::kNoTime;
  unit_ = unit;
  value = time;
  return Fault::kNone;
}

RowParser::Fault RowParser::parse_decimal_cell(std::string_view text, const Bounds& bounds, bool is_signed,
                                               int128& value) {
  const ScaledInteger fast = parse_scaled(text, bounds.scale);
  if (fast.status == DecimalStatus::kOk) {
    value = fast.units;
    return value < bounds.limit ? Fault::kNone : Fault::kTooLarge;
  }
  if (fast.status == DecimalStatus::kNotANumber) return Fault::kNoNumber;
  if (fast.status == DecimalStatus::kNegative && !is_signed) return Fault::kNegative;
  // What does not fit 64 bits, is negative, or has too many decimals.
  const Result<Decimal> exact = parse_decimal(text);
  if (!exact || exact->scale > bounds.scale) return Fault::kTooPrecise;
  if (__builtin_mul_overflow(exact->units, int128{power_of_ten(bounds.scale - exact->scale)}, &value)) {
    return Fault::kTooLarge;
  }
  return value < bounds.limit && value > -bounds.limit ? Fault::kNone : Fault::kTooLarge;
}

std::string_view RowParser::reason(Fault fault) {
  switch (fault) {
    case Fault::kNoTime: return "is no time in milliseconds or microseconds since 1970";
    case Fault::kOtherUnit: return "is not in the unit of the times before it";
    case Fault::kNoInteger: return "is no whole number from 0 to 9223372036854775807";
    case Fault::kNoFlag: return "is neither true nor false";
    case Fault::kNoNumber: return "is no decimal number";
    case Fault::kNegative: return "is negative";
    case Fault::kTooPrecise: return "has more decimals than the catalog keeps";
    case Fault::kTooLarge: return "is larger than the catalog keeps";
    default: return "";
  }
}

}  // namespace acts::history
