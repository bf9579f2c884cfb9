// Several naive engines on one clock: the earliest of all their queues goes first; of the same time the queue that
// comes first, then the instrument with the lower number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "acts/strategy/strategy.hpp"

#include "backtest/naive_engine.hpp"

namespace acts::backtest::test {

class NaiveMarkets final : public StrategyContext {
 public:
  struct Setup {
    NaiveModel model;
    NaiveEngine::Rows venue;
    NaiveEngine::Rows local;
  };
  NaiveMarkets(const std::vector<Setup>& setups, Strategy& strategy);
  void run();

  [[nodiscard]] const std::vector<std::string>& log(std::size_t i) const { return markets_[i]->log; }
  [[nodiscard]] std::int64_t position_units(std::size_t i) const { return markets_[i]->position_units(); }

  [[nodiscard]] UnixNanos now() const override { return now_; }
  [[nodiscard]] std::size_t instrument_count() const override { return markets_.size(); }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const override { return of(id).instrument(id); }
  [[nodiscard]] Scales scales(InstrumentId id) const override { return of(id).scales(id); }
  [[nodiscard]] Price tick(InstrumentId id) const override { return of(id).tick(id); }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return of(id).lot(id); }
  [[nodiscard]] const BookView& book(InstrumentId id) const override { return of(id).book(id); }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId id) const override { return of(id).last_trade(id); }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId /*id*/) const override { return std::nullopt; }
  [[nodiscard]] const Position& position(InstrumentId id) const override { return of(id).position(id); }
  [[nodiscard]] double position_value(InstrumentId /*id*/) const override { return 0; }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override {
    return of(id).open_orders(id);
  }
  ClientOrderId place(const NewOrder& order) override;
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId /*id*/, UnixNanos at) override { timer_ = at.value; }
  void stop_timer(TimerId /*id*/) override { timer_.reset(); }

 private:
  // Hands on what one market tells, with its number.
  class Forward final : public Strategy {
   public:
    Forward(NaiveMarkets& markets, InstrumentId id, Strategy& strategy)
        : markets_(&markets), id_(id), strategy_(&strategy) {}
    [[nodiscard]] Wants wants() const override { return strategy_->wants(); }
    void on_fill(StrategyContext& context, const Fill& fill) override;
    void on_order(StrategyContext& context, const OrderUpdate& update) override;

   private:
    NaiveMarkets* markets_;
    InstrumentId id_;
    Strategy* strategy_;
  };
  [[nodiscard]] NaiveEngine& of(InstrumentId id) const { return *markets_.at(id.value()); }
  [[nodiscard]] std::int64_t first_time() const;
  // The local rows of this time, of all markets; then the strategy is told.
  void take_local_rows(std::int64_t at);
  void take_next(std::int64_t at);
  void share_clock();

  Strategy* strategy_;
  std::vector<std::unique_ptr<Forward>> forwards_;
  std::vector<std::unique_ptr<NaiveEngine>> markets_;
  UnixNanos now_;
  std::int64_t last_row_ = INT64_MIN;
  std::uint64_t last_order_ = 0;
  std::optional<std::int64_t> timer_;
};

}  // namespace acts::backtest::test
