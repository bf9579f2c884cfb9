// Files that other programs get: under their names once they are whole and on the disk, under "NAME.part" before.
// Blocking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::history {

// Errors: kUsage: it is below `catalog`, where only imports write; links and folders that are not there yet looked
// through; those of check_replaceable().
Result<void> check_output(const std::string& output, const std::string& catalog);

// Errors: kUsage: what is there is no file (a device, a pipe, a folder), nor a link to one: it would be replaced.
Result<void> check_replaceable(const std::string& output);

// Where it is written: "FILE.part".
std::string part_of(const std::string& output);

// Brings part_of(output) to the disk, then puts it in the place of the file that was there. Errors: kStorage; those of
// check_replaceable().
Result<void> put_in_place(FileOps& ops, const std::string& output);

// Written from its begin to its end. Not thread-safe.
class OutputFile {
 public:
  // Held at most: so many go to the file at a time, the rest at its end. A run writes several files side by side.
  static constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

  // What a part of that name holds is lost: it is of a program that was killed. Errors: kStorage; those of
  // check_replaceable().
  static Result<OutputFile> create(FileOps& ops, const std::string& path);
  // Without finish() nothing is left of it.
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Errors of both: kStorage, naming the path.
  Result<void> write(std::string_view bytes);
  Result<void> finish();

 private:
  OutputFile(FileOps& ops, std::string path, int fd) : ops_(&ops), path_(std::move(path)), fd_(fd) {}
  Result<void> flush();

  FileOps* ops_;
  std::string path_;
  int fd_;
  std::uint64_t offset_ = 0;
  std::string buffer_;
};

}  // namespace acts::history
