// The instruments of a run over books: their data, and what else a run needs of them. There is one way to them, so that
// a set of a sweep or a scenario has what the run alone has. Blocking.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/books/book_recorder.hpp"
#include "backtest/engine.hpp"
#include "backtest/instrument.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "backtest/open_market.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

struct OpenInstruments {
  std::vector<OpenMarket> markets = {};      // by InstrumentId,
  std::vector<InstrumentSetup> setups = {};  // which have their feeds, and no accounts
};

// `instruments`: of the settings, in their order. `on_problem` may be empty. `cut`: behind it the data is another one.
// `features`: that are wanted of stored ones. Errors: open_market(), instrument_setup(), take_announcements(),
// open_stored_features(), with the instrument where there are several.
Result<OpenInstruments> open_instruments(const BacktestSettings& settings,
                                         const std::vector<BacktestInstrument>& instruments,
                                         const std::function<void(std::string_view)>& on_problem,
                                         std::span<const std::string> features,
                                         const std::optional<FutureCut>& cut = {});

// One line where the rows of a latency file cover not all of the data's time (OpenMarket::latency_covered), else "".
std::string latency_note(const InstrumentSettings& settings, const std::optional<double>& covered);

// Lines of equity.csv that a run may have of an instrument: a year of seconds is less. Each takes some 100 bytes.
inline constexpr std::int64_t kMostSamples = 40'000'000;
// Errors: kUsage: there would be more from the data's begin to its end.
Result<void> check_samples(Nanos sample, const std::vector<OpenMarket>& markets);

// `is_sampled`: there is somebody who wants samples.
EngineOptions engine_options(const BacktestSettings& settings, bool is_sampled);
// Nothing: the run's folder has no books.csv.
std::optional<BookRecorder::Limits> books_of(const BacktestSettings& settings);

}  // namespace acts::backtest
