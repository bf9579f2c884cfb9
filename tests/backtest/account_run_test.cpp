// Runs whose orders an account must bear: what is refused, funding, liquidation.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backtest/account_rows.hpp"
#include "backtest/engine.hpp"
#include "backtest/vector_feed.hpp"
#include "sim/account/account.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using sim::RowKind;
using std::chrono::milliseconds;
using test::kBegin;
using test::kMilli;
using test::level;

constexpr InstrumentId kOnly{0};

// The best prices move from one middle to the next, a millisecond each: bids one tick below, asks one above.
std::vector<MarketRow> market_of(const std::vector<std::int64_t>& middles) {
  std::vector<MarketRow> rows;
  for (std::size_t i = 0; i < middles.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i) * 10;
    if (i > 0) {
      rows.push_back(level(at, sim::kBidSide, middles[i - 1] - 1, 0));
      rows.push_back(level(at, sim::kAskSide, middles[i - 1] + 1, 0));
    }
    rows.push_back(level(at, sim::kBidSide, middles[i] - 1, 1000));
    rows.push_back(level(at, sim::kAskSide, middles[i] + 1, 1000));
  }
  return rows;
}

// Does at times what it is told to.
class Script final : public Strategy {
 public:
  using Step = std::function<void(StrategyContext&)>;
  void at(std::int64_t ms, Step step) { steps_.push_back({ms, std::move(step)}); }
  [[nodiscard]] Wants wants() const override { return {.orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override {
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      context.set_timer(TimerId{i}, UnixNanos{kBegin + steps_[i].first * kMilli});
    }
  }
  void on_timer(StrategyContext& context, TimerId id) override { steps_[id.value()].second(context); }
  void on_order(StrategyContext& /*context*/, const OrderUpdate& update) override { updates.push_back(update); }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    fills.push_back(fill);
    positions.push_back(context.position(fill.instrument));
  }
  // Of the order of that number, from 1.
  [[nodiscard]] std::vector<std::string> told_of(std::uint64_t id) const {
    std::vector<std::string> told;
    for (const OrderUpdate& update : updates) {
      if (update.id != ClientOrderId{id}) continue;
      const std::string_view reason = to_string(update.reason);
      told.push_back(std::string(to_string(update.event)) + (reason.empty() ? "" : ": ") + std::string(reason));
    }
    return told;
  }

  std::vector<OrderUpdate> updates;
  std::vector<Fill> fills;
  std::vector<Position> positions;  // with each of them

 private:
  std::vector<std::pair<std::int64_t, Step>> steps_;
};

struct Outcome {
  RunEnd end;
  std::string error;
};

struct Bench {
  BacktestInstrument instrument;
  sim::AccountModel model;
  std::unique_ptr<sim::Account> account;
  sim::VenueModel venue;
  sim::FundingBook funding;

  explicit Bench(sim::AccountKind kind, const Decimal& balance) {
    instrument.info.symbol = "X";
    model.kind = kind;
    model.initial_balance = balance;
    model.instruments.push_back({.scales = instrument.scales});
  }
  Outcome run(std::vector<MarketRow> rows, Strategy& strategy, RunListener* listener = nullptr,
              EngineOptions options = {}) {
    account = sim::Account::make(model).value();
    test::VectorFeed feed(rows, rows, 7);
    std::vector<InstrumentSetup> setups;
    setups.push_back({.instrument = instrument,
                      .venue = venue,
                      .latency = sim::LatencyModel(sim::Latency::of(milliseconds{1}).value(),
                                                   sim::Latency::of(milliseconds{1}).value()),
                      .account = account.get(),
                      .funding = funding,
                      .feed = &feed});
    Engine engine(std::move(setups), strategy, options, listener);
    Result<RunEnd> end = engine.run();
    return end ? Outcome{*std::move(end), ""} : Outcome{{}, end.error().message};
  }
};

NewOrder order(OrderSide side, std::int64_t price, std::int64_t quantity) {
  return {.side = side, .price = Price{price}, .quantity = Quantity{quantity}};
}
NewOrder market_order(OrderSide side, std::int64_t quantity) {
  return {.side = side, .type = OrderType::kMarket, .quantity = Quantity{quantity}};
}

