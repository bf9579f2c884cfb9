#include "recording/index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "recording/flat_json.hpp"

namespace acts {
namespace {

using ::testing::HasSubstr;

const std::vector<IndexEntry> kOneOfEach{
    {0, {1}, index::RunStarted{"0.1.0", "binance-spot", "shard-0", "bands=1,4\n"}},
    {0, {1}, index::RunContinued{"0.1.0", "binance-spot", "shard-0", "bands=1,4\n"}},
    {0, {2}, index::ConnectionOpened{1, "wss://stream.binance.com:9443/stream"}},
    {0, {3}, index::SymbolAdded{"币安人生USDT", "{\"limit\":5000}"}},
    {1, {4}, index::Connections{{{1, 3}, {2, 1, LineUse::kHeld}, {1, 2}, {2, 1, LineUse::kRepeated}}}},
    {7, {5}, index::RestAnswer{42, "depth", "BTCUSDT", 5000, 200, "X-MBX-USED-WEIGHT-1M: 250", {3}}},
    {7, {5}, index::RestFailed{43, "depth", "ETHUSDT", 5000, 0, "no answer within 10s"}},
    {8, {6}, index::Timer{"BTCUSDT", {1'723'161'300'000'000'000}}},
    {8, {7}, index::Gap{"", "closed 1006"}},
    {8, {8}, index::ConnectionClosed{1, "closed by peer: \"bye\" \\ \x01"}},
    {8, {9}, index::SymbolRemoved{"BTCUSDT"}},
    {8, {9}, index::StreamOpened{"ETHUSDT"}},
    {8, {9}, index::StreamLost{"ETHUSDT", "closed 1006"}},
    {8, {9}, index::Audit{"ETHUSDT", 7'007'007, 1998, 1, 2, 3}},
    {std::numeric_limits<std::uint64_t>::max(),
     {std::numeric_limits<std::int64_t>::max()},
     index::Durable{123, 0xFFFF'FFFF}},
    {std::numeric_limits<std::uint64_t>::max(), {std::numeric_limits<std::int64_t>::min()}, index::Alive{}},
    {std::numeric_limits<std::uint64_t>::max(), {10}, index::RunEnded{"signal"}},
    {std::numeric_limits<std::uint64_t>::max(), {10}, index::Frame{456}},
    {std::numeric_limits<std::uint64_t>::max(), {10}, index::Sealed{"0-1", 789, 1, "cut"}},
};

std::string line_of(const IndexEntry& entry) {
  std::string line;
  EXPECT_TRUE(append_index_line(line, entry).has_value());
  return line;
}

std::string problem_of(std::string_view line) {
  const auto entry = parse_index_line(line);
  return entry ? "none" : entry.error().message;
}

TEST(Index, ReadsBackEveryKindOfEntry) {
  std::string text;
  for (const IndexEntry& entry : kOneOfEach) text += line_of(entry);
  IndexReader reader(read_from_memory(text));
  for (const IndexEntry& entry : kOneOfEach) EXPECT_EQ(reader.next().value(), entry);
  EXPECT_FALSE(reader.next().value().has_value());
}

// What was written before logs told the settings anew is read as ever.
TEST(Index, ReadsALogThatGoesOnWithoutSettings) {
  const auto entry =
      parse_index_line(R"({"n":0,"ts":1,"event":"run_continued","version":"1","venue":"v","shard":"0"})");
  EXPECT_EQ(entry.value(), (IndexEntry{0, {1}, index::RunContinued{"1", "v", "0", ""}}));
  EXPECT_THAT(problem_of(R"({"n":0,"ts":1,"event":"run_started","version":"1","venue":"v","shard":"0"})"),
              HasSubstr("has no 'settings'"));
}

TEST(Index, ReadsAnAnswerThatDoesNotTellWhenItWasAskedFor) {
  const auto entry = parse_index_line(
      R"({"n":0,"ts":1,"event":"rest_answer","request":1,"kind":"time","symbol":"","limit":0,"status":200,"headers":""})");
  EXPECT_EQ(entry.value(), (IndexEntry{0, {1}, index::RestAnswer{1, "time", "", 0, 200, ""}}));
}

TEST(Index, WritesOneJsonObjectALine) {
  EXPECT_EQ(line_of(kOneOfEach[5]),
            R"({"n":7,"ts":5,"event":"rest_answer","request":42,"kind":"depth","symbol":"BTCUSDT","limit":5000,)"
            R"("status":200,"headers":"X-MBX-USED-WEIGHT-1M: 250","sent":3})"
            "\n");
  EXPECT_EQ(line_of(kOneOfEach[9]),
            "{\"n\":8,\"ts\":8,\"event\":\"connection_closed\",\"connection\":1,"
            "\"reason\":\"closed by peer: \\\"bye\\\" \\\\ \\u0001\"}\n");
}

TEST(Index, ReplacesWhatIsNotUtf8) {
  const std::string_view bad = "a\xff\xc3(\xed\xa0\x80\xe2\x82";
  const std::string line = line_of({0, {0}, index::RunEnded{std::string(bad)}});
  const auto back = parse_index_line(std::string_view(line).substr(0, line.size() - 1)).value();
  EXPECT_EQ(std::get<index::RunEnded>(back.event).reason, "a\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Index, RefusesATextThatIsTooLongAndWritesNothing) {
  std::string out = "x";
  const auto result = append_index_line(out, {0, {0}, index::Gap{"s", std::string(kMaxIndexTextBytes + 1, 'r')}});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "'reason' of an index entry is longer than 131072 bytes or 3000 runs of lines");
  EXPECT_EQ(out, "x");
}

TEST(Index, WritesRunsOfLinesShortAndReadsNothingElseAsRuns) {
  EXPECT_EQ(line_of(kOneOfEach[4]), "{\"n\":1,\"ts\":4,\"event\":\"connections\",\"runs\":\"1*3 2h 1*2 2r\"}\n");
  for (const char* const runs : {"", " ", "1 ", " 1", "1  2", "1*", "*1", "1*0", "-1", "+1", "1*-1", "1,2", "x",
                                 "1*18446744073709551616", "1*2*3"}) {
    EXPECT_EQ(problem_of(R"({"n":1,"ts":2,"event":"connections","runs":")" + std::string(runs) + "\"}"),
              "has something else than runs of lines in 'runs'")
        << runs;
  }
  // The longest entry that the writer makes is one that can be read.
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  index::Connections longest{std::vector<index::ConnectionRun>(kMaxConnectionRuns, {kMost, kMost})};
  const std::string line = line_of({1, {2}, longest});
  EXPECT_EQ(parse_index_line(std::string_view(line).substr(0, line.size() - 1)).value().event, IndexEvent(longest));
  longest.runs.push_back({1, 1});
  std::string out;
  EXPECT_FALSE(append_index_line(out, {1, {2}, longest}).has_value());
}

TEST(Index, HoldsFourOfTheLongestTextsInALine) {
  const std::string longest(kMaxIndexTextBytes, '\x01');
  const IndexEntry entry{0, {0}, index::RunStarted{longest, longest, longest, longest}};
  const std::string line = line_of(entry);
  EXPECT_LE(line.size(), kMaxIndexLineBytes);
  IndexReader reader(read_from_memory(line));
  EXPECT_EQ(reader.next().value(), entry);
}

TEST(Index, TakesBlanksAndEscapesOfOtherWriters) {
  const auto entry = parse_index_line(
      R"( { "ts" : 5, "n":7 ,"event":"gap","symbol":"\u0042\/\ud83d\ude00","reason":"\t\n\u00e9\u20ac" } )");
  EXPECT_EQ(entry.value(), (IndexEntry{7, {5}, index::Gap{"B/😀", "\t\né€"}}));
}

TEST(Index, SaysWhatIsWrongWithALine) {
  EXPECT_EQ(problem_of(""), "does not start with an object");
  EXPECT_EQ(problem_of("{}"), "has no 'n'");
  EXPECT_EQ(problem_of(R"({"n":1,"ts":2})"), "has no 'event'");
  EXPECT_EQ(problem_of(R"({"n":1,"ts":2,"event":""})"), "has the unknown event '': was it written by a newer acts?");
  EXPECT_EQ(problem_of(R"({"n":1,"ts":2,"event":"new"})"),
            "has the unknown event 'new': was it written by a newer acts?");
  EXPECT_EQ(problem_of(R"({"n":1,"ts":2,"event":"alive","x":1})"),
            "has a key that is not known: was it written by a newer acts?");
  EXPECT_EQ(problem_of(R"({"n":1,"ts":2,"event":"run_ended"})"), "has no 'reason'");
  EXPECT_EQ(problem_of(R"({"n":1,"ts":2,"event":"run_ended","reason":3})"), "has the wrong type for 'reason'");
  EXPECT_EQ(problem_of(R"({"n":"1","ts":2,"event":"alive"})"), "has the wrong type for 'n'");
  EXPECT_EQ(problem_of(R"({"n":-1,"ts":2,"event":"alive"})"), "has a number out of range for 'n'");
  EXPECT_EQ(problem_of(R"({"n":18446744073709551616,"ts":2,"event":"alive"})"), "has a number out of range for 'n'");
  EXPECT_EQ(problem_of(R"({"n":1,"n":1,"ts":2,"event":"alive"})"), "has a key twice");
}

TEST(FlatJson, RefusesWhatIsNotAFlatObject) {
  for (const char* text : {"[]",
                           "{",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":01}",
                           "{\"a\":1.5}",
                           "{\"a\":true}",
                           "{\"a\":{}}",
                           "{\"a\":-}",
                           "{a:1}",
                           "{\"a\":1}x",
                           "{\"a\":\"",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":\"\\u123",
                           "{\"a\":\"\\",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\\udc00\"}",
                           "{\"a\":\"\\ud800\\u0041\"}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xc0\x80\"}",
                           "{\"a\":\"\xf4\x90\x80\x80\"}",
                           "{\"a\":\"\x01\"}"}) {
    const auto fields = parse_flat_json(text);
    ASSERT_FALSE(fields.has_value()) << text;
    EXPECT_EQ(fields.error().code, ErrorCode::kBadInput);
  }
  EXPECT_TRUE(parse_flat_json("{}").value().empty());
  EXPECT_EQ(parse_flat_json("{\"a\":0}").value()[0].text, "0");
}

TEST(FlatJson, RefusesTooManyKeys) {
  std::string text = "{\"0\":0";
  for (std::size_t i = 1; i < kMaxFlatFields; ++i) text += ",\"" + std::to_string(i) + "\":0";
  EXPECT_EQ(parse_flat_json(text + "}").value().size(), kMaxFlatFields);
  EXPECT_EQ(parse_flat_json(text + ",\"x\":0}").error().message, "has too many keys");
}

TEST(IndexPath, StandsBesideTheLog) {
  EXPECT_EQ(index_path_for("d/a-1.jsonl.zst"), "d/a-1.index.jsonl");
  EXPECT_EQ(index_path_for("d/a-1.jsonl"), "d/a-1.index.jsonl");
  EXPECT_EQ(index_path_for("d/a-1.gz"), "d/a-1.index.jsonl");
}

TEST(IndexReader, NamesTheLineAndGoesOn) {
  IndexReader reader(
      read_from_memory("{\"n\":3,\"ts\":1,\"event\":\"alive\"}\n{\"n\":2,\"ts\":1,\"event\":\"alive\"}\n\n"
                       "{\"n\":3,\"ts\":0,\"event\":\"alive\"}\n{\"n\":"));
  EXPECT_TRUE(reader.next().value().has_value());
  EXPECT_THAT(reader.next().error().message, HasSubstr("line 2: goes back from 3 lines to 2"));
  EXPECT_THAT(reader.next().error().message, HasSubstr("line 3: does not start with an object"));
  EXPECT_TRUE(reader.next().value().has_value());
  EXPECT_THAT(reader.next().error().message, HasSubstr("line 5: "));
  EXPECT_FALSE(reader.next().value().has_value());
}

}  // namespace
}  // namespace acts
