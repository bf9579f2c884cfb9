#include "store/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <limits>

#include "recording/temp_dir.hpp"
#include "store/faulty_vfs.hpp"
#include "store/rows.hpp"
#include "store/sqlite_database.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::FaultyVfs;
using ::testing::HasSubstr;
using testing::minute;
using testing::read_file;
using testing::small_row;
using testing::small_schema;
using ::testing::StartsWith;
using testing::TempDir;

std::unique_ptr<SqliteStore> open_store(const std::string& path, const RowSchema& schema = small_schema()) {
  auto store = SqliteStore::open(path, schema);
  EXPECT_TRUE(store.has_value()) << store.error().message;
  return std::move(store.value());
}

std::string open_error(const std::string& path, const RowSchema& schema = small_schema()) {
  const auto store = SqliteStore::open(path, schema);
  if (store) return "none";
  EXPECT_EQ(store.error().code, ErrorCode::kStorage);
  EXPECT_EQ(store.error().message.find('\n'), std::string::npos);
  return store.error().message;
}

// What the sqlite3 shell would print, a line a row, values separated by '|'.
std::string query(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  std::string out;
  char* message = nullptr;
  const auto append = [](void* text, int count, char** values, char** /*names*/) {
    auto& line = *static_cast<std::string*>(text);
    for (int i = 0; i < count; ++i)
      line += std::string(i == 0 ? "" : "|") + (values[i] != nullptr ? values[i] : "NULL");
    line += "\n";
    return 0;
  };
  sqlite3_exec(handle, sql.c_str(), append, &out, &message);
  EXPECT_EQ(message, nullptr) << message;
  sqlite3_free(message);
  sqlite3_close(handle);
  return out;
}

TEST(SqliteStore, ReadsBackWhatItWroteToTheLastDigit) {
  const TempDir dir;
  auto store = open_store(dir / "acts.db");
  const MinuteRow exact{{"binance-usdm", "币安人生USDT", minute(3), minute(2),
                         Decimal{int128{std::numeric_limits<std::int64_t>::max()} * 1'000'000'007, 18}, 1.0 / 3,
                         std::numeric_limits<std::int64_t>::min(), "it's \"live\"; --"}};
  const MinuteRow unknown{{"binance-usdm", "ETHUSDT", minute(3), {}, {}, {}, {}, {}}};
  ASSERT_TRUE(store->upsert(std::vector{exact, unknown}));
  EXPECT_EQ(store->rows({}).value(), (std::vector{unknown, exact}));
}

TEST(SqliteStore, StoresWhatTheInterfaceSays) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  auto store = open_store(path);
  ASSERT_TRUE(store->upsert(std::vector{small_row("BTCUSDT", 0)}));
  EXPECT_EQ(query(path, "SELECT * FROM minute_rows"),
            "binance-spot|BTCUSDT|1723161300000|1723161299973|61685.99|0.3|0|live\n");
  EXPECT_EQ(
      query(path,
            "SELECT typeof(venue), typeof(symbol), typeof(sample_time), typeof(last_book_update), typeof(best_bid), "
            "typeof(book_bias_1), typeof(updates), typeof(state) FROM minute_rows"),
      "text|text|integer|integer|text|real|integer|text\n");
  EXPECT_EQ(query(path, "PRAGMA journal_mode"), "wal\n");
  EXPECT_EQ(query(path, "SELECT strict FROM pragma_table_list WHERE name = 'minute_rows'"), "1\n");
  EXPECT_EQ(query(path, "SELECT name FROM pragma_table_info('minute_rows') WHERE pk > 0 ORDER BY pk"),
            "venue\nsymbol\nsample_time\n");
}

TEST(SqliteStore, WritingARowAgainReplacesIt) {
  const TempDir dir;
  auto store = open_store(dir / "acts.db");
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 1, 100), small_row("A", 2, 100)}));
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 1, 100), small_row("A", 2, 777), small_row("A", 2, 888)}));
  EXPECT_EQ(store->rows({}).value(), (std::vector{small_row("A", 1, 100), small_row("A", 2, 888)}));
  ASSERT_TRUE(store->upsert({}));
}

