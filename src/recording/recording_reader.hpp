// Reads recordings: lines `<recv_ns> <json as received>`, plain, gzip or zstd (told by their first bytes, not by their
// names), merged with the index beside each file where there is one. Knows nothing of what a message means.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/byte_source.hpp"
#include "recording/index.hpp"
#include "recording/line_reader.hpp"

namespace acts {

struct RecordedLine {
  UnixNanos ts_recv;
  std::string_view json;      // as received, not looked at, never empty; valid until the next call of next()
  std::string_view file;      // as it was named; valid as long as the reader
  std::uint64_t line_number;  // in its file, from 1
  ConnectionId connection;    // 0 where there is no index that tells
  LineUse use = LineUse::kTaken;
};

using RecordedItem = std::variant<RecordedLine, IndexEntry>;

// One file of a recording and where its bytes come from. `index` may be empty.
struct RecordingInput {
  using Open = std::function<Result<std::unique_ptr<ByteSource>>()>;
  std::string name;
  Open log;
  std::string index_name;
  Open index;
};

// Errors: kBadInput if there is nothing to read in any of these for sure: directories, empty files without an index.
Result<void> check_not_all_empty(const std::vector<std::string>& paths);

class RecordingReader {
 public:
  // Several files are one recording, in the order given; "-" is standard input. Files are opened one after the other as
  // their turn comes. Errors: kUsage, naming the first file that is not there or may not be read.
  // `from`: what was received before it is not wanted. A file whose index tells of its frames is then read from the
  // last of them that begins before, with the entries from there on; others whole.
  static Result<RecordingReader> open(const std::vector<std::string>& paths, std::optional<UnixNanos> from = {});
  explicit RecordingReader(std::vector<RecordingInput> inputs, std::optional<UnixNanos> from = {});

  // The next line or index entry, in the order of the run; nothing at the end. After an error go on with the next call;
  // every sequence of calls ends. Errors, each naming file and line: kBadInput for a line or entry that is not one
  // (skipped; receive times that step back are no error), for a file that was cut or damaged (all in front of that
  // place has been delivered), and for an index that speaks of lines the file does not have; kStorage if the system
  // could not read on; kUsage if a file is gone since open().
  Result<std::optional<RecordedItem>> next();

  [[nodiscard]] std::uint64_t lines() const { return lines_; }          // delivered
  [[nodiscard]] std::uint64_t bad_lines() const { return bad_lines_; }  // of logs, refused
  [[nodiscard]] std::uint64_t cut_files() const { return cut_files_; }  // not read to their end
  // Errors so far that no crash explains. A crash leaves a log, and its index, without a sound end; what its index
  // calls durable is there. Behind the last such mark of a log with an index anything may be wrong; final once it has
  // ended.
  [[nodiscard]] std::uint64_t bad_places() const { return bad_places_; }

 private:
  struct Current {
    LineReader log;
    std::optional<IndexReader> index;
    std::optional<IndexEntry> entry;  // the next of the index
    bool log_ended = false;
    bool has_index = false;
    std::uint64_t lines_before = 0;    // of those that were skipped
    std::uint64_t unexplained = 0;     // errors since the last durable mark
    index::Connections connections{};  // the entry that was taken last,
    std::size_t run = 0;               // and its run of lines that comes next or goes on,
    std::uint64_t run_end = 0;         // to this line
  };

  [[nodiscard]] const RecordingInput& input() const { return inputs_[position_]; }
  // Where in a segment to begin: a frame's place in the bytes and in the lines.
  struct Start {
    std::uint64_t bytes = 0;
    std::uint64_t lines_before = 0;
  };
  [[nodiscard]] Start start_of_input() const;
  Result<void> start_file();
  Result<std::optional<IndexEntry>> take_due_entry();
  // False: there are no more.
  Result<bool> take_line(RecordedLine& out);
  void start_connections(index::Connections connections, std::uint64_t lines_before);
  index::ConnectionRun run_of_line(std::uint64_t line_number);
  Result<void> end_file();

  std::vector<RecordingInput> inputs_;
  std::optional<UnixNanos> from_;
  std::size_t position_ = 0;  // of the current file, or of the next one to start
  std::optional<Current> current_;
  std::uint64_t lines_ = 0;
  std::uint64_t bad_lines_ = 0;
  std::uint64_t cut_files_ = 0;
  std::uint64_t bad_places_ = 0;
};

}  // namespace acts
