#include "backtest/instrument_setup.hpp"

#include <optional>
#include <utility>

#include "backtest/funding_file.hpp"
#include "backtest/latency_file.hpp"
#include "backtest/venue_rules.hpp"

namespace acts::backtest {

Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument) {
  const LatencySettings& given = settings.latency;
  const Result<sim::LatencyModel> latency =
      given.file ? read_latencies(*given.file) : sim::LatencyModel(given.entry, given.response);
  if (!latency) return std::unexpected(latency.error());
  auto funding = settings.funding_file.empty() ? Result<sim::FundingBook>() : read_funding(settings.funding_file);
  if (!funding) return std::unexpected(funding.error());
  const ExchangeSettings& exchange = settings.exchange;
  const Result<sim::VenueFilters> filters = filters_of(instrument, exchange.rules);
  if (!filters) return std::unexpected(filters.error());
  return InstrumentSetup{.instrument = instrument,
                         .venue = {.fills = exchange.fills,
                                   .queue = exchange.queue,
                                   .as_hftbacktest = exchange.as_hftbacktest,
                                   .self_trades = exchange.self_trades,
                                   .filters = *filters,
                                   .rates = exchange.rates},
                         .latency = *latency,
                         .funding = *std::move(funding)};
}

EngineOptions engine_options(const BacktestSettings& settings, bool is_sampled) {
  return {.sample = is_sampled ? std::optional(settings.sample) : std::nullopt, .bar_interval = settings.bar_interval};
}

}  // namespace acts::backtest
