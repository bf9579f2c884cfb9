// One pass over the rows of a file: day by day, in order. Bad rows are set aside with their reason, up to a limit. A
// day's form is known when its last row is: once a row needs the wide form and its day began narrow, the rest of the
// file is only looked through for more such days, and a second pass knows them all. Of a stream, levels that their
// message has told already are left out, and counted as repeated. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/import/reject_list.hpp"
#include "history/import/repeated_levels.hpp"
#include "history/import/row_reader.hpp"
#include "history/import/row_watch.hpp"
#include "history/import/stream_rows.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

struct PassOptions {
  std::uint64_t max_bad_rows = 0;
  std::set<std::int64_t> wide_days{};
  // The rows come by day, and within a day by key; from one day to the next keys may go back.
  bool is_sorted = false;
  bool has_dense_ids = true;  // of the set
  RejectList rejects{};       // what the same file had before; counts towards the limit
};

class RowPass final : public RowSource {
 public:
  // `kind` must outlive it. `interval`: of candles.
  RowPass(std::unique_ptr<RowReader> reader, const Kind& kind, std::string_view interval, const PassOptions& options);

  // The day (since 1970-01-01 UTC) that the next rows belong to; nothing at the end. To be asked when next() has said
  // that there is none. Errors: as next().
  Result<std::optional<std::int64_t>> next_day();
  // Of that day, all of one form. Errors: kBadInput: more bad rows than allowed, rows out of order, more levels of one
  // time of receipt than are compared; what the reader fails with.
  Result<bool> next(Row& row) override;
  [[nodiscard]] DecimalForm form() const { return is_wide(day_) ? DecimalForm::kWide : DecimalForm::kNarrow; }

  // Not empty after the end: the pass is to be made again with these, and what it gave is void.
  [[nodiscard]] const std::set<std::int64_t>& new_wide_days() const { return new_wide_days_; }
  // It failed because of the order of the rows: sorted, they can be taken.
  [[nodiscard]] bool is_out_of_order() const { return is_out_of_order_; }

  [[nodiscard]] SourceFacts facts() const;
  [[nodiscard]] const RowReader& reader() const { return *reader_; }
  [[nodiscard]] const RejectList& rejects() const { return rejects_; }

 private:
  Result<bool> read_row();
  Result<bool> take_row();
  Result<bool> is_repeated_level();
  [[nodiscard]] bool is_wide(std::int64_t day) const { return options_.wide_days.contains(day); }
  Result<void> reject(std::string_view reason, std::string_view text);
  std::unexpected<Error> out_of_order(const std::string& what);

  std::unique_ptr<RowReader> reader_;
  const Kind* kind_;
  PassOptions options_;
  RowWatch watch_;
  std::optional<RepeatedLevels> levels_;  // of a stream,
  StreamRows counted_;                    // whose rows are counted anew without those
  Row row_;
  bool has_row_ = false;  // row_ is to be handed out
  std::int64_t row_day_ = INT64_MIN;
  std::int64_t day_ = INT64_MIN;
  bool is_out_of_order_ = false;
  std::set<std::int64_t> new_wide_days_;
  std::uint64_t repeated_levels_ = 0;
  RejectList rejects_;
};

}  // namespace acts::history
