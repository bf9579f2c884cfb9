// The documented rules of both venues, one test each; step numbers as in depth_sync.cpp.
#include "binance/depth_sync.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace acts::binance {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Why = SnapshotWanted::Why;

constexpr UnixNanos kStart{1'700'000'000'000'000'000};

// A DepthSync with a clock that stands until it is moved.
class Fixture : public testing::Test {
 protected:
  UpdateVerdict update(std::int64_t first, std::int64_t last) {
    return sync_.on_update({UpdateId{first}, UpdateId{last}, UpdateId{}}, now_).value();
  }
  UpdateVerdict usdm_update(std::int64_t first, std::int64_t last, std::int64_t previous) {
    return sync_.on_update({UpdateId{first}, UpdateId{last}, UpdateId{previous}}, now_).value();
  }
  SnapshotVerdict snapshot(std::int64_t id, std::int64_t forgotten = -1) {
    return sync_.on_snapshot(UpdateId{id}, UpdateId{forgotten}, now_);
  }
  // Why a snapshot is asked for now; nothing if it is not.
  std::optional<Why> asked() {
    const std::optional<SnapshotWanted> wanted = sync_.poll_action(now_);
    return wanted ? std::optional(wanted->why) : std::nullopt;
  }
  void pass(Nanos span) { now_ = now_ + span; }
  // To the next deadline, and on_timeout() there.
  bool time_out() {
    now_ = sync_.next_deadline().value();
    return sync_.on_timeout(now_);
  }
  // In sync at `id`, nothing under way.
  void sync_at(std::int64_t id) {
    update(id - 1, id);
    asked();
    ASSERT_EQ(snapshot(id), SnapshotVerdict::kMerge);
  }

  UnixNanos now_ = kStart;
  DepthSync sync_{Venue::kBinanceSpot};
};

class DepthSyncSpot : public Fixture {};
class DepthSyncUsdm : public Fixture {
 protected:
  DepthSyncUsdm() { sync_ = DepthSync(Venue::kBinanceUsdm); }
};
class DepthSyncTime : public Fixture {};

// [spot 1], [spot 2]
TEST_F(DepthSyncSpot, TheFirstUpdateIsAppliedAndASnapshotAskedFor) {
  EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kSyncing, Reason::kStarting}));
  EXPECT_EQ(asked(), std::nullopt);
  EXPECT_EQ(update(101, 110), UpdateVerdict::kApply);
  EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kSyncing, Reason::kNoSnapshot}));
  EXPECT_EQ(sync_.oldest_usable(), UpdateId{100});
  EXPECT_EQ(sync_.last_update_id(), UpdateId{110});
  EXPECT_EQ(asked(), Why::kFirst);
}

TEST_F(DepthSyncSpot, OnlyOneRequestIsUnderWay) {
  update(101, 110);
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_EQ(asked(), std::nullopt);
  update(120, 130);  // a gap meanwhile
  EXPECT_EQ(asked(), std::nullopt);
}

// [spot 3]
TEST_F(DepthSyncSpot, ASnapshotOlderThanTheStateBeforeTheFirstUpdateIsTooOld) {
  update(101, 110);
  asked();
  EXPECT_EQ(snapshot(99), SnapshotVerdict::kTooOld);
  EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kSyncing, Reason::kSnapshotTooOld}));
  EXPECT_EQ(sync_.counters().too_old, 1U);
  EXPECT_EQ(asked(), std::nullopt);
  pass(milliseconds{500});
  EXPECT_EQ(asked(), Why::kTooOld);
  EXPECT_EQ(snapshot(100), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kInSync, Reason::kNone}));
}

TEST_F(DepthSyncSpot, ASnapshotOlderThanARememberedDeletionIsTooOld) {
  update(101, 110);
  update(111, 120);
  asked();
  EXPECT_EQ(snapshot(105, 106), SnapshotVerdict::kTooOld);
  EXPECT_EQ(snapshot(106, 106), SnapshotVerdict::kMerge);
}

