#include "cli/rows_merge.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/command.hpp"
#include "cli/stored_rows.hpp"
#include "live/data_lock.hpp"
#include "store/row_merge.hpp"
#include "store/row_merger.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

Result<MergeCounts> merge_rows_of(SqliteStore& theirs, SqliteStore& ours) {
  RowMerger merger(ours);
  Result<void> failed;
  const auto read = theirs.read({}, [&](const MinuteRow& row) {
    failed = merger.add(in_columns(row, theirs.schema(), ours.schema()));
    return failed.has_value();
  });
  if (!read) return std::unexpected(read.error());
  if (failed) failed = merger.finish();
  if (!failed) return std::unexpected(failed.error());
  return merger.counts();
}

Result<MergeCounts> merge_file(const std::string& path, const std::string& file) {
  auto theirs = SqliteStore::open_to_read(file);
  if (!theirs) return std::unexpected(std::move(theirs.error()));
  // Our columns first; a store that is not there yet gets theirs.
  RowSchema schema = (*theirs)->schema();
  if (std::filesystem::exists(path)) {
    const auto present = SqliteStore::open_to_read(path);
    if (!present) return std::unexpected(present.error());
    schema = united((*present)->schema(), schema);
  }
  auto ours = SqliteStore::open(path, schema);
  if (!ours) return std::unexpected(std::move(ours.error()));
  return merge_rows_of(**theirs, **ours);
}

}  // namespace

int merge_rows(const std::string& data_dir, const std::vector<std::string>& files) {
  // A collector that runs would not see columns that are added below it.
  const auto lock = lock_data_dir(data_dir);
  if (!lock) return complain(lock.error());
  for (const std::string& typed : files) {
    const std::string file = std::filesystem::is_directory(typed) ? store_path(typed) : typed;
    const auto counts = merge_file(store_path(data_dir), file);
    if (!counts) return complain(counts.error());
    tell(fmt::format("{}: {} rows added, {} the same, {} differed: {} of ours kept, {} of theirs taken\n", file,
                     counts->added, counts->same, counts->kept + counts->taken, counts->kept, counts->taken));
  }
  return kExitDone;
}

}  // namespace acts::cli
