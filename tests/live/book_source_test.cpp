#include "live/book_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <span>

#include "live/books.hpp"
#include "recording/temp_dir.hpp"
#include "store/delivery.hpp"
#include "store/outbox.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using testing::dump_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::minute;
using testing::rows_of_book;
using testing::save_full_book;
using testing::small_schema;
using testing::some_book;
using testing::TempDir;

struct Place {
  TempDir dir;
  std::unique_ptr<SqliteStore> store = SqliteStore::open(dir / "acts.db", small_schema()).value();

  [[nodiscard]] std::unique_ptr<SinkSource> source(const std::string& sink = "postgresql") const {
    return BookSource::open({.data_dir = dir.string(), .sink = sink, .look_interval = 0s}).value();
  }
};

std::string text_of(const MinuteRow& row) {
  std::string text;
  append_csv(text, book_level_schema(), row);
  return text;
}

std::vector<MinuteRow> read_all(SinkSource& source, std::size_t max) {
  std::vector<MinuteRow> rows;
  for (;;) {
    const OutboxBatch batch = source.read(max).value();
    if (batch.rows.empty()) return rows;
    rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
    EXPECT_TRUE(source.advance(batch.changes.back()));
  }
}

TEST(BookSource, GivesEveryLevelOfEveryBookInBoundedBatches) {
  const Place place;
  const BookFile one = some_book("BTCUSDT", minute(0), 25, {2, 8}, 1);
  const BookFile two = some_book("ETHUSDT", minute(1), 3, {8, 0}, 2);
  save_full_book(place.dir.string(), two);
  save_full_book(place.dir.string(), one);
  const auto source = place.source();
  EXPECT_EQ(source->schema(), book_level_schema());
  const OutboxBatch first = source->read(20).value();
  EXPECT_EQ(first.rows.size(), 20U);
  EXPECT_EQ(source->lag().value(), (OutboxLag{2, minute(0)}));
  ASSERT_TRUE(source->advance(first.changes[4]));  // a part of it
  std::vector<MinuteRow> rows(first.rows.begin(), first.rows.begin() + 5);
  for (const MinuteRow& row : read_all(*source, 20)) rows.push_back(row);
  std::vector<MinuteRow> wanted = rows_of_book(one);
  for (const MinuteRow& row : rows_of_book(two)) wanted.push_back(row);
  EXPECT_EQ(rows, wanted);
  EXPECT_EQ(source->lag().value(), OutboxLag{});
  save_full_book(place.dir.string(), some_book("BTCUSDT", minute(9), 1));
  EXPECT_EQ(read_all(*source, 20).size(), 2U);
}

// A book that a remote database has lost could not be sent there again.
TEST(BookSource, GivesABookAgainAsTheManualSays) {
  constexpr const char* kStatement = "DELETE FROM book_dumps WHERE symbol = 'BTCUSDT' AND saved_at >= ";
  EXPECT_THAT(testing::read_file(test::project_file("docs/sinks.md")), HasSubstr(kStatement));
  const Place place;
  const BookFile again = some_book("BTCUSDT", minute(1), 3);
  for (const BookFile& book : {some_book("BTCUSDT", minute(0), 3), again, some_book("ETHUSDT", minute(1), 3)}) {
    save_full_book(place.dir.string(), book);
  }
  EXPECT_EQ(read_all(*place.source(), 20).size(), 18U);
  EXPECT_EQ(read_all(*place.source(), 20).size(), 0U);
  const auto database = SqliteDatabase::open(place.dir / "acts.db", SqliteDatabase::Access::kExisting, {}).value();
  ASSERT_TRUE(database->execute(kStatement + std::to_string(minute(1).value)));
  EXPECT_EQ(read_all(*place.source(), 20), rows_of_book(again));
  EXPECT_EQ(read_all(*place.source(), 20).size(), 0U);
}

TEST(BookSource, TakesFewerOfTheSameLevelsAfterAFailure) {
  const Place place;
  const BookFile book = some_book("BTCUSDT", minute(0), 20);
  save_full_book(place.dir.string(), book);
  const auto source = place.source();
  const std::vector<MinuteRow> wanted = rows_of_book(book);
  EXPECT_EQ(source->read(16).value().rows, std::vector(wanted.begin(), wanted.begin() + 16));
  EXPECT_EQ(source->read(8).value().rows, std::vector(wanted.begin(), wanted.begin() + 8));
  EXPECT_EQ(source->read(32).value().rows, std::vector(wanted.begin(), wanted.begin() + 32));
}

