#include "live/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "acts/features/feature.hpp"

#include "binance/symbols.hpp"
#include "live/logging.hpp"
#include "net/proxy.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

constexpr Nanos kStopPoll = std::chrono::milliseconds{20};
constexpr Nanos kStatesPoll = std::chrono::seconds{1};

// Symbols by venue, in the order in which they were typed.
Result<std::map<Venue, std::vector<std::string>>> by_venue(const CollectSettings& settings) {
  std::map<Venue, std::vector<std::string>> symbols;
  for (const std::string& typed : settings.symbols) {
    const Result<binance::SymbolWish> wish = binance::parse_symbol_wish(typed, settings.venue);
    if (!wish) return std::unexpected(wish.error());
    symbols[wish->venue].push_back(wish->text);
  }
  if (symbols.empty())
    return fail(ErrorCode::kUsage, "no symbol to collect: name some, such as 'acts collect BTCUSDT ETHUSDT'");
  return symbols;
}

Result<std::unique_ptr<FeatureStore>> open_sqlite(const std::string& data_dir, const RowSchema& schema) {
  auto store = SqliteStore::open((std::filesystem::path(data_dir) / "acts.db").string(), schema);
  if (!store) return std::unexpected(store.error());
  return std::unique_ptr<FeatureStore>(std::move(*store));
}

LogLevel level_of(collector::LogLevel level) {
  switch (level) {
    case collector::LogLevel::kDebug: return LogLevel::kDebug;
    case collector::LogLevel::kInfo: return LogLevel::kInfo;
    case collector::LogLevel::kWarning: return LogLevel::kWarn;
    case collector::LogLevel::kError: break;
  }
  return LogLevel::kError;
}

}  // namespace

CollectRun::CollectRun(EventLoop& loop, Clock& clock, CollectSettings settings, CollectHooks hooks)
    : loop_(loop), clock_(clock), settings_(std::move(settings)), hooks_(std::move(hooks)) {}

CollectRun::~CollectRun() {
  if (states_timer_) loop_.cancel_timer(*states_timer_);
}

Result<std::unique_ptr<CollectRun>> CollectRun::make(EventLoop& loop, Clock& clock, CollectSettings settings,
                                                     CollectHooks hooks) {
  std::unique_ptr<CollectRun> run(new CollectRun(loop, clock, std::move(settings), std::move(hooks)));
  const auto symbols = by_venue(run->settings_);
  if (!symbols) return std::unexpected(symbols.error());
  if (Result<void> opened = run->open_store(); !opened) return std::unexpected(opened.error());
  for (const auto& [venue, of_venue] : *symbols) {
    auto made = run->make_venue(venue, of_venue, run->settings_.addresses_of(venue));
    if (!made) return std::unexpected(made.error());
    run->add_venue(venue, std::move(*made));
  }
  if (Result<void> served = run->serve(); !served) return std::unexpected(served.error());
  return run;
}

Result<void> CollectRun::open_store() {
  const RowSchema schema = make_schema(settings_.bands);
  auto store = hooks_.open_store ? hooks_.open_store(schema) : open_sqlite(settings_.data_dir, schema);
  if (!store) return std::unexpected(store.error());
  // Called on the writer's thread: handed over to the loop, which owns the log.
  const auto failed = [this, alive = std::weak_ptr(alive_)](const Error& error) {
    loop_.post([this, alive, text = error.message] {
      if (!alive.expired()) log(settings_.venue, {collector::LogLevel::kError, "store_failed", "", text, 0});
    });
  };
  rows_ = std::make_unique<RowWriter>(std::move(*store), failed);
  return {};
}

