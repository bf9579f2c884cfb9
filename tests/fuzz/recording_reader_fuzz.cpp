// Any bytes as a log and, behind the first NUL NUL, as its index: reading ends, and what it gives keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recording/recording_reader.hpp"

namespace {

acts::RecordingInput::Open in_memory(std::string_view bytes) {
  return [bytes] { return acts::Result<std::unique_ptr<acts::ByteSource>>(acts::read_from_memory(bytes)); };
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::string_view_literals;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = input.find("\0\0"sv);
  acts::RecordingInput file{"f", in_memory(input.substr(0, split)), "i", {}};
  if (split != std::string_view::npos) file.index = in_memory(input.substr(split + 2));
  acts::RecordingReader reader({file});
  std::uint64_t last_line = 0;
  std::uint64_t lines = 0;
  for (;;) {
    const auto item = reader.next();
    if (!item) continue;
    if (!*item) break;
    if (const auto* line = std::get_if<acts::RecordedLine>(&**item)) {
      ++lines;
      if (line->json.empty() || line->json.find('\n') != std::string_view::npos || line->line_number <= last_line)
        std::abort();
      if (line->ts_recv.value < 0) std::abort();
      last_line = line->line_number;
    } else if (std::get<acts::IndexEntry>(**item).lines_before < last_line) {
      std::abort();
    }
  }
  if (lines != reader.lines()) std::abort();
  return 0;
}
