// Writes one sealed segment and its index: the lines of one symbol as zstd frames, each with its checksum and told of
// in the index (index::Frame), so that a reader begins at any of them. Lines and entries wait in memory until flush():
// many segments are written at a time, and no file stays open. Blocking; not thread-safe.
//
// Errors are kStorage; the segment is then of no use any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/connection_runs.hpp"
#include "recording/file_ops.hpp"
#include "recording/index.hpp"

struct ZSTD_CCtx_s;

namespace acts {

class SegmentWriter {
 public:
  // `path` names the log, its directory exists; ops and context outlive the object.
  SegmentWriter(FileOps& ops, ZSTD_CCtx_s& context, std::string path);

  void line(UnixNanos ts, ConnectionId connection, LineUse use, std::string_view json);
  // kBadInput: the text is too long for an index.
  Result<void> note(UnixNanos ts, IndexEvent event);
  // What is held becomes a frame, and is in the files.
  Result<void> flush();
  // The same, then all of it is on the disk. `sealed`: with log and lost. Nothing may come afterwards.
  Result<void> finish(UnixNanos ts, index::Sealed sealed);

  [[nodiscard]] std::size_t held_bytes() const { return text_.size() + index_.size(); }
  [[nodiscard]] std::size_t held_text_bytes() const { return text_.size(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void add_connections();
  Result<void> append(const std::string& path, std::string_view bytes, std::uint64_t at, bool sync);
  void compress(std::string& out);

  FileOps& ops_;
  ZSTD_CCtx_s& context_;
  std::string path_;
  std::string text_;
  std::string index_;
  ConnectionRuns runs_;
  std::uint64_t lines_ = 0;
  std::uint64_t log_bytes_ = 0;  // in the files
  std::uint64_t index_bytes_ = 0;
  std::uint32_t crc_ = 0;
  bool made_ = false;
};

}  // namespace acts
