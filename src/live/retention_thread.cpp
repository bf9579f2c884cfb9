#include "live/retention_thread.hpp"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include "live/book_file.hpp"
#include "live/join_or_leave.hpp"
#include "recording/file_ops.hpp"

namespace acts {
namespace {

std::string since_text(const std::optional<UnixNanos>& oldest) {
  return oldest ? fmt::format("the oldest kept is of {}", to_iso8601(*oldest)) : std::string("none is left");
}

void add(RetentionReport& total, const RetentionReport& pass) {
  total.recordings.files += pass.recordings.files;
  total.recordings.bytes += pass.recordings.bytes;
  total.rows.rows += pass.rows.rows;
  total.rows.rejected += pass.rows.rejected;
  total.rows.bytes += pass.rows.bytes;
  total.books.files += pass.books.files;
  total.books.bytes += pass.books.bytes;
}

Result<RowPrune> prune_rows(const RetentionOptions& options, UnixNanos now, const std::function<bool()>& stop,
                            const std::function<void()>& pause) {
  const std::string path = (std::filesystem::path(options.data_dir) / "acts.db").string();
  const auto pruner = RowPruner::open(path, options.sinks, options.rows, options.dry_run);
  if (!pruner) return std::unexpected(pruner.error());
  if (const auto begun = (*pruner)->begin(now); !begun) return std::unexpected(begun.error());
  while (!stop()) {
    const auto more = (*pruner)->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    pause();
  }
  return (*pruner)->report();
}

BookPrune prune_full_books(const RetentionOptions& options, UnixNanos now, const std::function<bool()>& stop) {
  BookPruneOptions prune{.limits = options.books, .dry_run = options.dry_run, .stop = stop};
  // Where no sink is named at all, nobody has said that there is none.
  if (!options.sinks.empty()) prune.sinks = options.book_sinks;
  return prune_books(options.data_dir, prune, now);
}

}  // namespace

// A restart goes on from one of a symbol's checkpoints and what was recorded since, and from an early one where rows
// are not stored yet.
NeededSince needed_since(const std::string& data_dir, UnixNanos now) {
  NeededSince needed;
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    const std::string of_venue =
        std::filesystem::path(checkpoint_directory(data_dir, venue, "-")).parent_path().string();
    std::vector<std::string> symbols;
    if (real_file_ops().list(of_venue, symbols) < 0) continue;
    for (const std::string& symbol : symbols) {
      std::vector<std::string> names;
      if (real_file_ops().list(checkpoint_directory(data_dir, venue, symbol), names) < 0) continue;
      std::optional<UnixNanos> oldest;
      for (const std::string& name : names) {
        const auto saved_at = saved_at_of(name);
        if (saved_at && now - *saved_at <= kNeededFor && (!oldest || *saved_at < *oldest)) oldest = saved_at;
      }
      if (oldest) needed[{std::string(to_string(venue)), symbol}] = *oldest;
    }
  }
  return needed;
}

std::string RetentionReport::failures() const {
  std::string all;
  for (const std::string& one : {recordings.failure, failure, books.failure}) {
    if (!one.empty()) all += (all.empty() ? "" : "; ") + one;
  }
  return all;
}

std::string retention_text(const RetentionReport& report, const RetentionOptions& options) {
  const std::string_view removed = options.dry_run ? "would be removed" : "removed";
  std::string text;
  if (options.recordings.any()) {
    text = fmt::format("recordings: {} segments of {} bytes {}, {}", report.recordings.files, report.recordings.bytes,
                       removed, since_text(report.recordings.oldest));
  }
  if (options.rows.any()) {
    text += fmt::format("{}rows: {} {}, {}", text.empty() ? "" : "; ", report.rows.rows, removed,
                        since_text(report.rows.oldest));
    if (options.dry_run && options.rows.bytes) text += " (what goes by size is not counted beforehand)";
    if (report.rows.bytes > 0) text += fmt::format(", {} bytes came free", report.rows.bytes);
    if (report.rows.rejected > 0) text += fmt::format(", {} rejected ones {}", report.rows.rejected, removed);
    if (report.rows.waiting > 0) text += fmt::format(", {} stay until a sink has them", report.rows.waiting);
  }
  if (options.books.any()) {
    text += fmt::format("{}books: {} of {} bytes {}, {}", text.empty() ? "" : "; ", report.books.files,
                        report.books.bytes, removed, since_text(report.books.oldest));
    if (report.books.waiting > 0) text += fmt::format(", {} stay until a sink has them", report.books.waiting);
  }
  return text;
}

RetentionReport run_retention(const RetentionOptions& options, UnixNanos now, const std::function<bool()>& stop,
                              const std::function<void()>& pause) {
  RetentionReport report;
  if (options.recordings.any()) {
    const RecordingPruneOptions prune{.limits = options.recordings,
                                      .needed = needed_since(options.data_dir, now),
                                      .dry_run = options.dry_run,
                                      .stop = stop};
    report.recordings = prune_recordings(options.data_dir, prune, now);
  }
  if (options.rows.any() && !stop()) {
    auto rows = prune_rows(options, now, stop, pause);
    if (rows) {
      report.rows = *rows;
    } else {
      report.failure = rows.error().message;
    }
  }
  if (options.books.any() && !stop()) report.books = prune_full_books(options, now, stop);
  return report;
}

struct RetentionThread::State {
  State(RetentionOptions the_options, std::function<UnixNanos()> the_now)
      : options(std::move(the_options)), now(std::move(the_now)) {}

  void run();
  void wait(Nanos span);
  void note(const RetentionReport& report);

  const RetentionOptions options;
  const std::function<UnixNanos()> now;
  std::atomic<bool> stopping = false;

  mutable std::mutex mutex;
  std::condition_variable changed;
  Status status;
  bool ended = false;
};

RetentionThread::RetentionThread(RetentionOptions options, std::function<UnixNanos()> now)
    : state_(std::make_shared<State>(std::move(options), std::move(now))) {
  thread_ = std::thread([state = state_] { state->run(); });
}

RetentionThread::~RetentionThread() {
  state_->stopping = true;
  std::unique_lock lock(state_->mutex);
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void RetentionThread::stop() {
  const std::scoped_lock lock(state_->mutex);
  state_->stopping = true;
  state_->changed.notify_all();
}

RetentionThread::Status RetentionThread::status() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->status;
}

void RetentionThread::State::run() {
  while (!stopping) {
    note(run_retention(options, now(), [this] { return stopping.load(); }, [this] { wait(kPause); }));
    wait(kInterval);
  }
  const std::scoped_lock lock(mutex);
  ended = true;
  changed.notify_all();
}

void RetentionThread::State::wait(Nanos span) {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, span, [this] { return stopping.load(); });
}

void RetentionThread::State::note(const RetentionReport& report) {
  const std::scoped_lock lock(mutex);
  ++status.passes;
  add(status.total, report);
  status.said = retention_text(report, options);
  status.failure = report.failures();
  if (!status.failure.empty()) ++status.failures;
}

}  // namespace acts
