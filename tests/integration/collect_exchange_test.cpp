// The collector against the offline exchange, through real sockets: what it stored is what a replay of its recording
// gives, and inside K its books are the exchange's own.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"
#include "acts/features/row.hpp"

#include "exchange/exchange_server.hpp"
#include "live/collect.hpp"
#include "live/replay.hpp"
#include "net/real_clock.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

constexpr double kSpeed = 30;

struct Case {
  std::string name;
  Venue venue = Venue::kBinanceSpot;
  bool tls = false;
  std::vector<std::string> recordings;  // empty: a synthetic market
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class CollectFromExchange : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) / ("acts_collect_" + GetParam().name);
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  exchange::ExchangeOptions market() const {
    exchange::ExchangeOptions options;
    options.venues = {GetParam().venue};
    options.tls = GetParam().tls;
    options.history_updates = 100'000;
    options.replay_files = GetParam().recordings;
    options.synthetic_seed = 11;
    options.symbol_count = 3;
    options.levels = 6'000;  // more than REST shows, on both venues
    return options;
  }

  CollectSettings settings(const exchange::ExchangeEndpoint& endpoint, const std::string& ca_file) const {
    CollectSettings settings;
    settings.symbols = symbols_;
    settings.venue = GetParam().venue;
    settings.data_dir = directory_.string();
    settings.record = true;
    settings.connections = 1;
    settings.ca_file = ca_file;
    if (!GetParam().recordings.empty()) settings.limit = 1000;
    settings.addresses_of(GetParam().venue) = {endpoint.rest_url, endpoint.stream_url};
    return settings;
  }

  // What waits for this machine must not run out sooner because the clock is fast.
  static void patient(collector::CollectorOptions& options) {
    collector::Timings& t = options.timings;
    for (Nanos* patience :
         {&t.connect_timeout, &t.close_timeout, &t.ack_timeout, &t.connection_silence, &t.first_data, &t.silence_least,
          &t.probe_grace, &t.depth_timeout, &t.info_timeout, &t.time_timeout, &t.info_grace, &t.stall}) {
      *patience *= static_cast<int>(kSpeed);
    }
  }

  std::vector<std::string> recorded_logs() const {
    std::vector<std::string> logs;
    const auto open = directory_ / "raw" / std::string(to_string(GetParam().venue)) / "_open";
    for (const auto& entry : std::filesystem::directory_iterator(open)) {
      if (entry.path().extension() == ".zst") logs.push_back(entry.path().string());
    }
    return logs;
  }

  std::filesystem::path directory_;
  std::vector<std::string> symbols_;
};

std::string csv_of(const std::vector<MinuteRow>& rows) {
  const RowSchema schema = make_schema(BandList::defaults());
  std::string text;
  for (const MinuteRow& row : rows) append_csv(text, schema, row);
  return text;
}

using Levels = std::map<std::string, std::string>;  // price -> quantity, inside K

Levels ours_inside(const OrderBook& book, Side side) {
  Levels levels;
  book.side(side).walk([&](const BookLevel& level) {
    if (book.coverage().contains(level.price)) {
      levels[to_string(to_decimal(level.price, book.scales()))] = to_string(to_decimal(level.quantity, book.scales()));
    }
    return true;
  });
  return levels;
}

bool covered(const OrderBook& book, Decimal price) {
  for (const PriceInterval& interval : book.coverage().intervals()) {
    const bool above = interval.low == CoverageSet::kNoLowerEnd || to_decimal(interval.low, book.scales()) <= price;
    const bool below = interval.high == CoverageSet::kNoUpperEnd || price <= to_decimal(interval.high, book.scales());
    if (above && below) return true;
  }
  return false;
}

Levels theirs_inside(const exchange::TrueBook& truth, const OrderBook& book, Side side) {
  Levels levels;
  for (const Level& level : truth.levels(side)) {
    const Decimal price = to_decimal(level.price, truth.scales());
    if (covered(book, price)) levels[to_string(price)] = to_string(to_decimal(level.quantity, truth.scales()));
  }
  return levels;
}

