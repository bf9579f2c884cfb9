#include <gtest/gtest.h>

#include <cstdint>

#include "binance/depth_sync.hpp"

namespace acts::binance {
namespace {

// The collector asks for this before it lets a line's update through: another rule than that of the book would hold
// back what continues, or let a gap through that the other line can fill.
class DepthSyncContinues : public ::testing::TestWithParam<Venue> {
 protected:
  static void agrees(const DepthSync& sync) {
    const std::int64_t at = sync.last_update_id().value();
    for (std::int64_t first = at - 4; first <= at + 4; ++first) {
      for (std::int64_t last = first; last <= at + 6; ++last) {
        for (std::int64_t previous = first - 3; previous <= last; ++previous) {
          DepthSync asked = sync;
          const Result<UpdateVerdict> verdict =
              asked.on_update({UpdateId{first}, UpdateId{last}, UpdateId{previous}}, UnixNanos{9});
          ASSERT_TRUE(verdict);
          EXPECT_EQ(sync.continues(UpdateId{first}, UpdateId{previous}), *verdict != UpdateVerdict::kGap)
              << first << " " << last << " " << previous;
        }
      }
    }
  }
};

TEST_P(DepthSyncContinues, SaysWhatOnUpdateDecides) {
  DepthSync updated(GetParam());
  ASSERT_TRUE(updated.on_update({UpdateId{95}, UpdateId{100}, UpdateId{94}}, UnixNanos{1}));
  agrees(updated);
  ASSERT_EQ(updated.on_snapshot(UpdateId{100}, UpdateId{0}, UnixNanos{2}), SnapshotVerdict::kMerge);
  agrees(updated);
  DepthSync resumed(GetParam());  // no update has continued the snapshot yet
  resumed.resume(UpdateId{100}, true);
  agrees(resumed);
}

INSTANTIATE_TEST_SUITE_P(Venues, DepthSyncContinues, ::testing::Values(Venue::kBinanceSpot, Venue::kBinanceUsdm));

}  // namespace
}  // namespace acts::binance
