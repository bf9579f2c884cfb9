#include "acts/features/sampler.hpp"

#include <gtest/gtest.h>

#include <random>

#include "features/support.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using test::bands;
using test::cell;
using test::level;
using test::line;
using test::make_book;

constexpr SyncStatus kSynced{SyncState::kInSync, Reason::kNone};
const UnixNanos kNoon = parse_iso8601("2024-08-08T12:00").value();
const BandList kBands = bands("1");

MinuteSampler sampler_from(UnixNanos start) { return {Venue::kBinanceSpot, "BTCUSDT", kBands, start}; }

OrderBook small_book() { return make_book({1, 0}, {level(1000, 1)}, {level(1002, 3)}); }

SampleInput live(const OrderBook& book, UnixNanos boundary) {
  return {.boundary = boundary,
          .book = book,
          .sync = kSynced,
          .trading = TradingStatus::kTrading,
          .last_event_time = boundary - 20ms,
          .last_depth_recv = boundary - 10ms,
          .connected = true};
}

std::string cell(const MinuteRow& row, std::string_view name) { return test::cell(row, kBands, name); }

TEST(Sampler, MakesARowOfTheBookAndTheMinutesCounts) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.on_sync_change(true, kNoon);
  for (int i = 0; i < 3; ++i) sampler.on_update();
  sampler.on_connection_lost(kNoon + 30s);
  EXPECT_EQ(line(sampler.sample(live(book, kNoon + 1min))),
            "binance-spot,BTCUSDT,2024-08-08T12:01:00.000Z,2024-08-08T12:00:59.980Z,100,100.2,100.1,1,1,"
            "1,3,-0.5,1,1,0,0.2,1,3,100.05,3,0,0,1,live,");
  EXPECT_EQ(line(sampler.sample(live(book, kNoon + 2min))),
            "binance-spot,BTCUSDT,2024-08-08T12:02:00.000Z,2024-08-08T12:01:59.980Z,100,100.2,100.1,1,1,"
            "1,3,-0.5,1,1,0,0.2,1,3,100.05,0,0,0,0,live,");
}

TEST(Sampler, HasNoValuesWhileSyncing) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.on_update();
  SampleInput input = live(book, kNoon + 1min);
  input.sync = {SyncState::kSyncing, Reason::kSnapshotTooOld};
  EXPECT_EQ(line(sampler.sample(input)),
            "binance-spot,BTCUSDT,2024-08-08T12:01:00.000Z,,,,,,,,,,,,,,,,,1,0,60000,0,syncing,snapshot_too_old");
}

TEST(Sampler, HasNoValuesWhenHaltedBeforeTheFirstSnapshot) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  SampleInput input = live(book, kNoon + 1min);
  input.sync = {};
  input.trading = TradingStatus::kDelisted;
  const MinuteRow row = sampler.sample(input);
  EXPECT_EQ(cell(row, "state"), "halted");
  EXPECT_EQ(cell(row, "reason"), "delisted");
  EXPECT_EQ(cell(row, "best_bid"), "");
}

TEST(Sampler, ShowsTheBookOfAHaltedSymbol) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  SampleInput input = live(book, kNoon + 1min);
  input.trading = TradingStatus::kHalted;
  const MinuteRow row = sampler.sample(input);
  EXPECT_EQ(cell(row, "state"), "halted");
  EXPECT_EQ(cell(row, "reason"), "trading_halted");
  EXPECT_EQ(cell(row, "best_bid"), "100");
}

TEST(Sampler, SaysThatAGapIsNotHealed) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  SampleInput input = live(book, kNoon + 1min);
  input.sync = {SyncState::kSuspect, Reason::kSequenceGap};
  const MinuteRow row = sampler.sample(input);
  EXPECT_EQ(cell(row, "state"), "suspect");
  EXPECT_EQ(cell(row, "reason"), "sequence_gap");
  EXPECT_EQ(cell(row, "mid_price"), "100.1");
}

