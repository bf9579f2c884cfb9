#include "strategy/funding_carry.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>

#include "acts/strategy/indicators/state.hpp"

#include "strategy/amounts.hpp"
#include "strategy/target_position.hpp"

namespace acts::strategy {
namespace {

constexpr InstrumentId kCarrySpot{0};
constexpr InstrumentId kCarryPerpetual{1};
constexpr TimerId kCarryLook{0};

struct CarrySettings {
  Nanos interval{};
  Decimal entry;
  Decimal exit;
  Decimal quantity;
};

class FundingCarry final : public Strategy {
 public:
  explicit FundingCarry(const CarrySettings& settings) : settings_(settings) {}

  [[nodiscard]] Wants wants() const override { return {.orders = true}; }

  void on_start(StrategyContext& context) override {
    if (context.instrument_count() < 2) return;  // nothing to carry: it never looks
    context.set_timer(kCarryLook, context.now() + settings_.interval);
  }

  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    context.set_timer(kCarryLook, context.now() + settings_.interval);
    const std::optional<FundingRate> funding = context.funding_rate(kCarryPerpetual);
    if (!funding) return;
    if (!is_in_ && funding->rate >= settings_.entry) set(context, true);
    if (is_in_ && funding->rate <= settings_.exit) set(context, false);
  }

  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    (update.instrument == kCarrySpot ? spot_ : perpetual_).on_order(context, update.instrument);
  }

  [[nodiscard]] std::string save() const override {
    indicators::StateWriter state;
    state.integer(is_in_ ? 1 : 0);
    for (const TargetPosition* target : {&spot_, &perpetual_}) {
      state.integer(target->waiting() ? 1 : 0);
      state.integer(target->waiting().value_or(0));
    }
    return state.bytes();
  }
  Result<void> restore(std::string_view saved) override {
    indicators::StateReader state(saved);
    is_in_ = state.flag();
    for (TargetPosition* target : {&spot_, &perpetual_}) {
      const bool waits = state.flag();
      const std::int64_t wanted = state.integer();
      target->restore(waits ? std::optional(wanted) : std::nullopt);
    }
    return state.end("funding_carry");
  }

 private:
  void set(StrategyContext& context, bool is_in) {
    const std::int64_t spot = is_in ? leg_of(context, kCarrySpot) : 0;
    const std::int64_t perpetual = is_in ? leg_of(context, kCarryPerpetual) : 0;
    if (is_in && (spot == 0 || perpetual == 0)) return;  // one leg alone would be a bet on the price
    is_in_ = is_in;
    spot_.set(context, kCarrySpot, Quantity{spot});
    perpetual_.set(context, kCarryPerpetual, Quantity{-perpetual});
  }

  // Units, in whole lots.
  [[nodiscard]] std::int64_t leg_of(const StrategyContext& context, InstrumentId id) const {
    const std::int64_t units = quantity_of(settings_.quantity, context.scales(id)).units();
    return units - units % context.lot(id).units();
  }

  CarrySettings settings_;
  bool is_in_ = false;
  TargetPosition spot_;
  TargetPosition perpetual_;
};

constexpr std::array<ParameterSpec, 4> kCarryParameters{{
    {.name = "interval",
     .type = ParameterType::kDuration,
     .help = "time between two looks at the rate",
     .default_text = "1m",
     .least = "1ms"},
    {.name = "entry",
     .type = ParameterType::kDecimal,
     .help = "rate of a funding time from which it is earned",
     .default_text = "0.0002",
     .least = "0",
     .most = "1"},
    {.name = "exit",
     .type = ParameterType::kDecimal,
     .help = "rate down to which it is held; not above entry",
     .default_text = "0.00005",
     .least = "-1",
     .most = "1"},
    {.name = "quantity",
     .type = ParameterType::kDecimal,
     .help = "of each leg, base asset; below a lot of either nothing is opened",
     .default_text = "0.1",
     .least = "0.000000000000000001",
     .most = "1000000000000"},
}};

}  // namespace

std::span<const ParameterSpec> funding_carry_parameters() { return kCarryParameters; }

Result<std::unique_ptr<Strategy>> make_funding_carry(const Parameters& parameters) {
  const Decimal entry = parameters.decimal("entry");
  const Decimal exit = parameters.decimal("exit");
  if (exit > entry) {
    return fail(ErrorCode::kUsage, fmt::format("funding_carry: exit is {} and entry {}: exit must not be above entry",
                                               to_string(exit), to_string(entry)));
  }
  return std::make_unique<FundingCarry>(CarrySettings{.interval = parameters.duration("interval"),
                                                      .entry = entry,
                                                      .exit = exit,
                                                      .quantity = parameters.decimal("quantity")});
}

}  // namespace acts::strategy
