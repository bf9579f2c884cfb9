// What a sink makes of a server's answers, over a real socket.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "live/sink_feeder.hpp"
#include "net/net_test.hpp"
#include "store/rows.hpp"
#include "store/sinks/sink.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::small_row;
using testing::small_schema;

// The first request finds the bucket. Each other one is answered so, and the connection ended.
Error error_of_write(const std::string& status, const std::string& body) {
  bool is_open = false;
  const RawServer server([&](int connection) {
    read_until(connection, is_open ? "a second without a byte" : "\r\n\r\n");
    if (!std::exchange(is_open, true)) {
      write_all(connection,
                "HTTP/1.1 200 OK\r\nContent-Length: 25\r\nConnection: close\r\n\r\n"
                R"({"buckets":[{"id":"0a"}]})");
      return;
    }
    write_all(connection, fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                                      body.size(), body));
  });
  SinkSettings settings;
  settings.name = "influxdb";
  settings.kind = SinkKind::kInfluxdb;
  settings.organization = "acts";
  settings.uri = fmt::format("http://127.0.0.1:{}/bucket", server.port());
  const auto sink = make_sink(settings, SinkContent::kRows, sink_limits(5s, 20s)).value();
  EXPECT_TRUE(sink->open(small_schema()));
  const auto written = sink->write(std::vector{small_row("A", 0)});
  EXPECT_FALSE(written.has_value());
  return written ? Error{} : written.error();
}

// A point older than the bucket keeps was sent again for ever, and held up all behind it.
TEST(SinkAnswers, TakeInfluxsUnprocessableEntityForARefusalOfOneLine) {
  const Error error = error_of_write("422 Unprocessable Entity",
                                     "{\n\t\"code\": \"unprocessable entity\",\r\n\t\"message\": \"beyond\"\n}\n");
  EXPECT_EQ(error.code, ErrorCode::kBadInput);
  EXPECT_THAT(error.message, HasSubstr("\"message\": \"beyond\" } (status 422)"));
  EXPECT_THAT(error.message, Not(::testing::ContainsRegex("[\n\r\t]")));
}

TEST(SinkAnswers, TakeInfluxsServerErrorForOneThatPasses) {
  EXPECT_EQ(error_of_write("503 Service Unavailable", "not now").code, ErrorCode::kRetry);
}

}  // namespace
}  // namespace acts
