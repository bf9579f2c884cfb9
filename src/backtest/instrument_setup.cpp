#include "backtest/instrument_setup.hpp"

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
  const bool is_of_file = funding_source_of(settings) == FundingSource::kFile;
  auto funding = is_of_file ? read_funding(settings.funding_file) : Result<sim::FundingBook>();
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

}  // namespace acts::backtest
