#include "simulation/sim_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "binance/rate_budget.hpp"
#include "live/message_owner.hpp"
#include "recording/layout.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;

// The least that zstd does: what is compressed how well is of no account here.
constexpr int kFastest = -100'000;
constexpr std::size_t kFrameText = std::size_t{1} << 20;
constexpr int kMostCrashes = 2;  // one after the other
constexpr std::int64_t kMostWrites = 8;
constexpr std::int64_t kMostSealing = 80;  // operations
constexpr int kMostAttempts = 10;
constexpr Nanos kSealLater = 5min;

}  // namespace

SimRecorder::SimRecorder(Venue venue, SimDisk& disk, const UnixNanos& real, RecordedLogs::Find find)
    : venue_(venue),
      disk_(disk),
      real_(real),
      find_(std::move(find)),
      directory_(recording_directory("data", to_string(venue))),
      logs_(directory_, disk, find_) {}

void SimRecorder::begin_run() {
  writer_ = std::make_unique<RollingWriter>(
      RecordingWriterOptions{open_log_directory("data", to_string(venue_)), "0", kFastest, kFrameText}, disk_,
      [this](const std::string& path) { on_closed(path); });
  items_.clear();
  handed_over_.clear();
  written_ = closed_ = synced_ = synced_before_ = 0;
  unsynced_ = alive_told_ = failed_since_sync_ = false;
  retry_at_.reset();
  waiting_since_.reset();
}

RecordingProgress SimRecorder::progress(UnixNanos now) const {
  RecordingProgress progress{.told = items_.size(), .durable = synced_before_};
  if (waiting_since_) progress.stuck_for = now - *waiting_since_;
  return progress;
}

void SimRecorder::line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) {
  items_.push_back(RecordedMark::of_line(ts_recv, connection, use, json));
  handed_over_.push_back(real_);
  now_ = real_;
  if (!waiting_since_) waiting_since_ = now_;
  if (!queue_.empty() || hangs_ > 0 || retry_at_)
    return push({ts_recv, connection, use, std::string(json), std::nullopt});
  const Result<void> written = writer_->append(ts_recv, connection, json, use);
  if (!written && written.error().code == ErrorCode::kStorage)
    push({ts_recv, connection, use, std::string(json), std::nullopt});
  on_written(written, false);
}

void SimRecorder::note(UnixNanos ts, IndexEvent event) {
  now_ = real_;
  if (!waiting_since_) waiting_since_ = now_;
  if (!std::holds_alternative<index::Alive>(event)) {
    items_.push_back(RecordedMark::of_entry(ts, event));
    handed_over_.push_back(real_);
  }
  push({ts, 0, LineUse::kTaken, {}, std::move(event)});
  if (hangs_ == 0 && !retry_at_) work(now_);
}

void SimRecorder::push(Queued queued) {
  queued_bytes_ += queued.bytes();
  queue_.push_back(std::move(queued));
  if (queue_.size() == kMostQueued) find_(now_, "the recording's queue grows without end");
}

UnixNanos SimRecorder::next_deadline() const {
  if (hangs_ > 0 || writer_ == nullptr) return binance::kNever;
  UnixNanos next = to_seal_.empty() ? binance::kNever : seal_at_;
  if (retry_at_) return std::min(next, *retry_at_);
  if (unsynced_ || !queue_.empty()) next = std::min(next, last_sync_ + (alive_told_ ? kPause / 2 : kPause));
  return next;
}

void SimRecorder::set_hanging(bool hangs, UnixNanos now) {
  hangs_ += hangs ? 1 : -1;
  last_trouble_ = now;
}

void SimRecorder::work(UnixNanos now) {
  now_ = now;
  if (hangs_ > 0) return;
  if (retry_at_ && now >= *retry_at_) retry_at_.reset();
  if (!retry_at_) write_queue();
  if (!retry_at_ && unsynced_ && now - last_sync_ >= (alive_told_ ? kPause / 2 : kPause)) bring_to_disk();
  if (!to_seal_.empty() && now >= seal_at_) seal_next();
}

