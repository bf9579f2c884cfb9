// An array of hftbacktest's events as rows: whatever the bytes, each is a row that the catalog can hold, or is told.
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/npz_rows.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const std::string_view name : {"book_updates", "trades"}) {
    for (const bool has_tick : {false, true}) {
      const DataSet set{.kind = find_kind(name), .venue = "v", .symbol = "s", .interval = ""};
      const auto reader = read_npz(read_from_memory(text), set, has_tick ? std::optional(Decimal{5, 1}) : std::nullopt);
      if (!reader) continue;
      Row before;
      for (Row row;;) {
        const auto got = (*reader)->next(row);
        if (!got || *got == RowReader::Got::kEnd) break;
        if (*got == RowReader::Got::kBad) {
          ACTS_ASSERT(!(*reader)->bad().reason.empty());
          continue;
        }
        for (std::size_t i = 0; i < set.kind->key_columns; ++i) ACTS_ASSERT(!row.is_null(i));
        for (std::size_t i = 0; i < set.kind->columns.size(); ++i) {
          if (is_decimal(set.kind->columns[i].type)) ACTS_ASSERT(row.values[i] >= 0);
        }
        if (name == "trades") ACTS_ASSERT(row.values[0] > before.values[0] || row.values[0] == INT64_MAX);
        before = row;
      }
    }
  }
  return 0;
}
