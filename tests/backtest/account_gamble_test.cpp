// No run of whatever orders breaks an invariant of the account that bears them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
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

// Whatever it asks for: limits, markets, stops, pairs, changes, orders that only reduce.
class Gambler final : public Strategy {
 public:
  explicit Gambler(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Wants wants() const override { return {.orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, context.now() + milliseconds{2}); }
  void on_order(StrategyContext& /*context*/, const OrderUpdate& update) override {
    refused += update.reason == RejectReason::kInsufficientBalance ? 1U : 0U;
    if (update.event == OrderEvent::kAccepted) open_[update.instrument].insert(update.id);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    ++filled;
    if (fill.cause != FillCause::kLiquidation) {
      EXPECT_FALSE(gone_.contains(fill.id)) << "it was open when the venue closed a position";
      return;
    }
    ++liquidated;
    if (context.position(fill.instrument).quantity == Quantity{0}) gone_.merge(open_[fill.instrument]);
  }
  void on_timer(StrategyContext& context, TimerId id) override {
    context.set_timer(id, context.now() + milliseconds{1 + below(9)});
    const InstrumentId instrument{static_cast<std::uint32_t>(below(context.instrument_count()))};
    const auto open = context.open_orders(instrument);
    const auto bid = context.book(instrument).best(Side::kBid);
    if (!bid) return;
    const auto choice = below(12);
    if (choice < 2 && !open.empty()) {
      context.cancel(open[random_() % open.size()].id);
    } else if (choice < 4 && !open.empty()) {
      const OpenOrder old = open[random_() % open.size()];
      context.modify({.id = old.id,
                      .price = near(old.price, 2),
                      .quantity = Quantity{1 + below(40)},
                      .stop_price = old.stop_price == Price{} ? Price{} : near(old.stop_price, 8),
                      .trail = old.trail == Price{} ? Price{} : near(old.trail, 3)});
    } else if (choice == 4) {
      NewOrder stop = any(instrument, bid->price.units());
      stop.type = OrderType::kStop;
      NewOrder limit = stop;
      limit.type = OrderType::kLimit;
      const std::int64_t away = stop.side == OrderSide::kBuy ? -4 : 4;
      limit.price = Price{bid->price.units() + away};
      stop.stop_price = Price{bid->price.units() - away};
      context.place_oco(limit, stop);
    } else {
      context.place(any(instrument, bid->price.units()));
    }
  }

  std::uint64_t refused = 0;
  std::uint64_t liquidated = 0;
  std::uint64_t filled = 0;

 private:
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  Price near(Price price, std::int64_t most) {
    const std::int64_t moved = price.units() + below(static_cast<std::uint64_t>(2 * most + 1)) - most;
    return Price{std::max<std::int64_t>(moved, 1)};
  }
  NewOrder any(InstrumentId instrument, std::int64_t price) {
    constexpr OrderType kTypes[] = {OrderType::kLimit, OrderType::kLimit,           OrderType::kMarket,
                                    OrderType::kStop,  OrderType::kTakeProfitLimit, OrderType::kTrailingStop};
    return {.instrument = instrument,
            .side = below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell,
            .type = kTypes[below(6)],
            .time_in_force = static_cast<TimeInForce>(below(4)),
            .price = Price{price + below(7) - 3},
            .quantity = Quantity{1 + below(40)},
            .stop_price = Price{price + below(9) - 4},
            .trail = Price{1 + below(4)},
            .reduce_only = below(5) == 0};
  }
  std::mt19937_64 random_;
  std::map<InstrumentId, std::set<ClientOrderId>> open_;  // accepted since the instrument's last liquidation
  std::set<ClientOrderId> gone_;
};

std::vector<MarketRow> random_market(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<MarketRow> rows;
  std::int64_t middle = 100;
  std::int64_t at = 0;
  for (int i = 0; i < 600; ++i) {
    at += static_cast<std::int64_t>(random() % 6);
    const std::int64_t before = middle;
    middle = std::max<std::int64_t>(middle + static_cast<std::int64_t>(random() % 5) - 2, 20);
    if (before != middle) {
      rows.push_back(level(at, sim::kBidSide, before - 1, 0));
      rows.push_back(level(at, sim::kAskSide, before + 1, 0));
    }
    rows.push_back(level(at, sim::kBidSide, middle - 1, 1 + static_cast<std::int64_t>(random() % 30)));
    rows.push_back(level(at, sim::kAskSide, middle + 1, 1 + static_cast<std::int64_t>(random() % 30)));
    rows.push_back(level(at, sim::kAskSide, middle + 3, 1 + static_cast<std::int64_t>(random() % 30)));
    MarketRow trade = level(at, random() % 2 == 0 ? sim::kBidSide : sim::kAskSide, middle, 5);
    trade.kind = RowKind::kTrade;
    rows.push_back(trade);
  }
  return rows;
}

// Every 100 ms, in turn paid by who is long and by who is short.
sim::FundingBook fundings() {
  std::vector<sim::FundingTime> times;
  for (std::int64_t i = 1; i <= 15; ++i) {
    times.push_back({.at = {kBegin + i * 100 * kMilli}, .rate = {i % 2 == 0 ? 1 : -1, 3}});
  }
  return sim::FundingBook::of(std::move(times)).value();
}

struct Gambles {
  std::uint64_t refused = 0;
  std::uint64_t liquidated = 0;
  std::uint64_t filled = 0;
};

// The invariants are asserted in every run: that it ends at all is what is tested.
Gambles gamble(sim::AccountKind kind, sim::ContractKind contract, std::uint64_t first_seed) {
  Gambles all;
  for (std::uint64_t seed = first_seed; seed < first_seed + 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::size_t count = 1 + seed % 2;
    sim::AccountModel model{.kind = kind, .initial_balance = {contract == sim::ContractKind::kInverse ? 1 : 3000, 0}};
    for (std::size_t i = 0; i < count; ++i) {
      sim::AccountInstrument instrument{
          .fees = {.maker = {-1, 4}, .taker = {5, 4}},
          .margin = {.leverage = 20, .brackets = {{.from = {}, .maintenance = {2, 2}}}, .liquidation_fee = {1, 2}}};
      instrument.contract.kind = contract;
      if (kind == sim::AccountKind::kSpot) {
        instrument.initial_position = {40, 0};
        if (seed % 3 == 0) instrument.fees.asset = sim::FeeAsset::kReceived;
      }
      model.instruments.push_back(instrument);
    }
    const auto account = sim::Account::make(model).value();
    std::vector<std::unique_ptr<test::VectorFeed>> feeds;
    std::vector<InstrumentSetup> setups;
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<MarketRow> rows = random_market(seed * 2 + i);
      feeds.push_back(std::make_unique<test::VectorFeed>(rows, rows, 50));
      BacktestInstrument instrument;
      instrument.info.symbol = std::to_string(i);
      setups.push_back({.instrument = instrument,
                        .venue = {.fills = seed % 4 < 2 ? sim::FillSizes::kFull : sim::FillSizes::kPartial},
                        .latency = sim::LatencyModel(sim::Latency::of(milliseconds{1}).value(),
                                                     sim::Latency::of(milliseconds{1}).value()),
                        .account = account.get(),
                        .slot = i,
                        .funding = kind == sim::AccountKind::kMargin ? fundings() : sim::FundingBook{},
                        .feed = feeds.back().get()});
    }
    Gambler gambler(seed);
    Engine engine(std::move(setups), gambler, {}, nullptr);
    const Result<RunEnd> end = engine.run();
    EXPECT_TRUE(end.has_value()) << end.error().message;
    EXPECT_TRUE(kind != sim::AccountKind::kSpot || account->balance() >= 0);
    all.refused += gambler.refused;
    all.liquidated += gambler.liquidated;
    all.filled += gambler.filled;
  }
  return all;
}

TEST(AccountRun, KeepsItsInvariantsOnSpotWhateverIsAsked) {
  const Gambles all = gamble(sim::AccountKind::kSpot, sim::ContractKind::kLinear, 1);
  EXPECT_GT(all.refused, 100U);
  EXPECT_GT(all.filled, 1000U);
}

TEST(AccountRun, KeepsItsInvariantsOnMarginWhateverIsAsked) {
  for (const sim::ContractKind contract : {sim::ContractKind::kLinear, sim::ContractKind::kInverse}) {
    const Gambles all = gamble(sim::AccountKind::kMargin, contract, 1001);
    EXPECT_GT(all.filled, 1000U);
    EXPECT_GT(all.liquidated, contract == sim::ContractKind::kLinear ? 10U : 0U);
  }
}

}  // namespace
}  // namespace acts::backtest
