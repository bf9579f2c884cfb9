// A recording as rows of the catalog: whatever the lines, what a look through them has counted is what the rows are of,
// and one reading for all sets gives each the rows that a reading for it alone gives.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"

#include "history/import/recording_rows.hpp"
#include "history/table/row_text.hpp"

namespace {

using namespace acts;
using namespace acts::history;

std::vector<std::string> good_rows(OpenedSource& source, const DataSet& set, const std::string& folder) {
  const auto reader = source.reader(set, folder);
  ACTS_ASSERT(reader);
  std::vector<std::string> rows;
  Row row;
  for (;;) {
    const auto got = (*reader)->next(row);
    if (!got || *got == RowReader::Got::kEnd) return rows;
    if (*got == RowReader::Got::kBad) {
      ACTS_ASSERT(!(*reader)->bad().reason.empty());
      continue;
    }
    for (std::size_t i = 0; i < set.kind->key_columns; ++i) ACTS_ASSERT(!row.is_null(i));
    rows.push_back(row_text(*set.kind, row));
  }
}

// Of this process: several may fuzz beside each other.
const std::string& own_folder() {
  static const std::string kFolder = [] {
    const auto folder = std::filesystem::temp_directory_path() / ("acts-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    return folder.string();
  }();
  return kFolder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const OpenRecording open = [text]() -> Result<RecordingReader> {
    return RecordingReader(
        {{"log", [text]() -> Result<std::unique_ptr<ByteSource>> { return read_from_memory(text); }, "", {}}});
  };
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const auto source = open_recording_source("log", open, venue, {}, DataSet::kRecording);
    if (!source) continue;
    for (const DataSet& set : (*source)->sets()) {
      const SourceHints one{.kind = std::string(set.kind->name), .venue = "", .symbol = set.symbol, .interval = ""};
      const auto alone = open_recording_source("log", open, venue, one, DataSet::kRecording);
      ACTS_ASSERT(alone && (*alone)->sets().size() == 1);
      ACTS_ASSERT(good_rows(**source, set, own_folder()) == good_rows(**alone, set, own_folder()));
    }
  }
  return 0;
}
