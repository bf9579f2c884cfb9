// Any bytes as an array of events: as many as it says, or one line that says what is wrong.
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/npz_events.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  auto events = NpzEvents::read(read_from_memory(text), "x.npz");
  if (!events) {
    ACTS_ASSERT(events.error().code == ErrorCode::kBadInput && events.error().message.starts_with("x.npz: "));
    return 0;
  }
  HftEvent event;
  std::size_t count = 0;
  for (;;) {
    const Result<bool> there = (*events)->next(event);
    if (!there || !*there) break;
    ++count;
  }
  ACTS_ASSERT(count * sizeof(HftEvent) <= size);
  return 0;
}
