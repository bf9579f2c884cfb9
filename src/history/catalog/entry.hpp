// How a source enters the catalog: whole, or not at all, whenever the process or the machine ends.
//   1. its files are written into _staging/<id>/ and brought to the disk;
//   2. _staging/<id>/manifest.json appears: from here on the source is in, whatever happens;
//   3. the files are renamed to their places, then the manifest to its own; what they replace goes, and the folder; but
//      while anybody reads (hold_files()) both stay, the folder empty.
// Whoever writes next (recover_entries()) finishes what has a manifest, and removes what has none.
#pragma once

#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"

namespace acts::history {

// Errors of all: kStorage. The catalog's lock is held meanwhile.
Result<void> recover_entries(FileOps& ops, const CatalogPaths& paths);

// Of the sources that are in, those whose last step has not been done.
struct UnfinishedEntries {
  std::vector<Manifest> entering = {};  // files not all in their places: an import that is running, or was killed
  std::vector<Manifest> in_place =
      {};  // what they replaced is still there, for somebody who reads or did, or as it was killed
};
Result<UnfinishedEntries> unfinished_entries(FileOps& ops, const CatalogPaths& paths);

class CatalogEntry {
 public:
  // An empty staging folder.
  static Result<CatalogEntry> begin(FileOps& ops, const CatalogPaths& paths, std::string id);
  // Without a commit nothing is left of it.
  ~CatalogEntry();
  CatalogEntry(CatalogEntry&& other) noexcept;
  CatalogEntry& operator=(CatalogEntry&&) = delete;
  CatalogEntry(const CatalogEntry&) = delete;
  CatalogEntry& operator=(const CatalogEntry&) = delete;

  // The staging folder, empty again: of whoever begins anew, and stages the same files once more.
  Result<void> clear();
  // Where the file is to be: "<digest>.part" in the staging folder.
  [[nodiscard]] std::string staged(const CatalogFile& file) const;
  [[nodiscard]] std::string folder() const { return paths_.staging(id_); }
  // Kept beside the catalog: step 3 moves it to _rejects/.
  Result<void> write_rejects(std::string_view csv);
  // Brings those files of `manifest` that are staged to the disk and does steps 2 and 3. After an error in step 3 the
  // source is in: the next writer finishes it.
  Result<void> commit(const Manifest& manifest);

 private:
  CatalogEntry(FileOps& ops, CatalogPaths paths, std::string id)
      : ops_(&ops), paths_(std::move(paths)), id_(std::move(id)) {}

  FileOps* ops_;
  CatalogPaths paths_;
  std::string id_;
  bool is_decided_ = false;
};

}  // namespace acts::history
