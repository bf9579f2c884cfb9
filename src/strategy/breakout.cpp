#include "strategy/breakout.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "acts/strategy/indicators/state.hpp"
#include "acts/strategy/indicators/wilder.hpp"
#include "acts/strategy/indicators/window_fold.hpp"

#include "strategy/amounts.hpp"
#include "strategy/common_parameters.hpp"
#include "strategy/target_position.hpp"

namespace acts::strategy {
namespace {

using Highest = indicators::WindowFold<std::int64_t, indicators::MaxFold<std::int64_t>>;
using Lowest = indicators::WindowFold<std::int64_t, indicators::MinFold<std::int64_t>>;

struct BreakoutSettings {
  int entry = 0;
  int exit = 0;
  Decimal quantity;
  bool is_both = false;
  double stop_atr = 0;  // 0: no stop
  int atr_period = 0;
};

// One instrument's. What it knows of the bar under way it takes in after it has decided: a channel is of bars before.
struct Channels {
  explicit Channels(const BreakoutSettings& settings)
      : entry_high(settings.entry),
        entry_low(settings.entry),
        exit_high(settings.exit),
        exit_low(settings.exit),
        range(settings.atr_period) {}

  void update(const Bar& bar) {
    entry_high.add(bar.high.units());
    entry_low.add(bar.low.units());
    exit_high.add(bar.high.units());
    exit_low.add(bar.low.units());
    range.update(static_cast<double>(bar.high.units()), static_cast<double>(bar.low.units()),
                 static_cast<double>(bar.close.units()));
  }
  [[nodiscard]] bool ready() const { return entry_high.is_full() && exit_high.is_full() && range.ready(); }

  Highest entry_high;
  Lowest entry_low;
  Highest exit_high;
  Lowest exit_low;
  indicators::Atr range;  // in units of the price
  TargetPosition target;
};

class Breakout final : public Strategy {
 public:
  explicit Breakout(const BreakoutSettings& settings) : settings_(settings) {}

  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true, .fills = settings_.stop_atr > 0}; }

  void on_start(StrategyContext& context) override { follow(context.instrument_count()); }

  void on_bar(StrategyContext& context, const Bar& bar) override {
    Channels& channels = markets_[bar.instrument.value()];
    if (channels.ready()) decide(context, bar, channels);
    channels.update(bar);
  }

  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    markets_[update.instrument.value()].target.on_order(context, update.instrument);
  }

  void on_fill(StrategyContext& context, const Fill& fill) override {
    const std::int64_t position = context.held(fill.instrument).units();
    const bool is_entry = position != 0 && (position > 0) == (fill.side == OrderSide::kBuy);
    if (settings_.stop_atr <= 0 || !is_entry || fill.left.units() != 0) return;
    const Channels& channels = markets_[fill.instrument.value()];
    const double distance = settings_.stop_atr * channels.range.value();
    const Price tick = context.tick(fill.instrument);
    const auto price = static_cast<double>(fill.price.units());
    const std::optional<Price> stop =
        position > 0 ? tick_below(price - distance, tick) : tick_above(price + distance, tick);
    if (!stop || stop->units() <= 0) return;  // further away than the price can go
    context.place({.instrument = fill.instrument,
                   .side = opposite(fill.side),
                   .type = OrderType::kStop,
                   .quantity = Quantity{std::abs(position)},
                   .stop_price = *stop,
                   .reduce_only = true});
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    state.integer(static_cast<std::int64_t>(markets_.size()));
    for (const Channels& channels : markets_) {
      save_window(channels.entry_high, state);
      save_window(channels.entry_low, state);
      save_window(channels.exit_high, state);
      save_window(channels.exit_low, state);
      channels.range.save(state);
      state.integer(channels.target.waiting() ? 1 : 0);
      state.integer(channels.target.waiting().value_or(0));
    }
    return state.bytes();
  }

  Result<void> restore(std::string_view saved) override {
    indicators::StateReader state(saved);
    markets_.clear();
    follow(state.count(kMostInstruments));
    for (Channels& channels : markets_) {
      restore_window(channels.entry_high, state);
      restore_window(channels.entry_low, state);
      restore_window(channels.exit_high, state);
      restore_window(channels.exit_low, state);
      channels.range.restore(state);
      const bool waits = state.flag();
      const std::int64_t wanted = state.integer();
      channels.target.restore(waits ? std::optional(wanted) : std::nullopt);
      if (state.is_bad()) break;
    }
    return state.end("breakout");
  }

 private:
  void follow(std::size_t count) {
    markets_.reserve(count);
    while (markets_.size() < count) markets_.emplace_back(settings_);
  }

  void decide(StrategyContext& context, const Bar& bar, Channels& channels) {
    const std::int64_t close = bar.close.units();
    const std::int64_t quantity = quantity_of(settings_.quantity, context.scales(bar.instrument)).units();
    const std::int64_t position = context.held(bar.instrument).units();
    std::int64_t wanted = position;
    if (position > 0 && close < channels.exit_low.total()) wanted = 0;
    if (position < 0 && close > channels.exit_high.total()) wanted = 0;
    if (position <= 0 && close > channels.entry_high.total()) wanted = quantity;
    if (settings_.is_both && position >= 0 && close < channels.entry_low.total()) wanted = -quantity;
    if (wanted != position) channels.target.set(context, bar.instrument, Quantity{wanted});
  }

  BreakoutSettings settings_;
  std::vector<Channels> markets_;
};

constexpr std::array<std::string_view, 2> kBreakoutDirections{"long", "both"};
constexpr std::array<ParameterSpec, 6> kBreakoutParameters{{
    {.name = "entry",
     .type = ParameterType::kInteger,
     .help = "bars of the channel whose leaving opens a position",
     .default_text = "20",
     .least = "1",
     .most = "100000"},
    {.name = "exit",
     .type = ParameterType::kInteger,
     .help = "bars of the channel whose leaving closes it",
     .default_text = "10",
     .least = "1",
     .most = "100000"},
    kHeldQuantity,
    {.name = "direction",
     .type = ParameterType::kText,
     .help = "whether it goes short too",
     .default_text = "long",
     .choices = kBreakoutDirections},
    {.name = "stop_atr",
     .type = ParameterType::kReal,
     .help = "distance of the stop from the price of entry in average true ranges; 0 for none",
     .default_text = "0",
     .least = "0",
     .most = "1000"},
    {.name = "atr_period",
     .type = ParameterType::kInteger,
     .help = "bars of the average true range",
     .default_text = "20",
     .least = "1",
     .most = "100000"},
}};

}  // namespace

std::span<const ParameterSpec> breakout_parameters() { return kBreakoutParameters; }

Result<std::unique_ptr<Strategy>> make_breakout(const Parameters& parameters) {
  return std::make_unique<Breakout>(BreakoutSettings{.entry = static_cast<int>(parameters.integer("entry")),
                                                     .exit = static_cast<int>(parameters.integer("exit")),
                                                     .quantity = parameters.decimal("quantity"),
                                                     .is_both = parameters.text("direction") == "both",
                                                     .stop_atr = parameters.real("stop_atr"),
                                                     .atr_period = static_cast<int>(parameters.integer("atr_period"))});
}

}  // namespace acts::strategy
