// The shape of the tree of a LevelMap: how it grows, shrinks and is checked.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/market/level_map.hpp"

#include "market/level_map_slots.hpp"

namespace acts {
namespace {

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

// The levels of one leaf or two, in order, on their way to other slots.
struct Gathered {
  std::size_t count = 0;
  std::array<std::int64_t, 128> keys;
  std::array<std::int64_t, 128> quantities;
  std::array<std::uint64_t, 128> tags;

  template <typename Leaf>
  void take(const Leaf& leaf) {
    for (std::uint64_t left = leaf.live; left != 0; left &= left - 1, ++count) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(left));
      keys[count] = leaf.keys[slot];
      quantities[count] = leaf.quantities[slot];
      tags[count] = leaf.tags[slot];
    }
  }

  void drop_first(std::size_t number) {
    count -= number;
    std::memmove(keys.data(), keys.data() + number, count * sizeof(keys[0]));
    std::memmove(quantities.data(), quantities.data() + number, count * sizeof(quantities[0]));
    std::memmove(tags.data(), tags.data() + number, count * sizeof(tags[0]));
  }

  // Gives levels begin ... end to the leaf, spread over its slots, so that whatever comes next finds a free slot near.
  template <typename Leaf>
  void give(Leaf& leaf, std::size_t begin, std::size_t end) const {
    const std::size_t number = end - begin;
    const std::size_t stride = (leaf.keys.size() << 16) / number;
    std::size_t slot = 0;
    leaf.live = 0;
    leaf.count = static_cast<std::uint32_t>(number);
    leaf.summed = false;
    leaf.greatest_tag = 0;
    for (std::size_t i = 0; i < number; ++i) {
      const std::size_t next = i + 1 == number ? leaf.keys.size() : ((i + 1) * stride) >> 16;
      leaf.live |= bit(slot);
      leaf.quantities[slot] = quantities[begin + i];
      leaf.tags[slot] = tags[begin + i];
      leaf.greatest_tag = std::max(leaf.greatest_tag, tags[begin + i]);
      leaf.keys[slot] = keys[begin + i];
      for (++slot; slot < next; ++slot) {
        leaf.keys[slot] = keys[begin + i];
        leaf.quantities[slot] = 0;
      }
    }
  }
};

}  // namespace

LevelMap::Leaf* LevelMap::descend(Key key) const {
  void* node = root_;
  for (std::size_t level = height_; level > 0; --level) {
    const auto* inner = static_cast<const Inner*>(node);
    node = inner->children[search(*inner, key)];
  }
  return static_cast<Leaf*>(node);
}

LevelMap::Leaf* LevelMap::descend(Key key, Path& path) const {
  void* node = root_;
  for (std::size_t level = height_; level > 0; --level) {
    auto* inner = static_cast<Inner*>(node);
    path[level] = {inner, std::min(search(*inner, key), inner->count - 1)};
    node = inner->children[path[level].index];
  }
  return static_cast<Leaf*>(node);
}

// Makes room for `key` and returns the leaf that takes it. At the ends of the book a full leaf stays full, so that a
// sorted snapshot fills its leaves; elsewhere it is halved.
LevelMap::Leaf* LevelMap::split(Leaf* leaf, Key key) {
  ++shape_;
  Path path;
  descend(leaf->low, path);
  auto* right = new Leaf{};
  count_leaf(+1);
  if (leaf->better == nullptr && leaf->keys.back() < key) {
    right->low = key;
    make_empty(*right, kHighestKey);
  } else if (leaf->worse == nullptr && key < leaf->keys.front()) {
    *right = *leaf;
    right->low = leaf->keys.front();
    make_empty(*leaf, kLowestKey);
  } else {
    Gathered levels;
    levels.take(*leaf);
    right->low = levels.keys[kSlots / 2];
    levels.give(*leaf, 0, kSlots / 2);
    levels.give(*right, kSlots / 2, kSlots);
  }
  link(leaf, right, path);
  return key < right->low ? leaf : right;
}

