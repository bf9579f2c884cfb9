// The days of a source that is entering: each is in the catalog as it is, or joins what is there, or is the first; what
// is new of it waits in the staging folder. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/catalog_index.hpp"
#include "history/catalog/entry.hpp"
#include "history/engine/duck.hpp"

namespace acts::history {

class StagedDays {
 public:
  struct Place {
    FileOps* ops = nullptr;
    const CatalogPaths* paths = nullptr;
    Duck* duck = nullptr;
    const CatalogIndex* index = nullptr;  // of all that is in
    const CatalogFile* there = nullptr;   // instead of what it knows of the one day that is told
  };
  // All of `place` and `entry` must outlive it. `replaces`: its rows take the place of those that they contradict.
  StagedDays(const Place& place, CatalogEntry& entry, bool replaces)
      : place_(place), entry_(&entry), replaces_(replaces) {}

  // `path`: the rows of `file`, written there; gone afterwards. Notes in `manifest` the file that holds them in the
  // end, what that replaces, and how many rows were there. Errors: kBadInput: its rows contradict the catalog's;
  // kStorage.
  Result<void> add(CatalogFile file, const std::string& path, Manifest& manifest);
  // The same of the rows that `there` has, in another form.
  Result<void> replace(const CatalogFile& there, CatalogFile file, const std::string& path, Manifest& manifest);
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

  Place place_;
  CatalogEntry* entry_;
  bool replaces_;
};

}  // namespace acts::history
