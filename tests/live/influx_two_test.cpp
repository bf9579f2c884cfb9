// The sink of InfluxDB 2 against a double that answers as its HTTP interface is documented
// (docs.influxdata.com/influxdb/v2/api, read 2026-11-27): no server of it can be installed from a package.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <zlib.h>

#include <charconv>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "live/sink_feeder.hpp"
#include "net/net_test.hpp"
#include "store/rows.hpp"
#include "store/sinks/http_call.hpp"
#include "store/sinks/sink.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::minute;
using testing::small_row;
using testing::small_schema;

struct Asked {
  std::string what;  // "POST /api/v2/write?org=..."
  std::string head;
  std::string body;  // unpacked
};

std::string unpacked(std::string packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

Asked read_request(int connection) {
  std::string all;
  std::size_t end = std::string::npos;
  char byte = 0;
  while (end == std::string::npos && ::recv(connection, &byte, 1, 0) == 1) {
    all += byte;
    end = all.find("\r\n\r\n");
  }
  Asked asked{all.substr(0, all.find(" HTTP/")), all, ""};
  std::size_t size = 0;
  if (const std::size_t at = all.find("Content-Length: "); at != std::string::npos) {
    std::from_chars(all.data() + at + 16, all.data() + all.size(), size);
  }
  while (asked.body.size() < size && ::recv(connection, &byte, 1, 0) == 1) asked.body += byte;
  if (all.contains("Content-Encoding: gzip")) asked.body = unpacked(std::move(asked.body));
  return asked;
}

// With one organization, "desk".
class InfluxTwo {
 public:
  std::vector<std::string> buckets;
  bool shows_organizations = true;
  bool makes_buckets = true;
  std::string points = "";  // what a question is answered: CSV

  [[nodiscard]] std::unique_ptr<Sink> sink() const {
    SinkSettings settings;
    settings.name = "influxdb";
    settings.kind = SinkKind::kInfluxdb;
    settings.organization = "desk";
    settings.password = "token";
    settings.uri = fmt::format("http://127.0.0.1:{}/acts", server_.port());
    return make_sink(settings, SinkContent::kRows, sink_limits(5s, 20s)).value();
  }
  std::vector<Asked> asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }
  std::vector<std::string> whats() {
    std::vector<std::string> all;
    for (const Asked& one : asked()) all.push_back(one.what);
    return all;
  }

 private:
  std::string answer(const Asked& asked) {
    if (!asked.head.contains("Authorization: Token token\r\n")) return unauthorized();
    if (asked.what == "GET /api/v2/buckets?org=desk&name=acts") {
      return said("200 OK", fmt::format(R"({{"links":{{"self":"/api/v2/buckets"}},"buckets":[{}]}})",
                                        buckets.empty() ? "" : R"({"id":"0a","orgID":"0b","name":"acts"})"));
    }
    if (asked.what == "GET /api/v2/orgs?org=desk") {
      return shows_organizations
                 ? said("200 OK", R"({"links":{},"orgs":[{"id":"0123456789abcdef","name":"desk"}]})")
                 : said("404 Not Found", R"({"code":"not found","message":"organization name \"desk\" not found"})");
    }
    if (asked.what == "POST /api/v2/buckets") {
      if (!makes_buckets) return unauthorized();
      buckets.push_back("acts");
      return said("201 Created", R"({"id":"0a","orgID":"0123456789abcdef","name":"acts"})");
    }
    if (asked.what.starts_with("POST /query?")) return said("200 OK", points);
    const bool is_known =
        asked.what.starts_with("POST /api/v2/write?") || asked.what.starts_with("POST /api/v2/delete?");
    return is_known ? said("204 No Content", "") : said("404 Not Found", asked.what);
  }
  static std::string said(std::string_view status, std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status, body.size(), body);
  }
  static std::string unauthorized() {
    return said("401 Unauthorized", R"({"code":"unauthorized","message":"unauthorized access"})");
  }

  std::mutex mutex_;
  std::vector<Asked> asked_;
  RawServer server_{[this](int connection) {
    Asked asked = read_request(connection);
    const std::string text = answer(asked);
    {
      const std::scoped_lock lock(mutex_);
      asked_.push_back(std::move(asked));
    }
    write_all(connection, text);
  }};
};

TEST(InfluxTwoSink, MakesTheBucketThatIsMissing) {
  InfluxTwo influx;
  const auto sink = influx.sink();
  const auto made = sink->open(small_schema());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(*made, ElementsAre("made bucket acts"));
  EXPECT_THAT(influx.whats(), ElementsAre("GET /api/v2/buckets?org=desk&name=acts", "GET /api/v2/orgs?org=desk",
                                          "POST /api/v2/buckets"));
  EXPECT_EQ(influx.asked()[2].body, R"({"orgID":"0123456789abcdef","name":"acts","retentionRules":[]})");
  const auto again = sink->open(small_schema());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(*again, IsEmpty());
}

