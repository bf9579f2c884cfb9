// A file of the archive is any text, its name any line: it is refused in one line, or its rows come in order, each day
// once, each value one that the text says, the same in a second pass.
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/csv_reader.hpp"
#include "history/import/row_pass.hpp"
#include "history/import/source_name.hpp"
#include "history/table/row_digest.hpp"

namespace {

using namespace acts;
using namespace acts::history;

struct Pass {
  std::string digest;
  std::uint64_t rows = 0;
  std::string error;
};

Pass pass_over(std::string_view text, const Kind& kind, const PassOptions& options, bool& needs_wide) {
  RowPass pass(read_archive_csv(read_from_memory(text), kind, "BTCUSDT"), kind, "1m", options);
  RowDigest digest(kind, "fuzz");
  Pass told;
  Row last;
  for (;;) {
    const auto day = pass.next_day();
    if (!day) {
      told.error = day.error().message;
      break;
    }
    if (!*day) break;
    Row row;
    for (;;) {
      const Result<bool> there = pass.next(row);
      if (!there) told.error = there.error().message;
      if (!there || !*there) break;
      ACTS_ASSERT(row.form == options.form && (told.rows == 0 || compare_keys(kind, row, last) > 0));
      ACTS_ASSERT(day_of(micros_of(kind, row)) == **day);
      last = row;
      digest.add(row);
      ++told.rows;
    }
    if (!told.error.empty()) break;
  }
  ACTS_ASSERT(!told.error.contains('\n') && pass.rejects().count() <= options.max_bad_rows + 1);
  needs_wide = pass.needs_wide();
  told.digest = digest.finish();
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Kind& kind = kinds()[bytes[0] % kinds().size()];
  const Result<DataSet> set = data_set_of(text.substr(0, text.find('\n')), {});
  ACTS_ASSERT(set || set.error().code == ErrorCode::kUsage);
  if (set) ACTS_ASSERT(set->folder(0).find("/../") == std::string::npos);
  bool needs_wide = false;
  PassOptions options{.max_bad_rows = 5};
  pass_over(text, kind, options, needs_wide);
  if (needs_wide) options.form = DecimalForm::kWide;
  const Pass first = pass_over(text, kind, options, needs_wide);
  ACTS_ASSERT(!needs_wide);
  const Pass second = pass_over(text, kind, options, needs_wide);
  ACTS_ASSERT(first.digest == second.digest && first.rows == second.rows && first.error == second.error);
  return 0;
}
