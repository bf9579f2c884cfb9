// What faults do to the connections of a venue: it stands between what the venue says and the server that sends it.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "exchange/faults.hpp"
#include "exchange/market_source.hpp"
#include "exchange/outgoing.hpp"

namespace acts::exchange {

class LineFaults {
 public:
  // Messages held back at once; beyond, the one due first goes at once.
  static constexpr std::size_t kMaxHeld = 100'000;

  // Both outlive the object.
  LineFaults(Faults& faults, const MarketSource& source) : faults_(faults), source_(source) {}

  void send(Outgoing one, UnixNanos now);
  // Messages held back until now.
  void on_time(UnixNanos now);
  [[nodiscard]] UnixNanos next_deadline() const;

  // Of this session nothing is heard any more, and it hears nothing.
  void stall(SessionId session);
  // As by the network's coming back: a reset.
  void end_stall(SessionId session);
  [[nodiscard]] bool is_stalled(SessionId session) const { return stalled_.contains(session); }
  void on_closed(SessionId session);

  // What is to be sent, in order; empty afterwards.
  std::vector<Outgoing> take_outgoing() { return std::exchange(outgoing_, {}); }

 private:
  using StreamKey = std::tuple<SessionId, SymbolIndex, binance::StreamKind>;

  void send_market_data(Outgoing one, UnixNanos now);
  void hold(Outgoing one, UnixNanos due);
  void release_first();

  Faults& faults_;
  const MarketSource& source_;
  std::vector<Outgoing> outgoing_;
  std::multimap<UnixNanos, Outgoing> held_;  // by when they go; of equal times the first comes first
  std::map<StreamKey, UnixNanos> held_until_;
  std::set<SessionId> stalled_;
};

}  // namespace acts::exchange
