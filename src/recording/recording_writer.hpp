// Writes one shard's raw log and its index: DIR/<shard>-<first_recv_ns>.jsonl.zst and .index.jsonl beside it. The log
// is one zstd frame; each flush ends a block inside it, so that everything flushed reads back whatever happens next,
// and the ratio stays that of a long frame.
//
// Blocking and not thread-safe: whoever must not wait puts a bounded queue and a thread in front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/append_file.hpp"
#include "recording/connection_runs.hpp"
#include "recording/file_ops.hpp"
#include "recording/index.hpp"

struct ZSTD_CCtx_s;

namespace acts {

// When this much is compressed and not written yet, append() writes it; when this much is written and not on the disk
// yet, append() syncs.
inline constexpr std::size_t kMaxUnwrittenBytes = std::size_t{256} << 10;
inline constexpr std::size_t kMaxUnsyncedBytes = std::size_t{16} << 20;
// Nanoseconds by which a file's name may be moved on because there is a file of that name.
inline constexpr int kMaxNameTries = 1000;

struct RecordingWriterOptions {
  std::string directory;  // made when the first file is; open_log_directory() of layout.hpp
  std::string shard;      // letters, digits, '-', '_', '.': a part of the file's name
  int compression_level = 3;
  // So much text is one frame, which a reader may begin with (index::Frame).
  std::size_t frame_text_bytes = std::size_t{64} << 20;
};

class RecordingWriter {
 public:
  // Makes no file: the first append() or note() does, and names it by its time. An existing file is never touched: if
  // there is one of that name, the next free nanosecond is taken. `ops` outlives the writer.
  explicit RecordingWriter(RecordingWriterOptions options, FileOps& ops = real_file_ops());
  // What has not been flushed is gone; close() first.
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  // Takes a line. An error means that it was not taken: nothing changed, give it again later. Newlines in `json` become
  // blanks: a raw newline in valid JSON is only white space. Errors: kBadInput (empty, longer than a line may be, or
  // ts_recv before 1970), kStorage.
  Result<void> append(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use = LineUse::kTaken);
  // Takes an index entry, at its place in front of the next line. Errors as above; kBadInput for a text that is too
  // long.
  Result<void> note(UnixNanos ts, IndexEvent event);

  // Everything taken is handed to the operating system: a kill -9 takes nothing back. After an error nothing is lost;
  // call it again.
  Result<void> flush();
  // ... and is on the disk: a power cut takes nothing back. Then notes so in the index (Durable), which is on the disk
  // with the next sync.
  Result<void> sync(UnixNanos now);
  // Ends the frame, syncs and closes. After an error call it again; after success take nothing any more (asserted).
  Result<void> close(UnixNanos now);

  [[nodiscard]] std::uint64_t lines() const { return lines_; }  // taken
  // Empty before the first line or entry.
  [[nodiscard]] std::string log_path() const { return files_ ? files_->log.path() : std::string(); }
  [[nodiscard]] std::uint64_t durable_log_bytes() const { return files_ ? files_->log.durable_bytes() : 0; }

 private:
  struct Files {
    AppendFile log;
    AppendFile index;
  };

  Result<void> make_room(UnixNanos first_ts);
  Result<void> create_files(UnixNanos first_ts);
  Result<bool> try_name(const std::string& stem);
  Result<void> add_entry(UnixNanos ts, IndexEvent event);
  Result<void> note_durable(UnixNanos now);
  void add_connections();
  Result<void> write_files();
  void compress(int directive);
  Result<void> end_frame(UnixNanos now);
  Result<void> sync_files();

  RecordingWriterOptions options_;
  FileOps& ops_;
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  std::optional<Files> files_;
  std::string text_;       // taken and not compressed yet
  std::uint32_t crc_ = 0;  // of all that is compressed,
  std::uint64_t packed_bytes_ = 0;
  std::size_t frame_text_ = 0;  // of the present frame, compressed
  std::uint64_t lines_ = 0;
  ConnectionRuns runs_;     // of the last lines: not in the index yet; they are before the lines themselves are written
  bool unflushed_ = false;  // the compressor holds something back
  bool frame_ended_ = false;
  bool closed_ = false;
};

}  // namespace acts
