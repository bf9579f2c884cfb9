// One pass over the lines of a CSV file: rows, day by day. Bad lines are set aside with their reason, up to a limit. A
// day's form is known when its last row is: once a row needs the wide form and its day began narrow, the rest of the
// file is only looked through for more such days, and a second pass knows them all. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/import/row_parser.hpp"
#include "history/import/row_watch.hpp"
#include "history/table/row_source.hpp"
#include "recording/line_reader.hpp"

namespace acts::history {

// A longer line is a bad one; its bytes are skipped, not kept.
inline constexpr std::size_t kMaxCsvLineBytes = std::size_t{64} << 10;

struct PassOptions {
  std::uint64_t max_bad_rows = 0;
  std::set<std::int64_t> wide_days{};
};

class RowPass final : public RowSource {
 public:
  // `kind` must outlive it.
  RowPass(std::unique_ptr<ByteSource> source, const Kind& kind, std::string_view interval, const PassOptions& options);

  // The day (since 1970-01-01 UTC) that the next rows belong to; nothing at the end. To be asked when next() has said
  // that there is none. Errors: as next().
  Result<std::optional<std::int64_t>> next_day();
  // Of that day, all of one form. Errors: kBadInput: the header, more bad rows than allowed, rows out of order; what
  // the source fails with.
  Result<bool> next(Row& row) override;
  [[nodiscard]] DecimalForm form() const { return is_wide(day_) ? DecimalForm::kWide : DecimalForm::kNarrow; }

  // Not empty after the end: the pass is to be made again with these, and what it gave is void.
  [[nodiscard]] const std::set<std::int64_t>& new_wide_days() const { return new_wide_days_; }

  [[nodiscard]] const SourceFacts& facts() const { return watch_.facts(); }
  [[nodiscard]] std::optional<TimeUnit> time_unit() const { return parser_ ? parser_->time_unit() : std::nullopt; }
  [[nodiscard]] bool has_header() const { return has_header_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_.line_number(); }
  [[nodiscard]] std::uint64_t bad_rows() const { return bad_rows_; }
  // CSV with a header: line, reason, the line's text, cut and made harmless; of the first kMostListed.
  [[nodiscard]] const std::string& rejects() const { return rejects_; }
  static constexpr std::uint64_t kMostListed = 10'000;

 private:
  Result<bool> read_row();
  Result<bool> take_line(std::string_view line);
  Result<bool> take_row(std::string_view line);
  [[nodiscard]] bool is_wide(std::int64_t day) const { return options_.wide_days.contains(day); }
  Result<void> reject(std::string_view reason, std::string_view line);

  LineReader lines_;
  const Kind* kind_;
  PassOptions options_;
  std::optional<RowParser> parser_;  // once the first line is seen
  RowWatch watch_;
  Row row_;
  bool has_row_ = false;  // row_ is to be handed out
  std::int64_t day_ = INT64_MIN;
  bool has_header_ = false;
  std::set<std::int64_t> new_wide_days_;
  std::uint64_t bad_rows_ = 0;
  std::string rejects_;
};

}  // namespace acts::history
