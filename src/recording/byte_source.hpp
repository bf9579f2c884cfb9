// Bytes in order, from a file, from memory, or out of a compressed stream. Blocking; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the front of `out` (not empty) and says how much of it; 0 is the end. An error is final: asked again, it
  // returns the same. Messages do not name the source. Errors: kStorage (the system could not read), kBadInput (damaged
  // or cut compressed data).
  virtual Result<std::size_t> read(std::span<char> out) = 0;

  // Goes on `bytes` further: where the source can, without reading them. Behind the end is the end. Errors: as read().
  virtual Result<void> skip(std::uint64_t bytes);
};

// A file, or standard input for "-". Errors: kUsage, naming the path (it is not there, or may not be read).
Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);
// Whoever reads it again finds the rest of it only: a pipe, a device, or standard input. What is not there can not.
[[nodiscard]] bool can_be_read_once_only(const std::string& path);

// Reads `bytes`, which the caller keeps alive.
std::unique_ptr<ByteSource> read_from_memory(std::string_view bytes);

// Gives what `source` holds: unpacked if its first bytes say gzip (any number of members) or zstd (any number of
// frames), else as it is. Everything in front of damage or of a missing end is delivered before the error.
Result<std::unique_ptr<ByteSource>> unpack(std::unique_ptr<ByteSource> source);

}  // namespace acts
