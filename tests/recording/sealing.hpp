// Logs that are sealed in tests, and what lies in place then.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/sealer.hpp"
#include "recording/temp_dir.hpp"

namespace acts::testing {

inline constexpr std::int64_t kSealStart = 1'723'161'254'206'652'067;  // 2024-08-08T23:54:14

// A message says whose it is in front of its first blank.
class FirstWord final : public LineOwner {
 public:
  void add_symbol(std::string_view) override {}
  std::string_view symbol_of(std::string_view json) override { return json.substr(0, json.find(' ')); }
};

inline Sealer sealer_of(const TempDir& dir, FileOps& ops = real_file_ops()) {
  return Sealer(dir.string(), [] { return std::make_unique<FirstWord>(); }, ops);
}

inline UnixNanos at(int i) { return UnixNanos{kSealStart + std::int64_t{i} * 1'000'000}; }

inline std::string name_of(const std::string& log) {
  const std::string name = std::filesystem::path(log).filename().string();
  return name.substr(0, name.size() - kLogEnding.size());
}

// What is in place: the lines of each symbol, and the kinds of its entries by the numbers of their alternatives.
struct Contents {
  std::map<std::string, std::vector<std::string>> lines;
  std::map<std::string, std::vector<IndexEntry>> entries;
  std::vector<std::string> errors;
  std::vector<std::string> files;
};

inline Contents contents(const TempDir& dir) {
  Contents all;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.string())) {
    const std::string path = std::filesystem::relative(entry.path(), dir.string()).string();
    const bool in_place = !path.starts_with("_open") && !path.starts_with("_sealing") && !path.starts_with("_damaged");
    if (entry.is_regular_file() && in_place && path.ends_with(kLogEnding)) paths.push_back(path);
  }
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    const std::string symbol = path.substr(0, path.find('/'));
    all.files.push_back(path);
    auto reader = RecordingReader::open({dir / path}).value();
    for (;;) {
      auto item = reader.next();
      if (!item) {
        all.errors.push_back(item.error().message);
        continue;
      }
      if (!*item) break;
      if (const auto* line = std::get_if<RecordedLine>(&**item)) {
        const char* const mark = line->use == LineUse::kHeld ? "h" : line->use == LineUse::kRepeated ? "r" : "";
        all.lines[symbol].push_back(
            fmt::format("{} {}@{}{}", line->ts_recv.value - kSealStart, line->json, line->connection, mark));
      } else {
        all.entries[symbol].push_back(std::get<IndexEntry>(std::move(**item)));
      }
    }
  }
  return all;
}

template <typename Event>
std::vector<Event> events(const std::vector<IndexEntry>& entries) {
  std::vector<Event> found;
  for (const IndexEntry& entry : entries) {
    if (const auto* event = std::get_if<Event>(&entry.event)) found.push_back(*event);
  }
  return found;
}

}  // namespace acts::testing
