// SQL over the catalog. A view a kind (klines, agg_trades, …) has the columns of `acts catalog describe` behind venue,
// symbol, interval (of candles), origin and date; its types are the same whatever data there is: prices DECIMAL(38,12),
// quantities and volumes DECIMAL(38,8), so that a price times a quantity is DECIMAL(38,20). minute_rows and gaps are of
// the collector's rows (stored_rows.hpp), recording_gaps of its recordings (recording_gaps.hpp); what is recorded
// stands beside the catalog's rows in the views of its kinds (recorded_rows.hpp).
//
// What is asked can only read, and only these views: one SELECT without any function that opens files, over a DuckDB in
// memory that may open nothing but the catalog; acts.db is opened by ours, to be read. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/stored_files.hpp"
#include "history/engine/duck.hpp"
#include "history/engine/select.hpp"
#include "history/query/recorded_rows.hpp"
#include "history/query/stop_sign.hpp"

namespace acts::history {

struct QueryOptions {
  // Of DuckDB's own buffers; what it and we hold beside them is as much as half of it again.
  std::uint64_t memory_bytes = std::uint64_t{512} << 20;
  int threads = 1;
  // A directory of our own for what does not fit the memory; empty: a query that needs more fails.
  std::string temp_directory;
  std::uint64_t spill_bytes = std::uint64_t{16} << 30;  // there; a query that needs more fails
  bool keeps_freed = true;                              // DuckOptions
  bool with_recordings = true;  // those of DATA_DIR/raw in the views of book_updates, trades, agg_trades, book_ticker
  // What the views have in place of all that the catalog has now: some of its files, which the caller holds
  // (hold_files()) as long as the session is.
  std::optional<StoredFiles> files = {};
  // The one file that may be written: of to_parquet(), absolute, not below the catalog. Empty: none.
  std::string output;
};

class QuerySession {
 public:
  // Of the catalog as it is now, whatever is imported meanwhile; `ops` outlives it. Errors: kStorage; kUsage: an output
  // below the catalog, check_place().
  static Result<QuerySession> open(FileOps& ops, const std::string& data_dir, const QueryOptions& options);

  // Errors of all: kUsage (not one SELECT, or a function that is not taken), kBadInput (SQL), kStorage, kCancelled.
  // `is_cancelled`: see SelectRows::start().
  Result<SelectRows> select(const std::string& sql, std::function<bool()> is_cancelled);
  // DuckDB's plan of it, as text.
  Result<std::string> explain(const std::string& sql, std::function<bool()> is_cancelled);
  // Into QueryOptions::output, which appears whole and on the disk, or not at all, in the place of what was there. How
  // many rows.
  Result<std::uint64_t> to_parquet(const std::string& sql, std::function<bool()> is_cancelled);

  // Places of recordings, read by statements so far, that could not be read, and are left out.
  [[nodiscard]] std::uint64_t unreadable() const { return recorded_.unreadable(); }

 private:
  QuerySession(FileOps& ops, std::optional<FileLock> held, std::unique_ptr<Duck> duck, std::shared_ptr<StopSign> stop,
               std::string output, RecordedRows recorded)
      : ops_(&ops),
        held_(std::move(held)),
        stop_(std::move(stop)),
        duck_(std::move(duck)),
        output_(std::move(output)),
        recorded_(std::move(recorded)) {}

  Result<std::string> prepare(const std::string& sql);

  FileOps* ops_;
  std::optional<FileLock> held_;
  std::shared_ptr<StopSign> stop_;
  std::unique_ptr<Duck> duck_;
  std::string output_;
  RecordedRows recorded_;
  std::vector<const Kind*> unjoined_;  // whose views have no recordings yet
};

}  // namespace acts::history
