// A disk that hangs or is full for as long as a test wants. Any thread.
#pragma once

#include <cerrno>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "recording/file_ops.hpp"

namespace acts::testing {

class FickleDisk final : public FileOps {
 public:
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    std::unique_lock lock(mutex_);
    ++writes_;
    changed_.notify_all();
    ++waiting_;
    changed_.wait(lock, [this] { return !hangs_; });
    --waiting_;
    if (full_) return -ENOSPC;
    return FileOps::write_at(fd, bytes, offset);
  }
  int sync(int fd) override {
    std::unique_lock lock(mutex_);
    ++syncs_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return syncs_ <= hangs_after_syncs_; });
    return FileOps::sync(fd);
  }
  void set_hangs(bool hangs) { set(hangs_, hangs); }
  void set_hangs_after_syncs(int syncs) { set(hangs_after_syncs_, syncs); }
  void set_full(bool full) { set(full_, full); }
  // Somebody waits for it.
  bool holds_up() {
    const std::scoped_lock lock(mutex_);
    return hangs_ && waiting_ > 0;
  }
  bool wait_for_writes(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return writes_ >= count; });
  }
  // Until so many are done, or under way.
  bool wait_for_syncs(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return syncs_ >= count; });
  }

 private:
  template <typename T>
  void set(T& what, T value) {
    const std::scoped_lock lock(mutex_);
    what = value;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false;
  bool full_ = false;
  int writes_ = 0;
  int waiting_ = 0;
  int syncs_ = 0;
  int hangs_after_syncs_ = INT_MAX;
};

}  // namespace acts::testing
