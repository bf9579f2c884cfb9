#include "acts/features/bands.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "features/support.hpp"

namespace acts {
namespace {

std::string error_of(std::string_view text) {
  const Result<BandList> list = BandList::parse(text);
  if (list) return "no error";
  EXPECT_EQ(list.error().code, ErrorCode::kUsage);
  return list.error().message;
}

TEST(Bands, KeepTheConfiguredOrderAndKnowTheirWidths) {
  const BandList list = test::bands("4, 0.5,1.250");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].column_suffix(), "4");
  EXPECT_EQ(list[1].column_suffix(), "0_5");
  EXPECT_EQ(list[2].column_suffix(), "1_25");
  const std::array<std::size_t, 3> by_width{1, 2, 0};
  EXPECT_TRUE(std::ranges::equal(list.by_width(), by_width));
}

TEST(Bands, DefaultToOneAndFourPerCent) {
  const BandList list = BandList::defaults();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].column_suffix(), "1");
  EXPECT_EQ(list[1].column_suffix(), "4");
}

TEST(Bands, AreWrittenAsTheyAreRead) {
  for (const char* const text : {"", "1,4", "4,0.5,0.000001"}) EXPECT_EQ(to_string(test::bands(text)), text);
  EXPECT_EQ(to_string(test::bands(" 1.50, 04")), "1.5,4");
}

TEST(Bands, OfTwoListsAreJoinedInTheOrderInWhichTheyCome) {
  const BandList joined = test::bands("4,1").joined(test::bands("0.5,1,9")).value();
  EXPECT_EQ(to_string(joined), "4,1,0.5,9");
  EXPECT_EQ(joined, test::bands("4,1,0.5,9"));
  EXPECT_EQ(joined.by_width()[0], 2U);
  EXPECT_NE(joined, test::bands("4,1,9,0.5"));
  BandList most;
  for (std::size_t i = 1; i <= BandList::kMaxBands; ++i) {
    most = most.joined(test::bands(std::to_string(i))).value();
  }
  EXPECT_EQ(most.joined(test::bands("99")).error().code, ErrorCode::kUsage);
}

TEST(Bands, TakeAnEmptyList) {
  EXPECT_TRUE(test::bands("").empty());
  EXPECT_TRUE(BandList::make({})->by_width().empty());
}

TEST(Bands, TakeTheEndsOfTheRange) {
  const BandList list = test::bands("0.000001,99.999999,1.0000000000");
  EXPECT_EQ(list[0].column_suffix(), "0_000001");
  EXPECT_EQ(list[1].column_suffix(), "99_999999");
  EXPECT_EQ(list[2].column_suffix(), "1");
  const std::array long_form{Decimal{1'250'000'000, 9}};
  EXPECT_EQ((*BandList::make(long_form))[0].column_suffix(), "1_25");
}

TEST(Bands, RefuseWhatIsNoBandAndSayWhy) {
  EXPECT_EQ(error_of("1,0"), "band 0 is not a per cent of mid above 0 and below 100");
  EXPECT_EQ(error_of("-1"), "band -1 is not a per cent of mid above 0 and below 100");
  EXPECT_EQ(error_of("100"), "band 100 is not a per cent of mid above 0 and below 100");
  EXPECT_EQ(error_of("1,4,1.0"), "band 1 is given twice");
  EXPECT_EQ(error_of("0.0000001"), "band 0.0000001 has more than 6 decimals");
  EXPECT_EQ(error_of("one"), "band 'one' is not a number like 1 or 0.5");
  EXPECT_EQ(error_of("1,,4"), "band '' is not a number like 1 or 0.5");
  EXPECT_EQ(error_of("1,"), "band '' is not a number like 1 or 0.5");
  EXPECT_EQ(error_of(","), "band '' is not a number like 1 or 0.5");
  EXPECT_EQ(error_of(" "), "band '' is not a number like 1 or 0.5");
}

TEST(Bands, AreBoundedInNumber) {
  std::string text = "1";
  for (std::size_t i = 2; i <= BandList::kMaxBands; ++i) text += "," + std::to_string(i);
  EXPECT_EQ(test::bands(text).size(), BandList::kMaxBands);
  EXPECT_EQ(error_of(text + ",50"), "33 bands are given, at most 32 are taken");
}

TEST(Bands, RoundTheirEndsInwards) {
  const BandList list = test::bands("1,0.5");
  // mid 100: 99 and 101 are the ends themselves.
  EXPECT_EQ(list[0].lowest_price(200), Price{99});
  EXPECT_EQ(list[0].highest_price(200), Price{101});
  // 99.5 and 100.5 lie between prices.
  EXPECT_EQ(list[1].lowest_price(200), Price{100});
  EXPECT_EQ(list[1].highest_price(200), Price{100});
  EXPECT_EQ(list[0].lowest_price(0), Price{0});
  EXPECT_EQ(list[0].highest_price(0), Price{0});
}

TEST(Bands, HoldAtTheLargestPrices) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const BandList list = test::bands("99.999999,0.000001");
  const int128 sum = int128{kLargest} * 2;
  EXPECT_EQ(list[0].highest_price(sum), Price{kLargest});
  // 2^63 - 1 times 10^-8 is 92233720368.54...
  EXPECT_EQ(list[0].lowest_price(sum), Price{92233720369});
  EXPECT_EQ(list[1].lowest_price(sum), Price{kLargest - 92233720368});
}

}  // namespace
}  // namespace acts