Result<std::unique_ptr<VenueRun>> CollectRun::make_venue(Venue venue, std::vector<std::string> symbols,
                                                         const VenueAddresses& addresses) {
  const Result<ProxySettings> proxy = proxy_settings_from_environment();
  if (!proxy) return std::unexpected(proxy.error());
  Result<std::vector<std::string>> streams = streams_of(settings_, venue);
  if (!streams) return std::unexpected(streams.error());
  VenueRunOptions options;
  options.ca_file = settings_.ca_file;
  options.proxy = *proxy;
  options.version = ACTS_VERSION;
  if (settings_.record) options.record_dir = settings_.data_dir;
  collector::CollectorOptions& core = options.collector;
  core.venue = venue;
  core.symbols = std::move(symbols);
  core.streams = std::move(*streams);
  core.update_interval = settings_.update_interval;
  core.limit = limit_of(settings_, venue);
  if (settings_.refresh_interval > Nanos{0}) core.refresh_interval = settings_.refresh_interval;
  core.bands = settings_.bands;
  core.stale_after = settings_.stale_after;
  core.rest_url = addresses.rest_url;
  core.stream_url = addresses.stream_url;
  core.connections = static_cast<std::size_t>(settings_.connections);
  core.seed = static_cast<std::uint64_t>(clock_.now().value);
  if (hooks_.tune) hooks_.tune(core);
  return VenueRun::make(
      loop_, clock_, std::move(options),
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

void CollectRun::log(Venue venue, const collector::Log& line) {
  if (hooks_.log) {
    hooks_.log(venue, line);
    return;
  }
  log_event({level_of(line.level), venue, line.symbol, line.key, line.text, line.repeats});
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
  if (request.path == "/metrics") {
    reply.send(200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(now, process_health()));
  } else if (request.path == "/health") {
    const bool failed = overall_of(now) == collector::Overall::kFailed;
    reply.send(failed ? 503 : 200, "application/json", health_json(now, process_health()));
  } else {
    reply.send(404, "text/plain", "there are /metrics and /health\n");
  }
}

void CollectRun::start() {
  for (const auto& venue : venues_) venue->start();
  note_states();
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

void CollectRun::stop(std::string_view reason, std::function<void()> done) {
  ending_ = true;
  if (states_timer_) loop_.cancel_timer(*std::exchange(states_timer_, std::nullopt));
  for (const auto& venue : venues_) venue->stop(reason);
  poll_stopped(std::move(done), kStopLimit);
}

void CollectRun::poll_stopped(std::function<void()> done, Nanos left) {
  const bool stopped = std::ranges::all_of(venues_, [](const auto& venue) { return venue->stopped(); });
  if (stopped || left <= Nanos{0}) {
    done();
    return;
  }
  loop_.start_timer(kStopPoll, [this, alive = std::weak_ptr(alive_), done = std::move(done), left] {
    if (!alive.expired()) poll_stopped(done, left - kStopPoll);
  });
}

bool CollectRun::drain() {
  bool all = rows_->drain(kDrainLimit);
  if (!all) {
    log(settings_.venue, {collector::LogLevel::kError, "rows_lost", "",
                          fmt::format("{} rows could not be stored before the end", rows_->counters().waiting), 0});
  }
  for (const auto& venue : venues_) {
    if (venue->close_recording(kDrainLimit)) continue;
    all = false;
    log(settings_.venue,
        {collector::LogLevel::kError, "recording_cut", "", "the recording could not be ended in time", 0});
  }
  return all;
}

Result<void> CollectRun::reload(const CollectSettings& wanted) {
  if (ending_) return fail(ErrorCode::kCancelled, "the run is ending");
  // All that can fail comes first.
  auto symbols = by_venue(wanted);
  if (!symbols) return std::unexpected(symbols.error());
  std::vector<std::pair<Venue, std::unique_ptr<VenueRun>>> added;
  for (const auto& [venue, of_venue] : *symbols) {
    if (std::ranges::find(venue_of_, venue) != venue_of_.end()) continue;
    auto made = make_venue(venue, of_venue, wanted.addresses_of(venue));
    if (!made) return std::unexpected(made.error());
    added.emplace_back(venue, std::move(*made));
  }
  if (wanted.log != settings_.log) {
    if (Result<void> started = start_logging(wanted.log, settings_.data_dir); !started) return started;
    settings_.log = wanted.log;
  }
  warn_of_unused(wanted);
  for (std::size_t i = 0; i < venues_.size(); ++i) {
    // Read above already, hence not refused; a venue of which none is wanted any more keeps none.
    if (Result<void> done = venues_[i]->set_symbols((*symbols)[venue_of_[i]]); !done) return done;
  }
  for (auto& [venue, run] : added) {
    settings_.addresses_of(venue) = wanted.addresses_of(venue);
    run->start();
    add_venue(venue, std::move(run));
  }
  settings_.symbols = wanted.symbols;
  settings_.venue = wanted.venue;
  return {};
}

void CollectRun::warn_of_unused(const CollectSettings& wanted) {
  const auto warn = [this](std::string text) {
    log(settings_.venue, {collector::LogLevel::kWarning, "reload", "", std::move(text), 0});
  };
  for (const std::string& key : keys_that_need_a_restart(settings_, wanted, venue_of_)) {
    warn(fmt::format("{}: needs a restart to be as in the configuration now", key));
  }
  for (const std::string& notice : wanted.notices) warn(notice);
}

std::vector<collector::Health> CollectRun::health() {
  std::vector<collector::Health> all;
  all.reserve(venues_.size());
  for (const auto& venue : venues_) all.push_back(venue->health());
  return all;
}

ProcessHealth CollectRun::process_health() const {
  ProcessHealth process;
  process.rows = rows_->counters();
  for (const auto& venue : venues_) process.recording_queue_bytes += venue->recording_queue_bytes();
  return process;
}

}  // namespace acts
