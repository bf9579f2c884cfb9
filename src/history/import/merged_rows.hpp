// A day that the catalog has and the same day of another source, made one: every row of both, once, in order. Holds two
// rows at a time. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "acts/base/result.hpp"

#include "history/table/row_source.hpp"

namespace acts::history {

// The times of a stream's rows, first and last (ts_recv_ns).
struct KeySpan {
  std::int64_t first = 0;
  std::int64_t last = 0;
  [[nodiscard]] bool holds(std::int64_t key) const { return key >= first && key <= last; }
};

struct MergeOptions {
  DecimalForm form = DecimalForm::kNarrow;  // of the rows it gives; wide if a row of either is
  // Rows that differ: those of the newer source are taken; of a stream, all of the newer one for as long as it lasts.
  // Else they are an error.
  bool replaces = false;
  KeySpan there = {};  // of streams
  KeySpan here = {};
};

class MergedRows final : public RowSource {
 public:
  // `there`: the catalog's, `here`: the newer source's; both in order, each key once, of any form. All must outlive it.
  MergedRows(const Kind& kind, RowSource& there, RowSource& here, const MergeOptions& options)
      : kind_(&kind), there_(&there), here_(&here), options_(options) {}

  // Errors: kBadInput, naming the first difference; those of the two.
  Result<bool> next(Row& row) override;

  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }      // rows that both had
  [[nodiscard]] std::uint64_t superseded() const { return superseded_; }  // of the catalog, not given

 private:
  struct Side {
    Row row;
    bool is_there = false;
    bool has_ended = false;
  };
  Result<void> fill(RowSource& source, Side& side) const;
  static bool take(Side& side, Row& row);
  Result<bool> take_both(Row& row);
  [[nodiscard]] bool is_in_both_spans(const Row& row) const;

  const Kind* kind_;
  RowSource* there_;
  RowSource* here_;
  MergeOptions options_;
  Side old_;
  Side new_;
  std::uint64_t repeated_ = 0;
  std::uint64_t superseded_ = 0;
};

}  // namespace acts::history
