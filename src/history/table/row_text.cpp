#include "history/table/row_text.hpp"

#include <fmt/format.h>

#include "acts/base/time.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kNanosASecond = 1'000'000'000;

std::string nanos_text(std::int64_t nanos) {
  std::string text = to_iso8601(UnixNanos{nanos});  // to the millisecond
  const std::int64_t rest = (nanos % kNanosASecond + kNanosASecond) % kNanosASecond;
  text.resize(text.find('.') + 1);
  return fmt::format("{}{:09}Z", text, rest);
}

}  // namespace

std::string time_text(std::int64_t micros) {
  std::string text = to_iso8601(UnixNanos{micros * 1000});  // to the millisecond
  const std::int64_t rest = ((micros % 1000) + 1000) % 1000;
  if (rest != 0) text.insert(text.size() - 1, fmt::format("{:03}", rest));
  return text;
}

std::string value_text(const Kind& kind, const Row& row, std::size_t column) {
  if (row.is_null(column)) return "null";
  const CellType type = kind.columns[column].type;
  const std::int64_t value = row.integer(column);
  switch (type) {
    case CellType::kTime: return time_text(value);
    case CellType::kNanos: return nanos_text(value);
    case CellType::kInteger: return fmt::format("{}", value);
    case CellType::kFlag: return value != 0 ? "true" : "false";
    default: return to_string(Decimal{row.values[column], decimal_shape(type, row.form).scale});
  }
}

std::string row_text(const Kind& kind, const Row& row) {
  std::string text;
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (i > 0) text += ',';
    text += value_text(kind, row, i);
  }
  return text;
}

void row_texts(const Kind& kind, const Row& row, std::vector<std::optional<std::string>>& texts) {
  texts.assign(kind.columns.size(), std::nullopt);
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (!row.is_null(i)) texts[i] = value_text(kind, row, i);
  }
}

}  // namespace acts::history
