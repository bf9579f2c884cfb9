#include "acts/features/quality.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace acts {
namespace {

constexpr SyncStatus kSynced{SyncState::kInSync, Reason::kNone};

TEST(Quality, IsLiveWhenNothingIsWrong) {
  EXPECT_EQ(judge({.sync = kSynced}), (Quality{RowState::kLive, Reason::kNone}));
  EXPECT_EQ(judge({.trading = TradingStatus::kTrading, .sync = kSynced}), (Quality{RowState::kLive, Reason::kNone}));
}

TEST(Quality, IsTheFirstStateThatHolds) {
  // Everything is wrong; then one thing after the other is mended.
  QualityInput input{.trading = TradingStatus::kHalted,
                     .sync = {SyncState::kSyncing, Reason::kNoSnapshot},
                     .crossed = true,
                     .rests_on_suspects = true,
                     .connected = false,
                     .since_depth_event = std::chrono::hours{1}};
  EXPECT_EQ(judge(input), (Quality{RowState::kHalted, Reason::kTradingHalted}));
  input.trading = TradingStatus::kDelisted;
  EXPECT_EQ(judge(input), (Quality{RowState::kHalted, Reason::kDelisted}));
  input.trading = TradingStatus::kTrading;
  EXPECT_EQ(judge(input), (Quality{RowState::kSyncing, Reason::kNoSnapshot}));
  input.sync = {SyncState::kSuspect, Reason::kConnectionLost};
  EXPECT_EQ(judge(input), (Quality{RowState::kSuspect, Reason::kConnectionLost}));
  input.sync = kSynced;
  EXPECT_EQ(judge(input), (Quality{RowState::kSuspect, Reason::kCrossedBook}));
  input.crossed = false;
  EXPECT_EQ(judge(input), (Quality{RowState::kSuspect, Reason::kSuspectLevels}));
  input.rests_on_suspects = false;
  EXPECT_EQ(judge(input), (Quality{RowState::kStale, Reason::kConnectionDown}));
  input.connected = true;
  EXPECT_EQ(judge(input), (Quality{RowState::kStale, Reason::kNoUpdate}));
  input.since_depth_event = Nanos{0};
  EXPECT_EQ(judge(input), (Quality{RowState::kLive, Reason::kNone}));
}

TEST(Quality, HandsOnEveryReasonOfTheSync) {
  for (const Reason reason : {Reason::kStarting, Reason::kNoSnapshot, Reason::kSnapshotTooOld, Reason::kNotRunning,
                              Reason::kUnknownSymbol, Reason::kConnectionDown}) {
    EXPECT_EQ(judge({.sync = {SyncState::kSyncing, reason}}), (Quality{RowState::kSyncing, reason}));
  }
  for (const Reason reason : {Reason::kSequenceGap, Reason::kBadMessage, Reason::kConnectionLost}) {
    EXPECT_EQ(judge({.sync = {SyncState::kSuspect, reason}}), (Quality{RowState::kSuspect, reason}));
  }
}

TEST(Quality, SaysWhyALiveBookHasNoMid) {
  EXPECT_EQ(judge({.sync = kSynced, .has_bids = false}), (Quality{RowState::kLive, Reason::kOneSidedBook}));
  EXPECT_EQ(judge({.sync = kSynced, .has_asks = false}), (Quality{RowState::kLive, Reason::kOneSidedBook}));
  EXPECT_EQ(judge({.sync = kSynced, .has_bids = false, .has_asks = false}),
            (Quality{RowState::kLive, Reason::kEmptyBook}));
}

TEST(Quality, SaysOfASymbolThatTheVenueDoesNotKnowNothingElse) {
  EXPECT_EQ(judge({.trading = TradingStatus::kHalted, .listed = false, .sync = kSynced}),
            (Quality{RowState::kSyncing, Reason::kUnknownSymbol}));
}

TEST(Quality, IsStaleOnlyBeyondTheLimit) {
  QualityInput input{.sync = kSynced, .since_depth_event = std::chrono::seconds{10}, .stale_after = kMinute / 6};
  EXPECT_EQ(judge(input).state, RowState::kLive);
  input.since_depth_event += Nanos{1};
  EXPECT_EQ(judge(input).state, RowState::kStale);
  // Receive times that step back leave an event after the boundary.
  input.since_depth_event = Nanos{-1};
  EXPECT_EQ(judge(input).state, RowState::kLive);
}

TEST(Quality, NamesAndDefinesEveryStateAndReason) {
  std::set<std::string_view> names;
  for (const RowState state : kAllRowStates) {
    EXPECT_TRUE(names.insert(to_string(state)).second) << to_string(state);
    EXPECT_FALSE(definition_of(state).empty());
  }
  EXPECT_EQ(to_string(RowState::kHalted), "halted");
  EXPECT_EQ(to_string(RowState::kSyncing), "syncing");
  EXPECT_EQ(to_string(RowState::kSuspect), "suspect");
  EXPECT_EQ(to_string(RowState::kStale), "stale");
  EXPECT_EQ(to_string(RowState::kLive), "live");

  std::set<std::string_view> reasons;
  std::set<std::string_view> definitions;
  for (const Reason reason : kAllReasons) {
    EXPECT_TRUE(reasons.insert(to_string(reason)).second) << to_string(reason);
    EXPECT_TRUE(definitions.insert(definition_of(reason)).second) << to_string(reason);
    EXPECT_FALSE(definition_of(reason).ends_with('.'));
  }
  EXPECT_EQ(to_string(Reason::kNone), "");
  EXPECT_EQ(to_string(Reason::kTradingHalted), "trading_halted");
  EXPECT_EQ(to_string(Reason::kSequenceGap), "sequence_gap");
  EXPECT_EQ(to_string(Reason::kSuspectLevels), "suspect_levels");
  EXPECT_EQ(to_string(Reason::kConnectionDown), "connection_down");
  EXPECT_EQ(to_string(SyncState::kSyncing), "syncing");
  EXPECT_EQ(to_string(SyncState::kSuspect), "suspect");
  EXPECT_EQ(to_string(SyncState::kInSync), "in_sync");
}

}  // namespace
}  // namespace acts
