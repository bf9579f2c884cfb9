// A feed that is handed on as it is, and beside it the order book of any moment of either clock, for who looks at what
// a run did. The run neither reads these books nor waits for them: what it does is the same with and without. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/market_feed.hpp"
#include "sim/ladder.hpp"

namespace acts::backtest {

class BookFeed final : public MarketFeed {
 public:
  // `number`: that of ask().
  using Show = std::function<void(std::uint64_t number, const sim::Ladder& book)>;

  // `feed` outlives it, and is read by nobody else. `as_hftbacktest`: of VenueModel.
  BookFeed(MarketFeed& feed, bool as_hftbacktest, Show show);

  Result<const sim::MarketRow*> next(FeedClock clock) override;
  [[nodiscard]] const FeedFacts& facts() const override { return feed_->facts(); }

  // The book as it is once all rows until and at `at` have come: shown when the block behind it is asked for, or at the
  // end. `at`: not before the last row of a block that the reader is through with (asserted): the run tells of nothing
  // that late.
  void ask(FeedClock clock, UnixNanos at, std::uint64_t number);
  // Nothing will be asked for any more: what is follows costs nothing, once all that was asked for is shown.
  void close() { is_closed_ = true; }
  // The reader is through: shows what has been asked for later than the last row.
  void end();

 private:
  struct Asked {
    UnixNanos at;
    std::uint64_t number;
  };
  // One clock's.
  struct Side {
    std::unique_ptr<sim::Ladder> ladder = {};
    const sim::MarketRow* block = nullptr;  // handed out, and not followed
    std::int64_t passed = INT64_MIN;        // time of the last row that is
    std::deque<Asked> asked = {};           // by time
  };

  [[nodiscard]] Side& side_of(FeedClock clock) { return sides_[static_cast<std::size_t>(clock)]; }
  void follow(Side& side);
  // What was asked for before `before`.
  void show_until(Side& side, std::int64_t before);

  MarketFeed* feed_;
  bool as_hftbacktest_;
  Show show_;
  bool is_closed_ = false;
  Side sides_[2];
};

}  // namespace acts::backtest