// [spot 4]
TEST_F(DepthSyncSpot, UpdatesUpToTheSnapshotCountAsDropped) {
  update(101, 110);
  update(111, 120);
  update(121, 130);
  asked();
  EXPECT_EQ(sync_.counters().applied, 3U);
  EXPECT_EQ(snapshot(120), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.counters().stale, 2U);
  EXPECT_EQ(sync_.counters().applied, 1U);
  EXPECT_EQ(sync_.counters().merged, 1U);
}

TEST_F(DepthSyncSpot, AnUpdateThatStraddlesTheSnapshotIsApplied) {
  update(101, 110);
  update(111, 120);
  asked();
  EXPECT_EQ(snapshot(115), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.counters().applied, 1U);
  EXPECT_EQ(sync_.counters().stale, 1U);
}

// [spot 5]
TEST_F(DepthSyncSpot, UpdatesThatContinueOrOverlapAreAppliedAndKnownOnesDropped) {
  sync_at(110);
  EXPECT_EQ(update(111, 111), UpdateVerdict::kApply);
  EXPECT_EQ(update(100, 111), UpdateVerdict::kStale);
  EXPECT_EQ(update(105, 110), UpdateVerdict::kStale);
  EXPECT_EQ(update(100, 112), UpdateVerdict::kApply);
  EXPECT_EQ(update(113, 120), UpdateVerdict::kApply);
  EXPECT_EQ(sync_.counters().stale, 1U + 2U) << "the one that the snapshot superseded, and two";
  EXPECT_EQ(sync_.counters().gaps, 0U);
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
}

TEST_F(DepthSyncSpot, AMissingUpdateIsAGapUntilASnapshotNotOlderThanItsEnd) {
  sync_at(110);
  EXPECT_EQ(update(112, 120), UpdateVerdict::kGap);
  EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kSuspect, Reason::kSequenceGap}));
  EXPECT_EQ(sync_.counters().gaps, 1U);
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(update(121, 130), UpdateVerdict::kApply);
  EXPECT_EQ(snapshot(110), SnapshotVerdict::kTooOld);
  EXPECT_EQ(sync_.status().state, SyncState::kSuspect);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kTooOld);
  EXPECT_EQ(snapshot(111), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
}

TEST_F(DepthSyncSpot, ASnapshotAskedForBeforeAGapHealsItOnlyIfItIsNotOlder) {
  update(101, 110);
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_EQ(update(121, 130), UpdateVerdict::kGap);
  EXPECT_EQ(sync_.counters().gaps, 0U) << "breaks are counted after the first merge";
  EXPECT_EQ(snapshot(115), SnapshotVerdict::kTooOld);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kFirst) << "asked for by the gap";
  EXPECT_EQ(snapshot(125), SnapshotVerdict::kMerge);
  EXPECT_EQ(asked(), std::nullopt);
}

TEST_F(DepthSyncSpot, ASecondGapMovesTheEndThatASnapshotMustReach) {
  sync_at(110);
  update(121, 130);
  asked();
  EXPECT_EQ(update(141, 150), UpdateVerdict::kGap);
  EXPECT_EQ(sync_.counters().gaps, 2U);
  EXPECT_EQ(snapshot(130), SnapshotVerdict::kTooOld);
  EXPECT_EQ(snapshot(140), SnapshotVerdict::kMerge);
}

