#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>

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

int connect_to_loopback(std::uint16_t port) {
  const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  EXPECT_EQ(::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return connection;
}

// A proxy that opens a tunnel to a port of this machine, whatever it is asked for, and carries bytes both ways until
// either end has gone.
class RelayProxy {
 public:
  explicit RelayProxy(std::uint16_t to) : server_([this, to](int connection) { relay(connection, to); }) {}
  ~RelayProxy() { is_over_ = true; }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  // What it was asked for last.
  [[nodiscard]] std::string asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  void relay(int connection, std::uint16_t to) {
    std::string asked = read_until(connection, "\r\n\r\n");
    {
      const std::scoped_lock lock(mutex_);
      asked_ = std::move(asked);
    }
    const int behind = connect_to_loopback(to);
    write_all(connection, "HTTP/1.1 200 Connection established\r\n\r\n");
    std::array<pollfd, 2> ends{{{connection, POLLIN, 0}, {behind, POLLIN, 0}}};
    bool is_open = true;
    while (is_open && !is_over_) {
      if (::poll(ends.data(), ends.size(), 10) <= 0) continue;
      for (std::size_t i = 0; i < ends.size() && is_open; ++i) {
        if (ends[i].revents != 0) is_open = carry(ends[i].fd, ends[1 - i].fd);
      }
    }
    ::close(behind);
  }
  static bool carry(int from, int to) {
    std::array<char, 4096> bytes{};
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
    if (got > 0) write_all(to, std::string(bytes.data(), static_cast<std::size_t>(got)));
    return got > 0;
  }

  std::atomic<bool> is_over_{false};
  mutable std::mutex mutex_;
  std::string asked_;
  RawServer server_;
};

// The certificate is of the name that only the proxy can reach.
struct NamedServer {
  testing::TempDir directory;
  SelfSignedFiles files;
  ServerOptions options;

  NamedServer() {
    SelfSignedRequest request;
    request.dns_names = {"example.invalid"};
    request.ip_addresses = {};
    files = make_self_signed(directory.string(), RealClock().now(), request).value();
    options.tls = TlsFiles{files.certificate_file, files.key_file};
  }
};

// Every production address is https or wss: TLS is begun with the server, inside the tunnel.
TEST_F(ProxyTunnel, CarriesTlsToTheServerItself) {
  const NamedServer named;
  const std::uint16_t port = serve(named.options);
  const RelayProxy proxy(port);
  HttpClientOptions options;
  options.proxy = through(proxy.port());
  options.ca_file = named.files.ca_file;
  const NetResult<HttpResponse> response = get("https://example.invalid/x", options);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "GET /x ");
  EXPECT_EQ(proxy.asked(), "CONNECT example.invalid:443 HTTP/1.1\r\nHost: example.invalid:443\r\n\r\n");
  const NetResult<HttpResponse> other = get("https://other.invalid/x", options);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().fault, NetFault::kCertificate) << "it is the server's name that counts, not the proxy's";
}

TEST_F(ProxyTunnel, CarriesAWebSocketOverTls) {
  const NamedServer named;
  const std::uint16_t port = serve(named.options, {}, echo);
  const RelayProxy proxy(port);
  WsConnect options = ws_options("wss://example.invalid:9443/ws");
  options.proxy = through(proxy.port());
  options.ca_file = named.files.ca_file;
  WsProbe probe(loop, clock, options);
  probe.on_open = [&] { (void)probe.client->send_text("through it"); };
  probe.client->open();
  ASSERT_TRUE(run_until([&] { return !probe.messages.empty() || probe.closed.has_value(); }));
  ASSERT_EQ(probe.messages.size(), 1U) << probe.closed->reason;
  EXPECT_EQ(probe.messages[0], "through it");
  EXPECT_EQ(proxy.asked(), "CONNECT example.invalid:9443 HTTP/1.1\r\nHost: example.invalid:9443\r\n\r\n");
  probe.client->close();
  ASSERT_TRUE(run_until([&] { return probe.closed.has_value(); }));
  EXPECT_EQ(probe.closed->code, 1000);
}

// What reached nobody was said of the address, which was the proxy's: a user looked at the venue.
TEST_F(ProxyTunnel, NamesAProxyThatIsNotThere) {
  std::uint16_t dead = 0;
  {
    const RawServer gone([](int) {});
    dead = gone.port();
  }
  HttpClientOptions options;
  options.proxy = through(dead);
  const NetResult<HttpResponse> response = get("https://example.invalid/", options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, NetFault::kProxy);
  EXPECT_THAT(response.error().message,
              ::testing::StartsWith(fmt::format("proxy 127.0.0.1:{} for example.invalid:443: ", dead)));
  EXPECT_THAT(response.error().message, ::testing::EndsWith(": check the proxy variables of the environment"));
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
