#include "cli/rows_merge.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/command.hpp"
#include "cli/stored_rows.hpp"
#include "live/data_lock.hpp"
#include "store/row_merge.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

constexpr std::size_t kBatch = 1000;

struct Counts {
  std::size_t added = 0;
  std::size_t same = 0;
  std::size_t kept = 0;   // they differed, and ours was as good or better
  std::size_t taken = 0;  // they differed, and theirs was better
};

class Merge {
 public:
  Merge(SqliteStore& ours, SqliteStore& theirs) : ours_(ours), theirs_(theirs) {}

  Result<Counts> run() {
    Result<void> failed;
    const auto read = theirs_.read({}, [&](const MinuteRow& row) {
      failed = take(in_columns(row, theirs_.schema(), ours_.schema()));
      return failed.has_value();
    });
    if (!read) return std::unexpected(read.error());
    if (failed) failed = write();
    if (!failed) return std::unexpected(failed.error());
    return counts_;
  }

 private:
  Result<void> take(MinuteRow row) {
    const auto known =
        ours_.rows({row.venue(), row.symbol(), row.sample_time(), row.sample_time() + std::chrono::milliseconds{1}});
    if (!known) return std::unexpected(known.error());
    if (known->empty()) {
      ++counts_.added;
    } else {
      switch (choose(known->front(), row, ours_.schema())) {
        case Choice::kSame: return ++counts_.same, Result<void>();
        case Choice::kFirst: return ++counts_.kept, Result<void>();
        case Choice::kSecond: ++counts_.taken; break;
      }
    }
    batch_.push_back(std::move(row));
    return batch_.size() < kBatch ? Result<void>() : write();
  }
  Result<void> write() {
    auto done = ours_.upsert(batch_);
    batch_.clear();
    return done;
  }

  SqliteStore& ours_;
  SqliteStore& theirs_;
  Counts counts_;
  std::vector<MinuteRow> batch_;
};

Result<Counts> merge_file(const std::string& path, const std::string& file) {
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
  return Merge(**ours, **theirs).run();
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