void SimRecorder::write_queue() {
  while (!queue_.empty() && !retry_at_) {
    const Queued& next = queue_.front();
    const Result<void> written = write(next);
    on_written(written, next.event && std::holds_alternative<index::Alive>(*next.event));
    if (!written && written.error().code == ErrorCode::kStorage) continue;
    queued_bytes_ -= next.bytes();
    queue_.pop_front();
  }
}

Result<void> SimRecorder::write(const Queued& queued) {
  if (queued.event) return writer_->note(queued.ts, *queued.event);
  return writer_->append(queued.ts, queued.connection, queued.json, queued.use);
}

void SimRecorder::on_written(const Result<void>& written, bool is_alive) {
  if (!written) {
    if (written.error().code != ErrorCode::kStorage) find_(now_, fmt::format("refused: {}", written.error().message));
    return on_failure();
  }
  unsynced_ = true;
  alive_told_ |= is_alive;
  if (!is_alive) ++written_;
}

void SimRecorder::bring_to_disk() {
  last_sync_ = now_;
  alive_told_ = false;
  if (const Result<void> done = writer_->sync(now_); !done) return on_failure();
  unsynced_ = false;
  failed_since_sync_ = false;
  synced_before_ = std::exchange(synced_, written_);
  waiting_since_.reset();
  if (!queue_.empty()) waiting_since_ = now_;
}

void SimRecorder::on_failure() {
  ++failures_;
  last_trouble_ = now_;
  failed_since_sync_ = true;
  retry_at_ = now_ + kPause;
}

std::vector<RecordedMark> SimRecorder::open_items() const {
  return {items_.begin() + static_cast<std::ptrdiff_t>(closed_),
          items_.begin() + static_cast<std::ptrdiff_t>(written_)};
}

void SimRecorder::on_closed(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  name.resize(name.size() - kLogEnding.size());
  const std::vector<RecordedMark> items = open_items();
  logs_.add(name, items, items.size(), RecordedLogs::End::kClosed);
  closed_ = written_;
  to_seal_.push_back(std::move(name));
  seal_at_ = std::max(seal_at_, now_ + kSealDelay);
}

SimRecorder::Kept SimRecorder::crash(bool power_cut, exchange::Random& random, UnixNanos now) {
  now_ = now;
  if (hangs_ == 0 && random.one_in(2)) {
    disk_.die_after(random.below(kMostWrites));
    write_queue();
    bring_to_disk();
  }
  writer_.reset();
  queue_.clear();
  queued_bytes_ = 0;
  to_seal_.clear();
  power_cut ? disk_.cut_power() : disk_.process_ends();
  const std::vector<RecordedMark> items = open_items();
  const std::size_t synced = std::max(closed_, synced_before_) - closed_;
  std::size_t left = 0;
  std::size_t unsealed = 0;  // with what is there and means nothing by itself
  for (std::string name : disk_.names_in(fmt::format("{}/_open", directory_))) {
    if (!name.ends_with(kLogEnding)) continue;
    name.resize(name.size() - kLogEnding.size());
    if (logs_.has(name)) {
      if (power_cut) logs_.on_unsynced_lost(name, now);
      continue;
    }
    const auto [here, lacks_line, is_torn] = logs_.left_of(name, items, now);
    logs_.add(name, {items.begin(), items.begin() + static_cast<std::ptrdiff_t>(here)}, std::min(here, synced),
              here < items.size() && is_torn ? RecordedLogs::End::kCut : RecordedLogs::End::kLeft);
    left = std::max(left, here);
    unsealed = std::max(unsealed, here + static_cast<std::size_t>(lacks_line));
  }
  const std::size_t kept = closed_ + left;
  check_marks(closed_ + unsealed, power_cut);
  return {kept, kept < items_.size() ? handed_over_[kept] : now};
}

