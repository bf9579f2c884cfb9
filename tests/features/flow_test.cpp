#include "acts/features/flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "acts/base/ratio.hpp"

#include "features/support.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using test::level;

constexpr Scales kWhole{0, 0};
constexpr Nanos kSecond = 1s;
constexpr UnixNanos kBegin{1'723'118'400'000'000'000};

Quotes quotes(Level bid, Level ask, Scales scales = kWhole) { return {scales, bid, ask}; }

Trade trade(std::int64_t id, AggressorSide aggressor, std::int64_t price, std::int64_t quantity,
            Scales scales = kWhole) {
  return {.trade_id = id,
          .first_trade_id = id,
          .last_trade_id = id,
          .aggressor = aggressor,
          .ts_event = {},
          .scales = scales,
          .price = Price{price},
          .quantity = Quantity{quantity}};
}

Trade aggregate(std::int64_t first, std::int64_t last, std::int64_t price, std::int64_t quantity) {
  Trade result = trade(first, AggressorSide::kSell, price, quantity);
  result.last_trade_id = last;
  result.aggregate = true;
  return result;
}

// What one step from the first quotes to the second adds.
std::int64_t order_flow(const Quotes& from, const Quotes& to) {
  FlowMeter meter(kSecond);
  meter.on_quotes(from, QuotesCause::kUpdate, kBegin);
  meter.on_quotes(to, QuotesCause::kUpdate, kBegin);
  return static_cast<std::int64_t>(meter.close(kBegin + kSecond).order_flow);
}

// Each line of equation (4), by hand.
TEST(FlowMeter, AddsOrderFlowAsItsSourceDoes) {
  const Quotes before = quotes(level(100, 5), level(103, 7));
  EXPECT_EQ(order_flow(before, before), 0);
  EXPECT_EQ(order_flow(before, quotes(level(100, 8), level(103, 7))), 3) << "more at the bid";
  EXPECT_EQ(order_flow(before, quotes(level(100, 1), level(103, 7))), -4) << "less at the bid";
  EXPECT_EQ(order_flow(before, quotes(level(101, 2), level(103, 7))), 2) << "a better bid";
  EXPECT_EQ(order_flow(before, quotes(level(99, 9), level(103, 7))), -5) << "the bid is gone";
  EXPECT_EQ(order_flow(before, quotes(level(100, 5), level(103, 9))), -2) << "more at the ask";
  EXPECT_EQ(order_flow(before, quotes(level(100, 5), level(102, 4))), -4) << "a better ask";
  EXPECT_EQ(order_flow(before, quotes(level(100, 5), level(104, 1))), 7) << "the ask is gone";
  EXPECT_EQ(order_flow(before, quotes(level(101, 2), level(104, 1))), 9) << "both went up";
}

TEST(FlowMeter, AveragesOverTheTimeForWhichPricesHeld) {
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(100, 5), level(103, 7)), QuotesCause::kUpdate, kBegin + 250ms);
  meter.on_quotes(quotes(level(100, 1), level(101, 2)), QuotesCause::kUpdate, kBegin + 750ms);
  const FlowSample first = meter.close(kBegin + kSecond);
  EXPECT_EQ(first.observed, Nanos{750ms});
  EXPECT_EQ(first.spread_time, int128{3} * 500'000'000 + int128{1} * 250'000'000);
  EXPECT_EQ(first.bid_plus_ask_time, int128{203} * 500'000'000 + int128{201} * 250'000'000);
  EXPECT_EQ(first.bid_quantity_time, int128{5} * 500'000'000 + int128{1} * 250'000'000);
  EXPECT_EQ(first.ask_quantity_time, int128{7} * 500'000'000 + int128{2} * 250'000'000);
  EXPECT_EQ(first.spread_min, 1);
  EXPECT_EQ(first.spread_max, 3);
  EXPECT_EQ(first.bid_plus_ask_min, 201);
  EXPECT_EQ(first.bid_plus_ask_max, 203);
  EXPECT_EQ(first.mid_changes, 1);
  EXPECT_EQ(first.squared_returns, (-2.0 / 203) * (-2.0 / 203));
  const FlowSample second = meter.close(kBegin + 2 * kSecond);
  EXPECT_EQ(second.observed, kSecond);
  EXPECT_EQ(second.spread_max, 1) << "what held before the interval is not in it";
  EXPECT_EQ(second.order_flow, 0);
  EXPECT_EQ(second.squared_returns, 0);
}

