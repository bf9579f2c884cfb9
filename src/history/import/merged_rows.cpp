#include "history/import/merged_rows.hpp"

#include <fmt/format.h>

#include <compare>

#include "history/table/row_text.hpp"

namespace acts::history {
namespace {

// "open_time 2021-02-11T03:00:00.000Z", "ts_event …, percentage -5"
std::string key_text(const Kind& kind, const Row& row) {
  std::string text;
  for (std::size_t i = 0; i < kind.key_columns; ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", kind.columns[i].name, value_text(kind, row, i));
  }
  return text;
}

std::unexpected<Error> contradiction(const std::string& what) { return fail(ErrorCode::kBadInput, what); }

std::unexpected<Error> different_values(const Kind& kind, const Row& here, const Row& there) {
  std::size_t column = kind.key_columns;
  while (column + 1 < kind.columns.size() && here.values[column] == there.values[column] &&
         here.is_null(column) == there.is_null(column)) {
    ++column;
  }
  return contradiction(fmt::format("{}: {} is {} here, and {} in the catalog", key_text(kind, here),
                                   kind.columns[column].name, value_text(kind, here, column),
                                   value_text(kind, there, column)));
}

// By the time of receipt; the others' is unknown, or the same.
bool is_earlier(const Kind& kind, const Row& row, const Row& other) {
  const std::size_t column = kind.received_column;
  return column != 0 && !row.is_null(column) && row.values[column] < other.values[column];
}

}  // namespace

Result<bool> MergedRows::next(Row& row) {
  for (;;) {
    if (Result<void> filled = fill(*there_, old_); !filled) return std::unexpected(filled.error());
    if (Result<void> filled = fill(*here_, new_); !filled) return std::unexpected(filled.error());
    if (!old_.is_there && !new_.is_there) return false;
    const std::strong_ordering order = !old_.is_there   ? std::strong_ordering::greater
                                       : !new_.is_there ? std::strong_ordering::less
                                                        : compare_keys(*kind_, old_.row, new_.row);
    if (order == 0) return take_both(row);
    Side& next = order < 0 ? old_ : new_;
    if (!kind_->is_stream || !is_in_both_spans(next.row)) return take(next, row);
    if (!options_.replaces) {
      return contradiction(fmt::format("{}: {} has that row, {} has not, and both have rows around it",
                                       key_text(*kind_, next.row), order < 0 ? "the catalog" : "the file",
                                       order < 0 ? "the file" : "the catalog"));
    }
    if (order > 0) return take(new_, row);
    ++superseded_;
    old_.is_there = false;
  }
}

bool MergedRows::take(Side& side, Row& row) {
  row = side.row;
  side.is_there = false;
  return true;
}

Result<bool> MergedRows::take_both(Row& row) {
  old_.is_there = false;
  const bool is_same = tells_same(*kind_, old_.row, new_.row);
  if (!is_same && !options_.replaces) return different_values(*kind_, new_.row, old_.row);
  ++(is_same ? repeated_ : superseded_);
  if (!is_same) return take(new_, row);
  new_.is_there = false;
  const bool is_better = is_earlier(*kind_, new_.row, old_.row) || tells_more(new_.row, old_.row);
  return take(is_better ? new_ : old_, row);
}

bool MergedRows::is_in_both_spans(const Row& row) const {
  return options_.there.holds(row.integer(0)) && options_.here.holds(row.integer(0));
}

Result<void> MergedRows::fill(RowSource& source, Side& side) const {
  if (side.is_there || side.has_ended) return {};
  const Result<bool> there = source.next(side.row);
  if (!there) return std::unexpected(there.error());
  side.is_there = *there;
  side.has_ended = !*there;
  if (!*there) return {};
  options_.form == DecimalForm::kWide ? widen(*kind_, side.row) : narrow(*kind_, side.row);
  return {};
}

}  // namespace acts::history
