#include "strategy/grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "acts/base/ratio.hpp"

#include "strategy/amounts.hpp"
#include "strategy/common_parameters.hpp"

namespace acts::strategy {
namespace {

constexpr InstrumentId kInstrument{0};
constexpr TimerId kWake{0};

struct GridSettings {
  Nanos interval{};
  double half_spread = 0;
  double grid_interval = 0;
  double skew = 0;
  std::int64_t levels = 0;
  Decimal quantity;
  double quantity_value = 0;
  double max_position = 0;
};

// Where the wanted orders of a side begin and how far they are apart: prices, in doubles.
struct Ladder {
  double first = 0;
  double step = 0;
  friend bool operator==(const Ladder&, const Ladder&) = default;
};

// Of one side, worked out for this ladder: from the touch outwards.
struct WantedPrices {
  Ladder ladder;
  std::vector<Price> prices;
};

// Which of the wanted ones it is; their number if none. They lie equally far apart, as far as doubles do: where it
// would be is looked at first.
std::size_t find_price(std::span<const Price> wanted, Price price) {
  const std::size_t none = wanted.size();
  if (none == 0) return none;
  const auto [least, most] = std::minmax(wanted.front(), wanted.back());
  if (price < least || price > most) return none;
  if (none > 1 && wanted[1] != wanted[0]) {
    const std::int64_t step = wanted[1].units() - wanted[0].units();
    const auto at = static_cast<std::size_t>((price.units() - wanted[0].units()) / step);
    if (at < none && wanted[at] == price) return at;
  }
  return static_cast<std::size_t>(std::ranges::find(wanted, price) - wanted.begin());
}

class Grid final : public Strategy {
 public:
  explicit Grid(const GridSettings& settings) : settings_(settings) {}

  [[nodiscard]] Wants wants() const override { return {}; }

  void on_start(StrategyContext& context) override {
    const Scales scales = context.scales(kInstrument);
    tick_units_ = context.tick(kInstrument).units();
    tick_ = nearest_double(tick_units_, power_of_ten(scales.price));
    quantity_ = quantity_of(settings_.quantity, scales);
    context.set_timer(kWake, context.now() + settings_.interval);
  }

  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    context.set_timer(kWake, context.now() + settings_.interval);
    const BookView& book = context.book(kInstrument);
    const std::optional<Level> best_bid = book.best(Side::kBid);
    const std::optional<Level> best_ask = book.best(Side::kAsk);
    if (!best_bid || !best_ask) return;
    const double bid = value_of(best_bid->price);
    const double ask = value_of(best_ask->price);
    const double mid = (bid + ask) / 2.0;
    const double position = context.position_value(kInstrument);
    const double normalized = position / settings_.quantity_value;
    const double bid_depth = settings_.half_spread + settings_.skew * normalized;
    const double ask_depth = settings_.half_spread - settings_.skew * normalized;
    const double bid_price = std::min(mid * (1.0 - bid_depth), bid);
    const double ask_price = std::max(mid * (1.0 + ask_depth), ask);
    const double step = std::max(std::round(mid * settings_.grid_interval / tick_) * tick_, tick_);

    if (position < settings_.max_position) {
      quote(context, OrderSide::kBuy, wanted(bids_, {std::floor(bid_price / step) * step, -step}));
    } else {
      quote(context, OrderSide::kBuy, {});
    }
    if (position > -settings_.max_position) {
      quote(context, OrderSide::kSell, wanted(asks_, {std::ceil(ask_price / step) * step, step}));
    } else {
      quote(context, OrderSide::kSell, {});
    }
  }

 private:
  // The tick's number times the tick: how the other engine makes a double of a price.
  [[nodiscard]] double value_of(Price price) const {
    const std::int64_t ticks = tick_units_ == 1 ? price.units() : price.units() / tick_units_;
    return static_cast<double>(ticks) * tick_;
  }

  // Mostly the ladder is what it was at the look before.
  std::span<const Price> wanted(WantedPrices& side, Ladder ladder) const {
    if (side.prices.empty() || side.ladder != ladder) {
      side = {ladder, {}};
      for (std::int64_t i = 0; i < settings_.levels; ++i) {
        side.prices.emplace_back(std::llround(ladder.first / tick_) * tick_units_);
        ladder.first += ladder.step;
      }
    }
    return side.prices;
  }

  void quote(StrategyContext& context, OrderSide side, std::span<const Price> prices) {
    is_open_.assign(prices.size(), false);
    cancelled_.clear();
    for (const OpenOrder& order : context.open_orders(kInstrument)) {
      const std::size_t at = find_price(prices, order.price);
      if (at < prices.size()) {
        is_open_[at] = true;
      } else if (order.side == side && !order.is_requested) {
        cancelled_.push_back(order.id);
      }
    }
    for (const ClientOrderId id : cancelled_) context.cancel(id);
    for (std::size_t i = 0; i < prices.size(); ++i) {
      if (is_open_[i]) continue;
      context.place({.instrument = kInstrument,
                     .side = side,
                     .time_in_force = TimeInForce::kGtx,
                     .price = prices[i],
                     .quantity = quantity_});
    }
  }

  GridSettings settings_;
  double tick_ = 0;
  std::int64_t tick_units_ = 1;
  Quantity quantity_;
  WantedPrices bids_;
  WantedPrices asks_;
  std::vector<bool> is_open_;  // of the wanted prices of one side
  std::vector<ClientOrderId> cancelled_;
};

constexpr std::array<ParameterSpec, 7> kParameters{{
    {.name = "interval",
     .type = ParameterType::kDuration,
     .help = "time between two looks at the market",
     .default_text = "100ms",
     .least = "1us"},
    {.name = "relative_half_spread",
     .type = ParameterType::kReal,
     .help = "distance of the first order from the middle, of its price",
     .default_text = "5e-5",
     .least = "0",
     .most = "1"},
    {.name = "relative_grid_interval",
     .type = ParameterType::kReal,
     .help = "distance of two orders of a side, of the middle's price",
     .default_text = "1e-4",
     .least = "0",
     .most = "1"},
    {.name = "skew",
     .type = ParameterType::kReal,
     .help = "how far the middle leans against the position, of its price for each quantity held",
     .default_text = "5e-6",
     .least = "0",
     .most = "1"},
    {.name = "levels",
     .type = ParameterType::kInteger,
     .help = "orders a side",
     .default_text = "10",
     .least = "1",
     .most = "200"},
    kOrderQuantity,
    kMaxPosition,
}};

}  // namespace

std::span<const ParameterSpec> grid_parameters() { return kParameters; }

Result<std::unique_ptr<Strategy>> make_grid(const Parameters& parameters) {
  const Decimal quantity = parameters.decimal("quantity");
  return std::make_unique<Grid>(GridSettings{.interval = parameters.duration("interval"),
                                             .half_spread = parameters.real("relative_half_spread"),
                                             .grid_interval = parameters.real("relative_grid_interval"),
                                             .skew = parameters.real("skew"),
                                             .levels = parameters.integer("levels"),
                                             .quantity = quantity,
                                             .quantity_value = value_of(quantity),
                                             .max_position = value_of(parameters.decimal("max_position"))});
}

}  // namespace acts::strategy
