// InfluxDB 1.6 of Debian.
#include <gtest/gtest.h>

#include "servers/trouble.hpp"
#include "support/testdata.hpp"

namespace acts::servers {
namespace {

SinkCase influx() {
  return {.make_server =
              [](const std::string& dir, std::uint16_t port) {
                return std::make_unique<Server>(
                    std::vector<std::string>{test::project_file("scripts/servers/influxdb.sh"), dir + "/influx",
                                             std::to_string(port)},
                    [port] { return accepts(port); }, dir + "/influx.log");
              },
          .settings =
              [](std::uint16_t port) {
                SinkSettings settings;
                settings.name = "influxdb";
                settings.kind = SinkKind::kInfluxdb;
                settings.uri = "http://127.0.0.1:" + std::to_string(port) + "/acts";
                return settings;
              }};
}

class InfluxServer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed("influxd")) GTEST_SKIP() << "InfluxDB is not installed here";
  }
};

TEST_F(InfluxServer, HoldsExactlyTheLocalRowsAfterADayOfTrouble) { deliver_a_day_through_trouble(influx()); }

TEST_F(InfluxServer, HoldsExactlyTheLevelsOfBooksAfterTrouble) { deliver_books_through_trouble(influx()); }

TEST_F(InfluxServer, PassesTheCheckOfTheCommand) { check_by_the_command(influx(), "made database acts"); }

}  // namespace
}  // namespace acts::servers
