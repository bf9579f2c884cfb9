#include "acts/features/sampler.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts {

MinuteSampler::MinuteSampler(Venue venue, std::string symbol, BandList bands, UnixNanos start, Nanos stale_after)
    : venue_(venue),
      symbol_(std::move(symbol)),
      bands_(std::move(bands)),
      start_(start),
      stale_after_(stale_after),
      changed_at_(floor_to(start, kMinute)),
      minute_begin_(changed_at_) {}

void MinuteSampler::on_resumed() {
  was_in_sync_ = true;
  ++counts_.gaps;
}

void MinuteSampler::on_update() {
  ++counts_.updates;
  lost_at_.reset();
}

void MinuteSampler::on_superseded(std::uint64_t events) {
  auto stale = static_cast<std::int64_t>(events);
  const std::int64_t reported = std::min(stale, unsynced_reported_);
  unsynced_reported_ -= reported;
  stale -= reported;
  counts_.updates -= std::min(stale, counts_.updates);
}

void MinuteSampler::on_gap(UnixNanos now) {
  const UnixNanos since = std::exchange(lost_at_, std::nullopt).value_or(now);
  if (!was_in_sync_) return;
  ++counts_.gaps;
  on_sync_change(false, std::min(since, now));
}

void MinuteSampler::on_connection_lost(UnixNanos now) {
  ++counts_.reconnects;
  if (!lost_at_) lost_at_ = now;
}

void MinuteSampler::on_sync_change(bool in_sync, UnixNanos now) {
  if (in_sync == in_sync_) return;
  now = std::max(now, changed_at_);  // receive times of a foreign recording may step back
  if (in_sync) out_of_sync_ += now - changed_at_;
  in_sync_ = in_sync;
  was_in_sync_ |= in_sync;
  changed_at_ = now;
}

// Rounded once, to the nearest millisecond, halves up: the sum over minutes is not biased.
std::int64_t MinuteSampler::close_gap_ms(UnixNanos boundary) {
  if (!in_sync_) out_of_sync_ += std::max(boundary - changed_at_, Nanos{0});
  const Nanos within_minute = std::min(out_of_sync_, kMinute);
  out_of_sync_ = Nanos{0};
  changed_at_ = boundary;
  return (within_minute.count() + 500'000) / 1'000'000;
}

MinuteRow MinuteSampler::sample(const SampleInput& input) {
  ACTS_ASSERT(input.boundary > minute_begin_ && floor_to(input.boundary, kMinute) == input.boundary);
  minute_begin_ = input.boundary;
  MinuteSample sample{.venue = venue_, .symbol = symbol_, .sample_time = input.boundary, .counts = counts_};
  sample.counts.gap_ms = close_gap_ms(input.boundary);
  if (!was_in_sync_) unsynced_reported_ += counts_.updates;
  counts_ = {};
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
                       .since_depth_event = input.boundary - input.last_depth_recv.value_or(start_),
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
