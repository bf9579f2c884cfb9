#include "store/row_retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording/temp_dir.hpp"
#include "store/book_outbox.hpp"
#include "store/outbox.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::minute;
using testing::small_row;
using testing::small_schema;
using testing::TempDir;

constexpr std::int64_t kDay = 24 * 60;

struct Place {
  TempDir dir;
  std::string path = dir / "acts.db";
  std::unique_ptr<SqliteStore> store = SqliteStore::open(path, small_schema()).value();

  // Minutes from `first` to before `end`.
  void write(const std::string& symbol, std::int64_t first, std::int64_t end) const {
    std::vector<MinuteRow> rows;
    for (std::int64_t i = first; i < end; ++i) rows.push_back(small_row(symbol, i));
    ASSERT_TRUE(store->upsert(rows));
  }
  // The first minute of a symbol that is there, and how many are.
  [[nodiscard]] std::pair<std::int64_t, std::size_t> kept(const std::string& symbol) const {
    const auto rows = store->rows({"", symbol}).value();
    return {rows.empty() ? -1 : (rows.front().sample_time() - minute(0)) / kMinute, rows.size()};
  }
  [[nodiscard]] std::int64_t integer(std::string_view sql) const {
    return SqliteDatabase::open(path, SqliteDatabase::Access::kExisting, {}).value()->integer(sql).value();
  }
};

RowPrune pass(RowPruner& pruner, UnixNanos now) {
  EXPECT_TRUE(pruner.begin(now));
  for (;;) {
    const auto more = pruner.step();
    EXPECT_TRUE(more) << more.error().message;
    if (!more || !*more) return pruner.report();
  }
}

RowPrune pass(const Place& place, const RowLimits& limits, UnixNanos now, std::vector<std::string> sinks = {},
              bool dry_run = false) {
  return pass(*RowPruner::open(place.path, std::move(sinks), limits, dry_run).value(), now);
}

TEST(RowPruner, RemovesRowsThatAreTooOldOfEverySymbol) {
  const Place place;
  place.write("A", 0, 2000);
  place.write("B", 990, 1010);
  const RowLimits limits{.age = 1000 * kMinute};
  const RowPrune would = pass(place, limits, minute(2000), {}, true);
  EXPECT_EQ(would.rows, 1010U);
  EXPECT_EQ(place.kept("A"), std::pair(std::int64_t{0}, std::size_t{2000}));
  const RowPrune done = pass(place, limits, minute(2000));
  EXPECT_EQ(done.rows, 1010U);
  EXPECT_EQ(done.waiting, 0U);
  EXPECT_GT(done.bytes, 0U);
  EXPECT_EQ(done.oldest, minute(1000));
  EXPECT_EQ(place.kept("A"), std::pair(std::int64_t{1000}, std::size_t{1000}));
  EXPECT_EQ(place.kept("B"), std::pair(std::int64_t{1000}, std::size_t{10}));
  EXPECT_EQ(place.integer("SELECT count(*) FROM row_changes"), 1010);
  EXPECT_EQ(pass(place, limits, minute(2000)).rows, 0U);
}

TEST(RowPruner, KeepsWhatASinkHasNotGot) {
  const Place place;
  place.write("A", 0, 600);
  place.write("A", 0, 1);  // corrected: its change is the last
  ASSERT_TRUE(Outbox::open(place.path, "fast").value()->advance(601));
  const RowLimits limits{.age = kMinute};
  RowPrune report = pass(place, limits, minute(599), {"fast", "slow"});
  EXPECT_EQ(report.rows, 0U);  // slow has never confirmed anything
  EXPECT_EQ(report.waiting, 598U);
  ASSERT_TRUE(Outbox::open(place.path, "slow").value()->advance(500));
  report = pass(place, limits, minute(599), {"fast", "slow"});
  EXPECT_EQ(report.rows, 499U);
  EXPECT_EQ(report.waiting, 99U);
  EXPECT_EQ(place.kept("A"), std::pair(std::int64_t{0}, std::size_t{101}));
  // What is no sink any more holds up nothing.
  EXPECT_EQ(pass(place, limits, minute(599), {"fast"}).rows, 99U);
}

TEST(RowPruner, RemovesTheOldestUntilTheFileIsSmallEnough) {
  const Place place;
  place.write("A", 0, 5 * kDay);
  place.write("B", 2 * kDay, 5 * kDay);
  const auto all = pass(place, {.bytes = 1U << 30}, minute(5 * kDay));
  EXPECT_EQ(all.rows, 0U);
  const auto size = static_cast<std::uint64_t>(place.integer("PRAGMA page_count") * place.integer("PRAGMA page_size"));
  const RowPrune report = pass(place, {.bytes = size / 2}, minute(5 * kDay));
  EXPECT_GT(report.rows, 3U * kDay);
  EXPECT_LT(report.rows, 6U * kDay);
  EXPECT_EQ(place.kept("A"), place.kept("B"));  // by time, not by symbol
  // Whatever the size, the last day stays.
  pass(place, {.bytes = 1}, minute(5 * kDay));
  EXPECT_EQ(place.kept("A"), std::pair(4 * kDay, std::size_t{kDay}));
}

