// Any text as a list of bands, and as the settings of a run that hold one: what is taken is written back as text that
// means the same.
#include "acts/base/assert.hpp"
#include "acts/features/bands.hpp"

#include "live/run_settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const Result<RunSettings> settings = parse_run_settings(text)) {
    ACTS_ASSERT(parse_run_settings(to_string(*settings)) == settings);
  }
  const Result<BandList> list = BandList::parse(text);
  if (!list) {
    ACTS_ASSERT(list.error().code == ErrorCode::kUsage);
    return 0;
  }
  ACTS_ASSERT(list->empty() == text.empty() && list->size() <= BandList::kMaxBands &&
              list->by_width().size() == list->size());
  for (std::size_t i = 1; i < list->size(); ++i) {
    ACTS_ASSERT((*list)[list->by_width()[i - 1]] < (*list)[list->by_width()[i]]);
  }
  ACTS_ASSERT(BandList::parse(to_string(*list)) == list);
  return 0;
}
