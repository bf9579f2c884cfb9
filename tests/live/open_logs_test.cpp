// A restart from logs that are not sealed: what it finds is what it would find in their segments.
#include "live/open_logs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "acts/features/feature.hpp"

#include "live/book_file.hpp"
#include "live/earlier_run.hpp"
#include "live/left_logs.hpp"
#include "live/message_owner.hpp"
#include "live/restore_books.hpp"
#include "recording/layout.hpp"
#include "recording/recording_file.hpp"
#include "recording/recording_writer.hpp"
#include "recording/sealer.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::TempDir;

constexpr Venue kSpot = Venue::kBinanceSpot;
const UnixNanos kBegin = parse_iso8601("2026-03-01T12:00:10").value();
const std::vector<std::string> kSymbols{"BTCUSDT", "ETHUSDT"};

class OpenLogRestart : public ::testing::Test {
 protected:
  OpenLogRestart() {
    note(kBegin, index::RunStarted{"0.1", "binance-spot", "0", to_string(RunSettings{})});
    for (const std::string& symbol : kSymbols) {
      note(kBegin, index::SymbolAdded{symbol, "trading"});
      note(kBegin, index::StreamOpened{symbol});
      note(kBegin, index::RestAnswer{1, "depth", symbol, 5000, 200, ""});
      line(kBegin, R"({"lastUpdateId":1,"bids":[["20","1"],["19","1"]],"asks":[["21","1"],["22","1"]]})");
    }
  }

  void note(UnixNanos at, IndexEvent event) { ASSERT_TRUE(writer_->note(at, std::move(event))); }
  void line(UnixNanos at, const std::string& json) { ASSERT_TRUE(writer_->append(at, 1, json)); }
  // An update of each symbol a second, a row a minute.
  void go_on(Nanos span) {
    for (Nanos since{0}; since < span; since += 1s) {
      now_ = now_ + 1s;
      ++update_;
      if (floor_to(now_, kMinute) == now_) note(now_, index::Timer{"", now_});
      for (const std::string& symbol : kSymbols) {
        const std::string stream = symbol == "BTCUSDT" ? "btcusdt" : "ethusdt";
        line(now_,
             fmt::format(R"({{"stream":"{}@depth@100ms","data":{{"e":"depthUpdate","E":{},"s":"{}","U":{},"u":{},)"
                         R"("b":[["20","{}"],["{}","1"]],"a":[["21","{}"]]}}}})",
                         stream, update_, symbol, update_, update_, update_, 1 + update_ % 18, update_ * 7));
      }
      if (update_ % 5 == 0) {
        ASSERT_TRUE(writer_->sync(now_));
      }
    }
  }
  // As the collector keeps it: the book of the present moment. What a restart would find now is that.
  void keep(const std::string& symbol) {
    ASSERT_TRUE(writer_->sync(now_));
    const auto book = restore_open().books.at(symbol);
    BookFile file;
    file.symbol = symbol;
    file.saved_at = now_;
    file.recorded = true;
    file.saved.book = *book;
    ASSERT_TRUE(write_whole_file(real_file_ops(), path_of(symbol, now_), pack_zstd(book_text(file))));
    note(now_, index::BookSaved{symbol, update_, fingerprint(book->book)});
  }
  [[nodiscard]] std::string path_of(const std::string& symbol, UnixNanos saved_at) const {
    return checkpoint_directory(dir_.string(), kSpot, symbol) + "/" + book_file_name(saved_at);
  }

  [[nodiscard]] std::vector<RecordingFile> open() const {
    return list_segments(dir_.string(), "binance-spot", "", UnixNanos{}).value();
  }
  RestoredBooks restore_open(Nanos limit = 60s) { return restore(open(), limit); }
  RestoredBooks restore(std::vector<RecordingFile> open, Nanos limit = 60s) {
    RestoreOptions options{.data_dir = dir_.string(), .open = std::move(open), .limit = limit};
    options.wants = [](std::string_view symbol) { return std::ranges::count(kSymbols, symbol) > 0; };
    options.last_row = [this](std::string_view) { return last_row_; };
    return restore_books(options);
  }
  void expect_same(const RestoredBooks& found, const RestoredBooks& expected) {
    for (const std::string& symbol : kSymbols) {
      ASSERT_TRUE(found.books.contains(symbol)) << symbol;
      ASSERT_TRUE(expected.books.contains(symbol)) << symbol;
      EXPECT_EQ(*found.books.at(symbol), *expected.books.at(symbol)) << symbol;
      ASSERT_THAT(found.rows.at(symbol), SizeIs(1)) << symbol;
      EXPECT_GT(found.rows.at(symbol)[0].rows.size(), 2U) << symbol;
      EXPECT_EQ(found.rows.at(symbol)[0].rows, expected.rows.at(symbol)[0].rows) << symbol;
    }
  }
  [[nodiscard]] std::string log_path() const { return writer_->log_path(); }