// `path`: to the leaf.
void LevelMap::link(Leaf* leaf, Leaf* right, Path& path) {
  right->worse = leaf;
  right->better = leaf->better;
  (leaf->better != nullptr ? leaf->better->worse : best_leaf_) = right;
  leaf->better = right;
  insert_child(path, 1, right->low, right);
}

// What lies behind the last child is as good as the last child, so that search() need not know how many there are.
void LevelMap::pad(Inner& inner) {
  void* const last = inner.children[inner.count - 1];
  for (std::size_t i = inner.count; i < kInnerCapacity; ++i) {
    if (inner.children[i] == last && inner.lows[i] == kHighestKey) return;  // all behind it are so too
    inner.lows[i] = kHighestKey;
    inner.children[i] = last;
  }
}

// Puts `child` behind the one the path goes through at this level, splitting upwards as needed.
void LevelMap::insert_child(Path& path, std::size_t level, Key low, void* child) {
  if (level > height_) {
    ACTS_ASSERT(height_ + 1 < kMaxHeight);
    auto* root = new Inner{};
    ++inners_;
    root->count = 2;
    root->lows[0] = kLowestKey;
    root->children[0] = root_;
    root->lows[1] = low;
    root->children[1] = child;
    pad(*root);
    root_ = root;
    ++height_;
    return;
  }
  Inner* node = path[level].node;
  std::size_t at = path[level].index + 1;
  if (node->count == kInnerCapacity) {
    auto* right = new Inner{};
    ++inners_;
    constexpr std::size_t kCut = kInnerCapacity / 2;
    move_tail(node->lows, kCut, node->count, right->lows, 0);
    move_tail(node->children, kCut, node->count, right->children, 0);
    right->count = node->count - kCut;
    node->count = kCut;
    pad(*right);
    pad(*node);
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
  pad(*node);
}

// Called when a leaf, or the whole tree, has become sparse. Returns whether the tree has changed.
bool LevelMap::thin_out(Leaf* leaf) {
  if (height_ == 0) return false;
  size_ < least_size_ ? refill() : rebalance(leaf);
  return true;
}

void LevelMap::count_leaf(std::ptrdiff_t change) {
  leaves_ += static_cast<std::size_t>(change);
  least_size_ = leaves_ > kFewLeaves ? leaves_ * kLeastAverage : 0;
}

// As a leaf that is better than all there are.
template <typename Levels>
void LevelMap::append(const Levels& levels, std::size_t begin, std::size_t end) {
  Leaf* leaf = best_leaf_;
  if (size_ > 0) {
    Path path;
    descend(leaf->low, path);
    auto* right = new Leaf{};
    count_leaf(+1);
    right->low = levels.keys[begin];
    link(leaf, right, path);
    leaf = right;
  }
  levels.give(*leaf, begin, end);
  size_ += end - begin;
}

void LevelMap::tidy() {
  if (leaves_ > kFewLeaves && size_ < leaves_ * kTidyAverage) refill();
}

void LevelMap::refill() {
  LevelMap full(side_);
  Gathered levels;
  for (const Leaf* leaf = worst_leaf_; leaf != nullptr; leaf = leaf->better) {
    levels.take(*leaf);
    std::size_t given = 0;
    for (; levels.count - given >= kRefilled; given += kRefilled) full.append(levels, given, given + kRefilled);
    levels.drop_first(given);
  }
  if (levels.count > 0) full.append(levels, 0, levels.count);
  full.shape_ += shape_ + 1;
  *this = std::move(full);
}

// A sparse leaf takes from, or is joined with, a neighbour below the same inner node; there is one, since an inner node
// has at least two children.
void LevelMap::rebalance(Leaf* leaf) {
  ++shape_;
  Path path;
  descend(leaf->low, path);
  Inner* parent = path[1].node;
  const std::size_t right_index = std::max<std::size_t>(path[1].index, 1);
  auto* left = static_cast<Leaf*>(parent->children[right_index - 1]);
  auto* right = static_cast<Leaf*>(parent->children[right_index]);
  Gathered levels;
  levels.take(*left);
  levels.take(*right);
  if (levels.count > kSharedMax) {
    const std::size_t left_count = levels.count / 2;
    levels.give(*left, 0, left_count);
    levels.give(*right, left_count, levels.count);
    parent->lows[right_index] = right->low = right->keys[0];
    return;
  }
  levels.give(*left, 0, levels.count);
  left->better = right->better;
  (right->better != nullptr ? right->better->worse : best_leaf_) = left;
  if (finger_ == right) finger_ = left;
  delete right;
  count_leaf(-1);
  remove_child(path, 1, right_index);
}

// The child at `at` > 0 is gone: the one before it now answers for its keys.
void LevelMap::remove_child(Path& path, std::size_t level, std::size_t at) {
  Inner* node = path[level].node;
  close_gap(node->lows, at, node->count);
  close_gap(node->children, at, node->count);
  --node->count;
  pad(*node);
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
  const std::size_t left_count = total <= kSharedMaxInner ? total : total / 2;
  shift(left->lows, left->count, right->lows, right->count, left_count);
  shift(left->children, left->count, right->children, right->count, left_count);
  left->count = left_count;
  right->count = total - left_count;
  pad(*left);
  if (right->count > 0) {
    pad(*right);
    parent->lows[right_index] = right->lows[0];
    return;
  }
  delete right;
  --inners_;
  remove_child(path, level + 1, right_index);
}

void LevelMap::check_invariants() const {
  std::size_t counted = 0;
  std::size_t leaves = 0;
  const Leaf* previous = nullptr;
  for (const Leaf* leaf = worst_leaf_; leaf != nullptr; leaf = leaf->better) {
    ACTS_ASSERT(leaf->worse == previous);
    ACTS_ASSERT(previous != nullptr ? previous->low < leaf->low : leaf->low == kLowestKey);
    ACTS_ASSERT(std::ranges::is_sorted(leaf->keys));
    ACTS_ASSERT(leaf->count == static_cast<std::size_t>(std::popcount(leaf->live)));
    // At the ends of the book, where levels came in order, a leaf may have few.
    ACTS_ASSERT(leaf->count >= kSparse || leaf->worse == nullptr || leaf->better == nullptr);
    ACTS_ASSERT(leaf->count > 0 || leaves_ == 1);
    std::uint64_t sum = 0;
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      if ((leaf->live & bit(slot)) == 0) {
        ACTS_ASSERT(leaf->quantities[slot] == 0);
        continue;
      }
      const Key key = leaf->keys[slot];
      ACTS_ASSERT(leaf->low <= key && (leaf->better == nullptr || key < leaf->better->low) &&
                  leaf->quantities[slot] > 0);
      ACTS_ASSERT(search(*leaf, key) == slot && descend(key) == leaf);
      ACTS_ASSERT(leaf->tags[slot] <= leaf->greatest_tag);
      ACTS_ASSERT(!leaf->summed || leaf->tags[slot] >= leaf->least_tag);
      sum += static_cast<std::uint64_t>(leaf->quantities[slot]);
    }
    ACTS_ASSERT(!leaf->summed || leaf->sum == sum);
    counted += leaf->count;
    ++leaves;
    previous = leaf;
  }
  ACTS_ASSERT(size_ >= least_size_);
  ACTS_ASSERT(previous == best_leaf_ && counted == size_ && leaves == leaves_);
  check_node(root_, height_);
}

void LevelMap::check_node(const void* node, std::size_t height) const {
  if (height == 0) return;
  const auto* inner = static_cast<const Inner*>(node);
  ACTS_ASSERT(inner->count >= (node == root_ ? 2 : kSparseInner) && inner->count <= kInnerCapacity);
  ACTS_ASSERT(std::is_sorted(inner->lows.begin(), inner->lows.begin() + static_cast<std::ptrdiff_t>(inner->count)));
  ACTS_ASSERT(std::all_of(inner->lows.begin() + static_cast<std::ptrdiff_t>(inner->count), inner->lows.end(),
                          [](Key low) { return low == kHighestKey; }));
  ACTS_ASSERT(std::all_of(inner->children.begin() + static_cast<std::ptrdiff_t>(inner->count), inner->children.end(),
                          [&](const void* child) { return child == inner->children[inner->count - 1]; }));
  for (std::size_t i = 0; i < inner->count; ++i) check_node(inner->children[i], height - 1);
}

}  // namespace acts
