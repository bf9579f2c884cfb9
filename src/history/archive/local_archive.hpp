// The archive's files on the disk, below DIR/archive under the paths they have there: each with the checksum file that
// the archive serves beside it, and a note of the version under which it was listed (.zip.version). What is not whole
// has another name (.part). Blocking.
//
// A file appears under its name when it is whole, on the disk and of the published SHA-256. Then come its checksum and
// its version: cut off in between, the next download reads the file for its sum, and fetches nothing twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/result.hpp"

#include "history/archive/download_queue.hpp"
#include "history/signature.hpp"
#include "recording/file_lock.hpp"
#include "recording/file_ops.hpp"

namespace acts::history::archive {

// For one download at a time, on DIR/archive/.lock; makes the folder if it is not there. Does not wait. Errors:
// kStorage, naming the remedy.
Result<FileLock> lock_archive(FileOps& ops, const std::string& data_dir);

class LocalArchive {
 public:
  // `ops` outlives the object.
  LocalArchive(std::string data_dir, FileOps& ops) : root_(std::move(data_dir) + "/archive/"), ops_(ops) {}

  // `path`: WantedFile::path. Reads a file whose checksum is not beside it. Errors: kStorage.
  [[nodiscard]] Result<LocalFile> look(const std::string& path) const;
  [[nodiscard]] std::string path_of(std::string_view path) const { return root_ + std::string(path); }
  [[nodiscard]] std::string part_path(std::string_view path, std::string_view sha256) const;

  // What came is the file: puts it in its place. `checksum`: the text of its checksum file. `version`, `bytes`: as it
  // is listed. Errors: kStorage.
  Result<void> keep(const std::string& path, const std::string& sha256, std::string_view checksum,
                    std::string_view version, std::uint64_t bytes);
  // The file is there already, as it is published now.
  Result<void> note_unchanged(const std::string& path, std::string_view checksum, std::string_view version,
                              std::uint64_t bytes);
  // Parts of the file but that of `sha256` (of none, if empty) are removed.
  Result<void> remove_parts(const std::string& path, std::string_view sha256);

 private:
  Result<void> replace(const std::string& path, std::string_view text);
  [[nodiscard]] Result<void> look_at_whole(const std::string& path, LocalFile& local) const;

  std::string root_;
  FileOps& ops_;
};

// A part that grows, and its SHA-256.
class PartFile {
 public:
  // Goes on behind what is there, which is read; its directory is made. Errors: kStorage.
  static Result<PartFile> open(FileOps& ops, std::string path);
  ~PartFile();
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;

  Result<void> append(std::string_view bytes);
  // From the beginning again.
  Result<void> restart();
  // Nothing more comes for now; it stays. Errors: kStorage.
  Result<void> leave();
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  // All of it is on the disk. Nothing may be appended any more.
  Result<std::string> finish();

 private:
  PartFile(FileOps& ops, std::string path) : ops_(&ops), path_(std::move(path)) {}
  [[nodiscard]] Result<void> failed(std::int64_t status) const;

  FileOps* ops_;
  std::string path_;
  int fd_ = -1;
  std::uint64_t bytes_ = 0;
  Sha256 digest_;
};

}  // namespace acts::history::archive
