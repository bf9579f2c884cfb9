// The catalog on the disk: DATA_DIR/catalog/
//   kind=…/venue=…/symbol=…/date=…/[interval=…/]origin=…/<digest>.parquet   a day's rows
//   _manifests/<id>.json   of each source: a file that none names does not count
//   _rejects/<id>.csv      rows that a source had and the catalog has not
//   _staging/<id>/         of a source that is entering
//   .lock                  one writer at a time
//   .readers.lock          shared by all who read
// Manifests and files appear whole and never change. A file that others replaced goes once that is said and nobody
// reads: who began before may be about to open it, who begins later knows its successor. Until then the folder
// _staging/<id> of the source that replaced it stays, and the next writer looks again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/manifest.hpp"
#include "recording/file_lock.hpp"
#include "recording/file_ops.hpp"

namespace acts::history {

struct CatalogPaths {
  explicit CatalogPaths(std::string_view data_dir);

  std::string root;  // "DATA_DIR/catalog"
  [[nodiscard]] std::string file(std::string_view path) const;
  [[nodiscard]] std::string manifests() const;
  [[nodiscard]] std::string manifest(std::string_view id) const;
  [[nodiscard]] std::string rejects() const;
  [[nodiscard]] std::string rejects(std::string_view id) const;
  [[nodiscard]] std::string staging() const;
  [[nodiscard]] std::string staging(std::string_view id) const;
  [[nodiscard]] std::string readers_lock() const;
};

// Whether the catalog can be read: DuckDB takes a path with * ? [ ] { } or a backslash in it for a pattern. Errors:
// kUsage.
Result<void> check_place(const CatalogPaths& paths);

// On CATALOG/.lock, for one writer at a time; makes the catalog's folder if it is not there. Does not wait. Errors:
// kStorage, naming the remedy.
Result<FileLock> lock_catalog(FileOps& ops, const CatalogPaths& paths);

// Taken before the manifests are read, and kept until the last of their files is: all of them stay where they are.
// Nothing: there is no catalog, or its lock cannot be had on that disk; then a file may go in between.
std::optional<FileLock> hold_files(const CatalogPaths& paths);
// Whether anybody does.
bool are_files_held(const CatalogPaths& paths);

// Errors: kStorage, if it cannot be read or is damaged.
Result<Manifest> read_manifest(const std::string& path);
// By id, of one moment: none is missing that another knows. None if there is no catalog. `seen` gets each with the name
// of its file. Errors: kStorage, if one cannot be read or is damaged: then nobody knows what is in the catalog.
Result<std::vector<Manifest>> read_manifests(FileOps& ops, const CatalogPaths& paths,
                                             const std::function<void(std::string_view, const Manifest&)>& seen = {});
// What the catalog holds of what is wanted, as current_files() of all manifests, of which one is in memory at a time.
// `is_wanted` says the same of files with one path. Errors: as above.
Result<std::vector<CatalogFile>> current_files(FileOps& ops, const CatalogPaths& paths,
                                               const std::function<bool(const CatalogFile&)>& is_wanted);

// Every file below the folders of kinds, whether a manifest names it or not: paths below the catalog.
std::vector<std::string> files_below_kinds(const CatalogPaths& paths);

}  // namespace acts::history
