#include "binance/error_text.hpp"

#include <algorithm>

namespace acts::binance {

std::string one_line(std::string_view text, std::size_t max_bytes) {
  std::size_t end = std::min(text.size(), max_bytes);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string line{text.substr(0, end)};
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return end < text.size() ? line + "..." : line;
}

}  // namespace acts::binance
