// A collector that cannot keep what it collects, or is not alone, or was not running: what it says, serves and stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"
#include "acts/features/sampler.hpp"

#include "integration/collect_run_fixture.hpp"
#include "integration/replayed_rows.hpp"
#include "integration/unread_log.hpp"
#include "live/books.hpp"
#include "live/recorded_range.hpp"
#include "live/row_repair.hpp"
#include "net/real_clock.hpp"
#include "recording/segments.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

using CollectRunTest = testing::CollectRunFixture;
using testing::kStart;

// Hangs in the first call until it is let go.
class HangingStore final : public FeatureStore {
 public:
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
  };
  explicit HangingStore(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
  Result<void> upsert(std::span<const MinuteRow>) override {
    std::unique_lock lock(gate_->mutex);
    gate_->changed.wait(lock, [this] { return gate_->open; });
    return {};
  }

 private:
  std::shared_ptr<Gate> gate_;
};

// A store that hung kept the process alive for ever after SIGTERM; /health went on saying ok.
TEST_F(CollectRunTest, EndsInTimeThoughTheStoreHangsAndSaysWhatIsNotStored) {
  const CollectSettings settings = open_market();
  const auto gate = std::make_shared<HangingStore::Gate>();
  CollectHooks hooks;
  hooks.open_store = [gate](const RowSchema&) -> Result<std::unique_ptr<FeatureStore>> {
    return std::make_unique<HangingStore>(gate);
  };
  hooks.stop_limit = 1s;
  auto run = start(settings, hooks);
  EXPECT_FALSE(run_for(12s));  // rows wait since a third of a second after the start
  const HttpResponse health = get(*run, "/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(nlohmann::json::parse(health.body)["status"], "degraded");
  EXPECT_THAT(health.body, HasSubstr("none was stored for 1"));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(stop(*run));
  run.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  EXPECT_THAT(said_, Contains(HasSubstr("rows: the store has not answered for ")));
  EXPECT_THAT(said_, Contains(HasSubstr(" rows could not be stored before the end")));
  const std::scoped_lock lock(gate->mutex);
  gate->open = true;
  gate->changed.notify_all();
}

// With standard error a full pipe the collector hung in write(2) for ever: no row, no /health, no end.
TEST_F(CollectRunTest, StoresRowsThoughNobodyReadsTheLog) {
  const CollectSettings settings = open_market();
  testing::UnreadLog log;
  auto run = CollectRun::make(loop_, clock_, settings, {});
  ASSERT_TRUE(run) << run.error().message;
  (*run)->start();
  EXPECT_TRUE(run_until([this] { return !stored_rows("BTCUSDT").empty(); }));
  EXPECT_FALSE(flush_log(Nanos{0})) << "somebody has read it";
  EXPECT_THAT(get(**run, "/metrics").body, HasSubstr("acts_log_lines_lost_total 0\n"));
  EXPECT_TRUE(stop(**run));
  EXPECT_THAT(log.read(), HasSubstr("info binance-spot: connection 1 open: "));
}

// A remote database that is not there must cost the run nothing, its end included.
TEST_F(CollectRunTest, StoresRowsAndEndsAtOnceThoughASinkCannotBeReached) {
  CollectSettings settings = open_market();
  SinkSettings sink;
  sink.name = "postgresql";
  sink.kind = SinkKind::kPostgresql;
  sink.uri = "postgresql://acts@127.0.0.1:1/acts";
  sink.books = true;
  settings.sinks = {sink};
  testing::save_full_book(settings.data_dir, testing::some_book("BTCUSDT", kStart, 3));
  auto run = start(settings);
  EXPECT_TRUE(clock_.pass(90s));
  EXPECT_EQ(nlohmann::json::parse(get(*run, "/health").body)["sinks"][0]["sink"], "postgresql");
  EXPECT_THAT(get(*run, "/metrics").body, HasSubstr("\nacts_outbox_rows{sink=\"postgresql\"} "));
  EXPECT_THAT(get(*run, "/metrics").body, HasSubstr("\nacts_outbox_books{sink=\"postgresql\"} "));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(stop(*run));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_GT(run->process_health().rows.stored, 0U);
  EXPECT_THAT(said_, Contains(HasSubstr("rows are not there yet and will be delivered by the next run")));
}

TEST_F(CollectRunTest, ServesHealthAndMetrics) {
  auto run = start(open_market());
  HttpResponse health;
  EXPECT_TRUE(run_until([&] {
    health = get(*run, "/health");
    return nlohmann::json::parse(health.body)["status"] == "ok";
  }));
  EXPECT_EQ(health.status, 200);
  const auto json = nlohmann::json::parse(health.body);
  EXPECT_EQ(json["status"], "ok") << health.body;
  ASSERT_EQ(json["symbols"].size(), 2U);
  EXPECT_EQ(json["symbols"][0]["symbol"], "BTCUSDT");
  EXPECT_EQ(json["symbols"][0]["state"], "live");
  EXPECT_TRUE(json["symbols"][0]["bid"].is_string());
  const HttpResponse metrics = get(*run, "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(metrics.body,
              HasSubstr("\nacts_book_state{venue=\"binance-spot\",symbol=\"BTCUSDT\",state=\"live\"} 1\n"));
  EXPECT_EQ(get(*run, "/other").status, 404);
  EXPECT_TRUE(stop(*run));
}

TEST_F(CollectRunTest, AnswersFailedWith503WhenNothingCanBeReached) {
  CollectSettings settings = open_market();
  venue_->stop();
  venue_.reset();
  auto run = start(settings);
  EXPECT_TRUE(clock_.pass(70s));
  const HttpResponse health = get(*run, "/health");
  EXPECT_EQ(health.status, 503) << health.body;
  EXPECT_EQ(nlohmann::json::parse(health.body)["status"], "failed");
  stop(*run);
}

// Minutes in which the process was not running had no row.
TEST_F(CollectRunTest, MakesUpTheRowsOfTheMinutesInWhichItWasNotRunning) {
  const CollectSettings settings = open_market();
  const RowSchema schema = make_schema(settings.bands);
  const UnixNanos last = floor_to(kStart, kMinute) - 3 * kMinute;
  const MinuteRow old_row =
      make_empty_row(Venue::kBinanceSpot, "BTCUSDT", settings.bands, last, Reason::kUnknownSymbol);
  ASSERT_TRUE(SqliteStore::open(dir_ / "data/acts.db", schema).value()->upsert(std::span(&old_row, 1)));
  auto run = start(settings);
  EXPECT_TRUE(clock_.pass(15s));
  EXPECT_TRUE(stop(*run));
  const std::vector<MinuteRow> rows = stored_rows("BTCUSDT");
  ASSERT_GE(rows.size(), 5U);
  EXPECT_EQ(rows[0], old_row);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].sample_time(), last + static_cast<std::int64_t>(i) * kMinute);
    const bool made_up = i >= 1 && i <= 3;
    EXPECT_EQ(rows[i].values.back() == Value{"not_running"}, made_up) << i;
  }
  // A symbol without earlier rows has no such minutes.
  const std::vector<MinuteRow> others = stored_rows("ETHUSDT");
  ASSERT_FALSE(others.empty());
  EXPECT_GT(others.front().sample_time(), kStart);
}

