#include "sim/ladder.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace acts::sim {
namespace {

// What LadderSide is told to do, on a map: no window, no cells.
class MapSide {
 public:
  void set(Rank rank, std::int64_t quantity) {
    if (quantity == 0) {
      levels_.erase(rank);
      if (rank == best_) find_below(rank, true);
      return;
    }
    levels_[rank] = quantity;
    best_ = std::max(best_, rank);
    reach_ = std::min(reach_, rank);
  }
  void drop_below(Rank rank) { find_below(rank, false); }
  // hftbacktest's: what is out of sight stays, and the level right below is passed over.
  void clear_to(Rank rank, bool as_hftbacktest) {
    std::erase_if(levels_,
                  [&](const auto& level) { return level.first >= rank && (!as_hftbacktest || level.first <= best_); });
    find_below(as_hftbacktest ? rank - 1 : rank, true);
  }
  void clear() { *this = {}; }
  [[nodiscard]] Rank best() const { return best_; }
  [[nodiscard]] Rank next_below(Rank rank) const {
    const auto above = levels_.lower_bound(rank);
    return above == levels_.begin() ? kNoRank : std::prev(above)->first;
  }
  [[nodiscard]] std::int64_t at(Rank rank) const { return levels_.contains(rank) ? levels_.at(rank) : 0; }

 private:
  void find_below(Rank rank, bool forgets) {
    best_ = next_below(rank);
    if (best_ < reach_) best_ = kNoRank;
    if (best_ == kNoRank && forgets) reach_ = -kNoRank;
  }
  std::map<Rank, std::int64_t> levels_;
  Rank best_ = kNoRank;
  Rank reach_ = -kNoRank;
};

TEST(LadderSide, IsWhatAMapIsWhereverPricesGo) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    LadderSide side(128);  // small, so that it moves
    MapSide model;
    Rank centre = 100'000;
    for (int step = 0; step < 3000; ++step) {
      centre += static_cast<Rank>(random() % 41) - 20;
      const Rank rank = centre + static_cast<Rank>(random() % 400) - 200;
      const auto what = random() % 40;
      if (what == 0) {
        side.drop_below(rank);
        model.drop_below(rank);
      } else if (what == 1) {
        side.clear_to(rank, seed % 2 == 0);
        model.clear_to(rank, seed % 2 == 0);
      } else if (what == 2 && step % 8 == 0) {
        side.clear();
        model.clear();
      } else {
        const auto quantity = static_cast<std::int64_t>(random() % 3);
        ASSERT_EQ(side.set(rank, quantity).quantity, model.at(rank)) << "seed " << seed << " step " << step;
        model.set(rank, quantity);
      }
      ASSERT_EQ(side.best(), model.best()) << "seed " << seed << " step " << step;
      const Rank looked = centre + static_cast<Rank>(random() % 400) - 200;
      ASSERT_EQ(side.quantity_at(looked), model.at(looked)) << "seed " << seed << " step " << step;
      ASSERT_EQ(side.next_below(looked), model.next_below(looked)) << "seed " << seed << " step " << step;
    }
  }
}

// Cells are looked through eight at a time where they are empty.
TEST(LadderSide, FindsTheNextLevelBelowOverGapsOfAnyWidth) {
  for (Rank gap = 1; gap <= 40; ++gap) {
    for (Rank offset = 0; offset < 8; ++offset) {
      LadderSide side(128);
      const Rank top = 1000 + offset;
      side.set(top, 1);
      side.set(top - gap, 1);
      EXPECT_EQ(side.next_below(top), top - gap);
      side.set(top, 0);
      EXPECT_EQ(side.best(), top - gap);
      EXPECT_EQ(side.next_below(top - gap), kNoRank);
    }
  }
}

// As a side goes empty and comes again, the lowest level that counts is the lowest that was set since.
TEST(LadderSide, CountsALevelBelowAllThatWasSetFromThenOn) {
  LadderSide side(128);
  side.set(1000, 5);
  side.set(990, 4);  // below all so far
  side.set(995, 3);
  side.set(1000, 0);
  EXPECT_EQ(side.best(), 995);
  side.set(995, 0);
  EXPECT_EQ(side.best(), 990);
}

