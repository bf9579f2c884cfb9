#include "backtest/open_market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "backtest/file_order.hpp"
#include "backtest/npz_series.hpp"
#include "history/import/zip_member.hpp"
#include "recording/recording_reader.hpp"

namespace acts::backtest {
namespace {

void take_feed(OpenMarket& market, std::unique_ptr<EventFeed> feed) {
  market.events = feed.get();
  market.feed = std::move(feed);
}

using OnProblem = std::function<void(std::string_view)>;

Result<OpenMarket> open_npz(const InstrumentSettings& settings, const BacktestInstrument& instrument) {
  if (!std::ranges::all_of(settings.files, history::is_zip)) {
    return fail(ErrorCode::kUsage, "files: recordings and .npz together: name one kind of them");
  }
  if (settings.best_bid_offer) {
    return fail(ErrorCode::kUsage,
                "best_bid_offer: an .npz has no ids of updates, which tell what is newer: fuse it before, or name the "
                "recording");
  }
  const history::OpenEvents open = [paths = settings.files,
                                    to = settings.to]() -> Result<std::unique_ptr<history::HftSource>> {
    return std::make_unique<NpzSeries>(paths, to);
  };
  auto feed =
      EventFeed::open(open, instrument, settings.clock_shift, true, settings.exchange.as_hftbacktest, settings.from);
  if (!feed) return std::unexpected(feed.error());
  OpenMarket market;
  take_feed(market, *std::move(feed));
  return market;
}

// What was received before `from` is looked at as well: it makes the book that a run begins with.
Result<OpenMarket> open_catalog(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                                const OnProblem& on_problem, std::shared_ptr<DataProblems> problems) {
  if (settings.data_dir.empty()) {
    return fail(ErrorCode::kUsage, "files, data_dir: of which data? Name recordings, an .npz, or a data directory");
  }
  auto catalog = CatalogMarket::open(settings, on_problem);
  if (!catalog) return std::unexpected(catalog.error());
  OpenMarket market{.problems = std::move(problems)};
  market.catalog = *std::move(catalog);
  auto feed = EventFeed::open(market.catalog->events(), instrument, settings.clock_shift, false,
                              settings.exchange.as_hftbacktest, settings.from);
  if (!feed) return std::unexpected(feed.error());
  take_feed(market, *std::move(feed));
  return market;
}

}  // namespace

Result<OpenMarket> open_market(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                               std::function<void(std::string_view)> on_problem) {
  const auto problems = std::make_shared<DataProblems>();
  const OnProblem tell = [problems, on_problem = std::move(on_problem)](std::string_view problem) {
    problems->add(problem);
    if (on_problem) on_problem(problem);
  };
  if (settings.files.empty()) return open_catalog(settings, instrument, tell, problems);
  if (std::ranges::any_of(settings.files, history::is_zip)) return open_npz(settings, instrument);
  if (const Result<void> checked = check_not_all_empty(settings.files); !checked) {
    return std::unexpected(checked.error());
  }
  auto order = in_order_of_time(settings.files);
  if (!order) return std::unexpected(order.error());
  auto exporter = history::RecordingExporter::open({.paths = std::move(order->paths),
                                                    .venue = settings.info.venue,
                                                    .symbol = settings.info.symbol,
                                                    .to = settings.to,
                                                    .keeps_marks = settings.mark == MarkSource::kMarkPrice,
                                                    .keeps_events = true,
                                                    .fuses_best = settings.best_bid_offer},
                                                   tell);
  if (!exporter) return std::unexpected(exporter.error());
  OpenMarket market{.problems = problems};
  market.recording = std::make_unique<history::RecordingExporter>(*std::move(exporter));
  problems->damaged_files = market.recording->damaged_files();
  if (!order->problem.empty()) tell(order->problem);
  auto feed = EventFeed::open(market.recording->events(), instrument, settings.clock_shift, false,
                              settings.exchange.as_hftbacktest, settings.from);
  if (!feed) return std::unexpected(feed.error());
  take_feed(market, *std::move(feed));
  return market;
}

Result<MarketGaps> gaps_of(const OpenMarket& market, std::optional<UnixNanos> from) {
  MarketGaps gaps;
  if (market.recording != nullptr) {
    gaps = {.updates = market.recording->gaps().gaps(), .trades = market.recording->trade_gaps().gaps()};
  }
  if (market.catalog != nullptr) {
    auto told = market.catalog->gaps();
    if (!told) return told;
    gaps = *std::move(told);
  }
  if (!from) return gaps;
  if (gaps.updates) {
    std::erase_if(*gaps.updates,
                  [from](const history::UpdateGap& gap) { return gap.healed_at && *gap.healed_at < *from; });
  }
  if (gaps.trades) std::erase_if(*gaps.trades, [from](const history::TradeGap& gap) { return gap.at < *from; });
  return gaps;
}

}  // namespace acts::backtest
