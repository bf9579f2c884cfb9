// The head of an array of events in a .npy file (numpy's format, version 1.0 to 3.0; numpy.lib.format, read 2026-11).
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts::history {

// Numpy's own have some 200 bytes.
inline constexpr std::size_t kMaxNpyHeaderBytes = std::size_t{64} << 10;
// What every file begins with: magic, version, and of version 1 the length of what follows.
inline constexpr std::size_t kNpyPreambleBytes = 10;

// As numpy writes it: its length is a multiple of 64.
std::string npy_header(std::uint64_t events);

// How many bytes the head has in all. `front`: the file's first 12 bytes. Errors: kBadInput: no .npy file, or longer
// than kMaxNpyHeaderBytes.
Result<std::size_t> npy_header_bytes(std::string_view front);
// How many events follow. `header`: so many bytes as npy_header_bytes() said. Errors: kBadInput, saying what it is
// instead of a flat array of hftbacktest's events.
Result<std::uint64_t> parse_npy_header(std::string_view header);

}  // namespace acts::history
