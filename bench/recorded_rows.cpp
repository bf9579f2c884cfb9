#include "recorded_rows.hpp"

#include <string>

#include "backtest/open_market.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

using backtest::BacktestSettings;
using backtest::FeedClock;

BacktestSettings settings() {
  BacktestSettings settings;
  settings.instrument.venue = Venue::kBinanceUsdm;
  settings.instrument.symbol = "BTCUSDT";
  settings.instrument.tick_size = Decimal{1, 1};
  settings.instrument.lot_size = Decimal{1, 3};
  settings.files = {test::testdata("binance-feed/usdm/btcusdt_20240808.gz")};
  return settings;
}

std::vector<sim::MarketRow> all(backtest::MarketFeed& feed, FeedClock clock) {
  std::vector<sim::MarketRow> rows;
  for (;;) {
    const auto block = feed.next(clock);
    ACTS_ASSERT(block.has_value());
    if (*block == nullptr) break;
    for (const sim::MarketRow* row = *block; row->ts != sim::kEndRow.ts; ++row) rows.push_back(*row);
  }
  rows.push_back(sim::kEndRow);
  return rows;
}

}  // namespace

backtest::BacktestInstrument recorded_instrument() { return *backtest::backtest_instrument(settings().instrument); }

RowsFile recorded_rows() {
  auto market = open_market(settings(), recorded_instrument(), nullptr);
  ACTS_ASSERT(market.has_value());
  RowsFile rows{.venue = all(*market->feed, FeedClock::kVenue), .local = all(*market->feed, FeedClock::kLocal)};
  rows.rows = market->feed->facts().rows;
  return rows;
}

}  // namespace acts::bench
