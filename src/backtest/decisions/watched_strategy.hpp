// A strategy, and all it is told and asks for told to a listener. It decides what it decides without. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "acts/strategy/strategy.hpp"

#include "backtest/decisions/decision.hpp"
#include "backtest/decisions/value_form.hpp"

namespace acts::backtest {

class WatchedStrategy final : public Strategy, private StrategyContext {
 public:
  // Both outlive this. `wants`: the strategy's, which is asked for them once.
  WatchedStrategy(Strategy& strategy, Wants wants, DecisionListener& listener)
      : strategy_(&strategy), wants_(std::move(wants)), listener_(&listener) {}

  [[nodiscard]] Wants wants() const override { return wants_; }
  void on_start(StrategyContext& context) override;
  void on_stop(StrategyContext& context) override;
  void on_book(StrategyContext& context, InstrumentId id) override;
  void on_trade(StrategyContext& context, InstrumentId id, const Trade& trade) override;
  void on_bar(StrategyContext& context, const Bar& bar) override;
  void on_features(StrategyContext& context, const FeatureValues& values) override;
  void on_order(StrategyContext& context, const OrderUpdate& update) override;
  void on_fill(StrategyContext& context, const Fill& fill) override;
  void on_timer(StrategyContext& context, TimerId id) override;
  [[nodiscard]] std::string save() const override { return strategy_->save(); }
  Result<void> restore(std::string_view saved) override { return strategy_->restore(saved); }

 private:
  [[nodiscard]] UnixNanos now() const override { return context_->now(); }
  [[nodiscard]] std::size_t instrument_count() const override { return context_->instrument_count(); }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const override { return context_->instrument(id); }
  [[nodiscard]] Scales scales(InstrumentId id) const override { return context_->scales(id); }
  [[nodiscard]] Price tick(InstrumentId id) const override { return context_->tick(id); }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return context_->lot(id); }
  [[nodiscard]] const BookView& book(InstrumentId id) const override { return context_->book(id); }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId id) const override { return context_->last_trade(id); }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId id) const override {
    return context_->funding_rate(id);
  }
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId id) const override { return context_->features(id); }
  [[nodiscard]] const Position& position(InstrumentId id) const override { return context_->position(id); }
  [[nodiscard]] double position_value(InstrumentId id) const override { return context_->position_value(id); }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override {
    return context_->open_orders(id);
  }
  ClientOrderId place(const NewOrder& order) override;
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId id, UnixNanos at) override;
  void stop_timer(TimerId id) override;

  void begin_call(StrategyContext& context, CallKind kind, std::uint32_t subject = 0, std::uint32_t digest = 0);
  template <typename Value>
  std::uint32_t digest(const Value& value) {
    scratch_.clear();
    write_value(scratch_, value);
    return digest_of(scratch_.bytes());
  }

  Strategy* strategy_;
  Wants wants_;
  DecisionListener* listener_;
  StrategyContext* context_ = nullptr;  // of the call under way
  ByteWriter scratch_;
};

}  // namespace acts::backtest
