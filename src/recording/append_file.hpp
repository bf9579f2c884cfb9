// A new file that only grows. What is appended stays in memory until it is known to be on the disk, so that nothing is
// lost by a write or a sync that failed: the same call again goes on where it stopped. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts {

class AppendFile {
 public:
  // Takes over the descriptor of a new, empty file; `ops` outlives it.
  AppendFile(FileOps& ops, int fd, std::string path) : ops_(&ops), fd_(fd), path_(std::move(path)) {}
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // The end of the file in memory: append to it, and to nothing else.
  std::string& tail() { return held_; }

  // Hands everything to the operating system: from then on the end of this process takes nothing back. Errors:
  // kStorage.
  Result<void> write();
  // ... and to the disk: from then on a power cut takes nothing back. Errors: kStorage.
  Result<void> sync();
  // Without a sync. What has not been written is gone.
  Result<void> close();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t durable_bytes() const { return durable_; }
  [[nodiscard]] std::size_t held_bytes() const { return held_.size(); }
  [[nodiscard]] std::size_t unwritten_bytes() const { return held_.size() - written_; }

 private:
  [[nodiscard]] std::unexpected<Error> failed(std::string_view what, std::int64_t status) const;

  FileOps* ops_;
  int fd_;
  std::string path_;
  std::string held_;           // the file from byte durable_ on
  std::size_t written_ = 0;    // of held_
  std::uint64_t durable_ = 0;  // bytes on the disk
};

}  // namespace acts
