// One bar at a time: what a resting or new order gets of it. Prices in whole units.
#include "backtest/bars/bar_venue.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace acts::backtest {
namespace {

constexpr InstrumentId kHere{0};

UnixNanos time_of(const BarAnswer& answer) {
  const Fill* const fill = std::get_if<Fill>(&answer);
  return fill != nullptr ? fill->ts_event : std::get<BarUpdate>(answer).update.ts_event;
}

BarAccount empty_account() { return BarAccount::make({}, {}, {}, {}).value(); }

struct Prices {
  std::int64_t open;
  std::int64_t high;
  std::int64_t low;
  std::int64_t close;
  std::int64_t volume = 1000;
};

class Market {
 public:
  explicit Market(BarPath path = BarPath::kWorst) : venue_({.path = path}, empty_account()) {}

  std::uint64_t place(OrderSide side, OrderType type, std::int64_t price, std::int64_t quantity = 1) {
    NewOrder order{.instrument = kHere, .side = side, .type = type, .quantity = Quantity{quantity}};
    (type == OrderType::kLimit ? order.price : order.stop_price) = Price{price};
    if (type == OrderType::kTrailingStop) order.trail = Price{price};
    return place(order);
  }
  std::uint64_t place(const NewOrder& order) {
    venue_.place(ClientOrderId{++last_}, order, time_);
    return last_;
  }
  std::uint64_t reducing(OrderSide side, OrderType type, std::int64_t price, std::int64_t quantity = 1) {
    NewOrder order{.instrument = kHere, .side = side, .type = type, .quantity = Quantity{quantity}};
    (type == OrderType::kLimit ? order.price : order.stop_price) = Price{price};
    order.reduce_only = true;
    return place(order);
  }

  // What the bar fills: "1 buy 100 taker,…" by order, side, price and cause; "1 expired" and so on for other ends.
  std::string show(const Prices& prices) {
    venue_.answers().clear();
    const Bar bar{.open_time = time_,
                  .close_time = time_ + kMinute,
                  .open = Price{prices.open},
                  .high = Price{prices.high},
                  .low = Price{prices.low},
                  .close = Price{prices.close},
                  .volume = Quantity{prices.volume}};
    venue_.on_open(bar);
    const std::size_t at_open = venue_.answers().size();
    venue_.on_path(bar);
    for (std::size_t i = 0; i < venue_.answers().size(); ++i) {
      const auto time = time_of(venue_.answers()[i]);
      EXPECT_EQ(time, i < at_open ? bar.open_time : bar.close_time);
    }
    time_ = bar.close_time;
    return told();
  }

  std::string told() {
    std::string text;
    for (const BarAnswer& answer : venue_.answers()) {
      if (const Fill* const fill = std::get_if<Fill>(&answer)) {
        text += fmt::format("{} {} {}x{} {},", fill->id.value(), to_string(fill->side), fill->price.units(),
                            fill->quantity.units(), to_string(fill->cause));
      } else if (const OrderUpdate& update = std::get<BarUpdate>(answer).update;
                 update.event == OrderEvent::kExpired || update.event == OrderEvent::kRejected) {
        text += fmt::format("{} {} {},", update.id.value(), to_string(update.event), to_string(update.reason));
      }
    }
    venue_.answers().clear();
    return text;
  }

  BarVenue& venue() { return venue_; }
  [[nodiscard]] std::int64_t position() const { return venue_.account().quantity(); }

