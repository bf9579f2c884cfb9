// Files into the catalog, each whole or not at all, each once. Holds the catalog's lock. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/catalog_index.hpp"
#include "history/catalog/entry.hpp"
#include "history/engine/duck.hpp"
#include "history/import/row_pass.hpp"
#include "history/import/source_format.hpp"
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

// Rows that no file tells: made of the catalog's own.
struct MadeSource {
  std::string name;                // of what they are, for the manifest and messages
  std::string sha256;              // of what they are made of: the same is the same source
  OpenedSource* source = nullptr;  // outlives the call
  std::string code;                // as of a request
  bool replaces = true;            // as of a request
};

struct ImportOutcome {
  Manifest manifest;
  std::vector<DataSet> sets;  // that the file holds
  bool was_there = false;     // the same source had entered before, and is still told: nothing was written
  std::string rejects_path;   // where bad rows are listed; empty without any
  std::string left_out = {};  // OpenedSource::left_out()
};

class Importer {
 public:
  // Takes the lock and finishes what an earlier import has left. Errors: kStorage; kUsage (check_place()).
  static Result<Importer> open(FileOps& ops, const std::string& data_dir);

  // Rows that are not in order are sorted, in bounded memory. Errors: kUsage (the file is not there, or does not say
  // what it is); kBadInput (damaged, not what its .CHECKSUM says, more bad rows than allowed, rows that contradict the
  // catalog's): nothing of it is in the catalog then; kStorage.
  Result<ImportOutcome> import_file(const ImportRequest& request);
  // The same of rows that were made. Errors: kBadInput, kStorage; the reader's.
  Result<ImportOutcome> import_made(const MadeSource& made);

  // What the catalog holds now.
  [[nodiscard]] std::vector<CatalogFile> files() const { return index_.files(); }
  [[nodiscard]] const CatalogPaths& paths() const { return paths_; }

 private:
  Importer(FileOps& ops, CatalogPaths paths, FileLock lock, std::unique_ptr<Duck> duck)
      : ops_(&ops), paths_(std::move(paths)), lock_(std::move(lock)), duck_(std::move(duck)) {}

  struct Source;  // the file that is being imported

  Result<void> recover();
  // `manifest`: with what is known of the source before its rows are read. `is_unchanged` is asked behind that.
  Result<ImportOutcome> enter(const Source& source, Manifest manifest,
                              const std::function<Result<void>()>& is_unchanged);
  Result<Manifest> read_source(const Source& source, CatalogEntry& entry, Manifest manifest);
  Result<void> read_set(const Source& source, const DataSet& set, CatalogEntry& entry, StagedDays& days,
                        Manifest& manifest, RejectList& rejects);
  Result<void> write_days(RowPass& pass, DecimalForm form, const DataSet& set, const CatalogEntry& entry,
                          StagedDays& days, Manifest& manifest);
  Result<std::string> without_rows(const std::string& id, const RejectList& rejects);
  Result<void> keep_rejects(const std::string& id, const std::string& csv);

  FileOps* ops_;
  CatalogPaths paths_;
  FileLock lock_;
  std::unique_ptr<Duck> duck_;
  CatalogIndex index_;
  bool has_kept_ = false;       // what sources have replaced is there, as somebody was reading
  bool is_unfinished_ = false;  // a commit failed: its source may be in, and not in index_
};

}  // namespace acts::history