TEST(SqliteStore, GivesARangeOfOneSymbol) {
  const TempDir dir;
  auto store = open_store(dir / "acts.db");
  std::vector<MinuteRow> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(small_row("A", i));
    all.push_back(small_row("B", i));
  }
  ASSERT_TRUE(store->upsert(all));
  EXPECT_EQ(store->rows({"binance-spot", "B", minute(1), minute(3)}).value(),
            (std::vector{small_row("B", 1), small_row("B", 2)}));
  EXPECT_EQ(store->rows({"", "A", minute(3) + 1ns, minute(9)}).value(), (std::vector{small_row("A", 4)}));
  EXPECT_EQ(store->rows({"binance-spot", "", minute(4), minute(4) + 1ns}).value(),
            (std::vector{small_row("A", 4), small_row("B", 4)}));
  EXPECT_TRUE(store->rows({"binance-usdm", "A", minute(0), minute(9)}).value().empty());
  int taken = 0;
  ASSERT_TRUE(store->read({}, [&](const MinuteRow&) { return ++taken < 3; }));
  EXPECT_EQ(taken, 3);
  EXPECT_EQ(store->last_sample_time("binance-spot", "A").value(), minute(4));
  EXPECT_EQ(store->last_sample_time("binance-spot", "C").value(), std::nullopt);
}

TEST(SqliteStore, GoesOnAfterARestart) {
  const TempDir dir;
  const std::string path = dir / "data/spot/acts.db";
  for (int run = 0; run < 3; ++run) {
    auto store = open_store(path);
    ASSERT_TRUE(store->upsert(std::vector{small_row("A", run)}));
  }
  EXPECT_EQ(open_store(path)->rows({}).value(), (std::vector{small_row("A", 0), small_row("A", 1), small_row("A", 2)}));
}

TEST(SqliteStore, AddsNewColumnsAndDropsNone) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  ASSERT_TRUE(open_store(path)->upsert(std::vector{small_row("A", 0)}));
  RowSchema wider = small_schema();
  wider.columns.insert(wider.columns.begin() + 5, {"total_bid_0_5", ColumnType::kDecimal, true});
  {
    auto store = open_store(path, wider);
    MinuteRow row = small_row("A", 1);
    row.values.insert(row.values.begin() + 5, Decimal{5, 1});
    ASSERT_TRUE(store->upsert(std::vector{row}));
    const auto rows = store->rows({}).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].values[5], Value{});
    EXPECT_EQ(rows[0].values[4], small_row("A", 0).values[4]);
    EXPECT_EQ(rows[1], row);
  }
  auto narrow = open_store(path);
  ASSERT_TRUE(narrow->upsert(std::vector{small_row("A", 1, 42), small_row("A", 2)}));
  EXPECT_EQ(query(path, "SELECT symbol, best_bid, total_bid_0_5 FROM minute_rows ORDER BY sample_time"),
            "A|61685.99|NULL\nA|0.42|0.5\nA|61685.99|NULL\n");
}

TEST(SqliteStore, OpenedToReadKnowsTheColumnsOfTheFile) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  RowSchema wider = small_schema();
  wider.columns.push_back({"extra", ColumnType::kDecimal, true});
  auto writer = open_store(path);
  ASSERT_TRUE(writer->upsert(std::vector{small_row("A", 0)}));
  {
    auto migrated = open_store(path, wider);
  }
  auto reader = SqliteStore::open_to_read(path).value();
  EXPECT_EQ(reader->schema(), wider);
  MinuteRow with_extra = small_row("A", 0);
  with_extra.values.emplace_back();
  EXPECT_EQ(reader->rows({}).value(), std::vector{with_extra});
  ASSERT_TRUE(writer->upsert(std::vector{small_row("A", 1)}));
  EXPECT_EQ(reader->rows({}).value().size(), 2U);
  EXPECT_THAT(SqliteStore::open_to_read(dir / "none.db").error().message, HasSubstr("unable to open database file"));
  EXPECT_DEATH(std::ignore = reader->upsert(std::vector{small_row("A", 2)}), "upsert_");
}

TEST(SqliteStore, TakesAnyColumnName) {
  const TempDir dir;
  RowSchema schema = small_schema();
  schema.columns[4].name = "a\"b'; DROP TABLE minute_rows; --";
  schema.columns[7].name = "order";
  auto store = open_store(dir / "acts.db", schema);
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 0)}));
  EXPECT_EQ(store->rows({}).value(), std::vector{small_row("A", 0)});
  EXPECT_EQ(SqliteStore::open_to_read(dir / "acts.db").value()->schema(), schema);
}

