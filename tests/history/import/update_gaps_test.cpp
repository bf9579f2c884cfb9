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

std::string trade_line(int second, int id) {
  return fmt::format(
      "17230752{:02}000000000 {{\"stream\":\"btcusdt@trade\",\"data\":{{\"e\":\"trade\",\"E\":17230752{:02}000,"
      "\"s\":\"BTCUSDT\",\"t\":{},\"p\":\"100.0\",\"q\":\"1.0\",\"T\":17230752{:02}000,\"m\":true,\"M\":true}}}}\n",
      second, second, id, second);
}
// Each of these seconds has a trade.
std::string trade_lines(int first, int last) {
  std::string lines;
  for (int second = first; second <= last; ++second) lines += trade_line(second, second);
  return lines;
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
  EXPECT_EQ(gaps_of(snapshot_line(11, 4) + update_line(11, 5, 6) + update_line(11, 5, 6) + update_line(12, 7, 9) +
                    update_line(12, 5, 6) + update_line(13, 10, 10)),
            std::vector<UpdateGap>());
}

TEST(UpdateGaps, StayOpenWithoutASnapshotThatIsNewEnough) {
  const std::vector<UpdateGap> gaps = gaps_of(snapshot_line(11, 5) + update_line(11, 5, 6) + update_line(20, 15, 16) +
                                              snapshot_line(21, 8) + update_line(22, 17, 17));
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_FALSE(gaps[0].healed_at.has_value());
}

TEST(UpdateGaps, BeginWithTheDataUntilASnapshotComes) {
  const std::string updates = update_line(10, 5, 6) + update_line(11, 7, 8) + update_line(12, 9, 9);
  const UpdateGap never{
      .from = at_second(10), .at = at_second(10), .first_after = UpdateId{5}, .cause = GapCause::kNoSnapshot};
  EXPECT_EQ(gaps_of(updates), std::vector{never});
  UpdateGap late = never;
  late.healed_at = at_second(13);
  EXPECT_EQ(gaps_of(updates + snapshot_line(13, 9) + update_line(14, 10, 10)), std::vector{late});
  EXPECT_EQ(gaps_of(updates + snapshot_line(12, 8)), std::vector<UpdateGap>()) << "so is each recording's start";
  EXPECT_EQ(gaps_of(updates + snapshot_line(12, 3)), std::vector{never}) << "older than the first update";
}

TEST(UpdateGaps, AreBetweenASnapshotAndTheFirstUpdateThatDoesNotJoinIt) {
  const std::string lines = snapshot_line(10, 4) + update_line(11, 9, 9) + update_line(12, 10, 10);
  UpdateGap gap{.from = at_second(10), .at = at_second(11), .last_before = UpdateId{4}, .first_after = UpdateId{9}};
  EXPECT_EQ(gaps_of(lines), std::vector{gap});
  gap.healed_at = at_second(15);
  EXPECT_EQ(gaps_of(lines + snapshot_line(15, 10) + update_line(16, 11, 11)), std::vector{gap});
}

TEST(UpdateGaps, AreWhereNoUpdateComesWhileTradesDo) {
  const std::string start = snapshot_line(10, 4) + update_line(10, 5, 6) + trade_line(10, 9);
  const UpdateGap open{
      .from = at_second(10), .at = at_second(30), .last_before = UpdateId{6}, .cause = GapCause::kNoUpdates};
  EXPECT_EQ(gaps_of(start + trade_lines(15, 30)), std::vector{open}) << "to the end";
  UpdateGap ended = open;
  ended.first_after = UpdateId{7};
  ended.at = at_second(31);
  ended.healed_at = at_second(31);
  EXPECT_EQ(gaps_of(start + trade_lines(15, 30) + update_line(31, 7, 8)), std::vector{ended});
  EXPECT_EQ(gaps_of(start + trade_lines(11, 20)), std::vector<UpdateGap>()) << "no longer than kLongestSilence";
}

// Quiet is not dead: nothing has changed where nothing was traded.
TEST(UpdateGaps, AreNotWhereNothingComes) {
  const std::string start = snapshot_line(10, 4) + update_line(10, 5, 6);
  EXPECT_EQ(gaps_of(start + trade_line(50, 50)), std::vector<UpdateGap>());
  EXPECT_EQ(gaps_of(start + trade_line(50, 50) + update_line(51, 7, 8)), std::vector<UpdateGap>());
}

TEST(UpdateGaps, LastFromTheOnlySnapshotOnWhereThereAreNoUpdates) {
  const std::vector<UpdateGap> gaps = gaps_of(trade_line(10, 10) + snapshot_line(11, 4) + trade_lines(12, 30));
  EXPECT_EQ(gaps, (std::vector{UpdateGap{.from = at_second(11), .at = at_second(30), .cause = GapCause::kNoUpdates}}));
  const std::vector<UpdateGap> of_trades_alone = gaps_of(trade_lines(10, 12));
  EXPECT_EQ(of_trades_alone,
            (std::vector{UpdateGap{.from = at_second(10), .at = at_second(12), .cause = GapCause::kNoSnapshot}}));
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
