#include "history/import/capture_trade_ids.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace acts::history {
namespace {

constexpr std::int64_t kPlace = CaptureTradeIds::kDigests;
constexpr std::int64_t kSequence = CaptureTradeIds::kMostPlaces * kPlace;

// The number, or -1 and the reason.
std::int64_t numbered(CaptureTradeIds& ids, std::string_view instrument, std::string_view id, std::int64_t sequence,
                      std::int64_t place) {
  return ids.number(instrument, id, sequence, place).value_or(-1);
}
std::string error_of(CaptureTradeIds& ids, std::string_view id, std::int64_t sequence, std::int64_t place = 0) {
  const auto number = ids.number("v X", id, sequence, place);
  return number ? "" : number.error().message;
}

TEST(CaptureTradeIds, AreTheSequenceThePlaceAndADigest) {
  CaptureTradeIds ids;
  const std::string uuid = "a9188a0a-82bc-50de-be60-03eedbe3cdd7";
  // In catalogs: never another one.
  EXPECT_EQ(numbered(ids, "v X", uuid, 753'843'954'913, 0), 753'843'954'913 * kSequence + 797);
  EXPECT_EQ(numbered(ids, "v X", "b", 1, 3) / kPlace, kSequence / kPlace + 3);
  EXPECT_EQ(numbered(ids, "v Y", "b", 1, 3), numbered(ids, "v X", "b", 1, 3)) << "of another instrument";
  EXPECT_LT(numbered(ids, "v X", "c", 7, 1023), numbered(ids, "v X", "d", 8, 0));
}

// Wherever a capture begins.
TEST(CaptureTradeIds, DependOnTheTradeAlone) {
  CaptureTradeIds whole;
  const std::int64_t first = numbered(whole, "v X", "u1", 5, 0);
  const std::int64_t second = numbered(whole, "v X", "u2", 5, 0);
  EXPECT_NE(first, second) << "of two messages";
  CaptureTradeIds later;
  EXPECT_EQ(numbered(later, "v X", "u2", 5, 0), second);
  EXPECT_EQ(numbered(later, "v X", "u1", 5, 0), first);
}

TEST(CaptureTradeIds, AKnownIdKeepsItsNumber) {
  CaptureTradeIds ids;
  const std::int64_t number = numbered(ids, "v X", "a", 5, 2);
  EXPECT_EQ(numbered(ids, "v X", "a", 5, 0), number) << "in another message";
  CaptureTradeIds crowded;
  EXPECT_EQ(numbered(crowded, "v X", "a", 5, 2), number);
  for (std::size_t i = 1; i < CaptureTradeIds::kMostKnown; ++i) {
    ASSERT_GT(numbered(crowded, "v X", fmt::format("{}", i), static_cast<std::int64_t>(i) + 5, 0), 0);
  }
  EXPECT_EQ(numbered(crowded, "v X", "a", 5, 0), number);
  EXPECT_GT(numbered(crowded, "v X", "more", 5, 1), 0);
  EXPECT_NE(numbered(crowded, "v X", "a", 5, 0), number) << "forgotten";
}

// It would be taken for that one.
TEST(CaptureTradeIds, TheNumberOfAnotherTradeIsRefused) {
  CaptureTradeIds ids;
  std::map<std::int64_t, std::string> by_number;
  std::uint64_t refused = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string id = fmt::format("u-{}", i);
    const auto number = ids.number("v X", id, 5, 0);
    if (number) {
      EXPECT_TRUE(by_number.emplace(*number, id).second);
      continue;
    }
    ++refused;
    EXPECT_TRUE(number.error().message.starts_with("a trade's i gives it the number of another one, "));
  }
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, 60U) << "so many messages of one sequence never come";
}

TEST(CaptureTradeIds, AreBounded) {
  CaptureTradeIds ids;
  EXPECT_EQ(error_of(ids, std::string(65, 'i'), 1), "a trade's id is longer than 64 bytes");
  EXPECT_EQ(error_of(ids, "a", INT64_MAX / kSequence), "a trade's seq, 8796093022207, is too large to number it by");
  EXPECT_EQ(error_of(ids, "a", INT64_MAX), "a trade's seq, 9223372036854775807, is too large to number it by");
  EXPECT_EQ(error_of(ids, "a", INT64_MAX / kSequence - 1, 1023), "");
  EXPECT_EQ(error_of(ids, "a", 1, 1024), "more than 1024 trades of a message have one seq");
}

}  // namespace
}  // namespace acts::history
