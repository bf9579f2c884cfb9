// Numbers for trades whose ids are texts, which nothing can be ordered by: the number of the event in the engine, with
// that of the trade in it. A trade that comes again, over another connection or after one was opened anew, keeps its
// number. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

namespace acts::history {

class CaptureTradeIds {
 public:
  // Trades of one sequence. Numbers made of it stay below 2^63 up to a sequence of 2 * 10^15.
  static constexpr std::int64_t kMostASequence = 4096;
  static constexpr std::size_t kMostInstruments = 65'536;
  static constexpr std::size_t kMostIdBytes = 64;  // a UUID has 36
  // The trades last kept, of all instruments, that are known again. One that comes again later is an error.
  static constexpr std::size_t kMostKnown = 65'536;

  // `instrument`: without a line's end, at most some 200 bytes. Errors: kBadInput: a longer id, a larger sequence, one
  // that is over in its instrument, more trades of a sequence or more instruments than that.
  Result<std::int64_t> number(std::string_view instrument, std::string_view id, std::int64_t sequence);
  // What was numbered since the last of these stays, or is as if it had never come.
  void keep();
  void forget();

 private:
  struct Last {
    std::int64_t sequence = -1;
    std::int64_t count = 0;
    bool is_over = false;  // the sequence: not all ids of it are known any more
  };
  void let_go_of_oldest();

  using Numbers = std::map<std::string, std::int64_t, std::less<>>;

  std::map<std::string, Last, std::less<>> last_;                  // by instrument
  Numbers known_;                                                  // by instrument and id
  std::deque<Numbers::iterator> order_;                            // of them, in that of their coming
  std::size_t new_ = 0;                                            // the last ones of these, not yet kept
  std::vector<std::pair<std::string, std::optional<Last>>> undo_;  // what last_ was before them
};

}  // namespace acts::history