TEST(SqliteStore, RefusesAColumnThatHoldsSomethingElse) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  ASSERT_TRUE(open_store(path)->upsert(std::vector{small_row("A", 0)}));
  RowSchema other = small_schema();
  other.columns[4].type = ColumnType::kRatio;
  other.columns.push_back({"new", ColumnType::kText, true});
  EXPECT_EQ(open_error(path, other),
            path + ": column 'best_bid' holds a decimal and would get a ratio: move the file away, a new one is made");
  EXPECT_EQ(SqliteStore::open_to_read(path).value()->schema(), small_schema());
}

TEST(SqliteStore, RefusesADatabaseOfANewerActsAndLeavesItAlone) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  ASSERT_TRUE(open_store(path)->upsert(std::vector{small_row("A", 0)}));
  query(path, "PRAGMA user_version = 4");
  RowSchema wider = small_schema();
  wider.columns.push_back({"new", ColumnType::kText, true});
  EXPECT_EQ(open_error(path, wider), path + ": was made by a newer acts (layout 4, this one knows 3): update acts");
  EXPECT_THAT(SqliteStore::open_to_read(path).error().message, HasSubstr("newer acts"));
  EXPECT_EQ(query(path, "SELECT count(*) FROM pragma_table_info('minute_rows')"), "8\n");
}

TEST(SqliteStore, RefusesTheDatabaseOfAnotherProgram) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  query(path, "CREATE TABLE places (id)");
  EXPECT_EQ(open_error(path), path + ": is the database of another program: choose another data directory");
  query(path, "PRAGMA user_version = 1");
  EXPECT_THAT(open_error(path), HasSubstr("another program"));
  EXPECT_EQ(query(path, "PRAGMA journal_mode"), "delete\n");
}

TEST(SqliteStore, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  const TempDir dir;
  for (const std::string& content : {std::string("my diary"), std::string(10'000, 'x')}) {
    const std::string path = dir.write("acts.db", content);
    EXPECT_EQ(open_error(path),
              path + ": file is not a database: move that file away or choose another data directory");
    EXPECT_EQ(read_file(path), content);
  }
}

TEST(SqliteStore, SaysThatTheDirectoryCannotBeMade) {
  const TempDir dir;
  const std::string file = dir.write("file", "");
  EXPECT_EQ(open_error(file + "/acts.db"), file + ": cannot be made: Not a directory: choose another data directory");
  EXPECT_THAT(
      open_error(dir.string()),
      HasSubstr("unable to open database file: check that its directory is there and that both may be written"));
}

// The super-user may write everywhere, so for these the process becomes somebody else.
class SomebodyElse {
 public:
  SomebodyElse() : changed_(::geteuid() == 0 && ::seteuid(65'534) == 0) {}
  ~SomebodyElse() {
    if (changed_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  bool changed_;
};

TEST(SqliteStore, SaysThatDirectoryOrFileMayNotBeWritten) {
  namespace fs = std::filesystem;
  const TempDir dir;
  const std::string path = dir / "acts.db";
  const auto read_only = static_cast<fs::perms>(0555);
  fs::permissions(dir.string(), read_only);
  {
    const SomebodyElse user;
    EXPECT_EQ(open_error(path),
              path + ": unable to open database file: check that its directory is there and that both may be written");
  }
  fs::permissions(dir.string(), fs::perms::owner_all);
  query(path, "PRAGMA user_version = 0; CREATE TABLE x (y); DROP TABLE x");
  fs::permissions(path, static_cast<fs::perms>(0444));
  fs::permissions(dir.string(), read_only);
  {
    const SomebodyElse user;
    EXPECT_EQ(open_error(path),
              path + ": may only be read: check that its directory is there and that both may be written");
  }
  fs::permissions(dir.string(), fs::perms::owner_all);
}

TEST(SqliteStore, SaysThatAnotherWriterKeepsItLockedAndTakesTheRowsLater) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  auto store = SqliteStore::open(path, small_schema(), {.busy_timeout = 0ms, .vfs = {}}).value();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto refused = store->upsert(std::vector{small_row("A", 0)});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), (Error{ErrorCode::kStorage,
                                    path + ": database is locked for 0s: end the other program that writes to it"}));
  EXPECT_TRUE(store->rows({}).value().empty());
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_TRUE(store->upsert(std::vector{small_row("A", 0)}));
  EXPECT_EQ(store->rows({}).value().size(), 1U);
  sqlite3_close(other);
}

TEST(SqliteStore, TwoStoresOnOneFileTakeTurns) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  auto a = open_store(path);
  auto b = open_store(path);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE((i % 2 == 0 ? a : b)->upsert(std::vector{small_row("A", i)}));
  }
  EXPECT_EQ(a->rows({}).value().size(), 10U);
  EXPECT_EQ(a->rows({}).value(), b->rows({}).value());
}

TEST(SqliteStore, AReaderThatStaysDoesNotStopTheWriter) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  auto store = open_store(path);
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 0)}));
  auto reader = SqliteStore::open_to_read(path).value();
  int seen = 0;
  ASSERT_TRUE(reader->read({}, [&](const MinuteRow&) {
    EXPECT_TRUE(store->upsert(std::vector{small_row("A", 1)}));
    ++seen;
    return true;
  }));
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(reader->rows({}).value().size(), 2U);
}

