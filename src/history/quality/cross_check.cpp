#include "history/quality/cross_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "history/engine/parquet_writer.hpp"
#include "history/table/micros.hpp"

namespace acts::history {
namespace {

struct Value {
  enum class Form : std::uint8_t { kPlain, kDecimal, kTime };  // kTime: microseconds since 1970
  std::string name;
  Form form = Form::kDecimal;
};

// Two queries with the columns k (what rows are joined by), t (their time) and values of the same names.
struct Comparison {
  const DataSet* set = nullptr;  // of the left one
  FindingKind kind = FindingKind::kDifference;
  std::string left;
  std::string right;
  std::string left_name;
  std::string right_name;
  std::vector<Value> values;
  std::int64_t first = 0;        // of k: compared are rows of both from here
  std::int64_t last = 0;         // to here
  std::string except = "false";  // a condition on l and r: no difference
};

std::string name_of(const DataSet& set) {
  std::string name(set.kind->name);
  if (!set.interval.empty()) name += fmt::format(" {}", set.interval);
  return fmt::format("{} of {}", name, set.origin);
}

std::string table_of(const CatalogPaths& paths, const CatalogFile& file) {
  return fmt::format("read_parquet({}, hive_partitioning = false)", quoted_sql_text(paths.file(file.path())));
}

// A column as every form has it.
std::string wide(const TableColumn& column) {
  return fmt::format("CAST({0} AS {1}) AS {0}", column.name, sql_type(column, DecimalForm::kWide));
}

std::string differs(const Value& value) {
  if (value.form != Value::Form::kTime) return fmt::format("l.{0} <> r.{0}", value.name);
  return fmt::format("(l.{0} // 1000 <> r.{0} // 1000 OR (l.{0} <> r.{0} AND l.{0} % 1000 <> 0 AND r.{0} % 1000 <> 0))",
                     value.name);
}

std::string text_of(std::string_view side, const Value& value) {
  switch (value.form) {
    case Value::Form::kTime: return fmt::format("make_timestamp({}.{})", side, value.name);
    case Value::Form::kDecimal: return fmt::format("rtrim(rtrim(CAST({}.{} AS VARCHAR), '0'), '.')", side, value.name);
    case Value::Form::kPlain: break;
  }
  return fmt::format("{}.{}", side, value.name);
}

// "time, what differs, how many rows differ in all" of each that does.
std::string sql_of(const Comparison& c) {
  std::string any;
  std::string words;
  for (const Value& value : c.values) {
    any += fmt::format(" OR {}", differs(value));
    words += fmt::format(", CASE WHEN {} THEN concat({}, {}, ' and ', {}) END", differs(value),
                         quoted_sql_text(fmt::format("{} ", value.name)), text_of("l", value), text_of("r", value));
  }
  const std::string range = fmt::format("k BETWEEN {} AND {}", c.first, c.last);
  return fmt::format(
      "SELECT coalesce(l.t, r.t), CASE WHEN l.k IS NULL THEN 'only the second has it' WHEN r.k IS NULL THEN 'only the "
      "first has it' ELSE concat_ws(', '{}) END, count(*) OVER () FROM (SELECT * FROM ({}) WHERE {}) l FULL JOIN "
      "(SELECT * FROM ({}) WHERE {}) r ON l.k = r.k WHERE (l.k IS NULL OR r.k IS NULL{}) AND NOT ({}) ORDER BY "
      "coalesce(l.k, r.k)",
      words, c.left, range, c.right, range, any, c.except);
}

std::int64_t number_of(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

class Comparer {
 public:
  Comparer(Duck& duck, const SetFindingSink& told) : duck_(&duck), told_(&told) {}

  // Nothing is done where the two have no time in common.
  Result<void> compare(const Comparison& comparison) {
    if (comparison.first > comparison.last) return {};
    ++made_;
    const auto rows =
        duck_->texts(fmt::format("{} LIMIT {}", sql_of(comparison), kMostDifferencesTold), kMostDifferencesTold);
    if (!rows) return std::unexpected(rows.error());
    if (rows->empty()) return {};
    const std::string names = fmt::format("{}, {}", comparison.left_name, comparison.right_name);
    for (const Duck::Texts& row : *rows) {
      tell(comparison, row, 1, fmt::format("{}: {}", names, row[1].value_or("")));
    }
    const auto all = static_cast<std::uint64_t>(number_of(rows->back()[2]));
    if (all > rows->size()) tell(comparison, rows->back(), all - rows->size(), fmt::format("{}: so many more", names));
    return {};
  }
  [[nodiscard]] std::uint64_t made() const { return made_; }

 private:
  void tell(const Comparison& comparison, const Duck::Texts& row, std::uint64_t count, std::string detail) const {
    const std::int64_t time = number_of(row[0]);
    (*told_)(*comparison.set,
             {.kind = comparison.kind, .first = time, .last = time, .count = count, .detail = std::move(detail)});
  }

  Duck* duck_;
  const SetFindingSink* told_;
  std::uint64_t made_ = 0;
};

// ---- One day of one symbol.

struct Day {
  std::vector<const CatalogFile*> candles;  // of trades, up to a day long
  std::vector<const CatalogFile*> trades;
  std::vector<const CatalogFile*> agg_trades;
};

std::int64_t step_of(const CatalogFile& file) { return interval_micros(file.set.interval); }

// Of spot and USD-M the sum of what single trades tell; of COIN-M that is in the base asset, rounded trade by trade.
bool has_exact_quote(const CatalogFile& trades) {
  return trades.set.kind->name == "trades" && trades.set.venue != "binance-coinm";
}

const std::vector<Value>& candle_values() {
  static const std::vector<Value> kValues{{"open"},
                                          {"high"},
                                          {"low"},
                                          {"close"},
                                          {"volume"},
                                          {"quote_volume"},
                                          {"trades", Value::Form::kPlain},
                                          {"taker_buy_volume"}};
  return kValues;
}

std::string candles(const CatalogPaths& paths, const CatalogFile& file) {
  std::string list;
  for (const Value& value : candle_values()) {
    list += fmt::format(", {}", wide(file.set.kind->columns[find_column(*file.set.kind, value.name).value()]));
  }
  return fmt::format("SELECT epoch_us(open_time) AS k, epoch_us(open_time) AS t{} FROM {}", list,
                     table_of(paths, file));
}

// Candles of `step` made of finer ones.
std::string candles_of_candles(const CatalogPaths& paths, const CatalogFile& file, std::int64_t step) {
  return fmt::format(
      "SELECT c.k // {0} * {0} AS k, c.k // {0} * {0} AS t, arg_min(c.open, c.k) AS open, max(c.high) AS high, "
      "min(c.low) AS low, arg_max(c.close, c.k) AS close, sum(c.volume) AS volume, sum(c.quote_volume) AS "
      "quote_volume, "
      "sum(c.trades) AS trades, sum(c.taker_buy_volume) AS taker_buy_volume FROM ({1}) c GROUP BY c.k // {0} * {0}",
      step, candles(paths, file));
}

// Candles of `step` made of trades, without those outside the market.
std::string candles_of_trades(const CatalogPaths& paths, const CatalogFile& file, std::int64_t step) {
  const bool single = file.set.kind->name == "trades";
  const std::string_view id = single ? "trade_id" : "agg_trade_id";
  std::string quote = "CAST(NULL AS DECIMAL(38,8))";
  if (has_exact_quote(file)) quote = "sum(CAST(quote_quantity AS DECIMAL(38,8)))";
  return fmt::format(
      "SELECT epoch_us(ts_event) // {0} * {0} AS k, min(epoch_us(ts_event)) // {0} * {0} AS t, "
      "arg_min(CAST(price AS DECIMAL(38,12)), {1}) AS open, max(CAST(price AS DECIMAL(38,12))) AS high, "
      "min(CAST(price AS DECIMAL(38,12))) AS low, arg_max(CAST(price AS DECIMAL(38,12)), {1}) AS close, "
      "sum(CAST(quantity AS DECIMAL(38,8))) AS volume, {2} AS quote_volume, {3} AS trades, "
      "sum(CASE WHEN is_buyer_maker THEN CAST(0 AS DECIMAL(38,8)) ELSE CAST(quantity AS DECIMAL(38,8)) END) AS "
      "taker_buy_volume "
      "FROM {4} WHERE price <> 0{5} GROUP BY epoch_us(ts_event) // {0} * {0}",
      step, id, quote, single ? "count(*)" : "sum(last_trade_id - first_trade_id + 1)", table_of(paths, file),
      single ? " AND coalesce(is_market, true)" : "");
}

Comparison against_candles(const CatalogPaths& paths, const CatalogFile& coarse, const CatalogFile& fine) {
  const std::int64_t step = step_of(coarse);
  return {.set = &coarse.set,
          .left = candles(paths, coarse),
          .right = candles_of_candles(paths, fine, step),
          .left_name = name_of(coarse.set),
          .right_name = name_of(fine.set),
          .values = candle_values(),
          .first = std::max(coarse.first_key, fine.first_key),
          .last = std::min(coarse.last_key, fine.last_key + step_of(fine) - step)};
}

Comparison against_trades(const CatalogPaths& paths, const CatalogFile& file, const CatalogFile& trades) {
  const std::int64_t step = step_of(file);
  // The archive has whole days; who begins to listen within a candle lacks some of its trades.
  const std::int64_t cut = trades.set.origin == DataSet::kArchive ? 0 : step;
  const std::int64_t begin = trades.first_time / step * step;
  const std::int64_t end = trades.last_time / step * step;
  return {.set = &file.set,
          .kind = trades.set.kind->name == "trades" ? FindingKind::kDifference : FindingKind::kOverlap,
          .left = candles(paths, file),
          .right = candles_of_trades(paths, trades, step),
          .left_name = name_of(file.set),
          .right_name = name_of(trades.set),
          .values = candle_values(),
          .first = std::max(file.first_key, begin + cut),
          .last = std::min(file.last_key, end - cut),
          .except = "r.k IS NULL AND l.volume = 0"};
}

Result<void> check_candles(Comparer& comparer, const CatalogPaths& paths, const Day& day) {
  for (const CatalogFile* const coarse : day.candles) {
    // The coarsest of the finer ones: those below it are compared with it in their turn.
    std::int64_t nearest = 0;
    for (const CatalogFile* const fine : day.candles) {
      if (step_of(*fine) < step_of(*coarse) && step_of(*coarse) % step_of(*fine) == 0) nearest = step_of(*fine);
    }
    for (const CatalogFile* const fine : day.candles) {
      if (step_of(*fine) != nearest) continue;
      if (auto done = comparer.compare(against_candles(paths, *coarse, *fine)); !done) return done;
    }
  }
  return {};
}

Result<void> check_trades(Comparer& comparer, const CatalogPaths& paths, const Day& day) {
  const auto& trades = day.trades.empty() ? day.agg_trades : day.trades;
  for (const CatalogFile* const file : day.candles) {
    if (step_of(*file) != step_of(*day.candles.front())) return {};  // the finest only
    for (const CatalogFile* const of : trades) {
      if (auto done = comparer.compare(against_trades(paths, *file, *of)); !done) return done;
    }
  }
  return {};
}

// ---- One day of one data set, told by several.

// What nobody but the receiver knows.
bool is_of_receiver(const TableColumn& column) { return column.name == "ts_recv_ns"; }

Comparison against_origin(const CatalogPaths& paths, const CatalogFile& a, const CatalogFile& b) {
  const Kind& kind = *a.set.kind;
  const auto plain = [](const TableColumn& column) {
    return column.type == CellType::kTime ? fmt::format("epoch_us({})", column.name) : std::string(column.name);
  };
  std::string list = fmt::format("{} AS k, {} AS t", plain(kind.columns[0]), plain(kind.columns[kind.time_column]));
  std::vector<Value> values;
  values.reserve(kind.columns.size());
  for (std::size_t i = 1; i < kind.columns.size(); ++i) {
    const TableColumn& column = kind.columns[i];
    if (is_of_receiver(column)) continue;
    const bool is_time = column.type == CellType::kTime;
    list += is_time ? fmt::format(", {} AS {}", plain(column), column.name) : fmt::format(", {}", wide(column));
    values.push_back({std::string(column.name), is_time                   ? Value::Form::kTime
                                                : is_decimal(column.type) ? Value::Form::kDecimal
                                                                          : Value::Form::kPlain});
  }
  return {.set = &a.set,
          .left = fmt::format("SELECT {} FROM {}", list, table_of(paths, a)),
          .right = fmt::format("SELECT {} FROM {}", list, table_of(paths, b)),
          .left_name = name_of(a.set),
          .right_name = name_of(b.set),
          .values = std::move(values),
          .first = std::max(a.first_key, b.first_key),
          .last = std::min(a.last_key, b.last_key)};
}

}  // namespace

Result<std::uint64_t> cross_check(Duck& duck, const CatalogPaths& paths, const std::vector<CatalogFile>& files,
                                  const SetFindingSink& told) {
  std::map<std::tuple<std::string_view, std::string_view, std::int64_t>, Day> days;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view, std::int64_t>,
           std::vector<const CatalogFile*>>
      tellers;
  for (const CatalogFile& file : files) {
    const DataSet& set = file.set;
    Day& day = days[{set.venue, set.symbol, file.day}];
    if (set.kind->name == "klines" && step_of(file) > 0 && step_of(file) <= kDayMicros) day.candles.push_back(&file);
    if (set.kind->name == "trades") day.trades.push_back(&file);
    if (set.kind->name == "agg_trades") day.agg_trades.push_back(&file);
    if (set.kind->key_columns == 1) {
      tellers[{set.kind->name, set.venue, set.symbol, set.interval, file.day}].push_back(&file);
    }
  }
  Comparer comparer(duck, told);
  for (auto& [place, day] : days) {
    std::ranges::sort(day.candles, {}, [](const CatalogFile* file) {
      return std::tuple(step_of(*file), std::string_view(file->set.origin));
    });
    if (auto done = check_candles(comparer, paths, day); !done) return std::unexpected(done.error());
    if (auto done = check_trades(comparer, paths, day); !done) return std::unexpected(done.error());
  }
  for (const auto& [place, of] : tellers) {
    // Each against the first of them: by name that is the archive, where there is one.
    for (std::size_t i = 1; i < of.size(); ++i) {
      if (auto done = comparer.compare(against_origin(paths, *of[0], *of[i])); !done) {
        return std::unexpected(done.error());
      }
    }
  }
  return comparer.made();
}

}  // namespace acts::history
