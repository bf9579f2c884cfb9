// The CSV files of a run's folder, as tables of typed columns: what every form of their rows is made of. Blocking.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "cli/placed_lines.hpp"
#include "recording/file_ops.hpp"
#include "report/run/csv_table.hpp"

namespace acts::cli {

inline constexpr std::int64_t kMostRunDecimalDigits = 38;

inline constexpr std::array<std::string_view, 3> kNeededOfEquity{"time", "instrument", "position"};
inline constexpr std::array<std::string_view, 4> kNeededOfFills{"time", "instrument", "side", "quantity"};
inline constexpr std::array<std::string_view, 3> kNeededOfOrders{"time", "instrument", "order_id"};

// A table that lies beside those of a run that has none of that name. Errors: kStorage.
Result<void> remove_of_another_run(FileOps& ops, const std::string& path);

enum class RunColumnKind : std::uint8_t { kText, kTime, kDecimal, kReal, kWhole };

struct RunColumn {
  std::string name;
  RunColumnKind kind = RunColumnKind::kText;
  std::int64_t places = 0;  // of decimals: the most that there are,
  std::int64_t digits = 0;  // and the most before the point
};

// Each row is looked at: what one of the forms would hold as another value is refused in all of them. Not thread-safe.
class RunFile {
 public:
  // Plain, or packed with gzip or zstd. Errors of both: kUsage: it is not there; kBadInput, with the line; kStorage.
  static Result<RunFile> open(const std::string& path, std::span<const std::string_view> needed);
  // The next row; false: there is none.
  Result<bool> next();
  // Of that row; valid until the next one. Empty is no value.
  [[nodiscard]] std::string_view field(std::size_t column) const { return table_.field(column); }
  // With the digits of all rows up to here.
  [[nodiscard]] const std::vector<RunColumn>& columns() const { return columns_; }
  // SIZE_MAX: it has none of that name.
  [[nodiscard]] std::size_t place_of(std::string_view name) const;
  [[nodiscard]] std::unexpected<Error> placed(const Error& error) const { return lines_.placed(error); }

 private:
  RunFile(PlacedLines lines, std::vector<RunColumn> columns, std::vector<std::string_view> names,
          report::CsvTable table)
      : lines_(std::move(lines)), columns_(std::move(columns)), names_(std::move(names)), table_(std::move(table)) {}

  PlacedLines lines_;
  std::vector<RunColumn> columns_;
  std::vector<std::string_view> names_;  // which table_ refers to
  report::CsvTable table_;
};

}  // namespace acts::cli
