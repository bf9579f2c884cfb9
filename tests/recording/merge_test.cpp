#include "recording/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "recording/merge_runs.hpp"
#include "recording/recording_reader.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::make_segment;
using testing::TempDir;

constexpr Nanos kHour = std::chrono::hours{1};
const UnixNanos kStart = parse_iso8601("2026-03-01T10:00").value();

struct Message {
  std::int64_t ms;  // since kStart
  std::string json;
  LineUse use = LineUse::kTaken;
};

// What one collector has: a segment for each hour.
void record(const TempDir& dir, const std::vector<Message>& messages) {
  for (auto at = messages.begin(); at != messages.end();) {
    const auto time = [](const Message& m) { return kStart + m.ms * std::chrono::milliseconds{1}; };
    const UnixNanos hour = floor_to(time(*at), kHour);
    make_segment(dir.string(), "v", "AAA", time(*at), [&](SegmentWriter& writer) {
      const IndexEvent begin = hour == kStart ? IndexEvent(index::RunStarted{"1", "v", "0", ""})
                                              : IndexEvent(index::RunContinued{"1", "v", "0"});
      EXPECT_TRUE(writer.note(time(*at), begin));
      EXPECT_TRUE(writer.note(time(*at), index::SymbolAdded{"AAA", "trading"}));
      for (; at != messages.end() && floor_to(time(*at), kHour) == hour; ++at) {
        writer.line(time(*at), 1, at->use, at->json);
      }
    });
  }
}

struct Merged {
  MergeReport report;
  std::vector<std::string> lines;  // "12 json", "h12 json" held, "r12 json" fed later, by milliseconds
  std::vector<IndexEntry> entries;
  std::vector<std::string> problems;
  // Each once, where it was fed; and where it was received.
  [[nodiscard]] std::vector<std::string> fed() const {
    std::vector<std::string> texts;
    for (const std::string& line : lines) {
      if (line[0] != 'h') texts.push_back(line.substr(line.find(' ') + 1));
    }
    return texts;
  }
};

std::vector<RecordingFile> segments_of(const TempDir& dir) {
  auto files = list_recordings(dir.string()).value();
  std::erase_if(files, [](const RecordingFile& file) { return file.symbol.empty(); });
  return files;
}

// "d,00017": what stands behind the comma.
std::optional<std::int64_t> number_of(std::string_view json) {
  return std::stoll(std::string(json.substr(json.find(',') + 1)));
}

Merged merge(const TempDir& a, const TempDir& b, const TempDir& out, const MessageNumber& number = {}) {
  Merged merged;
  const auto problem = [&](const std::string& text) { merged.problems.push_back(text); };
  merged.report = merge_recordings({segments_of(a), segments_of(b)}, out.string(), problem, number).value();
  std::vector<std::string> paths;
  const auto files = segments_of(out);
  for (const RecordingFile& file : files) {
    EXPECT_THAT(check_recording(file).problems, IsEmpty());
    paths.push_back(file.path);
  }
  auto reader = RecordingReader::open(paths).value();
  for (auto item = reader.next().value(); item; item = reader.next().value()) {
    if (const auto* entry = std::get_if<IndexEntry>(&*item)) {
      merged.entries.push_back(*entry);
      continue;
    }
    const auto& line = std::get<RecordedLine>(*item);
    const char* const mark = line.use == LineUse::kHeld ? "h" : line.use == LineUse::kRepeated ? "r" : "";
    merged.lines.push_back(
        fmt::format("{}{} {}", mark, (line.ts_recv - kStart) / std::chrono::milliseconds{1}, line.json));
  }
  return merged;
}

Merged merge(const std::vector<Message>& first, const std::vector<Message>& second, const MessageNumber& number = {}) {
  const TempDir a;
  const TempDir b;
  const TempDir out;
  record(a, first);
  record(b, second);
  return merge(a, b, out, number);
}

TEST(Merge, KeepsEachMessageOnceWithTheEarlierReceiveTime) {
  const Merged merged = merge({{1, "d,1"}, {2, "t,1"}, {4, "d,2"}}, {{2, "d,1"}, {3, "d,2"}, {5, "d,3"}});
  EXPECT_THAT(merged.lines, ElementsAre("1 d,1", "2 t,1", "3 d,2", "5 d,3"));
  EXPECT_EQ(merged.report.both, 2U);
  EXPECT_THAT(merged.report.only, ElementsAre(1, 1));
  EXPECT_THAT(merged.report.first, ElementsAre(2, 2));
  EXPECT_EQ(merged.report.reordered, 0U);
  EXPECT_THAT(merged.problems, IsEmpty());
}

