#include "backtest/instrument_run.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/sweep/shared_market.hpp"

namespace acts::backtest {

sim::VenueModel venue_model(const InstrumentSetup& setup) {
  sim::VenueModel model = setup.venue;
  model.lot = setup.instrument.lot;
  model.quantity_scale = setup.instrument.scales.quantity;
  return model;
}

InstrumentRun::InstrumentRun(InstrumentSetup setup, InstrumentId id, RunListener* listener, std::uint64_t& fill_number)
    : setup_(std::move(setup)),
      id_(id),
      listener_(listener),
      has_marks_(listener != nullptr && listener->wants_marks()),
      fill_number_(&fill_number),
      own_venue_(setup_.shared == nullptr ? std::make_unique<sim::SimVenue>(venue_model(setup_)) : nullptr),
      venue_(setup_.shared == nullptr ? *own_venue_ : setup_.shared->add_venue()),
      rates_(setup_.rates, Announced::Kind::kRate) {
  ACTS_ASSERT(setup_.shared == nullptr || !has_marks_);
  setup_.latency.use_stream(id.value());
}

UnixNanos InstrumentRun::next_row_at_venue() const {
  return setup_.shared == nullptr ? UnixNanos{venue_row_->ts} : setup_.shared->next_row_at_venue();
}

UnixNanos InstrumentRun::row_here() const {
  return setup_.shared == nullptr ? UnixNanos{local_row_->ts} : setup_.shared->next_row_here();
}

UnixNanos InstrumentRun::last_row() const { return setup_.shared == nullptr ? last_row_ : setup_.shared->last_row(); }

Result<void> InstrumentRun::begin() {
  if (Result<void> opened = open_account(); !opened) return opened;
  if (setup_.shared != nullptr) {
    const Result<void> begun = setup_.shared->begin();
    account_->funding().begin(next_row_at_venue());
    return begun;
  }
  const auto venue = setup_.feed->next(FeedClock::kVenue);
  if (!venue) return std::unexpected(venue.error());
  if (*venue != nullptr) venue_row_ = *venue;
  const auto local = setup_.feed->next(FeedClock::kLocal);
  if (!local) return std::unexpected(local.error());
  if (*local != nullptr) local_row_ = *local;
  account_->funding().begin({venue_row_->ts});
  return {};
}

UnixNanos InstrumentRun::next_at_venue() const { return std::min({next_row_at_venue(), next_request(), next_mark()}); }

bool InstrumentRun::has_more() const {
  // In a shared market something can have come of rows that another run has asked for.
  return next_at_venue() != kNever || row_here() != kNever || !answers_.empty() || !venue_.events().empty();
}

Result<void> InstrumentRun::run_rows(UnixNanos until) {
  if (setup_.shared != nullptr) {
    ACTS_ASSERT(!account_->watches_marks());
    if (Result<void> ran = setup_.shared->run_venue(until); !ran) return ran;
    if (!venue_.events().empty()) take_events(nullptr);
    return failure_ ? std::unexpected(*failure_) : Result<void>();
  }
  bool has_events = false;
  for (bool is_due = false;;) {
    const bool watches = is_due || account_->watches_marks();
    const UnixNanos change = std::min(UnixNanos{venue_row_->ts}, next_mark());
    const UnixNanos stop = watches ? std::min(until, change) : until;
    venue_row_ = venue_.run(venue_row_, stop);
    has_events = has_events || !venue_.events().empty();
    if (!venue_.events().empty()) take_events(nullptr);
    if (Result<void> more = more_rows_at_venue(); !more) return more;
    // Once for all rows of a time, wherever blocks end, and not where the run is cut.
    is_due = watches && change <= until;
    if (is_due && venue_row_->ts > stop.value) {
      watch_margin(stop, std::exchange(has_events, false));
      is_due = false;
    }
    if (failure_) return std::unexpected(*failure_);
    if (std::min(UnixNanos{venue_row_->ts}, next_mark()) > until) return {};
  }
}

// At the end of a block the next one; behind the last one mark prices are none.
Result<void> InstrumentRun::more_rows_at_venue() {
  if (venue_row_->ts != sim::kEndRow.ts || venue_row_ == &sim::kEndRow) return {};
  pass_rows(venue_row_);
  const UnixNanos last{venue_row_[-1].ts};
  const auto next = setup_.feed->next(FeedClock::kVenue);
  if (!next) return std::unexpected(next.error());
  if (*next == nullptr) account_->end_marks(last);
  venue_row_ = *next == nullptr ? &sim::kEndRow : *next;
  return {};
}

Result<void> InstrumentRun::run_venue_rows(UnixNanos until) {
  for (;;) {
    UnixNanos stop = std::min(until, account_->funding().next());
    if (has_marks_) stop = std::min({stop, marks_.next(), first_mark_of_new_fill()});
    if (has_initial_lot_) stop = std::min(stop, next_row_at_venue());
    if (Result<void> ran = run_rows(stop); !ran) return ran;
    if (has_initial_lot_) price_initial_lot({});
    mark(stop);
    if (account_->funding().next() <= stop) pay_funding(stop);
    if (stop == until) return {};
  }
}

void InstrumentRun::take_next_request() {
  Request request = requests_.front();
  requests_.pop_front();
  take_request(request);
  if (account_->watches_marks()) watch_margin(request.arrival, true);
}

Result<void> InstrumentRun::run_venue(UnixNanos until) {
  while (next_request() <= until) {
    if (Result<void> ran = run_venue_rows(next_request()); !ran) return ran;
    take_next_request();
  }
  return run_venue_rows(until);
}

// Nothing is filled before the next event, so no middle price is wanted before this.
UnixNanos InstrumentRun::first_mark_of_new_fill() const {
  const UnixNanos next = next_at_venue();
  return next == kNever ? kNever : next + kMarkHorizons.front();
}

void InstrumentRun::mark(UnixNanos ts) {
  if (!has_marks_ || marks_.next() > ts) return;
  const sim::Rank bid = venue_.side(sim::kBidSide).best();
  const sim::Rank ask = venue_.side(sim::kAskSide).best();
  const bool is_known = bid != sim::kNoRank && ask != sim::kNoRank && next_row_at_venue() != kNever;
  marks_.mark(ts, is_known ? std::optional(middle_of(bid - ask)) : std::nullopt);
  tell_marks();
}

void InstrumentRun::tell_marks() {
  std::uint64_t number = 0;
  FillMarks::Marks marks;
  while (marks_.take(number, marks)) listener_->on_marks(number, marks);
}

void InstrumentRun::take_request(Request& request) {
  if (const RejectReason reason = admit(request); reason != RejectReason::kNone) {
    const auto over = venue_.take_rates(request.ask == Ask::kPlaceOco ? 2 : 1, request.arrival);
    return over ? refuse(request, RejectReason::kOrderRate, *over) : refuse(request, reason, {});
  }
  switch (request.ask) {
    case Ask::kPlace: venue_.place(request.order, request.arrival); break;
    case Ask::kPlaceOco: venue_.place_oco(request.order, request.second, request.arrival); break;
    case Ask::kModify:
      venue_.modify({.id = request.order.id,
                     .rank = request.order.rank,
                     .quantity = request.order.quantity,
                     .stop = request.order.stop,
                     .left = request.left},
                    request.arrival);
      break;
    case Ask::kCancel: venue_.cancel(request.order.id, request.arrival); break;
  }
  take_events(&request);
}

// An order that is changed can be filled first, and others ended by it: it is free for the next request once all is
// told of it. In hftbacktest it is with each answer.
void InstrumentRun::take_events(const Request* asked) {
  const std::span<const sim::VenueEvent> events = venue_.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const ClientOrderId id = events[i].order.id;
    const bool is_asked =
        asked != nullptr && (id == asked->order.id || (asked->ask == Ask::kPlaceOco && id == asked->second.id));
    const auto is_same = [id](const sim::VenueEvent& event) { return event.order.id == id; };
    const bool is_last = is_asked && std::ranges::none_of(events.subspan(i + 1), is_same);
    take_event(events[i], asked, is_asked && (is_last || setup_.venue.as_hftbacktest));
  }
  venue_.clear_events();
}

