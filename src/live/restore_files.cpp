#include "live/restore_files.hpp"

#include <algorithm>
#include <chrono>

#include "recording/layout.hpp"

namespace acts {
namespace {

// A recording without a checkpoint is read from its beginning, if it is no longer than so.
constexpr Nanos kShortRecording = 2 * kLogSpan;

}  // namespace

std::vector<std::string> paths_of(const std::vector<RecordingFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const RecordingFile& file : files) paths.push_back(file.path);
  return paths;
}

std::vector<RecordingFile> RestoreFiles::sealed_since(const std::string& symbol, UnixNanos from) const {
  std::vector<RecordingFile> files = segments_from(symbol, from);
  std::erase_if(files, [from](const RecordingFile& file) { return floor_to(file.first, kLogSpan) + kLogSpan < from; });
  return files;
}

std::optional<std::vector<RecordingFile>> RestoreFiles::short_recording(const std::string& symbol) const {
  const auto days = recorded_days(options_.data_dir, std::string(to_string(options_.venue)), symbol);
  if (!days || days->size() > 2) return std::nullopt;
  if (days->empty()) return std::vector<RecordingFile>();
  std::vector<RecordingFile> files = segments_from(symbol, days->front());
  if (!files.empty() && files.back().first - files.front().first > kShortRecording) return std::nullopt;
  return files;
}

bool RestoreFiles::has_none_of(const std::string& symbol) const {
  const auto days = recorded_days(options_.data_dir, std::string(to_string(options_.venue)), symbol);
  return days && days->empty() && options_.open.empty();
}

std::optional<RunSettings> RestoreFiles::settings_at(std::vector<RecordingFile> files, UnixNanos time) const {
  std::optional<RunSettings> settings;
  for (const OpenLog& log : logs_) files.push_back(log.file);
  std::ranges::sort(files, {}, &RecordingFile::first);
  for (const RecordingFile& file : files) {
    if (file.first <= time) settings = settings_of_recording(file.path);
  }
  return settings;
}

std::vector<RecordingFile> RestoreFiles::segments_from(const std::string& symbol, UnixNanos from) const {
  const std::string venue(to_string(options_.venue));
  std::vector<RecordingFile> files;
  for (const UnixNanos day : recorded_days(options_.data_dir, venue, symbol).value_or(std::vector<UnixNanos>{})) {
    if (day + std::chrono::hours{24} <= from) continue;
    const auto segments = list_segments(options_.data_dir, venue, symbol, day);
    if (!segments) return {};
    files.insert(files.end(), segments->begin(), segments->end());
  }
  leave_out_open(files);
  return files;
}

// A log whose sealing was cut off may have some of its segments in place.
void RestoreFiles::leave_out_open(std::vector<RecordingFile>& files) const {
  if (logs_.empty()) return;
  for (const OpenLog& log : logs_) files.push_back(log.file);
  leave_out_doubled(files);
  std::erase_if(files, [](const RecordingFile& file) { return file.symbol.empty(); });
}

}  // namespace acts
