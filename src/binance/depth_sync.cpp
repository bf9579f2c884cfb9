#include "binance/depth_sync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::binance {

DepthSync::DepthSync(Venue venue, Limits limits) : venue_(venue), limits_(limits) {}

void DepthSync::at(UnixNanos now) {
  ACTS_ASSERT(now >= now_);
  now_ = now;
}

bool DepthSync::is_at_rest() const {
  return has_snapshot_ && !gap_open_ && !lost_ && !pending_ && !wanted_ && !in_flight_ &&
         stale_run_.count < kRestartUpdates;
}

void DepthSync::forget_restarts() {
  stale_run_ = {};
  last_restart_.reset();
}

void DepthSync::resume(UpdateId last, bool is_snapshot) {
  *this = DepthSync(venue_, limits_);
  has_snapshot_ = true;
  has_event_ = !is_snapshot;
  snapshot_is_last_ = is_snapshot;
  last_ = oldest_usable_ = last;
}

// As with a first snapshot no event is there yet: one that comes without any is merged at once, as the stream may have
// nothing to say.
void DepthSync::resume_after_pause(UpdateId last, UnixNanos now) {
  resume(last, true);
  at(now);
  paused_ = true;
  ++counters_.gaps;
  gap_open_ = true;
  gap_reason_ = Reason::kNotRunning;
}

void DepthSync::on_stream_open(UnixNanos now) {
  at(now);
  if ((!has_snapshot_ || paused_) && !has_event_) quiet_deadline_ = now + limits_.quiet_start;
}

// Spot ids count every change: an update continues state u' if U <= u' + 1, [spot 5]. USD-M ids jump: only pu, the
// previous update's u, proves continuity, [usdm 5].
bool DepthSync::continues(UpdateId first, UpdateId previous) const {
  return venue_ == Venue::kBinanceUsdm ? previous <= last_ : first <= last_.next();
}

DepthSync::Continuity DepthSync::judge_spot(const DepthIds& ids) const {
  if (ids.last <= last_) return Continuity::kStale;  // [spot 4], [spot 5] u < id, and u == id: nothing new
  return continues(ids.first, ids.previous) ? Continuity::kContinues : Continuity::kGap;
}

DepthSync::Continuity DepthSync::judge_usdm(const DepthIds& ids) const {
  // [usdm 3] drop u < lastUpdateId; u == lastUpdateId is the bracketing update [usdm 4] and carries the chain on.
  if (snapshot_is_last_ ? ids.last < last_ : ids.last <= last_) return Continuity::kStale;
  return continues(ids.first, ids.previous) ? Continuity::kContinues : Continuity::kGap;
}

DepthSync::Continuity DepthSync::judge_update(const DepthIds& ids) const {
  return venue_ == Venue::kBinanceUsdm ? judge_usdm(ids) : judge_spot(ids);
}

bool DepthSync::is_stale(const DepthIds& ids) const {
  return (has_event_ || has_snapshot_) && judge_update(ids) == Continuity::kStale;
}

UpdateId DepthSync::state_before(const DepthIds& ids) const {
  return venue_ == Venue::kBinanceUsdm ? ids.previous : ids.first.previous();
}

Result<UpdateVerdict> DepthSync::on_update(const DepthIds& ids, UnixNanos now) {
  at(now);
  if (ids.first > ids.last) {
    return fail(ErrorCode::kBadInput,
                fmt::format("depth update with U {} above u {}", ids.first.value(), ids.last.value()));
  }
  // Such a pu would ask for a snapshot that the stream never reaches.
  if (venue_ == Venue::kBinanceUsdm && ids.previous > ids.last) {
    return fail(ErrorCode::kBadInput,
                fmt::format("depth update with pu {} above u {}", ids.previous.value(), ids.last.value()));
  }
  quiet_deadline_.reset();
  if (!has_event_ && !has_snapshot_) {
    // [spot 1] remember U of the first one; [usdm 1].
    has_event_ = true;
    oldest_usable_ = state_before(ids);
    last_ = ids.last;
    note_unsynced(ids.last);
    ask(SnapshotWanted::Why::kFirst);  // [spot 2], [usdm 2]
    return UpdateVerdict::kApply;
  }
  const Continuity continuity = judge_update(ids);
  has_event_ = true;
  if (continuity == Continuity::kStale) {
    ++counters_.stale;
    note_stale(ids, now);
    return UpdateVerdict::kStale;
  }
  stale_run_ = {};
  last_ = ids.last;
  snapshot_is_last_ = false;
  const bool was_lost = std::exchange(lost_, false);
  if (has_snapshot_) {
    ++counters_.applied;
  } else {
    note_unsynced(ids.last);
  }
  const bool was_paused = std::exchange(paused_, false);
  if (was_paused) ask(SnapshotWanted::Why::kGap);
  if (continuity == Continuity::kContinues) return UpdateVerdict::kApply;
  // [spot 5], [usdm 5] say "start over"; we keep the book and ask for a snapshot that is not older than the end of the
  // gap.
  oldest_usable_ = state_before(ids);
  if (was_lost || was_paused) return UpdateVerdict::kApply;  // this gap is known
  open_gap(Reason::kSequenceGap);
  return UpdateVerdict::kGap;
}