// By receive time alone what the slower collector has filled in came behind what follows it: a gap that neither had.
TEST(Merge, PutsWhatOneHasLostInItsPlace) {
  const Merged merged =
      merge({{10, "d,1"}, {30, "d,3"}, {40, "d,4"}}, {{60, "d,1"}, {70, "d,2"}, {80, "d,3"}, {90, "d,4"}});
  EXPECT_THAT(merged.lines, ElementsAre("10 d,1", "h30 d,3", "h40 d,4", "70 d,2", "r70 d,3", "r70 d,4"));
  EXPECT_EQ(merged.report.reordered, 2U);
}

TEST(Merge, TellsByTheLagWhatComesFirstOfWhatOnlyOneHas) {
  const Merged merged = merge({{10, "d,1"}, {50, "d,5"}, {60, "d,6"}}, {{100, "d,1"}, {120, "d,3"}, {150, "d,6"}});
  EXPECT_THAT(merged.fed(), ElementsAre("d,1", "d,3", "d,5", "d,6"));
}

// 3 came to the one collector when 5 came to the other: their times say the wrong order.
TEST(Merge, TellsByNumbersWhatComesFirstOfWhatOnlyOneHas) {
  const std::vector<Message> first{{10, "d,1"}, {50, "d,5"}, {60, "d,6"}};
  const std::vector<Message> second{{100, "d,1"}, {145, "d,3"}, {150, "d,6"}};
  EXPECT_THAT(merge(first, second).fed(), ElementsAre("d,1", "d,5", "d,3", "d,6"));
  EXPECT_THAT(merge(first, second, number_of).fed(), ElementsAre("d,1", "d,3", "d,5", "d,6"));
}

// A venue that begins its ids anew: what was received a minute later is not before what its old ids say.
TEST(Merge, TellsByTimeWhatIsFarApart) {
  const Merged merged = merge({{10, "d,900"}, {60'000, "d,901"}}, {{120'000, "d,1"}}, number_of);
  EXPECT_THAT(merged.fed(), ElementsAre("d,900", "d,901", "d,1"));
}

TEST(Merge, KeepsTheOrderInWhichHeldMessagesWereTaken) {
  using enum LineUse;
  const Merged merged =
      merge({{1, "d,1"}, {2, "d,3", kHeld}, {5, "d,2"}, {5, "d,3", kRepeated}, {6, "d,1", kHeld}}, {{9, "x,1", kHeld}});
  EXPECT_THAT(merged.lines, ElementsAre("1 d,1", "h2 d,3", "5 d,2", "r5 d,3", "h9 x,1"));
  EXPECT_EQ(merged.report.both, 0U);
}

TEST(Merge, KnowsAMessageOnBothSidesOfAnHour) {
  constexpr std::int64_t kEnd = 3'600'000;
  const Merged merged =
      merge({{1, "d,1"}, {kEnd - 5, "d,2"}, {kEnd + 1, "d,4"}},
            {{2, "d,1"}, {kEnd + 20, "d,2"}, {kEnd + 21, "d,3"}, {kEnd + 22, "d,4"}, {2 * kEnd + 1, "d,5"}});
  EXPECT_THAT(merged.lines, ElementsAre("1 d,1", fmt::format("{} d,2", kEnd - 5), fmt::format("h{} d,4", kEnd + 1),
                                        fmt::format("{} d,3", kEnd + 21), fmt::format("r{} d,4", kEnd + 21),
                                        fmt::format("{} d,5", 2 * kEnd + 1)));
  EXPECT_EQ(merged.report.both, 3U);
  EXPECT_THAT(merged.report.only, ElementsAre(0, 2));
  EXPECT_EQ(merged.report.segments, 3U);
}

TEST(Merge, OfOneRecordingIsThatRecording) {
  const Merged merged = merge({{1, "d,1"}, {2, "d,2"}}, {});
  EXPECT_THAT(merged.lines, ElementsAre("1 d,1", "2 d,2"));
  EXPECT_THAT(merged.report.only, ElementsAre(2, 0));
}

