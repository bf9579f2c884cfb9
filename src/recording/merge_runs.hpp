// What the runs of two collectors are as one: it collects while one of them does, and has a symbol's stream while one
// of them has. Pure; the entries of one symbol's segments, in the order of time.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "recording/index.hpp"

namespace acts {

class MergedRuns {
 public:
  // A run of which nothing came for so long has ended without a word: an entry of a minute's end comes every minute.
  static constexpr Nanos kSilence = std::chrono::minutes{3};

  // Source 0 or 1 has a line, or this entry. Returns what of it is an entry of the whole.
  void on_line(std::size_t source, UnixNanos ts);
  std::vector<IndexEvent> on_entry(std::size_t source, const IndexEntry& entry);
  // What a segment begins with that is not the first: what holds.
  [[nodiscard]] std::vector<IndexEvent> header() const;

  // Connections of both have numbers of their own; 0 stays 0.
  static ConnectionId connection(std::size_t source, ConnectionId of_source);

 private:
  struct Run {
    std::optional<UnixNanos> last;  // none: it does not run
    bool has_symbol = false;
    bool has_stream = false;
  };
  using Events = std::vector<IndexEvent>;

  [[nodiscard]] bool runs(std::size_t source, UnixNanos now) const;
  void start(std::size_t source, UnixNanos now, IndexEvent event, Events& out);
  Events take(std::size_t source, const index::RunStarted& event, UnixNanos now);
  Events take(std::size_t source, const index::RunContinued& event, UnixNanos now);
  Events take(std::size_t source, const index::RunEnded& event, UnixNanos now);
  Events take(std::size_t source, const index::SymbolAdded& event, UnixNanos now);
  Events take(std::size_t source, const index::SymbolRemoved& event, UnixNanos now);
  Events take(std::size_t source, const index::StreamOpened& event, UnixNanos now);
  Events take(std::size_t source, const index::StreamLost& event, UnixNanos now);
  Events take(std::size_t source, const index::Timer& event, UnixNanos now);
  Events take(std::size_t source, const index::ConnectionOpened& event, UnixNanos now);
  Events take(std::size_t source, const index::ConnectionClosed& event, UnixNanos now);
  // Of one log and its bytes, or made anew by the writer.
  Events take(std::size_t, const index::Alive&, UnixNanos) { return {}; }
  Events take(std::size_t, const index::Connections&, UnixNanos) { return {}; }
  Events take(std::size_t, const index::Durable&, UnixNanos) { return {}; }
  Events take(std::size_t, const index::Frame&, UnixNanos) { return {}; }
  Events take(std::size_t, const index::Sealed&, UnixNanos) { return {}; }
  template <typename Event>
  Events take(std::size_t, [[maybe_unused]] const Event& event, UnixNanos) {
    return {event};
  }
  // Of one collector's book, which is not that of the whole.
  Events take(std::size_t, const index::BookSaved&, UnixNanos) { return {}; }
  Events take(std::size_t, const index::Audit&, UnixNanos) { return {}; }
  Events take(std::size_t source, const index::BookRestored& event, UnixNanos now);

  std::array<Run, 2> runs_;
  bool begins_ = false;                       // a run of the whole, and no book was told of it yet
  std::optional<index::RunContinued> run_;    // of the whole
  std::optional<index::SymbolAdded> symbol_;  // as it was said last
  std::optional<UnixNanos> last_minute_;      // whose end was told
};

}  // namespace acts
