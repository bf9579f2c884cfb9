#include "net/ws_client.hpp"

#include <fmt/format.h>

#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

class WsClientTest : public NetTest {
 protected:
  // Serves WebSockets whose session is kept in `session`.
  std::uint16_t serve_sessions(ServerOptions options = {}) {
    return serve(std::move(options), {}, [this](const HttpServerRequest& request, WsUpgrade upgrade) {
      handshake = request;
      WsSessionCallbacks callbacks;
      callbacks.on_message = [this](std::string_view message, bool) {
        heard.emplace_back(message.substr(0, 64));
        heard_at.push_back(std::chrono::steady_clock::now().time_since_epoch());
      };
      callbacks.on_pong = [this](std::string_view payload) { pongs.emplace_back(payload); };
      callbacks.on_close = [this](const WsSessionEnd& end) { ends.push_back(end); };
      session = upgrade.accept(std::move(callbacks));
    });
  }
  static std::string url(std::uint16_t port, std::string_view target = "/ws") {
    return fmt::format("ws://127.0.0.1:{}{}", port, target);
  }
  // Opens and waits for it.
  void open(WsProbe& probe) {
    probe.client->open();
    ASSERT_TRUE(run_until([&] { return (probe.opens == 1 && session.is_open()) || probe.closed; }));
    ASSERT_FALSE(probe.closed) << probe.closed->reason;
  }
  const CloseInfo& wait_for_close(WsProbe& probe) {
    EXPECT_TRUE(run_until([&] { return probe.closed.has_value(); }));
    if (!probe.closed) probe.closed.emplace();
    return *probe.closed;
  }

  HttpServerRequest handshake;
  WsSession session;
  std::vector<std::string> heard;
  std::vector<Nanos> heard_at;
  std::vector<std::string> pongs;
  std::vector<WsSessionEnd> ends;
};

TEST_F(WsClientTest, SendsAndReceivesInOrder) {
  const std::uint16_t port = serve({}, {}, echo);
  WsProbe probe(loop, clock, ws_options(url(port)));
  probe.on_open = [&] {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(probe.client->send_text(fmt::format("message {}", i)));
  };
  const UnixNanos before = clock.now();
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 100; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(probe.messages[static_cast<std::size_t>(i)], fmt::format("message {}", i));
  EXPECT_GE(probe.received_at.front(), before);
  EXPECT_LE(probe.received_at.back(), clock.now());
}

TEST_F(WsClientTest, AsksForItsPathWithItsHeaders) {
  WsConnect options = ws_options(url(serve_sessions(), "/stream?streams=btcusdt@depth@100ms/ethusdt@trade"));
  options.headers = {{"X-MBX-APIKEY", "key"}};
  WsProbe probe(loop, clock, options);
  open(probe);
  EXPECT_EQ(handshake.path, "/stream");
  EXPECT_EQ(handshake.query, "streams=btcusdt@depth@100ms/ethusdt@trade");
  EXPECT_EQ(handshake.header("x-mbx-apikey"), "key");
  EXPECT_EQ(handshake.header("user-agent"), "acts");
  EXPECT_EQ(handshake.header("sec-websocket-extensions"), "");
  EXPECT_EQ(session.id(), handshake.connection_id);
}

TEST_F(WsClientTest, AnswersPingsWithTheirPayload) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  EXPECT_TRUE(session.send_ping("1764028800000"));
  EXPECT_TRUE(session.send_ping(""));
  ASSERT_TRUE(run_until([&] { return pongs.size() == 2; }));
  EXPECT_EQ(pongs, (std::vector<std::string>{"1764028800000", ""}));
  EXPECT_EQ(probe.pings, pongs);
}

TEST_F(WsClientTest, ReceivesALongMessage) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  EXPECT_TRUE(session.send_text(std::string(8 * 1024 * 1024, 'x')));
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  EXPECT_EQ(probe.bytes, 8U * 1024 * 1024);
}

