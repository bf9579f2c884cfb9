#include "history/import/mapped_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "acts/base/decimal.hpp"

#include "history/import/csv_reader.hpp"
#include "history/import/plain_decimal.hpp"

namespace acts::history {
namespace {

constexpr std::array<LayoutField, 6> kUsualNames{{{"open_time", {"datetime", "date", "timestamp", "time"}},
                                                  {"open", {"open"}},
                                                  {"high", {"high"}},
                                                  {"low", {"low"}},
                                                  {"close", {"close"}},
                                                  {"volume", {"volume", "vol"}}}};

struct MappedColumn {
  std::size_t column = 0;
  std::string field;             // its name, or
  std::size_t place = SIZE_MAX;  // its place, from 0
};

std::unexpected<Error> wrong(const std::string& what) {
  return fail(ErrorCode::kUsage, fmt::format("--map: {}", what));
}

// A stream's rows are counted, not told.
bool is_told(const Kind& kind, std::size_t column) { return !kind.is_stream || kind.columns[column].name != "row"; }

Result<MappedColumn> parse_one(const Kind& kind, std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const auto column = std::ranges::find(kind.columns, name, &TableColumn::name);
  if (column == kind.columns.end() || equals == std::string_view::npos || equals + 1 == text.size()) {
    return wrong(fmt::format("'{}' is not COLUMN=FIELD with a column of {}", shown_text(text), kind.name));
  }
  MappedColumn mapped{.column = static_cast<std::size_t>(column - kind.columns.begin()),
                      .field = std::string(text.substr(equals + 1))};
  if (!is_told(kind, mapped.column)) return wrong(fmt::format("{} is counted, no file tells it", name));
  std::size_t place = 0;
  const char* const last = mapped.field.data() + mapped.field.size();
  const auto [end, error] = std::from_chars(mapped.field.data(), last, place);
  if (error != std::errc{} || end != last) return mapped;
  if (place == 0 || place > kMaxFields) return wrong(fmt::format("'{}': fields are 1 to {}", text, kMaxFields));
  mapped.place = place - 1;
  return mapped;
}

Result<std::vector<MappedColumn>> parse_columns(const Kind& kind, std::string_view text) {
  std::vector<MappedColumn> columns;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    Result<MappedColumn> one = parse_one(kind, text.substr(0, comma));
    if (!one) return std::unexpected(one.error());
    if (std::ranges::find(columns, one->column, &MappedColumn::column) != columns.end()) {
      return wrong(fmt::format("{} is there twice", kind.columns[one->column].name));
    }
    columns.push_back(*std::move(one));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    const bool is_missing = std::ranges::find(columns, i, &MappedColumn::column) == columns.end();
    if (is_missing && !kind.columns[i].is_nullable && is_told(kind, i)) {
      return wrong(fmt::format("{} is not there, and {} must have it", kind.columns[i].name, kind.name));
    }
  }
  return columns;
}

// Where the field is in the file; nothing if it is not.
std::optional<std::size_t> field_place(const MappedColumn& mapped, std::span<const std::string_view> names) {
  if (mapped.place != SIZE_MAX) return mapped.place < names.size() ? std::optional(mapped.place) : std::nullopt;
  const auto name = std::ranges::find(names, mapped.field);
  if (name == names.end()) return std::nullopt;
  return static_cast<std::size_t>(name - names.begin());
}

// Whether the field holds what a row would have there, in quotes or not: a number, or a time.
bool is_a_rows(const TableColumn& column, const TimeFormat& times, std::string_view text) {
  if (text.size() > 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  if (parse_decimal(without_exponent(text).value_or(std::string(text)))) return true;
  if (column.type != CellType::kTime && column.type != CellType::kNanos) return false;
  return (times.is_by_content() ? read_iso_time(text) : times.read(text)).has_value();
}

// With places alone a header is a first line that is no row, nor a bad one: none of its fields is a time or a number.
bool looks_like_header(const Kind& kind, const Layout& layout, std::string_view first_line,
                       std::span<const std::string_view> fields) {
  Row row;
  if (RowParser(kind, layout).parse(first_line, row)) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (layout.columns[i] == Layout::kIgnored) continue;
    if (is_a_rows(kind.columns[layout.columns[i]], layout.times, fields[i])) return false;
  }
  return true;
}

Result<Layout> mapped_layout(const Kind& kind, const std::vector<MappedColumn>& columns, const TimeFormat& times,
                             std::string_view first_line) {
  std::string_view names[kMaxFields];
  const std::size_t count = split_fields(first_line, names);
  if (count > kMaxFields) {
    return fail(ErrorCode::kBadInput, fmt::format("its lines have {} fields, more than {}", count, kMaxFields));
  }
  Layout layout{.columns = std::vector<std::size_t>(count, Layout::kIgnored), .times = times};
  for (const MappedColumn& mapped : columns) {
    const std::optional<std::size_t> place = field_place(mapped, {names, count});
    if (!place) {
      return fail(ErrorCode::kUsage, fmt::format("--map: the file has no field '{}'", shown_text(mapped.field)));
    }
    if (layout.columns[*place] != Layout::kIgnored) return wrong(fmt::format("'{}' is there twice", mapped.field));
    layout.columns[*place] = mapped.column;
    layout.has_header = layout.has_header || mapped.place == SIZE_MAX;
  }
  layout.has_header = layout.has_header || looks_like_header(kind, layout, first_line, {names, count});
  return layout;
}

// "Date,Open,…": the usual names, however they are spelled.
Result<Layout> usual_layout(const Kind& kind, const TimeFormat& times, std::string_view first_line) {
  std::string lower(first_line);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string_view names[kMaxFields];
  const std::size_t count = split_fields(lower, names);
  Result<Layout> layout = layout_by_names(kind, kUsualNames, {names, std::min(count, kMaxFields)}, true);
  if (!layout)
    return fail(ErrorCode::kUsage, fmt::format("{}: --map says which field is which", layout.error().message));
  layout->times = times;
  return layout;
}

}  // namespace

Result<std::vector<DataSet>> mapped_csv_sets(const std::string& path, const SourceHints& hints) {
  Result<DataSet> set = candle_set_of(path, hints);
  if (!set) return std::unexpected(set.error());
  return std::vector<DataSet>{*std::move(set)};
}

Result<std::unique_ptr<RowReader>> read_mapped_csv(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                   const SourceHints& hints) {
  const Kind& kind = *set.kind;
  TimeFormat times;
  if (!hints.time_format.empty()) {
    Result<TimeFormat> told = TimeFormat::parse(hints.time_format);
    if (!told) return std::unexpected(told.error());
    times = *std::move(told);
  }
  if (hints.columns.empty()) {
    if (!kind.has_interval) return wrong(fmt::format("is needed for {}", kind.name));
    return std::make_unique<CsvReader>(std::move(bytes), kind, set.symbol, [&kind, times](std::string_view line) {
      return usual_layout(kind, times, line);
    });
  }
  Result<std::vector<MappedColumn>> columns = parse_columns(kind, hints.columns);
  if (!columns) return std::unexpected(columns.error());
  return std::make_unique<CsvReader>(std::move(bytes), kind, set.symbol,
                                     [&kind, times, mapped = *std::move(columns)](std::string_view line) {
                                       return mapped_layout(kind, mapped, times, line);
                                     });
}

}  // namespace acts::history
