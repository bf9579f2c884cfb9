// Buys when the RSI comes out of oversold and sells when it has become overbought.
#include <array>
#include <memory>

#include "acts/strategy/indicators/wilder.hpp"
#include "acts/strategy/library.hpp"

namespace {

// Declared once: read from the configuration, checked, swept over, part of a run's identity, and listed by
// acts strategies build/libmy_strategy.so
constexpr std::array<acts::ParameterSpec, 4> kParameters{{
    {.name = "period",
     .type = acts::ParameterType::kInteger,
     .help = "bars of the RSI",
     .default_text = "14",
     .least = "2",
     .most = "1000"},
    {.name = "oversold",
     .type = acts::ParameterType::kReal,
     .help = "RSI above which it buys, coming from below",
     .default_text = "30",
     .least = "0",
     .most = "100"},
    {.name = "overbought",
     .type = acts::ParameterType::kReal,
     .help = "RSI above which it sells",
     .default_text = "70",
     .least = "0",
     .most = "100"},
    {.name = "lots",
     .type = acts::ParameterType::kInteger,
     .help = "what is bought, in lots of the instrument",
     .default_text = "1",
     .least = "1",
     .most = "1000000000"},
}};

class MyStrategy final : public acts::Strategy {
 public:
  explicit MyStrategy(const acts::Parameters& parameters)
      : rsi_(static_cast<int>(parameters.integer("period"))),
        oversold_(parameters.real("oversold")),
        overbought_(parameters.real("overbought")),
        lots_(parameters.integer("lots")) {}

  [[nodiscard]] acts::Wants wants() const override { return {.bars = true}; }

  void on_bar(acts::StrategyContext& context, const acts::Bar& bar) override {
    const bool was_low = rsi_.ready() && rsi_.value() <= oversold_;
    rsi_.update(static_cast<double>(bar.close.units()));
    if (!rsi_.ready() || !context.open_orders(bar.instrument).empty()) return;
    const acts::Quantity held = context.held(bar.instrument);
    if (held.is_zero() && was_low && rsi_.value() > oversold_) {
      order(context, bar.instrument, acts::OrderSide::kBuy,
            acts::Quantity{lots_ * context.lot(bar.instrument).units()});
    } else if (held.units() > 0 && rsi_.value() > overbought_) {
      order(context, bar.instrument, acts::OrderSide::kSell, held);
    }
  }

  // What is to outlive a restart.
  [[nodiscard]] std::string save() const override {
    acts::indicators::StateWriter state;
    rsi_.save(state);
    return state.bytes();
  }
  acts::Result<void> restore(std::string_view saved) override {
    acts::indicators::StateReader state(saved);
    rsi_.restore(state);
    return state.end("my_strategy");
  }

 private:
  static void order(acts::StrategyContext& context, acts::InstrumentId instrument, acts::OrderSide side,
                    acts::Quantity quantity) {
    context.place({.instrument = instrument, .side = side, .type = acts::OrderType::kMarket, .quantity = quantity});
  }

  acts::indicators::Rsi rsi_;
  double oversold_;
  double overbought_;
  std::int64_t lots_;
};

acts::Result<std::unique_ptr<acts::Strategy>> make(const acts::Parameters& parameters) {
  if (parameters.real("oversold") >= parameters.real("overbought")) {
    return acts::fail(acts::ErrorCode::kUsage, "my_strategy: oversold must be below overbought");
  }
  return std::make_unique<MyStrategy>(parameters);
}

}  // namespace

ACTS_STRATEGY_LIBRARY({.name = "my_strategy",
                       .summary = "buys out of oversold, sells when overbought",
                       .parameters = kParameters,
                       .make = make})
