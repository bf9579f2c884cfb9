#include "live/process_health.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts {
namespace {

using collector::LogLevel;
using collector::Overall;

std::int64_t whole_seconds(Nanos span) { return span / std::chrono::seconds{1}; }

bool is_within(const std::optional<Nanos>& age, Nanos limit) { return age && *age < limit; }
bool is_beyond(const std::optional<Nanos>& age, Nanos limit) { return age && *age >= limit; }

std::string behind_text(const SinkHealth& sink) {
  return fmt::format("sink {}: {} {} behind, the oldest by {} s", sink.status.sink, sink.status.lag.rows,
                     to_string(sink.status.content), whole_seconds(sink.behind));
}

std::string set_aside_text(const SinkHealth& sink) {
  const SinkFeeder::Status& status = sink.status;
  std::string text = fmt::format("{} {} set aside", status.delivery.refused, sink.unit());
  if (status.unreadable > 0) text += fmt::format(" and {} whole books", status.unreadable);
  return text;
}

class Judge {
 public:
  void add(Overall overall, std::string problem) {
    result_.overall = std::max(result_.overall, overall);
    result_.problems.push_back(std::move(problem));
  }
  void judge_rows(const RowWriter::Status& rows) {
    if (is_beyond(rows.waiting_age, kSlowAfter)) {
      add(is_beyond(rows.waiting_age, kFailedAfter) ? Overall::kFailed : Overall::kDegraded,
          fmt::format("rows: {} wait, and none was stored for {} s", rows.waiting, whole_seconds(*rows.waiting_age)));
    }
    if (!rows.failure.empty()) add(Overall::kDegraded, "rows: the last attempt to store failed: " + rows.failure);
    if (is_within(rows.lost_age, kLossRemembered)) {
      add(Overall::kDegraded, fmt::format("rows: {} lost while the store failed", rows.lost));
    }
    if (is_within(rows.refused_age, kLossRemembered)) {
      add(Overall::kDegraded, fmt::format("rows: {} refused by the store, the last: {}", rows.refused, rows.refusal));
    }
  }
  void judge_recording(const RecordingHealth& recording) {
    const RunRecorder::Status& status = recording.status;
    const std::string name = fmt::format("recording of {}", to_string(recording.venue));
    if (is_beyond(status.stuck_for, kSlowAfter)) {
      add(is_beyond(status.stuck_for, kFailedAfter) ? Overall::kFailed : Overall::kDegraded,
          fmt::format("{}: {} bytes wait, and none came to the disk for {} s", name, status.queued_bytes,
                      whole_seconds(*status.stuck_for)));
    }
    if (!status.failure.empty()) add(Overall::kDegraded, fmt::format("{}: {}", name, status.failure));
    if (!recording.seals.failure.empty()) {
      add(Overall::kDegraded,
          fmt::format("{}: {} logs cannot be sealed: {}", name, recording.seals.waiting, recording.seals.failure));
    }
    if (recording.paused) {
      add(Overall::kDegraded, fmt::format("{}: its queue is full: the sockets are not read until it is shorter", name));
    }
  }
  void judge_books(const BookHealth& books) {
    if (books.status.failure.empty()) return;
    add(Overall::kDegraded, fmt::format("books of {}: {}", to_string(books.venue), books.status.failure));
  }
  void judge_sink(const SinkHealth& sink) {
    const SinkFeeder::Status& status = sink.status;
    if (sink.is_late()) {
      add(Overall::kDegraded, fmt::format("{}{}{}", behind_text(sink), status.delivery.failure.empty() ? "" : ": ",
                                          status.delivery.failure));
    }
    if (status.is_stopped) {
      add(Overall::kDegraded, fmt::format("sink {}: {}", status.sink, status.delivery.failure));
    }
    if (is_within(status.refused_age, kLossRemembered)) {
      add(Overall::kDegraded,
          fmt::format("sink {}: {}, the last: {}", status.sink, set_aside_text(sink), status.refusal));
    }
  }
  [[nodiscard]] Judgement result() && { return std::move(result_); }

 private:
  Judgement result_;
};

std::string clock_text(Nanos ahead) {
  return fmt::format("the wall clock stepped back: ours is {} ms ahead and goes at half speed until it has caught up",
                     ahead / std::chrono::milliseconds{1});
}

std::string reload_text(const ReloadHealth& reload) {
  return fmt::format(
      "{} added symbols have not begun: what earlier runs have left of them is read for {} s "
      "by now: does the disk answer?",
      reload.added, reload.age / std::chrono::seconds{1});
}

}  // namespace

