// Features that somebody has stored, a file at a time: CSV (feature_csv.hpp) or Parquet with a column of times and
// columns of numbers, or a store of rows as acts keeps them (acts.db, features/10s.db). A row is in memory at a time,
// and what DuckDB reads of a Parquet or a store. Blocking.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/features/feature_spool.hpp"

namespace acts::backtest {

enum class FeatureForm : std::uint8_t { kCsv, kParquet, kStore };

// Whose rows are taken of a table that says whose they are, in columns `venue` and `symbol`.
struct FeatureMarket {
  std::string venue = {};
  std::string symbol = {};
};

struct FeatureColumn {
  std::string name = {};
  bool is_number = true;
  std::string type = {};  // in words
};

// Columns that tell when a row is of, of a file the first of them that it has.
inline constexpr std::string_view kFeatureTimeNames[] = {"time", "sample_time"};

[[nodiscard]] bool is_feature_time_name(std::string_view name);

struct FeatureTable {
  std::string path = {};
  FeatureForm form = FeatureForm::kCsv;
  std::string time = {};                    // the column's name,
  std::string time_type = {};               // and its type, of a Parquet
  std::vector<FeatureColumn> columns = {};  // all others
  [[nodiscard]] const FeatureColumn* find(std::string_view name) const;
};

// What the file is, told by its first bytes, and what columns it has. Errors: kUsage: it is not there, a pipe, or has
// no column of times; kBadInput: it cannot be read; kStorage.
Result<FeatureTable> open_feature_table(const std::string& path);

class FeatureRows {
 public:
  virtual ~FeatureRows() = default;
  // True: `row` is the next one. False: there is none. Errors, with the file and the row: kBadInput: a time or a number
  // that is none; kStorage; final.
  virtual Result<bool> next(FeatureRow& row) = 0;
  // Of the row that was read last: "alpha.csv:17", "beta.parquet: row 16"; "rows.parquet: row 16 of BTCUSDT" where only
  // those of its market are counted.
  [[nodiscard]] virtual std::string place() const = 0;
};

// `wanted`: names of columns that the table has and that are numbers (asserted), which come in this order. Errors: as
// those of rows.
Result<std::unique_ptr<FeatureRows>> read_feature_rows(const FeatureTable& table, const FeatureMarket& market,
                                                       std::span<const std::string> wanted);

// Of the rows of a store (asserted) those of the market, of before `to`: others come and go beside them. Errors:
// kStorage.
Result<std::string> feature_store_digest(const FeatureTable& table, const FeatureMarket& market,
                                         std::optional<UnixNanos> to);

}  // namespace acts::backtest