void InstrumentRun::take_event(const sim::VenueEvent& event, const Request* asked, bool answers_request) {
  account_->on_event(event, venue_);
  const bool is_unknown = event.reason == RejectReason::kUnknownOrder;
  Answer answer{.update = update_of(is_unknown ? asked->order : event.order), .answers_request = answers_request};
  answer.update.event = event.event;
  answer.update.status = event.status;
  answer.update.reason = event.reason;
  answer.update.ts_event = event.ts;
  answer.update.left = Quantity{event.left};
  answer.arrival = event.ts + setup_.latency.response(event.ts).span();
  answer.arrival = std::max(answer.arrival, last_answer_);
  answer.update.ts_recv = answer.arrival;
  if (event.is_fill()) {
    answer.fill = made_fill(event);
    if (!answer.fill) return;
    answer.fill->ts_recv = answer.arrival;
  }
  if (listener_ != nullptr) {
    if (answer.fill) {
      ToldFill told = told_fill(*answer.fill);
      told.beyond = Quantity{event.fill.beyond};
      if (event.fill.has_middle) told.middle = middle_of(event.fill.bid + event.fill.ask);
      listener_->on_fill(told);
      if (has_marks_) marks_.add(answer.fill->number, event.ts);
    }
    if (event.order.id != kLiquidation) listener_->on_order(answer.update, event.detail);
  }
  push_answer(answer);
}

