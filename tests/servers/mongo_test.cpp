// mongo-java-server: MongoDB's protocol, over an H2 file. (No package with a genuine mongod was found; transactions and
// replica sets stay untested against a real server.) Documents and index entries reach its file one after the other,
// half a second after they were confirmed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "acts/features/bands.hpp"
#include "acts/features/feature.hpp"

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "servers/trouble.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts::servers {
namespace {

SinkCase mongo() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                std::filesystem::create_directories(dir + "/mongo");
                return std::make_unique<Server>(
                    std::vector<std::string>{"java", "-Xmx512m", "-cp", test::project_file("build/servers/mongo/*"),
                                             test::project_file("scripts/servers/MongoRun.java"), std::to_string(port),
                                             dir + "/mongo/db"},
                    [port] { return accepts(port); }, dir + "/mongo.log");
              },
          .settings =
              [](std::uint16_t port) {
                SinkSettings settings;
                settings.name = "mongodb";
                settings.kind = SinkKind::kMongodb;
                settings.uri = "mongodb://127.0.0.1:" + std::to_string(port) + "/acts";
                return settings;
              },
          .writes_behind = std::chrono::seconds{3}};
}

class MongoServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed(test::project_file("build/servers/mongo")))
      GTEST_SKIP() << "mongo-java-server is not installed here";
  }
};

TEST_F(MongoServer, HoldsExactlyTheLocalRowsAfterADayOfTrouble) { deliver_a_day_through_trouble(mongo()); }

TEST_F(MongoServer, SetsAsideWhatADecimal128CannotHold) {
  set_aside_what_does_not_fit(mongo(),
                              Decimal{static_cast<int128>(999'999'999'999'999'999) * 999'999'999'999'999'999, 18},
                              "best_bid has 36 digits, a Decimal128 holds 34");
}

TEST_F(MongoServer, HoldsExactlyTheLevelsOfBooksAfterTrouble) { deliver_books_through_trouble(mongo()); }

// What a collector's collection holds comes into a store as it is, once, however often it is imported.
TEST_F(MongoServer, GivesItsRowsBackToAStore) {
  const testing::TempDir dir;
  const SinkCase sink_case = mongo();
  const std::uint16_t port = free_port();
  const auto server = sink_case.make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  const SinkSettings settings = sink_case.settings(port);
  const RowSchema schema = make_schema(BandList::defaults());
  std::vector<MinuteRow> rows;
  for (std::int64_t i = 0; i < 3000; ++i) {
    MinuteRow row{std::vector<Value>(schema.columns.size())};
    row.values[0] = "binance-spot";
    row.values[1] = "BTCUSDT";
    row.values[2] = UnixNanos{1'723'161'300'000'000'000} + i * kMinute;
    row.values[4] = Decimal{6'168'599 + i, 2};
    rows.push_back(std::move(row));
  }
  const auto sink = *make_sink(settings, SinkContent::kRows, {.now = [] { return Nanos{0}; }, .cancelled = nullptr});
  ASSERT_TRUE(sink->open(schema));
  ASSERT_TRUE(sink->write(rows));
  for (const char* counts : {"BTC_data: 3000 documents: 3000 rows added, 0 the same, 0 differed",
                             "BTC_data: 3000 documents: 0 rows added, 3000 the same, 0 differed"}) {
    const cli::Outcome outcome = cli::run_acts({"import", "--data-dir", dir / "data", settings.uri});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, ::testing::HasSubstr(counts));
  }
  const auto store = SqliteStore::open_to_read(dir / "data/acts.db");
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->rows({}), rows);
  const cli::Outcome none = cli::run_acts({"import", "--data-dir", dir / "data", "--symbol", "XYZUSDT", settings.uri});
  EXPECT_EQ(none.exit_code, 3);
  const cli::Outcome nameless =
      cli::run_acts({"import", "--data-dir", dir / "data", "mongodb://user:secret@127.0.0.1:" + std::to_string(port)});
  EXPECT_EQ(nameless.exit_code, 2);
  EXPECT_THAT(nameless.err, ::testing::Not(::testing::HasSubstr("secret")));
}

TEST_F(MongoServer, PassesTheCheckOfTheCommand) { check_by_the_command(mongo(), ""); }

}  // namespace
}  // namespace acts::servers
