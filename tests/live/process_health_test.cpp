#include "live/process_health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts {
namespace {

using namespace std::chrono_literals;
using collector::Overall;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UnixNanos kStart{1'767'225'600'000'000'000};

std::vector<std::string> texts(const std::vector<ProcessWatch::Line>& lines) {
  std::vector<std::string> all;
  for (const ProcessWatch::Line& line : lines) {
    all.push_back(line.log.key + (line.venue ? "@" + std::string(to_string(*line.venue)) : "") + ": " + line.log.text +
                  (line.log.repeats > 0 ? " +" + std::to_string(line.log.repeats) : ""));
  }
  return all;
}

// /health said ok while neither rows nor recording could be stored.
TEST(ProcessHealth, DegradesWithWhatIsNotKept) {
  EXPECT_EQ(judge(ProcessHealth{}).overall, Overall::kOk);
  ProcessHealth process;
  process.rows = {.lost = 3,
                  .refused = 1,
                  .waiting = 7,
                  .failure = "disk full",
                  .refusal = "BTCUSDT: too big",
                  .waiting_age = 11s,
                  .lost_age = 5min,
                  .refused_age = 59min};
  process.recordings = {{.venue = Venue::kBinanceUsdm,
                         .status = {.queued_bytes = 99, .failure = "raw: no space", .stuck_for = 12s},
                         .paused = true}};
  process.clock_ahead = 3s;
  const Judgement judgement = judge(process);
  EXPECT_EQ(judgement.overall, Overall::kDegraded);
  EXPECT_THAT(
      judgement.problems,
      ElementsAre("rows: 7 wait, and none was stored for 11 s", "rows: the last attempt to store failed: disk full",
                  "rows: 3 lost while the store failed", "rows: 1 refused by the store, the last: BTCUSDT: too big",
                  "recording of binance-usdm: 99 bytes wait, and none came to the disk for 12 s",
                  "recording of binance-usdm: raw: no space",
                  "recording of binance-usdm: its queue is full: the sockets are not read until it is shorter",
                  "the wall clock stepped back: ours is 3000 ms ahead and goes at half speed until it has caught up"));
}

TEST(ProcessHealth, DegradesWhileASinkIsLongBehindOrRefusesRows) {
  ProcessHealth process;
  SinkFeeder::Status status;
  status.sink = "mongodb";
  status.lag = {40, UnixNanos{}};
  status.delivery.failure = "no suitable servers found";
  process.sinks = {{.status = status, .behind = 299s}};
  EXPECT_EQ(judge(process).overall, Overall::kOk);
  process.sinks[0].behind = 300s;
  EXPECT_EQ(judge(process).overall, Overall::kDegraded);
  EXPECT_THAT(judge(process).problems,
              ElementsAre("sink mongodb: 40 rows behind, the oldest by 300 s: no suitable servers found"));
  process.sinks[0].behind = 0s;
  process.sinks[0].status.refused_age = 59min;
  process.sinks[0].status.delivery.refused = 2;
  process.sinks[0].status.refusal = "BTCUSDT: too long";
  EXPECT_THAT(judge(process).problems, ElementsAre("sink mongodb: 2 rows set aside, the last: BTCUSDT: too long"));
  process.sinks = {{.status = {.sink = "mongodb", .delivery = {.failure = "stopped"}, .is_stopped = true}}};
  EXPECT_THAT(judge(process).problems, ElementsAre("sink mongodb: stopped"));
}

// Books of a day come all at once: a database that takes hours for them is none that is behind.
TEST(ProcessHealth, LetsBooksTakeTheirTimeAndSaysWhatOfThemWasSetAside) {
  ProcessHealth process;
  SinkFeeder::Status status;
  status.sink = "mongodb";
  status.content = SinkContent::kBooks;
  status.lag = {40, UnixNanos{}};
  process.sinks = {{.status = status, .behind = 359min}};
  EXPECT_EQ(judge(process).overall, Overall::kOk);
  process.sinks[0].behind = 6h;
  EXPECT_THAT(judge(process).problems, ElementsAre("sink mongodb: 40 books behind, the oldest by 21600 s"));
  process.sinks[0].behind = 0s;
  process.sinks[0].status.refused_age = 1min;
  process.sinks[0].status.delivery.refused = 2;
  process.sinks[0].status.unreadable = 1;
  process.sinks[0].status.refusal = "x.book.csv.zst: damaged";
  EXPECT_THAT(judge(process).problems,
              ElementsAre("sink mongodb: 2 levels set aside and 1 whole books, the last: x.book.csv.zst: damaged"));
  ProcessWatch watch;
  EXPECT_THAT(texts(watch.observe(process, kStart)),
              ElementsAre("sink_books_refused: sink mongodb: 2 levels set aside and 1 whole books so far, the last: "
                          "x.book.csv.zst: damaged +2"));
}

TEST(ProcessWatch, SaysWhatASinkMadeLacksAndRefuses) {
  ProcessWatch watch;
  ProcessHealth process;
  SinkFeeder::Status status;
  status.sink = "mongodb";
  status.made_count = 1;
  status.made = "made table minute_rows";
  process.sinks = {{.status = status}};
  EXPECT_THAT(texts(watch.observe(process, kStart)), ElementsAre("sink_made: sink mongodb: made table minute_rows"));
  process.sinks[0].status.delivery.failures = 3;
  process.sinks[0].status.delivery.failure = "connection refused";
  process.sinks[0].status.lag.rows = 8;
  process.sinks[0].behind = 6min;
  EXPECT_THAT(texts(watch.observe(process, kStart + 1s)),
              ElementsAre("sink_failed: sink mongodb: connection refused; 8 rows wait for it +2",
                          "sink_behind: sink mongodb: 8 rows behind, the oldest by 360 s"));
  EXPECT_THAT(texts(watch.observe(process, kStart + 2s)), IsEmpty());
  process.sinks[0].behind = 0s;
  process.sinks[0].status.delivery.refused = 1;
  process.sinks[0].status.refusal = "BTCUSDT: too long";
  EXPECT_THAT(texts(watch.observe(process, kStart + 3s)),
              ElementsAre("sink_refused: sink mongodb: a row is set aside, 1 so far: BTCUSDT: too long",
                          "sink_behind: sink mongodb: has all rows again"));
}

TEST(ProcessHealth, IsFineAgainWhenWhatWentWrongIsOver) {
  ProcessHealth process;
  process.rows = {.lost = 3,
                  .refused = 1,
                  .waiting = 500,
                  .attempt_age = 100ms,
                  .waiting_age = 200ms,
                  .lost_age = 1h,
                  .refused_age = 2h};
  process.recordings = {{.status = {.queued_bytes = 1000, .failures = 4, .stuck_for = 900ms}, .pauses = 2}};
  process.clock_ahead = 3ms;
  EXPECT_EQ(judge(process).overall, Overall::kOk);
  EXPECT_THAT(judge(process).problems, IsEmpty());
}

TEST(ProcessHealth, FailsWhereNothingIsKeptForMinutes) {
  EXPECT_EQ(judge(ProcessHealth{.rows = {.waiting = 1, .waiting_age = 5min}}).overall, Overall::kFailed);
  EXPECT_EQ(judge(ProcessHealth{.recordings = {{.status = {.stuck_for = 5min}}}}).overall, Overall::kFailed);
}

// A failing store wrote a line every few seconds, one for the venue that happened to be the default.
TEST(ProcessWatch, SaysARepeatedFailureOnceAMinuteWithItsCount) {
  ProcessWatch watch;
  ProcessHealth process;
  EXPECT_THAT(watch.observe(process, kStart), IsEmpty());
  process.rows.waiting = 2;
  process.rows.failures = 1;
  process.rows.failure = "disk full";
  EXPECT_THAT(texts(watch.observe(process, kStart + 1s)), ElementsAre("store_failed: rows: disk full; 2 wait"));
  for (int second = 2; second <= 60; ++second) {
    ++process.rows.failures;
    EXPECT_THAT(watch.observe(process, kStart + std::chrono::seconds{second}), IsEmpty()) << second;
  }
  ++process.rows.failures;
  EXPECT_THAT(texts(watch.observe(process, kStart + 61s)), ElementsAre("store_failed: rows: disk full; 2 wait +59"));
  EXPECT_THAT(watch.observe(process, kStart + 200s), IsEmpty());
}

// Rows that no longer fitted in memory were counted and never said.
TEST(ProcessWatch, SaysHowManyRowsAreLostAndWhatHeldThemUp) {
  ProcessWatch watch;
  ProcessHealth process;
  process.rows = {.lost = 1, .waiting = 50'000, .attempt_age = 10s};
  EXPECT_THAT(texts(watch.observe(process, kStart)),
              ElementsAre("rows_lost: 1 rows are lost so far: 50000 wait for the store and no more fit in memory",
                          "store_hangs: rows: the store has not answered for 10 s: 50000 wait"));
  process.rows.lost = 501;
  process.rows.attempt_age = 70s;
  EXPECT_THAT(
      texts(watch.observe(process, kStart + 60s)),
      ElementsAre("rows_lost: 501 rows are lost so far: 50000 wait for the store and no more fit in memory +499",
                  "store_hangs: rows: the store has not answered for 70 s: 50000 wait"));
  process.rows = {.lost = 501};
  EXPECT_THAT(texts(watch.observe(process, kStart + 61s)), ElementsAre("store_hangs: rows: the store answers again"));
  EXPECT_THAT(watch.observe(process, kStart + 62s), IsEmpty());
}

TEST(ProcessWatch, TellsRecordingsApart) {
  ProcessWatch watch;
  ProcessHealth process;
  process.recordings = {{.venue = Venue::kBinanceSpot, .status = {.failures = 1, .failure = "no space"}},
                        {.venue = Venue::kBinanceUsdm, .status = {.refused = 2, .refusal = "empty"}, .pauses = 1}};
  EXPECT_THAT(texts(watch.observe(process, kStart)),
              ElementsAre("recording_failed@binance-spot: recording: no space",
                          "recording_refused@binance-usdm: recording: 2 messages left out so far: empty +1",
                          "recording_slow@binance-usdm: recording: the disk is slower than the market: reading is "
                          "paused until the queue is shorter"));
  process.recordings[0].status = {.failures = 3, .stuck_for = 30s};
  EXPECT_THAT(texts(watch.observe(process, kStart + 10s)),
              ElementsAre("recording_failed@binance-spot: recording: written again; 3 attempts have failed so far",
                          "recording_hangs@binance-spot: recording: nothing came to the disk for 30 s: 0 bytes wait"));
  // What was held back is said at the end.
  EXPECT_THAT(texts(watch.finish(process)),
              ElementsAre("recording_hangs@binance-spot: recording: nothing came to the disk for 30 s: 0 bytes wait"));
}

// Recovery was an error of the log, up to a minute late.
TEST(ProcessWatch, SaysAtOnceAndAsNoErrorThatRowsAreStoredAgain) {
  ProcessWatch watch;
  ProcessHealth process;
  process.rows.failures = 1;
  process.rows.failure = "disk full";
  EXPECT_THAT(texts(watch.observe(process, kStart)), ElementsAre("store_failed: rows: disk full; 0 wait"));
  process.rows.failures = 3;
  process.rows.failure.clear();
  const std::vector<ProcessWatch::Line> again = watch.observe(process, kStart + 1s);
  EXPECT_THAT(texts(again), ElementsAre("store_failed: rows: stored again; 3 attempts have failed so far"));
  EXPECT_EQ(again.front().log.level, collector::LogLevel::kInfo);
  // It comes and goes: once a minute is enough.
  for (int second = 2; second < 60; ++second) {
    ++process.rows.failures;
    process.rows.failure = second % 2 == 0 ? "disk full" : "";
    EXPECT_THAT(watch.observe(process, kStart + std::chrono::seconds{second}), IsEmpty()) << second;
  }
  EXPECT_THAT(texts(watch.observe(process, kStart + 62s)),
              ElementsAre("store_failed: rows: stored again; 61 attempts have failed so far"));
}

TEST(ProcessWatch, SaysOfEachPassWhatWasRemoved) {
  ProcessWatch watch;
  ProcessHealth process;
  process.retention = RetentionThread::Status{};
  EXPECT_THAT(watch.observe(process, kStart), IsEmpty());
  process.retention->passes = 1;
  process.retention->said = "recordings: 2 segments";
  EXPECT_THAT(texts(watch.observe(process, kStart)), ElementsAre("retention: recordings: 2 segments"));
  EXPECT_THAT(watch.observe(process, kStart + 30min), IsEmpty());
  process.retention->passes = 2;
  process.retention->failures = 1;
  process.retention->failure = "raw: cannot be removed";
  EXPECT_THAT(texts(watch.observe(process, kStart + 1h)),
              ElementsAre("retention: recordings: 2 segments",
                          "retention_failed: what is too old could not be removed: raw: cannot be removed"));
  EXPECT_EQ(judge(process).overall, Overall::kDegraded);
}

TEST(RetentionText, TellsWhatWentAndWhatIsKept) {
  RetentionReport report;
  report.recordings = {.files = 2, .bytes = 300, .oldest = kStart};
  report.rows = {.rows = 4, .rejected = 5, .bytes = 4096, .waiting = 6};
  RetentionOptions options;
  options.recordings.age = 1h;
  EXPECT_EQ(retention_text(report, options),
            "recordings: 2 segments of 300 bytes removed, the oldest kept is of 2026-01-01T00:00:00.000Z");
  options.rows.age = 1h;
  EXPECT_EQ(retention_text(report, options),
            "recordings: 2 segments of 300 bytes removed, the oldest kept is of 2026-01-01T00:00:00.000Z; rows: 4 "
            "removed, none is left, 4096 bytes came free, 5 rejected ones removed, 6 stay until a sink has them");
  report.books = {.files = 7, .bytes = 800, .waiting = 9, .oldest = kStart};
  options.recordings = {};
  options.rows = {};
  options.books.age = 1h;
  options.dry_run = true;
  EXPECT_EQ(retention_text(report, options),
            "books: 7 of 800 bytes would be removed, the oldest kept is of 2026-01-01T00:00:00.000Z, 9 stay until a "
            "sink has them");
}

// One whose disk never came back was told of by nothing.
TEST(ProcessWatch, SaysThatAddedSymbolsWaitForADisk) {
  ProcessWatch watch;
  ProcessHealth process;
  process.reload = ReloadHealth{.added = 2, .age = 9s};
  EXPECT_EQ(judge(process).overall, Overall::kOk);
  EXPECT_THAT(watch.observe(process, kStart), IsEmpty());
  process.reload->age = 10s;
  constexpr std::string_view kText =
      "2 added symbols have not begun: what earlier runs have left of them is read for 10 s by now: does the "
      "disk answer?";
  EXPECT_EQ(judge(process).overall, Overall::kDegraded);
  EXPECT_THAT(judge(process).problems, ElementsAre(kText));
  EXPECT_THAT(texts(watch.observe(process, kStart + 1s)), ElementsAre("reload: " + std::string(kText)));
  EXPECT_THAT(watch.observe(process, kStart + 2s), IsEmpty());
  process.reload.reset();
  EXPECT_THAT(texts(watch.observe(process, kStart + 3s)),
              ElementsAre("reload: the added symbols wait for nothing any more"));
}

TEST(ProcessWatch, SaysThatTheWallClockSteppedBackAndWhenThatIsOver) {
  ProcessWatch watch;
  EXPECT_THAT(texts(watch.observe({.clock_ahead = 100s}, kStart)),
              ElementsAre("clock_stepped_back: the wall clock stepped back: ours is 100000 ms ahead and goes at half "
                          "speed until it has caught up"));
  EXPECT_THAT(watch.observe({.clock_ahead = 99s}, kStart + 1s), IsEmpty());
  EXPECT_THAT(texts(watch.observe({}, kStart + 100s)), ElementsAre("clock_stepped_back: the wall clock has caught up"));
}

}  // namespace
}  // namespace acts
