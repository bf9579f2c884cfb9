// What an instrument's run has to do with its account: what is refused, what a fill costs, funding and liquidation.
#include <algorithm>
#include <optional>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/instrument_run.hpp"
#include "backtest/sweep/shared_market.hpp"
#include "history/import/funding_rates.hpp"

namespace acts::backtest {

Result<void> InstrumentRun::open_account() {
  if (setup_.account == nullptr) {
    auto made = sim::Account::make(
        {.initial_balance = setup_.cash, .instruments = {{.scales = setup_.instrument.scales, .fees = setup_.fees}}});
    if (!made) return std::unexpected(made.error());
    own_account_ = *std::move(made);
    setup_.account = own_account_.get();
    setup_.slot = 0;
  }
  const sim::PositionAccount& account = setup_.account->position(setup_.slot);
  account_ = std::make_unique<VenueAccount>(*setup_.account, setup_.slot, setup_.instrument, std::move(setup_.funding),
                                            setup_.marks);
  held_at_begin_ = Quantity{account.quantity()};
  has_initial_lot_ = account.quantity() != 0;
  venue_.hold_besides(account.quantity(), {});
  here_ = std::make_unique<LocalSide>(setup_.instrument, id_, account, setup_.venue.as_hftbacktest,
                                      setup_.shared == nullptr ? nullptr : &setup_.shared->local());
  return {};
}

RejectReason InstrumentRun::admit(Request& request) {
  if (setup_.account->kind() == sim::AccountKind::kMargin) update_mark(request.arrival);
  switch (request.ask) {
    case Ask::kPlace: return account_->admit(request.order, venue_);
    case Ask::kPlaceOco: return account_->admit_pair(request.order, request.second, venue_);
    case Ask::kModify: return account_->admit_change(request.order, venue_);
    case Ask::kCancel: break;
  }
  return RejectReason::kNone;
}

// As the venue answers what its own rules refuse.
void InstrumentRun::refuse(const Request& request, RejectReason reason, sim::RefusalDetail detail) {
  if (request.ask == Ask::kModify) {
    venue_.refuse_change(request.order.id, reason, detail, request.arrival);
    return take_events(&request);
  }
  const auto refusal_of = [&](const sim::VenueOrder& order) {
    return sim::VenueEvent{.ts = request.arrival,
                           .event = OrderEvent::kRejected,
                           .status = OrderStatus::kRejected,
                           .reason = reason,
                           .order = order,
                           .left = 0,
                           .fill = {},
                           .detail = detail};
  };
  take_event(refusal_of(request.order), &request, true);
  if (request.ask == Ask::kPlaceOco) take_event(refusal_of(request.second), &request, true);
}

std::optional<Fill> InstrumentRun::made_fill(const sim::VenueEvent& event) {
  const sim::VenueFill& told = event.fill;
  const BacktestInstrument& instrument = setup_.instrument;
  Fill fill{.number = ++*fill_number_,
            .instrument = id_,
            .id = event.order.id,
            .side = sim::side_of(event.order),
            .liquidity = told.liquidity,
            .cause = event.order.id == kLiquidation ? FillCause::kLiquidation : told.cause,
            .ts_event = event.ts,
            .price = Price{sim::ticks_of(event.order.side, told.rank) * instrument.tick},
            .quantity = Quantity{told.quantity},
            .left = Quantity{event.left},
            .queue_ahead_entry = told.ahead_at_entry,
            .queue_ahead_fill = told.ahead};
  const bool is_first = event.order.quantity - event.left == told.quantity;
  const Result<sim::FillMoney> money = account_->fill(fill, is_first);
  if (!money) {
    failure_ = failure_.value_or(money.error());
    return std::nullopt;
  }
  fill.fee = money->fee;
  fill.base_fee = money->base_fee;
  filled_ = Quantity{filled_.units() + sign(fill.side) * told.quantity};
  return fill;
}

void InstrumentRun::price_initial_lot(const std::optional<Decimal>& otherwise) {
  const sim::Rank bid = venue_.side(sim::kBidSide).best();
  const sim::Rank ask = venue_.side(sim::kAskSide).best();
  const bool has_middle = bid != sim::kNoRank && ask != sim::kNoRank;
  if (!has_middle && !otherwise) return;
  has_initial_lot_ = false;
  realised_.begin(held_at_begin_.units(), has_middle ? middle_of(bid - ask) : *otherwise);
}

ToldFill InstrumentRun::told_fill(const Fill& fill) {
  if (has_initial_lot_) price_initial_lot(to_decimal(fill.price, setup_.instrument.scales));
  const sim::MoneyTerms& terms = account_->position().terms();
  sim::MoneyMath math;
  const int128 cash = terms.cash_of(math, sign(fill.side) * fill.quantity.units(), fill.price);
  const int128 realised = realised_.add(fill.side, fill.price.units(), fill.quantity.units(), terms);
  return {.fill = fill, .realised = terms.money(realised), .value = terms.money(cash < 0 ? -cash : cash)};
}

Decimal InstrumentRun::equity_here(const std::optional<Decimal>& mark) const {
  const sim::PositionAccount& account = here_->account();
  return account.terms().money(mark ? account.equity(*mark) : account.settled());
}

UnixNanos InstrumentRun::next_mark() const { return account_->watches_marks() ? account_->next_mark() : kNever; }

UnixNanos InstrumentRun::next_of_market() const { return std::min({next_row_at_venue(), next_funding(), next_mark()}); }

bool InstrumentRun::update_mark(UnixNanos now) {
  const bool has_mark = account_->take_marks(now);
  if (account_->marks_failure()) failure_ = failure_.value_or(*account_->marks_failure());
  if (has_mark) return true;
  if (account_->has_mark_price()) return false;
  const sim::Rank bid = venue_.side(sim::kBidSide).best();
  const sim::Rank ask = venue_.side(sim::kAskSide).best();
  return bid != sim::kNoRank && ask != sim::kNoRank && account_->set_best(bid, -ask);
}

// After what has happened at one time. `has_events`: something of it concerned own orders.
void InstrumentRun::watch_margin(UnixNanos ts, bool has_events) {
  const bool has_moved = update_mark(ts);
  if (!has_moved && !has_events && !account_->account().is_liquidating()) return;
  if (account_->must_liquidate()) liquidate(ts);
}

// Open orders go first; then the position is closed with what stands there. What nobody takes waits for the next row.
void InstrumentRun::liquidate(UnixNanos ts) {
  venue_.cancel_all(ts);
  take_events(nullptr);
  const std::int64_t quantity = account_->quantity();
  if (quantity == 0) return;
  venue_.place({.id = kLiquidation,
                .side = quantity > 0 ? sim::kAskSide : sim::kBidSide,
                .type = OrderType::kMarket,
                .quantity = quantity > 0 ? quantity : -quantity,
                .is_of_venue = true},
               ts);
  take_events(nullptr);
  static_cast<void>(account_->must_liquidate());  // over, or what is left is closed at the next row
}

// A time behind the data is none: nothing is known of it.
void InstrumentRun::pay_funding(UnixNanos now) {
  if (next_row_at_venue() == kNever && account_->funding().next() > last_row()) {
    account_->funding() = {};
    return;
  }
  const sim::Rank bid = venue_.side(sim::kBidSide).best();
  const sim::Rank ask = venue_.side(sim::kAskSide).best();
  const bool has_middle = bid != sim::kNoRank && ask != sim::kNoRank;
  const auto paid = account_->pay_funding(now, has_middle ? std::optional(middle_of(bid - ask)) : std::nullopt);
  if (!paid) failure_ = failure_.value_or(paid.error());
  if (!paid || !*paid) return;
  Answer answer{.arrival = std::max(now + setup_.latency.response(now).span(), last_answer_), .funding = *paid};
  answer.update.instrument = id_;
  push_answer(answer);
  if (account_->watches_marks()) watch_margin(now, true);
}

std::optional<FundingRate> InstrumentRun::funding_rate(UnixNanos now) {
  if (setup_.rates.spool != nullptr && setup_.rates.spool->size() > 0) {
    if (const std::optional<history::Announcement> rate = rates_.take(now)) {
      announced_rate_ = {.rate = {rate->value, history::AnnouncedRate::kScale}, .at = rate->at};
    }
    if (rates_.failure()) failure_ = failure_.value_or(*rates_.failure());
    return announced_rate_;
  }
  const std::optional<sim::FundingTime>& last = account_->funding().last();
  const UnixNanos next = account_->funding().next();
  if (!last || next == sim::FundingBook::kNever) return std::nullopt;
  return FundingRate{.rate = last->rate, .at = next};
}

}  // namespace acts::backtest
