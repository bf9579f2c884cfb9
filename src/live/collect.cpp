#include "live/collect.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "acts/features/feature.hpp"

#include "live/alert_conditions.hpp"
#include "live/cooldown_file.hpp"
#include "live/logging.hpp"
#include "net/proxy.hpp"
#include "net/real_clock.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

constexpr Nanos kStopPoll = std::chrono::milliseconds{20};
constexpr Nanos kStatesPoll = std::chrono::seconds{1};
constexpr Nanos kWatchInterval = std::chrono::seconds{1};

LogLevel level_of(collector::LogLevel level) {
  switch (level) {
    case collector::LogLevel::kDebug: return LogLevel::kDebug;
    case collector::LogLevel::kInfo: return LogLevel::kInfo;
    case collector::LogLevel::kWarning: return LogLevel::kWarn;
    case collector::LogLevel::kError: break;
  }
  return LogLevel::kError;
}

spdlog::level::level_enum spdlog_level_of(collector::LogLevel level) {
  switch (level) {
    case collector::LogLevel::kDebug: return spdlog::level::debug;
    case collector::LogLevel::kInfo: return spdlog::level::info;
    case collector::LogLevel::kWarning: return spdlog::level::warn;
    case collector::LogLevel::kError: break;
  }
  return spdlog::level::err;
}

std::unexpected<Error> begin_stopped() {
  return fail(ErrorCode::kCancelled,
              "stopped while what the last run has left was sealed and read: the next one goes on");
}

}  // namespace

CollectRun::CollectRun(EventLoop& loop, Clock& clock, CollectSettings settings, CollectHooks hooks)
    : loop_(loop),
      clock_(clock),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      earlier_(settings_, [this](std::optional<Venue> venue, const collector::Log& line) { log(venue, line); }) {}

CollectRun::~CollectRun() {
  if (states_timer_) loop_.cancel_timer(*states_timer_);
  if (watch_timer_) loop_.cancel_timer(*watch_timer_);
}

bool CollectRun::is_stopped() const { return hooks_.is_stopped && hooks_.is_stopped(); }

Result<std::unique_ptr<CollectRun>> CollectRun::make(EventLoop& loop, Clock& clock, CollectSettings settings,
                                                     CollectHooks hooks) {
  std::unique_ptr<CollectRun> run(new CollectRun(loop, clock, std::move(settings), std::move(hooks)));
  const auto symbols = by_venue(run->settings_);
  if (!symbols) return std::unexpected(symbols.error());
  if (Result<void> opened = run->open_store(*symbols); !opened) return std::unexpected(opened.error());
  for (const auto& [venue, of_venue] : *symbols) {
    auto made = run->make_venue(venue, of_venue, run->settings_.addresses_of(venue));
    if (!made) return std::unexpected(made.error());
    run->add_venue(venue, std::move(*made));
  }
  run->symbols_ = *symbols;
  if (Result<void> opened = run->open_alerts(); !opened) return std::unexpected(opened.error());
  if (Result<void> served = run->serve(); !served) return std::unexpected(served.error());
  return run;
}

Result<void> CollectRun::open_store(const EarlierRun::Symbols& symbols) {
  if (!hooks_.open_store || settings_.record) {
    auto lock = lock_data_dir(settings_.data_dir);
    if (!lock) return std::unexpected(lock.error());
    lock_.emplace(std::move(*lock));
    earlier_.seal(hooks_.is_stopped);
    if (is_stopped()) return begin_stopped();
  }
  const RowSchema schema = make_schema(settings_.bands);
  MissedMinutes missed(settings_.bands);
  auto store = hooks_.open_store ? hooks_.open_store(schema) : open_sqlite(schema, symbols, missed);
  if (hooks_.open_store && lock_) {
    clock_.not_before(earlier_.begin_after(symbols, nullptr, clock_.now()));
    earlier_.restore(symbols, nullptr, EarlierRun::kRestoreLimit, hooks_.is_stopped);
  }
  if (!store) return std::unexpected(store.error());
  if (is_stopped()) return begin_stopped();
  rows_ = std::make_unique<RowWriter>(std::move(*store));
  store_missed(std::move(missed));
  return {};
}

