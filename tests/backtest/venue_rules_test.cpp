#include "backtest/venue_rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acts::backtest {
namespace {

Decimal decimal_of(std::string_view text) { return *parse_decimal(text); }

BacktestInstrument ruled(Venue venue) {
  Instrument info;
  info.venue = venue;
  info.symbol = "X";
  info.tick_size = decimal_of("0.05");
  info.lot_size = decimal_of("0.001");
  info.min_price = decimal_of("0.11");
  info.max_price = decimal_of("1000.04");
  info.min_quantity = decimal_of("0.0025");
  info.max_quantity = decimal_of("100");
  info.min_notional = decimal_of("5");
  return *backtest_instrument(info);
}

// What lies between two steps passes on neither side.
TEST(VenueRules, AreRoundedSoThatNothingPassesThatMustNot) {
  const RuleSettings rules{.price_band_up = decimal_of("1.05"),
                           .price_band_down = decimal_of("0.95"),
                           .max_open_orders = 200,
                           .max_algo_orders = 5};
  const auto filters = filters_of(ruled(Venue::kBinanceSpot), rules);
  ASSERT_TRUE(filters.has_value()) << filters.error().message;
  EXPECT_EQ(filters->min_price, 3);       // 0.15
  EXPECT_EQ(filters->max_price, 20'000);  // 1000
  EXPECT_EQ(filters->min_quantity, 3);
  EXPECT_EQ(filters->max_quantity, 100'000);
  EXPECT_TRUE(filters->min_notional == 100'000);  // of 0.05 x 0.001
  EXPECT_EQ(filters->band.up, 105'000'000);
  EXPECT_EQ(filters->band.down, 95'000'000);
  EXPECT_FALSE(filters->band.is_one_sided);
  EXPECT_EQ(filters->max_open_orders, 200U);
  EXPECT_EQ(filters->max_stops, 5U);
  const auto futures = filters_of(ruled(Venue::kBinanceUsdm), rules);
  EXPECT_TRUE(futures->band.is_one_sided);
  EXPECT_TRUE(futures->is_reducing_exempt);
}

TEST(VenueRules, AreNoneWhereNoneIsSaid) {
  Instrument info;
  info.tick_size = decimal_of("0.1");
  info.lot_size = decimal_of("0.001");
  const auto filters = filters_of(*backtest_instrument(info), {});
  ASSERT_TRUE(filters.has_value());
  EXPECT_EQ(filters->max_price + filters->max_quantity + filters->min_price + filters->min_quantity, 0);
  EXPECT_TRUE(filters->min_notional == 0);
}

TEST(VenueRules, AreRefusedWhereNothingCouldPass) {
  const auto refusal = [](auto change) {
    BacktestInstrument instrument = ruled(Venue::kBinanceSpot);
    RuleSettings rules;
    change(instrument.info, rules);
    const auto filters = filters_of(instrument, rules);
    return filters ? std::string("none") : filters.error().message;
  };
  EXPECT_EQ(refusal([](Instrument& of, RuleSettings&) { of.max_price = decimal_of("0.04"); }),
            "max_price: 0.04 lets nothing pass: it is below one step");
  EXPECT_EQ(refusal([](Instrument& of, RuleSettings&) { of.max_quantity = decimal_of("0.001"); }),
            "max_quantity: 0.001 is below min_quantity");
  EXPECT_EQ(refusal([](Instrument& of, RuleSettings&) { of.min_notional = decimal_of("-1"); }),
            "min_notional: -1 is not positive");
  EXPECT_EQ(refusal([](Instrument&, RuleSettings& of) { of.price_band_up = decimal_of("0.9"); }),
            "price_band_up: 0.9 is below 1, the reference price itself: 1.05 lets pass up to 5 % above it");
  EXPECT_EQ(refusal([](Instrument&, RuleSettings& of) { of.price_band_down = decimal_of("1.1"); }),
            "price_band_down: 1.1 is above 1, the reference price itself: 0.95 lets pass down to 5 % below it");
  EXPECT_EQ(refusal([](Instrument&, RuleSettings& of) { of.price_band_up = of.price_band_down = decimal_of("1"); }),
            "none");
  EXPECT_EQ(refusal([](Instrument&, RuleSettings& of) { of.price_band_up = decimal_of("1.05"); }), "none");
}

}  // namespace
}  // namespace acts::backtest
