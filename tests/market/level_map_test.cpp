#include "acts/market/level_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "acts/market/deletion_log.hpp"

#include "support/rounds.hpp"

namespace acts {
namespace {

BandTotal naive_total(const std::vector<BookLevel>& best_first, Side side, Price limit, UpdateId suspect_upto) {
  BandTotal total;
  for (const BookLevel& level : best_first) {
    if (side == Side::kBid ? level.price < limit : level.price > limit) break;
    total.quantity += level.quantity.units();
    if (level.origin.update_id <= suspect_upto) total.suspect += level.quantity.units();
    ++total.levels;
  }
  return total;
}

// The same side as a std::map, beside the one under test; every operation goes to both.
class Twins {
 public:
  explicit Twins(Side side) : map_(side), side_(side) {}

  void set(std::int64_t price, std::int64_t quantity, std::int64_t id, bool from_snapshot) {
    map_.set({Price{price}, Quantity{quantity}}, {UpdateId{id}, from_snapshot});
    naive_[price] = {quantity, {UpdateId{id}, from_snapshot}};
  }
  void erase(std::int64_t price) { ASSERT_EQ(map_.erase(Price{price}), naive_.erase(price) == 1) << price; }
  void apply(std::span<const Level> levels, UpdateId id) {
    map_.apply(levels, id, deletions_);
    for (const Level& level : levels) {
      if (level.quantity.is_zero()) {
        naive_.erase(level.price.units());
      } else {
        naive_[level.price.units()] = {level.quantity.units(), {id, false}};
      }
    }
  }
  void clear() {
    map_.clear();
    naive_.clear();
  }
  void tidy() { map_.tidy(); }
  void move_about() {
    LevelMap other(std::move(map_));
    map_ = LevelMap(opposite(side_));
    map_ = std::move(other);
  }
  void find(std::int64_t price) const {
    const std::optional<BookLevel> found = map_.find(Price{price});
    const auto expected = naive_.find(price);
    ASSERT_EQ(found.has_value(), expected != naive_.end()) << price;
    if (found) {
      ASSERT_EQ(*found, level_of(*expected));
    }
  }

  void check() const {
    map_.check_invariants();
    ASSERT_EQ(map_.size(), naive_.size());
    ASSERT_EQ(map_.empty(), naive_.empty());
    const std::vector<BookLevel> expected = best_first();
    std::size_t i = 0;
    map_.walk([&](const BookLevel& level) { return i < expected.size() && level == expected[i] && ++i > 0; });
    ASSERT_EQ(i, expected.size());
    ASSERT_EQ(map_.best(), expected.empty() ? std::nullopt : std::optional(expected.front()));
    ASSERT_EQ(map_.worst(), expected.empty() ? std::nullopt : std::optional(expected.back()));
    if (!expected.empty()) check_sums(expected, expected[expected.size() / 3].origin.update_id);
  }
  // Of half the book and of all of it.
  void check_sums(const std::vector<BookLevel>& levels, UpdateId suspect_upto) const {
    const std::array limits{levels[levels.size() / 2].price, levels.back().price};
    std::array<BandTotal, 2> totals;
    map_.accumulate(limits, suspect_upto, totals);
    for (std::size_t band = 0; band < limits.size(); ++band) {
      const BandTotal expected = naive_total(levels, side_, limits[band], suspect_upto);
      ASSERT_TRUE(totals[band].quantity == expected.quantity);
      ASSERT_TRUE(totals[band].suspect == expected.suspect);
      ASSERT_EQ(totals[band].levels, expected.levels);
    }
  }
  void check_memory() const {
    if (map_.size() >= 2'000) {
      ASSERT_LE(map_.memory_bytes(), map_.size() * 64) << map_.size();
    }
  }

