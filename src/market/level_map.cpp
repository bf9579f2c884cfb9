#include "acts/market/level_map.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/market/deletion_log.hpp"

#include "market/level_map_slots.hpp"

namespace acts {
namespace {

constexpr std::uint64_t tag_of(LevelOrigin origin) {
  return static_cast<std::uint64_t>(origin.update_id.value()) * 2 + static_cast<std::uint64_t>(origin.from_snapshot);
}

// How many more levels an insertion moves to let the places of the levels that come after it be.
constexpr std::size_t kDetour = 4;

// How many leaves ahead a sum fetches a leaf's slots, and twice as many its first line.
constexpr std::size_t kLeavesAhead = 4;

// target = value if chosen != 0, else a place that nobody reads is: without a branch, and without reading the target,
// which a store need not wait for.
template <typename T>
inline void store_if(std::size_t chosen, T& target, T& nowhere, T value) {
  T* where = &target;
  asm("" : "+r"(where), "+r"(chosen));  // as in step_if()
  where = chosen != 0 ? where : &nowhere;
  *where = value;
}

}  // namespace

LevelMap::LevelMap(Side side) : side_(side) { clear(); }

LevelMap::~LevelMap() {
  if (root_ != nullptr) free_node(root_, height_);
}

LevelMap::LevelMap(LevelMap&& other) noexcept : side_(other.side_) { steal(other); }

LevelMap& LevelMap::operator=(LevelMap&& other) noexcept {
  if (this != &other) {
    if (root_ != nullptr) free_node(root_, height_);
    side_ = other.side_;
    steal(other);
  }
  return *this;
}

void LevelMap::steal(LevelMap& other) noexcept {
  size_ = std::exchange(other.size_, 0);
  height_ = std::exchange(other.height_, 0);
  root_ = std::exchange(other.root_, nullptr);
  best_leaf_ = std::exchange(other.best_leaf_, nullptr);
  worst_leaf_ = std::exchange(other.worst_leaf_, nullptr);
  finger_ = std::exchange(other.finger_, nullptr);
  shape_ = other.shape_;
  leaves_ = std::exchange(other.leaves_, 0);
  least_size_ = std::exchange(other.least_size_, 0);
  inners_ = std::exchange(other.inners_, 0);
}

void LevelMap::free_node(void* node, std::size_t height) {
  if (height == 0) {
    delete static_cast<Leaf*>(node);
    return;
  }
  auto* inner = static_cast<Inner*>(node);
  for (std::size_t i = 0; i < inner->count; ++i) free_node(inner->children[i], height - 1);
  delete inner;
}

void LevelMap::clear() {
  if (root_ != nullptr) free_node(root_, height_);
  auto* leaf = new Leaf{};
  make_empty(*leaf, kHighestKey);
  root_ = best_leaf_ = worst_leaf_ = finger_ = leaf;
  size_ = height_ = inners_ = 0;
  leaves_ = 0;
  count_leaf(+1);
}

void LevelMap::make_empty(Leaf& leaf, Key free_key) {
  leaf.live = 0;
  leaf.count = 0;
  leaf.summed = false;
  leaf.greatest_tag = 0;
  leaf.keys.fill(free_key);
  leaf.quantities.fill(0);
}

std::optional<BookLevel> LevelMap::best() const {
  if (size_ == 0) return std::nullopt;
  return level_at(*best_leaf_, highest(best_leaf_->live));
}

std::optional<BookLevel> LevelMap::worst() const {
  if (size_ == 0) return std::nullopt;
  return level_at(*worst_leaf_, static_cast<std::size_t>(std::countr_zero(worst_leaf_->live)));
}

std::optional<BookLevel> LevelMap::find(Price price) const {
  const Key key = key_of(price);
  const Leaf& leaf = responsible(*finger_, key) ? *finger_ : *descend(key);
  const std::size_t slot = search(leaf, key);
  if (leaf.keys[slot] != key || (leaf.live & bit(slot)) == 0) return std::nullopt;
  return level_at(leaf, slot);
}

// In three passes over a batch, so that what cannot be predicted (which levels are known, which are deleted) costs no
// branch, and searches do not wait for each other: where every level belongs; those whose price has a slot, which moves
// nothing; the others.
void LevelMap::apply(std::span<const Level> levels, UpdateId id, DeletionLog& deletions) {
  static_assert(kBatch <= DeletionLog::kMaxAtOnce);
  const std::uint64_t tag = tag_of({id, false});
  Batch batch;
  while (!levels.empty()) {
    const std::span<const Level> some = levels.first(std::min(levels.size(), kBatch));
    find_places(some, batch);
    const std::size_t done = apply_known(some, tag, batch);
    apply_others(some, tag, batch);
    deletions.add_deleted(some.first(done), side_, id);
    levels = levels.subspan(done);
  }
}

template <std::size_t Width>
void LevelMap::descend_root(std::size_t count, Batch& batch) const {
  const auto& root = *static_cast<const Inner*>(root_);
  for (std::size_t i = 0; i < count; i += kLanes) descend_lanes<Width>(root, &batch.keys[i], &batch.nodes[i]);
}

void LevelMap::find_places(std::span<const Level> levels, Batch& batch) const {
  static_assert(kBatch % kLanes == 0);
  const std::size_t count = levels.size();
  const Key sign = side_ == Side::kBid ? 0 : -1;  // key_of(), but for the condition
  for (std::size_t i = 0; i < count; ++i) batch.keys[i] = (levels[i].price.units() ^ sign) - sign;
  std::size_t lanes = count;  // whole groups of them; the last key fills the last group
  for (; lanes % kLanes != 0; ++lanes) batch.keys[lanes] = batch.keys[count - 1];
  if (height_ == 0) {
    for (std::size_t i = 0; i < lanes; ++i) batch.nodes[i] = root_;
  } else {
    const std::size_t width = static_cast<const Inner*>(root_)->count;
    if (width <= 16) {
      descend_root<16>(lanes, batch);
    } else if (width <= 32) {
      descend_root<32>(lanes, batch);
    } else if (width <= 64) {
      descend_root<64>(lanes, batch);
    } else if (width <= 128) {
      descend_root<128>(lanes, batch);
    } else {
      descend_root<kInnerCapacity>(lanes, batch);
    }
  }
  for (std::size_t height = height_; height > 1; --height) {
    for (std::size_t i = 0; i < lanes; ++i) {
      const auto& inner = *static_cast<const Inner*>(batch.nodes[i]);
      batch.nodes[i] = inner.children[search(inner, batch.keys[i])];
    }
  }
  for (std::size_t i = 0; i < lanes; i += kLanes) search_lanes(&batch.nodes[i], &batch.keys[i], &batch.slots[i]);
  batch.shape = shape_;
}

// Sets and erases levels whose price has a slot, and lists the others. Ends early if the tree changes, which makes the
// places void; returns how many are done or listed.
std::size_t LevelMap::apply_known(std::span<const Level> levels, std::uint64_t tag, Batch& batch) {
  std::size_t others = 0;
  std::size_t size = size_;
  std::int64_t no_quantity = 0;
  std::uint64_t no_tag = 0;
  std::size_t i = 0;
  while (i < levels.size()) {
    auto* const leaf = static_cast<Leaf*>(batch.nodes[i]);
    const std::size_t slot = batch.slots[i];
    const std::int64_t quantity = levels[i].quantity.units();
    const std::size_t known = std::size_t{leaf->keys[slot] == batch.keys[i]};
    const std::size_t was_live = known & (leaf->live >> slot);
    const std::size_t is_live = known & std::size_t{quantity != 0};
    store_if(known, leaf->quantities[slot], no_quantity, quantity);
    store_if(known, leaf->tags[slot], no_tag, tag);
    leaf->live ^= (was_live ^ is_live) << slot;
    const std::size_t count = leaf->count + is_live - was_live;
    leaf->count = static_cast<std::uint32_t>(count);
    leaf->summed = false;
    leaf->greatest_tag = std::max(leaf->greatest_tag, tag);
    size += is_live - was_live;
    batch.others[others] = i;
    others += known ^ 1;
    ++i;
    if (count < kSparse || size < least_size_) [[unlikely]] {
      size_ = size;
      if (is_live < was_live && thin_out(leaf)) break;
    }
  }
  size_ = size;
  batch.other_count = others;
  return i;
}

void LevelMap::apply_others(std::span<const Level> levels, std::uint64_t tag, const Batch& batch) {
  if (batch.other_count == 0) return;
  // Insertions move levels towards those that are done already, so that the places of the others hold.
  const bool upwards = batch.keys[0] > batch.keys[levels.size() - 1];
  for (std::size_t n = 0; n < batch.other_count; ++n) {
    const std::size_t i = batch.others[n];
    const Key key = batch.keys[i];
    const Place place =
        shape_ == batch.shape ? Place{static_cast<Leaf*>(batch.nodes[i]), batch.slots[i]} : place_of(key);
    store(place, key, levels[i].quantity.units(), tag, upwards);
  }
}

LevelMap::Place LevelMap::place_of(Key key) {
  if (!responsible(*finger_, key)) finger_ = descend(key);
  return {finger_, search(*finger_, key)};
}

void LevelMap::set(Level level, LevelOrigin origin) {
  ACTS_ASSERT(level.quantity.units() > 0);
  const Key key = key_of(level.price);
  store(place_of(key), key, level.quantity.units(), tag_of(origin), true);
}

bool LevelMap::erase(Price price) {
  const Key key = key_of(price);
  const std::size_t before = size_;
  store(place_of(key), key, 0, 0, true);
  return size_ < before;
}

// Sets or, with quantity zero, erases. Insertions since the place was found may have moved its slot.
void LevelMap::store(Place place, Key key, std::int64_t quantity, std::uint64_t tag, bool upwards) {
  Leaf* const leaf = place.leaf;
  std::size_t slot = place.slot;
  if (leaf->keys[slot] != key) {
    if (leaf->keys[slot] < key || (slot > 0 && leaf->keys[slot - 1] >= key)) slot = search(*leaf, key);
    if (leaf->keys[slot] != key) {
      if (quantity != 0) insert({leaf, slot}, key, quantity, tag, upwards);
      return;
    }
  }
  const std::size_t was_live = (leaf->live >> slot) & 1;
  const std::size_t is_live = quantity != 0 ? 1 : 0;
  leaf->live ^= (was_live ^ is_live) << slot;
  leaf->quantities[slot] = quantity;
  leaf->tags[slot] = tag;
  leaf->count += static_cast<std::uint32_t>(is_live - was_live);
  leaf->summed = false;
  leaf->greatest_tag = std::max(leaf->greatest_tag, tag);
  size_ += is_live - was_live;
  if (is_live < was_live && (leaf->count < kSparse || size_ < least_size_)) thin_out(leaf);
}

void LevelMap::put(Leaf& leaf, std::size_t slot, Key key, std::int64_t quantity, std::uint64_t tag) {
  leaf.keys[slot] = key;
  leaf.quantities[slot] = quantity;
  leaf.tags[slot] = tag;
  asm volatile("" : : : "memory");  // the few levels an insertion moves are not worth three calls of memmove()
}

// Takes the next free slot, upwards if there is one and it may be, and moves what is between.
void LevelMap::insert(Place place, Key key, std::int64_t quantity, std::uint64_t tag, bool upwards) {
  if (place.leaf->count == kSlots) {
    if (size_ + 1 < least_size_ + kLeastAverage && least_size_ != 0) {
      refill();
      place = place_of(key);
    }
    if (place.leaf->count == kSlots) place.leaf = split(place.leaf, key);
    place.slot = search(*place.leaf, key);
  }
  Leaf* const leaf = place.leaf;
  std::size_t at = place.slot;
  at += static_cast<std::size_t>(leaf->keys[at] < key);
  const std::uint64_t free_above = ~leaf->live & ~bits_below(at);
  const std::uint64_t free_below = ~leaf->live & bits_below(at);
  const std::size_t up = free_above != 0 ? static_cast<std::size_t>(std::countr_zero(free_above)) - at : 4 * kSlots;
  const std::size_t down = free_below != 0 ? at - highest(free_below) : 2 * kSlots;
  if (upwards ? up <= down + kDetour : up + kDetour < down) {
    const std::size_t free = at + up;
    for (std::size_t i = free; i > at; --i) {
      put(*leaf, i, leaf->keys[i - 1], leaf->quantities[i - 1], leaf->tags[i - 1]);
    }
    put(*leaf, at, key, quantity, tag);
    leaf->live |= bit(free);
  } else {
    const std::size_t free = at - down;
    for (std::size_t i = free; i + 1 < at; ++i) {
      put(*leaf, i, leaf->keys[i + 1], leaf->quantities[i + 1], leaf->tags[i + 1]);
    }
    put(*leaf, at - 1, key, quantity, tag);
    leaf->live |= bit(free);
  }
  ++leaf->count;
  leaf->summed = false;
  leaf->greatest_tag = std::max(leaf->greatest_tag, tag);
  ++size_;
}

class LevelMap::LeafList {
 public:
  explicit LeafList(const LevelMap& map) : height_(map.height_) { go_down(map.root_, height_); }

