#include "backtest/fill_marks.hpp"

#include <gtest/gtest.h>

namespace acts::backtest {
namespace {

using std::chrono::milliseconds;

TEST(FillMarks, AreCompleteInTheOrderOfTheFills) {
  FillMarks marks;
  EXPECT_EQ(marks.next().value, INT64_MAX);
  const UnixNanos start{1'000'000'000};
  marks.add(1, start);
  marks.add(2, start + milliseconds{950});
  EXPECT_EQ(marks.next(), start + milliseconds{100});
  marks.mark(start + milliseconds{100}, Decimal{1, 0});
  EXPECT_EQ(marks.next(), start + milliseconds{1000});
  marks.mark(start + milliseconds{1000}, Decimal{2, 0});
  EXPECT_EQ(marks.next(), start + milliseconds{1050});
  marks.mark(start + milliseconds{1050}, Decimal{3, 0});
  std::uint64_t number = 0;
  FillMarks::Marks taken;
  EXPECT_FALSE(marks.take(number, taken));
  marks.end();
  ASSERT_TRUE(marks.take(number, taken));
  EXPECT_EQ(number, 1U);
  EXPECT_EQ(taken, (FillMarks::Marks{Decimal{1, 0}, Decimal{2, 0}, std::nullopt, std::nullopt}));
  ASSERT_TRUE(marks.take(number, taken));
  EXPECT_EQ(number, 2U);
  EXPECT_EQ(taken[0], (Decimal{3, 0}));
  EXPECT_FALSE(marks.take(number, taken));
}

}  // namespace
}  // namespace acts::backtest
