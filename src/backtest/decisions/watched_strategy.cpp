#include "backtest/decisions/watched_strategy.hpp"

namespace acts::backtest {

void WatchedStrategy::begin_call(StrategyContext& context, CallKind kind, std::uint32_t subject, std::uint32_t digest) {
  context_ = &context;
  listener_->on_call({.kind = kind, .now = context.now(), .subject = subject, .digest = digest});
}

void WatchedStrategy::on_start(StrategyContext& context) {
  begin_call(context, CallKind::kStart);
  strategy_->on_start(*this);
}

void WatchedStrategy::on_stop(StrategyContext& context) {
  begin_call(context, CallKind::kStop);
  strategy_->on_stop(*this);
}

void WatchedStrategy::on_book(StrategyContext& context, InstrumentId id) {
  begin_call(context, CallKind::kBook, id.value());
  strategy_->on_book(*this, id);
}

void WatchedStrategy::on_trade(StrategyContext& context, InstrumentId id, const Trade& trade) {
  begin_call(context, CallKind::kTrade, id.value(), digest(trade));
  strategy_->on_trade(*this, id, trade);
}

void WatchedStrategy::on_bar(StrategyContext& context, const Bar& bar) {
  begin_call(context, CallKind::kBar, bar.instrument.value(), digest(bar));
  strategy_->on_bar(*this, bar);
}

void WatchedStrategy::on_features(StrategyContext& context, const FeatureValues& values) {
  begin_call(context, CallKind::kFeatures, values.instrument.value(), digest(values));
  strategy_->on_features(*this, values);
}

void WatchedStrategy::on_order(StrategyContext& context, const OrderUpdate& update) {
  begin_call(context, CallKind::kOrder, update.instrument.value(), digest(update));
  strategy_->on_order(*this, update);
}

void WatchedStrategy::on_fill(StrategyContext& context, const Fill& fill) {
  begin_call(context, CallKind::kFill, fill.instrument.value(), digest(fill));
  strategy_->on_fill(*this, fill);
}

void WatchedStrategy::on_timer(StrategyContext& context, TimerId id) {
  begin_call(context, CallKind::kTimer, id.value());
  strategy_->on_timer(*this, id);
}

ClientOrderId WatchedStrategy::place(const NewOrder& order) {
  const ClientOrderId id = context_->place(order);
  listener_->on_decision({.kind = DecisionKind::kPlace, .order = order, .answer = id.value()});
  return id;
}

OcoIds WatchedStrategy::place_oco(const NewOrder& first, const NewOrder& second) {
  const OcoIds ids = context_->place_oco(first, second);
  listener_->on_decision(
      {.kind = DecisionKind::kPlaceOco, .order = first, .second = second, .answer = ids.first.value()});
  return ids;
}

bool WatchedStrategy::modify(const ModifyOrder& change) {
  const bool is_sent = context_->modify(change);
  listener_->on_decision({.kind = DecisionKind::kModify, .change = change, .answer = is_sent ? 1U : 0U});
  return is_sent;
}

bool WatchedStrategy::cancel(ClientOrderId id) {
  const bool is_sent = context_->cancel(id);
  listener_->on_decision({.kind = DecisionKind::kCancel, .change = {.id = id}, .answer = is_sent ? 1U : 0U});
  return is_sent;
}

void WatchedStrategy::set_timer(TimerId id, UnixNanos at) {
  context_->set_timer(id, at);
  listener_->on_decision({.kind = DecisionKind::kSetTimer, .timer = id.value(), .at = at});
}

void WatchedStrategy::stop_timer(TimerId id) {
  context_->stop_timer(id);
  listener_->on_decision({.kind = DecisionKind::kStopTimer, .timer = id.value()});
}

}  // namespace acts::backtest
