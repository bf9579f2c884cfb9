#include "strategy/obi.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "acts/strategy/indicators/rolling.hpp"
#include "acts/strategy/indicators/state.hpp"

#include "strategy/amounts.hpp"
#include "strategy/common_parameters.hpp"
#include "strategy/quote.hpp"

namespace acts::strategy {
namespace {

constexpr InstrumentId kObiInstrument{0};
constexpr TimerId kObiWake{0};

struct ObiSettings {
  Nanos interval{};
  std::size_t levels = 0;
  int window = 0;
  double alpha = 0;
  double spread = 0;
  double skew = 0;
  Decimal quantity;
  double quantity_value = 0;
  Decimal max_position;
};

class Obi final : public Strategy {
 public:
  explicit Obi(const ObiSettings& settings)
      : settings_(settings), imbalance_(settings.window), levels_(settings.levels) {}

  [[nodiscard]] Wants wants() const override { return {}; }

  void on_start(StrategyContext& context) override {
    quantity_ = quantity_of(settings_.quantity, context.scales(kObiInstrument));
    most_ = quantity_of(settings_.max_position, context.scales(kObiInstrument)).units();
    context.set_timer(kObiWake, context.now() + settings_.interval);
  }

  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    context.set_timer(kObiWake, context.now() + settings_.interval);
    const BookView& book = context.book(kObiInstrument);
    const std::optional<Level> bid = book.best(Side::kBid);
    const std::optional<Level> ask = book.best(Side::kAsk);
    if (!bid || !ask) return;
    const double bids = total(book, Side::kBid);
    const double asks = total(book, Side::kAsk);
    imbalance_.update((bids - asks) / (bids + asks));
    if (imbalance_.ready()) quote(context, bid->price, ask->price);
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    imbalance_.save(state);
    return state.bytes();
  }
  Result<void> restore(std::string_view saved) override {
    indicators::StateReader state(saved);
    imbalance_.restore(state);
    return state.end("obi");
  }

 private:
  // Never 0: a side that has a best level has a quantity there.
  double total(const BookView& book, Side side) {
    const std::size_t count = book.levels(side, levels_);
    int128 units = 0;  // each quantity may be as large as 63 bits hold
    for (std::size_t i = 0; i < count; ++i) units += levels_[i].quantity.units();
    return static_cast<double>(units);
  }

  void quote(StrategyContext& context, Price bid, Price ask) {
    const double middle = (static_cast<double>(bid.units()) + static_cast<double>(ask.units())) / 2;
    const double position = context.position_value(kObiInstrument);
    const double lean = settings_.alpha * imbalance_.value() - settings_.skew * position / settings_.quantity_value;
    const double fair = middle * (1 + lean);
    const Price tick = context.tick(kObiInstrument);
    std::optional<Price> buy = tick_below(fair - middle * settings_.spread, tick);
    std::optional<Price> sell = tick_above(fair + middle * settings_.spread, tick);
    const std::int64_t held = context.held(kObiInstrument).units();
    buy = buy && held < most_ ? std::optional(std::min(*buy, bid)) : std::nullopt;
    sell = sell && held > -most_ ? std::optional(std::max(*sell, ask)) : std::nullopt;
    if (buy && buy->units() <= 0) buy.reset();
    quote_.set(context, kObiInstrument, OrderSide::kBuy, buy, quantity_);
    quote_.set(context, kObiInstrument, OrderSide::kSell, sell, quantity_);
  }

  ObiSettings settings_;
  indicators::ZScore imbalance_;
  std::vector<Level> levels_;
  Quantity quantity_;
  std::int64_t most_ = 0;  // units, either way
  Quote quote_;
};

constexpr std::array<ParameterSpec, 8> kObiParameters{{
    {.name = "interval",
     .type = ParameterType::kDuration,
     .help = "time between two looks at the book",
     .default_text = "1s",
     .least = "1us"},
    {.name = "levels",
     .type = ParameterType::kInteger,
     .help = "best levels of a side that the imbalance is taken of",
     .default_text = "20",
     .least = "1",
     .most = "5000"},
    {.name = "window",
     .type = ParameterType::kInteger,
     .help = "looks over which the imbalance is made a z-score",
     .default_text = "300",
     .least = "2",
     .most = "1000000"},
    {.name = "alpha",
     .type = ParameterType::kReal,
     .help = "how far the fair price moves for a z-score of 1, of the middle price",
     .default_text = "2e-5",
     .least = "0",
     .most = "0.1"},
    {.name = "spread",
     .type = ParameterType::kReal,
     .help = "distance of an order from the fair price, of the middle price",
     .default_text = "1e-4",
     .least = "0",
     .most = "0.5"},
    {.name = "skew",
     .type = ParameterType::kReal,
     .help = "how far the fair price moves against each quantity held, of the middle price",
     .default_text = "2e-5",
     .least = "0",
     .most = "0.1"},
    kOrderQuantity,
    kMaxPosition,
}};

}  // namespace

std::span<const ParameterSpec> obi_parameters() { return kObiParameters; }

Result<std::unique_ptr<Strategy>> make_obi(const Parameters& parameters) {
  const Decimal quantity = parameters.decimal("quantity");
  return std::make_unique<Obi>(ObiSettings{.interval = parameters.duration("interval"),
                                           .levels = static_cast<std::size_t>(parameters.integer("levels")),
                                           .window = static_cast<int>(parameters.integer("window")),
                                           .alpha = parameters.real("alpha"),
                                           .spread = parameters.real("spread"),
                                           .skew = parameters.real("skew"),
                                           .quantity = quantity,
                                           .quantity_value = value_of(quantity),
                                           .max_position = parameters.decimal("max_position")});
}

}  // namespace acts::strategy
