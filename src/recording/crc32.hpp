// The CRC-32 of zlib, of bytes as text.
#pragma once

#include <cstdint>
#include <string_view>

namespace acts {

// `before`: of what stands in front of them.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0);

}  // namespace acts
