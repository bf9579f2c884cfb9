#include "live/venue_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "binance/rest.hpp"
#include "binance/venue_facts.hpp"
#include "live/message_owner.hpp"
#include "recording/layout.hpp"

namespace acts {
namespace {

constexpr Nanos kResumePoll = std::chrono::milliseconds{20};
constexpr Nanos kHeldPoll = std::chrono::milliseconds{20};
// Of real time: so long a step of the wall clock may go unnoticed.
constexpr Nanos kLongestTimer = std::chrono::seconds{1};
// A request on the same connection may come so much later than is planned.
constexpr Nanos kKeptBesides = std::chrono::seconds{30};

}  // namespace

Result<std::unique_ptr<VenueRun>> VenueRun::make(EventLoop& loop, Clock& clock, VenueRunOptions options, RowSink rows,
                                                 LogSink log) {
  std::unique_ptr<VenueRun> run(new VenueRun(loop, clock, std::move(options), std::move(rows), std::move(log)));
  auto made = collector::Collector::make(
      run->options_.collector, [run = run.get()](MinuteRow&& row) { run->on_row(std::move(row)); }, *run->run_log_);
  if (!made) return std::unexpected(made.error());
  run->collector_ = std::move(*made);
  return run;
}

VenueRun::VenueRun(EventLoop& loop, Clock& clock, VenueRunOptions options, RowSink rows, LogSink log)
    : loop_(loop), clock_(clock), options_(std::move(options)), rows_(std::move(rows)), log_(std::move(log)) {
  const std::string venue(to_string(options_.collector.venue));
  if (options_.record_dir.empty()) {
    run_log_ = std::make_unique<collector::NullRunLog>();
  } else {
    sealer_ = std::make_shared<SealThread>(
        recording_directory(options_.record_dir, venue),
        [of = options_.collector.venue] { return std::make_unique<MessageOwner>(of); }, clock_.now());
    recorder_ = std::make_unique<RunRecorder>(
        RecordingWriterOptions{open_log_directory(options_.record_dir, venue), "0"}, options_.recording,
        [sealer = sealer_](const std::string& path) { sealer->add(path); });
    run_log_ = std::make_unique<RunLogRecorder>(*recorder_, options_.version, venue,
                                                RunSettings{options_.collector.bands, options_.collector.stale_after});
  }
  if (!options_.book_dir.empty()) books_ = std::make_unique<BookWriter>(options_.book_dir);
  if (!options_.cooldown_dir.empty()) {
    cooldowns_ = std::make_unique<CooldownWriter>(options_.cooldown_dir, options_.collector.venue);
  }
  HttpClientOptions http;
  http.ca_file = options_.ca_file;
  http.proxy = options_.proxy;
  // So that the requests for the venue's time find the connection of the one before, where the venue keeps it as long.
  http.idle_timeout = clock_.real_time_for(options_.collector.timings.time_interval) + kKeptBesides;
  http_ = std::make_unique<HttpClient>(loop_, http);
}

VenueRun::~VenueRun() {
  if (timer_) loop_.cancel_timer(*timer_);
  if (resume_timer_) loop_.cancel_timer(*resume_timer_);
  if (held_timer_) loop_.cancel_timer(*held_timer_);
}

void VenueRun::start(UnixNanos now) {
  collector_->start(now);
  carry_out();
}

void VenueRun::stop(std::string_view reason) {
  collector_->stop(reason, clock_.now());
  carry_out();
}

void VenueRun::begin_close_recording() {
  if (recorder_) recorder_->begin_close(clock_.now());
}

std::optional<RecordingHealth> VenueRun::recording() const {
  if (!recorder_) return std::nullopt;
  return RecordingHealth{options_.collector.venue, recorder_->status(), sealer_->status(), paused_, pauses_};
}

Result<void> VenueRun::set_symbols(std::span<const std::string> symbols) {
  Result<void> done = collector_->set_symbols(symbols, clock_.now());
  carry_out();
  return done;
}

void VenueRun::carry_out() {
  collector::ActionQueue& actions = collector_->actions();
  while (!actions.empty()) {
    const collector::Action action = std::move(actions.front());
    actions.pop_front();
    std::visit([this](const auto& one) { carry_out(one); }, action);
  }
  give_held();
  watch_recorder();
  watch_books();
  arm_timer();
}

void VenueRun::on_row(MinuteRow&& row) {
  if (recorder_) {
    held_rows_.push(std::move(row));
  } else {
    rows_(std::move(row));
  }
}

// What something was made of is told in full only when the collector is done with it.
void VenueRun::give_held() {
  if (held_rows_.size() + held_books_.size() == 0) return;
  const RecordingProgress progress = recorder_->progress();
  for (MinuteRow& row : held_rows_.take(progress)) rows_(std::move(row));
  for (const collector::SaveBook& book : held_books_.take(progress)) push(book);
  if (held_rows_.size() + held_books_.size() == 0 || held_timer_) return;
  held_timer_ = loop_.start_timer(kHeldPoll, [this] {
    held_timer_.reset();
    give_held();
  });
}

void VenueRun::carry_out(const collector::OpenConnection& action) {
  WsConnect connect;
  connect.url = action.url;
  connect.ca_file = options_.ca_file;
  connect.proxy = options_.proxy;
  connect.idle_timeout = clock_.real_time_for(action.idle);
  // The collector keeps to less; should it not, waiting here is better than being cut off.
  connect.messages_per_window =
      static_cast<std::size_t>(binance::limits(options_.collector.venue).control_messages_per_second);
  connect.window = clock_.real_time_for(std::chrono::seconds{1});
  const collector::ConnectionNumber number = action.connection;
  WsCallbacks callbacks;
  callbacks.on_open = [this, number] {
    collector_->on_ws_open(number, clock_.now());
    carry_out();
  };
  callbacks.on_message = [this, number](std::string_view bytes, UnixNanos ts_recv, bool) {
    collector_->on_ws_message(number, bytes, ts_recv);
    carry_out();
  };
  callbacks.on_too_long = [this, number](std::uint64_t bytes) {
    collector_->on_ws_too_long(number, bytes, clock_.now());
    carry_out();
  };
  callbacks.on_close = [this, number](const CloseInfo& info) {
    collector_->on_ws_closed(number, {info.code, info.kind, info.http_status, info.retry_after, info.reason},
                             clock_.now());
    loop_.post([this, number, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) sockets_.erase(number);
    });
    carry_out();
  };
  auto& socket = sockets_[number];
  socket = std::make_unique<WebSocketClient>(loop_, clock_, std::move(connect), std::move(callbacks));
  socket->open();
  if (paused_) socket->pause_reading();
}

