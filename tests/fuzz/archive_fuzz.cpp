// What the archive answers, as a listing and as a checksum file: never a key, a file or a sum that is not what was
// asked for.
#include "acts/base/assert.hpp"

#include "history/archive/bucket_listing.hpp"
#include "history/archive/download_plan.hpp"
#include "history/archive/download_queue.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history::archive;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const Series series{Market::kSpot, "klines", "BTCUSDT", "1h"};
  const std::string directory = directory_of(series, Span::kDay);
  if (const auto page = parse_listing(text, directory)) {
    for (const ListedObject& object : page->objects) ACTS_ASSERT(object.key.starts_with(directory));
    PublishedFiles files;
    add_listed(files, series, Span::kDay, page->objects);
    ACTS_ASSERT(files.months.empty() && files.days.size() <= page->objects.size());
    const DownloadPlan plan = plan_download(files, std::nullopt, std::nullopt, Day{});
    ACTS_ASSERT(plan.files.size() == files.days.size() && plan.unpublished == 0);
    for (const PlannedFile& file : plan.files) {
      ACTS_ASSERT(first_day_of(series, Span::kDay, file_name(series, Span::kDay, file.first)) == file.first);
    }
  } else {
    const ErrorCode code = page.error().code;
    ACTS_ASSERT((code == ErrorCode::kBadInput || code == ErrorCode::kUsage) && !page.error().message.contains('\n'));
  }
  if (const auto sum = parse_checksum(text, "F.zip")) {
    ACTS_ASSERT(sum->size() == 64 && text.contains("F.zip"));
  }
  return 0;
}
