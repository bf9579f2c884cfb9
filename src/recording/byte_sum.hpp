// The CRC-32 (zlib's) of what a source begins with, up to one place after the other. Blocking; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"

namespace acts {

class ByteSum {
 public:
  explicit ByteSum(std::unique_ptr<ByteSource> source);

  // Of the first `bytes` bytes. Nothing if there are not so many, or the place is in front of the last one. Errors: as
  // the source's.
  Result<std::optional<std::uint32_t>> up_to(std::uint64_t bytes);
  // How many there are. Errors: as the source's.
  Result<std::uint64_t> to_end();

  // So many bytes have been read.
  [[nodiscard]] std::uint64_t bytes() const { return done_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::uint64_t done_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace acts
