#include "collector/stream_peek.hpp"

#include <gtest/gtest.h>

namespace acts::collector {
namespace {

TEST(StreamPeek, ReadsSpotDepth) {
  const auto peek = peek_stream(
      R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":157,"u":160,"b":[["1","2"]],"a":[]}})");
  ASSERT_TRUE(peek);
  EXPECT_EQ(peek->stream, "btcusdt@depth@100ms");
  EXPECT_EQ(peek->first_update_id, UpdateId{157});
  EXPECT_FALSE(peek->previous_last_update_id);
}

TEST(StreamPeek, ReadsUsdmDepth) {
  const auto peek = peek_stream(
      R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1,"T":2,"s":"BTCUSDT","U":157,"u":160,"pu":149,"b":[],"a":[]}})");
  ASSERT_TRUE(peek);
  EXPECT_EQ(peek->first_update_id, UpdateId{157});
  EXPECT_EQ(peek->previous_last_update_id, UpdateId{149});
}

TEST(StreamPeek, FindsNoIdsInATicker) {
  const auto peek = peek_stream(
      R"({"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"25","B":"31","a":"26","A":"40"}})");
  ASSERT_TRUE(peek);
  EXPECT_EQ(peek->stream, "btcusdt@bookTicker");
  EXPECT_FALSE(peek->first_update_id);
}

TEST(StreamPeek, TakesNothingElseForAStream) {
  EXPECT_FALSE(peek_stream(R"({"result":null,"id":1})"));
  EXPECT_FALSE(peek_stream(""));
  EXPECT_FALSE(peek_stream(R"({"stream":"btcusdt@depth)"));
  const auto broken = peek_stream(R"({"stream":"x@depth","data":{"U":-5,"u":"a","b":[]}})");
  ASSERT_TRUE(broken);
  EXPECT_FALSE(broken->first_update_id);
}

TEST(StreamPeek, ReadsTheIdOfARestAnswer) {
  EXPECT_EQ(peek_last_update_id(R"({"lastUpdateId":1027024,"bids":[],"asks":[]})"), UpdateId{1027024});
  EXPECT_FALSE(peek_last_update_id("<html>"));
}

}  // namespace
}  // namespace acts::collector
