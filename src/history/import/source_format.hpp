// The formats that files are imported from: one table, which the importer, --format and the messages are made from. A
// new format is a row in it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/row_reader.hpp"
#include "history/import/source_name.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

// A file that was looked through.
class OpenedSource {
 public:
  virtual ~OpenedSource() = default;
  // As SourceFormat::sets_of.
  [[nodiscard]] virtual const std::vector<DataSet>& sets() const = 0;
  // As SourceFormat::make_reader; may be asked several times, for any of the sets. `folder`: the same each time, there
  // as long as this, for what is put aside on the way.
  virtual Result<std::unique_ptr<RowReader>> reader(const DataSet& set, const std::string& folder) = 0;
  // What the file has besides, and the catalog has no kind for: "88 kline, 24 subscribe"; empty without any.
  [[nodiscard]] virtual std::string left_out() const { return {}; }
};

struct SourceFormat {
  std::string_view name;     // of --format
  std::string_view meaning;  // for help: a few words
  // Whether a file is one, by its path and the head_of() it. nullptr: only if --format says so.
  bool (*is_it)(std::string_view path, std::string_view head) = nullptr;
  // What the file holds, in a fixed order, each once: one reader for each. Errors: kUsage: what neither the file nor a
  // hint tells; kBadInput.
  Result<std::vector<DataSet>> (*sets_of)(const std::string& path, const SourceHints& hints) = nullptr;
  // Its bytes: open_source(), open_any_source() or open_raw().
  Result<std::unique_ptr<ByteSource>> (*open)(const std::string& path) = nullptr;
  // The rows of one of the sets, whose kind outlives the reader. Errors: kUsage, kBadInput.
  Result<std::unique_ptr<RowReader>> (*make_reader)(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                    const SourceHints& hints) = nullptr;
  // Instead of these three, where one look through the file, and others beside it, serves them all.
  Result<std::unique_ptr<OpenedSource>> (*open_whole)(const std::string& path, const SourceHints& hints) = nullptr;
};

std::span<const SourceFormat> source_formats();

// By the hint, else by the file; the archive's if it looks like no other. Errors: kUsage: no such format, or a file
// that is known to be of none (foreign_file.hpp).
Result<const SourceFormat*> format_of(const std::string& path, const SourceHints& hints);

// Errors: kUsage: a hint that this format makes nothing of, and the flag that gave it.
Result<void> check_hints(const SourceFormat& format, const SourceHints& hints);

// How a file was read, for its manifest: "archive", "csv open_time=Date,open=Open %Y-%m-%d".
std::string read_as(const SourceFormat& format, const SourceHints& hints);

}  // namespace acts::history
