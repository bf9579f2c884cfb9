// Orders that wait for a price, pairs, orders that only reduce, self-trades, and the venue's rules.
#include <gtest/gtest.h>

#include <utility>

#include "sim/venue_support.hpp"

namespace acts::sim {
namespace {

using VenueOrders = VenueTest;

TEST_F(VenueOrders, TriggersAStopByTheLastTrade) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  place(stop(kAskSide, 99, 5));
  place(stop(kBidSide, 103, 5));
  EXPECT_EQ(told(), "1 accepted left 5; 2 accepted left 5");
  level(kAskSide, 102, 0);
  level(kBidSide, 98, 5);  // the book alone triggers nothing
  EXPECT_EQ(told(), "");
  trade(kAskSide, 99, 1);
  EXPECT_EQ(told(), "1 triggered left 5; 1 filled taker 100x5 left 0");
  trade(kBidSide, 103, 1);
  EXPECT_EQ(told(), "2 triggered left 5; 2 filled taker 103x5 left 0");
  EXPECT_EQ(venue().resting(), 0U);
}

TEST_F(VenueOrders, MakesALimitOrderOfATriggeredStopLimit) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  VenueOrder order = stop(kBidSide, 101, 5, OrderType::kStopLimit);
  order.rank = rank_of(kBidSide, 100);
  place(order);
  told();
  trade(kBidSide, 101, 1);
  EXPECT_EQ(told(), "1 triggered left 5");  // and rests behind the 10 at 100
  EXPECT_EQ(venue().waiting(), 0U);
  trade(kAskSide, 100, 10);
  EXPECT_EQ(told(), "");
  trade(kAskSide, 100, 1);
  EXPECT_EQ(told(), "1 filled queue_done 100x5 left 0");
}

TEST_F(VenueOrders, TakesAProfitFromTheOtherSide) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  place(stop(kAskSide, 102, 5, OrderType::kTakeProfit));
  place(stop(kBidSide, 99, 5, OrderType::kTakeProfit));
  told();
  trade(kBidSide, 102, 1);
  EXPECT_EQ(told(), "1 triggered left 5; 1 filled taker 100x5 left 0");
  trade(kAskSide, 99, 1);
  EXPECT_EQ(told(), "2 triggered left 5; 2 filled taker 102x5 left 0");
}

TEST_F(VenueOrders, TrailsTheBestTrade) {
  start({});
  book();
  place(stop(kAskSide, 3, 5, OrderType::kTrailingStop));  // before any trade: it begins with the first
  trade(kAskSide, 100, 1);
  trade(kBidSide, 104, 1);
  trade(kAskSide, 102, 1);
  EXPECT_EQ(told(), "1 accepted left 5");
  trade(kAskSide, 101, 1);  // 104 - 3
  EXPECT_EQ(told(), "1 triggered left 5; 1 filled taker 100x5 left 0");
}

TEST_F(VenueOrders, RefusesWhatWouldTriggerAtOnce) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  place(stop(kAskSide, 100, 5));
  place(stop(kBidSide, 100, 5, OrderType::kTakeProfit));
  EXPECT_EQ(told(), "1 rejected would_trigger left 0; 2 rejected would_trigger left 0");
}

TEST_F(VenueOrders, TriggersFirstWhatThePriceComesToFirst) {
  start({});
  book();
  trade(kAskSide, 101, 1);
  place(stop(kAskSide, 98, 1));
  place(stop(kAskSide, 99, 2));
  place(stop(kAskSide, 99, 3));
  told();
  trade(kAskSide, 97, 1);
  EXPECT_EQ(told(),
            "2 triggered left 2; 2 filled taker 100x2 left 0; 3 triggered left 3; 3 filled taker 100x3 left 0; "
            "1 triggered left 1; 1 filled taker 100x1 left 0");
}

TEST_F(VenueOrders, ModifiesAndCancelsWhatWaits) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  const ClientOrderId id = place(stop(kAskSide, 98, 5));
  told();
  venue().modify({.id = id, .quantity = 7, .stop = 100}, now());
  EXPECT_EQ(told(), "1 rejected would_trigger left 5");
  venue().modify({.id = id, .quantity = 7, .stop = 99}, now());
  EXPECT_EQ(told(), "1 modified left 7");
  trade(kAskSide, 99, 1);
  EXPECT_EQ(told(), "1 triggered left 7; 1 filled taker 100x7 left 0");
  const ClientOrderId other = place(stop(kAskSide, 98, 5));
  venue().cancel(other, now());
  EXPECT_EQ(told(), "2 accepted left 5; 2 cancelled left 0");
  trade(kAskSide, 90, 1);
  EXPECT_EQ(told(), "");
}