// A best price that leaps across the window's end and back paid for the whole window each time.
TEST(LadderSide, MovesItsWindowRarelyHoweverThePriceLeaps) {
  constexpr std::size_t kWindow = 1024;
  constexpr int kLeaps = 10'000;
  LadderSide side(kWindow);
  side.set(1'000'000, 1);
  EXPECT_EQ(side.moves(), 1U);
  for (int i = 0; i < kLeaps; ++i) {
    side.set(1'000'600, 1);  // the window ends at 1'000'512
    ASSERT_EQ(side.best(), 1'000'600);
    side.set(1'000'600, 0);
    ASSERT_EQ(side.best(), 1'000'000);
  }
  EXPECT_LE(side.moves(), 1 + std::size_t{2} * kLeaps / (kWindow / LadderSide::kRanksAChange));
  // It follows a price that stays away.
  const std::uint64_t before = side.moves();
  for (Rank rank = 2'000'000; rank < 2'000'100; ++rank) side.set(rank, 1);
  EXPECT_EQ(side.moves(), before + 1);
}

TEST(LadderSide, KeepsOwnMarksWhereverTheWindowGoes) {
  LadderSide side(128);
  side.set(1000, 5);
  side.mark_own(1000, true);
  side.mark_own(990, true);
  side.set(50'000, 1);  // the window goes there
  side.set(50'000, 0);  // and comes back
  EXPECT_EQ(side.best(), 1000);
  EXPECT_TRUE(side.set(1000, 4).is_own);
  EXPECT_TRUE(side.set(990, 4).is_own);
  EXPECT_FALSE(side.set(980, 4).is_own);
  side.mark_own(1000, false);
  EXPECT_FALSE(side.set(1000, 3).is_own);
}

TEST(Ladder, PassesOverLevelsThatTheOtherSideHasCrossed) {
  Ladder ladder(128);
  const auto level = [](SideIndex side, std::int64_t ticks, std::int64_t quantity) {
    return MarketRow{.quantity = quantity, .rank = static_cast<std::int32_t>(rank_of(side, ticks)), .side = side};
  };
  ladder.apply(level(kAskSide, 101, 1), false);
  ladder.apply(level(kAskSide, 105, 1), false);
  EXPECT_TRUE(ladder.apply(level(kBidSide, 102, 1), false).is_better);
  EXPECT_EQ(ticks_of(kAskSide, ladder.sides[kAskSide].best()), 105);
  EXPECT_EQ(ladder.sides[kAskSide].quantity_at(rank_of(kAskSide, 101)), 1);  // out of sight
}

// Asks at 101 and 105, the first crossed by a bid at 102; then a clear.
std::int64_t hidden_ask_after(RowKind kind, std::int64_t ticks, bool as_hftbacktest) {
  Ladder ladder(128);
  const auto row = [](RowKind of, SideIndex side, std::int64_t at) {
    return MarketRow{.quantity = 1, .rank = static_cast<std::int32_t>(rank_of(side, at)), .side = side, .kind = of};
  };
  ladder.apply(row(RowKind::kLevel, kAskSide, 101), as_hftbacktest);
  ladder.apply(row(RowKind::kLevel, kAskSide, 105), as_hftbacktest);
  ladder.apply(row(RowKind::kLevel, kBidSide, 102), as_hftbacktest);
  ladder.apply(row(kind, kAskSide, ticks), as_hftbacktest);
  return ladder.sides[kAskSide].quantity_at(rank_of(kAskSide, 101));
}

TEST(Ladder, ClearsLevelsThatAreOutOfSight) {
  EXPECT_EQ(hidden_ask_after(RowKind::kClearBoth, 0, false), 0);
  EXPECT_EQ(hidden_ask_after(RowKind::kClearBoth, 0, true), 0);
  EXPECT_EQ(hidden_ask_after(RowKind::kClear, 105, false), 0);
  EXPECT_EQ(hidden_ask_after(RowKind::kClear, 105, true), 1);
}

}  // namespace
}  // namespace acts::sim
