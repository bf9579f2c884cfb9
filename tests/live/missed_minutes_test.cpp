#include "live/missed_minutes.hpp"

#include <gtest/gtest.h>

#include "acts/features/feature.hpp"
#include "acts/features/sampler.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kNoon{1'767'268'800'000'000'000};

std::string texts(const std::vector<MinuteRow>& rows) {
  const RowSchema schema = make_schema(BandList::defaults());
  std::string text;
  for (const MinuteRow& row : rows) {
    std::string line;
    append_csv(line, schema, row);
    text += line.substr(0, line.find(',', line.find('Z'))) + " " + line.substr(line.find("syncing"));
  }
  return text;
}

// Minutes between two runs had no rows at all.
TEST(MissedMinutes, GivesARowForEveryBoundaryFromTheLastStoredRowToTheStart) {
  MissedMinutes missed(BandList::defaults());
  missed.add(Venue::kBinanceSpot, "BTCUSDT", kNoon, kNoon + 2min + 59s);
  missed.add(Venue::kBinanceUsdm, "ETHUSDT", kNoon - 1min, kNoon);  // a start on a boundary makes that one's row itself
  EXPECT_EQ(missed.count(), 3U);
  EXPECT_EQ(texts(missed.next(2)),
            "binance-spot,BTCUSDT,2026-01-01T12:01:00.000Z syncing,not_running\n"
            "binance-spot,BTCUSDT,2026-01-01T12:02:00.000Z syncing,not_running\n");
  EXPECT_EQ(missed.count(), 1U);
  EXPECT_EQ(texts(missed.next(2)), "binance-usdm,ETHUSDT,2026-01-01T12:00:00.000Z syncing,not_running\n");
  EXPECT_TRUE(missed.next(2).empty());
}

// Rows that the last run had made, and whose messages it had recorded, became minutes without a run.
TEST(MissedMinutes, GivesTheRowsThatARecordingHasBeforeItMakesUpAny) {
  const auto recorded = [](UnixNanos at) {
    return make_empty_row(Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), at, Reason::kStarting);
  };
  MissedMinutes missed(BandList::defaults());
  missed.add(Venue::kBinanceSpot, "BTCUSDT", kNoon, kNoon + 4min,
             {recorded(kNoon - 1min), recorded(kNoon), recorded(kNoon + 1min), recorded(kNoon + 3min),
              recorded(kNoon + 6min)});
  EXPECT_EQ(missed.count(), 5U);
  EXPECT_EQ(missed.recorded_count(), 3U);
  EXPECT_EQ(texts(missed.next(3)),
            "binance-spot,BTCUSDT,2026-01-01T12:01:00.000Z syncing,starting\n"
            "binance-spot,BTCUSDT,2026-01-01T12:02:00.000Z syncing,not_running\n"
            "binance-spot,BTCUSDT,2026-01-01T12:03:00.000Z syncing,starting\n");
  EXPECT_EQ(missed.count(), 2U);
  // The last one is of a clock that has been set back since.
  EXPECT_EQ(texts(missed.next(10)),
            "binance-spot,BTCUSDT,2026-01-01T12:04:00.000Z syncing,not_running\n"
            "binance-spot,BTCUSDT,2026-01-01T12:06:00.000Z syncing,starting\n");
  EXPECT_EQ(missed.count(), 0U);
}

// What is recorded is not made up, however long ago it was.
TEST(MissedMinutes, GivesRecordedRowsOfMoreThanADayAgo) {
  MissedMinutes missed(BandList::defaults());
  const MinuteRow old =
      make_empty_row(Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), kNoon + 1min, Reason::kStarting);
  missed.add(Venue::kBinanceSpot, "BTCUSDT", kNoon, kNoon + 48h, {old});
  EXPECT_EQ(missed.count(), 1U + MissedMinutes::kMostMinutes);
  EXPECT_EQ(missed.next(1), std::vector{old});
  EXPECT_EQ(missed.count(), static_cast<std::size_t>(MissedMinutes::kMostMinutes));
}

TEST(MissedMinutes, GivesNothingWhereNothingIsMissingOrTheClockWentBack) {
  MissedMinutes missed(BandList::defaults());
  missed.add(Venue::kBinanceSpot, "BTCUSDT", kNoon, kNoon + 59s);
  missed.add(Venue::kBinanceSpot, "BTCUSDT", kNoon + 1h, kNoon);
  EXPECT_EQ(missed.count(), 0U);
  EXPECT_TRUE(missed.next(10).empty());
}

TEST(MissedMinutes, GoesBackADayAtMost) {
  MissedMinutes missed(BandList::defaults());
  missed.add(Venue::kBinanceSpot, "BTCUSDT", kNoon - 24h * 365, kNoon);
  EXPECT_EQ(missed.count(), 1440U);
  const auto rows = missed.next(2000);
  ASSERT_EQ(rows.size(), 1440U);
  EXPECT_EQ(rows.front().sample_time(), kNoon - 24h + 1min);
  EXPECT_EQ(rows.back().sample_time(), kNoon);
}

}  // namespace
}  // namespace acts
