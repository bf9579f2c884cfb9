// Whose a REST depth answer is that names no symbol: recordings of others have no index that tells. It is the one
// symbol of its file whose update ids reach from before the answer's id to beyond it; in a file of one symbol, that
// one's. Until it shows, the answer is held: a book can use it no sooner than its stream has come that far.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"

namespace acts::binance {

class AnswerOwners {
 public:
  // Beyond either bound the oldest answer is given up, as if its file had ended.
  static constexpr std::size_t kMaxHeld = 256;
  static constexpr std::size_t kMaxHeldBytes = std::size_t{64} << 20;

  struct Answer {
    UpdateId id;
    std::string json;
    UnixNanos ts_recv;
    std::uint64_t line_number = 0;
    std::string symbol = {};  // its owner's; empty: it cannot be told
  };

  // A message that names the symbol; of an update or ticker also the state it speaks of: after `from`, up to `to`.
  void on_message(std::string_view symbol);
  void on_ids(std::string_view symbol, UpdateId from, UpdateId to);
  void on_answer(Answer answer);
  // The lines that follow are of another file, or there are none.
  void end_file();
  // Those of which all is known now, in order.
  [[nodiscard]] std::vector<Answer> take();
  [[nodiscard]] bool may_take() const { return !held_.empty() || !ready_.empty(); }

 private:
  struct Seen {
    UpdateId from;
    UpdateId to;
    bool has_ids = false;
    std::uint64_t file = 0;  // the last one with a message of it
  };

  Seen& seen(std::string_view symbol);
  [[nodiscard]] std::string bracketing(UpdateId id) const;
  [[nodiscard]] std::string sole_symbol() const;
  void give_up_oldest();

  std::map<std::string, Seen, std::less<>> symbols_;
  std::uint64_t file_ = 1;
  std::vector<Answer> held_;
  std::vector<Answer> ready_;
  std::size_t held_bytes_ = 0;
};

}  // namespace acts::binance
