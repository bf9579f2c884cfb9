// How far the venue's clock is from ours, from its answers to /time.
#pragma once

#include <optional>

#include "acts/base/time.hpp"

namespace acts::collector {

class ClockOffset {
 public:
  // The venue read its clock between `sent` and `received`; halfway is the best guess.
  void on_answer(UnixNanos sent, UnixNanos received, UnixNanos venue_time);

  // The venue's clock minus ours; none before the first answer.
  [[nodiscard]] std::optional<Nanos> offset() const { return offset_; }
  // The true offset lies within offset() plus or minus this.
  [[nodiscard]] Nanos uncertainty() const { return uncertainty_; }
  [[nodiscard]] std::optional<UnixNanos> measured_at() const { return measured_at_; }
  // Beyond `limit` even where the way explains as much as it can.
  [[nodiscard]] bool is_beyond(Nanos limit) const;

 private:
  std::optional<Nanos> offset_;
  Nanos uncertainty_{0};
  std::optional<UnixNanos> measured_at_;
};

}  // namespace acts::collector
