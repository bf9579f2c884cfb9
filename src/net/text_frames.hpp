// For net/ itself: makes binary frames of a server's text frames before Beast reads them. Beast closes a connection for
// one text that is not UTF-8, and with it the streams of every symbol on it; what a message says is judged where it is
// decoded. Pure: it sees the bytes as they come, the answer to the handshake first, and changes nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace acts {

class TextFrames {
 public:
  // Any part of the stream, in order; changed in place.
  void pass(std::span<char> bytes);
  // Whether the next message that is complete was a text; call it once a message. True if nothing is known.
  bool take_is_text();

 private:
  enum class State : std::uint8_t { kHttp, kFirstByte, kLength, kMoreHeader, kPayload };

  void read_header(char& byte);
  void on_length(std::uint8_t byte);
  void on_header_end();

  State state_ = State::kHttp;
  std::size_t matched_ = 0;      // of the empty line that ends the HTTP header
  std::size_t length_left_ = 0;  // bytes of the longer length
  std::size_t mask_left_ = 0;
  std::uint64_t payload_left_ = 0;
  std::deque<bool> is_text_;  // of messages that have begun; each takes two bytes of the read buffer at least
};

}  // namespace acts
