#include "strategy/sma_cross.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <vector>

#include "acts/strategy/indicators/moving_average.hpp"
#include "acts/strategy/indicators/state.hpp"

#include "strategy/amounts.hpp"
#include "strategy/common_parameters.hpp"
#include "strategy/target_position.hpp"

namespace acts::strategy {
namespace {

struct SmaSettings {
  int fast = 0;
  int slow = 0;
  Decimal quantity;
  bool is_both = false;
};

class SmaCross final : public Strategy {
 public:
  explicit SmaCross(const SmaSettings& settings) : settings_(settings) {}

  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true}; }

  void on_start(StrategyContext& context) override { watch(context.instrument_count()); }

  void on_bar(StrategyContext& context, const Bar& bar) override {
    Market& market = markets_[bar.instrument.value()];
    market.fast.update(bar.close.units());
    market.slow.update(bar.close.units());
    if (!market.slow.ready()) return;
    const int sign = compare(market.fast, market.slow);
    if (sign == 0 || sign == market.sign) return;
    if (market.sign != 0) turn(context, bar.instrument, sign);
    market.sign = sign;
  }

  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    markets_[update.instrument.value()].target.on_order(context, update.instrument);
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    state.integer(static_cast<std::int64_t>(markets_.size()));
    for (const Market& market : markets_) {
      market.fast.save(state);
      market.slow.save(state);
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
      market.fast.restore(state);
      market.slow.restore(state);
      market.sign = static_cast<int>(state.count(2)) - 1;
      const bool waits = state.flag();
      const std::int64_t wanted = state.integer();
      market.target.restore(waits ? std::optional(wanted) : std::nullopt);
      if (state.is_bad()) break;
    }
    return state.end("sma_cross");
  }

 private:
  struct Market {
    indicators::ExactAverage fast;
    indicators::ExactAverage slow;
    int sign = 0;  // of fast - slow when they last differed; 0: they have not yet
    TargetPosition target = {};
  };

  // The state of so many instruments; those that are there stay.
  void watch(std::size_t count) {
    markets_.reserve(count);
    while (markets_.size() < count) {
      markets_.push_back({indicators::ExactAverage(settings_.fast), indicators::ExactAverage(settings_.slow)});
    }
  }

  // By itself: it is rare, and its registers would be saved at every bar.
  [[gnu::noinline]] void turn(StrategyContext& context, InstrumentId id, int sign) {
    const std::int64_t quantity = quantity_of(settings_.quantity, context.scales(id)).units();
    const std::int64_t below = settings_.is_both ? -quantity : 0;
    markets_[id.value()].target.set(context, id, Quantity{sign > 0 ? quantity : below});
  }

  SmaSettings settings_;
  std::vector<Market> markets_;
};

constexpr std::array<std::string_view, 2> kSmaDirections{"long", "both"};
constexpr std::array<ParameterSpec, 4> kSmaParameters{{
    {.name = "fast",
     .type = ParameterType::kInteger,
     .help = "bars of the faster mean",
     .default_text = "10",
     .least = "1",
     .most = "100000"},
    {.name = "slow",
     .type = ParameterType::kInteger,
     .help = "bars of the slower mean; above fast",
     .default_text = "30",
     .least = "2",
     .most = "100000"},
    kHeldQuantity,
    {.name = "direction",
     .type = ParameterType::kText,
     .help = "whether it goes short too",
     .default_text = "long",
     .choices = kSmaDirections},
}};

}  // namespace

std::span<const ParameterSpec> sma_cross_parameters() { return kSmaParameters; }

Result<std::unique_ptr<Strategy>> make_sma_cross(const Parameters& parameters) {
  const std::int64_t fast = parameters.integer("fast");
  const std::int64_t slow = parameters.integer("slow");
  if (fast >= slow) {
    return fail(ErrorCode::kUsage,
                fmt::format("sma_cross: fast is {} and slow {}: fast must be below slow", fast, slow));
  }
  return std::make_unique<SmaCross>(SmaSettings{.fast = static_cast<int>(fast),
                                                .slow = static_cast<int>(slow),
                                                .quantity = parameters.decimal("quantity"),
                                                .is_both = parameters.text("direction") == "both"});
}

}  // namespace acts::strategy
