// In which order the messages of two recordings of the same symbol are one recording. Pure.
//
// A message is its bytes: what both have received is one message, received when the first of them did. A stream's
// messages (those that begin alike up to their first comma, where streams and kinds of events name themselves) keep the
// order in which each recording took them: what one has lost comes from the other, in its place. Where the place is
// later than the receive time, the message waits: it is fed when the one before it has been. Which of two messages is
// first that each only one of them has, between two that both have, their numbers say if the venue numbers them (update
// and trade ids), else their receive times, less how far the one recording is behind the other.
//
// A window of time is looked at at once; what the window before has written stays written.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "acts/base/time.hpp"

#include "recording/index.hpp"

namespace acts {

// 128 bits of a message: two that differ have the same once in 10^20 windows of ten million.
struct MessageKey {
  std::uint64_t hash = 0;
  std::uint64_t sum = 0;

  friend bool operator==(const MessageKey&, const MessageKey&) = default;
};
MessageKey key_of(std::string_view json, bool is_answer);

struct MergedMessage {
  static constexpr UnixNanos kNever{INT64_MAX};

  std::array<UnixNanos, 2> received{kNever, kNever};  // by each
  UnixNanos first = kNever;                           // of them,
  std::uint8_t source = 0;                            // whose it was
  bool is_taken = false;                              // by one of them at least; otherwise it is recorded and never fed
  bool waits = false;                                 // it is fed later than received
  bool is_written = false;
  UnixNanos fed;
  std::uint64_t rank = 0;                     // of two that are fed at one time the one of the lower rank is fed first
  std::array<std::int32_t, 2> place{-1, -1};  // in the sequence of its stream
  std::optional<std::int64_t> number = {};    // in its stream, as the venue has it
};

class MergeOrder {
 public:
  // A venue may number anew: messages further apart than this are told by time.
  static constexpr Nanos kNumbersHold = std::chrono::seconds{10};

  // A line of a recording (source 0 or 1), in its order. `number`: grows within the stream; nothing: it has none.
  void add(std::size_t source, std::string_view json, bool is_answer, UnixNanos ts, LineUse use,
           std::optional<std::int64_t> number = {});
  // Once all of the window is there.
  void settle();
  // Of what was added; nothing if this was not. Valid until the next window.
  [[nodiscard]] MergedMessage* find(std::string_view json, bool is_answer);
  // A new window; what this one and not the next one holds is counted after it.
  void next_window();
  // No window follows.
  void finish();

  // Messages that both have, and that only one has, of windows that are over.
  [[nodiscard]] std::uint64_t both() const { return both_; }
  [[nodiscard]] std::uint64_t only(std::size_t source) const { return only_[source]; }

 private:
  struct Hash {
    std::size_t operator()(const MessageKey& key) const { return key.hash ^ key.sum; }
  };
  struct Window {
    std::unordered_map<MessageKey, std::uint32_t, Hash> ids;
    std::vector<MergedMessage> messages;
  };
  using Sequence = std::vector<std::uint32_t>;
  struct Stream {
    std::array<Sequence, 2> sequences;
    UnixNanos fed{INT64_MIN};  // the last that is written
  };

  std::uint32_t id_of(const MessageKey& key);
  void settle(Stream& stream);
  void count(const MergedMessage& message);
  [[nodiscard]] std::size_t next_source(const Stream& stream, const std::array<std::size_t, 2>& at, Nanos skew) const;

  Window now_;
  Window before_;
  std::vector<bool> settled_;                // by the number of the message
  std::map<std::uint64_t, Stream> streams_;  // by the hash of what their messages begin with
  std::uint64_t rank_ = 0;
  std::uint64_t both_ = 0;
  std::array<std::uint64_t, 2> only_{};
};

}  // namespace acts
