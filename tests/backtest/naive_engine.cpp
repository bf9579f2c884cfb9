#include "backtest/naive_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace acts::backtest::test {

NaiveEngine::NaiveEngine(NaiveModel model, Rows venue, Rows local, Strategy& strategy)
    : model_(model),
      venue_rows_(std::move(venue)),
      local_rows_(std::move(local)),
      strategy_(&strategy),
      wants_(strategy.wants()),
      venue_(model) {}

std::int64_t NaiveEngine::next(Queue queue) const {
  const auto time_of = [](const Rows& rows, std::size_t at) { return at < rows.size() ? rows[at].ts : INT64_MAX; };
  switch (queue) {
    case Queue::kLocalRows: return time_of(local_rows_, next_local_);
    case Queue::kAnswers: return answers_.empty() ? INT64_MAX : answers_.front().arrival;
    case Queue::kVenueRows: return time_of(venue_rows_, next_venue_);
    case Queue::kRequests: break;
  }
  return requests_.empty() ? INT64_MAX : requests_.front().arrival;
}

void NaiveEngine::take(Queue queue) {
  const std::int64_t at = next(queue);
  if (queue == Queue::kLocalRows) {
    local_book_.apply(local_rows_[next_local_++]);
  } else if (queue == Queue::kAnswers) {
    const Answer answer = answers_.front();
    answers_.pop_front();
    now_ = {at};
    take_answer(answer);
  } else if (queue == Queue::kVenueRows) {
    venue_.take_row(venue_rows_[next_venue_++]);
    take_events(nullptr);
  } else {
    const Request request = requests_.front();
    requests_.pop_front();
    take_request(request);
  }
}

void NaiveEngine::run() {
  using enum Queue;
  now_ = {std::min(next(kVenueRows), next(kLocalRows))};
  for (const Rows* rows : {&venue_rows_, &local_rows_}) {
    if (!rows->empty()) last_row_ = std::max(last_row_, rows->back().ts);
  }
  strategy_->on_start(*this);
  for (;;) {
    const std::int64_t first = std::min({next(kLocalRows), next(kAnswers), next(kVenueRows), next(kRequests)});
    if (first == INT64_MAX) break;
    if (timer_ && *timer_ < first) {
      now_ = {*timer_};
      timer_.reset();
      strategy_->on_timer(*this, TimerId{0});
      continue;
    }
    for (const Queue queue : {kLocalRows, kAnswers, kVenueRows, kRequests}) {
      if (next(queue) != first) continue;
      take(queue);
      break;
    }
  }
  strategy_->on_stop(*this);
}

void NaiveEngine::take_answer(const Answer& answer) {
  if (answer.fill) {
    const std::int64_t signed_units = answer.fill->quantity.units() * sign(answer.fill->side);
    position_.quantity = Quantity{position_.quantity.units() + signed_units};
  }
  const auto open = std::ranges::find(open_, answer.update.id, &OpenOrder::id);
  if (open != open_.end()) {
    if (answer.answers_request) open->is_requested = false;
    if (answer.update.event != OrderEvent::kRejected || is_final(answer.update.status)) {
      open->status = answer.update.status;
      open->price = answer.update.price;
      open->quantity = answer.update.quantity;
      open->left = answer.update.left;
      open->stop_price = answer.update.stop_price;
      open->trail = answer.update.trail;
      if (is_final(answer.update.status)) open_.erase(open);
    }
  }
  if (answer.fill && wants_.fills) strategy_->on_fill(*this, *answer.fill);
  if (wants_.orders) strategy_->on_order(*this, answer.update);
}

void NaiveEngine::take_request(const Request& request) {
  switch (request.ask) {
    case Ask::kPlace: venue_.place(request.order, request.arrival); break;
    case Ask::kPlaceOco: venue_.place_oco(request.order, request.second, request.arrival); break;
    case Ask::kModify: venue_.modify(request.order, request.arrival); break;
    case Ask::kCancel: venue_.cancel(request.order.id, request.arrival); break;
  }
  take_events(&request);
}