bool ReloadHealth::is_late() const { return age >= kSlowAfter; }

bool SinkHealth::is_late() const { return behind >= (is_of_books() ? kBooksBehindAfter : kSinkBehindAfter); }

std::size_t ProcessHealth::recording_queue_bytes() const {
  std::size_t bytes = 0;
  for (const RecordingHealth& recording : recordings) bytes += recording.status.queued_bytes;
  return bytes;
}

Judgement judge(const ProcessHealth& process) {
  Judge judge;
  judge.judge_rows(process.rows);
  for (const RecordingHealth& recording : process.recordings) judge.judge_recording(recording);
  for (const BookHealth& books : process.books) judge.judge_books(books);
  for (const SinkHealth& sink : process.sinks) judge.judge_sink(sink);
  if (process.retention && !process.retention->failure.empty()) {
    judge.add(Overall::kDegraded, fmt::format("what is too old could not be removed: {}", process.retention->failure));
  }
  if (process.reload && process.reload->is_late()) judge.add(Overall::kDegraded, reload_text(*process.reload));
  if (process.clock_ahead >= kClockStep) judge.add(Overall::kDegraded, clock_text(process.clock_ahead));
  return std::move(judge).result();
}

std::vector<ProcessWatch::Line> ProcessWatch::observe(const ProcessHealth& process, UnixNanos now) {
  return look(process, now, kInterval);
}

std::vector<ProcessWatch::Line> ProcessWatch::finish(const ProcessHealth& process) {
  return look(process, now_, Nanos{0});
}

std::vector<ProcessWatch::Line> ProcessWatch::look(const ProcessHealth& process, UnixNanos now, Nanos interval) {
  now_ = now;
  interval_ = interval;
  look_at_rows(process.rows);
  for (const RecordingHealth& recording : process.recordings) look_at(recording);
  for (const BookHealth& books : process.books) look_at(books);
  for (const AlertChannel::Status& channel : process.alerts) look_at(channel);
  for (const SinkHealth& sink : process.sinks) look_at(sink);
  if (process.retention) look_at(*process.retention);
  const bool is_late = process.reload && process.reload->is_late();
  lasting({"reload", std::nullopt}, is_late, is_late ? reload_text(*process.reload) : "",
          "the added symbols wait for nothing any more");
  lasting({"clock_stepped_back", std::nullopt}, process.clock_ahead >= kClockStep, clock_text(process.clock_ahead),
          "the wall clock has caught up");
  return std::exchange(lines_, {});
}

void ProcessWatch::look_at_rows(const RowWriter::Status& rows) {
  failing({"store_failed", std::nullopt}, rows.failures, !rows.failure.empty(),
          fmt::format("rows: {}; {} wait", rows.failure, rows.waiting),
          fmt::format("rows: stored again; {} attempts have failed so far", rows.failures));
  count(
      {"rows_lost", std::nullopt}, rows.lost, LogLevel::kError,
      fmt::format("{} rows are lost so far: {} wait for the store and no more fit in memory", rows.lost, rows.waiting));
  count({"row_refused", std::nullopt}, rows.refused, LogLevel::kError,
        fmt::format("the store refused a row, {} so far: {}", rows.refused, rows.refusal));
  lasting({"store_hangs", std::nullopt}, is_beyond(rows.attempt_age, kSlowAfter),
          fmt::format("rows: the store has not answered for {} s: {} wait",
                      whole_seconds(rows.attempt_age.value_or(Nanos{0})), rows.waiting),
          "rows: the store answers again");
}

void ProcessWatch::look_at(const RecordingHealth& recording) {
  const RunRecorder::Status& status = recording.status;
  failing({"recording_failed", recording.venue}, status.failures, !status.failure.empty(),
          "recording: " + status.failure,
          fmt::format("recording: written again; {} attempts have failed so far", status.failures));
  count({"recording_refused", recording.venue}, status.refused, LogLevel::kError,
        fmt::format("recording: {} messages left out so far: {}", status.refused, status.refusal));
  count({"recording_slow", recording.venue}, recording.pauses, LogLevel::kWarning,
        "recording: the disk is slower than the market: reading is paused until the queue is shorter");
  count({"seal_failed", recording.venue}, recording.seals.failures, LogLevel::kError,
        recording.seals.failure.empty() ? "recording: could not be sealed at first, and is now"
                                        : "recording: cannot be sealed: " + recording.seals.failure);
  count({"recording_was_cut", recording.venue}, recording.seals.cut, LogLevel::kWarning,
        "recording: " + recording.seals.loss);
  lasting({"recording_hangs", recording.venue}, is_beyond(status.stuck_for, kSlowAfter),
          fmt::format("recording: nothing came to the disk for {} s: {} bytes wait",
                      whole_seconds(status.stuck_for.value_or(Nanos{0})), status.queued_bytes),
          "recording: goes on");
}

