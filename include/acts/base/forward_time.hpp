// Wall time that never goes back and never stands still. While the wall clock does what it should, it is the wall
// clock; a step forward is taken at once. After a step back it goes on from where it was at half speed until the wall
// clock has caught up: everything that waits for a time goes on happening, only more slowly, and no two messages swap
// their order. Pure: it is handed both clocks.
#pragma once

#include <cstdint>
#include <optional>

#include "acts/base/time.hpp"

namespace acts {

class ForwardTime {
 public:
  // `wall` and `monotonic` are read at the same moment; `monotonic` counts real time from anywhere and does not go back
  // (asserted). Never before what it gave the last time.
  UnixNanos at(UnixNanos wall, Nanos monotonic);

  // From now on it gives no time before `earliest`: goes on from there as after a step back. `monotonic` as above.
  void not_before(UnixNanos earliest, Nanos monotonic);

  // By how much the last answer was ahead of the wall clock; 0 unless that stepped back.
  [[nodiscard]] Nanos ahead() const { return ahead_; }
  // How long a timer must really wait for `span` to pass, as far as can be known now.
  [[nodiscard]] Nanos real_time_for(Nanos span) const;

  // Catching up with a step takes twice its length of real time.
  static constexpr std::int64_t kSlowdown = 2;

 private:
  struct Moment {
    UnixNanos given;
    Nanos monotonic;
  };
  std::optional<Moment> last_;
  Nanos ahead_{0};
};

}  // namespace acts
