#include "recording/recording_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "recording/packing.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using testing::gzip;
using ::testing::HasSubstr;
using testing::TempDir;
using testing::zstd;

// Everything that came out, one text an item: "12 {..}", "index timer", "error ...".
std::vector<std::string> read_all(RecordingReader& reader) {
  std::vector<std::string> out;
  for (;;) {
    const auto item = reader.next();
    if (!item) {
      out.push_back("error " + item.error().message);
    } else if (!*item) {
      return out;
    } else if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      out.push_back(std::to_string(line->ts_recv.value) + " " + std::string(line->json));
    } else {
      std::string text;
      EXPECT_TRUE(append_index_line(text, std::get<IndexEntry>(**item)).has_value());
      out.push_back("index " + text.substr(0, text.size() - 1));
    }
  }
}

RecordingInput input(std::string name, std::string_view log) {
  return {std::move(name), [log] { return Result<std::unique_ptr<ByteSource>>(read_from_memory(log)); }, {}, {}};
}

RecordingInput input(std::string name, std::string_view log, std::string_view index) {
  RecordingInput with_index = input(std::move(name), log);
  with_index.index_name = "the index";
  with_index.index = [index] { return Result<std::unique_ptr<ByteSource>>(read_from_memory(index)); };
  return with_index;
}

std::vector<std::string> read_all(std::string_view log) {
  RecordingReader reader({input("f", log)});
  return read_all(reader);
}

// Gives its bytes in pieces of a size, then the end or an error.
class SlowSource final : public ByteSource {
 public:
  SlowSource(std::string_view bytes, std::size_t piece, bool fails = false)
      : rest_(bytes), piece_(piece), fails_(fails) {}
  Result<std::size_t> read(std::span<char> out) override {
    if (rest_.empty() && fails_) return fail(ErrorCode::kStorage, "the disk is on fire");
    const std::size_t count = rest_.copy(out.data(), std::min(piece_, out.size()));
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
  bool fails_;
};

TEST(RecordingReader, ReadsPlainGzipAndZstdByTheirFirstBytes) {
  const std::string text = "1 {\"a\":1}\n2 {}\n";
  for (const std::string& form : {text, gzip(text), zstd(text)}) {
    EXPECT_THAT(read_all(form), ElementsAre("1 {\"a\":1}", "2 {}"));
  }
}

TEST(RecordingReader, ReadsGzipMembersAndZstdFramesOneAfterTheOther) {
  EXPECT_THAT(read_all(gzip("1 {}\n2 ") + gzip("") + gzip("[]\n")), ElementsAre("1 {}", "2 []"));
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  EXPECT_THAT(read_all(skippable + zstd("1 {}\n2 ") + zstd("") + skippable + zstd("[]\n")),
              ElementsAre("1 {}", "2 []"));
}

TEST(RecordingReader, GivesTheSameHoweverSmallThePiecesAre) {
  std::string text;
  for (int i = 1; i <= 300; ++i)
    text += std::to_string(i) + " {\"x\":\"" + std::string(static_cast<std::size_t>(i), 'y') + "\"}\n";
  const auto expected = read_all(text);
  ASSERT_EQ(expected.size(), 300U);
  for (const std::string& form : {text, gzip(text), zstd(text)}) {
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
      RecordingInput slow{
          "f", [&] { return Result<std::unique_ptr<ByteSource>>(std::make_unique<SlowSource>(form, piece)); }, {}, {}};
      RecordingReader reader({slow});
      EXPECT_EQ(read_all(reader), expected) << piece;
    }
  }
}

TEST(RecordingReader, TakesALastLineWithoutNewline) {
  EXPECT_THAT(read_all("1 {}\n2 []"), ElementsAre("1 {}", "2 []"));
}

TEST(RecordingReader, FindsNothingInAnEmptyFile) {
  EXPECT_THAT(read_all(""), ElementsAre());
  RecordingReader none({});
  EXPECT_THAT(read_all(none), ElementsAre());
}