  static constexpr std::size_t kFrameText = 20'000;

  const TempDir dir_;
  [[nodiscard]] std::unique_ptr<RecordingWriter> make_writer() const {
    return std::make_unique<RecordingWriter>(
        RecordingWriterOptions{open_log_directory(dir_.string(), "binance-spot"), "0", 3, kFrameText});
  }

  std::unique_ptr<RecordingWriter> writer_ = make_writer();
  UnixNanos now_ = kBegin;
  std::int64_t update_ = 1;
  std::optional<UnixNanos> last_row_;
};

TEST_F(OpenLogRestart, FindsTheSameBooksAndRowsAsInItsSegments) {
  go_on(150s);
  keep("BTCUSDT");  // of the other there is no checkpoint: it is read from the beginning
  go_on(200s);
  line(now_, "behind the last mark");  // a kill leaves it, and sealing does not keep it
  ASSERT_TRUE(writer_->flush());
  last_row_ = floor_to(kBegin + 150s, kMinute);
  const RestoredBooks found = restore_open();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_EQ(found.since.at("BTCUSDT"), kBegin);

  EXPECT_THAT(seal_left_logs(dir_.string(), kSpot, 60s).problems, IsEmpty());
  EXPECT_THAT(open(), IsEmpty());
  const RestoredBooks expected = restore({});
  EXPECT_THAT(expected.problems, IsEmpty());
  expect_same(found, expected);
}

// An hour of 500 symbols is gigabytes: what lies in front of the checkpoints is left out.
TEST_F(OpenLogRestart, IsReadFromTheFrameOfTheOldestCheckpointOn) {
  go_on(600s);
  for (const std::string& symbol : kSymbols) keep(symbol);
  go_on(120s);
  ASSERT_TRUE(writer_->sync(now_));
  last_row_ = now_;
  const RestoredBooks found = restore_open();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.books, SizeIs(2));
  EXPECT_LT(found.lines, 2U * 300);
  EXPECT_GE(found.lines, 2U * 120);
}

// Segments of a log whose sealing was cut off lie beside it.
TEST_F(OpenLogRestart, ReadsNothingTwiceWhereSomeOfItsSegmentsAreInPlace) {
  go_on(300s);
  ASSERT_TRUE(writer_->sync(now_));
  last_row_ = floor_to(kBegin, kMinute) + kMinute;
  const std::string copy = log_path() + ".copy";
  const std::string index = index_path_for(log_path());
  const std::string index_copy = index + ".copy";
  std::filesystem::copy_file(log_path(), copy);
  std::filesystem::copy_file(index, index_copy);
  EXPECT_THAT(seal_left_logs(dir_.string(), kSpot, 60s).problems, IsEmpty());
  const RestoredBooks expected = restore({});
  std::filesystem::rename(copy, log_path());
  std::filesystem::rename(index_copy, index);
  expect_same(restore_open(), expected);
}

TEST_F(OpenLogRestart, TakesTheNewestCheckpointWhereThereIsNoTimeToReadIt) {
  go_on(100s);
  keep("BTCUSDT");
  const auto kept = restore_open().books.at("BTCUSDT");
  go_on(100s);
  ASSERT_TRUE(writer_->sync(now_));
  const RestoredBooks found = restore_open(Nanos{0});
  ASSERT_THAT(found.books, SizeIs(1));
  EXPECT_EQ(fingerprint(found.books.at("BTCUSDT")->book), fingerprint(kept->book));
  EXPECT_THAT(found.problems,
              ::testing::Contains(HasSubstr("of 1 symbols: 1 of them begin with their newest checkpoint, with a gap")));
}

TEST_F(OpenLogRestart, GoesOnWithWhatIsLeftOfADamagedLogAndElseWithTheNewestCheckpoint) {
  go_on(100s);
  keep("BTCUSDT");
  go_on(200s);
  keep("ETHUSDT");
  go_on(20s);
  ASSERT_TRUE(writer_->close(now_));
  {
    std::fstream file(log_path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(log_path()) / 2));
    file << "damage";
  }
  last_row_ = now_;
  const RestoredBooks found = restore_open();
  EXPECT_TRUE(found.books.contains("BTCUSDT")) << "its checkpoint lies in front of the damage";
  ASSERT_TRUE(found.books.contains("ETHUSDT"));
  EXPECT_FALSE(found.books.at("ETHUSDT")->book.bids.empty());
}

