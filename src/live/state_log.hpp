// What a run says of its symbols while all is well: a line when one's state changes, and now and then how each and all
// are. Decides which lines there are; CollectRun writes them. Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/quality.hpp"

#include "collector/health.hpp"

namespace acts {

struct StateLine {
  std::string key;     // "symbol_state" or "states"
  std::string symbol;  // empty: of the venue
  std::string text;
  bool own_file_only = false;  // for the symbol's log file, not for the main log
};

// Of one venue.
class StateLog {
 public:
  // How often each symbol's state goes to its own file and one line about all to the main log.
  static constexpr Nanos kInterval = std::chrono::minutes{5};
  // Changes in the main log a minute; more are counted there and are in the symbols' own files.
  static constexpr std::size_t kMaxChanges = 60;

  // Once a second or so.
  std::vector<StateLine> poll(const collector::Health& health);

 private:
  void note_changes(const collector::Health& health, std::vector<StateLine>& lines);
  void note_all(const collector::Health& health, std::vector<StateLine>& lines);

  std::map<std::string, RowState, std::less<>> states_;
  bool started_ = false;
  UnixNanos minute_;  // the current one's begin
  UnixNanos next_all_;
  std::size_t shown_ = 0;     // in this minute
  std::size_t left_out_ = 0;  // in this minute
};

}  // namespace acts
