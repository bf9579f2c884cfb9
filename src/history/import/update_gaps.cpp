#include "history/import/update_gaps.hpp"

#include <algorithm>
#include <variant>

namespace acts::history {

void UpdateGaps::take(const SeenMessage& seen) {
  if (const auto* update = std::get_if<DepthUpdate>(&seen.message.body)) {
    if (seen.symbol == symbol_) take(*update, seen.line.ts_recv);
    return;
  }
  const auto* snapshot = std::get_if<DepthSnapshot>(&seen.message.body);
  const bool may_be_ours = seen.symbol.empty() || seen.symbol == symbol_;
  if (snapshot == nullptr || !may_be_ours || gaps_.empty() || snapshots_.size() == kMostSnapshots) return;
  take(snapshot->last_update_id, seen.line.ts_recv);
  if (!seen.symbol.empty()) return;
  snapshots_.back().file = seen.line.file;
  snapshots_.back().line = seen.line.line_number;
}

void UpdateGaps::take(const DepthUpdate& update, UnixNanos ts_recv) {
  if (known_.is_new(update.last_update_id.value())) take_update(update, ts_recv);
}

void UpdateGaps::take(UpdateId snapshot, UnixNanos ts_recv) {
  if (gaps_.empty() || snapshots_.size() == kMostSnapshots) return;
  snapshots_.push_back({.at = ts_recv, .id = snapshot});
}

// The venues' pages: USD-M tells the id before ("pu"), spot counts on by one.
void UpdateGaps::take_update(const DepthUpdate& update, UnixNanos ts) {
  const UpdateId before =
      venue_ == Venue::kBinanceUsdm ? update.previous_last_update_id : update.first_update_id.previous();
  // What is older than the last one came late over another connection.
  if (last_ && update.last_update_id < *last_) return;
  if (last_ && before > *last_) {
    ++count_;
    if (gaps_.size() < kMostGaps) {
      gaps_.push_back(
          {.from = last_at_, .at = ts, .last_before = *last_, .first_after = update.first_update_id, .healed_at = {}});
    }
  }
  last_ = update.last_update_id;
  last_at_ = ts;
}

void UpdateGaps::finish(const RecordingContents& contents) {
  const auto is_ours = [&](const Snapshot& snapshot) {
    if (snapshot.file.empty()) return true;
    const auto told = contents.answers.find({snapshot.file, snapshot.line});
    return told != contents.answers.end() && told->second == symbol_;
  };
  std::erase_if(snapshots_, [&](const Snapshot& snapshot) { return !is_ours(snapshot); });
  for (UpdateGap& gap : gaps_) {
    const auto healing = std::ranges::find_if(snapshots_, [&gap](const Snapshot& snapshot) {
      return snapshot.at >= gap.from && snapshot.id >= gap.first_after.previous();
    });
    if (healing != snapshots_.end()) gap.healed_at = std::max(healing->at, gap.at);
  }
}

}  // namespace acts::history
