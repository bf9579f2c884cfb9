// The few file operations that writing needs, so that a test can make any of them fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acts {

// Each returns 0 (or what it says) if it worked, else a negative errno. The base class is the real thing; not
// thread-safe.
class FileOps {
 public:
  virtual ~FileOps() = default;

  // Makes the directory and those above it that are missing, durably; after an error the same call again.
  virtual int make_directories(const std::string& path);
  // Whether there is anything of that name.
  virtual bool exists(const std::string& path);
  // One, in a directory that is there; -EEXIST if there is anything of that name.
  virtual int make_directory(const std::string& path);
  // A new file to write to: its descriptor; -EEXIST if there is anything of that name.
  virtual int create(const std::string& path);
  // A file that is there, to write to: its descriptor.
  virtual int reopen(const std::string& path);
  // How many of the bytes were written: at least 1, perhaps not all.
  virtual std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset);
  // Returns when the content is on the disk.
  virtual int sync(int fd);
  // Returns when the names in the directory are on the disk.
  virtual int sync_directory(const std::string& path);
  // As reopen(), sync() and close() of each file; as sync_directory() of each directory. After an error `failed` is the
  // first that has one, of the others nothing is known. real_file_ops() waits for several at a time.
  virtual int sync_files(std::span<const std::string> paths, std::string& failed);
  virtual int sync_directories(std::span<const std::string> paths, std::string& failed);
  // A file or an empty directory.
  virtual int remove(const std::string& path);
  // -EEXIST if there is anything of the new name.
  virtual int rename(const std::string& from, const std::string& to);
  // The names in the directory, in order; none if there is no such directory.
  virtual int list(const std::string& path, std::vector<std::string>& names);
  virtual int close(int fd);
};

FileOps& real_file_ops();

}  // namespace acts