TEST(SqliteStore, SaysWhichValueIsUnreadable) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  auto store = open_store(path);
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 0)}));
  query(path, "UPDATE minute_rows SET best_bid = 'cheap'");
  EXPECT_EQ(store->rows({}).error().message,
            path + ": 'cheap' in column 'best_bid' of minute_rows is not a decimal: was it edited?");
  query(path, "UPDATE minute_rows SET best_bid = NULL, last_book_update = 9223372036854775807");
  EXPECT_EQ(store->rows({}).error().message,
            path + ": '9223372036854775807' in column 'last_book_update' of minute_rows is not a time: was it edited?");
  query(path, "UPDATE minute_rows SET last_book_update = NULL, book_bias_1 = 9e999");
  EXPECT_EQ(store->rows({}).error().message,
            path + ": 'Inf' in column 'book_bias_1' of minute_rows is not a finite number: was it edited?");
  query(path, "UPDATE minute_row_columns SET type = 'moon phase' WHERE name = 'state'");
  EXPECT_THAT(SqliteStore::open_to_read(path).error().message,
              HasSubstr("column 'state' holds a 'moon phase', which this acts does not know: update acts"));
}

// With synchronous=NORMAL every test passed too, and a power failure would have taken rows that were called stored.
TEST(SqliteStore, SyncsItsLogBeforeItCallsRowsStored) {
  const TempDir dir;
  FaultyVfs disk(1'000'000, 0, SQLITE_FULL);
  auto store = SqliteStore::open(dir / "acts.db", small_schema(), {.vfs = FaultyVfs::name()}).value();
  for (int i = 0; i < 5; ++i) {
    const int before = disk.log_syncs();
    ASSERT_TRUE(store->upsert(std::vector{small_row("A", i)}));
    EXPECT_GT(disk.log_syncs(), before) << "upsert " << i;
  }
  // What is counted tells the one setting from the other.
  const auto lax =
      SqliteDatabase::open(dir / "lax.db", SqliteDatabase::Access::kCreate, {.vfs = FaultyVfs::name()}).value();
  for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "CREATE TABLE t (x)"}) {
    ASSERT_TRUE(lax->execute(sql)) << sql;
  }
  const int before = disk.log_syncs();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(lax->execute("INSERT INTO t VALUES (1)"));
  EXPECT_EQ(disk.log_syncs(), before);
}

TEST(SqliteStore, SaysThatTheDiskIsFullAndTakesTheRowsLater) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  FaultyVfs disk(1'000'000, 0, SQLITE_FULL);
  auto store = SqliteStore::open(path, small_schema(), {.vfs = FaultyVfs::name()}).value();
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 0)}));
  disk.start_failing(2);
  for (int i = 0; i < 2; ++i) {
    const auto refused = store->upsert(std::vector{small_row("A", 1), small_row("A", 2)});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(),
              (Error{ErrorCode::kStorage, path + ": database or disk is full: free some space on its disk"}));
    EXPECT_EQ(store->rows({}).value(), std::vector{small_row("A", 0)});
  }
  EXPECT_TRUE(store->upsert(std::vector{small_row("A", 1), small_row("A", 2)}));
  EXPECT_EQ(store->rows({}).value().size(), 3U);
}

// Whichever write, sync or truncation fails, once or three times: what upsert() reported as stored is there in the end,
// once, and so is the rest, given again.
class SqliteStoreFaults : public ::testing::TestWithParam<int> {};

