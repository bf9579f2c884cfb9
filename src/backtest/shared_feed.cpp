#include "backtest/shared_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::backtest {
namespace {

constexpr std::uint64_t kNoBlock = std::numeric_limits<std::uint64_t>::max();

}  // namespace

SharedFeed::SharedFeed(MarketFeed& feed, std::size_t cursors, std::size_t most_rows)
    : feed_(&feed), most_rows_(most_rows) {
  cursors_.reserve(cursors);
  for (std::size_t i = 0; i < cursors; ++i) cursors_.push_back(std::make_unique<Cursor>(*this));
}

Result<const sim::MarketRow*> SharedFeed::Cursor::next(FeedClock of) {
  std::uint64_t& next = next_[static_cast<std::size_t>(of)];
  ACTS_ASSERT(next != kNoBlock);
  const Clock& clock = shared_->clocks_[static_cast<std::size_t>(of)];
  if (next >= clock.end() && !clock.has_ended) {
    shared_->let_go();
    if (Result<void> loaded = shared_->load(of); !loaded) return std::unexpected(loaded.error());
  }
  if (next < clock.end()) return clock.blocks[next++ - clock.first].data();
  next = clock.end() + 1;  // what it held it holds no more
  return nullptr;
}

void SharedFeed::leave(std::size_t i) {
  for (std::uint64_t& next : cursors_.at(i)->next_) next = kNoBlock;
}

Result<UnixNanos> SharedFeed::load_more() {
  let_go();
  const bool is_venue_next =
      !clocks_[0].has_ended && (clocks_[1].has_ended || clocks_[0].last_ts <= clocks_[1].last_ts);
  const FeedClock next = is_venue_next ? FeedClock::kVenue : FeedClock::kLocal;
  if (Result<void> loaded = load(next); !loaded) return std::unexpected(loaded.error());
  // Who takes the last row that is loaded asks at once for the one behind it.
  UnixNanos reach = kEnd;
  for (const Clock& clock : clocks_) {
    if (!clock.has_ended) reach = std::min(reach, UnixNanos{clock.blocks.empty() ? INT64_MIN : clock.last_ts - 1});
  }
  return reach;
}

Result<void> SharedFeed::load(FeedClock of) {
  Clock& clock = clocks_[static_cast<std::size_t>(of)];
  if (clock.has_ended) return {};
  const auto given = feed_->next(of);
  if (!given) return std::unexpected(given.error());
  clock.has_ended = *given == nullptr;
  if (clock.has_ended) return {};
  Rows rows;
  if (!spare_.empty()) {
    rows = std::move(spare_.back());
    spare_.pop_back();
  }
  const sim::MarketRow* end = *given;
  while (end->ts != sim::kEndRow.ts) ++end;
  rows.assign(*given, end + 1);
  clock.last_ts = end == *given ? clock.last_ts : end[-1].ts;
  held_ += rows.size();
  clock.blocks.push_back(std::move(rows));
  if (held_ <= most_rows_) return {};
  return fail(
      ErrorCode::kBadInput,
      fmt::format("{} rows would have to be held for runs over one pass of the data: its two clocks are too far "
                  "apart, look at clock_shift",
                  held_));
}

void SharedFeed::let_go() {
  for (std::size_t of = 0; of < std::size(clocks_); ++of) {
    Clock& clock = clocks_[of];
    std::uint64_t needed = kNoBlock;
    for (const auto& cursor : cursors_) {
      const std::uint64_t next = cursor->next_[of];
      needed = std::min(needed, next == 0 ? 0 : next - 1);
    }
    while (!clock.blocks.empty() && clock.first < needed) {
      held_ -= clock.blocks.front().size();
      spare_.push_back(std::move(clock.blocks.front()));
      clock.blocks.pop_front();
      ++clock.first;
    }
  }
}

SharedFeeds::SharedFeeds(std::span<MarketFeed* const> feeds, std::size_t cursors)
    : reach_(feeds.size(), UnixNanos{INT64_MIN}) {
  feeds_.reserve(feeds.size());
  for (MarketFeed* const feed : feeds) feeds_.push_back(std::make_unique<SharedFeed>(*feed, cursors));
}

void SharedFeeds::leave(std::size_t i) {
  for (const auto& feed : feeds_) feed->leave(i);
}

Result<UnixNanos> SharedFeeds::load_slice() {
  const UnixNanos before = *std::ranges::min_element(reach_);
  for (std::size_t loaded = 0;;) {
    const auto behind = std::ranges::min_element(reach_);
    if (*behind == SharedFeed::kEnd) return *behind;
    if (loaded >= kLeastRows && *behind > before) return *behind;
    SharedFeed& feed = *feeds_[static_cast<std::size_t>(behind - reach_.begin())];
    const std::size_t held = feed.held_rows();
    const Result<UnixNanos> reach = feed.load_more();
    if (!reach) return std::unexpected(reach.error());
    *behind = *reach;
    if (feed.held_rows() > held) loaded += feed.held_rows() - held;
  }
}

}  // namespace acts::backtest
