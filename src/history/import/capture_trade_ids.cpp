#include "history/import/capture_trade_ids.hpp"

#include <fmt/format.h>

#include <ranges>

namespace acts::history {

Result<std::int64_t> CaptureTradeIds::number(std::string_view instrument, std::string_view id, std::int64_t sequence) {
  if (id.size() > kMostIdBytes) {
    return fail(ErrorCode::kBadInput, fmt::format("a trade's id is longer than {} bytes", kMostIdBytes));
  }
  if (sequence < 0 || sequence >= INT64_MAX / kMostASequence) {
    return fail(ErrorCode::kBadInput, fmt::format("a trade's seq, {}, is too large to number it by", sequence));
  }
  std::string key = fmt::format("{}\n{}", instrument, id);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  const auto last = last_.find(instrument);
  if (last == last_.end() && last_.size() == kMostInstruments) {
    return fail(ErrorCode::kBadInput, fmt::format("more than {} instruments have trades", kMostInstruments));
  }
  const Last before = last == last_.end() ? Last{} : last->second;
  if (sequence < before.sequence || (sequence == before.sequence && before.is_over)) {
    return fail(ErrorCode::kBadInput,
                fmt::format("a trade's seq, {}, is over at {}, and its id is none of the last ones", sequence,
                            before.sequence));
  }
  const Last now{.sequence = sequence, .count = sequence == before.sequence ? before.count + 1 : 0};
  if (now.count == kMostASequence) {
    return fail(ErrorCode::kBadInput, fmt::format("more than {} trades have one seq", kMostASequence));
  }
  undo_.emplace_back(instrument, last == last_.end() ? std::nullopt : std::optional(before));
  last_.insert_or_assign(std::string(instrument), now);
  order_.push_back(known_.emplace(std::move(key), sequence * kMostASequence + now.count).first);
  ++new_;
  return order_.back()->second;
}

void CaptureTradeIds::keep() {
  new_ = 0;
  undo_.clear();
  while (order_.size() > kMostKnown) let_go_of_oldest();
}

void CaptureTradeIds::let_go_of_oldest() {
  const auto& [key, number] = *order_.front();
  const auto last = last_.find(std::string_view(key).substr(0, key.find('\n')));
  if (last != last_.end() && last->second.sequence == number / kMostASequence) last->second.is_over = true;
  known_.erase(order_.front());
  order_.pop_front();
}

void CaptureTradeIds::forget() {
  for (; new_ > 0; --new_) {
    known_.erase(order_.back());
    order_.pop_back();
  }
  for (const auto& [instrument, last] : std::views::reverse(undo_)) {
    if (last) {
      last_.insert_or_assign(instrument, *last);
    } else {
      last_.erase(last_.find(instrument));
    }
  }
  undo_.clear();
}

}  // namespace acts::history
