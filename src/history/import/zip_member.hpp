// The one file in a zip of the public archive, as a stream. Takes nothing else: a zip from anywhere may hold names that
// lead out of a folder, or some kilobytes that unpack to terabytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"

namespace acts::history {

struct ZipLimits {
  std::uint64_t most_bytes = std::uint64_t{256} << 30;  // unpacked
  // Unpacked bytes for one packed: tick data reaches 12, numbers that repeat some 30.
  std::uint64_t most_ratio = 200;
  // ... which small files may exceed.
  std::uint64_t free_bytes = std::uint64_t{1} << 20;
};

// Whether the file begins as a zip does. False also if it cannot be read.
bool is_zip(const std::string& path);

// Errors: kUsage (it is not there), kBadInput: no zip, or not one plain file of the zip's own name ("X.csv" in X.zip;
// whatever its folder is called). The source's errors: kBadInput: damaged, encrypted, packed by a method that is not
// known, a second file, more bytes than the limits allow.
Result<std::unique_ptr<ByteSource>> open_zip_member(const std::string& path, const ZipLimits& limits = {});

}  // namespace acts::history
