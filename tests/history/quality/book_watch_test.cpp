#include "history/quality/book_watch.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/quality/rows.hpp"

namespace acts::history {
namespace {

using test::kOne;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Texts = std::vector<std::string>;

// The columns that the watch needs, as book_updates has them.
const Kind& book_updates() {
  static const Kind kKind{.name = "book_updates",
                          .meaning = "",
                          .columns = {{"ts_recv_ns", CellType::kInteger, false, false, ""},
                                      {"row", CellType::kInteger, false, false, ""},
                                      {"ts_event", CellType::kTime, true, false, ""},
                                      {"first_update_id", CellType::kInteger, true, false, ""},
                                      {"update_id", CellType::kInteger, true, false, ""},
                                      {"prev_update_id", CellType::kInteger, true, false, ""},
                                      {"is_snapshot", CellType::kFlag, false, false, ""},
                                      {"is_bid", CellType::kFlag, true, false, ""},
                                      {"price", CellType::kPrice, true, false, ""},
                                      {"quantity", CellType::kQuantity, true, false, ""}}};
  return kKind;
}

struct Level {
  bool is_bid;
  int price;
  int quantity;
};
struct Message {
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last = 0;
  std::optional<std::int64_t> previous;
  bool is_snapshot = false;
  std::vector<Level> levels;
};

class Book {
 public:
  explicit Book(std::string_view venue = "binance-spot")
      : watch_(book_updates(), BookIds::of_venue(venue), findings_) {}
  void tell(const Message& message) {
    ++now_;
    Row row;
    row.values[0] = now_ * 1'000'000'000;
    set(row, 3, message.first);
    set(row, 4, message.last);
    set(row, 5, message.previous);
    row.values[6] = static_cast<int>(message.is_snapshot);
    if (message.levels.empty()) {
      row.nulls |= 7U << 7U;
      watch_.look(row, now_ * 1'000'000);
    }
    for (const Level& level : message.levels) {
      row.values[7] = static_cast<int>(level.is_bid);
      row.values[8] = level.price * kOne;
      row.values[9] = level.quantity * kOne;
      watch_.look(row, now_ * 1'000'000);
      ++row.values[1];
    }
  }
  Texts found() {
    watch_.end_message();
    findings_.end_day();
    return texts_;
  }
  void interrupt() { watch_.interrupt(); }

 private:
  static void set(Row& row, std::size_t column, std::optional<std::int64_t> id) {
    row.values[column] = id.value_or(0);
    if (!id) row.nulls |= 1U << column;
  }

