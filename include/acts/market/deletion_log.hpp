// The deletions a book remembers, so that a snapshot that is older than they are does not bring back what was deleted
// since.
//
// Bounded by age and by memory; what is forgotten moves forgotten_upto() on, and a snapshot older than that cannot be
// merged. Blocks of 4 KiB are taken as deletions come and given back as they age, so a book holds what it deleted in
// the last two minutes and a block or two. A deletion takes 8 bytes, and 8 more for the first one of an update and
// side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"

namespace acts {

class DeletionLog {
 public:
  // A snapshot may be 30 s stale; the busiest books delete some 300 levels a second, 40,000 in two minutes.
  static constexpr std::size_t kMaxBytes = std::size_t{512} * 1024;
  static constexpr std::size_t kMaxAtOnce = 64;
  static constexpr Nanos kMaxAge = std::chrono::seconds{120};

  // Ids must not decrease; prices must not be negative (asserted). Forgets a block of the oldest entries when full.
  void add(Side side, Price price, UpdateId id);
  // The levels with quantity zero, at most kMaxAtOnce. Makes room for all of them first.
  void add_deleted(std::span<const Level> levels, Side side, UpdateId id);
  // Forgets what is older than kMaxAge at `now`, give or take a second; call it with every event.
  void on_time(UnixNanos now, UpdateId last_update_id);
  // Forgets every deletion up to `id`, those that were never seen included.
  void forget_upto(UpdateId id);
  // To so many decimals more, or fewer. Up to the last one whose price has no place there all are forgotten: the book
  // may come back to where it has.
  void rescale(int decimals);

  // Every deletion with an id above this is remembered.
  [[nodiscard]] UpdateId forgotten_upto() const { return forgotten_upto_; }
  [[nodiscard]] std::size_t size() const;

  // Prices of `side` deleted after `id`, ascending, each once.
  [[nodiscard]] std::vector<Price> deleted_after(Side side, UpdateId id) const;

  // At most kMaxBytes and a few KiB.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  // Entries are heads, which are negative: ~(update id x 2 + side), each followed by the prices that this update
  // deleted. The first entry is a head.
  struct Block {
    std::size_t begin = 0;
    std::size_t end = 0;
    UpdateId last_id;
    std::array<std::int64_t, 509> entries;
  };
  static_assert(sizeof(Block) == 4096);
  static constexpr std::size_t kMaxBlocks = kMaxBytes / sizeof(Block);
  struct Mark {
    UnixNanos time;
    UpdateId id;
  };
  static constexpr Nanos kMarkInterval = std::chrono::seconds{1};

  static std::int64_t head_of(Side side, UpdateId id) { return ~(id.value() * 2 + static_cast<std::int64_t>(side)); }
  static UpdateId id_of(std::int64_t head) { return UpdateId{~head >> 1}; }
  static Side side_of(std::int64_t head) { return static_cast<Side>(~head & 1); }
  [[nodiscard]] bool begins_upto(UpdateId id) const;
  void add_block();
  void forget_first_block();

  std::vector<std::unique_ptr<Block>> blocks_;  // oldest first; none but the last one is empty
  std::unique_ptr<Block> spare_;                // one that was given back, for the next one
  std::vector<Mark> marks_;                     // at most kMaxAge / kMarkInterval + 1, oldest first
  UpdateId forgotten_upto_ = kNoUpdateId;
};

}  // namespace acts
