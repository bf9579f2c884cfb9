// Accounts with a limit, and funding, over random bars: every sample equals the sum of its parts, whatever is asked
// for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"
#include "backtest/money.hpp"

namespace acts::backtest {
namespace {

constexpr std::int64_t kNanosASecond = 1'000'000'000;

// Whatever it asks for, within a bar too.
class BarGambler final : public Strategy {
 public:
  explicit BarGambler(std::uint64_t seed, bool trails = true) : random_(seed), trails_(trails) {}
  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true, .fills = true}; }
  void on_order(StrategyContext& /*context*/, const OrderUpdate& update) override {
    refused += update.reason == RejectReason::kInsufficientBalance ? 1U : 0U;
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    liquidated += fill.cause == FillCause::kLiquidation ? 1U : 0U;
    if (below(3) == 0) gamble(context, fill.instrument, fill.price.units());
  }
  void on_timer(StrategyContext& context, TimerId id) override {
    gamble(context, InstrumentId{id.value()}, last_[id.value()]);
  }
  void on_bar(StrategyContext& context, const Bar& bar) override {
    last_.resize(context.instrument_count(), 100);
    last_[bar.instrument.value()] = bar.close.units();
    gamble(context, bar.instrument, bar.close.units());
    if (below(4) == 0)
      context.set_timer(TimerId{bar.instrument.value()}, context.now() + Nanos{below(20) * kNanosASecond});
  }

  std::uint64_t refused = 0;
  std::uint64_t liquidated = 0;

 private:
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  void gamble(StrategyContext& context, InstrumentId id, std::int64_t price) {
    const auto open = context.open_orders(id);
    const std::int64_t choice = below(10);
    if (choice == 0 && !open.empty()) {
      context.cancel(open[random_() % open.size()].id);
    } else if (choice < 3 && !open.empty()) {
      const OpenOrder old = open[random_() % open.size()];
      context.modify({.id = old.id,
                      .price = Price{std::max<std::int64_t>(old.price.units() + below(5) - 2, 1)},
                      .quantity = Quantity{1 + below(40)},
                      .stop_price = Price{below(2) * (price + below(9) - 4)}});
    } else if (choice == 3) {
      NewOrder stop = any(id, price);
      stop.type = below(2) == 0 ? OrderType::kStop : OrderType::kStopLimit;
      NewOrder limit = stop;
      limit.type = OrderType::kLimit;
      const std::int64_t away = stop.side == OrderSide::kBuy ? -4 : 4;
      limit.price = Price{price + away};
      stop.stop_price = Price{price - away};
      context.place_oco(limit, stop);
    } else {
      context.place(any(id, price));
    }
  }
  NewOrder any(InstrumentId id, std::int64_t price) {
    constexpr OrderType kTypes[] = {OrderType::kLimit,     OrderType::kLimit,           OrderType::kMarket,
                                    OrderType::kStop,      OrderType::kTakeProfitLimit, OrderType::kTrailingStop,
                                    OrderType::kTakeProfit};
    const OrderType type = kTypes[below(7)];
    return {.instrument = id,
            .side = below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell,
            .type = type == OrderType::kTrailingStop && !trails_ ? OrderType::kStop : type,
            .time_in_force = static_cast<TimeInForce>(below(4)),
            .price = Price{std::max<std::int64_t>(price + below(9) - 4, 1)},
            .quantity = Quantity{1 + below(40)},
            .stop_price = Price{std::max<std::int64_t>(price + below(13) - 6, 1)},
            .trail = Price{1 + below(5)},
            .reduce_only = below(5) == 0};
  }
  std::mt19937_64 random_;
  bool trails_;
  std::vector<std::int64_t> last_;
};

// Holds every sample against the sum of the fills, and equity against its parts.
class Auditor final : public RunListener {
 public:
  explicit Auditor(std::size_t instruments, bool is_linear) : held_(instruments), is_linear_(is_linear) {}
  void on_fill(const ToldFill& told) override {
    held_[told.fill.instrument.value()] += sign(told.fill.side) * told.fill.quantity.units();
    ++fills;
  }
  void on_sample(const Sample& sample) override {
    const Position& position = sample.position;
    EXPECT_EQ(position.quantity.units(), held_[sample.instrument.value()]);
    has_paid = has_paid || position.funding.units != 0;
    if (!sample.mark || !is_linear_) return;
    const Decimal held = minus({position.quantity.units(), 0}, position.base_fee);
    const Decimal parts = plus(plus(position.cash, times(held, *sample.mark)), minus(position.funding, position.fee));
    EXPECT_EQ(sample.equity, parts) << to_string(sample.equity) << " is not " << to_string(parts);
  }
  std::uint64_t fills = 0;
  bool has_paid = false;

 private:
  std::vector<std::int64_t> held_;
  bool is_linear_;
};

struct BarGambles {
  std::uint64_t refused = 0;
  std::uint64_t liquidated = 0;
  std::uint64_t filled = 0;
  std::uint64_t paid = 0;
};

BarRunOptions random_options(std::mt19937_64& random, sim::AccountKind kind, sim::ContractKind contract) {
  BarRunOptions options;
  options.account = kind;
  options.initial_balance = {contract == sim::ContractKind::kInverse ? 1 : 3000, 0};
  const std::size_t count = kind == sim::AccountKind::kMargin ? 1 : 1 + random() % 3;
  for (std::size_t i = 0; i < count; ++i) {
    BarMarket market{
        .instrument = test::bar_instrument("1", "1"),
        .fees = {.maker = {-1, 4}, .taker = {5, 4}},
        .path = static_cast<BarPath>(random() % 4),
        .margin = {.leverage = 20, .brackets = {{.from = {}, .maintenance = {2, 2}}}, .liquidation_fee = {1, 2}}};
    market.contract.kind = contract;
    if (kind == sim::AccountKind::kSpot && random() % 3 == 0) market.fees.asset = sim::FeeAsset::kReceived;
    if (kind != sim::AccountKind::kSpot) {
      std::vector<sim::FundingTime> times;
      for (std::int64_t at = 0; at < 3000; at += 1 + static_cast<std::int64_t>(random() % 60)) {
        sim::FundingTime time{.at = {at * kNanosASecond}, .rate = {static_cast<std::int64_t>(random() % 41) - 20, 4}};
        if (random() % 2 == 0) time.mark = Decimal{900 + static_cast<std::int64_t>(random() % 200), 1};
        times.push_back(time);
      }
      market.funding = sim::FundingBook::of(std::move(times)).value();
    }
    options.markets.push_back(market);
  }
  return options;
}

// Those of one step, or none of an instrument for once.
std::vector<Bar> random_bars(std::mt19937_64& random, std::vector<std::int64_t>& prices, std::int64_t at) {
  std::vector<Bar> bars;
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  for (std::uint32_t i = 0; i < prices.size(); ++i) {
    if (i > 0 && below(10) == 0) continue;
    const std::int64_t open = std::max<std::int64_t>(prices[i] + below(5) - 2, 20);
    const std::int64_t close = std::max<std::int64_t>(open + below(9) - 4, 20);
    bars.push_back({.instrument = InstrumentId{i},
                    .open_time = {at * kNanosASecond},
                    .close_time = {(at + 10) * kNanosASecond},
                    .open = Price{open},
                    .high = Price{std::max(open, close) + below(4)},
                    .low = Price{std::min(open, close) - below(4)},
                    .close = Price{close},
                    .volume = Quantity{below(20) == 0 ? 0 : 100}});
    prices[i] = close;
  }
  return bars;
}

BarGambles gamble_over_bars(sim::AccountKind kind, sim::ContractKind contract, std::uint64_t first_seed) {
  BarGambles all;
  for (std::uint64_t seed = first_seed; seed < first_seed + 80 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const BarRunOptions options = random_options(random, kind, contract);
    BarGambler gambler(seed);
    Auditor auditor(options.markets.size(), contract == sim::ContractKind::kLinear);
    const auto run = BarRun::make(options, gambler, &auditor).value();
    EXPECT_TRUE(run->start({}).has_value());
    std::vector<std::int64_t> prices(options.markets.size(), 100);
    std::int64_t at = 0;
    for (int i = 0; i < 250; ++i) {
      const std::vector<Bar> bars = random_bars(random, prices, at);
      const Result<void> done = run->step(bars);
      EXPECT_TRUE(done.has_value()) << done.error().message;
      at += random() % 15 == 0 ? 30 : 10;
      if (run->account() == nullptr) continue;
      run->account()->verify();
      for (std::uint32_t k = 0; k < prices.size(); ++k) {
        EXPECT_EQ(run->account()->position(k).position(), run->position(InstrumentId{k}));
      }
      EXPECT_TRUE(kind != sim::AccountKind::kSpot || run->account()->balance() >= 0);
    }
    EXPECT_TRUE(run->stop().has_value());
    all.refused += gambler.refused;
    all.liquidated += gambler.liquidated;
    all.filled += auditor.fills;
    all.paid += auditor.has_paid ? 1U : 0U;
  }
  return all;
}