TEST(RecordingReader, SaysFileAndLineOfABadLineAndGoesOn) {
  RecordingReader reader(
      {input("f", "1 {}\n\nx {}\n-5 {}\n7{}\n8\n9 \n99999999999999999999 {}\n9223372036854775807 {}\n+1 {}\n 2 {}\n")});
  const std::string rest = ": skipped; expected '<recv_ns> <json as received>'";
  EXPECT_THAT(read_all(reader),
              ElementsAre("1 {}", "error f:2: line is empty" + rest,
                          "error f:3: line does not start with a receive time" + rest,
                          "error f:4: line does not start with a receive time" + rest,
                          "error f:5: line has no blank after the receive time" + rest,
                          "error f:6: line has no blank after the receive time" + rest,
                          "error f:7: line has nothing after the receive time" + rest,
                          "error f:8: line has a receive time out of range" + rest, "9223372036854775807 {}",
                          "error f:10: line does not start with a receive time" + rest,
                          "error f:11: line does not start with a receive time" + rest));
  EXPECT_EQ(reader.lines(), 2U);
  EXPECT_EQ(reader.bad_lines(), 9U);
  EXPECT_EQ(reader.cut_files(), 0U);
}

TEST(RecordingReader, RefusesALineBeyondTheLimitAndGoesOn) {
  const std::string packed = zstd("1 {}\n2 " + std::string(kMaxLineBytes, 'x') + "\n3 {}\n");
  RecordingReader reader({input("f", packed)});
  EXPECT_THAT(read_all(reader), ElementsAre("1 {}", "error f:2: line is longer than 67108864 bytes: skipped", "3 {}"));
  EXPECT_EQ(reader.bad_lines(), 1U);
}

