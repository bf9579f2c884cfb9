// Holds what we send to "at most N messages in any window". Pure: the time is an argument.
#pragma once

#include <cstddef>

#include "acts/base/time.hpp"

#include "base/recent_times.hpp"

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
  RecentTimes<Nanos> sent_;
};

}  // namespace acts
