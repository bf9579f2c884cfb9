// Any text as a list of bands: what is taken is written back as a list that means the same.
#include <fmt/format.h>

#include "acts/base/assert.hpp"
#include "acts/features/bands.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const Result<BandList> list = BandList::parse(text);
  if (!list) {
    ACTS_ASSERT(list.error().code == ErrorCode::kUsage);
    return 0;
  }
  ACTS_ASSERT(list->empty() == text.empty() && list->size() <= BandList::kMaxBands &&
              list->by_width().size() == list->size());
  std::string again;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::string percent = (*list)[i].column_suffix();
    if (const std::size_t point = percent.find('_'); point != std::string::npos) percent[point] = '.';
    again += fmt::format("{}{}", i == 0 ? "" : ",", percent);
    if (i > 0) ACTS_ASSERT((*list)[list->by_width()[i - 1]] < (*list)[list->by_width()[i]]);
  }
  const BandList same = BandList::parse(again).value();
  ACTS_ASSERT(same.size() == list->size());
  for (std::size_t i = 0; i < same.size(); ++i) ACTS_ASSERT(same[i] == (*list)[i]);
  return 0;
}
