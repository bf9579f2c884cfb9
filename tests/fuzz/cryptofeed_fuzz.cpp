// A capture of cryptofeed as a recording: its answers, up to an empty line, then its connection. Every line is given,
// and every answer where its index says.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/import/cryptofeed_capture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t middle = std::min(text.find("\n\n"), text.size());
  const std::string_view connection = text.substr(std::min(middle + 2, text.size()));
  const auto open = open_cryptofeed(
      CaptureFiles{"ws",
                   [connection]() -> Result<std::unique_ptr<ByteSource>> { return read_from_memory(connection); },
                   {{"http", std::string(text.substr(0, middle))}}});
  if (!open) return 0;
  auto reader = (*open)();
  ACTS_ASSERT(reader);
  std::optional<UnixNanos> told;
  for (;;) {
    const auto item = reader->next();
    if (!item) told.reset();
    if (!item) continue;
    if (!*item) break;
    if (const auto* entry = std::get_if<IndexEntry>(&**item)) {
      told = entry->ts;
    } else if (told) {
      ACTS_ASSERT(std::get<RecordedLine>(**item).ts_recv == *std::exchange(told, std::nullopt));
    }
  }
  return 0;
}
