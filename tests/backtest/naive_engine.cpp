#include "backtest/naive_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace acts::backtest::test {
namespace {

using sim::MarketRow;
using sim::QueueKind;
using sim::RowKind;

std::int64_t tick_of(const MarketRow& row) { return row.side == sim::kBidSide ? row.rank : -row.rank; }

}  // namespace

void NaiveBook::find_bid_below(std::int64_t tick) {
  best_bid.reset();
  for (const auto& [at, quantity] : bids) {
    if (at < tick && at >= lowest_bid_) best_bid = at;
  }
}

void NaiveBook::find_ask_above(std::int64_t tick) {
  best_ask.reset();
  for (const auto& [at, quantity] : asks) {
    if (at > tick && at <= highest_ask_ && !best_ask) best_ask = at;
  }
}

void NaiveBook::set_bid(std::int64_t tick, std::int64_t quantity) {
  if (quantity == 0) {
    bids.erase(tick);
    if (best_bid != tick) return;
    find_bid_below(tick);
    if (!best_bid) lowest_bid_ = INT64_MAX;
    return;
  }
  bids[tick] = quantity;
  lowest_bid_ = std::min(lowest_bid_, tick);
  if (best_bid && tick <= *best_bid) return;
  best_bid = tick;
  if (best_ask && *best_ask <= tick) find_ask_above(tick);
}

void NaiveBook::set_ask(std::int64_t tick, std::int64_t quantity) {
  if (quantity == 0) {
    asks.erase(tick);
    if (best_ask != tick) return;
    find_ask_above(tick);
    if (!best_ask) highest_ask_ = INT64_MIN;
    return;
  }
  asks[tick] = quantity;
  highest_ask_ = std::max(highest_ask_, tick);
  if (best_ask && tick >= *best_ask) return;
  best_ask = tick;
  if (best_bid && *best_bid >= tick) find_bid_below(tick);
}

void NaiveBook::apply(const MarketRow& row) {
  const std::int64_t tick = tick_of(row);
  const bool is_bid = row.side == sim::kBidSide;
  if (row.kind == RowKind::kLevel) {
    if (is_bid) {
      set_bid(tick, row.quantity);
    } else {
      set_ask(tick, row.quantity);
    }
  } else if (row.kind == RowKind::kClear && is_bid) {
    std::erase_if(bids, [&](const auto& level) { return level.first >= tick; });
    find_bid_below(tick);
    if (!best_bid) lowest_bid_ = INT64_MAX;
  } else if (row.kind == RowKind::kClear) {
    std::erase_if(asks, [&](const auto& level) { return level.first <= tick; });
    find_ask_above(tick);
    if (!best_ask) highest_ask_ = INT64_MIN;
  } else if (row.kind == RowKind::kClearBoth) {
    *this = {};
  }
}

std::optional<Level> NaiveBook::best(Side side) const {
  const auto& tick = side == Side::kBid ? best_bid : best_ask;
  if (!tick) return std::nullopt;
  return Level{Price{*tick}, quantity_at(side, Price{*tick})};
}

std::size_t NaiveBook::levels(Side side, std::span<Level> out) const {
  std::size_t count = 0;
  if (side == Side::kBid) {
    for (auto level = bids.rbegin(); level != bids.rend() && count < out.size(); ++level) {
      if (best_bid && level->first <= *best_bid) out[count++] = {Price{level->first}, Quantity{level->second}};
    }
  } else {
    for (auto level = asks.begin(); level != asks.end() && count < out.size(); ++level) {
      if (best_ask && level->first >= *best_ask) out[count++] = {Price{level->first}, Quantity{level->second}};
    }
  }
  return count;
}

Quantity NaiveBook::quantity_at(Side side, Price price) const {
  const auto& levels = side == Side::kBid ? bids : asks;
  const auto found = levels.find(price.units());
  return Quantity{found == levels.end() ? 0 : found->second};
}

NaiveEngine::NaiveEngine(NaiveModel model, Rows venue, Rows local, Strategy& strategy)
    : model_(model),
      venue_rows_(std::move(venue)),
      local_rows_(std::move(local)),
      strategy_(&strategy),
      wants_(strategy.wants()) {}

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
    venue_now_ = at;
    take_venue_row(venue_rows_[next_venue_++]);
  } else {
    const Request request = requests_.front();
    requests_.pop_front();
    venue_now_ = at;
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
    if (answer.update.event != OrderEvent::kRejected) {
      open->status = answer.update.status;
      open->price = answer.update.price;
      open->quantity = answer.update.quantity;
      open->left = answer.update.left;
      if (is_final(answer.update.status)) open_.erase(open);
    }
  }
  if (answer.fill && wants_.fills) strategy_->on_fill(*this, *answer.fill);
  if (wants_.orders) strategy_->on_order(*this, answer.update);
}