// Both sides of a position that is to be closed.
TEST_F(VenueOrders, EndsTheOtherOneOfAPair) {
  for (const bool is_stop_first : {false, true}) {
    start({.fills = FillSizes::kPartial});
    book();
    trade(kAskSide, 100, 1);
    VenueOrder profit = limit(kAskSide, 102, 5);
    profit.time_in_force = TimeInForce::kGtx;
    VenueOrder loss = stop(kAskSide, 99, 5);
    if (is_stop_first) std::swap(profit, loss);
    place_oco(profit, loss);
    told();
    const std::string ids = is_stop_first ? "21" : "12";
    // Of the 10 before it and its own 5.
    trade(kBidSide, 102, 12);
    EXPECT_EQ(told(), std::string{ids[0]} + " partially_filled queue_done 102x2 left 3; " + ids[1] +
                          " expired linked_order left 0");
    EXPECT_EQ(venue().resting(), 1U);
  }
}

TEST_F(VenueOrders, EndsTheLimitOrderOfAPairWhenItsStopTriggers) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  VenueOrder profit = limit(kAskSide, 103, 5);
  profit.time_in_force = TimeInForce::kGtx;
  place_oco(profit, stop(kAskSide, 99, 5));
  told();
  trade(kAskSide, 99, 1);
  EXPECT_EQ(told(), "1 expired linked_order left 0; 2 triggered left 5; 2 filled taker 100x5 left 0");
  EXPECT_EQ(venue().resting(), 0U);
}

TEST_F(VenueOrders, RefusesOrCancelsAPairAsAWhole) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  VenueOrder taking = limit(kAskSide, 100, 5);
  taking.time_in_force = TimeInForce::kGtx;
  place_oco(taking, stop(kAskSide, 99, 5));
  EXPECT_EQ(told(), "1 rejected would_take left 0; 2 rejected linked_order left 0");
  VenueOrder profit = limit(kAskSide, 103, 5);
  profit.time_in_force = TimeInForce::kGtx;
  place_oco(profit, stop(kAskSide, 99, 5));
  venue().cancel(ClientOrderId{3}, now());
  EXPECT_EQ(told(), "3 accepted left 5; 4 accepted left 5; 3 cancelled left 0; 4 cancelled linked_order left 0");
  EXPECT_EQ(venue().resting(), 0U);
}

TEST_F(VenueOrders, NeverOpensOrTurnsAPositionWithWhatOnlyReduces) {
  start({.fills = FillSizes::kPartial});
  book();
  VenueOrder order = limit(kAskSide, 102, 5);
  order.is_reduce_only = true;
  place(order);
  EXPECT_EQ(told(), "1 rejected reduce_only left 0");
  place(kBidSide, 102, 4, TimeInForce::kIoc);
  place(order);
  EXPECT_EQ(told(), "2 filled taker 102x4 left 0; 3 rejected reduce_only left 0");
  order.quantity = 4;
  place(order);
  order.rank = rank_of(kAskSide, 103);
  place(order);
  told();
  // The first one's fill leaves 1 to reduce for the other, and then nothing.
  trade(kBidSide, 102, 13);
  EXPECT_EQ(told(), "4 partially_filled queue_done 102x3 left 1; 5 modified reduce_only left 1");
  trade(kBidSide, 102, 13);
  EXPECT_EQ(told(), "4 filled queue_done 102x1 left 0; 5 expired reduce_only left 0");
  EXPECT_EQ(venue().position(), 0);
}

TEST_F(VenueOrders, HoldsWhatOnlyReducesAgainstWhatIsHeldBesides) {
  start({});
  book();
  venue().hold_besides(5, now());
  VenueOrder order = limit(kAskSide, 102, 5);
  order.is_reduce_only = true;
  place(order);
  EXPECT_EQ(told(), "1 accepted left 5");
  venue().hold_besides(2, now());
  EXPECT_EQ(told(), "1 modified reduce_only left 2");
  venue().hold_besides(0, now());
  EXPECT_EQ(told(), "1 expired reduce_only left 0");
}