// One message over the limit closed the connection, and with it the streams of every symbol on it.
TEST_F(WsClientTest, ThrowsAwayAMessageOverItsLimitAndGoesOn) {
  WsConnect options = ws_options(url(serve_sessions({.max_queued_bytes = 32 * 1024 * 1024})));
  options.max_message_bytes = 1000;
  WsProbe probe(loop, clock, options);
  open(probe);
  EXPECT_TRUE(session.send_text(std::string(1000, 'a')));
  EXPECT_TRUE(session.send_text(std::string(1001, 'b')));
  EXPECT_TRUE(session.send_text(std::string(15'000, 'c')));
  EXPECT_TRUE(session.send_text("after"));
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 2; }));
  EXPECT_EQ(probe.messages.front(), std::string(64, 'a'));
  EXPECT_EQ(probe.messages.back(), "after");
  EXPECT_EQ(probe.too_long, (std::vector<std::uint64_t>{1001, 15'000}));
  EXPECT_TRUE(probe.client->is_open());
}

TEST_F(WsClientTest, RefusesAMessageFarOverItsLimitWith1009) {
  WsConnect options = ws_options(url(serve_sessions({.max_queued_bytes = 32 * 1024 * 1024})));
  options.max_message_bytes = 1024 * 1024;
  WsProbe probe(loop, clock, options);
  open(probe);
  EXPECT_TRUE(session.send_text(std::string(16 * 1024 * 1024 + 1, 'x')));
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_EQ(info.code, 1009);
  EXPECT_EQ(info.fault, NetFault::kTooLarge);
  EXPECT_EQ(info.kind, ErrorCode::kBadInput);
  EXPECT_FALSE(info.was_clean);
  EXPECT_NE(info.reason.find("1048576"), std::string::npos) << info.reason;
  EXPECT_TRUE(probe.messages.empty());
  ASSERT_TRUE(run_until([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].code, 1009) << ends[0].reason;
}

TEST_F(WsClientTest, ReportsTheCloseOfTheServer) {
  for (const std::uint16_t code : std::initializer_list<std::uint16_t>{1000, 1001, 1008, 4000}) {
    WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
    open(probe);
    EXPECT_TRUE(session.send_text("last"));
    session.close(code, "Too many requests");
    EXPECT_FALSE(session.send_text("later"));
    const CloseInfo& info = wait_for_close(probe);
    EXPECT_EQ(info.code, code);
    EXPECT_EQ(info.reason, "Too many requests");
    EXPECT_EQ(info.fault, NetFault::kClosed);
    EXPECT_EQ(info.kind, ErrorCode::kRetry);
    EXPECT_TRUE(info.was_clean);
    EXPECT_EQ(probe.messages, (std::vector<std::string>{"last"}));
    ASSERT_TRUE(run_until([&] { return !ends.empty(); }));
    EXPECT_TRUE(ends.back().was_clean);
    EXPECT_EQ(ends.back().code, code);
    EXPECT_EQ(probe.closes, 1);
    ends.clear();
  }
}

TEST_F(WsClientTest, ClosesAfterWhatIsQueued) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(probe.client->send_text(fmt::format("{}", i)));
  probe.client->close(1001, "going");
  EXPECT_FALSE(probe.client->send_text("later"));
  EXPECT_FALSE(probe.client->is_open());
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_TRUE(info.was_clean);
  EXPECT_EQ(info.code, 1001);
  EXPECT_EQ(info.kind, ErrorCode::kCancelled);
  ASSERT_TRUE(run_until([&] { return ends.size() == 1; }));
  EXPECT_EQ(heard, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(ends[0].code, 1001);
  EXPECT_EQ(ends[0].reason, "going");
}

TEST_F(WsClientTest, ReportsAnAbruptEndAs1006) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  session.reset();
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_EQ(info.code, 1006);
  EXPECT_FALSE(info.was_clean);
  EXPECT_EQ(info.fault, NetFault::kDisconnected);
  EXPECT_EQ(info.kind, ErrorCode::kRetry);
  ASSERT_TRUE(run_until([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].code, 1006);
  EXPECT_FALSE(session.is_open());
  EXPECT_EQ(session.queued_bytes(), 0U);
}

TEST_F(WsClientTest, PacesWhatItSends) {
  WsConnect options = ws_options(url(serve_sessions()));
  options.messages_per_window = 2;
  options.window = 60ms;
  WsProbe probe(loop, clock, options);
  open(probe);
  const Nanos start = std::chrono::steady_clock::now().time_since_epoch();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(probe.client->send_text(fmt::format("{}", i)));
  ASSERT_TRUE(run_until([&] { return heard.size() == 5; }));
  EXPECT_EQ(heard, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
  EXPECT_GE(heard_at[2] - start, 60ms);
  EXPECT_GE(heard_at[4] - start, 120ms);
}

TEST_F(WsClientTest, CountsPongsAsSent) {
  WsConnect options = ws_options(url(serve_sessions()));
  options.messages_per_window = 2;
  options.window = 80ms;
  WsProbe probe(loop, clock, options);
  open(probe);
  const Nanos start = std::chrono::steady_clock::now().time_since_epoch();
  session.send_ping("a");
  session.send_ping("b");
  ASSERT_TRUE(run_until([&] { return pongs.size() == 2; }));
  EXPECT_TRUE(probe.client->send_text("after"));
  ASSERT_TRUE(run_until([&] { return heard.size() == 1; }));
  EXPECT_GE(heard_at[0] - start, 80ms);
}

TEST_F(WsClientTest, RefusesMoreThanItsQueueHolds) {
  WsConnect options = ws_options(url(serve_sessions()));
  options.messages_per_window = 1;
  options.window = 10s;
  options.max_queued_messages = 2;
  options.max_queued_bytes = 10;
  options.close_timeout = 50ms;
  WsProbe probe(loop, clock, options);
  EXPECT_FALSE(probe.client->send_text("before it is open"));
  open(probe);
  EXPECT_TRUE(probe.client->send_text("0"));
  ASSERT_TRUE(run_until([&] { return heard.size() == 1; }));
  EXPECT_FALSE(probe.client->send_text("eleven byte"));
  EXPECT_TRUE(probe.client->send_text("1"));
  EXPECT_TRUE(probe.client->send_text("2"));
  const Result<void> third = probe.client->send_text("3");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kRetry);
  EXPECT_EQ(probe.client->queued_messages(), 2U);
  // What is queued cannot be sent within the time a close has.
  probe.client->close();
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_FALSE(info.was_clean);
  EXPECT_EQ(info.fault, NetFault::kTimeout);
  EXPECT_EQ(info.stage, NetStage::kClosing);
}

TEST_F(WsClientTest, ReadsNoFurtherWhilePaused) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  probe.on_message = [&](std::string_view) {
    if (probe.messages.size() == 1) probe.client->pause_reading();
  };
  const std::string block(1024 * 1024, 'b');
  std::size_t sent = 0;
  while (session.send_text(block)) ++sent;
  EXPECT_EQ(sent, 16U);
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  run_for(50ms);
  EXPECT_EQ(probe.messages.size(), 1U);
  EXPECT_GT(session.queued_bytes(), 0U);
  EXPECT_FALSE(session.send_text(std::string(16 * 1024 * 1024, 'b')));
  probe.client->resume_reading();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == sent; }));
  EXPECT_EQ(session.queued_bytes(), 0U);
}