double NaiveEngine::value(std::int64_t units) const {
  return static_cast<double>(units) / static_cast<double>(power_of_ten(model_.quantity_scale));
}

double NaiveEngine::probability(double front, double back) const {
  const double n = model_.queue.n;
  switch (model_.queue.kind) {
    case QueueKind::kPower: return std::pow(back, n) / (std::pow(back, n) + std::pow(front, n));
    case QueueKind::kPower2: return std::pow(back, n) / std::pow(back + front, n);
    case QueueKind::kPower3: return 1.0 - std::pow(front / (front + back), n);
    case QueueKind::kLog: return std::log(1.0 + back) / (std::log(1.0 + back) + std::log(1.0 + front));
    case QueueKind::kLog2: return std::log(1.0 + back) / std::log(1.0 + (back + front));
    case QueueKind::kRiskAverse:
    case QueueKind::kFirst:
    case QueueKind::kTradedThrough: break;
  }
  return 0;
}

void NaiveEngine::on_level(Order& order, std::int64_t before, std::int64_t after) const {
  const double prev = value(before);
  const double next = value(after);
  const QueueKind kind = model_.queue.kind;
  if (kind == QueueKind::kRiskAverse || kind == QueueKind::kFirst || kind == QueueKind::kTradedThrough) {
    order.front = std::fmin(order.front, next);
    return;
  }
  const double change = prev - next - order.traded;
  order.traded = 0;
  if (change < 0) {
    order.front = std::fmin(order.front, next);
    return;
  }
  const double back = prev - order.front;
  double p = probability(order.front, back);
  if (std::isinf(p)) p = 1;
  order.front = std::fmin(order.front - (1.0 - p) * change + std::fmin(back - p * change, 0.0), next);
}

std::vector<NaiveEngine::Order*> NaiveEngine::in_priority(OrderSide side) {
  std::vector<Order*> sorted;
  for (Order& order : orders_) {
    if (order.side == side) sorted.push_back(&order);
  }
  std::ranges::sort(sorted, [side](const Order* a, const Order* b) {
    if (a->tick == b->tick) return a < b;
    return side == OrderSide::kBuy ? a->tick > b->tick : a->tick < b->tick;
  });
  return sorted;
}

void NaiveEngine::take_venue_row(const MarketRow& row) {
  const std::int64_t tick = tick_of(row);
  const bool is_bid = row.side == sim::kBidSide;
  if (row.kind != RowKind::kTrade) {
    const Side side = is_bid ? Side::kBid : Side::kAsk;
    const std::int64_t before = venue_book_.quantity_at(side, Price{tick}).units();
    const auto best_before = venue_book_.best(side);
    venue_book_.apply(row);
    if (row.kind != RowKind::kLevel) {
      cleared_ = row.ts;
      return;
    }
    for (Order& order : orders_) {
      if ((order.side == OrderSide::kBuy) != is_bid || order.tick != tick) continue;
      if (before == 0 && row.ts != cleared_) order.front = std::min(order.front, 0.0);
      on_level(order, before, row.quantity);
    }
    // What rests beyond a best price that it has met already waits until that comes nearer.
    const auto best_now = venue_book_.best(side);
    const bool is_nearer =
        best_now &&
        (!best_before || (is_bid ? best_now->price > best_before->price : best_now->price < best_before->price));
    for (Order* order : in_priority(is_bid ? OrderSide::kSell : OrderSide::kBuy)) {
      if (!is_nearer) break;
      const auto& best = is_bid ? venue_book_.best_bid : venue_book_.best_ask;
      if (!best || (is_bid ? order->tick > *best : order->tick < *best)) continue;
      fill(*order, order->tick, order->left, FillCause::kCrossed);
    }
    drop_filled();
    return;
  }
  std::int64_t shared = 0;
  for (Order* order : in_priority(is_bid ? OrderSide::kSell : OrderSide::kBuy)) {
    const bool is_through = is_bid ? order->tick < tick : order->tick > tick;
    std::int64_t quantity = 0;
    if (is_through) {
      quantity = model_.is_partial ? std::min(order->left, row.quantity - shared) : order->left;
    } else if (order->tick == tick) {
      const Side own = is_bid ? Side::kAsk : Side::kBid;
      const bool is_empty = venue_book_.quantity_at(own, Price{tick}).units() == 0;
      if (is_empty && row.ts != cleared_) order->front = std::min(order->front, 0.0);
      order->front -= value(row.quantity);
      order->traded += value(row.quantity);
      if (model_.queue.kind == QueueKind::kTradedThrough) {
        order->front = std::max(order->front, 0.0);
        continue;
      }
      const std::int64_t lots = std::llround(-order->front / value(model_.lot));
      if (lots > 0) {
        order->front = 0;
        const std::int64_t got = std::min(lots * model_.lot, row.quantity) - shared;
        if (got > 0) quantity = model_.is_partial ? std::min(got, order->left) : order->left;
      }
    }
    if (quantity <= 0) continue;
    shared += quantity;
    fill(*order, order->tick, quantity, is_through ? FillCause::kTradedThrough : FillCause::kQueueDone);
  }
  drop_filled();
}

