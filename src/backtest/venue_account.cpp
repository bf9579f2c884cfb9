#include "backtest/venue_account.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::backtest {

using sim::Account;
using sim::OrderNeed;
using sim::VenueOrder;

VenueAccount::VenueAccount(Account& account, Account::Slot slot, const BacktestInstrument& instrument,
                           sim::FundingBook funding)
    : account_(&account),
      slot_(slot),
      tick_(instrument.tick),
      scales_(instrument.scales),
      funding_(std::move(funding)) {}

Price VenueAccount::worst_price(const VenueOrder& order, const sim::Ladder& book) const {
  if (has_limit(order.type)) return Price{sim::ticks_of(order.side, order.rank) * tick_};
  if (sim::waits_for_a_price(order)) return Price{order.stop * tick_};
  const sim::Rank best = book.sides[sim::other(order.side)].best();
  // Where nobody stands nothing is filled.
  const std::int64_t ticks = best == sim::kNoRank ? 1 : sim::ticks_of(sim::other(order.side), best);
  return Price{std::max<std::int64_t>(ticks, 1) * tick_};
}

OrderNeed VenueAccount::need_of(const VenueOrder& order, const sim::Ladder& book) const {
  return {.id = order.id, .side = sim::side_of(order), .price = worst_price(order, book), .left = order.quantity};
}

void VenueAccount::open(const VenueOrder& order, const OrderNeed& need, int orders) {
  account_->hold(slot_, need);
  open_[order.id] = {.need = need, .quantity = order.quantity, .orders = orders};
}

// The highest price at which all of it can be paid, found by halving: the account alone knows what fees add.
RejectReason VenueAccount::bound_by_balance(VenueOrder& order, const sim::Ladder& book) {
  OrderNeed need = need_of(order, book);
  if (const RejectReason reason = account_->check(slot_, need); reason != RejectReason::kNone) return reason;
  std::int64_t borne = need.price.units() / tick_;
  std::int64_t too_much = std::int64_t{INT32_MAX} + 1;
  while (too_much - borne > 1) {
    const std::int64_t middle = borne + (too_much - borne) / 2;
    need.price = Price{middle * tick_};
    (account_->check(slot_, need) == RejectReason::kNone ? borne : too_much) = middle;
  }
  order.type = OrderType::kLimit;
  order.time_in_force = TimeInForce::kIoc;
  order.rank = sim::rank_of(order.side, borne);
  markets_.insert(order.id);
  return RejectReason::kNone;
}

RejectReason VenueAccount::admit(VenueOrder& order, const sim::Ladder& book) {
  const bool is_free = !account_->is_limited() || order.is_reduce_only;
  if (is_free) return account_->check_quantity(slot_, order.quantity);
  const bool buys_on_spot = is_of_spot() && order.side == sim::kBidSide;
  if (buys_on_spot && is_conditional(order.type) && !has_limit(order.type)) return RejectReason::kNotSupported;
  if (buys_on_spot && order.type == OrderType::kMarket) {
    if (const RejectReason reason = bound_by_balance(order, book); reason != RejectReason::kNone) return reason;
  }
  const OrderNeed need = need_of(order, book);
  if (const RejectReason reason = account_->check(slot_, need); reason != RejectReason::kNone) return reason;
  open(order, need, 1);
  return RejectReason::kNone;
}

RejectReason VenueAccount::admit_pair(const VenueOrder& first, const VenueOrder& second, const sim::Ladder& book) {
  if (!account_->is_limited() || (first.is_reduce_only && second.is_reduce_only)) {
    return account_->check_quantity(slot_, first.quantity);
  }
  for (const VenueOrder* order : {&first, &second}) {
    const bool is_open_ended = is_conditional(order->type) && !has_limit(order->type);
    if (is_of_spot() && order->side == sim::kBidSide && is_open_ended) return RejectReason::kNotSupported;
  }
  OrderNeed need = need_of(first, book);
  need.price = std::max(need.price, worst_price(second, book));
  if (const RejectReason reason = account_->check(slot_, need); reason != RejectReason::kNone) return reason;
  open(first, need, 2);
  leaders_[second.id] = first.id;
  return RejectReason::kNone;
}

std::map<ClientOrderId, VenueAccount::Open>::iterator VenueAccount::find(ClientOrderId id) {
  const auto leader = leaders_.find(id);
  return open_.find(leader == leaders_.end() ? id : leader->second);
}

RejectReason VenueAccount::admit_change(const VenueOrder& asked, const sim::Ladder& book) {
  const auto at = find(asked.id);
  if (at == open_.end()) return account_->check_quantity(slot_, asked.quantity);
  Open& open = at->second;
  OrderNeed need = open.need;
  need.left = asked.quantity - (open.quantity - open.need.left);
  if (need.left <= 0) return RejectReason::kNone;  // it is done with that
  need.price = worst_price(asked, book);
  if (open.orders > 1) need.price = std::max(need.price, open.need.price);
  return account_->check(slot_, need);
}

void VenueAccount::on_event(const sim::VenueEvent& event) {
  if (open_.empty() || event.reason == RejectReason::kUnknownOrder) return;
  const auto at = find(event.order.id);
  if (at == open_.end()) return;
  Open& open = at->second;
  if (is_final(event.status)) {
    leaders_.erase(event.order.id);
    markets_.erase(event.order.id);
    if (--open.orders > 0) return;
    account_->release(at->first);
    open_.erase(at);
    return;
  }
  if (event.event == OrderEvent::kRejected || event.left <= 0) return;  // it is as it was
  open.quantity = event.order.quantity;
  open.need.left = event.left;
  if (has_limit(event.order.type)) {
    const Price price{sim::ticks_of(event.order.side, event.order.rank) * tick_};
    open.need.price = open.orders > 1 ? std::max(price, open.need.price) : price;
  }
  account_->hold(slot_, open.need);
}

std::vector<ClientOrderId> VenueAccount::open_orders() const {
  std::vector<ClientOrderId> ids;
  for (const auto& [id, open] : open_) ids.push_back(id);
  for (const auto& [id, leader] : leaders_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

Result<sim::FillMoney> VenueAccount::fill(const Fill& fill, bool is_first) {
  return account_->fill(slot_,
                        {.side = fill.side,
                         .liquidity = fill.liquidity,
                         .price = fill.price,
                         .quantity = fill.quantity,
                         .is_first = is_first,
                         .ts = fill.ts_event},
                        fill.cause == FillCause::kLiquidation);
}

void VenueAccount::set_best(std::int64_t bid, std::int64_t ask) {
  if (bid == bid_ && ask == ask_) return;
  bid_ = bid;
  ask_ = ask;
  account_->set_mark(slot_, middle_price(bid + ask, tick_, scales_));
}

Result<std::optional<Decimal>> VenueAccount::pay_funding(UnixNanos now, const std::optional<Decimal>& middle) {
  const std::optional<sim::FundingTime> due = funding_.take(now);
  if (!due || quantity() == 0) return std::nullopt;
  const std::optional<Decimal>& mark = due->mark ? due->mark : middle;
  if (!mark || mark->units <= 0) {
    ++missed_;
    return std::nullopt;
  }
  Result<Decimal> paid = account_->pay_funding(slot_, due->rate, *mark, due->at);
  if (!paid) return std::unexpected(paid.error());
  return *paid;
}

}  // namespace acts::backtest
