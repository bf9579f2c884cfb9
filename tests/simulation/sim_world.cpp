#include "simulation/sim_world.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "exchange/random.hpp"
#include "live/process_health.hpp"
#include "recording/temp_dir.hpp"
#include "simulation/sim_replay.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;
using collector::ClosedInfo;
using collector::ConnectionNumber;
using exchange::Outgoing;
using exchange::RestReply;

constexpr std::string_view kPeer = "198.51.100.1";
constexpr Nanos kLongestTimer = 1s;
constexpr Nanos kShortOutage = 15s;       // TCP sends again what an outage of so long has swallowed
constexpr std::size_t kHistory = 20'000;  // changes of a book: some ten minutes
constexpr std::size_t kStepsAtOnce = 10'000;
constexpr std::uint64_t kNumbersARun = 1'000'000;
constexpr std::uint64_t kSeedOfDisk = 0x626C'6F63'6B73;
constexpr std::uint64_t kSeedOfBooks = 0x626F'6F6B'73;
constexpr std::uint64_t kSeedOfStore = 0x7374'6F72'65;

struct Target {
  std::string path;
  std::string query;
};

Target target_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  const std::size_t question = std::min(url.find('?', path), url.size());
  return {std::string(url.substr(path, question - path)), std::string(url.substr(std::min(question + 1, url.size())))};
}

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
}

// Before a run, as the process does: what EarlierRun reads lies in real files.
void SimWorld::look_back() {
  const testing::TempDir data(fast_directory());
  disk_.copy_to(data.string());
  settings_.data_dir = data / "data";
  const LeftLogs left = recorder_.left_logs();
  const auto log = [this](std::optional<Venue>, const collector::Log& line) { checks_->on_log(line, now_); };
  earlier_.emplace(settings_, log,
                   [this, left](Venue venue) { return venue == plan_.market.venue ? left : LeftLogs{}; });
  const EarlierRun::Symbols symbols{{plan_.market.venue, plan_.market.symbols}};
  SqliteStore& store = store_.open();
  earlier_->seal();
  clock_ = ForwardTime();
  clock_.not_before(earlier_->begin_after(symbols, &store, ours()), now_ - UnixNanos{});
  earlier_->restore(symbols, &store, std::chrono::hours{1});  // of real time: a busy machine finds the same
  if (!left.problems.empty()) checks_->expect_no_books();
  auto missed = earlier_->missed_minutes(symbols, store, ours());
  ACTS_ASSERT(missed.has_value());
  store_.begin_run(std::move(*missed), !left.problems.empty(), now_);
}

void SimWorld::begin_run() {
  look_back();
  collector::CollectorOptions options = plan_.collector;
  options.earlier_book = [this](std::string_view symbol) { return earlier_->take_book(plan_.market.venue, symbol); };
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
  collector_ = std::move(*made);
  collector_->start(ours());
  carry_out();
}

