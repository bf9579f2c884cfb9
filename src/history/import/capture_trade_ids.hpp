// Numbers for trades whose ids are texts, which nothing can be ordered by: the number of the event in the engine, the
// place among the trades of that event in a message, and some bits of a digest of the id. A trade has the same number
// in each capture that it stands in, wherever that begins. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

class CaptureTradeIds {
 public:
  // Trades of one sequence in a message: Bybit's have so many trades at most.
  static constexpr std::int64_t kMostPlaces = 1024;
  static constexpr std::int64_t kDigests = 1024;
  // Numbers stay below 2^63. Bybit's were at 7.5 * 10^11 in 2026, and grow by some 3 * 10^11 a year.
  static constexpr std::int64_t kMostSequence = INT64_MAX / (kMostPlaces * kDigests);
  static constexpr std::size_t kMostIdBytes = 64;  // a UUID has 36
  // The trades last numbered, of all instruments, whose ids are known: a number is that of one of them alone.
  static constexpr std::size_t kMostKnown = 65'536;

  // `instrument`: without a line's end, at most some 200 bytes. `place`: from 0. Errors: kBadInput: a longer id, a
  // larger sequence or place, the number of another trade (of some thousand pairs that share sequence and place, but no
  // message, one).
  Result<std::int64_t> number(std::string_view instrument, std::string_view id, std::int64_t sequence,
                              std::int64_t place);

 private:
  void let_go_of_oldest();

  using Numbers = std::map<std::string, std::int64_t, std::less<>>;

  Numbers known_;                        // by instrument and id
  std::set<std::string> taken_;          // their numbers, with the instrument
  std::deque<Numbers::iterator> order_;  // of known_, in that of their coming
};

}  // namespace acts::history
