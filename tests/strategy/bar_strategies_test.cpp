#include <gtest/gtest.h>

#include "strategy/fake_context.hpp"

namespace acts {
namespace {

constexpr InstrumentId kFirst{0};

class Bars {
 public:
  Bars(std::string_view name, const std::vector<GivenParameter>& given) : strategy(test::make_strategy(name, given)) {
    strategy->on_start(context);
  }
  // Shows a bar; what is asked for then.
  std::string show(std::int64_t high, std::int64_t low, std::int64_t close) {
    const Bar bar{.instrument = kFirst,
                  .open_time = context.time,
                  .close_time = context.time + kMinute,
                  .scales = context.scales(kFirst),
                  .open = Price{close},
                  .high = Price{high},
                  .low = Price{low},
                  .close = Price{close},
                  .volume = Quantity{1}};
    context.time = bar.close_time;
    strategy->on_bar(context, bar);
    return context.take();
  }
  std::string close_at(std::int64_t close) { return show(close, close, close); }

  test::FakeContext context;
  std::unique_ptr<Strategy> strategy;
};

const std::vector<GivenParameter> kTwoThree{{.name = "fast", .text = "2"}, {.name = "slow", .text = "3"}};

TEST(SmaCross, TradesWhenTheMeansCrossAndNotBefore) {
  Bars bars("sma_cross", kTwoThree);
  EXPECT_EQ(bars.close_at(1000), "");
  EXPECT_EQ(bars.close_at(1010), "");
  EXPECT_EQ(bars.close_at(1020), "") << "the first difference is only noted";
  EXPECT_EQ(bars.close_at(1020), "");
  EXPECT_EQ(bars.close_at(900), "") << "below: nothing is held";
  EXPECT_EQ(bars.close_at(1100), "") << "still below";
  EXPECT_EQ(bars.close_at(1200), "buy market 0 100@0,");
  bars.context.fill(*bars.strategy, kFirst, 1200);
  EXPECT_EQ(bars.close_at(1300), "");
  EXPECT_EQ(bars.close_at(500), "sell market 0 100@0,");
}

// 0.100 were bought and 0.0001 of them kept as a fee: 0.09 is what lots of 0.01 can be sold, and enough to buy again.
TEST(SmaCross, SellsWhatFeesHaveLeftInWholeLots) {
  Bars bars("sma_cross", kTwoThree);
  for (const std::int64_t close : {1000, 1010, 1020, 900, 1100}) bars.close_at(close);
  EXPECT_EQ(bars.close_at(1200), "buy market 0 100@0,");
  bars.context.fill(*bars.strategy, kFirst, 1200);
  bars.context.take_fee(kFirst, Decimal{1, 4});
  EXPECT_EQ(bars.close_at(500), "sell market 0 90@0,");
  bars.context.fill(*bars.strategy, kFirst, 500);
  EXPECT_EQ(bars.close_at(400), "");
  EXPECT_EQ(bars.close_at(5000), "buy market 0 90@0,") << "0.0099 are held";
}

TEST(SmaCross, GoesShortIfItMay) {
  std::vector<GivenParameter> given = kTwoThree;
  given.push_back({.name = "direction", .text = "both"});
  given.push_back({.name = "quantity", .text = "0.05"});
  Bars bars("sma_cross", given);
  for (const std::int64_t close : {1000, 1010, 1020}) EXPECT_EQ(bars.close_at(close), "");
  EXPECT_EQ(bars.close_at(500), "sell market 0 50@0,");
  bars.context.fill(*bars.strategy, kFirst, 500);
  EXPECT_EQ(bars.close_at(5000), "buy market 0 100@0,");
}

TEST(SmaCross, LeavesEqualMeansAlone) {
  Bars bars("sma_cross", kTwoThree);
  for (const std::int64_t close : {1000, 990, 980, 970}) EXPECT_EQ(bars.close_at(close), "");
  // (970 + 985) / 2 = 977.5 and (980 + 970 + 985) / 3 = 978.33: below; then equal; then above.
  EXPECT_EQ(bars.close_at(985), "");
  EXPECT_EQ(bars.close_at(955), "");
  EXPECT_EQ(bars.close_at(1100), "buy market 0 100@0,");
}

TEST(SmaCross, ReplacesAnOrderThatWaitsOnceItIsGone) {
  Bars bars("sma_cross", kTwoThree);
  bars.context.are_slow = true;
  for (const std::int64_t close : {1020, 1010, 1000}) EXPECT_EQ(bars.close_at(close), "");
  EXPECT_EQ(bars.close_at(1100), "buy market 0 100@0,");
  bars.context.answer(*bars.strategy, kFirst, false);
  EXPECT_EQ(bars.close_at(100), "cancel 1,") << "not before the first is gone";
  bars.context.answer(*bars.strategy, kFirst, true);
  EXPECT_EQ(bars.context.take(), "") << "nothing is held, nothing is wanted";
}

TEST(SmaCross, CountsAnOrderThatFillsWhileItIsCancelled) {
  Bars bars("sma_cross", kTwoThree);
  bars.context.are_slow = true;
  for (const std::int64_t close : {1020, 1010, 1000}) EXPECT_EQ(bars.close_at(close), "");
  EXPECT_EQ(bars.close_at(1100), "buy market 0 100@0,");
  bars.context.answer(*bars.strategy, kFirst, false);
  EXPECT_EQ(bars.close_at(100), "cancel 1,");
  bars.context.fill(*bars.strategy, kFirst, 1100);
  EXPECT_EQ(bars.context.take(), "sell market 0 100@0,");
}

TEST(SmaCross, RefusesAFastMeanThatIsNotFaster) {
  EXPECT_EQ(test::refusal_of("sma_cross", {{.name = "fast", .text = "30"}, {.name = "slow", .text = "30"}}),
            "sma_cross: fast is 30 and slow 30: fast must be below slow");
}

// Cut anywhere, the restored one asks for the same.
void expect_goes_on(std::string_view name, const std::vector<GivenParameter>& given) {
  const std::vector<std::int64_t> closes{100, 110, 120, 90, 80, 130, 140, 150, 60, 70, 65, 200, 210, 100, 90, 80, 300};
  for (std::size_t cut = 0; cut < closes.size(); ++cut) {
    Bars whole(name, given);
    for (std::size_t i = 0; i < cut; ++i) whole.close_at(closes[i] * 10);
    Bars restored(name, given);
    const Result<void> done = restored.strategy->restore(whole.strategy->save());
    ASSERT_TRUE(done.has_value()) << done.error().message;
    whole.context = test::FakeContext();
    for (std::size_t i = cut; i < closes.size(); ++i) {
      ASSERT_EQ(whole.close_at(closes[i] * 10), restored.close_at(closes[i] * 10)) << cut << " " << i;
    }
    EXPECT_FALSE(restored.strategy->restore("what").has_value());
  }
}

TEST(BarStrategies, GoOnFromASavedState) {
  expect_goes_on("sma_cross", kTwoThree);
  expect_goes_on("breakout",
                 {{.name = "entry", .text = "3"}, {.name = "exit", .text = "2"}, {.name = "atr_period", .text = "2"}});
}

const std::vector<GivenParameter> kChannels{
    {.name = "entry", .text = "3"}, {.name = "exit", .text = "2"}, {.name = "atr_period", .text = "2"}};

TEST(Breakout, BuysAboveItsChannelAndSellsBelowTheOther) {
  Bars bars("breakout", kChannels);
  EXPECT_EQ(bars.show(1050, 950, 1000), "");
  EXPECT_EQ(bars.show(1040, 960, 1000), "");
  EXPECT_EQ(bars.show(1030, 970, 1000), "");
  EXPECT_EQ(bars.show(1060, 980, 1050), "") << "a close at the highest high is no breakout";
  EXPECT_EQ(bars.show(1070, 990, 1065), "buy market 0 100@0,");
  bars.context.fill(*bars.strategy, kFirst, 1065);
  EXPECT_EQ(bars.show(1070, 980, 980), "") << "a close at the lowest low of two bars";
  EXPECT_EQ(bars.show(1000, 970, 975), "sell market 0 100@0,");
}

TEST(Breakout, PutsAStopBehindItsEntry) {
  std::vector<GivenParameter> given = kChannels;
  given.push_back({.name = "stop_atr", .text = "1.5"});
  given.push_back({.name = "direction", .text = "both"});
  Bars bars("breakout", given);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bars.show(1010, 990, 1000), "");
  EXPECT_EQ(bars.show(1020, 1000, 1020), "buy market 0 100@0,");
  // True ranges 20, 20, then max(20, 20, 0): 20 on average; 1.5 of it below 1020 is 990.
  bars.context.fill(*bars.strategy, kFirst, 1020);
  EXPECT_EQ(bars.context.take(), "sell stop 0 100@990,");
  EXPECT_EQ(bars.show(1000, 900, 900), "cancel 2,sell market 0 200@0,");
  bars.context.fill(*bars.strategy, kFirst, 900);
  // Ranges: the average is (20 + 120) / 2 = 70, a stop 105 above 900.
  EXPECT_EQ(bars.context.take(), "buy stop 0 100@1005,");
}

}  // namespace
}  // namespace acts
