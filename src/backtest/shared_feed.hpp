// One feed that several runs read at the same time, each by a cursor of its own: what it costs to make rows is paid
// once. Rows are held only as long as the cursor that is furthest behind needs them, so runs should go side by side
// (Engine::run_until()): then those that all of them read are still in the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/market_feed.hpp"

namespace acts::backtest {

class SharedFeed {
 public:
  // Of both clocks, held at a time: 384 MB. More is an error: the cursors, or the clocks, are too far apart.
  static constexpr std::size_t kMostRows = 16'000'000;
  // Later than any row.
  static constexpr UnixNanos kEnd{INT64_MAX - 1};

  // `feed` outlives it, and is read by nobody else. `most_rows`: for tests.
  SharedFeed(MarketFeed& feed, std::size_t cursors, std::size_t most_rows = kMostRows);
  SharedFeed(const SharedFeed&) = delete;
  SharedFeed& operator=(const SharedFeed&) = delete;

  [[nodiscard]] std::size_t size() const { return cursors_.size(); }
  // From its beginning. Of rows that are loaded, cursors may be read by different threads at once; one that goes beyond
  // loads more, which one thread alone may do. Errors: the feed's; kBadInput: kMostRows.
  [[nodiscard]] MarketFeed& cursor(std::size_t i) { return *cursors_.at(i); }
  // This cursor is read no more, and holds nothing.
  void leave(std::size_t i);

  // Lets go of what all cursors have passed, and loads the next rows. Up to the time that it returns, and at it, all
  // can be read without loading more; kEnd: to the end. While no cursor is being read. Errors: as those of a cursor;
  // final.
  Result<UnixNanos> load_more();
  [[nodiscard]] std::size_t held_rows() const { return held_; }

 private:
  using Rows = std::vector<sim::MarketRow>;  // kEndRow behind them
  struct Clock {
    std::deque<Rows> blocks = {};
    std::uint64_t first = 0;  // the number of the first of them
    std::int64_t last_ts = INT64_MIN;
    bool has_ended = false;
    [[nodiscard]] std::uint64_t end() const { return first + blocks.size(); }
  };
  class Cursor final : public MarketFeed {
   public:
    explicit Cursor(SharedFeed& shared) : shared_(&shared) {}
    Result<const sim::MarketRow*> next(FeedClock clock) override;
    [[nodiscard]] const FeedFacts& facts() const override { return shared_->feed_->facts(); }

   private:
    friend class SharedFeed;
    SharedFeed* shared_;
    std::uint64_t next_[2] = {0, 0};  // numbers of blocks
  };

  Result<void> load(FeedClock of);
  void let_go();

  MarketFeed* feed_;
  std::size_t most_rows_;
  Clock clocks_[2];
  std::vector<std::unique_ptr<Cursor>> cursors_;
  std::vector<Rows> spare_;  // blocks that nobody needs, for those to come: their memory is in the cache
  std::size_t held_ = 0;
};

// The feeds of all instruments of a run, shared and read together.
class SharedFeeds {
 public:
  // Below so many rows of a slice, loading it and sharing it out would be what takes the time.
  static constexpr std::size_t kLeastRows = 8192;

  // `feeds` outlive it, one an instrument; each has so many cursors.
  SharedFeeds(std::span<MarketFeed* const> feeds, std::size_t cursors);

  [[nodiscard]] MarketFeed& cursor(std::size_t instrument, std::size_t i) { return feeds_[instrument]->cursor(i); }
  void leave(std::size_t i);
  // The next slice, of kLeastRows at least if there are so many: the time to which, and at which, no run reads beyond
  // what is loaded; SharedFeed::kEnd: to the end. Errors: SharedFeed::load_more().
  Result<UnixNanos> load_slice();

 private:
  std::vector<std::unique_ptr<SharedFeed>> feeds_;
  std::vector<UnixNanos> reach_;  // of each of them
};

}  // namespace acts::backtest