TEST(FlowMeter, TakesACorrectionForNoFlow) {
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(100, 5), level(103, 7)), QuotesCause::kUpdate, kBegin);
  meter.on_quotes(quotes(level(101, 5), level(103, 7)), QuotesCause::kCorrection, kBegin + 1ms);
  meter.on_quotes(std::nullopt, QuotesCause::kUpdate, kBegin + 2ms);
  meter.on_quotes(quotes(level(90, 5), level(103, 7)), QuotesCause::kUpdate, kBegin + 3ms);
  const FlowSample sample = meter.close(kBegin + kSecond);
  EXPECT_EQ(sample.order_flow, 0);
  EXPECT_EQ(sample.mid_changes, 0);
  EXPECT_EQ(sample.observed, Nanos{999ms});
  EXPECT_EQ(sample.bid_plus_ask_max, 204) << "corrected prices held for a millisecond";
}

// After a stall the rows of the last day follow the first one at once: the interval before them is not theirs.
TEST(FlowMeter, CountsNoTimeThatLiesBeforeTheInterval) {
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(100, 5), level(103, 7)), QuotesCause::kUpdate, kBegin);
  EXPECT_EQ(meter.close(kBegin + kSecond).observed, kSecond);
  EXPECT_EQ(meter.close(kBegin + 100 * kSecond).observed, kSecond);
}

TEST(FlowMeter, CountsEachTradeOnce) {
  FlowMeter meter(kSecond);
  EXPECT_FALSE(meter.close(kBegin).has_trades);
  meter.on_trade(aggregate(1, 3, 100, 6));
  meter.on_trade(aggregate(1, 3, 100, 6));                 // of another connection
  meter.on_trade(trade(3, AggressorSide::kSell, 100, 2));  // in the aggregate
  meter.on_trade(trade(4, AggressorSide::kBuy, 101, 10));
  meter.on_trade(aggregate(4, 5, 101, 11));  // single trades are told: 5 will come
  meter.on_trade(trade(5, AggressorSide::kBuy, 102, 1));
  Trade fund = trade(6, AggressorSide::kBuy, 0, 0);
  fund.market = false;
  meter.on_trade(fund);
  const FlowSample sample = meter.close(kBegin + kSecond);
  EXPECT_TRUE(sample.has_trades);
  EXPECT_EQ(sample.sells, 3);
  EXPECT_EQ(sample.buys, 2);
  EXPECT_EQ(sample.sell_quantity, 6);
  EXPECT_EQ(sample.buy_quantity, 11);
  EXPECT_EQ(sample.notional, 600 + 1010 + 102);
  meter.on_trade(trade(2, AggressorSide::kBuy, 101, 10));
  EXPECT_EQ(meter.close(kBegin + 2 * kSecond).buys, 0);
  meter.on_ids_restarted();
  meter.on_trade(trade(2, AggressorSide::kBuy, 101, 10));
  const FlowSample anew = meter.close(kBegin + 3 * kSecond);
  EXPECT_EQ(anew.buys, 1);
}

TEST(FlowMeter, SaysThatACountOfTradesDoesNotFit) {
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  FlowMeter meter(kSecond);
  meter.on_trade(aggregate(1, 3, 100, 6));
  meter.on_trade(aggregate(4, kHighest, 100, 1));
  const FlowSample sample = meter.close(kBegin + kSecond);
  EXPECT_TRUE(sample.fits);
  EXPECT_EQ(sample.sells, kHighest);
  meter.on_ids_restarted();
  meter.on_trade(aggregate(0, kHighest, 100, 1));
  EXPECT_FALSE(meter.close(kBegin + 2 * kSecond).fits) << "one more than there is room for";
  meter.on_ids_restarted();
  meter.on_trade(aggregate(1, kHighest - 1, 100, 1));
  meter.on_trade(aggregate(kHighest, kHighest, 100, 1));
  EXPECT_TRUE(meter.close(kBegin + 3 * kSecond).fits);
  meter.on_ids_restarted();
  meter.on_trade(aggregate(9, 8, 100, 1));
  EXPECT_FALSE(meter.close(kBegin + 4 * kSecond).fits) << "no trades are of such ids";
}

