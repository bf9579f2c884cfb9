// Brings the position of one instrument to where it is wanted, by market orders: what is open is cancelled first, and
// the difference placed once nothing is open any more. So an order that fills while its cancellation is under way is
// counted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

class TargetPosition {
 public:
  // `wanted`: negative is short.
  void set(StrategyContext& context, InstrumentId id, Quantity wanted);
  // To be called from on_order() of its instrument.
  void on_order(StrategyContext& context, InstrumentId id);

  // What is wanted and not yet placed, to be kept over a restart.
  [[nodiscard]] std::optional<std::int64_t> waiting() const { return wanted_; }
  void restore(std::optional<std::int64_t> waiting) { wanted_ = waiting; }

 private:
  void advance(StrategyContext& context, InstrumentId id);
  std::optional<std::int64_t> wanted_;
  std::vector<ClientOrderId> cancelled_;
};

}  // namespace acts::strategy