  // Null behind the last one.
  const Leaf* next() {
    const Leaf* const leaf = leaf_;
    std::size_t level = 1;
    while (level <= height_ && path_[level].index == 0) ++level;
    leaf_ = nullptr;
    if (level <= height_) go_down(path_[level].node->children[--path_[level].index], level - 1);
    return leaf;
  }

 private:
  void go_down(void* node, std::size_t height) {
    for (; height > 0; --height) {
      auto* inner = static_cast<Inner*>(node);
      path_[height] = {inner, inner->count - 1};
      node = inner->children[inner->count - 1];
    }
    leaf_ = static_cast<const Leaf*>(node);
  }

  std::size_t height_;
  Path path_;
  const Leaf* leaf_ = nullptr;
};

// A book is sampled once a minute and has left the caches by then: what is waited for is memory, so several leaves are
// fetched while one is summed.
void LevelMap::prefetch_next(LeafList& leaves) {
  if (const Leaf* const leaf = leaves.next(); leaf != nullptr) __builtin_prefetch(leaf);
}

// Of a leaf whose first line is there: the others, if they will be read.
void LevelMap::prefetch_slots(const Leaf* leaf, std::uint64_t suspect_end) {
  if (leaf == nullptr || is_told(*leaf, suspect_end)) return;
  constexpr std::size_t kLine = 64 / sizeof(Key);
  for (std::size_t i = 0; i < kSlots; i += kLine) __builtin_prefetch(&leaf->quantities[i]);
  if (leaf->greatest_tag < suspect_end || suspect_end == 0) return;
  for (std::size_t i = 0; i < kSlots; i += kLine) __builtin_prefetch(&leaf->tags[i]);
}

// Free slots add zero. Unsigned, which quantities are too: widening then costs nothing. Without a branch: what is
// suspect follows no pattern.
void LevelMap::add_up(const Leaf& leaf, std::size_t begin, std::size_t end, std::uint64_t suspect_end,
                      BandTotal& total) {
  uint128 sum = 0;
  uint128 suspect = 0;
  if (leaf.greatest_tag < suspect_end || suspect_end == 0) {
    for (std::size_t i = begin; i < end; ++i) sum += static_cast<std::uint64_t>(leaf.quantities[i]);
    suspect = suspect_end == 0 ? 0 : sum;
  } else {
    for (std::size_t i = begin; i < end; ++i) {
      const auto quantity = static_cast<std::uint64_t>(leaf.quantities[i]);
      sum += quantity;
      suspect += quantity & -static_cast<std::uint64_t>(leaf.tags[i] < suspect_end);
    }
  }
  total.quantity += static_cast<int128>(sum);
  total.suspect += static_cast<int128>(suspect);
  total.levels += static_cast<std::size_t>(std::popcount(leaf.live & bits_below(end) & ~bits_below(begin)));
}

// The same for all of a leaf, by what it remembers where that is enough. A sum that needs more than 64 bits is not
// remembered.
void LevelMap::add_up(const Leaf& leaf, std::uint64_t suspect_end, BandTotal& total) {
  if (is_told(leaf, suspect_end)) {
    total.quantity += leaf.sum;
    total.suspect += leaf.least_tag >= suspect_end ? 0 : leaf.sum;
    total.levels += leaf.count;
    return;
  }
  BandTotal own;
  add_up(leaf, 0, kSlots, suspect_end, own);
  leaf.summed = own.quantity <= UINT64_MAX;
  leaf.sum = static_cast<std::uint64_t>(own.quantity);
  leaf.least_tag = own.suspect == 0 ? suspect_end : 0;
  total.quantity += own.quantity;
  total.suspect += own.suspect;
  total.levels += own.levels;
}

void LevelMap::accumulate(std::span<const Price> limits, UpdateId suspect_upto, std::span<BandTotal> totals) const {
  ACTS_ASSERT(limits.size() == totals.size());
  const std::uint64_t suspect_end = suspect_upto.value() < 0 ? 0 : tag_of({suspect_upto.next(), false});
  BandTotal total;
  const Leaf* leaf = best_leaf_;
  std::size_t end = kSlots;
  LeafList heads(*this);
  LeafList slots(*this);
  for (std::size_t i = 0; i < 2 * kLeavesAhead; ++i) prefetch_next(heads);
  for (std::size_t i = 0; i < kLeavesAhead; ++i) prefetch_slots(slots.next(), suspect_end);
  for (std::size_t band = 0; band < limits.size(); ++band) {
    const Key limit = key_of(limits[band]);
    while (leaf != nullptr) {
      const bool ends_here = leaf->low < limit;
      if (!ends_here && end == kSlots) {
        add_up(*leaf, suspect_end, total);
      } else {
        std::size_t begin = ends_here ? search(*leaf, limit) : 0;
        begin = std::min(begin + std::size_t{ends_here && leaf->keys[begin] < limit}, end);
        add_up(*leaf, begin, end, suspect_end, total);
        end = begin;
        if (ends_here) break;
      }
      leaf = leaf->worse;
      end = kSlots;
      prefetch_next(heads);
      prefetch_slots(slots.next(), suspect_end);
    }
    totals[band] = total;
  }
}

std::size_t LevelMap::count_upto(UpdateId upto) const {
  const std::uint64_t end = tag_of({upto.next(), false});
  std::size_t count = 0;
  for (const Leaf* leaf = best_leaf_; leaf != nullptr; leaf = leaf->worse) {
    if (leaf->greatest_tag < end) {
      count += leaf->count;
      continue;
    }
    BandTotal remembered;
    add_up(*leaf, end, remembered);
    if (is_told(*leaf, end)) continue;
    std::uint64_t among = 0;
    for (std::size_t i = 0; i < kSlots; ++i) among |= std::uint64_t{leaf->tags[i] < end} << i;
    count += static_cast<std::size_t>(std::popcount(among & leaf->live));
  }
  return count;
}

std::size_t LevelMap::memory_bytes() const { return leaves_ * sizeof(Leaf) + inners_ * sizeof(Inner) + sizeof(*this); }

}  // namespace acts