// Where a margin account over one market, without funding, ends within a bar: tick by tick, with the fills as they were
// told. Money is in ten thousandths.
class NaiveMargin final : public RunListener {
 public:
  NaiveMargin(std::int64_t balance, BarPath path) : cash_(balance * kOne), path_(path) {}
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    types_[update.id.value()] = update.type;
  }
  void on_fill(const ToldFill& told) override { told_.push_back(told.fill); }
  // After each bar: what has been told of it is what had to come.
  void check(const Bar& bar) {
    next_ = 0;
    if (!bar.volume.is_zero()) {
      now_ = bar.open_time;
      end_if_used_up(bar.open.units());
      while (is_next() && told_[next_].ts_event == bar.open_time) take();
      now_ = bar.close_time;
      if (path_ == BarPath::kWorst) {
        worst(bar);
      } else {
        along(bar);
      }
    }
    EXPECT_EQ(next_, told_.size()) << "of the fills some should not be there";
    told_.clear();
  }
  std::uint64_t ended = 0;
  std::uint64_t ended_where_opened = 0;

 private:
  static constexpr std::int64_t kOne = 10'000;

  [[nodiscard]] bool is_next() const { return next_ < told_.size() && !is_end(told_[next_]); }
  static bool is_end(const Fill& fill) { return fill.cause == FillCause::kLiquidation; }
  // Equity is not above the maintenance margin of 2 %.
  [[nodiscard]] bool is_used_up(std::int64_t price) const {
    return held_ != 0 && cash_ + held_ * price * kOne <= std::abs(held_) * price * (kOne / 50);
  }
  void take() {
    const Fill& fill = told_[next_++];
    const std::int64_t quantity = sign(fill.side) * fill.quantity.units();
    const std::int64_t fee = static_cast<std::int64_t>(fill.fee.units * power_of_ten(4 - fill.fee.scale));
    cash_ -= quantity * fill.price.units() * kOne + fee;
    const std::int64_t before = std::exchange(held_, held_ + quantity);
    const bool opens = held_ != 0 && ((held_ < 0) != (before < 0) || std::abs(held_) > std::abs(before));
    if (opens) opened_ = fill.price.units();
  }
  // False: it does not end here.
  bool end_if_used_up(std::int64_t price) {
    if (!is_used_up(price)) return false;
    ++ended;
    const bool is_told = next_ < told_.size() && is_end(told_[next_]);
    EXPECT_TRUE(is_told) << "margin ends at " << price << ", and nothing of it is told";
    if (!is_told) return false;
    EXPECT_EQ(told_[next_].price.units(), price);
    EXPECT_EQ(told_[next_].ts_event, now_);
    EXPECT_EQ(told_[next_].quantity.units(), std::abs(held_));
    take();
    EXPECT_EQ(held_, 0);
    return true;
  }
  [[nodiscard]] bool is_of_falling(const Fill& fill) const {
    const OrderType type = types_.at(fill.id.value());
    return (type == OrderType::kStop || type == OrderType::kTrailingStop) == (fill.side == OrderSide::kSell);
  }

  // A known way: every tick of each of its three legs.
  void along(const Bar& bar) {
    const std::int64_t open = bar.open.units();
    const std::int64_t low = bar.low.units();
    const std::int64_t high = bar.high.units();
    const bool is_low_first = path_ == BarPath::kLowFirst || (path_ == BarPath::kNearest && open - low <= high - open);
    std::int64_t at = open;
    for (const std::int64_t to : {is_low_first ? low : high, is_low_first ? high : low, bar.close.units()}) {
      const std::int64_t step = to < at ? -1 : 1;
      for (std::int64_t price = at;; price += step) {
        end_if_used_up(price);
        while (is_next() && told_[next_].price.units() == price && is_of_falling(told_[next_]) == (to < at)) {
          take();
          end_if_used_up(price);
        }
        if (price == to) break;
      }
      at = to;
    }
  }

  // On the way from one price to another.
  bool end_between(std::int64_t from, std::int64_t to) {
    for (std::int64_t price = from; is_used_up(price) || price != to; price += to < from ? -1 : 1) {
      if (is_used_up(price)) return end_if_used_up(price);
    }
    return false;
  }
  [[nodiscard]] bool is_next_a_stop() const {
    if (!is_next()) return false;
    const OrderType type = types_.at(told_[next_].id.value());
    return type == OrderType::kStop || type == OrderType::kTrailingStop;
  }
  void take_stops() {
    while (is_next_a_stop()) {
      const std::int64_t price = told_[next_].price.units();
      const bool is_against = held_ > 0 ? price < opened_ : price > opened_;
      if (end_between(opened_, is_against ? price : opened_)) return;
      take();
    }
  }
  // The way is not known: to the worst for what stops have left, and for what came of the bar.
  void worst(const Bar& bar) {
    const auto end_at_worst = [&] { end_between(opened_, held_ > 0 ? bar.low.units() : bar.high.units()); };
    opened_ = bar.open.units();
    take_stops();
    end_at_worst();
    while (is_next() && !is_next_a_stop()) take();
    take_stops();
    const std::uint64_t before = ended;
    end_at_worst();
    ended_where_opened += ended != before && opened_ != bar.open.units() ? 1U : 0U;
  }

  std::int64_t cash_;
  BarPath path_;
  UnixNanos now_;
  std::int64_t held_ = 0;
  std::int64_t opened_ = 0;  // of the worst way: where what is held was last added to
  std::map<std::uint64_t, OrderType> types_;
  std::vector<Fill> told_;
  std::size_t next_ = 0;
};