void NaiveEngine::drop_filled() {
  std::erase_if(orders_, [](const Order& order) { return order.left == 0; });
}

void NaiveEngine::take_request(const Request& request) {
  if (request.ask == Ask::kPlace) {
    enter(request.order, OrderEvent::kAccepted);
  } else {
    const auto found = std::ranges::find(orders_, request.order.id, &Order::id);
    if (found == orders_.end()) {
      answer(request.order, OrderEvent::kRejected, OrderStatus::kFilled, RejectReason::kUnknownOrder, std::nullopt);
    } else if (const std::int64_t filled = found->quantity - found->left;
               request.ask == Ask::kCancel || request.order.quantity <= filled) {
      Order gone = *found;
      orders_.erase(found);
      gone.left = 0;
      answer(gone, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone, std::nullopt);
    } else if (request.order.tick == found->tick && request.order.quantity <= found->quantity) {
      found->left = request.order.quantity - filled;
      found->quantity = request.order.quantity;
      answer(*found, OrderEvent::kModified, filled > 0 ? OrderStatus::kPartiallyFilled : OrderStatus::kNew,
             RejectReason::kNone, std::nullopt);
    } else {
      Order moved = *found;
      orders_.erase(found);
      moved.tick = request.order.tick;
      moved.quantity = request.order.quantity;
      moved.left = moved.quantity - filled;
      enter(moved, OrderEvent::kModified);
    }
  }
  answers_.back().answers_request = true;
}

void NaiveEngine::enter(Order order, OrderEvent event) {
  const bool is_buy = order.side == OrderSide::kBuy;
  const auto& opposite = is_buy ? venue_book_.best_ask : venue_book_.best_bid;
  const auto expire = [&](RejectReason reason) {
    order.left = 0;
    answer(order, OrderEvent::kExpired, OrderStatus::kExpired, reason, std::nullopt);
  };
  if (order.type == OrderType::kMarket) {
    if (opposite) walk(order);
    if (order.left > 0) expire(RejectReason::kNoLiquidity);
    return;
  }
  const bool takes = opposite && (is_buy ? order.tick >= *opposite : order.tick <= *opposite);
  if (takes && order.time_in_force == TimeInForce::kGtx) return expire(RejectReason::kWouldTake);
  if (takes && order.time_in_force == TimeInForce::kFok && model_.is_partial) {
    std::int64_t there = 0;
    const auto& levels = is_buy ? venue_book_.asks : venue_book_.bids;
    for (const auto& [tick, quantity] : levels) {
      const bool counts = is_buy ? tick >= *opposite && tick <= order.tick : tick <= *opposite && tick >= order.tick;
      if (counts) there += quantity / model_.lot * model_.lot;
    }
    if (there < order.left) return expire(RejectReason::kNoLiquidity);
  }
  if (takes) walk(order);
  if (order.left == 0) return;
  if (order.time_in_force == TimeInForce::kIoc || order.time_in_force == TimeInForce::kFok) {
    return expire(RejectReason::kNoLiquidity);
  }
  rest(order, event);
}