TEST(AccountRun, SpotRefusesWhatTheBalanceDoesNotPayFor) {
  Bench bench(sim::AccountKind::kSpot, {1000, 0});
  Script script;
  script.at(5, [](StrategyContext& context) {
    context.place(order(OrderSide::kBuy, 90, 10));  // 900 are set aside
    context.place(order(OrderSide::kBuy, 90, 2));
    context.place(order(OrderSide::kSell, 110, 1));
    context.place(market_order(OrderSide::kBuy, 1));
  });
  script.at(15, [](StrategyContext& context) { context.modify({ClientOrderId{1}, Price{101}, Quantity{10}}); });
  script.at(25, [](StrategyContext& context) { context.cancel(ClientOrderId{1}); });
  script.at(35, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 9)); });
  const Outcome outcome = bench.run(market_of({100, 100, 100, 100, 100}), script);
  EXPECT_EQ(outcome.error, "");
  using Told = std::vector<std::string>;
  EXPECT_EQ(script.told_of(1), (Told{"accepted", "rejected: insufficient_balance", "cancelled"}));
  EXPECT_EQ(script.told_of(2), (Told{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(3), (Told{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(4), (Told{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(5), (Told{"filled"}));
  ASSERT_EQ(script.updates.back().price, Price{}) << "how far it might have gone is the account's";
  EXPECT_EQ(to_string(outcome.end.positions[0].cash), "91");
}

// Of a thin book a market order takes as much as the balance pays for.
TEST(AccountRun, SpotTakesNoFurtherThanTheBalance) {
  Bench bench(sim::AccountKind::kSpot, {1100, 0});
  bench.venue.fills = sim::FillSizes::kPartial;
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  const std::vector<MarketRow> rows{level(0, sim::kBidSide, 99, 5), level(0, sim::kAskSide, 100, 4),
                                    level(0, sim::kAskSide, 110, 3), level(0, sim::kAskSide, 111, 50),
                                    level(20, sim::kBidSide, 98, 5)};
  const Outcome outcome = bench.run(rows, script);
  EXPECT_EQ(script.told_of(1),
            (std::vector<std::string>{"partially_filled", "partially_filled", "expired: no_liquidity"}));
  EXPECT_EQ(outcome.end.positions[0].quantity, Quantity{7});
  EXPECT_EQ(to_string(outcome.end.positions[0].cash), "370");
}

TEST(AccountRun, SpotHoldsAStopThatBuysAboveItsPrice) {
  Bench bench(sim::AccountKind::kSpot, {1050, 0});
  Script script;
  script.at(5, [](StrategyContext& context) {
    NewOrder stop = market_order(OrderSide::kBuy, 10);
    stop.type = OrderType::kStop;
    stop.stop_price = Price{101};
    context.place(stop);  // 1060 may be needed
    stop.stop_price = Price{100};
    context.place(stop);
  });
  bench.run(market_of({90, 90, 90}), script);
  EXPECT_EQ(script.told_of(1).front(), "rejected: insufficient_balance");
  EXPECT_EQ(script.told_of(2).front(), "accepted");
}

// Of 10 lots of 1 bought a tenth of one is kept as a fee: 9 can be sold, and then nothing is held.
TEST(AccountRun, SpotSellsWhatFeesHaveLeft) {
  Bench bench(sim::AccountKind::kSpot, {2000, 0});
  bench.model.instruments[0].fees.asset = sim::FeeAsset::kReceived;
  bench.model.instruments[0].fees.taker = {1, 2};
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  script.at(15, [](StrategyContext& context) {
    EXPECT_EQ(context.position(kOnly).quantity, Quantity{10});
    EXPECT_EQ(context.position_value(kOnly), 9.9);
    EXPECT_EQ(context.held(kOnly), Quantity{9});
    EXPECT_EQ(context.held(kOnly, Quantity{10}), Quantity{0});
    context.place(market_order(OrderSide::kSell, 10));
    context.place(market_order(OrderSide::kSell, context.held(kOnly).units()));
  });
  script.at(25, [](StrategyContext& context) { EXPECT_EQ(context.held(kOnly), Quantity{0}); });
  const Outcome outcome = bench.run(market_of({100, 100, 100, 100}), script);
  EXPECT_EQ(outcome.error, "");
  using Told = std::vector<std::string>;
  EXPECT_EQ(script.told_of(1), (Told{"filled"}));
  EXPECT_EQ(script.told_of(2), (Told{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(3), (Told{"filled"}));
  EXPECT_EQ(to_string(held(outcome.end.positions[0], 0)), "0.9");
}

TEST(AccountRun, SpotBeginsWithABaseBalance) {
  Bench bench(sim::AccountKind::kSpot, {0, 0});
  bench.model.instruments[0].initial_position = {5, 0};
  Script script;
  script.at(5, [](StrategyContext& context) {
    EXPECT_EQ(context.position(kOnly).quantity, Quantity{5});
    EXPECT_EQ(context.position_value(kOnly), 5.0);
    context.place(market_order(OrderSide::kSell, 6));
    context.place(market_order(OrderSide::kSell, 5));
  });
  const Outcome outcome = bench.run(market_of({100, 100}), script);
  EXPECT_EQ(script.told_of(1).front(), "rejected: insufficient_balance");
  EXPECT_EQ(outcome.end.positions[0].quantity, Quantity{0});
  EXPECT_EQ(to_string(*outcome.end.equities[0]), "495");
}

// What a run's files are made of: samples as "ms: mark position equity", and what fills have realised.
class Book final : public RunListener {
 public:
  void on_sample(const Sample& sample) override {
    samples.push_back(std::to_string((sample.ts.value - kBegin) / kMilli) + ": " +
                      (sample.mark ? to_string(*sample.mark) : "-") + " " +
                      std::to_string(sample.position.quantity.units()) + " " + to_string(sample.equity));
  }
  void on_fill(const ToldFill& told) override { realised.push_back(to_string(told.realised)); }
  std::vector<std::string> samples;
  std::vector<std::string> realised;
};

// The first sample came at the next whole hour, behind the fills, which so counted twice.
TEST(AccountRun, SamplesWhatIsHeldFromTheStartWithTheFirstPrice) {
  Bench bench(sim::AccountKind::kSpot, {0, 0});
  bench.model.instruments[0].initial_position = {5, 0};
  std::vector<MarketRow> rows{level(0, sim::kBidSide, 99, 1000), level(10, sim::kAskSide, 102, 1000),
                              level(20, sim::kBidSide, 99, 0), level(20, sim::kBidSide, 98, 1000),
                              level(40, sim::kBidSide, 98, 999)};
  Script script;
  script.at(25, [](StrategyContext& context) { context.place(market_order(OrderSide::kSell, 2)); });
  Book book;
  const Outcome outcome = bench.run(rows, script, &book, {.sample = std::chrono::hours{1}});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(book.samples, (std::vector<std::string>{"10: 100.5 5 502.5", "40: 100 3 496"}));
  EXPECT_EQ(book.realised, (std::vector<std::string>{"-5"})) << "what was there counts as bought at the first middle";
}

// The first one came at a whole multiple, and was told again as the one that was due then.
TEST(AccountRun, TellsNoSampleTwice) {
  Bench bench(sim::AccountKind::kSpot, {0, 0});
  bench.model.instruments[0].initial_position = {5, 0};
  const std::vector<MarketRow> rows{level(0, sim::kBidSide, 99, 1000), level(10, sim::kAskSide, 102, 1000),
                                    level(25, sim::kBidSide, 99, 999)};
  Script script;
  Book book;
  EXPECT_EQ(bench.run(rows, script, &book, {.sample = std::chrono::milliseconds{10}}).error, "");
  EXPECT_EQ(book.samples, (std::vector<std::string>{"10: 100.5 5 502.5", "20: 100.5 5 502.5", "25: 100.5 5 502.5"}));
}

// A book of one side has no middle: the fill is the first price.
TEST(AccountRun, SamplesWhatIsHeldFromTheStartBeforeItsFirstFill) {
  Bench bench(sim::AccountKind::kSpot, {0, 0});
  bench.model.instruments[0].initial_position = {5, 0};
  const std::vector<MarketRow> rows{level(0, sim::kBidSide, 99, 1000), level(40, sim::kAskSide, 102, 1000)};
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kSell, 2)); });
  Book book;
  EXPECT_EQ(bench.run(rows, script, &book, {.sample = std::chrono::hours{1}}).error, "");
  ASSERT_EQ(book.samples.size(), 2U);
  EXPECT_EQ(book.samples.front(), "7: 99 5 495");
  EXPECT_EQ(book.samples.back(), "40: 100.5 3 499.5");
  EXPECT_EQ(book.realised, (std::vector<std::string>{"0"}));
}

// An order that only reduces needed nothing: with another one it sold what there was twice, and the run ended with an
// assertion.
TEST(AccountRun, SpotSellsNothingTwiceByAnOrderThatOnlyReduces) {
  Bench bench(sim::AccountKind::kSpot, {0, 0});
  bench.model.instruments[0].initial_position = {5, 0};
  Script script;
  script.at(5, [](StrategyContext& context) {
    context.place(order(OrderSide::kSell, 110, 5));
    NewOrder reducing = market_order(OrderSide::kSell, 5);
    reducing.reduce_only = true;
    context.place(reducing);
  });
  const Outcome outcome = bench.run(market_of({100, 100, 120, 120}), script);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(1).back(), "filled");
  EXPECT_EQ(outcome.end.positions[0].quantity, Quantity{0});
}

// Bought 10 at 101 with 200 at a leverage of 10; the maintenance margin is 5 %.
TEST(AccountRun, IsLiquidatedAtTheRowWhereTheMarginEnds) {
  Bench bench(sim::AccountKind::kMargin, {200, 0});
  bench.model.instruments[0].margin = {
      .leverage = 10, .brackets = {{.from = {}, .maintenance = {5, 2}}}, .liquidation_fee = {1, 2}};
  Script script;
  script.at(5, [](StrategyContext& context) {
    context.place(market_order(OrderSide::kBuy, 10));
    context.place(order(OrderSide::kBuy, 50, 5));
    context.place(order(OrderSide::kBuy, 99, 50));
  });
  // Equity 200 + 10 (m - 101), margin 0.5 m: they meet at 85.26.
  const Outcome outcome = bench.run(market_of({100, 100, 86, 85, 90, 100}), script);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"accepted", "cancelled"}));
  EXPECT_EQ(script.told_of(3), (std::vector<std::string>{"rejected: insufficient_balance"}));
  ASSERT_EQ(script.fills.size(), 2U);
  const Fill& closed = script.fills[1];
  EXPECT_EQ(closed.cause, FillCause::kLiquidation);
  EXPECT_EQ(closed.id, ClientOrderId{});
  EXPECT_EQ(closed.ts_event.value, kBegin + 30 * kMilli);
  EXPECT_EQ(closed.price, Price{84});
  EXPECT_EQ(to_string(closed.fee), "8.4");
  EXPECT_EQ(to_string(*outcome.end.equities[0]), "21.6");  // 200 - 170 - 8.4
  EXPECT_EQ(bench.account->liquidations(), 1U);
}