TEST_F(VenueOrders, HoldsAStopThatOnlyReducesAgainstThePositionWhenItTriggers) {
  start({});
  book();
  trade(kAskSide, 101, 1);
  VenueOrder order = stop(kAskSide, 100, 5);
  order.is_reduce_only = true;
  place(order);
  place(order);
  place(kBidSide, 102, 3, TimeInForce::kIoc);
  told();
  trade(kAskSide, 100, 1);
  EXPECT_EQ(told(),
            "1 triggered left 5; 1 modified reduce_only left 3; 1 filled taker 100x3 left 0; "
            "2 triggered left 5; 2 expired reduce_only left 0");
  EXPECT_EQ(venue().position(), 0);
}

TEST_F(VenueOrders, PreventsSelfTrades) {
  const auto met = [this](SelfTradePrevention mode) {
    start({.fills = FillSizes::kPartial, .self_trades = mode});
    book();
    place(kAskSide, 102, 5);  // behind the 10
    level(kAskSide, 102, 14);
    told();
    place(kBidSide, 103, 20);
    return told();
  };
  EXPECT_EQ(met(SelfTradePrevention::kNone), "2 partially_filled taker 102x14 left 6; 2 filled taker 103x6 left 0");
  EXPECT_EQ(met(SelfTradePrevention::kExpireTaker),
            "2 partially_filled taker 102x10 left 10; 2 expired self_trade left 0");
  EXPECT_EQ(met(SelfTradePrevention::kExpireMaker),
            "2 partially_filled taker 102x10 left 10; 1 expired self_trade left 0; "
            "2 partially_filled taker 102x4 left 6; 2 filled taker 103x6 left 0");
  EXPECT_EQ(met(SelfTradePrevention::kExpireBoth),
            "2 partially_filled taker 102x10 left 10; 1 expired self_trade left 0; 2 expired self_trade left 0");
}

TEST_F(VenueOrders, PreventsSelfTradesBetweenTheBestPrices) {
  start({.self_trades = SelfTradePrevention::kExpireMaker});
  book();
  place(kAskSide, 101, 5);
  place(kBidSide, 101, 5, TimeInForce::kGtx);
  place(kBidSide, 101, 5);
  EXPECT_EQ(told(), "1 accepted left 5; 2 expired would_take left 0; 1 expired self_trade left 0; 3 accepted left 5");
}

TEST_F(VenueOrders, GivesWhatStandsAtALevelOnce) {
  start({.fills = FillSizes::kPartial});
  book();
  place(kBidSide, 100, 5);
  place(kBidSide, 99, 5);
  told();
  level(kAskSide, 99, 7);
  EXPECT_EQ(told(), "1 filled crossed 100x5 left 0; 2 partially_filled crossed 99x2 left 3");
  level(kAskSide, 99, 6);  // what is left of it is taken already
  EXPECT_EQ(told(), "");
  level(kAskSide, 99, 8);  // two have come
  EXPECT_EQ(told(), "2 partially_filled crossed 99x2 left 1");
  level(kAskSide, 99, 0);
  level(kAskSide, 99, 1);
  EXPECT_EQ(told(), "2 filled crossed 99x1 left 0");
  EXPECT_EQ(venue().position(), 10);
}

// hftbacktest's books forget levels out of sight; a clear brings them back into it.
TEST_F(VenueOrders, IsCrossedByALevelThatAClearBringsIntoSight) {
  start({.fills = FillSizes::kPartial});
  level(kAskSide, 105, 1);
  level(kAskSide, 100, 4);
  level(kBidSide, 101, 1);  // 100 is out of sight
  level(kBidSide, 101, 0);
  level(kBidSide, 90, 1);
  place(kBidSide, 102, 9);
  told();
  clear(kAskSide, 99);
  level(kAskSide, 100, 5);
  EXPECT_EQ(told(), "1 partially_filled crossed 102x5 left 4");
}

