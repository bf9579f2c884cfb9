#include "backtest/instrument.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "acts/base/ratio.hpp"

namespace acts::backtest {
namespace {

// Tick, lot and fee rates multiply: more decimals each, and their product would leave what Decimal can hold.
constexpr int kMostDecimals = 12;
constexpr std::int64_t kMostUnits = 1'000'000'000'000;

struct Step {
  std::int64_t units = 0;
  std::uint8_t scale = 0;
};

Result<Step> step_of(std::string_view name, const std::optional<Decimal>& value) {
  if (!value) return fail(ErrorCode::kUsage, fmt::format("{} is missing: the venue's rule, such as \"0.1\"", name));
  Decimal step = *value;
  while (step.scale > 0 && step.units % 10 == 0) {
    step.units /= 10;
    --step.scale;
  }
  if (step.units <= 0) return fail(ErrorCode::kUsage, fmt::format("{}: {} is not positive", name, to_string(*value)));
  if (step.scale > kMostDecimals) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: {} has more than {} decimals", name, to_string(*value), kMostDecimals));
  }
  if (step.units > kMostUnits) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: {} is too large to be the step of a venue", name, to_string(*value)));
  }
  return Step{static_cast<std::int64_t>(step.units), static_cast<std::uint8_t>(step.scale)};
}

}  // namespace

double BacktestInstrument::tick_value() const { return nearest_double(tick, power_of_ten(scales.price)); }
double BacktestInstrument::lot_value() const { return nearest_double(lot, power_of_ten(scales.quantity)); }

std::vector<Venue> venues_of(std::span<const BacktestInstrument> instruments) {
  std::vector<Venue> venues;
  venues.reserve(instruments.size());
  for (const BacktestInstrument& of : instruments) venues.push_back(of.info.venue);
  return venues;
}

Result<BacktestInstrument> backtest_instrument(Instrument info) {
  const Result<Step> tick = step_of("tick_size", info.tick_size);
  if (!tick) return std::unexpected(tick.error());
  const Result<Step> lot = step_of("lot_size", info.lot_size);
  if (!lot) return std::unexpected(lot.error());
  std::string name = info.symbol;
  return BacktestInstrument{.info = std::move(info),
                            .name = std::move(name),
                            .scales = {.price = tick->scale, .quantity = lot->scale},
                            .tick = tick->units,
                            .lot = lot->units};
}

}  // namespace acts::backtest
