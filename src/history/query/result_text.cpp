#include "history/query/result_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "acts/features/row.hpp"

namespace acts::history {
namespace {

void append_csv_cell(std::string& out, std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
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

// On a terminal: code points, not bytes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// A line feed within a cell would break the table, other control characters the terminal.
std::string harmless(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  return out;
}

// Up to 2^53, which every reader's numbers hold.
bool is_exact_everywhere(std::string_view whole) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  return error == std::errc{} && value >= -kMost && value <= kMost;
}

bool is_bare(CellForm form, std::string_view text) {
  if (form == CellForm::kFlag) return true;
  if (form == CellForm::kWhole) return is_exact_everywhere(text);
  return form == CellForm::kNumber && text != "nan" && text != "inf" && text != "-inf";
}

}  // namespace

void append_csv_header(std::string& out, const std::vector<SelectColumn>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    append_csv_cell(out, columns[i].name);
  }
  out += '\n';
}

void append_csv_row(std::string& out, const ResultCells& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    if (cells[i]) append_csv_cell(out, *cells[i]);
  }
  out += '\n';
}

void append_json_row(std::string& out, const std::vector<SelectColumn>& columns, const ResultCells& cells) {
  out += '{';
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, columns[i].name);
    out += ':';
    if (!cells[i]) {
      out += "null";
    } else if (is_bare(columns[i].form, *cells[i])) {
      out += *cells[i];
    } else {
      append_json_text(out, *cells[i]);
    }
  }
  out += "}\n";
}

ResultTable::ResultTable(std::vector<SelectColumn> columns) : columns_(std::move(columns)) {
  for (const SelectColumn& column : columns_) widths_.push_back(width_of(column.name));
}

void ResultTable::add(const ResultCells& cells, std::string& out) {
  if (has_begun_) return append(cells, out);
  for (std::size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], width_of(cells[i].value_or("")));
  held_.push_back(cells);
  if (held_.size() == kMeasured) begin(out);
}

void ResultTable::finish(std::string& out) {
  if (!has_begun_) begin(out);
}

void ResultTable::begin(std::string& out) {
  has_begun_ = true;
  ResultCells names;
  ResultCells rules;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    names.emplace_back(columns_[i].name);
    rules.emplace_back(std::string(widths_[i], '-'));
  }
  append(names, out);
  append(rules, out);
  for (const ResultCells& cells : held_) append(cells, out);
  held_.clear();
}

void ResultTable::append(const ResultCells& cells, std::string& out) const {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += "  ";
    append_cell(i, cells[i].value_or(""), out);
  }
  while (out.ends_with(' ')) out.pop_back();
  out += '\n';
}

void ResultTable::append_cell(std::size_t column, std::string_view text, std::string& out) const {
  const std::size_t width = width_of(text);
  const std::string blanks(widths_[column] > width ? widths_[column] - width : 0, ' ');
  const bool is_left = columns_[column].form == CellForm::kText;
  out += is_left ? harmless(text) + blanks : blanks + harmless(text);
}

}  // namespace acts::history