TEST_F(VenueOrders, KeepsToTheRulesOfItsVenue) {
  start({.filters = {.min_price = 50,
                     .max_price = 150,
                     .min_quantity = 2,
                     .max_quantity = 50,
                     .min_notional = 250,
                     .band = {.up = 105'000'000, .down = 95'000'000},
                     .max_open_orders = 3,
                     .max_stops = 1}});
  book();
  trade(kAskSide, 100, 1);
  const auto reason = [this](const VenueOrder& order) {
    place(order);
    const RejectReason given = venue().events().back().reason;
    venue().clear_events();
    return given;
  };
  EXPECT_EQ(reason(limit(kBidSide, 100, 1)), RejectReason::kQuantityOutOfRange);
  EXPECT_EQ(reason(limit(kBidSide, 100, 51)), RejectReason::kQuantityOutOfRange);
  EXPECT_EQ(reason(limit(kBidSide, 49, 20)), RejectReason::kPriceOutOfBand);
  EXPECT_EQ(reason(limit(kBidSide, 94, 20)), RejectReason::kPriceOutOfBand);
  EXPECT_EQ(reason(limit(kAskSide, 106, 20)), RejectReason::kPriceOutOfBand);
  EXPECT_EQ(reason(limit(kBidSide, 100, 2)), RejectReason::kMinNotional);
  EXPECT_EQ(reason(stop(kAskSide, 151, 20)), RejectReason::kPriceOutOfBand);
  EXPECT_EQ(reason(stop(kAskSide, 90, 2)), RejectReason::kMinNotional);
  EXPECT_EQ(reason(stop(kAskSide, 90, 3)), RejectReason::kNone);
  EXPECT_EQ(reason(stop(kAskSide, 90, 3)), RejectReason::kTooManyStops);
  EXPECT_EQ(reason(limit(kBidSide, 95, 3)), RejectReason::kNone);
  EXPECT_EQ(reason(limit(kAskSide, 105, 3)), RejectReason::kNone);
  EXPECT_EQ(reason(limit(kAskSide, 105, 3)), RejectReason::kTooManyOrders);
  EXPECT_EQ(reason({.side = kBidSide, .type = OrderType::kMarket, .quantity = 2}), RejectReason::kMinNotional);
}

TEST_F(VenueOrders, TellsByWhichBoundOneIsRefused) {
  start({.filters = {.min_price = 50,
                     .max_price = 150,
                     .min_quantity = 2,
                     .max_quantity = 50,
                     .band = {.up = 105'000'000, .down = 95'000'000}}});
  book();
  trade(kAskSide, 100, 1);
  const auto last = [this] {
    const RefusalDetail given = venue().events().back().detail;
    venue().clear_events();
    return given;
  };
  const auto detail = [&](const VenueOrder& order) { return place(order), last(); };
  EXPECT_EQ(detail(limit(kBidSide, 100, 1)), RefusalDetail::kBelow);
  EXPECT_EQ(detail(limit(kBidSide, 100, 51)), RefusalDetail::kAbove);
  EXPECT_EQ(detail(limit(kBidSide, 49, 20)), RefusalDetail::kBelow);
  EXPECT_EQ(detail(limit(kAskSide, 151, 20)), RefusalDetail::kAbove);
  EXPECT_EQ(detail(stop(kBidSide, 151, 20)), RefusalDetail::kStopAbove);
  EXPECT_EQ(detail(limit(kBidSide, 94, 20)), RefusalDetail::kNone) << "beyond the band";
  const ClientOrderId id = place(limit(kBidSide, 100, 5));
  for (const auto& [quantity, bound] : {std::pair(1, RefusalDetail::kBelow), std::pair(51, RefusalDetail::kAbove)}) {
    venue().modify({.id = id, .rank = rank_of(kBidSide, 100), .quantity = quantity}, now());
    EXPECT_EQ(last(), bound);
  }
  venue().modify({.id = ClientOrderId{99}, .rank = rank_of(kBidSide, 100), .quantity = 5}, now());
  EXPECT_EQ(last(), RefusalDetail::kChange);
  venue().cancel(ClientOrderId{99}, now());
  EXPECT_EQ(last(), RefusalDetail::kNone);
}

// A liquidation that was refused for its size or its number would be asked for again at each row.
TEST_F(VenueOrders, IsNotBoundByItsOwnRules) {
  start({.filters = {.min_quantity = 2, .max_quantity = 5, .min_notional = 1'000'000}, .rates = {.per_day = 1}});
  book();
  for (int i = 0; i < 2; ++i) {
    place({.side = kBidSide, .type = OrderType::kMarket, .quantity = 9, .is_of_venue = true});
    EXPECT_EQ(told(), std::to_string(i + 1) + " filled taker 102x9 left 0");
  }
}

