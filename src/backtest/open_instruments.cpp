#include "backtest/open_instruments.hpp"

#include <memory>
#include <utility>

#include "backtest/announcements.hpp"
#include "backtest/instrument_setup.hpp"
#include "backtest/run_identity.hpp"

namespace acts::backtest {

Result<OpenInstruments> open_instruments(const BacktestSettings& settings,
                                         const std::vector<BacktestInstrument>& instruments,
                                         const std::function<void(std::string_view)>& on_problem,
                                         const std::optional<FutureCut>& cut) {
  OpenInstruments open;
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const InstrumentSettings& of = settings.instruments[i];
    Result<OpenMarket> market = open_market(of, instruments[i], on_problem);
    if (!market) return of_instrument(settings, instruments[i], market.error());
    if (cut) market->feed = std::make_unique<AlteredFeed>(std::move(market->feed), *cut);
    Result<InstrumentSetup> setup = instrument_setup(of, instruments[i]);
    if (!setup) return of_instrument(settings, instruments[i], setup.error());
    const Result<void> taken = take_announcements(*setup, of, *market, cut);
    if (!taken) return of_instrument(settings, instruments[i], taken.error());
    setup->feed = market->feed.get();
    open.markets.push_back(*std::move(market));
    open.setups.push_back(*std::move(setup));
  }
  return open;
}

EngineOptions engine_options(const BacktestSettings& settings, bool is_sampled) {
  return {.sample = is_sampled ? std::optional(settings.sample) : std::nullopt,
          .bar_interval = settings.bar_interval,
          .features = settings.features};
}

}  // namespace acts::backtest
