// A recording as rows of the catalog: whatever the lines, what a look through them has counted is what the rows are of.
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/recording_rows.hpp"
#include "history/table/row_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const OpenRecording open = [text]() -> Result<RecordingReader> {
    return RecordingReader(
        {{"log", [text]() -> Result<std::unique_ptr<ByteSource>> { return read_from_memory(text); }, "", {}}});
  };
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const auto source = open_recording_source("log", open, venue, {}, DataSet::kRecording);
    if (!source) continue;
    for (const DataSet& set : (*source)->sets()) {
      const auto reader = (*source)->reader(set);
      ACTS_ASSERT(reader);
      Row row;
      for (;;) {
        const auto got = (*reader)->next(row);
        if (!got || *got == RowReader::Got::kEnd) break;
        if (*got == RowReader::Got::kBad) {
          ACTS_ASSERT(!(*reader)->bad().reason.empty());
        } else {
          for (std::size_t i = 0; i < set.kind->key_columns; ++i) ACTS_ASSERT(!row.is_null(i));
          ACTS_ASSERT(!row_text(*set.kind, row).empty());
        }
      }
    }
  }
  return 0;
}
