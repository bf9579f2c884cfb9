// The books that the last run has left, and rows that it has made and that are not stored: each symbol from a
// checkpoint and what was recorded since, sealed or not. Blocking; before the run, while nobody else writes to the data
// directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "binance/saved_book.hpp"
#include "live/run_settings.hpp"
#include "recording/archive.hpp"

namespace acts {

// Of one schema, ordered by time.
struct RestoredRows {
  RowSchema schema;
  std::vector<MinuteRow> rows;
};

struct RestoredBooks {
  // By symbol.
  std::map<std::string, std::shared_ptr<const binance::SavedBook>, std::less<>> books;
  std::map<std::string, std::vector<RestoredRows>, std::less<>> rows;  // ordered by time
  std::map<std::string, UnixNanos, std::less<>> since;  // symbols of logs that are not sealed: recorded since then
  std::vector<std::string> problems;  // one line each: why a book begins empty, or from an older checkpoint
  std::uint64_t lines = 0;            // of recordings, read
};

struct RestoreOptions {
  std::string data_dir;
  Venue venue = Venue::kBinanceSpot;
  RunSettings untold = {};               // of the rows of a run whose recording does not tell
  std::vector<RecordingFile> open = {};  // logs that are not sealed, by time
  // Of real time; a symbol whose share of it is too little goes on from its newest checkpoint alone.
  Nanos limit{0};
  std::function<bool()> stop = nullptr;  // true ends it, as if there were no time left; empty: nothing does
  std::function<bool(std::string_view symbol)> wants = nullptr;  // must be set
  // The time of the latest stored row: rows behind it are wanted. Empty: none are.
  std::function<std::optional<UnixNanos>(std::string_view symbol)> last_row = nullptr;
};

// After seal_left_logs(). A checkpoint whose place in the recording cannot be found is not gone on from, as what
// follows would not be what a replay gives; but it is the book where there is no other: with a gap, as after each
// restart.
RestoredBooks restore_books(const RestoreOptions& options);

}  // namespace acts
