#include "history/export/hft_messages.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "acts/base/ratio.hpp"

namespace acts::history {
namespace {

double to_double(std::int64_t units, int scale) { return nearest_double(units, power_of_ten(scale)); }

}  // namespace

Result<bool> HftMessages::next(HftEvent& event) {
  while (taken_ == events_.size()) {
    events_.clear();
    taken_ = 0;
    const auto got = messages_.next();
    if (!got) return std::unexpected(got.error());
    if (*got == RecordedMessages::Got::kEnd) return false;
    if (*got == RecordedMessages::Got::kMessage) {
      take_message();
    } else if (on_problem_) {
      on_problem_(messages_.problem());
    }
  }
  event = events_[taken_++];
  return true;
}

void HftMessages::take_message() {
  if (messages_.ts_event()) ts_event_ = std::max(ts_event_.value_or(*messages_.ts_event()), *messages_.ts_event());
  const auto& body = messages_.message().body;
  if (const auto* update = std::get_if<DepthUpdate>(&body)) {
    add_levels(hft::kDepth | hft::kBuy, update->scales, update->bids);
    add_levels(hft::kDepth | hft::kSell, update->scales, update->asks);
  } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&body)) {
    add_side(hft::kBuy, snapshot->scales, snapshot->bids);
    add_side(hft::kSell, snapshot->scales, snapshot->asks);
  } else if (const auto* trade = std::get_if<Trade>(&body)) {
    if (!trade->market || trade->aggregate != (trades_ == Trades::kAggregated)) return;
    add(hft::kTrade | (trade->aggressor == AggressorSide::kBuy ? hft::kBuy : hft::kSell),
        to_double(trade->price.units(), trade->scales.price),
        to_double(trade->quantity.units(), trade->scales.quantity));
  }
}

void HftMessages::add(std::uint64_t ev, double px, double qty) {
  const UnixNanos latest = ts_event_.value_or(messages_.ts_recv());
  events_.push_back({.ev = ev,
                     .exch_ts = messages_.ts_event().value_or(latest).value,
                     .local_ts = messages_.ts_recv().value,
                     .px = px,
                     .qty = qty});
}

void HftMessages::add_levels(std::uint64_t ev, Scales scales, std::span<const Level> levels) {
  for (const Level& level : levels) {
    add(ev, to_double(level.price.units(), scales.price), to_double(level.quantity.units(), scales.quantity));
  }
}

// Of a snapshot: whatever was there as deep as it reaches is gone.
void HftMessages::add_side(std::uint64_t side, Scales scales, std::span<const Level> levels) {
  if (levels.empty()) return;
  const auto [lowest, highest] = std::ranges::minmax(levels, {}, &Level::price);
  const Price deepest = side == hft::kBuy ? lowest.price : highest.price;
  add(hft::kClear | side, to_double(deepest.units(), scales.price), 0);
  add_levels(hft::kSnapshot | side, scales, levels);
}

}  // namespace acts::history