TEST(Merge, GivesAnAnswerWithTheRequestItAnswers) {
  const TempDir a;
  const TempDir b;
  const TempDir out;
  for (const TempDir* dir : {&a, &b}) {
    make_segment(dir->string(), "v", "AAA", kStart, [&](SegmentWriter& writer) {
      EXPECT_TRUE(writer.note(kStart, index::RunStarted{"1", "v", "0", ""}));
      if (dir == &b) writer.line(kStart, 7, LineUse::kTaken, "d,1");
      EXPECT_TRUE(writer.note(kStart, index::RestAnswer{3, "depth", "AAA", 100, 200, ""}));
      writer.line(kStart, 0, LineUse::kTaken, "{snapshot}");
    });
  }
  const Merged merged = merge(a, b, out);
  EXPECT_THAT(merged.lines, ElementsAre("0 {snapshot}", "0 d,1"));
  const auto is_answer = [](const IndexEntry& entry) { return std::holds_alternative<index::RestAnswer>(entry.event); };
  EXPECT_EQ(std::ranges::count_if(merged.entries, is_answer), 1);
}

TEST(Merge, SaysInTheWholeWhatItsPartsHaveLost) {
  const TempDir a;
  const TempDir b;
  const TempDir out;
  record(a, {{1, "d,1"}});
  testing::SegmentMaker maker(b / "raw/v/AAA/2026-03-01/1772359200000000005.jsonl.zst");
  maker.writer().line(kStart, 1, LineUse::kTaken, "d,2");
  maker.finish(kStart, "the power went");
  std::string lost;
  const Merged merged = merge(a, b, out);
  for (const IndexEntry& entry : merged.entries) {
    if (const auto* sealed = std::get_if<index::Sealed>(&entry.event)) lost = sealed->lost;
  }
  EXPECT_EQ(lost, "the power went");
}

TEST(Merge, NamesWhatItCannotRead) {
  const TempDir a;
  const TempDir b;
  const TempDir out;
  record(a, {{1, "d,1"}, {2, "d,2"}});
  record(b, {{1, "d,1"}, {3, "d,3"}});
  const auto files = segments_of(b);
  std::string bytes = testing::read_file(files.front().path);
  bytes.resize(bytes.size() - 3);
  std::ofstream(files.front().path, std::ios::binary) << bytes;
  const Merged merged = merge(a, b, out);
  EXPECT_THAT(merged.fed(), ::testing::IsSupersetOf({"d,1", "d,2"}));
  EXPECT_FALSE(merged.problems.empty());
  EXPECT_EQ(merged.report.problems, merged.problems.size());
}

// Streams of which each of two collectors loses, delays and doubles some: whatever one of them has is there once, in
// the order of the stream.
TEST(Merge, PutsTornStreamsTogether) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    const auto chance = [&](int per_cent) { return static_cast<int>(random() % 100) < per_cent; };
    std::array<std::vector<Message>, 2> sides;
    std::set<std::string> all;
    std::array<int, 3> numbers{};
    for (int i = 0; i < 300; ++i) {
      const int stream = static_cast<int>(random() % 3);
      const std::string json = fmt::format("{},{:05}", stream, ++numbers[static_cast<std::size_t>(stream)]);
      const bool lost_first = chance(15);
      for (const std::size_t side : {0U, 1U}) {
        // Never lost by both; one of them is far behind.
        if (side == 0 ? lost_first : !lost_first && chance(15)) continue;
        const std::int64_t ms = i * 20'000 + static_cast<std::int64_t>(side) * 15'000;
        sides[side].push_back({ms, json});
        all.insert(json);
      }
    }
    const Merged merged = merge(sides[0], sides[1]);
    const auto fed = merged.fed();
    ASSERT_EQ(std::set<std::string>(fed.begin(), fed.end()), all) << seed;
    ASSERT_EQ(fed.size(), all.size()) << seed;
    std::map<char, std::string> last;
    for (const std::string& json : fed) {
      ASSERT_LT(last[json[0]], json) << seed;
      last[json[0]] = json;
    }
    EXPECT_EQ(merged.report.both + merged.report.only[0] + merged.report.only[1], all.size()) << seed;
  }
}

