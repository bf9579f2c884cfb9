// Orders that wait at a venue for a price: what each waits for, and which are reached. Prices are positive integers of
// one unit (ticks, or units of a scale); the unit is the caller's. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "acts/market/order.hpp"

namespace acts::sim {

// What one order waits for.
class Trigger {
 public:
  // `type`: one that waits (asserted). `price`: what it waits for; of a trailing stop the distance to the best price
  // since it is there. Positive (asserted).
  Trigger(OrderSide side, OrderType type, std::int64_t price);

  // Reached by a price that goes down to it, as stops that sell and profits that buy are; else by one that goes up.
  [[nodiscard]] bool is_below() const { return is_below_; }
  [[nodiscard]] bool trails() const { return trails_; }
  // Nothing: a trailing stop that has seen no price yet.
  [[nodiscard]] std::optional<std::int64_t> price() const {
    if (!trails_) return value_;
    if (best_ == kNone) return std::nullopt;
    return is_below_ ? best_ - value_ : best_ + value_;
  }
  [[nodiscard]] bool is_reached(std::int64_t last) const {
    const std::optional<std::int64_t> at = price();
    return at && (is_below_ ? last <= *at : last >= *at);
  }
  // Of a trailing stop: a better price moves it.
  void follow(std::int64_t last);
  // A price that is better than this moves it; of those that do not trail none is.
  [[nodiscard]] std::optional<std::int64_t> best() const {
    return trails_ && best_ != kNone ? std::optional(best_) : std::nullopt;
  }
  // Another price to wait for, or another distance from the same best price.
  void set(std::int64_t price);

 private:
  static constexpr std::int64_t kNone = 0;
  std::int64_t value_;
  std::int64_t best_ = kNone;
  bool is_below_;
  bool trails_;
};

// Those of one instrument. Who asks at each trade whether it concerns() any pays two comparisons; all else costs a look
// at each order that waits.
class TriggerBook {
 public:
  // `id`: not there yet (asserted).
  void add(ClientOrderId id, const Trigger& trigger);
  // Null: it does not wait.
  [[nodiscard]] const Trigger* find(ClientOrderId id) const;
  // Of one that is there (asserted); it keeps its place among those of the same price.
  void change(ClientOrderId id, const Trigger& trigger);
  // False: it does not wait.
  bool remove(ClientOrderId id);
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  // A trade at this price reaches one, or moves one.
  [[nodiscard]] bool concerns(std::int64_t price) const { return price <= low_ || price >= high_; }
  // A trade at `price`: the orders it reaches are taken out and appended to `reached`, those that its way came to first
  // before the others, of one price the older one; the others follow it.
  void on_trade(std::int64_t price, std::vector<ClientOrderId>& reached);

 private:
  struct Waiting {
    ClientOrderId id;
    Trigger trigger;
  };
  void find_thresholds();

  std::vector<Waiting> waiting_;  // the oldest first
  std::int64_t low_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t high_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace acts::sim