// What only reduces needs no margin, and goes all the same: it would close a position of later.
TEST(AccountRun, ALiquidationCancelsWhatOnlyReduces) {
  Bench bench(sim::AccountKind::kMargin, {200, 0});
  bench.model.instruments[0].margin = {.leverage = 10, .brackets = {{.from = {}, .maintenance = {5, 2}}}};
  Script script;
  script.at(5, [](StrategyContext& context) {
    context.place(market_order(OrderSide::kBuy, 10));
    NewOrder limit = order(OrderSide::kSell, 130, 10);
    limit.reduce_only = true;
    context.place(limit);
    NewOrder stop = market_order(OrderSide::kSell, 10);
    stop.type = OrderType::kStop;
    stop.stop_price = Price{40};
    stop.reduce_only = true;
    context.place(stop);
  });
  const Outcome outcome = bench.run(market_of({100, 100, 86, 85, 90, 150}), script);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(bench.account->liquidations(), 1U);
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"accepted", "cancelled"}));
  EXPECT_EQ(script.told_of(3), (std::vector<std::string>{"accepted", "cancelled"}));
  EXPECT_EQ(script.fills.size(), 2U);
}

// A thin book takes the position in parts: between them nothing of the strategy's own may come in.
TEST(AccountRun, AsLongAsALiquidationLastsNothingElseIsTaken) {
  Bench bench(sim::AccountKind::kMargin, {200, 0});
  bench.model.instruments[0].margin = {.leverage = 10, .brackets = {{.from = {}, .maintenance = {5, 2}}}};
  bench.venue.fills = sim::FillSizes::kPartial;
  std::vector<MarketRow> rows = market_of({100, 100});
  rows.push_back(level(20, sim::kBidSide, 99, 0));
  rows.push_back(level(20, sim::kAskSide, 101, 0));
  rows.push_back(level(20, sim::kBidSide, 84, 4));
  rows.push_back(level(20, sim::kAskSide, 86, 1000));
  rows.push_back(level(40, sim::kBidSide, 83, 1000));
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  script.at(25, [](StrategyContext& context) {
    NewOrder limit = order(OrderSide::kSell, 86, 6);
    limit.reduce_only = true;
    context.place(limit);
  });
  const Outcome outcome = bench.run(rows, script);
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(script.fills.size(), 3U);
  EXPECT_EQ(script.fills[1].quantity, Quantity{4});
  EXPECT_EQ(script.fills[2].quantity, Quantity{6});
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"rejected: insufficient_balance"}));
  EXPECT_EQ(outcome.end.positions[0].quantity, Quantity{0});
}

