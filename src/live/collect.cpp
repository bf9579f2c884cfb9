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

CollectRun::~CollectRun() = default;

Result<std::unique_ptr<CollectRun>> CollectRun::make(EventLoop& loop, Clock& clock, CollectSettings settings,
                                                     CollectHooks hooks) {
  std::unique_ptr<CollectRun> run(new CollectRun(loop, clock, std::move(settings), std::move(hooks)));
  const auto symbols = by_venue(run->settings_);
  if (!symbols) return std::unexpected(symbols.error());
  if (Result<void> opened = run->open_store(); !opened) return std::unexpected(opened.error());
  for (const auto& [venue, of_venue] : *symbols) {
    if (Result<void> added = run->add_venue(venue, of_venue); !added) return std::unexpected(added.error());
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

Result<void> CollectRun::add_venue(Venue venue, std::vector<std::string> symbols) {
  const Result<ProxySettings> proxy = proxy_settings_from_environment();
  if (!proxy) return std::unexpected(proxy.error());
  VenueRunOptions options;
  options.ca_file = settings_.ca_file;
  options.proxy = *proxy;
  options.version = ACTS_VERSION;
  if (settings_.record) options.record_dir = settings_.data_dir;
  collector::CollectorOptions& core = options.collector;
  core.venue = venue;
  core.symbols = std::move(symbols);
  core.streams = settings_.streams;
  core.update_interval = settings_.update_interval;
  core.limit = settings_.limit;
  if (settings_.refresh_interval > Nanos{0}) core.refresh_interval = settings_.refresh_interval;
  core.bands = settings_.bands;
  core.stale_after = settings_.stale_after;
  core.rest_url = settings_.addresses_of(venue).rest_url;
  core.stream_url = settings_.addresses_of(venue).stream_url;
  core.connections = static_cast<std::size_t>(settings_.connections);
  core.seed = static_cast<std::uint64_t>(clock_.now().value);
  if (hooks_.tune) hooks_.tune(core);
  auto run = VenueRun::make(
      loop_, clock_, std::move(options),
      [this](MinuteRow&& row) {
        if (hooks_.row) hooks_.row(row);
        rows_->push(std::move(row));
      },
      [this, venue](const collector::Log& line) { log(venue, line); });
  if (!run) return std::unexpected(run.error());
  venues_.push_back(std::move(*run));
  venue_of_.push_back(venue);
  return {};
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
}

void CollectRun::stop(std::string_view reason, std::function<void()> done) {
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
  const auto symbols = by_venue(wanted);
  if (!symbols) return std::unexpected(symbols.error());
  for (const auto& [venue, of_venue] : *symbols) {
    const auto known = std::ranges::find(venue_of_, venue);
    if (known == venue_of_.end()) {
      return fail(ErrorCode::kUsage,
                  fmt::format("symbols of {}, of which the run has none yet, need a restart", to_string(venue)));
    }
    const auto& run = venues_[static_cast<std::size_t>(known - venue_of_.begin())];
    if (Result<void> done = run->set_symbols(of_venue); !done) return done;
  }
  settings_.symbols = wanted.symbols;
  return {};
}

std::vector<collector::Health> CollectRun::health() {
  std::vector<collector::Health> all;
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
