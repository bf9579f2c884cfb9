#include "recording/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <tuple>

#include "recording/byte_source.hpp"
#include "recording/byte_sum.hpp"
#include "recording/durable_part.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"
#include "recording/recording_file.hpp"
#include "recording/recording_reader.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOpenName = "_open";

constexpr std::string_view kDamagedName = "_damaged";

// "<first_recv_ns>.jsonl.zst", "<shard>-<first_recv_ns>.jsonl.zst"; the same of indexes.
std::optional<UnixNanos> first_of(std::string_view name, std::string_view ending = kLogEnding) {
  if (!name.ends_with(ending)) return std::nullopt;
  name.remove_suffix(ending.size());
  name.remove_prefix(name.rfind('-') + 1);
  UnixNanos first;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), first.value);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return first;
}

// As its index ends. Empty if it cannot be read to there.
std::string log_of_segment(const std::string& path) {
  auto source = open_file(index_path_for(path));
  if (!source) return {};
  IndexReader entries(std::move(*source));
  std::string log;
  for (;;) {
    auto entry = entries.next();
    if (!entry || !*entry) return log;
    if (auto* sealed = std::get_if<index::Sealed>(&(*entry)->event)) log = std::move(sealed->log);
  }
}

class Lister {
 public:
  void walk(const fs::path& raw) {
    each(raw, [&](const fs::path& venue) {
      // Logs first: what is sealed meanwhile is found in its segments.
      add_files(venue / kOpenName, venue, "");
      each_day(venue, [&](const fs::path& day, const std::string& symbol) { add_files(day, venue, symbol); });
    });
  }
  void walk_damaged(const fs::path& raw) {
    each(raw, [&](const fs::path& venue) { add_files(venue / kDamagedName, venue, ""); });
  }
  void walk_missing(const fs::path& raw) {
    each(raw, [&](const fs::path& venue) {
      each_day(venue, [&](const fs::path& day, const std::string& symbol) { add_missing(day, venue, symbol); });
    });
  }
  void look_into(const fs::path& venue, const std::string& symbol, UnixNanos day) {
    add_files(symbol.empty() ? venue / kOpenName : venue / segment_directory(symbol, day), venue, symbol);
  }
  Result<std::vector<RecordingFile>> result() && {
    if (!problem_.empty()) return fail(ErrorCode::kStorage, std::move(problem_));
    std::ranges::sort(files_, {}, [](const RecordingFile& f) { return std::tie(f.venue, f.symbol, f.first, f.path); });
    return std::move(files_);
  }

 private:
  template <typename Visit>
  void each(const fs::path& directory, Visit visit) {
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
      if (at->is_directory(error)) visit(at->path());
    }
    note(directory, error);
  }
  template <typename Visit>
  void each_day(const fs::path& venue, Visit visit) {
    each(venue, [&](const fs::path& symbol) {
      const std::string name = symbol.filename().string();
      if (name != kSessionName && !is_segment_name(name)) return;
      each(symbol, [&](const fs::path& day) { visit(day, name); });
    });
  }
  void add_missing(const fs::path& directory, const fs::path& venue, const std::string& symbol) {
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
      const std::string index = at->path().filename().string();
      const auto first = first_of(index, kIndexEnding);
      if (!first) continue;
      const fs::path log = directory / fmt::format("{}{}", first->value, kLogEnding);
      std::error_code unknown;
      if (!fs::exists(log, unknown) && !unknown) {
        files_.push_back({venue.filename().string(), symbol, log.string(), *first});
      }
    }
    note(directory, error);
  }
  void add_files(const fs::path& directory, const fs::path& venue, const std::string& symbol) {
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
      const auto first = first_of(at->path().filename().string());
      if (!first) continue;
      std::error_code gone;  // sealed meanwhile
      const auto bytes = at->file_size(gone);
      if (!gone) files_.push_back({venue.filename().string(), symbol, at->path().string(), *first, bytes});
    }
    note(directory, error);
  }
  void note(const fs::path& path, const std::error_code& error) {
    if (error && error != std::errc::no_such_file_or_directory && problem_.empty()) {
      problem_ = fmt::format("{} cannot be read: {}", path.string(), error.message());
    }
  }

  std::vector<RecordingFile> files_;
  std::string problem_;
};

class Checker {
 public:
  explicit Checker(const RecordingFile& file) : file_(file) {}

  RecordingCheck run() {
    auto reader = RecordingReader::open({file_.path});
    if (!reader) {
      add(reader.error().message);
      return std::move(check_);
    }
    const bool is_open = file_.symbol.empty();
    if (is_open) check_marks();
    for (;;) {
      const auto item = reader->next();
      if (!item) {
        if (ends_.size() < RecordingCheck::kMaxProblems) ends_.push_back(item.error().message);
        if (item.error().code == ErrorCode::kStorage) break;
        continue;
      }
      if (!*item) break;
      if (const auto* line = std::get_if<RecordedLine>(&**item)) {
        note_time(line->ts_recv);
      } else {
        on_entry(std::get<IndexEntry>(**item));
      }
    }
    check_.lines = reader->lines();
    // An open log ends where its writer is, or was: behind its last mark.
    if (is_open && has_sound_marks_) ends_.resize(marked_ends_);
    for (std::string& problem : ends_) add(std::move(problem));
    if (!is_open && !sealed_) add(fmt::format("{}: its index does not end as a segment's does", file_.path));
    return std::move(check_);
  }