TEST(AccountRun, WhatItRefusesHasReachedTheVenueAllTheSame) {
  Bench bench(sim::AccountKind::kMargin, {200, 0});
  bench.venue.rates = {.per_minute = 2};
  Script script;
  script.at(5, [](StrategyContext& context) {
    for (int i = 0; i < 3; ++i) context.place(market_order(OrderSide::kBuy, 1'000'000));
  });
  const Outcome outcome = bench.run(market_of({100, 100}), script);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(3), (std::vector<std::string>{"rejected: order_rate"}));
}

TEST(AccountRun, ALossBeyondTheBalanceIsNotTheAccounts) {
  Bench bench(sim::AccountKind::kMargin, {200, 0});
  bench.model.instruments[0].margin.leverage = 10;
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kSell, 10)); });
  const Outcome outcome = bench.run(market_of({100, 100, 150, 150}), script);
  EXPECT_EQ(to_string(*outcome.end.equities[0]), "0");
  EXPECT_EQ(to_string(bench.account->borne_by_others()), "320");  // 10 (151 - 99) - 200
  EXPECT_EQ(script.positions.back().quantity, Quantity{0});
}

TEST(AccountRun, PaysFundingAtItsTimeAndOnlyWithinTheData) {
  Bench bench(sim::AccountKind::kUnlimited, {0, 0});
  const auto at = [](std::int64_t ms) { return UnixNanos{kBegin + ms * kMilli}; };
  bench.funding = sim::FundingBook::of({{.at = at(-100), .rate = {1, 1}},
                                        {.at = at(3), .rate = {1, 1}},
                                        {.at = at(15), .rate = {1, 2}},
                                        {.at = at(25), .rate = {-2, 2}, .mark = Decimal{2005, 1}},
                                        {.at = at(500), .rate = {1, 1}}})
                      .value();
  Script script;
  std::vector<std::string> seen;
  const auto look = [&seen](StrategyContext& context) {
    const auto rate = context.funding_rate(kOnly);
    seen.push_back(to_string(context.position(kOnly).funding) + " " + (rate ? to_string(rate->rate) : "-"));
  };
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  script.at(14, look);
  script.at(15, look);
  script.at(17, look);
  script.at(28, look);
  const Outcome outcome = bench.run(market_of({100, 100, 200, 200}), script);
  // 10 x 100 x 0.01 are paid, then 10 x 200.5 x 0.02 received; the answer takes a millisecond.
  EXPECT_EQ(seen, (std::vector<std::string>{"0 0.1", "0 0.01", "-10 0.01", "30.1 -0.02"}));
  EXPECT_EQ(to_string(outcome.end.positions[0].funding), "30.1");
}

