#include "live/sink_feeder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>

#include "live/books.hpp"
#include "live/health_text.hpp"
#include "live/process_health.hpp"
#include "recording/temp_dir.hpp"
#include "store/outbox.hpp"
#include "store/row_retention.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::minute;
using testing::rows_of_book;
using testing::save_full_book;
using testing::small_row;
using testing::small_schema;
using testing::some_book;
using testing::TempDir;

constexpr Nanos kPatience = 20s;

// What a test does with a database and learns from it.
struct Database {
  std::mutex mutex;
  std::condition_variable changed;
  bool down = false;
  bool frozen = false;
  bool takes_all = false;
  std::map<std::pair<std::string, UnixNanos>, MinuteRow> rows;
  std::map<std::string, std::vector<UnixNanos>> arrivals;  // by symbol: of rows that were not there yet
  std::size_t writes = 0;
  std::size_t largest_write = 0;

  void set(bool Database::* what, bool value) {
    const std::scoped_lock lock(mutex);
    this->*what = value;
    changed.notify_all();
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex);
    return rows.size();
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, [&] { return rows.size() >= count; });
  }
};

// Of a level also its side and price.
std::string key_of(const MinuteRow& row) {
  const auto* const side = std::get_if<std::string>(&row.values[index_of(BookColumn::kSide)]);
  if (side == nullptr) return row.symbol();
  return fmt::format("{} {} {}", row.symbol(), *side, to_string(std::get<Decimal>(row.values[4])));
}

class FakeSink final : public Sink {
 public:
  FakeSink(Database& database, SinkLimits limits) : database_(database), limits_(std::move(limits)) {}

  Result<std::vector<std::string>> open(const RowSchema&) override {
    const std::scoped_lock lock(database_.mutex);
    if (database_.down) return fail(ErrorCode::kRetry, "connection refused");
    return std::vector<std::string>{};
  }
  Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) override {
    std::unique_lock lock(database_.mutex);
    ++database_.writes;
    database_.largest_write = std::max(database_.largest_write, rows.size());
    database_.changed.notify_all();
    while (database_.frozen) {
      lock.unlock();
      if (limits_.cancelled()) return fail(ErrorCode::kRetry, "given up: acts ends");
      lock.lock();
      database_.changed.wait_for(lock, 10ms);
    }
    if (database_.down) return fail(ErrorCode::kRetry, "connection reset");
    std::vector<Refusal> refusals;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].symbol() == "BAD" && !database_.takes_all) {
        refusals.push_back({i, "numeric field overflow"});
      } else {
        const auto stored = database_.rows.insert_or_assign({key_of(rows[i]), rows[i].sample_time()}, rows[i]);
        if (stored.second) database_.arrivals[rows[i].symbol()].push_back(rows[i].sample_time());
      }
    }
    database_.changed.notify_all();
    return refusals;
  }
  Result<std::vector<MinuteRow>> read(const std::string&, const std::string&) override {
    return std::vector<MinuteRow>{};
  }
  Result<void> remove(const std::string&, const std::string&) override { return {}; }
  [[nodiscard]] std::string target() const override { return "a test"; }

 private:
  Database& database_;
  SinkLimits limits_;
};

struct Place {
  TempDir dir;
  std::string path = dir / "acts.db";
  std::unique_ptr<SqliteStore> store = SqliteStore::open(path, small_schema()).value();
  Database database;
  Database books;
  std::int64_t most_rejected = 100'000;

  void write(std::int64_t first, std::int64_t count) const {
    std::vector<MinuteRow> rows;
    for (std::int64_t i = 0; i < count; ++i) rows.push_back(small_row("A", first + i));
    ASSERT_TRUE(store->upsert(rows));
  }
  std::unique_ptr<SinkFeeder> feeder(Nanos last_delivery = 3s, SinkContent content = SinkContent::kRows) {
    SinkFeederOptions options;
    options.sink = "test";
    options.content = content;
    options.data_path = path;
    options.delivery = {.batch = 10, .poll = 5ms, .retry_first = 5ms, .retry_cap = 20ms, .seed = 1};
    options.last_delivery = last_delivery;
    options.most_rejected = most_rejected;
    return SinkFeeder::start(options,
                             [this, content](SinkLimits limits) -> Result<std::unique_ptr<Sink>> {
                               Database& into = content == SinkContent::kRows ? database : books;
                               return std::make_unique<FakeSink>(into, std::move(limits));
                             })
        .value();
  }
};

