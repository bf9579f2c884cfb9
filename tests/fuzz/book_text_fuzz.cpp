// A book's file is any text. It is refused in one line that names the place, or it is a book that can be gone on from
// and is written again as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "binance/book_builder.hpp"
#include "live/book_file.hpp"

using namespace acts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<BookFile> file = parse_book_text(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!file) {
    ACTS_ASSERT(file.error().message.starts_with("line ") && !file.error().message.contains('\n'));
    return 0;
  }
  binance::BookBuilder builder(file->venue, {});
  builder.resume(file->saved);
  const auto again =
      parse_book_text(book_text({file->venue, file->symbol, file->saved_at, file->recorded, builder.saved()}));
  ACTS_ASSERT(again && again->saved == builder.saved());
  builder.resume_after_pause(file->saved, file->saved_at);
  (void)builder.next_deadline();
  return 0;
}
