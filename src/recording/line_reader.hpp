// Cuts bytes into lines, without copying them out. Memory: one buffer that grows with the longest line, up to
// kMaxLineBytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"

namespace acts {

// No message of a venue comes near it (frames are limited to 16 MiB); a longer line is refused and skipped.
inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;

class LineReader {
 public:
  // `lines_before`: of the file, in front of what the source begins with.
  explicit LineReader(std::unique_ptr<ByteSource> source, std::size_t max_line_bytes = kMaxLineBytes,
                      std::uint64_t lines_before = 0);

  // The next line without its newline, valid until the next call; nothing at the end. A last line without a newline
  // counts, unless the source failed: then it was cut, and is left out. Errors: kBadInput for a line that is too long
  // (skipped; go on with the next call), and once whatever the source failed with (then comes the end).
  Result<std::optional<std::string_view>> next();

  // 1 for the file's first line: the line that the last call returned, or refused. Not advanced by a failure of the
  // source or its end.
  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }
  // Bytes of a line that were left out because the source failed inside it.
  [[nodiscard]] std::size_t unfinished_bytes() const { return unfinished_bytes_; }

 private:
  Result<void> fill();
  Result<std::optional<std::string_view>> finish();

  std::unique_ptr<ByteSource> source_;
  std::size_t max_line_bytes_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;    // of the line being looked for
  std::size_t scanned_ = 0;  // no newline in front of it
  std::size_t end_ = 0;
  std::uint64_t line_number_;
  std::size_t unfinished_bytes_ = 0;
  bool ended_ = false;
  bool skipping_ = false;  // inside a line that was refused
  std::optional<Error> failure_;
};

}  // namespace acts