TEST_F(OpenLogRestart, LosesNoBookAndNoRowWhereThereIsNoTimeToSeal) {
  go_on(100s);
  for (const std::string& symbol : kSymbols) keep(symbol);
  go_on(300s);
  ASSERT_TRUE(writer_->sync(now_));
  CollectSettings settings;
  settings.data_dir = dir_.string();
  std::vector<std::string> warnings;
  EarlierRun earlier(
      settings,
      [&warnings](std::optional<Venue>, const collector::Log& log) {
        if (log.level == collector::LogLevel::kWarning) warnings.push_back(log.text);
      },
      [this](Venue venue, const EarlierRun::Stop&) { return seal_left_logs(dir_.string(), venue, Nanos{0}); });
  earlier.seal();
  EXPECT_EQ(earlier.left_logs(kSpot).later, 1U);
  EXPECT_THAT(open(), SizeIs(1));
  const auto store = SqliteStore::open(dir_ / "acts.db", make_schema(settings.bands)).value();
  const EarlierRun::Symbols symbols{{kSpot, kSymbols}};
  earlier.restore(symbols, store.get());
  EXPECT_THAT(warnings, IsEmpty());
  MissedMinutes missed = earlier.missed_minutes(symbols, *store, now_ + 1s).value();
  EXPECT_EQ(missed.recorded_count(), missed.count());
  EXPECT_EQ(missed.count(), 2U * 6);
  for (const std::string& symbol : kSymbols) {
    const auto book = earlier.take_book(kSpot, symbol);
    ASSERT_NE(book, nullptr) << symbol;
    EXPECT_EQ(book->book.last_update_id, UpdateId{update_});
  }
}

TEST_F(OpenLogRestart, KeepsTheRowsAndABookFromBeforeThePlaceAtWhichTheTimeIsOver) {
  go_on(100s);
  for (const std::string& symbol : kSymbols) keep(symbol);
  const auto kept = restore_open().books;
  go_on(3000s);
  ASSERT_TRUE(writer_->sync(now_));
  CollectSettings settings;
  settings.data_dir = dir_.string();
  const RowSchema schema = make_schema(settings.bands);
  const auto store = SqliteStore::open(dir_ / "acts.db", schema).value();
  for (const std::string& symbol : kSymbols) {
    const MinuteRow row =
        make_empty_row(kSpot, symbol, settings.bands, floor_to(kBegin + 100s, kMinute), Reason::kUnknownSymbol);
    ASSERT_TRUE(store->upsert(std::span(&row, 1)));
  }
  const EarlierRun::Symbols symbols{{kSpot, kSymbols}};
  const auto restored = [&](Nanos limit, const EarlierRun::Stop& stop) {
    auto earlier = std::make_unique<EarlierRun>(settings, [](std::optional<Venue>, const collector::Log&) {});
    earlier->restore(symbols, store.get(), limit, stop);
    return earlier;
  };
  int looks = 0;
  (void)restored(60s, [&] {
    ++looks;
    return false;
  });
  // The last three looks are in the middle of the log, and behind it: the time is over when it has begun to be read.
  const int last = looks - 3;
  constexpr Nanos kLimit = 4s;
  looks = 0;
  const auto earlier = restored(kLimit, [&] {
    const bool is_last = ++looks == last;
    const auto over = std::chrono::steady_clock::now() + kLimit;
    while (is_last && std::chrono::steady_clock::now() < over) std::this_thread::yield();
    return false;
  });
  MissedMinutes missed = earlier->missed_minutes(symbols, *store, now_ + 1s).value();
  const auto reason =
      static_cast<std::size_t>(std::ranges::find(schema.columns, "reason", &Column::name) - schema.columns.begin());
  std::map<std::string, std::pair<int, int>> rows;  // made of the recording, and behind them not
  for (const MinuteRow& row : missed.next(MissedMinutes::kMostMinutes)) {
    auto& [recorded, others] = rows[row.symbol()];
    const bool is_recorded = row.values[reason] != Value(std::string(to_string(Reason::kNotRunning)));
    EXPECT_FALSE(is_recorded && others > 0) << to_iso8601(row.sample_time());
    ++(is_recorded ? recorded : others);
  }
  for (const std::string& symbol : kSymbols) {
    EXPECT_GT(rows[symbol].first, 5) << symbol;
    EXPECT_GT(rows[symbol].second, 5) << symbol;
    EXPECT_EQ(rows[symbol].first + rows[symbol].second, 50) << symbol;
    const auto book = earlier->take_book(kSpot, symbol);
    ASSERT_NE(book, nullptr) << symbol;
    EXPECT_EQ(fingerprint(book->book), fingerprint(kept.at(symbol)->book)) << symbol;
  }
}

