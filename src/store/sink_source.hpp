// What a sink is fed from: rows in an order of their own, and how far the sink is with them. Two are there: minute rows
// (outbox.hpp), and the levels of full books (live/book_source.hpp).
//
// Used by one thread at a time. Calls may block on the disk, and up to the busy time-out for another writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

namespace acts {

// In the order of their changes: changes[i] is the number of rows[i].
struct OutboxBatch {
  std::vector<MinuteRow> rows;
  std::vector<std::int64_t> changes;
  // What the source has set aside by itself on the way here, as it cannot be read: which, and why, one line each.
  std::vector<std::string> unreadable = {};
};

// What a sink has not confirmed yet: rows, or books.
struct OutboxLag {
  // Counted up to kMostCounted, which then means "at least": counting costs time in proportion.
  static constexpr std::int64_t kMostCounted = 1'000'000;
  std::int64_t rows = 0;
  std::optional<UnixNanos> oldest;  // time of the one that has waited longest; none: nothing waits

  friend bool operator==(const OutboxLag&, const OutboxLag&) = default;
};

class SinkSource {
 public:
  virtual ~SinkSource() = default;

  // Rows have these columns.
  [[nodiscard]] virtual const RowSchema& schema() const = 0;
  // The first rows that the sink has not confirmed, at most `max` (at least 1); empty: there are none now. Errors:
  // kStorage.
  virtual Result<OutboxBatch> read(std::size_t max) = 0;
  // The sink has confirmed, or set_aside() has kept, every row up to this change. Errors: kStorage.
  virtual Result<void> advance(std::int64_t change) = 0;
  // Keeps what the sink refused, with its reason, where `acts rows rejected` shows it; the same row again replaces it.
  // Errors: kStorage.
  virtual Result<void> set_aside(const MinuteRow& row, std::int64_t change, std::string_view reason) = 0;
  virtual Result<OutboxLag> lag() = 0;
  // How much is set aside for the sink now, without what was changed or numbered anew since and will be sent again.
  // Takes time in proportion. Errors: kStorage.
  virtual Result<std::int64_t> rejected() = 0;
};

}  // namespace acts
