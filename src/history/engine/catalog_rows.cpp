#include "history/engine/catalog_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/catalog/day_overlap.hpp"
#include "history/engine/ordered_rows.hpp"
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
  std::string where = "true";
  if (period.from != INT64_MIN) where += fmt::format(" AND {} >= {}", time.name, moment(period.from));
  if (period.to != INT64_MAX) where += fmt::format(" AND {} < {}", time.name, moment(period.to));
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
  const CatalogFile* before = nullptr;
  for (const CatalogFile* const file : files) {
    known_until_ = std::max(known_until_, file->last_time);
    if (file->last_time < period.from || file->first_time >= period.to) continue;
    form_ = std::max(form_, file->form);
    if (before != nullptr && overlaps(*before, *file)) overlaps_.emplace(files_.size() - 1, before->last_key);
    files_.add(*file);
    before = file;
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
  if (overlaps_.contains(opened_) || (opened_ > 0 && overlaps_.contains(opened_ - 1))) return open_overlapping();
  const DecimalForm form = files_.form(opened_);
  const std::size_t columns = files_.column_count(opened_);
  std::string list;
  for (std::size_t count = 0; count < kMostFiles && opened_ < files_.size(); ++count, ++opened_) {
    if (files_.form(opened_) != form || files_.column_count(opened_) != columns) break;
    if (overlaps_.contains(opened_)) break;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted_sql_text(paths_.file(files_.path(opened_))));
  }
  auto rows = rows_of(list, opened_ - 1, "");
  if (!rows) return unreadable(rows.error());
  rows_ = *std::move(rows);
  return true;
}

// The next file, without those rows that have come with the one before, and with those of the next one that come before
// its last.
Result<bool> CatalogRows::open_overlapping() {
  const std::size_t file = opened_++;
  const auto before = file == 0 ? overlaps_.end() : overlaps_.find(file - 1);
  const std::string from = before == overlaps_.end() ? "" : key_condition(">", before->second);
  auto rows = rows_of(quoted_sql_text(paths_.file(files_.path(file))), file, from);
  if (!rows) return unreadable(rows.error());
  rows_ = *std::move(rows);
  const auto here = overlaps_.find(file);
  if (here == overlaps_.end()) return true;
  auto early =
      rows_of(quoted_sql_text(paths_.file(files_.path(file + 1))), file + 1, key_condition("<=", here->second));
  if (!early) return unreadable(early.error());
  rows_ = std::make_unique<OrderedRows>(*set_.kind, std::move(rows_), *std::move(early));
  return true;
}

std::string CatalogRows::key_condition(std::string_view relation, std::int64_t key) const {
  return fmt::format(" AND {} {} {}", set_.kind->columns[0].name, relation, key);
}

// `list`: of files that have the form and the columns of that one.
Result<std::unique_ptr<RowSource>> CatalogRows::rows_of(const std::string& list, std::size_t file,
                                                        std::string_view key) const {
  return open_query(
      *duck_, *set_.kind, files_.form(file),
      fmt::format("SELECT {} FROM read_parquet([{}], hive_partitioning = false) WHERE {}{}",
                  stored_columns(*set_.kind, files_.column_count(file)), list, condition(*set_.kind, period_), key));
}

}  // namespace acts::history