template <typename Holds>
bool wait_until(Holds holds) {
  for (const auto end = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < end;) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

TEST(SinkFeeder, DeliversWhatIsThereAndWhatComes) {
  Place place;
  place.write(0, 25);
  const auto feeder = place.feeder();
  EXPECT_TRUE(place.database.wait_for(25));
  place.write(25, 5);
  EXPECT_TRUE(place.database.wait_for(30));
  EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.delivered == 30; }));
  EXPECT_TRUE(wait_until([&] { return feeder->status().lag.rows == 0; }));
}

TEST(SinkFeeder, LosesNothingWhileTheDatabaseIsDownAndSaysHowMuchWaits) {
  Place place;
  place.database.down = true;
  const auto feeder = place.feeder();
  place.write(0, 40);
  EXPECT_TRUE(wait_until([&] { return feeder->status().lag.rows == 40; }));
  EXPECT_EQ(feeder->status().lag.oldest, minute(0));
  EXPECT_EQ(feeder->status().delivery.failure, "connection refused");
  place.database.set(&Database::down, false);
  EXPECT_TRUE(place.database.wait_for(40));
  EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.failure.empty(); }));
}

// A sink that has confirmed nothing yet was unknown to a pruner without the collector's configuration: its rows went.
TEST(SinkFeeder, IsKnownToThePrunerBeforeItsDatabaseHasHadAnything) {
  Place place;
  place.database.down = true;
  const auto feeder = place.feeder();
  place.write(0, 40);
  EXPECT_TRUE(wait_until([&] { return feeder->status().lag.rows == 40; }));
  const auto pruner = RowPruner::open(place.path, {}, {.age = kMinute}).value();
  ASSERT_TRUE(pruner->begin(minute(40)));
  for (auto more = pruner->step(); more && *more; more = pruner->step()) continue;
  EXPECT_EQ(pruner->report().rows, 0U);
  EXPECT_GT(pruner->report().waiting, 30U);
}

// What waits, as /metrics tells it.
std::string metric_of(const SinkFeeder& feeder) {
  ProcessHealth process;
  process.sinks = {{feeder.status()}};
  const std::string text = metrics_text({}, process);
  const std::size_t at = text.find("acts_outbox_rows{");
  return text.substr(at, text.find('\n', at) - at);
}

// Rows of a day and three symbols, and an outage within the outage's end: in memory there is a batch.
TEST(SinkFeeder, DeliversADayInOrderOnceTheDatabaseIsBackAndTellsHowMuchWaits) {
  constexpr std::int64_t kMinutesOfADay = 1440;
  constexpr std::int64_t kSymbols = 3;
  Place place;
  place.database.down = true;
  const auto feeder = place.feeder();
  for (std::int64_t first = 0; first < kMinutesOfADay; first += kMinutesOfADay / 4) {
    std::vector<MinuteRow> rows;
    for (std::int64_t i = first; i < first + kMinutesOfADay / 4; ++i) {
      for (const char* symbol : {"A", "B", "C"}) rows.push_back(small_row(symbol, i));
    }
    ASSERT_TRUE(place.store->upsert(rows));
    const std::int64_t waiting = (first + kMinutesOfADay / 4) * kSymbols;
    EXPECT_TRUE(wait_until([&] { return feeder->status().lag.rows == waiting; })) << waiting;
    EXPECT_EQ(metric_of(*feeder), fmt::format("acts_outbox_rows{{sink=\"test\"}} {}", waiting));
    EXPECT_EQ(feeder->status().lag.oldest, minute(0));
  }
  place.database.set(&Database::down, false);
  EXPECT_TRUE(place.database.wait_for(1000));
  place.database.set(&Database::down, true);
  const std::size_t part = place.database.count();
  const std::int64_t left = kMinutesOfADay * kSymbols - static_cast<std::int64_t>(part);
  EXPECT_TRUE(wait_until([&] { return feeder->status().lag.rows == left; })) << left;
  EXPECT_GT(feeder->status().lag.oldest, minute(0));
  place.database.set(&Database::down, false);
  EXPECT_TRUE(wait_until([&] { return feeder->status().lag.rows == 0; }));
  EXPECT_EQ(metric_of(*feeder), "acts_outbox_rows{sink=\"test\"} 0");
  EXPECT_FALSE(feeder->status().lag.oldest.has_value());

  const auto local = place.store->rows({}).value();
  ASSERT_EQ(place.database.rows.size(), local.size());
  for (const MinuteRow& row : local) EXPECT_EQ(place.database.rows.at({row.symbol(), row.sample_time()}), row);
  for (const auto& [symbol, times] : place.database.arrivals) {
    EXPECT_TRUE(std::ranges::is_sorted(times)) << symbol;
    EXPECT_EQ(times.size(), static_cast<std::size_t>(kMinutesOfADay)) << symbol;
  }
  EXPECT_EQ(place.database.largest_write, 10U);
}

