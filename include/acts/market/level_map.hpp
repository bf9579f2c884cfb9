// One side of a book: price -> {quantity, id of the update that set it}, ordered, for tens of thousands of levels.
//
// A B+ tree whose leaves hold 26 to 64 levels in three parallel arrays: 24 bytes a level in a full leaf, below 64 in a
// sparse one. Insertion and removal anywhere cost O(log n) steps and move at most one leaf. The last leaf used is
// remembered: the levels of one depth event lie near each other, so most are found without a descent. Not thread-safe;
// no exception but bad_alloc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "acts/market/events.hpp"

namespace acts {

class DeletionLog;

// How a level got its quantity. `from_snapshot`: by a snapshot with that id, else by an update.
struct LevelOrigin {
  UpdateId update_id;
  bool from_snapshot = false;
  friend bool operator==(const LevelOrigin&, const LevelOrigin&) = default;
};

struct BookLevel {
  Price price;
  Quantity quantity;
  LevelOrigin origin;
  friend bool operator==(const BookLevel&, const BookLevel&) = default;
};

// Quantities summed from the best price to a limit; 128 bits, so that no sum overflows.
struct BandTotal {
  int128 quantity = 0;
  int128 suspect = 0;
  std::size_t levels = 0;
};

class LevelMap {
 public:
  explicit LevelMap(Side side);
  ~LevelMap();
  LevelMap(LevelMap&& other) noexcept;
  LevelMap& operator=(LevelMap&& other) noexcept;
  LevelMap(const LevelMap&) = delete;
  LevelMap& operator=(const LevelMap&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::optional<BookLevel> best() const;
  [[nodiscard]] std::optional<BookLevel> worst() const;
  [[nodiscard]] std::optional<BookLevel> find(Price price) const;

  // Sets or, with quantity zero, erases the levels of one update, and notes every deletion (also of a level that was
  // not known) in `deletions`.
  void apply(std::span<const Level> levels, UpdateId id, DeletionLog& deletions);
  // Inserts or replaces. quantity > 0 (asserted).
  void set(Level level, LevelOrigin origin);
  // False if there was no such level.
  bool erase(Price price);
  void clear();

  // Totals from the best price to each of `limits` (included), which go from near to far. Levels set at or before
  // `suspect_upto` count as suspect.
  void accumulate(std::span<const Price> limits, UpdateId suspect_upto, std::span<BandTotal> totals) const;

  // Calls visit(const BookLevel&) -> bool from best to worst until it returns false. The map must not change meanwhile.
  template <typename Visit>
  void walk(Visit&& visit) const {
    for (const Leaf* leaf = best_leaf_; leaf != nullptr; leaf = leaf->worse) {
      for (std::size_t i = leaf->count; i-- > 0;) {
        if (!visit(level_at(*leaf, i))) return;
      }
    }
  }

  // Bytes held for levels, of which the tree itself is a part.
  [[nodiscard]] std::size_t memory_bytes() const;

  // For tests: aborts if an invariant of the tree does not hold.
  void check_invariants() const;

 private:
  static constexpr std::size_t kLeafCapacity = 64;
  static constexpr std::size_t kInnerCapacity = 64;
  static constexpr std::size_t kMaxHeight = 12;  // 32^12 levels: never reached

  // Keys grow towards the best price: a bid's key is its price, an ask's the negated one. So the best level is the last
  // one, and insertion near the top moves little.
  using Key = std::int64_t;
  static constexpr Key kLowestKey = INT64_MIN;

  struct Leaf {
    std::size_t count = 0;
    Key low = kLowestKey;  // this leaf is responsible for keys from here to the next better leaf's `low`
    Leaf* better = nullptr;
    Leaf* worse = nullptr;
    std::array<Key, kLeafCapacity> keys;
    std::array<std::int64_t, kLeafCapacity> quantities;
    std::array<std::uint64_t, kLeafCapacity> tags;  // update id x 2 + from_snapshot
  };
  struct Inner {
    std::size_t count = 0;
    std::array<Key, kInnerCapacity> lows;
    std::array<void*, kInnerCapacity> children;
  };
  struct Step {
    Inner* node = nullptr;
    std::size_t index = 0;
  };
  using Path = std::array<Step, kMaxHeight>;

  [[nodiscard]] Key key_of(Price price) const { return side_ == Side::kBid ? price.units() : -price.units(); }
  [[nodiscard]] Price price_of(Key key) const { return Price{side_ == Side::kBid ? key : -key}; }
  [[nodiscard]] BookLevel level_at(const Leaf& leaf, std::size_t i) const {
    return {price_of(leaf.keys[i]),
            Quantity{leaf.quantities[i]},
            {UpdateId{static_cast<std::int64_t>(leaf.tags[i] >> 1)}, (leaf.tags[i] & 1) != 0}};
  }

  static std::size_t lower_bound(const Leaf& leaf, Key key);
  static void prefetch(const Leaf* leaf, bool with_tags);
  static void add_up(const Leaf& leaf, std::size_t begin, std::size_t end, std::uint64_t suspect_end, BandTotal& total);
  static bool responsible(const Leaf& leaf, Key key);
  Leaf* leaf_for(Key key) const;
  Leaf* descend(Key key) const;
  Leaf* descend(Key key, Path& path) const;
  void set_key(Key key, std::int64_t quantity, std::uint64_t tag);
  bool erase_key(Key key);
  void insert_at(Leaf* leaf, std::size_t at, Key key, std::int64_t quantity, std::uint64_t tag);
  Leaf* split(Leaf* leaf, std::size_t at, Key key);
  void insert_child(Path& path, std::size_t level, Key low, void* child);
  void rebalance(Leaf* leaf);
  void remove_child(Path& path, std::size_t level, std::size_t at);
  void rebalance_inner(Path& path, std::size_t level);
  void free_node(void* node, std::size_t height);
  void steal(LevelMap& other) noexcept;

  Side side_;
  std::size_t size_ = 0;
  std::size_t height_ = 0;  // inner nodes above a leaf
  void* root_ = nullptr;    // a Leaf while height_ is 0; never null
  Leaf* best_leaf_ = nullptr;
  Leaf* worst_leaf_ = nullptr;
  mutable Leaf* finger_ = nullptr;
  std::size_t leaves_ = 0;
  std::size_t inners_ = 0;
};

}  // namespace acts