// Of ids the venue has counted as far as some 10^10.
TEST(FlowMeter, CountsTheTradesBehindAnIdThatWasNone) {
  constexpr std::int64_t kNoVenues = (std::int64_t{1} << 62) - 1;
  constexpr std::int64_t kVenues = 10'000'000'000;
  FlowMeter meter(kSecond);
  meter.on_trade(trade(kNoVenues, AggressorSide::kBuy, 100, 1));
  meter.on_trade(trade(kVenues, AggressorSide::kSell, 100, 2));
  meter.on_trade(trade(kVenues + 1, AggressorSide::kSell, 100, 3));
  meter.on_trade(trade(kVenues, AggressorSide::kSell, 100, 2));      // of another connection
  meter.on_trade(trade(kVenues / 2, AggressorSide::kSell, 100, 2));  // of a slow one
  const FlowSample sample = meter.close(kBegin + kSecond);
  EXPECT_EQ(sample.buys, 1);
  EXPECT_EQ(sample.sells, 2);
  EXPECT_EQ(sample.sell_quantity, 5);
}

// Sums were of two decimals, and from now on values have three.
TEST(FlowMeter, KeepsItsSumsWhenDecimalsAreAdded) {
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(100, 5), level(103, 7)), QuotesCause::kUpdate, kBegin);
  meter.on_trade(trade(1, AggressorSide::kBuy, 100, 3));
  meter.on_quotes(quotes(level(1001, 500), level(1030, 700), {1, 2}), QuotesCause::kUpdate, kBegin + 500ms);
  meter.on_trade(trade(2, AggressorSide::kBuy, 100, 3));
  const FlowSample sample = meter.close(kBegin + kSecond);
  EXPECT_TRUE(sample.fits);
  EXPECT_EQ(sample.scales, (Scales{1, 2}));
  EXPECT_EQ(sample.spread_time, int128{30} * 500'000'000 + int128{29} * 500'000'000);
  EXPECT_EQ(sample.order_flow, 500) << "a better bid";
  EXPECT_EQ(sample.buy_quantity, 600);
  EXPECT_EQ(sample.notional, int128{2} * 300 * 1000);
}

TEST(FlowMeter, SaysWhatDoesNotFit) {
  constexpr std::int64_t kHuge = 4'000'000'000'000'000'000;
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(1, kHuge), level(kHuge, 1)), QuotesCause::kUpdate, kBegin);
  EXPECT_TRUE(meter.close(kBegin + kSecond).fits);
  meter.on_quotes(quotes(level(1, 1), level(2, 1), {9, 9}), QuotesCause::kUpdate, kBegin + kSecond);
  EXPECT_FALSE(meter.close(kBegin + 2 * kSecond).fits);
  EXPECT_TRUE(meter.close(kBegin + 3 * kSecond).fits) << "one interval, not all that follow";
  for (std::int64_t id = 1; id < 20; ++id) meter.on_trade(trade(id, AggressorSide::kBuy, kHuge, kHuge, {9, 9}));
  const FlowSample sample = meter.close(kBegin + 4 * kSecond);
  EXPECT_FALSE(sample.fits);
  EXPECT_EQ(sample.buys, 19);
}

TEST(FlowMeter, FindsRoomForLargeQuantitiesBehindOneOfManyDecimals) {
  constexpr std::int64_t kLarge = 200'000'000'000;
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(1, 1), level(2, 1), {0, 8}), QuotesCause::kUpdate, kBegin);
  EXPECT_TRUE(meter.close(kBegin + kSecond).fits);
  meter.on_quotes(quotes(level(1, kLarge), level(2, 1)), QuotesCause::kUpdate, kBegin + kSecond);
  EXPECT_FALSE(meter.close(kBegin + 2 * kSecond).fits);
  const FlowSample sample = meter.close(kBegin + 3 * kSecond);
  EXPECT_TRUE(sample.fits);
  EXPECT_EQ(sample.scales, Scales{});
  EXPECT_EQ(sample.bid_quantity_time, int128{kLarge} * kSecond.count());
}

