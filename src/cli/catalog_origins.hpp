// Who tells the books and trades that a catalog has of a symbol.
#pragma once

#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

namespace acts::cli {

// Each once, by name. Errors: kStorage.
Result<std::vector<std::string>> catalog_origins(const std::string& data_dir, Venue venue, const std::string& symbol);

}  // namespace acts::cli