TEST_F(DepthSyncSpot, WithNoUpdateYetASnapshotIsInstalledAndTheFirstUpdateMustContinueIt) {
  EXPECT_EQ(snapshot(110), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
  EXPECT_EQ(update(100, 110), UpdateVerdict::kStale);
  EXPECT_EQ(update(105, 112), UpdateVerdict::kApply);
  EXPECT_EQ(sync_.counters().gaps, 0U);
}

TEST_F(DepthSyncSpot, AFirstUpdateThatDoesNotContinueTheSnapshotIsAGap) {
  EXPECT_EQ(snapshot(110), SnapshotVerdict::kMerge);
  EXPECT_EQ(update(112, 115), UpdateVerdict::kGap);
  EXPECT_EQ(asked(), Why::kGap);
}

TEST_F(DepthSyncSpot, AnUpdateWithoutSenseLeavesEverythingAsItWas) {
  sync_at(110);
  const Result<UpdateVerdict> refused = sync_.on_update({UpdateId{112}, UpdateId{111}, UpdateId{}}, now_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "depth update with U 112 above u 111");
  EXPECT_EQ(update(111, 120), UpdateVerdict::kApply);
}

TEST_F(DepthSyncSpot, ALostUpdateIsShownByTheIdsOfTheNextOne) {
  sync_at(110);
  ASSERT_FALSE(sync_.on_update({UpdateId{119}, UpdateId{111}, UpdateId{}}, now_).has_value());
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
  EXPECT_EQ(update(121, 130), UpdateVerdict::kGap);
}

// [usdm 3], [usdm 4]
TEST_F(DepthSyncUsdm, TheUpdateThatBracketsTheSnapshotIsAppliedEvenIfItEndsWithIt) {
  usdm_update(101, 110, 95);
  EXPECT_EQ(sync_.oldest_usable(), UpdateId{95});
  usdm_update(115, 120, 110);
  usdm_update(125, 130, 120);
  asked();
  EXPECT_EQ(snapshot(120), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.counters().stale, 1U);
  EXPECT_EQ(sync_.counters().applied, 2U);
}

TEST_F(DepthSyncUsdm, AfterASnapshotThatCameFirstTheUpdateWithItsIdCarriesOn) {
  EXPECT_EQ(snapshot(120), SnapshotVerdict::kMerge);
  EXPECT_EQ(usdm_update(101, 110, 95), UpdateVerdict::kStale);
  EXPECT_EQ(usdm_update(115, 120, 110), UpdateVerdict::kApply);
  EXPECT_EQ(usdm_update(115, 120, 110), UpdateVerdict::kStale) << "the same again";
  EXPECT_EQ(usdm_update(125, 130, 120), UpdateVerdict::kApply);
}

TEST_F(DepthSyncUsdm, ASnapshotOlderThanThePreviousIdOfTheFirstUpdateIsTooOld) {
  usdm_update(101, 110, 95);
  asked();
  EXPECT_EQ(snapshot(94), SnapshotVerdict::kTooOld);
  EXPECT_EQ(snapshot(95), SnapshotVerdict::kMerge);
}

// [usdm 5]
TEST_F(DepthSyncUsdm, OnlyThePreviousIdTellsAGap) {
  snapshot(120);
  EXPECT_EQ(usdm_update(121, 130, 120), UpdateVerdict::kApply);
  EXPECT_EQ(usdm_update(500, 510, 130), UpdateVerdict::kApply) << "ids jump";
  EXPECT_EQ(usdm_update(511, 520, 505), UpdateVerdict::kApply) << "an overlap";
  EXPECT_EQ(usdm_update(521, 530, 521), UpdateVerdict::kGap);
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(520), SnapshotVerdict::kTooOld);
  EXPECT_EQ(snapshot(521), SnapshotVerdict::kMerge);
}

TEST_F(DepthSyncUsdm, AnUpdateThatFollowsALaterOneIsRefused) {
  snapshot(120);
  EXPECT_FALSE(sync_.on_update({UpdateId{121}, UpdateId{130}, UpdateId{131}}, now_).has_value());
  EXPECT_EQ(sync_.last_update_id(), UpdateId{120});
}

