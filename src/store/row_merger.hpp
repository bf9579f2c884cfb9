// Rows of elsewhere into a store: each key once, of two the one that is to be trusted more (row_merge.hpp); a row that
// is there as it is is not written again. Not thread-safe.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "store/sqlite_store.hpp"

namespace acts {

struct MergeCounts {
  std::size_t added = 0;
  std::size_t same = 0;
  std::size_t kept = 0;   // they differed, and ours was better
  std::size_t taken = 0;  // they differed, and theirs was
};

class RowMerger {
 public:
  // `ours` must outlive it. `replaces`: of two that differ theirs is taken, however good.
  explicit RowMerger(SqliteStore& ours, bool replaces = false) : ours_(&ours), replaces_(replaces) {}

  // In the store's columns; written a thousand at a time. Errors of both: kStorage.
  Result<void> add(MinuteRow row);
  Result<void> finish();
  [[nodiscard]] const MergeCounts& counts() const { return counts_; }

 private:
  SqliteStore* ours_;
  bool replaces_;
  MergeCounts counts_;
  std::vector<MinuteRow> batch_;
  std::set<std::tuple<std::string, std::string, UnixNanos>> keys_;  // of the batch
};

}  // namespace acts
