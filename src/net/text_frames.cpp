#include "net/text_frames.hpp"

#include <algorithm>
#include <string_view>

namespace acts {
namespace {

// RFC 6455 section 5.2.
constexpr std::uint8_t kOpcodeBits = 0x0F;
constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kMaskBit = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint8_t kLengthOf2Bytes = 126;
constexpr std::uint8_t kLengthOf8Bytes = 127;
constexpr std::size_t kMaskBytes = 4;
constexpr std::string_view kEndOfHttp = "\r\n\r\n";

}  // namespace

void TextFrames::pass(std::span<char> bytes) {
  while (!bytes.empty()) {
    if (state_ != State::kPayload) {
      read_header(bytes.front());
      bytes = bytes.subspan(1);
      continue;
    }
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    payload_left_ -= skipped;
    bytes = bytes.subspan(skipped);
    if (payload_left_ == 0) state_ = State::kFirstByte;
  }
}

void TextFrames::read_header(char& byte) {
  const auto bits = static_cast<std::uint8_t>(byte);
  switch (state_) {
    case State::kHttp:
      matched_ = byte == kEndOfHttp[matched_] ? matched_ + 1 : static_cast<std::size_t>(byte == kEndOfHttp.front());
      if (matched_ == kEndOfHttp.size()) state_ = State::kFirstByte;
      return;
    case State::kFirstByte: {
      const std::uint8_t opcode = bits & kOpcodeBits;
      if (opcode == kText || opcode == kBinary) is_text_.push_back(opcode == kText);
      if (opcode == kText) byte = static_cast<char>((bits & ~kOpcodeBits) | kBinary);
      state_ = State::kLength;
      return;
    }
    case State::kLength: on_length(bits); return;
    case State::kMoreHeader:
      if (length_left_ > 0) {
        --length_left_;
        payload_left_ = payload_left_ << 8U | bits;
      } else {
        --mask_left_;
      }
      on_header_end();
      return;
    case State::kPayload: return;
  }
}

void TextFrames::on_length(std::uint8_t byte) {
  const std::uint8_t length = byte & kLengthBits;
  length_left_ = length == kLengthOf2Bytes ? 2U : length == kLengthOf8Bytes ? 8U : 0U;
  payload_left_ = length_left_ == 0 ? length : 0U;
  mask_left_ = (byte & kMaskBit) != 0 ? kMaskBytes : 0;
  state_ = State::kMoreHeader;
  on_header_end();
}

void TextFrames::on_header_end() {
  if (length_left_ > 0 || mask_left_ > 0) return;
  state_ = payload_left_ > 0 ? State::kPayload : State::kFirstByte;
}

bool TextFrames::take_is_text() {
  if (is_text_.empty()) return true;
  const bool is_text = is_text_.front();
  is_text_.pop_front();
  return is_text;
}

}  // namespace acts
