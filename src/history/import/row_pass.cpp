#include "history/import/row_pass.hpp"

#include <fmt/format.h>

#include <utility>

namespace acts::history {
namespace {

// A cell of a CSV file: quotes doubled, nothing that a terminal would obey, cut where it gets long.
std::string quoted_cell(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string out = "\"";
  for (const char c : text.substr(0, kMost)) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    if (c == '"') out += '"';
    out += is_control ? '?' : c;
  }
  return out + (text.size() > kMost ? "...\"" : "\"");
}

}  // namespace

RowPass::RowPass(std::unique_ptr<ByteSource> source, const Kind& kind, std::string_view interval,
                 const PassOptions& options)
    : lines_(std::move(source), kMaxCsvLineBytes), kind_(&kind), options_(options), watch_(kind, interval) {}

Result<std::optional<std::int64_t>> RowPass::next_day() {
  if (!has_row_) {
    const Result<bool> read = read_row();
    if (!read) return std::unexpected(read.error());
    if (!*read) return std::nullopt;
  }
  day_ = day_of(row_.integer(kind_->time_column));
  return day_;
}

Result<bool> RowPass::next(Row& row) {
  if (!has_row_) {
    Result<bool> read = read_row();
    if (!read || !*read) return read;
  }
  if (day_of(row_.integer(kind_->time_column)) != day_) return false;
  row = row_;
  has_row_ = false;
  return true;
}

// The next good one, into row_. False: there is none.
Result<bool> RowPass::read_row() {
  for (;;) {
    const std::uint64_t before = lines_.line_number();
    const auto line = lines_.next();
    if (!line) {
      const bool is_long_line = line.error().code == ErrorCode::kBadInput && lines_.line_number() > before;
      if (!is_long_line) return std::unexpected(line.error());
      if (const Result<void> noted = reject(line.error().message, ""); !noted) return std::unexpected(noted.error());
      continue;
    }
    if (!*line) return false;
    Result<bool> taken = take_line(**line);
    if (!taken || *taken) return taken;
  }
}

// False: go on with the next line.
Result<bool> RowPass::take_line(std::string_view line) {
  if (!parser_) {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // UTF-8's mark, as some editors leave it
    Result<Layout> layout = choose_layout(*kind_, line);
    if (!layout) return fail(ErrorCode::kBadInput, fmt::format("line {}: {}", lines(), layout.error().message));
    has_header_ = layout->has_header;
    parser_.emplace(*kind_, *std::move(layout));
    if (has_header_) return false;
  }
  Result<void> parsed = parser_->parse(line, row_);
  if (parsed && row_.form == DecimalForm::kNarrow && !options_.wide_days.empty() &&
      is_wide(day_of(row_.integer(kind_->time_column)))) {
    parsed = parser_->parse(line, row_, DecimalForm::kWide);
  }
  if (parsed) return take_row(line);
  if (const Result<void> noted = reject(parsed.error().message, line); !noted) return std::unexpected(noted.error());
  return false;
}

Result<bool> RowPass::take_row(std::string_view line) {
  const std::int64_t day = day_of(row_.integer(kind_->time_column));
  if (row_.form == DecimalForm::kWide && !is_wide(day)) new_wide_days_.insert(day);
  if (!new_wide_days_.empty()) return false;
  switch (watch_.look(row_)) {
    case RowWatch::Verdict::kTake: return has_row_ = true;
    case RowWatch::Verdict::kRepeated: return false;
    case RowWatch::Verdict::kOutOfOrder:
      return fail(ErrorCode::kBadInput,
                  fmt::format("line {}: its {} is below that of the row before: sort the file by it", lines(),
                              kind_->columns[0].name));
    case RowWatch::Verdict::kContradicts: break;
  }
  const std::string reason =
      fmt::format("its {} is that of the row before, its values are not", kind_->columns[0].name);
  if (const Result<void> noted = reject(reason, line); !noted) return std::unexpected(noted.error());
  return false;
}

Result<void> RowPass::reject(std::string_view reason, std::string_view line) {
  if (rejects_.empty()) rejects_ = "line,reason,text\n";
  if (++bad_rows_ <= kMostListed) {
    rejects_ += fmt::format("{},{},{}\n", lines(), quoted_cell(reason), quoted_cell(line));
  }
  if (bad_rows_ <= options_.max_bad_rows) return {};
  return fail(ErrorCode::kBadInput, fmt::format("line {}: {}: more than {} bad rows, nothing of it is imported; "
                                                "--max-bad-rows allows more",
                                                lines(), reason, options_.max_bad_rows));
}

}  // namespace acts::history