// A restart whose clock was set back made the last minutes a second time, in place of those that were there.
// As a store is left that took no rows for longer than memory could hold them: without those of a symbol from its
// first_th on, but for the last.
void leave_out_rows(const std::string& path, std::ptrdiff_t first) {
  std::vector<MinuteRow> kept;
  RowSchema schema;
  {
    const auto store = SqliteStore::open_to_read(path).value();
    schema = store->schema();
    for (const char* const symbol : {"BTCUSDT", "ETHUSDT"}) {
      std::vector<MinuteRow> rows = store->rows({"binance-spot", symbol}).value();
      rows.erase(rows.begin() + first, rows.end() - 1);
      kept.insert(kept.end(), rows.begin(), rows.end());
    }
  }
  for (const char* const ending : {"", "-wal", "-shm"}) std::filesystem::remove(path + ending);
  ASSERT_TRUE(SqliteStore::open(path, schema).value()->upsert(kept));
}

std::vector<RowRepair> repair(const std::string& data_dir, const RowRange& range) {
  const auto store = SqliteStore::open(data_dir + "/acts.db", make_schema(BandList::defaults())).value();
  return repair_rows(*store, data_dir, range, [](const std::string& problem) { ADD_FAILURE() << problem; }).value();
}

// From its beginning on, and from a full book on.
TEST_F(CollectRunTest, LeavesARecordingThatGivesRowsWhichTheStoreLacks) {
  const CollectSettings settings = open_market();
  CollectHooks hooks;
  hooks.tune = [](collector::CollectorOptions& tuned) { tuned.full_book_at = {2min}; };
  auto run = start(settings, std::move(hooks));
  const std::string path = dir_ / "data/acts.db";
  EXPECT_TRUE(run_until([&] {
    return std::filesystem::exists(path) && stored_rows("BTCUSDT").size() >= 7 && stored_rows("ETHUSDT").size() >= 7;
  }));
  EXPECT_TRUE(stop(*run));
  run.reset();
  const auto all = [this] { return testing::csv_of(stored_rows("BTCUSDT")) + testing::csv_of(stored_rows("ETHUSDT")); };
  const std::string whole = all();
  for (const std::ptrdiff_t first : {1, 5}) {
    ASSERT_NO_FATAL_FAILURE(leave_out_rows(path, first));
    const std::vector<MinuteRow> kept = stored_rows("BTCUSDT");
    ASSERT_EQ(kept.size(), static_cast<std::size_t>(first) + 1);
    const UnixNanos gap = kept[static_cast<std::size_t>(first) - 1].sample_time() + kMinute;
    const auto range =
        recorded_range({.data_dir = settings.data_dir, .symbol = "BTCUSDT", .from = gap, .before = 2min});
    ASSERT_TRUE(range.has_value());
    EXPECT_EQ(range->book.has_value(), first == 5) << "there is one from before it";
    EXPECT_TRUE(repair(settings.data_dir, {"binance-usdm", ""}).empty());
    EXPECT_EQ(repair(settings.data_dir, {"", "ETHUSDT"}).size(), 1U);
    const std::vector<RowRepair> rest = repair(settings.data_dir, {});
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].symbol, "BTCUSDT");
    EXPECT_GE(rest[0].missing, first == 5 ? 1U : 5U);
    EXPECT_EQ(rest[0].added, rest[0].missing);
    EXPECT_EQ(all(), whole) << "byte for byte";
    EXPECT_TRUE(repair(settings.data_dir, {}).empty());
  }
  // As of a restart that had no time to read it.
  const UnixNanos third = stored_rows("BTCUSDT")[2].sample_time();
  ASSERT_TRUE(SqliteStore::open(path, make_schema(BandList::defaults()))
                  .value()
                  ->upsert(std::vector{make_empty_row(Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), third,
                                                      Reason::kNotRunning)}));
  const std::vector<RowRepair> replaced = repair(settings.data_dir, {});
  ASSERT_EQ(replaced.size(), 1U);
  EXPECT_EQ(replaced[0].made_up, 1U);
  EXPECT_EQ(replaced[0].replaced, 1U);
  EXPECT_EQ(all(), whole);
}