TEST(SinkFeeder, SetsAsideARefusedRowAndGoesOn) {
  Place place;
  ASSERT_TRUE(place.store->upsert(std::vector{small_row("A", 0), small_row("BAD", 1), small_row("B", 2)}));
  const auto feeder = place.feeder();
  EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.refused == 1; }));
  EXPECT_EQ(place.database.count(), 2U);
  EXPECT_THAT(feeder->status().refusal, HasSubstr("BAD 2024-08-08T23:56:00.000Z: numeric field overflow"));
  EXPECT_TRUE(feeder->status().refused_age);
  const auto rejected = rejected_rows(place.path).value();
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_EQ(rejected[0].sink, "test");
}

// Nothing bounded what a table that takes no row at all had set aside.
TEST(SinkFeeder, StopsWhenTooMuchIsSetAsideAndGoesOnOnceItIsSentAgain) {
  Place place;
  place.most_rejected = 3;
  std::vector<MinuteRow> bad;
  for (int i = 0; i < 5; ++i) bad.push_back(small_row("BAD", i));
  ASSERT_TRUE(place.store->upsert(bad));
  place.write(0, 20);
  auto feeder = place.feeder();
  EXPECT_TRUE(wait_until([&] { return feeder->status().is_stopped && feeder->status().delivery.failures > 2; }));
  EXPECT_EQ(feeder->status().delivery.failure,
            "stopped, as 3 rows are set aside (most_rejected): mend what 'acts rows rejected' tells, then send them "
            "again or raise most_rejected");
  EXPECT_EQ(rejected_rows(place.path)->size(), 3U);
  EXPECT_EQ(feeder->status().rejected, 3);
  EXPECT_EQ(feeder->status().lag.rows, 25) << "nothing is lost: all of it waits";
  // Another run stops too, without a word to the database.
  feeder.reset();
  const std::size_t writes = place.database.writes;
  feeder = place.feeder();
  EXPECT_TRUE(wait_until([&] { return feeder->status().is_stopped && feeder->status().delivery.failures > 2; }));
  EXPECT_EQ(place.database.writes, writes);
  place.database.set(&Database::takes_all, true);
  ASSERT_TRUE(place.store->upsert(std::span(bad).first(3)));  // what UPDATE does too: they are sent again
  EXPECT_TRUE(place.database.wait_for(25));
  EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.idle && feeder->status().lag.rows == 0; }));
  EXPECT_FALSE(feeder->status().is_stopped);
  EXPECT_TRUE(rejected_rows(place.path)->empty());
}

TEST(SinkFeeder, DeliversTheLastRowsBeforeItEnds) {
  Place place;
  const auto feeder = place.feeder();
  EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.idle; }));
  place.write(0, 35);
  feeder->stop();
  EXPECT_TRUE(wait_until([&] { return feeder->status().ended; }));
  EXPECT_EQ(place.database.count(), 35U);
  EXPECT_EQ(feeder->status().lag.rows, 0);
}

TEST(SinkFeeder, EndsAtOnceIfTheDatabaseIsDownAndLeavesTheRowsToTheNextRun) {
  Place place;
  place.database.down = true;
  place.write(0, 35);
  {
    const auto feeder = place.feeder();
    EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.failures > 0; }));
    const auto began = std::chrono::steady_clock::now();
    feeder->stop();
    EXPECT_TRUE(wait_until([&] { return feeder->status().ended; }));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
    EXPECT_EQ(feeder->status().lag.rows, 35);
  }
  place.database.down = false;
  const auto next = place.feeder();
  EXPECT_TRUE(place.database.wait_for(35));
}

