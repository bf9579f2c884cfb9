#include "history/gap_trace.hpp"

#include <algorithm>
#include <utility>

namespace acts::history {
namespace {

constexpr UpdateId kNothingForgotten{-1};
constexpr std::string_view kDepthRequest = "depth";

}  // namespace

GapTrace::GapTrace(Venue venue, std::string_view symbol)
    : decoder_(venue), symbol_(decoder_.add(symbol, Scales{})), name_(symbol), sync_(venue) {}

void GapTrace::on_item(const RecordedItem& item) {
  if (const auto* line = std::get_if<RecordedLine>(&item)) {
    on_line(*line);
  } else {
    on_entry(std::get<IndexEntry>(item));
  }
}

void GapTrace::on_line(const RecordedLine& line) {
  now_ = std::max(now_, line.ts_recv);
  const bool is_answer = std::exchange(is_answer_, false);
  if (counts(line.ts_recv) && line.use != LineUse::kRepeated) ++messages_;
  if (line.use == LineUse::kHeld) return;
  const binance::Decoded message = decoder_.decode(line.json, is_answer ? symbol_ : binance::kNoInstrument);
  if (!message) {
    if (counts(line.ts_recv)) ++refused_;
    if (message.error().is_depth_update) on_lost(now_);
    return;
  }
  if (message->instrument != symbol_) return;
  if (const auto* update = std::get_if<DepthUpdate>(&message->body)) {
    // Without room for it the run's book, in sync, has refused it.
    const bool is_coarser = !update->scales.covers(decoder_.scales(symbol_));
    if (is_coarser && sync_.status().state == SyncState::kInSync) {
      if (counts(line.ts_recv)) ++refused_;
      return on_lost(now_);
    }
    decoder_.set_scales(symbol_, update->scales);
    on_update(*update, now_);
  } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&message->body); snapshot != nullptr && is_answer) {
    on_snapshot(snapshot->last_update_id, now_);
  }
}

void GapTrace::on_update(const DepthUpdate& update, UnixNanos ts) {
  const bool is_first = !sync_.has_event();
  const UpdateId before = sync_.last_update_id();
  const auto verdict =
      sync_.on_update({update.first_update_id, update.last_update_id, update.previous_last_update_id}, ts);
  if (!verdict) return on_lost(ts);
  if (*verdict == binance::UpdateVerdict::kStale) return;
  if (counts(ts)) ++updates_;
  const bool is_unsynced = sync_.status().state == SyncState::kSyncing;
  // What is read begins in the middle of a run that had its snapshot before: its updates continue that.
  if (is_first && is_unsynced && said_.empty()) sync_.on_snapshot(sync_.oldest_usable(), kNothingForgotten, ts);
  if (*verdict == binance::UpdateVerdict::kGap && before.value() >= 0) {
    open_gap(said_.empty() ? "sequence_gap" : said_, ts, update.first_update_id);
    if (is_listed_) gaps_.back().last_before = before;
  } else if (is_listed_ && is_open_ && !gaps_.back().first_after) {
    gaps_.back().first_after = update.first_update_id;
  }
  said_ = {};
  last_update_ = ts;
  if (waiting_ && sync_.pending_is_due()) on_snapshot(*waiting_, ts);
}

void GapTrace::on_lost(UnixNanos ts) {
  if (sync_.on_lost(ts)) open_gap("bad_message", ts, std::nullopt);
}

void GapTrace::on_snapshot(UpdateId snapshot, UnixNanos ts) {
  waiting_.reset();
  switch (sync_.on_snapshot(snapshot, kNothingForgotten, ts)) {
    case binance::SnapshotVerdict::kWait: waiting_ = snapshot; return;
    case binance::SnapshotVerdict::kTooOld: return;
    case binance::SnapshotVerdict::kRestart: open_gap("sequence_gap", ts, std::nullopt); return;
    case binance::SnapshotVerdict::kMerge: break;
  }
  if (counts(ts)) ++snapshots_;
  if (!std::exchange(is_open_, false) || !is_listed_) return;
  gaps_.back().healed_at = ts;
  gaps_.back().snapshot = snapshot;
}

void GapTrace::open_gap(std::string_view cause, UnixNanos ts, std::optional<UpdateId> first_after) {
  is_open_ = true;
  is_listed_ = counts(ts) && gaps_.size() < kMostGaps;
  if (counts(ts)) ++gap_count_;
  if (!is_listed_) return;
  gaps_.push_back({.cause = cause,
                   .at = ts,
                   .received_before = last_update_,
                   .last_before = sync_.last_update_id(),
                   .first_after = first_after});
}

void GapTrace::on_entry(const IndexEntry& entry) {
  if (const auto* answer = std::get_if<index::RestAnswer>(&entry.event)) {
    is_answer_ = answer->kind == kDepthRequest && answer->symbol == name_;
  } else if (const auto* audit = std::get_if<index::Audit>(&entry.event)) {
    if (!counts(entry.ts)) return;
    AuditCounts& sum = audits_.emplace(audits_.value_or(AuditCounts{}));
    sum.match += audit->match;
    sum.drift += audit->drift;
    sum.ghost += audit->ghost;
    sum.missed += audit->missed;
  } else if (const auto* timer = std::get_if<index::Timer>(&entry.event)) {
    // As the run did: a snapshot that waited for the stream is given up after a while.
    if (timer->symbol == name_ && entry.ts >= now_ && sync_.on_timeout(entry.ts)) waiting_.reset();
    now_ = std::max(now_, entry.ts);
  } else if (std::holds_alternative<index::RunStarted>(entry.event)) {
    said_ = "not_running";
  } else if (std::holds_alternative<index::StreamLost>(entry.event) && said_.empty()) {
    said_ = "connection_lost";
  }
}

}  // namespace acts::history
