// For net/ itself: the WebSocket protocol over a ByteStream, for either side; Beast is behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/byte_stream.hpp"
#include "net/http_codec.hpp"
#include "net/net_error.hpp"

namespace acts {

// At most one read, one write, one ping and one close at a time; whoever waits keeps the object alive.
class WsConnection {
 public:
  struct Refusal {
    int status = 0;  // 0: no HTTP answer
    HttpHeaders headers;
    std::string body;
  };
  struct Message {
    error_code error;
    std::string_view bytes;      // valid until the next read
    std::uint64_t too_long = 0;  // its bytes, where it was longer than the limit and thrown away: a client's
    bool binary = false;
  };
  struct CloseFrame {
    std::uint16_t code = 1005;
    std::string reason;
  };
  static constexpr std::size_t kDiscardFactor = 16;
  enum class Control : std::uint8_t { kPing, kPong };

  WsConnection(std::shared_ptr<ByteStream> stream, std::size_t max_message_bytes);
  ~WsConnection();
  WsConnection(const WsConnection&) = delete;
  WsConnection& operator=(const WsConnection&) = delete;

  // The client's handshake. An error with refusal.status set: the server's answer was no.
  Task<error_code> connect(std::string host, std::string target, HttpHeaders headers, Refusal& refusal);
  // The server's, to a request that is_upgrade.
  Task<error_code> accept(const HttpMessage& request);

  // Pings are answered, a close is answered, what is not allowed is answered with a close frame, all in here. So is
  // what is too long; a client throws that away, up to kDiscardFactor times the limit, and goes on. Nor does a client
  // ask whether a text is UTF-8.
  Task<Message> read();
  Task<error_code> write_text(std::string_view message);
  Task<error_code> ping(std::string_view payload);
  // Sends the close frame and waits for the peer's.
  Task<error_code> close(std::uint16_t code, std::string_view reason);

  // Called inside read(), or close().
  void on_control(std::function<void(Control, std::string_view payload)> callback);

  // What a read or a close ended with: kClosed (both close frames went through), kTooLarge, kMalformed or
  // kDisconnected.
  [[nodiscard]] static NetFault fault_of(const error_code& error);
  // The close frame that we answered such an error with; 1006 if none.
  [[nodiscard]] static std::uint16_t code_sent_for(const error_code& error);
  // The peer's.
  [[nodiscard]] CloseFrame close_frame() const;
  [[nodiscard]] ByteStream& stream() noexcept { return *stream_; }

  struct Impl;

 private:
  std::shared_ptr<ByteStream> stream_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts
