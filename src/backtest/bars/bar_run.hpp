// One strategy over bars: the context it reads, the venue its orders go to, and what came of it. Pure; one thread.
//
// Time: at a bar's open its orders arrive, and what they fill is told; then timers that are due within the bar; then
// what the rest of the bar has filled, told at its close, when on_bar() shows the bar. So nothing is decided on what
// has not ended. Stored features are told when they are known, within a bar as well: at one time after bars and before
// timers. What is changed or cancelled within a bar is under way until the close (OpenOrder::is_requested). Funding
// at a bar's open is paid before its orders arrive, on the open's price; within a bar on the position with which it
// went on from its open, on the worse of high and low, and told at the close; between two bars on the last close: where
// it has a price of its own, on that. An order placed at the close of a bar is at the venue before the next open: of
// latencies a bar knows nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"
#include "acts/base/period_closes.hpp"
#include "acts/base/result.hpp"
#include "acts/market/bar.hpp"
#include "acts/market/instrument.hpp"
#include "acts/market/order.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/bars/bar_account.hpp"
#include "backtest/bars/bar_venue.hpp"
#include "backtest/features/stored_features.hpp"
#include "backtest/features/told_features.hpp"
#include "backtest/fees.hpp"
#include "backtest/instrument.hpp"
#include "backtest/realised.hpp"
#include "backtest/run_listener.hpp"
#include "sim/account/account.hpp"
#include "sim/account/funding_book.hpp"
#include "sim/venue_filters.hpp"

namespace acts::backtest {

struct BarMarket {
  BacktestInstrument instrument = {};  // its scales are those of its bars
  sim::Contract contract = {};
  Fees fees = {};
  BarPath path = BarPath::kWorst;
  sim::VenueFilters filters = {};
  sim::OrderRates rates = {};
  sim::MarginModel margin = {};
  sim::FundingBook funding = {};  // when it is paid
  StoredFeatureList features = {};
};

// Timers of a run over bars: between two of them there is nothing to see, and each stands in the log of decisions.
inline constexpr std::uint64_t kMostBarTimers = 20'000'000;

struct BarRunOptions {
  std::vector<BarMarket> markets = {};  // by InstrumentId
  // One for all markets, which settle in one asset; of kMargin there is one market (asserted).
  sim::AccountKind account = sim::AccountKind::kUnlimited;
  Decimal initial_balance = {};  // booked with the first market
  // How often the listener gets samples: at the first close so long after those before, and at the last. 0: at each.
  Nanos sample = {};
  std::uint64_t most_timers = kMostBarTimers;  // more are an error
  Decimal capital = {};                        // added to equity for BarTotals::closes
};

struct BarTotals {
  std::uint64_t bars = 0;
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  std::uint64_t fills_above_volume = 0;  // of more than their bar traded in all
  std::vector<Position> positions = {};  // by InstrumentId
  std::vector<Decimal> equities = {};    // likewise, at the last closes,
  Decimal equity = {};                   // and of all markets
  Decimal max_drawdown = {};             // the most that equity fell from its highest, at closes; not negative
  Decimal turnover = {};                 // value of all fills, settlement asset
  RunCloses::Chosen closes = {};         // equity of all markets, at the start and at closes
  std::vector<bool> told_features = {};  // by InstrumentId, whether the strategy was told some
};

class BarRun final : public StrategyContext {
 public:
  // `strategy` and `listener` (nullptr: none) outlive this; samples come at the start, without a mark, and at closes,
  // before on_bar(), with the close as mark; of middle prices a bar knows nothing. At least one market (asserted).
  // Errors: kUsage: BarAccount::make(), Account::make().
  static Result<std::unique_ptr<BarRun>> make(const BarRunOptions& options, Strategy& strategy, RunListener* listener);

  // Once, before the first bar: `at` is not after its open.
  Result<void> start(UnixNanos at);
  // Bars of one open and one close time, at most one an instrument, by InstrumentId; none begins before another has
  // ended (asserted). Errors: kBadInput: the strategy lets no time pass; kStorage: stored features.
  Result<void> step(std::span<const Bar> bars);
  // Of one instrument (asserted): each bar a step by itself, in their order.
  Result<void> step_each(std::span<const Bar> bars);
  Result<void> stop();

  [[nodiscard]] BarTotals totals() const;
  // Null: one without a limit.
  [[nodiscard]] const sim::Account* account() const { return account_.get(); }

  [[nodiscard]] UnixNanos now() const override { return now_; }
  [[nodiscard]] std::size_t instrument_count() const override { return markets_.size(); }
  [[nodiscard]] const Instrument& instrument(InstrumentId id) const override { return market(id).instrument.info; }
  [[nodiscard]] Scales scales(InstrumentId id) const override { return market(id).venue.options().scales; }
  [[nodiscard]] Price tick(InstrumentId id) const override { return market(id).venue.options().tick; }
  [[nodiscard]] Quantity lot(InstrumentId id) const override { return market(id).venue.options().lot; }
  // Of bars nothing is known of a book or single trades.
  [[nodiscard]] const BookView& book(InstrumentId id) const override;
  [[nodiscard]] std::optional<Trade> last_trade(InstrumentId /*id*/) const override { return std::nullopt; }
  // The last that was paid, and when the next one is.
  [[nodiscard]] std::optional<FundingRate> funding_rate(InstrumentId id) const override;
  // Of stored ones alone: of bars none are made.
  [[nodiscard]] std::optional<FeatureValues> features(InstrumentId id) const override { return told_features_.of(id); }
  [[nodiscard]] const Position& position(InstrumentId id) const override { return market(id).position; }
  [[nodiscard]] double position_value(InstrumentId id) const override { return market(id).position_value; }
  [[nodiscard]] std::span<const OpenOrder> open_orders(InstrumentId id) const override {
    return market(id).venue.open_orders();
  }
  ClientOrderId place(const NewOrder& order) override;
  OcoIds place_oco(const NewOrder& first, const NewOrder& second) override;
  bool modify(const ModifyOrder& change) override;
  bool cancel(ClientOrderId id) override;
  void set_timer(TimerId id, UnixNanos at) override;
  void stop_timer(TimerId id) override;

