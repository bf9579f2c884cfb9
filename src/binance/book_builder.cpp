#include "binance/book_builder.hpp"

#include <algorithm>

namespace acts::binance {
namespace {

std::vector<Level> rescaled(std::span<const Level> levels, Scales from, Scales to) {
  std::vector<Level> out;
  out.reserve(levels.size());
  for (const Level& level : levels) {
    out.push_back({Price{level.price.units() * power_of_ten(to.price - from.price)},
                   Quantity{level.quantity.units() * power_of_ten(to.quantity - from.quantity)}});
  }
  return out;
}

bool fits(std::span<const Level> levels, Scales from, Scales to) {
  return std::ranges::all_of(levels, [&](const Level& level) {
    std::int64_t product = 0;
    return !__builtin_mul_overflow(level.price.units(), power_of_ten(to.price - from.price), &product) &&
           !__builtin_mul_overflow(level.quantity.units(), power_of_ten(to.quantity - from.quantity), &product);
  });
}

Scales finer_of(Scales a, Scales b) { return {std::max(a.price, b.price), std::max(a.quantity, b.quantity)}; }

}  // namespace

BookBuilder::BookBuilder(Venue venue, Scales scales, Options options)
    : options_(options), book_(scales), sync_(venue, options.sync) {}

Result<void> BookBuilder::cover(Scales scales) {
  if (book_.scales().covers(scales)) return {};
  return book_.rescale(finer_of(book_.scales(), scales));
}

Result<UpdateVerdict> BookBuilder::on_update(const DepthUpdate& update, UnixNanos now) {
  DepthUpdate scaled = update;
  std::vector<Level> bids;
  std::vector<Level> asks;
  if (update.scales !=
      book_.scales()) {  // rare: more decimals than ever before, or a message decoded before the decoder was told
    if (Result<void> covered = cover(update.scales); !covered) return std::unexpected(covered.error());
    if (!fits(update.bids, update.scales, book_.scales()) || !fits(update.asks, update.scales, book_.scales())) {
      return fail(ErrorCode::kBadInput, "a level of the update does not fit 64 bits at the book's decimals");
    }
    bids = rescaled(update.bids, update.scales, book_.scales());
    asks = rescaled(update.asks, update.scales, book_.scales());
    scaled.scales = book_.scales();
    scaled.bids = bids;
    scaled.asks = asks;
  }
  const Result<UpdateVerdict> verdict =
      sync_.on_update({update.first_update_id, update.last_update_id, update.previous_last_update_id}, now);
  if (!verdict) return verdict;
  last_update_received_ = now;
  if (*verdict == UpdateVerdict::kStale) return verdict;
  if (*verdict == UpdateVerdict::kGap) {
    book_.mark_gap();
    gaps_.push_back({book_.suspect_upto(), now});
    if (gaps_.size() > kMaxGaps) gaps_.pop_front();
  }
  book_.apply(scaled, now);
  last_event_time_ = update.ts_event;
  if (waiting_ && sync_.pending_is_due()) {
    const Kept kept = std::move(*waiting_);
    waiting_.reset();
    if (Result<SnapshotOutcome> merged = on_snapshot(kept.view(), now); !merged) return std::unexpected(merged.error());
  }
  watch_book(now);
  return verdict;
}

Result<BookBuilder::SnapshotOutcome> BookBuilder::on_snapshot(const DepthSnapshot& snapshot, UnixNanos now) {
  if (Result<void> covered = cover(snapshot.scales); !covered) {
    sync_.on_snapshot_failed(now);
    return std::unexpected(covered.error());
  }
  if (!fits(snapshot.bids, snapshot.scales, book_.scales()) || !fits(snapshot.asks, snapshot.scales, book_.scales())) {
    sync_.on_snapshot_failed(now);
    return fail(ErrorCode::kBadInput, "a level of the snapshot does not fit 64 bits at the book's decimals");
  }
  waiting_.reset();
  switch (sync_.on_snapshot(snapshot.last_update_id, book_.forgotten_upto(), now)) {
    case SnapshotVerdict::kTooOld: return SnapshotOutcome::kTooOld;
    case SnapshotVerdict::kWait:
      waiting_ = Kept{snapshot.last_update_id,
                      snapshot.ts_event,
                      snapshot.limit,
                      snapshot.scales,
                      {snapshot.bids.begin(), snapshot.bids.end()},
                      {snapshot.asks.begin(), snapshot.asks.end()}};
      return SnapshotOutcome::kWaiting;
    case SnapshotVerdict::kMerge: break;
  }
  merge(snapshot);
  watch_book(now);
  return SnapshotOutcome::kMerged;
}

void BookBuilder::merge(const DepthSnapshot& snapshot) {
  if (snapshot.scales == book_.scales()) {
    last_merge_ = book_.merge(snapshot);
    return;
  }
  const std::vector<Level> bids = rescaled(snapshot.bids, snapshot.scales, book_.scales());
  const std::vector<Level> asks = rescaled(snapshot.asks, snapshot.scales, book_.scales());
  DepthSnapshot scaled = snapshot;
  scaled.scales = book_.scales();
  scaled.bids = bids;
  scaled.asks = asks;
  last_merge_ = book_.merge(scaled);
}

void BookBuilder::on_trade(const Trade& trade) {
  if (!trade.market || book_.suspect_upto().value() < 0) return;
  const int up = book_.scales().price - trade.scales.price;
  std::int64_t units = 0;
  if (up < 0 || __builtin_mul_overflow(trade.price.units(), power_of_ten(up), &units)) return;
  book_.remove_traded_through(Price{units});
}

// After every change: a crossed book is flagged and, in sync, never repaired here; K grows before the price leaves it.
void BookBuilder::watch_book(UnixNanos now) {
  crossed_ = book_.crossed();
  if (!book_.has_snapshot()) return;
  if (crossed_) {
    sync_.want_snapshot(SnapshotWanted::Why::kCrossed, now);
  } else if (near_edge()) {
    sync_.want_snapshot(SnapshotWanted::Why::kEdge, now);
  }
}

// Within a quarter of the last window of an end of the interval of K that mid lies in, or outside K altogether.
bool BookBuilder::near_edge() const {
  const std::optional<BookLevel> bid = book_.best(Side::kBid);
  const std::optional<BookLevel> ask = book_.best(Side::kAsk);
  if (!bid || !ask || !last_merge_ || book_.coverage().empty()) return false;
  const PriceInterval window = last_merge_->window;
  if (window.low == CoverageSet::kNoLowerEnd || window.high == CoverageSet::kNoUpperEnd) return false;
  const std::int64_t margin = (window.high.units() - window.low.units()) / 4;
  for (const PriceInterval& interval : book_.coverage().intervals()) {
    if (bid->price < interval.low || ask->price > interval.high) continue;
    const bool near_low =
        interval.low != CoverageSet::kNoLowerEnd && bid->price.units() - interval.low.units() < margin;
    const bool near_high =
        interval.high != CoverageSet::kNoUpperEnd && interval.high.units() - ask->price.units() < margin;
    return near_low || near_high;
  }
  return true;
}

void BookBuilder::on_timeout(UnixNanos now) {
  if (sync_.on_timeout(now)) waiting_.reset();
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
  if (status.state == SyncState::kInSync && crossed_) return {SyncState::kSuspect, Reason::kCrossedBook};
  return status;
}

}  // namespace acts::binance