// The same with receive times that jitter by more than messages are apart: update ids put them in order, and no stamp
// is before the one above it.
TEST(Merge, PutsJitteringStreamsInTheOrderOfTheirNumbers) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    std::array<std::vector<Message>, 2> sides;
    std::array<std::int64_t, 2> times{};
    std::set<std::string> all;
    for (int i = 1; i <= 400; ++i) {
      const std::string json = fmt::format("d,{:05}", i);
      all.insert(json);
      const std::size_t loser = random() % 5;  // 2 and more: nobody
      for (const std::size_t side : {0U, 1U}) {
        if (side == loser) continue;
        times[side] = std::max(times[side], i * std::int64_t{20} + static_cast<std::int64_t>(random() % 100));
        sides[side].push_back({times[side], json});
      }
    }
    const Merged merged = merge(sides[0], sides[1], number_of);
    const auto fed = merged.fed();
    ASSERT_EQ(fed, std::vector<std::string>(all.begin(), all.end())) << seed;
    std::int64_t last = 0;
    for (const std::string& line : merged.lines) {
      const std::int64_t stamp = std::stoll(line.substr(line.find_first_of("0123456789")));
      ASSERT_GE(stamp, last) << seed << " " << line;
      last = stamp;
    }
    EXPECT_EQ(merged.report.first[0] + merged.report.first[1], all.size());
  }
}

TEST(MergedRuns, CollectsWhileOneOfThemDoes) {
  MergedRuns runs;
  const auto entry = [&](std::size_t source, int second, IndexEvent event) {
    return runs.on_entry(source, {0, UnixNanos{} + second * std::chrono::seconds{1}, std::move(event)}).size();
  };
  EXPECT_EQ(entry(0, 0, index::RunStarted{}), 1U);
  EXPECT_EQ(entry(0, 0, index::SymbolAdded{"A", "trading"}), 1U);
  EXPECT_EQ(entry(0, 1, index::StreamOpened{"A"}), 1U);
  EXPECT_EQ(entry(1, 2, index::RunStarted{}), 0U);
  EXPECT_EQ(entry(1, 2, index::SymbolAdded{"A", "trading"}), 0U);
  EXPECT_EQ(entry(1, 3, index::StreamOpened{"A"}), 0U);
  EXPECT_EQ(entry(0, 4, index::StreamLost{"A", ""}), 0U);
  EXPECT_EQ(entry(1, 5, index::StreamLost{"A", ""}), 1U);
  EXPECT_EQ(entry(0, 6, index::StreamOpened{"A"}), 1U);
  EXPECT_EQ(entry(1, 60, index::Timer{"", {60}}), 1U);
  EXPECT_EQ(entry(0, 60, index::Timer{"", {60}}), 0U);
  EXPECT_EQ(entry(0, 61, index::SymbolAdded{"A", "halted"}), 1U);
  EXPECT_EQ(entry(0, 62, index::RunEnded{}), 0U);
  EXPECT_EQ(entry(1, 63, index::RunEnded{}), 1U);
  EXPECT_THAT(runs.header(), IsEmpty());
}

// A run that was killed says nothing at its end.
TEST(MergedRuns, BeginsANewRunWhenTheOtherHasBeenSilent) {
  MergedRuns runs;
  const auto started = [&](std::size_t source, int second) {
    return runs.on_entry(source, {0, UnixNanos{} + second * std::chrono::seconds{1}, index::RunStarted{}}).size();
  };
  EXPECT_EQ(started(0, 0), 1U);
  EXPECT_EQ(started(1, 10), 0U);
  EXPECT_EQ(started(0, 100), 0U);
  EXPECT_EQ(started(1, 400), 1U);
}

TEST(MergedRuns, GivesConnectionsNumbersOfTheirOwn) {
  EXPECT_EQ(MergedRuns::connection(0, 0), 0U);
  EXPECT_EQ(MergedRuns::connection(1, 0), 0U);
  EXPECT_EQ(MergedRuns::connection(0, 1), 1U);
  EXPECT_EQ(MergedRuns::connection(1, 1), 2U);
  EXPECT_EQ(MergedRuns::connection(0, 2), 3U);
}

}  // namespace
}  // namespace acts
