#include "acts/market/order_book.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace acts {
namespace {

constexpr UnixNanos kNow{1'700'000'000'000'000'000};
using Prices = std::vector<std::pair<std::int64_t, std::int64_t>>;  // price, quantity

std::vector<Level> levels(const Prices& prices) {
  std::vector<Level> out;
  for (const auto& [price, quantity] : prices) out.push_back({Price{price}, Quantity{quantity}});
  return out;
}

void apply(OrderBook& book, std::int64_t id, const Prices& bids, const Prices& asks = {}, UnixNanos ts_recv = kNow) {
  const std::vector<Level> bid_levels = levels(bids);
  const std::vector<Level> ask_levels = levels(asks);
  book.apply({UpdateId{id}, UpdateId{id}, {}, {}, book.scales(), bid_levels, ask_levels}, ts_recv);
}

MergeResult merge(OrderBook& book, std::int64_t id, int limit, const Prices& bids, const Prices& asks) {
  const std::vector<Level> bid_levels = levels(bids);
  const std::vector<Level> ask_levels = levels(asks);
  return book.merge({UpdateId{id}, {}, limit, book.scales(), bid_levels, ask_levels});
}

Prices side(const OrderBook& book, Side side) {
  Prices out;
  book.side(side).walk([&](const BookLevel& level) {
    out.emplace_back(level.price.units(), level.quantity.units());
    return true;
  });
  return out;
}
Prices bids(const OrderBook& book) { return side(book, Side::kBid); }
Prices asks(const OrderBook& book) { return side(book, Side::kAsk); }

bool suspect(const OrderBook& book, Side side, std::int64_t price) {
  return book.is_suspect(book.side(side).find(Price{price}).value());
}
bool covered(const OrderBook& book, std::int64_t price) { return book.coverage().contains(Price{price}); }

TEST(OrderBook, KnowsNothingAtFirst) {
  const OrderBook book(Scales{2, 5});
  EXPECT_EQ(book.scales(), (Scales{2, 5}));
  EXPECT_FALSE(book.best(Side::kBid).has_value());
  EXPECT_TRUE(book.coverage().empty());
  EXPECT_FALSE(book.crossed());
  EXPECT_FALSE(book.has_snapshot());
  EXPECT_EQ(book.last_update_id(), UpdateId{-1});
  EXPECT_TRUE(book.can_merge(UpdateId{0}));
}

TEST(OrderBook, AppliesUpdatesBeforeAnySnapshotAndCoversNothing) {
  OrderBook book;
  apply(book, 10, {{99, 1}, {98, 2}}, {{101, 3}});
  apply(book, 11, {{98, 0}, {97, 4}}, {{102, 5}, {101, 6}});
  EXPECT_EQ(bids(book), (Prices{{99, 1}, {97, 4}}));
  EXPECT_EQ(asks(book), (Prices{{101, 6}, {102, 5}}));
  EXPECT_EQ(book.side(Side::kAsk).find(Price{101})->origin, (LevelOrigin{UpdateId{11}, false}));
  EXPECT_EQ(book.last_update_id(), UpdateId{11});
  EXPECT_TRUE(book.coverage().empty());
}

TEST(OrderBook, MergesTheFirstSnapshotUnderTheUpdatesThatAreNewer) {
  OrderBook book;
  apply(book, 10, {{90, 1}, {99, 1}}, {{101, 1}});
  apply(book, 12, {{98, 7}, {97, 0}, {89, 3}}, {{102, 0}});
  const MergeResult result = merge(book, 11, 3, {{99, 9}, {98, 9}, {97, 9}}, {{101, 9}, {102, 9}, {103, 9}});
  EXPECT_EQ(bids(book), (Prices{{99, 9}, {98, 7}, {89, 3}}));
  EXPECT_EQ(asks(book), (Prices{{101, 9}, {103, 9}}));
  EXPECT_EQ(result.added, 1U);    // 103
  EXPECT_EQ(result.changed, 2U);  // 99 and 101
  EXPECT_EQ(result.kept, 3U);     // 98; 97 and 102 stay deleted
  EXPECT_EQ(result.dropped, 1U);  // 90, set by an update the snapshot includes
  EXPECT_EQ(result.removed, 0U);
  EXPECT_EQ(result.window, (PriceInterval{Price{97}, Price{103}}));
  EXPECT_EQ(book.side(Side::kBid).find(Price{99})->origin, (LevelOrigin{UpdateId{11}, true}));
  EXPECT_EQ(book.last_update_id(), UpdateId{12});
  EXPECT_TRUE(covered(book, 97) && covered(book, 100) && covered(book, 103));
  EXPECT_FALSE(covered(book, 96) || covered(book, 104));
}

TEST(OrderBook, InstallsASnapshotWhenThereIsNoUpdateYet) {
  OrderBook book;
  merge(book, 20, 2, {{99, 1}, {98, 2}}, {{101, 3}, {102, 4}});
  EXPECT_EQ(book.last_update_id(), UpdateId{20});
  apply(book, 21, {{99, 0}}, {});
  EXPECT_EQ(bids(book), (Prices{{98, 2}}));
  EXPECT_EQ(book.epoch(), 0U);
}

TEST(OrderBook, TakesASnapshotInAnyOrderOfLevels) {
  OrderBook book;
  const MergeResult result = merge(book, 20, 3, {{98, 2}, {97, 1}, {99, 1}}, {{103, 1}, {101, 3}, {102, 4}});
  EXPECT_EQ(result.window, (PriceInterval{Price{97}, Price{103}}));
  EXPECT_EQ(asks(book), (Prices{{101, 3}, {102, 4}, {103, 1}}));
}

TEST(OrderBook, CoversASideWithFewerLevelsThanAskedForToItsEnd) {
  OrderBook book;
  merge(book, 20, 3, {{99, 1}, {98, 1}}, {{101, 1}, {102, 1}, {103, 1}});
  EXPECT_TRUE(covered(book, 1));
  EXPECT_FALSE(covered(book, 104));
}

TEST(OrderBook, TakesTheLongerSideForCutWhenASnapshotDoesNotTellItsLimit) {
  OrderBook book;
  merge(book, 20, 0, {{99, 1}, {98, 1}, {97, 1}}, {{101, 1}, {102, 1}});
  EXPECT_TRUE(covered(book, 97));
  EXPECT_FALSE(covered(book, 96));
  EXPECT_TRUE(covered(book, 1'000'000));

  OrderBook both;
  merge(both, 20, 0, {{99, 1}}, {{101, 1}});
  EXPECT_FALSE(covered(both, 98));
  EXPECT_FALSE(covered(both, 102));

  OrderBook empty;
  merge(empty, 20, 0, {}, {});
  EXPECT_TRUE(covered(empty, 1));
}

TEST(OrderBook, KeepsWhatLiesOutsideALaterWindowAndGrowsItsCoverage) {
  OrderBook book;
  merge(book, 20, 2, {{99, 1}, {90, 1}}, {{101, 1}, {110, 1}});
  apply(book, 21, {{50, 5}}, {{150, 5}});
  const MergeResult result = merge(book, 22, 2, {{108, 1}, {105, 1}}, {{112, 1}, {120, 1}});
  EXPECT_EQ(result.removed, 1U);  // the ask at 110
  EXPECT_EQ(result.dropped, 0U);
  EXPECT_EQ(bids(book), (Prices{{108, 1}, {105, 1}, {99, 1}, {90, 1}, {50, 5}}));
  EXPECT_EQ(asks(book).back(), (std::pair<std::int64_t, std::int64_t>{150, 5}));
}

TEST(OrderBook, MakesOneIntervalOfOverlappingWindows) {
  OrderBook book;
  merge(book, 20, 1, {{90, 1}}, {{110, 1}});
  apply(book, 21, {{105, 1}}, {{110, 0}, {130, 1}});
  merge(book, 21, 1, {{105, 1}}, {{130, 1}});
  ASSERT_EQ(book.coverage().intervals().size(), 1U);
  EXPECT_EQ(book.coverage().intervals()[0], (PriceInterval{Price{90}, Price{130}}));
}

TEST(OrderBook, MakesLevelsSuspectAtAGapAndExactAgainAsTheyAreTouched) {
  OrderBook book;
  merge(book, 20, 2, {{99, 1}, {98, 1}}, {{101, 1}, {102, 1}});
  book.mark_gap();
  EXPECT_EQ(book.epoch(), 1U);
  EXPECT_TRUE(book.coverage().empty());
  EXPECT_EQ(book.level_count(Side::kBid) + book.level_count(Side::kAsk), 4U);
  EXPECT_EQ(book.suspect_count(Side::kBid), 2U);
  apply(book, 30, {{98, 5}}, {});
  EXPECT_TRUE(suspect(book, Side::kBid, 99));
  EXPECT_FALSE(suspect(book, Side::kBid, 98));
}

TEST(OrderBook, HealsAGapInsideTheWindowOnly) {
  OrderBook book;
  merge(book, 20, 3, {{99, 1}, {98, 1}, {80, 1}}, {{101, 1}, {102, 1}, {120, 1}});
  book.mark_gap();
  apply(book, 30, {{97, 1}}, {});
  merge(book, 30, 2, {{99, 2}, {97, 1}}, {{101, 1}, {103, 1}});
  EXPECT_EQ(bids(book), (Prices{{99, 2}, {97, 1}, {80, 1}}));
  EXPECT_EQ(asks(book), (Prices{{101, 1}, {103, 1}, {120, 1}}));
  EXPECT_FALSE(suspect(book, Side::kBid, 99));
  EXPECT_TRUE(suspect(book, Side::kBid, 80));
  EXPECT_TRUE(suspect(book, Side::kAsk, 120));
  EXPECT_EQ(book.suspect_count(Side::kBid) + book.suspect_count(Side::kAsk), 2U);
  EXPECT_TRUE(covered(book, 97) && !covered(book, 96));
}

TEST(OrderBook, CountsNoSuspectsInAHealedSideUntilTheNextGap) {
  OrderBook book;
  merge(book, 20, 2, {{99, 1}, {98, 1}}, {{101, 1}, {102, 1}});
  book.mark_gap();
  EXPECT_EQ(book.suspect_count(Side::kBid), 2U);
  apply(book, 30, {{99, 2}, {98, 2}}, {{101, 2}});
  EXPECT_EQ(book.suspect_count(Side::kBid), 0U);
  EXPECT_EQ(book.suspect_count(Side::kAsk), 1U);
  book.mark_gap();
  EXPECT_EQ(book.suspect_count(Side::kBid), 2U);
  apply(book, 40, {{99, 3}, {98, 3}}, {});
  EXPECT_EQ(book.suspect_count(Side::kBid), 0U);
  book.restart_ids(UpdateId{50});
  EXPECT_EQ(book.suspect_count(Side::kBid), 2U);
}

// Levels in the window stayed suspect when the snapshot had the id of the last update before the gap: a connection that
// was lost while the venue's book stood still.
TEST(OrderBook, HealsAGapInWhichNoUpdateWasLost) {
  OrderBook book;
  apply(book, 20, {{99, 1}, {80, 1}}, {{101, 1}});
  merge(book, 19, 1, {{99, 7}}, {{101, 7}});
  book.mark_gap();
  merge(book, 20, 1, {{99, 1}}, {{101, 1}});
  EXPECT_FALSE(suspect(book, Side::kBid, 99));
  EXPECT_FALSE(suspect(book, Side::kAsk, 101));
  EXPECT_TRUE(suspect(book, Side::kBid, 80));
  EXPECT_EQ(book.remove_suspects(UpdateId{20}), 1U);
  EXPECT_EQ(bids(book), (Prices{{99, 1}}));
}

// An older snapshot, merged after the first, put back levels that the first merge had dropped and that had changed
// since.
TEST(OrderBook, RefusesASnapshotOlderThanTheFirst) {
  OrderBook book;
  apply(book, 10, {{99, 1}, {90, 1}}, {{101, 1}});
  apply(book, 20, {{90, 2}}, {});
  merge(book, 25, 1, {{99, 1}}, {{101, 1}});
  EXPECT_FALSE(book.can_merge(UpdateId{24}));
  EXPECT_TRUE(book.can_merge(UpdateId{25}));
}

// A snapshot ahead of the updates hides the deletions between: an older one would have brought the levels back, and
// levels outside the window were still called exact and covered.
TEST(OrderBook, TakesASnapshotAheadOfTheUpdatesAsAGap) {
  OrderBook book;
  merge(book, 10, 2, {{99, 1}, {80, 1}}, {{101, 1}, {120, 1}});
  merge(book, 20, 1, {{99, 1}}, {{101, 1}});
  EXPECT_EQ(book.epoch(), 1U);
  EXPECT_FALSE(book.can_merge(UpdateId{19}));
  EXPECT_TRUE(suspect(book, Side::kBid, 80));
  EXPECT_FALSE(suspect(book, Side::kBid, 99));
  EXPECT_FALSE(covered(book, 90));
  EXPECT_TRUE(covered(book, 100));
}

TEST(OrderBook, RefusesASnapshotFromBeforeAGap) {
  OrderBook book;
  merge(book, 10, 1, {{99, 1}}, {{101, 1}});
  apply(book, 15, {{99, 2}});
  EXPECT_TRUE(book.can_merge(UpdateId{12}));
  book.mark_gap();
  EXPECT_FALSE(book.can_merge(UpdateId{14}));
}

TEST(OrderBook, RefusesASnapshotOlderThanAForgottenDeletion) {
  OrderBook book;
  merge(book, 10, 1, {{99, 1}}, {{101, 1}});
  apply(book, 11, {{99, 0}, {98, 1}});
  apply(book, 12, {}, {}, kNow + DeletionLog::kMaxAge / 2);
  EXPECT_TRUE(book.can_merge(UpdateId{10}));
  apply(book, 13, {}, {}, kNow + DeletionLog::kMaxAge * 3);
  EXPECT_FALSE(book.can_merge(UpdateId{10}));
  EXPECT_TRUE(book.can_merge(UpdateId{12}));
}

TEST(OrderBook, DoesNotBringBackWhatWasDeletedSinceTheSnapshot) {
  OrderBook book;
  merge(book, 10, 2, {{99, 1}, {98, 1}}, {{101, 1}, {102, 1}});
  apply(book, 11, {{99, 0}}, {{101, 0}});
  apply(book, 12, {{99, 4}}, {});  // and set again
  merge(book, 10, 2, {{99, 1}, {98, 1}}, {{101, 1}, {102, 1}});
  EXPECT_EQ(bids(book), (Prices{{99, 4}, {98, 1}}));
  EXPECT_EQ(asks(book), (Prices{{102, 1}}));
}

TEST(OrderBook, RemovesASuspectLevelThatAnExactOneCrosses) {
  OrderBook book;
  merge(book, 20, 2, {{99, 1}, {98, 1}}, {{101, 1}, {102, 1}});
  book.mark_gap();
  apply(book, 30, {{101, 3}}, {});  // equal prices cross too
  EXPECT_EQ(asks(book), (Prices{{102, 1}}));
  EXPECT_EQ(book.ghosts(), 1U);
  apply(book, 31, {}, {{98, 2}});
  EXPECT_EQ(bids(book), (Prices{{101, 3}}));  // crossed by two exact levels: not repaired
  EXPECT_EQ(book.ghosts(), 3U);
  EXPECT_TRUE(book.crossed());
}

// Two suspect levels that crossed each other hid the exact one behind them, and the ghosts stayed.
TEST(OrderBook, RemovesGhostsBehindSuspectLevelsThatCross) {
  OrderBook book;
  apply(book, 20, {{99, 1}}, {{101, 1}, {103, 1}});
  book.mark_gap();
  apply(book, 30, {{98, 1}}, {{102, 1}});
  book.mark_gap();  // all suspect now
  apply(book, 40, {{104, 1}}, {});
  EXPECT_EQ(asks(book), (Prices{}));
  EXPECT_EQ(book.ghosts(), 3U);

  OrderBook hidden;
  apply(hidden, 20, {{105, 1}}, {{101, 1}});  // crossed
  hidden.mark_gap();
  apply(hidden, 30, {}, {{102, 1}});
  EXPECT_EQ(bids(hidden), (Prices{}));
  EXPECT_EQ(asks(hidden), (Prices{{101, 1}, {102, 1}}));
}

TEST(OrderBook, LeavesACrossedBookOfSuspectLevelsAlone) {
  OrderBook book;
  apply(book, 20, {{105, 1}}, {{101, 1}});
  book.mark_gap();
  apply(book, 30, {{90, 1}}, {{110, 1}});
  EXPECT_TRUE(book.crossed());
  EXPECT_EQ(book.ghosts(), 0U);
}

TEST(OrderBook, NeverRepairsACrossedBookInSync) {
  OrderBook book;
  merge(book, 20, 1, {{99, 1}}, {{101, 1}});
  apply(book, 21, {{101, 1}}, {});
  EXPECT_TRUE(book.crossed());
  EXPECT_EQ(book.ghosts(), 0U);
  EXPECT_EQ(book.remove_traded_through(Price{50}), 0U);
  EXPECT_EQ(book.level_count(Side::kBid), 2U);
}

TEST(OrderBook, RemovesSuspectLevelsThatATradeWentThrough) {
  OrderBook book;
  apply(book, 20, {{99, 1}, {98, 1}, {97, 1}}, {{101, 1}, {102, 1}});
  book.mark_gap();
  apply(book, 30, {{99, 2}}, {});
  EXPECT_EQ(book.remove_traded_through(Price{97}), 1U);  // 98: not 97 itself, not the exact 99
  EXPECT_EQ(bids(book), (Prices{{99, 2}, {97, 1}}));
  EXPECT_EQ(book.remove_traded_through(Price{102}), 1U);
  EXPECT_EQ(asks(book), (Prices{{102, 1}}));
  EXPECT_EQ(book.ghosts(), 2U);
}

TEST(OrderBook, RemovesSuspectLevelsByAge) {
  OrderBook book;
  apply(book, 20, {{99, 1}}, {{101, 1}});
  apply(book, 25, {{98, 1}}, {});
  EXPECT_EQ(book.remove_suspects(UpdateId{25}), 0U);  // nothing is suspect
  book.mark_gap();
  apply(book, 30, {{97, 1}}, {});
  EXPECT_EQ(book.remove_suspects(UpdateId{20}), 2U);
  EXPECT_EQ(bids(book), (Prices{{98, 1}, {97, 1}}));
  EXPECT_EQ(book.remove_suspects(UpdateId{1'000}), 1U);
  EXPECT_EQ(bids(book), (Prices{{97, 1}}));
  EXPECT_EQ(book.ghosts(), 0U);
}

TEST(OrderBook, SumsABandAndWhatOfItIsSuspect) {
  OrderBook book;
  apply(book, 20, {{99, 1}, {95, 10}}, {});
  book.mark_gap();
  apply(book, 21, {{98, 100}}, {});
  const Price limits[] = {Price{98}, Price{90}};
  BandTotal totals[2];
  book.accumulate(Side::kBid, limits, totals);
  EXPECT_TRUE(totals[0].quantity == 101 && totals[0].suspect == 1 && totals[0].levels == 2);
  EXPECT_TRUE(totals[1].quantity == 111 && totals[1].suspect == 11 && totals[1].levels == 3);
}

TEST(OrderBook, RescalesLevelsCoverageAndRememberedDeletions) {
  OrderBook book(Scales{1, 0});
  apply(book, 10, {{990, 1}, {980, 1}}, {{1'010, 3}});
  merge(book, 10, 1, {{990, 1}}, {{1'010, 3}});
  apply(book, 12, {{985, 1}, {990, 0}}, {});
  ASSERT_TRUE(book.rescale({2, 3}).has_value());
  EXPECT_EQ(book.scales(), (Scales{2, 3}));
  EXPECT_EQ(bids(book), (Prices{{9'850, 1'000}}));
  EXPECT_EQ(asks(book), (Prices{{10'100, 3'000}}));
  EXPECT_EQ(book.side(Side::kBid).find(Price{9'850})->origin, (LevelOrigin{UpdateId{12}, false}));
  EXPECT_TRUE(covered(book, 9'900) && covered(book, 9'901) && !covered(book, 9'899));
  merge(book, 11, 2, {{9'900, 1}, {9'700, 1}}, {{10'100, 3}, {10'200, 3}});
  EXPECT_EQ(bids(book), (Prices{{9'850, 1'000}, {9'700, 1}}));
}

TEST(OrderBook, StaysAsItIsWhenAValueDoesNotFitTheFinerScales) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 100;
  for (const auto& [price, quantity] : Prices{{kHuge, 1}, {1, kHuge}}) {
    for (const Side side : {Side::kBid, Side::kAsk}) {
      OrderBook book;
      apply(book, 10, side == Side::kBid ? Prices{{price, quantity}} : Prices{},
            side == Side::kAsk ? Prices{{price, quantity}} : Prices{});
      const Result<void> result = book.rescale({4, 4});
      ASSERT_FALSE(result.has_value());
      EXPECT_EQ(result.error().code, ErrorCode::kBadInput);
      EXPECT_NE(result.error().message.find("4 price"), std::string::npos) << result.error().message;
      EXPECT_EQ(book.scales(), Scales{});
      EXPECT_EQ(book.best(side)->quantity, Quantity{quantity});
    }
  }
  OrderBook covered_only;
  merge(covered_only, 10, 1, {{1, 1}}, {{kHuge, 1}});
  apply(covered_only, 11, {}, {{kHuge, 0}});
  EXPECT_FALSE(covered_only.rescale({4, 0}).has_value());
  EXPECT_TRUE(covered(covered_only, kHuge));
}

// One absurd level kept a book from its venue's decimals for ever.
TEST(OrderBook, LosesSuspectLevelsThatDoNotFitTheFinerScales) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 100;
  OrderBook book;
  apply(book, 10, {{kHuge, 1}, {100, 2}}, {{kHuge - 1, 1}, {101, 1}});
  book.mark_gap();
  ASSERT_TRUE(book.rescale({4, 0}).has_value());
  EXPECT_EQ(bids(book), (Prices{{1'000'000, 2}}));
  EXPECT_EQ(book.level_count(Side::kAsk), 1U);
  EXPECT_EQ(book.ghosts(), 2U);
}

TEST(OrderBook, ComesDownToCoarserScalesBehindAGap) {
  OrderBook book(Scales{2, 1});
  apply(book, 10, {{9'900, 10}, {9'901, 10}, {9'800, 11}}, {{10'100, 30}});
  book.mark_gap();
  apply(book, 12, {{9'700, 20}}, {});
  ASSERT_TRUE(book.rescale({0, 0}).has_value());
  EXPECT_EQ(book.scales(), Scales{});
  EXPECT_EQ(bids(book), (Prices{{99, 1}, {97, 2}}));
  EXPECT_EQ(asks(book), (Prices{{101, 3}}));
  EXPECT_EQ(book.ghosts(), 2U);
  EXPECT_EQ(book.side(Side::kBid).find(Price{97})->origin, (LevelOrigin{UpdateId{12}, false}));
}

TEST(OrderBook, LosesNoExactLevelToCoarserScalesUnlessItMay) {
  OrderBook book(Scales{2, 0});
  apply(book, 10, {{9'900, 1}}, {});
  book.mark_gap();
  apply(book, 12, {{9'801, 1}}, {});
  EXPECT_FALSE(book.rescale({0, 0}).has_value());
  EXPECT_FALSE(book.rescale({0, 0}, UpdateId{11}).has_value());
  EXPECT_EQ(bids(book), (Prices{{9'900, 1}, {9'801, 1}}));
  ASSERT_TRUE(book.rescale({0, 0}, UpdateId{12}).has_value());
  EXPECT_EQ(bids(book), (Prices{{99, 1}}));
}

// A snapshot of before would bring the level back.
TEST(OrderBook, ForgetsNoDeletionByCoarserScalesThatASnapshotMayNeed) {
  OrderBook book(Scales{2, 0});
  apply(book, 10, {{9'901, 1}}, {});
  book.mark_gap();
  apply(book, 12, {{9'901, 0}}, {});
  EXPECT_FALSE(book.rescale({0, 0}, UpdateId{11}).has_value());
  ASSERT_TRUE(book.rescale({0, 0}, UpdateId{12}).has_value());
  EXPECT_FALSE(book.can_merge(UpdateId{11}));
  EXPECT_TRUE(book.can_merge(UpdateId{12}));
}

// A snapshot of before brought it back when the book had come down again.
TEST(OrderBook, ForgetsWhatItCannotRememberAtFinerScales) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 100;
  OrderBook book;
  apply(book, 10, {{kHuge, 1}}, {});
  apply(book, 12, {{kHuge, 0}}, {});
  ASSERT_TRUE(book.rescale({4, 0}).has_value());
  EXPECT_FALSE(book.can_merge(UpdateId{11}));
  EXPECT_TRUE(book.can_merge(UpdateId{12}));
}

TEST(OrderBook, CountsItsMemory) {
  OrderBook book;
  const std::size_t empty = book.memory_bytes();
  for (int i = 0; i < 1'000; ++i) apply(book, i, {{i, 1}}, {});
  EXPECT_GE(book.memory_bytes(), empty + std::size_t{1'000} * 24 - 2'000);
  const std::size_t with_levels = book.memory_bytes();
  for (int i = 0; i < 1'000; ++i) apply(book, 1'000 + i, {{i % 10, 0}}, {});
  EXPECT_GE(book.memory_bytes(), with_levels + std::size_t{1'000} * 8) << "remembered deletions";
}

TEST(OrderBookDeathTest, AssertsItsContract) {
  OrderBook book;
  apply(book, 10, {{99, 1}}, {});
  EXPECT_DEATH(apply(book, 9, {}, {}), "last_update_id");
  EXPECT_DEATH((void)book.apply({UpdateId{11}, UpdateId{11}, {}, {}, Scales{1, 0}, {}, {}}, kNow), "scales");
  EXPECT_DEATH((void)merge(book, 11, 1, {{102, 1}}, {{101, 1}}), "window");
  EXPECT_DEATH((void)merge(book, 11, 1, {{100, 0}}, {{101, 1}}), "quantity");
  merge(book, 12, 1, {{99, 1}}, {{101, 1}});
  EXPECT_DEATH((void)merge(book, 11, 1, {{99, 1}}, {{101, 1}}), "can_merge");
}

TEST(OrderBook, BeginsANewSpaceOfIds) {
  OrderBook book;
  apply(book, 1'000, {{99, 1}, {98, 2}}, {{101, 3}});
  merge(book, 1'000, 2, {{99, 1}, {98, 2}}, {{101, 3}, {102, 1}});
  apply(book, 1'001, {{98, 0}});
  book.restart_ids(UpdateId{50});
  EXPECT_EQ(book.last_update_id(), UpdateId{50});
  EXPECT_EQ(book.epoch(), 1U);
  EXPECT_TRUE(book.coverage().empty());
  EXPECT_TRUE(suspect(book, Side::kBid, 99));
  EXPECT_FALSE(book.can_merge(UpdateId{49}));
  apply(book, 51, {{97, 4}});
  EXPECT_FALSE(suspect(book, Side::kBid, 97));
  // Deletions of before are forgotten: 98 is back.
  merge(book, 50, 3, {{99, 5}, {98, 6}, {96, 1}}, {{101, 3}, {103, 1}, {104, 1}});
  EXPECT_EQ(bids(book), (Prices{{99, 5}, {98, 6}, {97, 4}, {96, 1}}));
  EXPECT_EQ(asks(book), (Prices{{101, 3}, {103, 1}, {104, 1}}));
  EXPECT_EQ(book.suspect_count(Side::kAsk), 0U);
}

TEST(OrderBookImage, MakesABookThatGoesOnAlike) {
  OrderBook book;
  merge(book, 10, 2, {{100, 1}, {99, 2}}, {{101, 3}, {102, 4}});
  apply(book, 11, {{99, 0}, {98, 5}}, {{105, 1}});
  book.mark_gap();
  apply(book, 15, {{97, 7}});
  merge(book, 15, 2, {{100, 1}, {98, 5}}, {{101, 3}, {102, 4}});
  apply(book, 16, {{98, 0}});
  book.forget_deletions();

  OrderBook again(book.image());
  EXPECT_EQ(again.image(), book.image());
  for (OrderBook* one : {&book, &again}) {
    EXPECT_FALSE(one->can_merge(UpdateId{15})) << "a deletion that is forgotten would come back";
    apply(*one, 17, {{96, 1}, {97, 0}}, {{105, 0}, {103, 9}});
    merge(*one, 17, 3, {{100, 1}, {99, 8}, {96, 1}}, {{101, 3}, {102, 4}, {103, 9}});
    one->mark_gap();
  }
  EXPECT_EQ(again.image(), book.image());
}

TEST(OrderBookImage, HasAFingerprintOfEveryValue) {
  OrderBook book(Scales{2, 3});
  merge(book, 10, 2, {{100, 1}, {99, 2}}, {{101, 3}, {102, 4}});
  const BookImage image = book.image();
  std::vector<BookImage> others(11, image);
  others[0].scales.price = 3;
  others[1].scales.quantity = 2;
  others[2].bids[1].price = Price{98};
  others[3].asks[0].quantity = Quantity{4};
  others[4].asks[1].origin.update_id = UpdateId{9};
  others[5].bids[0].origin.from_snapshot = false;
  others[6].coverage[0].high = Price{103};
  others[7].last_update_id = UpdateId{11};
  others[8].suspect_upto = UpdateId{3};
  ++others[9].epoch;
  ++others[10].ghosts;
  for (const BookImage& other : others) EXPECT_NE(fingerprint(other), fingerprint(image));
  EXPECT_EQ(fingerprint(image), fingerprint(OrderBook(image).image()));
}

}  // namespace
}  // namespace acts
