// What a day's minute rows of one symbol say. Blocking.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "store/row_gaps.hpp"

namespace acts::history {

struct RowFacts {
  std::int64_t present = 0;
  std::int64_t live = 0;
  bool has_later = false;                      // a row of the next day or later is there: no more of this day will come
  std::map<std::string, std::int64_t> states;  // minutes, by state
  std::map<std::string, std::int64_t> reasons;  // and by reason, where there is one
  std::vector<RowGap> not_live;                 // by time; "missing" where there is no row
  // The rows as JSON lines in their order, each with these columns: what `acts rows export --format json` prints while
  // there are no others.
  std::vector<std::string> columns;
  std::string sha256;
};

// Rows with day <= sample_time < day + 24 h; no rows if there is no acts.db. `columns`: those to look at, in their
// order (a name that is not there is null); empty: all. Errors: kStorage.
Result<RowFacts> day_rows(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day,
                          const std::vector<std::string>& columns = {});

}  // namespace acts::history
