#include "history/import/trade_gaps.hpp"

#include <algorithm>
#include <variant>

namespace acts::history {

void TradeGaps::take(const SeenMessage& seen) {
  const auto* trade = std::get_if<Trade>(&seen.message.body);
  if (trade == nullptr || seen.symbol != symbol_) return;
  const UnixNanos at = seen.line.ts_recv;
  take(trade->aggregate, {.first = trade->trade_id, .last = trade->trade_id, .first_at = at, .last_at = at});
}

void TradeGaps::take(bool is_aggregate, const Ids& ids) { (is_aggregate ? aggregated_ : single_).take(ids); }

// A second connection brings what the first has brought, or what it has missed.
void TradeGaps::Series::take(const Ids& ids) {
  if (last && ids.first <= *last) {
    take_late(ids.first, std::min(ids.last, *last));
    if (ids.last <= *last) return;
  } else if (last && ids.first - 1 != *last) {
    // Of any two numbers.
    const std::uint64_t count = static_cast<std::uint64_t>(ids.first) - static_cast<std::uint64_t>(*last) - 1;
    missing += count;
    if (gaps.size() < kMostGaps) {
      gaps.push_back(
          {.from = last_at, .at = ids.first_at, .last_before = *last, .first_after = ids.first, .missing = count});
    }
  }
  last = ids.last;
  last_at = ids.last_at;
}

void TradeGaps::Series::take_late(std::int64_t first, std::int64_t end) {
  if (gaps.empty() || end <= gaps.front().last_before || first >= gaps.back().first_after) return;
  // Ends below the last gap's end, before `id` could run over.
  for (std::int64_t id = std::max(first, gaps.front().last_before); id <= end; ++id) {
    const auto gap = std::ranges::upper_bound(gaps, id, {}, &TradeGap::first_after);
    if (gap == gaps.end()) return;
    if (id <= gap->last_before || !late.is_new(id)) continue;
    --missing;
    if (--gap->missing > 0) continue;
    gaps.erase(gap);
    if (gaps.empty()) return;
  }
}

}  // namespace acts::history
