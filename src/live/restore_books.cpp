#include "live/restore_books.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "live/book_file.hpp"
#include "live/message_owner.hpp"
#include "live/open_logs.hpp"
#include "live/replay.hpp"
#include "live/restore_files.hpp"
#include "recording/archive.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"

namespace acts {
namespace {

// Books of so many symbols are in memory at once, besides those that are done.
constexpr std::size_t kMostAtOnce = 200;

// What a symbol is to go on from, and how far that has come.
struct Attempt {
  std::string symbol;
  std::string path = {};                  // of the checkpoint; empty: from the beginning of the recording
  std::optional<UnixNanos> from = {};     // when that was saved
  std::vector<RecordingFile> files = {};  // sealed, that are still to be read
  std::optional<Replay> replay = {};
  std::vector<RestoredRows> rows = {};
  std::optional<Error> error = {};
  bool begun = false;  // something was read
};

class Restoring {
 public:
  explicit Restoring(const RestoreOptions& options)
      : options_(options),
        end_(std::chrono::steady_clock::now() + options.limit),
        until_(end_),
        files_(options, logs_) {}

  RestoredBooks run() {
    read_open_logs();
    std::set<std::string> symbols = symbols_there();
    std::erase_if(symbols, [this](const std::string& symbol) { return is_open(symbol); });
    restore_open();
    std::size_t left = symbols.size();
    for (const std::string& symbol : symbols) {
      const auto now = std::chrono::steady_clock::now();
      share_ = std::max(end_ - now, Time::duration{0}) / static_cast<std::int64_t>(left--);
      until_ = now + share_ / 2;
      restore(symbol);
    }
    say_late();
    return std::move(done_);
  }
  // A log has been sealed while it was read, as those of a run that goes on are: what was restored may lack it.
  [[nodiscard]] bool has_lost_a_log() const { return has_lost_a_log_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  // Where to begin; none: at the beginning of the recording.
  using Beginning = std::optional<std::string>;

  static std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    if (real_file_ops().list(directory, names) < 0) names.clear();
    return names;
  }

  [[nodiscard]] std::set<std::string> symbols_there() const {
    const std::string venue(to_string(options_.venue));
    std::set<std::string> symbols;
    for (const std::string& directory :
         {fmt::format("{}/checkpoints/{}", options_.data_dir, venue), recording_directory(options_.data_dir, venue)}) {
      for (std::string& name : names_in(directory)) {
        if (options_.wants(name)) symbols.insert(std::move(name));
      }
    }
    return symbols;
  }

  // False. What comes instead is an older one, then the recording, then the newest without what was recorded since.
  bool not_used(const std::string& symbol, const std::string& why) {
    problem(
        fmt::format("{}: a checkpoint is not used, but an older one, the recording or an empty book: {}", symbol, why));
    return false;
  }
  void problem(std::string text) { done_.problems.push_back(std::move(text)); }
  [[nodiscard]] bool is_ended() const { return options_.stop && options_.stop(); }
  [[nodiscard]] bool late() const { return std::chrono::steady_clock::now() >= until_ || is_ended(); }

  void read_open_logs() {
    for (const RecordingFile& file : options_.open) {
      auto log = read_open_log(file, [this] { return late(); });
      // It is sealed meanwhile, and its index may have gone first; or there is no time, which say_late() tells.
      if (is_gone(file) || (!log && log.error().code == ErrorCode::kCancelled)) continue;
      if (!log) {
        problem(fmt::format("{} is not sealed yet, and cannot be read: {}", file.path, log.error().message));
        unread_.push_back(file);
        continue;
      }
      for (const auto& [symbol, since] : log->since) {
        if (!options_.wants(symbol)) continue;
        const auto [known, is_new] = done_.since.try_emplace(symbol, since);
        if (!is_new) known->second = std::min(known->second, since);
      }
      logs_.push_back(std::move(*log));
    }
  }
  static bool is_gone(const RecordingFile& file) {
    std::error_code failed;
    return !std::filesystem::exists(file.path, failed) && !failed;
  }
  [[nodiscard]] bool is_open(const std::string& symbol) const { return done_.since.contains(symbol); }

  // Of all symbols at once: a log is read once for all that go on from one of their checkpoints, and once more for
  // those that need it from its beginning.
  void restore_open() {
    std::map<std::string, std::vector<Beginning>> waiting;
    for (const auto& [symbol, since] : done_.since) {
      auto [early, later, all] = beginnings(symbol);
      std::ranges::move(later, std::back_inserter(early));
      waiting[symbol] = std::move(early);
    }
    while (!waiting.empty() && !late()) {
      const bool is_last = !try_all(waiting, true);
      if (is_last && !try_all(waiting, false)) break;
    }
    for (const auto& [symbol, tried] : waiting) without_recording(symbol);
  }