void NaiveEngine::take_events(const Request* asked) {
  const std::vector<NaiveEvent> events = std::exchange(venue_.events, {});
  for (std::size_t i = 0; i < events.size(); ++i) {
    const NaiveEvent& event = events[i];
    const NaiveOrder& order = event.order;
    bool is_last = true;
    for (std::size_t later = i + 1; later < events.size(); ++later) is_last &= events[later].order.id != order.id;
    const bool is_asked = asked != nullptr && (order.id == asked->order.id || order.id == asked->second.id);
    Answer made;
    const Nanos response = model_.drawn ? model_.drawn->response({event.ts}).span() : model_.response;
    last_answer_ = made.arrival = std::max(event.ts + response.count(), last_answer_);
    made.update = {.id = order.id,
                   .event = event.event,
                   .status = event.status,
                   .reason = event.reason,
                   .side = order.side,
                   .price = Price{order.tick},
                   .quantity = Quantity{order.quantity},
                   .left = Quantity{order.left},
                   .stop_price = Price{order.stop},
                   .trail = Price{order.trail}};
    made.fill = event.fill;
    made.answers_request = is_asked && is_last;
    log.push_back(fmt::format("{} {} {} {}@{} left {}{} {}", event.ts, order.id.value(), to_string(event.event),
                              event.fill ? event.fill->quantity.units() : 0, event.fill ? event.fill->price.units() : 0,
                              order.left, event.fill ? " " + std::string(to_string(event.fill->cause)) : "",
                              to_string(event.reason)));
    answers_.push_back(made);
  }
}

void NaiveEngine::send(Ask ask, const NaiveOrder& order, const NaiveOrder& second) {
  const Nanos entry = model_.drawn ? model_.drawn->entry(now_).latency.span() : model_.entry;
  last_request_ = std::max(now_.value + entry.count(), last_request_);
  requests_.push_back({last_request_, ask, order, second});
}

NaiveOrder NaiveEngine::opened(const NewOrder& order, ClientOrderId id, ClientOrderId linked) {
  open_.push_back({.id = id,
                   .side = order.side,
                   .type = order.type,
                   .time_in_force = order.time_in_force,
                   .price = order.price,
                   .quantity = order.quantity,
                   .left = order.quantity,
                   .stop_price = order.stop_price,
                   .trail = order.trail});
  NaiveOrder made = wanted(open_.back());
  made.reduce_only = order.reduce_only;
  made.linked = linked;
  if (linked.value() != 0 && made.type == OrderType::kLimit) made.time_in_force = TimeInForce::kGtx;
  return made;
}

NaiveOrder NaiveEngine::wanted(const OpenOrder& order) {
  return {.id = order.id,
          .side = order.side,
          .type = order.type,
          .time_in_force = order.time_in_force,
          .tick = has_limit(order.type) ? order.price.units() : 0,
          .stop = order.stop_price.units(),
          .trail = order.trail.units(),
          .quantity = order.quantity.units(),
          .left = order.quantity.units()};
}

ClientOrderId NaiveEngine::place(const NewOrder& order) {
  const ClientOrderId id(++last_order_);
  if (!is_over()) send(Ask::kPlace, opened(order, id, {}));
  return id;
}

OcoIds NaiveEngine::place_oco(const NewOrder& first, const NewOrder& second) {
  const OcoIds ids{ClientOrderId{last_order_ + 1}, ClientOrderId{last_order_ + 2}};
  last_order_ += 2;
  if (is_over()) return ids;
  const NaiveOrder sent = opened(first, ids.first, ids.second);
  send(Ask::kPlaceOco, sent, opened(second, ids.second, ids.first));
  return ids;
}

bool NaiveEngine::modify(const ModifyOrder& change) {
  const auto open = std::ranges::find(open_, change.id, &OpenOrder::id);
  if (is_over() || open == open_.end() || open->is_requested) return false;
  open->is_requested = true;
  NaiveOrder order = wanted(*open);
  order.tick = has_limit(open->type) ? change.price.units() : 0;
  order.quantity = change.quantity.units();
  if (change.stop_price != Price{}) order.stop = change.stop_price.units();
  if (change.trail != Price{}) order.trail = change.trail.units();
  send(Ask::kModify, order);
  return true;
}

bool NaiveEngine::cancel(ClientOrderId id) {
  const auto open = std::ranges::find(open_, id, &OpenOrder::id);
  if (is_over() || open == open_.end() || open->is_requested) return false;
  open->is_requested = true;
  send(Ask::kCancel, wanted(*open));
  return true;
}

void NaiveEngine::set_timer(TimerId /*id*/, UnixNanos at) { timer_ = at.value; }
void NaiveEngine::stop_timer(TimerId /*id*/) { timer_.reset(); }

}  // namespace acts::backtest::test
