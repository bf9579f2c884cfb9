#include "sim/venue.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "sim/venue_support.hpp"

namespace acts::sim {
namespace {

using Venue = VenueTest;

TEST_F(Venue, FillsWhenTheQueueBeforeTheOrderIsUsedUp) {
  start({});
  book();
  place(kBidSide, 100, 5);
  EXPECT_EQ(told(), "1 accepted left 5");
  trade(kAskSide, 100, 10);
  EXPECT_EQ(told(), "");  // all of it stood before
  trade(kAskSide, 100, 1);
  EXPECT_EQ(told(), "1 filled queue_done 100x5 left 0");
  EXPECT_EQ(venue().position(), 5);
  EXPECT_EQ(venue().resting(), 0U);
}

TEST_F(Venue, FillsWhenSomebodyTradesThrough) {
  start({});
  book();
  place(kAskSide, 103, 5);
  told();
  trade(kBidSide, 104, 1);
  EXPECT_EQ(told(), "1 filled traded_through 103x5 left 0");
  EXPECT_EQ(venue().position(), -5);
}

TEST_F(Venue, FillsWhenTheOppositeBestComes) {
  start({});
  book();
  place(kBidSide, 100, 5);
  place(kBidSide, 99, 5);
  told();
  level(kAskSide, 100, 3);
  EXPECT_EQ(told(), "1 filled crossed 100x5 left 0");
  level(kAskSide, 98, 3);
  EXPECT_EQ(told(), "2 filled crossed 99x5 left 0");
}

TEST_F(Venue, KeepsToTimeInForce) {
  start({});
  book();
  place(kBidSide, 102, 5, TimeInForce::kGtx);
  place(kBidSide, 101, 5, TimeInForce::kIoc);
  place(kBidSide, 101, 5, TimeInForce::kFok);
  place(kBidSide, 101, 5, TimeInForce::kGtx);
  EXPECT_EQ(
      told(),
      "1 expired would_take left 0; 2 expired no_liquidity left 0; 3 expired no_liquidity left 0; 4 accepted left 5");
  place(kBidSide, 103, 50, TimeInForce::kIoc);
  EXPECT_EQ(told(), "5 filled taker 102x50 left 0");  // full fills: at the best, whatever there is
}

TEST_F(Venue, WalksTheBookInParts) {
  start({.fills = FillSizes::kPartial});
  book();
  place(kBidSide, 103, 50, TimeInForce::kFok);
  place(kBidSide, 103, 30, TimeInForce::kFok);
  EXPECT_EQ(told(),
            "1 expired no_liquidity left 0; 2 partially_filled taker 102x10 left 20; 2 filled taker 103x20 left 0");
  place(kBidSide, 103, 35, TimeInForce::kIoc);
  EXPECT_EQ(told(), "3 expired no_liquidity left 0");  // it has had all of that
  level(kAskSide, 102, 0);
  level(kAskSide, 102, 10);
  place(kBidSide, 102, 15);
  EXPECT_EQ(told(), "4 partially_filled taker 102x10 left 5; 4 accepted left 5");
  place(kAskSide, 1, 100, TimeInForce::kGtc, OrderType::kMarket);
  EXPECT_EQ(
      told(),
      "5 partially_filled taker 100x10 left 90; 5 partially_filled taker 99x20 left 70; 5 expired no_liquidity left 0");
  EXPECT_EQ(venue().position(), 30 + 10 - 30);
}

TEST_F(Venue, FillsAllOrNothingOfWholeLots) {
  start({.fills = FillSizes::kPartial, .lot = 10});
  level(kAskSide, 102, 15);
  level(kAskSide, 103, 15);
  place(kBidSide, 103, 30, TimeInForce::kFok);
  place(kBidSide, 103, 20, TimeInForce::kFok);
  EXPECT_EQ(told(),
            "1 expired no_liquidity left 0; 2 partially_filled taker 102x10 left 10; 2 filled taker 103x10 left 0");
}

// Each own order taking the whole print is how 11 traded fill 50.
TEST_F(Venue, SharesATradeAmongOwnOrders) {
  for (const bool as_hftbacktest : {false, true}) {
    start({.fills = FillSizes::kPartial, .as_hftbacktest = as_hftbacktest});
    level(kBidSide, 100, 1);
    level(kAskSide, 102, 1);
    for (int i = 0; i < 5; ++i) place(kBidSide, 100, 10);
    told();
    trade(kAskSide, 100, 11);
    EXPECT_EQ(venue().position(), as_hftbacktest ? 50 : 10);
    told();
    trade(kAskSide, 99, 7);
    EXPECT_EQ(venue().position(), as_hftbacktest ? 50 : 17);
  }
}

TEST_F(Venue, FillsOneOrderBeyondATradeAtMostInFull) {
  start({});
  level(kBidSide, 100, 0);
  level(kAskSide, 102, 1);
  place(kBidSide, 100, 10);
  place(kBidSide, 100, 10);
  told();
  trade(kAskSide, 100, 3);
  EXPECT_EQ(venue().position(), 10);
}

// A print of 3 that fills 10 and 10, and a level of 1 that crosses 4 and is taken for 6.
TEST_F(Venue, TellsWhatATradeOrALevelDidNotHave) {
  const auto beyond = [this] {
    std::vector<std::int64_t> units;
    for (const VenueEvent& event : venue().events()) {
      if (event.is_fill()) units.push_back(event.fill.beyond);
    }
    told();
    return units;
  };
  using Units = std::vector<std::int64_t>;
  for (const bool as_hftbacktest : {false, true}) {
    start({.as_hftbacktest = as_hftbacktest});
    level(kBidSide, 98, 1);
    level(kAskSide, 102, 1);
    place(kBidSide, 100, 10);
    place(kBidSide, 100, 10);
    trade(kAskSide, 99, 3);
    EXPECT_EQ(beyond(), (Units{7, 10}));
    place(kBidSide, 101, 4);
    level(kAskSide, 101, 1);
    EXPECT_EQ(beyond(), Units{3});
    place(kBidSide, 101, 6, TimeInForce::kIoc);
    EXPECT_EQ(beyond(), Units{5});
  }
  start({.fills = FillSizes::kPartial});
  level(kBidSide, 98, 1);
  level(kAskSide, 102, 1);
  place(kBidSide, 100, 10);
  trade(kAskSide, 99, 3);
  place(kBidSide, 102, 5, TimeInForce::kIoc);
  EXPECT_EQ(beyond(), (Units{0, 0}));
}

TEST_F(Venue, FillsInPartsAsTradesCome) {
  start({.fills = FillSizes::kPartial});
  book();
  place(kBidSide, 100, 5);
  told();
  trade(kAskSide, 100, 12);
  EXPECT_EQ(told(), "1 partially_filled queue_done 100x2 left 3");
  trade(kAskSide, 100, 2);
  EXPECT_EQ(told(), "1 partially_filled queue_done 100x2 left 1");
  trade(kAskSide, 100, 2);
  EXPECT_EQ(told(), "1 filled queue_done 100x1 left 0");
}

// A trade is told before the book tells what is left: what it took is nobody's any more.
TEST_F(Venue, GivesNoTakerWhatATradeHasTaken) {
  start({.fills = FillSizes::kPartial});
  book();
  trade(kBidSide, 103, 4);
  place(kBidSide, 0, 30, TimeInForce::kIoc, OrderType::kMarket);
  EXPECT_EQ(told(), "1 partially_filled taker 103x16 left 14; 1 expired no_liquidity left 0");
  place(kAskSide, 0, 5, TimeInForce::kIoc, OrderType::kMarket);
  EXPECT_EQ(told(), "2 filled taker 100x5 left 0");  // the other side is as it was
  level(kBidSide, 98, 1);
  place(kBidSide, 102, 30, TimeInForce::kIoc);
  EXPECT_EQ(told(), "3 partially_filled taker 102x10 left 20; 3 expired no_liquidity left 0");  // filled up again
}

TEST_F(Venue, GivesAStopNothingOfTheTradeThatSetsItOff) {
  start({.fills = FillSizes::kPartial});
  book();
  place(stop(kBidSide, 102, 8));
  told();
  trade(kBidSide, 102, 6);
  EXPECT_EQ(told(), "1 triggered left 8; 1 partially_filled taker 102x4 left 4; 1 filled taker 103x4 left 0");
}

// What rests where a trade has taken all waits for what the book tells of each level.
TEST_F(Venue, FillsNoRestingOrderFromALevelThatIsStillToBeTold) {
  start({.fills = FillSizes::kPartial});
  book();
  trade(kBidSide, 103, 20);
  place(kBidSide, 103, 5);
  EXPECT_EQ(told(), "1 accepted left 5");
  at_once([this] {
    level(kBidSide, 99, 10);
    level(kAskSide, 102, 0);
    level(kAskSide, 103, 0);
    level(kAskSide, 104, 7);
  });
  EXPECT_EQ(told(), "");
  level(kAskSide, 103, 2);
  EXPECT_EQ(told(), "1 partially_filled crossed 103x2 left 3");
}

TEST_F(Venue, FillsNoTakerFromWhatAClearTookOutOfSight) {
  start({.fills = FillSizes::kPartial});
  level(kAskSide, 101, 5);
  level(kAskSide, 110, 5);
  level(kBidSide, 102, 1);  // 101 is out of sight
  level(kBidSide, 102, 0);
  clear(kAskSide, 112);
  level(kAskSide, 100, 1);
  level(kAskSide, 111, 5);
  place(kBidSide, 0, 3, TimeInForce::kGtc, OrderType::kMarket);
  EXPECT_EQ(told(), "1 partially_filled taker 100x1 left 2; 1 filled taker 111x2 left 0");
}

TEST_F(Venue, StandsFirstWhereAClearLeftNothing) {
  start({});
  book();
  place(kBidSide, 100, 5);
  told();
  clear(kBidSide, 99);
  trade(kAskSide, 100, 1);
  EXPECT_EQ(told(), "1 filled queue_done 100x5 left 0");
}

// A snapshot is a clear and what there is: those before an order are still there.
TEST_F(Venue, KeepsItsPlaceThroughASnapshot) {
  start({});
  book();
  place(kBidSide, 100, 5);
  told();
  const std::int64_t ts = now().value + 1;
  const MarketRow rows[] = {{.ts = ts, .rank = 99, .side = kBidSide, .kind = RowKind::kClear},
                            {.ts = ts, .quantity = 8, .rank = 100, .side = kBidSide},
                            kEndRow};
  venue().run(rows, {ts});
  trade(kAskSide, 100, 8);
  EXPECT_EQ(told(), "");
  trade(kAskSide, 100, 1);
  EXPECT_EQ(told(), "1 filled queue_done 100x5 left 0");
}

TEST_F(Venue, CancelsAndModifiesWhatIsThere) {
  start({});
  book();
  const ClientOrderId id = place(kBidSide, 100, 5);
  told();
  venue().modify({.id = id, .rank = rank_of(kBidSide, 100), .quantity = 3}, now());  // less: keeps its place
  EXPECT_EQ(told(), "1 modified left 3");
  trade(kAskSide, 100, 8);
  venue().modify({.id = id, .rank = rank_of(kBidSide, 100), .quantity = 4}, now());  // more: behind the 10 again
  EXPECT_EQ(told(), "1 modified left 4");
  trade(kAskSide, 100, 8);
  EXPECT_EQ(told(), "");
  venue().modify({.id = id, .rank = rank_of(kBidSide, 102), .quantity = 4}, now());
  EXPECT_EQ(told(), "1 filled taker 102x4 left 0");
  venue().cancel(id, now());
  venue().modify({.id = id, .rank = 0, .quantity = 1}, now());
  EXPECT_EQ(told(), "1 rejected unknown_order left 0; 1 rejected unknown_order left 0");
}

TEST_F(Venue, EndsAnOrderThatShallBeLessThanIsFilled) {
  start({.fills = FillSizes::kPartial});
  book();
  const ClientOrderId id = place(kBidSide, 100, 5);
  trade(kAskSide, 100, 12);
  told();
  venue().modify({.id = id, .rank = rank_of(kBidSide, 100), .quantity = 2}, now());
  EXPECT_EQ(told(), "1 cancelled left 0");
  EXPECT_EQ(venue().resting(), 0U);
}

TEST_F(Venue, EndsAMarketOrderThatMeetsNothing) {
  start({});
  book();
  level(kAskSide, 102, 0);
  level(kAskSide, 103, 0);
  place(kBidSide, 0, 5, TimeInForce::kGtc, OrderType::kMarket);
  EXPECT_EQ(told(), "1 expired no_liquidity left 0");
}

TEST_F(Venue, HoldsNoMoreOrdersThanItSays) {
  start({});
  book();
  for (std::size_t i = 0; i < SimVenue::kMostResting; ++i) place(kBidSide, 50, 1);
  told();
  place(kBidSide, 50, 1);
  EXPECT_EQ(told(), "10001 rejected too_many_orders left 0");
}

}  // namespace
}  // namespace acts::sim