Result<std::unique_ptr<FeatureStore>> CollectRun::open_sqlite(const RowSchema& schema,
                                                              const EarlierRun::Symbols& symbols,
                                                              MissedMinutes& missed) {
  const std::string path = (std::filesystem::path(settings_.data_dir) / "acts.db").string();
  auto store = SqliteStore::open(path, schema);
  if (!store) return std::unexpected(store.error());
  clock_.not_before(earlier_.begin_after(symbols, store->get(), clock_.now()));
  earlier_.restore(symbols, store->get(), EarlierRun::kRestoreLimit, hooks_.is_stopped);
  if (is_stopped()) return begin_stopped();
  if (auto stored = earlier_.store_rows_of_other_bands(path, **store); !stored) return std::unexpected(stored.error());
  auto found = earlier_.missed_minutes(symbols, **store, clock_.now());
  if (!found) return std::unexpected(found.error());
  missed = std::move(*found);
  say_restored(missed);
  auto sinks = start_sinks(settings_.sinks, path, static_cast<std::uint64_t>(clock_.now().value));
  if (!sinks) return std::unexpected(sinks.error());
  sinks_ = std::move(*sinks);
  return std::unique_ptr<FeatureStore>(std::move(*store));
}

Result<VenueRunOptions> CollectRun::venue_options(Venue venue, std::vector<std::string> symbols,
                                                  const VenueAddresses& addresses) {
  const Result<ProxySettings> proxy = proxy_settings_from_environment();
  if (!proxy) return std::unexpected(proxy.error());
  Result<std::vector<std::string>> streams = streams_of(settings_, venue);
  if (!streams) return std::unexpected(streams.error());
  VenueRunOptions options;
  options.ca_file = settings_.ca_file;
  options.proxy = *proxy;
  options.version = hooks_.version;
  if (settings_.record) options.record_dir = settings_.data_dir;
  options.recording = hooks_.recording;
  if (lock_) options.book_dir = settings_.data_dir;
  collector::CollectorOptions& core = options.collector;
  core.venue = venue;
  core.symbols = std::move(symbols);
  core.streams = std::move(*streams);
  core.update_interval = settings_.update_interval;
  core.limit = limit_of(settings_, venue);
  if (settings_.refresh_interval > Nanos{0}) core.refresh_interval = settings_.refresh_interval;
  core.audit_interval.reset();
  if (settings_.audit_interval > Nanos{0}) core.audit_interval = settings_.audit_interval;
  core.bands = settings_.bands;
  core.stale_after = settings_.stale_after;
  core.rest_url = addresses.rest_url;
  core.stream_url = addresses.stream_url;
  core.connections = static_cast<std::size_t>(settings_.connections);
  core.lines = static_cast<std::size_t>(settings_.lines);
  core.seed = static_cast<std::uint64_t>(clock_.now().value);
  if (lock_) {
    options.cooldown_dir = settings_.data_dir;
    if (settings_.checkpoint_interval > Nanos{0}) core.checkpoint_interval = settings_.checkpoint_interval;
    core.full_book_at = settings_.full_book_at;
    core.earlier_book = [this, venue](std::string_view symbol) { return earlier_.take_book(venue, symbol); };
  }
  core.on_begin = [this, venue](UnixNanos now) {
    begun_at_[venue] = now;
    store_missed(earlier_.minutes_until(venue, now));
  };
  return options;
}

Result<std::unique_ptr<VenueRun>> CollectRun::make_venue(Venue venue, std::vector<std::string> symbols,
                                                         const VenueAddresses& addresses) {
  auto options = venue_options(venue, std::move(symbols), addresses);
  if (!options) return std::unexpected(options.error());
  collector::CollectorOptions& core = options->collector;
  if (lock_) {
    EarlierCooldowns earlier = read_cooldowns(settings_.data_dir, venue);
    for (std::string& problem : earlier.problems) {
      log(venue, {collector::LogLevel::kWarning, "cooldown_unreadable", "", std::move(problem), 0});
    }
    core.earlier_cooldowns = std::move(earlier.cooldowns);
    const UnixNanos now = clock_.now();
    delay_by(clock_.ahead_of_wall(), now, core.earlier_cooldowns);
  }
  if (hooks_.tune) hooks_.tune(core);
  return VenueRun::make(
      loop_, clock_, std::move(*options),
      [this](MinuteRow&& row) {
        if (hooks_.row) hooks_.row(row);
        rows_->push(std::move(row));
      },
      [this, venue](const collector::Log& line) { log(venue, line); });
}

void CollectRun::add_venue(Venue venue, std::unique_ptr<VenueRun> run) {
  venues_.push_back(std::move(run));
  venue_of_.push_back(venue);
  states_.emplace_back();
}

