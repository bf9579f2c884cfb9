// The deletions a book remembers, so that a snapshot that is older than they are does not bring back what was deleted
// since.
//
// Bounded by age and by number; what is forgotten moves forgotten_upto() on, and a snapshot older than that cannot be
// merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"

namespace acts {

class DeletionLog {
 public:
  // A snapshot may be 30 s stale; the busiest books delete some 300 levels a second. 16 bytes each, 1 MiB at most.
  static constexpr std::size_t kMaxEntries = std::size_t{1} << 16;
  static constexpr std::size_t kMaxAtOnce = 64;
  static constexpr Nanos kMaxAge = std::chrono::seconds{120};

  // Ids must not decrease (asserted where it costs nothing). Forgets the oldest entry when full.
  void add(Side side, Price price, UpdateId id);
  // The levels with quantity zero, at most kMaxAtOnce. Makes room for all of them first.
  void add_deleted(std::span<const Level> levels, Side side, UpdateId id);
  // Forgets what is older than kMaxAge at `now`; call it with every event.
  void on_time(UnixNanos now, UpdateId last_update_id);
  // Forgets every deletion up to `id`, those that were never seen included.
  void forget_upto(UpdateId id);
  // Multiplies all prices by 10^decimals; those that do not fit could not be in the book either and are forgotten.
  void rescale(int decimals);

  // Every deletion with an id above this is remembered.
  [[nodiscard]] UpdateId forgotten_upto() const { return forgotten_upto_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  // Prices of `side` deleted after `id`, ascending, each once.
  [[nodiscard]] std::vector<Price> deleted_after(Side side, UpdateId id) const;

 private:
  struct Entry {
    Price price;
    std::uint64_t tag = 0;  // update id x 2 + side
  };
  struct Mark {
    UnixNanos time;
    UpdateId id;
  };
  static constexpr Nanos kMarkInterval = std::chrono::seconds{1};

  static std::uint64_t tag_of(Side side, UpdateId id) {
    return static_cast<std::uint64_t>(id.value()) * 2 + static_cast<std::uint64_t>(side);
  }
  static UpdateId id_of(const Entry& entry) { return UpdateId{static_cast<std::int64_t>(entry.tag >> 1)}; }
  [[nodiscard]] const Entry& at(std::size_t i) const { return entries_[(begin_ + i) & (entries_.size() - 1)]; }
  void make_room(std::size_t count);
  void forget_oldest(std::size_t count);  // 0 < count <= size()

  std::vector<Entry> entries_;  // a ring; its size is a power of two
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::vector<Mark> marks_;  // at most kMaxAge / kMarkInterval + 1, oldest first
  UpdateId forgotten_upto_{-1};
};

}  // namespace acts
