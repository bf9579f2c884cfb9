// ClickHouse: Debian's old server, and the engine of today behind an HTTP face of our own
// (scripts/servers/chdb-http.py).
#include <gtest/gtest.h>

#include "live/sink_feeder.hpp"
#include "servers/refusal.hpp"
#include "store/sinks/http_call.hpp"
#include "support/testdata.hpp"

namespace acts::servers {
namespace {

SinkSettings clickhouse_settings(std::uint16_t port) {
  SinkSettings settings;
  settings.name = "clickhouse";
  settings.kind = SinkKind::kClickhouse;
  settings.uri = "http://default@127.0.0.1:" + std::to_string(port) + "/default";
  settings.password = "secret";
  return settings;
}

SinkCase old_server() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                return std::make_unique<Server>(
                    std::vector<std::string>{test::project_file("scripts/servers/clickhouse.sh"), dir + "/clickhouse",
                                             std::to_string(port)},
                    [port] { return accepts(port); }, dir + "/clickhouse.log");
              },
          .settings = clickhouse_settings};
}

SinkCase new_engine() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                return std::make_unique<Server>(
                    std::vector<std::string>{test::project_file("build/servers/chdb/bin/python"),
                                             test::project_file("scripts/servers/chdb-http.py"), std::to_string(port),
                                             dir + "/chdb", "default", "secret"},
                    [port] { return accepts(port); }, dir + "/chdb.log");
              },
          .settings = clickhouse_settings};
}

void run_statement(std::uint16_t port, const std::string& sql) {
  HttpCaller caller("default", "secret", sink_limits(std::chrono::seconds{5}, std::chrono::seconds{5}));
  const auto answer = caller.post({.url = "http://127.0.0.1:" + std::to_string(port), .headers = {}, .body = sql});
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->status, 200) << answer->body;
}

// The row of kRefusedBid, whatever the number's type prints behind it.
constexpr const char* kIsRefused = "ifNull(toString(best_bid), '') LIKE '4242%'";

const Decimal kNineteenDecimals{static_cast<int128>(1'000'000'000'000'000'001), 19};
constexpr const char* kTooFine = "best_bid has 19 decimals, its column Decimal(38, 18) holds 18";

class ClickhouseServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed("clickhouse-server")) GTEST_SKIP() << "ClickHouse is not installed here";
  }
};

TEST_F(ClickhouseServer, HoldsExactlyTheLocalRowsAfterADayOfTrouble) { deliver_a_day_through_trouble(old_server()); }
TEST_F(ClickhouseServer, GetsTheColumnsThatAreMissing) { add_a_band(old_server()); }
TEST_F(ClickhouseServer, SetsAsideWhatItsDecimalsCannotHold) {
  set_aside_what_does_not_fit(old_server(), kNineteenDecimals, kTooFine);
}

TEST_F(ClickhouseServer, RefusesATableOfSomebodyElseThatKeepsRepeats) {
  refuse_a_table(
      old_server(),
      [](std::uint16_t port) {
        run_statement(port,
                      "CREATE TABLE minute_rows (venue String, symbol String, sample_time DateTime) "
                      "ENGINE = MergeTree ORDER BY (venue, symbol, sample_time)");
      },
      "table minute_rows is a MergeTree, in which a row that is sent again is there twice: a ReplacingMergeTree is "
      "needed");
}

// It knows no constraints: a column that throws is one.
TEST_F(ClickhouseServer, RefusesOneRowByAColumnThatThrowsAndGetsTheOthers) {
  set_aside_what_the_server_refuses(
      old_server(),
      {.forbid =
           [](std::uint16_t port) {
             run_statement(port, std::string("ALTER TABLE minute_rows ADD COLUMN look UInt8 MATERIALIZED throwIf(") +
                                     kIsRefused + ")");
           },
       .reason = "Code: 395",
       .allow = [](std::uint16_t port) { run_statement(port, "ALTER TABLE minute_rows DROP COLUMN look"); }});
}

class ClickhouseEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed(test::project_file("build/servers/chdb/bin/python")))
      GTEST_SKIP() << "chDB is not installed here";
  }
};

TEST_F(ClickhouseEngine, HoldsExactlyTheLocalRowsAfterADayOfTrouble) { deliver_a_day_through_trouble(new_engine()); }
TEST_F(ClickhouseEngine, GetsTheColumnsThatAreMissing) { add_a_band(new_engine()); }
// The engine of today cuts them off without a word.
TEST_F(ClickhouseEngine, SetsAsideWhatItsDecimalsCannotHold) {
  set_aside_what_does_not_fit(new_engine(), kNineteenDecimals, kTooFine);
}

TEST_F(ClickhouseEngine, RefusesOneRowByAConstraintAndGetsTheOthers) {
  set_aside_what_the_server_refuses(
      new_engine(),
      {.forbid =
           [](std::uint16_t port) {
             run_statement(port,
                           std::string("ALTER TABLE minute_rows ADD CONSTRAINT bids CHECK NOT (") + kIsRefused + ")");
           },
       .reason = "Code: 469",
       .allow = [](std::uint16_t port) { run_statement(port, "ALTER TABLE minute_rows DROP CONSTRAINT bids"); }});
}

TEST_F(ClickhouseServer, HoldsExactlyTheLevelsOfBooksAfterTrouble) { deliver_books_through_trouble(old_server()); }

TEST_F(ClickhouseServer, PassesTheCheckOfTheCommand) {
  check_by_the_command(old_server(), "made table minute_rows", "made table book_levels");
}

TEST_F(ClickhouseEngine, HoldsExactlyTheLevelsOfBooksAfterTrouble) { deliver_books_through_trouble(new_engine()); }

TEST_F(ClickhouseEngine, PassesTheCheckOfTheCommand) {
  check_by_the_command(new_engine(), "made table minute_rows", "made table book_levels");
}

}  // namespace
}  // namespace acts::servers
