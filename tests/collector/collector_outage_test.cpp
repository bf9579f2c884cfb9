// The network is gone, for seconds or for most of a day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using namespace std::chrono_literals;
using ::testing::SizeIs;

struct CollectorOutage : testing::TestWithParam<std::tuple<Nanos, std::size_t>> {};

TEST_P(CollectorOutage, IsSaidWithinSecondsAndOverWithoutHelp) {
  const auto [length, lines] = GetParam();
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.lines = lines;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT", 1s);
  venue.add_market("ETHUSDT", 1s);
  venue.start();
  venue.run_for(110s);
  const std::size_t rows = venue.row_count;
  const UnixNanos lost = venue.now;
  venue.refuse_status = -1;  // attempts are swallowed
  venue.rest_dead = true;
  venue.drop_all();
  EXPECT_EQ(venue.count_logs("connection_lost"), lines);
  EXPECT_EQ(venue.health().overall, Overall::kDegraded);
  venue.run_for(length);
  EXPECT_EQ(venue.health().overall, length > 1min ? Overall::kFailed : Overall::kDegraded);
  venue.refuse_status = 0;
  venue.rest_dead = false;
  venue.run_for(4min);
  EXPECT_EQ(venue.health().overall, Overall::kOk);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
  EXPECT_EQ(venue.health_of("BTCUSDT").gaps, 1U);
  EXPECT_THAT(venue.open_sessions(), SizeIs(lines));
  const std::int64_t minutes =
      floor_to(venue.now, kMinute).value / kMinute.count() - floor_to(lost, kMinute).value / kMinute.count();
  EXPECT_EQ(venue.row_count - rows, static_cast<std::size_t>(2 * minutes));
  venue.expect_replays();
}

INSTANTIATE_TEST_SUITE_P(LengthAndLines, CollectorOutage,
                         testing::Combine(testing::Values(Nanos{15s}, Nanos{15min}, Nanos{15h}),
                                          testing::Values(std::size_t{1}, std::size_t{2})));

}  // namespace
}  // namespace acts::collector
