#include "strategy/avellaneda_stoikov.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "acts/base/ratio.hpp"
#include "acts/strategy/indicators/moving_average.hpp"
#include "acts/strategy/indicators/state.hpp"

#include "strategy/amounts.hpp"
#include "strategy/common_parameters.hpp"
#include "strategy/quote.hpp"

namespace acts::strategy {
namespace {

constexpr InstrumentId kAvellanedaInstrument{0};
constexpr TimerId kAvellanedaWake{0};

struct AvellanedaSettings {
  Nanos interval{};
  int window = 0;
  double gamma = 0;
  double kappa = 0;
  double horizon_seconds = 0;
  Decimal quantity;
  double quantity_value = 0;
  Decimal max_position;
};

class AvellanedaStoikov final : public Strategy {
 public:
  explicit AvellanedaStoikov(const AvellanedaSettings& settings) : settings_(settings), squares_(settings.window) {}

  [[nodiscard]] Wants wants() const override { return {}; }

  void on_start(StrategyContext& context) override {
    const Scales scales = context.scales(kAvellanedaInstrument);
    quantity_ = quantity_of(settings_.quantity, scales);
    most_ = quantity_of(settings_.max_position, scales).units();
    unit_ = nearest_double(1, power_of_ten(scales.price));
    context.set_timer(kAvellanedaWake, context.now() + settings_.interval);
  }

  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    context.set_timer(kAvellanedaWake, context.now() + settings_.interval);
    const BookView& book = context.book(kAvellanedaInstrument);
    const std::optional<Level> bid = book.best(Side::kBid);
    const std::optional<Level> ask = book.best(Side::kAsk);
    if (!bid || !ask) return;
    const double middle = (static_cast<double>(bid->price.units()) + static_cast<double>(ask->price.units())) / 2;
    const double price = middle * unit_;
    if (last_) squares_.update((price - *last_) * (price - *last_));
    last_ = price;
    if (squares_.ready()) quote(context, price, bid->price, ask->price);
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    squares_.save(state);
    state.optional(last_);
    return state.bytes();
  }
  Result<void> restore(std::string_view saved) override {
    indicators::StateReader state(saved);
    squares_.restore(state);
    last_ = state.optional();
    return state.end("avellaneda_stoikov");
  }

 private:
  void quote(StrategyContext& context, double price, Price bid, Price ask) {
    const double seconds = std::chrono::duration<double>(settings_.interval).count();
    const double risk = settings_.gamma * squares_.value() / seconds * settings_.horizon_seconds;
    const double position = context.position_value(kAvellanedaInstrument);
    const double reservation = price - position / settings_.quantity_value * risk;
    const double distance = risk / 2 + std::log1p(settings_.gamma / settings_.kappa) / settings_.gamma;
    const Price tick = context.tick(kAvellanedaInstrument);
    std::optional<Price> buy = tick_below(std::max(reservation - distance, 0.0) / unit_, tick);
    std::optional<Price> sell = tick_above(std::max(reservation + distance, 0.0) / unit_, tick);
    const std::int64_t held = context.held(kAvellanedaInstrument).units();
    buy = buy && held < most_ ? std::optional(std::min(*buy, bid)) : std::nullopt;
    sell = sell && held > -most_ ? std::optional(std::max(*sell, ask)) : std::nullopt;
    if (buy && buy->units() <= 0) buy.reset();
    quote_.set(context, kAvellanedaInstrument, OrderSide::kBuy, buy, quantity_);
    quote_.set(context, kAvellanedaInstrument, OrderSide::kSell, sell, quantity_);
  }

  AvellanedaSettings settings_;
  indicators::Sma squares_;  // of the middle price's changes, in prices
  std::optional<double> last_;
  double unit_ = 1;
  Quantity quantity_;
  std::int64_t most_ = 0;  // units, either way
  Quote quote_;
};

constexpr std::array<ParameterSpec, 7> kAvellanedaParameters{{
    {.name = "interval",
     .type = ParameterType::kDuration,
     .help = "time between two looks at the market",
     .default_text = "1s",
     .least = "1us"},
    {.name = "window",
     .type = ParameterType::kInteger,
     .help = "looks over which the variance is measured",
     .default_text = "300",
     .least = "2",
     .most = "1000000"},
    {.name = "gamma",
     .type = ParameterType::kReal,
     .help = "aversion to risk, per unit of price",
     .default_text = "0.01",
     .least = "1e-12",
     .most = "1e12"},
    {.name = "kappa",
     .type = ParameterType::kReal,
     .help = "how fast fills thin out with an order's distance, per unit of price",
     .default_text = "0.5",
     .least = "1e-12",
     .most = "1e12"},
    {.name = "horizon",
     .type = ParameterType::kDuration,
     .help = "how far ahead a position is held to be a risk",
     .default_text = "60s",
     .least = "1ms"},
    kOrderQuantity,
    kMaxPosition,
}};

}  // namespace

std::span<const ParameterSpec> avellaneda_stoikov_parameters() { return kAvellanedaParameters; }

Result<std::unique_ptr<Strategy>> make_avellaneda_stoikov(const Parameters& parameters) {
  const Decimal quantity = parameters.decimal("quantity");
  return std::make_unique<AvellanedaStoikov>(
      AvellanedaSettings{.interval = parameters.duration("interval"),
                         .window = static_cast<int>(parameters.integer("window")),
                         .gamma = parameters.real("gamma"),
                         .kappa = parameters.real("kappa"),
                         .horizon_seconds = std::chrono::duration<double>(parameters.duration("horizon")).count(),
                         .quantity = quantity,
                         .quantity_value = value_of(quantity),
                         .max_position = parameters.decimal("max_position")});
}

}  // namespace acts::strategy
