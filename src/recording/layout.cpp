#include "recording/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts {

std::string recording_directory(std::string_view data_dir, std::string_view venue) {
  return fmt::format("{}/raw/{}", data_dir, venue);
}

std::string open_log_directory(std::string_view data_dir, std::string_view venue) {
  return recording_directory(data_dir, venue) + "/_open";
}

std::string segment_directory(std::string_view symbol, UnixNanos first) {
  constexpr std::size_t kDate = 10;  // YYYY-MM-DD
  return fmt::format("{}/{}", symbol, to_iso8601(first).substr(0, kDate));
}

bool is_segment_name(std::string_view symbol) {
  constexpr std::size_t kLongestName = 200;  // of 255 that file systems allow
  const auto is_plain = [](char c) { return c != '/' && static_cast<unsigned char>(c) >= ' '; };
  return !symbol.empty() && symbol.size() <= kLongestName && symbol.front() != '_' && symbol.front() != '.' &&
         std::ranges::all_of(symbol, is_plain);
}

}  // namespace acts
