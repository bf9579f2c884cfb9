#include "live/restore_books.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "live/book_file.hpp"
#include "live/message_owner.hpp"
#include "live/replay.hpp"
#include "live/seal_thread.hpp"
#include "net/event_loop.hpp"
#include "recording/archive.hpp"
#include "recording/layout.hpp"
#include "recording/sealer.hpp"

namespace acts {
namespace {

// A recording without a checkpoint is read from its beginning, if it is no longer than so.
constexpr Nanos kShortRecording = 2 * kLogSpan;

class Restoring {
 public:
  explicit Restoring(const RestoreOptions& options)
      : options_(options), end_(std::chrono::steady_clock::now() + options.limit) {}

  RestoredBooks run() {
    const std::string venue(to_string(options_.venue));
    std::set<std::string> symbols;
    for (const std::string& directory :
         {fmt::format("{}/checkpoints/{}", options_.data_dir, venue), recording_directory(options_.data_dir, venue)}) {
      for (std::string& name : names_in(directory)) {
        if (options_.wants(name)) symbols.insert(std::move(name));
      }
    }
    std::size_t left = symbols.size();
    for (const std::string& symbol : symbols) {
      const auto now = std::chrono::steady_clock::now();
      share_ = std::max(end_ - now, Time::duration{0}) / static_cast<std::int64_t>(left--);
      until_ = now + share_ / 2;
      restore(symbol);
    }
    return std::move(done_);
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  // Where to begin; none: at the beginning of the recording.
  using Beginning = std::optional<std::string>;

  static std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    if (real_file_ops().list(directory, names) < 0) names.clear();
    return names;
  }

  // False. What comes instead is an older one, then the recording, then an empty book, which a snapshot fills.
  bool not_used(const std::string& symbol, const std::string& why) {
    problem(
        fmt::format("{}: a checkpoint is not used, but an older one, the recording or an empty book: {}", symbol, why));
    return false;
  }
  void problem(std::string text) { done_.problems.push_back(std::move(text)); }
  [[nodiscard]] bool late() const {
    return std::chrono::steady_clock::now() >= until_ || (options_.stop && options_.stop());
  }

  // Half of a symbol's share of the time is for its rows, the other half for its book at least.
  void restore(const std::string& symbol) {
    const auto [early, newest] = beginnings(symbol);
    for (const Beginning& beginning : early) {
      if (!late() && (beginning ? go_on_from(symbol, *beginning) : go_on_from_recording(symbol))) return;
    }
    if (late() && options_.last_row && !early.empty()) {
      problem(fmt::format("{}: there was no time to read its recording: rows that are not stored become not_running",
                          symbol));
    }
    until_ += share_ / 2;
    for (const std::string& path : newest) {
      if (late()) return problem(fmt::format("{}: there was no time to restore its book: it begins empty", symbol));
      if (go_on_from(symbol, path)) return;
    }
  }

  struct Beginnings {
    std::vector<Beginning> early;  // from which all rows that are not stored follow, the newest first
    std::vector<std::string> all;  // checkpoints, the newest first
  };
  [[nodiscard]] Beginnings beginnings(const std::string& symbol) const {
    const std::string directory = checkpoint_directory(options_.data_dir, options_.venue, symbol);
    std::vector<std::string> names = names_in(directory);
    std::erase_if(names, [](const std::string& name) { return !saved_at_of(name); });
    std::ranges::sort(names, std::greater<>());
    Beginnings found;
    const auto last_row = options_.last_row ? options_.last_row(symbol) : std::nullopt;
    for (const std::string& name : names) {
      const bool is_early = last_row && floor_to(*saved_at_of(name), kMinute) <= *last_row;
      found.all.push_back(fmt::format("{}/{}", directory, name));
      if (is_early) found.early.emplace_back(found.all.back());
    }
    if (options_.last_row) found.early.emplace_back();
    return found;
  }

  // False: it cannot be gone on from it.
  bool go_on_from(const std::string& symbol, const std::string& path) {
    auto file = read_book_file(path);
    if (!file) return not_used(symbol, file.error().message);
    if (file->venue != options_.venue || file->symbol != symbol) {
      return not_used(symbol, fmt::format("{}: is the book of {} {}", path, to_string(file->venue), file->symbol));
    }
    if (!file->recorded) {
      done_.books[symbol] = std::make_shared<const binance::SavedBook>(std::move(file->saved.book));
      return true;
    }
    ReplayOptions replay = replay_options(symbol);
    const std::vector<RecordingFile> files = recorded_since(symbol, file->saved_at);
    const UnixNanos saved_at = file->saved_at;
    replay.books.push_back(std::move(*file));
    replay.begins_at_book = true;
    replay.untold = settings_at(files, saved_at);
    const Result<void> done = go_on(symbol, std::move(replay), paths_of(files), saved_at);
    return done || not_used(symbol, done.error().message);
  }

  // Says nothing: there may be a checkpoint yet.
  bool go_on_from_recording(const std::string& symbol) {
    return go_on(symbol, replay_options(symbol), short_recording(symbol), {}).has_value();
  }

  [[nodiscard]] ReplayOptions replay_options(const std::string& symbol) const {
    ReplayOptions replay;
    replay.venue = options_.venue;
    replay.symbols = {symbol};
    replay.untold = options_.untold;
    return replay;
  }