TEST_F(WsClientTest, KeepsTheTimeOfAMessageThatCameWhilePaused) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  probe.client->pause_reading();
  session.send_text("held");
  run_for(30ms);
  EXPECT_TRUE(probe.messages.empty());
  const UnixNanos resumed = clock.now();
  probe.client->resume_reading();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  EXPECT_LT(probe.received_at[0], resumed);
}

TEST_F(WsClientTest, MayBeClosedWhilePaused) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  probe.client->pause_reading();
  session.send_text("unread");
  run_for(10ms);
  probe.client->close();
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_TRUE(info.was_clean) << info.reason;
}

TEST_F(WsClientTest, TakesASilentConnectionForDead) {
  WsConnect options = ws_options(url(serve_sessions()));
  options.idle_timeout = 300ms;
  WsProbe probe(loop, clock, options);
  open(probe);
  const auto start = std::chrono::steady_clock::now();
  loop.start_timer(100ms, [&] { session.send_ping("alive"); });
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 390ms);
  EXPECT_EQ(info.code, 1006);
  EXPECT_EQ(info.fault, NetFault::kTimeout);
  EXPECT_EQ(info.stage, NetStage::kOpen);
}

TEST_F(WsClientTest, IsNotIdleWhilePaused) {
  WsConnect options = ws_options(url(serve_sessions()));
  options.idle_timeout = 30ms;
  WsProbe probe(loop, clock, options);
  open(probe);
  probe.client->pause_reading();
  run_for(100ms);
  EXPECT_FALSE(probe.closed);
  probe.client->resume_reading();
  EXPECT_EQ(wait_for_close(probe).fault, NetFault::kTimeout);
}

