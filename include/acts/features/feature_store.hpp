// The port through which minute rows are kept.
#pragma once

#include <span>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

namespace acts {

class FeatureStore {
 public:
  virtual ~FeatureStore() = default;

  // Writes all rows or none; when it returns without an error, a kill -9 or a power cut in the next instant cannot take
  // them back. Writing a row again (same venue, symbol, sample_time) replaces it. May block on the disk. Rows are of
  // the schema the store was opened with (asserted). Errors: kStorage; the rows are then not stored and may be given
  // again.
  virtual Result<void> upsert(std::span<const MinuteRow> rows) = 0;
};

}  // namespace acts