TEST_F(DepthSyncTime, ASnapshotAheadOfTheStreamWaitsForIt) {
  update(101, 110);
  asked();
  EXPECT_EQ(snapshot(125), SnapshotVerdict::kWait);
  EXPECT_FALSE(sync_.pending_is_due());
  EXPECT_EQ(asked(), std::nullopt);
  update(111, 120);
  EXPECT_FALSE(sync_.pending_is_due());
  update(121, 125);
  EXPECT_TRUE(sync_.pending_is_due());
  EXPECT_EQ(snapshot(125), SnapshotVerdict::kMerge);
  EXPECT_FALSE(sync_.pending_is_due());
  EXPECT_EQ(sync_.next_deadline(), std::nullopt);
}

TEST_F(DepthSyncTime, ASnapshotThatTheStreamDoesNotReachIsGivenUpAndAskedForAgain) {
  update(101, 110);
  asked();
  snapshot(125);
  EXPECT_EQ(sync_.next_deadline(), kStart + seconds{10});
  pass(seconds{9});
  EXPECT_FALSE(sync_.on_timeout(now_));
  EXPECT_TRUE(time_out());
  EXPECT_EQ(now_, kStart + seconds{10});
  EXPECT_EQ(sync_.counters().gave_up_waiting, 1U);
  EXPECT_FALSE(sync_.pending_is_due());
  pass(milliseconds{500});
  EXPECT_EQ(asked(), Why::kFirst);
}

TEST_F(DepthSyncTime, AGapWhileASnapshotWaitsIsJudgedWhenItIsDue) {
  update(101, 110);
  asked();
  snapshot(125);
  update(131, 140);
  EXPECT_TRUE(sync_.pending_is_due());
  EXPECT_EQ(snapshot(125), SnapshotVerdict::kTooOld);
}

TEST_F(DepthSyncTime, APendingSnapshotThatCannotBeUsedIsAskedForAgain) {
  sync_.on_pending_failed(now_);
  EXPECT_EQ(sync_.next_deadline(), std::nullopt) << "none waits";
  update(101, 110);
  asked();
  snapshot(125);
  sync_.on_pending_failed(now_);
  EXPECT_FALSE(sync_.pending_is_due());
  EXPECT_EQ(sync_.counters().gave_up_waiting, 0U);
  pass(milliseconds{500});
  EXPECT_EQ(asked(), Why::kFirst);
}

TEST_F(DepthSyncTime, FailuresBackOffUpToTheCapAndSuccessEndsThat) {
  update(101, 110);
  EXPECT_EQ(asked(), Why::kFirst);
  for (const std::int64_t expected : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
    sync_.on_snapshot_failed(now_);
    EXPECT_EQ(sync_.next_deadline(), now_ + milliseconds{expected});
    pass(milliseconds{expected - 1});
    EXPECT_EQ(asked(), std::nullopt);
    pass(milliseconds{1});
    EXPECT_EQ(asked(), Why::kFirst);
  }
  EXPECT_EQ(snapshot(110), SnapshotVerdict::kMerge);
  update(115, 120);
  EXPECT_EQ(asked(), Why::kGap);
  sync_.on_snapshot_failed(now_);
  EXPECT_EQ(sync_.next_deadline(), now_ + milliseconds{500});
}

TEST_F(DepthSyncTime, AFailureThatNobodyAskedForChangesNothing) {
  sync_at(110);
  sync_.on_snapshot_failed(now_);
  EXPECT_EQ(sync_.next_deadline(), std::nullopt);
}

TEST_F(DepthSyncTime, ARequestWithoutAnAnswerCountsAsFailed) {
  update(101, 110);
  asked();
  EXPECT_EQ(sync_.next_deadline(), kStart + seconds{60});
  EXPECT_FALSE(time_out());
  EXPECT_EQ(sync_.next_deadline(), kStart + seconds{60} + milliseconds{500});
  pass(milliseconds{500});
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_EQ(snapshot(110), SnapshotVerdict::kMerge) << "the late answer is as good";
}

