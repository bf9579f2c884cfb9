#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "strategy/fake_context.hpp"

namespace acts {
namespace {

constexpr InstrumentId kFirst{0};

Level level(std::int64_t price, std::int64_t quantity) { return {Price{price}, Quantity{quantity}}; }

TEST(Obi, LeansOnTheImbalanceAndAgainstThePosition) {
  const auto strategy = test::make_strategy("obi", {{.name = "levels", .text = "2"},
                                                    {.name = "window", .text = "2"},
                                                    {.name = "alpha", .text = "0.01"},
                                                    {.name = "spread", .text = "0.02"},
                                                    {.name = "skew", .text = "0.01"}});
  test::FakeContext context;
  strategy->on_start(context);
  context.book_of.bids = {level(9990, 100), level(9980, 100), level(9000, 5000)};
  context.book_of.asks = {level(10010, 100), level(10020, 100)};
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "") << "one look is no z-score";
  // Imbalances 0 and 0.5: the z-score of the second is 1, so the fair price is 1 % above the middle 10000.
  context.book_of.bids = {level(9990, 400), level(9980, 200)};
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "buy limit 0 100@9900,sell limit 0 100@10300,");
  context.wake(*strategy);
  // Twice the same: 0. The orders move to 9800 and 10200.
  EXPECT_EQ(context.take(), "cancel 1,buy limit 0 100@9800,cancel 2,sell limit 0 100@10200,");
  context.fill(*strategy, kFirst, 9800);
  context.wake(*strategy);
  // A quantity held moves the fair price down by 1 %.
  EXPECT_EQ(context.take(), "buy limit 0 100@9700,cancel 4,sell limit 0 100@10100,");
}

// 100 levels whose quantities 64 bits cannot hold together.
TEST(Obi, AddsUpQuantitiesOfAnySize) {
  const auto strategy = test::make_strategy("obi", {{.name = "levels", .text = "100"},
                                                    {.name = "window", .text = "2"},
                                                    {.name = "alpha", .text = "0.01"},
                                                    {.name = "spread", .text = "0.02"}});
  test::FakeContext context;
  strategy->on_start(context);
  for (int i = 0; i < 100; ++i) {
    context.book_of.bids.push_back(level(9990 - 5 * i, INT64_MAX));
    context.book_of.asks.push_back(level(10010 + 5 * i, INT64_MAX / 4));
  }
  context.wake(*strategy);
  context.book_of.asks.resize(1);
  context.wake(*strategy);
  // The imbalance rises from 0.6 to nearly 1: a z-score of 1.
  EXPECT_EQ(context.take(), "buy limit 0 100@9900,sell limit 0 100@10300,");
}

// A risk beyond all prices: nothing is bought or sold there, least of all at the touch.
TEST(AvellanedaStoikov, HasNoOrderWhereThereIsNoPrice) {
  const auto strategy = test::make_strategy(
      "avellaneda_stoikov",
      {{.name = "window", .text = "2"}, {.name = "gamma", .text = "1e12"}, {.name = "horizon", .text = "30d"}});
  test::FakeContext context;
  strategy->on_start(context);
  for (int i = 0; i < 6; ++i) {
    context.book_of.bids = {level(9990 + 100 * (i % 2), 100)};
    context.book_of.asks = {level(10010 + 100 * (i % 2), 100)};
    context.wake(*strategy);
  }
  EXPECT_EQ(context.take(), "");
}

TEST(Obi, DoesNothingWithoutABookAndStopsBuyingAtItsLimit) {
  const auto strategy =
      test::make_strategy("obi", {{.name = "window", .text = "2"}, {.name = "max_position", .text = "0.1"}});
  test::FakeContext context;
  strategy->on_start(context);
  for (int i = 0; i < 3; ++i) context.wake(*strategy);
  EXPECT_EQ(context.take(), "");
  context.book_of.bids = {level(9990, 100)};
  context.book_of.asks = {level(10010, 100)};
  for (int i = 0; i < 2; ++i) context.wake(*strategy);
  EXPECT_EQ(context.take(), "buy limit 0 100@9990,sell limit 0 100@10010,") << "not beyond the touch";
  context.fill(*strategy, kFirst, 9990);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "");
}

TEST(AvellanedaStoikov, QuotesByItsFormulas) {
  const auto strategy = test::make_strategy("avellaneda_stoikov", {{.name = "window", .text = "2"},
                                                                   {.name = "gamma", .text = "0.1"},
                                                                   {.name = "kappa", .text = "1.5"},
                                                                   {.name = "horizon", .text = "10s"}});
  test::FakeContext context;
  strategy->on_start(context);
  // Middles 1000, 1002, 998: a variance of (4 + 16) / 2 = 10 a second.
  for (const std::int64_t middle : {10000, 10020, 9980}) {
    EXPECT_EQ(context.take(), "");
    context.book_of.bids = {level(middle - 5, 100)};
    context.book_of.asks = {level(middle + 5, 100)};
    context.wake(*strategy);
  }
  // gamma sigma^2 T = 10; delta = 5 + ln(1 + 0.1 / 1.5) / 0.1 = 5.645...
  EXPECT_NEAR(std::log(1 + 0.1 / 1.5) / 0.1, 0.645385, 1e-6);
  EXPECT_EQ(context.take(), "buy limit 0 100@9920,sell limit 0 100@10040,");
  context.fill(*strategy, kFirst, 9920);
  // 998 again: a variance of (16 + 0) / 2, risk 8, delta 4.645; the reservation price is 8 below: 990.
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "buy limit 0 100@9850,cancel 2,sell limit 0 100@9985,");
}

