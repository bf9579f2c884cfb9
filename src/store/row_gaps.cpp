#include "store/row_gaps.hpp"

#include <algorithm>
#include <utility>

namespace acts {
namespace {

std::size_t column_of(const RowSchema& schema, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(schema.columns, name, &Column::name) - schema.columns.begin());
}

}  // namespace

GapFinder::GapFinder(const RowSchema& schema, std::optional<UnixNanos> from, std::optional<UnixNanos> to)
    : state_column_(column_of(schema, "state")), reason_column_(column_of(schema, "reason")), from_(from), to_(to) {}

std::string GapFinder::text_of(const MinuteRow& row, std::size_t column) const {
  const auto* const text = column < row.values.size() ? std::get_if<std::string>(&row.values[column]) : nullptr;
  return text != nullptr ? *text : "";
}

std::vector<RowGap> GapFinder::add(const MinuteRow& row) {
  const bool is_next = last_ && last_->venue() == row.venue() && last_->symbol() == row.symbol();
  if (!is_next) end_symbol();
  std::optional<UnixNanos> expected;
  if (is_next) expected = last_->sample_time() + kMinute;
  // The first boundary that is not before it.
  if (!is_next && from_) expected = next_multiple(*from_ - Nanos{1}, kMinute);
  if (expected && *expected < row.sample_time()) put(row, *expected, row.sample_time() - kMinute, "missing", "");
  if (const std::string state = text_of(row, state_column_); state != "live") {
    put(row, row.sample_time(), row.sample_time(), state, text_of(row, reason_column_));
  }
  last_ = row;
  return std::exchange(ended_, {});
}

std::vector<RowGap> GapFinder::finish() {
  end_symbol();
  return std::exchange(ended_, {});
}

void GapFinder::end_symbol() {
  if (last_ && to_) {
    const UnixNanos end = floor_to(*to_ - Nanos{1}, kMinute);
    const UnixNanos next = last_->sample_time() + kMinute;
    if (next <= end) put(*last_, next, end, "missing", "");
  }
  if (open_) ended_.push_back(*std::exchange(open_, std::nullopt));
  last_.reset();
}

void GapFinder::put(const MinuteRow& row, UnixNanos first, UnixNanos last, std::string state, std::string reason) {
  const bool goes_on = open_ && open_->state == state && open_->reason == reason && open_->last + kMinute == first;
  if (goes_on) {
    open_->last = last;
    return;
  }
  if (open_) ended_.push_back(std::move(*open_));
  open_ = RowGap{row.venue(), row.symbol(), first, last, std::move(state), std::move(reason)};
}

}  // namespace acts