// What the marks promise: nothing that was synced is gone, and what is not synced is young.
void SimRecorder::check_marks(std::size_t kept, bool power_cut) {
  const std::size_t promised = std::max(closed_, power_cut || failed_since_sync_ ? synced_before_ : synced_);
  if (kept < promised) find_(now_, fmt::format("{} of {} synced lines and entries are left", kept, promised));
  const bool is_well = hangs_ == 0 && now_ - last_trouble_ > 2 * kOldestMark;
  if (is_well && kept < items_.size() && now_ - handed_over_[kept] > kOldestMark)
    find_(now_, fmt::format("lost since {}, with a disk that is well", to_iso8601(handed_over_[kept])));
}

Sealer SimRecorder::make_sealer() {
  return Sealer(
      directory_, [venue = venue_] { return std::make_unique<MessageOwner>(venue); }, disk_,
      [this](const std::string& path) { return disk_.open(path); }, kFastest);
}

void SimRecorder::seal_next() {
  Sealer sealer = make_sealer();
  seal_at_ = now_ + kSealPause;
  std::string name = std::move(to_seal_.front());
  to_seal_.pop_front();
  if (!seal(sealer, name)) to_seal_.push_back(std::move(name));
}

bool SimRecorder::seal(Sealer& sealer, const std::string& name) {
  const auto report = sealer.seal(name);
  if (report) {
    logs_.on_sealed(name, report->lost, report->damaged, now_);
    return true;
  }
  ++failures_;
  if (report.error().code != ErrorCode::kStorage)
    find_(now_, fmt::format("{} cannot be sealed: {}", name, report.error().message));
  return false;
}

// What fails for now is tried again while the run goes on.
void SimRecorder::seal_all() {
  Sealer sealer = make_sealer();
  const auto waiting = sealer.waiting();
  cannot_tell_ = !waiting;
  if (!waiting) return;
  to_seal_.assign(waiting->begin(), waiting->end());
  for (const std::string& name : to_seal_) logs_.add_unknown(name);
  std::erase_if(to_seal_, [&](const std::string& name) { return seal(sealer, name); });
  seal_at_ = now_ + kSealPause;
}

void SimRecorder::recover(bool power_cut, exchange::Random& random, UnixNanos now) {
  now_ = now;
  if (random.one_in(3)) return leave_all();
  for (int i = 0; i <= kMostCrashes; ++i) {
    if (i < kMostCrashes && random.one_in(2)) disk_.die_after(random.below(kMostSealing));
    seal_all();
    const bool crashed = disk_.is_dead();
    crashed&& power_cut ? disk_.cut_power() : disk_.process_ends();
    if (!crashed) break;
  }
  keep_all();
}

// As if they were too long to be sealed before a run.
void SimRecorder::leave_all() {
  ++left_open_;
  Sealer sealer = make_sealer();
  const auto waiting = sealer.waiting();
  cannot_tell_ = !waiting;
  if (!waiting) return;
  to_seal_.assign(waiting->begin(), waiting->end());
  for (const std::string& name : to_seal_) logs_.add_unknown(name);
  seal_at_ = now_ + kSealLater;
  keep_all();
}

void SimRecorder::keep_all() {
  Sealer sealer = make_sealer();
  for (const std::string& name : to_seal_) {
    for (int i = 0; i < kMostAttempts && !sealer.keep(name); ++i) {
      ++failures_;
      logs_.on_unsynced_lost(name, now_);
    }
  }
}

LeftLogs SimRecorder::left_logs() const {
  LeftLogs left;
  if (cannot_tell_) left.problems.emplace_back("what is left cannot be read");
  for (const std::string& name : to_seal_) left.problems.push_back(fmt::format("{} is not sealed yet", name));
  return left;
}

void SimRecorder::end_run(UnixNanos now) {
  now_ = now;
  hangs_ = 0;
  retry_at_.reset();
  write_queue();
  if (const Result<void> closed = writer_->close(now); !closed || !queue_.empty())
    find_(now, fmt::format("the recording cannot be closed: {}", closed ? "it waits" : closed.error().message));
  writer_.reset();
  synced_ = synced_before_ = written_;
  for (int i = 0; i < kMostAttempts && (i == 0 || !to_seal_.empty()); ++i) seal_all();
  logs_.check_segments(now);
}

}  // namespace acts::sim
