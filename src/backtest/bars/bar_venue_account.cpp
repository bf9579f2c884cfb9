// What a venue over bars has to do with an account that has a limit: what orders may need, and where margin ends.
#include <algorithm>
#include <cstdlib>

#include "acts/base/assert.hpp"

#include "backtest/bars/bar_venue.hpp"
#include "backtest/venue_account.hpp"

namespace acts::backtest {

using sim::AccountKind;

void BarVenue::set_mark(std::int64_t price) {
  if (options_.account != nullptr) options_.account->set_mark(options_.slot, {price, options_.scales.price});
}

// As at the venue of order books (venue_account.hpp); at_ is where the price is.
Price BarVenue::worst_price(std::size_t i) const {
  const OpenOrder& order = orders_[i];
  if (has_limit(order.type)) return order.price;
  const bool buys = order.side == OrderSide::kBuy;
  // Beyond this the account refuses it anyway.
  constexpr std::int64_t kMost = sim::MoneyTerms::kMostPrice;
  std::int64_t price = std::min(order.stop_price.units(), kMost);
  if (order.type == OrderType::kMarket) price = at_;
  if (order.type == OrderType::kTrailingStop) price = at_ + (buys ? std::min(order.trail.units(), kMost) : 0);
  const bool can_slip = buys && is_conditional(order.type) && is_on(AccountKind::kSpot);
  if (can_slip) price += price * VenueAccount::kSlipPercent / 100;
  return Price{std::max<std::int64_t>(price, 1)};
}

// Of a pair of which one ends the other one is set aside, for the first: at the worse price.
sim::OrderNeed BarVenue::need_of(std::size_t i) const {
  const OpenOrder& order = orders_[i];
  sim::OrderNeed need{.id = order.id, .side = order.side, .price = worst_price(i), .left = order.left.units()};
  if (order.linked == ClientOrderId{}) return need;
  need.id = std::min(order.id, order.linked);
  for (std::size_t k = 0; k < orders_.size(); ++k) {
    if (orders_[k].id != order.linked || !extras_[k].is_admitted || extras_[k].is_done) continue;
    need.price = std::max(need.price, worst_price(k));
    need.left = std::max(need.left, orders_[k].left.units());
  }
  return need;
}

RejectReason BarVenue::set_aside(std::size_t i) {
  sim::Account* const account = options_.account;
  if (account == nullptr) return RejectReason::kNone;
  const bool is_free = orders_[i].reduce_only && !is_on(AccountKind::kSpot);
  if (is_free) return account->check_quantity(options_.slot, orders_[i].left.units());
  const sim::OrderNeed need = need_of(i);
  const RejectReason against = account->check(options_.slot, need);
  if (against == RejectReason::kNone) account->hold(options_.slot, need);
  return against;
}

RejectReason BarVenue::admit(std::size_t i) {
  if (extras_[i].is_admitted) return RejectReason::kNone;
  const RejectReason against = set_aside(i);
  extras_[i].is_admitted = against == RejectReason::kNone;
  return against;
}

// The other one of its pair is over, and with it perhaps what was set aside for both.
void BarVenue::hold_alone(std::size_t i) {
  const bool is_free = orders_[i].reduce_only && !is_on(AccountKind::kSpot);
  if (options_.account == nullptr || is_free || extras_[i].is_done) return;
  options_.account->hold(options_.slot, need_of(i));
}

void BarVenue::release(std::size_t i) {
  if (options_.account != nullptr) options_.account->release(orders_[i].id);
}

// Whether a balance pays for a fill at a price that no limit binds.
bool BarVenue::can_pay(std::size_t i, Price price) const {
  if (!is_on(AccountKind::kSpot) || has_limit(orders_[i].type)) return true;
  sim::OrderNeed need = need_of(i);
  need.price = price;
  return options_.account->check(options_.slot, need) == RejectReason::kNone;
}

void BarVenue::refuse(std::size_t i, RejectReason against) {
  finish(i, OrderEvent::kExpired, OrderStatus::kExpired, against);
  end_linked(i, OrderEvent::kExpired);
}

std::optional<sim::FeeCharge> BarVenue::charge(const sim::FeeTrade& trade, bool is_liquidation) {
  std::optional<sim::FeeCharge> charged;
  if (options_.account == nullptr) {
    charged = account_.fill(trade);
  } else if (const auto money = options_.account->fill(options_.slot, trade, is_liquidation)) {
    charged = {.fee = money->fee.units, .received = money->base_fee.units};
    if (!account_.book(trade, *charged)) charged.reset();
  }
  is_beyond_ = is_beyond_ || !charged;
  return charged;
}

std::optional<int128> BarVenue::pay_funding(const Decimal& rate, const Decimal& one, const Decimal& other,
                                            UnixNanos ts) {
  sim::MoneyMath math;
  const int128 at_one = account_.funding_of(math, rate, one);
  const int128 at_other = account_.funding_of(math, rate, other);
  if (math.has_overflown()) return std::nullopt;
  const int128 received = std::min(at_one, at_other);
  const Decimal& worse = received == at_one ? one : other;
  if (options_.account != nullptr && !options_.account->pay_funding(options_.slot, rate, worse, ts)) {
    return std::nullopt;
  }
  return account_.pay_funding(received) ? std::optional(received) : std::nullopt;
}

void BarVenue::begin_account(const Bar& bar) {
  at_ = bar.open.units();
  set_mark(at_);
  if (watches_margin() && options_.account->is_margin_used_up()) liquidate(bar, at_);
}

bool BarVenue::is_used_up_at(std::int64_t price) {
  set_mark(price);
  return options_.account->is_margin_used_up();
}

// Whether margin ends on the way to `to`. The further the price has gone against the position the less there is, so
// halving finds the first tick.
bool BarVenue::end_margin(const Bar& bar, std::int64_t to) {
  if (!watches_margin()) return false;
  std::int64_t last_good = margin_begin();
  if (is_used_up_at(last_good)) {  // by a fill: the way may lead out of it again
    liquidate(bar, last_good);
    return true;
  }
  if (!is_used_up_at(to)) return false;
  const std::int64_t tick = options_.tick.units();
  std::int64_t first = to;
  while (std::abs(first - last_good) > tick) {
    const std::int64_t middle = last_good + (first - last_good) / 2 / tick * tick;
    (is_used_up_at(middle) ? first : last_good) = middle;
  }
  liquidate(bar, first);
  return true;
}

void BarVenue::end_margin_at_worst(const Bar& bar) {
  if (watches_margin()) end_margin(bar, account_.quantity() > 0 ? bar.low.units() : bar.high.units());
}

void BarVenue::liquidate(const Bar& bar, std::int64_t price) {
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (!extras_[i].is_admitted || extras_[i].is_done) continue;
    orders_[i].linked = {};
    finish(i, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone);
  }
  at_ = price;
  set_mark(price);
  const bool is_over = options_.account->must_liquidate();
  ACTS_ASSERT(is_over);
  const std::int64_t held = account_.quantity();
  const Quantity quantity{held < 0 ? -held : held};
  if (quantity > bar.volume) ++fills_above_volume_;
  const OrderSide side = held > 0 ? OrderSide::kSell : OrderSide::kBuy;
  const std::optional<sim::FeeCharge> charged = charge({.side = side,
                                                        .liquidity = Liquidity::kTaker,
                                                        .price = Price{price},
                                                        .quantity = quantity,
                                                        .is_first = true,
                                                        .ts = now_},
                                                       true);
  if (!charged) return;
  tell_fill({.id = {},
             .side = side,
             .liquidity = Liquidity::kTaker,
             .cause = FillCause::kLiquidation,
             .price = Price{price},
             .quantity = quantity,
             .left = {}},
            *charged);
  const bool is_still = options_.account->must_liquidate();
  ACTS_ASSERT(!is_still);
}

}  // namespace acts::backtest
