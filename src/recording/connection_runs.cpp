#include "recording/connection_runs.hpp"

#include <utility>

#include "acts/base/assert.hpp"

namespace acts {

void ConnectionRuns::add(ConnectionId connection, LineUse use, std::uint64_t lines_before, UnixNanos ts) {
  if (!runs_.empty() && runs_.back().connection == connection && runs_.back().use == use) {
    ++runs_.back().lines;
    return;
  }
  ACTS_ASSERT(!full());
  if (runs_.empty()) {
    lines_before_ = lines_before;
    ts_ = ts;
  }
  runs_.push_back({connection, 1, use});
}

std::optional<IndexEntry> ConnectionRuns::take() {
  if (runs_.empty()) return std::nullopt;
  std::vector<index::ConnectionRun> runs = std::exchange(runs_, {});
  const bool is_said = runs.size() > 1 || runs.front().connection != 0 || runs.front().use != LineUse::kTaken;
  if (!is_said) return std::nullopt;
  return IndexEntry{lines_before_, ts_, index::Connections{std::move(runs)}};
}

}  // namespace acts
