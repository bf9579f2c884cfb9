// The one file in a zip of the public archive, as a stream. Takes nothing else: a zip from anywhere may hold names that
// lead out of a folder, or some kilobytes that unpack to terabytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "acts/base/result.hpp"

#include "history/import/unpack_limits.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

// Whether the file begins as a zip does. False also if it cannot be read.
bool is_zip(const std::string& path);

enum class ZipName : std::uint8_t {
  kOwn,   // "X.csv" in X.zip, as the archive has it
  kFlat,  // any name without a folder
};

// Errors: kUsage (it is not there), kBadInput: no zip, or not one plain file of such a name. The source's errors:
// kBadInput: damaged, encrypted, packed by a method that is not known, a second file, more bytes than the limits allow.
Result<std::unique_ptr<ByteSource>> open_zip_member(const std::string& path, const UnpackLimits& limits = {},
                                                    ZipName name = ZipName::kOwn);

}  // namespace acts::history
