#include "history/import/recorded_messages.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Recording {
  std::string log;
  std::string index;

  void add(std::int64_t ts, std::string_view json) {
    log += fmt::format("{} {}\n", ts, json);
    ++lines;
  }
  void note(IndexEvent event) { ASSERT_TRUE(append_index_line(index, {lines, UnixNanos{1}, std::move(event)})); }
  [[nodiscard]] OpenRecording opener() const {
    return [this]() -> Result<RecordingReader> {
      RecordingInput input{
          "log", [this] { return Result<std::unique_ptr<ByteSource>>(read_from_memory(log)); }, "index", {}};
      if (!index.empty()) input.index = [this] { return Result<std::unique_ptr<ByteSource>>(read_from_memory(index)); };
      return RecordingReader({input});
    };
  }

 private:
  std::uint64_t lines = 0;
};

std::string update(std::string_view symbol, int first, int last) {
  return fmt::format(R"({{"e":"depthUpdate","E":1700000000000,"s":"{}","U":{},"u":{},"b":[["1.5","2"]],"a":[]}})",
                     symbol, first, last);
}
std::string answer(int id) { return fmt::format(R"({{"lastUpdateId":{},"bids":[["1.5","2"]],"asks":[]}})", id); }

// "update 7", "snapshot 9", "trade 3", "bad: ...", each with its receive time.
std::vector<std::string> messages_of(const Recording& recording, const std::string& symbol,
                                     std::optional<UnixNanos> from = {}, std::optional<UnixNanos> to = {}) {
  const auto contents = contents_of(recording.opener(), Venue::kBinanceSpot);
  EXPECT_TRUE(contents);
  RecordedMessages messages(*recording.opener()(), {.symbol = symbol, .from = from, .to = to}, *contents);
  std::vector<std::string> all;
  for (;;) {
    const auto got = messages.next();
    EXPECT_TRUE(got);
    if (*got == RecordedMessages::Got::kEnd) return all;
    if (*got == RecordedMessages::Got::kBad) {
      all.push_back(fmt::format("bad: {}", messages.problem()));
    } else if (const auto* depth = std::get_if<DepthUpdate>(&messages.message().body)) {
      all.push_back(fmt::format("{}: update {}", messages.ts_recv().value, depth->last_update_id.value()));
    } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&messages.message().body)) {
      all.push_back(fmt::format("{}: snapshot {}", messages.ts_recv().value, snapshot->last_update_id.value()));
    } else {
      all.push_back("other");
    }
  }
}

TEST(RecordedMessages, AreThoseOfTheSymbolWithItsAnswersTold) {
  Recording recording;
  recording.add(1, update("BTCUSDT", 5, 7));
  recording.add(2, answer(8));
  recording.add(3, update("ETHUSDT", 105, 107));
  recording.add(4, answer(106));
  recording.add(5, update("BTCUSDT", 8, 9));
  EXPECT_THAT(messages_of(recording, "BTCUSDT"), ElementsAre("1: update 7", "2: snapshot 8", "5: update 9"));
  EXPECT_THAT(messages_of(recording, "ETHUSDT"), ElementsAre("3: update 107", "4: snapshot 106"));
  const auto contents = contents_of(recording.opener(), Venue::kBinanceSpot);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->symbols.at("BTCUSDT").updates, 2U);
  EXPECT_EQ(contents->symbols.at("BTCUSDT").snapshots, 1U);
  EXPECT_EQ(contents->unassigned, 0U);
}

