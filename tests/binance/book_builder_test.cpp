#include "binance/book_builder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "binance/book_builder_fixture.hpp"

namespace acts::binance {
namespace {

using namespace test;

TEST_F(BookBuilderTest, UpdatesBeforeTheSnapshotAreKeptWhereTheyAreNewer) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  update(111, 120, {level(99, 2)}, {level(110, 0)});
  EXPECT_EQ(status().state, SyncState::kSyncing);
  EXPECT_EQ(snapshot(115, {level(100, 5), level(98, 5)}, {level(110, 5), level(111, 5)}), Outcome::kMerged);
  EXPECT_EQ(book(), "bids 100x5 99x2 98x5 asks 111x5");
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(builder_.last_event_time(), UnixNanos{120});
}

// [usdm 4] takes the update that ends with the snapshot's id; spot drops it.
TEST_F(BookBuilderTest, LevelsOutsideTheSnapshotFromTheUpdateWithItsIdStayOnUsdmOnly) {
  const std::vector<Level> far{level(50, 9)};
  const std::vector<Level> bids{level(100, 1)};
  const std::vector<Level> asks{level(110, 1)};
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    for (const bool snapshot_first : {false, true}) {
      builder_ = BookBuilder(venue, Scales{});
      const DepthSnapshot at_110{UpdateId{110}, {}, 1, {}, bids, asks};
      if (snapshot_first) builder_.on_snapshot(at_110, now_).value();
      builder_.on_update({UpdateId{101}, UpdateId{110}, UpdateId{100}, {}, {}, far, {}}, now_).value();
      if (!snapshot_first) builder_.on_snapshot(at_110, now_).value();
      EXPECT_EQ(book(), venue == Venue::kBinanceUsdm ? "bids 100x1 50x9 asks 110x1" : "bids 100x1 asks 110x1");
    }
  }
}

TEST_F(BookBuilderTest, ASnapshotAheadOfTheStreamIsMergedWhenTheStreamHasReachedIt) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  EXPECT_EQ(snapshot(125, {level(100, 7)}, {level(110, 7)}), Outcome::kWaiting);
  EXPECT_EQ(status().state, SyncState::kSyncing);
  EXPECT_EQ(update(111, 120, {level(100, 2)}), UpdateVerdict::kApply);
  EXPECT_EQ(status().state, SyncState::kSyncing);
  EXPECT_EQ(update(121, 130, {level(99, 3)}), UpdateVerdict::kApply);
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(book(), "bids 100x7 99x3 asks 110x7");
}

TEST_F(BookBuilderTest, KnowsTheLargestSnapshotThatItHasMergedSinceAGap) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  EXPECT_EQ(snapshot(115, {level(100, 7)}, {level(110, 7)}, 5000), Outcome::kWaiting);
  EXPECT_EQ(builder_.merged_limit(), 0);
  update(111, 120, {level(100, 2)});
  EXPECT_EQ(builder_.merged_limit(), 5000);
  EXPECT_EQ(snapshot(120, {level(100, 2)}, {level(110, 7)}, 1000), Outcome::kMerged);
  EXPECT_EQ(builder_.merged_limit(), 5000);
  EXPECT_EQ(update(131, 140, {level(99, 1)}), UpdateVerdict::kGap);
  EXPECT_EQ(builder_.merged_limit(), 0);
  EXPECT_EQ(snapshot(140, {level(99, 1)}, {level(110, 7)}, 1000), Outcome::kMerged);
  EXPECT_EQ(builder_.merged_limit(), 1000);
}

// As an exchange of ours answers whose recording has five levels.
TEST_F(BookBuilderTest, KnowsNothingBeyondASnapshotThatIsAsLongAsALowerLimit) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  const std::vector<Level> five{level(100, 1), level(99, 1), level(98, 1), level(97, 1), level(96, 1)};
  EXPECT_EQ(snapshot(110, five, {level(110, 1)}, 5000), Outcome::kMerged);
  EXPECT_TRUE(builder_.book().coverage().contains(Price{96}));
  EXPECT_FALSE(builder_.book().coverage().contains(Price{95}));
  EXPECT_TRUE(builder_.book().coverage().contains(Price{1'000'000}));
  EXPECT_EQ(builder_.merged_limit(), 5000) << "or it would be asked for again and again";
  EXPECT_EQ(audit(110, five, {level(110, 1)}, 5000), Outcome::kMerged);
  EXPECT_FALSE(builder_.book().coverage().contains(Price{95}));
}

