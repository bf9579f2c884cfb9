#include "collector/gap_hold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UnixNanos kNow{1'000'000'000'000};

TEST(GapHold, KeepsInOrderAndByConnection) {
  GapHold hold;
  EXPECT_TRUE(hold.empty());
  EXPECT_EQ(hold.first(3), nullptr);
  EXPECT_TRUE(hold.keep(3, 1, "a", kNow));
  EXPECT_TRUE(hold.keep(3, 1, "b", kNow + 50ms));
  EXPECT_TRUE(hold.keep(5, 2, "c", kNow + 50ms));
  EXPECT_TRUE(hold.keeps_of(3, 1));
  EXPECT_FALSE(hold.keeps_of(3, 2));
  EXPECT_FALSE(hold.keeps_of(4, 1));
  EXPECT_THAT(hold.all(), ElementsAre(3U, 5U));
  EXPECT_THAT(hold.all_of(2), ElementsAre(5U));
  EXPECT_EQ(hold.first(3)->bytes, "a");
  EXPECT_EQ(hold.take_first(3).bytes, "a");
  EXPECT_EQ(hold.take_first(3).bytes, "b");
  EXPECT_EQ(hold.first(3), nullptr);
  hold.forget(5);
  EXPECT_TRUE(hold.empty());
}

TEST(GapHold, SaysWhoseTimeIsOver) {
  GapHold hold;
  EXPECT_TRUE(hold.keep(3, 1, "a", kNow));
  EXPECT_TRUE(hold.keep(5, 2, "c", kNow + 50ms));
  EXPECT_THAT(hold.overdue(kNow + 199ms), IsEmpty());
  EXPECT_THAT(hold.overdue(kNow + 200ms), ElementsAre(3U));
  EXPECT_THAT(hold.overdue(kNow + 250ms), ElementsAre(3U, 5U));
}

TEST(GapHold, IsBounded) {
  GapHold hold;
  EXPECT_TRUE(hold.keep(1, 1, std::string(GapHold::kMaxBytes - 1, 'x'), kNow));
  EXPECT_FALSE(hold.keep(2, 1, "ab", kNow));
  EXPECT_TRUE(hold.keep(2, 1, "a", kNow));
  hold.forget(1);
  EXPECT_TRUE(hold.keep(2, 1, std::string(GapHold::kMaxBytes - 1, 'x'), kNow));
}

}  // namespace
}  // namespace acts::collector
