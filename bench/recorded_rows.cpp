#include "recorded_rows.hpp"

#include <string>

#include "backtest/open_market.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

using backtest::FeedClock;

backtest::InstrumentSettings settings() {
  backtest::InstrumentSettings settings;
  settings.info.venue = Venue::kBinanceUsdm;
  settings.info.symbol = "BTCUSDT";
  settings.info.tick_size = Decimal{1, 1};
  settings.info.lot_size = Decimal{1, 3};
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

backtest::BacktestInstrument recorded_instrument() { return *backtest::backtest_instrument(settings().info); }

RowsFile recorded_rows() {
  auto market = open_market(settings(), recorded_instrument(), nullptr);
  ACTS_ASSERT(market.has_value());
  RowsFile rows{.venue = all(*market->feed, FeedClock::kVenue), .local = all(*market->feed, FeedClock::kLocal)};
  rows.rows = market->feed->facts().rows;
  return rows;
}

}  // namespace acts::bench