// A frozen database would otherwise hold up the end of the run until the service manager kills it.
TEST(SinkFeeder, GivesUpACallThatHangsAtItsEnd) {
  Place place;
  place.database.frozen = true;
  place.write(0, 5);
  const auto feeder = place.feeder(100ms);
  EXPECT_TRUE(wait_until([&] { return feeder->status().attempt_age.value_or(0s) > 50ms; }));
  const auto began = std::chrono::steady_clock::now();
  feeder->stop();
  EXPECT_TRUE(wait_until([&] { return feeder->status().ended; }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(feeder->status().delivery.delivered, 0U);
}

// Writing rows while a sink hangs with a batch under way: it holds no lock on acts.db.
TEST(SinkFeeder, HoldsUpNobodyWhileItsDatabaseIsFrozen) {
  Place place;
  place.write(0, 5);
  place.database.frozen = true;
  const auto feeder = place.feeder();
  EXPECT_TRUE(wait_until([&] { return feeder->status().attempt_age.value_or(0s) > 50ms; }));
  const auto began = std::chrono::steady_clock::now();
  for (int i = 1; i < 50; ++i) place.write(5 * i, 5);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
  place.database.set(&Database::frozen, false);
  EXPECT_TRUE(place.database.wait_for(250));
}

// Another outage than the remote one: the local file.
TEST(SinkFeeder, TriesAgainWhenItsOwnStoreIsNotThereYet) {
  Place place;
  place.write(0, 1);
  SinkFeederOptions options;
  options.sink = "test";
  options.data_path = place.dir / "later.db";
  options.delivery = {.batch = 10, .poll = 5ms, .retry_first = 5ms, .retry_cap = 20ms, .seed = 1};
  const auto feeder = SinkFeeder::start(options, [&](SinkLimits limits) -> Result<std::unique_ptr<Sink>> {
                        return std::make_unique<FakeSink>(place.database, std::move(limits));
                      }).value();
  EXPECT_TRUE(wait_until([&] { return feeder->status().delivery.failures > 1; }));
  EXPECT_THAT(feeder->status().delivery.failure, HasSubstr("unable to open database file"));
  ASSERT_TRUE(SqliteStore::open(options.data_path, small_schema()).value()->upsert(std::vector{small_row("A", 0)}));
  EXPECT_TRUE(place.database.wait_for(1));
}

// A database that is slow with a book of tens of thousands of levels kept the rows of hours from it.
TEST(SinkFeeder, DeliversRowsWhileABookIsUnderWayAndThenEveryLevel) {
  Place place;
  const BookFile book = some_book("BTCUSDT", minute(0), 45);
  save_full_book(place.dir.string(), book);
  place.books.frozen = true;
  const auto of_books = place.feeder(3s, SinkContent::kBooks);
  EXPECT_TRUE(wait_until([&] { return of_books->status().attempt_age.value_or(0s) > 20ms; }));
  const auto of_rows = place.feeder();
  place.write(0, 30);
  EXPECT_TRUE(place.database.wait_for(30));
  EXPECT_EQ(place.books.count(), 0U);
  place.books.set(&Database::frozen, false);
  EXPECT_TRUE(place.books.wait_for(90));
  EXPECT_TRUE(wait_until([&] { return of_books->status().delivery.idle && of_books->status().lag.rows == 0; }));
  EXPECT_EQ(of_books->status().content, SinkContent::kBooks);
  EXPECT_EQ(of_books->status().delivery.delivered, 90U);
  for (const MinuteRow& row : rows_of_book(book)) EXPECT_EQ(place.books.rows.at({key_of(row), row.sample_time()}), row);
}

TEST(SinkFeeder, SaysWhichBookItCouldNotRead) {
  Place place;
  std::filesystem::resize_file(save_full_book(place.dir.string(), some_book("BTCUSDT", minute(0), 45)), 100);
  save_full_book(place.dir.string(), some_book("ETHUSDT", minute(1), 5));
  const auto feeder = place.feeder(3s, SinkContent::kBooks);
  EXPECT_TRUE(place.books.wait_for(10));
  EXPECT_EQ(feeder->status().unreadable, 1U);
  EXPECT_THAT(feeder->status().refusal, HasSubstr("books/binance-spot/BTCUSDT/"));
  EXPECT_TRUE(feeder->status().refused_age.has_value());
}

TEST(StartSinks, NamesTheSinkThatCannotBe) {
  SinkSettings settings;
  settings.name = "pg";
  settings.uri = "nonsense";
  EXPECT_THAT(start_sinks({settings}, "x", 1).error().message, HasSubstr("[sinks.pg]: uri: scheme"));
}

}  // namespace
}  // namespace acts