TEST(RecordedMessages, AreAnswersOfWhomTheIndexSays) {
  Recording recording;
  recording.add(1, update("BTCUSDT", 5, 7));
  recording.note(index::RestAnswer{1, "depth", "BTCUSDT", 1000, 200, {}});
  recording.add(2, answer(4'000));
  recording.note(index::RestAnswer{2, "depth", "BTCUSDT", 1000, 429, {}});
  recording.add(3, R"({"code":-1003,"msg":"Too much request weight used"})");
  recording.note(index::RestAnswer{3, "depth", "ETHUSDT", 1000, 200, {}});
  recording.add(4, answer(7));
  EXPECT_THAT(messages_of(recording, "BTCUSDT"), ElementsAre("1: update 7", "2: snapshot 4000"));
}

// What two connections brought was there twice.
TEST(RecordedMessages, AreEachOnceAndWhereTheyWereTaken) {
  Recording recording;
  recording.note(index::Connections{
      {{1, 1, LineUse::kTaken}, {2, 2, LineUse::kHeld}, {1, 1, LineUse::kTaken}, {2, 1, LineUse::kRepeated}}});
  recording.add(1, update("BTCUSDT", 5, 7));
  recording.add(2, update("BTCUSDT", 5, 7));
  recording.add(3, update("BTCUSDT", 10, 11));
  recording.add(4, update("BTCUSDT", 8, 9));
  recording.add(5, update("BTCUSDT", 10, 11));
  EXPECT_THAT(messages_of(recording, "BTCUSDT"), ElementsAre("1: update 7", "4: update 9", "5: update 11"));
}

// Of two lines whose updates both continue the book, and of trades, which wait for nothing, both copies were taken.
TEST(RecordedMessages, AreEachOnceIfTwoConnectionsBringThem) {
  const auto trade = [](int id) {
    return fmt::format(
        R"({{"e":"trade","E":1700000000000,"s":"BTCUSDT","t":{},"p":"1.5","q":"2","T":1700000000000,"m":true,"M":true}})",
        id);
  };
  Recording recording;
  for (const int id : {1, 2, 2, 1, 3}) recording.add(id, trade(id));
  for (const int id : {7, 7, 8}) recording.add(id, update("BTCUSDT", id, id));
  recording.add(9, answer(8));
  recording.add(9, answer(8));
  recording.add(10, update("BTCUSDT", 9, 9));
  EXPECT_THAT(messages_of(recording, "BTCUSDT"), ElementsAre("other", "other", "other", "7: update 7", "8: update 8",
                                                             "9: snapshot 8", "9: snapshot 8", "10: update 9"));
}

TEST(RecentIds, ForgetWhatIsLongAgo) {
  RecentIds ids;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(RecentIds::kMost); ++i) EXPECT_TRUE(ids.is_new(i));
  EXPECT_FALSE(ids.is_new(0));
  EXPECT_TRUE(ids.is_new(-1)) << "in the place of 0";
  EXPECT_TRUE(ids.is_new(0)) << "in the place of 1";
  EXPECT_FALSE(ids.is_new(2));
  EXPECT_TRUE(ids.is_new(1));
}

TEST(RecordedMessages, AreThoseOfTheTimesAsked) {
  Recording recording;
  for (int i = 1; i < 6; ++i) recording.add(i, update("BTCUSDT", i, i));
  EXPECT_THAT(messages_of(recording, "BTCUSDT", UnixNanos{2}, UnixNanos{4}), ElementsAre("2: update 2", "3: update 3"));
}

TEST(RecordedMessages, TellOfWhatCannotBeRead) {
  Recording recording;
  recording.add(1, update("BTCUSDT", 5, 7));
  recording.add(2, update("BTCUSDT", 9, 8));
  recording.log += "3\n";
  EXPECT_THAT(
      messages_of(recording, "BTCUSDT"),
      ElementsAre("1: update 7", HasSubstr("bad: log:2: BTCUSDT: U is above u"), HasSubstr("bad: log:3: line")));
  recording.add(4, update("ETHUSDT", 5, 7));
  EXPECT_THAT(messages_of(recording, "ETHUSDT"), ElementsAre(HasSubstr("bad: log:3: line"), "4: update 7"))
      << "not of another symbol's messages";
}

TEST(RecordedMessages, HaveTheEnginesTimeWhereThereIsOne) {
  const OpenRecording open = [] { return RecordingReader::open({testdata("binance-feed/usdm/btcusdt_20240808.gz")}); };
  const auto contents = contents_of(open, Venue::kBinanceUsdm);
  ASSERT_TRUE(contents);
  const RecordingContents::Symbol& symbol = contents->symbols.at("BTCUSDT");
  EXPECT_EQ(symbol.updates, 6'551U);
  EXPECT_EQ(symbol.tickers, 66'089U);
  EXPECT_EQ(symbol.trades, 21'313U);
  EXPECT_EQ(symbol.snapshots, 1U);
  RecordedMessages messages(*open(), {.venue = Venue::kBinanceUsdm, .symbol = "BTCUSDT"}, *contents);
  ASSERT_EQ(messages.next(), RecordedMessages::Got::kMessage);
  EXPECT_EQ(messages.ts_event(), UnixNanos{1'723'161'256'298'000'000}) << "T, not E";
  EXPECT_EQ(messages.ts_recv(), UnixNanos{1'723'161'255'030'314'667});
}

}  // namespace
}  // namespace acts::history
