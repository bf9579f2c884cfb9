#include "history/import/row_parser.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <utility>

#include "history/import/plain_decimal.hpp"
#include "history/import/time_format.hpp"

namespace acts::history {
namespace {

// A time in milliseconds reaches this in the year 5138, one in microseconds did in 1973.
constexpr std::int64_t kLeastMicros = kLeastTimeNanos / 1'000;
constexpr std::int64_t kEndMicros = kEndTimeNanos / 1'000;
constexpr std::int64_t kLeastMillis = kLeastTimeNanos / 1'000'000;

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

}  // namespace

std::string_view to_string(TimeUnit unit) noexcept {
  switch (unit) {
    case TimeUnit::kMillis: return "ms";
    case TimeUnit::kMicros: return "us";
    case TimeUnit::kText: break;
  }
  return "text";
}

RowParser::RowParser(const Kind& kind, Layout layout, std::string symbol)
    : kind_(&kind), layout_(std::move(layout)), symbol_(std::move(symbol)) {
  layout_.readings.resize(layout_.columns.size(), Reading::kValue);
  for (const DecimalForm form : {DecimalForm::kNarrow, DecimalForm::kWide}) {
    for (std::size_t i = 0; i < kind.columns.size(); ++i) {
      if (!is_decimal(kind.columns[i].type)) continue;
      const DecimalShape shape = decimal_shape(kind.columns[i].type, form);
      bounds_[static_cast<std::size_t>(form)][i] = {shape.scale, ten_to(shape.precision)};
    }
  }
}

Result<void> RowParser::parse(std::string_view line, Row& row) {
  std::string_view fields[kMaxFields];
  const std::size_t count = split_fields(line, fields);
  if (count != layout_.columns.size()) {
    return fail(ErrorCode::kBadInput, fmt::format("it has {} fields, not {}", count, layout_.columns.size()));
  }
  const auto units_before = units_;
  std::size_t field = 0;
  row.form = DecimalForm::kNarrow;
  Fault fault = parse_fields({fields, count}, row, field);
  if (fault == Fault::kNotNarrow) {
    row.form = DecimalForm::kWide;
    fault = parse_fields({fields, count}, row, field);
  }
  if (fault == Fault::kNone) return {};
  units_ = units_before;
  const std::size_t column = layout_.columns[field];
  const std::string why = fields[field].starts_with('"') ? fmt::format("is {}", kNoQuotes) : std::string(reason(fault));
  return fail(ErrorCode::kBadInput,
              fmt::format("{} '{}' {}", column == Layout::kIgnored ? "symbol" : kind_->columns[column].name,
                          shown_text(fields[field]), why));
}

std::optional<std::string_view> RowParser::time_unit() const {
  if (!layout_.times.is_by_content()) return layout_.times.unit();
  for (const std::optional<TimeUnit>& unit : units_) {
    if (unit) return to_string(*unit);
  }
  return std::nullopt;
}

RowParser::Fault RowParser::parse_fields(std::span<const std::string_view> fields, Row& row, std::size_t& field) {
  row.nulls = (1U << kind_->columns.size()) - 1;
  for (const auto& [column, value] : layout_.constants) {
    row.values[column] = value;
    row.nulls &= ~(1U << column);
  }
  for (field = 0; field < fields.size(); ++field) {
    if (const Fault fault = parse_field(fields[field], field, row); fault != Fault::kNone) return fault;
  }
  for (std::size_t column = 0; row.nulls >> column != 0; ++column) {
    if (row.is_null(column)) row.values[column] = 0;
  }
  return Fault::kNone;
}

RowParser::Fault RowParser::parse_field(std::string_view text, std::size_t field, Row& row) {
  const std::size_t column = layout_.columns[field];
  const Reading reading = layout_.readings[field];
  if (column == Layout::kIgnored) {
    return reading != Reading::kSymbol || text == symbol_ ? Fault::kNone : Fault::kOtherSymbol;
  }
  if (text.empty() && kind_->columns[column].is_nullable && reading != Reading::kMarket) return Fault::kNone;
  int128& value = row.values[column];
  const Fault fault =
      reading == Reading::kValue ? parse_cell(text, column, row.form, value) : parse_word(text, reading, value);
  if (fault == Fault::kNone) row.nulls &= ~(1U << column);
  return fault;
}

RowParser::Fault RowParser::parse_word(std::string_view text, Reading reading, int128& value) {
  switch (reading) {
    case Reading::kSide:
      value = static_cast<int>(text == "bid");
      return value != 0 || text == "ask" ? Fault::kNone : Fault::kNoSide;
    case Reading::kTaker:
      value = static_cast<int>(text == "sell");
      return value != 0 || text == "buy" ? Fault::kNone : Fault::kNoSide;
    case Reading::kMarket: value = static_cast<int>(text == "MARKET"); return Fault::kNone;
    default: break;
  }
  const Fault fault = parse_flag(text, value);
  value = static_cast<int>(value == 0);
  return fault;
}

RowParser::Fault RowParser::parse_flag(std::string_view text, int128& value) {
  value = static_cast<int>(text == "true" || text == "True" || text == "TRUE" || text == "1");
  const bool is_flag = value != 0 || text == "false" || text == "False" || text == "FALSE" || text == "0";
  return is_flag ? Fault::kNone : Fault::kNoFlag;
}

RowParser::Fault RowParser::parse_cell(std::string_view text, std::size_t column, DecimalForm form, int128& value) {
  const TableColumn& of = kind_->columns[column];
  switch (of.type) {
    case CellType::kTime:
    case CellType::kNanos: return parse_time(text, column, value);
    case CellType::kInteger: {
      std::int64_t integer = 0;
      if (!parse_integer(text, integer) || integer < 0) return Fault::kNoInteger;
      value = integer;
      return Fault::kNone;
    }
    case CellType::kFlag: return parse_flag(text, value);
    default: break;
  }
  const Fault fault = parse_decimal_cell(text, bounds_[static_cast<std::size_t>(form)][column], of.is_signed, value);
  const bool may_be_wide = form == DecimalForm::kNarrow && (fault == Fault::kTooPrecise || fault == Fault::kTooLarge);
  if (!may_be_wide) return fault;
  int128 wide = 0;
  const Bounds& bounds = bounds_[static_cast<std::size_t>(DecimalForm::kWide)][column];
  return parse_decimal_cell(text, bounds, of.is_signed, wide) == Fault::kNone ? Fault::kNotNarrow : fault;
}

RowParser::Fault RowParser::parse_time(std::string_view text, std::size_t column, int128& value) {
  const bool is_nanos = kind_->columns[column].type == CellType::kNanos;
  std::int64_t micros = 0;
  const Fault fault = layout_.times.is_by_content() ? parse_plain_time(text, column, micros) : Fault::kNotPlain;
  if (fault != Fault::kNotPlain) {
    // Of a time that is none they may be anything.
    if (fault == Fault::kNone) value = is_nanos ? int128{micros} * 1000 : int128{micros};
    return fault;
  }
  const auto nanos = layout_.times.is_by_content() ? read_iso_time(text) : layout_.times.read(text);
  if (!nanos) return Fault::kNoTime;
  value = is_nanos ? *nanos : *nanos / 1000;
  return is_nanos || *nanos % 1000 == 0 ? Fault::kNone : Fault::kTooFine;
}

// kNotPlain: it is a text.
RowParser::Fault RowParser::parse_plain_time(std::string_view text, std::size_t column, std::int64_t& micros) {
  std::optional<TimeUnit>& settled = units_[layout_.has_units_by_column ? column : 0];
  std::int64_t time = 0;
  const bool is_number = parse_integer(text, time);
  const TimeUnit unit = !is_number ? TimeUnit::kText : time >= kLeastMicros ? TimeUnit::kMicros : TimeUnit::kMillis;
  if (unit == TimeUnit::kText && !read_iso_time(text)) return Fault::kNoTime;
  if (unit != TimeUnit::kText && (time < kLeastMillis || time >= kEndMicros)) return Fault::kNoTime;
  if (settled.value_or(unit) != unit) return Fault::kOtherUnit;
  settled = unit;
  micros = unit == TimeUnit::kMillis ? time * 1000 : time;
  if (micros >= kEndMicros) return Fault::kNoTime;
  return unit == TimeUnit::kText ? Fault::kNotPlain : Fault::kNone;
}

RowParser::Fault RowParser::parse_decimal_cell(std::string_view text, const Bounds& bounds, bool is_signed,
                                               int128& value) {
  const ScaledInteger fast = parse_scaled(text, bounds.scale);
  if (fast.status == DecimalStatus::kOk) {
    value = fast.units;
    return value < bounds.limit ? Fault::kNone : Fault::kTooLarge;
  }
  if (fast.status == DecimalStatus::kNegative && !is_signed) return Fault::kNegative;
  if (fast.status != DecimalStatus::kNotANumber) return parse_odd_decimal(text, bounds, is_signed, value);
  const std::optional<std::string> plain = without_exponent(text);
  return plain ? parse_odd_decimal(*plain, bounds, is_signed, value) : Fault::kNoNumber;
}

// What does not fit 64 bits, is negative, or has too many decimals.
RowParser::Fault RowParser::parse_odd_decimal(std::string_view text, const Bounds& bounds, bool is_signed,
                                              int128& value) {
  const Result<Decimal> exact = parse_decimal(text);
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (!exact) return significant_decimals(digits) > bounds.scale ? Fault::kTooPrecise : Fault::kTooLarge;
  if (exact->scale > bounds.scale) return Fault::kTooPrecise;
  if (exact->units < 0 && !is_signed) return Fault::kNegative;
  if (__builtin_mul_overflow(exact->units, int128{power_of_ten(bounds.scale - exact->scale)}, &value)) {
    return Fault::kTooLarge;
  }
  return value < bounds.limit && value > -bounds.limit ? Fault::kNone : Fault::kTooLarge;
}

std::string_view RowParser::reason(Fault fault) {
  switch (fault) {
    case Fault::kNoTime:
      return "is no time: neither milliseconds nor microseconds since 1970, nor of the form that is expected";
    case Fault::kOtherUnit: return "is not in the unit of the times before it";
    case Fault::kTooFine: return "is finer than microseconds";
    case Fault::kOtherSymbol: return "is not the one that the file is imported as";
    case Fault::kNoSide: return "is no side";
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