void ProcessWatch::look_at(const BookHealth& books) {
  failing({"book_not_saved", books.venue}, books.status.failures, !books.status.failure.empty(),
          "a book was not saved: " + books.status.failure,
          fmt::format("books are saved again; {} attempts have failed so far", books.status.failures));
}

void ProcessWatch::look_at(const AlertChannel::Status& channel) {
  failing({"alert_not_said", std::nullopt, channel.name}, channel.failures, !channel.failure.empty(),
          fmt::format("the alert {} {}; {} alerts wait", channel.name, channel.failure, channel.waiting),
          fmt::format("the alert {} works again", channel.name));
  count({"alert_left_out", std::nullopt, channel.name}, channel.left_out, LogLevel::kError,
        fmt::format("the alert {}: {} alerts left out so far", channel.name, channel.left_out));
}

void ProcessWatch::look_at(const SinkHealth& sink) {
  const SinkFeeder::Status& status = sink.status;
  const std::string& name = status.sink;
  const std::string_view what = to_string(status.content);
  // Rows and books of a sink are said each by itself.
  const auto key = [&](std::string_view of_rows, std::string_view of_books) {
    return Key{sink.is_of_books() ? of_books : of_rows, std::nullopt, name};
  };
  count(key("sink_made", "sink_books_made"), status.made_count, LogLevel::kInfo,
        fmt::format("sink {}: {}", name, status.made));
  count(key("sink_failed", "sink_books_failed"), status.delivery.failures, LogLevel::kWarning,
        status.delivery.failure.empty()
            ? fmt::format("sink {}: failed at first, and takes {} now", name, what)
            : fmt::format("sink {}: {}; {} {} wait for it", name, status.delivery.failure, status.lag.rows, what));
  count(key("sink_refused", "sink_books_refused"), status.delivery.refused + status.unreadable, LogLevel::kError,
        sink.is_of_books()
            ? fmt::format("sink {}: {} so far, the last: {}", name, set_aside_text(sink), status.refusal)
            : fmt::format("sink {}: a row is set aside, {} so far: {}", name, status.delivery.refused, status.refusal));
  lasting(key("sink_behind", "sink_books_behind"), sink.is_late(), behind_text(sink),
          fmt::format("sink {}: has all {} again", name, what));
}

void ProcessWatch::look_at(const RetentionThread::Status& retention) {
  count({"retention", std::nullopt}, retention.passes, LogLevel::kInfo, retention.said);
  count({"retention_failed", std::nullopt}, retention.failures, LogLevel::kWarning,
        retention.failure.empty() ? "what is too old could not be removed at first, and is now"
                                  : fmt::format("what is too old could not be removed: {}", retention.failure));
}

void ProcessWatch::count(const Key& key, std::uint64_t total, LogLevel level, std::string text) {
  Said& said = said_[key];
  if (total <= said.total || (said.at && now_ - *said.at < interval_)) return;
  const std::uint64_t repeats = total - said.total - 1;
  said.at = now_;
  said.total = total;
  say(key, level, std::move(text), repeats);
}

// A recovery is said at once if its failure was. One that passed unsaid, within the minute, is said with the next.
void ProcessWatch::failing(const Key& key, std::uint64_t total, bool fails, std::string text, std::string ended) {
  Said& said = said_[key];
  if (fails) {
    const std::size_t lines = lines_.size();
    count(key, total, LogLevel::kError, std::move(text));
    said.open |= lines_.size() > lines;
    return;
  }
  const bool is_news = total > said.total && (!said.at || now_ - *said.at >= interval_);
  if (!said.open && !is_news) return;
  said = {now_, total};
  say(key, LogLevel::kInfo, std::move(ended), 0);
}

void ProcessWatch::lasting(const Key& key, bool holds, std::string text, std::string_view ended) {
  Said& said = said_[key];
  if (holds && (!said.at || said.total == 0 || now_ - *said.at >= interval_)) {
    said = {now_, 1};
    say(key, LogLevel::kError, std::move(text), 0);
  } else if (!holds && std::exchange(said.total, 0) > 0) {
    say(key, LogLevel::kInfo, std::string(ended), 0);
  }
}

void ProcessWatch::say(const Key& key, LogLevel level, std::string text, std::uint64_t repeats) {
  lines_.push_back({key.venue, {level, std::string(key.what), "", std::move(text), repeats}});
}

}  // namespace acts
