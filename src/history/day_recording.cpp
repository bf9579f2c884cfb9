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

// So much of the day before.
constexpr Nanos kBefore = std::chrono::seconds{10};

std::string below(const std::string& data_dir, const std::string& path) {
  return std::filesystem::path(path).lexically_relative(data_dir).generic_string();
}

struct DayFiles {
  std::vector<RecordingFile> of_day;
  std::vector<RecordingFile> before;  // the last hour before it, if it was recorded
  bool is_sealed = true;
};

Result<DayFiles> files_of(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day) {
  const std::string name(to_string(venue));
  auto of_day = list_segments(data_dir, name, symbol, day);
  if (!of_day) return std::unexpected(of_day.error());
  auto before = list_segments(data_dir, name, symbol, day - kDay);
  if (!before) return std::unexpected(before.error());
  const auto open = list_segments(data_dir, name, "", day);
  if (!open) return std::unexpected(open.error());
  DayFiles found{.of_day = *std::move(of_day), .before = *std::move(before)};
  std::erase_if(found.before, [&](const RecordingFile& file) { return file.first < day - kLogSpan; });
  found.is_sealed = std::ranges::none_of(
      *open, [&](const RecordingFile& file) { return file.first >= day && file.first < day + kDay; });
  return found;
}

// To the end, whatever is wrong on the way.
Result<void> read(const std::vector<RecordingFile>& files, std::optional<UnixNanos> from, GapTrace& trace,
                  std::uint64_t& unreadable, const std::function<void(const index::Sealed&)>& sealed) {
  for (const RecordingFile& file : files) {
    auto reader = RecordingReader::open({file.path}, from);
    if (!reader) return fail(ErrorCode::kStorage, reader.error().message);
    for (;;) {
      const auto item = reader->next();
      if (!item && item.error().code == ErrorCode::kStorage) return std::unexpected(item.error());
      if (!item) {
        ++unreadable;
        continue;
      }
      if (!*item) break;
      trace.on_item(**item);
      const auto* entry = std::get_if<IndexEntry>(&**item);
      if (const auto* end = entry != nullptr ? std::get_if<index::Sealed>(&entry->event) : nullptr) sealed(*end);
    }
  }
  return {};
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

Result<RecordingFacts> day_recording(const std::string& data_dir, Venue venue, const std::string& symbol,
                                     UnixNanos day) {
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
  std::uint64_t of_others = 0;
  if (auto done = read(files->before, day - kBefore, trace, of_others, [](const index::Sealed&) {}); !done) {
    return std::unexpected(std::move(done.error()));
  }
  std::vector<std::string> lost;
  const auto note_lost = [&](const index::Sealed& sealed) {
    if (!sealed.lost.empty()) lost.push_back(sealed.lost);
  };
  for (std::size_t i = 0; i < files->of_day.size(); ++i) {
    lost.clear();
    if (auto done = read({files->of_day[i]}, std::nullopt, trace, facts.unreadable, note_lost); !done) {
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
