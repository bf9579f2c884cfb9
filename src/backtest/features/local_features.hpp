// The features of one instrument, of what has been received here: the code that makes the rows of acts collect
// (MinuteSampler, IntervalSampler), over a book of its own that the local rows make. Pure; not thread-safe.
//
// Rows of one time count as one depth event. What is not known is NaN: the book's features until a snapshot (rows that
// clear) has come, trades' until the first one. Of levels that meet, the later row counts, at one time too, as in the
// book that strategies read; the other is gone here, and comes back only when it is told anew.
#pragma once

#include <cstdint>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/interval_feature.hpp"
#include "acts/features/sampler.hpp"
#include "acts/market/events.hpp"
#include "acts/market/order_book.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/features/feature_plan.hpp"
#include "backtest/instrument.hpp"
#include "sim/market_row.hpp"

namespace acts::backtest {

class LocalFeatures {
 public:
  // `start`: of the run's first row here; the first interval ends at the whole multiple behind it.
  LocalFeatures(const FeaturePlan& plan, const BacktestInstrument& instrument, InstrumentId id, UnixNanos start);

  // In the order of receipt, each before end() (asserted).
  void add(const sim::MarketRow& row);
  // Of the present interval: rows of then are of the next one.
  [[nodiscard]] UnixNanos end() const { return end_; }
  // The present interval is over, and the next one begins. Valid until the next call.
  FeatureValues close();

 private:
  void take_level(const sim::MarketRow& row);
  [[nodiscard]] bool meets_other_side(sim::SideIndex side, std::int64_t ticks) const;
  void take_trade(const sim::MarketRow& row);
  void clear(const sim::MarketRow& row);
  void clear_side(sim::SideIndex side, std::int64_t worst_ticks);
  // Of levels that wait.
  void apply();
  // What has come at one time is one event.
  void settle();
  void remove_contradicted();

  BacktestInstrument instrument_;
  InstrumentId id_;
  std::vector<std::size_t> places_;
  Nanos interval_;
  UnixNanos end_;
  OrderBook book_;
  MinuteSampler rows_;
  IntervalSampler intervals_;
  std::vector<Level> waiting_[2];  // of a side, in the order of the rows
  std::int64_t update_id_ = 0;
  std::int64_t trade_id_ = 0;
  std::int64_t now_ = 0;    // of the rows that are not settled
  bool has_book_ = false;   // among them are some of the book,
  bool has_clear_ = false;  // and some that clear
  bool is_known_ = false;   // a snapshot has come
  std::vector<double> values_;
};

}  // namespace acts::backtest