TEST(RecordingReader, DeliversWhatIsInFrontOfACutAndSaysWhereItIs) {
  std::string text;
  for (int i = 1; i <= 20'000; ++i) text += std::to_string(i) + " {\"n\":" + std::to_string(i * 7919 % 10'007) + "}\n";
  for (const auto& [packed, what] : {std::pair{gzip(text), "gzip member"}, std::pair{zstd(text), "zstd frame"}}) {
    for (const std::size_t missing : {std::size_t{1}, packed.size() / 3, packed.size() / 2}) {
      const std::string cut = packed.substr(0, packed.size() - missing);
      RecordingReader reader({input("f", cut), input("g", "5 {}\n")});
      const auto items = read_all(reader);
      const std::uint64_t lines = items.size() - 2;
      EXPECT_GT(lines, missing == 1 ? 15'000U : 1000U);
      EXPECT_EQ(items[0], "1 {\"n\":7919}");
      EXPECT_THAT(items[lines], HasSubstr("error f: ends inside a " + std::string(what) +
                                          ": it was cut, or its writer had not closed it: read up to line " +
                                          std::to_string(lines) + ", leaving out "));
      EXPECT_EQ(items.back(), "5 {}");
      EXPECT_EQ(reader.cut_files(), 1U);
    }
  }
}

TEST(RecordingReader, DeliversWhatIsInFrontOfDamage) {
  std::string text;
  for (int i = 1; i <= 200'000; ++i)
    text += std::to_string(i) + " {\"n\":" + std::to_string(i * 7919L % 1'000'003) + "}\n";
  for (std::string packed : {gzip(text), zstd(text)}) {
    const std::size_t middle = packed.size() / 2;
    for (std::size_t i = 0; i < 64; ++i) packed[middle + i] = static_cast<char>(0xff);
    const auto items = read_all(packed);
    EXPECT_GT(items.size(), 80'000U);
    EXPECT_THAT(items.back(), HasSubstr("error f: holds damaged "));
  }
}

// Whatever was wrong with a file, nobody could tell a crash's traces from damage.
TEST(RecordingReader, TellsWhatACrashLeavesFromDamage) {
  const auto bad_places = [](std::string_view log, std::string_view index) {
    RecordingReader reader({index.empty() ? input("f", log) : input("f", log, index)});
    read_all(reader);
    return reader.bad_places();
  };
  const std::string alive = R"({"n":0,"ts":1,"event":"alive"})"
                            "\n";
  const auto durable = [](int n) {
    return R"({"n":)" + std::to_string(n) + R"(,"ts":2,"event":"durable","bytes":1,"crc32":1})" + "\n";
  };
  const std::string whole = zstd("1 {}\n") + zstd("2 {}\n");
  const std::string cut = whole.substr(0, whole.size() - 1);
  EXPECT_EQ(bad_places(whole, {}), 0U);
  EXPECT_EQ(bad_places(cut, {}), 1U) << "nobody says that it was a run of ours";
  EXPECT_EQ(bad_places(cut, alive), 0U);
  EXPECT_EQ(bad_places(cut, alive + durable(1)), 0U);
  EXPECT_EQ(bad_places(cut, alive + durable(1) + R"({"n":1,"ts)"), 0U) << "the index was cut too";
  EXPECT_EQ(bad_places(cut, alive + durable(1) + R"({"n":9,"ts":2,"event":"alive"})"), 0U) << "it is written first";
  EXPECT_EQ(bad_places(cut, alive + durable(3)), 2U) << "what was durable is not there";
  EXPECT_EQ(bad_places(zstd("1 {}\nbad\n"), alive), 0U);
  EXPECT_EQ(bad_places(zstd("1 {}\nbad\n"), alive + durable(2)), 1U);
  EXPECT_EQ(bad_places(whole, "nonsense\n" + durable(2)), 1U);
  EXPECT_EQ(bad_places(whole, R"({"n":9,"ts":2,"event":"run_ended","reason":""})"), 1U);
}

TEST(RecordingReader, TellsWhereThereIsNothingToRead) {
  const TempDir dir;
  const std::string empty = dir.write("empty", "");
  const auto refused = check_not_all_empty({empty, dir.string()});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(refused.error().message, empty + ": is empty; there is nothing in the other 1 either");
  std::ignore = dir.write("empty.index.jsonl", "");
  EXPECT_TRUE(check_not_all_empty({dir.string(), empty}).has_value()) << "a run that received nothing";
}

TEST(RecordingReader, SaysWhatFollowsAGzipMember) {
  const auto items = read_all(gzip("1 {}\n") + "rubbish");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_THAT(items[1], HasSubstr("error f: holds damaged gzip data (incorrect header check): read up to line 1"));
}

TEST(RecordingReader, SaysThatTheSystemCouldNotReadOn) {
  const auto failing = [](std::string_view bytes) {
    return RecordingInput{
        "f",
        [bytes] { return Result<std::unique_ptr<ByteSource>>(std::make_unique<SlowSource>(bytes, 100, true)); },
        {},
        {}};
  };
  const std::string packed = zstd("1 {}\n");
  const std::string packed_too = gzip("1 {}\n");
  for (const std::string_view bytes :
       {std::string_view("1 {}\n2 {"), std::string_view(packed), std::string_view(packed_too)}) {
    RecordingReader reader({failing(bytes)});
    const auto items = read_all(reader);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_THAT(items[1], HasSubstr("error f: the disk is on fire: read up to line 1, leaving out "));
  }
  RecordingReader at_once({failing("")});
  EXPECT_THAT(read_all(at_once), ElementsAre("error f: the disk is on fire"));
}

TEST(RecordingReader, ReadsSeveralFilesAsOneRecordingAndNamesEach) {
  const TempDir dir;
  const std::string a = dir.write("a.gz", gzip("1 {}\n"));
  const std::string b = dir.write("b", zstd("2 {}\n3 {}\n"));
  auto reader = RecordingReader::open({a, b}).value();
  std::vector<std::pair<std::string, std::uint64_t>> places;
  while (auto item = reader.next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    places.emplace_back(line.file, line.line_number);
    EXPECT_EQ(line.connection, 0U);
  }
  EXPECT_THAT(places, ElementsAre(std::pair(a, 1U), std::pair(b, 1U), std::pair(b, 2U)));
}

TEST(RecordingReader, NamesAFileThatIsNotThere) {
  const auto reader = RecordingReader::open({"/nowhere/at/all"});
  ASSERT_FALSE(reader.has_value());
  EXPECT_EQ(reader.error().code, ErrorCode::kUsage);
  EXPECT_EQ(reader.error().message, "/nowhere/at/all: cannot be read: No such file or directory");
}

TEST(RecordingReader, NamesADirectoryOrAFileGoneSinceAndGoesOnWithTheNext) {
  const TempDir dir;
  const std::string a = dir.write("a", "1 {}\n");
  const std::string b = dir.write("b", "2 {}\n");
  auto reader = RecordingReader::open({dir.string(), a, b}).value();
  std::filesystem::remove(a);
  EXPECT_THAT(read_all(reader), ElementsAre("error " + dir.string() + ": is a directory: name the files in it",
                                            "error " + a + ": cannot be opened: No such file or directory", "2 {}"));
  EXPECT_EQ(reader.cut_files(), 2U);
}

TEST(RecordingReader, MergesTheIndexBesideAFileIntoItsLines) {
  const TempDir dir;
  const std::string log = dir.write("s-1.jsonl.zst", zstd("1 {}\n2 {}\n3 {}\n"));
  const std::string start =
      R"({"n":0,"ts":1,"event":"run_started","version":"0.1","venue":"v","shard":"s","settings":""})";
  const std::string timer = R"({"n":2,"ts":3,"event":"timer","symbol":"A","due":3})";
  const std::string end = R"({"n":3,"ts":4,"event":"run_ended","reason":"signal"})";
  std::ignore = dir.write("s-1.index.jsonl", start + "\n" + timer + "\n" + end + "\n");
  auto reader = RecordingReader::open({log}).value();
  EXPECT_THAT(read_all(reader),
              ElementsAre("index " + start, "1 {}", "2 {}", "index " + timer, "3 {}", "index " + end));
}

TEST(RecordingReader, SaysWhichConnectionALineCameOn) {
  RecordingReader reader({input("f", "1 {}\n2 {}\nbad\n3 {}\n4 {}\n5 {}\n",
                                R"({"n":1,"ts":2,"event":"connections","runs":"7*2 8 7"}
)"),
                          input("g", "5 {}\n")});
  std::vector<ConnectionId> connections;
  for (;;) {
    const auto item = reader.next();
    if (!item) continue;  // the bad line, which counts
    if (!*item) break;
    connections.push_back(std::get<RecordedLine>(**item).connection);
  }
  EXPECT_THAT(connections, ElementsAre(0, 7, 8, 7, 0, 0));
}

TEST(RecordingReader, CountsRefusedLinesForTheIndex) {
  const std::string gap = R"({"n":2,"ts":2,"event":"gap","symbol":"","reason":"r"})";
  const std::string index = gap + "\n";
  RecordingReader reader({input("f", "bad\n2 {}\n3 {}\n", index)});
  const auto items = read_all(reader);
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[2], "index " + gap);
}

TEST(RecordingReader, LeavesOutIndexEntriesOfLinesThatAreNotThereAndSaysSo) {
  RecordingReader reader({input("f", "1 {}\n", R"({"n":1,"ts":2,"event":"alive"}
{"n":2,"ts":2,"event":"alive"}
{"n":3,"ts":2,"event":"alive"}
)"),
                          input("g", "2 {}\n")});
  EXPECT_THAT(read_all(reader),
              ElementsAre("1 {}", R"(index {"n":1,"ts":2,"event":"alive"})",
                          "error the index: 2 entries belong to lines after 1, where f ends: left out", "2 {}"));
}

TEST(RecordingReader, SkipsABadIndexEntryAndNamesIt) {
  RecordingReader reader({input(
      "f", "1 {}\n",
      "nonsense\n{\"n\":1,\"ts\":2,\"event\":\"alive\"}\n{\"n\":0,\"ts\":2,\"event\":\"alive\"}\n{\"n\":1,\"t")});
  EXPECT_THAT(read_all(reader), ElementsAre("error the index: line 1: does not start with an object: skipped", "1 {}",
                                            R"(index {"n":1,"ts":2,"event":"alive"})",
                                            "error the index: line 3: goes back from 1 lines to 0: skipped",
                                            "error the index: line 4: ends inside a string: skipped"));
  EXPECT_EQ(reader.bad_lines(), 0U);
}

TEST(RecordingReader, ReadsTheLogWhenItsIndexCannotBeOpened) {
  const TempDir dir;
  const std::string log = dir.write("s.jsonl", "1 {}\n");
  std::filesystem::create_directory(dir / "s.index.jsonl");
  auto reader = RecordingReader::open({log}).value();
  EXPECT_THAT(read_all(reader),
              ElementsAre("error " + (dir / "s.index.jsonl") + ": is a directory: name the files in it", "1 {}"));
}

TEST(RecordingReader, ReadsARealRecordingToItsLastLine) {
  auto reader = RecordingReader::open({test::testdata("binance-feed/spot/btcusdt_20240808.gz")}).value();
  std::uint64_t bytes = 0;
  while (auto item = reader.next().value()) bytes += std::get<RecordedLine>(*item).json.size() + 21;
  EXPECT_EQ(reader.lines(), 41'249U);
  EXPECT_EQ(bytes, 11'104'853U);
}

}  // namespace
}  // namespace acts
