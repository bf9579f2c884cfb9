// PostgreSQL 15, and TimescaleDB where scripts/test_servers.sh has installed it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "servers/trouble.hpp"
#include "support/testdata.hpp"

namespace acts::servers {
namespace {

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

TEST(PostgresServer, HoldsExactlyTheLocalRowsAfterADayOfTrouble) {
  deliver_a_day_through_trouble(postgres(), [](std::uint16_t port) {
    EXPECT_EQ(psql(port, "SELECT count(*), count(DISTINCT (venue, symbol, sample_time)) FROM minute_rows"),
              "5760|5760\n");
    EXPECT_EQ(psql(port,
                   "SELECT string_agg(DISTINCT format_type(atttypid, atttypmod), ' ') FROM pg_attribute WHERE "
                   "attrelid = 'minute_rows'::regclass AND attnum > 0"),
              "bigint double precision numeric text timestamp with time zone\n");
  });
}

TEST(PostgresServer, GetsTheColumnsThatAreMissing) { add_a_band(postgres()); }

}  // namespace
}  // namespace acts::servers
