// From bytes to rows: what a refused message, a lost connection, a first snapshot and an empty side make of a minute.
#include "collector/market_pipeline.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;

const UnixNanos kNoon = parse_iso8601("2024-08-08T12:00").value();
constexpr std::string_view kBid = R"(["100","1"])";
constexpr std::string_view kAsk = R"(["101","1"])";

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* decimal = std::get_if<Decimal>(&value)) return to_string(*decimal);
  return "";
}

class MarketPipelineTest : public testing::Test {
 protected:
  MarketPipelineTest() : pipeline_(options(), [this](MinuteRow&& row) { rows_.push_back(std::move(row)); }) {
    Instrument instrument;
    instrument.symbol = "BTCUSDT";
    instrument.status = TradingStatus::kTrading;
    pipeline_.add(instrument, now_);
  }

  static PipelineOptions options() {
    PipelineOptions options;
    options.bands = BandList::defaults();
    return options;
  }
  static std::string depth(int first, int last, std::string_view bids = {}, std::string_view asks = {}) {
    return fmt::format(
        R"({{"stream":"btcusdt@depth@100ms","data":{{"e":"depthUpdate","E":1723118400000,"s":"BTCUSDT","U":{},"u":{},"b":[{}],"a":[{}]}}}})",
        first, last, bids, asks);
  }
  MessageOutcome send(const std::string& json) { return pipeline_.on_message(json, now_); }
  void snapshot(int id, std::string_view bids = kBid, std::string_view asks = kAsk) {
    const std::string json = fmt::format(R"({{"lastUpdateId":{},"bids":[{}],"asks":[{}]}})", id, bids, asks);
    ASSERT_TRUE(pipeline_.on_depth_answer(0, json, 5000, now_).has_value());
  }
  void pass(Nanos span) { now_ = now_ + span; }
  void pass_to(Nanos after_noon) {
    now_ = kNoon + after_noon;
    pipeline_.on_timer(now_);
  }
  // In sync at once, with updates up to 10.
  void synchronise() {
    send(depth(10, 10, kBid, kAsk));
    snapshot(9);
    ASSERT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  }
  std::string cell(std::string_view name, std::size_t row) const {
    for (std::size_t i = 0; i < pipeline_.schema().columns.size(); ++i) {
      if (pipeline_.schema().columns[i].name == name) return text_of(rows_.at(row).values[i]);
    }
    return "no such column";
  }
  // updates, gaps, gap_ms, reconnects, state, reason of the last row.
  std::string counts() const {
    std::string text;
    for (const char* name : {"updates", "gaps", "gap_ms", "reconnects", "state", "reason"}) {
      text += (text.empty() ? "" : " ") + cell(name, rows_.size() - 1);
    }
    return text;
  }

  std::vector<MinuteRow> rows_;
  UnixNanos now_ = kNoon;
  MarketPipeline pipeline_;
};

// A refused update was a gap only once the next one came: a quiet symbol stayed live for as long as it was silent.
TEST_F(MarketPipelineTest, TakesARefusedUpdateForAGapAtOnce) {
  synchronise();
  pass_to(50s);
  const MessageOutcome outcome = send(depth(11, 11, R"(["-1","1"])"));
  EXPECT_FALSE(outcome.decoded);
  EXPECT_TRUE(outcome.lost_update);
  EXPECT_EQ(outcome.instrument, 0U);
  EXPECT_EQ(pipeline_.status(0), (SyncStatus{SyncState::kSuspect, Reason::kBadMessage}));
  EXPECT_TRUE(pipeline_.builder(0).poll_action(now_).has_value());
  pass_to(1min);
  EXPECT_EQ(counts(), "1 1 10000 0 suspect bad_message");
}

TEST_F(MarketPipelineTest, CountsARefusedUpdateAndTheMissingIdOnce) {
  synchronise();
  send(depth(11, 11, R"(["x","1"])"));
  send(depth(12, 12, R"(["1e5","1"])"));
  EXPECT_EQ(*send(depth(13, 13, kBid)).update, binance::UpdateVerdict::kApply);
  EXPECT_EQ(pipeline_.builder(0).sync().counters().gaps, 1U);
  snapshot(12);  // holds the updates that were refused
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  pass_to(1min);
  EXPECT_EQ(cell("gaps", 0), "1");
}

TEST_F(MarketPipelineTest, HealsARefusalWithNoSnapshotFromBeforeIt) {
  synchronise();
  send(depth(11, 12, R"(["x","1"])"));
  snapshot(10);
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kSuspect) << "it does not hold what was refused";
  pass(1s);
  snapshot(11);
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kSuspect) << "it may hold a part of it";
  send(depth(13, 13, kBid));
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kSuspect);
  snapshot(12);
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
}