  [[nodiscard]] const LevelMap& map() const { return map_; }
  [[nodiscard]] std::size_t size() const { return naive_.size(); }
  [[nodiscard]] std::vector<std::int64_t> prices() const {
    std::vector<std::int64_t> prices;
    for (const auto& [price, value] : naive_) prices.push_back(price);
    return prices;
  }
  [[nodiscard]] std::vector<BookLevel> best_first() const {
    std::vector<BookLevel> levels;
    for (const auto& entry : naive_) levels.push_back(level_of(entry));
    if (side_ == Side::kBid) std::ranges::reverse(levels);
    return levels;
  }

 private:
  struct Value {
    std::int64_t quantity;
    LevelOrigin origin;
  };
  static BookLevel level_of(const std::pair<const std::int64_t, Value>& entry) {
    return {Price{entry.first}, Quantity{entry.second.quantity}, entry.second.origin};
  }

  LevelMap map_;
  Side side_;
  std::map<std::int64_t, Value> naive_;
  DeletionLog deletions_;
};

// One phase of a random history: how far prices lie apart, how many of the operations delete.
struct Phase {
  std::int64_t low;
  std::int64_t width;
  unsigned deletes_percent;
  int operations;
};

void run(Twins& twins, const Phase& phase, std::mt19937_64& random) {
  const auto price = [&] {
    return phase.low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(phase.width));
  };
  for (int i = 0; i < phase.operations; ++i) {
    if (random() % 100 < phase.deletes_percent) {
      twins.erase(price());
    } else {
      twins.set(price(), 1 + static_cast<std::int64_t>(random() % 1000), i, random() % 2 == 0);
    }
    if (i % 16 == 0) twins.find(price());
    if (i % 7'000 == 0) twins.tidy();
    if (i % 20'000 == 0) twins.check();
  }
  twins.check();
  twins.check_memory();
}

class LevelMapOfSide : public testing::TestWithParam<Side> {};
INSTANTIATE_TEST_SUITE_P(, LevelMapOfSide, testing::Values(Side::kBid, Side::kAsk),
                         [](const auto& param) { return param.param == Side::kBid ? "Bid" : "Ask"; });

TEST_P(LevelMapOfSide, EqualsANaiveMapAfterEveryOperationOnSmallBooks) {
  for (std::uint64_t seed = 0; seed < 20 * test::rounds(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Twins twins(GetParam());
    const std::int64_t width = 40 + static_cast<std::int64_t>(random() % 800);
    for (int i = 0; i < 3'000; ++i) {
      const auto price = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(width));
      const unsigned deletes = i / 500 % 2 == 0 ? 30 : 70;
      random() % 100 < deletes ? twins.erase(price) : twins.set(price, 1 + i, i, false);
      if (i % 97 == 0) twins.tidy();
      if (i % 5 == 0) twins.check();
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(LevelMapOfSide, EqualsANaiveMapOverMillionsOfOperations) {
  for (std::uint64_t seed = 0; seed < test::rounds(); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Twins twins(GetParam());
    const Phase phases[] = {
        {0, 1'000'000'000, 0, 60'000},   // deep and sparse
        {0, 60'000, 45, 200'000},        // dense, about as many deletions as insertions
        {5'000, 20'000, 95, 100'000},    // a part is emptied
        {0, 1'000'000'000, 20, 40'000},  // grows again
        {20'000, 200, 50, 200'000},      // all in a few leaves
        {0, 60'000, 90, 200'000},        // the dense part goes
        {-500, 1'000, 50, 50'000},       // around zero
    };
    for (const Phase& phase : phases) {
      run(twins, phase, random);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(LevelMapOfSide, GivesBackWhatDeletionsHaveLeftEmpty) {
  std::mt19937_64 random(7);
  Twins twins(GetParam());
  for (std::int64_t price = 0; price < 4'000; ++price) twins.set(price, 1, price, false);
  for (std::int64_t price = 0; price < 4'000; ++price) {
    if (random() % 2 == 0) twins.erase(price);
  }
  const std::size_t before = twins.map().memory_bytes();
  twins.tidy();
  twins.check();
  const std::size_t after = twins.map().memory_bytes();
  EXPECT_LT(after, before * 3 / 4);
  EXPECT_LE(after, twins.size() * 40);
  // There is room for what comes next.
  for (int i = 0; i < 500; ++i) {
    const std::vector<std::int64_t> prices = twins.prices();
    twins.erase(prices[random() % prices.size()]);
    twins.set(static_cast<std::int64_t>(random() % 4'000), 1, i, false);
  }
  twins.check();
  EXPECT_LT(twins.map().memory_bytes(), after + after / 10);
}

TEST_P(LevelMapOfSide, TakesSortedBulksFromEitherEnd) {
  for (const bool ascending : {true, false}) {
    Twins twins(GetParam());
    constexpr std::int64_t kCount = 300'000;  // three inner nodes above a leaf
    for (std::int64_t i = 0; i < kCount; ++i) twins.set(ascending ? i * 7 : (kCount - i) * 7, 1, i, true);
    ASSERT_NO_FATAL_FAILURE(twins.check());
    // Sorted levels fill their leaves: close to 24 bytes each.
    EXPECT_LE(twins.map().memory_bytes(), twins.size() * 26);
    for (std::int64_t i = 0; i < kCount; ++i) twins.set(7 * i + 3, 2, i, false);
    ASSERT_NO_FATAL_FAILURE(twins.check());
    ASSERT_NO_FATAL_FAILURE(twins.check_memory());
  }
}

TEST_P(LevelMapOfSide, IsEmptiedInOrderAgainstOrderAndAtRandom) {
  for (const int order : {0, 1, 2}) {
    SCOPED_TRACE(order);
    std::mt19937_64 random(5);
    Twins twins(GetParam());
    const int count = order == 2 ? 150'000 : 40'000;
    for (int i = 0; i < count; ++i) twins.set(static_cast<std::int64_t>(random() % (1ULL << 40)), 1, i, false);
    std::vector<std::int64_t> prices = twins.prices();
    if (order == 1) std::ranges::reverse(prices);
    if (order == 2) std::ranges::shuffle(prices, random);
    for (std::size_t i = 0; i < prices.size(); ++i) {
      twins.erase(prices[i]);
      if (i % 10'000 == 0) {
        ASSERT_NO_FATAL_FAILURE(twins.check());
        ASSERT_NO_FATAL_FAILURE(twins.check_memory());
      }
    }
    ASSERT_NO_FATAL_FAILURE(twins.check());
    EXPECT_EQ(twins.size(), 0U);
    EXPECT_EQ(twins.map().memory_bytes(), LevelMap(GetParam()).memory_bytes());
    ASSERT_NO_FATAL_FAILURE(run(twins, {0, 10'000, 40, 50'000}, random));
  }
}

TEST_P(LevelMapOfSide, LivesThroughClusteredDeletions) {
  std::mt19937_64 random(11);
  Twins twins(GetParam());
  for (int i = 0; i < 100'000; ++i) twins.set(i * 10, 1, i, true);
  for (int round = 0; round < 400; ++round) {
    const auto begin = static_cast<std::int64_t>(random() % 1'000'000);
    const auto span = static_cast<std::int64_t>(random() % 20'000);
    for (std::int64_t price = begin / 10 * 10; price < begin + span; price += 10) twins.erase(price);
    const auto refill = static_cast<std::int64_t>(random() % 1'000'000);
    for (std::int64_t i = 0; i < 500; ++i) twins.set(refill + i, 1 + i, round, false);
    if (round % 20 == 0) {
      ASSERT_NO_FATAL_FAILURE(twins.check());
      ASSERT_NO_FATAL_FAILURE(twins.check_memory());
    }
  }
  ASSERT_NO_FATAL_FAILURE(twins.check());
}

// Every way to make leaves sparse: what remains of 100,000 levels, down to 2,000, never costs more than 64 bytes each.
TEST_P(LevelMapOfSide, CostsAtMost64BytesALevelWhateverItsHistory) {
  for (const std::int64_t stride : {1, 2, 3, 5, 26, 40, 64}) {
    SCOPED_TRACE(stride);
    std::mt19937_64 random(static_cast<std::uint64_t>(stride));
    Twins twins(GetParam());
    for (std::int64_t i = 0; i < 100'000; ++i) twins.set(i * 100, 1, i, true);
    std::vector<std::int64_t> prices = twins.prices();
    if (stride == 1) std::ranges::shuffle(prices, random);
    for (std::int64_t offset = 0; offset < stride; ++offset) {
      for (auto i = static_cast<std::size_t>(offset); i < prices.size(); i += static_cast<std::size_t>(stride)) {
        if (twins.size() <= 2'000) break;
        twins.erase(prices[i]);
        if (twins.size() % 500 == 0) {
          ASSERT_NO_FATAL_FAILURE(twins.check_memory());
        }
      }
    }
    ASSERT_NO_FATAL_FAILURE(twins.check());
  }
}

// The worst for a bound on the average: most leaves as sparse as a leaf may be, the others full, and then either the
// full ones shrink or they split.
TEST_P(LevelMapOfSide, CostsAtMost64BytesALevelWhenSparseLeavesAreLeftAlone) {
  for (const bool split : {false, true}) {
    SCOPED_TRACE(split);
    Twins twins(GetParam());
    for (std::int64_t i = 0; i < 64 * 1'000; ++i) twins.set(i * 100, 1, i, true);
    for (std::int64_t i = 0; i < 64 * 1'000; ++i) {
      const bool full = i / 64 % 10 < 3;
      if (!full && i % 64 >= 12) twins.erase(i * 100);
    }
    ASSERT_NO_FATAL_FAILURE(twins.check());
    for (std::int64_t i = 0; i < 64 * 1'000; ++i) {
      if (i / 64 % 10 >= 3) continue;
      split ? twins.set(i * 100 + 50, 1, i, false) : twins.erase(i * 100);
      if (i % 16 == 0) {
        ASSERT_NO_FATAL_FAILURE(twins.check_memory());
      }
    }
    ASSERT_NO_FATAL_FAILURE(twins.check());
  }
}

TEST_P(LevelMapOfSide, AppliesUpdatesLikeANaiveMap) {
  std::mt19937_64 random(3);
  Twins twins(GetParam());
  std::vector<Level> levels;
  std::int64_t mid = 1'000'000;
  for (int event = 0; event < 20'000; ++event) {
    levels.clear();
    mid += static_cast<std::int64_t>(random() % 41) - 20;
    for (std::uint64_t i = random() % 40; i-- > 0;) {
      const std::int64_t reach = random() % 8 == 0 ? 100'000 : 300;
      const std::int64_t price = mid + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(reach));
      const auto quantity = random() % 5 < 2 ? 0 : static_cast<std::int64_t>(random() % 1'000'000 + 1);
      levels.push_back({Price{price}, Quantity{quantity}});
    }
    if (random() % 4 != 0) std::ranges::sort(levels, {}, &Level::price);
    if (random() % 2 == 0) std::ranges::reverse(levels);
    twins.apply(levels, UpdateId{event});
    if (event % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(twins.check());
    }
  }
}

TEST_P(LevelMapOfSide, NotesEveryDeletionAlsoOfAnUnknownLevel) {
  LevelMap map(GetParam());
  DeletionLog deletions;
  const Level levels[] = {{Price{10}, Quantity{1}}, {Price{11}, Quantity{0}}, {Price{10}, Quantity{0}}};
  map.apply(levels, UpdateId{7}, deletions);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(deletions.deleted_after(GetParam(), UpdateId{6}), (std::vector{Price{10}, Price{11}}));
  EXPECT_TRUE(deletions.deleted_after(opposite(GetParam()), UpdateId{6}).empty());
}

TEST_P(LevelMapOfSide, KeepsTheWholeOrigin) {
  LevelMap map(GetParam());
  const UpdateId largest{(std::int64_t{1} << 62) - 1};
  map.set({Price{1}, Quantity{INT64_MAX}}, {largest, true});
  map.set({Price{INT64_MAX}, Quantity{1}}, {UpdateId{0}, false});
  EXPECT_EQ(map.find(Price{1}), (BookLevel{Price{1}, Quantity{INT64_MAX}, {largest, true}}));
  EXPECT_EQ(map.find(Price{INT64_MAX}), (BookLevel{Price{INT64_MAX}, Quantity{1}, {UpdateId{0}, false}}));
  EXPECT_EQ(map.best()->price, GetParam() == Side::kBid ? Price{INT64_MAX} : Price{1});
}

TEST_P(LevelMapOfSide, MovesItsLevelsAndCanBeUsedAgainAfterClear) {
  std::mt19937_64 random(2);
  Twins twins(GetParam());
  run(twins, {0, 100'000, 20, 30'000}, random);
  twins.move_about();
  ASSERT_NO_FATAL_FAILURE(twins.check());
  ASSERT_NO_FATAL_FAILURE(run(twins, {0, 100'000, 40, 30'000}, random));

  LevelMap source(GetParam());
  source.set({Price{1}, Quantity{1}}, {});
  const LevelMap target(std::move(source));
  EXPECT_EQ(target.size(), 1U);
  source.clear();  // NOLINT(bugprone-use-after-move): the documented way back
  source.set({Price{2}, Quantity{1}}, {});
  source.check_invariants();
  EXPECT_EQ(source.size(), 1U);

  twins.clear();
  ASSERT_NO_FATAL_FAILURE(twins.check());
  ASSERT_NO_FATAL_FAILURE(run(twins, {0, 100'000, 40, 30'000}, random));
}

TEST_P(LevelMapOfSide, StopsAWalkWhenToldTo) {
  LevelMap map(GetParam());
  for (int i = 1; i <= 200; ++i) map.set({Price{i}, Quantity{i}}, {});
  int seen = 0;
  map.walk([&](const BookLevel&) { return ++seen < 130; });
  EXPECT_EQ(seen, 130);
}

TEST_P(LevelMapOfSide, SumsBandsAndCountsOldLevelsLikeANaiveMap) {
  std::mt19937_64 random(17);
  for (const std::int64_t width : {1, 10, 100, 1'000, 100'000}) {
    Twins twins(GetParam());
    // In the widest book sums of a few levels need more than 64 bits.
    const auto quantity = [&] { return static_cast<std::int64_t>(random() >> (width > 1'000 ? 1 : 30)) + 1; };
    for (std::int64_t i = 0; i < width / 3; ++i) {
      const auto price = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(width));
      twins.set(price, quantity(), i, i % 2 == 0);
    }
    for (int i = 0; i < 200; ++i) {
      const auto changed = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(width));
      i % 3 == 0 ? twins.erase(changed) : twins.set(changed, quantity(), i, false);
      std::vector<Price> limits;
      for (std::uint64_t n = random() % 5; n-- > 0;) {
        limits.emplace_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(width + 2)) - 1);
      }
      std::ranges::sort(limits);
      if (GetParam() == Side::kBid) std::ranges::reverse(limits);
      const UpdateId suspect_upto{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(width / 3 + 2)) - 1};
      std::vector<BandTotal> totals(limits.size());
      twins.map().accumulate(limits, suspect_upto, totals);
      const std::vector<BookLevel> levels = twins.best_first();
      for (std::size_t band = 0; band < limits.size(); ++band) {
        const BandTotal expected = naive_total(levels, GetParam(), limits[band], suspect_upto);
        ASSERT_TRUE(totals[band].quantity == expected.quantity);
        ASSERT_TRUE(totals[band].suspect == expected.suspect);
        ASSERT_EQ(totals[band].levels, expected.levels);
      }
      ASSERT_EQ(twins.map().count_upto(suspect_upto), std::ranges::count_if(levels, [&](const BookLevel& level) {
                  return level.origin.update_id <= suspect_upto;
                }));
    }
  }
}

TEST(LevelMapDeathTest, RefusesAnEmptyLevel) {
  LevelMap map(Side::kBid);
  EXPECT_DEATH(map.set({Price{1}, Quantity{0}}, {}), "quantity");
}

}  // namespace
}  // namespace acts
