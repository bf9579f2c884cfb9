#include "net/net_test.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace acts {
namespace {

using namespace std::chrono_literals;

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) std::abort();
  return address;
}

// `port`: 0 becomes that of the free one.
int listening_socket(const std::string& host, int backlog, std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = address_of(host, port);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, any, size) != 0 || ::listen(listener, backlog) != 0 || ::getsockname(listener, any, &size) != 0)
    std::abort();
  port = ntohs(address.sin_port);
  return listener;
}

bool is_readable(int socket, int milliseconds) {
  pollfd wanted{socket, POLLIN, 0};
  return ::poll(&wanted, 1, milliseconds) > 0;
}

}  // namespace

RawServer::RawServer(std::function<void(int)> serve) : listener_(listening_socket("127.0.0.1", 16, port_)) {
  thread_ = std::thread([this, serve = std::move(serve)] {
    while (!is_over_) {
      if (!is_readable(listener_, 5)) continue;
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      serve(connection);
      ::close(connection);
    }
  });
}

RawServer::~RawServer() {
  is_over_ = true;
  thread_.join();
  ::close(listener_);
}

std::string read_until(int connection, const std::string& end) {
  std::string out;
  char buffer[4096];
  while (end.empty() || out.find(end) == std::string::npos) {
    if (!is_readable(connection, 1000)) break;
    const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  return out;
}

void write_all(int connection, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t sent = ::send(connection, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent <= 0) return;
    done += static_cast<std::size_t>(sent);
  }
}

FullBacklog::FullBacklog(const std::string& address, std::uint16_t port) : port_(port) {
  sockets_.push_back(listening_socket(address, 0, port_));
  const sockaddr_in peer = address_of(address, port_);
  // A backlog of 0 still takes one; what comes after waits in SYN.
  for (int i = 0; i < 4; ++i) {
    const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int result = ::connect(filler, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
    if (result != 0 && errno != EINPROGRESS) std::abort();
    sockets_.push_back(filler);
  }
}

FullBacklog::~FullBacklog() {
  for (const int socket : sockets_) ::close(socket);
}

bool NetTest::run_until(const std::function<bool()>& is_done) {
  std::function<void()> look;
  EventLoop::TimerId timer = 0;
  look = [&] {
    if (is_done()) {
      loop.stop();
    } else {
      timer = loop.start_timer(1ms, look);
    }
  };
  timer = loop.start_timer(0ms, look);
  const bool was_done = loop.run_for(20s);
  loop.cancel_timer(timer);
  return was_done;
}

std::uint16_t NetTest::serve(ServerOptions options, HttpHandler on_request, WsHandler on_upgrade) {
  if (!on_request) {
    on_request = [](const HttpServerRequest& request, HttpReply reply) {
      reply.send(200, "text/plain", fmt::format("{} {} {}", request.method, request.target, request.body));
    };
  }
  server = std::make_unique<Server>(loop, std::move(options), std::move(on_request), std::move(on_upgrade));
  const Result<std::uint16_t> port = server->listen();
  EXPECT_TRUE(port) << port.error().message;
  return port.value_or(0);
}

void NetTest::echo(const HttpServerRequest&, WsUpgrade upgrade) {
  auto session = std::make_shared<WsSession>();
  WsSessionCallbacks callbacks;
  callbacks.on_message = [session](std::string_view message, bool) { session->send_text(std::string(message)); };
  *session = upgrade.accept(std::move(callbacks));
}

NetResult<HttpResponse> NetTest::fetch(HttpRequest request, HttpClientOptions options) {
  HttpClient client(loop, std::move(options));
  std::optional<NetResult<HttpResponse>> result;
  client.request(std::move(request), [&result](NetResult<HttpResponse> answer) { result = std::move(answer); });
  EXPECT_FALSE(result.has_value());
  EXPECT_TRUE(run_until([&result] { return result.has_value(); }));
  if (!result) return std::unexpected(net_error(NetFault::kNone, NetStage::kStart, "no answer"));
  return *std::move(result);
}

const SelfSignedFiles& NetTest::certificates() {
  static const testing::TempDir kDirectory;
  static const SelfSignedFiles kFiles = make_self_signed(kDirectory.string(), RealClock().now()).value();
  return kFiles;
}

ServerOptions NetTest::tls_options() {
  ServerOptions options;
  options.tls = TlsFiles{certificates().certificate_file, certificates().key_file};
  return options;
}

WsProbe::WsProbe(EventLoop& loop, Clock& clock, WsConnect options) {
  WsCallbacks callbacks;
  callbacks.on_open = [this] {
    ++opens;
    if (on_open) on_open();
  };
  callbacks.on_message = [this](std::string_view message, UnixNanos ts_recv, bool is_binary) {
    binary.push_back(is_binary);
    messages.emplace_back(message.substr(0, 64));
    bytes += message.size();
    received_at.push_back(ts_recv);
    if (on_message) on_message(message);
  };
  callbacks.on_too_long = [this](std::uint64_t size) { too_long.push_back(size); };
  callbacks.on_ping = [this](std::string_view payload) { pings.emplace_back(payload); };
  callbacks.on_close = [this](const CloseInfo& info) {
    ++closes;
    closed = info;
  };
  client = std::make_unique<WebSocketClient>(loop, clock, std::move(options), std::move(callbacks));
}

WsConnect ws_options(const std::string& url) {
  WsConnect options;
  options.url = url;
  options.connect_timeout = 3s;
  options.close_timeout = 1s;
  return options;
}

}  // namespace acts
