// PostgreSQL 15, and TimescaleDB where scripts/test_servers.sh has installed it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "live/sink_feeder.hpp"
#include "servers/refusal.hpp"
#include "support/testdata.hpp"

namespace acts::servers {
namespace {

using namespace std::chrono_literals;

std::string psql(std::uint16_t port, const std::string& sql) {
  const std::string command =
      "psql -XAtq -h 127.0.0.1 -U test -p " + std::to_string(port) + " -d postgres -c \"" + sql + "\" 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  std::array<char, 4096> bytes{};
  for (std::size_t got = 0; (got = std::fread(bytes.data(), 1, bytes.size(), pipe.get())) > 0;) {
    out.append(bytes.data(), got);
  }
  return out;
}

SinkCase postgres() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                return std::make_unique<Server>(
                    std::vector<std::string>{test::project_file("scripts/servers/postgres.sh"), dir + "/pg",
                                             std::to_string(port)},
                    [port] { return psql(port, "SELECT 1") == "1\n"; }, dir + "/pg.log");
              },
          .settings =
              [](std::uint16_t port) {
                SinkSettings settings;
                settings.name = "postgresql";
                settings.kind = SinkKind::kPostgresql;
                settings.uri = "postgresql://test@127.0.0.1:" + std::to_string(port) + "/postgres";
                return settings;
              }};
}

class PostgresServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed("/usr/lib/postgresql/15/bin/postgres")) GTEST_SKIP() << "PostgreSQL 15 is not installed here";
  }
};

TEST_F(PostgresServer, HoldsExactlyTheLocalRowsAfterADayOfTrouble) {
  deliver_a_day_through_trouble(postgres(), [](std::uint16_t port) {
    EXPECT_EQ(psql(port, "SELECT count(*), count(DISTINCT (venue, symbol, sample_time)) FROM minute_rows"),
              "5760|5760\n");
    EXPECT_EQ(psql(port,
                   "SELECT string_agg(DISTINCT format_type(atttypid, atttypmod), ' ') FROM pg_attribute WHERE "
                   "attrelid = 'minute_rows'::regclass AND attnum > 0"),
              "bigint double precision numeric text timestamp with time zone\n");
  });
}

TEST_F(PostgresServer, GetsTheColumnsThatAreMissing) { add_a_band(postgres()); }

// numeric(18, 8) would round every price with more decimals, without a word.
TEST_F(PostgresServer, RefusesATableOfSomebodyElseThatWouldRound) {
  refuse_a_table(
      postgres(),
      [](std::uint16_t port) {
        psql(port,
             "CREATE TABLE minute_rows (venue text, symbol text, sample_time timestamptz, best_bid numeric(18,8))");
      },
      "column best_bid of table minute_rows is numeric(18,8), which does not take every value exactly: numeric is "
      "needed");
}

TEST_F(PostgresServer, RefusesOneRowByAConstraintAndGetsTheOthers) {
  set_aside_what_the_server_refuses(
      postgres(), {.forbid =
                       [](std::uint16_t port) {
                         EXPECT_EQ(psql(port, "ALTER TABLE minute_rows ADD CONSTRAINT bids CHECK (best_bid <> 4242)"),
                                   "");
                       },
                   .reason = "(SQLSTATE 23514)",
                   .allow = [](std::uint16_t port) { psql(port, "ALTER TABLE minute_rows DROP CONSTRAINT bids"); }});
}

void set_aside_what_a_trigger_throws(const std::string& state) {
  set_aside_what_the_server_refuses(
      postgres(),
      {.forbid =
           [state](std::uint16_t port) {
             EXPECT_EQ(psql(port,
                            "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.best_bid = 4242 "
                            "THEN RAISE EXCEPTION ''no such bid'' USING ERRCODE = ''" +
                                state + "''; END IF; RETURN NEW; END'"),
                       "");
             EXPECT_EQ(psql(port,
                            "CREATE TRIGGER look BEFORE INSERT OR UPDATE ON minute_rows FOR EACH ROW EXECUTE FUNCTION "
                            "look()"),
                       "");
           },
       .reason = "no such bid (SQLSTATE " + state + ")",
       .allow = [](std::uint16_t port) { psql(port, "DROP TRIGGER look ON minute_rows"); }});
}

