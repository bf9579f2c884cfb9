// Which request of a download comes when, and what an answer means: the checksum first, then the file, from where an
// earlier attempt has stopped; a file is of use only once its SHA-256 is the published one. Pure: it is handed answers
// and the time, and hands back requests; nothing of it depends on how long anything took.
//
// Failures are tried again, with back-off, `most_attempts` times in a row; one behind kProgress bytes that had not been
// there before is the first of them. A file that fails for good fails alone. A Retry-After holds back all requests.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/backoff.hpp"
#include "acts/base/time.hpp"

namespace acts::history::archive {

using FileIndex = std::size_t;

// What is on the disk of a file before the download.
struct LocalFile {
  bool is_whole = false;         // there, and its checksum beside it
  std::string sha256 = {};       // what that says
  std::string version = {};      // under which it was listed when it was fetched; empty: not known
  std::string part_sha256 = {};  // of what the part was meant to become
  std::uint64_t part_bytes = 0;
};

struct WantedFile {
  std::string path;         // below the archive's root, as in its checksum file its last part
  std::uint64_t bytes = 0;  // by the listing; 0: not known
  std::string version = {};
  LocalFile local = {};
  bool is_guess = false;  // it may never have been there: a refusal, or a page instead of a sum, says that it is not
};

struct QueueOptions {
  std::size_t parallel = 4;
  std::uint64_t most_attempts = 8;
  Nanos retry_first = std::chrono::milliseconds{500};
  Nanos retry_cap = std::chrono::seconds{60};
  std::uint64_t seed = 0;  // of the back-off's jitter
};

enum class What : std::uint8_t { kChecksum, kBody };

struct Request {
  FileIndex file = 0;
  What what = What::kChecksum;
  std::uint64_t offset = 0;  // of a body: bytes that are there
  std::string sha256 = {};   // of a body: what it must have
};

struct Answer {
  int status = 0;            // HTTP; 0: there was none
  std::string problem = {};  // why it is none, or was cut: one line; empty: it came whole
  std::optional<Nanos> retry_after = {};
  std::uint64_t part_bytes = 0;  // of a body: how many bytes of the file are there now
  std::string body = {};         // of a checksum
};

enum class FileState : std::uint8_t {
  kWaiting,
  kFetching,
  kUnchanged,  // is there as it is published
  kFetched,
  kRepublished,  // fetched, in place of another that was published under its name
  kMissing,      // the archive does not have it
  kFailed,
};

// What is to be done with a body that has ended.
enum class Verdict : std::uint8_t {
  kKeep,       // it is the file: put it in its place, then kept()
  kThrowAway,  // remove the part
  kGoOn,       // leave it: the rest will come
};

class DownloadQueue {
 public:
  DownloadQueue(std::vector<WantedFile> files, QueueOptions options);

  // The next request to be made now. None: wait for an answer, or for next_start().
  std::optional<Request> next(UnixNanos now);
  // When a request may be made that waits for its time. None: only an answer can bring one.
  [[nodiscard]] std::optional<UnixNanos> next_start() const;
  [[nodiscard]] bool done() const { return open_ == 0; }

  void on_checksum(FileIndex file, const Answer& answer, UnixNanos now);
  // `part_sha256`: of all that is there of the file now.
  Verdict on_body(FileIndex file, const Answer& answer, std::string_view part_sha256, UnixNanos now);
  // After kKeep.
  void kept(FileIndex file);
  // It could not be written, then or while the body came: fails for good.
  void fail(FileIndex file, std::string problem);

  [[nodiscard]] FileState state(FileIndex file) const { return entries_[file].state; }
  // Why it failed, or what the last attempt met: one line.
  [[nodiscard]] const std::string& problem(FileIndex file) const { return entries_[file].problem; }
  [[nodiscard]] std::uint64_t retries() const { return retries_; }

  static constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;

 private:
  struct Entry {
    WantedFile wanted;
    Backoff backoff;
    FileState state = FileState::kWaiting;
    std::string sha256 = {};  // as published; empty: not asked yet
    std::uint64_t part_bytes = 0;
    std::uint64_t most_bytes = 0;  // that were ever there
    std::uint64_t progress = 0;    // of it, since the last failure
    std::optional<UnixNanos> not_before = {};
    std::string problem = {};
  };
  void settle(Entry& entry, FileState state);
  void retry(Entry& entry, std::string problem, UnixNanos now);
  void hold_all(const Answer& answer, UnixNanos now);
  void want_body(Entry& entry);

  std::vector<Entry> entries_;
  QueueOptions options_;
  std::deque<FileIndex> ready_;     // for a request, in order
  std::vector<FileIndex> waiting_;  // for their time
  std::size_t active_ = 0;
  std::size_t open_ = 0;
  std::uint64_t retries_ = 0;
  std::optional<UnixNanos> all_not_before_;
};

// The checksum that `text` ("<64 hex digits>  <file name>", with or without a final newline) gives of that file. None:
// it is no such line, or of another file.
std::optional<std::string> parse_checksum(std::string_view text, std::string_view file_name);

}  // namespace acts::history::archive
