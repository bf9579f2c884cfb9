#include "history/import/message_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "history/import/csv_reader.hpp"

namespace acts::history {
namespace {

// A line of 64 KiB has no more.
void split_line(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const std::size_t comma = line.find(',');
    fields.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace

MessageReader::MessageReader(std::unique_ptr<ByteSource> bytes, const Kind& kind, Layout layout, std::string symbol)
    : lines_(std::move(bytes), kMaxCsvLineBytes), kind_(&kind), parser_(kind, std::move(layout), std::move(symbol)) {}

Result<RowReader::Got> MessageReader::next(Row& row) {
  while (next_ == rows_.size()) {
    bool is_long = false;
    const auto line = read_line(is_long);
    if (!line) return std::unexpected(line.error());
    if (is_long) return Got::kBad;
    if (!*line) return Got::kEnd;
    split_line(**line, fields_);
    if (!has_begun_) {
      has_begun_ = true;
      const Result<void> begun = begin({**line, fields_});
      if (!begun) return fail(begun.error().code, fmt::format("line {}: {}", place(), begun.error().message));
      continue;
    }
    if (const Result<void> taken = take_line(**line); !taken) {
      bad_reason_ = taken.error().message;
      bad_text_ = **line;
      return Got::kBad;
    }
  }
  row = rows_[next_++];
  if (kind_->is_stream) counted_.number(row);
  return Got::kRow;
}

// The next one with something in it; nothing at the end.
Result<std::optional<std::string_view>> MessageReader::read_line(bool& is_long) {
  for (;;) {
    const std::uint64_t before = lines_.line_number();
    const auto read = lines_.next();
    if (!read) {
      is_long = read.error().code == ErrorCode::kBadInput && lines_.line_number() > before;
      if (!is_long) return std::unexpected(read.error());
      bad_reason_ = read.error().message;
      bad_text_ = {};
      return std::nullopt;
    }
    if (!*read) return std::nullopt;
    std::string_view line = **read;
    if (before == 0 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') return line;
  }
}

// All rows of it, or none.
Result<void> MessageReader::take_line(std::string_view line) {
  rows_.clear();
  next_ = 0;
  texts_.clear();
  if (Result<void> cut = split({line, fields_}, texts_); !cut) return cut;
  for (const std::string& text : texts_) {
    if (Result<void> parsed = parser_.parse(text, rows_.emplace_back()); !parsed) {
      rows_.clear();
      return parsed;
    }
  }
  return {};
}

}  // namespace acts::history
