#include "history/import/update_gaps.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "history/export/export_recording.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::testing::TempDir;

// Of spot: ids from `first` to `last`, received at this second.
std::string update_line(int second, int first, int last) {
  return fmt::format(
      "17230752{:02}000000000 {{\"stream\":\"btcusdt@depth\",\"data\":{{\"e\":\"depthUpdate\",\"E\":17230752{:02}000,"
      "\"s\":\"BTCUSDT\",\"U\":{},\"u\":{},\"b\":[[\"100.0\",\"1.0\"]],\"a\":[[\"101.0\",\"1.0\"]]}}}}\n",
      second, second, first, last);
}
std::string snapshot_line(int second, int id) {
  return fmt::format(
      "17230752{:02}000000000 {{\"lastUpdateId\":{},\"bids\":[[\"100.0\",\"1.0\"]],\"asks\":[[\"101.0\",\"1.0\"]]}}\n",
      second, id);
}

std::vector<UpdateGap> gaps_of(const std::string& lines) {
  const TempDir dir;
  auto exporter = RecordingExporter::open(
      {.paths = {dir.write("r.txt", lines)}, .venue = Venue::kBinanceSpot, .symbol = "BTCUSDT", .keeps_events = true},
      [](std::string_view) {});
  EXPECT_TRUE(exporter.has_value());
  return exporter ? exporter->gaps().gaps() : std::vector<UpdateGap>();
}

constexpr UnixNanos at_second(int second) { return {1'723'075'200'000'000'000 + second * std::int64_t{1'000'000'000}}; }

TEST(UpdateGaps, LastFromTheUpdateBeforeUntilASnapshot) {
  const std::vector<UpdateGap> gaps =
      gaps_of(snapshot_line(10, 4) + update_line(11, 5, 6) + update_line(12, 7, 9) + update_line(20, 15, 16) +
              update_line(21, 17, 18) + snapshot_line(30, 18) + update_line(31, 19, 20));
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0], (UpdateGap{.from = at_second(12),
                                .at = at_second(20),
                                .last_before = UpdateId{9},
                                .first_after = UpdateId{15},
                                .healed_at = at_second(30)}));
}

TEST(UpdateGaps, AreNotWhatTwoConnectionsBring) {
  EXPECT_EQ(gaps_of(update_line(11, 5, 6) + update_line(11, 5, 6) + update_line(12, 7, 9) + update_line(12, 5, 6) +
                    update_line(13, 10, 10)),
            std::vector<UpdateGap>());
}

TEST(UpdateGaps, StayOpenWithoutASnapshotThatIsNewEnough) {
  const std::vector<UpdateGap> gaps =
      gaps_of(update_line(11, 5, 6) + update_line(20, 15, 16) + snapshot_line(21, 8) + update_line(22, 17, 17));
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_FALSE(gaps[0].healed_at.has_value());
}

TEST(UpdateGaps, OfTheBundledRecordingAreNone) {
  auto exporter = RecordingExporter::open({.paths = {test::testdata("binance-feed/usdm/btcusdt_20240808.gz")},
                                           .venue = Venue::kBinanceUsdm,
                                           .symbol = "BTCUSDT",
                                           .keeps_events = true},
                                          [](std::string_view) {});
  ASSERT_TRUE(exporter.has_value());
  EXPECT_EQ(exporter->gaps().count(), 0U);
}

}  // namespace
}  // namespace acts::history
