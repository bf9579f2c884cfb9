#include "recording/retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "recording/index.hpp"
#include "recording/layout.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;

// Of "<first_recv_ns>.jsonl.zst" and of its index.
std::optional<UnixNanos> first_of(std::string_view name) {
  const std::string_view ending = name.ends_with(kIndexEnding) ? kIndexEnding : kLogEnding;
  if (!name.ends_with(ending)) return std::nullopt;
  name.remove_suffix(ending.size());
  UnixNanos first;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), first.value);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return first;
}

UnixNanos end_of_hour(UnixNanos first) { return floor_to(first, kLogSpan) + kLogSpan; }

std::uint64_t size_of(const fs::directory_entry& entry) {
  std::error_code gone;
  const auto bytes = entry.file_size(gone);
  return gone ? 0 : bytes;
}

// What lies below raw/, by day: the folders of a day, of all venues and symbols. Their files are looked at a day at a
// time: an archive of years has millions.
struct Day {
  std::vector<std::string> folders;
};
using Days = std::map<std::string, Day>;

struct Segment {
  UnixNanos first;
  std::string folder;
  std::uint64_t bytes = 0;  // of log and index; an index alone is what an interrupted removal has left

  [[nodiscard]] std::string log() const { return fmt::format("{}/{}{}", folder, first.value, kLogEnding); }
};

class Pruner {
 public:
  Pruner(const std::string& data_dir, const RecordingPruneOptions& options, FileOps& ops)
      : raw_(fs::path(data_dir) / "raw"), options_(options), ops_(ops) {}

  RecordingPrune run(UnixNanos now) {
    survey();
    if (newest_) now = std::min(now, end_of_hour(*newest_) + kTrustedGap);
    bool goes_on = newest_.has_value() && report_.failure.empty();
    for (const auto& [date, day] : days_) {
      if (!goes_on && report_.oldest) break;
      std::vector<Segment> segments = segments_of(day);
      const std::size_t count = goes_on ? wanted(segments, now) : 0;
      goes_on = goes_on && count == segments.size();
      const std::size_t removed = remove_first(segments, count);
      if (removed < segments.size()) report_.oldest = segments[removed].first;
      if (removed > 0 || goes_on) remove_if_empty(day.folders);
      if (removed < count) break;
    }
    remove_if_empty(symbols_without_days_);
    if (oldest_needed_ && (!report_.oldest || *oldest_needed_ < *report_.oldest)) report_.oldest = oldest_needed_;
    return std::move(report_);
  }

 private:
  void survey() {
    each_folder(raw_, [&](const fs::path& venue) {
      each_folder(venue, [&](const fs::path& symbol) {
        const std::string name = symbol.filename().string();
        if (name == "_open" && options_.limits.bytes) total_bytes_ += bytes_in(symbol);
        if (name != kSessionName && !is_segment_name(name)) return;
        bool has_days = false;
        each_folder(symbol, [&](const fs::path& day) {
          has_days = true;
          add_day(day, name != kSessionName);
        });
        if (!has_days) symbols_without_days_.push_back(symbol.string());
      });
    });
    find_newest();
  }
  void add_day(const fs::path& folder, bool of_symbol) {
    const std::string date = folder.filename().string();
    if (!parse_iso8601(date)) return;
    days_[date].folders.push_back(folder.string());
    if (of_symbol) symbol_days_[date].folders.push_back(folder.string());
    if (options_.limits.bytes) total_bytes_ += bytes_in(folder);
  }
  // Of a symbol's, with messages in it: those of none come also while nothing is collected, and a segment without any
  // is made by a run that was never connected, whose clock may be wrong.
  void find_newest() {
    for (auto day = symbol_days_.rbegin(); day != symbol_days_.rend() && !newest_; ++day) {
      for (const std::string& folder : day->second.folders) {
        each_entry(folder, [&](const fs::directory_entry& entry) {
          const std::string name = entry.path().filename().string();
          const auto first = first_of(name);
          if (!first || !name.ends_with(kLogEnding) || size_of(entry) == 0) return;
          if (!newest_ || *newest_ < *first) newest_ = first;
        });
      }
    }
  }

