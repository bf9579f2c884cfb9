#include "store/row_merge.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "acts/base/assert.hpp"

namespace acts {

RowSchema united(const RowSchema& first, const RowSchema& second) {
  RowSchema all = first;
  for (const Column& column : second.columns) {
    if (std::ranges::find(first.columns, column.name, &Column::name) == first.columns.end()) {
      all.columns.push_back({column.name, column.type, true});
    }
  }
  return all;
}

MinuteRow in_columns(const MinuteRow& row, const RowSchema& from, const RowSchema& to) {
  ACTS_ASSERT(row.values.size() == from.columns.size());
  MinuteRow moved;
  moved.values.reserve(to.columns.size());
  for (const Column& column : to.columns) {
    const auto same = std::ranges::find(from.columns, column.name, &Column::name);
    const bool is_there = same != from.columns.end() && same->type == column.type;
    moved.values.push_back(is_there ? row.values[static_cast<std::size_t>(same - from.columns.begin())] : Value{});
  }
  return moved;
}

int trust_of(const MinuteRow& row, const RowSchema& schema) {
  constexpr std::array<std::string_view, 5> kFromTheWorst{"syncing", "suspect", "stale", "halted", "live"};
  const auto column = std::ranges::find(schema.columns, "state", &Column::name);
  if (column == schema.columns.end()) return 0;
  const Value& value = row.values[static_cast<std::size_t>(column - schema.columns.begin())];
  const auto* const state = std::get_if<std::string>(&value);
  if (state == nullptr) return 0;
  const auto known = std::ranges::find(kFromTheWorst, *state);
  return known == kFromTheWorst.end() ? 0 : static_cast<int>(known - kFromTheWorst.begin()) + 1;
}

Choice choose(const MinuteRow& first, const MinuteRow& second, const RowSchema& schema) {
  if (first == second) return Choice::kSame;
  return trust_of(second, schema) > trust_of(first, schema) ? Choice::kSecond : Choice::kFirst;
}

}  // namespace acts
