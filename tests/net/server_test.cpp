#include "net/server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

class ServerTest : public NetTest {
 protected:
  // What the server answers to these bytes until it ends the connection; "<none>" if it does not in time.
  std::string say(std::uint16_t port, const std::string& bytes) {
    std::atomic<bool> is_done{false};
    std::string answer;
    std::thread speaker([&] {
      const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(port);
      if (::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        write_all(connection, bytes);
        answer = read_until(connection, "");
      }
      ::close(connection);
      is_done = true;
    });
    const bool was_done = run_until([&is_done] { return is_done.load(); });
    speaker.join();
    return was_done ? answer : "<none>";
  }
};

TEST_F(ServerTest, AnswersLaterAndOutOfOrder) {
  std::vector<HttpReply> replies;
  const std::uint16_t port =
      serve({}, [&](const HttpServerRequest&, HttpReply reply) { replies.push_back(std::move(reply)); });
  HttpClient client(loop, {});
  std::vector<std::string> answers;
  for (int i = 0; i < 2; ++i) {
    client.request({.url = fmt::format("http://127.0.0.1:{}/", port)},
                   [&](NetResult<HttpResponse> response) { answers.push_back(response->body); });
  }
  ASSERT_TRUE(run_until([&] { return replies.size() == 2; }));
  EXPECT_TRUE(replies[1].is_pending());
  replies[1].send(200, "text/plain", "second");
  EXPECT_FALSE(replies[1].is_pending());
  replies[1].send(200, "text/plain", "never");
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  replies[0].send(200, "text/plain", "first");
  ASSERT_TRUE(run_until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers, (std::vector<std::string>{"second", "first"}));
}

