// Receive times of a recording that step back: rows of minutes that have passed are not made again, so that a recording
// which is read behind another of the same time has none. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "acts/base/time.hpp"

namespace acts {

class ReceiveSteps {
 public:
  // What comes in another order than it was received in is closer together.
  static constexpr Nanos kMostBack = kMinute;

  // Of the next line. The whole minutes by which it was received before the line that was seen last, if that is more
  // than kMostBack.
  std::optional<std::uint64_t> see(UnixNanos time) {
    const std::optional<UnixNanos> before = std::exchange(last_, time);
    if (!before || time >= *before) return std::nullopt;
    // Times of files may be anything: their distance is taken without a sign, which always fits.
    const std::uint64_t back = static_cast<std::uint64_t>(before->value) - static_cast<std::uint64_t>(time.value);
    if (back <= static_cast<std::uint64_t>(kMostBack.count())) return std::nullopt;
    ++count_;
    return back / static_cast<std::uint64_t>(kMinute.count());
  }
  // Another run begins, whose minutes are its own.
  void begin_run() { last_.reset(); }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::optional<UnixNanos> last_;
  std::uint64_t count_ = 0;
};

}  // namespace acts
