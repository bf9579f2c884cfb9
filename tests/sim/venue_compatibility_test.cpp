// The defects of hftbacktest that docs/backtest.md lists, one by one: what compatibility does, and what is right. That
// the released package has them is what tests/parity/defects.py shows.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sim/venue_support.hpp"

namespace acts::sim {
namespace {

class VenueCompatibility : public VenueTest, public ::testing::WithParamInterface<bool> {
 protected:
  [[nodiscard]] static bool is_compatible() { return GetParam(); }
  // With 10 to buy at 100 before the own 5, of which 2 are filled.
  ClientOrderId filled_in_part() {
    start({.fills = FillSizes::kPartial, .as_hftbacktest = is_compatible()});
    book();
    const ClientOrderId id = place(kBidSide, 100, 5);
    trade(kAskSide, 100, 12);
    told();
    return id;
  }
  // What the venue tells of it.
  std::string after(const VenueChange& change) {
    venue().modify(change, now());
    return told();
  }
  static VenueChange change(ClientOrderId id, std::int64_t ticks, std::int64_t quantity, std::int64_t left) {
    return {.id = id, .rank = rank_of(kBidSide, ticks), .quantity = quantity, .left = left};
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, VenueCompatibility, ::testing::Bool(),
                         [](const auto& mode) { return std::string(mode.param ? "AsHftbacktest" : "Correct"); });

// 1: partial fills are not in its position.
TEST_P(VenueCompatibility, BooksPartsInThePosition) {
  filled_in_part();
  EXPECT_EQ(venue().position(), 2);
}

// 2: what a trade has emptied exactly stays alive in it, and ends its run when it is filled again.
TEST_P(VenueCompatibility, EndsAnOrderThatATradeEmptiesExactly) {
  start({.fills = FillSizes::kPartial, .as_hftbacktest = is_compatible()});
  book();
  place(kBidSide, 100, 5);
  told();
  trade(kAskSide, 100, 15);
  EXPECT_EQ(told(), "1 filled queue_done 100x5 left 0");
  EXPECT_EQ(venue().resting(), 0U);
  trade(kAskSide, 99, 5);
  EXPECT_EQ(told(), "");
  EXPECT_EQ(venue().position(), 5);
}

// 3: an IOC order that is filled in part and expires books nothing in it.
TEST_P(VenueCompatibility, BooksWhatAnImmediateOrderGotBeforeItExpired) {
  start({.fills = FillSizes::kPartial, .as_hftbacktest = is_compatible()});
  book();
  place(kBidSide, 102, 25, TimeInForce::kIoc);
  EXPECT_EQ(told(), "1 partially_filled taker 102x10 left 15; 1 expired no_liquidity left 0");
  EXPECT_EQ(venue().position(), 10);
}

// 4: a modify leaves as much in it as there was left before, or what it asks for, whatever was filled.
TEST_P(VenueCompatibility, ModifiesToTheQuantityThatIsAskedFor) {
  EXPECT_EQ(after(change(filled_in_part(), 99, 8, 3)), is_compatible() ? "1 modified left 3" : "1 modified left 6");
}

TEST_P(VenueCompatibility, ModifiesDownWhereItStands) {
  EXPECT_EQ(after(change(filled_in_part(), 100, 3, 3)), is_compatible() ? "1 modified left 3" : "1 modified left 1");
}

TEST_P(VenueCompatibility, EndsAnOrderThatIsModifiedToWhatIsFilled) {
  EXPECT_EQ(after(change(filled_in_part(), 99, 2, 3)), is_compatible() ? "1 modified left 3" : "1 cancelled left 0");
}

// 4: that is as much as who asked for it knew to be left: a fill that it crosses is undone.
TEST_P(VenueCompatibility, CountsAFillThatAModifyCrosses) {
  EXPECT_EQ(after(change(filled_in_part(), 99, 5, 5)), is_compatible() ? "1 modified left 5" : "1 modified left 3");
}

// 5: at the commit that was read, to cancel a filled order booked it twice; at 2.4.4 it no longer does.
TEST_P(VenueCompatibility, BooksAFilledOrderOnceThatIsCancelled) {
  start({.fills = FillSizes::kPartial, .as_hftbacktest = is_compatible()});
  book();
  const ClientOrderId id = place(kBidSide, 100, 5);
  trade(kAskSide, 100, 15);
  told();
  venue().cancel(id, now());
  EXPECT_EQ(told(), "1 rejected unknown_order left 0");
  EXPECT_EQ(venue().position(), 5);
}

// 6: each own order at a price takes a trade whole in it: 11 traded fill 50.
TEST_P(VenueCompatibility, SharesATradeAmongOwnOrders) {
  start({.fills = FillSizes::kPartial, .as_hftbacktest = is_compatible()});
  level(kBidSide, 100, 1);
  level(kAskSide, 102, 1);
  for (int i = 0; i < 5; ++i) place(kBidSide, 100, 10);
  told();
  trade(kAskSide, 100, 11);
  EXPECT_EQ(venue().position(), is_compatible() ? 50 : 10);
}

}  // namespace
}  // namespace acts::sim
