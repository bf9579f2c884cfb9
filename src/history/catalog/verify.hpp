// Whether the catalog is what its manifests say. Blocking; holds its files as every reader does (hold_files()).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/engine/duck.hpp"
#include "history/quality/cross_check.hpp"

namespace acts::history {

struct CatalogCheck {
  std::uint64_t sources = 0;
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::vector<std::string> problems;  // one line each, by path
  // Folders of symbols with files of both forms (DecimalForm), which not all programs read as one table; compact makes
  // all of them wide.
  std::vector<std::string> mixed;
  // What was told of the rows: what is not explained by a known outage of the exchange, and what is.
  std::uint64_t faults = 0;
  std::uint64_t remarks = 0;
  std::uint64_t in_outages = 0;
  std::uint64_t comparisons = 0;  // of two files that tell the same
  // Names of sources that are in, with their files not all in their places: an import that runs, or was killed. The
  // next one finishes it.
  std::vector<std::string> unfinished;
  // ... with files that they replaced still there: a reader had them, or it was killed. The next import or compact
  // removes them.
  std::vector<std::string> kept_replaced;
};

// Reads every file whole: its sum, its rows, their days, their order, that no key is there twice; and looks for files
// that no manifest names, which other programs would count. `told` gets what the rows are like (quality_watch.hpp) and
// where files contradict each other (cross_check.hpp), as it is found. Errors: kStorage, if a manifest cannot be read;
// as Duck::run().
Result<CatalogCheck> verify_catalog(FileOps& ops, const CatalogPaths& paths, Duck& duck,
                                    const SetFindingSink& told = {});

}  // namespace acts::history
