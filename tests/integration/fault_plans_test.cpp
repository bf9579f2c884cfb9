// Plans of faults over real sockets, both venues at once, with all that a run keeps: every kind of fault hits, then the
// books are whole again, as they were at every row that was live, and the recording gives the stored rows byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "exchange/fault_plan.hpp"
#include "integration/patient_clock.hpp"
#include "integration/replayed_rows.hpp"
#include "integration/true_books.hpp"
#include "live/collect.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using exchange::FaultKind;
using exchange::FaultRule;

constexpr std::array kVenues{Venue::kBinanceSpot, Venue::kBinanceUsdm};
constexpr UnixNanos kStart{1'767'225'650'000'000'000};  // 2026-01-01T00:00:50Z

class FaultPlans : public ::testing::Test {
 protected:
  // A market of these symbols, at both venues, that follows the plan, and a run that collects it; `speed`: of its
  // clock.
  void start(exchange::FaultPlan plan, std::vector<std::string> symbols, double speed = 20) {
    symbols_ = std::move(symbols);
    clock_ = std::make_unique<testing::PatientClock>(loop_, kStart, speed);
    exchange::ExchangeOptions options;
    options.venues = {kVenues.begin(), kVenues.end()};
    options.synthetic_seed = 11;
    options.symbols = symbols_;
    options.levels = 600;
    options.changes_per_update = 6;
    options.drift_ticks_per_second = 5;
    options.history_updates = 20'000;
    options.faults = std::move(plan);
    venue_ = std::make_unique<exchange::Exchange>(loop_, *clock_, options);
    const auto endpoints = venue_->start();
    ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
    collect(*endpoints, speed);
  }

  // To this time of the plan, then until every book is in sync, for two minutes' rows.
  void run_through(Nanos end) {
    ASSERT_TRUE(clock_->pass(kStart + end - clock_->now()));
    ASSERT_TRUE(clock_->run_until([this] { return all_in_sync(); }, 60s)) << states();
    const std::size_t rows = rows_.size();
    const std::size_t more = 2 * kVenues.size() * symbols_.size();
    ASSERT_TRUE(clock_->run_until([&] { return all_in_sync() && rows_.size() >= rows + more; }, 60s)) << states();
  }
  void expect_hits(const std::vector<FaultKind>& kinds) {
    for (const Venue venue : kVenues) {
      for (const FaultKind kind : kinds) {
        EXPECT_GT(venue_->faults(venue)->hits(kind), 0U) << to_string(venue) << ' ' << name_of(kind);
      }
    }
  }
  // Ends the run.
  void expect_all_kept() {
    for (std::size_t i = 0; i < run_->venues().size(); ++i) {
      const collector::MarketPipeline& pipeline = run_->venues()[i]->collector().pipeline();
      testing::expect_books_equal(*venue_, kVenues[i], pipeline);
      for (const std::string& symbol : symbols_) {
        EXPECT_GT(witnesses_.at(kVenues[i]).compared(symbol), 0U) << to_string(kVenues[i]) << ' ' << symbol;
      }
      const collector::Health health = run_->health()[i];
      for (const collector::SymbolHealth& symbol : health.symbols) {
        EXPECT_EQ(symbol.audit.differed, 0U) << symbol.symbol;
      }
    }
    run_->stop("test", [this] { loop_.stop(); });
    EXPECT_TRUE(clock_->run_for(20s));
    EXPECT_TRUE(run_->drain());
    const auto stored = SqliteStore::open_to_read(dir_ / "data/acts.db").value()->rows({}).value();
    expect_a_row_a_minute(stored);
    EXPECT_EQ(testing::csv_of(stored), testing::csv_of(rows_));
    std::vector<MinuteRow> replayed;
    for (const Venue venue : kVenues) {
      for (const std::string& symbol : symbols_) {
        testing::append_replayed(replayed, testing::sound_segments(dir_ / "data", symbol, venue), venue,
                                 ": not JSON: ");
      }
    }
    EXPECT_EQ(testing::csv_of(stored), testing::csv_of(replayed));
  }