TEST_F(VenueOrders, LeavesAnOrderAsItIsWhoseChangeIsAgainstTheRules) {
  start({.filters = {.max_quantity = 50}});
  book();
  const ClientOrderId id = place(kBidSide, 100, 5);
  venue().modify({.id = id, .rank = rank_of(kBidSide, 99), .quantity = 51}, now());
  EXPECT_EQ(told(), "1 accepted left 5; 1 rejected quantity_out_of_range left 5");
}

TEST_F(VenueOrders, TakesSoManyOrdersWithinATime) {
  start({.rates = {.per_10s = 2}});
  book();
  for (int i = 0; i < 3; ++i) place(kBidSide, 100, 1);
  EXPECT_EQ(told(), "1 accepted left 1; 2 accepted left 1; 3 rejected order_rate left 0");
  const VenueOrder next{.id = ClientOrderId{9}, .rank = 100, .quantity = 1};
  venue().place(next, {10'000'000'000});
  EXPECT_EQ(told(), "9 accepted left 1");
}

TEST_F(VenueOrders, CountsAChangeAsAnOrder) {
  start({.rates = {.per_minute = 2}});
  book();
  const ClientOrderId id = place(kBidSide, 100, 5);
  venue().modify({.id = id, .rank = rank_of(kBidSide, 99), .quantity = 5}, now());
  venue().modify({.id = id, .rank = rank_of(kBidSide, 98), .quantity = 5}, now());
  EXPECT_EQ(told(), "1 accepted left 5; 1 modified left 5; 1 rejected order_rate left 5");
  venue().cancel(id, now());
  EXPECT_EQ(told(), "1 cancelled left 0");
}

// What is one too many changes nothing, a cancel neither; what the venue ends by itself is no request.
TEST_F(VenueOrders, TakesSoManyRequestsWithinAMinute) {
  start({.rates = {.requests_per_minute = 2}});
  book();
  const ClientOrderId id = place(kBidSide, 100, 5);
  venue().modify({.id = id, .rank = rank_of(kBidSide, 99), .quantity = 5}, now());
  told();
  venue().cancel(id, now());
  EXPECT_EQ(venue().events().back().detail, RefusalDetail::kRequests);
  EXPECT_EQ(told(), "1 rejected order_rate left 5");
  venue().modify({.id = id, .rank = rank_of(kBidSide, 98), .quantity = 5}, now());
  EXPECT_EQ(venue().events().back().detail, RefusalDetail::kRequests);
  place(kBidSide, 100, 1);
  EXPECT_EQ(told(), "1 rejected order_rate left 5; 2 rejected order_rate left 0");
  venue().cancel_all(now());
  EXPECT_EQ(told(), "1 cancelled left 0");
}

TEST_F(VenueOrders, CountsRequestsThatComeTooLate) {
  start({.rates = {.requests_per_minute = 2}});
  book();
  venue().cancel(ClientOrderId{7}, now());
  venue().modify({.id = ClientOrderId{7}, .rank = rank_of(kBidSide, 100), .quantity = 5}, now());
  venue().cancel(ClientOrderId{7}, now());
  EXPECT_EQ(venue().events().back().reason, RejectReason::kUnknownOrder) << "it is not there, however many there are";
  told();
  place(kBidSide, 100, 1);
  EXPECT_EQ(told(), "1 rejected order_rate left 0");
}

TEST_F(VenueOrders, TakesAPairAsTwoOrdersOrNotAtAll) {
  start({.rates = {.per_minute = 2}});
  book();
  place(kBidSide, 100, 1);
  told();
  VenueOrder profit = limit(kAskSide, 110, 5);
  profit.time_in_force = TimeInForce::kGtx;
  place_oco(profit, stop(kAskSide, 99, 5));
  EXPECT_EQ(told(), "2 rejected order_rate left 0; 3 rejected order_rate left 0");
  place(kBidSide, 100, 1);
  EXPECT_EQ(told(), "4 accepted left 1");
}

TEST_F(VenueOrders, CountsWhatWaitsAmongTheOrdersItHolds) {
  start({});
  book();
  trade(kAskSide, 100, 1);
  for (std::size_t i = 1; i < SimVenue::kMostResting; ++i) place(stop(kAskSide, 50, 1));
  place(kBidSide, 50, 1);
  told();
  place(stop(kAskSide, 50, 1));
  place(kBidSide, 50, 1);
  EXPECT_EQ(told(), "10001 rejected too_many_orders left 0; 10002 rejected too_many_orders left 0");
}

}  // namespace
}  // namespace acts::sim
