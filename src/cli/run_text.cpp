#include "cli/run_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/ratio.hpp"

#include "backtest/run_folder.hpp"
#include "cli/run_columns.hpp"
#include "history/engine/select.hpp"
#include "history/output_file.hpp"
#include "history/query/result_text.hpp"
#include "report/statistics/exact.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

using Cells = history::ResultCells;

history::CellForm form_of_kind(RunColumnKind kind) {
  switch (kind) {
    case RunColumnKind::kDecimal: return history::CellForm::kExact;
    case RunColumnKind::kReal: return history::CellForm::kNumber;
    case RunColumnKind::kWhole: return history::CellForm::kWhole;
    case RunColumnKind::kText:
    case RunColumnKind::kTime: break;
  }
  return history::CellForm::kText;
}

// JSON has narrower ideas of a number than the files: no "007", no ".5".
template <typename Number>
Number number_of(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::string> cell_of(RunColumnKind kind, std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (kind == RunColumnKind::kReal) return shortest_text(number_of<double>(text));
  if (kind == RunColumnKind::kWhole) return fmt::format("{}", number_of<std::int64_t>(text));
  return std::string(text);
}

class TextTable {
 public:
  static Result<TextTable> create(FileOps& ops, const std::string& folder, std::string_view name, RunTextForm form,
                                  std::vector<history::SelectColumn> columns) {
    const char* const ending = form == RunTextForm::kCsv ? "csv" : "json";
    auto file = history::OutputFile::create(ops, fmt::format("{}/{}.{}", folder, name, ending));
    if (!file) return std::unexpected(file.error());
    TextTable table(*std::move(file), form, std::move(columns));
    if (form == RunTextForm::kCsv) history::append_csv_header(table.text_, table.columns_);
    if (const Result<void> written = table.file_.write(table.text_); !written) return std::unexpected(written.error());
    return table;
  }
  Result<void> add(const Cells& cells) {
    text_.clear();
    if (form_ == RunTextForm::kCsv) {
      history::append_csv_row(text_, cells);
    } else {
      history::append_json_row(text_, columns_, cells);
    }
    return file_.write(text_);
  }
  Result<void> finish() { return file_.finish(); }

 private:
  TextTable(history::OutputFile file, RunTextForm form, std::vector<history::SelectColumn> columns)
      : file_(std::move(file)), form_(form), columns_(std::move(columns)) {}

  history::OutputFile file_;
  RunTextForm form_;
  std::vector<history::SelectColumn> columns_;
  std::string text_;
};

struct TextSource {
  RunFile file;
  TextTable table;
};

// What was held of each instrument when its samples begin, and from then on.
class HeldPositions {
 public:
  void begin(std::string_view instrument, const std::optional<Decimal>& position) {
    if (!held_.contains(instrument)) held_.emplace(std::string(instrument), position);
  }
  // Nothing: beyond exact numbers.
  std::optional<Decimal> add(std::string_view instrument, const std::optional<Decimal>& change) {
    begin(instrument, Decimal{});
    std::optional<Decimal>& position = held_.find(instrument)->second;
    position = position && change ? report::sum(*position, *change) : std::nullopt;
    return position;
  }

 private:
  std::map<std::string, std::optional<Decimal>, std::less<>> held_;
};

Decimal decimal_at(const RunFile& file, std::size_t column) {
  const std::string_view text = column == SIZE_MAX ? std::string_view() : file.field(column);
  return text.empty() ? Decimal{} : parse_decimal(text).value_or(Decimal{});
}

class RunTextWriter {
 public:
  RunTextWriter(FileOps& ops, std::string run, std::string output, RunTextForm form)
      : ops_(&ops), run_(std::move(run)), output_(std::move(output)), form_(form) {}

  Result<void> write_all() {
    std::error_code error;
    const bool has_orders = fs::exists(path_of(backtest::kOrdersName), error);
    auto equity = open("equity", backtest::kEquityName, kNeededOfEquity);
    if (!equity) return std::unexpected(equity.error());
    auto fills = open("fills", backtest::kFillsName, kNeededOfFills);
    if (!fills) return std::unexpected(fills.error());
    using history::CellForm;
    auto positions = TextTable::create(*ops_, output_, "positions", form_,
                                       {{"fill_number", CellForm::kWhole},
                                        {"time", CellForm::kText},
                                        {"instrument", CellForm::kText},
                                        {"change", CellForm::kExact},
                                        {"position", CellForm::kExact}});
    if (!positions) return std::unexpected(positions.error());
    if (Result<void> written = write_equity(*equity); !written) return written;
    if (Result<void> written = write_fills(*fills, *positions); !written) return written;
    std::vector<TextTable*> tables{&equity->table, &fills->table, &positions.value()};
    std::optional<TextSource> orders;
    if (has_orders) {
      auto opened = open("orders", backtest::kOrdersName, kNeededOfOrders);
      if (!opened) return std::unexpected(opened.error());
      orders.emplace(*std::move(opened));
      const auto nothing = [](const RunFile&) { return Result<void>(); };
      if (Result<void> written = copy(*orders, nothing); !written) return written;
      tables.push_back(&orders->table);
    }
    for (TextTable* const table : tables) {
      if (Result<void> placed = table->finish(); !placed) return placed;
    }
    if (has_orders) return {};
    return remove_of_another_run(*ops_,
                                 fmt::format("{}/orders.{}", output_, form_ == RunTextForm::kCsv ? "csv" : "json"));
  }

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const { return (fs::path(run_) / name).string(); }

  Result<TextSource> open(std::string_view name, std::string_view file_name, std::span<const std::string_view> needed) {
    auto file = RunFile::open(path_of(file_name), needed);
    if (!file) return std::unexpected(file.error());
    std::vector<history::SelectColumn> columns;
    for (const RunColumn& column : file->columns()) columns.push_back({column.name, form_of_kind(column.kind)});
    auto table = TextTable::create(*ops_, output_, name, form_, std::move(columns));
    if (!table) return std::unexpected(table.error());
    return TextSource{*std::move(file), *std::move(table)};
  }

  // `look`: what else is made of a row.
  template <typename Look>
  Result<void> copy(TextSource& source, Look look) {
    Cells cells(source.file.columns().size());
    while (true) {
      const Result<bool> has_row = source.file.next();
      if (!has_row) return std::unexpected(has_row.error());
      if (!*has_row) return {};
      for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i] = cell_of(source.file.columns()[i].kind, source.file.field(i));
      }
      if (Result<void> added = source.table.add(cells); !added) return added;
      if (Result<void> looked = look(source.file); !looked) return looked;
    }
  }

  Result<void> write_equity(TextSource& equity) {
    const std::size_t instrument = equity.file.place_of("instrument");
    const std::size_t position = equity.file.place_of("position");
    return copy(equity, [&](const RunFile& file) {
      held_.begin(file.field(instrument), decimal_at(file, position));
      return Result<void>();
    });
  }

  // A fee in the base asset is held no more.
  Result<void> write_fills(TextSource& fills, TextTable& positions) {
    const std::size_t time = fills.file.place_of("time");
    const std::size_t instrument = fills.file.place_of("instrument");
    const std::size_t side = fills.file.place_of("side");
    const std::size_t quantity = fills.file.place_of("quantity");
    const std::size_t base_fee = fills.file.place_of("base_fee");
    std::uint64_t number = 0;
    return copy(fills, [&](const RunFile& file) -> Result<void> {
      const Decimal size = decimal_at(file, quantity);
      const Decimal signed_size = file.field(side) == "buy" ? size : report::negated(size);
      const std::optional<Decimal> change = report::difference(signed_size, decimal_at(file, base_fee));
      const std::optional<Decimal> position = held_.add(file.field(instrument), change);
      if (!change || !position) {
        return file.placed({ErrorCode::kBadInput, "the position behind it is beyond exact numbers of 38 digits"});
      }
      return positions.add({fmt::format("{}", ++number), std::string(file.field(time)),
                            std::string(file.field(instrument)), to_string(*change), to_string(*position)});
    });
  }

  FileOps* ops_;
  std::string run_;
  std::string output_;
  RunTextForm form_;
  HeldPositions held_;
};

}  // namespace

Result<void> write_run_text(FileOps& ops, const std::string& run, const std::string& output, RunTextForm form) {
  std::error_code error;
  if (!fs::is_directory(run, error)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: there is no such folder: give the one that acts backtest --out made", run));
  }
  if (form == RunTextForm::kCsv && fs::exists(fs::path(output) / backtest::kRunName, error)) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: it is the folder of a run, whose files would be replaced: give another", output));
  }
  if (const int status = ops.make_directories(output); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", output, std::strerror(-status)));
  }
  return RunTextWriter(ops, run, output, form).write_all();
}

}  // namespace acts::cli
