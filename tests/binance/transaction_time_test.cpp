#include "binance/transaction_time.hpp"

#include <gtest/gtest.h>

namespace acts::binance {
namespace {

constexpr UnixNanos kTime{1723161256298'000'000};

TEST(TransactionTime, IsTOfAnEventAndOfAnAnswer) {
  TransactionTime time;
  EXPECT_EQ(time.of(R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298}})"),
            kTime);
  EXPECT_EQ(time.of(R"({"e":"bookTicker","u":1,"T":1723161256298,"E":1723161256299})"), kTime);
  EXPECT_EQ(time.of(R"({"lastUpdateId":1,"E":1723161256299,"T":1723161256298,"bids":[],"asks":[]})"), kTime);
  EXPECT_EQ(time.of(R"({"T":1723161256298000})"), kTime) << "microseconds";
}

// Those that begin with it and those that do not are read in different ways.
TEST(TransactionTime, IsReadWhereverItStands) {
  TransactionTime time;
  for (const std::string_view json :
       {R"({"e":"trade","E":1,"T":1723161256298,"s":"BTCUSDT"})",
        R"({"e":"trade","E":1,"s":"BTCUSDT","T":1723161256298})",
        R"({"stream":"a","data":{"e":"trade","E":1,"T":1723161256298,"s":"B"}})",
        R"({"stream":"a\"b","data":{"e":"trade","E":1,"T":1723161256298,"s":"B"}})",
        R"({"stream":"a","data": {"e":"trade","E":1,"T":1723161256298,"s":"B"}})",
        R"({"e":"depthUpdate","E":1,"T":1723161256298,"T":7})", R"({"e":"depthUpdate","E":1,"T":1723161256298})"}) {
    EXPECT_EQ(time.of(json), kTime) << json;
  }
  EXPECT_EQ(time.of(R"({"e":"trade","E":1,"T":17231612.5,"s":"B"})"), std::nullopt);
  EXPECT_EQ(time.of(R"({"e":"trade","E":1,"T":-5,"s":"B"})"), std::nullopt);
}

TEST(TransactionTime, IsNoneWhereThereIsNone) {
  TransactionTime time;
  for (const std::string_view json : {R"({"e":"depthUpdate","E":1723161256299})", R"({"data":{"E":1}})",
                                      R"({"T":"1723161256298"})", R"({"T":-1})", R"([1,2])", R"({"T":17231612)", ""}) {
    EXPECT_EQ(time.of(json), std::nullopt) << json;
  }
}

}  // namespace
}  // namespace acts::binance
