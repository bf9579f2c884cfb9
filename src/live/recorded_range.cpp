#include "live/recorded_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "recording/archive.hpp"
#include "recording/durable_part.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"
#include "recording/recording_file.hpp"

namespace acts {
namespace {

UnixNanos end_of(const RecordingFile& file) { return floor_to(file.first, kLogSpan) + kLogSpan; }

// Sealed or open, by time.
Result<std::vector<RecordingFile>> files_of(const RangeWish& wish) {
  const std::string venue(to_string(wish.venue));
  const auto days = recorded_days(wish.data_dir, venue, wish.symbol);
  if (!days) return std::unexpected(days.error());
  // Logs first: what is sealed meanwhile is found in its segments.
  auto files = list_segments(wish.data_dir, venue, "", UnixNanos{});
  if (!files) return files;
  for (const UnixNanos day : *days) {
    auto segments = list_segments(wish.data_dir, venue, wish.symbol, day);
    if (!segments) return segments;
    std::ranges::move(*segments, std::back_inserter(*files));
  }
  order_by_time(*files);
  return files;
}

// Paths, the newest book first.
std::vector<std::pair<UnixNanos, std::string>> books_before(const RangeWish& wish, UnixNanos end) {
  std::vector<std::pair<UnixNanos, std::string>> books;
  for (const std::string& directory : {full_book_directory(wish.data_dir, wish.venue, wish.symbol),
                                       checkpoint_directory(wish.data_dir, wish.venue, wish.symbol)}) {
    std::vector<std::string> names;
    if (real_file_ops().list(directory, names) < 0) continue;
    for (const std::string& name : names) {
      const auto saved_at = saved_at_of(name);
      if (saved_at && *saved_at <= end) books.emplace_back(*saved_at, fmt::format("{}/{}", directory, name));
    }
  }
  std::ranges::sort(books, std::greater<>());
  return books;
}

// One that lies in what is recorded: without the place where it was saved a replay could not begin.
std::optional<BookFile> book_before(const RangeWish& wish, const std::vector<RecordingFile>& files,
                                    std::vector<std::string>& problems) {
  if (!wish.from) return std::nullopt;
  for (const auto& [saved_at, path] : books_before(wish, *wish.from - wish.before)) {
    const auto holds = [at = saved_at](const RecordingFile& file) {
      return !file.symbol.empty() && file.first <= at && at <= end_of(file);
    };
    if (std::ranges::none_of(files, holds)) continue;
    auto book = read_book_file(path);
    if (!book) {
      problems.push_back(book.error().message);
    } else if (book->recorded && book->venue == wish.venue && book->symbol == wish.symbol) {
      return std::move(*book);
    }
  }
  return std::nullopt;
}

void add_open(RecordedRange& range, const RecordingFile& log) {
  const RecordingInput input = recording_file(log.path);
  const auto part = durable_part(input);
  if (!part) return;  // sealed meanwhile
  if (part->is_damaged()) range.problems.push_back(fmt::format("{}: {}", log.path, cut_text(*part)));
  if (part->log_bytes > 0) range.inputs.push_back(only(input, *part));
}

}  // namespace

Result<RecordedRange> recorded_range(const RangeWish& wish) {
  auto files = files_of(wish);
  if (!files) return std::unexpected(files.error());
  RecordedRange range;
  range.book = book_before(wish, *files, range.problems);
  if (range.book) range.from = range.book->saved_at;
  const auto is_outside = [&](const RecordingFile& file) {
    return (wish.to && file.first >= *wish.to) || (range.from && end_of(file) < *range.from);
  };
  std::erase_if(*files, is_outside);
  for (const RecordingFile& file : *files) {
    if (range.inputs.empty() || (range.from && file.first <= *range.from)) {
      range.settings = settings_of_recording(file.path);
    }
    if (file.symbol.empty()) {
      add_open(range, file);
    } else {
      range.inputs.push_back(recording_file(file.path));
    }
  }
  if (!range.inputs.empty()) return range;
  return fail(ErrorCode::kUsage,
              fmt::format("nothing of {} {} is recorded in {} for these times: 'acts recording ls' shows what there is",
                          to_string(wish.venue), wish.symbol, wish.data_dir));
}

}  // namespace acts
