#include "acts/base/nearest_name.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace acts {
namespace {

TEST(EditDistance, CountsSlipsOfTheFinger) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("abc", "axc"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("BTCUSDT", "USDTBTC"), 6U);
}

TEST(NearestName, IsNoneWhereNothingIsNear) {
  constexpr std::array<std::string_view, 3> kNames{"limit", "levels", "speed"};
  EXPECT_EQ(nearest_name("limti", kNames), "limit");
  EXPECT_EQ(nearest_name("unrelated", kNames), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'x'), kNames), "");
}

}  // namespace
}  // namespace acts
