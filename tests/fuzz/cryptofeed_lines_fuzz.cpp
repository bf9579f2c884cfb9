// A capture in JSON lines is any text: twice read it gives the same rows, each of a set that the first look told of,
// with its key and in its order; what it does not become is told in one line.
#include <filesystem>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/cryptofeed_lines.hpp"
#include "history/table/row_digest.hpp"

namespace {

using namespace acts;
using namespace acts::history;

std::string rows_of(OpenedSource& source, const DataSet& set) {
  static const std::string kFolder = std::filesystem::temp_directory_path().string();
  const auto reader = source.reader(set, kFolder);
  ACTS_ASSERT(reader);
  RowDigest digest(*set.kind, "fuzz");
  Row row;
  for (;;) {
    const Result<RowReader::Got> got = (*reader)->next(row);
    ACTS_ASSERT(got);
    if (*got == RowReader::Got::kEnd) return digest.finish();
    if (*got == RowReader::Got::kBad) {
      ACTS_ASSERT(!(*reader)->bad().reason.empty() && !(*reader)->bad().reason.contains('\n'));
      continue;
    }
    for (std::size_t i = 0; i < set.kind->columns.size(); ++i) {
      ACTS_ASSERT(!row.is_null(i) || set.kind->columns[i].is_nullable);
      ACTS_ASSERT(!is_decimal(set.kind->columns[i].type) || row.values[i] >= 0);
    }
    digest.add(row);
  }
}

std::string all_of(std::string_view text) {
  const auto source = open_cryptofeed_lines(
      CaptureFile{.name = "x",
                  .open = [text]() -> Result<std::unique_ptr<ByteSource>> { return read_from_memory(text); }},
      {});
  if (!source) {
    ACTS_ASSERT(!source.error().message.contains('\n'));
    return source.error().message;
  }
  std::string told = (*source)->left_out();
  ACTS_ASSERT(!told.contains('\n') && !(*source)->sets().empty());
  for (const DataSet& set : (*source)->sets()) {
    ACTS_ASSERT(is_folder_value(set.venue) && is_folder_value(set.symbol));
    told += rows_of(**source, set);
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  ACTS_ASSERT(all_of(text) == all_of(text));
  return 0;
}
