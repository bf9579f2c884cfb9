// What the tests over loopback sockets share: an event loop that runs until something has happened, and peers that
// misbehave.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/real_clock.hpp"
#include "net/self_signed.hpp"
#include "net/server.hpp"
#include "net/ws_client.hpp"
#include "recording/temp_dir.hpp"

namespace acts {

// A server of plain sockets on a thread of its own: each connection is handed to `serve` with its descriptor, one after
// the other.
class RawServer {
 public:
  explicit RawServer(std::function<void(int connection)> serve);
  ~RawServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

// For RawServer's `serve`: until the peer ends, or until `end` has come. A second without a byte is an end, too.
std::string read_until(int connection, const std::string& end);
void write_all(int connection, const std::string& bytes);

// A port at which connections neither succeed nor fail; 0: any free one.
class FullBacklog {
 public:
  explicit FullBacklog(const std::string& address = "127.0.0.1", std::uint16_t port = 0);
  ~FullBacklog();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::vector<int> sockets_;
  std::uint16_t port_ = 0;
};

class NetTest : public ::testing::Test {
 protected:
  // False: not within 20 s.
  bool run_until(const std::function<bool()>& is_done);
  void run_for(Nanos real_time) { (void)loop.run_for(real_time); }

  // Answers GETs by "METHOD TARGET BODY" unless given a handler.
  std::uint16_t serve(ServerOptions options = {}, HttpHandler on_request = {}, WsHandler on_upgrade = {});
  // Echoes texts.
  static void echo(const HttpServerRequest& request, WsUpgrade upgrade);

  NetResult<HttpResponse> fetch(HttpRequest request, HttpClientOptions options = {});
  NetResult<HttpResponse> get(const std::string& url, HttpClientOptions options = {}) {
    HttpRequest request;
    request.url = url;
    return fetch(std::move(request), std::move(options));
  }

  static const SelfSignedFiles& certificates();
  static ServerOptions tls_options();

  EventLoop loop;
  RealClock clock;
  std::unique_ptr<Server> server;
};

// A WebSocket client that keeps what it is told.
struct WsProbe {
  WsProbe(EventLoop& loop, Clock& clock, WsConnect options);

  std::optional<CloseInfo> closed;
  std::vector<std::string> messages;
  std::vector<bool> binary;
  std::vector<std::uint64_t> too_long;
  std::vector<std::string> pings;
  std::vector<UnixNanos> received_at;
  std::function<void()> on_open;
  std::function<void(std::string_view)> on_message;
  std::size_t bytes = 0;
  int opens = 0;
  int closes = 0;
  std::unique_ptr<WebSocketClient> client;
};

WsConnect ws_options(const std::string& url);

}  // namespace acts
