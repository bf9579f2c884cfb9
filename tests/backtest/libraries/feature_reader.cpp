// A strategy whose orders follow from all that it reads of features, and of when they are.
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "acts/strategy/library.hpp"

namespace {

class FeatureReader final : public acts::Strategy {
 public:
  [[nodiscard]] acts::Wants wants() const override {
    return {.features = {"buy_volume", "best_bid", "trade_imbalance"}};
  }
  void on_start(acts::StrategyContext& context) override {
    context.set_timer(acts::TimerId{0}, context.now() + std::chrono::milliseconds{1});
  }
  void on_timer(acts::StrategyContext& context, acts::TimerId id) override {
    context.set_timer(id, context.now() + std::chrono::milliseconds{70});
    for (std::uint32_t i = 0; i < context.instrument_count(); ++i) act(context, acts::InstrumentId{i}, 3);
  }
  void on_features(acts::StrategyContext& context, const acts::FeatureValues& told) override {
    const std::optional<acts::FeatureValues> read = context.features(told.instrument);
    const bool is_told = read && read->ts == told.ts && read->values.size() == told.values.size();
    if (is_told) act(context, told.instrument, 5);
  }

 private:
  static void act(acts::StrategyContext& context, acts::InstrumentId id, std::uint64_t salt) {
    const std::optional<acts::FeatureValues> read = context.features(id);
    if (!read) return;
    std::uint64_t sum = salt + static_cast<std::uint64_t>(read->ts.value);
    for (const double value : read->values) sum = (sum ^ std::bit_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15ULL;
    context.place({.instrument = id,
                   .side = (sum >> 40U) % 2 == 0 ? acts::OrderSide::kBuy : acts::OrderSide::kSell,
                   .time_in_force = acts::TimeInForce::kIoc,
                   .price = acts::Price{980 + static_cast<std::int64_t>((sum >> 32U) % 40)},
                   .quantity = acts::Quantity{1 + static_cast<std::int64_t>((sum >> 50U) % 9)}});
  }
};

acts::Result<std::unique_ptr<acts::Strategy>> make_feature_reader(const acts::Parameters& /*parameters*/) {
  return std::make_unique<FeatureReader>();
}

}  // namespace

ACTS_STRATEGY_LIBRARY({.name = "feature_reader",
                       .summary = "orders by what it reads of features",
                       .parameters = {},
                       .make = make_feature_reader})
