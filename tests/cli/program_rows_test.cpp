// acts rows and acts sinks as users meet them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "live/books.hpp"
#include "recording/temp_dir.hpp"
#include "store/outbox.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

using acts::testing::minute;
using acts::testing::small_row;
using acts::testing::small_schema;
using acts::testing::TempDir;
using ::testing::HasSubstr;

std::unique_ptr<SqliteStore> store_in(const std::string& directory) {
  return SqliteStore::open(directory + "/acts.db", small_schema()).value();
}

MinuteRow with_state(const std::string& symbol, std::int64_t number, const char* state) {
  MinuteRow row = small_row(symbol, number);
  row.values.back() = state;
  return row;
}

Outcome rows(const TempDir& dir, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "rows");
  arguments.insert(arguments.end(), {"--data-dir", dir.string()});
  return run_acts(arguments);
}

TEST(RowsCommand, ListsAndExportsWhatIsStored) {
  const TempDir dir;
  ASSERT_TRUE(
      store_in(dir.string())->upsert(std::vector{small_row("A", 0), small_row("A", 1), with_state("B", 1, "syncing")}));
  EXPECT_EQ(rows(dir, {"ls"}).out,
            "venue,symbol,first,last,rows,live\n"
            "binance-spot,A,2024-08-08T23:55:00.000Z,2024-08-08T23:56:00.000Z,2,2\n"
            "binance-spot,B,2024-08-08T23:56:00.000Z,2024-08-08T23:56:00.000Z,1,0\n");
  EXPECT_EQ(rows(dir, {"export", "--symbol", "A", "--from", "2024-08-08T23:56"}).out,
            "venue,symbol,sample_time,last_book_update,best_bid,book_bias_1,updates,state\n"
            "binance-spot,A,2024-08-08T23:56:00.000Z,2024-08-08T23:55:59.973Z,61685.99,0.30000000000000004,1,live\n");
  EXPECT_THAT(rows(dir, {"export", "--format", "json", "--to", "2024-08-08T23:56"}).out,
              HasSubstr(R"("sample_time":"2024-08-08T23:55:00.000Z","last_book_update":"2024-08-08T23:54:59.973Z",)"
                        R"("best_bid":"61685.99","book_bias_1":0.30000000000000004,"updates":0,"state":"live"})"));
}