 private:
  void collect(const std::vector<exchange::ExchangeEndpoint>& endpoints, double speed) {
    CollectSettings settings;
    settings.data_dir = dir_ / "data";
    settings.connections = 1;
    settings.limit = 500;  // fewer than there are: something lies outside K
    for (const exchange::ExchangeEndpoint& endpoint : endpoints) {
      settings.addresses_of(endpoint.venue) = {endpoint.rest_url, endpoint.stream_url};
      for (const std::string& symbol : symbols_) {
        settings.symbols.push_back(std::string(to_string(endpoint.venue)) + ":" + symbol);
      }
    }
    CollectHooks hooks;
    hooks.tune = [speed](collector::CollectorOptions& tuned) { be_patient(tuned, speed); };
    hooks.log = [this](std::optional<Venue> venue, const collector::Log& line) {
      said_ += (venue ? std::string(to_string(*venue)) : "") + " " + line.symbol + " " + line.text + "\n";
    };
    hooks.row = [this](const MinuteRow& row) {
      rows_.push_back(row);
      for (std::size_t i = 0; i < kVenues.size(); ++i) {
        if (row.venue() != to_string(kVenues[i])) continue;
        witnesses_.at(kVenues[i]).on_row(row, run_->venues()[i]->collector().pipeline());
      }
    };
    for (const Venue venue : kVenues) witnesses_.try_emplace(venue, *venue_, venue);
    auto run = CollectRun::make(loop_, *clock_, settings, std::move(hooks));
    ASSERT_TRUE(run.has_value()) << run.error().message;
    run_ = std::move(*run);
    run_->start();
  }
  // As Timings::stretch_answers(), but what the faults are about is waited for as in life, or not so long that a test
  // is long.
  static void be_patient(collector::CollectorOptions& options, double speed) {
    collector::Timings& t = options.timings;
    for (Nanos* patience : {&t.connect_timeout, &t.close_timeout, &t.info_timeout, &t.time_timeout, &t.info_grace,
                            &t.stall, &t.probe_grace}) {
      *patience *= static_cast<int>(speed);
    }
    t.ack_timeout *= 3;
    t.depth_timeout *= 2;
    t.info_refresh = 20s;
    t.time_interval = 20s;
    options.audit_interval = 60s;
  }
  bool all_in_sync() {
    return std::ranges::all_of(run_->venues(), [this](const auto& venue) {
      const collector::MarketPipeline& pipeline = venue->collector().pipeline();
      std::size_t in_sync = 0;
      for (collector::InstrumentIndex i = 0; i < pipeline.size(); ++i) {
        in_sync += pipeline.builder(i).status().state == SyncState::kInSync ? 1U : 0U;
      }
      return in_sync == symbols_.size();
    });
  }
  std::string states() {
    std::string text = said_;
    for (const collector::Health& venue : run_->health()) {
      for (const collector::SymbolHealth& symbol : venue.symbols) {
        text += symbol.symbol + " " + std::string(to_string(symbol.state)) + " " +
                std::string(to_string(symbol.reason)) + "\n";
      }
      text += venue_->faults(venue.venue)->hits_text() + "\n";
    }
    return text;
  }
  // Of each symbol, from its first row to its last.
  static void expect_a_row_a_minute(const std::vector<MinuteRow>& rows) {
    std::map<std::pair<std::string, std::string>, std::set<UnixNanos>> minutes;
    for (const MinuteRow& row : rows) minutes[{row.venue(), row.symbol()}].insert(row.sample_time());
    for (const auto& [symbol, times] : minutes) {
      const auto span = (*times.rbegin() - *times.begin()) / kMinute;
      EXPECT_EQ(static_cast<std::int64_t>(times.size()), span + 1) << symbol.first << ' ' << symbol.second;
    }
  }

  const testing::TempDir dir_;
  EventLoop loop_;
  std::unique_ptr<testing::PatientClock> clock_;
  std::unique_ptr<exchange::Exchange> venue_;
  std::map<Venue, testing::RowWitness> witnesses_;
  std::vector<std::string> symbols_;
  std::vector<MinuteRow> rows_;
  std::string said_;
  std::unique_ptr<CollectRun> run_;
};

std::vector<FaultKind> kinds_of(const exchange::FaultPlan& plan) {
  std::set<FaultKind> kinds;
  for (const FaultRule& rule : plan.rules) kinds.insert(rule.kind);
  return {kinds.begin(), kinds.end()};
}

// Of the kinds in a plan every one is to hit.
exchange::FaultPlan plan_of(std::vector<FaultRule> rules) { return {.seed = 1, .rules = std::move(rules)}; }

const std::vector<binance::StreamKind> kDepth{binance::StreamKind::kDepth};

exchange::FaultPlan of_messages() {
  return plan_of({{.kind = FaultKind::kLose, .streams = kDepth, .at = 20s, .count = 2},
                  {.kind = FaultKind::kDrop, .streams = kDepth, .at = 35s, .count = 2},
                  {.kind = FaultKind::kDuplicate, .at = 10s, .lasts = 60s, .probability = 0.05},
                  {.kind = FaultKind::kDelay, .at = 30s, .every = 20s, .lasts = 3s, .times = 3, .by = 300ms},
                  {.kind = FaultKind::kCorrupt, .streams = kDepth, .at = 50s, .count = 2},
                  {.kind = FaultKind::kFreeze, .symbols = {"BTCUSDT"}, .at = 70s, .lasts = 50s},
                  {.kind = FaultKind::kMute, .at = 130s, .lasts = 50s}});
}

exchange::FaultPlan of_connections() {
  return plan_of({{.kind = FaultKind::kNoAcknowledgement, .count = 1},
                  {.kind = FaultKind::kGarbage, .at = 40s, .every = 2s, .times = 5},
                  {.kind = FaultKind::kInvalidUtf8, .at = 41s, .every = 2s, .times = 5},
                  {.kind = FaultKind::kHugeMessage, .at = 45s, .bytes = 17 * 1024 * 1024},
                  {.kind = FaultKind::kClose, .at = 60s, .code = 1008, .reason = "policy"},
                  {.kind = FaultKind::kRefuseConnection, .at = 60s, .count = 1, .code = 503},
                  {.kind = FaultKind::kSilentSubscription, .at = 61s, .count = 1},
                  {.kind = FaultKind::kHalfOpen, .at = 110s, .lasts = 60s},
                  {.kind = FaultKind::kServerShutdown, .at = 180s}});
}

