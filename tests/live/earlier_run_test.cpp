#include "live/earlier_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"

#include "recording/layout.hpp"
#include "recording/recording_writer.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const UnixNanos kNow = parse_iso8601("2026-03-01T23:58:00").value();

class EarlierRunBegin : public ::testing::Test {
 protected:
  EarlierRunBegin() { settings_.data_dir = dir_.string(); }

  // A log's, sealed: it begins and ends then.
  void record(UnixNanos from, UnixNanos to, const std::string& venue = "binance-spot") {
    const std::string path = dir_ / ("raw/" + venue + "/" + segment_directory(kSessionName, from) + "/" +
                                     std::to_string(from.value) + std::string(kLogEnding));
    testing::SegmentMaker maker(path);
    ASSERT_TRUE(maker.writer().note(from, index::RunStarted{"0.1", venue, "0", ""}));
    maker.finish(to);
  }
  UnixNanos begin(SqliteStore* store = nullptr) {
    said_.clear();
    EarlierRun earlier(settings_,
                       [this](std::optional<Venue>, const collector::Log& log) { said_.push_back(log.text); });
    return earlier.begin_after({{Venue::kBinanceSpot, {"BTC"}}}, store, kNow);
  }

  const testing::TempDir dir_;
  CollectSettings settings_;
  std::vector<std::string> said_;
};

TEST_F(EarlierRunBegin, IsNowWhereNothingIsThereOrAllIsOver) {
  EXPECT_EQ(begin(), kNow);
  record(kNow - 2h, kNow - 1h);
  record(kNow - 30min, kNow - 1s);
  EXPECT_EQ(begin(), kNow);
  EXPECT_THAT(said_, IsEmpty());
}

// The newest log's end, over midnight, whatever the venue.
TEST_F(EarlierRunBegin, IsTheEndOfTheLastRunWhereTheClockWasSetBack) {
  record(kNow - 1h, kNow - 10min);
  record(kNow - 5min, kNow + 1min);
  EXPECT_EQ(begin(), kNow + 1min);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("the clock says 2026-03-01T23:58:00.000Z, the last run went on until "
                                           "2026-03-01T23:59:00.000Z: this one begins there")));
  record(kNow + 3min, kNow + 14min, "binance-usdm");
  EXPECT_EQ(begin(), kNow + 14min);
}

TEST_F(EarlierRunBegin, IsThatOfALogThatCouldNotBeSealedToo) {
  RecordingWriter writer({open_log_directory(dir_.string(), "binance-spot"), "0"});
  ASSERT_TRUE(writer.note(kNow + 1min, index::RunStarted{"0.1", "binance-spot", "0", ""}));
  ASSERT_TRUE(writer.sync(kNow + 2min));
  EXPECT_EQ(begin(), kNow + 2min);
}

TEST_F(EarlierRunBegin, IsTheLastRowWhereNothingIsRecorded) {
  const BandList bands = settings_.bands;
  const MinuteRow row =
      make_empty_row(Venue::kBinanceSpot, "BTCUSDT", bands, floor_to(kNow, 1min) + 4min, Reason::kUnknownSymbol);
  const auto store = SqliteStore::open(dir_ / "acts.db", make_schema(bands)).value();
  ASSERT_TRUE(store->upsert(std::span(&row, 1)));
  EXPECT_EQ(begin(store.get()), row.sample_time());
}

// Half an hour at half speed would be an hour of wrong times: then it was the earlier clock that was wrong.
TEST_F(EarlierRunBegin, LooksAtNothingFurtherAheadThanAClockIsSetBack) {
  record(kNow - 1h, kNow + 1min);
  record(kNow + EarlierRun::kMostAhead + 1s, kNow + 1h);
  record(kNow + 48h, kNow + 49h);
  EXPECT_EQ(begin(), kNow + 1min);
  const BandList bands = settings_.bands;
  const MinuteRow row =
      make_empty_row(Venue::kBinanceSpot, "BTCUSDT", bands, floor_to(kNow, 1min) + 1h, Reason::kUnknownSymbol);
  const auto store = SqliteStore::open(dir_ / "acts.db", make_schema(bands)).value();
  ASSERT_TRUE(store->upsert(std::span(&row, 1)));
  EXPECT_EQ(begin(store.get()), kNow + 1min);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("rows or recordings are of up to 2026-03-02T00:58:00.000Z"),
                                 HasSubstr("this one begins there")));
}

// What another object, of another thread, has found of an added symbol, while its venue's run began a little later.
TEST_F(EarlierRunBegin, GivesEachOfTheMinutesMeanwhileOnceToWhomeverTheyAreHanded) {
  const auto store = SqliteStore::open(dir_ / "acts.db", make_schema(settings_.bands)).value();
  for (const char* const symbol : {"BTCUSDT", "ETHUSDT"}) {
    const MinuteRow row =
        make_empty_row(Venue::kBinanceSpot, symbol, settings_.bands, kNow - 3min, Reason::kUnknownSymbol);
    ASSERT_TRUE(store->upsert(std::span(&row, 1)));
  }
  EarlierRun run(settings_, [](std::optional<Venue>, const collector::Log&) {});
  EXPECT_EQ(run.missed_minutes({{Venue::kBinanceSpot, {"BTC"}}}, *store, kNow)->count(), 3U);
  EarlierRun other(settings_, [](std::optional<Venue>, const collector::Log&) {});
  other.take_back(run.lend());
  EXPECT_EQ(other.missed_minutes({{Venue::kBinanceSpot, {"ETH"}}}, *store, kNow)->count(), 3U);
  EXPECT_EQ(run.minutes_until(Venue::kBinanceSpot, kNow + 2min).count(), 2U);
  run.take_back(other.give_away());
  EXPECT_EQ(run.minutes_until(Venue::kBinanceSpot, kNow + 2min).count(), 2U) << "those of the other symbol";
  EXPECT_EQ(run.minutes_until(Venue::kBinanceSpot, kNow + 2min).count(), 0U);
}

}  // namespace
}  // namespace acts
