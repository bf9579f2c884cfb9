#include "store/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording/temp_dir.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::minute;
using testing::small_row;
using testing::small_schema;
using testing::TempDir;

struct Place {
  TempDir dir;
  std::string path = dir / "acts.db";
  std::unique_ptr<SqliteStore> store = SqliteStore::open(path, small_schema()).value();

  void write(const std::vector<MinuteRow>& rows) const { ASSERT_TRUE(store->upsert(rows)); }
  [[nodiscard]] std::unique_ptr<Outbox> outbox(const std::string& sink = "postgresql") const {
    return Outbox::open(path, sink).value();
  }
  [[nodiscard]] std::unique_ptr<SqliteDatabase> database() const {
    return SqliteDatabase::open(path, SqliteDatabase::Access::kExisting, {}).value();
  }
};

std::vector<std::string> keys(const OutboxBatch& batch) {
  std::vector<std::string> keys;
  for (const MinuteRow& row : batch.rows) {
    keys.push_back(row.symbol() + "@" + std::to_string((row.sample_time() - minute(0)) / kMinute));
  }
  return keys;
}

TEST(Outbox, GivesRowsInTheOrderInWhichTheyWereWritten) {
  const Place place;
  place.write({small_row("B", 2), small_row("A", 1)});
  place.write({small_row("A", 0)});
  const auto outbox = place.outbox();
  const OutboxBatch batch = outbox->read(10).value();
  EXPECT_THAT(keys(batch), ElementsAre("B@2", "A@1", "A@0"));
  EXPECT_EQ(batch.rows[0], small_row("B", 2));
  EXPECT_THAT(batch.changes, ElementsAre(1, 2, 3));
  EXPECT_THAT(keys(outbox->read(2).value()), ElementsAre("B@2", "A@1"));
}

TEST(Outbox, GoesOnWhereTheSinkHasConfirmed) {
  const Place place;
  place.write({small_row("A", 0), small_row("A", 1), small_row("A", 2)});
  ASSERT_TRUE(place.outbox()->advance(2));
  const auto again = place.outbox();
  EXPECT_THAT(keys(again->read(10).value()), ElementsAre("A@2"));
  ASSERT_TRUE(again->advance(3));
  EXPECT_TRUE(again->read(10).value().rows.empty());
  EXPECT_TRUE(again->advance(1));  // never back
  EXPECT_TRUE(again->read(10).value().rows.empty());
}

TEST(Outbox, HasACursorForEachSink) {
  const Place place;
  place.write({small_row("A", 0)});
  ASSERT_TRUE(place.outbox("mongodb")->advance(1));
  EXPECT_TRUE(place.outbox("mongodb")->read(10).value().rows.empty());
  EXPECT_THAT(keys(place.outbox("influxdb")->read(10).value()), ElementsAre("A@0"));
}

// By key, a row that was corrected after its delivery would never reach the sink.
TEST(Outbox, GivesARowAgainThatIsWrittenAgain) {
  const Place place;
  place.write({small_row("A", 0), small_row("A", 1)});
  const auto outbox = place.outbox();
  ASSERT_TRUE(outbox->advance(2));
  place.write({small_row("A", 0, 1)});
  const OutboxBatch batch = outbox->read(10).value();
  EXPECT_THAT(keys(batch), ElementsAre("A@0"));
  EXPECT_EQ(batch.rows[0], small_row("A", 0, 1));
  EXPECT_THAT(batch.changes, ElementsAre(3));
}

// A row that changes while its old values are on their way: the confirmation of those is none of the new ones.
TEST(Outbox, KeepsAChangeThatComesWhileTheBatchIsUnderWay) {
  const Place place;
  place.write({small_row("A", 0), small_row("A", 1)});
  const auto outbox = place.outbox();
  const OutboxBatch batch = outbox->read(10).value();
  place.write({small_row("A", 1, 7)});
  ASSERT_TRUE(outbox->advance(batch.changes.back()));
  EXPECT_THAT(outbox->read(10).value().rows, ElementsAre(small_row("A", 1, 7)));
}

