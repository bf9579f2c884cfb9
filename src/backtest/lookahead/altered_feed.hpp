// Data whose future is another one from some moment on: what a strategy decides before that moment must not change.
//
// Prices move by a few ticks, quantities and the pace of time change, all by a seed, a venue's event alike on both
// clocks. What lies before the moment is as it was. Pure but for the data below.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/bars/bar_reader.hpp"
#include "backtest/market_feed.hpp"
#include "sim/market_row.hpp"

namespace acts::backtest {

struct FutureCut {
  UnixNanos at = {};  // local time; what is of then and later is altered
  std::uint64_t seed = 0;
};

// Rows at or behind the cut, each by its own clock: what the venue did before it is known later, and stays as it was at
// the venue. The altered book begins empty.
class AlteredFeed final : public MarketFeed {
 public:
  AlteredFeed(std::unique_ptr<MarketFeed> feed, FutureCut cut) : feed_(std::move(feed)), cut_(cut) {}

  Result<const sim::MarketRow*> next(FeedClock clock) override;
  [[nodiscard]] const FeedFacts& facts() const override { return feed_->facts(); }

 private:
  struct Stream {
    std::vector<sim::MarketRow> block = {};
    bool is_altered = false;
  };
  [[nodiscard]] sim::MarketRow altered(sim::MarketRow row) const;

  std::unique_ptr<MarketFeed> feed_;
  FutureCut cut_;
  Stream streams_[2];
};

// Bars that end behind the cut or at it; of one that has begun before, its open stays as it was. Their times stay, too:
// bars of a run have one interval.
class AlteredBars final : public BarReader {
 public:
  AlteredBars(std::unique_ptr<BarReader> bars, std::int64_t tick, FutureCut cut)
      : bars_(std::move(bars)), tick_(tick), cut_(cut) {}

  Result<bool> next(Bar& bar) override;
  [[nodiscard]] std::uint64_t missing() const override { return bars_->missing(); }

 private:
  void alter(Bar& bar) const;
  std::unique_ptr<BarReader> bars_;
  std::int64_t tick_;  // units
  FutureCut cut_;
};

}  // namespace acts::backtest
