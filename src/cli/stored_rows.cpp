#include "cli/stored_rows.hpp"

#include <filesystem>
#include <utility>

namespace acts::cli {

std::string store_path(const std::string& data_dir) { return (std::filesystem::path(data_dir) / "acts.db").string(); }

Listing::Listing(std::vector<Column> columns, const std::string& form)
    : schema_{std::move(columns)}, json_(form == "json") {
  if (json_) return;
  append_csv_header(line_, schema_);
  out_.write(line_);
}

void Listing::add(std::vector<Value> values) {
  const MinuteRow row{std::move(values)};
  line_.clear();
  json_ ? append_json(line_, schema_, row) : append_csv(line_, schema_, row);
  out_.write(line_);
}

}  // namespace acts::cli
