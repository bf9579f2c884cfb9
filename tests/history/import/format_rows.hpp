// A file of some format as texts: which sets it holds, their rows, and what was no row.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "history/import/source_format.hpp"
#include "history/table/row_text.hpp"

namespace acts::history::test {

struct SetRows {
  std::string set;
  std::vector<std::string> rows;
  std::vector<std::string> bad;  // "place: reason"
  std::string error;
};

inline SetRows read_all(const SourceFormat& format, const std::string& path, const DataSet& set,
                        const SourceHints& hints) {
  SetRows told{.set = fmt::format("{} {} {} {} {}", set.kind->name, set.venue, set.symbol, set.interval, set.origin),
               .rows = {},
               .bad = {},
               .error = ""};
  auto bytes = format.open(path);
  auto reader = bytes ? format.make_reader(std::move(*bytes), set, hints) : std::unexpected(bytes.error());
  if (!reader) {
    told.error = reader.error().message;
    return told;
  }
  Row row;
  for (;;) {
    const Result<RowReader::Got> got = (*reader)->next(row);
    if (!got) told.error = got.error().message;
    if (!got || *got == RowReader::Got::kEnd) return told;
    if (*got == RowReader::Got::kRow) {
      told.rows.push_back(row_text(*set.kind, row));
    } else {
      told.bad.push_back(fmt::format("{}: {}", (*reader)->place(), (*reader)->bad().reason));
    }
  }
}

struct FileRows {
  std::string format;
  std::vector<SetRows> sets;
  std::string error;
};
inline FileRows read_file(const std::string& path, const SourceHints& hints) {
  FileRows told;
  const Result<const SourceFormat*> format = format_of(path, hints);
  if (!format) return {.format = "", .sets = {}, .error = format.error().message};
  told.format = (*format)->name;
  const Result<std::vector<DataSet>> sets = (*format)->sets_of(path, hints);
  if (!sets) told.error = sets.error().message;
  for (const DataSet& set : sets.value_or(std::vector<DataSet>{})) {
    told.sets.push_back(read_all(**format, path, set, hints));
  }
  return told;
}

}  // namespace acts::history::test
