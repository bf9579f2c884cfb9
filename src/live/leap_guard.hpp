// A single damaged receive time far in the future would take the minutes behind it from all later lines of a recording.
// Here a line that leaps ahead waits until the next time shows whether the recording went on there. Pure; not
// thread-safe.
#pragma once

#include <optional>
#include <string>

#include "acts/base/time.hpp"

#include "recording/recording_reader.hpp"

namespace acts {

class LeapGuard {
 public:
  // A recording may rest for longer; a line ahead of those on both sides of it by more is damaged.
  static constexpr Nanos kMostAhead = std::chrono::hours{24};

  struct Kept {
    RecordedLine line;  // its text is valid until the next call of keep()
    bool is_damaged = false;
  };

  // True if the line waits, which is copied: it is too far ahead of the latest time so far, or the very first. Nothing
  // may be waiting (asserted).
  bool keep(const RecordedLine& line);
  // What has waited, to be taken before that which came at `next`.
  std::optional<Kept> release(UnixNanos next);
  // ... at the end of the recording. Without a line behind it, one ahead of its only neighbour is taken for damaged.
  std::optional<Kept> release_last();
  // Of an index entry: those are no less times of the run.
  void note(UnixNanos time);

 private:
  std::optional<Kept> take(bool is_damaged);

  std::optional<UnixNanos> latest_;
  std::optional<RecordedLine> waiting_;
  std::string text_;  // of `waiting_`
};

}  // namespace acts
