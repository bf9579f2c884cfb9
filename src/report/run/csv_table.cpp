#include "report/run/csv_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

namespace acts::report {
namespace {

constexpr std::size_t kMostNamed = 30;  // columns, in an error

// Fields of a record; false: a quote does not end, or something stands behind the one that does.
bool split_record(std::string_view line, std::vector<std::string>& fields) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::size_t count = 0;
  const auto next_field = [&]() -> std::string& {
    if (fields.size() == count) fields.emplace_back();
    fields[count].clear();
    return fields[count++];
  };
  while (true) {
    std::string& field = next_field();
    if (line.starts_with('"')) {
      line.remove_prefix(1);
      while (true) {
        const std::size_t quote = line.find('"');
        if (quote == std::string_view::npos) return false;
        field += line.substr(0, quote);
        line.remove_prefix(quote + 1);
        if (!line.starts_with('"')) break;
        field += '"';
        line.remove_prefix(1);
      }
      if (!line.empty() && line[0] != ',') return false;
    } else {
      const std::size_t end = std::min(line.find(','), line.size());
      field = line.substr(0, end);
      line.remove_prefix(end);
    }
    if (line.empty()) break;
    line.remove_prefix(1);
  }
  fields.resize(count);
  return true;
}

}  // namespace

Result<CsvTable> CsvTable::open(std::string_view header, std::span<const std::string_view> wanted,
                                std::size_t optional) {
  CsvTable table(wanted);
  if (header.starts_with("\xEF\xBB\xBF")) header.remove_prefix(3);
  if (!split_record(header, table.fields_)) return fail(ErrorCode::kBadInput, "a quote in the header does not end");
  for (const std::string_view name : wanted) {
    const auto place = std::ranges::find(table.fields_, name);
    const bool is_optional = table.places_.size() + optional >= wanted.size();
    if (place == table.fields_.end() && is_optional) {
      table.places_.push_back(kMissing);
      continue;
    }
    if (place == table.fields_.end()) {
      return fail(ErrorCode::kBadInput, fmt::format("there is no column '{}': the header has {}", name,
                                                    fmt::join(table.fields_ | std::views::take(kMostNamed), ", ")));
    }
    if (std::find(place + 1, table.fields_.end(), name) != table.fields_.end()) {
      return fail(ErrorCode::kBadInput, fmt::format("the column '{}' stands twice", name));
    }
    table.places_.push_back(static_cast<std::size_t>(place - table.fields_.begin()));
  }
  return table;
}

Result<void> CsvTable::read(std::string_view line) {
  const std::size_t columns = fields_.size();
  const bool is_record = split_record(line, fields_);
  const std::size_t found = fields_.size();
  if (is_record && found == columns) return {};
  fields_.resize(columns);
  if (!is_record) return fail(ErrorCode::kBadInput, "a quote does not end where its field does");
  return fail(ErrorCode::kBadInput,
              fmt::format("{} fields, where the header has {}: the line is cut or damaged", found, columns));
}

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace acts::report
