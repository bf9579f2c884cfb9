// Opens the data of a backtest: recordings, a file of hftbacktest's, or a range of the catalog.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/catalog_market.hpp"
#include "backtest/data_problems.hpp"
#include "backtest/event_feed.hpp"
#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/market_gaps.hpp"
#include "backtest/settings.hpp"
#include "history/export/export_recording.hpp"

namespace acts::backtest {

struct OpenMarket {
  // What the feed reads, if not an .npz.
  std::unique_ptr<history::RecordingExporter> recording = {};
  std::unique_ptr<CatalogMarket> catalog = {};
  std::unique_ptr<MarketFeed> feed = {};
  EventFeed* events = nullptr;  // which the feed is, or reads
  // Told of as the data is read, and all there are once the feed has been opened; never null.
  std::shared_ptr<DataProblems> problems = std::make_shared<DataProblems>();
  // Of its time, what the rows of the latency file cover; nothing: latencies are of no file.
  std::optional<double> latency_covered = {};
};

// Errors: kUsage: a file is not there, symbols are not told apart; kBadInput: what they hold.
Result<OpenMarket> open_market(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                               std::function<void(std::string_view)> on_problem);

// What is missing in the depth updates and the trades, by their ids: of gaps those that were not over at `from`.
// Errors: as the catalog's.
Result<MarketGaps> gaps_of(const OpenMarket& market, std::optional<UnixNanos> from);

}  // namespace acts::backtest
