// One pass over the rows of a file: day by day, in order. Bad rows are set aside with their reason, up to a limit. All
// rows have one form: a narrow pass ends at the first row that needs the wide one, and a second pass is wide. Of a
// stream, levels that their message has told already are left out, and counted as repeated. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
  DecimalForm form = DecimalForm::kNarrow;
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
  // Of that day. Errors: kBadInput: more bad rows than allowed, rows out of order, more levels of one
  // time of receipt than are compared; what the reader fails with.
  Result<bool> next(Row& row) override;

  // It ended because of a row that the narrow form does not hold: wide, it is to be made again, and what it gave is
  // void.
  [[nodiscard]] bool needs_wide() const { return needs_wide_; }
  // It failed because of the order of the rows: sorted, they can be taken.
  [[nodiscard]] bool is_out_of_order() const { return is_out_of_order_; }

  [[nodiscard]] SourceFacts facts() const;
  [[nodiscard]] const RowReader& reader() const { return *reader_; }
  [[nodiscard]] const RejectList& rejects() const { return rejects_; }

 private:
  Result<bool> read_row();
  Result<bool> take_row();
  Result<bool> is_repeated_level();
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
  bool needs_wide_ = false;
  std::uint64_t repeated_levels_ = 0;
  RejectList rejects_;
};

}  // namespace acts::history
