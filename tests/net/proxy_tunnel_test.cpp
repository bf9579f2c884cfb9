#include <fmt/format.h>

#include "net/net_test.hpp"

// A connection that is to go through a proxy must not be one to loopback: the names here are the proxy's to resolve,
// and stay in this process.
namespace acts {
namespace {

using namespace std::chrono_literals;

class ProxyTunnel : public NetTest {
 protected:
  static ProxySettings through(std::uint16_t port, std::string authorization = {}) {
    return {Proxy{"127.0.0.1", port, authorization}, Proxy{"127.0.0.1", port, authorization}, {}};
  }
};

// Opens the tunnel and answers as the server at its end.
void serve_tunnel(int connection, std::string& asked) {
  asked = read_until(connection, "\r\n\r\n");
  write_all(connection, "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
  const std::string request = read_until(connection, "\r\n\r\n");
  write_all(connection, fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                                    request.size(), request));
}

TEST_F(ProxyTunnel, CarriesARequest) {
  std::string asked;
  std::optional<RawServer> proxy(std::in_place, [&asked](int connection) { serve_tunnel(connection, asked); });
  HttpClientOptions options;
  options.proxy = through(proxy->port(), "Basic YTpi");
  const NetResult<HttpResponse> response = get("http://example.invalid:8080/x", options);
  proxy.reset();
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(response->body.starts_with("GET /x HTTP/1.1\r\nHost: example.invalid:8080\r\n")) << response->body;
  EXPECT_EQ(
      asked,
      "CONNECT example.invalid:8080 HTTP/1.1\r\nHost: example.invalid:8080\r\nProxy-Authorization: Basic YTpi\r\n\r\n");
}

TEST_F(ProxyTunnel, TellsItsFaults) {
  struct Case {
    const char* answer;
    const char* said;
  };
  for (const Case& c : {Case{"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"},
                        Case{"SSH-2.0\r\n\r\n", "HTTP"}, Case{"", "proxy"}}) {
    const RawServer proxy([&c](int connection) {
      read_until(connection, "\r\n\r\n");
      write_all(connection, c.answer);
    });
    HttpClientOptions options;
    options.proxy = through(proxy.port(), "Basic s3cret");
    const NetResult<HttpResponse> response = get("https://example.invalid/", options);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().fault, NetFault::kProxy);
    EXPECT_NE(response.error().message.find(c.said), std::string::npos) << response.error().message;
    EXPECT_EQ(response.error().message.find("s3cret"), std::string::npos);
  }
}

TEST_F(ProxyTunnel, ReadsNoEndlessAnswer) {
  const RawServer proxy([](int connection) {
    read_until(connection, "\r\n\r\n");
    write_all(connection, "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x'));
    read_until(connection, "");
  });
  HttpClientOptions options;
  options.proxy = through(proxy.port());
  EXPECT_EQ(get("http://example.invalid/", options).error().fault, NetFault::kProxy);
}

TEST_F(ProxyTunnel, EndsAtTheDeadline) {
  const RawServer proxy([](int connection) { read_until(connection, ""); });
  HttpClientOptions options;
  options.proxy = through(proxy.port());
  HttpRequest request;
  request.url = "https://example.invalid/";
  request.timeout = 200ms;
  const NetResult<HttpResponse> response = fetch(request, options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kTimeout);
  EXPECT_EQ(response.error().stage, NetStage::kProxy);
}

TEST_F(ProxyTunnel, CarriesAWebSocketToItsHandshake) {
  std::string asked;
  std::optional<RawServer> proxy(std::in_place, [&asked](int connection) { serve_tunnel(connection, asked); });
  WsConnect options = ws_options("ws://example.invalid/ws?x=1");
  options.proxy = through(proxy->port());
  WsProbe probe(loop, clock, options);
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  proxy.reset();
  EXPECT_TRUE(asked.starts_with("CONNECT example.invalid:80 HTTP/1.1\r\n")) << asked;
  EXPECT_EQ(probe.closed->fault, NetFault::kRefused);
  EXPECT_EQ(probe.closed->http_status, 200);
  EXPECT_NE(probe.closed->body.find("GET /ws?x=1 HTTP/1.1"), std::string::npos) << probe.closed->body;
}

TEST_F(ProxyTunnel, IsNotTakenToLoopback) {
  const std::uint16_t port = serve();
  HttpClientOptions options;
  options.proxy = through(1);
  EXPECT_TRUE(get(fmt::format("http://127.0.0.1:{}/", port), options));
}

}  // namespace
}  // namespace acts
