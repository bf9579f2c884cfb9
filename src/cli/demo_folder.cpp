#include "cli/demo_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include "cli/stored_rows.hpp"
#include "live/data_lock.hpp"
#include "store/sqlite_database.hpp"

namespace acts::cli {
namespace {

constexpr std::string_view kDemoMark = "made-by-acts-demo";
constexpr std::string_view kLockName = "acts.lock";
// All that a demo leaves: it records nothing, and is told no sinks.
constexpr std::array<std::string_view, 8> kDemoFiles{kDemoMark,     kLockName, "acts.db",     "acts.db-shm",
                                                     "acts.db-wal", "books",   "checkpoints", "cooldowns"};

using Names = std::set<std::string>;

std::unexpected<Error> not_a_demos(const std::filesystem::path& path) {
  return fail(ErrorCode::kUsage,
              fmt::format("{}: is not a demo's: acts demo empties the directory it begins in, so choose a new one with "
                          "--data-dir, or remove this one",
                          path.string()));
}

// None, if there is no such directory.
Result<Names> entries_of(const std::filesystem::path& folder) {
  Names names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return names;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.insert(entry->path().filename().string());
  }
  if (error) return fail(ErrorCode::kStorage, fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  return names;
}

Result<void> check_names(const std::filesystem::path& folder, const Names& names) {
  // Between its lock and its mark a demo may have been killed.
  if (std::ranges::all_of(names, [](const std::string& name) { return name == kLockName; })) return {};
  if (!names.contains(std::string(kDemoMark))) return not_a_demos(folder);
  for (const std::string& name : names) {
    if (std::ranges::find(kDemoFiles, name) == kDemoFiles.end()) return not_a_demos(folder / name);
  }
  return {};
}

// Whoever collected into it since has rows of another time.
Result<void> check_rows(const std::string& path, UnixNanos first, UnixNanos last) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  const auto database = SqliteDatabase::open(path, SqliteDatabase::Access::kReadOnly, {});
  if (!database) return std::unexpected(database.error());
  const auto tables = (*database)->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'minute_rows'");
  if (!tables) return std::unexpected(tables.error());
  if (*tables == 0) return {};
  const auto others =
      (*database)->integer(fmt::format("SELECT count(*) FROM minute_rows WHERE sample_time NOT BETWEEN {} AND {}",
                                       to_unix_millis(first), to_unix_millis(last)));
  if (!others) return std::unexpected(others.error());
  if (*others > 0) return not_a_demos(path);
  return {};
}

Result<void> remove_left(const std::filesystem::path& folder, const Names& names) {
  for (const std::string& name : names) {
    if (name == kDemoMark || name == kLockName) continue;
    std::error_code error;
    std::filesystem::remove_all(folder / name, error);
    if (error) {
      return fail(ErrorCode::kStorage,
                  fmt::format("{}: cannot be removed: {}", (folder / name).string(), error.message()));
    }
  }
  return {};
}

Result<void> write_mark(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kDemoMark;
  std::ofstream file(path);
  file << "acts demo empties this directory each time it begins here.\n";
  if (!file.flush()) return fail(ErrorCode::kStorage, fmt::format("{}: cannot be written", path.string()));
  return {};
}

}  // namespace

Result<void> empty_demo_folder(const std::string& data_dir, UnixNanos first, UnixNanos last) {
  const Result<Names> names = entries_of(data_dir);
  if (!names) return std::unexpected(names.error());
  if (Result<void> checked = check_names(data_dir, *names); !checked) return checked;
  const Result<FileLock> lock = lock_data_dir(data_dir);
  if (!lock) return std::unexpected(lock.error());
  if (Result<void> checked = check_rows(store_path(data_dir), first, last); !checked) return checked;
  if (Result<void> removed = remove_left(data_dir, *names); !removed) return removed;
  return write_mark(data_dir);
}

}  // namespace acts::cli
