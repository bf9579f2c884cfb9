#include "backtest/venue_rules.hpp"

#include <fmt/format.h>

#include <string_view>

namespace acts::backtest {
namespace {

// Prices and quantities of a venue have fewer; products of two fit.
constexpr int kMostRuleDecimals = 18;
const Decimal kMostRule{int128{1'000'000'000'000}, 0};

enum class Round : std::uint8_t { kUp, kDown };

std::unexpected<Error> no_rule(std::string_view name, const Decimal& value, std::string_view why) {
  return fail(ErrorCode::kUsage, fmt::format("{}: {} {}", name, to_string(value), why));
}

// How many steps of `step` x 10^-scale it is; 0 of nothing.
Result<int128> steps_of(std::string_view name, const std::optional<Decimal>& value, int128 step, int scale,
                        Round round) {
  if (!value) return int128{0};
  if (value->units <= 0) return no_rule(name, *value, "is not positive");
  if (value->scale > kMostRuleDecimals || *value > kMostRule) return no_rule(name, *value, "has too many digits");
  int128 units = value->units;
  int128 divisor = step;
  for (int i = scale; i < value->scale; ++i) divisor *= 10;
  for (int i = value->scale; i < scale; ++i) units *= 10;
  const int128 whole = units / divisor;
  return round == Round::kUp && units % divisor != 0 ? whole + 1 : whole;
}

Result<std::int64_t> rule_of(std::string_view name, const std::optional<Decimal>& value, std::int64_t step, int scale,
                             Round round) {
  const Result<int128> steps = steps_of(name, value, step, scale, round);
  if (!steps) return std::unexpected(steps.error());
  constexpr std::int64_t kMostSteps = std::int64_t{1} << 61U;
  if (value && *steps == 0) return no_rule(name, *value, "lets nothing pass: it is below one step");
  if (*steps > kMostSteps) return no_rule(name, *value, "is more than can be reckoned with");
  return static_cast<std::int64_t>(*steps);
}

struct Bound {
  std::string_view name;
  const std::optional<Decimal>& value;
  std::int64_t step;
  int scale;
  Round round;
  std::int64_t& out;
};

}  // namespace

Result<sim::VenueFilters> filters_of(const BacktestInstrument& instrument, const RuleSettings& rules) {
  const Instrument& info = instrument.info;
  const Scales scales = instrument.scales;
  sim::VenueFilters filters;
  filters.is_reducing_exempt = info.venue == Venue::kBinanceUsdm;
  filters.band.is_one_sided = info.venue == Venue::kBinanceUsdm;
  filters.max_open_orders = rules.max_open_orders;
  filters.max_stops = rules.max_algo_orders;
  constexpr int kBand = sim::PriceBand::kScale;
  const Bound bounds[] = {
      {"min_price", info.min_price, instrument.tick, scales.price, Round::kUp, filters.min_price},
      {"max_price", info.max_price, instrument.tick, scales.price, Round::kDown, filters.max_price},
      {"min_quantity", info.min_quantity, 1, scales.quantity, Round::kUp, filters.min_quantity},
      {"max_quantity", info.max_quantity, 1, scales.quantity, Round::kDown, filters.max_quantity},
      {"price_band_up", rules.price_band_up, 1, kBand, Round::kDown, filters.band.up},
      {"price_band_down", rules.price_band_down, 1, kBand, Round::kUp, filters.band.down},
  };
  for (const Bound& bound : bounds) {
    const Result<std::int64_t> steps = rule_of(bound.name, bound.value, bound.step, bound.scale, bound.round);
    if (!steps) return std::unexpected(steps.error());
    bound.out = *steps;
  }
  const Result<int128> least =
      steps_of("min_notional", info.min_notional, instrument.tick, scales.price + scales.quantity, Round::kUp);
  if (!least) return std::unexpected(least.error());
  filters.min_notional = *least;
  const auto is_empty = [](std::int64_t low, std::int64_t high) { return high != 0 && low > high; };
  if (is_empty(filters.min_price, filters.max_price))
    return no_rule("max_price", *info.max_price, "is below min_price");
  if (is_empty(filters.min_quantity, filters.max_quantity)) {
    return no_rule("max_quantity", *info.max_quantity, "is below min_quantity");
  }
  const std::int64_t reference = power_of_ten(kBand);
  if (filters.band.up != 0 && filters.band.up < reference) {
    return no_rule("price_band_up", *rules.price_band_up,
                   "is below 1, the reference price itself: 1.05 lets pass up to 5 % above it");
  }
  if (filters.band.down > reference) {
    return no_rule("price_band_down", *rules.price_band_down,
                   "is above 1, the reference price itself: 0.95 lets pass down to 5 % below it");
  }
  return filters;
}

}  // namespace acts::backtest
