#include "binance/book_builder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/rest.hpp"

namespace acts::binance {
namespace {

// As many decimals, of `from` to `upto`, as a value of so many units at `from` has room for.
std::uint8_t most_decimals(std::int64_t units, std::uint8_t from, std::uint8_t upto) {
  std::uint8_t decimals = from;
  while (decimals < upto && units <= std::numeric_limits<std::int64_t>::max() / power_of_ten(decimals + 1 - from)) {
    ++decimals;
  }
  return decimals;
}

// The finest scales up to `upto` at which all levels fit.
Scales most_decimals(std::span<const Level> bids, std::span<const Level> asks, Scales from, Scales upto) {
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  for (const std::span<const Level> side : {bids, asks}) {
    for (const Level& level : side) {
      price = std::max(price, level.price.units());
      quantity = std::max(quantity, level.quantity.units());
    }
  }
  return {most_decimals(price, from.price, upto.price), most_decimals(quantity, from.quantity, upto.quantity)};
}

std::vector<Level> rescaled(std::span<const Level> levels, Scales from, Scales to) {
  std::vector<Level> out;
  out.reserve(levels.size());
  for (const Level& level : levels) {
    std::int64_t price = level.price.units();
    std::int64_t quantity = level.quantity.units();
    const bool fits =
        shift_decimals(price, to.price - from.price) && shift_decimals(quantity, to.quantity - from.quantity);
    ACTS_ASSERT(fits);
    out.push_back({Price{price}, Quantity{quantity}});
  }
  return out;
}

constexpr UpdateId kNothing{-1};

Scales finer_of(Scales a, Scales b) { return {std::max(a.price, b.price), std::max(a.quantity, b.quantity)}; }

}  // namespace

BookBuilder::BookBuilder(Venue venue, Scales scales, Options options)
    : options_(options), book_(scales), sync_(venue, options.sync) {}

bool BookBuilder::is_at_rest() const { return sync_.is_at_rest() && !waiting_; }

SavedBook BookBuilder::saved() const {
  return {.book = book_.image(),
          .snapshot_is_last = !sync_.has_event(),
          .last_event_time = last_event_time_,
          .last_update_received = last_update_received_,
          .gap_event_time = gap_event_time_,
          .gaps = {gaps_.begin(), gaps_.end()}};
}

void BookBuilder::forget_past() {
  book_.forget_deletions();
  book_.tidy();
  sync_.forget_restarts();
}

void BookBuilder::resume(const SavedBook& saved) {
  book_ = OrderBook(saved.book);
  sync_.resume(saved.book.last_update_id, saved.snapshot_is_last);
  waiting_.reset();
  merged_limit_ = 0;
  last_audit_.reset();
  margin_low_.reset();
  margin_high_.reset();
  last_event_time_ = saved.last_event_time;
  last_update_received_ = saved.last_update_received;
  gap_event_time_ = saved.gap_event_time;
  gaps_ = {saved.gaps.begin(), saved.gaps.end()};
}

void BookBuilder::resume_after_pause(const SavedBook& saved, UnixNanos now) {
  resume(saved);
  sync_.resume_after_pause(saved.book.last_update_id, now);
  book_.mark_gap();
  note_gap(now);
}

Result<void> BookBuilder::come_to(Scales to, UpdateId expendable_upto) {
  const int price_decimals = book_.scales().price;
  if (Result<void> done = book_.rescale(to, expendable_upto); !done) return done;
  for (std::optional<std::int64_t>* margin : {&margin_low_, &margin_high_}) {
    if (*margin && !shift_decimals(**margin, to.price - price_decimals)) margin->reset();
  }
  return {};
}

// For a message that is to be applied. Behind one of many decimals large values may have no room: while K is empty the
// book comes down for them, no further than it must, and loses what has no place there.
template <class Depth>
Result<void> BookBuilder::make_room(Depth& depth, UpdateId expendable_upto, Room& room) {
  const Scales from = depth.scales;
  if (from == book_.scales()) return {};
  const Scales to = most_decimals(depth.bids, depth.asks, from, finer_of(from, book_.scales()));
  const bool may_lose = book_.coverage().empty();
  const bool has_room = to.covers(book_.scales());
  Result<void> done = fail(ErrorCode::kBadInput, "a level does not fit 64 bits at the book's decimals");
  if (has_room) {
    done = come_to(to, kNothing);
  } else if (may_lose && come_to(to, expendable_upto)) {
    done = {};
  }
  if (!done && !(may_lose && come_to(from, expendable_upto))) return done;
  room.bids = rescaled(depth.bids, from, book_.scales());
  room.asks = rescaled(depth.asks, from, book_.scales());
  depth.scales = book_.scales();
  depth.bids = room.bids;
  depth.asks = room.asks;
  return {};
}

Result<UpdateVerdict> BookBuilder::on_update(const DepthUpdate& update, UnixNanos now) {
  DepthUpdate scaled = update;
  Room room;
  const DepthIds ids{update.first_update_id, update.last_update_id, update.previous_last_update_id};
  if (!sync_.is_stale(ids)) {
    if (Result<void> made = make_room(scaled, book_.suspect_upto(), room); !made) return std::unexpected(made.error());
  }
  const Result<UpdateVerdict> verdict = sync_.on_update(ids, now);
  if (!verdict) return verdict;
  if (*verdict == UpdateVerdict::kStale) return verdict;
  last_update_received_ = now;
  if (*verdict == UpdateVerdict::kGap) {
    book_.mark_gap();
    note_gap(now);
  }
  book_.apply(scaled, now);
  last_event_time_ = update.ts_event;
  if (waiting_ && sync_.pending_is_due()) merge_waiting(now);
  watch_book(now);
  return verdict;
}

bool BookBuilder::on_lost(UnixNanos now) {
  if (!sync_.on_lost(now)) return false;
  book_.mark_gap();
  note_gap(now);
  return true;
}

// The snapshot fitted the book when it came. If an update has brought more decimals since and it does no longer,
// another one is asked for; the update itself is applied.
void BookBuilder::merge_waiting(UnixNanos now) {
  Kept kept = std::move(*waiting_);
  waiting_.reset();
  if (kept.use == SnapshotUse::kAudit && is_useless_audit(kept.view())) {  // a gap has come: now it is one to heal that
    ++audits_.skipped;
    kept.use = SnapshotUse::kMerge;
  }
  if (on_snapshot(kept.view(), now, kept.use)) return;
  ++unfit_snapshots_;
  if (kept.use == SnapshotUse::kAudit) on_audit_failed();
  sync_.on_pending_failed(now);
}

void BookBuilder::note_gap(UnixNanos now) {
  gap_event_time_ = last_event_time_;
  gaps_.push_back({book_.suspect_upto(), now});
  if (gaps_.size() > kMaxGaps) gaps_.pop_front();
}

void BookBuilder::restart(UnixNanos now) {
  book_.restart_ids(sync_.last_update_id());
  gaps_.clear();  // all of their suspects have one id now
  note_gap(now);
}

// Whatever waits for a snapshot must not lose its own by it.
bool BookBuilder::is_useless_audit(const DepthSnapshot& snapshot) const {
  const UpdateId id = snapshot.last_update_id;
  return !book_.has_snapshot() || sync_.status().state != SyncState::kInSync || waiting_ || !book_.can_merge(id) ||
         id < sync_.oldest_usable();
}

void BookBuilder::drop_waiting() {
  if (waiting_ && waiting_->use == SnapshotUse::kAudit) ++audits_.skipped;
  waiting_.reset();
}

Result<BookBuilder::SnapshotOutcome> BookBuilder::on_snapshot(const DepthSnapshot& snapshot, UnixNanos now,
                                                              SnapshotUse use) {
  if (use == SnapshotUse::kAudit && is_useless_audit(snapshot)) {
    ++audits_.skipped;
    return SnapshotOutcome::kUnneeded;
  }
  const UpdateId id = snapshot.last_update_id;
  const SnapshotVerdict verdict = sync_.judge(id, book_.forgotten_upto(), now);
  DepthSnapshot scaled = snapshot;
  Room room;
  // One that must wait may never be merged: the book loses nothing for it.
  const bool is_to_fit = verdict == SnapshotVerdict::kWait && !book_.coverage().empty();
  if (verdict == SnapshotVerdict::kMerge || is_to_fit) {
    if (Result<void> made = make_room(scaled, id, room); !made) {
      if (use == SnapshotUse::kMerge) sync_.on_snapshot_failed(now);
      return std::unexpected(made.error());
    }
  }
  drop_waiting();
  switch (sync_.on_snapshot(id, book_.forgotten_upto(), now, use)) {
    case SnapshotVerdict::kTooOld: return SnapshotOutcome::kTooOld;
    case SnapshotVerdict::kRestart:
      if (use == SnapshotUse::kAudit) ++audits_.skipped;
      restart(now);
      return SnapshotOutcome::kRestarted;
    case SnapshotVerdict::kWait:
      waiting_ = Kept{id,
                      snapshot.ts_event,
                      snapshot.limit,
                      snapshot.scales,
                      {snapshot.bids.begin(), snapshot.bids.end()},
                      {snapshot.asks.begin(), snapshot.asks.end()},
                      use};
      return SnapshotOutcome::kWaiting;
    case SnapshotVerdict::kMerge: break;
  }
  merge(scaled, now, use);
  watch_book(now);
  return SnapshotOutcome::kMerged;
}

void BookBuilder::merge(DepthSnapshot snapshot, UnixNanos now, SnapshotUse use) {
  const int asked = std::exchange(snapshot.limit, depth_limit_of(snapshot));
  const std::uint64_t epoch = book_.epoch();
  if (use == SnapshotUse::kAudit) {
    const BookAudit compared = audit(book_, snapshot);
    if (compared.compared()) last_audit_ = compared;
    ++(!compared.compared() ? audits_.skipped : compared.differences() > 0 ? audits_.differed : audits_.matched);
  }
  const MergeResult merged = book_.merge(snapshot, sync_.superseded_upto(snapshot.last_update_id));
  set_margins(snapshot, merged.window);
  if (book_.epoch() != epoch) note_gap(now);  // it was ahead of everything seen: a gap of the book's own
  merged_limit_ = std::max(merged_limit(), asked);
  merged_epoch_ = book_.epoch();
}

void BookBuilder::set_margins(const DepthSnapshot& snapshot, PriceInterval window) {
  margin_low_.reset();
  margin_high_.reset();
  if (!snapshot.bids.empty() && window.low != CoverageSet::kNoLowerEnd) {
    margin_low_ = (std::ranges::max(snapshot.bids, {}, &Level::price).price.units() - window.low.units()) / 2;
  }
  if (!snapshot.asks.empty() && window.high != CoverageSet::kNoUpperEnd) {
    margin_high_ = (window.high.units() - std::ranges::min(snapshot.asks, {}, &Level::price).price.units()) / 2;
  }
}

// A trade from before the gap says nothing of what has changed since.
void BookBuilder::on_trade(const Trade& trade) {
  if (!trade.market || book_.suspect_upto().value() < 0) return;
  if (gap_event_time_ && trade.ts_event <= *gap_event_time_) return;
  std::int64_t units = trade.price.units();
  if (!shift_decimals(units, book_.scales().price - trade.scales.price)) return;
  book_.remove_traded_through(Price{units});
}

// After every change: a crossed book is flagged and, in sync, never repaired here; K grows before the price leaves it.
void BookBuilder::watch_book(UnixNanos now) {
  if (!book_.has_snapshot()) return;
  if (book_.crossed()) {
    sync_.want_snapshot(SnapshotWanted::Why::kCrossed, now);
  } else if (near_edge()) {
    sync_.want_snapshot(SnapshotWanted::Why::kEdge, now);
  }
}

// True outside K too.
bool BookBuilder::near_edge() const {
  const std::optional<BookLevel> bid = book_.best(Side::kBid);
  const std::optional<BookLevel> ask = book_.best(Side::kAsk);
  if (!bid || !ask || book_.coverage().empty()) return false;
  for (const PriceInterval& interval : book_.coverage().intervals()) {
    if (bid->price < interval.low || ask->price > interval.high) continue;
    const bool near_low = margin_low_ && interval.low != CoverageSet::kNoLowerEnd &&
                          bid->price.units() - interval.low.units() < *margin_low_;
    const bool near_high = margin_high_ && interval.high != CoverageSet::kNoUpperEnd &&
                           interval.high.units() - ask->price.units() < *margin_high_;
    return near_low || near_high;
  }
  return true;
}

void BookBuilder::on_timeout(UnixNanos now) {
  if (sync_.on_timeout(now)) drop_waiting();
  while (!gaps_.empty() && now - gaps_.front().at >= options_.suspect_age_limit) {
    book_.remove_suspects(gaps_.front().suspect_upto);
    gaps_.pop_front();
  }
}

std::optional<UnixNanos> BookBuilder::next_deadline() const {
  std::optional<UnixNanos> next = sync_.next_deadline();
  if (!gaps_.empty()) {
    const UnixNanos aged = gaps_.front().at + options_.suspect_age_limit;
    if (!next || aged < *next) next = aged;
  }
  return next;
}

SyncStatus BookBuilder::status() const {
  const SyncStatus status = sync_.status();
  if (status.state == SyncState::kInSync && book_.crossed()) return {SyncState::kSuspect, Reason::kCrossedBook};
  return status;
}

}  // namespace acts::binance
