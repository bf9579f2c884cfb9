#include "history/export/fused_depth.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace acts::history {
namespace {

HftEvent level_event(const HftEvent& of, double px, double qty) {
  HftEvent level = of;
  level.ev = (of.ev & ~hft::kWhat) | hft::kDepth;
  level.px = px;
  level.qty = qty;
  level.ival = 0;
  return level;
}

}  // namespace

Result<bool> FusedDepth::next(HftEvent& event) {
  while (taken_ == out_.size()) {
    out_.clear();
    taken_ = 0;
    HftEvent read;
    const Result<bool> there = source_->next(read);
    if (!there || !*there) return there;
    take(read);
  }
  event = out_[taken_++];
  return true;
}

void FusedDepth::take(const HftEvent& event) {
  const bool is_bid = (event.ev & hft::kBuy) != 0;
  BookSide& side = sides_[is_bid ? 0 : 1];
  const double key = is_bid ? -event.px : event.px;
  switch (event.ev & hft::kWhat) {
    case hft::kBest: return take_best(event, side, key);
    case hft::kDepth:
    case hft::kSnapshot: return take_level(event, side, key);
    case hft::kClear: clear(side, event, key); break;
    default: break;
  }
  out_.push_back(event);
  out_.back().ival = 0;
}

void FusedDepth::clear(BookSide& side, const HftEvent& event, double key) {
  depth_id_ = event.ival;
  side.best_id = -1;
  const auto end = std::isinf(event.px) ? side.levels.end() : side.levels.upper_bound(key);
  side.levels.erase(side.levels.begin(), end);
}

void FusedDepth::take_level(const HftEvent& event, BookSide& side, double key) {
  depth_id_ = std::max(depth_id_, event.ival);
  if (event.ival < side.best_id && key <= side.best) {
    ++left_out_;
    return;
  }
  if (event.qty > 0) {
    side.levels[key] = event.qty;
  } else {
    side.levels.erase(key);
  }
  out_.push_back(event);
  out_.back().ival = 0;
}

void FusedDepth::take_best(const HftEvent& event, BookSide& side, double key) {
  const bool is_usable = event.px > 0 && event.qty > 0;  // an empty side has none
  if (!is_usable) return;
  if (event.ival < depth_id_ || event.ival < side.best_id) {
    ++left_out_;
    return;
  }
  side.best = key;
  side.best_id = event.ival;
  while (!side.levels.empty() && side.levels.begin()->first < key) {
    out_.push_back(level_event(event, std::abs(side.levels.begin()->first), 0));
    side.levels.erase(side.levels.begin());
  }
  double& quantity = side.levels[key];
  if (quantity == event.qty) return;
  quantity = event.qty;
  out_.push_back(level_event(event, event.px, event.qty));
}

}  // namespace acts::history