void DepthSync::open_gap(Reason reason) {
  if (has_snapshot_) {
    ++counters_.gaps;
    gap_open_ = true;
    gap_reason_ = reason;
  }
  ask(has_snapshot_ ? SnapshotWanted::Why::kGap : SnapshotWanted::Why::kFirst);
}

// Where the gap ends the next update will say. Until then a snapshot must at least be newer than what we hold.
bool DepthSync::on_lost(UnixNanos now) {
  at(now);
  if (lost_ || (!has_event_ && !has_snapshot_)) return false;
  lost_ = true;
  oldest_usable_ = last_.next();
  open_gap(Reason::kBadMessage);
  return true;
}

void DepthSync::note_stale(const DepthIds& ids, UnixNanos now) {
  const UpdateId before = state_before(ids);
  // Each comes once a connection: what another one has said already breaks no run.
  if (stale_run_.count > 0 && before >= stale_run_.before && ids.last <= stale_run_.last) return;
  if (stale_run_.count == 0 || before != stale_run_.last) stale_run_ = {before, ids.last, now, 0};
  stale_run_.last = ids.last;
  ++stale_run_.count;
  if (!may_have_restarted(now) || wanted_ || in_flight_ || pending_) return;
  if (last_restart_ && now - *last_restart_ < limits_.voluntary_interval) return;
  last_restart_ = now;
  ask(SnapshotWanted::Why::kGap);
}

bool DepthSync::may_have_restarted(UnixNanos now) const {
  return stale_run_.count >= kRestartUpdates && stale_run_.last.value() > 0 &&
         now - stale_run_.since >= limits_.restart_silence;
}

// The run's updates were dropped: the book continues behind the last of them, with a gap.
void DepthSync::restart(UnixNanos now) {
  ++counters_.restarts;
  last_ = oldest_usable_ = stale_run_.last;
  stale_run_ = {};
  has_event_ = true;
  snapshot_is_last_ = false;
  lost_ = false;
  unsynced_ = {};
  open_gap(Reason::kSequenceGap);
  failures_ = 0;
  retry_later(SnapshotWanted::Why::kTooOld, now);
}

SnapshotVerdict DepthSync::judge(UpdateId snapshot, UpdateId forgotten_upto, UnixNanos now) const {
  if (may_have_restarted(now) && snapshot < last_ && snapshot >= stale_run_.before) return SnapshotVerdict::kRestart;
  // [spot 3] older than the first U: fetch again
  if (snapshot < forgotten_upto || snapshot < oldest_usable_) return SnapshotVerdict::kTooOld;
  return has_event_ && snapshot > last_ ? SnapshotVerdict::kWait : SnapshotVerdict::kMerge;
}

SnapshotVerdict DepthSync::on_snapshot(UpdateId snapshot, UpdateId forgotten_upto, UnixNanos now, SnapshotUse use) {
  at(now);
  pending_.reset();
  wait_deadline_.reset();
  if (!in_flight_) asked_ = SnapshotWanted::Why::kRefresh;  // nobody here has asked: no reason to hurry with another
  const SnapshotVerdict verdict = judge(snapshot, forgotten_upto, now);
  switch (verdict) {
    case SnapshotVerdict::kRestart: restart(now); break;
    case SnapshotVerdict::kTooOld:
      ++counters_.too_old;
      too_old_seen_ = true;
      retry_later(has_snapshot_ && !gap_open_ ? asked_ : SnapshotWanted::Why::kTooOld, now);
      break;
    case SnapshotVerdict::kWait:
      pending_ = snapshot;
      pending_use_ = use;
      if (use == SnapshotUse::kMerge) answer_came();
      wait_deadline_ = now + limits_.wait_for_stream;
      break;
    case SnapshotVerdict::kMerge: merge_snapshot(snapshot); break;
  }
  return verdict;
}

void DepthSync::merge_snapshot(UpdateId snapshot) {
  answered();
  ++counters_.merged;
  if (!has_snapshot_) count_superseded(snapshot);  // [spot 4], [usdm 3]
  has_snapshot_ = true;
  gap_open_ = false;
  lost_ = false;
  paused_ = false;
  if (!has_event_) {
    last_ = std::max(last_, snapshot);
    snapshot_is_last_ = true;
  }
}

bool DepthSync::pending_is_due() const { return pending_ && *pending_ <= last_; }

void DepthSync::note_unsynced(UpdateId last) {
  ++counters_.applied;
  if (unsynced_.size() == kMaxUnsynced) {
    // The older half can only be stale by the time a usable snapshot comes.
    const auto half = static_cast<std::ptrdiff_t>(kMaxUnsynced / 2);
    unsynced_.erase(unsynced_.begin(), unsynced_.begin() + half);
    counters_.applied -= kMaxUnsynced / 2;
    counters_.stale += kMaxUnsynced / 2;
  }
  unsynced_.push_back(last);
}

