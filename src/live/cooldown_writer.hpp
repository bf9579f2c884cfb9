// Brings a venue's cooldowns to the disk on a thread of its own, so that a disk that hangs holds nobody up for long.
// What cannot be written is tried again after a pause, until a later one of its scope takes its place. Says nothing
// itself: it is asked.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "collector/cooldown.hpp"
#include "recording/file_ops.hpp"

namespace acts {

class CooldownWriter {
 public:
  // All of real time.
  static constexpr Nanos kKeepLimit = std::chrono::milliseconds{300};
  static constexpr Nanos kPause = std::chrono::seconds{1};  // after a failure
  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};

  // `ops`: the disk, if it is not the real one.
  CooldownWriter(std::string data_dir, Venue venue, std::shared_ptr<FileOps> ops = nullptr);
  // What is not written is given up. Leaves a disk that hangs to the thread.
  ~CooldownWriter();
  CooldownWriter(const CooldownWriter&) = delete;
  CooldownWriter& operator=(const CooldownWriter&) = delete;

  // Waits until it is on the disk, kKeepLimit at most. Errors: kStorage, in one line: it is not there yet, and will be
  // tried on.
  Result<void> keep(const collector::Cooldown& cooldown);
  // All of them are on the disk.
  [[nodiscard]] bool idle() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
