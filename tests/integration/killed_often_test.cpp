// The real program, killed with SIGKILL again and again at random moments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>

#include "cli/program.hpp"
#include "integration/replayed_rows.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

using testing::TempDir;

constexpr int kKills = ACTS_KILLS;
constexpr Nanos kOldestMark = std::chrono::milliseconds{ACTS_OLDEST_MARK_MS};

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

UnixNanos wall_clock() { return UnixNanos{std::chrono::system_clock::now().time_since_epoch().count()}; }

std::vector<std::string> open_logs(const std::string& data_dir) {
  std::vector<std::string> logs;
  const std::filesystem::path open = std::filesystem::path(data_dir) / "raw/binance-spot/_open";
  if (!std::filesystem::exists(open)) return logs;
  for (const auto& entry : std::filesystem::directory_iterator(open)) {
    if (entry.path().extension() == ".zst") logs.push_back(entry.path().string());
  }
  return logs;
}

// From when on nothing of the log is known to be on the disk: its last mark, or its first symbol, for a run that waits
// for the venue's list of symbols has nothing to tell.
std::optional<UnixNanos> oldest_unmarked(const std::string& log) {
  auto source = open_file(index_path_for(log));
  if (!source) return std::nullopt;
  IndexReader reader(std::move(*source));
  std::optional<UnixNanos> since;
  while (true) {
    const auto entry = reader.next();
    if (!entry || !*entry) return since;  // an end that is cut is no entry
    const bool is_mark = std::holds_alternative<index::Durable>((*entry)->event);
    const bool is_first_symbol = !since && std::holds_alternative<index::SymbolAdded>((*entry)->event);
    if (is_first_symbol || (since && is_mark)) since = (*entry)->ts;
  }
}

// How the runs of one symbol begin, by what a replay goes by.
struct Beginnings {
  int runs = 0;     // in which the symbol was collected
  int emptied = 0;  // ... with an empty book; a run that was cut just there is none of these
  int cut = 0;      // segments that say so
};

Beginnings beginnings_of(const std::vector<std::string>& segments) {
  Beginnings found;
  auto reader = RecordingReader::open(segments);
  EXPECT_TRUE(reader.has_value());
  bool is_new_run = false;
  bool is_just_added = false;
  while (reader) {
    const auto item = reader->next();
    if (!item) {
      ADD_FAILURE() << item.error().message;
      continue;
    }
    if (!*item) break;
    const auto* entry = std::get_if<IndexEntry>(&**item);
    if (entry == nullptr) {
      found.emptied += std::exchange(is_just_added, false) ? 1 : 0;
      continue;
    }
    if (std::holds_alternative<index::RunStarted>(entry->event)) is_new_run = true;
    if (std::holds_alternative<index::SymbolAdded>(entry->event) && std::exchange(is_new_run, false)) {
      ++found.runs;
      is_just_added = true;
    }
    if (std::holds_alternative<index::BookRestored>(entry->event)) is_just_added = false;
    const auto* sealed = std::get_if<index::Sealed>(&entry->event);
    if (sealed == nullptr) continue;
    is_just_added = false;
    if (!sealed->lost.empty()) ++found.cut;
  }
  return found;
}

// The segments behind those from which the first book follows: from there on there is one.
std::vector<std::string> after_first_book(const std::vector<std::string>& segments, const std::string& symbol) {
  for (std::size_t count = 1; count <= segments.size(); ++count) {
    const auto end = segments.begin() + static_cast<std::ptrdiff_t>(count);
    ReplayOptions options;
    Replay replay(options, [](MinuteRow&&) {}, [](const std::string&) {});
    auto reader = RecordingReader::open({segments.begin(), end});
    EXPECT_TRUE(replay.run(*reader).has_value());
    if (replay.left_book(symbol)) return {end, segments.end()};
  }
  return {};
}

TEST(KilledOften, LosesNothingBeforeTheMarkDoublesNoRowAndEmptiesNoBook) {
  const TempDir dir;
  Running market(
      {"--log-level", "error", "exchange", "--synthetic", "7", "--symbols", "BTCUSDT,ETHUSDT", "--levels", "300"},
      dir.string());
  std::vector<std::string> collect = words(market.next_line());
  ASSERT_GT(collect.size(), 4U);
  collect.erase(collect.begin());
  collect.back() = "BTCUSDT";
  // Snapshots that hold all levels, and of which those of so many runs within a minute cost less than the venue bans
  // for: a run that was banned has recorded nothing, and no replay gives the minute between two of them.
  for (const char* more : {"ETHUSDT", "--limit", "500", "--log-level", "error"}) collect.emplace_back(more);
  const std::string data_dir = dir / "acts-data";

  std::mt19937 random(20260301);
  Nanos oldest_mark{0};
  int with_symbols = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    Running collector(collect, dir.string());
    ::usleep(std::uniform_int_distribution<unsigned>(100'000, 2'600'000)(random));
    const UnixNanos killed_at = wall_clock();
    collector.signal(SIGKILL);
    EXPECT_EQ(collector.wait(), -1);
    for (const std::string& log : open_logs(data_dir)) {
      const auto check = check_recording({"binance-spot", "", log, {}, 0});
      EXPECT_THAT(check.problems, ::testing::IsEmpty()) << log;
      const auto since = oldest_unmarked(log);
      if (since) {
        ++with_symbols;
        oldest_mark = std::max(oldest_mark, killed_at - *since);
        EXPECT_LE(killed_at - *since, kOldestMark) << log;
      }
    }
  }
  EXPECT_GE(with_symbols, ACTS_LEAST_RUNS);
  RecordProperty("oldest_mark_ms", std::to_string(oldest_mark / std::chrono::milliseconds{1}));
  collect.emplace_back("--duration");
  collect.emplace_back("2s");
  const Outcome last = run_acts(collect, dir.string());
  EXPECT_EQ(last.exit_code, 0) << last.err;

  auto store = SqliteStore::open_to_read((std::filesystem::path(data_dir) / "acts.db").string());
  ASSERT_TRUE(store.has_value());
  const std::vector<MinuteRow> stored = (*store)->rows({}).value();
  std::vector<MinuteRow> replayed;
  for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
    const std::vector<std::string> segments = testing::sound_segments(data_dir, symbol);
    EXPECT_GE(beginnings_of(segments).runs, ACTS_LEAST_RUNS) << symbol;
    EXPECT_GT(beginnings_of(segments).cut, 0) << symbol;
    // Before, each run was killed before it had a snapshot on the disk: there was no book yet.
    const Beginnings later = beginnings_of(after_first_book(segments, symbol));
    EXPECT_GE(later.runs, ACTS_LEAST_RUNS / 2) << symbol;
    EXPECT_EQ(later.emptied, 0) << symbol;
    testing::append_replayed(replayed, segments);
  }
  EXPECT_EQ(testing::csv_of(replayed), testing::csv_of(stored));
}

}  // namespace
}  // namespace acts::cli
