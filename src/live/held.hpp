// What waits until all that it was made of is recorded on the disk: whatever ends the process, or the power, leaves no
// stored row that the recording does not give, and no checkpoint whose place it does not have. Pure; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "collector/actions.hpp"
#include "live/run_writer.hpp"

namespace acts {

// Of real time: a recording that gets no further for so long holds up nothing any more.
inline constexpr Nanos kLongestHold = std::chrono::seconds{10};
[[nodiscard]] inline bool hangs(const RecordingProgress& progress) {
  return progress.stuck_for >= std::optional(kLongestHold);
}

// Waiting; beyond, the oldest wait no longer, as where the recording hangs: a disk may get on for ever and be slower
// than the rows come. 40 MB of rows, 40 minutes of 500 symbols. Of books BookWriter has room for a few.
inline constexpr std::size_t kMostHeld = 20'000;

template <typename T>
class Held {
 public:
  explicit Held(std::size_t most = kMostHeld) : most_(most) {}

  void push(T one) { waiting_.push_back({std::move(one)}); }
  // Once all that those pushed so far were made of is told to the recording: those that need not wait (longer), the
  // oldest first.
  std::vector<T> take(const RecordingProgress& progress) {
    for (auto one = waiting_.rbegin(); one != waiting_.rend() && !one->mark; ++one) one->mark = progress.told;
    const bool is_free = hangs(progress);
    std::vector<T> taken;
    while (!waiting_.empty() && (is_free || waiting_.size() > most_ || waiting_.front().mark <= progress.durable)) {
      taken.push_back(std::move(waiting_.front().held));
      waiting_.pop_front();
    }
    return taken;
  }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    T held;
    std::optional<std::uint64_t> mark = {};  // RecordingProgress::told, once its input is told in full
  };
  std::size_t most_;
  std::deque<Waiting> waiting_;
};

using HeldRows = Held<MinuteRow>;

class HeldBooks {
 public:
  void push(collector::SaveBook book) { held_.push(std::move(book)); }
  // As Held, but no checkpoint where the recording hangs: without its place it would be in the way of one that has it.
  std::vector<collector::SaveBook> take(const RecordingProgress& progress) {
    std::vector<collector::SaveBook> taken = held_.take(progress);
    if (hangs(progress)) std::erase_if(taken, is_checkpoint);
    return taken;
  }
  [[nodiscard]] std::size_t size() const { return held_.size(); }

 private:
  static bool is_checkpoint(const collector::SaveBook& book) {
    return book.kind == collector::SaveBook::Kind::kCheckpoint;
  }
  Held<collector::SaveBook> held_;
};

}  // namespace acts