TEST_F(ServerTest, AnswersForAHandlerThatDoesNot) {
  std::uint16_t port = serve({}, [](const HttpServerRequest&, HttpReply) {});
  EXPECT_EQ(get(fmt::format("http://127.0.0.1:{}/", port))->status, 500);
  ServerOptions options;
  options.reply_timeout = 20ms;
  std::vector<HttpReply> replies;
  port = serve(options, [&](const HttpServerRequest&, HttpReply reply) { replies.push_back(std::move(reply)); });
  EXPECT_EQ(get(fmt::format("http://127.0.0.1:{}/", port))->status, 503);
  replies[0].send(200, "text/plain", "too late");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  const std::uint16_t port = serve();
  const std::string answer =
      say(port, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::size_t first = answer.find("GET /1");
  const std::size_t second = answer.find("GET /2");
  EXPECT_LT(first, second) << answer;
  EXPECT_NE(second, std::string::npos) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
}

TEST_F(ServerTest, LetsAClientSendItsBody) {
  const std::uint16_t port = serve();
  const std::string answer =
      say(port, "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) << answer;
}

TEST_F(ServerTest, TakesAFrameThatCameWithTheHandshake) {
  std::vector<std::string> heard;
  const std::uint16_t port = serve({}, {}, [&](const HttpServerRequest&, WsUpgrade upgrade) {
    auto session = std::make_shared<WsSession>();
    WsSessionCallbacks callbacks;
    callbacks.on_message = [&heard, session](std::string_view message, bool) {
      heard.emplace_back(message);
      session->close(1000);
    };
    *session = upgrade.accept(std::move(callbacks));
  });
  const std::string frame("\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0", 14);
  const std::string answer = say(port,
                                 "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
                                     frame);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
  EXPECT_EQ(heard, (std::vector<std::string>{"hi"}));
}

TEST_F(ServerTest, RefusesBadRequests) {
  ServerOptions options;
  options.max_request_bytes = 100;
  options.max_header_bytes = 1000;
  const std::uint16_t port = serve(options);
  EXPECT_TRUE(say(port, "hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(say(port, "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n").starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(say(port, "GET / HTTP/1.1\r\nA: " + std::string(5000, 'x')).starts_with("HTTP/1.1 431 "));
  EXPECT_EQ(server->stats().malformed, 3U);
}

TEST_F(ServerTest, DropsAClientThatIsTooSlow) {
  ServerOptions options;
  options.request_timeout = 30ms;
  const std::uint16_t port = serve(options);
  EXPECT_EQ(say(port, "GET / HTTP/1.1\r\nHo"), "");
  EXPECT_TRUE(run_until([&] { return server->stats().malformed == 1; }));
}

TEST_F(ServerTest, ClosesAnIdleConnection) {
  ServerOptions options;
  options.idle_timeout = 30ms;
  const std::uint16_t port = serve(options);
  EXPECT_EQ(say(port, ""), "");
  EXPECT_EQ(server->stats().malformed, 0U);
}

TEST_F(ServerTest, TurnsAwayConnectionsOverItsLimit) {
  ServerOptions options;
  options.max_connections = 1;
  std::vector<HttpReply> replies;
  const std::uint16_t port =
      serve(options, [&](const HttpServerRequest&, HttpReply reply) { replies.push_back(std::move(reply)); });
  HttpClient client(loop, {});
  client.request({.url = fmt::format("http://127.0.0.1:{}/", port)}, [](NetResult<HttpResponse>) {});
  ASSERT_TRUE(run_until([&] { return replies.size() == 1; }));
  EXPECT_FALSE(get(fmt::format("http://127.0.0.1:{}/", port)));
  EXPECT_EQ(server->stats().refused, 1U);
}

TEST_F(ServerTest, ListensAtTheOtherLoopbackAddress) {
  ServerOptions options;
  options.address = "::1";
  Server other(loop, options, [](const HttpServerRequest&, HttpReply reply) { reply.send(200, "text/plain", "six"); });
  const Result<std::uint16_t> port = other.listen();
  if (!port) GTEST_SKIP() << "no IPv6 here: " << port.error().message;
  EXPECT_EQ(get(fmt::format("http://[::1]:{}/", *port))->body, "six");
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  ServerOptions options;
  options.port = serve();
  Server second(loop, options, [](const HttpServerRequest&, HttpReply) {});
  const Result<std::uint16_t> in_use = second.listen();
  ASSERT_FALSE(in_use);
  EXPECT_EQ(in_use.error().code, ErrorCode::kUsage);
  options.address = "nowhere";
  EXPECT_FALSE(Server(loop, options, [](const HttpServerRequest&, HttpReply) {}).listen());
}

TEST_F(ServerTest, KeepsItsConnectionsWhenItStopsListening) {
  const std::uint16_t port = serve();
  HttpClient client(loop, {});
  int answers = 0;
  const auto count = [&](NetResult<HttpResponse> response) { answers += response.has_value() ? 1 : 100; };
  client.request({.url = fmt::format("http://127.0.0.1:{}/", port)}, count);
  ASSERT_TRUE(run_until([&] { return answers == 1; }));
  server->stop_listening();
  client.request({.url = fmt::format("http://127.0.0.1:{}/", port)}, count);
  ASSERT_TRUE(run_until([&] { return answers == 2; }));
  EXPECT_EQ(get(fmt::format("http://127.0.0.1:{}/", port)).error().fault, NetFault::kConnect);
}

TEST_F(ServerTest, MayBeDestroyedWithRequestsPending) {
  std::vector<HttpReply> replies;
  const std::uint16_t port =
      serve({}, [&](const HttpServerRequest&, HttpReply reply) { replies.push_back(std::move(reply)); });
  HttpClient client(loop, {});
  std::optional<NetResult<HttpResponse>> result;
  client.request({.url = fmt::format("http://127.0.0.1:{}/", port)},
                 [&](NetResult<HttpResponse> response) { result = std::move(response); });
  ASSERT_TRUE(run_until([&] { return replies.size() == 1; }));
  server.reset();
  replies[0].send(200, "text/plain", "too late");
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_FALSE(result->has_value());
}

TEST_F(ServerTest, TakesAReplyOverAnother) {
  const std::uint16_t port = serve({}, [](const HttpServerRequest& request, HttpReply reply) {
    static std::optional<HttpReply> kept;
    if (request.path == "/first") {
      kept = std::move(reply);
    } else {
      // The one that is given up is answered for.
      *kept = std::move(reply);
      kept->send(200, "text/plain", "second");
      kept.reset();
    }
  });
  HttpClient client(loop, {});
  std::vector<int> statuses;
  const auto keep = [&](NetResult<HttpResponse> response) { statuses.push_back(response->status); };
  client.request({.url = fmt::format("http://127.0.0.1:{}/first", port)}, keep);
  run_for(5ms);
  client.request({.url = fmt::format("http://127.0.0.1:{}/second", port)}, keep);
  ASSERT_TRUE(run_until([&] { return statuses.size() == 2; }));
  EXPECT_EQ(statuses[0] + statuses[1], 700);
}

}  // namespace
}  // namespace acts
