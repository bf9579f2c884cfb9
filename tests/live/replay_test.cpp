// Replay of recordings whose index does not tell what belongs to whom.
#include "live/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"

#include "recording/recording_writer.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kBtc = test::testdata("binance-feed/spot/btcusdt_20240808.gz");
const std::string kEth = test::testdata("binance-feed/spot/ethusdt_20240808.gz");
const std::string kUsdm = test::testdata("binance-feed/usdm/btcusdt_20240808.gz");

struct Replayed {
  std::string summary;
  std::vector<std::string> problems;
  std::vector<std::string> missing;
  std::size_t rows = 0;
  Result<void> done;
  bool is_recording = false;
  std::uint64_t not_decoded = 0;
  std::uint64_t leaps = 0;
};

Replayed replay(const std::vector<std::string>& files, std::vector<std::string> symbols = {},
                Venue venue = Venue::kBinanceSpot) {
  Replayed result;
  ReplayOptions options;
  options.venue = venue;
  options.symbols = std::move(symbols);
  Replay replay(
      options, [&](MinuteRow&&) { ++result.rows; },
      [&](std::string problem) { result.problems.push_back(std::move(problem)); });
  Result<RecordingReader> reader = RecordingReader::open(files);
  EXPECT_TRUE(reader.has_value());
  result.done = replay.run(*reader);
  result.summary = replay.summary();
  result.missing = replay.missing_symbols();
  result.is_recording = replay.is_recording();
  result.not_decoded = replay.not_decoded();
  result.leaps = replay.leaps();
  return result;
}

std::string update(const std::string& symbol, int first, int last, const std::string& price = "10") {
  return R"(100 {"e":"depthUpdate","E":1,"s":")" + symbol + R"(","U":)" + std::to_string(first) + R"(,"u":)" +
         std::to_string(last) + R"(,"b":[[")" + price + R"(","1"]],"a":[]})" + "\n";
}

std::string snapshot(int id, const std::string& price) {
  return R"(100 {"lastUpdateId":)" + std::to_string(id) + R"(,"bids":[[")" + price + R"(","2"]],"asks":[]})" + "\n";
}

// --symbol ETHUSDT on a file of BTCUSDT gave BTC's book as ETHUSDT, live.
TEST(Replay, DoesNotGiveAFilesSnapshotToASymbolThatItDoesNotHave) {
  const Replayed result = replay({kBtc}, {"ETHUSDT"});
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.rows, 0U);
  EXPECT_THAT(result.missing, ElementsAre("ETHUSDT"));
  EXPECT_THAT(result.summary, ::testing::StartsWith("messages "));
  EXPECT_THAT(result.problems, IsEmpty());
}

TEST(Replay, TakesAnAssetForItsUsdtPair) {
  const Replayed result = replay({kBtc}, {"BTC"});
  EXPECT_THAT(result.missing, IsEmpty());
  EXPECT_EQ(result.rows, 5U);
  EXPECT_THAT(result.summary, HasSubstr("binance-spot BTCUSDT: bid 61685.99 x 1.0087"));
}

// The second file's snapshot was left out: there were two symbols by then.
TEST(Replay, SynchronisesEachOfSeveralFilesOfOneSymbol) {
  for (const std::vector<std::string>& symbols : {std::vector<std::string>{}, {"BTCUSDT", "ETHUSDT"}}) {
    const Replayed result = replay({kBtc, kEth}, symbols);
    EXPECT_THAT(result.problems, ElementsAre(HasSubstr(kEth + ":1: received 5 min earlier than the line before")));
    EXPECT_THAT(result.summary, HasSubstr("BTCUSDT: bid 61685.99 x 1.0087, ask 61686 x 2.29327, levels 1209 / 2196"));
    EXPECT_THAT(result.summary, HasSubstr("ETHUSDT: bid 2682.5 x 3.3168, ask 2682.51 x 48.9739, levels 1195 / 1158"));
  }
}

