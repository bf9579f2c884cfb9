#include "sim/account/fee_schedule.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace acts::sim {
namespace {

constexpr Scales kFeeScales{.price = 2, .quantity = 3};
constexpr std::int64_t kOneDay = 86'400'000'000'000;

Decimal number(std::string_view text) { return parse_decimal(text).value(); }

// What one trade of 0.5 at 1000.01 is charged.
struct Charged {
  std::string fee;
  std::string received;
  std::string other;
  friend bool operator==(const Charged&, const Charged&) = default;
};

class Meter {
 public:
  explicit Meter(const FeeSchedule& schedule)
      : terms_(kFeeScales, {}, MoneyTerms::least_scale(kFeeScales, {}, schedule.decimals(kFeeScales)).value()),
        meter_(schedule, terms_),
        volume_(meter_.first_volume()) {}

  Charged charge(OrderSide side, Liquidity liquidity, std::int64_t day = 0, bool is_first = true,
                 int128 other_left = 1'000'000'000) {
    MoneyMath math;
    const FeeCharge charge = meter_.charge(math,
                                           {.side = side,
                                            .liquidity = liquidity,
                                            .price = Price{100001},
                                            .quantity = Quantity{500},
                                            .is_first = is_first,
                                            .ts = {day * kOneDay + 1}},
                                           volume_, other_left);
    EXPECT_FALSE(math.has_overflown());
    return {to_string(terms_.money(charge.fee)), to_string(Decimal{charge.received, meter_.base_scale()}),
            to_string(Decimal{charge.other, FeeMeter::kOtherScale})};
  }

 private:
  MoneyTerms terms_;
  FeeMeter meter_;
  VolumeWindow volume_;
};

using enum OrderSide;
using enum Liquidity;

TEST(FeeMeter, ChargesMakersTakersAndSides) {
  Meter meter({.maker = number("-0.0001"), .taker = number("0.0004"), .buy = number("0.001"), .sell = number("0.002")});
  EXPECT_EQ(meter.charge(kBuy, kMaker).fee, "0.4500045");
  EXPECT_EQ(meter.charge(kBuy, kTaker).fee, "0.700007");
  EXPECT_EQ(meter.charge(kSell, kMaker).fee, "0.9500095");
  EXPECT_EQ(meter.charge(kSell, kTaker).fee, "1.200012");
}

TEST(FeeMeter, ChargesAQuantityAndAnOrder) {
  Meter meter({.per_quantity = number("0.5"), .flat = number("1.25")});
  EXPECT_EQ(meter.charge(kBuy, kTaker).fee, "1.5");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 0, false).fee, "0.25");
}

TEST(FeeMeter, GivesRebates) {
  Meter meter({.maker = number("-0.00005"), .taker = number("0.0007")});
  EXPECT_EQ(meter.charge(kSell, kMaker).fee, "-0.02500025");
}

// 500.005 a trade: the tier is that of the days before, for thirty of them.
TEST(FeeMeter, KnowsTheTierByTheVolumeOfThirtyDays) {
  Meter meter({.maker = number("0.001"),
               .taker = number("0.002"),
               .tiers = {{.volume = number("1000"), .maker = number("0.0005"), .taker = number("0.001")},
                         {.volume = number("2000"), .maker = number("0"), .taker = number("0.0005")}}});
  EXPECT_EQ(meter.charge(kBuy, kTaker, 100).fee, "1.00001");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 100).fee, "1.00001") << "of the day itself nothing counts";
  EXPECT_EQ(meter.charge(kBuy, kTaker, 101).fee, "0.500005");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 101).fee, "0.500005");
  EXPECT_EQ(meter.charge(kBuy, kMaker, 102).fee, "0");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 130).fee, "0.2500025") << "day 100 is the thirtieth before";
  EXPECT_EQ(meter.charge(kBuy, kTaker, 131).fee, "0.2500025");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 132).fee, "0.500005");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 300).fee, "1.00001") << "and long after that all is over";
}

TEST(FeeMeter, BeginsWithTheVolumeOfBefore) {
  Meter meter({.taker = number("0.002"),
               .tiers = {{.volume = number("2900"), .maker = {}, .taker = number("0.001")}},
               .volume_before = number("3000")});
  EXPECT_EQ(meter.charge(kBuy, kTaker, 5).fee, "0.500005");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 6).fee, "0.500005") << "2900 + 500 of the day before";
  EXPECT_EQ(meter.charge(kBuy, kTaker, 31).fee, "1.00001");
}

