#include "net/http_codec.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

constexpr HttpLimits kLimits{1024, 64};

struct Parsed {
  NetFault fault = NetFault::kNone;
  bool is_done = false;
  HttpMessage message;
  std::string rest;
};

// In pieces of `step` bytes; `ends` tells the parser of the end of the stream.
Parsed parse(HttpParser::Kind kind, std::string_view text, std::size_t step, bool ends = false) {
  HttpParser parser(kind, kLimits);
  Parsed out;
  for (std::size_t i = 0; i < text.size() && out.fault == NetFault::kNone; i += step) {
    out.rest += text.substr(i, step);
    if (!parser.is_done()) out.fault = parser.feed(out.rest);
  }
  if (ends && out.fault == NetFault::kNone) out.fault = parser.end_of_stream();
  out.is_done = parser.is_done();
  if (out.is_done) out.message = parser.take();
  return out;
}

TEST(HttpParser, ReadsAResponseHoweverItIsCut) {
  const std::string text = "HTTP/1.1 429 Too Many\r\nRetry-After: 7 \r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const Parsed parsed = parse(HttpParser::Kind::kResponse, text, step);
    ASSERT_TRUE(parsed.is_done) << step;
    EXPECT_EQ(parsed.message.status, 429);
    EXPECT_EQ(*find_header(parsed.message.headers, "retry-after"), "7");
    EXPECT_EQ(parsed.message.body, "hello");
    EXPECT_TRUE(parsed.message.keep_alive);
  }
}

TEST(HttpParser, JoinsChunks) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nHTTP/";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const Parsed parsed = parse(HttpParser::Kind::kResponse, text, step);
    ASSERT_TRUE(parsed.is_done) << step;
    EXPECT_EQ(parsed.message.body, "abcde");
    EXPECT_EQ(parsed.rest, "HTTP/");
  }
}

// Beast asserted on this one, cut after "0\r\n".
TEST(HttpParser, ReadsAnEmptyChunkedBodyHoweverItIsCut) {
  const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const Parsed parsed = parse(HttpParser::Kind::kResponse, text, step);
    ASSERT_TRUE(parsed.is_done) << step;
    EXPECT_EQ(parsed.message.body, "");
  }
}

TEST(HttpParser, TakesABodyThatEndsWithTheConnection) {
  const Parsed parsed = parse(HttpParser::Kind::kResponse, "HTTP/1.1 200 OK\r\n\r\nabc", 100, true);
  ASSERT_TRUE(parsed.is_done);
  EXPECT_EQ(parsed.message.body, "abc");
  EXPECT_FALSE(parsed.message.keep_alive);
}

TEST(HttpParser, TellsATruncatedMessage) {
  for (const char* text :
       {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"}) {
    EXPECT_EQ(parse(HttpParser::Kind::kResponse, text, 1000, true).fault, NetFault::kTruncated) << text;
  }
}

TEST(HttpParser, RefusesWhatExceedsItsLimits) {
  const std::string long_header = "HTTP/1.1 200 OK\r\nA: " + std::string(2000, 'x');
  EXPECT_EQ(parse(HttpParser::Kind::kResponse, long_header, 5000).fault, NetFault::kTooLarge);
  const std::string announced = "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n";
  EXPECT_EQ(parse(HttpParser::Kind::kResponse, announced, 5000).fault, NetFault::kTooLarge);
  const std::string unannounced = "HTTP/1.1 200 OK\r\n\r\n" + std::string(65, 'x');
  EXPECT_EQ(parse(HttpParser::Kind::kResponse, unannounced, 5000).fault, NetFault::kTooLarge);
}

TEST(HttpParser, RefusesWhatIsNotHttp) {
  for (const char* text : {"<html>hello</html>\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
                           "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    EXPECT_EQ(parse(HttpParser::Kind::kResponse, text, 1000).fault, NetFault::kMalformed) << text;
  }
}

TEST(HttpParser, ReadsRequestsAndLeavesTheNext) {
  const Parsed parsed = parse(HttpParser::Kind::kRequest,
                              "POST /x?y=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nokGET / HTTP/1.1\r\n", 1000);
  ASSERT_TRUE(parsed.is_done);
  EXPECT_EQ(parsed.message.method, "POST");
  EXPECT_EQ(parsed.message.target, "/x?y=1");
  EXPECT_EQ(parsed.message.body, "ok");
  EXPECT_FALSE(parsed.message.is_upgrade);
  EXPECT_EQ(parsed.rest, "GET / HTTP/1.1\r\n");
}

TEST(HttpParser, KnowsAnUpgradeToWebSocket) {
  const Parsed parsed =
      parse(HttpParser::Kind::kRequest,
            "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            1000);
  ASSERT_TRUE(parsed.is_done);
  EXPECT_TRUE(parsed.message.is_upgrade);
}

TEST(HttpParser, ExpectsNoBodyInAnAnswerToHead) {
  const Parsed parsed = parse(HttpParser::Kind::kResponseToHead, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", 1000);
  EXPECT_TRUE(parsed.is_done);
}

TEST(HttpParser, SaysWhenTheClientWaitsForLeaveToSend) {
  HttpParser parser(HttpParser::Kind::kRequest, kLimits);
  std::string text = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_FALSE(parser.expects_continue());
  ASSERT_EQ(parser.feed(text), NetFault::kNone);
  EXPECT_TRUE(parser.expects_continue());
}

TEST(SerializeRequest, AddsWhatTheProtocolNeeds) {
  EXPECT_EQ(serialize_request("GET", "/a?b", "h:1", {{"X-Key", "k"}}, "").value(),
            "GET /a?b HTTP/1.1\r\nHost: h:1\r\nConnection: keep-alive\r\nX-Key: k\r\n\r\n");
  EXPECT_EQ(serialize_request("POST", "/", "h", {}, "body").value(),
            "POST / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody");
}

TEST(SerializeRequest, RefusesHeadersThatWouldBreakOut) {
  for (const HttpHeader& header :
       {HttpHeader{"A", "s3cret\r\nB: c"}, HttpHeader{"A b", "c"}, HttpHeader{"", "c"}, HttpHeader{"A\r\nB", "c"}}) {
    const Result<std::string> text = serialize_request("GET", "/", "h", {header}, "");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().message.find("s3cret"), std::string::npos);
    EXPECT_EQ(text.error().message.find('\n'), std::string::npos);
  }
  EXPECT_FALSE(serialize_request("GET /x", "/", "h", {}, ""));
}

TEST(SerializeResponse, AddsLengthAndConnectionUnlessGiven) {
  EXPECT_EQ(serialize_response_head({200, {{"A", "b\r\nc"}}, "xyz"}, 3, true),
            "HTTP/1.1 200 OK\r\nA: b  c\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(serialize_response_head({204, {}, ""}, 0, false), "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(serialize_response_head({599, {{"Content-Length", "9"}, {"Connection", "close"}}, ""}, 0, true),
            "HTTP/1.1 599 \r\nContent-Length: 9\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace acts
