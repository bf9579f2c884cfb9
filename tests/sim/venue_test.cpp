#include "sim/venue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
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

// What ours has had of a trade, nobody before a later one of ours has had.
TEST_F(Venue, LeavesWhoStandsBeforeALaterOrderWhatAnEarlierOneOfOursHasHad) {
  for (const QueueKind queue : {QueueKind::kRiskAverse, QueueKind::kPower3, QueueKind::kLog}) {
    start({.fills = FillSizes::kPartial, .queue = {queue, 3}});
    level(kBidSide, 99, 5);
    level(kAskSide, 102, 1);
    place(kBidSide, 100, 5);
    place(kBidSide, 99, 5);
    level(kBidSide, 99, 25);
    told();
    trade(kAskSide, 99, 5);
    EXPECT_EQ(told(), "1 filled traded_through 100x5 left 0");
    level(kBidSide, 99, 20);
    trade(kAskSide, 99, 5);
    EXPECT_EQ(told(), "") << to_string(queue);
    trade(kAskSide, 99, 1);
    EXPECT_EQ(told(), "2 partially_filled queue_done 99x1 left 4") << to_string(queue);

    start({.fills = FillSizes::kPartial, .queue = {queue, 3}});
    level(kBidSide, 100, 5);
    level(kAskSide, 102, 1);
    place(kBidSide, 100, 1);
    level(kBidSide, 100, 8);
    place(kBidSide, 100, 1);
    level(kBidSide, 100, 30);
    told();
    trade(kAskSide, 100, 6);
    EXPECT_EQ(told(), "1 filled queue_done 100x1 left 0") << to_string(queue);
    trade(kAskSide, 100, 3);
    EXPECT_EQ(told(), "") << to_string(queue);
    trade(kAskSide, 100, 1);
    EXPECT_EQ(told(), "2 filled queue_done 100x1 left 0") << to_string(queue);
  }
}

// Others and own orders of two prices, written down as the lists that they stand in: trades take them from the front.
TEST_F(Venue, FillsWhatStandsAtTheFrontOfTheQueue) {
  struct Standing {
    std::int64_t left;
    bool is_own;
  };
  std::mt19937_64 random(3);
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  std::size_t fills = 0;
  for (int round = 0; round < 500; ++round) {
    start({.fills = FillSizes::kPartial, .queue = {QueueKind::kRiskAverse, 3}});
    level(kAskSide, 105, 1);
    std::map<std::int64_t, std::vector<Standing>> queues;
    for (const std::int64_t price : {99, 100}) {
      std::int64_t others = 0;
      for (std::int64_t i = 0; i < 6; ++i) {
        const std::int64_t more = below(6);
        level(kBidSide, price, others += more);
        queues[price].push_back({more, false});
        const std::int64_t own = 1 + below(5);
        place(kBidSide, price, own);
        queues[price].push_back({own, true});
      }
      level(kBidSide, price, others + 10'000);
      queues[price].push_back({10'000, false});
    }
    std::int64_t wanted = 0;
    for (int i = 0; i < 25; ++i) {
      const std::int64_t price = 99 + below(2);
      const std::int64_t quantity = 1 + below(9);
      std::int64_t left = quantity;
      for (auto queue = queues.rbegin(); queue != queues.rend() && queue->first >= price; ++queue) {
        for (Standing& one : queue->second) {
          if (queue->first > price && !one.is_own) continue;  // the trade was told of below them
          const std::int64_t got = std::min(left, one.left);
          one.left -= got;
          left -= got;
          if (one.is_own) wanted += got;
        }
      }
      trade(kAskSide, price, quantity);
      ASSERT_EQ(venue().position(), wanted) << round << ' ' << i;
      fills += static_cast<std::size_t>(!told().empty());
    }
  }
  EXPECT_GT(fills, 3'000U);
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
