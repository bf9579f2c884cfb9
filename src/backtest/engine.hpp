// Runs a strategy over the data of its instruments. There are two clocks, the venue's and ours, and four queues: data
// known here, answers known here, data at the venue, requests at the venue. The earliest goes first; of the same time
// the one that stands first in this list, then the instrument with the lower number. A strategy that is told of one
// instrument's row sees the rows that the others have at that time.
//
// A strategy acts only when it is woken, so nothing it does can change what the venue does before: the venue runs ahead
// to that moment, then our side, each through its own rows. Own orders never change the replayed books. What is asked
// for after the last row goes nowhere, or a strategy that answers each answer would never end. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/features/feature_plan.hpp"
#include "backtest/features/local_features.hpp"
#include "backtest/features/stored_features.hpp"
#include "backtest/features/told_features.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/run_listener.hpp"
#include "backtest/trade_bars.hpp"

namespace acts::backtest {

struct EngineOptions {
  // How often the listener gets a sample, at whole multiples; positive. It gets one before the first event too, and one
  // at the end, so that all that is filled lies between two.
  std::optional<Nanos> sample = {};
  // How long the bars are that a strategy which wants bars is told, of trades by our clock, at whole multiples;
  // positive. Without it there are none.
  std::optional<Nanos> bar_interval = {};
  // What the columns are that a strategy which wants features is told: at whole multiples of their interval, of what
  // was received before, once a row here shows that the interval is over. If an instrument has stored features, those
  // are told instead, likewise.
  FeatureSettings features = {};
};

struct RunEnd {
  UnixNanos begin = {};  // of the first event,
  UnixNanos end = {};    // and the last one, of whatever clock
  std::uint64_t fills = 0;
  std::uint64_t wakes = 0;  // of timers
  std::vector<Position> positions = {};
  std::vector<std::uint64_t> missed_fundings = {};    // times of funding without a price, so that none was paid
  std::vector<std::optional<Decimal>> marks = {};     // last middle prices as known here,
  std::vector<std::optional<Decimal>> equities = {};  // and equity at them
  std::vector<bool> told_features = {};               // whether the strategy was told some
};

class Engine final : private StrategyContext {
 public:
  // How often a strategy is woken at one time; more is an error: it would never let time pass.
  static constexpr std::size_t kMostWakesAtOnce = 100'000;
  // How far the venue runs ahead of our side, however long the strategy sleeps: rows and answers that are not known
  // here yet wait for as long.
  static constexpr Nanos kMostAhead = std::chrono::seconds{1};

  // At least one instrument (asserted). `strategy` and `listener` (may be null) outlive it.
  Engine(std::vector<InstrumentSetup> setups, Strategy& strategy, EngineOptions options, RunListener* listener);

  // Once. Errors: those of the data; kBadInput: the strategy lets no time pass; kUsage: FeaturePlan::make();
  // kStorage: stored features.
  Result<RunEnd> run();

  // The same in parts: begin() once, run_until() with times that never go back until nothing more is to come, finish()
  // once. Several runs can so go side by side through the same rows. How a run is cut changes nothing that comes of it:
  // at a cut no sample is taken, and the strategy is told of nothing that it would not be told of then anyway.
  Result<void> begin();
  // All that happens up to and at `until`. False: nothing more is to come. Errors: as those of run(); final.
  Result<bool> run_until(UnixNanos until);
  // The first time, now or later, at which this run needs the market: when the strategy may be told of something, or a
  // request comes to a venue. Runs in a shared market (SharedMarket) go in the order of these times, each until its
  // own.
  [[nodiscard]] UnixNanos next_point() const;
  // Nothing more is to come (asserted).
  RunEnd finish();

 private:
  struct Timer {
    TimerId id;
    UnixNanos at;
  };

