// What the commands that look into DIR/acts.db share.
#pragma once

#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

#include "cli/command.hpp"

namespace acts::cli {

// DIR/acts.db.
std::string store_path(const std::string& data_dir);

// A list for people and programs, in the text forms of rows.
class Listing {
 public:
  // The header, in CSV. `form`: "csv" or "json".
  Listing(std::vector<Column> columns, const std::string& form);
  // As many values as columns, each of its column's type.
  void add(std::vector<Value> values);
  // As Output's: what could not be written is said.
  [[nodiscard]] int finish(int code) { return out_.finish(code); }

 private:
  RowSchema schema_;
  bool json_;
  Output out_;
  std::string line_;
};

}  // namespace acts::cli
