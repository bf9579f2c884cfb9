#include "recording/merge.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/layout.hpp"
#include "recording/merge_order.hpp"
#include "recording/merge_runs.hpp"
#include "recording/recording_reader.hpp"
#include "recording/sealer.hpp"
#include "recording/segment_writer.hpp"

namespace acts {
namespace {

// Behind the end of an hour so much is looked at with it: how far apart the two receive a message.
constexpr Nanos kLookAhead = std::chrono::seconds{30};

using Tell = std::function<void(const std::string&)>;

// The items of one side's files of an hour, one after the other.
class Cursor {
 public:
  Cursor(const std::vector<std::string>& paths, const Tell& tell) : tell_(tell) {
    auto reader = RecordingReader::open(paths);
    if (reader) {
      reader_.emplace(std::move(*reader));
    } else {
      tell_(reader.error().message);
    }
  }
  // Nullptr at the end. Valid until the next call.
  Result<const RecordedItem*> next() {
    while (reader_) {
      auto item = reader_->next();
      if (!item && item.error().code == ErrorCode::kStorage) return std::unexpected(item.error());
      if (!item) {
        tell_(item.error().message);
        continue;
      }
      if (!*item) break;
      item_ = std::move(**item);
      return &item_;
    }
    return nullptr;
  }

 private:
  const Tell& tell_;
  std::optional<RecordingReader> reader_;
  RecordedItem item_;
};

UnixNanos time_of(const RecordedItem& item) {
  const auto* line = std::get_if<RecordedLine>(&item);
  return line != nullptr ? line->ts_recv : std::get<IndexEntry>(item).ts;
}

// Whether the next line answers a request: entries come before their line.
class AnswerMark {
 public:
  void on_entry(const IndexEntry& entry) {
    if (const auto* answer = std::get_if<index::RestAnswer>(&entry.event)) answer_ = *answer;
  }
  std::optional<index::RestAnswer> take() { return std::exchange(answer_, std::nullopt); }