void CollectRun::log(std::optional<Venue> venue, const collector::Log& line) {
  if (hooks_.log) {
    hooks_.log(venue, line);
  } else if (venue) {
    log_event({level_of(line.level), *venue, line.symbol, line.key, line.text, line.repeats});
  } else {
    const std::string repeats = line.repeats > 0 ? fmt::format(" ({} more like it)", line.repeats) : "";
    spdlog::log(spdlog_level_of(line.level), "{}{}", line.text, repeats);
  }
}

Result<void> CollectRun::serve() {
  if (!settings_.serve_metrics) return {};
  ServerOptions options;
  options.address = settings_.metrics.host;
  options.port = settings_.metrics.port;
  server_ = std::make_unique<Server>(
      loop_, options, [this](const HttpServerRequest& request, HttpReply reply) { answer(request, std::move(reply)); });
  const Result<std::uint16_t> port = server_->listen();
  if (!port) return std::unexpected(port.error());
  metrics_port_ = *port;
  return {};
}

void CollectRun::answer(const HttpServerRequest& request, HttpReply reply) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refusal;
    refusal.status = 405;
    refusal.headers = {{"Allow", "GET, HEAD"}, {"Content-Type", "text/plain"}};
    refusal.body = "ask with GET\n";
    reply.send(std::move(refusal));
    return;
  }
  const std::vector<collector::Health> now = health();
  const ProcessHealth process = process_health();
  if (request.path == "/metrics") {
    reply.send(200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(now, process));
  } else if (request.path == "/health") {
    const bool failed = overall_of(now, process) == collector::Overall::kFailed;
    reply.send(failed ? 503 : 200, "application/json", health_json(now, process));
  } else {
    reply.send(404, "text/plain", "there are /metrics and /health\n");
  }
}

void CollectRun::start_retention() {
  RetentionOptions options;
  options.data_dir = settings_.data_dir;
  options.recordings = settings_.keep_recordings;
  if (!hooks_.open_store) options.rows = settings_.keep_rows;
  options.books = settings_.keep_books;
  for (const SinkSettings& sink : settings_.sinks) {
    options.sinks.push_back(sink.name);
    if (sink.books) options.book_sinks.push_back(sink.name);
  }
  if (!options.any()) return;
  retention_ = std::make_unique<RetentionThread>(std::move(options),
                                                 [clock = std::make_shared<RealClock>()] { return clock->now(); });
}

void CollectRun::start() {
  start_retention();
  started_at_ = clock_.now();
  for (const auto& venue : venues_) venue->start(started_at_);
  note_states();
  watch();
}

void CollectRun::store_missed(MissedMinutes missed) {
  if (missed.count() == 0) return;
  // Of the writer's thread from now on.
  rows_->store_first(
      [rows = std::make_shared<MissedMinutes>(std::move(missed))](std::size_t max) { return rows->next(max); });
}

void CollectRun::say_restored(const MissedMinutes& missed) {
  const std::size_t recorded = missed.recorded_count();
  if (recorded > 0) {
    log(std::nullopt,
        {collector::LogLevel::kInfo, "rows_restored", "",
         fmt::format("{} rows of the last run that were not stored are made of its recording", recorded), 0});
  }
  if (missed.count() > recorded) {
    log(std::nullopt, {collector::LogLevel::kInfo, "not_running", "",
                       fmt::format("{} rows for the minutes without a run are made up", missed.count() - recorded), 0});
  }
}

void CollectRun::note_states() {
  for (std::size_t i = 0; i < venues_.size(); ++i) {
    for (const StateLine& line : states_[i].poll(venues_[i]->health())) {
      if (line.own_file_only && !hooks_.log) {
        log_event({LogLevel::kInfo, venue_of_[i], line.symbol, line.key, line.text, 0, true});
      } else if (!line.own_file_only) {
        log(venue_of_[i], {collector::LogLevel::kInfo, line.key, line.symbol, line.text, 0});
      }
    }
  }
  states_timer_ = loop_.start_timer(kStatesPoll, [this] { note_states(); });
}