void VenueRun::carry_out(const collector::CloseConnection& action) {
  const auto socket = sockets_.find(action.connection);
  if (socket == sockets_.end()) return;
  if (action.abort) {
    socket->second->abort();
  } else {
    socket->second->close(action.code);
  }
}

void VenueRun::carry_out(const collector::SendText& action) {
  const auto socket = sockets_.find(action.connection);
  if (socket == sockets_.end()) return;  // it closes just now: on_ws_closed() has told or will tell
  if (const Result<void> sent = socket->second->send_text(action.text); !sent) {
    log_({collector::LogLevel::kWarning, "send_failed", "", sent.error().message, 0});
  }
}

void VenueRun::carry_out(const collector::HttpGet& action) {
  HttpRequest request;
  request.url = action.url;
  request.timeout = clock_.real_time_for(action.timeout);
  // A new connection takes several ways there and back, which the request itself does not.
  const auto sent = std::make_shared<std::optional<UnixNanos>>();
  request.on_write = [sent, &clock = clock_] { *sent = clock.now(); };
  http_->request(std::move(request), [this, sent, number = action.request](const NetResult<HttpResponse>& response) {
    on_http(number, *sent, response);
    carry_out();
  });
}

void VenueRun::carry_out(const collector::SaveBook& action) {
  if (!books_) return;
  if (recorder_ && action.is_marked) {
    held_books_.push(action);
  } else {
    push(action);
  }
}

