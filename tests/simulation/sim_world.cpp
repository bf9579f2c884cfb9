#include "simulation/sim_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "exchange/random.hpp"
#include "live/cooldown_writer.hpp"
#include "live/process_health.hpp"
#include "recording/temp_dir.hpp"
#include "simulation/sim_replay.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;
using collector::Cooldown;
using exchange::Outgoing;

constexpr Nanos kLongestTimer = 1s;
constexpr Nanos kShortOutage = 15s;       // TCP sends again what an outage of so long has swallowed
constexpr std::size_t kHistory = 20'000;  // changes of a book: some ten minutes
constexpr std::size_t kStepsAtOnce = 10'000;
constexpr std::size_t kBytesAMinute = 1024;  // of marks, while nothing is read
constexpr std::uint64_t kNumbersARun = 1'000'000;
constexpr std::uint64_t kSeedOfDisk = 0x626C'6F63'6B73;
constexpr std::uint64_t kSeedOfBooks = 0x626F'6F6B'73;
constexpr std::uint64_t kSeedOfStore = 0x7374'6F72'65;

}  // namespace

SimWorld::SimWorld(SimPlan plan)
    : plan_(std::move(plan)),
      random_(plan_.seed ^ 0x6E65'7477'6F72'6BU),
      now_(plan_.start),
      market_clock_(exchange::Pace{.original_times = true, .wait_for_streams = 0}, plan_.market.start),
      disk_(plan_.seed ^ kSeedOfDisk),
      recorder_(plan_.market.venue, disk_, now_,
                [this](UnixNanos now, std::string what) { checks_->find(now, std::move(what)); }),
      books_(plan_.market.venue, disk_, plan_.seed ^ kSeedOfBooks),
      store_(plan_.rows, make_schema(plan_.collector.bands), plan_.seed ^ kSeedOfStore,
             [this](UnixNanos now, std::string what) { checks_->find(now, std::move(what)); }) {
  const Venue venue = plan_.market.venue;
  market_clock_.on_subscriptions(venue, 0, now_);
  auto source = std::make_unique<exchange::SyntheticMarket>(plan_.market);
  source->keep_history(kHistory);
  core_ = std::make_unique<exchange::VenueCore>(venue, std::move(source), market_clock_,
                                                exchange::default_weight_rules(venue));
  core_->play(plan_.faults, now_);
  checks_ = std::make_unique<SimChecks>(plan_, *core_, recorder_);
  recorder_.set_max_queued_bytes(plan_.max_queued_bytes);
}

// Before a run, as the process does: what EarlierRun reads lies in real files.
void SimWorld::look_back() {
  const testing::TempDir data(fast_directory());
  disk_.copy_to(data.string());
  settings_.data_dir = data / "data";
  const LeftLogs left = recorder_.left_logs();
  const auto log = [this](std::optional<Venue>, const collector::Log& line) { checks_->on_log(line, now_); };
  earlier_.emplace(settings_, log, [this, left](Venue venue, const EarlierRun::Stop& /*stop*/) {
    return venue == plan_.market.venue ? left : LeftLogs{};
  });
  earlier_cooldowns_ = read_cooldowns(settings_.data_dir, plan_.market.venue);
  for (const std::string& problem : earlier_cooldowns_.problems) checks_->find(now_, problem);
  const EarlierRun::Symbols symbols{{plan_.market.venue, plan_.market.symbols}};
  SqliteStore& store = store_.open();
  earlier_->seal();
  clock_ = ForwardTime();
  clock_.not_before(earlier_->begin_after(symbols, &store, ours()), now_ - UnixNanos{});
  earlier_->restore(symbols, &store, std::chrono::hours{1});  // of real time: a busy machine finds the same
  auto missed = earlier_->missed_minutes(symbols, store, ours());
  ACTS_ASSERT(missed.has_value());
  store_.begin_run(std::move(*missed), now_);
}

void SimWorld::begin_run() {
  look_back();
  collector::CollectorOptions options = plan_.collector;
  options.earlier_book = [this](std::string_view symbol) { return earlier_->take_book(plan_.market.venue, symbol); };
  options.earlier_cooldowns = earlier_cooldowns_.cooldowns;
  const UnixNanos begin = ours();
  delay_by(clock_.ahead(), begin, options.earlier_cooldowns);
  options.on_begin = [this](UnixNanos now) {
    MissedMinutes missed = earlier_->minutes_until(plan_.market.venue, now);
    for (MinuteRow& row : missed.next(MissedMinutes::kMostMinutes)) store_.push(std::move(row), now_);
  };
  auto made = collector::Collector::make(
      std::move(options),
      [this](MinuteRow&& row) {
        checks_->on_row(row, collector_->pipeline(), now_);
        held_rows_.push(std::move(row));
      },
      checks_->log());
  ACTS_ASSERT(made.has_value());
  recorder_.begin_run();
  checks_->on_begin(now_);
  collector_ = std::move(*made);
  collector_->start(ours());
  carry_out();
}

// Of those that are there, and not within a sleep: a process does not begin with one.
void SimWorld::on_refused(Cooldown::Scope scope, const HttpResponse& response, UnixNanos replied) {
  if (!checks_->on_refused(scope, response, replied, now_)) return;
  const KillsWhenRefused& kills = plan_.kills_when_refused;
  const Kill next{now_ + kills.after, kills.power_cut, kills.down};
  const UnixNanos again = next.at + next.down;
  const auto meets = [&](const Pause& one) { return one.from <= again && next.at < one.to; };
  const bool is_enough = is_to_be_killed_ || killed_when_refused_ == kills.times || again >= plan_.faults_end;
  if (is_enough || std::ranges::any_of(plan_.sleeps, meets)) return;
  is_to_be_killed_ = true;
  at(next.at, [this, next] {
    is_to_be_killed_ = false;
    killed_when_refused_ += static_cast<std::uint64_t>(collector_ != nullptr);
    kill(next);
  });
}

// The system ends its connections; what was on its way to it comes to nobody.
void SimWorld::kill(const Kill& kill) {
  if (!collector_) return;  // it is dead already
  for (auto& [number, line] : lines_) {
    if (std::exchange(line.gone, true)) continue;
    forget_at_venue(line);
    if (line.session != 0) sessions_.erase(line.session);
  }
  pending_.clear();
  unread_.clear();
  paused_at_.reset();
  unkept_.clear();
  books_.crash();
  const SimRecorder::Kept kept = recorder_.crash(kill.power_cut, random_, now_);
  checks_->on_kill(*collector_, kept.until, now_);
  for (const GivenEarly& row : given_early_) {
    if (row.told > kept.items) store_.excuse(row.symbol, row.sample_time);
  }
  given_early_.clear();
  check_places(kept.items);
  held_rows_ = HeldRows();
  held_books_ = HeldBooks();
  store_.crash();
  collector_.reset();
  run_base_ += kNumbersARun;
  at(now_ + kill.down, [this, power_cut = kill.power_cut] {
    recorder_.recover(power_cut, random_, now_);
    begin_run();
  });
}

// What CooldownWriter does on its thread.
void SimWorld::keep_cooldown(const Cooldown& cooldown) {
  unkept_.insert_or_assign(cooldown.scope, cooldown);
  keep_cooldowns(run_base_);
}

void SimWorld::keep_cooldowns(std::uint64_t run) {
  if (run != run_base_ || unkept_.empty()) return;
  std::erase_if(unkept_, [this](const auto& entry) {
    const bool is_kept =
        disk_hangs_ == 0 && write_cooldown(disk_, "data", plan_.market.venue, entry.second).has_value();
    checks_->on_cooldown(entry.first, is_kept);
    return is_kept;
  });
  if (!unkept_.empty()) at(now_ + CooldownWriter::kPause, [this, run] { keep_cooldowns(run); });
}

void SimWorld::step_clock(Nanos by) {
  wall_offset_ += by;
  checks_->on_clock_step(by);
}

UnixNanos SimWorld::awake(UnixNanos when) const {
  for (const Pause& pause : plan_.sleeps) {
    if (pause.from <= when && when < pause.to) return pause.to;
  }
  return when;
}

const Pause* SimWorld::outage(UnixNanos when) const {
  const auto found =
      std::ranges::find_if(plan_.outages, [when](const Pause& one) { return one.from <= when && when < one.to; });
  return found == plan_.outages.end() ? nullptr : &*found;
}

UnixNanos SimWorld::ours() { return clock_.at(now_ + wall_offset_, now_ - UnixNanos{}); }

// As VenueRun waits: no longer than a step of the clock may go unnoticed.
Nanos SimWorld::real_time_until(UnixNanos deadline) {
  const Nanos left = deadline - ours();
  return std::clamp(left > kLongestTimer ? kLongestTimer : clock_.real_time_for(left), Nanos{0}, kLongestTimer);
}

Nanos SimWorld::travel() { return plan_.latency + Nanos{random_.below(plan_.jitter.count() + 1)}; }

void SimWorld::at_collector(UnixNanos when, Event event) {
  at(awake(when), [this, event = std::move(event)] {
    event();
    carry_out();
  });
}

void SimWorld::run() {
  for (const Pause& outage : plan_.outages) {
    if (outage.to - outage.from <= kShortOutage) continue;
    at(outage.from, [this] {
      for (auto& [number, line] : lines_) line.broken = true;
    });
  }
  for (const ClockStep& one : plan_.clock_steps) at(one.at, [this, by = one.by] { step_clock(by); });
  for (const Kill& one : plan_.kills) at(one.at, [this, one] { kill(one); });
  plan_disk();
  plan_rows();
  begin_run();
  step(plan_.end);
  checks_->at_end(*collector_, now_);
  collector_->stop("the simulation is over", ours());
  recorder_.end_run(now_);
  give_held();
  store_.end_run(now_);
  check_replays();
}

// Every second symbol with the books of its checkpoints in place of its own.
void SimWorld::check_replays() {
  for (std::size_t i = 0; i < plan_.market.symbols.size(); ++i) {
    const std::string& symbol = plan_.market.symbols[i];
    std::vector<BookFile> books;
    if ((plan_.seed + i) % 2 == 0) books = books_.told(symbol);
    const ReplayedRows replayed = replay_symbol(
        plan_.market.venue, symbol, recorder_.logs().reader_of(recorder_.logs().segments_of(symbol)), std::move(books));
    for (const std::string& problem : replayed.problems) checks_->find(now_, problem);
    store_.check_recorded(symbol, replayed.rows);
  }
}

// A disk that hangs holds them up for a while only.
void SimWorld::give_held() {
  if (held_rows_.size() + held_books_.size() == 0) return;
  const RecordingProgress progress = recorder_.progress(now_);
  const bool early = progress.stuck_for >= std::optional(kLongestHold);
  for (MinuteRow& row : held_rows_.take(progress)) {
    if (early) given_early_.push_back({row.symbol(), row.sample_time(), progress.told});
    store_.push(std::move(row), now_);
  }
  for (const collector::SaveBook& book : held_books_.take(progress)) books_.push(book, now_);
}

void SimWorld::save(const collector::SaveBook& book) {
  if (!book.is_marked) {
    books_.push(book, now_);
    return;
  }
  places_[books_.path_of(book.symbol, book.at)] = recorder_.progress(now_).told;
  held_books_.push(book);
}

// So much of the recording is on the disk.
void SimWorld::check_place(const std::string& path, std::uint64_t kept) {
  const auto told = places_.find(path);
  if (told != places_.end() && told->second > kept)
    checks_->find(now_, fmt::format("{} is there, and its place in the recording is not", path));
}

// After a kill.
void SimWorld::check_places(std::uint64_t kept) {
  for (const auto& [path, told] : places_) {
    if (disk_.exists(path)) check_place(path, kept);
  }
  places_.clear();
}

// As VenueRun does.
void SimWorld::watch_recorder() {
  if (paused_at_) return check_queue();
  if (!recorder_.full()) return;
  paused_at_ = now_;
  ++pauses_;
  collector_->on_reading_paused(ours());
}

// What was under way may come beyond what the queue may hold.
void SimWorld::check_queue() {
  const auto minutes = static_cast<std::size_t>((now_ - *paused_at_) / kMinute + 1);
  const std::size_t most =
      plan_.max_queued_bytes + minutes * kBytesAMinute + (plan_.collector.timings.rest_in_flight + 1) * kMaxMessage;
  if (recorder_.queued_bytes() <= most) return;
  checks_->find(now_, fmt::format("{} bytes wait for the recording, paused since {}", recorder_.queued_bytes(),
                                  to_iso8601(*paused_at_)));
}

void SimWorld::resume_reading() {
  paused_at_.reset();
  for (auto& [number, line] : lines_) line.last_byte = now_;  // its idle time stood still
  collector_->on_reading_resumed(ours());
  carry_out();
  while (!unread_.empty() && !paused_at_) {
    const auto [number, one] = std::move(unread_.front());
    unread_.pop_front();
    deliver(number, one);
    carry_out();
  }
}

void SimWorld::plan_disk() {
  const auto hang = [this](const Pause& pause) {
    at(pause.from, [this] {
      ++disk_hangs_;
      recorder_.set_hanging(true, now_);
      books_.set_hanging(true);
    });
    at(pause.to, [this] {
      --disk_hangs_;
      recorder_.set_hanging(false, now_);
      books_.set_hanging(false);
    });
  };
  for (const Pause& one : plan_.sleeps) hang(one);
  for (const DiskTrouble& one : plan_.disk_troubles) {
    if (one.kind == DiskTrouble::Kind::kHanging) {
      hang(one.when);
      continue;
    }
    const bool full = one.kind == DiskTrouble::Kind::kFull;
    at(one.when.from,
       [this, full, fails = one.fails_one_in] { disk_.set({.full = full, .fails_one_in = full ? 0 : fails}); });
    at(one.when.to, [this] { disk_.set({}); });
  }
}

void SimWorld::plan_rows() {
  for (const Pause& one : plan_.rows.standing) {
    at(one.from, [this] { store_.set_standing(true, now_); });
    at(one.to, [this] { store_.set_standing(false, now_); });
  }
  for (std::size_t i = 0; i < plan_.rows.sinks.size(); ++i) {
    for (const SinkTrouble& one : plan_.rows.sinks[i].troubles) {
      SimSink::Trouble trouble;
      trouble.down = one.kind == SinkTrouble::Kind::kDown;
      if (one.kind == SinkTrouble::Kind::kFailing) trouble.fails_one_in = one.fails_one_in;
      if (one.kind == SinkTrouble::Kind::kSlow) trouble.slow = one.takes;
      at(one.when.from, [this, i, trouble] { store_.sink(i).set(trouble); });
      at(one.when.to, [this, i] { store_.sink(i).set({}); });
    }
  }
}

void SimWorld::step(UnixNanos end) {
  while (true) {
    const UnixNanos event = events_.empty() ? binance::kNever : events_.begin()->first;
    const UnixNanos venue = core_->next_deadline();
    const std::optional<UnixNanos> deadline = collector_ ? collector_->next_deadline() : std::nullopt;
    const UnixNanos timer = deadline ? awake(now_ + real_time_until(*deadline)) : binance::kNever;
    const UnixNanos disk = recorder_.next_deadline();
    const UnixNanos books = books_.next_deadline();
    const UnixNanos rows = awake(std::max(store_.next_deadline(), now_));
    const UnixNanos next = std::min({event, venue, disk, books, rows, timer});
    if (next > end) break;
    now_ = std::max(now_, next);
    if (event <= next) {
      const Event what = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      what();
    } else if (venue <= next) {
      run_venue();
    } else if (disk <= next) {
      recorder_.work(now_);
      give_held();
      if (paused_at_ && recorder_.has_room()) resume_reading();
    } else if (books <= next) {
      if (const auto written = books_.work(now_)) check_place(*written, recorder_.progress(now_).durable);
      if (collector_) collector_->set_can_save(!books_.full(held_books_.size()));
    } else if (rows <= next) {
      store_.work(now_);
    } else {
      if (*deadline <= ours()) collector_->on_timer(ours());
      carry_out();
    }
  }
  now_ = end;
}

void SimWorld::run_venue() {
  core_->on_time(now_);
  core_->advance(now_, kStepsAtOnce);
  for (const Outgoing& one : core_->take_outgoing()) down(one);
}

void SimWorld::carry_out() {
  if (!collector_) return;
  collector::ActionQueue& actions = collector_->actions();
  while (!actions.empty()) {
    const collector::Action action = std::move(actions.front());
    actions.pop_front();
    carry_out(action);
  }
  give_held();
  watch_recorder();
  collector_->set_can_save(!books_.full(held_books_.size()));
  collector_->set_can_checkpoint(store_.behind_for(now_) < kSlowAfter);
  checks_->after_call(*collector_, now_);
}

void SimWorld::carry_out(const collector::Action& action) {
  if (const auto* a = std::get_if<collector::OpenConnection>(&action)) open(*a);
  if (const auto* b = std::get_if<collector::CloseConnection>(&action)) close(*b);
  if (const auto* c = std::get_if<collector::SendText>(&action)) send(*c);
  if (const auto* d = std::get_if<collector::HttpGet>(&action)) get(*d);
  if (const auto* e = std::get_if<collector::Log>(&action)) checks_->on_log(*e, now_);
  if (const auto* f = std::get_if<collector::SaveBook>(&action)) save(*f);
  if (const auto* g = std::get_if<collector::KeepCooldown>(&action)) keep_cooldown(g->cooldown);
}

}  // namespace acts::sim
