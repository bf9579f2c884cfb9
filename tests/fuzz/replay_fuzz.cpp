// Any bytes as a log and, behind the first NUL NUL, as its index, replayed into rows: the end is reached, and every row
// has all its columns.
#include <cstdlib>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"
#include "acts/features/feature.hpp"
#include "acts/features/row.hpp"

#include "live/replay.hpp"

namespace {

acts::RecordingInput::Open in_memory(std::string_view bytes) {
  return [bytes] { return acts::Result<std::unique_ptr<acts::ByteSource>>(acts::read_from_memory(bytes)); };
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace acts;
  using namespace std::string_view_literals;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = input.find("\0\0"sv);
  static const RowSchema schema = make_schema(BandList::defaults());
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    RecordingInput file{"f", in_memory(input.substr(0, split)), "i", {}};
    if (split != std::string_view::npos) file.index = in_memory(input.substr(split + 2));
    RecordingReader reader({file});
    ReplayOptions options;
    options.venue = venue;
    std::string text;
    Replay replay(
        options,
        [&](MinuteRow&& row) {
          ACTS_ASSERT(row.values.size() == schema.columns.size());
          text.clear();
          append_csv(text, schema, row);
          append_json(text, schema, row);
        },
        [](const std::string& problem) { ACTS_ASSERT(!problem.empty()); });
    const Result<void> done = replay.run(reader);  // not of a recording that is another venue's
    ACTS_ASSERT(done || done.error().code != ErrorCode::kStorage);
    ACTS_ASSERT(!replay.summary().empty());
  }
  return 0;
}
