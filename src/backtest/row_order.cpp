#include "backtest/row_order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts::backtest {

Result<void> RowOrder::settle(bool is_end, std::vector<Placed>& out) {
  const auto is_before = [](const Placed& a, const Placed& b) {
    return a.row.ts != b.row.ts ? a.row.ts < b.row.ts : a.number < b.number;
  };
  if (!is_sorted_) std::ranges::sort(held_, is_before);
  is_sorted_ = true;
  auto settled = held_.end();
  if (!is_end) {
    const std::int64_t sure = latest_ - lateness_;
    settled = std::ranges::upper_bound(held_, sure, {}, [](const Placed& placed) { return placed.row.ts; });
  }
  out.insert(out.end(), held_.begin(), settled);
  held_.erase(held_.begin(), settled);
  if (held_.size() <= kMostHeld) return {};
  return fail(ErrorCode::kBadInput, fmt::format("times step back by {}, and {} rows wait to be put in order: leave out "
                                                "what is wrong there with from and to",
                                                acts::to_string(Nanos{lateness_}), held_.size()));
}

}  // namespace acts::backtest