// What a trigger throws is of the row if its class says so: by itself (P0001) it might be of the whole table.
TEST_F(PostgresServer, RefusesOneRowByATriggerAndGetsTheOthers) { set_aside_what_a_trigger_throws("22023"); }

// As the check option of a view does.
TEST_F(PostgresServer, RefusesOneRowOfTheClassOfAViewsCheckAndGetsTheOthers) {
  set_aside_what_a_trigger_throws("44000");
}

SinkCase timescale() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                return std::make_unique<Server>(
                    std::vector<std::string>{"node", test::project_file("build/servers/timescale/timescale.mjs"),
                                             std::to_string(port), dir + "/timescale"},
                    [port] { return accepts(port); }, dir + "/timescale.log");
              },
          .settings =
              [](std::uint16_t port) {
                SinkSettings settings;
                settings.name = "timescaledb";
                settings.kind = SinkKind::kPostgresql;
                settings.uri = "postgresql://postgres@127.0.0.1:" + std::to_string(port) + "/postgres?sslmode=disable";
                settings.password = "postgres";
                return settings;
              }};
}

class TimescaleServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed(test::project_file("build/servers/timescale/node_modules"))) {
      GTEST_SKIP() << "TimescaleDB is not installed here";
    }
  }
};

TEST_F(TimescaleServer, MakesAHypertableAndHoldsExactlyTheRows) {
  const testing::TempDir dir;
  const std::uint16_t port = free_port();
  const auto server = timescale().make_server(dir.string(), port);
  ASSERT_TRUE(server->start());
  const auto sink = make_sink(timescale().settings(port), SinkContent::kRows, sink_limits(20s, 60s)).value();
  const auto made = sink->open(day_schema());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->back(), "made table minute_rows a hypertable by sample_time");
  std::vector<MinuteRow> rows;
  for (int minute = 0; minute < 240; ++minute) {
    for (MinuteRow& row : rows_of(minute)) rows.push_back(std::move(row));
  }
  // Messages of some 100 KB and more end this server, which is WebAssembly.
  for (std::size_t first = 0; first < rows.size(); first += 32) {
    for (int time = 0; time < 2; ++time) {
      const auto written = sink->write(std::span(rows).subspan(first, 32));
      ASSERT_TRUE(written) << written.error().message;
    }
  }
  expect_same(day_schema(), rows, sink->read("", "").value());
  const auto again = sink->open(day_schema());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->empty());
}

TEST_F(PostgresServer, HoldsExactlyTheLevelsOfBooksAfterTrouble) {
  deliver_books_through_trouble(postgres(), [](std::uint16_t port) {
    EXPECT_EQ(psql(port, "SELECT count(*), count(DISTINCT (venue, symbol, book_time, side, price)) FROM book_levels"),
              "18000|18000\n");
    EXPECT_EQ(
        psql(port,
             "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM "
             "pg_attribute WHERE attrelid = 'book_levels'::regclass AND attnum > 0"),
        "venue text, symbol text, book_time timestamp with time zone, side text, price numeric, quantity numeric, "
        "state text, level bigint\n");
  });
}

TEST_F(PostgresServer, PassesTheCheckOfTheCommand) {
  check_by_the_command(postgres(), "made table minute_rows", "made table book_levels");
}

TEST_F(TimescaleServer, PassesTheCheckOfTheCommand) {
  check_by_the_command(timescale(), "made table minute_rows a hypertable",
                       "made table book_levels a hypertable by book_time");
}

}  // namespace
}  // namespace acts::servers