// An order of another instrument could be borne by money that had been paid before it came.
TEST(AccountRun, PaysFundingBeforeTheOrdersOfOtherInstrumentsThatComeLater) {
  sim::AccountModel model{.kind = sim::AccountKind::kMargin, .initial_balance = {1000, 0}};
  BacktestInstrument instrument;
  instrument.info.symbol = "X";
  model.instruments.assign(2, {.scales = instrument.scales, .margin = {.leverage = 10}});
  const auto account = sim::Account::make(model).value();
  const std::vector<MarketRow> rows{level(0, sim::kBidSide, 99, 1000), level(0, sim::kAskSide, 101, 1000),
                                    level(100, sim::kBidSide, 99, 999)};
  test::VectorFeed first(rows, rows, 7);
  test::VectorFeed second(rows, rows, 7);
  std::vector<InstrumentSetup> setups;
  for (test::VectorFeed* const feed : {&first, &second}) {
    setups.push_back({.instrument = instrument,
                      .venue = {},
                      .latency = sim::LatencyModel(sim::Latency::of(milliseconds{10}).value(),
                                                   sim::Latency::of(milliseconds{20}).value()),
                      .account = account.get(),
                      .slot = setups.size(),
                      .feed = feed});
  }
  // 10 x 100 x 0.8, of a thousand, before an order that needs 450 comes.
  setups.front().funding = sim::FundingBook::of({{.at = {kBegin + 15 * kMilli}, .rate = {8, 1}}}).value();
  Script script;
  script.at(1, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  script.at(12, [](StrategyContext& context) {
    NewOrder large = order(OrderSide::kBuy, 90, 50);
    large.instrument = InstrumentId{1};
    context.place(large);
  });
  Engine engine(std::move(setups), script, {}, nullptr);
  const Result<RunEnd> end = engine.run();
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_EQ(to_string(end->positions[0].funding), "-800");
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"rejected: insufficient_balance"}));
}