TEST_F(CollectRunTest, GoesOnBehindTheLastRunThoughTheClockWasSetBack) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  auto first = start(settings);
  ASSERT_TRUE(run_until([&] { return stored_rows("BTCUSDT").size() >= 2; }));
  EXPECT_TRUE(stop(*first));
  const UnixNanos end = clock_.now();
  first.reset();
  const std::vector<MinuteRow> before = stored_rows("BTCUSDT");
  const std::vector<std::string> segments = testing::sound_segments(settings.data_dir, "BTCUSDT");

  AcceleratedClock set_back(end - 100s, testing::kSpeed);
  CollectHooks hooks;
  hooks.log = [this](std::optional<Venue>, const collector::Log& log) { said_.push_back(log.text); };
  const auto second = CollectRun::make(loop_, set_back, settings, std::move(hooks)).value();
  second->start();
  EXPECT_GT(second->process_health().clock_ahead, Nanos{0});
  EXPECT_TRUE(run_until([&] { return second->process_health().clock_ahead == Nanos{0}; })) << "it catches up";
  EXPECT_TRUE(run_until([&] { return stored_rows("BTCUSDT").size() >= before.size() + 2; }));
  EXPECT_TRUE(stop(*second));
  EXPECT_THAT(said_, Contains(HasSubstr("goes at half speed until the clock has caught up")));

  const std::vector<MinuteRow> rows = stored_rows("BTCUSDT");
  ASSERT_GE(rows.size(), before.size() + 2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].sample_time(), before.front().sample_time() + static_cast<std::int64_t>(i) * kMinute);
  }
  EXPECT_TRUE(std::ranges::equal(before, std::span(rows).first(before.size())));
  const std::vector<std::string> all = testing::sound_segments(settings.data_dir, "BTCUSDT");
  EXPECT_THAT(all, ::testing::IsSupersetOf(segments));
  ASSERT_GT(all.size(), segments.size());
  UnixNanos last{};
  auto reader = RecordingReader::open(all).value();
  for (auto item = reader.next(); item && *item; item = reader.next()) {
    const auto* line = std::get_if<RecordedLine>(&**item);
    if (line == nullptr) continue;
    EXPECT_GE(line->ts_recv, last) << "of all runs together";
    last = line->ts_recv;
  }
  EXPECT_GT(last, end);
}

