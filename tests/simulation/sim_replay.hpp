// The rows that a symbol's sealed segments give, by the Replay that `acts replay` runs.
#pragma once

#include <string>
#include <vector>

#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "live/book_file.hpp"
#include "recording/recording_reader.hpp"

namespace acts::sim {

struct ReplayedRows {
  std::vector<MinuteRow> rows;
  std::vector<std::string> problems;  // one line each: what is not as it was in the run
};

// `books`: at the places where they were saved the replay goes on with these, and not with its own: rows that are the
// same show that a checkpoint is all there is to know.
ReplayedRows replay_symbol(Venue venue, const std::string& symbol, RecordingReader reader, std::vector<BookFile> books);

}  // namespace acts::sim
