// The collector against the offline exchange, through real sockets, also when connections are cut and updates are lost:
// what it stored is what a replay of its recording gives, and inside K its books are the exchange's own at the moment
// of every row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"
#include "acts/features/row.hpp"

#include "exchange/exchange_server.hpp"
#include "integration/patient_clock.hpp"
#include "integration/replayed_rows.hpp"
#include "integration/true_books.hpp"
#include "live/collect.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

constexpr double kSpeed = 20;  // of the clock

enum class Trouble : std::uint8_t { kNone, kSessionsCut, kUpdateLost };

struct Case {
  std::string name;
  Venue venue = Venue::kBinanceSpot;
  bool tls = false;
  std::vector<std::string> recordings = {};  // empty: a synthetic market
  Trouble trouble = Trouble::kNone;
  std::size_t lines = 1;
  bool asks_for_more = false;  // levels than the recording has
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class CollectFromExchange : public ::testing::TestWithParam<Case> {
 protected:
  exchange::ExchangeOptions market() const {
    exchange::ExchangeOptions options;
    options.venues = {GetParam().venue};
    options.tls = GetParam().tls;
    options.history_updates = 100'000;
    options.replay_files = GetParam().recordings;
    options.synthetic_seed = 11;
    options.symbol_count = 2;
    options.levels = 3'000;  // more than REST shows
    // The price leaves what the first snapshot showed within a minute or two.
    options.drift_ticks_per_second = 20;
    options.changes_per_update = 12;
    return options;
  }

  CollectSettings settings(const exchange::ExchangeEndpoint& endpoint, const std::string& ca_file) const {
    CollectSettings settings;
    settings.symbols = symbols_;
    settings.venue = GetParam().venue;
    settings.data_dir = directory_ / "data";
    settings.record = true;
    settings.connections = 1;
    settings.ca_file = ca_file;
    // Of a recording, what its snapshot was asked for; of a synthetic market, so few that the price leaves them.
    if (!GetParam().asks_for_more) settings.limit = GetParam().recordings.empty() ? 500 : 1000;
    if (!GetParam().recordings.empty()) settings.streams = {"depth", "trade", "bookTicker"};  // what it holds
    settings.addresses_of(GetParam().venue) = {endpoint.rest_url, endpoint.stream_url};
    return settings;
  }

  testing::TempDir directory_;
  std::vector<std::string> symbols_;
};

void make_trouble(exchange::Exchange& market, Venue venue, const std::string& symbol, Trouble trouble) {
  if (trouble == Trouble::kUpdateLost) market.faults(venue)->lose_updates(symbol, 1);
  if (trouble == Trouble::kSessionsCut) market.close_sessions(venue, 0);
}

TEST_P(CollectFromExchange, StoresWhatAReplayGivesAndHoldsTheExchangesBook) {
  const Venue which = GetParam().venue;
  const bool recorded = !GetParam().recordings.empty();
  EventLoop loop;
  testing::PatientClock clock(loop, UnixNanos{1'767'225'650'000'000'000}, kSpeed);  // 2026-01-01T00:00:50Z
  exchange::ExchangeOptions options = market();
  if (recorded) options.wait_for_streams = GetParam().recordings.size();
  exchange::Exchange venue(loop, clock, options);
  const auto endpoints = venue.start();
  ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
  for (const exchange::ListedSymbol& listed : venue.core(which)->source().symbols()) {
    symbols_.push_back(listed.instrument.symbol);
  }

  std::unique_ptr<CollectRun> run;
  testing::RowWitness witness(venue, which);
  std::vector<MinuteRow> rows;
  CollectHooks hooks;
  hooks.row = [&](const MinuteRow& row) {
    witness.on_row(row, run->venues().front()->collector().pipeline());
    rows.push_back(row);
  };
  std::vector<std::string> warnings;
  hooks.log = [&](std::optional<Venue>, const collector::Log& log) {
    if (log.level >= collector::LogLevel::kWarning) warnings.push_back(log.text);
  };
  hooks.tune = [](collector::CollectorOptions& tuned) {
    tuned.timings.stretch(static_cast<int>(kSpeed));
    tuned.lines = GetParam().lines;
    tuned.audit_interval = std::chrono::seconds{60};
  };
  auto made = CollectRun::make(loop, clock, settings(endpoints->front(), venue.ca_file()), hooks);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  run = std::move(*made);
  run->start();
  const Nanos half = std::chrono::milliseconds{recorded ? 75'000 : 97'500};
  EXPECT_TRUE(clock.pass(half));
  make_trouble(venue, which, symbols_.front(), GetParam().trouble);
  EXPECT_TRUE(clock.pass(half));
  testing::expect_books_equal(venue, which, run->venues().front()->collector().pipeline());
  const std::vector<collector::Health> health = run->health();
  SCOPED_TRACE("snapshots " + ::testing::PrintToString(health.front().counters.snapshots) + ", requests " +
               ::testing::PrintToString(health.front().counters.requests));
  run->stop("test", [&] { loop.stop(); });
  EXPECT_TRUE(clock.run_for(std::chrono::seconds{20}));
  EXPECT_TRUE(run->drain());
  EXPECT_GE(rows.size(), symbols_.size() * 2);
  EXPECT_EQ(rows.back().values.size(), make_schema(BandList::defaults()).columns.size());
  for (const std::string& symbol : symbols_) EXPECT_GT(witness.compared(symbol), 0U) << symbol;
  EXPECT_TRUE(recorded || witness.outside() > 0) << "the price never left the first snapshots";
  EXPECT_EQ(health.front().counters.gaps > 0, GetParam().trouble != Trouble::kNone);
  const std::vector<collector::SymbolHealth>& symbols = health.front().symbols;
  for (const collector::SymbolHealth& symbol : symbols) EXPECT_EQ(symbol.audit.differed, 0U) << symbol.symbol;
  const auto is_audited = [](const collector::SymbolHealth& symbol) { return symbol.audit.matched > 0; };
  // Audits of more levels weigh more: a run comes to one of the symbols at least.
  EXPECT_TRUE(GetParam().asks_for_more ? std::ranges::any_of(symbols, is_audited)
                                       : std::ranges::all_of(symbols, is_audited));

  // Row by row, value by value, as text.
  auto store = SqliteStore::open_to_read(directory_ / "data/acts.db");
  ASSERT_TRUE(store.has_value());
  const std::vector<MinuteRow> stored = (*store)->rows({}).value();
  EXPECT_EQ(testing::csv_of(stored), testing::csv_of(rows));
  std::vector<MinuteRow> replayed;
  for (const std::string& symbol : symbols_) {
    testing::append_replayed(replayed, testing::sound_segments(directory_ / "data", symbol, which), which);
  }
  EXPECT_EQ(testing::csv_of(stored), testing::csv_of(replayed));
  EXPECT_EQ(warnings.empty(), GetParam().trouble == Trouble::kNone) << ::testing::PrintToString(warnings);
}

std::string recording(const std::string& name) { return test::testdata("binance-feed/" + name); }

INSTANTIATE_TEST_SUITE_P(
    All, CollectFromExchange,
    ::testing::Values(Case{"spot_plain", Venue::kBinanceSpot, false, {}},
                      Case{"spot_tls", Venue::kBinanceSpot, true, {}},
                      Case{"usdm_plain", Venue::kBinanceUsdm, false, {}},
                      Case{"usdm_tls", Venue::kBinanceUsdm, true, {}},
                      Case{"spot_recorded",
                           Venue::kBinanceSpot,
                           false,
                           {recording("spot/btcusdt_20240808.gz"), recording("spot/ethusdt_20240808.gz")}},
                      Case{.name = "spot_more_than_recorded",
                           .venue = Venue::kBinanceSpot,
                           .recordings = {recording("spot/btcusdt_20240808.gz"), recording("spot/ethusdt_20240808.gz")},
                           .asks_for_more = true},
                      Case{"usdm_recorded", Venue::kBinanceUsdm, true, {recording("usdm/btcusdt_20240808.gz")}},
                      Case{"spot_cut", Venue::kBinanceSpot, false, {}, Trouble::kSessionsCut},
                      Case{"usdm_cut", Venue::kBinanceUsdm, true, {}, Trouble::kSessionsCut},
                      Case{"spot_two_lines", Venue::kBinanceSpot, false, {}, Trouble::kNone, 2},
                      Case{"usdm_two_lines", Venue::kBinanceUsdm, false, {}, Trouble::kNone, 2},
                      Case{"spot_lost", Venue::kBinanceSpot, false, {}, Trouble::kUpdateLost},
                      Case{"usdm_lost", Venue::kBinanceUsdm, false, {}, Trouble::kUpdateLost}),
    [](const ::testing::TestParamInfo<Case>& one) { return one.param.name; });

}  // namespace
}  // namespace acts