TEST(Sampler, SeesSuspectLevelsAndCrossedBooks) {
  MinuteSampler sampler = sampler_from(kNoon);
  OrderBook book = small_book();
  book.mark_gap();
  const MinuteRow suspect = sampler.sample(live(book, kNoon + 1min));
  EXPECT_EQ(cell(suspect, "state"), "suspect");
  EXPECT_EQ(cell(suspect, "reason"), "suspect_levels");
  EXPECT_EQ(cell(suspect, "suspect_1"), "4");
  EXPECT_EQ(cell(suspect, "coverage_bid_1"), "0");
  const OrderBook crossed = make_book({}, {level(101, 1)}, {level(100, 1)});
  EXPECT_EQ(cell(sampler.sample(live(crossed, kNoon + 2min)), "reason"), "crossed_book");
}

TEST(Sampler, IsStaleOnceNoDepthEventHasComeForTooLong) {
  const OrderBook book = small_book();
  MinuteSampler sampler{Venue::kBinanceSpot, "BTCUSDT", kBands, kNoon, 10s};
  SampleInput input = live(book, kNoon + 1min);
  input.last_depth_recv = kNoon + 50s;
  EXPECT_EQ(cell(sampler.sample(input), "state"), "live");
  input.boundary = kNoon + 2min;
  EXPECT_EQ(cell(sampler.sample(input), "reason"), "no_update");
  input.boundary = kNoon + 3min;
  input.connected = false;
  const MinuteRow down = sampler.sample(input);
  EXPECT_EQ(cell(down, "state"), "stale");
  EXPECT_EQ(cell(down, "reason"), "connection_down");
  EXPECT_EQ(cell(down, "best_bid"), "100");
}

TEST(Sampler, CountsTheSilenceOfABookWithoutEventsFromItsStart) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon + 30s);
  SampleInput input = live(book, kNoon + 1min);
  input.last_depth_recv.reset();
  input.last_event_time.reset();
  const MinuteRow row = sampler.sample(input);
  EXPECT_EQ(cell(row, "state"), "live");
  EXPECT_EQ(cell(row, "last_book_update"), "");
  input.boundary = kNoon + 2min;
  EXPECT_EQ(cell(sampler.sample(input), "state"), "stale");
}

TEST(Sampler, MeasuresTheTimeOutOfSyncWithinEachMinute) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon + 10s);
  sampler.on_sync_change(true, kNoon + 15s);
  // Before the start it was not in sync either.
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 1min)), "gap_ms"), "15000");
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 2min)), "gap_ms"), "0");
  // A gap over two boundaries.
  sampler.on_gap(kNoon + 2min + 50s);
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 3min)), "gap_ms"), "10000");
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 4min)), "gap_ms"), "60000");
  sampler.on_sync_change(true, kNoon + 4min + 1ms);
  sampler.on_sync_change(true, kNoon + 4min + 30s);
  const MinuteRow healed = sampler.sample(live(book, kNoon + 5min));
  EXPECT_EQ(cell(healed, "gap_ms"), "1");
  EXPECT_EQ(cell(healed, "gaps"), "0");
}

TEST(Sampler, RoundsTheTimeOutOfSyncOnce) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.on_sync_change(true, kNoon);
  // Three times 0.4 ms are 1.2 ms.
  for (int i = 1; i <= 3; ++i) {
    sampler.on_gap(kNoon + i * 1s);
    sampler.on_sync_change(true, kNoon + i * 1s + 400us);
  }
  const MinuteRow row = sampler.sample(live(book, kNoon + 1min));
  EXPECT_EQ(cell(row, "gap_ms"), "1");
  EXPECT_EQ(cell(row, "gaps"), "3");
  sampler.on_sync_change(false, kNoon + 61s);
  sampler.on_sync_change(true, kNoon + 61s + 500us);
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 2min)), "gap_ms"), "1");
  sampler.on_sync_change(false, kNoon + 121s);
  sampler.on_sync_change(true, kNoon + 121s + 499us);
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 3min)), "gap_ms"), "0");
}

TEST(Sampler, CountsNoGapBeforeTheFirstSync) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.on_gap(kNoon + 1s);
  sampler.on_sync_change(true, kNoon + 2s);
  sampler.on_gap(kNoon + 3s);
  sampler.on_gap(kNoon + 4s);
  const MinuteRow row = sampler.sample(live(book, kNoon + 1min));
  EXPECT_EQ(cell(row, "gaps"), "2");
  EXPECT_EQ(cell(row, "gap_ms"), "59000");
}

