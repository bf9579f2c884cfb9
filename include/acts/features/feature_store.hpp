// The port through which minute rows are kept. A store belongs to one thread at a time, which may be another one than
// that which made it.
#pragma once

#include <span>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

namespace acts {

class FeatureStore {
 public:
  virtual ~FeatureStore() = default;

  // Writes all rows or none; when it returns without an error, a kill -9 or a power cut in the next instant cannot take
  // them back. Writing a row again (same venue, symbol, sample_time) replaces it. May block on the disk. Rows are of
  // the schema the store was opened with (asserted). Errors, with none of the rows stored: kStorage, they may be given
  // again; kBadInput, at least one of them would be refused again.
  virtual Result<void> upsert(std::span<const MinuteRow> rows) = 0;
  // Keeps a row that upsert() refused, with the reason, where a person finds it. Errors: kStorage, also if this store
  // has no such place.
  virtual Result<void> set_aside(const MinuteRow& row, std::string_view reason) {
    static_cast<void>(row);
    static_cast<void>(reason);
    return fail(ErrorCode::kStorage, "this store has no place for refused rows");
  }
};

}  // namespace acts