TEST_F(MarketPipelineTest, KnowsByItsStreamWhoseABrokenMessageIs) {
  synchronise();
  EXPECT_TRUE(send(R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate",)").lost_update);
  EXPECT_EQ(pipeline_.status(0).reason, Reason::kBadMessage);
}

TEST_F(MarketPipelineTest, LosesNothingByARefusalOfWhatMakesNoBook) {
  synchronise();
  EXPECT_FALSE(send(R"({"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","t":-1}})").lost_update);
  EXPECT_FALSE(send(R"({"stream":"btcusdt@depth5","data":{"lastUpdateId":1,"bids":[["x","1"]],"asks":[]}})").decoded);
  EXPECT_FALSE(send("<html>").lost_update);
  EXPECT_FALSE(send(R"({"stream":"ethusdt@depth","data":{"e":"depthUpdate","s":"ETHUSDT"}})").lost_update);
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  EXPECT_EQ(pipeline_.counters().refused, 4U);
}

// A price that needs more decimals than 64 bits have, beside one that fills them, was refused, and the row said live.
TEST_F(MarketPipelineTest, RecoversFromALevelThatLeavesNoRoomForTheVenuesDecimals) {
  synchronise();
  send(depth(11, 11, R"(["90000000000000000","1"])"));
  const MessageOutcome outcome = send(depth(12, 12, R"(["99.00000001","1"])"));
  EXPECT_TRUE(outcome.lost_update);
  EXPECT_TRUE(outcome.problem.starts_with("BTCUSDT: "));
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kSuspect);
  EXPECT_EQ(*send(depth(13, 13, R"(["99.00000001","1"])")).update, binance::UpdateVerdict::kApply);
  snapshot(13);
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  EXPECT_EQ(pipeline_.builder(0).book().ghosts(), 1U);
}

// The same the other way round: one level of many decimals left no room for large quantities, and no update, snapshot
// or restart brought them back.
TEST_F(MarketPipelineTest, RecoversFromALevelThatLeavesNoRoomForLargeQuantities) {
  constexpr std::string_view kLarge = R"(["100","200000000000"])";
  synchronise();
  send(depth(11, 11, R"(["99.00000001","0.00000001"])"));
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  const MessageOutcome outcome = send(depth(12, 12, kLarge));
  EXPECT_TRUE(outcome.lost_update);
  EXPECT_EQ(outcome.problem, "BTCUSDT: a level does not fit 64 bits at the book's decimals");
  EXPECT_EQ(pipeline_.status(0), (SyncStatus{SyncState::kSuspect, Reason::kBadMessage}));
  EXPECT_EQ(*send(depth(13, 13, kLarge)).update, binance::UpdateVerdict::kApply);
  EXPECT_EQ(pipeline_.builder(0).book().scales(), (Scales{8, 7}));
  EXPECT_EQ(pipeline_.builder(0).book().ghosts(), 1U);
  snapshot(13, kLarge);
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  EXPECT_EQ(pipeline_.builder(0).book().best(Side::kBid)->quantity, Quantity{2'000'000'000'000'000'000});
}

TEST_F(MarketPipelineTest, ASnapshotBehindAGapMakesRoomForLargeQuantities) {
  synchronise();
  send(depth(11, 11, R"(["99.5","0.00000001"])"));
  send(depth(13, 13, kBid));
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kSuspect);
  snapshot(13, R"(["100","200000000000"],["99","1.5"])");
  EXPECT_EQ(pipeline_.status(0).state, SyncState::kInSync);
  EXPECT_EQ(pipeline_.builder(0).book().scales(), (Scales{1, 7}));
  EXPECT_EQ(pipeline_.builder(0).book().level_count(Side::kBid), 2U);
}

TEST_F(MarketPipelineTest, ABookOfManyDecimalsMakesRoomForLargeQuantitiesAfterARestart) {
  synchronise();
  send(depth(11, 11, R"(["99.00000001","0.00000001"])"));
  const binance::SavedBook saved = pipeline_.save(0).book;
  MarketPipeline next(options(), [](MinuteRow&&) {});
  Instrument instrument;
  instrument.symbol = "BTCUSDT";
  next.add(instrument, now_);
  next.resume_after_pause(0, saved, now_);
  const std::string large = depth(20, 20, R"(["100","200000000000"])");
  EXPECT_EQ(*next.on_message(large, now_).update, binance::UpdateVerdict::kApply);
  EXPECT_EQ(next.builder(0).book().best(Side::kBid)->quantity, Quantity{2'000'000'000'000'000'000});
  EXPECT_EQ(next.builder(0).book().scales(), (Scales{8, 7}));
}

