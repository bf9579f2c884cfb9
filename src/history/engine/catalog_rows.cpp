#include "history/engine/catalog_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/engine/parquet_writer.hpp"

namespace acts::history {
namespace {

// Of one form, that one statement reads: as long as it does, it takes some nine kilobytes for each.
constexpr std::size_t kMostFiles = 32;

std::string condition(const Kind& kind, const RowPeriod& period) {
  const TableColumn& time = kind.columns[kind.time_column];
  const auto moment = [&](std::int64_t micros) {
    return time.type == CellType::kNanos ? fmt::format("{}::HUGEINT * 1000", micros)
                                         : fmt::format("make_timestamp({})", micros);
  };
  std::string where;
  if (period.from != INT64_MIN) where += fmt::format(" WHERE {} >= {}", time.name, moment(period.from));
  if (period.to != INT64_MAX) {
    where += fmt::format(" {} {} < {}", where.empty() ? "WHERE" : "AND", time.name, moment(period.to));
  }
  return where;
}

// What DuckDB cannot read of the catalog's files is wrong with them, not with what was asked.
std::unexpected<Error> unreadable(const Error& error) {
  const bool is_of_files = error.code != ErrorCode::kCancelled && !error.message.starts_with("Out of Memory");
  if (!is_of_files) return std::unexpected(error);
  return fail(ErrorCode::kStorage, fmt::format("{}: acts catalog verify says what is wrong", error.message));
}

}  // namespace

CatalogRows::CatalogRows(Duck& duck, const CatalogPaths& paths, const std::vector<const CatalogFile*>& files,
                         const RowPeriod& period)
    : duck_(&duck), paths_(paths), set_(files.at(0)->set), period_(period) {
  ACTS_ASSERT(std::ranges::is_sorted(files, {}, &CatalogFile::day));
  ACTS_ASSERT(std::ranges::all_of(files, [this](const CatalogFile* file) { return file->set == set_; }));
  for (const CatalogFile* const file : files) {
    known_until_ = std::max(known_until_, file->last_time);
    if (file->last_time < period.from || file->first_time >= period.to) continue;
    form_ = std::max(form_, file->form);
    files_.add(*file);
  }
}

Result<void> CatalogRows::check_files() const {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::string path = paths_.file(files_.path(i));
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) continue;
    return fail(ErrorCode::kStorage, fmt::format("{}: {}: acts catalog verify says what is wrong", path,
                                                 error ? error.message() : "it is no file"));
  }
  return {};
}

Result<bool> CatalogRows::next(Row& row) {
  for (;;) {
    if (!rows_) {
      Result<bool> opened = open_next();
      if (!opened || !*opened) return opened;
    }
    const Result<bool> there = rows_->next(row);
    if (!there) return unreadable(there.error());
    if (*there) break;
    rows_.reset();
  }
  const std::int64_t key = row.integer(0);
  if (last_key_ && key < *last_key_) {
    return fail(ErrorCode::kStorage, fmt::format("{} {} {}: its files are not in order: acts catalog verify names them",
                                                 set_.kind->name, set_.venue, set_.symbol));
  }
  last_key_ = key;
  if (row.form != form_) widen(*set_.kind, row);
  return true;
}

// The next files that have one form and the same columns.
Result<bool> CatalogRows::open_next() {
  if (opened_ == files_.size()) return false;
  const DecimalForm form = files_.form(opened_);
  const std::size_t columns = files_.column_count(opened_);
  std::string list;
  for (std::size_t count = 0; count < kMostFiles && opened_ < files_.size(); ++count, ++opened_) {
    if (files_.form(opened_) != form || files_.column_count(opened_) != columns) break;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted_sql_text(paths_.file(files_.path(opened_))));
  }
  auto rows = open_query(*duck_, *set_.kind, form,
                         fmt::format("SELECT {} FROM read_parquet([{}], hive_partitioning = false){}",
                                     stored_columns(*set_.kind, columns), list, condition(*set_.kind, period_)));
  if (!rows) return unreadable(rows.error());
  rows_ = *std::move(rows);
  return true;
}

}  // namespace acts::history
