#include "sim/trigger_book.hpp"

#include <algorithm>
#include <map>

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

bool is_profit(OrderType type) { return type == OrderType::kTakeProfit || type == OrderType::kTakeProfitLimit; }

}  // namespace

Trigger::Trigger(OrderSide side, OrderType type, std::int64_t price)
    : value_(price),
      is_below_((side == OrderSide::kSell) != is_profit(type)),
      trails_(type == OrderType::kTrailingStop) {
  ACTS_ASSERT(is_conditional(type));
  ACTS_ASSERT(price > 0);
}

void Trigger::set(std::int64_t price) {
  ACTS_ASSERT(price > 0);
  value_ = price;
}

void Trigger::follow(std::int64_t last) {
  if (!trails_) return;
  if (best_ == kNone) {
    best_ = last;
  } else {
    best_ = is_below_ ? std::max(best_, last) : std::min(best_, last);
  }
}

void TriggerBook::add(ClientOrderId id, const Trigger& trigger) {
  ACTS_ASSERT(find(id) == nullptr);
  waiting_.push_back({id, trigger});
  find_thresholds();
}

const Trigger* TriggerBook::find(ClientOrderId id) const {
  const auto found = std::ranges::find(waiting_, id, &Waiting::id);
  return found == waiting_.end() ? nullptr : &found->trigger;
}

void TriggerBook::change(ClientOrderId id, const Trigger& trigger) {
  const auto found = std::ranges::find(waiting_, id, &Waiting::id);
  ACTS_ASSERT(found != waiting_.end());
  found->trigger = trigger;
  find_thresholds();
}

bool TriggerBook::remove(ClientOrderId id) {
  const bool was_there = std::erase_if(waiting_, [id](const Waiting& of) { return of.id == id; }) != 0;
  if (was_there) find_thresholds();
  return was_there;
}

void TriggerBook::find_thresholds() {
  low_ = std::numeric_limits<std::int64_t>::min();
  high_ = std::numeric_limits<std::int64_t>::max();
  for (const auto& [id, trigger] : waiting_) {
    const std::optional<std::int64_t> price = trigger.price();
    if (!price) {
      low_ = std::numeric_limits<std::int64_t>::max();  // the first trade is where it begins
      return;
    }
    std::int64_t& own = trigger.is_below() ? low_ : high_;
    own = trigger.is_below() ? std::max(own, *price) : std::min(own, *price);
    const std::optional<std::int64_t> best = trigger.best();
    if (!best) continue;
    if (trigger.is_below()) {
      high_ = std::min(high_, *best + 1);
    } else {
      low_ = std::max(low_, *best - 1);
    }
  }
}

void TriggerBook::on_trade(std::int64_t price, std::vector<ClientOrderId>& reached) {
  // A price that falls comes to the highest first, one that rises to the lowest.
  std::multimap<std::int64_t, ClientOrderId> met;
  std::erase_if(waiting_, [&](const Waiting& of) {
    if (!of.trigger.is_reached(price)) return false;
    const std::int64_t at = *of.trigger.price();
    met.emplace(of.trigger.is_below() ? -at : at, of.id);
    return true;
  });
  for (const auto& [at, id] : met) reached.push_back(id);
  for (Waiting& of : waiting_) of.trigger.follow(price);
  find_thresholds();
}

}  // namespace acts::sim
