// The books that the last run has left: each from its newest checkpoint and what was recorded since. Blocking; before
// the run, while nobody else writes to the data directory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/saved_book.hpp"

namespace acts {

struct RestoredBooks {
  // By symbol.
  std::map<std::string, std::shared_ptr<const binance::SavedBook>, std::less<>> books;
  std::vector<std::string> problems;  // one line each: why a book begins empty, or from an older checkpoint
  std::uint64_t lines = 0;            // of recordings, read
};

struct LeftLogs {
  std::uint64_t cut = 0;              // logs of which something could not be read
  std::string loss = {};              // of the last such log: one line
  std::vector<std::string> problems;  // one line each: why one is not sealed
};

// Seals the logs that the last run has left open. What is not sealed after `limit` of real time, the run itself will.
LeftLogs seal_left_logs(const std::string& data_dir, Venue venue, Nanos limit);

// Of the symbols for which `wants` is true; after seal_left_logs(). Where a recording was made, a checkpoint whose
// place in it cannot be found is not taken: what follows would not be what a replay gives. After `limit` of real time
// the others begin empty.
RestoredBooks restore_books(const std::string& data_dir, Venue venue,
                            const std::function<bool(std::string_view symbol)>& wants, Nanos limit);

}  // namespace acts
