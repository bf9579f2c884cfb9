// What level_map.cpp and level_map_tree.cpp share: how full the nodes of a LevelMap are, and the search in them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "acts/market/level_map.hpp"

namespace acts {

// A leaf below kSparse shares with a neighbour; two that together have at most kSharedMax become one. Both leave room
// for many changes before the next: around the best price a leaf fills and empties all the time.
inline constexpr std::size_t kSparse = 12;
inline constexpr std::size_t kSharedMax = 44;
inline constexpr std::size_t kSparseInner = 64;
inline constexpr std::size_t kSharedMaxInner = 208;
// When leaves have fewer levels than this on average, they are all filled anew: then from 1,000 levels on a level never
// costs more than 64 bytes, whatever has happened (1600 / 27 for its part of a leaf, 4104 / 64 / 27 for that of an
// inner node, and a root), and many must come and go before it happens again. Not for a few leaves.
inline constexpr std::size_t kLeastAverage = 27;
inline constexpr std::size_t kFewLeaves = 8;
// The same for tidy(), which is called rarely.
inline constexpr std::size_t kTidyAverage = 46;
// So many a leaf then gets: full ones would be halved by whatever comes next.
inline constexpr std::size_t kRefilled = 48;

constexpr std::uint64_t bit(std::size_t slot) { return std::uint64_t{1} << slot; }
// Slots from 0 to `end`, excluded; end <= 64.
constexpr std::uint64_t bits_below(std::size_t end) { return end == 64 ? ~std::uint64_t{0} : bit(end) - 1; }

// One step of a search: `base` goes `step` on if `goes`. A conditional move: what cannot be predicted must not be a
// branch. The empty assembly keeps compilers from making one of it.
template <typename T>
[[gnu::always_inline]] inline void step_if(bool goes, const T*& base, std::ptrdiff_t step) {
  const T* next = base + step;
  asm("" : "+r"(next));
  base = goes ? next : base;
}

// Searches for `kLanes` keys, in step with each other: a search is a chain of loads that each wait for the one before,
// and a processor looks ahead over a few chains only when they come one after another.
inline constexpr std::size_t kLanes = 4;  // their keys and places fit the registers

template <typename Key>
using Lanes = std::array<const Key*, kLanes>;
template <typename Key>
using LaneKeys = std::array<Key, kLanes>;

template <typename Key>
[[gnu::always_inline]] inline LaneKeys<Key> lane_keys(const Key* keys) {
  LaneKeys<Key> lanes;
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = keys[lane];
  return lanes;
}

// Each lane goes `StepSize` on if the key there is below (OrEqual: not above) its own.
template <std::size_t StepSize, bool OrEqual, typename Key>
[[gnu::always_inline]] inline void step_lanes(Lanes<Key>& bases, const LaneKeys<Key>& keys) {
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const bool goes = OrEqual ? bases[lane][StepSize] <= keys[lane] : bases[lane][StepSize - 1] < keys[lane];
    step_if(goes, bases[lane], static_cast<std::ptrdiff_t>(StepSize));
  }
}

// The first slot whose key is not below `key`; the last slot if there is none.
[[gnu::always_inline]] inline std::size_t LevelMap::search(const Leaf& leaf, Key key) {
  static_assert(kSlots == 64);
  const Key* base = leaf.keys.data();
  step_if(base[31] < key, base, 32);
  step_if(base[15] < key, base, 16);
  step_if(base[7] < key, base, 8);
  step_if(base[3] < key, base, 4);
  step_if(base[1] < key, base, 2);
  step_if(base[0] < key, base, 1);
  return static_cast<std::size_t>(base - leaf.keys.data());
}

// The same for kLanes leaves and keys; what a change of the slots needs is fetched.
[[gnu::always_inline]] inline void LevelMap::search_lanes(void* const* leaves, const Key* first_key,
                                                          std::size_t* slots) {
  const LaneKeys<Key> keys = lane_keys(first_key);
  Lanes<Key> bases;
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kLanes; ++lane) bases[lane] = static_cast<const Leaf*>(leaves[lane])->keys.data();
  step_lanes<32, false>(bases, keys);
  step_lanes<16, false>(bases, keys);
  step_lanes<8, false>(bases, keys);
  step_lanes<4, false>(bases, keys);
  step_lanes<2, false>(bases, keys);
  step_lanes<1, false>(bases, keys);
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto* leaf = static_cast<const Leaf*>(leaves[lane]);
    slots[lane] = static_cast<std::size_t>(bases[lane] - leaf->keys.data());
    __builtin_prefetch(leaf, 1);
    __builtin_prefetch(&leaf->quantities[slots[lane]], 1);
    __builtin_prefetch(&leaf->tags[slots[lane]], 1);
  }
}

// Among the first Width children, the one that is responsible for `key`.
template <std::size_t Width>
[[gnu::always_inline]] inline std::size_t LevelMap::search(const Inner& inner, Key key) {
  static_assert(std::has_single_bit(Width) && Width <= kInnerCapacity);
  const Key* base = inner.lows.data();
#pragma GCC unroll 8
  for (std::size_t step = Width / 2; step > 0; step /= 2) {
    step_if(base[step] <= key, base, static_cast<std::ptrdiff_t>(step));
  }
  return static_cast<std::size_t>(base - inner.lows.data());
}

// The same for kLanes keys, and on to the child.
template <std::size_t Width>
[[gnu::always_inline]] inline void LevelMap::descend_lanes(const Inner& inner, const Key* first_key, void** children) {
  static_assert(std::has_single_bit(Width) && Width >= 16 && Width <= kInnerCapacity);
  const LaneKeys<Key> keys = lane_keys(first_key);
  Lanes<Key> bases;
  bases.fill(inner.lows.data());
  if constexpr (Width > 128) step_lanes<128, true>(bases, keys);
  if constexpr (Width > 64) step_lanes<64, true>(bases, keys);
  if constexpr (Width > 32) step_lanes<32, true>(bases, keys);
  if constexpr (Width > 16) step_lanes<16, true>(bases, keys);
  step_lanes<8, true>(bases, keys);
  step_lanes<4, true>(bases, keys);
  step_lanes<2, true>(bases, keys);
  step_lanes<1, true>(bases, keys);
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    children[lane] = inner.children[static_cast<std::size_t>(bases[lane] - inner.lows.data())];
  }
}

}  // namespace acts