 private:
  std::optional<index::RestAnswer> answer_;
};

// The segments of the whole, one an hour.
class Segments {
 public:
  Segments(std::string venue_dir, std::string symbol)
      : venue_dir_(std::move(venue_dir)), symbol_(std::move(symbol)), context_(ZSTD_createCCtx(), &ZSTD_freeCCtx) {
    ACTS_ASSERT(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  // `header`: what holds, for a segment that is not the first.
  Result<SegmentWriter*> at(UnixNanos ts, const std::vector<IndexEvent>& header) {
    last_ = std::max(last_, ts);
    if (writer_ && ts < end_) return &*writer_;
    const bool is_first = count_ == 0;
    if (auto finished = finish(); !finished) return std::unexpected(std::move(finished.error()));
    const std::string folder = fmt::format("{}/{}", venue_dir_, segment_directory(symbol_, ts));
    if (const int status = real_file_ops().make_directories(folder); status < 0) {
      return fail(ErrorCode::kStorage, fmt::format("{} cannot be made: {}", folder, std::strerror(-status)));
    }
    writer_.emplace(real_file_ops(), *context_, fmt::format("{}/{}{}", folder, ts.value, kLogEnding));
    end_ = floor_to(ts, kLogSpan) + kLogSpan;
    ++count_;
    for (const IndexEvent& event : header) {
      if (is_first) break;
      if (auto noted = writer_->note(ts, event); !noted) return std::unexpected(std::move(noted.error()));
    }
    return &*writer_;
  }
  Result<void> finish() {
    if (!writer_) return {};
    auto done = writer_->finish(std::min(last_, end_ - Nanos{1}),
                                {.log = "merged", .bytes = 0, .crc32 = 0, .lost = std::exchange(lost_, {})});
    const std::string folder = writer_->path().substr(0, writer_->path().rfind('/'));
    writer_.reset();
    if (done && real_file_ops().sync_directory(folder) < 0) {
      return fail(ErrorCode::kStorage, fmt::format("{} cannot be kept", folder));
    }
    return done;
  }
  // What the segments it is made of have lost, as they say.
  void note_lost(const std::string& lost) {
    if (!lost_.empty()) lost_ += "; ";
    lost_ += lost;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::string venue_dir_;
  std::string symbol_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  std::optional<SegmentWriter> writer_;
  UnixNanos end_;
  UnixNanos last_{INT64_MIN};
  std::string lost_;
  std::size_t count_ = 0;
};

class Merger {
 public:
  Merger(const std::array<std::vector<RecordingFile>, 2>& files, const std::string& out_dir, const Tell& problem,
         const MessageNumber& number)
      : problem_(problem),
        number_(number),
        segments_(recording_directory(out_dir, any(files).venue), any(files).symbol) {
    for (const std::size_t source : {0U, 1U}) {
      for (const RecordingFile& file : files[source]) {
        hours_[floor_to(file.first, kLogSpan)][source].push_back(file.path);
      }
    }
  }

  Result<MergeReport> run() {
    for (auto hour = hours_.begin(); hour != hours_.end(); ++hour) {
      const auto next = std::next(hour);
      const bool adjoins = next != hours_.end() && next->first == hour->first + kLogSpan;
      const UnixNanos end = hour->first + kLogSpan;
      for (const std::size_t source : {0U, 1U}) {
        if (const auto done = look(source, hour->second[source], UnixNanos{INT64_MAX}); !done) return failed(done);
        if (!adjoins) continue;
        if (const auto done = look(source, next->second[source], end + kLookAhead); !done) return failed(done);
      }
      order_.settle();
      if (const auto done = write(hour->second); !done) return failed(done);
      order_.next_window();
    }
    if (const auto done = feed_before(UnixNanos{INT64_MAX}); !done) return failed(done);
    if (const auto done = segments_.finish(); !done) return failed(done);
    order_.finish();
    report_.both = order_.both();
    report_.only = {order_.only(0), order_.only(1)};
    report_.segments = segments_.count();
    return report_;
  }

 private:
  struct Waiting {
    ConnectionId connection = 0;
    std::string json;
  };

  static const RecordingFile& any(const std::array<std::vector<RecordingFile>, 2>& files) {
    ACTS_ASSERT(!files[0].empty() || !files[1].empty());
    return files[0].empty() ? files[1].front() : files[0].front();
  }
  static std::unexpected<Error> failed(const Result<void>& done) { return std::unexpected(done.error()); }

  // The first pass over a window: what there is.
  Result<void> look(std::size_t source, const std::vector<std::string>& paths, UnixNanos until) {
    Cursor cursor(paths, silent_);
    AnswerMark mark;
    for (;;) {
      const auto item = cursor.next();
      if (!item) return std::unexpected(item.error());
      if (*item == nullptr || time_of(**item) >= until) return {};
      if (const auto* line = std::get_if<RecordedLine>(*item)) {
        order_.add(source, line->json, mark.take().has_value(), line->ts_recv, line->use,
                   number_ ? number_(line->json) : std::nullopt);
      } else {
        mark.on_entry(std::get<IndexEntry>(**item));
      }
    }
  }

  // The second: each message where it was received first, entries between them.
  Result<void> write(const std::array<std::vector<std::string>, 2>& paths) {
    std::array<Cursor, 2> cursors{Cursor(paths[0], tell_), Cursor(paths[1], tell_)};
    std::array<AnswerMark, 2> marks;
    std::array<const RecordedItem*, 2> items{};
    for (const std::size_t source : {0U, 1U}) {
      if (const auto done = advance(cursors[source], items[source]); !done) return done;
    }
    while (items[0] != nullptr || items[1] != nullptr) {
      const bool takes_first = items[1] == nullptr || (items[0] != nullptr && time_of(*items[0]) <= time_of(*items[1]));
      const std::size_t source = takes_first ? 0 : 1;
      if (const auto done = write_item(source, *items[source], marks[source]); !done) return done;
      if (const auto done = advance(cursors[source], items[source]); !done) return done;
    }
    return {};
  }
  static Result<void> advance(Cursor& cursor, const RecordedItem*& item) {
    const auto next = cursor.next();
    if (!next) return std::unexpected(next.error());
    item = *next;
    return {};
  }

  Result<void> write_item(std::size_t source, const RecordedItem& item, AnswerMark& mark) {
    // Time goes back within a recording that is not sound: what was written stays in order.
    now_ = std::max(now_, time_of(item));
    if (auto fed = feed_before(now_); !fed) return fed;
    if (const auto* line = std::get_if<RecordedLine>(&item)) return write_line(source, *line, mark.take());
    const IndexEntry& entry = std::get<IndexEntry>(item);
    mark.on_entry(entry);
    if (std::holds_alternative<index::RestAnswer>(entry.event)) return {};  // comes with its line
    const auto* sealed = std::get_if<index::Sealed>(&entry.event);
    if (sealed != nullptr && !sealed->lost.empty()) segments_.note_lost(sealed->lost);
    const auto header = runs_.header();
    for (const IndexEvent& event : runs_.on_entry(source, entry)) {
      if (auto noted = note(now_, event, header); !noted) return noted;
    }
    return {};
  }

  Result<void> write_line(std::size_t source, const RecordedLine& line,
                          const std::optional<index::RestAnswer>& answer) {
    runs_.on_line(source, line.ts_recv);
    MergedMessage* const message = order_.find(line.json, answer.has_value());
    const bool is_first =
        message != nullptr && !message->is_written && message->source == source && message->first == line.ts_recv;
    if (!is_first) return {};
    message->is_written = true;
    ++report_.first[source];
    const ConnectionId connection = MergedRuns::connection(source, line.connection);
    if (answer) {
      if (auto noted = note(now_, *answer, runs_.header()); !noted) return noted;
    }
    const bool is_fed_now = message->is_taken && !message->waits;
    if (message->is_taken && message->waits) {
      ++report_.reordered;
      waiting_.insert({{message->fed, message->rank}, {connection, std::string(line.json)}});
    }
    return put(now_, connection, is_fed_now ? LineUse::kTaken : LineUse::kHeld, line.json);
  }

  // Messages whose turn comes before `ts`.
  Result<void> feed_before(UnixNanos ts) {
    while (!waiting_.empty() && waiting_.begin()->first.first < ts) {
      const auto [turn, message] = *waiting_.begin();
      waiting_.erase(waiting_.begin());
      fed_ = std::max(fed_, turn.first);
      if (const auto done = put(fed_, message.connection, LineUse::kRepeated, message.json); !done) return done;
    }
    fed_ = std::max(fed_, std::min(ts, now_));
    return {};
  }

  Result<void> put(UnixNanos ts, ConnectionId connection, LineUse use, std::string_view json) {
    const auto writer = segments_.at(ts, runs_.header());
    if (!writer) return std::unexpected(writer.error());
    (*writer)->line(ts, connection, use, json);
    return (*writer)->held_text_bytes() >= Sealer::kFrameBytes ? (*writer)->flush() : Result<void>();
  }
  Result<void> note(UnixNanos ts, const IndexEvent& event, const std::vector<IndexEvent>& header) {
    const auto writer = segments_.at(ts, header);
    if (!writer) return std::unexpected(writer.error());
    return (*writer)->note(ts, event);
  }

  const Tell& problem_;
  const MessageNumber& number_;
  const Tell silent_ = [](const std::string&) {};
  const Tell tell_ = [this](const std::string& text) {
    ++report_.problems;
    problem_(text);
  };
  std::map<UnixNanos, std::array<std::vector<std::string>, 2>> hours_;
  MergeOrder order_;
  MergedRuns runs_;
  Segments segments_;
  std::map<std::pair<UnixNanos, std::uint64_t>, Waiting> waiting_;
  UnixNanos now_{INT64_MIN};
  UnixNanos fed_{INT64_MIN};
  MergeReport report_;
};

}  // namespace

Result<MergeReport> merge_recordings(const std::array<std::vector<RecordingFile>, 2>& files, const std::string& out_dir,
                                     const std::function<void(const std::string&)>& problem,
                                     const MessageNumber& number) {
  return Merger(files, out_dir, problem, number).run();
}

}  // namespace acts