TEST(BarAccountProperty, EndsMarginWhereANaiveWalkOverEveryTickDoes) {
  constexpr std::int64_t kBalance = 700;
  for (const BarPath path : {BarPath::kWorst, BarPath::kHighFirst, BarPath::kLowFirst, BarPath::kNearest}) {
    std::uint64_t ended = 0;
    std::uint64_t ended_where_opened = 0;
    for (std::uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
      SCOPED_TRACE("path " + std::to_string(static_cast<int>(path)) + ", seed " + std::to_string(seed));
      std::mt19937_64 random(seed);
      BarRunOptions options = random_options(random, sim::AccountKind::kMargin, sim::ContractKind::kLinear);
      options.initial_balance = {kBalance, 0};
      options.markets.front().path = path;
      options.markets.front().funding = {};
      BarGambler gambler(seed, path == BarPath::kWorst);
      NaiveMargin naive(kBalance, path);
      const auto run = BarRun::make(options, gambler, &naive).value();
      ASSERT_TRUE(run->start({}).has_value());
      std::vector<std::int64_t> prices{100};
      for (std::int64_t at = 0; at < 1500 && !HasFailure(); at += 10) {
        const std::vector<Bar> bars = random_bars(random, prices, at);
        const Result<void> done = run->step(bars);
        ASSERT_TRUE(done.has_value()) << done.error().message;
        SCOPED_TRACE("at " + std::to_string(at));
        naive.check(bars.front());
      }
      ended += naive.ended;
      ended_where_opened += naive.ended_where_opened;
    }
    EXPECT_GT(ended, 50U);
    EXPECT_EQ(ended_where_opened > 5, path == BarPath::kWorst);
  }
}

TEST(BarAccountProperty, KeepsItsInvariantsOnSpotWhateverIsAsked) {
  const BarGambles all = gamble_over_bars(sim::AccountKind::kSpot, sim::ContractKind::kLinear, 1);
  EXPECT_GT(all.refused, 1000U);
  EXPECT_GT(all.filled, 1000U);
}

TEST(BarAccountProperty, KeepsItsInvariantsOnMarginWhateverIsAsked) {
  for (const sim::ContractKind contract : {sim::ContractKind::kLinear, sim::ContractKind::kInverse}) {
    const BarGambles all = gamble_over_bars(sim::AccountKind::kMargin, contract, 1001);
    EXPECT_GT(all.filled, 1000U);
    EXPECT_GT(all.paid, 40U);
    EXPECT_GT(all.liquidated, contract == sim::ContractKind::kLinear ? 10U : 0U);
  }
}

TEST(BarAccountProperty, KeepsItsInvariantsWithFundingAndNoLimit) {
  const BarGambles all = gamble_over_bars(sim::AccountKind::kUnlimited, sim::ContractKind::kLinear, 2001);
  EXPECT_EQ(all.refused, 0U);
  EXPECT_GT(all.paid, 70U);
}

}  // namespace
}  // namespace acts::backtest
