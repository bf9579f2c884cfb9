#include "acts/features/sampler.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts {

MinuteSampler::MinuteSampler(Venue venue, std::string symbol, BandList bands, UnixNanos start, Nanos stale_after,
                             Nanos interval)
    : venue_(venue),
      symbol_(std::move(symbol)),
      bands_(std::move(bands)),
      stale_after_(stale_after),
      interval_(interval),
      minute_{.start = start, .begin = floor_to(start, interval), .changed_at = floor_to(start, interval)} {}

// A minute that was saved says what it is, but a file may say anything.
void MinuteSampler::resume(const SavedMinute& minute, UnixNanos now) {
  minute_ = minute;
  minute_.begin = std::min(minute.begin, floor_to(now, interval_));
  minute_.out_of_sync = std::clamp(minute.out_of_sync, Nanos{0}, interval_);
  if (interval_ == kMinute) return;
  // What is saved is of a minute.
  minute_.counts = {};
  minute_.out_of_sync = Nanos{0};
  minute_.changed_at = std::max(minute.changed_at, floor_to(now, interval_));
}

void MinuteSampler::on_resumed() {
  minute_.was_in_sync = true;
  ++minute_.counts.gaps;
}

void MinuteSampler::on_update() {
  ++minute_.counts.updates;
  minute_.lost_at.reset();
}

void MinuteSampler::on_superseded(std::uint64_t events) {
  auto stale = static_cast<std::int64_t>(events);
  const std::int64_t reported = std::min(stale, minute_.unsynced_reported);
  minute_.unsynced_reported -= reported;
  stale -= reported;
  minute_.counts.updates -= std::min(stale, minute_.counts.updates);
}

void MinuteSampler::on_gap(UnixNanos now) {
  const UnixNanos since = std::exchange(minute_.lost_at, std::nullopt).value_or(now);
  if (!minute_.was_in_sync) return;
  ++minute_.counts.gaps;
  on_sync_change(false, std::min(since, now));
}

void MinuteSampler::on_connection_lost(UnixNanos now) {
  ++minute_.counts.reconnects;
  if (!minute_.lost_at) minute_.lost_at = now;
}

void MinuteSampler::on_sync_change(bool in_sync, UnixNanos now) {
  if (in_sync == minute_.in_sync) return;
  now = std::max(now, minute_.changed_at);  // receive times of a foreign recording may step back
  if (in_sync) minute_.out_of_sync += now - minute_.changed_at;
  minute_.in_sync = in_sync;
  minute_.was_in_sync |= in_sync;
  minute_.changed_at = now;
}

// Rounded once, to the nearest millisecond, halves up: the sum over minutes is not biased.
std::int64_t MinuteSampler::close_gap_ms(UnixNanos boundary) {
  if (!minute_.in_sync) minute_.out_of_sync += std::max(boundary - minute_.changed_at, Nanos{0});
  const Nanos within_minute = std::min(minute_.out_of_sync, interval_);
  minute_.out_of_sync = Nanos{0};
  minute_.changed_at = boundary;
  return (within_minute.count() + 500'000) / 1'000'000;
}

MinuteRow MinuteSampler::sample(const SampleInput& input) {
  ACTS_ASSERT(input.boundary > minute_.begin && floor_to(input.boundary, interval_) == input.boundary);
  minute_.begin = input.boundary;
  MinuteSample sample{.venue = venue_, .symbol = symbol_, .sample_time = input.boundary, .counts = minute_.counts};
  sample.counts.gap_ms = close_gap_ms(input.boundary);
  if (!minute_.was_in_sync) minute_.unsynced_reported += minute_.counts.updates;
  minute_.counts = {};
  sample.book = book_sample(input);
  if (sample.book) sample.last_book_update = input.last_event_time;
  sample.quality = judge_sample(input, sample.book);
  return make_row(sample, bands_);
}

Quality MinuteSampler::quality(const SampleInput& input) const { return judge_sample(input, book_sample(input)); }

std::optional<BookSample> MinuteSampler::book_sample(const SampleInput& input) const {
  if (!input.listed || input.sync.state == SyncState::kSyncing) return std::nullopt;
  return sample_book(input.book, bands_);
}

Quality MinuteSampler::judge_sample(const SampleInput& input, const std::optional<BookSample>& book) const {
  ACTS_ASSERT((input.sync.reason == Reason::kNone) == (input.sync.state == SyncState::kInSync));
  QualityInput quality{.trading = input.trading,
                       .listed = input.listed,
                       .sync = input.sync,
                       .connected = input.connected,
                       .since_depth_event = input.boundary - input.last_depth_recv.value_or(minute_.start),
                       .stale_after = stale_after_};
  if (book) {
    quality.has_bids = book->bid.has_value();
    quality.has_asks = book->ask.has_value();
    quality.crossed = book->crossed;
    quality.rests_on_suspects = book->rests_on_suspects;
  }
  return judge(quality);
}

MinuteRow make_empty_row(Venue venue, std::string_view symbol, const BandList& bands, UnixNanos boundary,
                         Reason reason) {
  return make_row({.venue = venue,
                   .symbol = symbol,
                   .sample_time = boundary,
                   .counts = {.gap_ms = kMinute / std::chrono::milliseconds{1}},
                   .quality = {RowState::kSyncing, reason}},
                  bands);
}

}  // namespace acts
