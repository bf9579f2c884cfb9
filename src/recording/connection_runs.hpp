// Gathers which connections a log's lines came on into index entries; see index::Connections. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "acts/base/time.hpp"

#include "recording/index.hpp"

namespace acts {

class ConnectionRuns {
 public:
  // The next line, `lines_before` lines behind the log's start. If full(), take() first (asserted).
  void add(ConnectionId connection, LineUse use, std::uint64_t lines_before, UnixNanos ts);
  // An entry holds no more.
  [[nodiscard]] bool full() const { return runs_.size() == kMaxConnectionRuns; }
  // What was added since the last call; nothing if it goes without saying.
  std::optional<IndexEntry> take();

 private:
  std::vector<index::ConnectionRun> runs_;
  std::uint64_t lines_before_ = 0;
  UnixNanos ts_;
};

}  // namespace acts
