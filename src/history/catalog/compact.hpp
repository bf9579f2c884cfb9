// Tidies the catalog: ends what a killed import has left, makes one file of several that tell the same data set and day
// (of catalogs that were put together by hand), gives all files of a symbol one form (DecimalForm), removes files that
// no manifest counts, and folders without any. Rows are those from before. Blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/engine/duck.hpp"

namespace acts::history {

struct CompactOutcome {
  std::uint64_t joined_days = 0;
  std::uint64_t joined_files = 0;  // of those days
  std::uint64_t widened_files = 0;
  std::uint64_t removed_files = 0;  // that counted no more, or never did
  std::uint64_t removed_bytes = 0;
  std::uint64_t kept_files = 0;       // that would have been removed, but somebody reads
  std::vector<std::string> problems;  // one line each: what contradicts itself, is damaged, or is not ours to remove
};

// Holds the catalog's lock. Every step is an entry of its own (entry.hpp), or a removal of what does not count: killed
// anywhere, the catalog holds the same rows, and the next compact, or import, goes on. `code`: who does it, for the
// manifests. Errors: kStorage; kUsage (check_place()).
Result<CompactOutcome> compact_catalog(FileOps& ops, const CatalogPaths& paths, Duck& duck, const std::string& code);

}  // namespace acts::history