TEST(Replay, TellsSnapshotsOfOneFileApartByTheirIds) {
  const TempDir dir;
  const std::string file = dir.write("both", snapshot(11, "1") + snapshot(901, "2") + update("AUSDT", 10, 12, "0.5") +
                                                 update("BUSDT", 900, 902, "0.5"));
  const Replayed result = replay({file});
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_THAT(result.summary, HasSubstr("AUSDT: bid 1 x 2,"));
  EXPECT_THAT(result.summary, HasSubstr("BUSDT: bid 2 x 2,"));
  const Replayed one = replay({file}, {"B"});
  EXPECT_THAT(one.summary, HasSubstr("BUSDT: bid 2 x 2,"));
  EXPECT_THAT(one.summary, ::testing::Not(HasSubstr("AUSDT")));
}

TEST(Replay, SaysWhichSnapshotBelongsToNobody) {
  const TempDir dir;
  const std::string file = dir.write("lost", update("AUSDT", 10, 12) + snapshot(500, "1") + update("BUSDT", 900, 902));
  EXPECT_THAT(replay({file}).problems, ElementsAre(file + ":2: a REST depth answer of no symbol that could be told by "
                                                          "its update ids: left out"));
}

// The book stayed without a snapshot, nothing was said, and rows told of none that had come.
TEST(Replay, SaysWhichSnapshotIsTooOldForItsBook) {
  const TempDir dir;
  const std::string file = dir.write("old", snapshot(50, "1") + update("AUSDT", 101, 102) + update("AUSDT", 103, 104));
  const Replayed result = replay({file});
  EXPECT_THAT(result.problems, ElementsAre(file + ":1: the REST depth answer of AUSDT with id 50 is older than the "
                                                  "updates here: left out"));
  EXPECT_THAT(result.summary, HasSubstr("state syncing"));
  const std::string next = dir.write("next", snapshot(100, "1") + update("AUSDT", 101, 102));
  EXPECT_THAT(replay({next}).problems, IsEmpty());
}

// A recording of USD-M was read by spot's rules, without a word.
TEST(Replay, RefusesARecordingOfTheOtherVenue) {
  const Replayed result = replay({kUsdm});
  ASSERT_FALSE(result.done);
  EXPECT_EQ(result.done.error().code, ErrorCode::kUsage);
  EXPECT_EQ(result.done.error().message,
            kUsdm + ":1: recorded from binance-usdm, not from binance-spot: replay it with --venue binance-usdm");
  EXPECT_FALSE(replay({kBtc}, {}, Venue::kBinanceUsdm).done);
  EXPECT_FALSE(replay({kUsdm, kBtc}, {}, Venue::kBinanceUsdm).done);
  EXPECT_TRUE(replay({kUsdm}, {}, Venue::kBinanceUsdm).done);
}

// A run whose first update had lost its "pu" on the way was taken for one of spot, and none of it was read.
TEST(Replay, TakesTheVenueFromTheIndexOfARun) {
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  const auto write_log = [&](const IndexEvent& head) {
    RecordingWriter writer({dir.string(), "0"});
    EXPECT_TRUE(writer.note(start, head));
    EXPECT_TRUE(writer.note(start, index::SymbolAdded{"BTCUSDT", "trading"}));
    EXPECT_TRUE(writer.append(start, 1, R"({"e":"depthUpdate","s":"BTCUSDT","px":1})"));
    EXPECT_TRUE(writer.close(start));
    return writer.log_path();
  };
  const std::string began = write_log(index::RunStarted{"0.1", "binance-usdm", "0", ""});
  const std::string went_on = write_log(index::RunContinued{"0.1", "binance-usdm", "0", ""});
  for (const std::string& log : {began, went_on}) {
    const Result<void> done = replay({log}, {}, Venue::kBinanceUsdm).done;
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_FALSE(replay({log}).done);
  }
  EXPECT_FALSE(replay({began, kBtc}, {}, Venue::kBinanceUsdm).done);
}