  [[nodiscard]] UnixNanos now() const override { return now_; }
  [[nodiscard]] std::size_t instrument_count() const override { return runs_.size(); }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const override { return at(id).instrument().info; }
  [[nodiscard]] Scales scales(InstrumentId id) const override { return at(id).instrument().scales; }
  [[nodiscard]] Price tick(InstrumentId id) const override { return Price{at(id).instrument().tick}; }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return Quantity{at(id).instrument().lot}; }
  [[nodiscard]] const BookView& book(InstrumentId id) const override { return at(id).here().book(); }
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId id) const override { return at(id).here().last_trade(); }
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId id) const override {
    return runs_.at(id.value())->funding_rate(now_);
  }
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId id) const override { return told_features_.of(id); }
  [[nodiscard]] const Position& position(InstrumentId id) const override { return at(id).here().told_position(); }
  [[nodiscard]] double position_value(InstrumentId id) const override { return at(id).here().told_value(); }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override { return at(id).here().open(); }
  ClientOrderId place(const NewOrder& order) override;
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId id, UnixNanos at) override;
  void stop_timer(TimerId id) override;

  [[nodiscard]] InstrumentRun& at(InstrumentId id) { return *runs_.at(id.value()); }
  [[nodiscard]] const InstrumentRun& at(InstrumentId id) const { return *runs_.at(id.value()); }
  [[nodiscard]] UnixNanos reach() const;
  [[nodiscard]] UnixNanos next_stop() const;
  Result<void> advance(UnixNanos stop);
  Result<void> run_venues(UnixNanos stop, bool tells);
  Result<void> take_rows(UnixNanos stop);
  Result<void> take_wanted_rows(InstrumentId id, UnixNanos stop);
  void tell_rows();
  Result<void> begin_features();
  Result<void> begin_stored_features();
  Result<void> take_stored_features(UnixNanos stop);
  [[nodiscard]] UnixNanos interval_end() const;
  Result<void> close_intervals(UnixNanos stop);
  void tell_intervals();
  Result<void> tell_answers(UnixNanos stop);
  void tell_answer(const Answer& answer);
  Result<void> fire_timers();
  Result<void> count_wake();
  void tell_sample(const Sample& sample);
  void sample_at_begin();
  void sample_first(InstrumentId id, const Decimal& mark);
  void sample_held();
  void sample_before_fill(InstrumentId id, UnixNanos stop);
  void sample_if_due(bool is_last);
  [[nodiscard]] bool has_more() const;
  // The data has ended: what is under way comes to its end, and nothing new begins.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool has_more_now() const;
  [[nodiscard]] RunEnd end_of_run() const;

  std::vector<std::unique_ptr<InstrumentRun>> runs_;
  Strategy* strategy_;
  EngineOptions options_;
  RunListener* listener_;
  Wants wants_;
  bool wants_rows_ = false;
  bool wants_answers_ = false;
  bool reads_rows_ = false;  // one by one: rows are wanted, or bars or features made of them
  UnixNanos begin_;
  UnixNanos now_;
  UnixNanos next_sample_ = InstrumentRun::kNever;
  std::vector<std::optional<Decimal>> marks_;        // if there are samples: the last that are known, by instrument
  std::vector<std::optional<Sample>> told_samples_;  // the last one of each instrument
  std::vector<InstrumentId> unpriced_;  // and those that are held from the start and have had no sample yet
  std::vector<Timer> timers_;
  // Of one time, if rows are wanted: taken, and not yet told.
  std::vector<std::pair<InstrumentId, Trade>> taken_trades_;
  std::vector<InstrumentId> changed_books_;
  std::vector<TradeBars> bars_;          // by instrument, if they are wanted
  std::vector<Bar> ended_bars_;          // and not yet told
  std::vector<LocalFeatures> features_;  // as bars_; an interval ends for all at once
  std::vector<FeatureValues> ended_features_;
  std::vector<StoredFeatures> stored_features_;    // in place of features_: of the instruments that have some,
  UnixNanos next_stored_ = InstrumentRun::kNever;  // and when the next ones are told
  ToldFeatures told_features_;
  std::uint64_t last_order_ = 0;
  std::uint64_t last_fill_ = 0;
  std::uint64_t wakes_ = 0;
  std::size_t wakes_now_ = 0;  // at the present time
};

}  // namespace acts::backtest
