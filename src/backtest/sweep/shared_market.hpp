// The replayed market of one instrument, at the venue and as it is known here, with many runs in it: each of them has
// orders of its own, none of which changes the market. It moves on as far as the run that asks for it needs: so the one
// whose next point (Engine::next_point()) is the earliest must always be the next to go. Not thread-safe.
#pragma once

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/instrument.hpp"
#include "backtest/local_side.hpp"
#include "backtest/market_feed.hpp"
#include "sim/market_row.hpp"
#include "sim/shared_book.hpp"

namespace acts::backtest {

class SharedMarket {
 public:
  // `model`: with the instrument's lot and scale. `feed` outlives this.
  SharedMarket(const BacktestInstrument& instrument, const sim::VenueModel& model, MarketFeed& feed)
      : feed_(&feed), book_(model), local_(instrument, model.as_hftbacktest) {}

  // A venue in it, as long as it lives itself. Before begin().
  sim::SimVenue& add_venue() { return book_.add_venue(); }
  [[nodiscard]] LocalMarket& local() { return local_; }

  // The first rows, once, whoever asks. Errors of all: the feed's.
  Result<void> begin();
  // All rows until and at `until`; what has been taken is not taken again.
  Result<void> run_venue(UnixNanos until);
  Result<void> take_rows(UnixNanos until);
  // The end of time: there are no more.
  [[nodiscard]] UnixNanos next_row_at_venue() const { return {venue_row_->ts}; }
  [[nodiscard]] UnixNanos next_row_here() const { return {local_row_->ts}; }
  // Of whatever clock, of the blocks that are used up.
  [[nodiscard]] UnixNanos last_row() const { return last_row_; }

 private:
  Result<void> next_block(FeedClock clock, const sim::MarketRow*& row);

  MarketFeed* feed_;
  sim::SharedBook book_;
  LocalMarket local_;
  bool has_begun_ = false;
  const sim::MarketRow* venue_row_ = &sim::kEndRow;
  const sim::MarketRow* local_row_ = &sim::kEndRow;
  UnixNanos last_row_ = {INT64_MIN};
};

}  // namespace acts::backtest
