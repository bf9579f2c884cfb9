#include "cli/sweep_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

#include "history/engine/duck.hpp"
#include "history/output_file.hpp"
#include "report/run/csv_table.hpp"
#include "report/sheet/figures.hpp"
#include "report/statistics/exact.hpp"

namespace acts::cli {
namespace {

constexpr std::string_view kWholeType = "BIGINT";
constexpr std::string_view kRealType = "DOUBLE";
constexpr std::string_view kTextType = "VARCHAR";
constexpr std::string_view kDecimalType = "";

std::string_view type_of(ParameterType type) {
  switch (type) {
    case ParameterType::kInteger: return kWholeType;
    case ParameterType::kReal: return kRealType;
    case ParameterType::kDecimal: return kDecimalType;
    case ParameterType::kSwitch: return "BOOLEAN";
    case ParameterType::kDuration:
    case ParameterType::kText: break;
  }
  return kTextType;
}

// Digits behind the point of a decimal as it is written.
int places_of(std::string_view text) {
  const std::size_t point = text.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

std::string text_of_figure(const std::optional<double>& value) { return value ? shortest_text(*value) : std::string(); }

void append_totals(std::vector<std::string>& fields, const backtest::SetTotals& totals, double risk_free_rate) {
  const RunCloses::Chosen& closes = totals.closes;
  const report::SetFigures figures = report::set_figures(closes.closes, closes.period, risk_free_rate);
  for (const std::uint64_t count : {totals.rows, totals.orders, totals.fills}) {
    fields.push_back(fmt::format("{}", count));
  }
  for (const Decimal& money : {totals.position, totals.balance, totals.fee, totals.funding, totals.equity,
                               totals.max_drawdown, totals.turnover}) {
    fields.push_back(to_string(money));
  }
  fields.emplace_back(report::period_name(closes.period));
  fields.push_back(fmt::format("{}", figures.returns));
  for (const report::NamedFigure& figure : report::kSetFigures) fields.push_back(text_of_figure(figures.*figure.value));
}

}  // namespace

SweepTable::SweepTable(std::vector<backtest::SweepAxis> axes,
                       std::span<const std::pair<std::string, ParameterType>> types, std::string_view rows)
    : axes_(std::move(axes)) {
  const auto add = [this](std::string_view name, std::string_view type) {
    columns_.push_back({std::string(name), std::string(type)});
  };
  add("set", kWholeType);
  for (const backtest::SweepAxis& axis : axes_) {
    const auto type = std::ranges::find(types, axis.name, &std::pair<std::string, ParameterType>::first);
    add(axis.name, type == types.end() ? kTextType : type_of(type->second));
  }
  const std::size_t parameters = columns_.size();
  for (const std::string_view name : {rows, std::string_view("orders"), std::string_view("fills")}) {
    add(name, kWholeType);
  }
  for (const std::string_view name : {"position", "balance", "fee", "funding", "equity", "max_drawdown", "turnover"}) {
    add(name, kDecimalType);
  }
  add("period", kTextType);
  add("returns", kWholeType);
  for (const report::NamedFigure& figure : report::kSetFigures) add(figure.name, kRealType);
  add("error", kTextType);
  for (std::size_t i = 1; i < parameters; ++i) {
    const auto same = [&](const Column& column) { return column.name == columns_[i].name; };
    if (std::ranges::count_if(columns_, same) > 1) columns_[i].name += "_parameter";
  }
}

std::string SweepTable::header() const {
  std::string text;
  for (const Column& column : columns_) {
    if (!text.empty()) text += ',';
    report::append_csv_field(text, column.name);
  }
  return text + "\n";
}

std::string SweepTable::line(const backtest::JournalEntry& set, double risk_free_rate) {
  std::vector<std::string> fields{fmt::format("{}", set.number)};
  for (GivenParameter& given : backtest::combination(axes_, set.number - 1)) fields.push_back(std::move(given.text));
  if (set.error.empty()) append_totals(fields, set.totals, risk_free_rate);
  fields.resize(columns_.size() - 1);
  fields.push_back(set.error);
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ',';
    report::append_csv_field(text, fields[i]);
    if (columns_[i].type.empty()) columns_[i].places = std::max(columns_[i].places, places_of(fields[i]));
  }
  return text + "\n";
}

Result<void> SweepTable::to_parquet(FileOps& ops, const std::string& csv, const std::string& output) const {
  std::string types;
  for (const Column& column : columns_) {
    constexpr int kMostDigits = 38;
    const std::string type =
        column.type.empty() ? fmt::format("DECIMAL({}, {})", kMostDigits, column.places) : column.type;
    types += fmt::format("{}{}: '{}'", types.empty() ? "" : ", ", history::quoted_sql_text(column.name), type);
  }
  const Result<std::string> from = history::quoted_sql_path(csv);
  if (!from) return std::unexpected(from.error());
  auto duck = history::Duck::open({.temp_directory = {}});
  if (!duck) return std::unexpected(duck.error());
  const std::string part = history::part_of(output);
  ops.remove(part);  // of a process that was killed
  const Result<void> copied = (*duck)->run(fmt::format(
      "COPY (SELECT * FROM read_csv({}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
      "hive_partitioning = false, columns = {{{}}})) TO {} (FORMAT parquet, COMPRESSION zstd)",
      *from, types, history::quoted_sql_text(part)));
  if (!copied) return copied;
  return history::put_in_place(ops, output);
}

}  // namespace acts::cli
