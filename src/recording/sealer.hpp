// Takes a log that nobody writes any more apart into one segment a symbol (layout.hpp), also one that a crash has left:
// of that one everything up to its last durable mark is kept (durable_part.hpp), and what was cut is said in every
// segment's end. A log that the disk has damaged gives what can be read of it.
//
// A segment is whole when it comes to its place, and the log is there until all of them are: cut off anywhere, seal()
// begins again, or goes on. Memory: kMaxHeldBytes of text, whatever the number of symbols. Blocking; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"
#include "recording/file_ops.hpp"
#include "recording/log_parts.hpp"
#include "recording/recording_reader.hpp"

namespace acts {

struct SealReport {
  std::uint64_t lines = 0;
  std::size_t segments = 0;
  std::string lost;      // one line: what could not be read; empty if all could
  bool damaged = false;  // of what had been on the disk: then the log is kept in _damaged/
};

class Sealer {
 public:
  static constexpr std::size_t kFrameBytes = std::size_t{1} << 20;  // of text
  static constexpr std::size_t kMaxHeldBytes = std::size_t{64} << 20;
  static constexpr int kCompressionLevel = 3;
  static constexpr int kReadAttempts = 4;  // so often a log is read whose disk does not give all of it

  using MakeOwner = std::function<std::unique_ptr<LineOwner>()>;
  using Open = std::function<Result<std::unique_ptr<ByteSource>>(const std::string& path)>;

  // `directory`: recording_directory(). `ops` outlives the object; `open` reads the same disk. `compression_level`: of
  // zstd, for segments.
  Sealer(std::string directory, MakeOwner make_owner, FileOps& ops = real_file_ops(), Open open = open_file,
         int compression_level = kCompressionLevel);

  // Of every log in _open, its name without the ending, the oldest first. Removes what is left of logs that are gone;
  // an index that a writer has just made is left alone. Errors: kStorage.
  Result<std::vector<std::string>> waiting();
  // Brings what is there of a log that is sealed later to the disk: whoever reads it before finds no more than sealing
  // will, even after a power cut. Errors: kStorage.
  Result<void> keep(const std::string& name);
  // Errors: kStorage; call it again later: what the disk does not give at the last of kReadAttempts, and at each one
  // before, is damage. kCancelled: `stop` was true in between; a log whose segments are whole is
  // not asked for.
  Result<SealReport> seal(const std::string& name, const std::function<bool()>& stop = [] { return false; });

 private:
  class Split;

  Result<SealReport> clear_rest(const std::string& name, const std::string& work);
  Result<void> clear_done(const std::vector<std::string>& logs);
  Result<void> clear_indexes(const std::vector<std::string>& open);
  [[nodiscard]] RecordingInput input_of(const std::string& name) const;
  Result<SealReport> take_apart(const std::string& name, const std::string& work, const std::function<bool()>& stop);
  Result<void> place(const std::string& name, SealReport& report);
  Result<void> move_all(const std::string& work, SealReport& report);
  Result<void> move_files(const std::string& from, const std::string& to, SealReport& report);
  Result<std::vector<std::string>> names_in(const std::string& path);
  Result<void> drop_log(const std::string& name, bool keep);
  Result<void> drop_file(const std::string& name, bool keep);
  Result<void> remove_tree(const std::string& path);
  [[nodiscard]] std::string work_directory(const std::string& name) const;
  [[nodiscard]] std::string open_path(const std::string& file) const;
  [[nodiscard]] bool is_kept_damaged(const std::string& file) const;

  std::string directory_;
  MakeOwner make_owner_;
  FileOps& ops_;
  Open open_;
  int compression_level_;
  std::map<std::string, int> unreadable_;  // attempts, by the log's name
};

}  // namespace acts
