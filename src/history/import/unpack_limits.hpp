// What a source may unpack to: some kilobytes from anywhere may become terabytes. The same for every way of packing.
#pragma once

#include <cstdint>
#include <memory>

#include "recording/byte_source.hpp"

namespace acts::history {

struct UnpackLimits {
  std::uint64_t most_bytes = std::uint64_t{256} << 30;  // unpacked
  // Unpacked bytes for one packed: tick data reaches 12, numbers that repeat some 30.
  std::uint64_t most_ratio = 200;
  // ... which small files may exceed.
  std::uint64_t free_bytes = std::uint64_t{1} << 20;

  // Of a file of so many bytes.
  [[nodiscard]] std::uint64_t most_of(std::uint64_t packed_bytes) const noexcept;
};

// Gives what `source` gives; more than `most` bytes are a final error, kBadInput. Other errors: as its.
std::unique_ptr<ByteSource> limit_bytes(std::unique_ptr<ByteSource> source, std::uint64_t most);

}  // namespace acts::history
