#include "history/gap_trace.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::history {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Lines and entries of one symbol, a millisecond apart.
class Tape {
 public:
  explicit Tape(Venue venue = Venue::kBinanceSpot) : trace(venue, "BTCUSDT") {}

  void line(const std::string& json, LineUse use = LineUse::kTaken) {
    trace.on_item(RecordedLine{now(), json, "f", ++lines_, 1, use});
  }
  void note(IndexEvent event) { trace.on_item(IndexEntry{lines_, now(), std::move(event)}); }
  void update(std::int64_t first, std::int64_t last, LineUse use = LineUse::kTaken) {
    line(fmt::format(R"({{"stream":"btcusdt@depth","data":{{"e":"depthUpdate","E":1723161256787,"s":"BTCUSDT","U":{},)"
                     R"("u":{},"b":[["61.1","2"]],"a":[]}}}})",
                     first, last),
         use);
  }
  void usdm_update(std::int64_t first, std::int64_t last, std::int64_t previous) {
    line(fmt::format(R"({{"stream":"btcusdt@depth","data":{{"e":"depthUpdate","E":1723161256787,"T":1723161256780,)"
                     R"("s":"BTCUSDT","U":{},"u":{},"pu":{},"b":[["61.1","2"]],"a":[]}}}})",
                     first, last, previous));
  }
  void snapshot(std::int64_t id) {
    note(index::RestAnswer{1, "depth", "BTCUSDT", 100, 200, ""});
    line(fmt::format(R"({{"lastUpdateId":{},"bids":[["61.1","2"]],"asks":[["62","3"]]}})", id));
  }
  static UnixNanos at(int item) { return UnixNanos{item * 1'000'000}; }

  GapTrace trace;

 private:
  UnixNanos now() { return at(items_++); }
  int items_ = 0;
  std::uint64_t lines_ = 0;
};

TEST(GapTrace, FindsNoneInAStreamThatContinues) {
  Tape tape;
  tape.note(index::RunStarted{});
  tape.update(1, 5);
  tape.snapshot(3);
  tape.update(6, 9);
  tape.update(10, 10);
  EXPECT_THAT(tape.trace.gaps(), IsEmpty());
  EXPECT_EQ(tape.trace.updates(), 3U);
  EXPECT_EQ(tape.trace.snapshots(), 1U);
  EXPECT_EQ(tape.trace.messages(), 4U);
}

TEST(GapTrace, TellsWhatIsMissingAndWhatHealedIt) {
  Tape tape;
  tape.update(1, 5);    // in the middle of a run: at 0
  tape.update(6, 9);    // 1
  tape.update(15, 20);  // 2
  tape.snapshot(12);    // 3, 4: too old
  tape.update(21, 22);  // 5
  tape.snapshot(25);    // 6, 7: waits for the stream
  tape.update(23, 25);  // 8
  ASSERT_THAT(tape.trace.gaps(), SizeIs(1));
  EXPECT_EQ(tape.trace.gaps()[0], (DepthGap{.cause = "sequence_gap",
                                            .at = Tape::at(2),
                                            .received_before = Tape::at(1),
                                            .last_before = UpdateId{9},
                                            .first_after = UpdateId{15},
                                            .healed_at = Tape::at(8),
                                            .snapshot = UpdateId{25}}));
}

TEST(GapTrace, KnowsWhyAnUpdateIsMissing) {
  Tape tape;
  tape.update(1, 5);
  tape.note(index::StreamLost{"BTCUSDT", "reset"});
  tape.update(8, 9);
  tape.note(index::RunStarted{});
  tape.update(20, 21);
  tape.line(R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate","s":"BTCUSDT","U":22,"u":23,"b":[["x","2"]]}})");
  tape.update(24, 25);
  tape.note(index::StreamLost{"BTCUSDT", "reset"});
  tape.update(26, 27);  // nothing was missed
  ASSERT_THAT(tape.trace.gaps(), SizeIs(3));
  EXPECT_EQ(tape.trace.gaps()[0].cause, "connection_lost");
  EXPECT_EQ(tape.trace.gaps()[1].cause, "not_running");
  EXPECT_EQ(tape.trace.gaps()[2].cause, "bad_message");
  EXPECT_EQ(tape.trace.gaps()[2].last_before, UpdateId{21});
  EXPECT_EQ(tape.trace.gaps()[2].first_after, UpdateId{24});
  EXPECT_EQ(tape.trace.gaps()[2].healed_at, std::nullopt);
  EXPECT_EQ(tape.trace.refused(), 1U);
}

// Its book has no room for the quantity beside one of eight decimals; behind the gap it makes some.
TEST(GapTrace, KnowsThatARunHadNoRoomForAnUpdate) {
  constexpr std::string_view kUpdate =
      R"({{"stream":"btcusdt@depth","data":{{"e":"depthUpdate","E":1723161256787,"s":"BTCUSDT","U":{0},"u":{0},"b":[["61.1","{1}"]],"a":[]}}}})";
  Tape tape;
  tape.update(1, 5);
  tape.snapshot(3);
  tape.line(fmt::format(kUpdate, 6, "0.00000001"));
  tape.line(fmt::format(kUpdate, 7, "200000000000"));
  tape.line(fmt::format(kUpdate, 8, "200000000000"));
  tape.snapshot(8);
  tape.line(fmt::format(kUpdate, 9, "200000000000"));
  ASSERT_THAT(tape.trace.gaps(), SizeIs(1));
  EXPECT_EQ(tape.trace.gaps()[0].cause, "bad_message");
  EXPECT_EQ(tape.trace.gaps()[0].first_after, UpdateId{8});
  EXPECT_EQ(tape.trace.gaps()[0].snapshot, UpdateId{8});
  EXPECT_EQ(tape.trace.refused(), 1U);
}

TEST(GapTrace, FollowsTheOtherVenuesRule) {
  Tape tape(Venue::kBinanceUsdm);
  tape.usdm_update(10, 15, 8);
  tape.usdm_update(20, 25, 15);
  tape.usdm_update(40, 45, 39);
  ASSERT_THAT(tape.trace.gaps(), SizeIs(1));
  EXPECT_EQ(tape.trace.gaps()[0].last_before, UpdateId{25});
  EXPECT_EQ(tape.trace.gaps()[0].first_after, UpdateId{40});
}

TEST(GapTrace, TakesMessagesWhereTheyWereTaken) {
  Tape tape;
  tape.update(1, 5);
  tape.update(8, 9, LineUse::kHeld);
  tape.update(6, 7);
  tape.update(8, 9, LineUse::kRepeated);
  EXPECT_THAT(tape.trace.gaps(), IsEmpty());
  EXPECT_EQ(tape.trace.messages(), 3U);
  EXPECT_EQ(tape.trace.updates(), 3U);
}

// A gap across midnight was in no day's certificate.
TEST(GapTrace, FindsAGapFromWhatCameBeforeTheDay) {
  Tape tape;
  tape.trace.set_from(Tape::at(2));
  tape.update(1, 5);
  tape.update(7, 8);  // the day before's
  tape.update(10, 11);
  ASSERT_THAT(tape.trace.gaps(), SizeIs(1));
  EXPECT_EQ(tape.trace.gaps()[0].last_before, UpdateId{8});
  EXPECT_EQ(tape.trace.gap_count(), 1U);
  EXPECT_EQ(tape.trace.messages(), 1U);
}

}  // namespace
}  // namespace acts::history