void VenueRun::push(const collector::SaveBook& action) {
  books_->push(
      action.kind == collector::SaveBook::Kind::kCheckpoint ? BookWriter::Kind::kCheckpoint
                                                            : BookWriter::Kind::kFullBook,
      {options_.collector.venue, action.symbol, action.at, recorder_ != nullptr && action.is_marked, *action.feed});
}

void VenueRun::carry_out(const collector::KeepCooldown& action) {
  if (!cooldowns_) return;
  if (const Result<void> kept = cooldowns_->keep(action.cooldown); !kept) {
    log_({collector::LogLevel::kError, "cooldown_not_kept", "",
          fmt::format("{}; tried on until it is kept, else a run that begins before {} would ask too early",
                      kept.error().message, to_iso8601(action.cooldown.until)),
          0});
  }
}

// One more than fits may come: an input asks for one at most.
void VenueRun::watch_books() {
  if (!books_) return;
  collector_->set_can_save(books_->has_room(held_books_.size()));
  collector_->set_can_save_full_books(books_->takes_full_books(held_books_.size()));
}

std::optional<BookHealth> VenueRun::books() const {
  if (!books_) return std::nullopt;
  BookHealth health{options_.collector.venue, books_->status()};
  health.status.waiting += held_books_.size();
  return health;
}

void VenueRun::on_http(collector::RequestNumber request, std::optional<UnixNanos> sent,
                       const NetResult<HttpResponse>& response) {
  const UnixNanos now = clock_.now();
  if (!response) {
    collector_->on_http_failed(request, response.error().message, now);
    return;
  }
  std::string retry_after;
  if (const auto wait = parse_retry_after(response->header(binance::kRetryAfterHeader), now)) {
    retry_after = std::to_string(std::chrono::ceil<std::chrono::seconds>(*wait).count());
  }
  collector_->on_http_answer(
      request, {response->status, response->body, response->header(binance::kUsedWeightHeader), retry_after, sent},
      now);
}

void VenueRun::arm_timer() {
  const std::optional<UnixNanos> deadline = collector_->next_deadline();
  if (!deadline || (timer_ && timer_at_ <= *deadline)) return;
  if (timer_) loop_.cancel_timer(*timer_);
  timer_at_ = *deadline;
  const Nanos delay = clock_.real_time_for(*deadline - clock_.now());
  timer_ = loop_.start_timer(std::clamp(delay, Nanos{0}, kLongestTimer), [this] { on_timer(); });
}

// A timer also ends before its time: after kLongestTimer, or because the clock goes at another speed than was expected.
void VenueRun::on_timer() {
  timer_.reset();
  const UnixNanos now = clock_.now();
  const std::optional<UnixNanos> deadline = collector_->next_deadline();
  if (deadline && *deadline <= now) collector_->on_timer(now);
  carry_out();
}

// A full recording queue stops the reading of every socket, and the asking for what is recorded, until it has room
// again.
void VenueRun::watch_recorder() {
  if (!recorder_ || paused_ || !recorder_->full()) return;
  paused_ = true;
  ++pauses_;
  for (auto& [number, socket] : sockets_) socket->pause_reading();
  collector_->on_reading_paused(clock_.now());
  const auto poll = [this](const auto& again) -> void {
    resume_timer_ = loop_.start_timer(kResumePoll, [this, again] {
      resume_timer_.reset();
      if (!recorder_->has_room()) {
        again(again);
        return;
      }
      paused_ = false;
      collector_->on_reading_resumed(clock_.now());
      for (auto& [number, socket] : sockets_) socket->resume_reading();
      carry_out();
    });
  };
  poll(poll);
}

}  // namespace acts