TEST(Sampler, TakesTimesThatStepBack) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.on_sync_change(true, kNoon + 10s);
  sampler.on_gap(kNoon + 5s);
  sampler.on_sync_change(true, kNoon + 8s);
  EXPECT_EQ(cell(sampler.sample(live(book, kNoon + 1min)), "gap_ms"), "10000");
}

TEST(Sampler, CarriesCountsOverSkippedMinutes) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.on_update();
  const MinuteRow row = sampler.sample(live(book, kNoon + 24h));
  EXPECT_EQ(cell(row, "updates"), "1");
  EXPECT_EQ(cell(row, "gap_ms"), "60000");
}

TEST(Sampler, MakesEmptyRowsForMinutesWithoutACollector) {
  EXPECT_EQ(line(make_empty_row(Venue::kBinanceUsdm, "ETHUSDT", kBands, kNoon, Reason::kNotRunning)),
            "binance-usdm,ETHUSDT,2024-08-08T12:00:00.000Z,,,,,,,,,,,,,,,,,0,0,60000,0,syncing,not_running");
}

TEST(SamplerDeathTest, AbortsAtABoundaryThatDoesNotFollow) {
  const OrderBook book = small_book();
  MinuteSampler sampler = sampler_from(kNoon);
  sampler.sample(live(book, kNoon + 1min));
  EXPECT_DEATH(sampler.sample(live(book, kNoon + 1min)), "boundary");
  EXPECT_DEATH(sampler.sample(live(book, kNoon + 90s)), "boundary");
  SampleInput input = live(book, kNoon + 2min);
  input.sync.reason = Reason::kSequenceGap;
  EXPECT_DEATH(sampler.sample(input), "reason");
}

// Sum over all minutes of the time out of sync, kept by the tick.
TEST(Sampler, AgreesWithAStopwatchOnRandomRuns) {
  const OrderBook book = small_book();
  std::mt19937_64 random(9);
  for (int round = 0; round < 50; ++round) {
    MinuteSampler sampler = sampler_from(kNoon);
    bool in_sync = false;
    std::int64_t ticks_out = 0;
    for (int tick = 0; tick < 600; ++tick) {  // a tick is a second
      if (tick > 0 && tick % 60 == 0) {
        const MinuteRow row = sampler.sample(live(book, kNoon + tick * 1s));
        ASSERT_EQ(cell(row, "gap_ms"), std::to_string(ticks_out * 1000));
        ticks_out = 0;
      }
      if (random() % 20 == 0) {
        in_sync = !in_sync;
        sampler.on_sync_change(in_sync, kNoon + tick * 1s);
      }
      ticks_out += in_sync ? 0 : 1;
    }
  }
}

TEST(Sampler, RepeatsItselfToTheBit) {
  const auto run = [] {
    const OrderBook book = small_book();
    MinuteSampler sampler = sampler_from(kNoon);
    std::vector<MinuteRow> rows;
    for (int minute = 1; minute <= 5; ++minute) {
      sampler.on_update();
      sampler.on_sync_change(minute % 2 == 0, kNoon + minute * 1min - 7ms);
      rows.push_back(sampler.sample(live(book, kNoon + minute * 1min)));
    }
    return rows;
  };
  EXPECT_EQ(run(), run());
}

TEST(Sampler, CountsWithinShorterIntervalsToo) {
  const OrderBook book = small_book();
  MinuteSampler sampler(Venue::kBinanceSpot, "BTCUSDT", kBands, kNoon, 60s, 100ms);
  sampler.on_update();
  const MinuteRow first = sampler.sample(live(book, kNoon + 100ms));
  EXPECT_EQ(cell(first, "updates"), "1");
  EXPECT_EQ(cell(first, "gap_ms"), "100");
  sampler.on_sync_change(true, kNoon + 130ms);
  const MinuteRow second = sampler.sample(live(book, kNoon + 200ms));
  EXPECT_EQ(cell(second, "updates"), "0");
  EXPECT_EQ(cell(second, "gap_ms"), "30");
  EXPECT_EQ(cell(second, "sample_time"), "2024-08-08T12:00:00.200Z");
}

}  // namespace
}  // namespace acts