void DepthSync::count_superseded(UpdateId snapshot) {
  const UpdateId upto = superseded_upto(snapshot);
  const auto superseded = std::ranges::count_if(unsynced_, [upto](UpdateId last) { return last <= upto; });
  counters_.applied -= static_cast<std::uint64_t>(superseded);
  counters_.stale += static_cast<std::uint64_t>(superseded);
  unsynced_ = {};
}

void DepthSync::ask(SnapshotWanted::Why why) {
  // A snapshot asked for before the gap may still be too old; it is judged when it comes.
  if (!wanted_ || *wanted_ >= SnapshotWanted::Why::kCrossed) wanted_ = why;
}

void DepthSync::answer_came() {
  in_flight_ = false;
  answer_deadline_.reset();
}

void DepthSync::answered() {
  answer_came();
  wanted_.reset();
  failures_ = 0;
  too_old_seen_ = false;
  quiet_deadline_.reset();
}

void DepthSync::retry_later(SnapshotWanted::Why why, UnixNanos now) {
  answer_came();
  Nanos delay = limits_.retry_first;
  for (std::uint32_t i = 0; i < failures_ && delay < limits_.retry_cap; ++i) delay *= 2;
  ++failures_;
  ask_not_before_ = now + std::min(delay, limits_.retry_cap);
  ask(why);
}

void DepthSync::on_snapshot_failed(UnixNanos now) {
  at(now);
  if (!in_flight_) return;
  const auto why = !has_snapshot_ ? SnapshotWanted::Why::kFirst : gap_open_ ? SnapshotWanted::Why::kGap : asked_;
  retry_later(why, now);
}

void DepthSync::want_snapshot(SnapshotWanted::Why why, UnixNanos now) {
  at(now);
  // A crossed book does not wait behind what was wanted for less.
  const bool is_more_urgent = (!wanted_ || why < *wanted_) && (!in_flight_ || why < asked_);
  const bool raises = why == SnapshotWanted::Why::kCrossed && is_more_urgent;
  if (pending_ || ((wanted_ || in_flight_) && !raises)) return;
  std::optional<UnixNanos>& granted = why == SnapshotWanted::Why::kCrossed ? last_crossed_ : last_voluntary_;
  const Nanos interval = why == SnapshotWanted::Why::kEdge ? limits_.edge_interval : limits_.voluntary_interval;
  if (granted && now - *granted < interval) return;
  granted = now;
  ask(why);
}

bool DepthSync::on_timeout(UnixNanos now) {
  at(now);
  if (quiet_deadline_ && now >= *quiet_deadline_) {
    quiet_deadline_.reset();
    ask(has_snapshot_ ? SnapshotWanted::Why::kGap : SnapshotWanted::Why::kFirst);
  }
  if (answer_deadline_ && now >= *answer_deadline_) on_snapshot_failed(now);
  if (!wait_deadline_ || now < *wait_deadline_) return false;
  ++counters_.gave_up_waiting;
  on_pending_failed(now);
  return true;
}

void DepthSync::on_pending_failed(UnixNanos now) {
  at(now);
  if (!pending_) return;
  wait_deadline_.reset();
  pending_.reset();
  if (pending_use_ == SnapshotUse::kAudit) return;
  in_flight_ = true;
  on_snapshot_failed(now);
}

std::optional<SnapshotWanted> DepthSync::poll_action(UnixNanos now) {
  at(now);
  if (!wanted_ || pending_) return std::nullopt;
  if (in_flight_) {
    if (*wanted_ >= asked_) return std::nullopt;
    asked_ = *wanted_;
    return SnapshotWanted{asked_};
  }
  if (now < ask_not_before_) return std::nullopt;
  in_flight_ = true;
  answer_deadline_ = now + limits_.answer_timeout;
  asked_ = *std::exchange(wanted_, std::nullopt);
  return SnapshotWanted{asked_};
}

std::optional<UnixNanos> DepthSync::next_deadline() const {
  std::optional<UnixNanos> next;
  const auto consider = [&next](std::optional<UnixNanos> deadline) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  };
  consider(quiet_deadline_);
  consider(answer_deadline_);
  consider(wait_deadline_);
  if (wanted_ && !in_flight_ && !pending_) consider(std::max(ask_not_before_, now_));
  return next;
}

SyncStatus DepthSync::status() const {
  if (!has_snapshot_) {
    return {SyncState::kSyncing, too_old_seen_ ? Reason::kSnapshotTooOld
                                 : has_event_  ? Reason::kNoSnapshot
                                               : Reason::kStarting};
  }
  if (gap_open_) return {SyncState::kSuspect, gap_reason_};
  return {SyncState::kInSync, Reason::kNone};
}

}  // namespace acts::binance
