#include "cli/run_parquet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "backtest/run_folder.hpp"
#include "cli/run_columns.hpp"
#include "history/engine/duck.hpp"
#include "history/output_file.hpp"
#include "history/query/spill_directory.hpp"
#include "recording/byte_source.hpp"
#include "recording/whole_file.hpp"
#include "report/run/run_facts.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRunFactBytes = std::size_t{512} << 20U;
// A CSV file of the run, read by DuckDB as texts, in its order.
struct RunTable {
  std::string from;  // what stands behind FROM
  std::vector<RunColumn> columns;

  [[nodiscard]] std::int64_t places_of(std::string_view name) const {
    const auto found = std::ranges::find(columns, name, &RunColumn::name);
    return found == columns.end() ? 0 : found->places;
  }
  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::find(columns, name, &RunColumn::name) != columns.end();
  }
};

std::string quoted_name(std::string_view name) { return fmt::format("\"{}\"", name); }

std::string decimal_cast(std::string_view expression, std::int64_t places) {
  return fmt::format("CAST({} AS DECIMAL({}, {}))", expression, kMostRunDecimalDigits, places);
}

std::string typed(const RunColumn& column) {
  std::string name = quoted_name(column.name);
  switch (column.kind) {
    case RunColumnKind::kTime: return fmt::format("CAST(rtrim({}, 'Z') AS TIMESTAMP_NS)", name);
    case RunColumnKind::kDecimal: return decimal_cast(name, column.places);
    case RunColumnKind::kReal: return fmt::format("CAST({} AS DOUBLE)", name);
    case RunColumnKind::kWhole: return fmt::format("CAST({} AS BIGINT)", name);
    case RunColumnKind::kText: break;
  }
  return name;
}

// "gzip", "zstd" or "none", by the first bytes.
Result<std::string_view> packing_of(const std::string& path) {
  auto file = open_file(path);
  if (!file) return std::unexpected(file.error());
  std::array<char, 4> first{};
  const Result<std::size_t> count = (*file)->read(first);
  if (!count) return fail(count.error().code, fmt::format("{}: {}", path, count.error().message));
  const std::string_view begin(first.data(), *count);
  if (begin.starts_with("\x1f\x8b")) return "gzip";
  return begin == "\x28\xb5\x2f\xfd" ? "zstd" : "none";
}

// Looks through the file: its columns, with the digits of decimals.
Result<std::vector<RunColumn>> checked_columns(const std::string& path, std::span<const std::string_view> needed) {
  Result<RunFile> file = RunFile::open(path, needed);
  if (!file) return std::unexpected(file.error());
  while (true) {
    const Result<bool> has_row = file->next();
    if (!has_row) return std::unexpected(has_row.error());
    if (!*has_row) return file->columns();
  }
}

class ParquetWriter {
 public:
  ParquetWriter(FileOps& ops, std::unique_ptr<history::Duck> duck, std::string output, std::string metadata)
      : ops_(&ops), duck_(std::move(duck)), output_(std::move(output)), metadata_(std::move(metadata)) {}
  ~ParquetWriter() {
    for (const std::string& path : written_) ops_->remove(history::part_of(path));
  }
  ParquetWriter(const ParquetWriter&) = delete;
  ParquetWriter& operator=(const ParquetWriter&) = delete;

  Result<RunTable> open(const std::string& path, std::span<const std::string_view> needed) {
    Result<std::vector<RunColumn>> columns = checked_columns(path, needed);
    if (!columns) return std::unexpected(columns.error());
    const Result<std::string_view> packing = packing_of(path);
    if (!packing) return std::unexpected(packing.error());
    const Result<std::string> file = history::quoted_sql_path(path);
    if (!file) return std::unexpected(file.error());
    std::string types;
    for (const RunColumn& column : *columns) {
      types += fmt::format("{}{}: 'VARCHAR'", types.empty() ? "" : ", ", history::quoted_sql_text(column.name));
    }
    return RunTable{
        .from = fmt::format("read_csv({}, header = true, auto_detect = false, delim = ',', quote = '\"', "
                            "escape = '\"', compression = '{}', hive_partitioning = false, columns = {{{}}})",
                            *file, *packing, types),
        .columns = *std::move(columns)};
  }

  // Beside its place, where it goes with all others.
  Result<void> write(const std::string& name, const std::string& select) {
    const std::string path = fmt::format("{}/{}.parquet", output_, name);
    const std::string part = history::part_of(path);
    ops_->remove(part);  // of a process that was killed
    written_.push_back(path);
    const Result<void> copied = duck_->run(fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd{})", select,
                                                       history::quoted_sql_text(part), metadata_));
    if (!copied) return fail(copied.error().code, fmt::format("{}: {}", path, copied.error().message));
    return {};
  }

  Result<void> write(const std::string& name, const RunTable& source) {
    std::string list;
    for (const RunColumn& column : source.columns) {
      list += fmt::format("{}{} AS {}", list.empty() ? "" : ", ", typed(column), quoted_name(column.name));
    }
    return write(name, fmt::format("SELECT {} FROM {}", list, source.from));
  }

  // All that was written, to its place. `without_orders`: those that are there are of another run.
  Result<void> finish(bool without_orders) {
    for (const std::string& path : written_) {
      if (Result<void> placed = history::put_in_place(*ops_, path); !placed) return placed;
    }
    written_.clear();
    return without_orders ? remove_of_another_run(*ops_, fmt::format("{}/orders.parquet", output_)) : Result<void>();
  }

 private:
  FileOps* ops_;
  std::unique_ptr<history::Duck> duck_;
  std::string output_;
  std::string metadata_;
  std::vector<std::string> written_;  // and not in their places yet
};

