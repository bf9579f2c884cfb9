#include "recording/rolling_writer.hpp"

#include <ranges>
#include <utility>

#include "recording/layout.hpp"

namespace acts {

RollingWriter::RollingWriter(RecordingWriterOptions options, FileOps& ops,
                             std::function<void(const std::string&)> on_closed)
    : options_(std::move(options)),
      ops_(ops),
      on_closed_(std::move(on_closed)),
      writer_(std::in_place, options_, ops_) {}

Result<void> RollingWriter::append(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) {
  if (auto rolled = roll(ts_recv); !rolled) return rolled;
  return writer_->append(ts_recv, connection, json, use);
}

Result<void> RollingWriter::note(UnixNanos ts, const IndexEvent& event) {
  if (auto rolled = roll(ts); !rolled) return rolled;
  if (auto noted = writer_->note(ts, event); !noted) return noted;
  remember(event);
  return {};
}

void RollingWriter::remember(const IndexEvent& event) {
  if (const auto* started = std::get_if<index::RunStarted>(&event)) {
    run_ = {started->version, started->venue, started->shard, started->settings};
  } else if (const auto* added = std::get_if<index::SymbolAdded>(&event)) {
    symbols_.insert_or_assign(added->symbol, *added);
  } else if (const auto* removed = std::get_if<index::SymbolRemoved>(&event)) {
    symbols_.erase(removed->symbol);
  }
}

// Takes up where an attempt that failed has stopped.
Result<void> RollingWriter::roll(UnixNanos ts) {
  if (log_end_ && ts >= *log_end_) {
    const std::string path = writer_->log_path();
    if (auto closed = writer_->close(ts); !closed) return closed;
    on_closed_(path);
    writer_.emplace(options_, ops_);
    log_end_.reset();
    header_.clear();
    for (const auto& [name, symbol] : symbols_ | std::views::reverse) header_.emplace_back(symbol);
    if (run_) header_.emplace_back(*run_);
  }
  while (!header_.empty()) {
    if (auto noted = writer_->note(ts, header_.back()); !noted) return noted;
    header_.pop_back();
  }
  if (!log_end_) log_end_ = floor_to(ts, kLogSpan) + kLogSpan;
  return {};
}

Result<void> RollingWriter::close(UnixNanos now) {
  const std::string path = writer_->log_path();
  if (auto closed = writer_->close(now); !closed) return closed;
  if (!path.empty()) on_closed_(path);
  return {};
}

}  // namespace acts