 private:
  void add(std::string problem) {
    if (check_.problems.size() < RecordingCheck::kMaxProblems) check_.problems.push_back(std::move(problem));
  }
  void note_time(UnixNanos ts) {
    if (ts < check_.last) add(fmt::format("{}: time goes back from {} to {}", file_.path, check_.last.value, ts.value));
    check_.last = ts;
  }
  void on_entry(const IndexEntry& entry) {
    note_time(std::max(entry.ts, check_.last));
    if (std::holds_alternative<index::Durable>(entry.event)) marked_ends_ = ends_.size();
    const auto* sealed = std::get_if<index::Sealed>(&entry.event);
    if (sealed == nullptr) return;
    sealed_ = true;
    if (sealed->bytes != file_.bytes || sum_of(sealed->bytes) != sealed->crc32) {
      add(fmt::format("{}: its bytes are not those that were written", file_.path));
    }
  }
  // Of the first bytes; nothing if there are not so many.
  [[nodiscard]] std::optional<std::uint32_t> sum_of(std::uint64_t bytes) const {
    auto source = open_file(file_.path);
    if (!source) return std::nullopt;
    return ByteSum(std::move(*source)).up_to(bytes).value_or(std::nullopt);
  }
  void check_marks() {
    const RecordingInput log = recording_file(file_.path);
    const auto part = durable_part(log);
    if (!part) return add(part.error().message);
    has_sound_marks_ = !part->is_damaged();
    if (!has_sound_marks_) add(fmt::format("{}: {}", file_.path, cut_text(*part)));
    if (has_sound_marks_ && !part->is_all && misses_index(log)) {
      add(fmt::format("{}: {}", file_.path, kMissesIndex));
    }
  }

  const RecordingFile& file_;
  RecordingCheck check_;
  std::vector<std::string> ends_;  // what could not be read
  std::size_t marked_ends_ = 0;    // of them, in front of the last mark
  bool has_sound_marks_ = false;
  bool sealed_ = false;
};

}  // namespace

Result<std::vector<RecordingFile>> list_recordings(const std::string& data_dir) {
  Lister lister;
  lister.walk(fs::path(data_dir) / "raw");
  return std::move(lister).result();
}

Result<std::vector<RecordingFile>> list_damaged(const std::string& data_dir) {
  Lister lister;
  lister.walk_damaged(fs::path(data_dir) / "raw");
  return std::move(lister).result();
}

Result<std::vector<RecordingFile>> list_missing(const std::string& data_dir) {
  Lister lister;
  lister.walk_missing(fs::path(data_dir) / "raw");
  return std::move(lister).result();
}

void leave_out_doubled(std::vector<RecordingFile>& files) {
  std::vector<RecordingFile> logs;
  std::ranges::copy_if(files, std::back_inserter(logs), [](const RecordingFile& file) { return file.symbol.empty(); });
  const auto is_listed = [&logs](const RecordingFile& file) {
    // The times say of most that they are of another log, without a look into their indexes.
    const auto may_be_of = [&file](const RecordingFile& log) {
      return log.venue == file.venue && log.first <= file.first &&
             file.first < floor_to(log.first, kLogSpan) + kLogSpan;
    };
    if (file.symbol.empty() || std::ranges::none_of(logs, may_be_of)) return false;
    const std::string log = log_of_segment(file.path);
    return std::ranges::any_of(logs, [&](const RecordingFile& one) {
      return may_be_of(one) && fs::path(one.path).filename() == fmt::format("{}{}", log, kLogEnding);
    });
  };
  std::erase_if(files, is_listed);
}

void order_by_time(std::vector<RecordingFile>& files) {
  leave_out_doubled(files);
  std::ranges::sort(files, {}, [](const RecordingFile& file) { return std::tie(file.first, file.path); });
}

Result<std::vector<RecordingFile>> list_segments(const std::string& data_dir, const std::string& venue,
                                                 const std::string& symbol, UnixNanos day) {
  Lister lister;
  lister.look_into(recording_directory(data_dir, venue), symbol, day);
  return std::move(lister).result();
}

Result<std::vector<UnixNanos>> recorded_days(const std::string& data_dir, const std::string& venue,
                                             const std::string& symbol) {
  std::vector<std::string> names;
  const std::string directory = (fs::path(recording_directory(data_dir, venue)) / symbol).string();
  if (const int status = real_file_ops().list(directory, names); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", directory, std::generic_category().message(-status)));
  }
  std::vector<UnixNanos> days;
  for (const std::string& name : names) {
    constexpr std::size_t kDateOnly = std::string_view("2026-01-01").size();
    if (const auto day = parse_iso8601(name); day && name.size() == kDateOnly) days.push_back(*day);
  }
  return days;
}

RecordingCheck check_recording(const RecordingFile& file) { return Checker(file).run(); }

}  // namespace acts
