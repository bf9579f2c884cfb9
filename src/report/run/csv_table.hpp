// Lines of a CSV file (RFC 4180, a record a line) whose first one names the columns. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

namespace acts::report {

class CsvTable {
 public:
  // `wanted` outlives this. Columns may stand in any order, and others beside them. Errors: kBadInput: a column is
  // missing or stands twice.
  // The last `optional` of the wanted ones may be missing: their fields are empty then.
  static Result<CsvTable> open(std::string_view header, std::span<const std::string_view> wanted,
                               std::size_t optional = 0);

  // Errors: kBadInput: another number of fields than the header has, or a quote that does not end.
  Result<void> read(std::string_view line);
  // Of the line read last; `column`: its place in `wanted`. Valid until the next read().
  [[nodiscard]] std::string_view field(std::size_t column) const {
    return places_[column] == kMissing ? std::string_view() : fields_[places_[column]];
  }
  [[nodiscard]] std::string_view name(std::size_t column) const { return wanted_[column]; }

 private:
  explicit CsvTable(std::span<const std::string_view> wanted) : wanted_(wanted) {}

  static constexpr std::size_t kMissing = SIZE_MAX;
  std::span<const std::string_view> wanted_;
  std::vector<std::size_t> places_;
  std::vector<std::string> fields_;
};

// A field with quotes around it where it needs them.
void append_csv_field(std::string& out, std::string_view text);

}  // namespace acts::report