// The segments before it would give a book that no replay has once it is sealed after all.
TEST_F(OpenLogRestart, TakesNoBookFromBeforeALogThatCannotBeRead) {
  go_on(100s);
  for (const std::string& symbol : kSymbols) keep(symbol);
  const auto kept = restore_open().books;
  go_on(100s);
  ASSERT_TRUE(writer_->close(now_));
  EXPECT_THAT(seal_left_logs(dir_.string(), kSpot, 60s).problems, IsEmpty());
  RecordingWriter next({open_log_directory(dir_.string(), "binance-spot"), "0", 3, kFrameText});
  ASSERT_TRUE(next.note(now_ + 1s, index::RunStarted{"0.1", "binance-spot", "0", to_string(RunSettings{})}));
  ASSERT_TRUE(next.close(now_ + 2s));
  const std::vector<RecordingFile> unsealed = open();
  ASSERT_THAT(unsealed, SizeIs(1));
  std::filesystem::remove(unsealed.front().path);
  std::filesystem::create_directory(unsealed.front().path);
  last_row_ = now_;
  const RestoredBooks found = restore(unsealed);
  EXPECT_THAT(found.problems, ::testing::Contains(HasSubstr("is not sealed yet, and cannot be read")));
  for (const std::string& symbol : kSymbols) {
    ASSERT_TRUE(found.books.contains(symbol)) << symbol;
    EXPECT_EQ(fingerprint(found.books.at(symbol)->book), fingerprint(kept.at(symbol)->book)) << symbol;
  }
}

// Every restart of the venue began with bare checkpoints, for as long as it lay there.
TEST_F(OpenLogRestart, LosesNothingToALogThatCannotBeReadAndEndsBeforeTheCheckpoints) {
  go_on(100s);
  for (const std::string& symbol : kSymbols) keep(symbol);
  go_on(300s);
  ASSERT_TRUE(writer_->sync(now_));
  last_row_ = floor_to(kBegin + 100s, kMinute);
  const RestoredBooks expected = restore_open();
  const UnixNanos earlier = kBegin - 2h;
  std::filesystem::create_directory(std::filesystem::path(log_path()).parent_path() /
                                    fmt::format("0-{}.jsonl.zst", earlier.value));
  const std::vector<RecordingFile> unsealed{
      {"binance-spot", "", log_path().substr(0, log_path().rfind('/')) + fmt::format("/0-{}.jsonl.zst", earlier.value),
       earlier},
      open().back()};
  const RestoredBooks found = restore(unsealed);
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("is not sealed yet, and cannot be read")));
  expect_same(found, expected);
}

// One that cannot be sealed holds up none of later ones.
TEST_F(OpenLogRestart, FindsTheSameBooksAndRowsWhereTheLaterLogIsSealedAlone) {
  go_on(100s);
  keep("BTCUSDT");
  go_on(100s);
  ASSERT_TRUE(writer_->sync(now_));
  const std::string first_log = log_path();
  const UnixNanos next = now_ + 1s;
  ASSERT_TRUE(writer_->close(next));
  writer_ = make_writer();
  note(next, index::RunContinued{"0.1", "binance-spot", "0", to_string(RunSettings{})});
  for (const std::string& symbol : kSymbols) note(next, index::SymbolAdded{symbol, "trading"});
  go_on(200s);
  ASSERT_TRUE(writer_->sync(now_));
  last_row_ = floor_to(kBegin + 100s, kMinute);
  const RestoredBooks expected = restore_open();
  EXPECT_THAT(expected.problems, IsEmpty());
  ASSERT_THAT(open(), SizeIs(2));
  Sealer sealer(recording_directory(dir_.string(), "binance-spot"),
                [] { return std::make_unique<MessageOwner>(kSpot); });
  const std::string name = std::filesystem::path(log_path()).filename().string();
  ASSERT_TRUE(sealer.seal(name.substr(0, name.size() - kLogEnding.size())));
  ASSERT_THAT(open(), SizeIs(1));
  EXPECT_EQ(open().front().path, first_log);
  const RestoredBooks found = restore_open();
  EXPECT_THAT(found.problems, IsEmpty());
  expect_same(found, expected);
  EXPECT_THAT(seal_left_logs(dir_.string(), kSpot, 60s).problems, IsEmpty());
  expect_same(restore({}), expected);
}