  Result<void> go_on(const std::string& symbol, ReplayOptions options, const std::vector<std::string>& paths,
                     std::optional<UnixNanos> from) {
    if (paths.empty()) return fail(ErrorCode::kUsage, "there is no recording");
    auto reader = RecordingReader::open(paths, from);
    if (!reader) return std::unexpected(reader.error());
    std::vector<RestoredRows> rows;
    std::optional<Replay> replay;
    const auto take_row = [&](MinuteRow&& row) {
      const RowSchema& schema = replay->pipeline().schema();
      if (rows.empty() || rows.back().schema != schema) rows.push_back({schema, {}});
      rows.back().rows.push_back(std::move(row));
    };
    replay.emplace(std::move(options), take_row, [](const std::string&) {});
    const Result<void> read = replay->run(*reader, [this] { return late(); });
    done_.lines += reader->lines();
    if (!read) return read;
    if (from ? !replay->unused_books().empty() : !replay->is_complete()) {
      return fail(ErrorCode::kBadInput, "the recording does not hold the place where it was saved");
    }
    if (options_.last_row) done_.rows[symbol] = std::move(rows);
    if (auto book = replay->left_book(symbol)) {
      done_.books[symbol] = std::make_shared<const binance::SavedBook>(std::move(*book));
    }
    return {};
  }

  [[nodiscard]] std::vector<RecordingFile> segments_from(const std::string& symbol, UnixNanos from) const {
    const std::string venue(to_string(options_.venue));
    std::vector<RecordingFile> files;
    for (const UnixNanos day : recorded_days(options_.data_dir, venue, symbol).value_or(std::vector<UnixNanos>{})) {
      if (day + std::chrono::hours{24} <= from) continue;
      const auto segments = list_segments(options_.data_dir, venue, symbol, day);
      if (!segments) return {};
      files.insert(files.end(), segments->begin(), segments->end());
    }
    return files;
  }

  static std::vector<std::string> paths_of(const std::vector<RecordingFile>& files) {
    std::vector<std::string> paths;
    paths.reserve(files.size());
    for (const RecordingFile& file : files) paths.push_back(file.path);
    return paths;
  }

  // Of the run that recorded at that time. A segment is of one run, and of a checkpoint's hour there may be several.
  [[nodiscard]] RunSettings settings_at(const std::vector<RecordingFile>& files, UnixNanos time) const {
    std::optional<RunSettings> settings;
    for (const RecordingFile& file : files) {
      if (file.first <= time) settings = settings_of_recording(file.path);
    }
    return settings.value_or(options_.untold);
  }

  // From the segment on in which `from` may be.
  [[nodiscard]] std::vector<RecordingFile> recorded_since(const std::string& symbol, UnixNanos from) const {
    std::vector<RecordingFile> files = segments_from(symbol, from);
    std::erase_if(files,
                  [from](const RecordingFile& file) { return floor_to(file.first, kLogSpan) + kLogSpan < from; });
    return files;
  }

  // All of it; nothing if that is much.
  [[nodiscard]] std::vector<std::string> short_recording(const std::string& symbol) const {
    const auto days = recorded_days(options_.data_dir, std::string(to_string(options_.venue)), symbol);
    if (!days || days->empty() || days->size() > 2) return {};
    const std::vector<RecordingFile> files = segments_from(symbol, days->front());
    if (files.empty() || files.back().first - files.front().first > kShortRecording) return {};
    return paths_of(files);
  }

  const RestoreOptions& options_;
  Time end_;
  Time::duration share_{0};  // of one symbol
  Time until_;               // for what is tried now
  RestoredBooks done_;
};

// Again, as long as there are retries: a disk may refuse something for a moment.
template <typename Attempt>
auto attempted(const Attempt& attempt, int& retries) {
  auto done = attempt();
  while (!done && done.error().code == ErrorCode::kStorage && retries > 0) {
    --retries;
    EventLoop().run_for(kSealPause);
    done = attempt();
  }
  return done;
}

}  // namespace

LeftLogs seal_left_logs(const std::string& data_dir, Venue venue, Nanos limit, const std::function<bool()>& stop,
                        FileOps& ops) {
  const auto end = std::chrono::steady_clock::now() + limit;
  const auto is_over = [end, &stop] { return std::chrono::steady_clock::now() >= end || (stop && stop()); };
  int retries = kSealRetries;
  Sealer sealer(
      recording_directory(data_dir, to_string(venue)), [venue] { return std::make_unique<MessageOwner>(venue); }, ops);
  LeftLogs left;
  const auto waiting = attempted([&] { return sealer.waiting(); }, retries);
  if (!waiting) {
    left.problems.push_back(waiting.error().message);
    return left;
  }
  for (const std::string& name : *waiting) {
    const auto sealed = attempted([&] { return sealer.seal(name, is_over); }, retries);
    if (!sealed) {
      left.problems.push_back(fmt::format("{} is not sealed yet: {}", name, sealed.error().message));
    } else if (!sealed->lost.empty()) {
      ++left.cut;
      left.loss = loss_text(name, *sealed);
    }
  }
  return left;
}

RestoredBooks restore_books(const RestoreOptions& options) { return Restoring(options).run(); }

}  // namespace acts
