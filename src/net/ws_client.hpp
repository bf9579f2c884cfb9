// WebSocket client (RFC 6455): one object is one connection attempt and its connection. On the event loop's thread
// only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/clock.hpp"
#include "acts/base/time.hpp"

#include "net/event_loop.hpp"
#include "net/http_message.hpp"
#include "net/net_error.hpp"
#include "net/proxy.hpp"

namespace acts {

struct WsConnect {
  std::string url = {};      // ws or wss, with path and query
  std::string ca_file = {};  // PEM; "" = the system's certificate authorities
  std::string user_agent = "acts";
  HttpHeaders headers = {};                          // more handshake headers
  ProxySettings proxy = {};                          // see proxy_settings_from_environment(); default: no proxy
  Nanos connect_timeout = std::chrono::seconds{10};  // from open() to the answered handshake
  Nanos address_timeout = std::chrono::seconds{5};   // at most, of one address: all share connect_timeout
  Nanos idle_timeout{0};                             // closed after so long without a byte, a ping included; 0 = never
  Nanos close_timeout = std::chrono::seconds{5};     // for what is queued and the peer's answer to a close
  // A longer message is thrown away, and told by on_too_long(); one 16 times as long is answered with close 1009.
  std::size_t max_message_bytes = 16 * 1024 * 1024;
  std::size_t read_buffer_bytes = 64 * 1024;
  std::size_t max_queued_messages = 1024;  // a full queue refuses
  std::size_t max_queued_bytes = 1024 * 1024;
  std::size_t messages_per_window = 0;  // sent at most, in any such window, pongs counted; 0 = no limit
  Nanos window = std::chrono::seconds{1};
};

// Why and how a connection, or the attempt at one, ended.
struct CloseInfo {
  std::uint16_t code = 1006;  // RFC 6455 section 7.4; 1005: a close frame without a code, 1006: none at all
  std::string reason = {};    // the peer's, or one line of ours saying what happened, where, and the remedy
  ErrorCode kind = ErrorCode::kRetry;
  bool was_clean = false;  // both sides sent a close frame
  NetFault fault = NetFault::kNone;
  NetStage stage = NetStage::kStart;
  // With fault kRefused: the answer to the handshake.
  int http_status = 0;
  std::optional<Nanos> retry_after = {};
  std::string body = {};  // its first kMaxRefusalBody bytes
};
inline constexpr std::size_t kMaxRefusalBody = 4096;

struct WsCallbacks {
  std::function<void()> on_open = {};
  // `bytes` is valid in the call only; a text need not be UTF-8. ts_recv: the clock's time right after the read;
  // `binary`: not a text message.
  std::function<void(std::string_view bytes, UnixNanos ts_recv, bool binary)> on_message = {};
  // Of so many bytes. May be left empty.
  std::function<void(std::uint64_t bytes)> on_too_long = {};
  // Answered already, with the same payload. May be left empty.
  std::function<void(std::string_view payload)> on_ping = {};
  std::function<void(const CloseInfo&)> on_close = {};
};

class WebSocketClient {
 public:
  // `clock` outlives the object.
  WebSocketClient(EventLoop& loop, Clock& clock, WsConnect options, WsCallbacks callbacks);
  // Drops the connection; nothing is called any more. May be called from a callback of this object.
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // Once (asserted). Ends in exactly one on_close(), whatever happens; callbacks never come inside this or any other
  // call.
  void open();

  // Sent in order, as the window allows. Errors: kRetry if the queue is full or the connection is not open: nothing was
  // queued then.
  Result<void> send_text(std::string message);
  // Sends what is queued, then the close frame, and waits for the peer's: at most close_timeout. Before on_open(): ends
  // the attempt.
  void close(std::uint16_t code = 1000, std::string_view reason = {});
  // Ends it at once, without a close frame. on_close() still comes.
  void abort();

  // Backpressure: after pause_reading() no further message is delivered, and the socket is read no further than the
  // message that is next (its ts_recv stays that of its arrival). Pings behind that one are not answered meanwhile, and
  // the idle timeout stands still.
  void pause_reading();
  void resume_reading();

  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::size_t queued_messages() const noexcept;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace acts
