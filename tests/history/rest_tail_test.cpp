#include "history/archive/rest_tail.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts::history::archive {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const UnixNanos kMidnight = parse_iso8601("2026-11-24").value();
const Day kFirst = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
constexpr Nanos kHour = std::chrono::hours{1};

const Series kHours{Market::kSpot, "klines", "BTCUSDT", "1h"};
const Series kTrades{Market::kUsdm, "aggTrades", "BTCUSDT", ""};

std::string candle(int hour) {
  const std::int64_t open = (kMidnight + hour * kHour).value / 1000;
  return fmt::format(R"([{},"1.50","2.00","1.00","1.75","10.5",{},"18.0",7,"5.25","9.0","0"])", open,
                     open + 3'600'000'000 - 1);
}
std::string candles(int first, int count) {
  std::string text = "[";
  for (int i = first; i < first + count; ++i) text += (i > first ? "," : "") + candle(i);
  return text + "]";
}
std::string trades(std::int64_t first, int count, UnixNanos begin, Nanos apart) {
  std::string text = "[";
  for (int i = 0; i < count; ++i) {
    text += fmt::format(R"({}{{"a":{},"p":"5.5","q":"2","f":{},"l":{},"T":{},"m":true}})", i > 0 ? "," : "", first + i,
                        10 * (first + i), 10 * (first + i) + 9, to_unix_millis(begin + i * apart));
  }
  return text + "]";
}

TEST(RestTail, AsksForCandlesUpToTheLastThatIsOver) {
  RestTail tail(kHours, kFirst, kMidnight + 26 * kHour + std::chrono::minutes{30});
  EXPECT_EQ(tail.request().target, fmt::format("/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime={}&limit=1000",
                                               kMidnight.value / 1'000'000));
  EXPECT_EQ(tail.request().weight, 2);
  const auto rows = tail.on_answer(candles(0, 27));
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_THAT(*rows, SizeIs(26));  // the 27th goes on
  EXPECT_EQ((*rows)[0].line, "1795478400000000,1.50,2.00,1.00,1.75,10.5,1795481999999999,18.0,7,5.25,9.0,0");
  EXPECT_EQ((*rows)[23].day, kFirst);
  EXPECT_EQ((*rows)[24].day, kFirst + std::chrono::days{1});
  EXPECT_TRUE(tail.done());
  EXPECT_THAT(tail.holes(), IsEmpty());
  EXPECT_EQ(tail.rows(), 26U);
}

TEST(RestTail, GoesOnBehindAFullAnswer) {
  RestTail tail({Market::kUsdm, "klines", "BTCUSDT", "1h"}, kFirst, kMidnight + 1100 * kHour);
  ASSERT_TRUE(tail.on_answer(candles(0, 1000)));
  ASSERT_FALSE(tail.done());
  EXPECT_THAT(tail.request().target, HasSubstr(fmt::format("/fapi/v1/klines?symbol=BTCUSDT&interval=1h&startTime={}",
                                                           (kMidnight + 1000 * kHour).value / 1'000'000)));
  EXPECT_EQ(tail.request().weight, 5);
  ASSERT_TRUE(tail.on_answer(candles(1000, 100)));
  EXPECT_TRUE(tail.done());
  EXPECT_THAT(tail.holes(), IsEmpty());
}

TEST(RestTail, TellsCandlesThatAreMissing) {
  RestTail tail(kHours, kFirst, kMidnight + 10 * kHour);
  ASSERT_TRUE(tail.on_answer("[" + candle(2) + "," + candle(3) + "," + candle(5) + "]"));
  EXPECT_TRUE(tail.done());
  EXPECT_THAT(tail.holes(), ElementsAre("2 candles from 2026-11-24T00:00:00.000Z to 2026-11-24T01:00:00.000Z are not "
                                        "there",
                                        "1 candles from 2026-11-24T04:00:00.000Z to 2026-11-24T04:00:00.000Z are not "
                                        "there",
                                        "there are no candles from 2026-11-24T06:00:00.000Z on"));
}

TEST(RestTail, HasNothingToAskWhereNothingIsOver) {
  EXPECT_TRUE(RestTail(kHours, kFirst, kMidnight + std::chrono::minutes{59}).done());
}

TEST(RestTail, GoesOnBehindTheArchivesLastTrade) {
  RestTail tail(kTrades, kFirst, kMidnight + kHour, 41);
  EXPECT_EQ(tail.request().target, "/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=42&limit=1000");
  EXPECT_EQ(tail.request().weight, 20);
  const auto rows = tail.on_answer(trades(42, 1000, kMidnight - kHour, std::chrono::seconds{4}));
  ASSERT_TRUE(rows) << rows.error().message;
  // The archive's last day lacked some.
  EXPECT_EQ((*rows)[0].day, kFirst - std::chrono::days{1});
  EXPECT_EQ((*rows)[0].line, "42,5.5,2,420,429,1795474800000,true");
  EXPECT_EQ(rows->back().day, kFirst);
  EXPECT_THAT(tail.request().target, HasSubstr("fromId=1042"));
  ASSERT_TRUE(tail.on_answer(trades(1042, 3, kMidnight + kHour - std::chrono::seconds{1}, std::chrono::seconds{1})));
  EXPECT_TRUE(tail.done());
  EXPECT_EQ(tail.rows(), 1001U);  // those of `until` and later are not meant
  EXPECT_THAT(tail.holes(), IsEmpty());
}

TEST(RestTail, TellsTradesThatAreMissingAtTheSeamAndBehindIt) {
  RestTail tail(kTrades, kFirst, kMidnight + kHour, 41);
  std::string answer = trades(44, 1, kMidnight, kHour);
  answer.pop_back();
  ASSERT_TRUE(tail.on_answer(answer + "," + trades(47, 1, kMidnight, kHour).substr(1)));
  EXPECT_THAT(tail.holes(),
              ElementsAre("aggregated trades 42 to 43 are not there", "aggregated trades 45 to 46 are not there"));
}

TEST(RestTail, BeginsByTimeWhereNoTradeIsKnown) {
  const RestTail tail({Market::kSpot, "aggTrades", "币安人生USDT", ""}, kFirst, kMidnight + kHour);
  EXPECT_EQ(tail.request().target,
            fmt::format("/api/v3/aggTrades?symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&startTime={}&limit=1000",
                        kMidnight.value / 1'000'000));
}

TEST(RestTail, TakesNoAnswerThatIsNone) {
  for (const std::string& body : std::vector<std::string>{
           "", "{}", "[", "[1]", "[[]]", R"([["1","1","1","1","1","1",1,"1",1,"1","1","0"]])",
           R"([[1795478400000000,"1;","2","1","1","1",1795481999999999,"1",1,"1","1","0"]])",
           R"([[9223372036854775807,"1","2","1","1","1",1795481999999999,"1",1,"1","1","0"]])",
           R"([[149899370915498993709153,"1","2","1","1","1",1795481999999999,"1",1,"1","1","0"]])",
           "[" + candle(1) + "," + candle(0) + "]", "[" + candle(0) + "," + candle(0) + "]", candles(0, 1001),
           R"([[1795478400000001,"1","2","1","1","1",1795481999999999,"1",1,"1","1","0"]])"}) {
    RestTail tail(kHours, kFirst, kMidnight + 2000 * kHour);
    const auto rows = tail.on_answer(body);
    ASSERT_FALSE(rows) << body.substr(0, 100);
    EXPECT_EQ(rows.error().code, ErrorCode::kBadInput);
    EXPECT_THAT(rows.error().message, HasSubstr("it is no answer to /api/v3/klines"));
    // As if it had not come.
    EXPECT_TRUE(tail.on_answer(candles(0, 1000)));
    EXPECT_EQ(tail.rows(), 1000U);
  }
}

TEST(RestTail, IsOfWhatRestHasAsTheArchiveDoes) {
  EXPECT_TRUE(has_rest_tail({Market::kSpot, "klines", "X", "1s"}));
  EXPECT_TRUE(has_rest_tail({Market::kCoinm, "aggTrades", "X", ""}));
  for (const char* interval : {"3d", "1w", "1mo"})
    EXPECT_FALSE(has_rest_tail({Market::kSpot, "klines", "X", interval}));
  EXPECT_FALSE(has_rest_tail({Market::kUsdm, "markPriceKlines", "X", "1h"}));
  EXPECT_FALSE(has_rest_tail({Market::kSpot, "trades", "X", ""}));
}

}  // namespace
}  // namespace acts::history::archive
