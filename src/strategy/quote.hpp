// One post-only order a side where it is wanted: what is open elsewhere is cancelled, what is missing placed.
#pragma once

#include <optional>
#include <vector>

#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

class Quote {
 public:
  // `price`: nothing: no order on this side. `quantity`: of a new one. An order that a request is under way about is
  // left alone, and so is its price.
  void set(StrategyContext& context, InstrumentId id, OrderSide side, std::optional<Price> price, Quantity quantity);

 private:
  std::vector<ClientOrderId> cancelled_;
};

}  // namespace acts::strategy
