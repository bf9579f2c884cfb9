#include <fmt/format.h>

#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

class WsServerTest : public NetTest {
 protected:
  std::uint16_t serve_sessions(ServerOptions options = {}) {
    return serve(std::move(options), {}, [this](const HttpServerRequest&, WsUpgrade upgrade) {
      WsSessionCallbacks callbacks;
      callbacks.on_message = [this](std::string_view message, bool) { heard.emplace_back(message); };
      callbacks.on_close = [this](const WsSessionEnd& end) { ends.push_back(end); };
      sessions.push_back(upgrade.accept(std::move(callbacks)));
      sessions.back().send_text("welcome");
    });
  }
  static std::string url(std::uint16_t port) { return fmt::format("ws://127.0.0.1:{}/ws", port); }

  std::vector<WsSession> sessions;
  std::vector<std::string> heard;
  std::vector<WsSessionEnd> ends;
};

TEST_F(WsServerTest, SendsWhatWasQueuedBeforeTheHandshakeWasThrough) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return !probe.messages.empty(); }));
  EXPECT_EQ(probe.messages[0], "welcome");
  EXPECT_EQ(server->stats().websocket_sessions, 1U);
}

TEST_F(WsServerTest, SharesOneMessageAmongSessions) {
  const std::uint16_t port = serve_sessions();
  WsProbe first(loop, clock, ws_options(url(port)));
  WsProbe second(loop, clock, ws_options(url(port)));
  first.client->open();
  second.client->open();
  ASSERT_TRUE(run_until([&] { return first.messages.size() + second.messages.size() == 2; }));
  const auto message = std::make_shared<const std::string>("to all");
  for (WsSession& session : sessions) EXPECT_TRUE(session.send_text(message));
  ASSERT_TRUE(run_until([&] { return first.messages.size() + second.messages.size() == 4; }));
  EXPECT_EQ(first.messages.back(), "to all");
  EXPECT_EQ(second.messages.back(), "to all");
}

TEST_F(WsServerTest, TellsTheCallerOfASlowConsumerAndEndsIt) {
  ServerOptions options;
  options.max_queued_bytes = 4 * 1024 * 1024;
  options.close_timeout = 50ms;
  WsProbe probe(loop, clock, ws_options(url(serve_sessions(options))));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  probe.client->pause_reading();
  const auto block = std::make_shared<const std::string>(512 * 1024, 'b');
  bool was_full = false;
  ASSERT_TRUE(run_until([&] {
    was_full = was_full || !sessions[0].send_text(block);
    return was_full;
  }));
  EXPECT_GT(sessions[0].queued_bytes(), 3U * 1024 * 1024);
  sessions[0].close(1008, "too slow");
  ASSERT_TRUE(run_until([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].code, 1006);
  EXPECT_FALSE(ends[0].was_clean);
  EXPECT_FALSE(sessions[0].is_open());
  EXPECT_FALSE(sessions[0].send_text("more"));
}

TEST_F(WsServerTest, PingsRegularlyAndDropsWhoDoesNotAnswer) {
  ServerOptions options;
  options.ping_interval = 10ms;
  options.pong_timeout = 400ms;
  WsProbe probe(loop, clock, ws_options(url(serve_sessions(options))));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.pings.size() >= 8; }));
  EXPECT_EQ(probe.pings[0], "1");
  EXPECT_TRUE(ends.empty());
  probe.client->pause_reading();
  // What it reads no further than.
  sessions[0].send_text("unread");
  ASSERT_TRUE(run_until([&] { return ends.size() == 1; }));
  EXPECT_EQ(ends[0].code, 1006);
  EXPECT_NE(ends[0].reason.find("pong"), std::string::npos) << ends[0].reason;
}

TEST_F(WsServerTest, RefusesAMessageOverItsLimit) {
  ServerOptions options;
  options.max_message_bytes = 1000;
  WsProbe probe(loop, clock, ws_options(url(serve_sessions(options))));
  probe.on_open = [&] { (void)probe.client->send_text(std::string(1001, 'x')); };
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.closed && ends.size() == 1; }));
  EXPECT_EQ(probe.closed->code, 1009);
  EXPECT_EQ(ends[0].code, 1009);
  EXPECT_TRUE(heard.empty());
}

TEST_F(WsServerTest, ReadsNoFurtherWhilePaused) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  sessions[0].pause_reading();
  ASSERT_TRUE(probe.client->send_text("one"));
  ASSERT_TRUE(probe.client->send_text("two"));
  run_for(20ms);
  EXPECT_TRUE(heard.empty());
  sessions[0].resume_reading();
  ASSERT_TRUE(run_until([&] { return heard.size() == 2; }));
}

TEST_F(WsServerTest, AnswersForAHandlerThatDoesNot) {
  for (const bool has_handler : {true, false}) {
    const std::uint16_t port =
        serve({}, {}, has_handler ? WsHandler([](const HttpServerRequest&, WsUpgrade) {}) : WsHandler());
    WsProbe probe(loop, clock, ws_options(url(port)));
    probe.client->open();
    ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
    EXPECT_EQ(probe.closed->http_status, has_handler ? 500 : 404);
  }
}

TEST_F(WsServerTest, MayAcceptLaterOrDrop) {
  std::optional<WsUpgrade> kept;
  const std::uint16_t port =
      serve({}, {}, [&](const HttpServerRequest&, WsUpgrade upgrade) { kept = std::move(upgrade); });
  WsProbe probe(loop, clock, ws_options(url(port)));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return kept.has_value(); }));
  EXPECT_EQ(probe.opens, 0);
  WsSession session = kept->accept({});
  EXPECT_FALSE(kept->accept({}).is_open());
  ASSERT_TRUE(run_until([&] { return probe.opens == 1; }));
  session.close(1000);
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));

  kept.reset();
  WsProbe dropped(loop, clock, ws_options(url(port)));
  dropped.client->open();
  ASSERT_TRUE(run_until([&] { return kept.has_value(); }));
  kept->reset();
  ASSERT_TRUE(run_until([&] { return dropped.closed.has_value(); }));
  EXPECT_EQ(dropped.closed->fault, NetFault::kDisconnected);
}

TEST_F(WsServerTest, MayBeDestroyedWithSessionsOpen) {
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  server.reset();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  EXPECT_EQ(probe.closed->code, 1006);
  EXPECT_TRUE(ends.empty());
  EXPECT_FALSE(sessions[0].send_text("more"));
  sessions[0].close(1000);
  sessions[0].resume_reading();
  EXPECT_FALSE(WsSession().is_open());
}

TEST_F(WsServerTest, CarriesManyMessagesQuickly) {
  constexpr int kMessages = 20'000;
  WsProbe probe(loop, clock, ws_options(url(serve_sessions())));
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == 1; }));
  const auto message = std::make_shared<const std::string>(500, 'm');
  for (int i = 0; i < kMessages; ++i) ASSERT_TRUE(sessions[0].send_text(message));
  ASSERT_TRUE(run_until([&] { return probe.messages.size() == kMessages + 1; }));
}

}  // namespace
}  // namespace acts
