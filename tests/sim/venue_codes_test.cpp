#include "sim/venue_codes.hpp"

#include <gtest/gtest.h>

namespace acts::sim {
namespace {

TEST(VenueCodes, AreThoseOfTheVenue) {
  const auto spot = [](RejectReason reason) { return code_of(reason, Venue::kBinanceSpot); };
  const auto usdm = [](RejectReason reason) { return code_of(reason, Venue::kBinanceUsdm); };
  EXPECT_EQ(spot(RejectReason::kMinNotional), -1013);
  EXPECT_EQ(usdm(RejectReason::kMinNotional), -4164);
  EXPECT_EQ(spot(RejectReason::kWouldTrigger), -2010);
  EXPECT_EQ(usdm(RejectReason::kWouldTrigger), -2021);
  EXPECT_EQ(usdm(RejectReason::kReduceOnly), -2022);
  EXPECT_EQ(spot(RejectReason::kUnknownOrder), -2011);
  EXPECT_EQ(spot(RejectReason::kOrderRate), -1015);
  EXPECT_EQ(usdm(RejectReason::kOrderRate), -1015);
  EXPECT_EQ(usdm(RejectReason::kTooManyStops), -4045);
  EXPECT_EQ(code_of(RejectReason::kPriceOutOfBand, Venue::kBinanceUsdm, OrderSide::kBuy), -4016);
  EXPECT_EQ(code_of(RejectReason::kPriceOutOfBand, Venue::kBinanceUsdm, OrderSide::kSell), -4024);
  EXPECT_EQ(spot(RejectReason::kNone), 0);
}

TEST(VenueCodes, TellOfUsdmWhichBoundARefusalIsOf) {
  const auto usdm = [](RejectReason reason, RefusalDetail detail, OrderSide side = OrderSide::kBuy) {
    return code_of(reason, Venue::kBinanceUsdm, side, detail);
  };
  EXPECT_EQ(usdm(RejectReason::kQuantityOutOfRange, RefusalDetail::kBelow), -4004);
  EXPECT_EQ(usdm(RejectReason::kQuantityOutOfRange, RefusalDetail::kAbove), -4005);
  for (const OrderSide side : {OrderSide::kBuy, OrderSide::kSell}) {
    EXPECT_EQ(usdm(RejectReason::kPriceOutOfBand, RefusalDetail::kBelow, side), -4013);
    EXPECT_EQ(usdm(RejectReason::kPriceOutOfBand, RefusalDetail::kAbove, side), -4002);
    EXPECT_EQ(usdm(RejectReason::kPriceOutOfBand, RefusalDetail::kStopAbove, side), -4007);
  }
  EXPECT_EQ(usdm(RejectReason::kUnknownOrder, RefusalDetail::kChange), -2013);
  EXPECT_EQ(usdm(RejectReason::kUnknownOrder, RefusalDetail::kNone), -2011);
  for (const auto detail : {RefusalDetail::kBelow, RefusalDetail::kAbove, RefusalDetail::kStopAbove}) {
    EXPECT_EQ(code_of(RejectReason::kPriceOutOfBand, Venue::kBinanceSpot, OrderSide::kBuy, detail), -1013);
  }
}

TEST(VenueCodes, TellOrdersFromRequests) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    EXPECT_EQ(code_of(RejectReason::kOrderRate, venue, OrderSide::kBuy, RefusalDetail::kRequests), -1003);
    EXPECT_EQ(code_of(RejectReason::kOrderRate, venue, OrderSide::kBuy, RefusalDetail::kNone), -1015);
  }
}

// What is refused at the venue has a code there.
TEST(VenueCodes, AreThereForAllThatIsRefused) {
  for (auto reason = RejectReason::kPriceOffTick; reason <= RejectReason::kLinkedOrder;
       reason = static_cast<RejectReason>(static_cast<int>(reason) + 1)) {
    const bool is_of_status = reason == RejectReason::kSelfTrade || reason == RejectReason::kNoLiquidity ||
                              reason == RejectReason::kLinkedOrder;
    for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
      EXPECT_EQ(code_of(reason, venue) == 0, is_of_status) << to_string(reason);
    }
  }
}

}  // namespace
}  // namespace acts::sim