// A SIGTERM was heard only once all was sealed and read: service managers wait less.
TEST_F(CollectRunTest, IsStoppedWhileItReadsWhatTheLastRunHasLeftAndTheNextOneGoesOn) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  auto run = start(settings);
  ASSERT_TRUE(run_until([&] { return !stored_rows("BTCUSDT").empty(); }));
  EXPECT_TRUE(stop(*run));
  run.reset();
  const std::vector<MinuteRow> before = stored_rows("BTCUSDT");
  said_.clear();
  for (const int asked : {0, 1, 2, 5}) {
    CollectHooks hooks;
    hooks.is_stopped = [left = asked]() mutable { return left-- <= 0; };
    hooks.log = [this](std::optional<Venue>, const collector::Log& log) { said_.push_back(log.text); };
    const auto stopped = CollectRun::make(loop_, clock_, settings, std::move(hooks));
    ASSERT_FALSE(stopped.has_value()) << asked;
    EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
  }
  EXPECT_THAT(said_, Each(Not(HasSubstr("not_running")))) << "nothing is missing";
  EXPECT_EQ(stored_rows("BTCUSDT"), before);
  run = start(settings);
  EXPECT_THAT(said_, Contains(HasSubstr("books go on from their checkpoints")));
  EXPECT_TRUE(stop(*run));
}

TEST_F(CollectRunTest, RefusesADataDirectoryThatAnotherRunHolds) {
  CollectSettings settings = open_market();
  auto run = start(settings);
  settings.serve_metrics = false;
  const auto second = CollectRun::make(loop_, clock_, settings, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kStorage);
  EXPECT_THAT(second.error().message, HasSubstr("acts.lock: held by process "));
  EXPECT_TRUE(stop(*run));
}

TEST_F(CollectRunTest, RemovesWhatIsOlderThanIsKeptAndSaysSo) {
  CollectSettings settings = open_market();
  const UnixNanos old = parse_iso8601("2025-11-01").value();
  const auto segment = [&](UnixNanos first) {
    return testing::make_segment(settings.data_dir, "binance-spot", "BTCUSDT", first,
                                 [&](SegmentWriter& writer) { writer.line(first, 1, LineUse::kTaken, "{}"); });
  };
  const std::string removed = segment(old);
  const std::string kept = segment(old + 300h);
  {
    const RowSchema schema = make_schema(settings.bands);
    const auto store = SqliteStore::open(settings.data_dir + "/acts.db", schema).value();
    const auto book = std::ranges::find(schema.columns, "last_book_update", &Column::name) - schema.columns.begin();
    std::vector<MinuteRow> rows;
    const auto add = [&](UnixNanos first, int count) {
      for (int i = 0; i < count; ++i) {
        MinuteRow row{std::vector<Value>(schema.columns.size())};
        row.values[0] = "binance-spot";
        row.values[1] = "XRPUSDT";
        row.values[2] = first + i * kMinute;
        row.values[static_cast<std::size_t>(book)] = row.values[2];
        rows.push_back(std::move(row));
      }
    };
    // Weeks from where the limit falls, whenever in the run the pass comes.
    add(old, 600);
    add(parse_iso8601("2025-12-20").value(), 600);
    add(floor_to(kStart, kMinute), 1);
    ASSERT_TRUE(store->upsert(rows));
  }
  settings.keep_recordings.age = 48h;
  settings.keep_rows.age = 20 * 24h;
  const std::string old_book = testing::save_full_book(settings.data_dir, testing::some_book("BTCUSDT", old, 3));
  const std::string book = testing::save_full_book(settings.data_dir, testing::some_book("BTCUSDT", kStart - 1h, 3));
  settings.keep_books.age = 20 * 24h;
  const auto run = start(settings);
  ASSERT_TRUE(run_until([&] { return run->process_health().retention->passes > 0; }));
  const auto has_books = [](const std::string& line) { return line.contains("books: 1 of "); };
  EXPECT_TRUE(run_until([&] { return std::ranges::any_of(said_, has_books); }));
  EXPECT_FALSE(std::filesystem::exists(removed));
  EXPECT_TRUE(std::filesystem::exists(kept));
  EXPECT_FALSE(std::filesystem::exists(old_book));
  EXPECT_TRUE(std::filesystem::exists(book));
  EXPECT_THAT(said_, Contains(::testing::AllOf(HasSubstr("recordings: 1 segments of "),
                                               HasSubstr("rows: 600 removed, the oldest kept is of 2025-12-20T00:00"),
                                               HasSubstr("books: 1 of "))));
  EXPECT_THAT(get(*run, "/metrics").body, HasSubstr("acts_retention_removed_total{kind=\"rows\"} 600\n"));
  EXPECT_TRUE(stop(*run));
  EXPECT_EQ(run->process_health().rows.failures, 0U);
}

}  // namespace
}  // namespace acts