TEST(Outbox, NeverGivesANumberTwice) {
  const Place place;
  place.write({small_row("A", 0), small_row("A", 1)});
  const auto outbox = place.outbox();
  ASSERT_TRUE(outbox->advance(2));
  ASSERT_TRUE(place.database()->execute("DELETE FROM minute_rows"));
  place.write({small_row("A", 2)});
  EXPECT_THAT(outbox->read(10).value().changes, ElementsAre(3));
}

TEST(Outbox, ForgetsTheChangesOfRowsThatAreDeleted) {
  const Place place;
  place.write({small_row("A", 0), small_row("A", 1)});
  ASSERT_TRUE(place.database()->execute("DELETE FROM minute_rows WHERE sample_time = " +
                                        std::to_string(to_unix_millis(minute(0)))));
  const auto outbox = place.outbox();
  EXPECT_EQ(outbox->lag().value(), (OutboxLag{1, minute(1)}));
  EXPECT_THAT(keys(outbox->read(10).value()), ElementsAre("A@1"));
}

TEST(Outbox, TellsHowFarBehindTheSinkIs) {
  const Place place;
  const auto outbox = place.outbox();
  EXPECT_EQ(outbox->lag().value(), OutboxLag{});
  place.write({small_row("B", 3), small_row("A", 4), small_row("A", 5)});
  EXPECT_EQ(outbox->lag().value(), (OutboxLag{3, minute(3)}));
  ASSERT_TRUE(outbox->advance(1));
  EXPECT_EQ(outbox->lag().value(), (OutboxLag{2, minute(4)}));
}

TEST(Outbox, KeepsWhatASinkRefusesUntilItTakesTheRow) {
  const Place place;
  place.write({small_row("A", 0), small_row("A", 1)});
  ASSERT_TRUE(place.store->set_aside(small_row("C", 9), "too big"));
  const auto outbox = place.outbox();
  ASSERT_TRUE(outbox->set_aside(small_row("A", 1), 2, "numeric field overflow"));
  ASSERT_TRUE(outbox->advance(2));
  const auto rejected = rejected_rows(place.path).value();
  ASSERT_EQ(rejected.size(), 2U);
  EXPECT_EQ(rejected[0].sink, "");
  EXPECT_EQ(rejected[0].reason, "too big");
  EXPECT_EQ(rejected[1].sink, "postgresql");
  EXPECT_EQ(rejected[1].symbol, "A");
  EXPECT_EQ(rejected[1].sample_time, minute(1));
  EXPECT_EQ(rejected[1].reason, "numeric field overflow");
  EXPECT_THAT(rejected[1].json, HasSubstr(R"("best_bid":"61685.99")"));
  place.write({small_row("A", 1, 5)});  // mended, and delivered
  EXPECT_EQ(rejected_rows(place.path).value().size(), 2U);
  ASSERT_TRUE(outbox->advance(3));
  EXPECT_EQ(rejected_rows(place.path).value().size(), 1U);
}

// Rows that an acts without an outbox has stored are delivered too, in the order of their minutes.
TEST(Outbox, StartsWithTheRowsThatAreThere) {
  const Place place;
  place.write({small_row("B", 1), small_row("A", 1), small_row("A", 0)});
  const auto database = place.database();
  for (const char* sql :
       {"DROP TRIGGER row_inserted", "DROP TRIGGER row_updated", "DROP TRIGGER row_deleted", "DROP TABLE row_changes",
        "DROP TABLE sink_cursors", "DROP TABLE sink_rejected_rows", "DROP TABLE book_dumps",
        "DROP TABLE sink_book_cursors", "DROP TABLE sink_rejected_levels", "PRAGMA user_version = 1"}) {
    ASSERT_TRUE(database->execute(sql)) << sql;
  }
  EXPECT_EQ(Outbox::open(place.path, "x").error().message,
            place.path + ": has no outbox yet: start 'acts collect' on it once");
  EXPECT_TRUE(rejected_rows(place.path).value().empty());
  ASSERT_TRUE(SqliteStore::open(place.path, small_schema()));
  EXPECT_THAT(keys(place.outbox()->read(10).value()), ElementsAre("A@0", "A@1", "B@1"));
}

TEST(Outbox, IsNotMadeWhereThereIsNoStore) {
  const TempDir dir;
  EXPECT_THAT(Outbox::open(dir / "acts.db", "x").error().message, HasSubstr("unable to open database file"));
}

}  // namespace
}  // namespace acts