// Nobody was told of them.
TEST(AccountRun, CountsFundingThatHasNoPrice) {
  Bench bench(sim::AccountKind::kUnlimited, {0, 0});
  const auto at = [](std::int64_t ms) { return UnixNanos{kBegin + ms * kMilli}; };
  bench.funding = sim::FundingBook::of(
                      {{.at = at(3), .rate = {1, 1}}, {.at = at(15), .rate = {1, 1}}, {.at = at(16), .rate = {1, 1}}})
                      .value();
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  const Outcome outcome = bench.run({level(0, sim::kBidSide, 99, 10), level(0, sim::kAskSide, 101, 10),
                                     level(10, sim::kAskSide, 101, 0), level(20, sim::kAskSide, 101, 10)},
                                    script);
  EXPECT_EQ(outcome.end.missed_fundings, std::vector<std::uint64_t>{2}) << "at the first nothing was held";
  EXPECT_EQ(to_string(outcome.end.positions[0].funding), "0");
}

// Money of books could overflow 128 bits, or assert.
TEST(AccountRun, EndsWithOneLineWhereMoneyIsBeyondWhatIsExact) {
  Bench bench(sim::AccountKind::kUnlimited, {0, 0});
  const std::int64_t most = 1'000'000'000'000'000;
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, INT64_MAX)); });
  script.at(15, [](StrategyContext& context) {
    context.place(market_order(OrderSide::kBuy, most));
    context.place(market_order(OrderSide::kBuy, 1));
  });
  const Outcome outcome = bench.run(market_of({100, 100, 100}), script);
  EXPECT_EQ(script.told_of(1), (std::vector<std::string>{"rejected: quantity_out_of_range"}));
  EXPECT_NE(outcome.error.find("its position or money has more digits than can be exact"), std::string::npos)
      << outcome.error;
}

// What was bought paid its fee in coins: an order that only reduces sold more than was left, and the run ended with an
// assertion.
TEST(AccountRun, SpotReducesByNoMoreThanTheFeeHasLeft) {
  Bench bench(sim::AccountKind::kSpot, {2000, 0});
  bench.model.instruments[0].fees = {.taker = {1, 1}, .asset = sim::FeeAsset::kReceived};
  const auto reducing = [](std::int64_t quantity) {
    NewOrder sell = market_order(OrderSide::kSell, quantity);
    sell.reduce_only = true;
    return sell;
  };
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(market_order(OrderSide::kBuy, 10)); });
  script.at(15, [&](StrategyContext& context) {
    context.place(reducing(10));
    context.place(reducing(9));
  });
  const Outcome outcome = bench.run(market_of({100, 100, 100}), script);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(3), (std::vector<std::string>{"filled"}));
}

