#include <fmt/format.h>
#include <openssl/evp.h>

#include "net/net_test.hpp"

// Servers that refuse the handshake, or break the protocol.
namespace acts {
namespace {

using namespace std::chrono_literals;

class WsFaults : public NetTest {
 protected:
  CloseInfo connect(const WsConnect& options) {
    WsProbe probe(loop, clock, options);
    probe.client->open();
    EXPECT_TRUE(run_until([&] { return probe.closed.has_value(); }));
    EXPECT_EQ(probe.closes, probe.closed ? 1 : 0);
    opens = probe.opens;
    return probe.closed.value_or(CloseInfo{});
  }
  CloseInfo connect(std::uint16_t port) { return connect(ws_options(fmt::format("ws://127.0.0.1:{}/ws", port))); }

  int opens = 0;
};

std::string accept_value(const std::string& request) {
  const std::size_t start = request.find("Sec-WebSocket-Key: ") + 19;
  const std::string key = request.substr(start, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(key.data(), key.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char text[64];
  const int length = EVP_EncodeBlock(text, digest, static_cast<int>(size));
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
}

// Accepts, sends these frames, and keeps what comes back.
void serve_frames(int connection, const std::string& frames, std::string& answer) {
  const std::string request = read_until(connection, "\r\n\r\n");
  write_all(connection, fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Accept: {}\r\n\r\n{}",
                                    accept_value(request), frames));
  answer = read_until(connection, "");
}

TEST_F(WsFaults, TellsARefusalWithItsStatus) {
  struct Case {
    int status;
    const char* retry_after;
    std::optional<Nanos> wait;
  };
  for (const Case& c : {Case{403, "", std::nullopt}, Case{451, "", std::nullopt}, Case{429, "30", 30s},
                        Case{418, "120", 120s}, Case{503, "Thu, 01 Jan 1970 00:00:00 GMT", 0s}}) {
    const std::uint16_t port = serve({}, {}, [&c](const HttpServerRequest&, WsUpgrade upgrade) {
      HttpResponse response{c.status, {{"Content-Type", "text/html"}}, "<html>" + std::string(10'000, 'h')};
      if (*c.retry_after != '\0') response.headers.push_back({"Retry-After", c.retry_after});
      upgrade.refuse(response);
    });
    const CloseInfo info = connect(port);
    EXPECT_EQ(info.fault, NetFault::kRefused);
    EXPECT_EQ(info.stage, NetStage::kHandshake);
    EXPECT_EQ(info.kind, ErrorCode::kRefused);
    EXPECT_EQ(info.http_status, c.status);
    EXPECT_EQ(info.retry_after, c.wait);
    EXPECT_TRUE(info.body.starts_with("<html>"));
    EXPECT_EQ(info.body.size(), kMaxRefusalBody);
    EXPECT_EQ(info.code, 1006);
    EXPECT_EQ(opens, 0);
  }
}

TEST_F(WsFaults, RefusesUrlsItCannotUse) {
  for (const char* url : {"", "http://127.0.0.1/", "ws://"}) {
    const CloseInfo info = connect(ws_options(url));
    EXPECT_EQ(info.fault, NetFault::kUrl);
    EXPECT_EQ(info.kind, ErrorCode::kUsage);
  }
}

TEST_F(WsFaults, GivesUpAtEachStageInTime) {
  const FullBacklog nobody;
  WsConnect options = ws_options(fmt::format("ws://127.0.0.1:{}/", nobody.port()));
  options.connect_timeout = 200ms;
  EXPECT_EQ(connect(options).stage, NetStage::kConnect);
  const RawServer silent([](int connection) { read_until(connection, ""); });
  options.url = fmt::format("wss://127.0.0.1:{}/", silent.port());
  EXPECT_EQ(connect(options).stage, NetStage::kTls);
  options.url = fmt::format("ws://127.0.0.1:{}/", silent.port());
  const CloseInfo info = connect(options);
  EXPECT_EQ(info.stage, NetStage::kHandshake);
  EXPECT_EQ(info.fault, NetFault::kTimeout);
  EXPECT_EQ(info.kind, ErrorCode::kRetry);
}

TEST_F(WsFaults, TellsHandshakesThatAreNone) {
  struct Case {
    const char* answer;
    NetFault fault;
  };
  for (const Case& c : {Case{"", NetFault::kDisconnected}, Case{"SSH-2.0\r\n\r\n", NetFault::kMalformed},
                        Case{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
                             NetFault::kMalformed}}) {
    const RawServer odd([&c](int connection) {
      read_until(connection, "\r\n\r\n");
      write_all(connection, c.answer);
    });
    const CloseInfo info = connect(odd.port());
    EXPECT_EQ(opens, 0);
    EXPECT_EQ(info.fault, c.fault) << c.answer << info.reason;
  }
}

TEST_F(WsFaults, AnswersBrokenFramesWithTheirCode) {
  struct Case {
    std::string frames;
    std::uint16_t code;
  };
  for (const Case& c : {Case{std::string("\x81\x85\0\0\0\0hello", 11), 1002},  // masked by a server
                        Case{std::string("\x83\x00", 2), 1002},                // an opcode that is none
                        Case{std::string("\xC1\x01x", 3), 1002},               // compressed, which was not agreed on
                        Case{std::string("\x80\x01x", 3), 1002}}) {            // goes on with nothing
    std::string answer;
    std::optional<RawServer> odd(std::in_place, [&](int connection) { serve_frames(connection, c.frames, answer); });
    const CloseInfo info = connect(odd->port());
    odd.reset();
    EXPECT_EQ(info.fault, NetFault::kMalformed) << info.reason;
    EXPECT_EQ(info.code, c.code) << info.reason;
    EXPECT_FALSE(info.was_clean);
    ASSERT_GE(answer.size(), 8U);
    EXPECT_EQ(static_cast<unsigned char>(answer[0]), 0x88);
  }
}

// One text that is not UTF-8 closed the connection, and with it the streams of every symbol on it.
TEST_F(WsFaults, HandsOnATextThatIsNotUtf8AndGoesOn) {
  std::string answer;
  const std::string frames(
      "\x81\x02\xC3\x28\x82\x01z\x81\x05"
      "after",
      14);
  std::optional<RawServer> odd(std::in_place, [&](int connection) { serve_frames(connection, frames, answer); });
  WsProbe probe(loop, clock, ws_options(fmt::format("ws://127.0.0.1:{}/ws", odd->port())));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 3; }));
  EXPECT_EQ(probe.messages, (std::vector<std::string>{"\xC3\x28", "z", "after"}));
  EXPECT_EQ(probe.binary, (std::vector<bool>{false, true, false}));
  EXPECT_TRUE(probe.client->is_open());
}

TEST_F(WsFaults, JoinsFragmentsAndSkipsAnUnaskedPong) {
  std::string answer;
  std::string frames(
      "\x01\x03"
      "abc"
      "\x8A\x00"
      "\x80\x03"
      "def"
      "\x88\x00",
      14);
  std::optional<RawServer> odd(std::in_place, [&](int connection) { serve_frames(connection, frames, answer); });
  WsProbe probe(loop, clock, ws_options(fmt::format("ws://127.0.0.1:{}/ws", odd->port())));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  odd.reset();
  EXPECT_EQ(probe.messages, (std::vector<std::string>{"abcdef"}));
  EXPECT_EQ(probe.closed->code, 1005);
  EXPECT_TRUE(probe.closed->was_clean);
}

TEST_F(WsFaults, DoesNotWaitForeverForTheAnswerToItsClose) {
  std::string answer;
  std::optional<RawServer> mute(std::in_place, [&](int connection) { serve_frames(connection, "", answer); });
  WsConnect options = ws_options(fmt::format("ws://127.0.0.1:{}/ws", mute->port()));
  options.close_timeout = 50ms;
  WsProbe probe(loop, clock, options);
  probe.on_open = [&] { probe.client->close(1000, "bye"); };
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  mute.reset();
  EXPECT_FALSE(probe.closed->was_clean);
  EXPECT_EQ(probe.closed->fault, NetFault::kTimeout);
  EXPECT_EQ(probe.closed->kind, ErrorCode::kCancelled);
  EXPECT_EQ(static_cast<unsigned char>(answer[0]), 0x88);
}

TEST_F(WsFaults, ReportsAnEndWithoutACloseFrame) {
  const RawServer rude([](int connection) {
    const std::string request = read_until(connection, "\r\n\r\n");
    write_all(connection,
              fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: {}\r\n\r\n\x81\x0Ahalf",
                          accept_value(request)));
  });
  const CloseInfo info = connect(rude.port());
  EXPECT_EQ(opens, 1);
  EXPECT_EQ(info.code, 1006);
  EXPECT_EQ(info.fault, NetFault::kDisconnected);
}

}  // namespace
}  // namespace acts
