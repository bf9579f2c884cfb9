#include "strategy/twap.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "acts/strategy/indicators/state.hpp"

#include "strategy/amounts.hpp"

namespace acts::strategy {
namespace {

constexpr InstrumentId kTwapInstrument{0};
constexpr TimerId kTwapSlice{0};
constexpr TimerId kTwapRetry{1};
// What expires would expire again at once: until then there may be another market.
constexpr Nanos kTwapPause = std::chrono::seconds{1};

struct TwapSettings {
  OrderSide side = OrderSide::kBuy;
  Decimal quantity;
  Nanos duration{};
  std::int64_t slices = 1;
  bool is_passive = false;
};

class Twap final : public Strategy {
 public:
  explicit Twap(const TwapSettings& settings) : settings_(settings) {}

  [[nodiscard]] Wants wants() const override { return {.orders = true, .fills = true}; }

  void on_start(StrategyContext& context) override {
    const std::int64_t lot = context.lot(kTwapInstrument).units();
    lots_ = quantity_of(settings_.quantity, context.scales(kTwapInstrument)).units() / lot;
    if (!begin_) begin_ = context.now();
    if (slice_ <= last_slice()) return context.set_timer(kTwapSlice, time_of(slice_));
    // Restored behind its last slice: what is left, if anything.
    context.set_timer(kTwapRetry, context.now());
  }

  void on_timer(StrategyContext& context, TimerId id) override {
    if (id == kTwapRetry) return act(context);
    ++slice_;
    // What the slices before have left is taken; after the last one, where there is no slice, all of it.
    if (settings_.is_passive) cancel_all(context);
    act(context);
    if (slice_ <= last_slice()) context.set_timer(kTwapSlice, time_of(slice_));
  }

  void on_fill(StrategyContext& /*context*/, const Fill& fill) override { filled_ += fill.quantity.units(); }

  // What was cancelled is no longer open, and is due.
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    if (update.event == OrderEvent::kCancelled) act(context);
    if (update.event == OrderEvent::kExpired) context.set_timer(kTwapRetry, context.now() + kTwapPause);
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    state.integer(begin_ ? 1 : 0);
    state.integer(begin_ ? begin_->value : 0);
    state.integer(slice_);
    state.integer(filled_);
    return state.bytes();
  }
  Result<void> restore(std::string_view saved) override {
    indicators::StateReader state(saved);
    const bool has_begun = state.flag();
    const UnixNanos begin{state.integer()};
    begin_ = has_begun ? std::optional(begin) : std::nullopt;
    slice_ = static_cast<std::int64_t>(state.count(static_cast<std::size_t>(settings_.slices) + 1));
    filled_ = state.integer();
    return state.end("twap");
  }

 private:
  // Passive orders get a last look after the last slice.
  [[nodiscard]] std::int64_t last_slice() const {
    return settings_.is_passive ? settings_.slices : settings_.slices - 1;
  }
  [[nodiscard]] UnixNanos time_of(std::int64_t slice) const {
    // A slice after the other, so that no product of a duration and a count overflows.
    return *begin_ + settings_.duration / settings_.slices * slice;
  }
  // Units due when so many slices have begun, in whole lots.
  [[nodiscard]] std::int64_t due(StrategyContext& context, std::int64_t slices) const {
    const int128 lots = int128{lots_} * std::min(slices, settings_.slices) / settings_.slices;
    return static_cast<std::int64_t>(lots) * context.lot(kTwapInstrument).units();
  }

  void cancel_all(StrategyContext& context) {
    cancelled_.clear();
    for (const OpenOrder& order : context.open_orders(kTwapInstrument)) {
      if (!order.is_requested && order.type == OrderType::kLimit) cancelled_.push_back(order.id);
    }
    for (const ClientOrderId id : cancelled_) context.cancel(id);
  }

  void act(StrategyContext& context) {
    std::int64_t taken = filled_;  // or being taken
    std::int64_t waiting = 0;
    for (const OpenOrder& order : context.open_orders(kTwapInstrument)) {
      (order.type == OrderType::kMarket ? taken : waiting) += order.left.units();
    }
    const std::int64_t missing = due(context, slice_) - taken - waiting;
    if (missing <= 0) return;
    // Passively only what is overdue is taken.
    const std::int64_t overdue = due(context, settings_.is_passive ? slice_ - 1 : slice_) - taken;
    const std::int64_t take = std::clamp<std::int64_t>(overdue, 0, missing);
    if (take > 0) {
      context.place({.instrument = kTwapInstrument,
                     .side = settings_.side,
                     .type = OrderType::kMarket,
                     .quantity = Quantity{take}});
    }
    if (missing > take) join_touch(context, missing - take);
  }

  // Without a touch the next slice takes it.
  void join_touch(StrategyContext& context, std::int64_t units) {
    const std::optional<Level> touch =
        context.book(kTwapInstrument).best(settings_.side == OrderSide::kBuy ? Side::kBid : Side::kAsk);
    if (!touch) return;
    context.place({.instrument = kTwapInstrument,
                   .side = settings_.side,
                   .time_in_force = TimeInForce::kGtx,
                   .price = touch->price,
                   .quantity = Quantity{units}});
  }

  TwapSettings settings_;
  std::optional<UnixNanos> begin_;
  std::int64_t slice_ = 0;  // that have begun
  std::int64_t lots_ = 0;
  std::int64_t filled_ = 0;  // units
  std::vector<ClientOrderId> cancelled_;
};

constexpr std::array<std::string_view, 2> kTwapSides{"buy", "sell"};
constexpr std::array<std::string_view, 2> kTwapStyles{"market", "passive"};
constexpr std::array<ParameterSpec, 5> kTwapParameters{{
    {.name = "side",
     .type = ParameterType::kText,
     .help = "what is to be done",
     .default_text = "buy",
     .choices = kTwapSides},
    {.name = "quantity",
     .type = ParameterType::kDecimal,
     .help = "of which, in all, base asset, or contracts if they are inverse or not of size 1; rounded down to the lot",
     .default_text = "1",
     .least = "0.000000000000000001",
     .most = "1000000000000"},
    {.name = "duration",
     .type = ParameterType::kDuration,
     .help = "over what time",
     .default_text = "1h",
     .least = "1ms"},
    {.name = "slices",
     .type = ParameterType::kInteger,
     .help = "in how many parts",
     .default_text = "60",
     .least = "1",
     .most = "100000"},
    {.name = "style",
     .type = ParameterType::kText,
     .help = "whether a slice takes at once or joins the touch first",
     .default_text = "market",
     .choices = kTwapStyles},
}};

}  // namespace

std::span<const ParameterSpec> twap_parameters() { return kTwapParameters; }

Result<std::unique_ptr<Strategy>> make_twap(const Parameters& parameters) {
  return std::make_unique<Twap>(
      TwapSettings{.side = parameters.text("side") == "buy" ? OrderSide::kBuy : OrderSide::kSell,
                   .quantity = parameters.decimal("quantity"),
                   .duration = parameters.duration("duration"),
                   .slices = parameters.integer("slices"),
                   .is_passive = parameters.text("style") == "passive"});
}

}  // namespace acts::strategy