void InstrumentRun::push_answer(const Answer& answer) {
  last_answer_ = answer.arrival;
  answers_.push_back(answer);
}

OrderUpdate InstrumentRun::update_of(const sim::VenueOrder& order) const {
  const Price stop{order.stop * setup_.instrument.tick};
  const bool trails = order.type == OrderType::kTrailingStop;
  return {
      .instrument = id_,
      .id = order.id,
      .side = sim::side_of(order),
      .type = order.type,
      .time_in_force = order.time_in_force,
      .price = has_limit(order.type) ? Price{sim::ticks_of(order.side, order.rank) * setup_.instrument.tick} : Price{},
      .quantity = Quantity{order.quantity},
      .stop_price = trails ? Price{} : stop,
      .trail = trails ? stop : Price{}};
}

Decimal InstrumentRun::middle_of(std::int64_t double_ticks) const {
  return middle_price(double_ticks, setup_.instrument.tick, setup_.instrument.scales);
}

std::optional<Decimal> InstrumentRun::middle_here() const {
  const auto twice = here_->double_middle();
  return twice ? std::optional(middle_of(*twice)) : std::nullopt;
}

Result<const sim::MarketRow*> InstrumentRun::take_row(UnixNanos until) {
  ACTS_ASSERT(setup_.shared == nullptr);
  if (local_row_->ts > until.value) return nullptr;
  taken_row_ = *local_row_++;
  here_->market().take(taken_row_);
  if (Result<void> more = more_rows_here(); !more) return std::unexpected(more.error());
  return &taken_row_;
}

Result<void> InstrumentRun::take_rows(UnixNanos until) {
  if (setup_.shared != nullptr) return setup_.shared->take_rows(until);
  for (;;) {
    local_row_ = here_->market().take_all(local_row_, until);
    if (local_row_->ts != sim::kEndRow.ts || local_row_ == &sim::kEndRow) return {};
    if (Result<void> more = more_rows_here(); !more) return more;
  }
}

// At the end of a block the next one, so that the time of the next row is always known.
Result<void> InstrumentRun::more_rows_here() {
  if (local_row_->ts != sim::kEndRow.ts || local_row_ == &sim::kEndRow) return {};
  pass_rows(local_row_);
  const auto next = setup_.feed->next(FeedClock::kLocal);
  if (!next) return std::unexpected(next.error());
  local_row_ = *next == nullptr ? &sim::kEndRow : *next;
  return {};
}

std::optional<Price> InstrumentRun::next_fill_price(UnixNanos until) const {
  if (next_answer() > until || !answers_.front().fill) return std::nullopt;
  return answers_.front().fill->price;
}