std::vector<GivenParameter> twap_of(std::string_view style) {
  return {{.name = "side", .text = "sell"},
          {.name = "quantity", .text = "0.109"},
          {.name = "duration", .text = "40s"},
          {.name = "slices", .text = "4"},
          {.name = "style", .text = std::string(style)}};
}

TEST(Twap, TakesEvenlyToTheLastLot) {
  const auto strategy = test::make_strategy("twap", twap_of("market"));
  test::FakeContext context;
  const UnixNanos begin = context.time;
  strategy->on_start(context);
  // 10 lots in 4 slices: 2, 5, 7, 10.
  for (const std::string_view wanted :
       {"sell market 0 20@0,", "sell market 0 30@0,", "sell market 0 20@0,", "sell market 0 30@0,"}) {
    context.wake(*strategy);
    EXPECT_EQ(context.take(), wanted);
    context.fill(*strategy, kFirst, 100);
  }
  EXPECT_EQ((context.time - begin), std::chrono::seconds{30});
  EXPECT_FALSE(context.timer.has_value());
  EXPECT_EQ(context.position(kFirst).quantity.units(), -100);
}

TEST(Twap, WaitsAtTheTouchAndTakesWhatIsLeft) {
  const auto strategy = test::make_strategy("twap", twap_of("passive"));
  test::FakeContext context;
  context.book_of.asks = {level(10010, 100)};
  strategy->on_start(context);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "sell limit 0 20@10010,");
  context.fill(*strategy, kFirst, 10010);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "sell limit 0 30@10010,");
  context.are_slow = true;
  context.wake(*strategy);
  // 70 are due, 20 of them filled; the 30 that are not yet cancelled may still fill.
  EXPECT_EQ(context.take(), "cancel 2,sell market 0 20@0,");
  context.answer(*strategy, kFirst, true);
  EXPECT_EQ(context.take(), "sell market 0 10@0,sell limit 0 20@10010,");
}

TEST(Twap, LetsTimePassAfterAnOrderHasExpired) {
  const auto strategy = test::make_strategy("twap", twap_of("market"));
  test::FakeContext context;
  strategy->on_start(context);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "sell market 0 20@0,");
  context.expire(*strategy, kFirst);
  EXPECT_EQ(context.take(), "") << "it would expire again";
  ASSERT_EQ(context.timer, context.time + std::chrono::seconds{1});
  context.time = *context.timer;
  strategy->on_timer(context, TimerId{1});
  EXPECT_EQ(context.take(), "sell market 0 20@0,");
}

TEST(Twap, AsksForNoMoreThanItWantsAfterARestart) {
  const auto strategy = test::make_strategy("twap", twap_of("market"));
  test::FakeContext context;
  strategy->on_start(context);
  context.wake(*strategy);
  context.fill(*strategy, kFirst, 100);
  context.take();
  const auto other = test::make_strategy("twap", twap_of("market"));
  ASSERT_TRUE(other->restore(strategy->save()).has_value());
  other->on_start(context);
  context.wake(*other);
  EXPECT_EQ(context.take(), "sell market 0 30@0,");
}

TEST(Twap, IsSavedAndRestoredAsOftenAsOneLikesBehindItsLastSlice) {
  for (const std::string_view style : {"market", "passive"}) {
    auto strategy = test::make_strategy("twap", twap_of(style));
    test::FakeContext context;
    strategy->on_start(context);
    for (int slice = 0; slice < 5 && context.timer; ++slice) context.wake(*strategy);
    EXPECT_NE(context.take(), "");
    for (int run = 0; run < 4; ++run) {
      const std::string saved = strategy->save();
      strategy = test::make_strategy("twap", twap_of(style));
      ASSERT_TRUE(strategy->restore(saved).has_value()) << style << " " << run;
      strategy->on_start(context);
      ASSERT_TRUE(context.timer.has_value());
      context.time = *context.timer;
      strategy->on_timer(context, TimerId{1});
      EXPECT_EQ(strategy->save(), saved);
    }
  }
}

TEST(FundingCarry, HoldsBothLegsWhileItIsPaid) {
  const auto strategy = test::make_strategy("funding_carry", {});
  test::FakeContext context(2);
  strategy->on_start(context);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "");
  const auto pay = [&](std::string_view rate) {
    context.funding = FundingRate{.rate = parse_decimal(rate).value(), .at = {}};
    context.wake(*strategy);
    return context.take();
  };
  EXPECT_EQ(pay("0.0001"), "");
  EXPECT_EQ(pay("0.0002"), "buy market 0 100@0,sell market 1 100@0,");
  context.fill(*strategy, InstrumentId{0}, 100);
  context.fill(*strategy, InstrumentId{1}, 100);
  EXPECT_EQ(pay("0.0001"), "");
  EXPECT_EQ(pay("0.00005"), "sell market 0 100@0,buy market 1 100@0,");
}

