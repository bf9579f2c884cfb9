#include "acts/market/venue.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

TEST(Venue, ReadsBackItsName) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    EXPECT_EQ(parse_venue(to_string(venue)), venue);
  }
  EXPECT_EQ(to_string(Venue::kBinanceUsdm), "binance-usdm");
}

TEST(Venue, NamesTheVenuesThereAreWhenAskedForAnother) {
  for (const char* name : {"", "binance", "BINANCE-SPOT", "binance-spot ", "kraken"}) {
    const Result<Venue> venue = parse_venue(name);
    ASSERT_FALSE(venue.has_value()) << name;
    EXPECT_EQ(venue.error().code, ErrorCode::kUsage);
    EXPECT_NE(venue.error().message.find("binance-spot and binance-usdm"), std::string::npos);
  }
}

}  // namespace
}  // namespace acts
