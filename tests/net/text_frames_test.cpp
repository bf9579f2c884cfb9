#include "net/text_frames.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace acts {
namespace {

const std::string kAnswer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

std::string frame(std::uint8_t first, std::size_t length, bool masked = false) {
  std::string bytes(1, static_cast<char>(first));
  const auto mask = static_cast<std::uint8_t>(masked ? 0x80 : 0);
  const std::size_t more = length < 126 ? 0 : length < 65'536 ? 2 : 8;
  const std::size_t code = more == 0 ? length : more == 2 ? 126 : 127;
  bytes += static_cast<char>(mask | code);
  for (std::size_t i = more; i-- > 0;) bytes += static_cast<char>(length >> (8 * i) & 0xFF);
  if (masked) bytes += std::string(4, '\x81');
  return bytes + std::string(length, '\x81');  // as if each byte began a text frame
}

std::string pass_in_pieces(TextFrames& texts, std::string bytes, std::size_t piece) {
  for (std::size_t from = 0; from < bytes.size(); from += piece) {
    texts.pass(std::span(bytes).subspan(from, std::min(piece, bytes.size() - from)));
  }
  return bytes;
}

TEST(TextFrames, ChangesTheOpcodeOfTextsAndNothingElse) {
  struct Frame {
    std::uint8_t first;
    std::size_t length;
    bool masked = false;
  };
  const std::vector<Frame> sent{{0x81, 0},      {0x81, 5},  {0x89, 7},      {0x01, 125},     {0x8A, 0}, {0x80, 126},
                                {0x81, 65'535}, {0x82, 70}, {0x81, 65'536}, {0x81, 9, true}, {0x88, 2}};
  std::string stream = kAnswer;
  std::string expected = kAnswer;
  for (const Frame& one : sent) {
    stream += frame(one.first, one.length, one.masked);
    const bool is_text = (one.first & 0x0F) == 1;
    expected += frame(static_cast<std::uint8_t>(is_text ? one.first + 1 : one.first), one.length, one.masked);
  }
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, stream.size()}) {
    TextFrames texts;
    EXPECT_EQ(pass_in_pieces(texts, stream, piece), expected) << piece;
    for (const bool is_text : {true, true, true, true, false, true, true}) EXPECT_EQ(texts.take_is_text(), is_text);
  }
}

TEST(TextFrames, LeavesTheHandshakeAlone) {
  TextFrames texts;
  const std::string answer = "HTTP/1.1 101 \x81\x81\r\n\r\x81\r\nA: b\r\r\n\r\n";
  EXPECT_EQ(pass_in_pieces(texts, answer, 1), answer);
  EXPECT_EQ(pass_in_pieces(texts, frame(0x81, 1), 1), frame(0x82, 1));
}

}  // namespace
}  // namespace acts
