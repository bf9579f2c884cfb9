#include "cli/catalog_origins.hpp"

#include <set>

#include "history/catalog/catalog.hpp"
#include "recording/file_ops.hpp"

namespace acts::cli {

Result<std::vector<std::string>> catalog_origins(const std::string& data_dir, Venue venue, const std::string& symbol) {
  const auto manifests = history::read_manifests(real_file_ops(), history::CatalogPaths(data_dir));
  if (!manifests) return std::unexpected(manifests.error());
  std::set<std::string> origins;
  for (const history::CatalogFile& file : history::current_files(*manifests)) {
    const history::DataSet& set = file.set;
    const std::string_view kind = set.kind->name;
    if (set.venue != to_string(venue) || set.symbol != symbol) continue;
    if (kind == "book_updates" || kind == "trades" || kind == "agg_trades") origins.insert(set.origin);
  }
  return std::vector<std::string>(origins.begin(), origins.end());
}

}  // namespace acts::cli