TEST_P(SqliteStoreFaults, LoseNoRowThatWasReportedAsStored) {
  bool reached = true;
  int errors_told = 0;
  int fail_at = 0;
  for (; reached; ++fail_at) {
    reached = false;
    for (const int failures : {1, 3}) {
      const TempDir dir;
      const std::string path = dir / "acts.db";
      FaultyVfs disk(fail_at, failures, GetParam());
      int errors = 0;
      for (int run = 0; run < 2; ++run) {
        Result<std::unique_ptr<SqliteStore>> store = fail(ErrorCode::kRetry, "");
        for (int tries = 0; tries < 20 && !store; ++tries) {
          store = SqliteStore::open(path, small_schema(), {.vfs = FaultyVfs::name()});
          if (!store) ++errors;
        }
        ASSERT_TRUE(store.has_value()) << "operation " << fail_at << ": " << store.error().message;
        for (int batch = 0; batch < 3; ++batch) {
          const std::int64_t first = run * 30 + batch * 10;
          std::vector<MinuteRow> rows;
          for (std::int64_t i = 0; i < 10; ++i) rows.push_back(small_row("A", first + i));
          int tries = 0;
          while (!(*store)->upsert(rows) && tries++ < 20) ++errors;
          ASSERT_LT(tries, 20) << "operation " << fail_at;
          auto seen = SqliteStore::open_to_read(path).value()->rows({}).value();
          ASSERT_EQ(seen.size(), static_cast<std::size_t>(first + 10)) << "operation " << fail_at;
        }
      }
      reached |= disk.failed() > 0;
      // A failure in work that SQLite does by itself later (checkpoints, at closing too) is nobody's error.
      errors_told += errors;
      const auto rows = SqliteStore::open_to_read(path).value()->rows({}).value();
      ASSERT_EQ(rows.size(), 60U);
      for (int i = 0; i < 60; ++i) EXPECT_EQ(rows[static_cast<std::size_t>(i)], small_row("A", i));
      EXPECT_EQ(query(path, "PRAGMA integrity_check"), "ok\n");
    }
  }
  EXPECT_GT(fail_at, 20);
  EXPECT_GT(errors_told, 20);
}

INSTANTIATE_TEST_SUITE_P(Disk, SqliteStoreFaults,
                         ::testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC),
                         [](const auto& code) { return "Code" + std::to_string(code.param); });

TEST(SqliteStoreDeath, StopsAtARowOfAnotherSchema) {
  const TempDir dir;
  auto store = open_store(dir / "acts.db");
  MinuteRow row = small_row("A", 0);
  row.values[6] = "text";
  EXPECT_DEATH(std::ignore = store->upsert(std::vector{row}), "type");
  row.values.pop_back();
  EXPECT_DEATH(std::ignore = store->upsert(std::vector{row}), "size");
  MinuteRow keyless = small_row("A", 0);
  keyless.values[1] = {};
  EXPECT_DEATH(std::ignore = store->upsert(std::vector{keyless}), "i >= 3");
}

// A row that a trigger or a constraint refused came back as if the disk were full, and was given again for ever.
TEST(SqliteStore, TellsARefusedRowFromAFailureAndSetsItAside) {
  const TempDir dir;
  const std::string path = dir / "acts.db";
  const auto store = open_store(path);
  query(path,
        "CREATE TRIGGER no_b BEFORE INSERT ON minute_rows WHEN new.symbol = 'B' BEGIN SELECT RAISE(ABORT, 'no B'); "
        "END");
  const std::vector<MinuteRow> rows{small_row("A", 1), small_row("B", 2)};
  const auto refused = store->upsert(rows);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(refused.error().message, HasSubstr("acts.db: refused: no B"));
  EXPECT_EQ(query(path, "SELECT count(*) FROM minute_rows"), "0\n");
  EXPECT_TRUE(store->set_aside(rows[1], "no B"));
  EXPECT_TRUE(store->set_aside(rows[1], "still no B"));
  EXPECT_TRUE(store->upsert(std::span(rows).first(1)));
  EXPECT_EQ(query(path, "SELECT venue, symbol, sample_time, reason, json ->> 'best_bid' FROM rejected_rows"),
            "binance-spot|B|1723161420000|still no B|61685.99\n");
  EXPECT_EQ(store->rows({}).value(), std::vector{rows[0]});
  // The file can be opened again with that table in it.
  EXPECT_EQ(open_error(path), "none");
}

}  // namespace
}  // namespace acts