std::optional<Answer> InstrumentRun::take_answer(UnixNanos until) {
  if (answers_.empty() || answers_.front().arrival > until) return std::nullopt;
  const Answer answer = answers_.front();
  answers_.pop_front();
  pass(answer.arrival);
  if (answer.fill) here_->apply(*answer.fill);
  if (answer.funding) here_->apply_funding(*answer.funding);
  here_->apply(answer.update, answer.answers_request);
  return answer;
}

bool InstrumentRun::is_on_tick(Price price) const {
  constexpr std::int64_t kMostPriceTicks = INT32_MAX;
  const std::int64_t tick = setup_.instrument.tick;
  return price.units() > 0 && price.units() % tick == 0 && price.units() / tick <= kMostPriceTicks;
}

RejectReason InstrumentRun::fault_of(const NewOrder& order) const {
  const BacktestInstrument& instrument = setup_.instrument;
  if (order.quantity.units() <= 0 || order.quantity.units() % instrument.lot != 0) return RejectReason::kQuantityOffLot;
  if (has_limit(order.type) && !is_on_tick(order.price)) return RejectReason::kPriceOffTick;
  if (!is_conditional(order.type)) return RejectReason::kNone;
  const bool trails = order.type == OrderType::kTrailingStop;
  return is_on_tick(trails ? order.trail : order.stop_price) ? RejectReason::kNone : RejectReason::kPriceOffTick;
}

// It never leaves: the answer is here at once, behind those that are on their way.
void InstrumentRun::reject_here(const NewOrder& order, ClientOrderId id, RejectReason reason, UnixNanos now) {
  Answer answer{.arrival = std::max(now, last_answer_),
                .update = {.instrument = id_,
                           .id = id,
                           .event = OrderEvent::kRejected,
                           .status = OrderStatus::kRejected,
                           .reason = reason,
                           .side = order.side,
                           .type = order.type,
                           .time_in_force = order.time_in_force,
                           .price = order.price,
                           .quantity = order.quantity,
                           .stop_price = order.stop_price,
                           .trail = order.trail},
                .answers_request = true};
  answer.update.ts_recv = answer.arrival;
  if (listener_ != nullptr) listener_->on_order(answer.update, {});
  push_answer(answer);
}

void InstrumentRun::open_here(const NewOrder& order, ClientOrderId id, ClientOrderId linked) {
  here_->add({.id = id,
              .instrument = id_,
              .side = order.side,
              .type = order.type,
              .time_in_force = order.time_in_force,
              .price = order.price,
              .quantity = order.quantity,
              .left = order.quantity,
              .stop_price = order.stop_price,
              .trail = order.trail,
              .reduce_only = order.reduce_only,
              .linked = linked});
}

sim::VenueOrder InstrumentRun::submitted(const NewOrder& order, ClientOrderId id, ClientOrderId linked, UnixNanos now) {
  sim::VenueOrder sent = sim::venue_order_of(order, setup_.instrument.tick);
  sent.id = id;
  sent.linked = linked;
  // Of a pair a limit order is post-only: can_be_oco().
  if (linked != ClientOrderId{} && order.type == OrderType::kLimit) sent.time_in_force = TimeInForce::kGtx;
  if (listener_ != nullptr) {
    OrderUpdate update = update_of(sent);
    update.ts_recv = now;
    update.left = order.quantity;
    listener_->on_order(update, {});
  }
  return sent;
}

ClientOrderId InstrumentRun::place(const NewOrder& order, ClientOrderId id, UnixNanos now) {
  open_here(order, id, {});
  if (const RejectReason reason = fault_of(order); reason != RejectReason::kNone) {
    reject_here(order, id, reason, now);
    return id;
  }
  send(Ask::kPlace, submitted(order, id, {}, now), now);
  return id;
}