  std::int64_t now_ = 0;
  Texts texts_;
  DayFindings findings_{[this](const Finding& finding) { texts_.push_back(test::text_of(finding)); }};
  BookWatch watch_;
};

Message spot(std::int64_t first, std::int64_t last, std::vector<Level> levels = {}) {
  return {.first = first, .last = last, .previous = {}, .levels = std::move(levels)};
}
Message snapshot(std::int64_t id, std::vector<Level> levels) {
  return {.first = {}, .last = id, .previous = {}, .is_snapshot = true, .levels = std::move(levels)};
}

TEST(BookWatch, FindsNothingInWhatFollows) {
  Book book;
  book.tell(spot(1, 3, {{true, 10, 1}, {false, 11, 1}}));
  book.tell(snapshot(2, {{true, 9, 1}, {true, 10, 1}, {false, 11, 1}, {false, 13, 1}}));
  book.tell(spot(4, 4));
  // The best bid moves up to where the best ask has gone from, in one message.
  book.tell(spot(5, 9, {{true, 11, 2}, {false, 11, 0}}));
  EXPECT_THAT(book.found(), IsEmpty());
}

// As of a file that has each message twice.
TEST(BookWatch, TellsLevelsThatAMessageHasTwice) {
  Book book;
  book.tell(snapshot(2, {{true, 9, 1}, {false, 11, 1}, {true, 9, 1}, {false, 11, 1}}));
  book.tell(spot(3, 3, {{true, 10, 0}, {false, 10, 1}, {true, 10, 0}}));
  book.tell(spot(4, 4, {{true, 8, 1}, {false, 12, 1}}));
  EXPECT_THAT(book.found(), ElementsAre("repeated 2 1970-01-01T00:00:01.000Z levels of one message, the first ask 11",
                                        "repeated 1 1970-01-01T00:00:02.000Z levels of one message, the first bid 10"));
}

TEST(BookWatch, TellsLevelsThatHaveSeveralQuantitiesInAMessage) {
  Book book;
  book.tell(spot(3, 3, {{true, 10, 1}, {true, 10, 2}, {true, 10, 1}, {true, 9, 1}}));
  EXPECT_THAT(book.found(), ElementsAre("contradiction 2 1970-01-01T00:00:01.000Z levels of one message that have "
                                        "several quantities in it, the first bid 10"));
}

// Of one moment there may be several; a snapshot is what it is.
TEST(BookWatch, UpdatesWithoutIdsMayChangeALevelTwice) {
  Book book;
  book.tell({.first = {}, .last = {}, .previous = {}, .levels = {{true, 10, 1}, {true, 10, 2}}});
  EXPECT_THAT(book.found(), IsEmpty());
  book.tell({.first = {}, .last = {}, .previous = {}, .levels = {{true, 10, 1}, {true, 10, 1}}});
  book.tell({.first = {}, .last = {}, .previous = {}, .is_snapshot = true, .levels = {{true, 10, 1}, {true, 10, 2}}});
  EXPECT_THAT(book.found(), ElementsAre("repeated 1 1970-01-01T00:00:02.000Z levels of one message, the first bid 10",
                                        "contradiction 1 1970-01-01T00:00:03.000Z levels of one message that have "
                                        "several quantities in it, the first bid 10"));
}

TEST(BookWatch, TellsIdsThatAreMissingInSpot) {
  Book book;
  book.tell(spot(1, 3));
  book.tell(spot(6, 8));
  EXPECT_THAT(book.found(), ElementsAre("gap 2 1970-01-01T00:00:01.000Z 1970-01-01T00:00:02.000Z update ids 4 to 5"));
}

TEST(BookWatch, TellsAnUpdateThatIsMissingInFutures) {
  Book book;
  book.tell({.first = 1, .last = 30, .previous = {}, .levels = {}});
  book.tell({.first = 50, .last = 60, .previous = 30, .levels = {}});
  book.tell({.first = 70, .last = 80, .previous = 65, .levels = {}});
  EXPECT_THAT(book.found(),
              ElementsAre("gap 1 1970-01-01T00:00:02.000Z 1970-01-01T00:00:03.000Z updates between 60 and 65"));
}

TEST(BookWatch, TellsWhatIsMissingBehindTheFirstSnapshot) {
  Book futures;
  futures.tell(snapshot(4, {{true, 10, 1}, {false, 11, 1}}));
  futures.tell({.first = {}, .last = 7, .previous = 6, .levels = {{true, 11, 1}}});
  EXPECT_THAT(futures.found(),
              ElementsAre("gap 1 1970-01-01T00:00:01.000Z 1970-01-01T00:00:02.000Z updates between the "
                          "snapshot 4 and 6"));
  Book spot_book;
  spot_book.tell(snapshot(4, {{true, 10, 1}}));
  spot_book.tell(spot(7, 9));
  EXPECT_THAT(spot_book.found(),
              ElementsAre("gap 2 1970-01-01T00:00:01.000Z 1970-01-01T00:00:02.000Z update ids 5 to 6 "
                          "behind the snapshot"));
}

TEST(BookWatch, TakesAnUpdateThatFollowsTheFirstSnapshotOrReachesOverIt) {
  for (const std::optional<std::int64_t> previous :
       {std::optional<std::int64_t>(4), std::optional<std::int64_t>(2), {}}) {
    Book book;
    book.tell(snapshot(4, {{true, 10, 1}}));
    book.tell({.first = 5, .last = 7, .previous = previous, .levels = {}});
    EXPECT_THAT(book.found(), IsEmpty());
  }
  Book interrupted;
  interrupted.tell(snapshot(4, {{true, 10, 1}}));
  interrupted.interrupt();
  interrupted.tell(spot(7, 9));
  EXPECT_THAT(interrupted.found(), IsEmpty());
}

TEST(BookWatch, TellsWhatIsMissingBehindALaterSnapshot) {
  Book healed;
  healed.tell(spot(1, 9));
  healed.tell(snapshot(12, {{true, 10, 1}}));
  healed.tell(spot(11, 14));
  EXPECT_THAT(healed.found(),
              ElementsAre("gap 1 1970-01-01T00:00:01.000Z 1970-01-01T00:00:03.000Z update ids 10 to 10; "
                          "a snapshot came in between"));
  Book lost;
  lost.tell(spot(1, 9));
  lost.tell(snapshot(10, {{true, 10, 1}}));
  lost.tell(spot(15, 15));
  EXPECT_THAT(lost.found(), ElementsAre("gap 4 1970-01-01T00:00:02.000Z 1970-01-01T00:00:03.000Z update ids 11 to 14 "
                                        "behind the snapshot",
                                        "gap 1 1970-01-01T00:00:01.000Z 1970-01-01T00:00:03.000Z update ids 10 to 10; "
                                        "a snapshot came in between"));
  Book futures;
  futures.tell({.first = 1, .last = 9, .previous = 0, .levels = {}});
  futures.tell(snapshot(12, {{true, 10, 1}}));
  futures.tell({.first = 20, .last = 22, .previous = 18, .levels = {}});
  EXPECT_THAT(futures.found(),
              ElementsAre("gap 1 1970-01-01T00:00:02.000Z 1970-01-01T00:00:03.000Z updates between the "
                          "snapshot 12 and 18"));
}

// One that is older than the updates in front of it heals nothing.
TEST(BookWatch, AnOlderSnapshotHealsNothing) {
  Book book;
  book.tell(spot(1, 9));
  book.tell(snapshot(7, {{true, 10, 1}}));
  book.tell(spot(10, 10));
  book.tell(snapshot(8, {{true, 10, 1}}));
  book.tell(spot(13, 13));
  EXPECT_THAT(book.found(), ElementsAre("gap 2 1970-01-01T00:00:03.000Z 1970-01-01T00:00:05.000Z update ids 11 to 12"));
}

// Of Bybit: 1 in the snapshot of a restart.
TEST(BookWatch, TellsWhatIsMissingBehindASnapshotWhoseIdsBeginAnew) {
  const std::string restart = "restart 1 1970-01-01T00:00:02.000Z snapshot 1 behind update_id 901";
  for (const std::int64_t last : {5, 901, 950}) {
    Book book("bybit");
    book.tell(spot(901, 901));
    book.tell(snapshot(1, {{true, 10, 1}}));
    book.tell(spot(last, last));
    EXPECT_THAT(
        book.found(),
        ElementsAre(restart, fmt::format("gap {} 1970-01-01T00:00:02.000Z 1970-01-01T00:00:03.000Z update ids 2 to {} "
                                         "behind the snapshot",
                                         last - 2, last - 1)));
  }
  Book whole("bybit-spot");
  whole.tell(spot(901, 901));
  whole.tell(snapshot(1, {{true, 10, 1}}));
  whole.tell(spot(2, 2));
  whole.tell(spot(3, 3));
  EXPECT_THAT(whole.found(), ElementsAre(restart));
}

TEST(BookWatch, TellsWhereOkxAndCoinbaseBeginIdsAnew) {
  Book okx("okex-swap");
  okx.tell(snapshot(10, {{true, 10, 1}}));
  okx.tell({.first = {}, .last = 15, .previous = 10, .levels = {}});
  okx.tell({.first = {}, .last = 3, .previous = 15, .levels = {}});
  okx.tell({.first = {}, .last = 5, .previous = 3, .levels = {}});
  okx.tell({.first = {}, .last = 2, .previous = 7, .levels = {}});
  EXPECT_THAT(okx.found(),
              ElementsAre("restart 1 1970-01-01T00:00:03.000Z update_id 3 behind 15",
                          "restart 1 1970-01-01T00:00:05.000Z update_id 2 behind 7",
                          "gap 1 1970-01-01T00:00:04.000Z 1970-01-01T00:00:05.000Z updates between 5 and 7"));
  Book coinbase("coinbase");
  coinbase.tell({.first = {}, .last = 40, .previous = 38, .levels = {}});
  coinbase.tell(snapshot(1, {{true, 10, 1}}));
  coinbase.tell({.first = {}, .last = 4, .previous = 1, .levels = {}});
  EXPECT_THAT(coinbase.found(), ElementsAre("restart 1 1970-01-01T00:00:02.000Z snapshot 1 behind update_id 40"));
}

// Where snapshots are asked for, an older one begins nothing: what is told again behind it is a repetition.
TEST(BookWatch, AnUpdateToldAgainBehindAnOlderSnapshotIsARepetition) {
  Book book;
  book.tell(spot(1, 5));
  book.tell(spot(6, 9));
  book.tell(snapshot(3, {{true, 10, 1}}));
  book.tell(spot(6, 9));
  book.tell(spot(10, 12));
  EXPECT_THAT(book.found(), ElementsAre("repeated 1 1970-01-01T00:00:04.000Z update_id 9"));
  Book healed;
  healed.tell(spot(1, 9));
  healed.tell(snapshot(12, {{true, 10, 1}}));
  healed.tell(spot(1, 9));
  healed.tell(spot(13, 14));
  EXPECT_THAT(
      healed.found(),
      ElementsAre("repeated 1 1970-01-01T00:00:03.000Z update_id 9",
                  "gap 3 1970-01-01T00:00:03.000Z 1970-01-01T00:00:04.000Z update ids 10 to 12; a snapshot came "
                  "in between"));
}

// It stands in the place of an update.
TEST(BookWatch, ASnapshotOfBybitIsNotMissing) {
  Book whole("bybit");
  whole.tell(spot(901, 901));
  whole.tell(snapshot(902, {{true, 10, 1}}));
  whole.tell(spot(903, 903));
  EXPECT_THAT(whole.found(), IsEmpty());
  Book lost("bybit");
  lost.tell(spot(901, 901));
  lost.tell(snapshot(905, {{true, 10, 1}}));
  lost.tell(spot(906, 906));
  EXPECT_THAT(lost.found(),
              ElementsAre("gap 3 1970-01-01T00:00:01.000Z 1970-01-01T00:00:03.000Z update ids 902 to 904; "
                          "a snapshot came in between"));
}

// A bid that was deleted already came back with the snapshot, and the book counted as crossed from then on.
TEST(BookWatch, KeepsWhatIsNewerThanASnapshotThatWasAskedFor) {
  Book book;
  book.tell(spot(1, 3, {{true, 10, 1}, {false, 15, 1}}));
  book.tell(spot(4, 4, {{true, 12, 1}}));
  book.tell(spot(5, 9, {{true, 12, 0}, {false, 11, 1}}));
  book.tell(snapshot(4, {{true, 12, 1}, {true, 10, 1}, {false, 15, 1}, {false, 16, 1}}));
  EXPECT_THAT(book.found(), IsEmpty());
  book.tell(spot(10, 10, {{true, 11, 1}}));
  EXPECT_THAT(book.found(), ElementsAre("crossed 1 1970-01-01T00:00:05.000Z bid 11, ask 11"))
      << "the ask of 9 is there still";
}

// What was told before the snapshot is as the snapshot has it.
TEST(BookWatch, TakesASnapshotsWordForWhatIsOlder) {
  Book book;
  book.tell(spot(1, 3, {{true, 12, 1}, {false, 15, 1}}));
  book.tell(snapshot(3, {{true, 10, 1}, {false, 15, 1}}));
  book.tell(spot(4, 4, {{false, 12, 1}}));
  EXPECT_THAT(book.found(), IsEmpty());
}

TEST(BookWatch, TakesNothingOfASnapshotFromBeforeTheFirstUpdate) {
  Book book;
  book.tell(spot(8, 9, {{true, 10, 1}, {false, 11, 1}}));
  book.tell(snapshot(6, {{true, 12, 1}, {false, 13, 1}}));
  book.tell(spot(10, 10, {{true, 9, 1}}));
  EXPECT_THAT(book.found(), IsEmpty());
  book.tell(snapshot(7, {{true, 12, 1}, {false, 13, 1}}));
  EXPECT_THAT(book.found(), ElementsAre("crossed 1 1970-01-01T00:00:04.000Z bid 12, ask 11")) << "it is of just before";
}

TEST(BookWatch, TellsIdsThatAreThereTwiceOrGoBack) {
  Book book;
  book.tell(spot(1, 3));
  book.tell(spot(1, 3));
  book.tell(spot(1, 2));
  EXPECT_THAT(book.found(), ElementsAre("repeated 1 1970-01-01T00:00:02.000Z update_id 3",
                                        "step_back 1 1970-01-01T00:00:03.000Z update_id 2 behind 3"));
}

TEST(BookWatch, TellsACrossedBookWhereItBegins) {
  Book book;
  book.tell(spot(1, 1, {{true, 10, 1}, {false, 12, 1}}));
  book.tell(spot(2, 2, {{true, 12, 1}}));
  book.tell(spot(3, 3, {{true, 13, 1}}));
  book.tell(spot(4, 4, {{true, 12, 0}, {true, 13, 0}}));
  book.tell(spot(5, 5, {{false, 9, 1}}));
  EXPECT_THAT(book.found(), ElementsAre("crossed 1 1970-01-01T00:00:02.000Z bid 12, ask 12",
                                        "crossed 1 1970-01-01T00:00:05.000Z bid 10, ask 9"));
}

// A snapshot says what is within its reach; beyond it, what was there stays.
TEST(BookWatch, LetsASnapshotReplaceWhatItReaches) {
  Book book;
  book.tell(spot(1, 1, {{true, 5, 1}, {true, 10, 1}, {false, 12, 1}, {false, 20, 1}}));
  book.tell(snapshot(1, {{true, 7, 1}, {false, 8, 1}, {false, 13, 1}}));
  EXPECT_THAT(book.found(), IsEmpty());
  book.tell(spot(2, 2, {{true, 7, 0}, {false, 8, 0}, {false, 13, 0}, {false, 4, 1}}));
  book.tell(spot(3, 3, {{false, 4, 0}}));
  book.tell(spot(4, 4, {{true, 20, 1}}));
  EXPECT_THAT(book.found(), ElementsAre("crossed 1 1970-01-01T00:00:03.000Z bid 5, ask 4",
                                        "crossed 1 1970-01-01T00:00:05.000Z bid 20, ask 20"));
}

TEST(BookWatch, ForgetsTheBookBehindAGapUnlessASnapshotCame) {
  for (const bool is_healed : {false, true}) {
    Book book;
    book.tell(spot(1, 1, {{true, 10, 1}, {false, 12, 1}}));
    if (is_healed) book.tell(snapshot(4, {{true, 10, 1}, {false, 12, 1}}));
    book.tell(spot(5, 5, {{false, 9, 1}}));
    EXPECT_EQ(book.found().size(), is_healed ? 2U : 1U);
  }
}

TEST(BookWatch, JoinsNothingOverAFileThatCannotBeRead) {
  Book book;
  book.tell(spot(1, 1, {{true, 10, 1}}));
  book.interrupt();
  book.tell(spot(9, 9, {{false, 9, 1}}));
  EXPECT_THAT(book.found(), IsEmpty());
}

}  // namespace
}  // namespace acts::history