// From what was held at the begin, which the first sample tells, on; a fee in the base asset is held no more.
std::string positions_sql(const RunTable& equity, const RunTable& fills) {
  const std::int64_t places =
      std::max({equity.places_of("position"), fills.places_of("quantity"), fills.places_of("base_fee")});
  const std::string base_fee = fills.has("base_fee") ? "base_fee" : "NULL";
  return fmt::format(
      "WITH held AS (SELECT instrument AS of, {} AS held FROM (SELECT instrument, position, row_number() OVER "
      "(PARTITION "
      "BY instrument ORDER BY number) AS place FROM (SELECT instrument, position, row_number() OVER () AS number FROM "
      "{})) WHERE place = 1), changes AS (SELECT row_number() OVER () AS fill_number, CAST(rtrim(time, 'Z') AS "
      "TIMESTAMP_NS) AS time, instrument, CASE side WHEN 'buy' THEN {} ELSE -{} END - coalesce({}, 0) AS change FROM "
      "{}) "
      "SELECT fill_number, time, instrument, {} AS change, {} AS position FROM changes LEFT JOIN held ON of = "
      "instrument "
      "ORDER BY fill_number",
      decimal_cast("position", places), equity.from, decimal_cast("quantity", places), decimal_cast("quantity", places),
      decimal_cast(base_fee, places), fills.from, decimal_cast("change", places),
      decimal_cast("coalesce(held, 0) + sum(change) OVER (PARTITION BY instrument ORDER BY fill_number)", places));
}

Result<std::string> metadata_of(const std::string& path) {
  const auto json = read_whole_file(path, kMostRunFactBytes);
  if (!json) return std::unexpected(json.error());
  const auto facts = report::parse_run_facts(*json);
  if (!facts) return fail(facts.error().code, fmt::format("{}: {}", path, facts.error().message));
  std::string metadata;
  for (const report::Fact& fact : facts->run) {
    if (fact.path != "id" && fact.path != "version") continue;
    metadata +=
        fmt::format("{}acts_run_{}: {}", metadata.empty() ? "" : ", ", fact.path, history::quoted_sql_text(fact.text));
  }
  return metadata.empty() ? metadata : fmt::format(", KV_METADATA {{{}}}", metadata);
}

Result<void> write_all(ParquetWriter& writer, const std::string& run) {
  const auto path = [&run](std::string_view name) { return (fs::path(run) / name).string(); };
  const Result<RunTable> equity = writer.open(path(backtest::kEquityName), kNeededOfEquity);
  if (!equity) return std::unexpected(equity.error());
  const Result<RunTable> fills = writer.open(path(backtest::kFillsName), kNeededOfFills);
  if (!fills) return std::unexpected(fills.error());
  std::error_code error;
  const bool has_orders = fs::exists(path(backtest::kOrdersName), error);
  const Result<RunTable> orders =
      has_orders ? writer.open(path(backtest::kOrdersName), kNeededOfOrders) : Result<RunTable>();
  if (!orders) return std::unexpected(orders.error());
  if (Result<void> written = writer.write("equity", *equity); !written) return written;
  if (Result<void> written = writer.write("fills", *fills); !written) return written;
  if (Result<void> written = writer.write("positions", positions_sql(*equity, *fills)); !written) return written;
  if (has_orders) {
    if (Result<void> written = writer.write("orders", *orders); !written) return written;
  }
  return writer.finish(!has_orders);
}

}  // namespace

Result<void> write_run_parquet(FileOps& ops, const std::string& run, const std::string& output) {
  std::error_code error;
  if (!fs::is_directory(run, error)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: there is no such folder: give the one that acts backtest --out made", run));
  }
  const Result<std::string> metadata = metadata_of((fs::path(run) / backtest::kRunName).string());
  if (!metadata) return std::unexpected(metadata.error());
  if (const int status = ops.make_directories(output); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", output, std::strerror(-status)));
  }
  const history::SpillDirectory spill(fs::temp_directory_path(error).string());
  auto duck = history::Duck::open({.temp_directory = spill.path()});
  if (!duck) return std::unexpected(duck.error());
  ParquetWriter writer(ops, *std::move(duck), output, *metadata);
  return write_all(writer, run);
}

}  // namespace acts::cli
