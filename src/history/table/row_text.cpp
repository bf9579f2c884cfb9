#include "history/table/row_text.hpp"

#include <fmt/format.h>

#include "acts/base/time.hpp"

namespace acts::history {
namespace {

std::string cell_text(CellType type, DecimalForm form, int128 value) {
  if (type == CellType::kTime) return time_text(static_cast<std::int64_t>(value));
  if (type == CellType::kFlag) return value != 0 ? "true" : "false";
  return to_string(Decimal{value, is_decimal(type) ? decimal_shape(type, form).scale : 0});
}

}  // namespace

std::string time_text(std::int64_t micros) {
  std::string text = to_iso8601(UnixNanos{micros * 1000});  // to the millisecond
  const std::int64_t rest = ((micros % 1000) + 1000) % 1000;
  if (rest != 0) text.insert(text.size() - 1, fmt::format("{:03}", rest));
  return text;
}

void row_texts(const Kind& kind, const Row& row, std::vector<std::optional<std::string>>& texts) {
  texts.assign(kind.columns.size(), std::nullopt);
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    if (!row.is_null(i)) texts[i] = cell_text(kind.columns[i].type, row.form, row.values[i]);
  }
}

}  // namespace acts::history
