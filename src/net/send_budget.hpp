// Holds what we send to "at most N messages in any window", counted exactly: a token bucket would let twice as many
// through in one window after a pause. Pure: the time is an argument.
#pragma once

#include <cstddef>
#include <vector>

#include "acts/base/time.hpp"

namespace acts {

class SendBudget {
 public:
  // messages 0: no limit. window > 0 (asserted).
  SendBudget(std::size_t messages, Nanos window);

  // How long to wait from `now` until one more may be sent; 0 = now. `now`: any clock that does not go back (asserted),
  // the same for all calls.
  [[nodiscard]] Nanos wait(Nanos now) const;
  // One was sent at `now`, even where the budget did not allow it: a pong cannot wait.
  void spend(Nanos now);

 private:
  std::vector<Nanos> sent_;  // a ring of the last N times; the oldest is at next_
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  Nanos window_;
};

}  // namespace acts