TEST(RowPruner, PassesOverWhatWaitsForASinkWhenItGoesBySize) {
  const Place place;
  place.write("A", 0, 3 * kDay);
  ASSERT_TRUE(Outbox::open(place.path, "s").value()->advance(3 * kDay));
  place.write("A", 0, 10);  // corrected, and not confirmed
  pass(place, {.bytes = 1}, minute(3 * kDay), {"s"});
  EXPECT_EQ(place.kept("A"), std::pair(std::int64_t{0}, std::size_t{kDay + 10}));
}

// A wall clock of the year 2099 would have emptied the store.
TEST(RowPruner, CountsAgeFromTheLastRowWithABook) {
  const Place place;
  place.write("A", 0, 100);
  MinuteRow empty = small_row("A", 400 * kDay);
  empty.values[3] = empty.values[4] = {};
  // A book of before the clock was wrong is shown, with the venue's time of then.
  MinuteRow restored = small_row("A", 400 * kDay + 1);
  restored.values[3] = small_row("A", 99).values[3];
  ASSERT_TRUE(place.store->upsert(std::vector{empty, restored}));
  EXPECT_EQ(pass(place, {.age = 2 * kDay * kMinute}, minute(400 * kDay)).rows, 0U);
  EXPECT_EQ(pass(place, {.age = kDay * kMinute}, minute(400 * kDay)).rows, 99U);
}

TEST(RowPruner, KeepsRejectedRowsUntilTheyHaveTheirOwnAge) {
  const Place place;
  place.write("A", 0, 200);
  ASSERT_TRUE(place.store->set_aside(small_row("B", 0), "no"));
  ASSERT_TRUE(place.store->set_aside(small_row("B", 150), "no"));
  ASSERT_TRUE(Outbox::open(place.path, "s").value()->set_aside(small_row("A", 5), 6, "no"));
  const auto books = BookOutbox::open(place.path, "s").value();
  ASSERT_TRUE(books->set_aside({"binance-spot", "A", minute(7)}, "bid", "1.5", "no"));
  ASSERT_TRUE(books->set_aside({"binance-spot", "A", minute(150)}, "bid", "1.5", "no"));
  EXPECT_EQ(pass(place, {.age = kMinute}, minute(200)).rejected, 0U);
  EXPECT_EQ(rejected_rows(place.path).value().size(), 5U);
  EXPECT_EQ(pass(place, {.rejected_age = 100 * kMinute}, minute(200)).rejected, 3U);
  EXPECT_EQ(rejected_rows(place.path).value().size(), 2U);
}

// Once its row was gone, a rejection that a later delivery had resolved was shown again.
TEST(RowPruner, DoesNotBringBackWhatWasResolved) {
  const Place place;
  place.write("A", 0, 10);
  const auto outbox = Outbox::open(place.path, "s").value();
  ASSERT_TRUE(outbox->set_aside(small_row("A", 0), 1, "no"));
  place.write("A", 0, 1);
  ASSERT_TRUE(outbox->advance(11));
  ASSERT_THAT(rejected_rows(place.path).value(), IsEmpty());
  EXPECT_EQ(pass(place, {.age = kMinute}, minute(9), {"s"}).rows, 8U);
  EXPECT_THAT(rejected_rows(place.path).value(), IsEmpty());
}

TEST(RowPruner, LetsRowsBeWrittenBetweenItsBatches) {
  const Place place;
  place.write("A", 0, 5000);
  // A writer that waits for nobody.
  const auto writer = SqliteStore::open(place.path, small_schema(), {.busy_timeout = Nanos{0}, .vfs = {}}).value();
  const auto pruner = RowPruner::open(place.path, {}, {.age = kMinute}).value();
  ASSERT_TRUE(pruner->begin(minute(4999)));
  std::int64_t steps = 0;
  for (auto more = pruner->step(); more && *more; more = pruner->step()) {
    ASSERT_TRUE(writer->upsert(std::vector{small_row("A", 5000 + steps++)}));
  }
  EXPECT_GE(steps, 10);
  EXPECT_EQ(pruner->report().rows, 4998U);
  EXPECT_EQ(place.kept("A").second, static_cast<std::size_t>(2 + steps));
}

TEST(RowPruner, GoesOnAfterAnotherWriterHeldItUp) {
  const Place place;
  place.write("A", 0, 1000);
  const auto pruner =
      RowPruner::open(place.path, {}, {.age = kMinute}, false, {.busy_timeout = Nanos{0}, .vfs = {}}).value();
  ASSERT_TRUE(pruner->begin(minute(999)));
  auto other = SqliteDatabase::open(place.path, SqliteDatabase::Access::kExisting, {}).value();
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  bool failed = false;
  for (int i = 0; i < 5 && !failed; ++i) failed = !pruner->step();
  EXPECT_TRUE(failed);
  ASSERT_TRUE(other->execute("COMMIT"));
  for (auto more = pruner->step(); more && *more; more = pruner->step()) {
  }
  EXPECT_EQ(place.kept("A"), std::pair(std::int64_t{998}, std::size_t{2}));
}

}  // namespace
}  // namespace acts