// One leg alone is a bet on the price.
TEST(FundingCarry, OpensNothingBelowALotOfOneLeg) {
  const auto strategy = test::make_strategy("funding_carry", {{.name = "quantity", .text = "0.015"}});
  test::FakeContext context(2);
  context.second_lot = Quantity{100};
  context.funding = FundingRate{.rate = parse_decimal("0.0002").value(), .at = {}};
  strategy->on_start(context);
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "");
  context.second_lot = Quantity{10};
  context.wake(*strategy);
  EXPECT_EQ(context.take(), "buy market 0 10@0,sell market 1 10@0,");
}

TEST(FundingCarry, GoesOnFromASavedState) {
  for (const bool is_in : {false, true}) {
    const auto strategy = test::make_strategy("funding_carry", {});
    test::FakeContext context(2);
    strategy->on_start(context);
    if (is_in) {
      context.funding = FundingRate{.rate = parse_decimal("0.0002").value(), .at = {}};
      context.wake(*strategy);
      EXPECT_EQ(context.take(), "buy market 0 100@0,sell market 1 100@0,");
      context.fill(*strategy, InstrumentId{0}, 100);
      context.fill(*strategy, InstrumentId{1}, 100);
    }
    const auto other = test::make_strategy("funding_carry", {});
    const Result<void> restored = other->restore(strategy->save());
    ASSERT_TRUE(restored.has_value()) << restored.error().message;
    other->on_start(context);
    context.funding = FundingRate{.rate = parse_decimal("0.00005").value(), .at = {}};
    context.wake(*other);
    EXPECT_EQ(context.take(), is_in ? "sell market 0 100@0,buy market 1 100@0," : "");
  }
}

TEST(FundingCarry, NeedsTwoInstrumentsAndSaneRates) {
  const auto strategy = test::make_strategy("funding_carry", {});
  test::FakeContext context;
  strategy->on_start(context);
  EXPECT_FALSE(context.timer.has_value());
  EXPECT_EQ(test::refusal_of("funding_carry", {{.name = "exit", .text = "0.0003"}}),
            "funding_carry: exit is 0.0003 and entry 0.0002: exit must not be above entry");
}

void tell_feature(Strategy& strategy, test::FakeContext& context, double value) {
  strategy.on_features(context, {.instrument = kFirst, .ts = context.time, .values = {&value, 1}});
}

TEST(FeatureSignal, HoldsWhatItsFeatureSaid) {
  const auto strategy = test::make_strategy("feature_signal", {{.name = "feature", .text = "book_bias_1"}});
  EXPECT_EQ(strategy->wants().features, std::vector<std::string>{"book_bias_1"});
  test::FakeContext context;
  strategy->on_start(context);
  for (const double value : {std::nan(""), 0.2, -0.2}) tell_feature(*strategy, context, value);
  EXPECT_EQ(context.take(), "") << "unknown, or not beyond the threshold";
  tell_feature(*strategy, context, 0.21);
  EXPECT_EQ(context.take(), "buy market 0 100@0,");
  context.fill(*strategy, kFirst, 10000);
  for (const double value : {0.9, 0.1, std::nan("")}) tell_feature(*strategy, context, value);
  EXPECT_EQ(context.take(), "");
  tell_feature(*strategy, context, -0.3);
  EXPECT_EQ(context.take(), "sell market 0 200@0,");
}

TEST(FeatureSignal, GoesAgainstItAndStaysLongOnly) {
  const auto strategy = test::make_strategy(
      "feature_signal", {{.name = "sense", .text = "against"}, {.name = "direction", .text = "long"}});
  test::FakeContext context;
  strategy->on_start(context);
  tell_feature(*strategy, context, 0.5);
  EXPECT_EQ(context.take(), "") << "there is nothing to sell";
  tell_feature(*strategy, context, -0.5);
  EXPECT_EQ(context.take(), "buy market 0 100@0,");
  context.fill(*strategy, kFirst, 10000);
  tell_feature(*strategy, context, 0.5);
  EXPECT_EQ(context.take(), "sell market 0 100@0,");
}

TEST(FeatureSignal, GoesOnFromASavedState) {
  const auto strategy = test::make_strategy("feature_signal", {});
  test::FakeContext context;
  strategy->on_start(context);
  tell_feature(*strategy, context, 0.5);
  EXPECT_EQ(context.take(), "buy market 0 100@0,");
  const auto other = test::make_strategy("feature_signal", {});
  ASSERT_TRUE(other->restore(strategy->save()).has_value());
  other->on_start(context);
  tell_feature(*other, context, 0.6);
  EXPECT_EQ(context.take(), "") << "it is long already";
  EXPECT_FALSE(other->restore(strategy->save() + "more").has_value());
}

}  // namespace
}  // namespace acts
