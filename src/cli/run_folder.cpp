#include "cli/run_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "backtest/run_folder.hpp"
#include "backtest/scenarios.hpp"
#include "cli/placed_lines.hpp"
#include "recording/whole_file.hpp"
#include "report/run/run_builder.hpp"
#include "report/run/run_facts.hpp"
#include "report/sheet/benchmark_table.hpp"
#include "report/sheet/parameter_table.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostJsonBytes = std::size_t{512} << 20;

// Also of what may not be looked at: opening it then says why.
bool is_missing(const std::string& path) {
  std::error_code error;
  return !fs::exists(path, error) && !error;
}

// A table of the file: opens it with its header.
template <typename Table>
struct OpenTable {
  PlacedLines lines;
  Table table;
};
template <typename Open>
auto open_table(const std::string& path, Open open)
    -> Result<OpenTable<typename decltype(open(std::string_view()))::value_type>> {
  auto lines = PlacedLines::open(path);
  if (!lines) return std::unexpected(lines.error());
  const auto header = lines->header();
  if (!header) return std::unexpected(header.error());
  auto table = open(*header);
  if (!table) return lines->placed(table.error());
  return {{*std::move(lines), *std::move(table)}};
}

Result<void> read_equity(const std::string& path, report::RunBuilder& builder) {
  auto file = open_table(path, report::equity_table);
  if (!file) return std::unexpected(file.error());
  return for_each_line(file->lines, [&](std::string_view line) -> Result<void> {
    const auto row = report::equity_row(file->table, line);
    return row ? builder.add(*row) : std::unexpected(row.error());
  });
}

// Lines of marks.csv, one a fill, in its order; fills count from 0 or from 1.
class MarkLines {
 public:
  static Result<MarkLines> open(const std::string& path) {
    MarkLines made;
    if (is_missing(path)) return made;
    auto file = open_table(path, report::marks_table);
    if (!file) return std::unexpected(file.error());
    made.file_.emplace(*std::move(file));
    return made;
  }
  // Of the next fill; nullptr: the run has no marks.
  Result<const report::MarksRow*> next() {
    if (!file_) return nullptr;
    const auto line = file_->lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return file_->lines.placed({ErrorCode::kBadInput, "it ends before fills.csv does: one of them is cut"});
    auto row = report::marks_row(file_->table, **line);
    if (!row) return file_->lines.placed(row.error());
    if (!first_) first_ = row->fill_number;
    if (*first_ > 1 || row->fill_number != *first_ + count_) {
      return file_->lines.placed(
          {ErrorCode::kBadInput, fmt::format("fill_number {} is not that of the next fill: lines "
                                             "are to be those of fills.csv, one by one",
                                             row->fill_number)});
    }
    ++count_;
    row_ = *std::move(row);
    return &row_;
  }
  Result<void> end() {
    if (!file_) return {};
    const auto line = file_->lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return {};
    return file_->lines.placed({ErrorCode::kBadInput, "it has more lines than fills.csv: one of them is cut"});
  }

 private:
  std::optional<OpenTable<report::CsvTable>> file_;
  std::optional<std::uint64_t> first_;
  std::uint64_t count_ = 0;
  report::MarksRow row_;
};

Result<void> read_fills(const std::string& path, const std::string& marks_path, report::RunBuilder& builder) {
  auto file = open_table(path, report::fills_table);
  if (!file) return std::unexpected(file.error());
  auto marks = MarkLines::open(marks_path);
  if (!marks) return std::unexpected(marks.error());
  while (true) {
    const auto line = file->lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return marks->end();
    const auto fill = report::fill_row(file->table, **line);
    if (!fill) return file->lines.placed(fill.error());
    const auto its_marks = marks->next();
    if (!its_marks) return std::unexpected(its_marks.error());
    if (const Result<void> added = builder.add(*fill, *its_marks); !added) return file->lines.placed(added.error());
  }
}

Result<void> read_orders(const std::string& path, report::RunBuilder& builder) {
  if (is_missing(path)) return {};
  auto file = open_table(path, report::orders_table);
  if (!file) return std::unexpected(file.error());
  return for_each_line(file->lines, [&](std::string_view line) -> Result<void> {
    const auto row = report::order_row(file->table, line);
    return row ? builder.add(*row) : std::unexpected(row.error());
  });
}