// With --symbol X no refused update was said, not even one of X.
TEST(Replay, SaysWhatIsRefusedOfASymbolThatIsWanted) {
  const TempDir dir;
  // Two quantities that no scale holds together: well-formed, and refused by the book alone.
  const auto with_quantity = [](const std::string& symbol, int id, const std::string& quantity) {
    return R"(100 {"e":"depthUpdate","E":1,"s":")" + symbol + R"(","U":)" + std::to_string(id) + R"(,"u":)" +
           std::to_string(id) + R"(,"b":[["1",")" + quantity + R"("]],"a":[]})" + "\n";
  };
  std::string lines;
  for (const char* symbol : {"BUSDT", "AUSDT"}) {
    lines += with_quantity(symbol, 1, "900000000000") + with_quantity(symbol, 2, "0.00000001");
  }
  const Replayed result = replay({dir.write("bad", lines)}, {"AUSDT"});
  EXPECT_THAT(result.problems, ElementsAre(HasSubstr("bad:4: ")));
}

// One damaged time far ahead: no line behind it had a row any more.
TEST(Replay, LeavesOutALineWhoseTimeIsADayAheadOfThoseAroundIt) {
  const TempDir dir;
  const auto line = [](std::int64_t seconds, int id) {
    return std::to_string(seconds) + "000000000" + update("AUSDT", id, id).substr(3);
  };
  constexpr std::int64_t kDay = 86'400;
  for (const std::size_t place : {0U, 1U, 3U}) {
    std::vector<std::string> lines{line(30, 1), line(90, 2), line(150, 3)};
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place), line(9'000 * kDay, 9));
    std::string text;
    for (const std::string& each : lines) text += each;
    const Replayed result = replay({dir.write("leap", text)});
    EXPECT_THAT(result.problems, ElementsAre(HasSubstr("leap:" + std::to_string(place + 1) +
                                                       ": its receive time is more than a day ahead")));
    EXPECT_EQ(result.rows, 2U);
    EXPECT_EQ(result.leaps, 1U);
  }
  const Replayed rested = replay({dir.write("rest", line(30, 1) + line(3 * kDay, 2) + line(3 * kDay + 1, 3))});
  EXPECT_THAT(rested.problems, IsEmpty());
  EXPECT_EQ(rested.rows, 1441U);
  EXPECT_THAT(rested.summary, HasSubstr("rows 1441, skipped minutes 2879\n"));
  EXPECT_THAT(replay({dir.write("one", line(9'000 * kDay, 1))}).problems, IsEmpty()) << "ahead of nothing";
}

// A file of unknown objects ended with exit 0.
TEST(Replay, KnowsARecordingFromOtherJson) {
  const TempDir dir;
  const Replayed other =
      replay({dir.write("other", "100 {\"a\":1}\n100 {\"b\":\"" + std::string(17 << 20, 'x') + "\"}\n")});
  EXPECT_FALSE(other.is_recording);
  EXPECT_EQ(other.not_decoded, 2U);
  EXPECT_THAT(other.problems,
              ElementsAre(HasSubstr(":1: a message of no kind"), HasSubstr(":2: a message of no kind")));
  EXPECT_TRUE(replay({dir.write("one", update("AUSDT", 10, 12))}).is_recording);
}

// A replay over a restart went on with the first run's book, and made rows of minutes in which nothing ran.
TEST(Replay, BeginsAnewWhereTheRunDid) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  std::vector<std::string> logs;
  const auto write_run = [&](UnixNanos begin, int id, const std::string& price) {
    RecordingWriter writer({dir.string(), "0"});
    const auto message = [](const std::string& line) { return line.substr(4); };  // behind "100 "
    EXPECT_TRUE(writer.note(begin, index::RunStarted{"0.1", "binance-spot", "0", ""}));
    EXPECT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    EXPECT_TRUE(writer.append(begin + kSecond, 1, message(update("BTCUSDT", id, id + 1, price))));
    EXPECT_TRUE(writer.note(begin + kSecond, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
    EXPECT_TRUE(writer.append(begin + kSecond, 0, message(snapshot(id, price))));
    EXPECT_TRUE(writer.note(begin + 80 * kSecond, index::RunEnded{"test"}));
    EXPECT_TRUE(writer.close(begin + 80 * kSecond));
    logs.push_back(writer.log_path());
  };
  write_run(start, 1, "10");                   // to 12:01:30
  write_run(start + 240 * kSecond, 50, "20");  // 12:04:10 to 12:05:30
  ReplayOptions options;
  const RowSchema schema = make_schema(BandList::defaults());
  std::string rows;
  Replay replay(
      options, [&](MinuteRow&& row) { append_csv(rows, schema, row); },
      [](const std::string& problem) { ADD_FAILURE() << problem; });
  auto reader = RecordingReader::open(logs);
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(replay.run(*reader).has_value());
  std::vector<std::string> seen;
  std::istringstream lines(rows);
  for (std::string line; std::getline(lines, line);) {
    seen.push_back(line.substr(line.find("2026") + 11, 5) + line.substr(line.rfind(',', line.rfind(',') - 1)));
  }
  EXPECT_THAT(seen, ElementsAre("12:01,live,one_sided_book", "12:02,syncing,not_running", "12:03,syncing,not_running",
                                "12:04,syncing,not_running", "12:05,live,one_sided_book"));
  EXPECT_THAT(replay.summary(), HasSubstr("bid 20 x 1, ask none, levels 1 / 0"));
}

// The bands and stale_after of a run were not in its recording: a replay needed the same flags to give the same rows.
TEST(Replay, MakesTheRowsOfEachRunWithItsSettings) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  std::vector<std::string> logs;
  const auto write_log = [&](UnixNanos begin, const IndexEvent& head) {
    RecordingWriter writer({dir.string(), "0"});
    EXPECT_TRUE(writer.note(begin, head));
    EXPECT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    EXPECT_TRUE(writer.append(begin + kSecond, 1, update("BTCUSDT", 1, 2, "10").substr(4)));
    EXPECT_TRUE(writer.note(begin + kSecond, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
    EXPECT_TRUE(writer.append(begin + kSecond, 0, snapshot(1, "10").substr(4)));
    EXPECT_TRUE(writer.note(begin + 60 * kSecond, index::RunEnded{"test"}));
    EXPECT_TRUE(writer.close(begin + 60 * kSecond));
    logs.push_back(writer.log_path());
  };
  const std::string narrow = to_string(RunSettings{BandList::parse("0.5").value(), 10 * kSecond});
  write_log(start, index::RunContinued{"1", "binance-spot", "0", narrow});
  write_log(start + 60 * kSecond, index::RunStarted{"1", "binance-spot", "0", to_string(RunSettings{})});
  write_log(start + 120 * kSecond, index::RunStarted{"1", "binance-spot", "0", ""});
  const auto seen_with = [&](const ReplayOptions& options) {
    std::vector<std::string> seen;
    std::optional<Replay> replay;
    const auto take = [&](MinuteRow&& row) {
      const RowSchema& schema = replay->pipeline().schema();
      std::string text;
      append_json(text, schema, row);
      seen.push_back(text.contains("\"total_bid_0_5\"") ? "0.5" : text.contains("\"total_bid_4\"") ? "4" : "none");
      seen.back() += text.contains("\"state\":\"stale\"") ? " stale" : "";
    };
    replay.emplace(options, take, [](const std::string& problem) { ADD_FAILURE() << problem; });
    auto reader = RecordingReader::open(logs).value();
    EXPECT_TRUE(replay->run(reader).has_value());
    return seen;
  };
  EXPECT_THAT(seen_with({}), ElementsAre("0.5 stale", "4", "4"));
  ReplayOptions options;
  options.bands = BandList::parse("").value();
  options.stale_after = 10 * kSecond;
  EXPECT_THAT(seen_with(options), ElementsAre("none stale", "none stale", "none stale"));
}

// A file in between was missing: the rows of a run were made with the settings of the one before.
TEST(Replay, TakesTheSettingsOfARunOfWhichTheBeginningIsMissing) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  std::vector<std::string> logs;
  for (const char* const bands : {"1,4", "0.5"}) {
    const UnixNanos begin = start + static_cast<std::int64_t>(logs.size()) * 300 * kSecond;
    const std::string settings = to_string(RunSettings{BandList::parse(bands).value(), kMinute});
    RecordingWriter writer({dir.string(), "0"});
    ASSERT_TRUE(writer.note(begin, logs.empty() ? IndexEvent(index::RunStarted{"1", "binance-spot", "0", settings})
                                                : IndexEvent(index::RunContinued{"1", "binance-spot", "0", settings})));
    ASSERT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.note(begin + 60 * kSecond, index::Timer{"", begin + 50 * kSecond}));
    ASSERT_TRUE(writer.close(begin + 60 * kSecond));
    logs.push_back(writer.log_path());
  }
  std::vector<std::size_t> columns;
  std::vector<std::string> problems;
  std::optional<Replay> replay;
  replay.emplace(
      ReplayOptions{}, [&](MinuteRow&& row) { columns.push_back(row.values.size()); },
      [&](std::string problem) { problems.push_back(std::move(problem)); });
  auto reader = RecordingReader::open(logs).value();
  ASSERT_TRUE(replay->run(reader).has_value());
  EXPECT_THAT(problems, ElementsAre(HasSubstr("is a file in between missing?")));
  EXPECT_FALSE(replay->is_complete());
  const auto width = [](const char* bands) { return make_schema(BandList::parse(bands).value()).columns.size(); };
  ASSERT_FALSE(columns.empty());
  EXPECT_EQ(columns.front(), width("1,4"));
  EXPECT_EQ(columns.back(), width("0.5"));
}

// A quiet book that was saved twice is the same both times: what was counted in between was forgotten at the second.
TEST(Replay, GoesOnFromAGivenBookOnce) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  BookFile book;
  book.symbol = "BTCUSDT";
  book.saved_at = start;
  book.saved.book.book.bids = {{Price{20}, Quantity{3}, {UpdateId{10}, false}}};
  book.saved.book.book.last_update_id = UpdateId{10};
  const std::uint64_t sum = fingerprint(book.saved.book.book);
  RecordingWriter writer({dir.string(), "0"});
  ASSERT_TRUE(writer.note(start, index::BookSaved{"BTCUSDT", 10, sum}));
  ASSERT_TRUE(writer.note(start + 5 * kSecond, index::StreamLost{"BTCUSDT", "cut"}));
  ASSERT_TRUE(writer.note(start + 10 * kSecond, index::BookSaved{"BTCUSDT", 10, sum}));
  ASSERT_TRUE(writer.note(start + 80 * kSecond, index::RunEnded{"test"}));
  ASSERT_TRUE(writer.close(start + 90 * kSecond));
  ReplayOptions options;
  options.books = {book};
  options.begins_at_book = true;
  std::vector<MinuteRow> rows;
  Replay replay(
      options, [&](MinuteRow&& row) { rows.push_back(std::move(row)); },
      [](const std::string& problem) { ADD_FAILURE() << problem; });
  auto reader = RecordingReader::open({writer.log_path()});
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(replay.run(*reader).has_value());
  ASSERT_EQ(rows.size(), 1U);
  const RowSchema schema = make_schema(BandList::defaults());
  const auto reconnects = std::ranges::find(schema.columns, "reconnects", &Column::name) - schema.columns.begin();
  EXPECT_EQ(rows[0].values[static_cast<std::size_t>(reconnects)], Value{std::int64_t{1}});
}

// A run of which only the end is there begins with the book that was saved in it.
TEST(Replay, BeginsWithAGivenBookWhereItWasSaved) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  BookFile book;
  book.symbol = "BTCUSDT";
  book.saved_at = start;
  book.saved.book.book.bids = {{Price{20}, Quantity{3}, {UpdateId{10}, false}}};
  book.saved.book.book.asks = {{Price{21}, Quantity{4}, {UpdateId{10}, false}}};
  book.saved.book.book.coverage = {{CoverageSet::kNoLowerEnd, CoverageSet::kNoUpperEnd}};
  book.saved.book.book.last_update_id = UpdateId{10};
  const std::uint64_t sum = fingerprint(book.saved.book.book);
  const auto message = [](const std::string& line) { return line.substr(4); };  // behind "100 "
  RecordingWriter writer({dir.string(), "0"});
  ASSERT_TRUE(writer.note(start, index::RunContinued{"0.1", "binance-spot", "0"}));
  ASSERT_TRUE(writer.note(start, index::SymbolAdded{"BTCUSDT", "trading"}));
  ASSERT_TRUE(writer.append(start, 1, message(update("BTCUSDT", 9, 10, "20"))));
  ASSERT_TRUE(writer.note(start, index::BookSaved{"BTCUSDT", 10, sum}));
  ASSERT_TRUE(writer.append(start + kSecond, 1, message(update("BTCUSDT", 11, 12, "19"))));
  ASSERT_TRUE(writer.note(start + 80 * kSecond, index::RunEnded{"test"}));
  ASSERT_TRUE(writer.note(start + 90 * kSecond, index::RunStarted{"0.1", "binance-spot", "0", ""}));
  ASSERT_TRUE(writer.note(start + 90 * kSecond, index::SymbolAdded{"BTCUSDT", "trading"}));
  ASSERT_TRUE(writer.note(start + 90 * kSecond, index::BookRestored{"BTCUSDT", 99, 1}));
  ASSERT_TRUE(writer.close(start + 95 * kSecond));
  for (const bool begins_at_book : {false, true}) {
    ReplayOptions options;
    options.books = {book};
    options.begins_at_book = begins_at_book;
    std::vector<std::string> rows;
    std::vector<std::string> problems;
    Replay replay(
        options, [&](MinuteRow&& row) { append_csv(rows.emplace_back(), make_schema(BandList::defaults()), row); },
        [&](std::string problem) { problems.push_back(std::move(problem)); });
    auto reader = RecordingReader::open({writer.log_path()});
    ASSERT_TRUE(reader.has_value());
    ASSERT_TRUE(replay.run(*reader).has_value());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_THAT(rows[0], HasSubstr(",20,21,20.5,2,1,"));
    EXPECT_THAT(rows[0], HasSubstr(",live,"));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("BTCUSDT: the run began with a book, at update 99, that an earlier "
                                                "recording holds")));
  }
}

// The second had no row, and nothing said so.
TEST(Replay, SaysWhereReceiveTimesStepBackSoThatNoRowIsMade) {
  const Replayed both = replay({kBtc, kEth});
  EXPECT_EQ(both.rows, replay({kBtc}).rows);
  EXPECT_THAT(both.problems,
              ElementsAre(kEth + ":1: received 5 min earlier than the line before, and no minute is made twice: replay "
                                 "what is of the same time each by itself"));
  EXPECT_THAT(both.summary, HasSubstr(", steps back 1\n"));
  EXPECT_THAT(replay({kEth}).problems, IsEmpty());
  EXPECT_THAT(replay({kEth}).summary, ::testing::Not(HasSubstr("steps back")));
}

TEST(Replay, SaysWithinARecordingTooWhereReceiveTimesStepBack) {
  const TempDir dir;
  const std::int64_t minute = kMinute.count();
  std::string lines;
  int id = 0;
  for (const std::int64_t received : {10 * minute, 11 * minute, 10 * minute, 9 * minute - 1, 9 * minute}) {
    ++id;
    lines += std::to_string(received) + update("BTCUSDT", id, id).substr(3);  // behind "100"
  }
  const std::string file = dir.write("stepping", lines);
  EXPECT_THAT(replay({file}).problems,
              ElementsAre(HasSubstr(file + ":4: received 1 min earlier than the line before")));
}

// The clock was set back between two runs: every later start ended with a broken invariant.
TEST(Replay, GoesOnWhereTheNextRunsClockIsBehind) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:40:10").value();
  const TempDir dir;
  const auto message = [](const std::string& line) { return line.substr(4); };  // behind "100 "
  std::vector<std::string> logs;
  for (const UnixNanos begin : {start, start - 600 * kSecond}) {
    RecordingWriter writer({dir.string(), "0"});
    ASSERT_TRUE(writer.note(begin, index::RunStarted{"0.1", "binance-spot", "0", ""}));
    ASSERT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.append(begin, 1, message(update("BTCUSDT", 1, 2, "20"))));
    ASSERT_TRUE(writer.note(begin + 70 * kSecond, index::Timer{"", begin + 50 * kSecond}));
    ASSERT_TRUE(writer.note(begin + 90 * kSecond, index::RunEnded{"test"}));
    ASSERT_TRUE(writer.close(begin + 90 * kSecond));
    logs.push_back(writer.log_path());
  }
  EXPECT_EQ(replay(logs).rows, 2U);
}