// A process that ends between what the sink confirmed and the cursor: the book comes again, with the same keys.
TEST(BookSource, SendsABookAgainThatAnEarlierProcessDidNotEnd) {
  const Place place;
  const BookFile book = some_book("BTCUSDT", minute(0), 10);
  save_full_book(place.dir.string(), book);
  std::set<std::string> sink;
  const auto store = [&sink](const std::vector<MinuteRow>& rows) {
    for (const MinuteRow& row : rows) sink.insert(text_of(row));
  };
  {
    const auto source = place.source();
    const OutboxBatch batch = source->read(7).value();
    store(batch.rows);
    ASSERT_TRUE(source->advance(batch.changes.back()));
    store(source->read(7).value().rows);  // and no word of it
  }
  const auto again = place.source();
  const std::vector<MinuteRow> rows = read_all(*again, 7);
  EXPECT_EQ(rows, rows_of_book(book));
  store(rows);
  EXPECT_EQ(sink.size(), 20U);
  EXPECT_TRUE(place.source()->read(7).value().rows.empty());
}

TEST(BookSource, SetsAsideWhatIsGoneDamagedOrOfAnotherNameAndGoesOn) {
  const Place place;
  const std::string dir = place.dir.string();
  const std::string cut = save_full_book(dir, some_book("CUT", minute(0), 1000));
  const std::string gone = save_full_book(dir, some_book("GONE", minute(1), 5));
  const std::string other = save_full_book(dir, some_book("OTHER", minute(2), 5));
  const BookFile good = some_book("BTCUSDT", minute(3), 5);
  save_full_book(dir, good);
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 20);
  std::filesystem::create_directories(dir + "/books/binance-spot/WRONG");
  std::filesystem::rename(other, path_of(dir, {"binance-spot", "WRONG", minute(2)}));
  const auto source = place.source();
  {
    // Known, and removed by somebody before its turn.
    const auto outbox = BookOutbox::open(place.dir / "acts.db", "x").value();
    ASSERT_TRUE(
        outbox->add(std::vector{BookDump{"binance-spot", "GONE", minute(1)}}, [](const BookDump&) { return true; }));
    std::filesystem::remove(gone);
  }
  const OutboxBatch batch = source->read(100).value();
  EXPECT_EQ(batch.rows, rows_of_book(good));
  EXPECT_THAT(batch.unreadable, ::testing::UnorderedElementsAre(HasSubstr("GONE/"), HasSubstr("CUT/"),
                                                                HasSubstr("not what its name says")));
  std::set<std::string> symbols;
  const auto rejected = rejected_rows(place.dir / "acts.db").value();
  for (const RejectedRow& row : rejected) symbols.insert(row.symbol);
  EXPECT_THAT(symbols, ElementsAre("CUT", "GONE", "WRONG"));
  ASSERT_TRUE(source->advance(batch.changes.back()));
  EXPECT_EQ(source->lag().value(), OutboxLag{});
  EXPECT_TRUE(place.source()->read(100).value().unreadable.empty()) << "set aside once";
}

// Descriptors that had run out looked like files that were gone: sound books were passed over, and might be removed.
TEST(BookSource, TriesAgainWhatIsThereAndCannotBeOpened) {
  const Place place;
  const std::string dir = place.dir.string();
  save_full_book(dir, some_book("BTCUSDT", minute(0), 5));
  const BookFile next = some_book("ETHUSDT", minute(1), 5);
  save_full_book(dir, next);
  const std::string path = path_of(dir, {"binance-spot", "BTCUSDT", minute(0)});
  std::filesystem::rename(path, path + ".away");
  std::filesystem::create_directory(path);
  const auto source = place.source();
  for (int i = 1; i < BookSource::kMostTries; ++i) {
    const auto batch = source->read(100);
    ASSERT_FALSE(batch) << i;
    ASSERT_EQ(batch.error().code, ErrorCode::kStorage);
  }
  // It must not hold up those behind it for ever.
  const OutboxBatch batch = source->read(100).value();
  EXPECT_THAT(batch.unreadable, ElementsAre(HasSubstr("BTCUSDT/")));
  EXPECT_EQ(batch.rows, rows_of_book(next));
}

// A database that takes no level of a book cost a request, and a line that stays, for each of them.
TEST(BookSource, GivesUpABookOfWhichTheSinkRefusesTooMuch) {
  const Place place;
  save_full_book(place.dir.string(), some_book("BTCUSDT", minute(0), 900));
  save_full_book(place.dir.string(), some_book("ETHUSDT", minute(1), 2));
  const auto source = place.source();
  std::size_t refused = 0;
  for (OutboxBatch batch = source->read(100).value(); batch.rows.front().symbol() == "BTCUSDT";
       batch = source->read(100).value()) {
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      ASSERT_TRUE(source->set_aside(batch.rows[i], batch.changes[i], "too old"));
      ++refused;
    }
    ASSERT_TRUE(source->advance(batch.changes.back()));
  }
  EXPECT_EQ(refused, BookSource::kMostRefused);
  const auto rejected = rejected_rows(place.dir / "acts.db").value();
  EXPECT_EQ(rejected.size(), refused + 1);
}

// While a database cannot be reached nothing is read, and the books that wait for it were not counted.
TEST(BookSource, CountsTheBooksThatCameWithoutBeingAskedForThem) {
  const Place place;
  const auto source = place.source();
  EXPECT_EQ(source->lag().value(), OutboxLag{});
  save_full_book(place.dir.string(), some_book("BTCUSDT", minute(0), 5));
  EXPECT_EQ(source->lag().value(), (OutboxLag{1, minute(0)}));
}

