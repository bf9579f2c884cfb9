// Opens the data of a backtest: recordings, a file of hftbacktest's, or a range of the catalog.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "acts/base/result.hpp"

#include "backtest/catalog_market.hpp"
#include "backtest/event_feed.hpp"
#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/settings.hpp"
#include "history/export/export_recording.hpp"

namespace acts::backtest {

struct OpenMarket {
  // What the feed reads, if not an .npz.
  std::unique_ptr<history::RecordingExporter> recording = {};
  std::unique_ptr<CatalogMarket> catalog = {};
  std::unique_ptr<MarketFeed> feed = {};
  // Of its time, what the rows of the latency file cover; nothing: latencies are of no file.
  std::optional<double> latency_covered = {};
};

// Errors: kUsage: a file is not there, symbols are not told apart; kBadInput: what they hold.
Result<OpenMarket> open_market(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                               std::function<void(std::string_view)> on_problem);

}  // namespace acts::backtest
