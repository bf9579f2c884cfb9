#include "cli/run_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

#include "report/run/run_rows.hpp"

namespace acts::cli {
namespace {

// Nothing: acts backtest writes no such column.
std::optional<RunColumnKind> kind_of_column(std::string_view name) {
  constexpr std::array<std::string_view, 8> kTexts{"instrument", "side", "liquidity",     "cause",
                                                   "event",      "type", "time_in_force", "reason"};
  constexpr std::array<std::string_view, 16> kDecimals{
      "mark_price", "position",  "cash",     "fee",   "funding",  "equity", "position_value", "price",
      "quantity",   "mid_price", "realised", "value", "base_fee", "left",   "stop_price",     "trail"};
  constexpr std::array<std::string_view, 2> kReals{"queue_ahead_entry", "queue_ahead_fill"};
  const auto is_of = [name](const auto& names) { return std::ranges::find(names, name) != names.end(); };
  if (name == "time" || name == "received") return RunColumnKind::kTime;
  if (name == "order_id" || name == "code") return RunColumnKind::kWhole;
  if (is_of(kReals)) return RunColumnKind::kReal;
  if (is_of(kDecimals)) return RunColumnKind::kDecimal;
  return is_of(kTexts) ? std::optional(RunColumnKind::kText) : std::nullopt;
}

Result<std::vector<RunColumn>> run_columns_of(std::string_view header) {
  std::vector<RunColumn> columns;
  for (std::string_view rest = header; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string name(rest.substr(0, end));
    const std::optional<RunColumnKind> kind = kind_of_column(name);
    const bool is_new = std::ranges::find(columns, name, &RunColumn::name) == columns.end();
    if (!kind || !is_new) break;
    columns.push_back({.name = name, .kind = *kind});
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (rest.empty()) return columns;
  }
  return fail(ErrorCode::kBadInput, "its header is none that acts backtest writes");
}

// Digits of a decimal before its point and behind it.
Result<void> take_decimal(RunColumn& column, std::string_view text) {
  const Result<Decimal> value = parse_decimal(text);
  if (!value) return fail(ErrorCode::kBadInput, "is no exact decimal number such as -0.25");
  const std::int64_t behind = text.contains('.') ? static_cast<std::int64_t>(text.size() - text.find('.')) - 1 : 0;
  const std::int64_t before =
      static_cast<std::int64_t>(std::min(text.find('.'), text.size())) - (text.starts_with('-') ? 1 : 0);
  column.places = std::max(column.places, behind);
  column.digits = std::max(column.digits, before);
  if (column.places + column.digits <= kMostRunDecimalDigits) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("is of a column with {} digits before the point and {} behind it: more than a DECIMAL of {} "
                          "holds",
                          column.digits, column.places, kMostRunDecimalDigits));
}

template <typename Number>
bool is_number_text(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// A field that would not be in the Parquet file what it is here. Empty ones are null there.
Result<void> take_field(RunColumn& column, std::string_view text) {
  if (text.empty()) return {};
  switch (column.kind) {
    case RunColumnKind::kDecimal: return take_decimal(column, text);
    case RunColumnKind::kTime:
      if (text.ends_with('Z') && parse_iso8601(text)) return {};
      return fail(ErrorCode::kBadInput, "is no time such as 2024-08-08T00:00:00.123456789Z");
    case RunColumnKind::kReal:
      if (is_number_text<double>(text) && text.find_first_of("nN") == std::string_view::npos)
        return {};  // "inf", "NAN"
      return fail(ErrorCode::kBadInput, "is no number");
    case RunColumnKind::kWhole:
      if (is_number_text<std::int64_t>(text)) return {};
      return fail(ErrorCode::kBadInput, "is no whole number of 64 bits");
    case RunColumnKind::kText: break;
  }
  if (column.name == "side" && text != "buy" && text != "sell")
    return fail(ErrorCode::kBadInput, "is neither buy nor sell");
  return {};
}

}  // namespace

Result<RunFile> RunFile::open(const std::string& path, std::span<const std::string_view> needed) {
  auto lines = PlacedLines::open(path);
  if (!lines) return std::unexpected(lines.error());
  const auto line = lines->header();
  if (!line) return std::unexpected(line.error());
  const std::string header(*line);
  Result<std::vector<RunColumn>> columns = run_columns_of(header);
  if (!columns) return lines->placed(columns.error());
  std::vector<std::string_view> names;
  for (const RunColumn& column : *columns) names.push_back(column.name);
  for (const std::string_view name : needed) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return lines->placed({ErrorCode::kBadInput, fmt::format("there is no column '{}'", name)});
  }
  auto table = report::CsvTable::open(header, names);
  if (!table) return lines->placed(table.error());
  return RunFile(*std::move(lines), *std::move(columns), std::move(names), *std::move(table));
}

Result<bool> RunFile::next() {
  const auto line = lines_.next();
  if (!line) return std::unexpected(line.error());
  if (!*line) return false;
  if (const Result<void> read = table_.read(**line); !read) return lines_.placed(read.error());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Result<void> taken = take_field(columns_[i], table_.field(i));
    if (taken) continue;
    return lines_.placed(
        {ErrorCode::kBadInput, fmt::format("{} '{}' {}", names_[i], table_.field(i).substr(0, report::kMostTextBytes),
                                           taken.error().message)});
  }
  return true;
}

std::size_t RunFile::place_of(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  return found == names_.end() ? SIZE_MAX : static_cast<std::size_t>(found - names_.begin());
}

Result<void> remove_of_another_run(FileOps& ops, const std::string& path) {
  const int status = ops.remove(path);
  if (status >= 0 || status == -ENOENT) return {};
  return fail(ErrorCode::kStorage, fmt::format("{}: is of another run, and stays: {}", path, std::strerror(-status)));
}

}  // namespace acts::cli
