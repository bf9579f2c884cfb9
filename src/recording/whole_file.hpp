// Files that are written and read whole, packed with zstd. Blocking; for what is small enough to be in memory twice.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts {

// One zstd frame with its checksum.
std::string pack_zstd(std::string_view bytes);

// Directories above it are made. The file appears whole, on the disk and under its name, or not at all; one of that
// name stays as it is. Errors: kStorage, naming the path.
Result<void> write_whole_file(FileOps& ops, const std::string& path, std::string_view bytes);

// The same where nothing else is ever written under that name: one that is there is of an attempt that failed behind
// its renaming, and is brought to the disk.
Result<void> write_whole_file_again(FileOps& ops, const std::string& path, std::string_view bytes);

// Unpacked if it is packed (see unpack()). Errors: kUsage if it is not there, kStorage if it cannot be read, kBadInput
// if it is damaged or holds more than `most` bytes; each names the path.
Result<std::string> read_whole_file(const std::string& path, std::size_t most);

}  // namespace acts
