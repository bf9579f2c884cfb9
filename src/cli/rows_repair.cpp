#include "cli/rows_repair.hpp"

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/problems.hpp"
#include "cli/stored_rows.hpp"
#include "live/data_lock.hpp"
#include "live/row_repair.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {

int repair_rows(const std::string& data_dir, const RowSchema& schema, const RowRange& range) {
  // What is missing to a collector that runs may be under way.
  const auto lock = lock_data_dir(data_dir);
  if (!lock) return complain(lock.error());
  const auto store = SqliteStore::open(store_path(data_dir), schema);
  if (!store) return complain(store.error());
  Problems problems;
  const auto repaired =
      acts::repair_rows(**store, data_dir, range, [&](const std::string& problem) { problems.add(problem); });
  problems.finish();
  if (!repaired) return complain(repaired.error());
  bool is_all = true;
  std::string text;
  for (const RowRepair& of : *repaired) {
    if (of.missing == 0 && of.replaced == 0) continue;
    text += fmt::format(
        "{} {}: {} rows were missing, {} of them are added from the recording; {} of {} that were made up are "
        "replaced\n",
        of.venue, of.symbol, of.missing, of.added, of.replaced, of.made_up);
    is_all &= of.added == of.missing;
  }
  tell(text.empty() ? "no row is missing\n" : text);
  return is_all ? kExitDone : kExitBadInput;
}

}  // namespace acts::cli