// Says what has become of rows, recordings and the clock since the last time, then again every kWatchInterval.
void CollectRun::watch() {
  const ProcessHealth process = process_health();
  for (const ProcessWatch::Line& line : watch_.observe(process, clock_.now())) log(line.venue, line.log);
  for (const auto& venue : venues_) venue->hold_checkpoints(process.rows.behind_for >= std::optional(kSlowAfter));
  watch_alerts(process);
  if (watch_timer_) loop_.cancel_timer(*watch_timer_);
  watch_timer_ = loop_.start_timer(kWatchInterval, [this] {
    watch_timer_.reset();
    watch();
  });
}

Result<void> CollectRun::open_alerts() {
  const AlertSettings& settings = settings_.alerts;
  alerts_ = collector::AlertBook(settings.repeat_interval);
  if (!settings.webhook.empty()) {
    const Result<ProxySettings> proxy = proxy_settings_from_environment();
    if (!proxy) return std::unexpected(proxy.error());
    HttpClientOptions options;
    options.ca_file = settings_.ca_file;
    options.proxy = *proxy;
    alert_client_ = std::make_unique<HttpClient>(loop_, options);
    alert_channels_.push_back(std::make_unique<AlertChannel>(
        loop_, "webhook", hooks_.version, post_to(*alert_client_, settings.webhook), hooks_.alert_interval));
  }
  if (!settings.command.empty()) {
    alert_channels_.push_back(std::make_unique<AlertChannel>(
        loop_, "command", hooks_.version, run_command(loop_, settings.command), hooks_.alert_interval));
  }
  return {};
}

void CollectRun::watch_alerts(const ProcessHealth& process) {
  if (ending_) return;
  AlertLimits limits;
  limits.no_data = settings_.alerts.no_data_after;
  limits.gap = settings_.alerts.gap_after;
  for (const collector::Alert& alert : alerts_.observe(alert_conditions(health(), process, limits), clock_.now())) {
    tell(alert);
  }
}

void CollectRun::tell(const collector::Alert& alert) {
  const bool is_over = alert.status == collector::Alert::Status::kResolved;
  log(std::nullopt, {is_over ? collector::LogLevel::kInfo : collector::LogLevel::kWarning, "alert", "",
                     fmt::format("{}: {}: {}: {}", to_string(alert.status), alert.key, alert.subject, alert.text), 0});
  for (const auto& channel : alert_channels_) channel->push(alert);
}

void CollectRun::end_alerts() {
  for (const collector::Alert& alert : acts::end_alerts(alerts_, clock_.now())) tell(alert);
  for (const auto& channel : alert_channels_) channel->finish();
}

void CollectRun::begin_stop() {
  if (!stop_began_) stop_began_ = std::chrono::steady_clock::now();
  if (retention_) retention_->stop();
  if (restore_) restore_->stop();
}

Nanos CollectRun::stopping_for() const { return std::chrono::steady_clock::now() - *stop_began_; }

void CollectRun::stop(std::string_view reason, std::function<void()> done) {
  ending_ = true;
  end_alerts();
  if (states_timer_) loop_.cancel_timer(*std::exchange(states_timer_, std::nullopt));
  begin_stop();
  for (const auto& venue : venues_) venue->stop(reason);
  poll_stopped(std::move(done));
}

void CollectRun::poll_stopped(std::function<void()> done) {
  const bool stopped = std::ranges::all_of(venues_, [](const auto& venue) { return venue->stopped(); });
  if (stopped || stopping_for() >= std::min(kConnectionsLimit, hooks_.stop_limit)) {
    begin_drain();
    poll_drained(std::move(done));
    return;
  }
  loop_.start_timer(kStopPoll, [this, alive = std::weak_ptr(alive_), done = std::move(done)] {
    if (!alive.expired()) poll_stopped(done);
  });
}

void CollectRun::begin_drain() {
  if (std::exchange(draining_, true)) return;
  for (const auto& venue : venues_) venue->begin_close_recording();
}

bool CollectRun::drained() const {
  const auto on_disk = [](const auto& venue) {
    const auto recording = venue->recording();
    return !recording || (recording->status.closed && recording->seals.waiting == 0);
  };
  const auto holds_none = [](const auto& venue) { return venue->held_rows() == 0; };
  if (!std::ranges::all_of(venues_, holds_none) || !rows_->drain(Nanos{0})) return false;
  const auto saved = [](const auto& venue) {
    const auto books = venue->books();
    return !books || books->status.waiting == 0 || !books->status.failure.empty();
  };
  if (!std::ranges::all_of(venues_, saved)) return false;
  // No row comes any more: what waits for the sinks is delivered now, or with the next run.
  for (const auto& sink : sinks_) sink->stop();
  const auto is_told = [](const auto& channel) { return channel->is_finished(); };
  return std::ranges::all_of(venues_, on_disk) &&
         std::ranges::all_of(sinks_, [](const auto& sink) { return sink->status().ended; }) &&
         (stopping_for() >= kAlertsLimit || std::ranges::all_of(alert_channels_, is_told));
}

