// `acts import mongodb://…`: minute rows out of collections into the store.
#pragma once

#include <cstdint>
#include <string>

namespace acts::cli {

struct RowImport {
  std::string uri;
  std::string data_dir;
  std::string symbol = {};  // only of this one; empty: of all
  std::uint64_t max_bad_rows = 100;
  bool replaces = false;
};
// The exit code.
int import_rows(const RowImport& wanted);

}  // namespace acts::cli
