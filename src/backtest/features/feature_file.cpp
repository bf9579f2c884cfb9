#include "backtest/features/feature_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/features/feature_cells.hpp"
#include "backtest/features/feature_csv.hpp"
#include "backtest/table_lines.hpp"
#include "history/engine/duck.hpp"
#include "history/engine/select.hpp"
#include "history/query/stored_rows.hpp"
#include "history/signature.hpp"
#include "recording/byte_source.hpp"

namespace acts::backtest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kParquetMagic = "PAR1";
constexpr std::string_view kStoreMagic = "SQLite format 3";

Result<FeatureForm> form_of(const std::string& path) {
  if (can_be_read_once_only(path)) {
    return fail(ErrorCode::kUsage, fmt::format("{}: it is no file but a pipe or a device, and features are read more "
                                               "than once: write them to a file first",
                                               path));
  }
  auto source = open_file(path);
  if (!source) return std::unexpected(source.error());
  std::array<char, kStoreMagic.size()> head{};
  const Result<std::size_t> count = (*source)->read(head);
  if (!count) return fail(count.error().code, fmt::format("{}: {}", path, count.error().message));
  const std::string_view text(head.data(), *count);
  if (text.empty()) return fail(ErrorCode::kBadInput, fmt::format("{}: there is nothing in it", path));
  if (text.starts_with(kParquetMagic)) return FeatureForm::kParquet;
  return text == kStoreMagic ? FeatureForm::kStore : FeatureForm::kCsv;
}

// What DuckDB reads of.
struct DuckTable {
  std::unique_ptr<history::Duck> duck = {};
  std::string from = {};  // as SQL
};

Result<DuckTable> open_parquet(std::unique_ptr<history::Duck> duck, const std::string& path) {
  const Result<std::string> quoted = history::quoted_sql_path(path);
  if (!quoted) return std::unexpected(quoted.error());
  return DuckTable{std::move(duck), fmt::format("read_parquet({}, hive_partitioning = false)", *quoted)};
}

// A store lies where acts keeps it: that names its view.
Result<DuckTable> open_store(std::unique_ptr<history::Duck> duck, const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  const fs::path folder = whole.parent_path();
  const std::string stem = whole.stem().string();
  const bool is_collected = whole.filename() == "acts.db";
  const auto is_plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
  const bool is_computed =
      folder.filename() == "features" && whole.extension() == ".db" && std::ranges::all_of(stem, is_plain);
  if (!is_collected && !is_computed) {
    return fail(ErrorCode::kUsage, fmt::format("{}: it is a database, and no store of acts: those are DATA_DIR/acts.db "
                                               "and DATA_DIR/features/10s.db",
                                               path));
  }
  const fs::path data_dir = is_collected ? folder : folder.parent_path();
  if (Result<void> added = history::add_stored_rows(*duck, data_dir.string()); !added) {
    return std::unexpected(added.error());
  }
  return DuckTable{std::move(duck), is_collected ? "minute_rows" : "features_" + stem};
}

Result<DuckTable> open_duck_table(const std::string& path, FeatureForm form) {
  constexpr std::uint64_t kMemory = std::uint64_t{256} << 20U;
  auto duck = history::Duck::open({.memory_bytes = kMemory, .temp_directory = {}, .keeps_freed = false});
  if (!duck) return std::unexpected(duck.error());
  return form == FeatureForm::kParquet ? open_parquet(*std::move(duck), path) : open_store(*std::move(duck), path);
}

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

bool is_whole_type(std::string_view type) {
  return type.ends_with("INT") || type == "INTEGER" || type == "UINTEGER" || type == "HUGEINT";
}

bool is_number_type(std::string_view type) {
  return is_whole_type(type) || type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL");
}

