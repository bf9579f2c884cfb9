#include "history/quality/outages.hpp"

#include <gtest/gtest.h>

#include "history/quality/rows.hpp"

namespace acts::history {
namespace {

using test::micros;

TEST(Outages, AreInOrderAndHaveASource) {
  std::int64_t last = 0;
  for (const Outage& outage : known_outages()) {
    EXPECT_LT(last, outage.from) << outage.from;
    EXPECT_LT(outage.from, outage.to);
    EXPECT_FALSE(outage.source.empty());
    last = outage.to;
  }
  EXPECT_EQ(known_outages().size(), 31U);
}

// As the collections that they are known from have them: candles of five minutes and hours that are not there.
TEST(Outages, ExplainTheCandlesThatAreKnownToBeMissing) {
  constexpr std::int64_t kFive = 300'000'000;
  constexpr std::int64_t kHour = 12 * kFive;
  struct Missing {
    const char* first;
    const char* end;
    int fives;
    int hours;
  };
  int fives = 0;
  int hours = 0;
  for (const Missing& m : {Missing{"2020-12-21T14:10:00Z", "2020-12-21T18:00:00Z", 46, 3},
                           {"2020-12-25T02:00:00Z", "2020-12-25T03:00:00Z", 12, 1},
                           {"2021-02-11T03:45:00Z", "2021-02-11T05:00:00Z", 15, 1},
                           {"2021-03-06T02:00:00Z", "2021-03-06T03:30:00Z", 18, 1},
                           {"2021-04-20T02:00:00Z", "2021-04-20T04:30:00Z", 30, 2},
                           {"2021-04-25T04:05:00Z", "2021-04-25T08:45:00Z", 56, 3}}) {
    const std::int64_t first = micros(m.first);
    const std::int64_t end = micros(m.end);
    EXPECT_NE(outage_of("binance-spot", first, end, kFive), nullptr) << m.first;
    EXPECT_EQ((end - first) / kFive, m.fives);
    fives += m.fives;
    const std::int64_t first_hour = (first + kHour - 1) / kHour * kHour;
    EXPECT_NE(outage_of("binance-spot", first_hour, first_hour + m.hours * kHour, kHour), nullptr) << m.first;
    hours += m.hours;
    EXPECT_EQ(outage_of("binance-spot", first - 25 * kFive, end, kFive), nullptr);
    EXPECT_EQ(outage_of("binance-spot", first, end + kFive, kFive), nullptr);
    EXPECT_EQ(outage_of("binance-usdm", first, end, kFive), nullptr);
  }
  EXPECT_EQ(fives, 177);
  EXPECT_EQ(hours, 11);
}

}  // namespace
}  // namespace acts::history