TEST_F(DepthSyncTime, AFailedRequestIsRepeatedForWhatItWasFor) {
  sync_at(110);
  update(115, 120);
  asked();
  sync_.on_snapshot_failed(now_);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(120), SnapshotVerdict::kMerge);
  sync_.want_snapshot(Why::kEdge, now_);
  EXPECT_EQ(asked(), Why::kEdge);
  sync_.on_snapshot_failed(now_);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kEdge);
}

TEST_F(DepthSyncTime, AQuietStreamGetsItsSnapshotAfterAWhile) {
  sync_.on_stream_open(now_);
  EXPECT_EQ(sync_.next_deadline(), kStart + seconds{3});
  EXPECT_EQ(asked(), std::nullopt);
  time_out();
  EXPECT_EQ(sync_.next_deadline(), now_) << "there is something to poll";
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_EQ(snapshot(110), SnapshotVerdict::kMerge);
}

TEST_F(DepthSyncTime, AStreamThatSpeaksAtOnceIsNotQuiet) {
  sync_.on_stream_open(now_);
  update(101, 110);
  EXPECT_EQ(asked(), Why::kFirst);
  snapshot(110);
  EXPECT_EQ(sync_.next_deadline(), std::nullopt);
  sync_.on_stream_open(now_);  // again, after a reconnect
  EXPECT_EQ(sync_.next_deadline(), std::nullopt);
}

TEST_F(DepthSyncTime, SnapshotsThatHealNothingAreGrantedOncePerInterval) {
  sync_at(110);
  sync_.want_snapshot(Why::kEdge, now_);
  EXPECT_EQ(asked(), Why::kEdge);
  sync_.want_snapshot(Why::kEdge, now_);
  snapshot(110);
  sync_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), std::nullopt);
  pass(seconds{60} - Nanos{1});
  sync_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), std::nullopt);
  pass(Nanos{1});
  sync_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), Why::kRefresh);
}

TEST_F(DepthSyncTime, ACrossedBookDoesNotWaitForTheIntervalOfTheOthers) {
  sync_at(110);
  sync_.want_snapshot(Why::kEdge, now_);
  asked();
  snapshot(110);
  sync_.want_snapshot(Why::kCrossed, now_);
  EXPECT_EQ(asked(), Why::kCrossed);
  snapshot(110);
  pass(seconds{59});
  sync_.want_snapshot(Why::kCrossed, now_);
  EXPECT_EQ(asked(), std::nullopt);
}

TEST_F(DepthSyncTime, AGapTakesOverAVoluntaryWish) {
  sync_at(110);
  sync_.want_snapshot(Why::kEdge, now_);
  update(115, 120);
  EXPECT_EQ(asked(), Why::kGap);
}

TEST_F(DepthSyncTime, ManyUpdatesBeforeTheFirstSnapshotAreCountedWithinABound) {
  constexpr std::int64_t kUpdates = 200'000;
  for (std::int64_t id = 1; id <= kUpdates; ++id) update(id, id);
  asked();
  EXPECT_EQ(snapshot(kUpdates - 10), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.counters().applied, 10U);
  EXPECT_EQ(sync_.counters().stale, static_cast<std::uint64_t>(kUpdates) - 10);
}

TEST_F(DepthSyncTime, IdsMayBeAsLargeAsTheyCome) {
  constexpr std::int64_t kHuge = (std::int64_t{1} << 62) - 1;
  update(kHuge - 1, kHuge);
  asked();
  EXPECT_EQ(snapshot(kHuge), SnapshotVerdict::kMerge);
  EXPECT_EQ(update(kHuge, kHuge), UpdateVerdict::kStale);
}

