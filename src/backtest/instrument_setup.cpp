#include "backtest/instrument_setup.hpp"

#include <utility>

#include "backtest/funding_file.hpp"
#include "backtest/latency_file.hpp"
#include "backtest/venue_rules.hpp"

namespace acts::backtest {

namespace {

Result<sim::LatencyModel> latency_model(const LatencySettings& given) {
  if (given.file) return read_latencies(*given.file);
  if (!given.is_drawn) return sim::LatencyModel(given.entry, given.response);
  auto entry = sim::LatencyDistribution::of(given.entry_distribution);
  if (!entry) return std::unexpected(entry.error());
  auto response = sim::LatencyDistribution::of(given.response_distribution);
  if (!response) return std::unexpected(response.error());
  return sim::LatencyModel::drawn(*std::move(entry), *std::move(response), given.seed);
}

}  // namespace

Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument) {
  const Result<sim::LatencyModel> latency = latency_model(settings.latency);
  if (!latency) return std::unexpected(latency.error());
  const bool is_of_file = funding_source_of(settings) == FundingSource::kFile;
  auto funding = is_of_file ? read_funding(settings.funding_file) : Result<sim::FundingBook>();
  if (!funding) return std::unexpected(funding.error());
  const ExchangeSettings& exchange = settings.exchange;
  const Result<sim::VenueFilters> filters = filters_of(instrument, exchange.rules);
  if (!filters) return std::unexpected(filters.error());
  return InstrumentSetup{.instrument = instrument,
                         .venue = {.fills = fill_sizes_of(exchange),
                                   .queue = exchange.queue,
                                   .as_hftbacktest = exchange.as_hftbacktest,
                                   .self_trades = exchange.self_trades,
                                   .filters = *filters,
                                   .rates = exchange.rates},
                         .latency = *latency,
                         .funding = *std::move(funding)};
}

}  // namespace acts::backtest
