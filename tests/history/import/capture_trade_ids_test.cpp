#include "history/import/capture_trade_ids.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace acts::history {
namespace {

// The number, or the reason.
std::string numbered(CaptureTradeIds& ids, std::string_view instrument, std::string_view id, std::int64_t sequence) {
  const auto number = ids.number(instrument, id, sequence);
  if (!number) return number.error().message;
  ids.keep();
  return fmt::format("{}", *number);
}

TEST(CaptureTradeIds, AreTheSequenceAndThePlaceInIt) {
  CaptureTradeIds ids;
  EXPECT_EQ(numbered(ids, "v X", "a", 1), "4096");
  EXPECT_EQ(numbered(ids, "v X", "b", 1), "4097");
  EXPECT_EQ(numbered(ids, "v Y", "a", 1), "4096") << "of another instrument";
  EXPECT_EQ(numbered(ids, "v X", "c", 3), "12288");
}

TEST(CaptureTradeIds, AKnownIdKeepsItsNumber) {
  CaptureTradeIds ids;
  EXPECT_EQ(numbered(ids, "v X", "a", 1), "4096");
  EXPECT_EQ(numbered(ids, "v X", "b", 2), "8192");
  EXPECT_EQ(numbered(ids, "v X", "a", 1), "4096");
  EXPECT_EQ(numbered(ids, "v X", "b", 2), "8192");
  EXPECT_EQ(numbered(ids, "v X", "c", 2), "8193");
  EXPECT_EQ(numbered(ids, "v X", "d", 1), "a trade's seq, 1, is over at 2, and its id is none of the last ones");
}

TEST(CaptureTradeIds, WhatIsForgottenLeavesNothing) {
  CaptureTradeIds ids;
  EXPECT_EQ(numbered(ids, "v X", "a", 5), "20480");
  EXPECT_TRUE(ids.number("v X", "b", 5));
  EXPECT_TRUE(ids.number("v X", "c", 7));
  EXPECT_TRUE(ids.number("v Y", "d", 9));
  ids.forget();
  EXPECT_EQ(numbered(ids, "v X", "e", 5), "20481");
  EXPECT_EQ(numbered(ids, "v X", "c", 6), "24576");
  EXPECT_EQ(numbered(ids, "v Y", "d", 1), "4096");
}

// It would be there twice.
TEST(CaptureTradeIds, ATradeThatIsLetGoOfIsNeverNumberedAgain) {
  CaptureTradeIds ids;
  EXPECT_EQ(numbered(ids, "v quiet", "a", 5), "20480");
  for (std::size_t i = 0; i < CaptureTradeIds::kMostKnown; ++i) {
    ASSERT_TRUE(ids.number("v X", fmt::format("{}", i), static_cast<std::int64_t>(i)));
    if (i + 1 == CaptureTradeIds::kMostKnown) {
      EXPECT_EQ(numbered(ids, "v quiet", "a", 5), "20480") << "known up to here";
    }
    ids.keep();
  }
  EXPECT_EQ(numbered(ids, "v quiet", "a", 5), "a trade's seq, 5, is over at 5, and its id is none of the last ones");
  EXPECT_EQ(numbered(ids, "v quiet", "b", 6), "24576");
  EXPECT_EQ(numbered(ids, "v quiet", "c", 6), "24577");
}

TEST(CaptureTradeIds, AreBounded) {
  CaptureTradeIds ids;
  EXPECT_EQ(numbered(ids, "v X", std::string(65, 'i'), 1), "a trade's id is longer than 64 bytes");
  EXPECT_EQ(numbered(ids, "v X", "a", INT64_MAX / 4096),
            "a trade's seq, 2251799813685247, is too large to number it by");
  EXPECT_EQ(numbered(ids, "v X", "a", INT64_MAX / 4096 - 1), "9223372036854767616");
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(numbered(ids, "v Y", fmt::format("{}", i), 1), fmt::format("{}", 4096 + i));
  EXPECT_EQ(numbered(ids, "v Y", "more", 1), "more than 4096 trades have one seq");
  for (std::size_t i = 2; i < CaptureTradeIds::kMostInstruments; ++i) {
    ASSERT_EQ(numbered(ids, fmt::format("v {}", i), "a", 1), "4096");
  }
  EXPECT_EQ(numbered(ids, "v more", "a", 1), "more than 65536 instruments have trades");
}

}  // namespace
}  // namespace acts::history