Result<void> read_books(const std::string& path, report::RunBuilder& builder) {
  if (is_missing(path)) return {};
  auto file = open_table(path, report::books_table);
  if (!file) return std::unexpected(file.error());
  return for_each_line(file->lines, [&](std::string_view line) -> Result<void> {
    const auto row = report::book_row(file->table, line);
    return row ? builder.add(*row) : std::unexpected(row.error());
  });
}

// Empty: run.json says none.
std::string identity_of(const report::RunFacts& facts) {
  const auto id = std::ranges::find(facts.run, "id", &report::Fact::path);
  return id == facts.run.end() ? std::string() : id->text;
}

Result<report::RunFacts> read_facts(const std::string& dir) {
  if (is_missing(dir)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: there is no such folder: give the one that acts backtest --out made", dir));
  }
  std::error_code error;
  if (!fs::is_directory(dir, error)) {
    return fail(ErrorCode::kUsage, fmt::format("{}: it is no folder: give the one that acts backtest --out made, or a "
                                               "table of acts sweep, .csv or .parquet",
                                               dir));
  }
  const std::string path = (fs::path(dir) / backtest::kRunName).string();
  const auto json = read_whole_file(path, kMostJsonBytes);
  if (!json) return std::unexpected(json.error());
  auto facts = report::parse_run_facts(*json);
  if (!facts) return fail(facts.error().code, fmt::format("{}: {}", path, facts.error().message));
  return facts;
}

// `facts`: of its run.json.
Result<report::RunReport> read_rows(const std::string& dir, report::RunFacts facts, const RunChoice& choice) {
  const auto path = [&dir](std::string_view name) { return (fs::path(dir) / name).string(); };
  if (const auto chosen = report::choose_asset(facts, choice.asset); !chosen) {
    return fail(chosen.error().code, fmt::format("{}: {}", path(backtest::kRunName), chosen.error().message));
  }
  const fs::path whole = fs::absolute(dir).lexically_normal();
  const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  report::RunBuilder builder(name, std::move(facts), choice.capital, choice.listed);
  if (const auto read = read_equity(path(backtest::kEquityName), builder); !read) return std::unexpected(read.error());
  if (const auto read = read_fills(path(backtest::kFillsName), path(backtest::kMarksName), builder); !read) {
    return std::unexpected(read.error());
  }
  if (const auto read = read_orders(path(backtest::kOrdersName), builder); !read) return std::unexpected(read.error());
  // Whose books they are tells orders.csv.
  const bool has_orders = !is_missing(path(backtest::kOrdersName));
  if (const auto read = has_orders ? read_books(path("books.csv"), builder) : Result<void>(); !read) {
    return std::unexpected(read.error());
  }
  auto run = builder.finish();
  if (!run) return fail(run.error().code, fmt::format("{}: {}", dir, run.error().message));
  return run;
}

}  // namespace

Result<report::RunReport> read_run_folder(const std::string& dir, const RunChoice& choice) {
  auto facts = read_facts(dir);
  if (!facts) return std::unexpected(facts.error());
  const std::string identity = identity_of(*facts);
  auto run = read_rows(dir, *std::move(facts), choice);
  if (!run) return run;
  for (const backtest::Scenario& scenario : backtest::kScenarios) {
    const std::string folder = (fs::path(dir) / scenario.folder).string();
    if (is_missing(folder)) continue;
    auto its_facts = read_facts(folder);
    if (!its_facts) return std::unexpected(its_facts.error());
    // Of a run before, whose folder this was.
    if (identity_of(*its_facts) != identity) continue;
    auto other = read_rows(folder, *std::move(its_facts), choice);
    if (!other) return other;
    other->name = scenario.name;
    run->scenarios.push_back(*std::move(other));
  }
  return run;
}

Result<report::Benchmark> read_benchmark(const std::string& path) {
  auto file = open_table(path, report::BenchmarkTable::open);
  if (!file) return std::unexpected(file.error());
  const auto read = for_each_line(file->lines, [&](std::string_view line) { return file->table.add(line); });
  if (!read) return std::unexpected(read.error());
  return std::move(file->table).take(fs::path(path).filename().string());
}

Result<report::HeatTable> read_sweep(const std::string& path, const std::vector<std::string>& columns) {
  auto file = open_table(path, [&columns](std::string_view header) {
    return report::ParameterTable::open(header, columns[0], columns[1], columns[2]);
  });
  if (!file) return std::unexpected(file.error());
  const auto read = for_each_line(file->lines, [&](std::string_view line) { return file->table.add(line); });
  if (!read) return std::unexpected(read.error());
  return file->table.table();
}

}  // namespace acts::cli
