#include "strategy/feature_signal.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "acts/strategy/indicators/state.hpp"

#include "strategy/amounts.hpp"
#include "strategy/common_parameters.hpp"
#include "strategy/target_position.hpp"

namespace acts::strategy {
namespace {

struct SignalSettings {
  std::string feature;
  double threshold = 0;
  Decimal quantity;
  bool is_both = false;
  bool is_against = false;
};

class FeatureSignal final : public Strategy {
 public:
  explicit FeatureSignal(SignalSettings settings) : settings_(std::move(settings)) {}

  [[nodiscard]] Wants wants() const override { return {.orders = true, .features = {settings_.feature}}; }

  void on_start(StrategyContext& context) override { watch(context.instrument_count()); }

  // What is unknown is no signal: a comparison with it is false.
  void on_features(StrategyContext& context, const FeatureValues& told) override {
    const double value = settings_.is_against ? -told.values[0] : told.values[0];
    Market& market = markets_[told.instrument.value()];
    if (value > settings_.threshold) turn(context, told.instrument, market, 1);
    if (value < -settings_.threshold) turn(context, told.instrument, market, -1);
  }

  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    markets_[update.instrument.value()].target.on_order(context, update.instrument);
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    state.integer(static_cast<std::int64_t>(markets_.size()));
    for (const Market& market : markets_) {
      state.integer(market.sign + 1);
      state.integer(market.target.waiting() ? 1 : 0);
      state.integer(market.target.waiting().value_or(0));
    }
    return state.bytes();
  }

  Result<void> restore(std::string_view saved) override {
    indicators::StateReader state(saved);
    markets_.clear();
    watch(state.count(kMostInstruments));
    for (Market& market : markets_) {
      market.sign = static_cast<int>(state.count(2)) - 1;
      const bool waits = state.flag();
      const std::int64_t wanted = state.integer();
      market.target.restore(waits ? std::optional(wanted) : std::nullopt);
      if (state.is_bad()) break;
    }
    return state.end("feature_signal");
  }

 private:
  struct Market {
    int sign = 0;  // of the last signal; 0: there has been none
    TargetPosition target = {};
  };

  // The state of so many instruments; those that are there stay.
  void watch(std::size_t count) {
    if (markets_.size() < count) markets_.resize(count);
  }

  void turn(StrategyContext& context, InstrumentId id, Market& market, int sign) {
    if (std::exchange(market.sign, sign) == sign) return;
    const std::int64_t quantity = quantity_of(settings_.quantity, context.scales(id)).units();
    const std::int64_t below = settings_.is_both ? -quantity : 0;
    market.target.set(context, id, Quantity{sign > 0 ? quantity : below});
  }

  SignalSettings settings_;
  std::vector<Market> markets_;
};

constexpr std::array<std::string_view, 2> kSignalDirections{"long", "both"};
constexpr std::array<std::string_view, 2> kSignalSenses{"with", "against"};
constexpr std::array<ParameterSpec, 5> kSignalParameters{{
    {.name = "feature",
     .type = ParameterType::kText,
     .help = "a column that acts features lists, or a stored one",
     .default_text = "trade_imbalance",
     .most = "100"},
    {.name = "threshold",
     .type = ParameterType::kReal,
     .help = "a value above it is a signal to buy, one below its negative to sell",
     .default_text = "0.2",
     .least = "0"},
    kHeldQuantity,
    {.name = "direction",
     .type = ParameterType::kText,
     .help = "whether it goes short too",
     .default_text = "both",
     .choices = kSignalDirections},
    {.name = "sense",
     .type = ParameterType::kText,
     .help = "whether it goes with the feature or against it",
     .default_text = "with",
     .choices = kSignalSenses},
}};

}  // namespace

std::span<const ParameterSpec> feature_signal_parameters() { return kSignalParameters; }

Result<std::unique_ptr<Strategy>> make_feature_signal(const Parameters& parameters) {
  return std::make_unique<FeatureSignal>(SignalSettings{.feature = parameters.text("feature"),
                                                        .threshold = parameters.real("threshold"),
                                                        .quantity = parameters.decimal("quantity"),
                                                        .is_both = parameters.text("direction") == "both",
                                                        .is_against = parameters.text("sense") == "against"});
}

}  // namespace acts::strategy
