#include "collector/clock_offset.hpp"

#include <algorithm>

namespace acts::collector {

void ClockOffset::on_answer(UnixNanos sent, UnixNanos received, UnixNanos venue_time) {
  const Nanos round_trip = std::max(received - sent, Nanos{0});
  offset_ = venue_time - (sent + round_trip / 2);
  // The venue tells whole milliseconds.
  uncertainty_ = round_trip / 2 + std::chrono::milliseconds{1};
  measured_at_ = received;
}

bool ClockOffset::is_beyond(Nanos limit) const { return offset_ && std::chrono::abs(*offset_) - uncertainty_ > limit; }

}  // namespace acts::collector