 private:
  BarVenue venue_;
  std::uint64_t last_ = 0;
  UnixNanos time_{1'600'000'020'000'000'000};
};

constexpr OrderSide kBuy = OrderSide::kBuy;
constexpr OrderSide kSell = OrderSide::kSell;

TEST(BarVenue, MarketOrderFillsAtTheNextOpen) {
  Market market;
  market.place(kBuy, OrderType::kMarket, 0, 3);
  EXPECT_EQ(market.show({100, 120, 90, 110}), "1 buy 100x3 taker,");
  EXPECT_EQ(market.position(), 3);
  EXPECT_TRUE(market.venue().is_idle());
}

TEST(BarVenue, BarWithoutVolumeFillsNothing) {
  Market market;
  market.place(kBuy, OrderType::kMarket, 0);
  market.place(kSell, OrderType::kStop, 200);
  EXPECT_EQ(market.show({100, 100, 100, 100, 0}), "");
  EXPECT_EQ(market.show({101, 102, 100, 101}), "1 buy 101x1 taker,2 sell 101x1 taker,");
}

TEST(BarVenue, NewLimitThroughTheOpenTakesTheOpensPrice) {
  Market market;
  market.place(kBuy, OrderType::kLimit, 105);
  market.place(kSell, OrderType::kLimit, 95);
  EXPECT_EQ(market.show({100, 101, 99, 100}), "1 buy 100x1 taker,2 sell 100x1 taker,");
}

TEST(BarVenue, PostOnlyThroughTheOpenExpires) {
  Market market;
  market.place({.side = kBuy, .time_in_force = TimeInForce::kGtx, .price = Price{105}, .quantity = Quantity{1}});
  market.place({.side = kBuy, .time_in_force = TimeInForce::kGtx, .price = Price{98}, .quantity = Quantity{1}});
  EXPECT_EQ(market.show({100, 101, 97, 100}), "1 expired would_take,2 buy 98x1 traded_through,");
}

TEST(BarVenue, AtOnceOrNotAtAll) {
  for (const TimeInForce force : {TimeInForce::kIoc, TimeInForce::kFok}) {
    Market market;
    market.place({.side = kBuy, .time_in_force = force, .price = Price{99}, .quantity = Quantity{1}});
    market.place({.side = kBuy, .time_in_force = force, .price = Price{101}, .quantity = Quantity{1}});
    EXPECT_EQ(market.show({100, 101, 90, 100}), "1 expired no_liquidity,2 buy 100x1 taker,");
  }
}

TEST(BarVenue, RestingLimitFillsOnlyWhenTheBarTradesThroughIt) {
  Market market;
  market.place(kBuy, OrderType::kLimit, 95);
  EXPECT_EQ(market.show({100, 101, 95, 100}), "");
  EXPECT_EQ(market.show({100, 101, 94, 100}), "1 buy 95x1 traded_through,");
  Market touching(BarPath::kLowFirst);
  touching.place(kBuy, OrderType::kLimit, 95);
  EXPECT_EQ(touching.show({100, 101, 95, 100}), "1 buy 95x1 traded_through,");
}

TEST(BarVenue, RestingLimitThatTheOpenPassesKeepsItsPrice) {
  Market market;
  market.place(kSell, OrderType::kLimit, 105);
  EXPECT_EQ(market.show({100, 101, 99, 100}), "");
  EXPECT_EQ(market.show({110, 112, 109, 110}), "1 sell 105x1 traded_through,");
}

TEST(BarVenue, StopFillsAtItsPriceOrAtTheOpenBeyondIt) {
  Market market;
  market.place(kSell, OrderType::kStop, 95);
  market.place(kSell, OrderType::kStop, 80);
  EXPECT_EQ(market.show({100, 101, 96, 100}), "");
  EXPECT_EQ(market.show({100, 101, 95, 100}), "1 sell 95x1 taker,");
  EXPECT_EQ(market.show({70, 71, 60, 65}), "2 sell 70x1 taker,");
}

TEST(BarVenue, TakeProfitFillsWhereItIsTouched) {
  Market market;
  market.place(kSell, OrderType::kTakeProfit, 105);
  market.place(kBuy, OrderType::kTakeProfit, 95);
  EXPECT_EQ(market.show({100, 105, 96, 100}), "1 sell 105x1 taker,");
  EXPECT_EQ(market.show({94, 96, 90, 95}), "2 buy 94x1 taker,");
}

TEST(BarVenue, StopLimitWithinABarIsALimitOrderOfTheNextOpen) {
  Market market;
  market.place({.side = kSell,
                .type = OrderType::kStopLimit,
                .price = Price{94},
                .quantity = Quantity{1},
                .stop_price = Price{95}});
  EXPECT_EQ(market.show({100, 101, 90, 92}), "");
  EXPECT_EQ(market.show({92, 93, 91, 92}), "");
  EXPECT_EQ(market.show({92, 95, 91, 92}), "1 sell 94x1 traded_through,");
}

TEST(BarVenue, StopLimitThatTheOpenPassesTakesIfItsLimitAllows) {
  Market market;
  const NewOrder order{.side = kSell,
                       .type = OrderType::kStopLimit,
                       .price = Price{90},
                       .quantity = Quantity{1},
                       .stop_price = Price{95}};
  market.place(order);
  EXPECT_EQ(market.show({93, 94, 92, 93}), "1 sell 93x1 taker,");
}

TEST(BarVenue, OfAStopAndAProfitInOneBarTheStopCounts) {
  for (const BarPath path : {BarPath::kWorst, BarPath::kLowFirst, BarPath::kHighFirst, BarPath::kNearest}) {
    Market market(path);
    market.place(kBuy, OrderType::kMarket, 0);
    market.show({100, 101, 99, 100});
    market.reducing(kSell, OrderType::kLimit, 110);
    market.reducing(kSell, OrderType::kStop, 90);
    const std::string shown = market.show({100, 120, 85, 100});
    const bool is_profit = path == BarPath::kHighFirst;
    EXPECT_EQ(shown, is_profit ? "2 sell 110x1 traded_through," : "3 sell 90x1 taker,") << name_of(path);
    EXPECT_EQ(market.position(), 0);
    EXPECT_EQ(market.show({100, 120, 85, 100}), "") << "nothing is left to reduce";
  }
}

TEST(BarVenue, WhatIsOpenedInABarCanBeStoppedInItButTakesNoProfit) {
  Market market;
  market.place(kBuy, OrderType::kLimit, 100);
  market.reducing(kSell, OrderType::kLimit, 105);
  market.reducing(kSell, OrderType::kStop, 95);
  EXPECT_EQ(market.show({103, 110, 96, 100}), "1 buy 100x1 traded_through,");
  EXPECT_EQ(market.show({100, 110, 96, 100}), "2 sell 105x1 traded_through,");
  Market other;
  other.place(kBuy, OrderType::kLimit, 100);
  other.reducing(kSell, OrderType::kLimit, 105);
  other.reducing(kSell, OrderType::kStop, 95);
  EXPECT_EQ(other.show({103, 110, 90, 100}), "1 buy 100x1 traded_through,3 sell 95x1 taker,");
}

TEST(BarVenue, StopAboveWhereItsPositionWasOpenedFillsThere) {
  Market market;
  market.place(kBuy, OrderType::kLimit, 100);
  market.reducing(kSell, OrderType::kStop, 102);
  EXPECT_EQ(market.show({103, 104, 99, 103}), "1 buy 100x1 traded_through,2 sell 100x1 taker,");
}

TEST(BarVenue, TrailingStopFollowsTheBestPrice) {
  Market market(BarPath::kHighFirst);
  market.place(kSell, OrderType::kTrailingStop, 10);
  EXPECT_EQ(market.show({100, 108, 99, 107}), "");   // best 108
  EXPECT_EQ(market.show({107, 115, 106, 106}), "");  // best 115
  EXPECT_EQ(market.show({106, 107, 100, 101}), "1 sell 105x1 taker,");
}

TEST(BarVenue, TrailingStopTakesTheWorseOfTwoPaths) {
  Market low_first;
  low_first.place(kSell, OrderType::kTrailingStop, 10);
  // Down first: at 90, from the open. Up first would have been 95, and better.
  EXPECT_EQ(low_first.show({100, 105, 88, 100}), "1 sell 90x1 taker,");
  Market high_first;
  high_first.place(kSell, OrderType::kTrailingStop, 10);
  EXPECT_EQ(high_first.show({100, 105, 93, 100}), "1 sell 95x1 taker,");
}

// It stands at 107 when the price falls, and nobody knows of another one that it could have filled at.
TEST(BarVenue, TrailingStopThatHasFollowedTheBarFillsAtItsPrice) {
  for (const OrderSide side : {kSell, kBuy}) {
    Market market;
    market.place(side, OrderType::kTrailingStop, 3);
    const bool is_sell = side == kSell;
    EXPECT_EQ(market.show(is_sell ? Prices{100, 110, 99, 100} : Prices{100, 101, 90, 100}),
              is_sell ? "1 sell 107x1 taker," : "1 buy 93x1 taker,");
  }
  Market opened;
  opened.place(kBuy, OrderType::kLimit, 98);
  opened.place(kSell, OrderType::kTrailingStop, 3);
  EXPECT_EQ(opened.show({100, 110, 97, 100}), "2 sell 97x1 taker,1 buy 98x1 traded_through,");
}

TEST(BarVenue, ReducingOrderIsCutToWhatIsOpenAndExpiresWithout) {
  Market market;
  market.place(kBuy, OrderType::kMarket, 0, 3);
  market.show({100, 101, 99, 100});
  market.reducing(kSell, OrderType::kMarket, 0, 5);
  EXPECT_EQ(market.show({100, 101, 99, 100}), "2 sell 100x3 taker,2 expired reduce_only,");
  market.reducing(kSell, OrderType::kMarket, 0, 5);
  EXPECT_EQ(market.show({100, 101, 99, 100}), "3 expired reduce_only,");
  EXPECT_EQ(market.position(), 0);
}

TEST(BarVenue, RefusesWhatIsOffTickOrLotOrTooMuch) {
  BarVenue venue({.tick = Price{5}, .lot = Quantity{10}}, empty_account());
  const auto reason = [&venue](const NewOrder& order) {
    venue.answers().clear();
    venue.place(ClientOrderId{1}, order, {});
    return std::get<BarUpdate>(venue.answers().back()).update.reason;
  };
  const NewOrder good{.price = Price{100}, .quantity = Quantity{20}};
  EXPECT_EQ(reason(good), RejectReason::kNone);
  const auto with = [&good](auto change) {
    NewOrder order = good;
    change(order);
    return order;
  };
  EXPECT_EQ(reason(with([](NewOrder& o) { o.price = Price{101}; })), RejectReason::kPriceOffTick);
  EXPECT_EQ(reason(with([](NewOrder& o) { o.price = Price{-100}; })), RejectReason::kPriceOffTick);
  EXPECT_EQ(reason(with([](NewOrder& o) { o.quantity = Quantity{15}; })), RejectReason::kQuantityOffLot);
  EXPECT_EQ(reason(with([](NewOrder& o) { o.quantity = Quantity{0}; })), RejectReason::kQuantityOffLot);
  EXPECT_EQ(reason(with([](NewOrder& o) { o.quantity = Quantity{BarVenue::kMostQuantity + 10}; })),
            RejectReason::kQuantityOutOfRange);
  EXPECT_EQ(reason(with([](NewOrder& o) { o.type = OrderType::kStop; })), RejectReason::kPriceOffTick);
  EXPECT_EQ(reason(with([](NewOrder& o) { o.type = OrderType::kTrailingStop; })), RejectReason::kPriceOffTick);
  for (std::size_t i = venue.open_orders().size(); i < BarVenue::kMostOrders; ++i) {
    ASSERT_EQ(reason(good), RejectReason::kNone);
  }
  EXPECT_EQ(reason(good), RejectReason::kTooManyOrders);
}

NewOrder of_pair(OrderType type, std::int64_t price) {
  NewOrder order{.side = kSell, .type = type, .quantity = Quantity{1}};
  (type == OrderType::kLimit ? order.price : order.stop_price) = Price{price};
  return order;
}

TEST(BarVenue, EndsTheOtherOneOfAPair) {
  for (const bool is_stopped : {false, true}) {
    BarVenue venue({}, empty_account());
    venue.place_oco({ClientOrderId{1}, ClientOrderId{2}}, of_pair(OrderType::kLimit, 110),
                    of_pair(OrderType::kStop, 90), {});
    EXPECT_EQ(venue.open_orders().size(), 2U);
    Bar bar;
    bar.open = bar.close = Price{100};
    bar.high = Price{is_stopped ? 105 : 112};
    bar.low = Price{is_stopped ? 90 : 95};
    bar.volume = Quantity{100};
    venue.answers().clear();
    venue.on_open(bar);
    venue.on_path(bar);
    EXPECT_TRUE(venue.is_idle());
    ASSERT_EQ(venue.answers().size(), 3U);
    EXPECT_EQ(std::get<Fill>(venue.answers()[0]).price, Price{is_stopped ? 90 : 110});
    const OrderUpdate& ended = std::get<BarUpdate>(venue.answers()[2]).update;
    EXPECT_EQ(ended.id, ClientOrderId{is_stopped ? 1U : 2U});
    EXPECT_EQ(ended.event, OrderEvent::kExpired);
    EXPECT_EQ(ended.reason, RejectReason::kLinkedOrder);
  }
}

TEST(BarVenue, RefusesOrCancelsAPairAsAWhole) {
  BarVenue venue({.tick = Price{5}}, empty_account());
  venue.place_oco({ClientOrderId{1}, ClientOrderId{2}}, of_pair(OrderType::kLimit, 110), of_pair(OrderType::kStop, 91),
                  {});
  EXPECT_TRUE(venue.is_idle());
  EXPECT_EQ(std::get<BarUpdate>(venue.answers().at(1)).update.reason, RejectReason::kLinkedOrder);
  EXPECT_EQ(std::get<BarUpdate>(venue.answers().at(3)).update.reason, RejectReason::kPriceOffTick);
  venue.place_oco({ClientOrderId{3}, ClientOrderId{4}}, of_pair(OrderType::kLimit, 110), of_pair(OrderType::kStop, 90),
                  {});
  venue.cancel(ClientOrderId{4}, {});
  EXPECT_TRUE(venue.is_idle());
  venue.place_oco({ClientOrderId{5}, ClientOrderId{6}}, of_pair(OrderType::kLimit, 110),
                  of_pair(OrderType::kLimit, 120), {});
  EXPECT_EQ(std::get<BarUpdate>(venue.answers().back()).update.reason, RejectReason::kNotSupported);
}

TEST(BarVenue, MovesAStop) {
  Market market;
  const std::uint64_t id = market.place(kSell, OrderType::kStop, 90);
  market.show({100, 101, 95, 100});
  market.venue().modify({.id = ClientOrderId{id}, .quantity = Quantity{1}, .stop_price = Price{97}}, {});
  EXPECT_EQ(market.show({100, 101, 96, 100}), "1 sell 97x1 taker,");
}

TEST(BarVenue, FillsAllThatWaitsWhereAKnownPathTurns) {
  Market market(BarPath::kHighFirst);
  for (int i = 0; i < 2; ++i) market.place(kSell, OrderType::kStop, 90);
  market.place(kBuy, OrderType::kLimit, 90);
  for (int i = 0; i < 2; ++i) market.place(kBuy, OrderType::kStop, 110);
  EXPECT_EQ(market.show({100, 110, 90, 95}),
            "4 buy 110x1 taker,5 buy 110x1 taker,1 sell 90x1 taker,2 sell 90x1 taker,3 buy 90x1 traded_through,");
}

TEST(BarVenue, ModifiesAndCancels) {
  Market market;
  const std::uint64_t id = market.place(kBuy, OrderType::kLimit, 90, 2);
  market.show({100, 101, 95, 100});
  market.venue().modify({.id = ClientOrderId{id}, .price = Price{97}, .quantity = Quantity{5}}, {});
  EXPECT_EQ(market.show({100, 101, 95, 100}), "1 buy 97x5 traded_through,");
  const std::uint64_t gone = market.place(kBuy, OrderType::kLimit, 90, 2);
  market.venue().modify({.id = ClientOrderId{gone}, .price = Price{90}, .quantity = Quantity{0}}, {});
  EXPECT_TRUE(market.venue().is_idle());
  const std::uint64_t cancelled = market.place(kBuy, OrderType::kLimit, 90, 2);
  market.venue().cancel(ClientOrderId{cancelled}, {});
  market.venue().cancel(ClientOrderId{cancelled}, {});
  EXPECT_TRUE(market.venue().is_idle());
  EXPECT_EQ(market.show({100, 101, 50, 100}), "");
}

// One that only got smaller was taken for a new one at the next open: it took there, or, post-only, was gone.
TEST(BarVenue, KeepsThePlaceOfAnOrderThatOnlyGetsSmaller) {
  for (const TimeInForce time_in_force : {TimeInForce::kGtc, TimeInForce::kGtx}) {
    Market market;
    const std::uint64_t id = market.place({.instrument = kHere,
                                           .side = kBuy,
                                           .type = OrderType::kLimit,
                                           .time_in_force = time_in_force,
                                           .price = Price{90},
                                           .quantity = Quantity{5}});
    market.show({100, 101, 95, 100});
    market.venue().modify({.id = ClientOrderId{id}, .price = Price{90}, .quantity = Quantity{2}}, {});
    EXPECT_EQ(market.show({80, 81, 79, 80}), "1 buy 90x2 traded_through,");
  }
  Market market;
  const std::uint64_t id = market.place(kBuy, OrderType::kLimit, 90, 5);
  market.show({100, 101, 95, 100});
  market.venue().modify({.id = ClientOrderId{id}, .price = Price{90}, .quantity = Quantity{6}}, {});
  EXPECT_EQ(market.show({80, 81, 79, 80}), "1 buy 80x6 taker,");
}

TEST(BarVenue, CountsFillsOfMoreThanTheBarTraded) {
  Market market;
  market.place(kBuy, OrderType::kMarket, 0, 7);
  market.place(kBuy, OrderType::kMarket, 0, 6);
  market.show({100, 101, 99, 100, 6});
  EXPECT_EQ(market.venue().fills_above_volume(), 1U);
}

TEST(BarPath, IsKnownByItsName) {
  EXPECT_EQ(parse_bar_path("high_first").value(), BarPath::kHighFirst);
  EXPECT_EQ(parse_bar_path(name_of(BarPath::kNearest)).value(), BarPath::kNearest);
  const Result<BarPath> none = parse_bar_path("best");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().message, "'best' is no path through a bar: worst, high_first, low_first, nearest");
}

