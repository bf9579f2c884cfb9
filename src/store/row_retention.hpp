// Removes minute rows that have become too old or too many, the oldest first, and rows that were rejected long ago.
// Never a row that a sink has not confirmed. A batch at a time, each a short transaction, over a connection of its own:
// whoever writes rows meanwhile waits for one batch at most.
//
// What goes is deleted, not moved: its pages are used again by later rows, and the file does not shrink.
// Used by one thread at a time. Errors are kStorage.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "store/sqlite_database.hpp"

namespace acts {

struct RowLimits {
  std::optional<Nanos> age = {};            // since sample_time; none: any
  std::optional<std::uint64_t> bytes = {};  // of the pages of acts.db that are in use; none: any
  std::optional<Nanos> rejected_age =
      {};  // of rows and levels of books that acts.db or a sink refused; none: they stay

  [[nodiscard]] bool any() const { return age || bytes || rejected_age; }
  friend bool operator==(const RowLimits&, const RowLimits&) = default;
};

struct RowPrune {
  std::uint64_t rows = 0;                // removed, or with a dry run those that would be
  std::uint64_t rejected = 0;            // rejected rows and levels removed
  std::uint64_t bytes = 0;               // of pages that came free
  std::uint64_t waiting = 0;             // rows that would have gone, and that a sink has not got yet
  std::optional<UnixNanos> oldest = {};  // sample_time of the oldest row that is kept

  friend bool operator==(const RowPrune&, const RowPrune&) = default;
};

class RowPruner {
 public:
  static constexpr int kBatch = 500;  // rows of a transaction
  // Age counts up to the time of a pass, but not beyond a day after the last row with a book: see retention.hpp of
  // recording. Rows of the last day are kept whatever the size.
  static constexpr Nanos kTrustedGap = std::chrono::hours{24};
  static constexpr Nanos kAlwaysKept = std::chrono::hours{24};

  // `path`: a file that SqliteStore::open() of this version has opened before. `sinks`: the names of those that rows go
  // to. `dry_run`: nothing is removed, and by size nothing is counted.
  static Result<std::unique_ptr<RowPruner>> open(const std::string& path, std::vector<std::string> sinks,
                                                 RowLimits limits, bool dry_run = false,
                                                 const SqliteOptions& options = {});

  // Begins a pass.
  Result<void> begin(UnixNanos now);
  // The next batch; false: the pass has come to its end.
  Result<bool> step();
  // Of the pass so far; `oldest` and `bytes` once it has ended.
  [[nodiscard]] const RowPrune& report() const { return report_; }

 private:
  struct Symbol {
    std::string venue;
    std::string symbol;
    std::int64_t oldest = 0;  // milliseconds: of its first row
    std::int64_t next = 0;    // milliseconds: rows before it have been looked at
  };
  struct Batch {
    std::vector<std::int64_t> times;  // milliseconds: of rows that may go
    std::uint64_t waiting = 0;        // rows that a sink has not got
    std::int64_t next = 0;            // milliseconds: where to look on
  };
  enum class Phase : std::uint8_t { kResolved, kRejected, kSinkRejected, kSinkLevels, kAge, kSize, kEnded };

  RowPruner(std::unique_ptr<SqliteDatabase> database, std::vector<std::string> sinks, RowLimits limits, bool dry_run)
      : database_(std::move(database)), sinks_(std::move(sinks)), limits_(limits), dry_run_(dry_run) {}

  Result<void> find_symbols();
  Result<void> find_trusted(UnixNanos now);
  Result<std::optional<std::int64_t>> last_with_book(const Symbol& of);
  Result<std::int64_t> confirmed();
  Result<std::uint64_t> used_bytes();
  static std::string rejected_sql(Phase phase);
  Result<bool> remove_rejected();
  Result<std::int64_t> remove_by(const std::string& sql, std::optional<std::int64_t> before);
  Result<bool> remove_rows();
  Result<Batch> look(const Symbol& of);
  Result<void> remove(const Symbol& of, const std::vector<std::int64_t>& times);
  Result<void> remove_batch(Symbol& of);
  Result<bool> raise_cutoff();
  Result<void> finish();

  std::unique_ptr<SqliteDatabase> database_;
  std::vector<std::string> sinks_;
  RowLimits limits_;
  bool dry_run_;
  std::vector<Symbol> symbols_;
  std::optional<UnixNanos> trusted_;  // the time up to which age counts; none: there is no row with a book
  std::size_t at_ = 0;                // in symbols_
  std::int64_t cutoff_ = 0;           // milliseconds: rows before it go
  Phase phase_ = Phase::kEnded;
  std::uint64_t used_before_ = 0;
  std::uint64_t removed_by_size_ = 0;  // since the cut-off was raised last
  RowPrune report_;
};

}  // namespace acts
