// HTTP/1.1 and WebSocket server on one port, plain or TLS. On the event loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "net/event_loop.hpp"
#include "net/http_message.hpp"

namespace acts {

struct TlsFiles {
  std::string certificate_file = {};  // PEM, the chain
  std::string key_file = {};          // PEM
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one
  std::optional<TlsFiles> tls = {};
  std::size_t max_connections = 1024;  // further ones are closed as they come, and counted
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_request_bytes = 1024 * 1024;       // a longer body is answered with 413
  Nanos request_timeout = std::chrono::seconds{10};  // TLS handshake; first to last byte of a request
  Nanos idle_timeout = std::chrono::seconds{60};     // between two requests of one connection
  Nanos reply_timeout = std::chrono::seconds{60};    // a handler that has not answered by then: 503
  Nanos write_timeout = std::chrono::seconds{30};    // for one response

  // WebSocket sessions.
  std::size_t max_message_bytes = 1024 * 1024;      // a longer one from the client is answered with close 1009
  std::size_t max_queued_bytes = 16 * 1024 * 1024;  // a session, not yet written
  Nanos close_timeout = std::chrono::seconds{5};    // for what is queued and the client's answer to a close
  Nanos ping_interval{0};                           // real time between pings to each session; 0 = none
  Nanos pong_timeout{0};                            // dropped if so long no pong came to a ping of ours; 0 = never
};

struct HttpServerRequest {
  std::string method = {};
  std::string target = {};  // as received
  std::string path = {};    // before "?", as received
  std::string query = {};   // after "?", as received
  HttpHeaders headers = {};
  std::string body = {};
  std::string peer_address = {};    // without port
  std::uint64_t connection_id = 0;  // the same for all requests of one connection

  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;  // "" if there is none
};

// The right to answer one request, at once or later. Used once; further calls, and those after the connection ended, do
// nothing. Destroyed without an answer: 500.
class HttpReply {
 public:
  struct Impl;
  explicit HttpReply(std::shared_ptr<Impl> impl);
  HttpReply(HttpReply&&) noexcept;
  HttpReply& operator=(HttpReply&&) noexcept;
  ~HttpReply();

  // Adds Content-Length and Connection (keep-alive as the client asked); all other headers are as given.
  void send(HttpResponse response);
  void send(int status, std::string_view content_type, std::string body);
  // Any bytes at all, then end of connection: faults of a venue, and of what stands before it.
  void send_raw(std::string bytes);
  // Announces the whole body, sends its first `body_bytes`, ends the connection.
  void send_truncated(HttpResponse response, std::size_t body_bytes);
  // Ends the connection without a byte, by a TCP reset.
  void reset();

  [[nodiscard]] bool is_pending() const noexcept;

 private:
  std::shared_ptr<Impl> impl_;
};

// Why a WebSocket session ended.
struct WsSessionEnd {
  std::uint16_t code = 1006;
  std::string reason = {};
  bool was_clean = false;
};

struct WsSessionCallbacks {
  std::function<void(std::string_view message, bool binary)> on_message = {};
  // Answered already.
  std::function<void(std::string_view payload)> on_ping = {};
  std::function<void(std::string_view payload)> on_pong = {};
  // Exactly once, unless the server is destroyed first. Any of these may be left empty.
  std::function<void(const WsSessionEnd&)> on_close = {};
};

// A WebSocket connection of a client. A handle: copies mean the same session, none keeps it alive; calls do nothing
// once it has ended.
class WsSession {
 public:
  struct Impl;
  WsSession() = default;
  explicit WsSession(std::shared_ptr<Impl> impl);

  // The number of its connection, as HttpServerRequest::connection_id.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::size_t queued_bytes() const noexcept;

  // One message to many sessions is shared, not copied. False: the queue is full, the session is closing or has ended;
  // not queued then. What becomes of a slow consumer is the caller's to decide.
  bool send_text(std::shared_ptr<const std::string> message);
  bool send_text(std::string message);
  // At most 125 bytes (asserted). Queued like a message.
  bool send_ping(std::string_view payload);
  // Sends what is queued, then the close frame, and waits for the client's: at most close_timeout, then the connection
  // is dropped.
  void close(std::uint16_t code, std::string_view reason = {});
  // Ends it at once by a TCP reset, without a close frame.
  void reset();
  // Half open from now on, as when a machine in between has gone: the socket stays, nothing is read from it nor written
  // to it, a close of the client's included. Only reset() ends it, or the client by letting go of the socket.
  void stall();
  // As with the client: backpressure.
  void pause_reading();
  void resume_reading();

 private:
  std::weak_ptr<Impl> impl_;
  std::uint64_t id_ = 0;
};

// The right to answer one WebSocket handshake, at once or later; as HttpReply. Destroyed without an answer: 500.
class WsUpgrade {
 public:
  struct Impl;
  explicit WsUpgrade(std::shared_ptr<Impl> impl);
  WsUpgrade(WsUpgrade&&) noexcept;
  WsUpgrade& operator=(WsUpgrade&&) noexcept;
  ~WsUpgrade();

  // Messages sent to the session before the handshake is through are queued. A closed session if the connection has
  // ended meanwhile.
  WsSession accept(WsSessionCallbacks callbacks);
  // 403, 429, 451, 503 ... as the venue does it.
  void refuse(HttpResponse response);
  // Ends the connection without a byte, by a TCP reset.
  void reset();

 private:
  std::shared_ptr<Impl> impl_;
};

using HttpHandler = std::function<void(const HttpServerRequest& request, HttpReply reply)>;
using WsHandler = std::function<void(const HttpServerRequest& request, WsUpgrade upgrade)>;

struct ServerStats {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // over max_connections
  std::uint64_t malformed =
      0;  // not HTTP, too large or too slow: answered with 400, 413, 431, 408 where that was possible
  std::size_t open = 0;
  std::size_t websocket_sessions = 0;
};

class Server {
 public:
  // An empty WsHandler refuses upgrades with 404. Handlers are called on the loop's thread.
  Server(EventLoop& loop, ServerOptions options, HttpHandler on_request, WsHandler on_upgrade = {});
  // Drops all connections; no handler or callback is called any more.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Once. The port it listens on. Errors: kUsage (address, port in use, certificate files).
  Result<std::uint16_t> listen();
  // Accepts no further connections; those there are go on.
  void stop_listening();

  [[nodiscard]] ServerStats stats() const noexcept;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace acts
