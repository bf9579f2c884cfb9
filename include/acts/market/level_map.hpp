// One side of a book: price -> {quantity, id of the update that set it}, ordered, for tens of thousands of levels.
//
// A B+ tree whose leaves have 64 slots, some of them free: a deleted level leaves its slot, and its key, behind, so
// that its coming back moves nothing and an insertion moves little. Insertion and removal anywhere cost O(log n) steps.
// A level costs 25 bytes where leaves are full, and never more than 64 in a side of 1,000 levels or more; a smaller
// side holds 64 KB at most, an empty one 2 KB. The last leaf used is remembered: the levels of one depth event lie near
// each other. A leaf remembers the sum of its quantities until one changes, and between which updates they were set: a
// sum over a band reads one cache line of a leaf that was at rest, unless some of its levels are suspect and others
// not. Not thread-safe, its const functions neither; no exception but bad_alloc.
#pragma once

#include <array>
#include <bit>
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
  // A map that was moved from can only be assigned to, cleared or destroyed.
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
  // Fills the leaves anew where many changes have left them half empty: O(n), then a level costs some 35 bytes.
  void tidy();

  // Totals from the best price to each of `limits` (included), which go from near to far. Levels set at or before
  // `suspect_upto` count as suspect.
  void accumulate(std::span<const Price> limits, UpdateId suspect_upto, std::span<BandTotal> totals) const;
  // Levels set at or before `upto`; of a leaf at rest that has none, or only such ones, one cache line is read.
  [[nodiscard]] std::size_t count_upto(UpdateId upto) const;

  // Calls visit(const BookLevel&) -> bool from best to worst until it returns false. The map must not change meanwhile.
  template <typename Visit>
  void walk(Visit&& visit) const {
    for (const Leaf* leaf = best_leaf_; leaf != nullptr; leaf = leaf->worse) {
      for (std::uint64_t left = leaf->live; left != 0;) {
        const std::size_t slot = highest(left);
        left ^= std::uint64_t{1} << slot;
        if (!visit(level_at(*leaf, slot))) return;
      }
    }
  }

  // Bytes held for levels, of which the tree itself is a part.
  [[nodiscard]] std::size_t memory_bytes() const;

  // For tests: aborts if an invariant of the tree does not hold.
  void check_invariants() const;

 private:
  static constexpr std::size_t kSlots = 64;
  static constexpr std::size_t kInnerCapacity = 256;
  static constexpr std::size_t kMaxHeight = 8;  // 64^8 leaves: never reached

  // Keys grow towards the best price: a bid's key is its price, an ask's the negated one. So the best level is the last
  // one, and a side is always filled and walked in the same way.
  using Key = std::int64_t;
  static constexpr Key kLowestKey = INT64_MIN;
  static constexpr Key kHighestKey = INT64_MAX;

  // Keys do not decrease from slot to slot. A slot is live or free; a free one keeps a key for the order's sake, and of
  // several slots with equal keys only the first may be live. Quantities of free slots are zero.
  struct alignas(64) Leaf {
    std::uint64_t live = 0;          // one bit a slot
    std::uint32_t count = 0;         // of live slots
    mutable bool summed = false;     // then `sum` is that of the quantities, and no level's tag is below `least_tag`
    Key low = kLowestKey;            // responsible for keys from here to that of `better`, excluded
    std::uint64_t greatest_tag = 0;  // no level's tag is above it
    Leaf* better = nullptr;
    Leaf* worse = nullptr;
    mutable std::uint64_t sum = 0;
    mutable std::uint64_t least_tag = 0;
    alignas(64) std::array<Key, kSlots> keys;
    std::array<std::int64_t, kSlots> quantities;
    std::array<std::uint64_t, kSlots> tags;  // update id x 2 + from_snapshot
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
  // Where a key is, or would be: the first slot of the leaf responsible for it whose key is not below.
  struct Place {
    Leaf* leaf;
    std::size_t slot;
  };
  static constexpr std::size_t kBatch = 64;
  // Levels on their way into the tree.
  struct Batch {
    std::array<Key, kBatch> keys;
    std::array<void*, kBatch> nodes;  // leaves, once places are found
    std::array<std::size_t, kBatch> slots;
    std::array<std::size_t, kBatch> others;  // levels whose price has no slot
    std::size_t other_count = 0;
    std::uint64_t shape = 0;  // of the tree when the places were found
  };
  using Path = std::array<Step, kMaxHeight>;
  // The leaves from best to worst as the inner nodes list them: reads no leaf.
  class LeafList;

  [[nodiscard]] Key key_of(Price price) const { return side_ == Side::kBid ? price.units() : -price.units(); }
  [[nodiscard]] Price price_of(Key key) const { return Price{side_ == Side::kBid ? key : -key}; }
  [[nodiscard]] BookLevel level_at(const Leaf& leaf, std::size_t i) const {
    return {price_of(leaf.keys[i]),
            Quantity{leaf.quantities[i]},
            {UpdateId{static_cast<std::int64_t>(leaf.tags[i] >> 1)}, (leaf.tags[i] & 1) != 0}};
  }

  static std::size_t highest(std::uint64_t mask) { return static_cast<std::size_t>(63 - std::countl_zero(mask)); }
  static std::size_t search(const Leaf& leaf, Key key);
  template <std::size_t Width = kInnerCapacity>
  static std::size_t search(const Inner& inner, Key key);
  static void search_lanes(void* const* leaves, const Key* keys, std::size_t* slots);
  template <std::size_t Width>
  static void descend_lanes(const Inner& inner, const Key* keys, void** children);
  static void pad(Inner& inner);
  static void prefetch_next(LeafList& leaves);
  static void prefetch_slots(const Leaf* leaf, std::uint64_t suspect_end);
  static void add_up(const Leaf& leaf, std::uint64_t suspect_end, BandTotal& total);
  static void add_up(const Leaf& leaf, std::size_t begin, std::size_t end, std::uint64_t suspect_end, BandTotal& total);
  static bool responsible(const Leaf& leaf, Key key) {
    return leaf.low <= key && (leaf.better == nullptr || key < leaf.better->low);
  }
  // Whether what it remembers tells how much of it is suspect.
  static bool is_told(const Leaf& leaf, std::uint64_t suspect_end) {
    return leaf.summed && (leaf.least_tag >= suspect_end || leaf.greatest_tag < suspect_end);
  }
  static void put(Leaf& leaf, std::size_t slot, Key key, std::int64_t quantity, std::uint64_t tag);
  static void make_empty(Leaf& leaf, Key free_key);
  Leaf* descend(Key key) const;
  Leaf* descend(Key key, Path& path) const;
  Place place_of(Key key);
  void find_places(std::span<const Level> levels, Batch& batch) const;
  template <std::size_t Width>
  void descend_root(std::size_t count, Batch& batch) const;
  std::size_t apply_known(std::span<const Level> levels, std::uint64_t tag, Batch& batch);
  void apply_others(std::span<const Level> levels, std::uint64_t tag, const Batch& batch);
  void store(Place place, Key key, std::int64_t quantity, std::uint64_t tag, bool upwards);
  void insert(Place place, Key key, std::int64_t quantity, std::uint64_t tag, bool upwards);
  Leaf* split(Leaf* leaf, Key key);
  void link(Leaf* leaf, Leaf* right, Path& path);
  template <typename Levels>
  void append(const Levels& levels, std::size_t begin, std::size_t end);
  void insert_child(Path& path, std::size_t level, Key low, void* child);
  void count_leaf(std::ptrdiff_t change);
  bool thin_out(Leaf* leaf);
  void refill();
  void rebalance(Leaf* leaf);
  void remove_child(Path& path, std::size_t level, std::size_t at);
  void rebalance_inner(Path& path, std::size_t level);
  void check_node(const void* node, std::size_t height) const;
  void free_node(void* node, std::size_t height);
  void steal(LevelMap& other) noexcept;

  Side side_;
  std::size_t size_ = 0;
  std::size_t height_ = 0;  // inner nodes above a leaf
  void* root_ = nullptr;    // a Leaf while height_ is 0; never null
  Leaf* best_leaf_ = nullptr;
  Leaf* worst_leaf_ = nullptr;
  Leaf* finger_ = nullptr;   // the last leaf changed; never null but in a moved-from map
  std::uint64_t shape_ = 0;  // changes whenever a level may have got another leaf
  std::size_t leaves_ = 0;
  std::size_t least_size_ = 0;  // with fewer levels the leaves are too empty
  std::size_t inners_ = 0;
};

}  // namespace acts
