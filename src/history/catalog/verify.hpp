// Whether the catalog is what its manifests say. Blocking; takes no lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/engine/duck.hpp"

namespace acts::history {

struct CatalogCheck {
  std::uint64_t sources = 0;
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::vector<std::string> problems;  // one line each, by path
  // Names of sources that are in, with files that they replace still there, or theirs not all in their places: an
  // import that runs, or was killed. The next one finishes it.
  std::vector<std::string> unfinished;
};

// Reads every file whole: its sum, its rows, their days, their order, that no key is there twice; and looks for files
// that no manifest names, which other programs would count. Errors: kStorage, if a manifest cannot be read.
Result<CatalogCheck> verify_catalog(FileOps& ops, const CatalogPaths& paths, Duck& duck);

}  // namespace acts::history
