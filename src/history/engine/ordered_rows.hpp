// The rows of two sources as one, by key.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "acts/base/result.hpp"

#include "history/table/row_source.hpp"

namespace acts::history {

// Two days of a set whose keys overlap. Not thread-safe.
class OrderedRows final : public RowSource {
 public:
  // Both in order of their first column, a whole number, each key once; of any forms. `kind` must outlive it.
  OrderedRows(const Kind& kind, std::unique_ptr<RowSource> day, std::unique_ptr<RowSource> next)
      : kind_(&kind), day_{.rows = std::move(day)}, next_{.rows = std::move(next)} {}

  // Errors: those of both; kStorage: both have a key, or times go back by more than an hour: ids that begin anew are in
  // no order over days.
  Result<bool> next(Row& row) override;

 private:
  struct Side {
    std::unique_ptr<RowSource> rows;
    Row row{};
    bool is_there = false;
    bool has_ended = false;
  };
  static Result<void> fill(Side& side);
  [[nodiscard]] std::unexpected<Error> refused(const Row& row, std::string_view what) const;

  const Kind* kind_;
  Side day_;
  Side next_;
  std::int64_t latest_ = INT64_MIN;  // microseconds: of the rows given
};

}  // namespace acts::history