// Null, with why: the time cannot be told of it.
std::optional<std::string> time_sql(const FeatureTable& table) {
  const std::string name = quoted_name(table.time);
  const std::string_view type = table.time_type;
  if (type == "VARCHAR" || is_whole_type(type)) return fmt::format("CAST({} AS VARCHAR)", name);
  if (type == "DATE") return fmt::format("strftime({}, '%Y-%m-%d')", name);
  // To the nanosecond, which a text of DuckDB's would not have of all of them.
  if (!type.starts_with("TIMESTAMP")) return std::nullopt;
  return fmt::format("strftime(make_timestamp_ns(epoch_ns({})), '%Y-%m-%d %H:%M:%S.%n')", name);
}

std::string where_market(const FeatureTable& table, const FeatureMarket& market) {
  std::string sql = "true";
  const auto only = [&](std::string_view column, const std::string& text) {
    if (table.find(column) == nullptr) return;
    sql += fmt::format(" AND {} = {}", quoted_name(column), history::quoted_sql_text(text));
  };
  only("venue", market.venue);
  only("symbol", market.symbol);
  return sql;
}

// " of binance-usdm BTCUSDT"; empty: all rows are taken, so that they count as the file has them.
std::string whose_rows(const FeatureTable& table, const FeatureMarket& market) {
  std::string whose;
  if (table.find("venue") != nullptr) whose += ' ' + market.venue;
  if (table.find("symbol") != nullptr) whose += ' ' + market.symbol;
  return whose.empty() ? whose : " of" + whose;
}

// Numbers come as texts that say them exactly.
Result<history::SelectRows> select_rows(const DuckTable& source, const FeatureTable& table, const std::string& what,
                                        const std::string& where) {
  const std::string sql = fmt::format("SELECT {} FROM {} WHERE {}", what, source.from, where);
  auto rows = history::SelectRows::start(*source.duck, sql, [] { return false; });
  if (!rows) return fail(rows.error().code, fmt::format("{}: {}", table.path, rows.error().message));
  return rows;
}

class DuckRows final : public FeatureRows {
 public:
  DuckRows(std::unique_ptr<history::Duck> duck, history::SelectRows rows, const FeatureTable& table,
           const FeatureMarket& market, std::span<const std::string> names)
      : duck_(std::move(duck)),
        rows_(std::move(rows)),
        path_(table.path),
        whose_(whose_rows(table, market)),
        names_(names.begin(), names.end()) {}

  Result<bool> next(FeatureRow& row) override {
    const Result<bool> there = rows_.next(cells_);
    if (!there) return fail(there.error().code, fmt::format("{}: {}", path_, there.error().message));
    if (!*there) return false;
    ++number_;
    numbers_.clear();
    for (std::size_t i = 1; i < cells_.size(); ++i) numbers_.push_back(cells_[i] ? *cells_[i] : std::string_view());
    const Result<void> read = read_feature_cells(cells_.at(0) ? *cells_[0] : std::string_view(), numbers_, names_, row);
    if (!read) return fail(read.error().code, fmt::format("{}: {}", place(), read.error().message));
    return true;
  }
  [[nodiscard]] std::string place() const override { return fmt::format("{}: row {}{}", path_, number_, whose_); }

 private:
  std::unique_ptr<history::Duck> duck_;  // rows_ reads by it
  history::SelectRows rows_;
  std::string path_;
  std::string whose_;
  std::vector<std::string> names_;
  std::vector<std::optional<std::string>> cells_;
  std::vector<std::string_view> numbers_;  // of them
  std::uint64_t number_ = 0;
};

std::string type_in_words(std::string_view type) {
  if (is_number_type(type)) return "number";
  if (type == "VARCHAR") return "text";
  return type.starts_with("TIMESTAMP") || type == "DATE" ? "time" : std::string(type);
}