// A book that was crossed waited behind the audits: its wish was dropped while a voluntary one was under way.
TEST_F(DepthSyncTime, AMoreUrgentReasonIsToldWhileARequestIsUnderWay) {
  sync_at(110);
  sync_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), Why::kRefresh);
  sync_.want_snapshot(Why::kEdge, now_);
  EXPECT_EQ(asked(), std::nullopt);
  sync_.want_snapshot(Why::kCrossed, now_);
  EXPECT_EQ(asked(), Why::kCrossed);
  EXPECT_EQ(asked(), std::nullopt);
  EXPECT_EQ(update(120, 130), UpdateVerdict::kGap);
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(asked(), std::nullopt);
  EXPECT_EQ(snapshot(130), SnapshotVerdict::kMerge);
  EXPECT_EQ(asked(), std::nullopt);
}

TEST_F(DepthSyncTime, ACrossedBookReplacesAWishThatNobodyHasTakenYet) {
  sync_at(110);
  sync_.want_snapshot(Why::kEdge, now_);
  sync_.want_snapshot(Why::kCrossed, now_);
  EXPECT_EQ(asked(), Why::kCrossed);
}

// One too old for an audit was asked for again as if there were a gap, before the gaps of others.
TEST_F(DepthSyncTime, AVoluntarySnapshotThatIsTooOldStaysVoluntary) {
  sync_at(110);
  sync_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), Why::kRefresh);
  EXPECT_EQ(snapshot(100, 105), SnapshotVerdict::kTooOld);
  now_ = sync_.next_deadline().value();
  EXPECT_EQ(asked(), Why::kRefresh);
  sync_.on_snapshot_failed(now_);
  now_ = sync_.next_deadline().value();
  EXPECT_EQ(asked(), Why::kRefresh);
}

// A venue whose ids went back was not heard until they had come as far again.
TEST_F(DepthSyncSpot, IdsMayStartAnew) {
  sync_at(100'000);
  pass(seconds{1});
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(update(1 + 10 * i, 10 + 10 * i), UpdateVerdict::kStale);
    EXPECT_EQ(asked(), std::nullopt);
    pass(seconds{1});
  }
  EXPECT_EQ(update(301, 310), UpdateVerdict::kStale);
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(305), SnapshotVerdict::kRestart);
  EXPECT_EQ(sync_.last_update_id(), UpdateId{310});
  EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kSuspect, Reason::kSequenceGap}));
  EXPECT_EQ(sync_.counters().restarts, 1U);
  EXPECT_EQ(sync_.counters().gaps, 1U);
  EXPECT_EQ(update(311, 320), UpdateVerdict::kApply);
  now_ = sync_.next_deadline().value();
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(315), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
}

// The second of two connections, which says the same a little later, hid it for ever.
TEST_F(DepthSyncSpot, IdsMayStartAnewOnTwoConnections) {
  sync_at(100'000);
  for (int i = 0; i <= 31; ++i) {
    pass(seconds{1});
    EXPECT_EQ(update(1 + 10 * i, 10 + 10 * i), UpdateVerdict::kStale);
    if (i == 0) continue;
    EXPECT_EQ(update(10 * i - 9, 10 * i), UpdateVerdict::kStale);
  }
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(305), SnapshotVerdict::kRestart);
  EXPECT_EQ(sync_.last_update_id(), UpdateId{320});
}