// Whatever is ordered: no fill outside its bar, none better than what the order allows, and the account is their sum.
TEST(BarVenue, FillsNothingThatTheBarDidNotTrade) {
  std::mt19937_64 random(11);
  const auto upto = [&random](std::int64_t most) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most + 1));
  };
  for (int round = 0; round < 400; ++round) {
    Market market(static_cast<BarPath>(round % 4));
    std::vector<NewOrder> orders{{}};
    std::int64_t price = 100;
    std::int64_t position = 0;
    for (int i = 0; i < 30; ++i) {
      for (std::int64_t count = upto(2); count > 0; --count) {
        NewOrder order{.side = upto(1) == 0 ? kBuy : kSell,
                       .type = static_cast<OrderType>(upto(6)),
                       .time_in_force = static_cast<TimeInForce>(upto(3)),
                       .price = Price{price - 8 + upto(16)},
                       .quantity = Quantity{1 + upto(3)},
                       .stop_price = Price{price - 8 + upto(16)},
                       .trail = Price{1 + upto(8)},
                       .reduce_only = upto(2) == 0};
        market.place(order);
        orders.push_back(order);
      }
      market.venue().answers().clear();
      const std::int64_t open = std::max<std::int64_t>(price - 3 + upto(6), 30);
      const std::int64_t close = std::max<std::int64_t>(open - 5 + upto(10), 30);
      const Bar bar{.open = Price{open},
                    .high = Price{std::max(open, close) + upto(5)},
                    .low = Price{std::min(open, close) - upto(5)},
                    .close = Price{close},
                    .volume = Quantity{upto(9)}};
      market.venue().on_open(bar);
      market.venue().on_path(bar);
      for (const BarAnswer& answer : market.venue().answers()) {
        const Fill* const fill = std::get_if<Fill>(&answer);
        if (fill == nullptr) continue;
        ASSERT_FALSE(bar.volume.is_zero());
        const NewOrder& order = orders[fill->id.value()];
        const bool has_limit = order.type == OrderType::kLimit || order.type == OrderType::kStopLimit ||
                               order.type == OrderType::kTakeProfitLimit;
        if (has_limit) {
          ASSERT_LE(sign(order.side) * (fill->price.units() - order.price.units()), 0);
        }
        // A resting limit order that the open leaps over has its own price, which lies outside the bar.
        if (fill->cause == FillCause::kTaker) {
          ASSERT_LE(fill->price, bar.high);
          ASSERT_GE(fill->price, bar.low);
        }
        ASSERT_LE(fill->quantity, order.quantity);
        const std::int64_t before = position;
        position += sign(fill->side) * fill->quantity.units();
        if (order.reduce_only) {
          ASSERT_LT(std::abs(position), std::abs(before));
          ASSERT_GE(position * before, 0);
        }
      }
      ASSERT_EQ(position, market.position());
      for (const OpenOrder& order : market.venue().open_orders()) ASSERT_GT(order.left.units(), 0);
      price = close;
    }
  }
}

}  // namespace
}  // namespace acts::backtest
