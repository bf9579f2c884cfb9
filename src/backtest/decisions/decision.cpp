#include "backtest/decisions/decision.hpp"

#include <fmt/format.h>

#include <array>

namespace acts::backtest {

std::string_view name_of(CallKind kind) noexcept {
  constexpr std::array<std::string_view, 9> kNames{"on_start",    "on_stop",  "on_book", "on_trade", "on_bar",
                                                   "on_features", "on_order", "on_fill", "on_timer"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(DecisionKind kind) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"place()",     "modify()",     "cancel()",
                                                   "set_timer()", "stop_timer()", "place_oco()"};
  return kNames[static_cast<std::size_t>(kind)];
}

namespace {

bool are_same(const NewOrder& x, const NewOrder& y) {
  return x.instrument == y.instrument && x.side == y.side && x.type == y.type && x.time_in_force == y.time_in_force &&
         x.price == y.price && x.quantity == y.quantity && x.stop_price == y.stop_price && x.trail == y.trail &&
         x.reduce_only == y.reduce_only;
}

bool are_same(const ModifyOrder& x, const ModifyOrder& y) {
  return x.id == y.id && x.price == y.price && x.quantity == y.quantity && x.stop_price == y.stop_price &&
         x.trail == y.trail;
}

std::string order_in_words(const NewOrder& order) {
  const Price price = has_limit(order.type)                    ? order.price
                      : order.type == OrderType::kTrailingStop ? order.trail
                                                               : order.stop_price;
  return fmt::format("{} {} {} {}@{}", to_string(order.side), to_string(order.type), to_string(order.time_in_force),
                     order.quantity.units(), price.units());
}

}  // namespace

bool operator==(const Decision& a, const Decision& b) {
  if (a.kind != b.kind || a.answer != b.answer) return false;
  switch (a.kind) {
    case DecisionKind::kPlace: return are_same(a.order, b.order);
    case DecisionKind::kPlaceOco: return are_same(a.order, b.order) && are_same(a.second, b.second);
    case DecisionKind::kModify: return are_same(a.change, b.change);
    case DecisionKind::kCancel: return a.change.id == b.change.id;
    case DecisionKind::kSetTimer: return a.timer == b.timer && a.at == b.at;
    case DecisionKind::kStopTimer: return a.timer == b.timer;
  }
  return false;
}

std::string in_words(const ToldCall& call) {
  const bool has_subject = call.kind != CallKind::kStart && call.kind != CallKind::kStop;
  return fmt::format("{}{} at {}", name_of(call.kind), has_subject ? fmt::format(" of {}", call.subject) : "",
                     to_iso8601(call.now));
}

std::string in_words(const Decision& decision) {
  const ModifyOrder& change = decision.change;
  switch (decision.kind) {
    case DecisionKind::kPlace:
      return fmt::format("place() {}, answered with {}", order_in_words(decision.order), decision.answer);
    case DecisionKind::kPlaceOco:
      return fmt::format("place_oco() {} and {}, answered with {}", order_in_words(decision.order),
                         order_in_words(decision.second), decision.answer);
    case DecisionKind::kModify:
      return fmt::format("modify() {} to {}@{}, answered with {}", change.id.value(), change.quantity.units(),
                         change.price.units(), decision.answer);
    case DecisionKind::kCancel: return fmt::format("cancel() {}, answered with {}", change.id.value(), decision.answer);
    case DecisionKind::kSetTimer: return fmt::format("set_timer() {} at {}", decision.timer, decision.at.value);
    case DecisionKind::kStopTimer: return fmt::format("stop_timer() {}", decision.timer);
  }
  return {};
}

}  // namespace acts::backtest