  // There may be hundreds of symbols.
  void say_late() {
    if (late_ == 0 || is_ended()) return;
    problem(
        fmt::format("there was no time to read what was recorded last of {} symbols: {} of them begin with their "
                    "newest checkpoint, with a gap, the others empty; rows that are not stored become not_running",
                    late_, late_alone_));
  }

  // Each symbol whose next beginning is a checkpoint, or the recording's, from there. False: there is none.
  bool try_all(std::map<std::string, std::vector<Beginning>>& waiting, bool from_checkpoints) {
    std::vector<std::string> symbols;
    for (const auto& [symbol, left] : waiting) {
      if (!left.empty() && left.front().has_value() == from_checkpoints) symbols.push_back(symbol);
    }
    // A log is read from the earliest checkpoint of those that are tried at once: the latest come together.
    const auto file_of = [&](const std::string& symbol) {
      const Beginning& beginning = waiting.at(symbol).front();
      return std::pair(beginning ? beginning->substr(beginning->rfind('/') + 1) : std::string(), symbol);
    };
    std::ranges::sort(symbols, std::greater<>(), file_of);
    for (std::size_t i = 0; i < symbols.size() && !late(); i += kMostAtOnce) {
      try_some(waiting, std::span(symbols).subspan(i, std::min(kMostAtOnce, symbols.size() - i)));
    }
    return !symbols.empty();
  }

  void try_some(std::map<std::string, std::vector<Beginning>>& waiting, std::span<const std::string> symbols) {
    std::vector<std::unique_ptr<Attempt>> attempts;
    for (const std::string& symbol : symbols) {
      std::vector<Beginning>& left = waiting.at(symbol);
      const Beginning beginning = std::move(left.front());
      left.erase(left.begin());
      if (auto attempt = beginning ? attempt_from(symbol, *beginning) : attempt_from_recording(symbol)) {
        attempts.push_back(std::move(attempt));
      } else if (done_.books.contains(symbol)) {
        waiting.erase(symbol);
      }
    }
    for (const OpenLog& log : logs_) read_log(log, attempts);
    for (const auto& attempt : attempts) {
      read_sealed(*attempt, UnixNanos{INT64_MAX});
      const bool is_cut = attempt->error && attempt->error->code == ErrorCode::kCancelled;
      if (finish(*attempt)) {
        waiting.erase(attempt->symbol);
      } else if (is_cut && is_under_way(*attempt) && options_.last_row) {
        done_.rows[attempt->symbol] = std::move(attempt->rows);  // those of later minutes are what is missing
      } else if (!is_cut && attempt->from) {
        (void)not_used(attempt->symbol, attempt->error->message);
      }
    }
  }

  static bool is_under_way(const Attempt& attempt) {
    return attempt.replay && (attempt.from ? attempt.replay->unused_books().empty() : attempt.replay->is_complete());
  }

  void read_log(const OpenLog& log, const std::vector<std::unique_ptr<Attempt>>& attempts) {
    std::map<std::string_view, Attempt*> by_symbol;
    std::optional<UnixNanos> from = UnixNanos{INT64_MAX};
    for (const auto& attempt : attempts) {
      read_sealed(*attempt, log.file.first);
      if (attempt->error) continue;
      by_symbol[attempt->symbol] = attempt.get();
      if (attempt->begun || !attempt->from || *attempt->from < log.file.first) from.reset();
      if (from) from = std::min(*from, *attempt->from);
    }
    if (by_symbol.empty()) return;
    const auto replay_of = [&by_symbol](const std::string& symbol) -> Replay* {
      const auto found = by_symbol.find(symbol);
      return found == by_symbol.end() ? nullptr : &*found->second->replay;
    };
    const auto lines =
        replay_parts(log, from, std::make_unique<QuickOwner>(options_.venue), replay_of, [this] { return late(); });
    if (lines) done_.lines += *lines;
    for (const auto& [symbol, attempt] : by_symbol) {
      attempt->begun = true;
      if (!lines) attempt->error = lines.error();
    }
    has_lost_a_log_ = has_lost_a_log_ || (!lines && is_gone(log.file));
  }

  // Half of a symbol's share of the time is for its rows, the other half for its book at least.
  void restore(const std::string& symbol) {
    const auto [early, later, all] = beginnings(symbol);
    for (const Beginning& beginning : early) {
      if (!late() && (beginning ? go_on_from(symbol, *beginning) : go_on_from_recording(symbol))) return;
    }
    until_ += share_ / 2;
    for (const Beginning& beginning : later) {
      if (late()) break;
      if (go_on_from(symbol, *beginning)) return;
    }
    without_recording(symbol);
  }

