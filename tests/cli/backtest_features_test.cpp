// Features told in a run over a recording, beside the rows that a replay of it makes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "acts/base/ratio.hpp"
#include "acts/features/feature.hpp"

#include "backtest/engine.hpp"
#include "backtest/instrument_setup.hpp"
#include "backtest/open_market.hpp"
#include "live/replay.hpp"
#include "recording/recording_reader.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;

// What is told by the levels near the best prices and by trades. Not compared: numbers of levels and sums that reach
// beyond the snapshot, as the two books begin with other levels there (an update that is older than the snapshot counts
// in a run, which knows no ids).
const std::vector<std::string> kCompared{
    "best_bid",     "best_ask",    "mid_price",      "spread",          "bid_quantity",
    "ask_quantity", "microprice",  "total_bid_0_02", "total_ask_0_02",  "book_bias_0_02",
    "updates",      "observed_ms", "twa_mid",        "twa_spread",      "twa_bid_quantity",
    "spread_max",   "mid_low",     "mid_changes",    "buy_volume",      "realized_volatility",
    "sell_volume",  "buy_count",   "vwap",           "trade_imbalance", "order_flow_imbalance",
    "bid_depth_5",  "imbalance_5", "ask_slope_5",    "mid_return_10s"};

using RowsByTime = std::map<UnixNanos, std::vector<double>>;

class RowLog final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.features = kCompared}; }
  void on_features(StrategyContext& context, const FeatureValues& values) override {
    EXPECT_EQ(context.now(), values.ts);
    const std::optional<Level> bid = context.book(values.instrument).best(Side::kBid);
    const std::int64_t one = power_of_ten(context.scales(values.instrument).price);
    if (bid && values.values[0] == nearest_double(bid->price.units(), one)) ++with_the_book;
    rows.emplace(values.ts, std::vector<double>(values.values.begin(), values.values.end()));
  }
  RowsByTime rows;
  std::size_t with_the_book = 0;
};

backtest::FeatureSettings ten_seconds() {
  backtest::FeatureSettings settings;
  settings.bands = *BandList::parse("0.02");
  settings.rows.interval = std::chrono::seconds{10};
  settings.rows.levels = {5};
  return settings;
}

double number_of(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    return nearest_double(decimal->units, power_of_ten(decimal->scale));
  }
  if (const auto* count = std::get_if<std::int64_t>(&value)) return static_cast<double>(*count);
  if (const auto* ratio = std::get_if<double>(&value)) return *ratio;
  return NAN;
}

// As it would be if every line had been received so much later.
std::string later(const TempDir& dir, const std::string& recording, Nanos by) {
  Result<RecordingReader> reader = RecordingReader::open({recording});
  std::string text;
  for (;;) {
    const auto item = reader->next();
    if (!item || !*item) break;
    const auto& line = std::get<RecordedLine>(**item);
    text += fmt::format("{} {}\n", (line.ts_recv + by).value, line.json);
  }
  return dir.write("later.jsonl", text);
}

RowsByTime replayed_rows(const std::string& recording, Venue venue) {
  const backtest::FeatureSettings settings = ten_seconds();
  IntervalFeatureOptions features = settings.rows;
  features.names = {"all"};
  RowsByTime rows;
  std::optional<Replay> replay;
  const auto on_row = [&](MinuteRow&& row) {
    const std::vector<Column>& columns = replay->pipeline().schema().columns;
    std::vector<double>& values = rows[row.sample_time()];
    for (const std::string& name : kCompared) {
      const auto place = std::ranges::find(columns, name, &Column::name) - columns.begin();
      values.push_back(number_of(row.values.at(static_cast<std::size_t>(place))));
    }
  };
  replay.emplace(ReplayOptions{.venue = venue,
                               .symbols = {},
                               .bands = settings.bands,
                               .features = *IntervalFeatures::make(features),
                               .books = {}},
                 on_row, [](const std::string& problem) { ADD_FAILURE() << problem; });
  Result<RecordingReader> reader = RecordingReader::open({recording});
  EXPECT_TRUE(reader.has_value() && replay->run(*reader).has_value());
  return rows;
}

// `but`: columns that are not compared.
void expect_rows_of_a_replay(Venue venue, const std::string& recording, const std::string& tick, const std::string& lot,
                             const std::vector<std::string>& but = {}) {
  backtest::InstrumentSettings settings;
  settings.info.venue = venue;
  settings.info.symbol = "BTCUSDT";
  settings.info.tick_size = *parse_decimal(tick);
  settings.info.lot_size = *parse_decimal(lot);
  settings.files = {testdata(recording)};
  const backtest::BacktestInstrument instrument = *backtest::backtest_instrument(settings.info);
  auto market = backtest::open_market(settings, instrument, nullptr);
  ASSERT_TRUE(market.has_value()) << market.error().message;
  std::vector<backtest::InstrumentSetup> setups;
  setups.push_back(*backtest::instrument_setup(settings, instrument));
  setups.front().feed = market->feed.get();
  RowLog log;
  backtest::Engine engine(std::move(setups), log, {.features = ten_seconds()}, nullptr);
  ASSERT_TRUE(engine.run().has_value());

  const TempDir dir;
  const Nanos shift = market->feed->facts().shift;
  const RowsByTime replayed = replayed_rows(later(dir, settings.files.front(), shift), venue);
  ASSERT_GT(replayed.size(), 30U);
  ASSERT_EQ(log.rows.size(), replayed.size());
  // Where a message of the boundary's own time has come, the book has gone on.
  EXPECT_GT(log.with_the_book, replayed.size() * 9 / 10);
  // In the first interval the snapshot comes, older than some updates before it.
  for (auto row = std::next(replayed.begin()); row != replayed.end(); ++row) {
    ASSERT_TRUE(log.rows.contains(row->first)) << to_iso8601(row->first);
    const std::vector<double>& told = log.rows[row->first];
    for (std::size_t i = 0; i < kCompared.size(); ++i) {
      if (std::ranges::find(but, kCompared[i]) != but.end()) continue;
      const bool is_same = told[i] == row->second[i] || (std::isnan(told[i]) && std::isnan(row->second[i]));
      EXPECT_TRUE(is_same) << to_iso8601(row->first) << " " << kCompared[i] << ": " << told[i] << ", not "
                           << row->second[i];
    }
  }
}

TEST(BacktestFeatures, AreTheRowsOfAReplayOfTheRecording) {
  expect_rows_of_a_replay(Venue::kBinanceUsdm, "binance-feed/usdm/btcusdt_20240808.gz", "0.1", "0.001");
  // The snapshot has a bid of 0.05009 at 61820.99 that update 50093239224, newer and received before it, took away: a
  // run has it back.
  expect_rows_of_a_replay(Venue::kBinanceSpot, "binance-feed/spot/btcusdt_20240808.gz", "0.01", "0.00001",
                          {"total_bid_0_02", "book_bias_0_02"});
}

}  // namespace
}  // namespace acts::cli