// As the thread that seals does it, while symbols are added to a run.
TEST_F(OpenLogRestart, ReadsTheSegmentsOfALogThatIsSealedMeanwhile) {
  go_on(100s);
  keep("BTCUSDT");
  go_on(200s);
  ASSERT_TRUE(writer_->sync(now_));
  last_row_ = floor_to(kBegin, kMinute) + kMinute;
  const RestoredBooks expected = restore_open();
  int sealed_at = 0;
  for (int moment = 1;; ++moment) {
    const TempDir copy;
    std::filesystem::copy(dir_.string(), copy.string(), std::filesystem::copy_options::recursive);
    int calls = 0;
    RestoreOptions options{.data_dir = copy.string(), .limit = 60s};
    options.open = list_segments(copy.string(), "binance-spot", "", UnixNanos{}).value();
    options.wants = [](std::string_view symbol) { return std::ranges::count(kSymbols, symbol) > 0; };
    options.last_row = [this](std::string_view) { return last_row_; };
    options.stop = [&] {
      if (++calls == moment) {
        EXPECT_THAT(seal_left_logs(copy.string(), kSpot, 60s).problems, IsEmpty());
      }
      return false;
    };
    const RestoredBooks found = restore_books(options);
    if (calls < moment) break;
    SCOPED_TRACE(::testing::PrintToString(moment) + ::testing::PrintToString(found.problems));
    expect_same(found, expected);
    sealed_at = moment;
  }
  EXPECT_GT(sealed_at, 5);
}

// A run that could not read what was recorded since had such a book.
TEST_F(OpenLogRestart, AReplayKnowsTheCheckpointThatTheNextRunBeganWith) {
  go_on(100s);
  keep("BTCUSDT");
  const auto kept = restore_open().books.at("BTCUSDT");
  go_on(100s);
  note(now_ + 60s, index::RunStarted{"0.1", "binance-spot", "0", to_string(RunSettings{})});
  note(now_ + 60s, index::SymbolAdded{"BTCUSDT", "trading"});
  note(now_ + 60s, index::BookRestored{"BTCUSDT", kept->book.last_update_id.value(), fingerprint(kept->book)});
  ASSERT_TRUE(writer_->sync(now_ + 60s));
  ReplayOptions options;
  options.symbols = {"BTCUSDT"};
  std::vector<std::string> problems;
  Replay replay(
      std::move(options), [](MinuteRow&&) {}, [&problems](std::string text) { problems.push_back(std::move(text)); });
  auto log = read_open_log(open().front(), [] { return false; }).value();
  RecordingReader reader({log.kept.input});
  ASSERT_TRUE(replay.run(reader));
  EXPECT_THAT(problems, ::testing::Each(::testing::Not(HasSubstr("is not known here"))));
  EXPECT_TRUE(replay.is_complete());
}

// The first one took all of it.
TEST(EarlierRunRestore, GivesEachVenueItsShareOfTheTime) {
  const TempDir dir;
  CollectSettings settings;
  settings.data_dir = dir.string();
  constexpr Nanos kLimit = 2s;
  constexpr Nanos kStep = 50ms;
  constexpr Venue kUsdm = Venue::kBinanceUsdm;
  ASSERT_TRUE(write_whole_file(real_file_ops(), checkpoint_directory(dir.string(), kSpot, "BTCUSDT") + "/none", ""));
  RecordingWriter writer({open_log_directory(dir.string(), "binance-spot"), "0"});
  for (UnixNanos at = kBegin - 1h; at < kBegin - 1h + 4 * (kLimit / kStep) * 1s; at = at + 1s) {
    ASSERT_TRUE(writer.note(at, index::Alive{}));
    ASSERT_TRUE(writer.sync(at));
  }
  testing::make_segment(dir.string(), "binance-usdm", "BTCUSDT", kBegin - 1h,
                        [](SegmentWriter& segment) { ASSERT_TRUE(segment.note(kBegin - 1h, index::Alive{})); });
  bool spot_is_done = false;
  std::vector<std::string> said_of_usdm;
  EarlierRun earlier(settings, [&](std::optional<Venue> venue, const collector::Log& log) {
    spot_is_done = true;
    if (venue == kUsdm) said_of_usdm.push_back(log.text);
  });
  // Between two looks at the time.
  const auto spend = [&] {
    const auto until = std::chrono::steady_clock::now() + kStep;
    while (!spot_is_done && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return false;
  };
  earlier.restore({{kSpot, {"BTC"}}, {kUsdm, {"BTC"}}}, nullptr, kLimit, spend);
  EXPECT_TRUE(spot_is_done);
  EXPECT_THAT(said_of_usdm, ::testing::Each(::testing::Not(HasSubstr("there was no time"))));
}

}  // namespace
}  // namespace acts
