// A file to import, unpacked whatever it is packed by. Limits: unpack_limits.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"

namespace acts::history {

// Plain, gzip, zstd, or the one file in a zip of the same name: of the archive. Errors: kUsage (it is not there),
// kBadInput (a zip that is none of these).
Result<std::unique_ptr<ByteSource>> open_source(const std::string& path);

// The same with any name in the zip, but for a folder: of other formats.
Result<std::unique_ptr<ByteSource>> open_any_source(const std::string& path);

// As open_file() gives it: of formats that are packed themselves.
Result<std::unique_ptr<ByteSource>> open_raw(const std::string& path);

// The first 64 KiB of what open_any_source() gives, as far as it can be read; empty if it cannot.
std::string head_of(const std::string& path);

// Its first line that is not empty and does not begin with '#', without the mark of UTF-8 and the end of the line.
std::string_view first_line_of(std::string_view head);
// The one behind it, by the same rules; empty if there is none.
std::string_view second_line_of(std::string_view head);

}  // namespace acts::history
