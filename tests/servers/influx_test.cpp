// InfluxDB 1.6 of Debian.
#include <gtest/gtest.h>

#include "live/sink_feeder.hpp"
#include "servers/refusal.hpp"
#include "store/sinks/http_call.hpp"
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

// A field's first value fixes its type.
TEST_F(InfluxServer, RefusesOneRowByTheTypeOfAFieldAndGetsTheOthers) {
  set_aside_what_the_server_refuses(
      influx(), {.forbid =
                     [](std::uint16_t port) {
                       HttpCaller caller("", "", sink_limits(std::chrono::seconds{5}, std::chrono::seconds{5}));
                       const auto answer = caller.post(
                           {.url = "http://127.0.0.1:" + std::to_string(port) + "/write?db=acts&precision=ms",
                            .headers = {},
                            .body = "minute_rows,venue=elsewhere,symbol=A best_bid=1.5 1767225600000"});
                       ASSERT_TRUE(answer) << answer.error().message;
                       ASSERT_EQ(answer->status, 204) << answer->body;
                     },
                 .reason = "partial write: field type conflict: input field",
                 .others = "elsewhere"});
}

TEST_F(InfluxServer, PassesTheCheckOfTheCommand) { check_by_the_command(influx(), "made database acts"); }

}  // namespace
}  // namespace acts::servers