 private:
  struct Market {
    BacktestInstrument instrument;
    BarVenue venue;
    BarAccount local;  // what the strategy has been told
    sim::FundingBook funding;
    Position position;  // of it
    double position_value = 0;
    Price mark;
    Realised realised;
    int128 equity = 0;
    bool has_moved = false;  // a fill since the last mark
  };
  struct Timer {
    TimerId id;
    UnixNanos at;
  };
  // Answers that one moment may have: beyond, the strategy goes round in circles.
  static constexpr std::size_t kMostAnswersAtOnce = 100'000;

  BarRun(Strategy& strategy, RunListener* listener, const BarRunOptions& options)
      : strategy_(&strategy),
        listener_(listener),
        wants_(strategy.wants()),
        most_timers_(options.most_timers),
        capital_(options.capital),
        sample_(options.sample) {}
  // Nothing can happen before the bars' close but that time passes. Most steps of most strategies are so.
  [[nodiscard]] bool is_quiet() const {
    return timers_.empty() && std::ranges::all_of(markets_, [](const Market& of) { return of.venue.is_idle(); });
  }
  Result<void> step_fully(std::span<const Bar> bars);
  // Quiet ones of a single market, until the strategy has asked for something: how many. What step() does, without
  // asking again at each bar what nothing has changed: sweeps take millions of them.
  std::size_t pass_quiet(std::span<const Bar> bars);
  // What is known at the close, and shown to the strategy after it.
  Result<void> conclude(std::span<const Bar> bars);
  [[nodiscard]] const Market& market(InstrumentId id) const;
  [[nodiscard]] Market& market_of(ClientOrderId id);
  // All that is due until and at `until`: of a market with a bar on its open, or on the worse of its high and low; of
  // one without on its last close.
  enum class BarPart : std::uint8_t { kOpen, kPath };
  Result<void> pay_fundings(UnixNanos until, std::span<const Bar> bars, BarPart part);
  Result<void> pay_funding(Market& of, const sim::FundingTime& due, Price one, Price other);
  void find_next_funding();
  Result<void> begin_features(UnixNanos at);
  void find_next_features();
  void find_next_event() { next_event_ = std::min(next_funding_, UnixNanos{next_features_.value - 1}); }
  // Those that are known until and at `until`, the earliest first.
  Result<void> tell_features(UnixNanos until);
  Result<void> open(std::span<const Bar> bars);
  Result<void> close(std::span<const Bar> bars);
  void mark(Market& of, Price close) {
    of.mark = close;
    of.venue.note_price(close);
    if (!of.local.depends_on_price() && !of.has_moved) return;
    const int128 equity = of.local.equity(close);
    equity_ += equity - of.equity;
    of.equity = equity;
    of.has_moved = false;
  }
  void sample(const Market& market, const std::optional<Decimal>& mark);
  void measure() {
    if (now_ >= closes_.next()) end_period();
    if (measured_ == equity_) return;
    measured_ = equity_;
    highest_ = std::max(highest_, equity_);
    drawdown_ = std::max(drawdown_, highest_ - equity_);
  }
  void end_period();
  [[nodiscard]] double value_of_equity(int128 equity) const;
  [[nodiscard]] std::unexpected<Error> beyond(const Market& of) const;
  [[nodiscard]] std::unexpected<Error> endless(std::string_view what) const;
  // Features and timers until a bar's open, and at it; then those before its close.
  Result<void> run_between(UnixNanos until, bool is_open);
  Result<void> pay_before(const std::optional<UnixNanos>& open, UnixNanos at);
  // Timers until `last` and at it. `open`: of the bars before which they are; nothing: within bars.
  Result<void> run_timers(UnixNanos last, const std::optional<UnixNanos>& open);
  Result<void> drain();
  void deliver(Market& market, const BarAnswer& answer);

  Strategy* strategy_;
  RunListener* listener_;
  Wants wants_;
  std::unique_ptr<sim::Account> account_;
  std::vector<Market> markets_;
  UnixNanos next_funding_ = sim::FundingBook::kNever;
  UnixNanos next_features_ = StoredFeatures::kNever;
  // At a bar that closes at this time or before nothing of these happens: funding of before the close, or features of
  // until then.
  UnixNanos next_event_ = sim::FundingBook::kNever;
  std::vector<StoredFeatures> features_;  // of the markets that have some
  ToldFeatures told_features_;
  std::vector<BarAnswer> delivered_;
  std::vector<Timer> timers_;  // by time, those of one time in the order in which they were set
  bool has_answers_ = false;
  UnixNanos now_;
  std::uint64_t last_id_ = 0;
  std::uint64_t bars_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t timers_fired_ = 0;
  std::uint64_t most_timers_;
  Decimal capital_;
  int128 equity_ = 0;
  int128 measured_ = 0;  // at the close before
  int128 highest_ = 0;
  int128 drawdown_ = 0;
  Nanos sample_;
  UnixNanos next_sample_;
  bool is_sampled_ = true;  // since the last close
  RunCloses closes_;
};

}  // namespace acts::backtest