  void without_recording(const std::string& symbol) {
    const bool is_late = late();
    const bool has_book = take_alone(symbol, is_late);
    late_ += static_cast<std::size_t>(is_late);
    late_alone_ += static_cast<std::size_t>(is_late && has_book);
    if (is_late || !has_book) return;
    problem(fmt::format("{}: what was recorded last cannot be read: its newest checkpoint is its book, with a gap",
                        symbol));
  }

  // Without what was recorded since: the newest that can be read and whose place the recording has, by which a replay
  // finds it; where that has been damaged, or is gone altogether, any.
  bool take_alone(const std::string& symbol, bool is_late) {
    if (is_ended()) return false;
    const bool is_any = files_.has_none_of(symbol);
    const auto may_be_taken = [&](UnixNanos saved_at) {
      return is_any || is_damaged_at(saved_at) || (is_late && is_placed(symbol, saved_at));
    };
    for (const std::string& path : beginnings(symbol).all) {
      auto file = read_book_file(path);
      if (!file || file->venue != options_.venue || file->symbol != symbol || !may_be_taken(file->saved_at)) continue;
      done_.books[symbol] = std::make_shared<const binance::SavedBook>(std::move(file->saved.book));
      return true;
    }
    return false;
  }

  // Some of what was recorded since then; nothing: since the recording's beginning.
  [[nodiscard]] bool is_unread_since(std::optional<UnixNanos> time) const {
    return std::ranges::any_of(unread_,
                               [time](const RecordingFile& log) { return !time || *time <= latest_end_of(log); });
  }
  static UnixNanos latest_end_of(const RecordingFile& log) { return floor_to(log.first, kLogSpan) + kLogSpan; }
  static bool may_hold(const RecordingFile& log, UnixNanos time) {
    return log.first <= time && time < latest_end_of(log);
  }

  // A checkpoint of another time than theirs has its place in a segment: it was written once that was on the disk.
  [[nodiscard]] bool is_placed(const std::string& symbol, UnixNanos saved_at) const {
    return std::ranges::none_of(logs_, [&](const OpenLog& log) { return may_hold(log.file, saved_at); }) ||
           std::ranges::any_of(logs_, [&](const OpenLog& log) { return log.saved.contains({symbol, saved_at}); });
  }

  // Where a kill has cut the place off, no book is what a replay gives too; where the disk has lost it, nothing is.
  [[nodiscard]] bool is_damaged_at(UnixNanos time) const {
    if (is_unread_since(time)) return true;
    const auto damaged = list_damaged(options_.data_dir).value_or(std::vector<RecordingFile>{});
    const auto lost_it = [&](const OpenLog& log) { return log.kept.is_damaged && may_hold(log.file, time); };
    return std::ranges::any_of(logs_, lost_it) || std::ranges::any_of(damaged, [&](const RecordingFile& file) {
             return file.venue == to_string(options_.venue) && may_hold(file, time);
           });
  }

  struct Beginnings {
    std::vector<Beginning> early;  // from which all rows that are not stored follow, the newest first
    std::vector<Beginning> later;  // checkpoints from which they do not, the newest first
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
      (is_early ? found.early : found.later).emplace_back(found.all.back());
    }
    if (options_.last_row) found.early.emplace_back();
    return found;
  }

  // False: it cannot be gone on from it.
  bool go_on_from(const std::string& symbol, const std::string& path) {
    const auto attempt = attempt_from(symbol, path);
    if (!attempt) return done_.books.contains(symbol);
    return go_on(*attempt) || not_used(symbol, attempt->error->message);
  }

  // Says nothing: there may be a checkpoint yet.
  bool go_on_from_recording(const std::string& symbol) {
    const auto attempt = attempt_from_recording(symbol);
    return attempt && go_on(*attempt);
  }

  bool go_on(Attempt& attempt) {
    read_sealed(attempt, UnixNanos{INT64_MAX});
    return finish(attempt);
  }

  // None: it cannot be gone on from it, or needs no recording.
  std::unique_ptr<Attempt> attempt_from(const std::string& symbol, const std::string& path) {
    const auto refuse = [&](const std::string& why) {
      (void)not_used(symbol, why);
      return nullptr;
    };
    auto file = read_book_file(path);
    if (!file) return refuse(file.error().message);
    if (file->venue != options_.venue || file->symbol != symbol) {
      return refuse(fmt::format("{}: is the book of {} {}", path, to_string(file->venue), file->symbol));
    }
    if (!file->recorded) {
      done_.books[symbol] = std::make_shared<const binance::SavedBook>(std::move(file->saved.book));
      return nullptr;
    }
    ReplayOptions replay = replay_options(symbol);
    const UnixNanos saved_at = file->saved_at;
    std::vector<RecordingFile> files = files_.sealed_since(symbol, saved_at);
    replay.books.push_back(std::move(*file));
    replay.begins_at_book = true;
    replay.untold = files_.settings_at(files, saved_at).value_or(options_.untold);
    return begin(symbol, std::move(replay), std::move(files), saved_at);
  }