TEST_F(BookBuilderTest, AWaitingSnapshotThatAGapHasOvertakenIsTooOld) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(115, {level(100, 7)}, {level(110, 7)});
  EXPECT_EQ(update(121, 130), UpdateVerdict::kGap);
  EXPECT_EQ(builder_.sync().counters().too_old, 1U);
  EXPECT_EQ(status(), (SyncStatus{SyncState::kSyncing, Reason::kSnapshotTooOld}));
  EXPECT_EQ(book(), "bids 100x1? asks 110x1?");
}

TEST_F(BookBuilderTest, AWaitingSnapshotIsForgottenAfterTheTimeLimit) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(125, {level(100, 7)}, {level(110, 7)});
  pass(seconds{10});
  EXPECT_LE(builder_.next_deadline().value(), now_);
  builder_.on_timeout(now_);
  EXPECT_EQ(update(111, 130), UpdateVerdict::kApply);
  EXPECT_EQ(book(), "bids 100x1 asks 110x1");
  EXPECT_EQ(builder_.sync().counters().merged, 0U);
}

TEST_F(BookBuilderTest, AGapMakesLevelsSuspectUntilASnapshotHealsIt) {
  snapshot(110, {level(100, 5), level(99, 5), level(80, 5)}, {level(110, 5), level(111, 5), level(130, 5)});
  EXPECT_EQ(update(121, 130, {level(99, 6)}), UpdateVerdict::kGap);
  EXPECT_EQ(status(), (SyncStatus{SyncState::kSuspect, Reason::kSequenceGap}));
  EXPECT_EQ(book(), "bids 100x5? 99x6 80x5? asks 110x5? 111x5? 130x5?");
  EXPECT_TRUE(builder_.book().coverage().empty());
  EXPECT_EQ(snapshot(125, {level(100, 1), level(98, 1)}, {level(110, 1), level(112, 1)}, 2), Outcome::kMerged);
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(book(), "bids 100x1 99x6 98x1 80x5? asks 110x1 112x1 130x5?");
}

TEST_F(BookBuilderTest, ATradeThroughASuspectLevelShowsThatItIsGone) {
  snapshot(110, {level(100, 5), level(99, 5)}, {level(110, 5), level(111, 5)});
  update(121, 130);
  trade(99);
  EXPECT_EQ(book(), "bids 99x5? asks 110x5? 111x5?");
  trade(99, {}, false);
  trade(995, {1, 0});  // 99.5: more decimals than the book has
  EXPECT_EQ(book(), "bids 99x5? asks 110x5? 111x5?");
  trade(111);
  EXPECT_EQ(book(), "bids 99x5? asks 111x5?");
  EXPECT_EQ(builder_.book().ghosts(), 2U);
}

TEST_F(BookBuilderTest, ATradeInSyncRemovesNothing) {
  snapshot(110, {level(100, 5)}, {level(110, 5)});
  trade(50);
  EXPECT_EQ(book(), "bids 100x5 asks 110x5");
}

// A trade that came late removed a level that was there.
TEST_F(BookBuilderTest, TradesFromBeforeTheGapClearNoSuspectLevel) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)}, 1);
  update(120, 125, {level(90, 1)});
  trade(99, {}, true, UnixNanos{110});
  EXPECT_EQ(book(), "bids 100x1? 90x1 asks 110x1?");
  trade(99, {}, true, UnixNanos{111});
  EXPECT_EQ(book(), "bids 90x1 asks 110x1?");
}