  template <typename Visit>
  void each_entry(const fs::path& folder, Visit visit) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) visit(*at);
    if (error && error != std::errc::no_such_file_or_directory) {
      note_failure(fmt::format("{} cannot be read: {}", folder.string(), error.message()));
    }
  }
  template <typename Visit>
  void each_folder(const fs::path& folder, Visit visit) {
    each_entry(folder, [&](const fs::directory_entry& entry) {
      std::error_code gone;
      if (entry.is_directory(gone)) visit(entry.path());
    });
  }
  std::uint64_t bytes_in(const fs::path& folder) {
    std::uint64_t bytes = 0;
    each_entry(folder, [&](const fs::directory_entry& entry) { bytes += size_of(entry); });
    return bytes;
  }

  std::vector<Segment> segments_of(const Day& day) {
    std::map<std::pair<UnixNanos, std::string>, std::uint64_t> found;
    for (const std::string& folder : day.folders) {
      each_entry(folder, [&](const fs::directory_entry& entry) {
        const auto first = first_of(entry.path().filename().string());
        if (!first) return;
        if (is_needed(folder, *first)) {
          oldest_needed_ = oldest_needed_ ? std::min(*oldest_needed_, *first) : *first;
        } else {
          found[{*first, folder}] += size_of(entry);
        }
      });
    }
    std::vector<Segment> segments;
    segments.reserve(found.size());
    for (const auto& [key, bytes] : found) segments.push_back({key.first, key.second, bytes});
    return segments;
  }

  // `folder`: raw/<venue>/<symbol>/<day>.
  [[nodiscard]] bool is_needed(const fs::path& folder, UnixNanos first) const {
    const fs::path symbol = folder.parent_path();
    const auto since = options_.needed.find({symbol.parent_path().filename().string(), symbol.filename().string()});
    return since != options_.needed.end() && end_of_hour(first) >= since->second;
  }

  [[nodiscard]] std::size_t wanted(const std::vector<Segment>& segments, UnixNanos now) const {
    std::vector<AgedFile> files;
    files.reserve(segments.size());
    for (const Segment& segment : segments) files.push_back({end_of_hour(segment.first), segment.bytes});
    return count_to_remove(files, total_bytes_, options_.limits, now);
  }

  // How many of them are gone.
  std::size_t remove_first(const std::vector<Segment>& segments, std::size_t count) {
    // By the hour, and in it by folder: a folder is synced once for all that goes from it.
    for (std::size_t at = 0; at < count;) {
      const UnixNanos hour = floor_to(segments[at].first, kLogSpan);
      std::map<std::string, std::vector<const Segment*>> by_folder;
      std::size_t end = at;
      for (; end < count && floor_to(segments[end].first, kLogSpan) == hour; ++end) {
        by_folder[segments[end].folder].push_back(&segments[end]);
      }
      for (const auto& [folder, of_folder] : by_folder) {
        if (options_.stop() || !remove_from(folder, of_folder)) return at;
      }
      at = end;
    }
    return count;
  }

  bool remove_from(const std::string& folder, const std::vector<const Segment*>& segments) {
    if (options_.dry_run) {
      for (const Segment* segment : segments) count_removed(*segment);
      return true;
    }
    for (const Segment* segment : segments) {
      if (!remove(segment->log())) return false;
    }
    if (const int status = ops_.sync_directory(folder); status < 0 && status != -ENOENT) {
      note_failure(fmt::format("{} cannot be kept: {}", folder, std::strerror(-status)));
      return false;
    }
    for (const Segment* segment : segments) {
      if (!remove(index_path_for(segment->log()))) return false;
      count_removed(*segment);
    }
    return true;
  }
  // Those of a day, or of a symbol. They stay if anything is in them.
  void remove_if_empty(const std::vector<std::string>& folders) {
    for (const std::string& folder : folders) {
      if (!options_.dry_run && ops_.remove(folder) == 0) ops_.remove(fs::path(folder).parent_path().string());
    }
  }
  bool remove(const std::string& path) {
    const int status = ops_.remove(path);
    if (status == 0 || status == -ENOENT) return true;
    note_failure(fmt::format("{} cannot be removed: {}", path, std::strerror(-status)));
    return false;
  }
  void count_removed(const Segment& segment) {
    ++report_.files;
    report_.bytes += segment.bytes;
    total_bytes_ -= std::min(total_bytes_, segment.bytes);
  }
  void note_failure(std::string text) {
    if (report_.failure.empty()) report_.failure = std::move(text);
  }

  fs::path raw_;
  const RecordingPruneOptions& options_;
  FileOps& ops_;
  Days days_;
  Days symbol_days_;
  std::vector<std::string> symbols_without_days_;
  std::optional<UnixNanos> newest_;
  std::optional<UnixNanos> oldest_needed_;  // of the days that were looked at
  std::uint64_t total_bytes_ = 0;
  RecordingPrune report_;
};

}  // namespace

std::size_t count_to_remove(std::span<const AgedFile> files, std::uint64_t total_bytes, const RecordingLimits& limits,
                            UnixNanos now) {
  std::size_t count = 0;
  for (const AgedFile& file : files) {
    const bool too_old = limits.age && now - file.end > *limits.age;
    const bool too_many = limits.bytes && total_bytes > *limits.bytes;
    if (!too_old && !too_many) break;
    total_bytes -= std::min(total_bytes, file.bytes);
    ++count;
  }
  return count;
}

RecordingPrune prune_recordings(const std::string& data_dir, const RecordingPruneOptions& options, UnixNanos now,
                                FileOps& ops) {
  return Pruner(data_dir, options, ops).run(now);
}

}  // namespace acts
