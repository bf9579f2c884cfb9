#include "backtest/round_trips.hpp"

#include <gtest/gtest.h>

#include "backtest/latency_file.hpp"

namespace acts::backtest {
namespace {

RoundTrip trip(std::int64_t sent, std::int64_t received) { return {{sent}, {received}}; }

TEST(RoundTrips, HaveTheQuantilesOfTheNearestRank) {
  std::vector<RoundTrip> trips;
  for (std::int64_t i = 200; i > 0; --i) trips.push_back(trip(1000, 1000 + i));
  const TripQuantiles all = quantiles_of(trips);
  EXPECT_EQ(all.count, 200U);
  EXPECT_EQ(all.least, Nanos{1});
  EXPECT_EQ(all.p50, Nanos{100});
  EXPECT_EQ(all.p90, Nanos{180});
  EXPECT_EQ(all.p99, Nanos{198});
  EXPECT_EQ(all.largest, Nanos{200});
  const TripQuantiles one = quantiles_of(std::vector{trip(1, 8)});
  EXPECT_EQ(one.p50, Nanos{7});
  EXPECT_EQ(one.p99, Nanos{7});
  EXPECT_EQ(quantiles_of({}).count, 0U);
}

TEST(RoundTrips, BecomeLatenciesThatABacktestReads) {
  const MadeLatencies made = latencies_of(std::vector{trip(5000, 5011), trip(1000, 1010), trip(2000, 2030)});
  EXPECT_EQ(made.left_out, 0U);
  const std::string text = latency_file_text(made.rows);
  EXPECT_EQ(text, "req_ts,exch_ts,resp_ts\n1000,1005,1010\n2000,2015,2030\n5000,5005,5011\n");
  auto model = read_latencies(read_from_memory(text), "l.csv");
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(model->entry({2000}).latency.span(), Nanos{15});
  EXPECT_EQ(model->response({5005}).span(), Nanos{6});
}

// A clock that went back, two requests of one moment, one that overtook another, one that took days.
TEST(RoundTrips, LeaveOutWhatTheClockContradicts) {
  const std::int64_t day = Nanos{std::chrono::hours{24}}.count();
  const MadeLatencies made =
      latencies_of(std::vector{trip(1000, 1400), trip(1000, 1020), trip(1100, 1110), trip(1105, 1106), trip(2000, 1999),
                               trip(3000, 3000 + day), trip(4000, 4000)});
  EXPECT_EQ(made.left_out, 4U);
  EXPECT_EQ(latency_file_text(made.rows), "req_ts,exch_ts,resp_ts\n1000,1010,1020\n1100,1105,1110\n4000,4000,4000\n");
  EXPECT_TRUE(latencies_of(std::vector{trip(0, 5), trip(7, 6)}).rows.empty());
}

// Times of damaged logs: no difference of theirs is one of 64 bits.
TEST(RoundTrips, LeaveOutTimesWhoseDifferenceIsNone) {
  const std::vector trips{trip(INT64_MIN, INT64_MAX), trip(INT64_MAX, INT64_MIN), trip(1, INT64_MAX), trip(5, 9)};
  const PossibleTrips possible = possible_trips(trips);
  EXPECT_EQ(possible.left_out, 3U);
  EXPECT_EQ(quantiles_of(possible.trips).largest, Nanos{4});
  EXPECT_EQ(latencies_of(trips).left_out, 3U);
}

}  // namespace
}  // namespace acts::backtest
