#include "history/import/csv_reader.hpp"

#include <fmt/format.h>

#include <utility>

namespace acts::history {

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, const Kind& kind, std::string symbol,
                     ChooseLayout choose_layout)
    : lines_(std::move(source), kMaxCsvLineBytes),
      kind_(&kind),
      symbol_(std::move(symbol)),
      choose_layout_(std::move(choose_layout)) {}

Result<RowReader::Got> CsvReader::next(Row& row) {
  for (;;) {
    const std::uint64_t before = lines_.line_number();
    const auto read = lines_.next();
    if (!read) {
      const bool is_long_line = read.error().code == ErrorCode::kBadInput && lines_.line_number() > before;
      if (!is_long_line) return std::unexpected(read.error());
      bad_reason_ = read.error().message;
      bad_text_ = {};
      return Got::kBad;
    }
    if (!*read) return Got::kEnd;
    std::string_view line = **read;
    if (!parser_) {
      const Result<bool> is_row = begin(line);
      if (!is_row) return std::unexpected(is_row.error());
      if (!*is_row) continue;
    }
    const Result<void> parsed = parser_->parse(line, row);
    if (parsed && kind_->is_stream) rows_.number(row);
    if (parsed) return Got::kRow;
    bad_reason_ = parsed.error().message;
    bad_text_ = line;
    return Got::kBad;
  }
}

// The first line, without UTF-8's mark, as some editors leave it. False: it is no row.
Result<bool> CsvReader::begin(std::string_view& line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.ends_with('\r')) line.remove_suffix(1);
  Result<Layout> layout = choose_layout_(line);
  if (!layout) {
    const std::string odd = odd_form(line);
    if (!odd.empty()) return fail(ErrorCode::kBadInput, fmt::format("line {}: {}", place(), odd));
    return fail(layout.error().code, fmt::format("line {}: {}", place(), layout.error().message));
  }
  has_header_ = layout->has_header;
  parser_.emplace(*kind_, *std::move(layout), symbol_);
  return !has_header_;
}

std::unique_ptr<RowReader> read_archive_csv(std::unique_ptr<ByteSource> source, const Kind& kind, std::string symbol) {
  return std::make_unique<CsvReader>(std::move(source), kind, std::move(symbol),
                                     [&kind](std::string_view first_line) { return choose_layout(kind, first_line); });
}

}  // namespace acts::history