// Levels of before a gap were taken for a day old because nothing had run for a day: the book was another one.
TEST(Replay, LeavesTheBookOfTheRunBeforeAsItWasOverALongPause) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const UnixNanos again = start + std::chrono::hours{48};
  const TempDir dir;
  const auto message = [](const std::string& line) { return line.substr(4); };  // behind "100 "
  BookImage left;
  left.bids = {{Price{21}, Quantity{1}, {UpdateId{9}, false}}, {Price{20}, Quantity{2}, {UpdateId{2}, true}}};
  left.last_update_id = UpdateId{9};
  left.suspect_upto = UpdateId{2};
  left.epoch = 1;
  std::vector<std::string> logs;
  {
    RecordingWriter writer({dir.string(), "0"});
    ASSERT_TRUE(writer.note(start, index::RunStarted{"0.1", "binance-spot", "0", ""}));
    ASSERT_TRUE(writer.note(start, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.append(start, 1, message(update("BTCUSDT", 1, 2, "20"))));
    ASSERT_TRUE(writer.note(start, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
    ASSERT_TRUE(writer.append(start, 0, message(snapshot(2, "20"))));
    ASSERT_TRUE(writer.append(start, 1, message(update("BTCUSDT", 8, 9, "21"))));
    ASSERT_TRUE(writer.note(start + kSecond, index::RunEnded{"test"}));
    ASSERT_TRUE(writer.close(start + kSecond));
    logs.push_back(writer.log_path());
  }
  {
    RecordingWriter writer({dir.string(), "0"});
    ASSERT_TRUE(writer.note(again, index::RunStarted{"0.1", "binance-spot", "0", ""}));
    ASSERT_TRUE(writer.note(again, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.note(again, index::BookRestored{"BTCUSDT", 9, fingerprint(left)}));
    ASSERT_TRUE(writer.note(again + kSecond, index::RunEnded{"test"}));
    ASSERT_TRUE(writer.close(again + kSecond));
    logs.push_back(writer.log_path());
  }
  EXPECT_THAT(replay(logs).problems, IsEmpty());
}

TEST(Replay, SaysThatABookIsNotTheOneThatWasSaved) {
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  const auto message = [](const std::string& line) { return line.substr(4); };  // behind "100 "
  RecordingWriter writer({dir.string(), "0"});
  ASSERT_TRUE(writer.note(start, index::RunStarted{"0.1", "binance-spot", "0", ""}));
  ASSERT_TRUE(writer.note(start, index::SymbolAdded{"BTCUSDT", "trading"}));
  ASSERT_TRUE(writer.append(start, 1, message(update("BTCUSDT", 1, 2, "20"))));
  ASSERT_TRUE(writer.note(start, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
  ASSERT_TRUE(writer.append(start, 0, message(snapshot(2, "20"))));
  ASSERT_TRUE(writer.note(start, index::BookSaved{"BTCUSDT", 2, 12'345}));
  ASSERT_TRUE(writer.close(start));
  EXPECT_THAT(replay({writer.log_path()}).problems,
              ElementsAre("BTCUSDT: the book is not the one that was saved here, at update 2"));
}

// Minutes without a run after one that was too short for a row had no rows.
TEST(Replay, GivesTheMinutesWithoutARunAfterARunWithoutARow) {
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos start = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  std::vector<std::string> logs;
  for (const UnixNanos begin : {start, start + 200 * kSecond}) {
    RecordingWriter writer({dir.string(), "0"});
    ASSERT_TRUE(writer.note(begin, index::RunStarted{"0.1", "binance-spot", "0", ""}));
    ASSERT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.note(begin + 20 * kSecond, index::RunEnded{"test"}));
    ASSERT_TRUE(writer.close(begin + 20 * kSecond));
    logs.push_back(writer.log_path());
  }
  EXPECT_EQ(replay(logs).rows, 3U) << "12:01, 12:02 and 12:03";
}

// What a run's audit found, a replay of it finds too; a recording that was changed says so.
struct ReplayOfAudit : ::testing::TestWithParam<bool> {};

TEST_P(ReplayOfAudit, HoldsItsResultAgainstTheRuns) {
  const bool whole = GetParam();  // or what is read begins in the middle of the run
  constexpr Nanos kSecond = std::chrono::seconds{1};
  const UnixNanos begin = parse_iso8601("2026-03-01T12:00:10").value();
  const TempDir dir;
  RecordingWriter writer({dir.string(), "0"});
  const auto message = [](const std::string& line) { return line.substr(4); };  // behind "100 "
  const IndexEvent started = whole ? IndexEvent(index::RunStarted{"0.1", "binance-spot", "0", ""})
                                   : IndexEvent(index::RunContinued{"0.1", "binance-spot", "0"});
  EXPECT_TRUE(writer.note(begin, started));
  EXPECT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
  EXPECT_TRUE(writer.append(begin + kSecond, 1, message(update("BTCUSDT", 1, 2, "10"))));
  EXPECT_TRUE(writer.note(begin + kSecond, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
  EXPECT_TRUE(writer.append(begin + kSecond, 0, message(snapshot(2, "10"))));
  for (const std::uint64_t match : {1U, 7U}) {
    EXPECT_TRUE(writer.note(begin + 2 * kSecond, index::RestAnswer{2, "audit", "BTCUSDT", 5000, 200, ""}));
    EXPECT_TRUE(writer.append(begin + 2 * kSecond, 0, message(snapshot(2, "10"))));
    EXPECT_TRUE(writer.note(begin + 2 * kSecond, index::Audit{"BTCUSDT", 2, match, 0, 0, 0}));
  }
  EXPECT_TRUE(writer.close(begin + 80 * kSecond));
  std::vector<std::string> problems;
  Replay replay({}, [](MinuteRow&&) {}, [&](const std::string& problem) { problems.push_back(problem); });
  const std::vector<std::string> logs{writer.log_path()};
  auto reader = RecordingReader::open(logs);
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(replay.run(*reader).has_value());
  EXPECT_EQ(replay.pipeline().builder(0).audits(), (binance::AuditCounts{2, 0, 0}));
  if (whole) {
    EXPECT_THAT(problems, ElementsAre(HasSubstr("the run's audit of BTCUSDT at update 2 found 7 levels alike and 0, 0, "
                                                "0 not; this one 1 and 0, 0, 0 at update 2")));
  } else {
    EXPECT_THAT(problems, ElementsAre());
  }
}

INSTANTIATE_TEST_SUITE_P(FromItsStart, ReplayOfAudit, ::testing::Bool());

}  // namespace
}  // namespace acts
