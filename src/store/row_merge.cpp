#include "store/row_merge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

// 0 where it is not known.
std::int64_t count_of(const MinuteRow& row, const RowSchema& schema, std::string_view name) {
  const auto column = std::ranges::find(schema.columns, name, &Column::name);
  if (column == schema.columns.end()) return 0;
  const Value& value = row.values[static_cast<std::size_t>(column - schema.columns.begin())];
  const auto* const count = std::get_if<std::int64_t>(&value);
  return count == nullptr ? 0 : *count;
}

// Of all bands together, in billionths: a sum of doubles would depend on the order of the columns.
std::int64_t coverage_of(const MinuteRow& row, const RowSchema& schema) {
  constexpr double kUnit = 1e9;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const auto* const share = std::get_if<double>(&row.values[i]);
    if (share != nullptr && schema.columns[i].name.starts_with("coverage_")) sum += std::llround(*share * kUnit);
  }
  return sum;
}

// Larger is better.
auto worth_of(const MinuteRow& row, const RowSchema& schema) {
  return std::tuple(trust_of(row, schema), -count_of(row, schema, "gap_ms"), coverage_of(row, schema),
                    -std::ranges::count(row.values, Value{}), count_of(row, schema, "updates"));
}

// Two stores may have the same columns in another order.
std::string text_by_name(const MinuteRow& row, const RowSchema& schema) {
  RowSchema by_name = schema;
  std::ranges::sort(by_name.columns, {}, &Column::name);
  std::string text;
  append_json(text, by_name, in_columns(row, schema, by_name));
  return text;
}

}  // namespace

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
  const auto ours = worth_of(first, schema);
  const auto theirs = worth_of(second, schema);
  const bool is_second = ours != theirs ? theirs > ours : text_by_name(second, schema) < text_by_name(first, schema);
  return is_second ? Choice::kSecond : Choice::kFirst;
}

}  // namespace acts
