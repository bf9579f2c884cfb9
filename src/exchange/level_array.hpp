// A sorted array of levels with room at both ends: a change moves whatever is less, the levels in front of it or those
// behind it. Books change near their best price, and at their far end when their depth is kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "acts/market/events.hpp"

namespace acts::exchange {

class LevelArray {
 public:
  LevelArray() = default;
  explicit LevelArray(std::vector<Level> levels) : store_(std::move(levels)) {}

  [[nodiscard]] std::span<const Level> view() const { return std::span(store_).subspan(first_); }
  [[nodiscard]] std::span<Level> view() { return std::span(store_).subspan(first_); }

  void insert(std::size_t at, const Level& level) {
    const std::size_t size = store_.size() - first_;
    if (at >= size / 2) {
      if (first_ > size + kRoom) drop_front_room();
      store_.insert(iterator(at), level);
      return;
    }
    if (first_ == 0) make_front_room(size / 8 + kRoom);
    std::copy(iterator(0), iterator(at), iterator(0) - 1);
    --first_;
    store_[first_ + at] = level;
  }
  void erase(std::size_t at) {
    if (at >= (store_.size() - first_) / 2) {
      store_.erase(iterator(at));
      return;
    }
    std::copy_backward(iterator(0), iterator(at), iterator(at) + 1);
    ++first_;
  }

 private:
  static constexpr std::size_t kRoom = 64;

  std::vector<Level>::iterator iterator(std::size_t at) {
    return store_.begin() + static_cast<std::ptrdiff_t>(first_ + at);
  }
  void make_front_room(std::size_t room) {
    store_.insert(store_.begin(), room, Level{});
    first_ = room;
  }
  void drop_front_room() {
    store_.erase(store_.begin(), iterator(0));
    first_ = 0;
  }

  std::vector<Level> store_;
  std::size_t first_ = 0;  // in front of it is room
};

}  // namespace acts::exchange