// The system ends its connections; what was on its way to it comes to nobody.
void SimWorld::kill(const Kill& kill) {
  for (auto& [number, line] : lines_) {
    if (std::exchange(line.gone, true)) continue;
    forget_at_venue(line);
    if (line.session != 0) sessions_.erase(line.session);
  }
  pending_.clear();
  books_.crash();
  const SimRecorder::Kept kept = recorder_.crash(kill.power_cut, random_, now_);
  checks_->on_kill(*collector_, kept.until, now_);
  for (const GivenEarly& row : given_early_) {
    if (row.told > kept.items) store_.excuse(row.symbol, row.sample_time);
  }
  given_early_.clear();
  held_rows_ = HeldRows();
  store_.crash();
  collector_.reset();
  run_base_ += kNumbersARun;
  at(now_ + kill.down, [this, power_cut = kill.power_cut] {
    recorder_.recover(power_cut, random_, now_);
    begin_run();
  });
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
  for (const ClockStep& one : plan_.clock_steps) at(one.at, [this, by = one.by] { wall_offset_ += by; });
  for (const Kill& one : plan_.kills) at(one.at, [this, one] { kill(one); });
  plan_disk();
  plan_rows();
  begin_run();
  step(plan_.end);
  checks_->at_end(*collector_, now_);
  collector_->stop("the simulation is over", ours());
  recorder_.end_run(now_);
  give_rows();
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
void SimWorld::give_rows() {
  if (held_rows_.size() == 0) return;
  const RecordingProgress progress = recorder_.progress(now_);
  const bool early = progress.stuck_for >= std::optional(HeldRows::kLongestHold);
  for (MinuteRow& row : held_rows_.take(progress)) {
    if (early) given_early_.push_back({row.symbol(), row.sample_time(), progress.told});
    store_.push(std::move(row), now_);
  }
}

void SimWorld::plan_disk() {
  const auto hang = [this](const Pause& pause) {
    at(pause.from, [this] {
      recorder_.set_hanging(true, now_);
      books_.set_hanging(true);
    });
    at(pause.to, [this] {
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
      give_rows();
    } else if (books <= next) {
      books_.work(now_);
      if (collector_) collector_->set_can_save(!books_.full());
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
  give_rows();
  collector_->set_can_save(!books_.full());
  collector_->set_can_checkpoint(store_.behind_for(now_) < kSlowAfter);
  checks_->after_call(*collector_, now_);
}

void SimWorld::carry_out(const collector::Action& action) {
  if (const auto* a = std::get_if<collector::OpenConnection>(&action)) open(*a);
  if (const auto* b = std::get_if<collector::CloseConnection>(&action)) close(*b);
  if (const auto* c = std::get_if<collector::SendText>(&action)) send(*c);
  if (const auto* d = std::get_if<collector::HttpGet>(&action)) get(*d);
  if (const auto* e = std::get_if<collector::Log>(&action)) checks_->on_log(*e, now_);
  if (const auto* f = std::get_if<collector::SaveBook>(&action)) books_.push(*f, now_);
}

void SimWorld::open(const collector::OpenConnection& action) {
  const ConnectionNumber number = run_base_ + action.connection;
  Line& line = lines_[number];
  line.idle = clock_.real_time_for(action.idle);
  line.last_down = line.last_up = now_;
  checks_->on_connect(now_);
  if (outage(now_) != nullptr) return;  // swallowed: the collector's own patience ends it
  at(now_ + travel(), [this, number, url = action.url] { handshake(number, url); });
}

void SimWorld::handshake(ConnectionNumber number, const std::string& url) {
  Line& line = lines_.at(number);
  if (line.gone) return;
  const Target target = target_of(url);
  const auto result = core_->connect(target.path, target.query, kPeer, now_);
  const UnixNanos there = now_ + travel();
  if (const auto* refusal = std::get_if<HttpResponse>(&result)) {
    at_collector(there, [this, number, response = *refusal] {
      std::optional<Nanos> wait;
      if (!response.header("Retry-After").empty()) wait = parse_retry_after(response.header("Retry-After"), now_);
      const ErrorCode kind = response.status == 0 ? ErrorCode::kRetry : ErrorCode::kRefused;
      end_line(number, {1006, kind, response.status, wait, "refused"});
    });
    return;
  }
  line.session = std::get<exchange::SessionId>(result);
  sessions_[line.session] = number;
  line.last_down = there;
  at_collector(there, [this, number] {
    Line& opened = lines_.at(number);
    if (opened.gone || opened.broken) return;
    opened.open = true;
    opened.last_byte = now_;
    collector_->on_ws_open(number - run_base_, ours());
    if (opened.idle > Nanos{0}) watch_idleness(number);
  });
  for (const Outgoing& one : core_->take_outgoing()) down(one);
}

void SimWorld::watch_idleness(ConnectionNumber number) {
  const Line& line = lines_.at(number);
  if (line.gone) return;
  if (now_ - line.last_byte >= line.idle) {
    forget_at_venue(line);
    end_line(number, {1006, ErrorCode::kRetry, 0, std::nullopt, "nothing came: taken for dead"});
    return;
  }
  at_collector(line.last_byte + line.idle, [this, number] { watch_idleness(number); });
}

// The socket's end comes to the venue too, unless nothing does.
void SimWorld::forget_at_venue(const Line& line) {
  if (line.session == 0 || line.broken) return;
  at(now_ + travel(), [this, session = line.session] { core_->on_closed(session, now_); });
}

void SimWorld::end_line(ConnectionNumber number, const ClosedInfo& info) {
  Line& line = lines_.at(number);
  if (std::exchange(line.gone, true)) return;
  if (line.session != 0) sessions_.erase(line.session);
  collector_->on_ws_closed(number - run_base_, info, ours());
}

void SimWorld::close(const collector::CloseConnection& action) {
  const ConnectionNumber number = run_base_ + action.connection;
  const auto found = lines_.find(number);
  if (found == lines_.end() || found->second.gone) return;
  checks_->on_close(ours());
  forget_at_venue(found->second);
  const UnixNanos answered = action.abort || found->second.session == 0 ? now_ : now_ + travel() * 2;
  const UnixNanos told = found->second.broken && !action.abort ? now_ + 5s : answered;
  at_collector(told,
               [this, number] { end_line(number, {1000, ErrorCode::kCancelled, 0, std::nullopt, "closed by us"}); });
}

void SimWorld::send(const collector::SendText& action) {
  Line& line = lines_.at(run_base_ + action.connection);
  checks_->on_text_sent(run_base_ + action.connection, now_);
  if (line.broken || line.gone || line.session == 0) return;
  const Pause* pause = outage(now_);
  line.last_up = std::max(line.last_up, (pause != nullptr ? pause->to : now_) + travel());
  at(line.last_up, [this, session = line.session, text = action.text] {
    core_->on_text(session, text, now_);
    for (const Outgoing& one : core_->take_outgoing()) down(one);
  });
}

void SimWorld::down(const Outgoing& one) {
  const auto number = sessions_.find(one.session);
  if (number == sessions_.end()) return;
  Line& line = lines_.at(number->second);
  if (std::holds_alternative<exchange::CloseSession>(one.what)) core_->on_closed(one.session, now_);
  if (std::holds_alternative<exchange::StallSession>(one.what) || line.broken) return;
  const Pause* pause = outage(now_);
  line.last_down = std::max(line.last_down, (pause != nullptr ? pause->to : now_) + travel());
  at_collector(line.last_down, [this, number = number->second, one] { deliver(number, one); });
}

void SimWorld::deliver(ConnectionNumber number, const Outgoing& one) {
  Line& line = lines_.at(number);
  if (line.gone || line.broken || !line.open) return;
  line.last_byte = now_;
  if (const auto* text = std::get_if<exchange::SendText>(&one.what)) {
    if (text->text->size() > kMaxMessage) {
      collector_->on_ws_too_long(number - run_base_, text->text->size(), ours());
      return;
    }
    checks_->before_message(*text->text, ours());
    collector_->on_ws_message(number - run_base_, *text->text, ours());
    checks_->after_message(now_);
  } else if (const auto* ping = std::get_if<exchange::SendPing>(&one.what)) {
    line.last_up = std::max(line.last_up, now_ + travel());
    checks_->on_text_sent(number, now_);
    at(line.last_up,
       [this, session = one.session, payload = ping->payload] { core_->on_pong(session, payload, now_); });
  } else if (const auto* end = std::get_if<exchange::CloseSession>(&one.what)) {
    const std::uint16_t code = end->code == 0 ? std::uint16_t{1006} : end->code;
    end_line(number, {code, ErrorCode::kRetry, 0, std::nullopt, "closed by the venue"});
  }
}

// Of a list of symbols: what it says of ours.
SimChecks::Listing SimWorld::listing_in(const RestReply& reply) const {
  SimChecks::Listing listing;
  if (reply.response.status != 200 || !reply.response.body.contains(R"("symbols":)")) return listing;
  for (const std::string& symbol : plan_.market.symbols) listing[symbol] = core_->faults().symbol_state(symbol, now_);
  return listing;
}

void SimWorld::get(const collector::HttpGet& action) {
  checks_->on_request(ours());
  const collector::RequestNumber number = run_base_ + action.request;
  pending_[number] = true;
  at_collector(now_ + clock_.real_time_for(action.timeout), [this, number] {
    if (pending_.erase(number) > 0) collector_->on_http_failed(number - run_base_, "no answer in time", ours());
  });
  if (outage(now_) != nullptr) return;
  at(now_ + travel(), [this, url = action.url, number] {
    const Target target = target_of(url);
    const RestReply reply = core_->request({"GET", target.path, target.query, kPeer}, now_);
    checks_->on_reply(reply, now_);
    if (reply.how != RestReply::How::kNever) answer(number, reply, listing_in(reply));
  });
}

void SimWorld::answer(collector::RequestNumber request, RestReply reply, SimChecks::Listing listing) {
  at_collector(now_ + reply.delay + travel(), [this, request, reply = std::move(reply), listing = std::move(listing)] {
    if (outage(now_) != nullptr || pending_.erase(request) == 0) return;
    if (reply.how != RestReply::How::kWhole) {
      collector_->on_http_failed(request - run_base_, "the connection ended in the middle", ours());
      return;
    }
    const HttpResponse& response = reply.response;
    checks_->on_answer(response, ours());
    collector_->on_http_answer(
        request - run_base_,
        {response.status, response.body, response.header("X-MBX-USED-WEIGHT-1M"), response.header("Retry-After")},
        ours());
    if (!listing.empty()) checks_->on_listing(listing);
  });
}

}  // namespace acts::sim
