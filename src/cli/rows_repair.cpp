#include "cli/rows_repair.hpp"

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/problems.hpp"
#include "cli/stored_rows.hpp"
#include "live/data_lock.hpp"
#include "live/row_repair.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {

int repair_rows(const std::string& data_dir, const RowRange& range) {
  // What is missing to a collector that runs may be under way.
  const auto lock = lock_data_dir(data_dir);
  if (!lock) return complain(lock.error());
  const std::string path = store_path(data_dir);
  RowSchema schema;
  {
    const auto present = SqliteStore::open_to_read(path);
    if (!present) return complain(present.error());
    schema = (*present)->schema();
  }
  const auto store = SqliteStore::open(path, schema);
  if (!store) return complain(store.error());
  Problems problems;
  const auto repaired =
      acts::repair_rows(**store, data_dir, range, [&](const std::string& problem) { problems.add(problem); });
  problems.finish();
  if (!repaired) return complain(repaired.error());
  if (repaired->empty()) {
    tell("no row is missing\n");
    return kExitDone;
  }
  bool is_all = true;
  for (const RowRepair& of : *repaired) {
    tell(fmt::format("{} {}: {} rows were missing, {} are added from the recording\n", of.venue, of.symbol, of.missing,
                     of.added));
    is_all &= of.added == of.missing;
  }
  return is_all ? kExitDone : kExitBadInput;
}

}  // namespace acts::cli