TEST_F(BookBuilderTest, ALostUpdateIsAGapWithoutTheNextOne) {
  update(101, 110, {level(100, 1)}, {level(110, 1)});
  snapshot(110, {level(100, 1)}, {level(110, 1)}, 1);
  EXPECT_TRUE(builder_.on_lost(now_));
  EXPECT_FALSE(builder_.on_lost(now_));
  EXPECT_EQ(status(), (SyncStatus{SyncState::kSuspect, Reason::kBadMessage}));
  EXPECT_EQ(book(), "bids 100x1? asks 110x1?");
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(builder_.book().epoch(), 1U);
  EXPECT_EQ(update(115, 120, {level(95, 1)}), UpdateVerdict::kApply);
  EXPECT_EQ(builder_.book().epoch(), 1U);
  EXPECT_EQ(snapshot(113, {}, {}), Outcome::kTooOld);
  EXPECT_EQ(snapshot(114, {level(100, 1)}, {level(110, 1)}, 1), Outcome::kMerged);
  EXPECT_EQ(status(), kInSync);
}

// [usdm 4] It has the snapshot's id, and what it sets is no suspect: the levels stayed for ever, as the gap that they
// were of had grown old.
TEST_F(BookBuilderTest, LevelsOfTheUpdateWithTheSnapshotsIdAreExactAfterALoss) {
  builder_ = BookBuilder(Venue::kBinanceUsdm, Scales{});
  snapshot(110, {level(100, 1), level(90, 1)}, {level(110, 1)}, 1);
  EXPECT_TRUE(builder_.on_lost(now_));
  EXPECT_EQ(update(105, 110, {level(100, 2)}), UpdateVerdict::kApply);
  EXPECT_EQ(book(), "bids 100x2 90x1? asks 110x1?");
  pass(BookBuilder::Options{}.suspect_age_limit);
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 100x2 asks");
}

TEST_F(BookBuilderTest, NothingIsLostBeforeAnythingCame) {
  EXPECT_FALSE(builder_.on_lost(now_));
  snapshot(110, {level(100, 1)}, {level(110, 1)}, 1);
  EXPECT_TRUE(builder_.on_lost(now_));
  snapshot(112, {level(100, 1)}, {level(110, 1)}, 1);
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(update(115, 120), UpdateVerdict::kGap);
}

TEST_F(BookBuilderTest, SuspectLevelsAreRemovedWhenTheyAreOld) {
  snapshot(110, {level(100, 5), level(50, 5)}, {level(110, 5), level(150, 5)}, 2);
  update(121, 130, {level(100, 6)});
  pass(hours{1});
  snapshot(130, {level(100, 6), level(99, 1)}, {level(110, 5), level(111, 1)}, 2);
  EXPECT_EQ(book(), "bids 100x6 99x1 50x5? asks 110x5 111x1 150x5?");
  EXPECT_EQ(builder_.next_deadline(), kStart + hours{24});
  now_ = kStart + hours{24};
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 100x6 99x1 asks 110x5 111x1");
  EXPECT_EQ(builder_.next_deadline(), std::nullopt);
}

TEST_F(BookBuilderTest, EachGapHasItsOwnAgeLimit) {
  snapshot(110, {level(100, 5)}, {level(110, 5)});
  update(121, 130, {level(90, 1)});
  pass(hours{2});
  update(141, 150, {level(80, 1)});
  EXPECT_EQ(book(), "bids 100x5? 90x1? 80x1 asks 110x5?");
  now_ = kStart + hours{24};
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 90x1? 80x1 asks");
  now_ = kStart + hours{26};
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 80x1 asks");
}

TEST_F(BookBuilderTest, ASnapshotAheadOfAllThatWasSeenLeavesSuspectsThatGrowOldToo) {
  snapshot(110, {level(100, 5), level(50, 5)}, {level(110, 5), level(150, 5)}, 2);
  snapshot(200, {level(101, 5), level(99, 5)}, {level(110, 5), level(111, 5)}, 2);
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(book(), "bids 101x5 99x5 50x5? asks 110x5 111x5 150x5?");
  ASSERT_EQ(builder_.next_deadline(), kStart + hours{24});
  now_ = kStart + hours{24};
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 101x5 99x5 asks 110x5 111x5");
}

TEST_F(BookBuilderTest, MoreGapsThanAreRememberedStillGrowOld) {
  snapshot(10, {level(100, 5)}, {level(110, 5)});
  for (std::int64_t i = 0; i < 200; ++i) update(20 + i * 10, 25 + i * 10, {level(99, i + 1)});
  EXPECT_EQ(builder_.sync().counters().gaps, 200U);
  pass(hours{24});
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 99x200 asks");
}