// A token of one bucket alone may see no organization.
TEST(InfluxTwoSink, AsksForNoOrganizationWhereTheBucketIs) {
  InfluxTwo influx;
  influx.buckets = {"acts"};
  influx.shows_organizations = false;
  const auto made = influx.sink()->open(small_schema());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(*made, IsEmpty());
  EXPECT_EQ(influx.whats().size(), 1U);
}

TEST(InfluxTwoSink, SaysWhatItsTokenMayNot) {
  InfluxTwo influx;
  influx.makes_buckets = false;
  EXPECT_EQ(influx.sink()->open(small_schema()).error(),
            (Error{ErrorCode::kRefused,
                   "bucket acts is not there for this token, which may not make it: make it, or let the token read and "
                   "write it: {\"code\":\"unauthorized\",\"message\":\"unauthorized access\"} (status 401)"}));
  influx.shows_organizations = false;
  EXPECT_EQ(influx.sink()->open(small_schema()).error(),
            (Error{ErrorCode::kRefused,
                   "this token sees neither bucket acts nor organization desk: check both names, "
                   "and let the token read and write the bucket"}));
}

TEST(InfluxTwoSink, WritesLinesAndReadsThemBack) {
  InfluxTwo influx;
  influx.buckets = {"acts"};
  const auto sink = influx.sink();
  ASSERT_TRUE(sink->open(small_schema()));
  const auto written = sink->write(std::vector{small_row("A", 1)});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_THAT(*written, IsEmpty());
  const Asked write = influx.asked().back();
  EXPECT_EQ(write.what, "POST /api/v2/write?org=desk&bucket=acts&precision=ms");
  EXPECT_EQ(write.body,
            "minute_rows,venue=binance-spot,symbol=A last_book_update=1723161359973i,best_bid=\"61685.99\","
            "book_bias_1=0.30000000000000004,updates=1i,state=\"live\" 1723161360000\n");
  influx.points =
      "name,tags,time,best_bid,book_bias_1,last_book_update,state,symbol,updates,venue\n"
      "minute_rows,,1723161360000,61685.99,0.30000000000000004,1723161359973,live,A,1,binance-spot\n";
  EXPECT_EQ(sink->read("", "").value(), std::vector{small_row("A", 1)});
  ASSERT_TRUE(sink->remove("binance-spot", "A"));
  EXPECT_EQ(influx.asked().back().what, "POST /api/v2/delete?org=desk&bucket=acts");
  EXPECT_EQ(
      influx.asked().back().body,
      R"({"start":"1970-01-01T00:00:00Z","stop":"2200-01-01T00:00:00Z","predicate":"_measurement=\"minute_rows\" )"
      R"(AND venue=\"binance-spot\" AND symbol=\"A\""})");
}

// A point takes its values field by field: a corrected row that lacks one would have kept the old.
TEST(InfluxTwoSink, DeletesAPointThatHasWhatItsRowLacksNow) {
  InfluxTwo influx;
  influx.buckets = {"acts"};
  const auto sink = influx.sink();
  ASSERT_TRUE(sink->open(small_schema()));
  std::vector<MinuteRow> rows{small_row("A", 0), small_row("A", 1), small_row("A", 2), small_row("B", 2)};
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i].values[4] = {};
  influx.points =
      "name,tags,time,venue,symbol,best_bid\nminute_rows,,1723161360000,binance-spot,A,61685.99\n"
      "\nname,tags,time,venue,symbol,best_bid\nminute_rows,,1723161420000,binance-spot,B,\n";
  const auto written = sink->write(rows);
  ASSERT_TRUE(written) << written.error().message;
  const std::vector<Asked> asked = influx.asked();
  ASSERT_EQ(asked.size(), 4U);
  EXPECT_EQ(
      url_decoded(asked[1].body),
      "q=SELECT venue, symbol, \"best_bid\" FROM \"minute_rows\" WHERE venue = 'binance-spot' AND symbol = 'A' AND "
      "time >= 1723161360000ms AND time <= 1723161420000ms;SELECT venue, symbol, \"best_bid\" FROM "
      "\"minute_rows\" WHERE venue = 'binance-spot' AND symbol = 'B' AND time >= 1723161420000ms AND time <= "
      "1723161420000ms;");
  EXPECT_EQ(asked[2].body, R"({"start":"2024-08-08T23:56:00.000Z","stop":"2024-08-08T23:56:00.001Z","predicate":)"
                           R"("_measurement=\"minute_rows\" AND venue=\"binance-spot\" AND symbol=\"A\""})");
  EXPECT_THAT(asked[3].what, HasSubstr("/api/v2/write?")) << "before it is written again";
}

}  // namespace
}  // namespace acts
