#include "backtest/venue_account.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/import/funding_rates.hpp"

namespace acts::backtest {

using sim::Account;
using sim::OrderNeed;
using sim::VenueOrder;

VenueAccount::VenueAccount(Account& account, Account::Slot slot, const BacktestInstrument& instrument,
                           sim::FundingBook funding, AnnouncementList marks)
    : account_(&account),
      slot_(slot),
      tick_(instrument.tick),
      scales_(instrument.scales),
      funding_(std::move(funding)),
      marks_(std::move(marks), Announced::Kind::kMark) {}

Price VenueAccount::worst_price(const VenueOrder& order, const sim::SimVenue& venue) const {
  // What has no limit may be bound all the same.
  if (has_limit(order.type) || order.rank != 0) return Price{sim::ticks_of(order.side, order.rank) * tick_};
  if (sim::waits_for_a_price(order)) return Price{order.stop * tick_};
  const sim::SideIndex opposite = sim::other(order.side);
  const sim::Rank best = venue.side(opposite).best();
  // Where nobody stands nothing is filled.
  std::int64_t ticks = best == sim::kNoRank ? 1 : sim::ticks_of(opposite, best);
  if (order.type == OrderType::kTrailingStop && order.side == sim::kBidSide) ticks += order.stop;
  return Price{std::max<std::int64_t>(ticks, 1) * tick_};
}

OrderNeed VenueAccount::need_of(const VenueOrder& order, const sim::SimVenue& venue) const {
  return {.id = order.id, .side = sim::side_of(order), .price = worst_price(order, venue), .left = order.quantity};
}

void VenueAccount::open(const VenueOrder& order, const OrderNeed& need, int orders) {
  account_->hold(slot_, need);
  open_[order.id] = {.need = need, .quantity = order.quantity, .orders = orders};
}

// Of what buys on spot without a limit: the highest price that it may pay. Of a market order that is found by halving:
// the account alone knows what fees add.
RejectReason VenueAccount::bind(VenueOrder& order, const sim::SimVenue& venue) const {
  if (!is_of_spot() || order.side != sim::kBidSide || has_limit(order.type)) return RejectReason::kNone;
  OrderNeed need = need_of(order, venue);
  std::int64_t borne = need.price.units() / tick_;
  if (is_conditional(order.type)) {
    borne += borne * kSlipPercent / 100;
  } else {
    if (const RejectReason reason = account_->check(slot_, need); reason != RejectReason::kNone) return reason;
    std::int64_t too_much = std::int64_t{INT32_MAX} + 1;
    while (too_much - borne > 1) {
      const std::int64_t middle = borne + (too_much - borne) / 2;
      need.price = Price{middle * tick_};
      (account_->check(slot_, need) == RejectReason::kNone ? borne : too_much) = middle;
    }
  }
  order.rank = sim::rank_of(order.side, borne);
  return RejectReason::kNone;
}

// On spot what is sold twice, once by an order that only reduces, would be more than there is.
bool VenueAccount::is_free(const VenueOrder& order) const {
  return !account_->is_limited() || (order.is_reduce_only && !is_of_spot());
}

RejectReason VenueAccount::admit(VenueOrder& order, const sim::SimVenue& venue) {
  if (is_free(order)) return account_->check_quantity(slot_, order.quantity);
  if (const RejectReason reason = bind(order, venue); reason != RejectReason::kNone) return reason;
  const OrderNeed need = need_of(order, venue);
  if (const RejectReason reason = account_->check(slot_, need); reason != RejectReason::kNone) return reason;
  open(order, need, 1);
  return RejectReason::kNone;
}

RejectReason VenueAccount::admit_pair(VenueOrder& first, VenueOrder& second, const sim::SimVenue& venue) {
  if (is_free(first) && is_free(second)) {
    return account_->check_quantity(slot_, first.quantity);
  }
  for (VenueOrder* order : {&first, &second}) {
    if (const RejectReason reason = bind(*order, venue); reason != RejectReason::kNone) return reason;
  }
  OrderNeed need = need_of(first, venue);
  need.price = std::max(need.price, worst_price(second, venue));
  if (const RejectReason reason = account_->check(slot_, need); reason != RejectReason::kNone) return reason;
  open(first, need, 2);
  leaders_[second.id] = first.id;
  return RejectReason::kNone;
}

std::map<ClientOrderId, VenueAccount::Open>::iterator VenueAccount::find(ClientOrderId id) {
  const auto leader = leaders_.find(id);
  return open_.find(leader == leaders_.end() ? id : leader->second);
}

RejectReason VenueAccount::admit_change(VenueOrder& asked, const sim::SimVenue& venue) {
  const auto at = find(asked.id);
  if (at == open_.end()) return account_->check_quantity(slot_, asked.quantity);
  if (const RejectReason reason = bind(asked, venue); reason != RejectReason::kNone) return reason;
  const Open& open = at->second;
  OrderNeed need = open.need;
  need.left = asked.quantity - (open.quantity - open.need.left);
  if (need.left <= 0) return RejectReason::kNone;  // it is done with that
  need.price = worst_price(asked, venue);
  if (open.orders > 1) {  // the other one stays as it is
    need.price = std::max(need.price, open.need.price);
    need.left = std::max(asked.quantity, open.need.left);
  }
  return account_->check(slot_, need);
}

void VenueAccount::on_event(const sim::VenueEvent& event, const sim::SimVenue& venue) {
  if (open_.empty() || event.reason == RejectReason::kUnknownOrder) return;
  const auto at = find(event.order.id);
  if (at == open_.end()) return;
  Open& open = at->second;
  if (is_final(event.status)) {
    leaders_.erase(event.order.id);
    if (--open.orders > 0) return;
    account_->release(at->first);
    open_.erase(at);
    return;
  }
  if (event.event == OrderEvent::kRejected || event.left <= 0) return;  // it is as it was
  if (open.orders > 1) {
    open.quantity = std::max(open.quantity, event.order.quantity);
    open.need.left = std::max(open.need.left, event.left);
  } else {
    open.quantity = event.order.quantity;
    open.need.left = event.left;
  }
  if (has_limit(event.order.type) || event.event == OrderEvent::kModified) {
    const Price price = worst_price(event.order, venue);
    open.need.price = open.orders > 1 ? std::max(price, open.need.price) : price;
  }
  account_->hold(slot_, open.need);
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

bool VenueAccount::take_marks(UnixNanos now) {
  const std::optional<history::Announcement> mark = marks_.take(now);
  if (!mark) return false;
  has_mark_price_ = true;
  account_->set_mark(slot_, {mark->value, history::AnnouncedRate::kScale});
  return true;
}

bool VenueAccount::set_best(std::int64_t bid, std::int64_t ask) {
  if (bid == bid_ && ask == ask_) return false;
  bid_ = bid;
  ask_ = ask;
  account_->set_mark(slot_, middle_price(bid + ask, tick_, scales_));
  return true;
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