TEST(FlowMeter, FindsRoomForLargeTradesBehindAQuoteOfManyDecimals) {
  FlowMeter meter(kSecond);
  meter.on_quotes(quotes(level(1, 1), level(2, 1), {0, 8}), QuotesCause::kUpdate, kBegin);
  meter.on_quotes(quotes(level(1, 5), level(2, 1)), QuotesCause::kUpdate, kBegin);
  meter.on_trade(trade(1, AggressorSide::kBuy, 1, 200'000'000'000));
  EXPECT_FALSE(meter.close(kBegin + kSecond).fits);
  meter.on_trade(trade(2, AggressorSide::kBuy, 1, 200'000'000'000));
  const FlowSample sample = meter.close(kBegin + 2 * kSecond);
  EXPECT_TRUE(sample.fits);
  EXPECT_EQ(sample.buy_quantity, 200'000'000'000);
  EXPECT_EQ(sample.bid_quantity_time, int128{5} * kSecond.count());
}

// Everything that ever happened, and each interval by its definition.
class NaiveFlow {
 public:
  struct State {
    UnixNanos at;
    std::optional<Quotes> quotes;
    QuotesCause cause;
  };
  std::vector<State> states;
  std::vector<std::pair<UnixNanos, Trade>> trades;

  [[nodiscard]] FlowSample of(UnixNanos begin, UnixNanos end, Scales scales) const {
    FlowSample sample{.scales = scales};
    for (std::size_t i = 0; i < states.size(); ++i) {
      const UnixNanos until = i + 1 < states.size() ? states[i + 1].at : end;
      if (states[i].quotes) add_time(sample, *states[i].quotes, std::max(states[i].at, begin), std::min(until, end));
      const bool is_inside = states[i].at >= begin && states[i].at < end;
      if (is_inside && i > 0 && states[i].cause == QuotesCause::kUpdate && states[i].quotes && states[i - 1].quotes) {
        add_step(sample, *states[i - 1].quotes, *states[i].quotes);
      }
    }
    for (const auto& [at, trade] : trades) {
      if (at >= end) continue;
      sample.has_trades = true;
      if (at < begin) continue;
      const std::int64_t price = trade.price.units() * power_of_ten(scales.price - trade.scales.price);
      const std::int64_t quantity = trade.quantity.units() * power_of_ten(scales.quantity - trade.scales.quantity);
      (trade.aggressor == AggressorSide::kBuy ? sample.buys : sample.sells) += 1;
      (trade.aggressor == AggressorSide::kBuy ? sample.buy_quantity : sample.sell_quantity) += quantity;
      sample.notional += int128{price} * quantity;
    }
    return sample;
  }

 private:
  struct Units {
    int128 bid, bid_quantity, ask, ask_quantity;
  };
  static Units units(const Quotes& q, Scales scales) {
    const std::int64_t price = power_of_ten(scales.price - q.scales.price);
    const std::int64_t quantity = power_of_ten(scales.quantity - q.scales.quantity);
    return {int128{q.bid.price.units()} * price, int128{q.bid.quantity.units()} * quantity,
            int128{q.ask.price.units()} * price, int128{q.ask.quantity.units()} * quantity};
  }
  static void add_time(FlowSample& sample, const Quotes& q, UnixNanos from, UnixNanos to) {
    if (to <= from) return;
    const Units u = units(q, sample.scales);
    const int128 nanos = (to - from).count();
    const bool is_first = sample.observed == Nanos{0};
    sample.observed += to - from;
    sample.bid_plus_ask_time += (u.bid + u.ask) * nanos;
    sample.spread_time += (u.ask - u.bid) * nanos;
    sample.bid_quantity_time += u.bid_quantity * nanos;
    sample.ask_quantity_time += u.ask_quantity * nanos;
    sample.spread_min = is_first ? u.ask - u.bid : std::min(sample.spread_min, u.ask - u.bid);
    sample.spread_max = is_first ? u.ask - u.bid : std::max(sample.spread_max, u.ask - u.bid);
    sample.bid_plus_ask_min = is_first ? u.bid + u.ask : std::min(sample.bid_plus_ask_min, u.bid + u.ask);
    sample.bid_plus_ask_max = is_first ? u.bid + u.ask : std::max(sample.bid_plus_ask_max, u.bid + u.ask);
  }
  // What comes to the bid, less what goes from it, less the same of the ask.
  static void add_step(FlowSample& sample, const Quotes& from, const Quotes& to) {
    const Units a = units(from, sample.scales);
    const Units b = units(to, sample.scales);
    int128 bid = b.bid_quantity - a.bid_quantity;
    if (b.bid > a.bid) bid = b.bid_quantity;
    if (b.bid < a.bid) bid = -a.bid_quantity;
    int128 ask = b.ask_quantity - a.ask_quantity;
    if (b.ask < a.ask) ask = b.ask_quantity;
    if (b.ask > a.ask) ask = -a.ask_quantity;
    sample.order_flow += bid - ask;
    if (a.bid + a.ask == b.bid + b.ask) return;
    ++sample.mid_changes;
    const double change = nearest_double(b.bid + b.ask - a.bid - a.ask, a.bid + a.ask);
    sample.squared_returns += change * change;
  }
};

void expect_same(const FlowSample& a, const FlowSample& b) {
  EXPECT_TRUE(a.fits);
  EXPECT_EQ(a.observed, b.observed);
  EXPECT_TRUE(a.bid_plus_ask_time == b.bid_plus_ask_time);
  EXPECT_TRUE(a.spread_time == b.spread_time);
  EXPECT_TRUE(a.bid_quantity_time == b.bid_quantity_time);
  EXPECT_TRUE(a.ask_quantity_time == b.ask_quantity_time);
  EXPECT_TRUE(a.spread_min == b.spread_min);
  EXPECT_TRUE(a.spread_max == b.spread_max);
  EXPECT_TRUE(a.bid_plus_ask_min == b.bid_plus_ask_min);
  EXPECT_TRUE(a.bid_plus_ask_max == b.bid_plus_ask_max);
  EXPECT_TRUE(a.order_flow == b.order_flow);
  EXPECT_EQ(a.mid_changes, b.mid_changes);
  EXPECT_EQ(a.squared_returns, b.squared_returns);
  EXPECT_EQ(a.has_trades, b.has_trades);
  EXPECT_EQ(a.buys, b.buys);
  EXPECT_EQ(a.sells, b.sells);
  EXPECT_TRUE(a.buy_quantity == b.buy_quantity);
  EXPECT_TRUE(a.sell_quantity == b.sell_quantity);
  EXPECT_TRUE(a.notional == b.notional);
}

class RandomFlow {
 public:
  explicit RandomFlow(unsigned seed) : random_(seed) {}

  // One random event after the last one.
  void step(FlowMeter& meter, NaiveFlow& naive, UnixNanos& now) {
    now = now + Nanos{number(0, 3) == 0 ? 0 : number(1, 400'000'000)};
    while (now >= boundary_) close(meter, naive);
    if (number(0, 200) == 0) scales_ = {static_cast<std::uint8_t>(scales_.price + number(0, 1)), scales_.quantity};
    if (number(0, 200) == 0) scales_ = {scales_.price, static_cast<std::uint8_t>(scales_.quantity + number(0, 1))};
    if (number(0, 2) == 0) {
      naive.trades.emplace_back(now, trade(next_id_++, number(0, 1) == 0 ? AggressorSide::kBuy : AggressorSide::kSell,
                                           number(90, 110), number(1, 9), kWhole));
      meter.on_trade(naive.trades.back().second);
      return;
    }
    NaiveFlow::State state{now, std::nullopt, number(0, 9) == 0 ? QuotesCause::kCorrection : QuotesCause::kUpdate};
    const std::int64_t unit = power_of_ten(scales_.price);
    if (number(0, 15) > 0) {
      state.quotes = quotes(level(number(95, 99) * unit + number(0, unit - 1), number(1, 5)),
                            level(number(99, 103) * unit, number(1, 5)), scales_);
    }
    meter.on_quotes(state.quotes, state.cause, now);
    naive.states.push_back(state);
  }

 private:
  void close(FlowMeter& meter, const NaiveFlow& naive) {
    const FlowSample sample = meter.close(boundary_);
    expect_same(sample, naive.of(boundary_ - kSecond, boundary_, sample.scales));
    boundary_ = boundary_ + kSecond;
  }
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  std::mt19937_64 random_;
  UnixNanos boundary_ = kBegin + kSecond;
  std::int64_t next_id_ = 1;
  Scales scales_ = kWhole;
};

TEST(FlowMeter, GivesWhatItsDefinitionsSayOfRandomEvents) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    FlowMeter meter(kSecond);
    NaiveFlow naive;
    RandomFlow events(seed);
    UnixNanos now = kBegin;
    for (int i = 0; i < 800; ++i) events.step(meter, naive, now);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace acts