void InstrumentRun::place_oco(const NewOrder& first, const NewOrder& second, const OcoIds& ids, UnixNanos now) {
  open_here(first, ids.first, ids.second);
  open_here(second, ids.second, ids.first);
  RejectReason against_first = fault_of(first);
  RejectReason against_second = fault_of(second);
  if (!can_be_oco(first, second)) against_first = against_second = RejectReason::kNotSupported;
  if (against_first == RejectReason::kNone && against_second == RejectReason::kNone) {
    const sim::VenueOrder sent = submitted(first, ids.first, ids.second, now);
    return send(Ask::kPlaceOco, sent, now, submitted(second, ids.second, ids.first, now));
  }
  const auto or_linked = [](RejectReason reason) {
    return reason == RejectReason::kNone ? RejectReason::kLinkedOrder : reason;
  };
  reject_here(first, ids.first, or_linked(against_first), now);
  reject_here(second, ids.second, or_linked(against_second), now);
}

sim::VenueOrder InstrumentRun::venue_order_of(const OpenOrder& order) const {
  sim::VenueOrder sent = sim::venue_order_of({.side = order.side,
                                              .type = order.type,
                                              .time_in_force = order.time_in_force,
                                              .price = order.price,
                                              .quantity = order.quantity,
                                              .stop_price = order.stop_price,
                                              .trail = order.trail},
                                             setup_.instrument.tick);
  sent.id = order.id;
  return sent;
}

bool InstrumentRun::modify(const ModifyOrder& change, UnixNanos now) {
  OpenOrder* const order = here_->find(change.id);
  if (order == nullptr || order->is_requested) return false;
  const Price stop = order->type == OrderType::kTrailingStop ? change.trail : change.stop_price;
  const bool moves_stop = is_conditional(order->type) && stop != Price{};
  if ((has_limit(order->type) && !is_on_tick(change.price)) || (moves_stop && !is_on_tick(stop)) ||
      change.quantity.units() < 0 || change.quantity.units() % setup_.instrument.lot != 0) {
    return false;
  }
  order->is_requested = true;
  const std::int64_t tick = setup_.instrument.tick;
  sim::VenueOrder sent = venue_order_of(*order);
  if (has_limit(order->type)) sent.rank = sim::rank_of(sent.side, change.price.units() / tick);
  sent.quantity = change.quantity.units();
  if (moves_stop) sent.stop = stop.units() / tick;
  send(Ask::kModify, sent, now, {}, order->left.units());
  return true;
}

bool InstrumentRun::cancel(ClientOrderId id, UnixNanos now) {
  OpenOrder* const order = here_->find(id);
  if (order == nullptr || order->is_requested) return false;
  order->is_requested = true;
  send(Ask::kCancel, venue_order_of(*order), now);
  return true;
}

void InstrumentRun::send(Ask ask, const sim::VenueOrder& order, UnixNanos now, const sim::VenueOrder& second,
                         std::int64_t left) {
  const sim::LatencyModel::Entry entry = setup_.latency.entry(now);
  if (entry.is_refused) {
    const UnixNanos answered = now + entry.latency.span();
    refuse_on_the_way(ask, order, answered);
    if (ask == Ask::kPlaceOco) refuse_on_the_way(ask, second, answered);
    return;
  }
  last_request_ = std::max(now + entry.latency.span(), last_request_);
  requests_.push_back({last_request_, ask, order, second, left});
}

void InstrumentRun::refuse_on_the_way(Ask ask, const sim::VenueOrder& order, UnixNanos arrival) {
  Answer answer{.arrival = std::max(arrival, last_answer_), .update = update_of(order), .answers_request = true};
  answer.update.event = OrderEvent::kRejected;
  answer.update.status = ask == Ask::kPlace || ask == Ask::kPlaceOco ? OrderStatus::kRejected : OrderStatus::kNew;
  answer.update.reason = RejectReason::kUnavailable;
  answer.update.ts_recv = answer.arrival;
  if (listener_ != nullptr) listener_->on_order(answer.update, {});
  push_answer(answer);
}

void InstrumentRun::end() {
  ACTS_ASSERT(venue_.position() == filled_.units());
  const Quantity held{held_at_begin_.units() + filled_.units()};
  ACTS_ASSERT(setup_.account->position(setup_.slot).quantity() == held.units());
  if (answers_.empty()) ACTS_ASSERT(here_->position() == setup_.account->position(setup_.slot).position());
  setup_.account->verify();
  marks_.end();
  if (listener_ != nullptr) tell_marks();
}

}  // namespace acts::backtest
