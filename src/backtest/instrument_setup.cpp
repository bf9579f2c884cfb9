#include "backtest/instrument_setup.hpp"

#include "backtest/latency_file.hpp"

namespace acts::backtest {

Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                                         const Decimal& cash) {
  const LatencySettings& given = settings.latency;
  const Result<sim::LatencyModel> latency =
      given.file ? read_latencies(*given.file) : sim::LatencyModel(given.entry, given.response);
  if (!latency) return std::unexpected(latency.error());
  const ExchangeSettings& exchange = settings.exchange;
  return InstrumentSetup{
      .instrument = instrument,
      .venue = {.fills = exchange.fills, .queue = exchange.queue, .as_hftbacktest = exchange.as_hftbacktest},
      .latency = *latency,
      .fees = settings.fees,
      .cash = cash};
}

}  // namespace acts::backtest
