// A context that answers at once and keeps what it was asked for: tests say what the market is and what is filled.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/ratio.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/registry.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::test {

class FakeBook final : public BookView {
 public:
  [[nodiscard]] Scales scales() const override { return {.price = 1, .quantity = 3}; }
  [[nodiscard]] std::optional<Level> best(Side side) const override {
    const auto& of = side == Side::kBid ? bids : asks;
    return of.empty() ? std::nullopt : std::optional(of.front());
  }
  std::size_t levels(Side side, std::span<Level> out) const override {
    const auto& of = side == Side::kBid ? bids : asks;
    const std::size_t count = std::min(of.size(), out.size());
    std::copy_n(of.begin(), count, out.begin());
    return count;
  }
  [[nodiscard]] Quantity quantity_at(Side /*side*/, Price /*price*/) const override { return Quantity{0}; }
  [[nodiscard]] bool covers(Side /*side*/, Price /*price*/) const override { return true; }

  std::vector<Level> bids;
  std::vector<Level> asks;
};

// Prices with one decimal, quantities with three; ticks 0.5, lots 0.010.
class FakeContext final : public StrategyContext {
 public:
  explicit FakeContext(std::size_t instruments = 1) : markets_(instruments) {}

  [[nodiscard]] UnixNanos now() const override { return time; }
  [[nodiscard]] std::size_t instrument_count() const override { return markets_.size(); }
  [[nodiscard]] const Instrument& instrument(InstrumentId /*id*/) const override { return instrument_; }
  [[nodiscard]] Scales scales(InstrumentId /*id*/) const override { return {.price = 1, .quantity = 3}; }
  [[nodiscard]] Price tick(InstrumentId /*id*/) const override { return Price{5}; }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return id.value() == 1 ? second_lot : Quantity{10}; }
  [[nodiscard]] const BookView& book(InstrumentId /*id*/) const override { return book_of; }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId /*id*/) const override { return funding; }
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId id) const override {
    return told && told->instrument == id ? told : std::nullopt;
  }
  [[nodiscard]] const Position& position(InstrumentId id) const override { return markets_[id.value()].position; }
  [[nodiscard]] double position_value(InstrumentId id) const override {
    return nearest_double(position(id).quantity.units(), 1000);
  }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override {
    return markets_[id.value()].orders;
  }
  ClientOrderId place(const NewOrder& order) override {
    const ClientOrderId id{++last_id_};
    markets_[order.instrument.value()].orders.push_back({.id = id,
                                                         .instrument = order.instrument,
                                                         .side = order.side,
                                                         .type = order.type,
                                                         .time_in_force = order.time_in_force,
                                                         .price = order.price,
                                                         .quantity = order.quantity,
                                                         .left = order.quantity,
                                                         .stop_price = order.stop_price,
                                                         .status = OrderStatus::kNew,
                                                         .is_requested = are_slow});
    const Price price = order.type == OrderType::kStop ? order.stop_price : order.price;
    asked += fmt::format("{} {} {} {}@{},", to_string(order.side), to_string(order.type), order.instrument.value(),
                         order.quantity.units(), price.units());
    return id;
  }
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override { return {place(first), place(second)}; }
  bool modify(const ModifyOrder& /*change*/) override { return false; }
  bool cancel(ClientOrderId id) override {
    for (Market& market : markets_) {
      const auto found = std::ranges::find(market.orders, id, &OpenOrder::id);
      if (found == market.orders.end() || found->is_requested) continue;
      asked += fmt::format("cancel {},", id.value());
      if (are_slow) {
        found->is_requested = true;
      } else {
        market.orders.erase(found);
      }
      return true;
    }
    return false;
  }
  void set_timer(TimerId /*id*/, UnixNanos at) override { timer = at; }
  void stop_timer(TimerId /*id*/) override { timer.reset(); }

  // The first open order of an instrument is filled, and the strategy told.
  void fill(Strategy& strategy, InstrumentId id, std::int64_t price) {
    Market& market = markets_[id.value()];
    const OpenOrder order = market.orders.front();
    market.orders.erase(market.orders.begin());
    market.position.quantity = Quantity{market.position.quantity.units() + sign(order.side) * order.left.units()};
    strategy.on_fill(*this, {.instrument = id,
                             .id = order.id,
                             .side = order.side,
                             .ts_event = time,
                             .ts_recv = time,
                             .price = Price{price},
                             .quantity = order.left,
                             .fee = {}});
    tell(strategy, order, OrderEvent::kFilled, OrderStatus::kFilled);
  }
  // The first open order of an instrument expires, and the strategy is told.
  void expire(Strategy& strategy, InstrumentId id) {
    Market& market = markets_[id.value()];
    const OpenOrder order = market.orders.front();
    market.orders.erase(market.orders.begin());
    tell(strategy, order, OrderEvent::kExpired, OrderStatus::kExpired);
  }
  // The answer to a request under way: of a cancellation `is_gone`.
  void answer(Strategy& strategy, InstrumentId id, bool is_gone) {
    Market& market = markets_[id.value()];
    market.orders.front().is_requested = false;
    const OpenOrder order = market.orders.front();
    if (is_gone) market.orders.erase(market.orders.begin());
    tell(strategy, order, is_gone ? OrderEvent::kCancelled : OrderEvent::kAccepted,
         is_gone ? OrderStatus::kCancelled : OrderStatus::kNew);
  }
  // Kept out of what was bought.
  void take_fee(InstrumentId id, const Decimal& fee) { markets_[id.value()].position.base_fee = fee; }
  // What was asked for since the last call.
  std::string take() { return std::exchange(asked, {}); }

  // Its timer goes off.
  void wake(Strategy& strategy) {
    time = timer.value();
    timer.reset();
    strategy.on_timer(*this, TimerId{0});
  }

  UnixNanos time{1'600'000'000'000'000'000};
  std::optional<UnixNanos> timer;
  std::optional<FundingRate> funding;
  std::optional<FeatureValues> told;  // last of features
  Quantity second_lot{10};            // of instrument 1
  FakeBook book_of;
  bool are_slow = false;  // requests stay under way until answer()
  std::string asked;

 private:
  struct Market {
    Position position;
    std::vector<OpenOrder> orders;
  };
  void tell(Strategy& strategy, const OpenOrder& order, OrderEvent event, OrderStatus status) {
    strategy.on_order(*this, {.instrument = order.instrument,
                              .id = order.id,
                              .event = event,
                              .status = status,
                              .ts_event = time,
                              .ts_recv = time,
                              .side = order.side,
                              .type = order.type,
                              .price = order.price,
                              .quantity = order.quantity});
  }
  Instrument instrument_;
  std::vector<Market> markets_;
  std::uint64_t last_id_ = 0;
};

// A strategy by its name and parameters.
inline std::unique_ptr<Strategy> make_strategy(std::string_view name, const std::vector<GivenParameter>& given) {
  const StrategyType& type = *find_strategy(name).value();
  return type.make(parse_parameters(type.parameters, given).value()).value();
}
inline std::string refusal_of(std::string_view name, const std::vector<GivenParameter>& given) {
  const StrategyType& type = *find_strategy(name).value();
  const auto made = type.make(parse_parameters(type.parameters, given).value());
  return made ? "" : made.error().message;
}

}  // namespace acts::test