TEST_F(WsClientTest, MayBeDestroyedAtAnyTimeAndCallsNothingAfter) {
  const FullBacklog nobody;
  const std::uint16_t port = serve_sessions({.ping_interval = 1ms});
  for (const std::string& target : {url(port), url(nobody.port())}) {
    for (const Nanos wait : {Nanos{0}, Nanos{200us}, Nanos{1ms}, Nanos{5ms}, Nanos{20ms}}) {
      auto probe = std::make_unique<WsProbe>(loop, clock, ws_options(target));
      probe->client->open();
      run_for(wait);
      probe.reset();
      run_for(2ms);
    }
  }
}

TEST_F(WsClientTest, MayBeDestroyedInItsCallbacks) {
  const std::uint16_t port = serve({}, {}, echo);
  for (int where = 0; where < 3; ++where) {
    std::unique_ptr<WebSocketClient> client;
    int calls = 0;
    const auto destroy_at = [&](int here) {
      if (where != here) return;
      client.reset();
      ++calls;
    };
    WsCallbacks callbacks;
    callbacks.on_open = [&] {
      (void)client->send_text("hello");
      destroy_at(0);
    };
    callbacks.on_message = [&](std::string_view, UnixNanos, bool) {
      if (where == 2) client->close();
      destroy_at(1);
    };
    callbacks.on_close = [&](const CloseInfo&) { destroy_at(2); };
    client = std::make_unique<WebSocketClient>(loop, clock, ws_options(url(port)), std::move(callbacks));
    client->open();
    ASSERT_TRUE(run_until([&] { return calls == 1; })) << where;
    run_for(5ms);
    EXPECT_EQ(calls, 1);
  }
}

TEST_F(WsClientTest, ReportsAnEndOfOursBeforeItWasOpen) {
  const FullBacklog nobody;
  for (const bool by_abort : {false, true}) {
    WsProbe probe(loop, clock, ws_options(url(nobody.port())));
    probe.client->open();
    run_for(2ms);
    if (by_abort) {
      probe.client->abort();
    } else {
      probe.client->close();
    }
    EXPECT_FALSE(probe.closed);
    const CloseInfo& info = wait_for_close(probe);
    EXPECT_EQ(info.kind, ErrorCode::kCancelled);
    EXPECT_EQ(info.fault, NetFault::kCancelled);
    EXPECT_EQ(probe.closes, 1);
  }
}

TEST_F(WsClientTest, EndsAtOnceByAbort) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  open(probe);
  probe.client->abort();
  const CloseInfo& info = wait_for_close(probe);
  EXPECT_EQ(info.kind, ErrorCode::kCancelled);
  EXPECT_EQ(info.fault, NetFault::kCancelled);
  EXPECT_EQ(info.code, 1006);
}

TEST_F(WsClientTest, MayBeEndedInOnOpen) {
  const std::uint16_t port = serve_sessions();
  for (const bool by_abort : {false, true}) {
    WsProbe probe(loop, clock, ws_options(url(port)));
    probe.on_open = [&] { by_abort ? probe.client->abort() : probe.client->close(); };
    probe.client->open();
    EXPECT_EQ(wait_for_close(probe).was_clean, !by_abort);
  }
}

}  // namespace
}  // namespace acts
