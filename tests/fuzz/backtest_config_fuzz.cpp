// Any bytes as the configuration of a backtest: settings that are complete, or one line that says what is wrong.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"
#include "acts/base/split_mix.hpp"

#include "cli/backtest_config.hpp"
#include "sim/latency_distribution.hpp"

namespace {

// What the configuration lets pass can be drawn from, within its bounds.
void check_draws(const acts::backtest::LatencySettings& latency) {
  acts::SplitMix random(latency.seed);
  for (const auto* const of : {&latency.entry_distribution, &latency.response_distribution}) {
    const auto distribution = acts::sim::LatencyDistribution::of(*of);
    ACTS_ASSERT(distribution.has_value() && !distribution->text().empty());
    for (int i = 0; i < 100; ++i) {
      const acts::sim::Latency drawn = distribution->draw(random);
      ACTS_ASSERT(drawn >= distribution->least() && drawn.span() <= acts::sim::Latency::kMost);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<backtest::BacktestSettings> settings = cli::parse_backtest_config(text, "g.toml");
  if (settings) {
    ACTS_ASSERT(!settings->instruments.empty() && settings->instruments.size() <= backtest::kMostInstruments);
    for (const backtest::InstrumentSettings& of : settings->instruments) {
      ACTS_ASSERT(of.files.empty() != of.data_dir.empty() && of.info.tick_size && of.info.lot_size);
      ACTS_ASSERT(!of.info.symbol.empty() && of.exchange.queue.n > 0);
      if (of.latency.is_drawn) check_draws(of.latency);
    }
    ACTS_ASSERT(!settings->strategy.empty() || !settings->library.empty());
    ACTS_ASSERT(settings->sample > Nanos{0});
    return 0;
  }
  ACTS_ASSERT(settings.error().code == ErrorCode::kUsage && settings.error().message.starts_with("g.toml:"));
  ACTS_ASSERT(!settings.error().message.contains('\n'));
  return 0;
}
