#include "acts/market/level_map.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/market/deletion_log.hpp"

namespace acts {
namespace {

constexpr std::uint64_t tag_of(LevelOrigin origin) {
  return static_cast<std::uint64_t>(origin.update_id.value()) * 2 + static_cast<std::uint64_t>(origin.from_snapshot);
}

template <typename Array>
void open_gap(Array& values, std::size_t at, std::size_t count) {
  std::memmove(&values[at] + 1, &values[at], (count - at) * sizeof(values[0]));
}

template <typename Array>
void close_gap(Array& values, std::size_t at, std::size_t count) {
  std::memmove(&values[at], &values[at] + 1, (count - at - 1) * sizeof(values[0]));
}

template <typename Array>
void move_tail(Array& from, std::size_t begin, std::size_t end, Array& to, std::size_t at) {
  std::memcpy(to.data() + at, from.data() + begin, (end - begin) * sizeof(from[0]));
}

// Moves values between two neighbours so that the left one has `left_target` of them.
template <typename Array>
void shift(Array& left, std::size_t left_count, Array& right, std::size_t right_count, std::size_t left_target) {
  constexpr std::size_t kSize = sizeof(left[0]);
  if (left_target >= left_count) {
    const std::size_t moved = left_target - left_count;
    std::memcpy(left.data() + left_count, right.data(), moved * kSize);
    std::memmove(right.data(), right.data() + moved, (right_count - moved) * kSize);
  } else {
    const std::size_t moved = left_count - left_target;
    std::memmove(right.data() + moved, right.data(), right_count * kSize);
    std::memcpy(right.data(), left.data() + left_target, moved * kSize);
  }
}

// A leaf below kSparse shares with a neighbour, so that a level never costs more than 64 bytes; two that together have
// at most kSharedMax become one (which then does not split again soon).
constexpr std::size_t kSparse = 26;
constexpr std::size_t kSparseInner = 16;
constexpr std::size_t kSharedMax = 52;

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
  leaves_ = std::exchange(other.leaves_, 0);
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
  auto* leaf = new Leaf;
  root_ = best_leaf_ = worst_leaf_ = finger_ = leaf;
  size_ = height_ = inners_ = 0;
  leaves_ = 1;
}

std::optional<BookLevel> LevelMap::best() const {
  if (size_ == 0) return std::nullopt;
  return level_at(*best_leaf_, best_leaf_->count - 1);
}

std::optional<BookLevel> LevelMap::worst() const {
  if (size_ == 0) return std::nullopt;
  return level_at(*worst_leaf_, 0);
}

std::optional<BookLevel> LevelMap::find(Price price) const {
  const Key key = key_of(price);
  const Leaf& leaf = *leaf_for(key);
  const std::size_t at = lower_bound(leaf, key);
  if (at == leaf.count || leaf.keys[at] != key) return std::nullopt;
  return level_at(leaf, at);
}

// Branch-free: which half is taken cannot be predicted.
std::size_t LevelMap::lower_bound(const Leaf& leaf, Key key) {
  const Key* base = leaf.keys.data();
  std::size_t length = leaf.count;
  if (length == 0) return 0;
  while (length > 1) {
    const std::size_t half = length / 2;
    base += base[half - 1] < key ? half : 0;
    length -= half;
  }
  return static_cast<std::size_t>(base - leaf.keys.data()) + static_cast<std::size_t>(*base < key);
}

bool LevelMap::responsible(const Leaf& leaf, Key key) {
  return leaf.low <= key && (leaf.better == nullptr || key < leaf.better->low);
}

LevelMap::Leaf* LevelMap::leaf_for(Key key) const {
  Leaf* leaf = finger_;
  if (!responsible(*leaf, key)) {
    Leaf* neighbour = key < leaf->low ? leaf->worse : leaf->better;
    leaf = responsible(*neighbour, key) ? neighbour : descend(key);
    finger_ = leaf;
  }
  return leaf;
}

LevelMap::Leaf* LevelMap::descend(Key key) const {
  void* node = root_;
  for (std::size_t level = height_; level > 0; --level) {
    const auto* inner = static_cast<const Inner*>(node);
    std::size_t i = 0;
    for (std::size_t length = inner->count; length > 1;) {
      const std::size_t half = length / 2;
      i += inner->lows[i + half] <= key ? half : 0;
      length -= half;
    }
    node = inner->children[i];
  }
  return static_cast<Leaf*>(node);
}

LevelMap::Leaf* LevelMap::descend(Key key, Path& path) const {
  void* node = root_;
  for (std::size_t level = height_; level > 0; --level) {
    auto* inner = static_cast<Inner*>(node);
    const auto lows = std::span(inner->lows).first(inner->count);
    const auto after = std::upper_bound(lows.begin(), lows.end(), key);
    const auto index = static_cast<std::size_t>(after - lows.begin()) - 1;
    path[level] = {inner, index};
    node = inner->children[index];
  }
  return static_cast<Leaf*>(node);
}

void LevelMap::apply(std::span<const Level> levels, UpdateId id, DeletionLog& deletions) {
  const std::uint64_t tag = tag_of({id, false});
  for (const Level& level : levels) {
    if (level.quantity.is_zero()) {
      erase_key(key_of(level.price));
      deletions.add(side_, level.price, id);
    } else {
      set_key(key_of(level.price), level.quantity.units(), tag);
    }
  }
}

void LevelMap::set(Level level, LevelOrigin origin) {
  ACTS_ASSERT(level.quantity.units() > 0);
  set_key(key_of(level.price), level.quantity.units(), tag_of(origin));
}

bool LevelMap::erase(Price price) { return erase_key(key_of(price)); }

void LevelMap::set_key(Key key, std::int64_t quantity, std::uint64_t tag) {
  Leaf* leaf = leaf_for(key);
  const std::size_t at = lower_bound(*leaf, key);
  if (at < leaf->count && leaf->keys[at] == key) {
    leaf->quantities[at] = quantity;
    leaf->tags[at] = tag;
    return;
  }
  insert_at(leaf, at, key, quantity, tag);
}

void LevelMap::insert_at(Leaf* leaf, std::size_t at, Key key, std::int64_t quantity, std::uint64_t tag) {
  if (leaf->count == kLeafCapacity) {
    leaf = split(leaf, at, key);
    at = lower_bound(*leaf, key);
  }
  open_gap(leaf->keys, at, leaf->count);
  open_gap(leaf->quantities, at, leaf->count);
  open_gap(leaf->tags, at, leaf->count);
  leaf->keys[at] = key;
  leaf->quantities[at] = quantity;
  leaf->tags[at] = tag;
  ++leaf->count;
  ++size_;
}

// Makes room for `key`, which belongs at `at`, and returns the leaf that takes it. At the ends of the book a full leaf
// stays full, so that a sorted snapshot fills its leaves; elsewhere it is halved.
LevelMap::Leaf* LevelMap::split(Leaf* leaf, std::size_t at, Key key) {
  std::size_t cut = kLeafCapacity / 2;
  if (leaf->better == nullptr && at == kLeafCapacity) cut = kLeafCapacity;
  if (leaf->worse == nullptr && at == 0) cut = 0;
  Path path;
  descend(leaf->low, path);
  auto* right = new Leaf;
  ++leaves_;
  right->low = cut == kLeafCapacity ? key : leaf->keys[cut];
  right->count = leaf->count - cut;
  move_tail(leaf->keys, cut, leaf->count, right->keys, 0);
  move_tail(leaf->quantities, cut, leaf->count, right->quantities, 0);
  move_tail(leaf->tags, cut, leaf->count, right->tags, 0);
  leaf->count = cut;
  right->worse = leaf;
  right->better = leaf->better;
  (leaf->better != nullptr ? leaf->better->worse : best_leaf_) = right;
  leaf->better = right;
  insert_child(path, 1, right->low, right);
  return finger_ = key < right->low ? leaf : right;
}

// Puts `child` behind the one the path goes through at this level, splitting upwards as needed.
void LevelMap::insert_child(Path& path, std::size_t level, Key low, void* child) {
  if (level > height_) {
    ACTS_ASSERT(height_ + 1 < kMaxHeight);
    auto* root = new Inner;
    ++inners_;
    root->count = 2;
    root->lows[0] = kLowestKey;
    root->children[0] = root_;
    root->lows[1] = low;
    root->children[1] = child;
    root_ = root;
    ++height_;
    return;
  }
  Inner* node = path[level].node;
  std::size_t at = path[level].index + 1;
  if (node->count == kInnerCapacity) {
    auto* right = new Inner;
    ++inners_;
    constexpr std::size_t kCut = kInnerCapacity / 2;
    move_tail(node->lows, kCut, node->count, right->lows, 0);
    move_tail(node->children, kCut, node->count, right->children, 0);
    right->count = node->count - kCut;
    node->count = kCut;
    insert_child(path, level + 1, right->lows[0], right);
    if (at > kCut) {
      node = right;
      at -= kCut;
    }
  }
  open_gap(node->lows, at, node->count);
  open_gap(node->children, at, node->count);
  node->lows[at] = low;
  node->children[at] = child;
  ++node->count;
}

bool LevelMap::erase_key(Key key) {
  Leaf* leaf = leaf_for(key);
  const std::size_t at = lower_bound(*leaf, key);
  if (at == leaf->count || leaf->keys[at] != key) return false;
  close_gap(leaf->keys, at, leaf->count);
  close_gap(leaf->quantities, at, leaf->count);
  close_gap(leaf->tags, at, leaf->count);
  --leaf->count;
  --size_;
  if (leaf->count < kSparse) rebalance(leaf);
  return true;
}

// A sparse leaf takes from, or is joined with, a neighbour below the same inner node; there is one, since an inner node
// has at least two children.
void LevelMap::rebalance(Leaf* leaf) {
  if (height_ == 0) return;
  Path path;
  descend(leaf->low, path);
  Inner* parent = path[1].node;
  const std::size_t right_index = std::max<std::size_t>(path[1].index, 1);
  auto* left = static_cast<Leaf*>(parent->children[right_index - 1]);
  auto* right = static_cast<Leaf*>(parent->children[right_index]);
  const std::size_t total = left->count + right->count;
  const std::size_t left_count = total <= kSharedMax ? total : total / 2;
  shift(left->keys, left->count, right->keys, right->count, left_count);
  shift(left->quantities, left->count, right->quantities, right->count, left_count);
  shift(left->tags, left->count, right->tags, right->count, left_count);
  left->count = left_count;
  right->count = total - left_count;
  finger_ = left;
  if (right->count > 0) {
    parent->lows[right_index] = right->low = right->keys[0];
    return;
  }
  left->better = right->better;
  (right->better != nullptr ? right->better->worse : best_leaf_) = left;
  delete right;
  --leaves_;
  remove_child(path, 1, right_index);
}

// The child at `at` > 0 is gone: the one before it now answers for its keys.
void LevelMap::remove_child(Path& path, std::size_t level, std::size_t at) {
  Inner* node = path[level].node;
  close_gap(node->lows, at, node->count);
  close_gap(node->children, at, node->count);
  --node->count;
  if (level == height_) {
    if (node->count > 1) return;
    root_ = node->children[0];
    --height_;
    delete node;
    --inners_;
  } else if (node->count < kSparseInner) {
    rebalance_inner(path, level);
  }
}

void LevelMap::rebalance_inner(Path& path, std::size_t level) {
  Inner* parent = path[level + 1].node;
  const std::size_t right_index = std::max<std::size_t>(path[level + 1].index, 1);
  auto* left = static_cast<Inner*>(parent->children[right_index - 1]);
  auto* right = static_cast<Inner*>(parent->children[right_index]);
  const std::size_t total = left->count + right->count;
  const std::size_t left_count = total <= kSharedMax ? total : total / 2;
  shift(left->lows, left->count, right->lows, right->count, left_count);
  shift(left->children, left->count, right->children, right->count, left_count);
  left->count = left_count;
  right->count = total - left_count;
  if (right->count > 0) {
    parent->lows[right_index] = right->lows[0];
    return;
  }
  delete right;
  --inners_;
  remove_child(path, level + 1, right_index);
}

// A book is sampled once a minute and has left the caches by then: what is waited for is memory, so the next leaf is
// fetched while this one is summed.
void LevelMap::prefetch(const Leaf* leaf, bool with_tags) {
  if (leaf == nullptr) return;
  constexpr std::size_t kLine = 64 / sizeof(Key);
  __builtin_prefetch(leaf);
  for (std::size_t i = 0; i < kLeafCapacity; i += kLine) __builtin_prefetch(&leaf->quantities[i]);
  for (std::size_t i = 0; with_tags && i < kLeafCapacity; i += kLine) __builtin_prefetch(&leaf->tags[i]);
}

// Unsigned, which quantities are too: widening then costs nothing. Without a branch: what is suspect follows no
// pattern.
void LevelMap::add_up(const Leaf& leaf, std::size_t begin, std::size_t end, std::uint64_t suspect_end,
                      BandTotal& total) {
  uint128 sum = 0;
  uint128 suspect = 0;
  if (suspect_end == 0) {
    for (std::size_t i = begin; i < end; ++i) sum += static_cast<std::uint64_t>(leaf.quantities[i]);
  } else {
    for (std::size_t i = begin; i < end; ++i) {
      const auto quantity = static_cast<std::uint64_t>(leaf.quantities[i]);
      sum += quantity;
      suspect += quantity & -static_cast<std::uint64_t>(leaf.tags[i] < suspect_end);
    }
  }
  total.quantity += static_cast<int128>(sum);
  total.suspect += static_cast<int128>(suspect);
  total.levels += end - begin;
}

void LevelMap::accumulate(std::span<const Price> limits, UpdateId suspect_upto, std::span<BandTotal> totals) const {
  ACTS_ASSERT(limits.size() == totals.size());
  const std::uint64_t suspect_end = suspect_upto.value() < 0 ? 0 : tag_of({suspect_upto.next(), false});
  BandTotal total;
  const Leaf* leaf = best_leaf_;
  std::size_t end = leaf->count;
  prefetch(leaf->worse, suspect_end != 0);
  for (std::size_t band = 0; band < limits.size(); ++band) {
    const Key limit = key_of(limits[band]);
    while (leaf != nullptr) {
      const std::size_t begin = end > 0 && leaf->keys[0] < limit ? std::min(lower_bound(*leaf, limit), end) : 0;
      add_up(*leaf, begin, end, suspect_end, total);
      end = begin;
      if (begin > 0) break;
      leaf = leaf->worse;
      if (leaf == nullptr) break;
      end = leaf->count;
      prefetch(leaf->worse, suspect_end != 0);
    }
    totals[band] = total;
  }
}

std::size_t LevelMap::memory_bytes() const { return leaves_ * sizeof(Leaf) + inners_ * sizeof(Inner) + sizeof(*this); }

void LevelMap::check_invariants() const {
  std::size_t counted = 0;
  std::size_t leaves = 0;
  const Leaf* previous = nullptr;
  for (const Leaf* leaf = worst_leaf_; leaf != nullptr; leaf = leaf->better) {
    ACTS_ASSERT(leaf->worse == previous);
    ACTS_ASSERT(leaf->count > 0 || leaves_ == 1);
    ACTS_ASSERT(std::is_sorted(leaf->keys.begin(), leaf->keys.begin() + leaf->count, std::less_equal{}));
    ACTS_ASSERT(leaf->count == 0 || leaf->keys[0] >= leaf->low);
    ACTS_ASSERT(leaf->count == 0 || leaf->better == nullptr || leaf->keys[leaf->count - 1] < leaf->better->low);
    ACTS_ASSERT(previous != nullptr ? previous->low < leaf->low : leaf->low == kLowestKey);
    ACTS_ASSERT(descend(leaf->low) == leaf);
    if (leaf->count > 0) ACTS_ASSERT(descend(leaf->keys[leaf->count - 1]) == leaf);
    counted += leaf->count;
    ++leaves;
    previous = leaf;
  }
  ACTS_ASSERT(previous == best_leaf_ && counted == size_ && leaves == leaves_);
}

}  // namespace acts