// A wrong symbol was a bare header and success, and so was "BTC", "btcusdt" and "binance-spot:BTCUSDT".
TEST(RowsCommand, TakesASymbolInEverySpellingAndSaysWhereNothingIsStoredOfIt) {
  const TempDir dir;
  ASSERT_TRUE(store_in(dir.string())->upsert(std::vector{small_row("BTCUSDT", 0), small_row("ETHUSDT", 0)}));
  for (const char* const action : {"export", "ls", "gaps"}) {
    const std::string expected = rows(dir, {action, "--symbol", "BTCUSDT"}).out;
    for (const char* const symbol : {"btcusdt", "BTC", "binance-spot:BTCUSDT"}) {
      const Outcome outcome = rows(dir, {action, "--symbol", symbol});
      EXPECT_EQ(outcome.exit_code, kExitDone) << symbol << ": " << outcome.err;
      EXPECT_EQ(outcome.out, expected);
    }
    for (const char* const symbol : {"NOPE", "binance-usdm:BTCUSDT"}) {
      const Outcome outcome = rows(dir, {action, "--symbol", symbol});
      EXPECT_EQ(outcome.exit_code, kExitUsage) << symbol;
      EXPECT_EQ(outcome.out, "");
      EXPECT_THAT(outcome.err, HasSubstr("'acts rows ls' shows what there is"));
      EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
  }
  EXPECT_EQ(std::ranges::count(rows(dir, {"export", "--symbol", "BTC"}).out, '\n'), 2);
  EXPECT_THAT(rows(dir, {"export", "--symbol", "B/C"}).err, HasSubstr("acts: --symbol: 'B/C' is not a symbol"));
  ASSERT_TRUE(store_in(dir.string())->set_aside(small_row("BTCUSDT", 1), "no"));
  EXPECT_EQ(std::ranges::count(rows(dir, {"rejected", "--symbol", "btc"}).out, '\n'), 2);
}

TEST(RowsCommand, ListsTheMinutesThatAreMissingOrNotLive) {
  const TempDir dir;
  ASSERT_TRUE(
      store_in(dir.string())->upsert(std::vector{small_row("A", 0), small_row("A", 3), with_state("A", 4, "stale")}));
  EXPECT_EQ(rows(dir, {"gaps"}).out,
            "venue,symbol,first,last,minutes,state,reason\n"
            "binance-spot,A,2024-08-08T23:56:00.000Z,2024-08-08T23:57:00.000Z,2,missing,\n"
            "binance-spot,A,2024-08-08T23:59:00.000Z,2024-08-08T23:59:00.000Z,1,stale,\n");
}

TEST(RowsCommand, RepairSaysWhatNoRecordingGives) {
  const TempDir dir;
  ASSERT_TRUE(store_in(dir.string())->upsert(std::vector{small_row("A", 0), small_row("A", 1)}));
  EXPECT_EQ(rows(dir, {"repair"}).err, "no row is missing\n");
  ASSERT_TRUE(store_in(dir.string())->upsert(std::vector{small_row("A", 4), small_row("B", 0), small_row("B", 2)}));
  const Outcome outcome = rows(dir, {"repair"});
  EXPECT_EQ(outcome.exit_code, kExitBadInput);
  EXPECT_EQ(outcome.err,
            "binance-spot A: 2 rows were missing, 0 of them are added from the recording; 0 of 0 that were made up are "
            "replaced\n"
            "binance-spot B: 1 rows were missing, 0 of them are added from the recording; 0 of 0 that were made up are "
            "replaced\n");
  EXPECT_THAT(
      rows(dir, {"repair", "--symbol", "a", "--from", "2024-08-08T23:56:30", "--to", "2024-08-08T23:57:01"}).err,
      HasSubstr("A: 1 rows were missing"))
      << "those of the time that is asked for";
  EXPECT_EQ(rows(dir, {"repair", "--from", "2020-01-01", "--to", "2024-08-08T23:56"}).err, "no row is missing\n")
      << "nobody collected then";
  EXPECT_EQ(rows(dir, {"repair", "--symbol", "C"}).exit_code, kExitUsage);
  EXPECT_EQ(rows(dir, {"repair", "--format", "json"}).exit_code, kExitUsage);
  const Outcome typed = run_acts({"rows", "repair", "--data-dir", dir / "typo"});
  EXPECT_NE(typed.exit_code, kExitDone);
  EXPECT_FALSE(std::filesystem::exists(dir / "typo"));
}

TEST(RowsCommand, MergesAnotherStoreAndSaysHowManyDiffered) {
  const TempDir dir;
  const TempDir other;
  ASSERT_TRUE(
      store_in(dir.string())->upsert(std::vector{small_row("A", 0), with_state("A", 1, "syncing"), small_row("A", 2)}));
  ASSERT_TRUE(
      store_in(other.string())
          ->upsert(std::vector{small_row("A", 0), small_row("A", 1), small_row("A", 2, 7'000'000), small_row("A", 3)}));
  const Outcome outcome = rows(dir, {"merge", other.string()});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_EQ(outcome.err,
            other.string() + "/acts.db: 1 rows added, 1 the same, 2 differed: 1 of ours kept, 1 of theirs taken\n");
  EXPECT_EQ(store_in(dir.string())->rows({}).value(),
            (std::vector{small_row("A", 0), small_row("A", 1), small_row("A", 2), small_row("A", 3)}));
  EXPECT_EQ(rows(dir, {"merge"}).exit_code, kExitUsage);
  EXPECT_EQ(rows(dir, {"merge", "/nowhere/acts.db"}).exit_code, kExitStorage);
}

TEST(RowsCommand, MergesTwoStoresIntoEachOtherToTheSameRows) {
  const TempDir ours;
  const TempDir theirs;
  const auto merge = [](const TempDir& into, const std::string& from) {
    const Outcome outcome = rows(into, {"merge", from});
    EXPECT_EQ(outcome.exit_code, kExitDone) << outcome.err;
    return outcome.err;
  };
  ASSERT_TRUE(store_in(ours.string())->upsert(std::vector{small_row("A", 0, 7), small_row("A", 1, 7)}));
  ASSERT_TRUE(store_in(theirs.string())->upsert(std::vector{small_row("A", 0, 8), small_row("A", 1, 6)}));
  const TempDir copy;
  std::filesystem::copy(theirs.string() + "/acts.db", copy / "acts.db");
  EXPECT_THAT(merge(theirs, ours.string()), HasSubstr("2 differed: 1 of ours kept, 1 of theirs taken"));
  EXPECT_THAT(merge(ours, copy / "acts.db"), HasSubstr("2 differed: 1 of ours kept, 1 of theirs taken"));
  EXPECT_EQ(rows(ours, {"export"}).out, rows(theirs, {"export"}).out);
  EXPECT_THAT(merge(ours, theirs.string()), HasSubstr("0 rows added, 2 the same, 0 differed"));
}

TEST(RowsCommand, ListsWhatWasRejectedAndWhy) {
  const TempDir dir;
  const auto store = store_in(dir.string());
  ASSERT_TRUE(store->upsert(std::vector{small_row("A", 0)}));
  ASSERT_TRUE(Outbox::open(dir.string() + "/acts.db", "mongodb").value()->set_aside(small_row("A", 0), 1, "too long"));
  ASSERT_TRUE(store->set_aside(small_row("B", 0), "no"));
  const std::string out = rows(dir, {"rejected"}).out;
  EXPECT_THAT(out, HasSubstr("sink,venue,symbol,sample_time,reason,row\nacts.db,binance-spot,B,"));
  EXPECT_THAT(out, HasSubstr("mongodb,binance-spot,A,2024-08-08T23:55:00.000Z,too long,"));
  EXPECT_EQ(std::ranges::count(rows(dir, {"rejected", "--symbol", "B"}).out, '\n'), 2);
}

TEST(RowsCommand, PrunesWhatIsOldAndDelivered) {
  const TempDir dir;
  std::vector<MinuteRow> stored;
  for (int i = 0; i < 300; ++i) stored.push_back(small_row("A", i));
  ASSERT_TRUE(store_in(dir.string())->upsert(stored));
  EXPECT_EQ(rows(dir, {"prune"}).exit_code, kExitUsage);
  EXPECT_THAT(rows(dir, {"prune", "--keep-rows", "25h", "--dry-run"}).err, HasSubstr("rows: 239 would be removed"));
  EXPECT_THAT(
      rows(dir, {"prune", "--keep-rows-bytes", "0", "--dry-run"}).err,
      HasSubstr("rows: 0 would be removed, the oldest kept is of 2024-08-08T23:55:00.000Z (what goes by size is "
                "not counted beforehand)"));
  EXPECT_THAT(rows(dir, {"prune", "--keep-rows-bytes", "500"}).err,
              HasSubstr("'500' is less than 1 MiB: add the unit, such as GB"));
  const std::string config = dir.write("acts.toml", "[sinks.mongodb]\nuri = \"mongodb://localhost/acts\"\n");
  const Outcome kept =
      run_acts({"--config", config, "rows", "prune", "--keep-rows", "25h", "--data-dir", dir.string()});
  EXPECT_THAT(kept.err, HasSubstr("rows: 0 removed, the oldest kept is of 2024-08-08T23:55:00.000Z, 239 stay until a "
                                  "sink has them"));
  EXPECT_EQ(rows(dir, {"prune", "--keep-rows", "25h"}).exit_code, kExitDone);
  EXPECT_EQ(store_in(dir.string())->rows({}).value().size(), 61U);
}

TEST(RowsCommand, PrunesFullBooksThatAreOldAndDelivered) {
  const TempDir dir;
  ASSERT_TRUE(store_in(dir.string()));
  for (int day = 0; day < 5; ++day) {
    acts::testing::save_full_book(
        dir.string(), acts::testing::some_book("BTCUSDT", acts::testing::minute(0) + day * std::chrono::hours{24}, 3));
  }
  const std::string config =
      dir.write("acts.toml", "[sinks.mongodb]\nuri = \"mongodb://localhost/acts\"\nbooks = true\n");
  const Outcome kept =
      run_acts({"--config", config, "rows", "prune", "--keep-books", "2d", "--data-dir", dir.string()});
  EXPECT_THAT(kept.err, HasSubstr("books: 0 of 0 bytes removed, the oldest kept is of 2024-08-08T23:55:00.000Z, 3 stay "
                                  "until a sink has them"));
  const Outcome done = rows(dir, {"prune", "--keep-books", "2d"});
  EXPECT_EQ(done.exit_code, kExitDone);
  EXPECT_THAT(done.err, HasSubstr("books: 3 of "));
  EXPECT_THAT(rows(dir, {"prune", "--keep-books-bytes", "0"}).err, HasSubstr("books: 1 of "));
}

TEST(RowsCommand, SaysInOneLineWhatIsWrong) {
  const TempDir dir;
  EXPECT_EQ(rows(dir, {"exprot"}).err, "acts: no action 'exprot' of rows: did you mean export?\n");
  EXPECT_EQ(rows(dir, {"ls", "x"}).err, "acts: rows ls takes no files\n");
  EXPECT_EQ(rows(dir, {"ls"}).exit_code, kExitStorage);
  EXPECT_EQ(rows(dir, {"export", "--from", "yesterday"}).exit_code, kExitUsage);
}

TEST(SinksCommand, SaysWhichSinkCannotBeReachedAndNeverItsPassword) {
  const TempDir dir;
  const std::string config = dir.write("acts.toml",
                                       "[sinks.postgresql]\nuri = \"postgresql://acts@127.0.0.1:1/acts\"\n"
                                       "password_file = \"" +
                                           dir.write("secret", "hunter2\n") + "\"\n");
  std::filesystem::permissions(dir / "secret", static_cast<std::filesystem::perms>(0600));
  const Outcome outcome = run_acts({"--config", config, "sinks", "check"}, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitNetwork);
  EXPECT_THAT(outcome.err, ::testing::StartsWith("acts: sink postgresql: "));
  EXPECT_THAT(outcome.err + outcome.out, ::testing::Not(HasSubstr("hunter2")));
  EXPECT_EQ(run_acts({"--config", config, "sinks", "check", "mongo"}, dir.string()).err,
            "acts: no sink 'mongo': there is postgresql\n");
  EXPECT_EQ(run_acts({"--config", config, "sinks", "chek"}, dir.string()).err,
            "acts: no action 'chek' of sinks: did you mean check?\n");
  EXPECT_EQ(run_acts({"sinks", "check"}, dir.string() + "/..").exit_code, kExitUsage);
}

}  // namespace
}  // namespace acts::cli
