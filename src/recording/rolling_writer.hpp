// A RecordingWriter that begins a new log at every full hour (kLogSpan) of UTC, which says anew which run goes on and
// which symbols it has, so that each log can be read by itself. Blocking and not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/file_ops.hpp"
#include "recording/recording_writer.hpp"

namespace acts {

class RollingWriter {
 public:
  // `on_closed` is told the path of each log once it is whole and on the disk.
  RollingWriter(RecordingWriterOptions options, FileOps& ops, std::function<void(const std::string&)> on_closed);

  // As RecordingWriter: an error means that it was not taken, give it again later.
  Result<void> append(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use);
  Result<void> note(UnixNanos ts, const IndexEvent& event);
  Result<void> flush() { return writer_->flush(); }
  Result<void> sync(UnixNanos now) { return writer_->sync(now); }
  Result<void> close(UnixNanos now);

 private:
  Result<void> roll(UnixNanos ts);
  void remember(const IndexEvent& event);

  RecordingWriterOptions options_;
  FileOps& ops_;
  std::function<void(const std::string&)> on_closed_;
  std::optional<RecordingWriter> writer_;
  std::optional<UnixNanos> log_end_;  // of the present log; none before its first line or entry
  std::optional<index::RunContinued> run_;
  std::map<std::string, index::SymbolAdded> symbols_;
  std::vector<IndexEvent> header_;  // what the new log still has to say, the last one first
};

}  // namespace acts