TEST_F(BookBuilderTest, MoreDecimalsRaiseTheWholeBook) {
  snapshot(110, {level(100, 5)}, {level(110, 5)});
  update(111, 120, {level(1005, 25)}, {}, {1, 1});
  EXPECT_EQ(builder_.book().scales(), (Scales{1, 1}));
  EXPECT_EQ(book(), "bids 1005x25 1000x50 asks 1100x50");
  update(121, 130, {level(100, 9)});  // decoded before the decoder was told
  EXPECT_EQ(book(), "bids 1005x25 1000x90 asks 1100x50");
  snapshot(130, {level(9999, 1)}, {level(10001, 1)}, 1000, {2, 0});
  EXPECT_EQ(book(), "bids 9999x10 asks 10001x10");
}

TEST_F(BookBuilderTest, AnUpdateThatDoesNotFitIsRefusedWholeAndTheNextOneShowsTheGap) {
  snapshot(110, {level(100, kMaxUnits)}, {level(110, 5)});
  const Result<UpdateVerdict> finer = try_update(111, 120, {level(99, 1)}, {}, {0, 1});
  ASSERT_FALSE(finer.has_value());
  EXPECT_EQ(finer.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(finer.error().message, "a level does not fit 64 bits with 0 price and 1 quantity decimals");
  EXPECT_EQ(builder_.book().scales(), Scales{});
  EXPECT_EQ(book(), "bids 100x" + std::to_string(kMaxUnits) + " asks 110x5");
  EXPECT_EQ(status(), kInSync) << "until the ids show it, at most stale_after";
  EXPECT_EQ(builder_.last_update_received(), std::nullopt) << "a refused update keeps no row from being stale";
  EXPECT_EQ(update(121, 130), UpdateVerdict::kGap);
  EXPECT_EQ(status().state, SyncState::kSuspect);
}

TEST_F(BookBuilderTest, ALevelTooLargeForTheBooksDecimalsIsRefused) {
  update(101, 110, {level(1, 1)}, {}, {0, 2});
  const Result<UpdateVerdict> refused = try_update(111, 120, {level(1, 5), level(2, kMaxUnits / 10)}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "a level does not fit 64 bits at the book's decimals");
  EXPECT_EQ(book(), "bids 1x1 asks");
  EXPECT_FALSE(try_update(111, 120, {}, {level(2, kMaxUnits / 10)}).has_value());
}

TEST_F(BookBuilderTest, ALevelTooLargeForTheBooksDecimalsFindsRoomBehindAGap) {
  update(101, 110, {level(1, 1)}, {level(200, 100)}, {0, 2});
  snapshot(110, {level(1, 1)}, {level(200, 100)}, 1, {0, 2});
  EXPECT_FALSE(try_update(111, 120, {level(2, kMaxUnits / 10)}, {}).has_value());
  EXPECT_EQ(book(), "bids 1x1 asks 200x100") << "it may not lose what it knows";
  builder_.on_lost(now_);
  EXPECT_EQ(update(121, 130, {level(2, kMaxUnits / 10)}), UpdateVerdict::kApply);
  EXPECT_EQ(book(), "bids 2x" + std::to_string(kMaxUnits / 10 * 10) + " asks 200x10?");
  EXPECT_EQ(builder_.book().scales(), (Scales{0, 1})) << "no further than it must";
}

// For one large quantity the deep book lost all levels of prices with more decimals than the message's.
TEST_F(BookBuilderTest, ComesDownInNoDimensionThatHasRoom) {
  snapshot(110, {level(113, 500), level(112, 100)}, {level(114, 900)}, 2, {8, 2});
  builder_.on_lost(now_);
  update(121, 130, {level(12, 200'000'000'000'000'000)}, {}, {7, 0});
  EXPECT_EQ(builder_.book().scales(), (Scales{8, 1}));
  EXPECT_EQ(book(), "bids 120x2000000000000000000 113x50? 112x10? asks");
}

// A late one of the other connection dropped what had no place at its scales.
TEST_F(BookBuilderTest, AStaleUpdateAltersNoScales) {
  snapshot(110, {level(1, 1)}, {level(200, 100)}, 1, {0, 2});
  builder_.on_lost(now_);
  EXPECT_EQ(update(105, 110, {level(2, kMaxUnits)}, {level(9, 1)}, {3, 0}), UpdateVerdict::kStale);
  EXPECT_EQ(builder_.book().scales(), (Scales{0, 2}));
  EXPECT_EQ(book(), "bids 1x1? asks 200x100?");
}

TEST_F(BookBuilderTest, ASnapshotThatWaitsCostsNoLevel) {
  update(101, 110, {level(1, 1)}, {level(200, 100)}, {0, 2});
  EXPECT_EQ(snapshot(125, {level(2, kMaxUnits)}, {level(200, 1)}), Outcome::kWaiting);
  EXPECT_EQ(book(), "bids 1x1 asks 200x100");
  update(111, 125);
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(book(), "bids 2x" + std::to_string(kMaxUnits) + " asks 200x1");
}

TEST_F(BookBuilderTest, ASnapshotThatDoesNotFitIsRefusedAndAskedForAgain) {
  update(101, 110, {level(1, kMaxUnits)});
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_FALSE(try_snapshot(105, {level(1, 1)}, {}, 1000, {0, 1}).has_value());
  EXPECT_EQ(asked(), std::nullopt);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kFirst);
  EXPECT_EQ(snapshot(110, {level(1, 1)}, {}), Outcome::kMerged);
  update(111, 120, {level(2, 1)}, {}, {0, 2});
  EXPECT_FALSE(try_snapshot(120, {level(1, kMaxUnits)}, {}, 1000).has_value());
}

TEST_F(BookBuilderTest, AWaitingSnapshotThatNoLongerFitsDoesNotTakeTheUpdateWithIt) {
  update(101, 110, {level(1, 1)});
  asked();
  EXPECT_EQ(snapshot(115, {level(1, kMaxUnits)}, {}), Outcome::kWaiting);
  const Result<UpdateVerdict> verdict = try_update(111, 120, {level(2, 15)}, {}, {0, 1});
  ASSERT_TRUE(verdict.has_value()) << verdict.error().message;
  EXPECT_EQ(*verdict, UpdateVerdict::kApply);
  EXPECT_EQ(book(), "bids 2x15 1x10 asks");
  EXPECT_EQ(builder_.unfit_snapshots(), 1U);
  EXPECT_EQ(builder_.merged_limit(), 0);
  EXPECT_EQ(asked(), std::nullopt);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kFirst) << "at once, not after the time limit of waiting";
}

TEST_F(BookBuilderTest, ACrossedBookInSyncIsFlaggedAndASnapshotAskedFor) {
  snapshot(110, {level(100, 5)}, {level(110, 5)});
  update(111, 120, {level(110, 1)});
  EXPECT_EQ(status(), (SyncStatus{SyncState::kSuspect, Reason::kCrossedBook}));
  EXPECT_EQ(builder_.sync().status(), kInSync) << "no update is missing";
  EXPECT_EQ(book(), "bids 110x1 100x5 asks 110x5") << "never repaired in silence";
  EXPECT_EQ(asked(), Why::kCrossed);
  snapshot(120, {level(110, 1), level(100, 5)}, {level(111, 5)});
  EXPECT_EQ(status(), kInSync);
}

TEST_F(BookBuilderTest, ABookIsNoLongerCrossedOnceATradeHasRemovedTheGhost) {
  snapshot(110, {level(100, 5), level(95, 5)}, {level(120, 5), level(130, 5)}, 2);
  update(121, 130);
  snapshot(130, {level(97, 1), level(96, 1)}, {level(98, 1), level(99, 1)}, 2);
  ASSERT_EQ(status(), kInSync);
  EXPECT_EQ(book(), "bids 97x1 96x1 95x5? asks 98x1 99x1 120x5? 130x5?");
  update(131, 140, {level(97, 0), level(96, 0)}, {level(98, 0), level(99, 0), level(94, 1)});
  EXPECT_EQ(book(), "bids asks 94x1 120x5? 130x5?") << "95 was a ghost";
  EXPECT_EQ(status(), kInSync);
}

// The snapshot holds 100 ... 200 around 150: half of 49 on each side.
TEST_F(BookBuilderTest, ASnapshotIsAskedForWhenThePriceNearsTheEdgeOfWhatIsKnown) {
  snapshot(110, {level(149, 5), level(126, 5), level(124, 5), level(100, 5)},
           {level(151, 5), level(174, 5), level(177, 5), level(200, 5)}, 4);
  update(111, 112, {level(149, 0)}, {level(148, 1)});
  EXPECT_EQ(asked(), std::nullopt);
  update(113, 114, {level(126, 0)});  // best bid 124, the edge at 100
  EXPECT_EQ(asked(), std::nullopt);
  update(115, 116, {level(124, 0), level(123, 1)});
  EXPECT_EQ(asked(), Why::kEdge);
}

TEST_F(BookBuilderTest, ALopsidedSnapshotDoesNotAskForTheNextOneAtOnce) {
  snapshot(110, {level(149, 5), level(145, 5)}, {level(151, 5), level(500, 5)}, 2);
  update(111, 112, {level(148, 5)});
  EXPECT_EQ(asked(), std::nullopt);
}

TEST_F(BookBuilderTest, TheEdgeOfOneSideCountsWhenTheOtherIsCompleteToItsEnd) {
  snapshot(110, {level(149, 5), level(140, 5), level(100, 5)}, {level(151, 5)}, 3);
  update(111, 112, {level(149, 0), level(140, 0), level(110, 5)});
  EXPECT_EQ(asked(), Why::kEdge);
}

TEST_F(BookBuilderTest, ABookThatIsCompleteHasNoEdge) {
  snapshot(110, {level(149, 5)}, {level(151, 5)}, 1000);
  update(111, 112, {level(149, 0), level(1, 5)}, {level(151, 0), level(999, 1)});
  EXPECT_EQ(asked(), std::nullopt);
}

TEST_F(BookBuilderTest, MarginsOfTheEdgeFollowTheDecimalsOfTheBook) {
  snapshot(110, {level(149, 5), level(100, 5)}, {level(151, 5), level(200, 5)}, 2);
  update(111, 112, {level(14905, 5)}, {}, {2, 0});
  EXPECT_EQ(asked(), std::nullopt);
  update(113, 114, {level(14905, 0), level(14900, 0), level(12399, 1)}, {}, {2, 0});
  EXPECT_EQ(asked(), Why::kEdge);
}

TEST_F(BookBuilderTest, APriceOutsideWhatIsKnownAsksForASnapshot) {
  snapshot(110, {level(149, 5), level(140, 5)}, {level(151, 5), level(160, 5)}, 2);
  update(111, 112, {level(149, 0), level(140, 0), level(120, 5)}, {level(151, 0), level(160, 0), level(121, 1)});
  EXPECT_EQ(asked(), Why::kEdge);
}

TEST_F(BookBuilderTest, DroppedUpdatesDoNotMakeABookLookAlive) {
  snapshot(110, {level(100, 5)}, {level(110, 5)});
  update(111, 120);
  EXPECT_EQ(builder_.last_update_received(), kStart);
  pass(seconds{5});
  EXPECT_EQ(update(111, 120), UpdateVerdict::kStale);
  EXPECT_EQ(builder_.last_update_received(), kStart);
  EXPECT_EQ(builder_.last_event_time(), UnixNanos{120});
}

TEST_F(BookBuilderTest, ItAnswersForItsSync) {
  builder_.on_stream_open(now_);
  pass(seconds{3});
  builder_.on_timeout(now_);
  EXPECT_EQ(asked(), Why::kFirst);
  builder_.on_snapshot_failed(now_);
  pass(seconds{1});
  EXPECT_EQ(asked(), Why::kFirst);
  snapshot(110, {level(100, 5)}, {level(110, 5)});
  builder_.want_snapshot(Why::kRefresh, now_);
  EXPECT_EQ(asked(), Why::kRefresh);
}

TEST_F(BookBuilderTest, IdsThatStartAnewMakeTheBookSuspectUntilASnapshotOfTheNewOnes) {
  update(99'999, 100'000, {level(100, 1)}, {level(110, 1)});
  EXPECT_EQ(snapshot(100'000, {level(100, 1)}, {level(110, 1)}, 1), Outcome::kMerged);
  update(100'001, 100'001, {level(90, 1)});
  for (int i = 0; i <= 30; ++i) {
    EXPECT_EQ(update(1 + 10 * i, 10 + 10 * i, {level(100, 5)}), UpdateVerdict::kStale);
    pass(seconds{1});
  }
  EXPECT_EQ(snapshot(300, {level(100, 2)}, {level(110, 2)}, 1), Outcome::kRestarted);
  EXPECT_EQ(book(), "bids 100x1? 90x1? asks 110x1?");
  EXPECT_TRUE(builder_.book().coverage().empty());
  EXPECT_EQ(status(), (SyncStatus{SyncState::kSuspect, Reason::kSequenceGap}));
  EXPECT_EQ(update(311, 312, {level(101, 3)}), UpdateVerdict::kApply);
  EXPECT_EQ(book(), "bids 101x3 100x1? 90x1? asks 110x1?");
  EXPECT_EQ(snapshot(312, {level(101, 3), level(100, 4)}, {level(111, 6)}, 2), Outcome::kMerged);
  EXPECT_EQ(status(), kInSync);
  EXPECT_EQ(book(), "bids 101x3 100x4 90x1? asks 111x6");
  pass(hours{24});
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 101x3 100x4 asks 111x6");
}

TEST_F(BookBuilderTest, GoesOnFromWhatWasSaved) {
  update(9, 10, {level(100, 1)}, {level(110, 1)});
  asked();
  snapshot(10, {level(100, 1), level(99, 2)}, {level(110, 1)}, 2);
  update(11, 12, {level(99, 0), level(90, 3)});
  ASSERT_TRUE(builder_.is_at_rest());
  const SavedBook saved = builder_.saved();
  builder_.forget_past();
  BookBuilder other(Venue::kBinanceSpot, {});
  other.resume(saved);
  EXPECT_EQ(other.saved(), saved);
  for (BookBuilder* one : {&builder_, &other}) {
    const std::vector<Level> bids{level(90, 0), level(80, 1)};
    EXPECT_EQ(one->on_update({UpdateId{13}, UpdateId{14}, UpdateId{}, UnixNanos{14}, {}, bids, {}}, now_).value(),
              UpdateVerdict::kApply);
    EXPECT_EQ(one->on_update({UpdateId{20}, UpdateId{21}, UpdateId{}, UnixNanos{21}, {}, {}, bids}, now_).value(),
              UpdateVerdict::kGap);
  }
  EXPECT_EQ(other.saved(), builder_.saved());
}

TEST_F(BookBuilderTest, KeepsEveryLevelOverARestartAsSuspect) {
  update(9, 10, {level(100, 1)}, {level(110, 1)});
  asked();
  snapshot(10, {level(100, 1), level(90, 2)}, {level(110, 1)}, 2);
  const SavedBook saved = builder_.saved();
  builder_ = BookBuilder(Venue::kBinanceSpot, {});
  builder_.resume_after_pause(saved, now_);
  EXPECT_EQ(book(), "bids 100x1? 90x2? asks 110x1?");
  // A book that a snapshot had healed was live without an update for minutes.
  EXPECT_EQ(builder_.last_update_received(), saved.last_update_received);
  EXPECT_EQ(status(), (SyncStatus{SyncState::kSuspect, Reason::kNotRunning}));
  update(50, 51, {level(98, 4)});
  EXPECT_EQ(book(), "bids 100x1? 98x4 90x2? asks 110x1?");
  EXPECT_EQ(asked(), Why::kGap);
  EXPECT_EQ(snapshot(51, {level(98, 4), level(97, 1)}, {level(109, 1), level(110, 2)}, 2), Outcome::kMerged);
  EXPECT_EQ(book(), "bids 98x4 97x1 90x2? asks 109x1 110x2");
  pass(hours{24});
  builder_.on_timeout(now_);
  EXPECT_EQ(book(), "bids 98x4 97x1 asks 109x1 110x2") << "what nothing has confirmed for a day goes";
}

}  // namespace
}  // namespace acts::binance
