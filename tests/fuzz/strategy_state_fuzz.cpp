// Saved states of strategies and indicators from outside: whatever they hold is restored or refused, and what is
// restored goes on.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"
#include "acts/strategy/indicators/moving_average.hpp"
#include "acts/strategy/indicators/rolling.hpp"
#include "acts/strategy/indicators/state.hpp"
#include "acts/strategy/indicators/wilder.hpp"
#include "acts/strategy/registry.hpp"

namespace {

template <typename Indicator>
void try_restore(Indicator indicator, std::string_view bytes) {
  acts::indicators::StateReader state(bytes);
  indicator.restore(state);
  if (!state.end("it").has_value()) return;
  acts::indicators::StateWriter saved;
  indicator.save(saved);
  ACTS_ASSERT(saved.bytes().size() == bytes.size());
  for (int i = 1; i < 20; ++i) indicator.update(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_restore(acts::indicators::Sma(4), bytes);
  try_restore(acts::indicators::Ema(4), bytes);
  try_restore(acts::indicators::ExactAverage(4), bytes);
  try_restore(acts::indicators::Rsi(4), bytes);
  try_restore(acts::indicators::ZScore(4), bytes);
  try_restore(acts::indicators::RollingQuantile(4, 0.5), bytes);
  try_restore(acts::indicators::RealisedVolatility(4, 365), bytes);
  for (const acts::StrategyType& type : acts::strategy_types()) {
    const auto strategy = type.make(acts::parse_parameters(type.parameters, {}).value()).value();
    if (strategy->restore(bytes).has_value()) ACTS_ASSERT(strategy->restore(strategy->save()).has_value());
  }
  return 0;
}