// The first row counted events that the first merge dropped.
TEST_F(MarketPipelineTest, DoesNotCountUpdatesThatTheFirstSnapshotSupersedes) {
  for (int id = 1; id <= 5; ++id) send(depth(id, id, kBid));
  snapshot(3);
  pass_to(1min);
  EXPECT_EQ(cell("updates", 0), "2");
}

TEST_F(MarketPipelineTest, TakesFromNoRowWhatAnEarlierOneHasCounted) {
  for (int id = 1; id <= 5; ++id) send(depth(id, id, kBid));
  pass_to(1min);
  for (int id = 6; id <= 9; ++id) send(depth(id, id, kBid));
  snapshot(7);
  pass_to(2min);
  EXPECT_EQ(cell("updates", 0), "5");
  EXPECT_EQ(cell("updates", 1), "2");
}

// The time without a connection was not in gap_ms, and a row never said that it was lost.
TEST_F(MarketPipelineTest, CountsTheTimeSinceTheConnectionWasLostIfUpdatesAreMissing) {
  synchronise();
  pass_to(70s);
  pipeline_.on_connection_lost(0, now_);
  pass_to(90s);
  pipeline_.on_stream_open(0, now_);
  send(depth(20, 20, kBid));
  pass_to(95s);
  pipeline_.on_connection_lost(0, now_);
  pass_to(2min);
  EXPECT_EQ(counts(), "1 1 50000 2 suspect connection_lost");
}

TEST_F(MarketPipelineTest, CountsNoGapIfTheNextUpdateContinues) {
  synchronise();
  pass_to(70s);
  pipeline_.on_connection_lost(0, now_);
  pass_to(90s);
  pipeline_.on_stream_open(0, now_);
  send(depth(11, 11, kBid));
  pass_to(100s);
  send(depth(13, 13, kBid));  // later, and for another reason
  pass_to(2min);
  EXPECT_EQ(counts(), "2 1 20000 1 suspect sequence_gap");
}

TEST_F(MarketPipelineTest, IsSuspectWhileCrossedAndCountsThatAsNoGap) {
  synchronise();
  pass_to(10s);
  send(depth(11, 11, R"(["102","1"])"));
  pass_to(1min);
  EXPECT_EQ(counts(), "2 0 0 0 suspect crossed_book");
}

TEST_F(MarketPipelineTest, SaysWhyABookHasNoMid) {
  send(depth(10, 10, kBid));
  snapshot(9, kBid, "");
  pass_to(1min);
  EXPECT_EQ(counts(), "1 0 0 0 live one_sided_book");
  EXPECT_EQ(cell("mid_price", 0), "");
  EXPECT_EQ(cell("best_bid", 0), "100");
  send(depth(11, 11, R"(["100","0"])"));
  pass_to(2min);
  EXPECT_EQ(counts(), "1 0 0 0 live empty_book");
}

TEST_F(MarketPipelineTest, KeepsTheCountsOfASymbolThatTheVenueNoLongerKnows) {
  synchronise();
  pipeline_.set_status(0, SymbolStatus::kUnlisted);
  pipeline_.on_connection_lost(0, now_);
  pass_to(1min);
  EXPECT_EQ(counts(), "1 0 0 1 syncing unknown_symbol");
  EXPECT_EQ(cell("best_bid", 0), "");
}

TEST_F(MarketPipelineTest, PutsAMessageStampedOnTheBoundaryIntoTheNextRow) {
  synchronise();
  now_ = kNoon + 1min;
  send(depth(11, 11, R"(["100.5","1"])"));
  pass_to(2min);
  EXPECT_EQ(cell("best_bid", 0), "100");
  EXPECT_EQ(cell("updates", 1), "1");
  EXPECT_EQ(cell("best_bid", 1), "100.5");
}

TEST_F(MarketPipelineTest, JudgesBetweenRowsAsARowWould) {
  EXPECT_EQ(pipeline_.quality(0, now_), (Quality{RowState::kSyncing, Reason::kStarting}));
  synchronise();
  EXPECT_EQ(pipeline_.quality(0, now_ + 60s), (Quality{RowState::kLive, Reason::kNone}));
  EXPECT_EQ(pipeline_.quality(0, now_ + 61s), (Quality{RowState::kStale, Reason::kNoUpdate}));
  send(depth(15, 15, kBid));
  snapshot(15, R"(["100","2"],["99","1"])");
  EXPECT_EQ(pipeline_.quality(0, now_), (Quality{RowState::kLive, Reason::kNone}));
}

}  // namespace
}  // namespace acts::collector