// Divided by thirty it was a little less than what was said.
TEST(FeeMeter, ReachesATierWithJustItsVolume) {
  for (const char* const volume : {"1000000", "1", "1000001.37"}) {
    Meter meter({.taker = number("0.002"),
                 .tiers = {{.volume = number(volume), .maker = {}, .taker = number("0.001")}},
                 .volume_before = number(volume)});
    EXPECT_EQ(meter.charge(kBuy, kTaker, 5).fee, "0.500005") << volume;
  }
}

TEST(FeeMeter, TakesFeesOfSpotOutOfWhatIsReceived) {
  Meter meter({.maker = number("0.001"), .taker = number("0.001"), .asset = FeeAsset::kReceived});
  EXPECT_EQ(meter.charge(kBuy, kTaker), (Charged{"0", "0.0005", "0"}));
  EXPECT_EQ(meter.charge(kSell, kTaker), (Charged{"0.500005", "0", "0"}));
}

TEST(FeeMeter, TakesFeesInAnotherAssetAtADiscountWhileThereIsOfIt) {
  Meter meter({.maker = number("-0.0001"),
               .taker = number("0.001"),
               .asset = FeeAsset::kOther,
               .discount = number("0.25"),
               .other_price = number("600"),
               .other_balance = number("1")});
  // 0.500005 x 0.75 / 600 = 0.00062500625, rounded up; its worth is 600 times that.
  EXPECT_EQ(meter.charge(kBuy, kTaker), (Charged{"0.375006", "0", "0.00062501"}));
  EXPECT_EQ(meter.charge(kBuy, kTaker, 0, true, 62501).other, "0.00062501");
  EXPECT_EQ(meter.charge(kBuy, kTaker, 0, true, 62500), (Charged{"0.500005", "0", "0"}));
  EXPECT_EQ(meter.charge(kBuy, kMaker), (Charged{"-0.0500005", "0", "0"})) << "of what is received nothing is saved";
}

TEST(FeeSchedule, RefusesWhatCannotBe) {
  const auto refusal = [](const FeeSchedule& fees, const Contract& contract = {}) {
    const Result<void> checked = fees.check(contract);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({.tiers = {{.volume = {5, 0}}, {.volume = {5, 0}}}}), "[fees]: volumes of tiers must grow");
  EXPECT_EQ(refusal({.asset = FeeAsset::kReceived}, {.kind = ContractKind::kInverse, .size = {100, 0}}),
            "[fees]: fees in what is received are of spot");
  EXPECT_EQ(refusal({.asset = FeeAsset::kOther}), "[fees]: price of the asset that fees are paid in is missing");
  EXPECT_EQ(refusal({.asset = FeeAsset::kOther, .discount = {2, 0}, .other_price = {6, 0}}),
            "[fees]: discount is a part of the fee, 0 ... 1");
  EXPECT_EQ(refusal({.volume_before = {-1, 0}}), "[fees]: volume_before is no volume");
}

// Each was below 1: with both, what was sold on spot cost more than it brought, and the run ended with an assertion.
TEST(FeeSchedule, RefusesRatesThatComeToTheWholeValueTogether) {
  const auto refusal = [](const FeeSchedule& fees) {
    const Result<void> checked = fees.check({});
    return checked ? std::string() : checked.error().message;
  };
  const std::string whole = "[fees]: a rate of maker or taker and that of a side come to the whole value";
  EXPECT_EQ(refusal({.taker = number("0.6"), .sell = number("0.3999")}), "");
  EXPECT_EQ(refusal({.taker = number("0.6"), .sell = number("0.4")}), whole);
  EXPECT_EQ(refusal({.maker = number("0.5"), .buy = number("0.6")}), whole);
  EXPECT_EQ(refusal({.maker = number("-0.5"), .sell = number("-0.5")}), whole);
  EXPECT_EQ(refusal({.sell = number("0.4"), .tiers = {{.volume = {5, 0}, .taker = number("0.6")}}}), whole);
}

TEST(FeeTier, IsReadFromItsText) {
  const auto tier = parse_fee_tier(" 1000000  0.0009 -0.0001");
  ASSERT_TRUE(tier.has_value()) << tier.error().message;
  EXPECT_EQ(tier->volume, number("1000000"));
  EXPECT_EQ(tier->maker, number("0.0009"));
  EXPECT_EQ(tier->taker, number("-0.0001"));
  for (const char* text :
       {"", "1", "1 0.1", "-1 0.1 0.1", "1 0.1 0.1 0.1", "1 1 0.1", "x 0.1 0.1", "1 0.1 0.123456789"}) {
    EXPECT_FALSE(parse_fee_tier(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace acts::sim
