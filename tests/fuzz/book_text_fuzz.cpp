// A book's file is any text. It is refused in one line that names the place, or it is a book that can be gone on from
// and is written again as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "collector/market_pipeline.hpp"
#include "live/book_file.hpp"

using namespace acts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<BookFile> file = parse_book_text(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!file) {
    ACTS_ASSERT(file.error().message.starts_with("line ") && !file.error().message.contains('\n'));
    return 0;
  }
  collector::PipelineOptions options;
  options.venue = file->venue;
  options.bands = BandList::defaults();
  collector::MarketPipeline pipeline(options, [](MinuteRow&&) {});
  Instrument instrument;
  instrument.symbol = "BTCUSDT";
  const auto index = pipeline.add(instrument, file->saved_at);
  pipeline.resume(index, file->saved, file->saved_at);
  const collector::SavedFeed saved = pipeline.save(index);
  const auto again = parse_book_text(book_text({file->venue, file->symbol, file->saved_at, file->recorded, saved}));
  ACTS_ASSERT(again && again->saved == saved);
  if (const auto boundary = pipeline.next_boundary()) pipeline.on_timer(*boundary);
  pipeline.resume_after_pause(index, file->saved.book, file->saved_at);
  (void)pipeline.next_deadline();
  return 0;
}