TEST_F(DepthSyncUsdm, IdsMayStartAnewBeforeTheFirstSnapshot) {
  usdm_update(99'000, 100'000, 98'990);
  EXPECT_EQ(asked(), Why::kFirst);
  for (int i = 0; i <= 30; ++i) {
    EXPECT_EQ(usdm_update(5 + 10 * i, 10 + 10 * i, 10 * i), UpdateVerdict::kStale);
    pass(seconds{1});
  }
  EXPECT_EQ(snapshot(300), SnapshotVerdict::kRestart);
  EXPECT_EQ(sync_.counters().gaps, 0U);
  now_ = sync_.next_deadline().value();
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_EQ(snapshot(310), SnapshotVerdict::kMerge);
}

TEST_F(DepthSyncSpot, WhatIsOnlyLateIsNoRestart) {
  sync_at(100'000);
  // A connection that is far behind, beside one that is not.
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(update(1 + 10 * i, 10 + 10 * i), UpdateVerdict::kStale);
    EXPECT_EQ(update(100'001 + i, 100'001 + i), UpdateVerdict::kApply);
    pass(seconds{1});
  }
  EXPECT_EQ(snapshot(100'010), SnapshotVerdict::kMerge);
  // Updates of which none continues another.
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(update(1 + 20 * i, 10 + 20 * i), UpdateVerdict::kStale);
    pass(seconds{1});
  }
  EXPECT_EQ(snapshot(200, 500), SnapshotVerdict::kTooOld);
  // REST has not gone back with them.
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(update(1 + 10 * i, 10 + 10 * i), UpdateVerdict::kStale);
    pass(seconds{1});
  }
  EXPECT_EQ(snapshot(100'045), SnapshotVerdict::kWait);
  EXPECT_EQ(sync_.counters().restarts, 0U);
}

class DepthSyncAfterPause : public Fixture {
 protected:
  DepthSyncAfterPause() {
    sync_.resume_after_pause(UpdateId{100}, now_);
    EXPECT_EQ(sync_.status(), (SyncStatus{SyncState::kSuspect, Reason::kNotRunning}));
    EXPECT_EQ(sync_.counters().gaps, 1U);
  }
};

TEST_F(DepthSyncAfterPause, AsksForASnapshotWithTheFirstUpdate) {
  EXPECT_FALSE(asked()) << "what is asked for before the stream is there would be too old";
  EXPECT_EQ(update(201, 210), UpdateVerdict::kApply);
  EXPECT_EQ(sync_.counters().gaps, 1U) << "the gap is known";
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(199), SnapshotVerdict::kTooOld);
  pass(seconds{1});
  EXPECT_TRUE(asked());
  EXPECT_EQ(snapshot(205), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
}

TEST_F(DepthSyncAfterPause, AsksForASnapshotOfAQuietStreamToo) {
  sync_.on_stream_open(now_);
  EXPECT_FALSE(time_out());
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(150), SnapshotVerdict::kMerge) << "the stream has nothing to say: it cannot be waited for";
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
  EXPECT_EQ(update(151, 160), UpdateVerdict::kApply);
  EXPECT_EQ(update(162, 163), UpdateVerdict::kGap);
}

TEST_F(DepthSyncAfterPause, IsHealedByASnapshotThatIsNotOlderThanTheBook) {
  EXPECT_EQ(update(101, 102), UpdateVerdict::kApply);
  EXPECT_EQ(sync_.status().state, SyncState::kSuspect) << "a restart is a gap, though nothing seems to be missing";
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(99), SnapshotVerdict::kTooOld);
  EXPECT_EQ(snapshot(100), SnapshotVerdict::kMerge);
  EXPECT_EQ(sync_.status().state, SyncState::kInSync);
}

TEST_F(Fixture, IsAtRestOnlyWhenNothingIsOpen) {
  EXPECT_FALSE(sync_.is_at_rest());
  sync_at(100);
  EXPECT_TRUE(sync_.is_at_rest());
  update(101, 110);
  EXPECT_TRUE(sync_.is_at_rest());
  // With two lines every update comes twice: a book was hardly ever at rest.
  update(102, 102);
  EXPECT_TRUE(sync_.is_at_rest());
  for (int id = 103; id < 106; ++id) update(id, id);
  EXPECT_FALSE(sync_.is_at_rest()) << "the venue may count from anew";
  update(111, 111);
  sync_.want_snapshot(Why::kRefresh, now_);
  EXPECT_FALSE(sync_.is_at_rest());
  EXPECT_TRUE(asked());
  EXPECT_FALSE(sync_.is_at_rest());
  EXPECT_EQ(snapshot(111), SnapshotVerdict::kMerge);
  EXPECT_TRUE(sync_.is_at_rest());
  update(120, 121);
  EXPECT_FALSE(sync_.is_at_rest());
}

}  // namespace
}  // namespace acts::binance