std::vector<MarketRow> leap_to_200() {
  std::vector<MarketRow> rows{level(0, sim::kBidSide, 89, 1000), level(0, sim::kAskSide, 91, 1000),
                              level(30, sim::kAskSide, 91, 0), level(30, sim::kBidSide, 199, 1000),
                              level(30, sim::kAskSide, 201, 1000)};
  MarketRow trade = level(30, sim::kBidSide, 200, 1);
  trade.kind = RowKind::kTrade;
  rows.push_back(trade);
  rows.push_back(level(60, sim::kBidSide, 199, 999));
  return rows;
}
NewOrder buy_stop(std::int64_t price, std::int64_t quantity) {
  NewOrder stop = market_order(OrderSide::kBuy, quantity);
  stop.type = OrderType::kStop;
  stop.stop_price = Price{price};
  return stop;
}

// It kept the bound of the price that it had waited for first, and expired.
TEST(AccountRun, SpotFillsAStopThatWasMovedAndSetsAsideWhatItNeedsNow) {
  Bench bench(sim::AccountKind::kSpot, {3000, 0});
  Script script;
  script.at(5, [](StrategyContext& context) { context.place(buy_stop(100, 10)); });
  script.at(10, [](StrategyContext& context) {
    context.modify({.id = ClientOrderId{1}, .quantity = Quantity{10}, .stop_price = Price{200}});  // 2100 may be needed
  });
  script.at(15, [](StrategyContext& context) { context.place(order(OrderSide::kBuy, 80, 12)); });
  script.at(20, [](StrategyContext& context) { context.place(order(OrderSide::kBuy, 80, 11)); });
  const Outcome outcome = bench.run(leap_to_200(), script);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(script.told_of(1), (std::vector<std::string>{"accepted", "modified", "triggered", "filled"}));
  EXPECT_EQ(script.told_of(2), (std::vector<std::string>{"rejected: insufficient_balance"}));
  EXPECT_EQ(script.told_of(3), (std::vector<std::string>{"accepted"}));
  EXPECT_EQ(to_string(outcome.end.positions[0].cash), "990");
}

// What was asked for was told as if it were so.
TEST(AccountRun, TellsAnOrderAsItIsWhereAChangeIsRefused) {
  Bench bench(sim::AccountKind::kSpot, {2000, 0});
  bench.venue.fills = sim::FillSizes::kPartial;
  Script script;
  script.at(5, [](StrategyContext& context) {
    context.place(order(OrderSide::kBuy, 91, 10));
    context.place(buy_stop(100, 5));
  });
  script.at(15, [](StrategyContext& context) {
    context.modify({.id = ClientOrderId{1}, .price = Price{92}, .quantity = Quantity{40}});
    context.modify({.id = ClientOrderId{2}, .quantity = Quantity{15}, .stop_price = Price{120}});
  });
  const std::vector<MarketRow> rows{level(0, sim::kBidSide, 89, 5), level(0, sim::kAskSide, 91, 4),
                                    level(30, sim::kBidSide, 88, 5)};
  EXPECT_EQ(bench.run(rows, script).error, "");
  EXPECT_EQ(script.told_of(1),
            (std::vector<std::string>{"partially_filled", "accepted", "rejected: insufficient_balance"}));
  ASSERT_EQ(script.told_of(2), (std::vector<std::string>{"accepted", "rejected: insufficient_balance"}));
  const auto last_of = [&script](std::uint64_t id) {
    return *std::ranges::find(script.updates.rbegin(), script.updates.rend(), ClientOrderId{id}, &OrderUpdate::id);
  };
  EXPECT_EQ(last_of(1).status, OrderStatus::kPartiallyFilled);
  EXPECT_EQ(last_of(1).price, Price{91});
  EXPECT_EQ(last_of(1).quantity, Quantity{10});
  EXPECT_EQ(last_of(1).left, Quantity{6});
  EXPECT_EQ(last_of(2).status, OrderStatus::kNew);
  EXPECT_EQ(last_of(2).stop_price, Price{100});
  EXPECT_EQ(last_of(2).left, Quantity{5});
}

}  // namespace
}  // namespace acts::backtest