void CollectRun::poll_drained(std::function<void()> done) {
  if (drained() || stopping_for() >= hooks_.stop_limit) {
    done();
    return;
  }
  loop_.start_timer(kStopPoll, [this, alive = std::weak_ptr(alive_), done = std::move(done)] {
    if (!alive.expired()) poll_drained(done);
  });
}

bool CollectRun::drain() {
  begin_stop();
  begin_drain();
  while (!drained() && stopping_for() < hooks_.stop_limit) loop_.run_for(kStopPoll);
  const ProcessHealth process = process_health();
  for (const ProcessWatch::Line& line : watch_.finish(process)) log(line.venue, line.log);
  say_what_sinks_lack();
  for (const AlertChannel::Status& channel : process.alerts) {
    if (channel.waiting == 0) continue;
    log(std::nullopt, {collector::LogLevel::kWarning, "alerts_not_told", "",
                       fmt::format("{}: {} alerts are not told at the end{}{}", channel.name, channel.waiting,
                                   channel.failure.empty() ? "" : ": ", channel.failure),
                       0});
  }
  const bool rows_stored = rows_->drain(Nanos{0}) && process.rows.waiting == 0;
  if (!rows_stored) {
    log(std::nullopt, {collector::LogLevel::kError, "rows_not_stored", "",
                       fmt::format("{} rows could not be stored before the end", process.rows.waiting), 0});
  }
  bool recorded = true;
  for (const RecordingHealth& recording : process.recordings) {
    if (recording.status.closed) continue;
    recorded = false;
    log(recording.venue,
        {collector::LogLevel::kError, "recording_cut", "",
         fmt::format("the recording could not be ended in time: about {} bytes of messages are missing at its end",
                     recording.status.queued_bytes),
         0});
  }
  return rows_stored && recorded;
}

void CollectRun::say_what_sinks_lack() {
  for (const auto& sink : sinks_) {
    const SinkFeeder::Status status = sink->status();
    if (status.lag.rows == 0) continue;
    log(std::nullopt, {collector::LogLevel::kWarning, "sink_behind", "",
                       fmt::format("sink {}: {} {} are not there yet and will be delivered by the next run{}{}",
                                   status.sink, status.lag.rows, to_string(status.content),
                                   status.delivery.failure.empty() ? "" : ": ", status.delivery.failure),
                       0});
  }
}

std::vector<collector::Health> CollectRun::health() {
  std::vector<collector::Health> all;
  all.reserve(venues_.size());
  for (const auto& venue : venues_) all.push_back(venue->health());
  return all;
}

ProcessHealth CollectRun::process_health() const {
  ProcessHealth process;
  process.rows = rows_->status();
  for (const auto& venue : venues_) process.rows.waiting += venue->held_rows();
  process.clock_ahead = clock_.ahead_of_wall();
  process.log_lines_lost = log_lines_lost();
  for (const auto& channel : alert_channels_) process.alerts.push_back(channel->status());
  if (retention_) process.retention = retention_->status();
  if (restore_) process.reload = ReloadHealth{restore_->added(), restore_->age()};
  for (const auto& venue : venues_) {
    if (auto books = venue->books()) {
      const BookWriter::Status& status = books->status;
      if (!process.disk && status.disk_total_bytes > 0) {
        process.disk = DiskHealth{settings_.data_dir, status.disk_free_bytes, status.disk_total_bytes};
      }
      process.books.push_back(std::move(*books));
    }
    auto recording = venue->recording();
    if (!recording) continue;
    const LeftLogs left = earlier_.left_logs(recording->venue);
    recording->seals.cut += left.cut;
    if (recording->seals.loss.empty()) recording->seals.loss = left.loss;
    process.recordings.push_back(std::move(*recording));
  }
  for (const auto& sink : sinks_) {
    SinkHealth& health = process.sinks.emplace_back(SinkHealth{sink->status()});
    if (health.status.lag.oldest) health.behind = std::max(clock_.now() - *health.status.lag.oldest, Nanos{0});
  }
  return process;
}

}  // namespace acts