Result<FeatureTable> duck_table(const std::string& path, FeatureForm form) {
  const Result<DuckTable> source = open_duck_table(path, form);
  if (!source) return std::unexpected(source.error());
  const auto told = source->duck->texts(
      fmt::format("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {})", source->from));
  if (!told) return fail(told.error().code, fmt::format("{}: {}", path, told.error().message));
  FeatureTable table{.path = path, .form = form};
  for (const history::Duck::Texts& column : *told) {
    const std::string name = column.at(0).value_or("");
    const std::string type = column.at(1).value_or("");
    if (table.time.empty() && is_feature_time_name(name)) {
      table.time = name;
      table.time_type = type;
    } else {
      table.columns.push_back({name, is_number_type(type), type_in_words(type)});
    }
  }
  if (table.time.empty() || time_sql(table)) return table;
  return fail(ErrorCode::kUsage, fmt::format("{}: its column {} is {}, and is to be times: ISO 8601 in UTC, or "
                                             "milliseconds since 1970",
                                             path, table.time, table.time_type));
}

Result<FeatureTable> table_of(const std::string& path, FeatureForm form) {
  if (form != FeatureForm::kCsv) return duck_table(path, form);
  auto bytes = open_table_file(path);
  return bytes ? csv_feature_table(*std::move(bytes), path) : std::unexpected(bytes.error());
}

}  // namespace

const FeatureColumn* FeatureTable::find(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &FeatureColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

bool is_feature_time_name(std::string_view name) {
  return std::ranges::find(kFeatureTimeNames, name) != std::end(kFeatureTimeNames);
}

Result<FeatureTable> open_feature_table(const std::string& path) {
  const Result<FeatureForm> form = form_of(path);
  if (!form) return std::unexpected(form.error());
  Result<FeatureTable> table = table_of(path, *form);
  if (!table || !table->time.empty()) return table;
  return fail(
      ErrorCode::kUsage,
      fmt::format("{}: it has no column time: its first row is to have the columns' names, separated by commas, "
                  "one of them time, when each row was known",
                  path));
}

Result<std::unique_ptr<FeatureRows>> read_feature_rows(const FeatureTable& table, const FeatureMarket& market,
                                                       std::span<const std::string> wanted) {
  for (const std::string& name : wanted) ACTS_ASSERT(table.find(name) != nullptr && table.find(name)->is_number);
  if (table.form == FeatureForm::kCsv) {
    auto bytes = open_table_file(table.path);
    if (!bytes) return std::unexpected(bytes.error());
    return read_csv_features(*std::move(bytes), table, market, wanted);
  }
  auto source = open_duck_table(table.path, table.form);
  if (!source) return std::unexpected(source.error());
  std::string what = time_sql(table).value();
  for (const std::string& name : wanted) what += ", " + quoted_name(name);
  auto rows = select_rows(*source, table, what, where_market(table, market));
  if (!rows) return std::unexpected(rows.error());
  return std::make_unique<DuckRows>(std::move(source->duck), *std::move(rows), table, market, wanted);
}

Result<std::string> feature_store_digest(const FeatureTable& table, const FeatureMarket& market,
                                         std::optional<UnixNanos> to) {
  ACTS_ASSERT(table.form == FeatureForm::kStore);
  const auto source = open_duck_table(table.path, table.form);
  if (!source) return std::unexpected(source.error());
  std::string where = where_market(table, market);
  if (to) where += fmt::format(" AND epoch_ns({}) < {}", table.time, to->value);
  auto rows = select_rows(*source, table, "*", where);
  if (!rows) return std::unexpected(rows.error());
  history::Sha256 digest;
  for (const history::SelectColumn& column : rows->columns()) digest.add(column.name + ",");
  std::vector<std::optional<std::string>> cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return fail(there.error().code, fmt::format("{}: {}", table.path, there.error().message));
    if (!*there) return digest.finish();
    std::string text = "\n";
    for (const std::optional<std::string>& cell : cells)
      text += fmt::format("{}{},", cell ? "=" : "", cell.value_or(""));
    digest.add(text);
  }
}

}  // namespace acts::backtest
