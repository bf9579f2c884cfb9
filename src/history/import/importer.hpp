// Files into the catalog, each whole or not at all, each once. Holds the catalog's lock. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/entry.hpp"
#include "history/engine/duck.hpp"
#include "history/import/row_pass.hpp"
#include "history/import/source_name.hpp"
#include "history/import/staged_days.hpp"

namespace acts::history {

struct ImportRequest {
  std::string path;  // of any of source_formats()
  SourceHints hints;
  std::uint64_t max_bad_rows = 100;
  std::string code;       // who imports: "acts 0.1.0"
  bool replaces = false;  // its rows take the place of those of the catalog that they contradict
};

struct ImportOutcome {
  Manifest manifest;
  std::vector<DataSet> sets;  // that the file holds
  bool was_there = false;     // the same source had entered before: nothing was written
  std::string rejects_path;   // where bad rows are listed; empty without any
};

class Importer {
 public:
  // Takes the lock and finishes what an earlier import has left. Errors: kStorage; kUsage (check_place()).
  static Result<Importer> open(FileOps& ops, const std::string& data_dir);

  // Rows that are not in order are sorted, in bounded memory. Errors: kUsage (the file is not there, or does not say
  // what it is); kBadInput (damaged, not what its .CHECKSUM says, more bad rows than allowed, rows that contradict the
  // catalog's): nothing of it is in the catalog then; kStorage.
  Result<ImportOutcome> import_file(const ImportRequest& request);

 private:
  Importer(FileOps& ops, CatalogPaths paths, FileLock lock, std::unique_ptr<Duck> duck)
      : ops_(&ops), paths_(std::move(paths)), lock_(std::move(lock)), duck_(std::move(duck)) {}

  struct Source;  // the file that is being imported

  Result<void> recover();
  Result<Manifest> read_source(const Source& source, CatalogEntry& entry, Manifest manifest);
  Result<void> read_set(const Source& source, const DataSet& set, CatalogEntry& entry, StagedDays& days,
                        Manifest& manifest, RejectList& rejects);
  Result<void> write_days(RowPass& pass, const DataSet& set, const CatalogEntry& entry, StagedDays& days,
                          Manifest& manifest);
  Result<void> keep_rejects(const std::string& id, const std::string& csv);

  FileOps* ops_;
  CatalogPaths paths_;
  FileLock lock_;
  std::unique_ptr<Duck> duck_;
  std::vector<Manifest> manifests_;
  std::vector<CatalogFile> files_;
  bool is_unfinished_ = false;  // a commit failed: its source may be in, and not in manifests_
};

}  // namespace acts::history
