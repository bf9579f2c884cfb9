#include "store/book_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording/temp_dir.hpp"
#include "store/outbox.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using ::testing::HasSubstr;
using testing::minute;
using testing::small_schema;
using testing::TempDir;

BookDump dump(const std::string& symbol, std::int64_t at) { return {"binance-spot", symbol, minute(at)}; }

struct Place {
  TempDir dir;
  std::string path = dir / "acts.db";
  std::unique_ptr<SqliteStore> store = SqliteStore::open(path, small_schema()).value();

  [[nodiscard]] std::unique_ptr<BookOutbox> outbox(const std::string& sink = "postgresql") const {
    return BookOutbox::open(path, sink).value();
  }
  void add(const std::vector<BookDump>& dumps) const {
    ASSERT_TRUE(outbox()->add(dumps, [](const BookDump&) { return true; }));
  }
  // "A@1#3": the symbol, its minute, its number; "" if none waits.
  [[nodiscard]] std::string next(const std::string& sink = "postgresql") const {
    const auto waiting = outbox(sink)->next().value();
    if (!waiting) return "";
    return waiting->dump.symbol + "@" + std::to_string((waiting->dump.saved_at - minute(0)) / kMinute) + "#" +
           std::to_string(waiting->change);
  }
};

TEST(BookOutbox, NumbersEachFileOnceInTheOrderInWhichItIsTold) {
  const Place place;
  place.add({dump("B", 1), dump("A", 1)});
  place.add({dump("A", 1), dump("B", 1), dump("A", 0)});
  EXPECT_EQ(place.next(), "B@1#1");
  ASSERT_TRUE(place.outbox()->advance(1));
  EXPECT_EQ(place.next(), "A@1#2");
  ASSERT_TRUE(place.outbox()->advance(2));
  EXPECT_THAT(place.next(), HasSubstr("A@0#"));
  EXPECT_EQ(place.outbox()->lag().value(), (OutboxLag{1, minute(0)}));
}

// A file that was delivered and removed while it was told of got a new number, and was then said to be lost.
TEST(BookOutbox, NumbersNoFileThatIsGoneMeanwhile) {
  const Place place;
  ASSERT_TRUE(place.outbox()->add(std::vector{dump("A", 0), dump("B", 0)},
                                  [](const BookDump& one) { return one.symbol == "B"; }));
  EXPECT_EQ(place.next(), "B@0#1");
}

TEST(BookOutbox, HasACursorForEachSinkThatNeverGoesBack) {
  const Place place;
  place.add({dump("A", 0), dump("A", 1)});
  ASSERT_TRUE(place.outbox()->advance(2));
  ASSERT_TRUE(place.outbox()->advance(1));
  EXPECT_EQ(place.next(), "");
  EXPECT_EQ(place.outbox()->lag().value(), OutboxLag{});
  EXPECT_EQ(place.next("influxdb"), "A@0#1");
  EXPECT_EQ(place.outbox("influxdb")->lag().value(), (OutboxLag{2, minute(0)}));
}

// A process that ended before the cursor moved finds the same book again.
TEST(BookOutbox, GivesABookAgainUntilTheCursorIsBehindIt) {
  const Place place;
  place.add({dump("A", 0)});
  EXPECT_EQ(place.next(), "A@0#1");
  EXPECT_EQ(place.next(), "A@0#1");
  ASSERT_TRUE(place.outbox()->advance(1));
  EXPECT_EQ(place.next(), "");
}

TEST(BookOutbox, ShowsWhatASinkRefusedOfABookAmongTheRejectedRows) {
  const Place place;
  const auto outbox = place.outbox();
  ASSERT_TRUE(outbox->set_aside(dump("A", 0), "bid", "0.0000000000000000001", "price has 19 decimals"));
  ASSERT_TRUE(outbox->set_aside(dump("A", 0), "bid", "0.0000000000000000001", "price has 19 decimals"));
  ASSERT_TRUE(outbox->set_aside(dump("B", 1), "", "", "its file is gone"));
  const auto rejected = rejected_rows(place.path).value();
  ASSERT_EQ(rejected.size(), 2U);
  EXPECT_EQ(rejected[0], (RejectedRow{"postgresql", "binance-spot", "A", minute(0), "price has 19 decimals",
                                      R"({"side":"bid","price":"0.0000000000000000001"})"}));
  EXPECT_EQ(rejected[1], (RejectedRow{"postgresql", "binance-spot", "B", minute(1), "its file is gone", "{}"}));
}

// Of an acts that knew no books, rows and cursors stay as they are.
TEST(BookOutbox, ComesWithTheNextStartOfAnOlderStore) {
  const Place place;
  const auto database = SqliteDatabase::open(place.path, SqliteDatabase::Access::kExisting, {}).value();
  for (const char* sql : {"DROP TABLE book_dumps", "DROP TABLE sink_book_cursors", "DROP TABLE sink_rejected_levels",
                          "INSERT INTO sink_cursors VALUES ('postgresql', 7)", "PRAGMA user_version = 2"}) {
    ASSERT_TRUE(database->execute(sql)) << sql;
  }
  EXPECT_EQ(BookOutbox::open(place.path, "x").error().message,
            place.path + ": was made by an older acts: start 'acts collect' on it once");
  EXPECT_TRUE(rejected_rows(place.path).value().empty());
  ASSERT_TRUE(SqliteStore::open(place.path, small_schema()));
  place.add({dump("A", 0)});
  EXPECT_EQ(place.next(), "A@0#1");
  EXPECT_EQ(database->integer("SELECT change FROM sink_cursors").value(), 7);
}

TEST(DeliveredBooks, HoldWhatEverySinkHasConfirmed) {
  const Place place;
  place.add({dump("A", 0), dump("A", 1), dump("A", 2)});
  ASSERT_TRUE(place.outbox("one")->advance(2));
  ASSERT_TRUE(place.outbox("two")->advance(1));
  const auto holds = [&place](const std::optional<std::vector<std::string>>& sinks, std::int64_t at) {
    return DeliveredBooks::open(place.path, sinks, true).value()->holds(dump("A", at)).value();
  };
  using Names = std::vector<std::string>;
  EXPECT_TRUE(holds(Names{"one"}, 1));
  EXPECT_FALSE(holds(Names{"one"}, 2));
  EXPECT_FALSE(holds(Names{"one", "two"}, 1));
  EXPECT_TRUE(holds(Names{"one", "two"}, 0));
  EXPECT_FALSE(holds(Names{"one", "new"}, 0)) << "a sink that has had none yet";
  EXPECT_FALSE(holds(Names{"one"}, 7)) << "a file that has no number yet";
  EXPECT_TRUE(holds(Names{}, 2));
  EXPECT_TRUE(holds(std::nullopt, 0));
  EXPECT_FALSE(holds(std::nullopt, 1)) << "sinks that have had books before are known";
}

TEST(DeliveredBooks, ForgetsFilesThatAreGone) {
  const Place place;
  place.add({dump("A", 0), dump("A", 1)});
  ASSERT_TRUE(DeliveredBooks::open(place.path, {}, false).value()->forget(std::vector{dump("A", 0)}));
  EXPECT_EQ(place.next(), "A@1#2");
}

}  // namespace
}  // namespace acts