void NaiveEngine::walk(Order& order) {
  const bool is_buy = order.side == OrderSide::kBuy;
  if (!model_.is_partial) {
    return fill(order, is_buy ? *venue_book_.best_ask : *venue_book_.best_bid, order.left, FillCause::kTaker);
  }
  std::vector<Level> levels(1000);
  levels.resize(venue_book_.levels(is_buy ? Side::kAsk : Side::kBid, levels));
  for (const Level& level : levels) {
    const std::int64_t tick = level.price.units();
    if (order.left == 0) return;
    if (order.type == OrderType::kLimit && (is_buy ? tick > order.tick : tick < order.tick)) return;
    const std::int64_t there = level.quantity.units() / model_.lot * model_.lot;
    if (there > 0) fill(order, tick, std::min(there, order.left), FillCause::kTaker);
  }
}

void NaiveEngine::rest(Order order, OrderEvent event) {
  const Side side = order.side == OrderSide::kBuy ? Side::kBid : Side::kAsk;
  order.front = value(venue_book_.quantity_at(side, Price{order.tick}).units());
  if (model_.queue.kind == QueueKind::kFirst) order.front = 0;
  order.traded = 0;
  orders_.push_back(order);
  answer(order, event, order.left < order.quantity ? OrderStatus::kPartiallyFilled : OrderStatus::kNew,
         RejectReason::kNone, std::nullopt);
}

void NaiveEngine::fill(Order& order, std::int64_t tick, std::int64_t quantity, FillCause cause) {
  order.left -= quantity;
  position_units += quantity * sign(order.side);
  Fill made;
  made.id = order.id;
  made.side = order.side;
  made.cause = cause;
  made.price = Price{tick};
  made.quantity = Quantity{quantity};
  answer(order, order.left == 0 ? OrderEvent::kFilled : OrderEvent::kPartiallyFilled,
         order.left == 0 ? OrderStatus::kFilled : OrderStatus::kPartiallyFilled, RejectReason::kNone, made);
}

void NaiveEngine::answer(const Order& order, OrderEvent event, OrderStatus status, RejectReason reason,
                         std::optional<Fill> fill) {
  Answer made;
  made.arrival = venue_now_ + model_.response.count();
  made.update = {.id = order.id,
                 .event = event,
                 .status = status,
                 .reason = reason,
                 .side = order.side,
                 .price = Price{order.tick},
                 .quantity = Quantity{order.quantity},
                 .left = Quantity{is_final(status) ? 0 : order.left}};
  made.fill = fill;
  made.answers_request = false;
  log.push_back(fmt::format("{} {} {} {}@{} left {}{}", venue_now_, order.id.value(), to_string(event),
                            fill ? fill->quantity.units() : 0, fill ? fill->price.units() : 0, made.update.left.units(),
                            fill ? std::string(" ") + std::string(to_string(fill->cause)) : ""));
  answers_.push_back(made);
}

void NaiveEngine::send(Ask ask, const Order& order) {
  requests_.push_back({now_.value + model_.entry.count(), ask, order});
}

ClientOrderId NaiveEngine::place(const NewOrder& order) {
  const ClientOrderId id(++last_order_);
  if (is_over()) return id;
  open_.push_back({.id = id,
                   .side = order.side,
                   .type = order.type,
                   .time_in_force = order.time_in_force,
                   .price = order.price,
                   .quantity = order.quantity,
                   .left = order.quantity});
  send(Ask::kPlace, {id, order.side, order.type, order.time_in_force, order.price.units(), order.quantity.units(),
                     order.quantity.units()});
  return id;
}

bool NaiveEngine::modify(const ModifyOrder& change) {
  const auto open = std::ranges::find(open_, change.id, &OpenOrder::id);
  if (is_over() || open == open_.end() || open->is_requested) return false;
  open->is_requested = true;
  send(Ask::kModify, {change.id, open->side, open->type, open->time_in_force, change.price.units(),
                      change.quantity.units(), change.quantity.units()});
  return true;
}

bool NaiveEngine::cancel(ClientOrderId id) {
  const auto open = std::ranges::find(open_, id, &OpenOrder::id);
  if (is_over() || open == open_.end() || open->is_requested) return false;
  open->is_requested = true;
  send(Ask::kCancel, {id, open->side, open->type, open->time_in_force, open->price.units(), open->quantity.units(),
                      open->left.units()});
  return true;
}

void NaiveEngine::set_timer(TimerId /*id*/, UnixNanos at) { timer_ = at.value; }
void NaiveEngine::stop_timer(TimerId /*id*/) { timer_.reset(); }

}  // namespace acts::backtest::test
