// Depth updates that would be a gap, kept for a moment while another connection of the line may bring what is missing:
// while one takes over from another, both deliver, and what one has lost the other may still bring. Pure; it judges
// nothing: its user says what continues.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"

#include "binance/messages.hpp"
#include "collector/actions.hpp"

namespace acts::collector {

class GapHold {
 public:
  // Two updates of the usual pace: the connections are no further apart, or this one has lost something.
  static constexpr Nanos kLongest = std::chrono::milliseconds{200};
  // All symbols together; beyond, what would be a gap is one at once.
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

  struct Kept {
    ConnectionNumber connection = 0;
    std::string bytes;
    UnixNanos until;
  };

  // False: there is no room, nothing was kept.
  bool keep(binance::InstrumentIndex instrument, ConnectionNumber connection, std::string_view bytes, UnixNanos now);
  // The one that was kept first; nullptr: none. Valid until the next call that is not const.
  [[nodiscard]] const Kept* first(binance::InstrumentIndex instrument) const;
  Kept take_first(binance::InstrumentIndex instrument);  // there is one (asserted)
  // What else comes over that connection has to queue behind it.
  [[nodiscard]] bool keeps_of(binance::InstrumentIndex instrument, ConnectionNumber connection) const;
  // Whose time is over; of which anything came over this connection; all.
  [[nodiscard]] std::vector<binance::InstrumentIndex> overdue(UnixNanos now) const;
  [[nodiscard]] std::vector<binance::InstrumentIndex> all_of(ConnectionNumber connection) const;
  [[nodiscard]] std::vector<binance::InstrumentIndex> all() const;
  void forget(binance::InstrumentIndex instrument);
  [[nodiscard]] bool empty() const { return kept_.empty(); }

 private:
  std::map<binance::InstrumentIndex, std::deque<Kept>> kept_;  // no empty one
  std::size_t bytes_ = 0;
};

}  // namespace acts::collector
