// The days of a source that is entering: each is in the catalog as it is, or joins what is there, or is the first; what
// is new of it waits in the staging folder. Not thread-safe.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/entry.hpp"
#include "history/engine/duck.hpp"

namespace acts::history {

class StagedDays {
 public:
  struct Place {
    FileOps* ops = nullptr;
    const CatalogPaths* paths = nullptr;
    Duck* duck = nullptr;
    const std::vector<Manifest>* manifests = nullptr;  // of all that is in
    const std::vector<CatalogFile>* files = nullptr;   // current_files() of them
  };
  // All of `place` and `entry` must outlive it. `replaces`: its rows take the place of those that they contradict.
  StagedDays(const Place& place, CatalogEntry& entry, bool replaces);

  // `path`: the rows of `file`, written there; gone afterwards. Notes in `manifest` the file that holds them in the
  // end, what that replaces, and how many rows were there. Errors: kBadInput: its rows contradict the catalog's;
  // kStorage.
  Result<void> add(CatalogFile file, const std::string& path, Manifest& manifest);
  // Of a pass that is made again: what it has staged goes.
  Result<void> drop(const Manifest& manifest, std::size_t first_file);

 private:
  Result<void> stage(CatalogFile& file, const std::string& path);
  struct Merged {
    CatalogFile file;
    std::uint64_t repeated = 0;
    std::uint64_t superseded = 0;
  };
  Result<Merged> merge(const CatalogFile& there, const CatalogFile& file, const std::string& path,
                       const std::string& merged_path);
  Result<Merged> merge_as(DecimalForm& form, const CatalogFile& there, const CatalogFile& file, const std::string& path,
                          const std::string& merged_path);
  [[nodiscard]] const CatalogFile* find(const DataSet& set, std::int64_t day) const;

  Place place_;
  CatalogEntry* entry_;
  bool replaces_;
  std::set<std::string> replaced_before_;  // paths
};

}  // namespace acts::history