void expect_books_equal(const exchange::Exchange& venue, Venue which, const collector::MarketPipeline& pipeline) {
  ASSERT_GT(pipeline.size(), 0U);
  for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
    const std::string symbol(pipeline.symbol(i));
    const OrderBook& book = pipeline.builder(i).book();
    ASSERT_EQ(pipeline.builder(i).status().state, SyncState::kInSync) << symbol;
    const auto truth = venue.book_at(which, symbol, book.last_update_id());
    ASSERT_TRUE(truth.has_value()) << symbol;
    for (const Side side : {Side::kBid, Side::kAsk}) {
      const Levels theirs = theirs_inside(*truth, book, side);
      ASSERT_FALSE(theirs.empty()) << symbol;
      EXPECT_EQ(ours_inside(book, side), theirs) << symbol;
    }
  }
}

TEST_P(CollectFromExchange, StoresWhatAReplayGivesAndHoldsTheExchangesBook) {
  const bool recorded = !GetParam().recordings.empty();
  EventLoop loop;
  AcceleratedClock clock(UnixNanos{1'767'225'650'000'000'000}, kSpeed);  // 2026-01-01T00:00:50Z
  exchange::ExchangeOptions options = market();
  if (recorded) options.wait_for_streams = GetParam().recordings.size();
  exchange::Exchange venue(loop, clock, options);
  const auto endpoints = venue.start();
  ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
  for (const exchange::ListedSymbol& listed : venue.core(GetParam().venue)->source().symbols()) {
    symbols_.push_back(listed.instrument.symbol);
  }

  std::vector<MinuteRow> rows;
  CollectHooks hooks;
  hooks.row = [&](const MinuteRow& row) { rows.push_back(row); };
  std::vector<std::string> warnings;
  hooks.log = [&](std::optional<Venue>, const collector::Log& log) {
    if (log.level >= collector::LogLevel::kWarning) warnings.push_back(log.text);
  };
  hooks.tune = patient;
  auto run = CollectRun::make(loop, clock, settings(endpoints->front(), venue.ca_file()), hooks);
  ASSERT_TRUE(run.has_value()) << run.error().message;
  (*run)->start();
  const Nanos span = clock.real_time_for(std::chrono::seconds{recorded ? 150 : 135});
  EXPECT_FALSE(loop.run_for(span));
  expect_books_equal(venue, GetParam().venue, (*run)->venues().front()->collector().pipeline());
  (*run)->stop("test", [&] { loop.stop(); });
  EXPECT_TRUE(loop.run_for(std::chrono::seconds{20}));
  EXPECT_TRUE((*run)->drain());
  EXPECT_GE(rows.size(), symbols_.size() * 2);
  EXPECT_EQ(rows.back().values.size(), make_schema(BandList::defaults()).columns.size());

  auto store = SqliteStore::open_to_read((directory_ / "acts.db").string());
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ((*store)->rows({})->size(), rows.size());

  ReplayOptions replay_options;
  replay_options.venue = GetParam().venue;
  replay_options.bands = BandList::defaults();
  std::vector<MinuteRow> replayed;
  std::vector<std::string> problems;
  Replay replay(
      replay_options, [&](MinuteRow&& row) { replayed.push_back(std::move(row)); },
      [&](std::string problem) { problems.push_back(std::move(problem)); });
  auto reader = RecordingReader::open(recorded_logs());
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  ASSERT_TRUE(replay.run(*reader).has_value());
  EXPECT_EQ(csv_of(replayed), csv_of(rows));
  EXPECT_TRUE(problems.empty()) << problems.front();
  EXPECT_TRUE(warnings.empty()) << warnings.front();
}

std::string recording(const std::string& name) { return test::testdata("binance-feed/" + name); }

INSTANTIATE_TEST_SUITE_P(
    All, CollectFromExchange,
    testing::Values(Case{"spot_plain", Venue::kBinanceSpot, false, {}}, Case{"spot_tls", Venue::kBinanceSpot, true, {}},
                    Case{"usdm_plain", Venue::kBinanceUsdm, false, {}}, Case{"usdm_tls", Venue::kBinanceUsdm, true, {}},
                    Case{"spot_recorded",
                         Venue::kBinanceSpot,
                         false,
                         {recording("spot/btcusdt_20240808.gz"), recording("spot/ethusdt_20240808.gz")}},
                    Case{"usdm_recorded", Venue::kBinanceUsdm, true, {recording("usdm/btcusdt_20240808.gz")}}),
    [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

}  // namespace
}  // namespace acts