// A gap now and then, for there to be something to ask.
exchange::FaultPlan of_requests() {
  const std::vector<std::string> depth{"depth"};
  return plan_of({{.kind = FaultKind::kLose, .streams = kDepth, .at = 20s, .every = 10s, .times = 18, .count = 2},
                  {.kind = FaultKind::kAnswerStale, .at = 20s, .lasts = 30s, .by = 30s},
                  {.kind = FaultKind::kAnswer500, .requests = depth, .count = 1},
                  {.kind = FaultKind::kAnswerErrorIn200, .requests = depth, .count = 1},
                  {.kind = FaultKind::kAnswer503, .requests = depth, .at = 20s, .count = 1},
                  {.kind = FaultKind::kAnswerTruncated, .requests = depth, .at = 40s, .count = 1},
                  {.kind = FaultKind::kAnswerReset, .requests = depth, .at = 50s, .count = 1},
                  {.kind = FaultKind::kAnswerLate, .requests = depth, .at = 60s, .count = 2, .by = 20s},
                  {.kind = FaultKind::kAnswerNever, .requests = depth, .at = 80s, .count = 1},
                  {.kind = FaultKind::kAnswer429, .at = 120s, .count = 1, .retry_after = 5s},
                  {.kind = FaultKind::kAnswer418, .at = 140s, .count = 1, .retry_after = 30s},
                  {.kind = FaultKind::kAnswer403, .at = 180s, .count = 1}});
}

exchange::FaultPlan of_the_market() {
  return plan_of({{.kind = FaultKind::kList, .symbols = {"BNBUSDT"}, .at = 30s},
                  {.kind = FaultKind::kHalt, .symbols = {"ETHUSDT"}, .at = 50s, .lasts = 50s},
                  {.kind = FaultKind::kTickSize, .symbols = {"BTCUSDT"}, .at = 70s, .tick_size = Decimal{1, 4}},
                  {.kind = FaultKind::kClockSkew, .at = 80s, .lasts = 50s, .by = -2s},
                  {.kind = FaultKind::kDelist, .symbols = {"BNBUSDT"}, .at = 110s, .lasts = 50s}});
}

struct PlanCase {
  const char* name;
  exchange::FaultPlan (*plan)();
  Nanos end;
};

void PrintTo(const PlanCase& one, std::ostream* out) { *out << one.name; }

class EachFault : public FaultPlans, public ::testing::WithParamInterface<PlanCase> {};

// Only the best prices and the number of levels were compared, of spot alone and nothing kept.
TEST_P(EachFault, LeavesWholeBooksAndARecordingOfAllRows) {
  const exchange::FaultPlan plan = GetParam().plan();
  ASSERT_NO_FATAL_FAILURE(start(plan, {"BTCUSDT", "ETHUSDT", "BNBUSDT"}));
  ASSERT_NO_FATAL_FAILURE(run_through(GetParam().end));
  expect_hits(kinds_of(plan));
  expect_all_kept();
}

INSTANTIATE_TEST_SUITE_P(All, EachFault,
                         ::testing::Values(PlanCase{"of_messages", of_messages, 190s},
                                           PlanCase{"of_connections", of_connections, 190s},
                                           PlanCase{"of_requests", of_requests, 210s},
                                           PlanCase{"of_the_market", of_the_market, 180s}),
                         [](const auto& one) { return std::string(one.param.name); });

// A kind that is added is to be shown here too.
TEST(EachFaultOfThePlans, IsOneOfAllThereAre) {
  std::set<FaultKind> kinds;
  for (const auto& plan : {of_messages(), of_connections(), of_requests(), of_the_market()}) {
    for (const FaultKind kind : kinds_of(plan)) kinds.insert(kind);
  }
  EXPECT_EQ(kinds.size(), exchange::kFaultKinds);
}

// The example of docs/faults.md was only ever read.
TEST_F(FaultPlans, LivesThroughTheBadDayOfTheDocumentation) {
  const auto plan = exchange::read_fault_plan(test::project_file("docs/bad_day.json"));
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  ASSERT_NO_FATAL_FAILURE(start(*plan, {"BTCUSDT", "ETHUSDT"}, 60));
  ASSERT_NO_FATAL_FAILURE(run_through(26min));
  expect_hits({FaultKind::kDrop, FaultKind::kDuplicate, FaultKind::kDelay, FaultKind::kClose,
               FaultKind::kServerShutdown, FaultKind::kHalfOpen, FaultKind::kFreeze, FaultKind::kGarbage});
  expect_all_kept();
}

}  // namespace
}  // namespace acts