  std::unique_ptr<Attempt> attempt_from_recording(const std::string& symbol) {
    auto files = files_.short_recording(symbol);
    const bool is_long = !files.has_value();
    auto attempt =
        begin(symbol, replay_options(symbol), is_long ? std::vector<RecordingFile>() : std::move(*files), {});
    if (is_long) attempt->error = {ErrorCode::kUsage, "there is too much of its recording"};
    return attempt;
  }

  [[nodiscard]] ReplayOptions replay_options(const std::string& symbol) const {
    ReplayOptions replay;
    replay.venue = options_.venue;
    replay.symbols = {symbol};
    replay.untold = options_.untold;
    return replay;
  }

  std::unique_ptr<Attempt> begin(const std::string& symbol, ReplayOptions options, std::vector<RecordingFile> files,
                                 std::optional<UnixNanos> from) {
    auto attempt = std::make_unique<Attempt>(Attempt{.symbol = symbol, .from = from, .files = std::move(files)});
    if (attempt->files.empty() && !is_open(symbol)) attempt->error = {ErrorCode::kUsage, "there is no recording"};
    if (is_unread_since(from)) attempt->error = {ErrorCode::kStorage, "a log that is not sealed yet cannot be read"};
    const auto take_row = [this_one = attempt.get()](MinuteRow&& row) {
      const RowSchema& schema = this_one->replay->pipeline().schema();
      std::vector<RestoredRows>& rows = this_one->rows;
      if (rows.empty() || rows.back().schema != schema) rows.push_back({schema, {}});
      rows.back().rows.push_back(std::move(row));
    };
    attempt->replay.emplace(std::move(options), take_row, [](const std::string&) {});
    return attempt;
  }

  // What is sealed of those before `end`.
  void read_sealed(Attempt& attempt, UnixNanos end) {
    const auto later =
        std::ranges::find_if(attempt.files, [end](const RecordingFile& file) { return file.first >= end; });
    const std::vector<std::string> paths = paths_of({attempt.files.begin(), later});
    attempt.files.erase(attempt.files.begin(), later);
    if (paths.empty() || attempt.error) return;
    auto reader = RecordingReader::open(paths, attempt.begun ? std::nullopt : attempt.from);
    Result<void> read;
    if (reader) {
      read = attempt.replay->read(*reader, [this] { return late(); });
      done_.lines += reader->lines();
    } else {
      read = std::unexpected(reader.error());
    }
    if (!read) attempt.error = read.error();
    attempt.begun = true;
  }

  // False, with an error: it has not come to what it was to.
  bool finish(Attempt& attempt) {
    if (attempt.error) return false;
    Replay& replay = *attempt.replay;
    if (const Result<void> ended = replay.end(); !ended) {
      attempt.error = ended.error();
    } else if (attempt.from ? !replay.unused_books().empty() : !replay.is_complete()) {
      attempt.error = {ErrorCode::kBadInput, "the recording does not hold the place where it was saved"};
    }
    if (attempt.error) return false;
    if (options_.last_row) done_.rows[attempt.symbol] = std::move(attempt.rows);
    if (auto book = replay.left_book(attempt.symbol)) {
      done_.books[attempt.symbol] = std::make_shared<const binance::SavedBook>(std::move(*book));
    }
    return true;
  }

  const RestoreOptions& options_;
  Time end_;
  Time::duration share_{0};    // of one symbol
  Time until_;                 // for what is tried now
  std::vector<OpenLog> logs_;  // by time
  RestoreFiles files_;
  std::vector<RecordingFile> unread_ = {};  // that cannot be
  bool has_lost_a_log_ = false;
  std::size_t late_ = 0;        // symbols for which there was no time,
  std::size_t late_alone_ = 0;  // ... and that have a checkpoint
  RestoredBooks done_;
};

}  // namespace

RestoredBooks restore_books(const RestoreOptions& options) {
  for (std::size_t sealed = 0;; ++sealed) {
    Restoring restoring(options);
    RestoredBooks done = restoring.run();
    if (!restoring.has_lost_a_log() || sealed == options.open.size()) return done;
  }
}

}  // namespace acts
