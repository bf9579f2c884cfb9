// The book as it was known at a time in the midst of the data, as rows that bring it about: a run that begins there
// begins with it. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "backtest/event_rows.hpp"
#include "sim/ladder.hpp"

namespace acts::backtest {

class BookBefore {
 public:
  explicit BookBefore(bool as_hftbacktest) : as_hftbacktest_(as_hftbacktest) {}

  // Those for the venue's clock: of a file that has events once for each they come first.
  void take(const EventRow& row);
  // All levels in sight, behind a clear: at the venue at the time of the last change, known here at `local_ts`. Nothing
  // if there was none.
  [[nodiscard]] std::vector<EventRow> rows(std::int64_t local_ts) const;

 private:
  bool as_hftbacktest_;
  sim::Ladder ladder_;
  std::int64_t last_ts_ = INT64_MIN;
};

}  // namespace acts::backtest
