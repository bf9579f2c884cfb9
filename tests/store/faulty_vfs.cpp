#include "store/faulty_vfs.hpp"

#include <algorithm>
#include <array>

#include "acts/base/assert.hpp"

namespace acts::testing {
namespace {

FaultyVfs* active = nullptr;
sqlite3_vfs vfs;

// The system's functions for a kind of file (those that lock and those that do not, write-ahead logs and others), and
// the same with ours in their places.
struct Methods {
  const sqlite3_io_methods* real = nullptr;
  bool is_log = false;
  sqlite3_io_methods faulty{};
};
std::array<Methods, 8> known;

const Methods& methods(const sqlite3_file* file) {
  const auto found = std::ranges::find_if(known, [&](const Methods& kind) { return &kind.faulty == file->pMethods; });
  ACTS_ASSERT(found != known.end());
  return *found;
}

const sqlite3_io_methods& real_methods(const sqlite3_file* file) { return *methods(file).real; }

int faulty_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const int code = active->next_operation();
  return code != SQLITE_OK ? code : real_methods(file).xWrite(file, bytes, size, offset);
}

int faulty_sync(sqlite3_file* file, int flags) {
  const int code = active->next_sync(methods(file).is_log);
  return code != SQLITE_OK ? code : real_methods(file).xSync(file, flags);
}

int faulty_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int code = active->next_operation();
  return code != SQLITE_OK ? code : real_methods(file).xTruncate(file, size);
}

// The file stays the real one; only its table of functions is another.
int faulty_open(sqlite3_vfs* /*self*/, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const real = sqlite3_vfs_find("unix");
  const int status = real->xOpen(real, path, file, flags, out_flags);
  if (status != SQLITE_OK) return status;
  const bool is_log = (static_cast<unsigned>(flags) & static_cast<unsigned>(SQLITE_OPEN_WAL)) != 0;
  const auto kind = std::ranges::find_if(
      known, [&](const Methods& m) { return m.real == nullptr || (m.real == file->pMethods && m.is_log == is_log); });
  ACTS_ASSERT(kind != known.end());
  kind->real = file->pMethods;
  kind->is_log = is_log;
  kind->faulty = *file->pMethods;
  kind->faulty.xWrite = faulty_write;
  kind->faulty.xSync = faulty_sync;
  kind->faulty.xTruncate = faulty_truncate;
  file->pMethods = &kind->faulty;
  return status;
}

}  // namespace

FaultyVfs::FaultyVfs(int fail_at, int failures, int code) : fail_at_(fail_at), failures_(failures), code_(code) {
  ACTS_ASSERT(active == nullptr);
  active = this;
  vfs = *sqlite3_vfs_find("unix");
  vfs.zName = "acts-faulty";
  vfs.xOpen = faulty_open;
  sqlite3_vfs_register(&vfs, 0);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&vfs);
  active = nullptr;
}

int FaultyVfs::next_operation() {
  const std::scoped_lock lock(mutex_);
  const int operation = operations_++;
  if (operation < fail_at_ || operation - fail_at_ >= failures_) return SQLITE_OK;
  ++failed_;
  return code_;
}

int FaultyVfs::next_sync(bool of_log) {
  const int code = next_operation();
  const std::scoped_lock lock(mutex_);
  if (of_log && code == SQLITE_OK) ++log_syncs_;
  return code;
}

}  // namespace acts::testing
