#include "live/restore_books.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "live/book_file.hpp"
#include "live/message_owner.hpp"
#include "live/replay.hpp"
#include "live/seal_thread.hpp"
#include "recording/archive.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"
#include "recording/sealer.hpp"

namespace acts {
namespace {

class Restoring {
 public:
  Restoring(std::string data_dir, Venue venue, Nanos limit)
      : data_dir_(std::move(data_dir)), venue_(venue), end_(std::chrono::steady_clock::now() + limit) {}

  RestoredBooks run(const std::function<bool(std::string_view)>& wants) {
    std::vector<std::string> symbols = names_in(fmt::format("{}/checkpoints/{}", data_dir_, to_string(venue_)));
    std::erase_if(symbols, [&wants](const std::string& symbol) { return !wants(symbol); });
    if (symbols.empty()) return std::move(done_);
    for (const std::string& symbol : symbols) restore(symbol);
    return std::move(done_);
  }

 private:
  static std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    if (real_file_ops().list(directory, names) < 0) names.clear();
    return names;
  }

  void problem(std::string text) { done_.problems.push_back(std::move(text)); }
  [[nodiscard]] bool late() const { return std::chrono::steady_clock::now() >= end_; }

  void restore(const std::string& symbol) {
    const std::string directory = checkpoint_directory(data_dir_, venue_, symbol);
    std::vector<std::string> names = names_in(directory);
    std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
    std::ranges::sort(names, std::greater<>());
    for (const std::string& name : names) {
      if (late()) return problem(fmt::format("{}: there was no time to restore its book: it begins empty", symbol));
      auto file = read_book_file(fmt::format("{}/{}", directory, name));
      if (!file) {
        problem(file.error().message);
        continue;
      }
      if (file->venue != venue_ || file->symbol != symbol) {
        problem(fmt::format("{}/{}: is the book of {} {}", directory, name, to_string(file->venue), file->symbol));
        continue;
      }
      if (go_on_from(std::move(*file))) return;
    }
  }

  // False: its place is not in the recording.
  bool go_on_from(BookFile file) {
    const std::string symbol = file.symbol;
    if (!file.recorded) {
      done_.books[symbol] = std::make_shared<const binance::SavedBook>(std::move(file.saved));
      return true;
    }
    const std::vector<std::string> paths = recorded_since(file);
    auto reader = paths.empty() ? Result<RecordingReader>(fail(ErrorCode::kUsage, "there is no recording"))
                                : RecordingReader::open(paths, file.saved_at);
    if (!reader) return no_place(symbol, reader.error().message);
    ReplayOptions options;
    options.venue = venue_;
    options.symbols = {symbol};
    options.bands = BandList::defaults();
    options.books.push_back(std::move(file));
    options.begins_at_book = true;
    Replay replay(std::move(options), [](MinuteRow&&) {}, [](const std::string&) {});
    const Result<void> read = replay.run(*reader, [this] { return late(); });
    done_.lines += reader->lines();
    if (!read) return no_place(symbol, read.error().message);
    const collector::InstrumentIndex index = replay.pipeline().find(symbol);
    if (index == collector::kNoInstrument || !replay.pipeline().builder(index).book().has_snapshot()) {
      return no_place(symbol, "the recording does not hold the place where it was saved");
    }
    done_.books[symbol] = std::make_shared<const binance::SavedBook>(replay.pipeline().save(index));
    return true;
  }

  bool no_place(const std::string& symbol, std::string_view why) {
    problem(fmt::format("{}: a checkpoint is not used: {}", symbol, why));
    return false;
  }

  // From the segment on in which the checkpoint's place may be.
  [[nodiscard]] std::vector<std::string> recorded_since(const BookFile& file) const {
    const std::string venue(to_string(venue_));
    std::vector<std::string> days = names_in(fmt::format("{}/{}", recording_directory(data_dir_, venue), file.symbol));
    std::ranges::sort(days);
    std::vector<std::string> paths;
    for (const std::string& name : days) {
      const auto day = parse_iso8601(name);
      if (!day || *day + std::chrono::hours{24} <= file.saved_at) continue;
      const auto segments = list_segments(data_dir_, venue, file.symbol, *day);
      if (!segments) return {};
      for (const RecordingFile& one : *segments) {
        if (floor_to(one.first, kLogSpan) + kLogSpan >= file.saved_at) paths.push_back(one.path);
      }
    }
    return paths;
  }

  std::string data_dir_;
  Venue venue_;
  std::chrono::steady_clock::time_point end_;
  RestoredBooks done_;
};

}  // namespace

LeftLogs seal_left_logs(const std::string& data_dir, Venue venue, Nanos limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  Sealer sealer(recording_directory(data_dir, to_string(venue)),
                [venue] { return std::make_unique<MessageOwner>(venue); });
  LeftLogs left;
  const auto waiting = sealer.waiting();
  if (!waiting) {
    left.problems.push_back(waiting.error().message);
    return left;
  }
  for (const std::string& name : *waiting) {
    const auto sealed = sealer.seal(name, [end] { return std::chrono::steady_clock::now() >= end; });
    if (!sealed) {
      left.problems.push_back(fmt::format("{} is not sealed yet: {}", name, sealed.error().message));
    } else if (!sealed->lost.empty()) {
      ++left.cut;
      left.loss = loss_text(name, *sealed);
    }
  }
  return left;
}

RestoredBooks restore_books(const std::string& data_dir, Venue venue,
                            const std::function<bool(std::string_view symbol)>& wants, Nanos limit) {
  return Restoring(data_dir, venue, limit).run(wants);
}

}  // namespace acts
