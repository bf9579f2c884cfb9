#include "live/book_at.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "live/book_file.hpp"
#include "live/replay.hpp"
#include "recording/archive.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"

namespace acts {
namespace {

constexpr Nanos kDay = std::chrono::hours{24};

// The newest kept book of before, of which a recording holds the place. Nothing: there is none.
std::optional<BookFile> kept_book(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos at) {
  std::optional<UnixNanos> newest;
  std::string path;
  for (const std::string& directory :
       {full_book_directory(data_dir, venue, symbol), checkpoint_directory(data_dir, venue, symbol)}) {
    std::vector<std::string> names;
    if (real_file_ops().list(directory, names) < 0) continue;
    for (const std::string& name : names) {
      const std::optional<UnixNanos> saved = saved_at_of(name);
      if (!saved || *saved > at || at - *saved > kBookReach || (newest && *saved <= *newest)) continue;
      newest = saved;
      path = fmt::format("{}/{}", directory, name);
    }
  }
  if (!newest) return std::nullopt;
  Result<BookFile> file = read_book_file(path);
  if (!file || !file->recorded || file->symbol != symbol) return std::nullopt;
  return *std::move(file);
}

// Segments and open logs that may hold something of the time from `from` to `at`.
Result<std::vector<std::string>> files_between(const std::string& data_dir, Venue venue, const std::string& symbol,
                                               UnixNanos from, UnixNanos at) {
  const std::string name(to_string(venue));
  std::vector<RecordingFile> files;
  for (UnixNanos day = floor_to(from, kDay); day <= at; day = day + kDay) {
    const Result<std::vector<RecordingFile>> of_day = list_segments(data_dir, name, symbol, day);
    if (!of_day) return std::unexpected(of_day.error());
    files.insert(files.end(), of_day->begin(), of_day->end());
  }
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool is_over = i + 1 < files.size() && files[i + 1].first <= from;
    if (files[i].first < at && !is_over) paths.push_back(files[i].path);
  }
  const Result<std::vector<RecordingFile>> open = list_segments(data_dir, name, "", at);
  if (!open) return std::unexpected(open.error());
  for (const RecordingFile& log : *open) {
    if (log.first < at) paths.push_back(log.path);
  }
  return paths;
}

// Nothing: no snapshot was merged by then.
Result<std::optional<BookImage>> replay_book(ReplayOptions options, const std::vector<std::string>& paths,
                                             const std::function<void(std::string)>& problem) {
  const std::string symbol = options.symbols.front();
  Replay replay(std::move(options), [](MinuteRow&&) {}, problem);
  Result<RecordingReader> reader = RecordingReader::open(paths);
  if (!reader) return std::unexpected(reader.error());
  if (const Result<void> done = replay.run(*reader); !done) return std::unexpected(done.error());
  const collector::InstrumentIndex index = replay.pipeline().find(symbol);
  if (index == collector::kNoInstrument) return std::nullopt;
  const OrderBook& book = replay.pipeline().builder(index).book();
  return book.has_snapshot() ? std::optional(book.image()) : std::nullopt;
}

}  // namespace

Result<BookImage> book_at(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos at,
                          const std::function<void(std::string)>& problem) {
  std::optional<BookFile> kept = kept_book(data_dir, venue, symbol, at);
  // A kept book whose place is not in what is recorded is of no use: then all of the time before is read.
  for (;;) {
    const UnixNanos from = kept ? kept->saved_at : at - kBookReach;
    const Result<std::vector<std::string>> paths = files_between(data_dir, venue, symbol, from, at);
    if (!paths) return std::unexpected(paths.error());
    ReplayOptions options{.venue = venue, .symbols = {symbol}, .books = {}};
    options.until = at;
    options.begins_at_book = kept.has_value();
    if (kept) options.books.push_back(*kept);
    Result<std::optional<BookImage>> book = std::optional<BookImage>();
    if (!paths->empty()) book = replay_book(std::move(options), *paths, problem);
    if (!book) return std::unexpected(book.error());
    if (*book) return **std::move(book);
    if (!std::exchange(kept, std::nullopt)) break;
  }
  return fail(ErrorCode::kUsage, fmt::format("{} {}: no snapshot of its book is recorded in the day before {}: acts "
                                             "recording ls says what there is",
                                             to_string(venue), symbol, to_iso8601(at)));
}

}  // namespace acts
