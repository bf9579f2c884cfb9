#include "history/day_recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>

#include "history/signature.hpp"
#include "recording/archive.hpp"
#include "recording/byte_source.hpp"
#include "recording/layout.hpp"

namespace acts::history {
namespace {

// So much before the day.
constexpr Nanos kBefore = std::chrono::seconds{10};
// What began longer ago is not looked for, ...
constexpr int kDaysBefore = 31;
// ... nor behind so many segments without an update.
constexpr std::size_t kSegmentsBefore = 48;

std::string below(const std::string& data_dir, const std::string& path) {
  return std::filesystem::path(path).lexically_relative(data_dir).generic_string();
}

struct DayFiles {
  std::vector<RecordingFile> of_day;
  bool is_sealed = true;
};

Result<DayFiles> files_of(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day) {
  const std::string name(to_string(venue));
  auto of_day = list_segments(data_dir, name, symbol, day);
  if (!of_day) return std::unexpected(of_day.error());
  const auto open = list_segments(data_dir, name, "", day);
  if (!open) return std::unexpected(open.error());
  DayFiles found{.of_day = *std::move(of_day)};
  found.is_sealed = std::ranges::none_of(
      *open, [&](const RecordingFile& file) { return file.first >= day && file.first < day + kDay; });
  return found;
}

// How one is read, whatever it is read for.
struct Reading {
  std::optional<UnixNanos> from = {};
  std::function<void(const index::Sealed&)> sealed = [](const index::Sealed&) {};
  const std::function<bool()>* is_stopped = nullptr;
};

// To the end, whatever is wrong on the way.
Result<void> read(const std::vector<RecordingFile>& files, const Reading& how, GapTrace& trace,
                  std::uint64_t& unreadable) {
  constexpr std::uint64_t kItemsBetweenQuestions = 4096;
  std::uint64_t items = 0;
  for (const RecordingFile& file : files) {
    auto reader = RecordingReader::open({file.path}, how.from);
    if (!reader) return fail(ErrorCode::kStorage, reader.error().message);
    for (;;) {
      if (++items % kItemsBetweenQuestions == 0 && *how.is_stopped && (*how.is_stopped)()) {
        return fail(ErrorCode::kCancelled, "interrupted");
      }
      const auto item = reader->next();
      if (!item && item.error().code == ErrorCode::kStorage) return std::unexpected(item.error());
      if (!item) {
        ++unreadable;
        continue;
      }
      if (!*item) break;
      trace.on_item(**item);
      const auto* entry = std::get_if<IndexEntry>(&**item);
      if (const auto* end = entry != nullptr ? std::get_if<index::Sealed>(&entry->event) : nullptr) how.sealed(*end);
    }
  }
  return {};
}

// Newest first, kSegmentsBefore at most.
Result<std::vector<RecordingFile>> segments_before(const std::string& data_dir, const std::string& venue,
                                                   const std::string& symbol, UnixNanos day) {
  std::vector<RecordingFile> found;
  for (int back = 1; back <= kDaysBefore && found.size() < kSegmentsBefore; ++back) {
    auto segments = list_segments(data_dir, venue, symbol, day - back * kDay);
    if (!segments) return std::unexpected(segments.error());
    found.insert(found.end(), segments->rbegin(), segments->rend());
  }
  if (found.size() > kSegmentsBefore) found.resize(kSegmentsBefore);
  return found;
}

struct Before {
  std::vector<RecordingFile> files = {};  // by time; the first has an update
  std::optional<UnixNanos> from = {};     // of the first of them what is enough
};

Result<Before> last_before(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day,
                           const std::function<bool()>& is_stopped) {
  const auto segments = segments_before(data_dir, std::string(to_string(venue)), symbol, day);
  if (!segments) return std::unexpected(segments.error());
  Before before;
  for (const RecordingFile& file : *segments) {
    before.files.insert(before.files.begin(), file);
    for (const std::optional<UnixNanos> from : {std::optional(day - kBefore), std::optional<UnixNanos>()}) {
      GapTrace probe(venue, symbol);
      std::uint64_t unreadable = 0;
      if (auto done = read({file}, {.from = from, .is_stopped = &is_stopped}, probe, unreadable); !done) {
        return std::unexpected(std::move(done.error()));
      }
      before.from = from;
      if (probe.updates() > 0) return before;
    }
  }
  return Before{};
}

}  // namespace

Result<std::string> sha256_of_file(const std::string& path) {
  auto source = open_file(path);
  if (!source) return fail(ErrorCode::kStorage, source.error().message);
  Sha256 digest;
  std::vector<char> buffer(std::size_t{256} << 10);
  for (;;) {
    const auto count = (*source)->read(buffer);
    if (!count) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, count.error().message));
    if (*count == 0) return digest.finish();
    digest.add({buffer.data(), *count});
  }
}

Result<RecordingFacts> day_recording(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day,
                                     const std::function<bool()>& is_stopped) {
  const auto files = files_of(data_dir, venue, symbol, day);
  if (!files) return std::unexpected(files.error());
  RecordingFacts facts;
  facts.is_sealed = files->is_sealed;
  for (const RecordingFile& file : files->of_day) {
    const auto log = sha256_of_file(file.path);
    if (!log) return std::unexpected(log.error());
    // A segment without its index is told by the reading.
    const auto index = sha256_of_file(index_path_for(file.path));
    facts.segments.push_back({below(data_dir, file.path), file.bytes, *log, index.value_or("")});
  }
  GapTrace trace(venue, symbol);
  trace.set_from(day);
  const auto before = last_before(data_dir, venue, symbol, day, is_stopped);
  if (!before) return std::unexpected(before.error());
  std::uint64_t of_others = 0;
  for (std::size_t i = 0; i < before->files.size(); ++i) {
    const auto from = i == 0 ? before->from : std::nullopt;
    auto done = read({before->files[i]}, {.from = from, .is_stopped = &is_stopped}, trace, of_others);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  std::vector<std::string> lost;
  const auto note_lost = [&](const index::Sealed& sealed) {
    if (!sealed.lost.empty()) lost.push_back(sealed.lost);
  };
  for (std::size_t i = 0; i < files->of_day.size(); ++i) {
    lost.clear();
    const Reading how{.sealed = note_lost, .is_stopped = &is_stopped};
    if (auto done = read({files->of_day[i]}, how, trace, facts.unreadable); !done) {
      return std::unexpected(std::move(done.error()));
    }
    if (!lost.empty()) facts.segments[i].lost = lost.back();
  }
  facts.messages = trace.messages();
  facts.refused = trace.refused();
  facts.updates = trace.updates();
  facts.snapshots = trace.snapshots();
  facts.gap_count = trace.gap_count();
  facts.gaps = trace.gaps();
  facts.audits = trace.audits();
  return facts;
}

Result<std::vector<std::pair<Venue, std::string>>> recorded_symbols(const std::string& data_dir, UnixNanos day) {
  const auto files = list_recordings(data_dir);
  if (!files) return std::unexpected(files.error());
  std::set<std::pair<Venue, std::string>> found;
  for (const RecordingFile& file : *files) {
    const auto venue = parse_venue(file.venue);
    if (!venue || file.symbol.empty() || file.symbol == kSessionName) continue;
    if (file.first >= day && file.first < day + kDay) found.emplace(*venue, file.symbol);
  }
  return std::vector(found.begin(), found.end());
}

}  // namespace acts::history