// A disk that was mounted late: every book that waited would have been set aside for ever.
TEST(BookSource, WaitsForAFolderThatIsNotThere) {
  const Place place;
  const BookFile book = some_book("BTCUSDT", minute(0), 5);
  save_full_book(place.dir.string(), book);
  const auto source = place.source();
  ASSERT_TRUE(source->advance(source->read(3).value().changes.back()));
  std::filesystem::rename(place.dir / "books", place.dir / "elsewhere");
  const auto next = place.source();
  EXPECT_EQ(next->read(3).error().code, ErrorCode::kStorage);
  EXPECT_EQ(next->lag().value().rows, 1);
  std::filesystem::rename(place.dir / "elsewhere", place.dir / "books");
  EXPECT_EQ(read_all(*next, 3), rows_of_book(book));
}

TEST(BookSource, PassesABookWithoutLevels) {
  const Place place;
  save_full_book(place.dir.string(), some_book("EMPTY", minute(0), 0));
  const BookFile good = some_book("BTCUSDT", minute(1), 1);
  save_full_book(place.dir.string(), good);
  EXPECT_EQ(read_all(*place.source(), 10), rows_of_book(good));
}

TEST(BookSource, KeepsARefusedLevelWithItsReason) {
  const Place place;
  save_full_book(place.dir.string(), some_book("BTCUSDT", minute(0), 1));
  const auto source = place.source();
  const OutboxBatch batch = source->read(10).value();
  ASSERT_TRUE(source->set_aside(batch.rows[1], batch.changes[1], "price has 19 decimals"));
  ASSERT_TRUE(source->advance(batch.changes[1]));
  const auto rejected = rejected_rows(place.dir / "acts.db").value();
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_THAT(rejected[0].json, HasSubstr("\"side\":\"ask\",\"price\":\"1000"));
  EXPECT_EQ(source->lag().value(), OutboxLag{});
}

// A sink that fails every fourth time, and refuses one level.
class FailingDelivery {
 public:
  explicit FailingDelivery(SinkSource& source) : source_(source) {}

  void run() {
    while (!delivery_.status().idle) std::visit([this](const auto& what) { carry(what); }, delivery_.next(now_));
  }
  [[nodiscard]] const std::set<std::string>& stored() const { return stored_; }
  [[nodiscard]] const Delivery::Status& status() const { return delivery_.status(); }

 private:
  void carry(Delivery::Connect) { delivery_.on_connected({}, now_); }
  void carry(Delivery::Read read) {
    batch_ = source_.read(read.max).value();
    delivery_.on_read(batch_.rows.size(), now_);
  }
  void carry(Delivery::Send send) {
    const auto rows = std::span(batch_.rows).subspan(send.first, send.count);
    const bool is_refused =
        std::ranges::any_of(rows, [](const MinuteRow& row) { return row.values.back() == Value{std::int64_t{17}}; });
    if (++sends_ % 4 == 0) return delivery_.on_sent(fail(ErrorCode::kRetry, "connection reset"), now_);
    if (is_refused) return delivery_.on_sent(fail(ErrorCode::kBadInput, "numeric field overflow"), now_);
    for (const MinuteRow& row : rows) stored_.insert(text_of(row));
    delivery_.on_sent(std::vector<Refusal>{}, now_);
  }
  void carry(const Delivery::SetAside& aside) {
    delivery_.on_set_aside(source_.set_aside(batch_.rows[aside.row], batch_.changes[aside.row], aside.reason), now_);
  }
  void carry(Delivery::Advance) { delivery_.on_advanced(source_.advance(batch_.changes.back()), now_); }
  void carry(Delivery::Wait wait) { now_ = wait.until; }

  SinkSource& source_;
  Delivery delivery_{{.batch = 16, .poll = 1s, .retry_first = 1s, .retry_cap = 4s, .seed = 3}};
  OutboxBatch batch_;
  std::set<std::string> stored_;
  int sends_ = 0;
  Nanos now_{0};
};

TEST(BookSource, DeliversExactlyTheLevelsThroughFailuresAndRefusals) {
  const Place place;
  const BookFile book = some_book("BTCUSDT", minute(0), 40);
  save_full_book(place.dir.string(), book);
  const auto source = place.source();
  FailingDelivery run(*source);
  run.run();
  std::set<std::string> wanted;
  for (const MinuteRow& row : rows_of_book(book)) {
    if (row.values.back() != Value{std::int64_t{17}}) wanted.insert(text_of(row));
  }
  EXPECT_EQ(run.stored(), wanted);
  EXPECT_GT(run.status().failures, 3U);
  EXPECT_EQ(run.status().delivered, 78U);
  EXPECT_EQ(run.status().refused, 2U);
  EXPECT_EQ(rejected_rows(place.dir / "acts.db").value().size(), 2U);
  EXPECT_EQ(source->lag().value(), OutboxLag{});
}

}  // namespace
}  // namespace acts
