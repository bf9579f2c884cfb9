// The second part of a stream's key: rows of one ts_recv_ns are counted from 0, in the order of receipt. Pure.
#pragma once

#include <cstdint>

#include "history/table/kind.hpp"

namespace acts::history {

class StreamRows {
 public:
  // Fills `row` of a row of a stream whose ts_recv_ns is there.
  void number(Row& row) {
    constexpr std::size_t kTime = 0;
    constexpr std::size_t kRow = 1;
    next_ = has_row_ && row.integer(kTime) == time_ ? next_ + 1 : 0;
    has_row_ = true;
    time_ = row.integer(kTime);
    row.values[kRow] = next_;
    row.nulls &= ~(1U << kRow);
  }

 private:
  bool has_row_ = false;
  std::int64_t time_ = 0;
  std::int64_t next_ = 0;
};

}  // namespace acts::history
