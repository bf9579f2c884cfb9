#include "exchange/exchange_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "acts/base/assert.hpp"

#include "exchange/instrument_names.hpp"
#include "exchange/recording_preview.hpp"
#include "exchange/replay_source.hpp"
#include "exchange/synthetic_market.hpp"
#include "exchange/venue_server.hpp"
#include "net/real_clock.hpp"
#include "net/self_signed.hpp"
#include "recording/byte_source.hpp"

namespace acts::exchange {
namespace {

constexpr std::array kVenues{Venue::kBinanceSpot, Venue::kBinanceUsdm};

struct VenueFiles {
  Venue venue = Venue::kBinanceSpot;
  std::vector<std::string> files;
};

struct VenueSource {
  Venue venue = Venue::kBinanceSpot;
  std::unique_ptr<MarketSource> source;
};

Result<void> check(const ExchangeOptions& options) {
  const bool is_speed = options.speed >= kMinSpeed && options.speed <= kMaxSpeed;  // which NaN is not
  if (!is_speed) {
    return fail(ErrorCode::kUsage,
                fmt::format("speed {}: give a number from {} to {:.0f}", options.speed, kMinSpeed, kMaxSpeed));
  }
  if (options.update_interval < std::chrono::milliseconds{1}) {
    return fail(ErrorCode::kUsage,
                fmt::format("update interval {}: 1ms is the shortest", to_string(options.update_interval)));
  }
  if (options.levels == 0) return fail(ErrorCode::kUsage, "levels 0: a synthetic book has at least one level a side");
  if (options.replay_files.empty() && options.symbols.empty() && options.symbol_count == 0) {
    return fail(ErrorCode::kUsage, "a synthetic market of no symbols: give at least one");
  }
  return {};
}

Result<std::vector<VenueFiles>> files_of_venues(const ExchangeOptions& options) {
  std::vector<VenueFiles> result;
  for (const std::string& file : options.replay_files) {
    if (can_be_read_once_only(file)) {
      return fail(ErrorCode::kUsage, file + ": an exchange reads its recordings more than once: give a file");
    }
    Result<Venue> venue = options.venues.size() == 1 ? options.venues.front() : venue_of_recording(file);
    if (!venue) return std::unexpected(venue.error());
    if (!options.venues.empty() && std::ranges::count(options.venues, *venue) == 0) {
      return fail(ErrorCode::kUsage, fmt::format("{} is a recording of {}, which is not among the venues asked for",
                                                 file, to_string(*venue)));
    }
    const auto found = std::ranges::find(result, *venue, &VenueFiles::venue);
    if (found == result.end()) {
      result.push_back({*venue, {file}});
    } else {
      found->files.push_back(file);
    }
  }
  std::ranges::sort(result, {}, &VenueFiles::venue);
  return result;
}

Result<std::vector<VenueSource>> replay_sources(const ExchangeOptions& options) {
  Result<std::vector<VenueFiles>> venues = files_of_venues(options);
  if (!venues) return std::unexpected(venues.error());
  std::vector<VenueSource> result;
  for (const VenueFiles& one : *venues) {
    Result<std::unique_ptr<ReplaySource>> source = ReplaySource::open({one.venue, one.files, options.symbols});
    if (!source) return std::unexpected(source.error());
    for (const std::string& problem : (*source)->problems()) {
      spdlog::warn("exchange: {} recording: {}", to_string(one.venue), problem);
    }
    result.push_back({one.venue, std::move(*source)});
  }
  return result;
}

std::vector<VenueSource> synthetic_sources(const ExchangeOptions& options, UnixNanos now) {
  std::vector<VenueSource> result;
  for (const Venue venue : options.venues.empty() ? std::vector{Venue::kBinanceSpot} : options.venues) {
    SyntheticOptions market;
    market.venue = venue;
    market.seed = options.synthetic_seed;
    market.symbols = options.symbols.empty() ? synthetic_symbols(options.symbol_count) : options.symbols;
    market.levels = options.levels;
    market.update_interval = options.update_interval;
    market.changes_per_update = options.changes_per_update;
    market.drift_ticks_per_second = options.drift_ticks_per_second;
    market.start = floor_to(now, std::chrono::milliseconds{1});
    result.push_back({venue, std::make_unique<SyntheticMarket>(market)});
  }
  return result;
}

Result<void> check_plan(const FaultPlan& plan, const std::vector<VenueSource>& sources) {
  std::vector<std::string_view> listed;
  for (const VenueSource& one : sources) {
    for (const ListedSymbol& symbol : one.source->symbols()) listed.push_back(symbol.instrument.symbol);
  }
  return check_plan_symbols(plan, listed);
}

Result<void> check_ports(const ExchangeOptions& options, std::size_t venues) {
  constexpr std::size_t kLastPort = 65535;
  if (options.port == 0 || options.port + venues - 1 <= kLastPort) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("listen port {}: {} venues take a port each from there on: give {} at most", options.port,
                          venues, kLastPort + 1 - venues));
}

// Where a client on this machine finds it: any address is none to connect to.
std::string host_of(std::string address) {
  if (address == "0.0.0.0") address = "127.0.0.1";
  if (address == "::") address = "::1";
  return address.contains(':') ? fmt::format("[{}]", address) : address;
}

}  // namespace

struct Exchange::Impl {
  Impl(EventLoop& its_loop, Clock& its_clock, ExchangeOptions given)
      : loop(its_loop), clock(its_clock), options(std::move(given)) {}
  ~Impl() { remove_directory(); }

  Result<std::vector<VenueSource>> make_sources(UnixNanos now);
  Result<void> make_certificate();
  Result<std::vector<ExchangeEndpoint>> listen(std::vector<VenueSource> sources);
  void on_progress();
  void remove_directory();
  [[nodiscard]] VenueServer* find(Venue venue) const {
    const auto found = std::ranges::find_if(servers, [venue](const auto& s) { return s->core().venue() == venue; });
    return found == servers.end() ? nullptr : found->get();
  }

  EventLoop& loop;
  Clock& clock;
  ExchangeOptions options;
  std::unique_ptr<MarketClock> market_clock;
  std::optional<TlsFiles> tls;
  std::string ca_file;
  std::string temporary_directory;
  std::vector<std::shared_ptr<VenueServer>> servers;
  std::function<void()> on_finished;
  bool was_started = false;
  bool told_finished = false;
};

Result<std::vector<VenueSource>> Exchange::Impl::make_sources(UnixNanos now) {
  if (Result<void> fine = check(options); !fine) return std::unexpected(fine.error());
  if (!options.replay_files.empty()) return replay_sources(options);
  return synthetic_sources(options, now);
}

Result<void> Exchange::Impl::make_certificate() {
  std::string directory = options.tls_directory;
  std::error_code error;
  if (directory.empty()) {
    std::string pattern = (std::filesystem::temp_directory_path(error) / "acts-exchange-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr) {
      return fail(ErrorCode::kStorage, "no temporary folder for the certificate: name one that can be written");
    }
    directory = temporary_directory = pattern;
  } else {
    std::filesystem::create_directories(directory, error);
    if (error)
      return fail(ErrorCode::kStorage, fmt::format("cannot make the folder {}: {}", directory, error.message()));
  }
  SelfSignedRequest request;
  if (std::ranges::count(request.ip_addresses, options.address) == 0) request.ip_addresses.push_back(options.address);
  // Clients check it by real time, whatever the exchange's clock says.
  Result<SelfSignedFiles> files = make_self_signed(directory, RealClock{}.now(), request);
  if (!files) return std::unexpected(files.error());
  ca_file = files->ca_file;
  tls = TlsFiles{files->certificate_file, files->key_file};
  return {};
}

Result<std::vector<ExchangeEndpoint>> Exchange::Impl::listen(std::vector<VenueSource> sources) {
  std::vector<ExchangeEndpoint> endpoints;
  for (VenueSource& one : sources) {
    WeightRules weights = default_weight_rules(one.venue);
    weights.limit = options.weight_limit.value_or(weights.limit);
    const bool shows_old_books = options.faults.oldest_book() > Nanos{0};
    one.source->keep_history(std::max(options.history_updates, shows_old_books ? VenueCore::kHistoryOfStaleBooks : 0));
    auto core = std::make_unique<VenueCore>(one.venue, std::move(one.source), *market_clock, weights);
    core->play(options.faults, clock.now());
    if (options.connection_lifetime) core->set_connection_lifetime(*options.connection_lifetime);
    if (options.pong_timeout) core->set_pong_timeout(*options.pong_timeout);
    auto server = std::make_shared<VenueServer>(loop, clock, std::move(core), options.as_fast_as_read);
    ServerOptions listening;
    listening.address = options.address;
    listening.port = options.port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(options.port + endpoints.size());
    listening.tls = tls;
    listening.max_queued_bytes = options.max_queued_bytes + options.faults.largest_message();
    if (!options.faults.rules.empty()) listening.reply_timeout = VenueServer::kNeverAnswered + kMinute;
    Result<std::uint16_t> port = server->listen(listening);
    if (!port) return std::unexpected(port.error());
    const std::string host = host_of(options.address);
    endpoints.push_back({one.venue, *port, fmt::format("{}://{}:{}", tls ? "https" : "http", host, *port),
                         fmt::format("{}://{}:{}", tls ? "wss" : "ws", host, *port)});
    servers.push_back(std::move(server));
  }
  return endpoints;
}

// A subscriber of one venue may have started the market of both.
void Exchange::Impl::on_progress() {
  if (!was_started && market_clock->started()) {
    was_started = true;
    loop.post([weak = std::vector<std::weak_ptr<VenueServer>>(servers.begin(), servers.end())] {
      for (const auto& one : weak) {
        if (const auto server = one.lock()) server->pump();
      }
    });
  }
  if (!told_finished && std::ranges::all_of(servers, [](const auto& s) { return s->core().finished(); })) {
    told_finished = true;
    if (on_finished) loop.post(on_finished);
  }
}

void Exchange::Impl::remove_directory() {
  if (temporary_directory.empty()) return;
  std::error_code ignored;  // what cannot be removed from a temporary folder is nobody's loss
  std::filesystem::remove_all(std::exchange(temporary_directory, {}), ignored);
}

Exchange::Exchange(EventLoop& loop, Clock& clock, ExchangeOptions options)
    : impl_(std::make_unique<Impl>(loop, clock, std::move(options))) {}

Exchange::~Exchange() = default;

Result<std::vector<ExchangeEndpoint>> Exchange::start() {
  ACTS_ASSERT(impl_->servers.empty());
  const UnixNanos now = impl_->clock.now();
  Result<std::vector<VenueSource>> sources = impl_->make_sources(now);
  if (!sources) return std::unexpected(sources.error());
  if (Result<void> fits = check_plan(impl_->options.faults, *sources); !fits) return std::unexpected(fits.error());
  if (Result<void> fits = check_ports(impl_->options, sources->size()); !fits) return std::unexpected(fits.error());
  if (impl_->options.tls) {
    if (Result<void> made = impl_->make_certificate(); !made) return std::unexpected(made.error());
  }
  UnixNanos origin{INT64_MAX};
  for (const VenueSource& one : *sources) origin = std::min(origin, one.source->next_time().value_or(origin));
  const std::size_t wait = impl_->options.wait_for_streams.value_or(impl_->options.replay_files.empty() ? 0 : 1);
  impl_->market_clock = std::make_unique<MarketClock>(Pace{.factor = impl_->options.speed,
                                                           .as_fast_as_read = impl_->options.as_fast_as_read,
                                                           .original_times = impl_->options.original_times,
                                                           .wait_for_streams = wait},
                                                      origin);
  Result<std::vector<ExchangeEndpoint>> endpoints = impl_->listen(std::move(*sources));
  if (!endpoints) {
    impl_->servers.clear();
    return endpoints;
  }
  for (const Venue venue : kVenues) impl_->market_clock->on_subscriptions(venue, 0, impl_->clock.now());
  impl_->was_started = impl_->market_clock->started();
  for (const std::shared_ptr<VenueServer>& server : impl_->servers) {
    server->on_progress([impl = impl_.get()] { impl->on_progress(); });
    server->pump();
  }
  return endpoints;
}

void Exchange::stop() {
  impl_->servers.clear();
  impl_->remove_directory();
}

const std::string& Exchange::ca_file() const { return impl_->ca_file; }

void Exchange::on_finished(std::function<void()> callback) { impl_->on_finished = std::move(callback); }

bool Exchange::finished() const { return impl_->told_finished; }

Faults* Exchange::faults(Venue venue) {
  VenueServer* server = impl_->find(venue);
  return server == nullptr ? nullptr : &server->core().faults();
}

void Exchange::close_sessions(Venue venue, std::uint16_t code, std::string_view reason) {
  if (VenueServer* server = impl_->find(venue)) server->close_sessions(code, reason);
}

const VenueCore* Exchange::core(Venue venue) const {
  const VenueServer* server = impl_->find(venue);
  return server == nullptr ? nullptr : &server->core();
}

const TrueBook* Exchange::book(Venue venue, std::string_view symbol) const {
  const VenueCore* found = core(venue);
  return found == nullptr ? nullptr : found->source().book(found->source().find(symbol));
}

std::optional<TrueBook> Exchange::book_at(Venue venue, std::string_view symbol, UpdateId id) const {
  const TrueBook* current = book(venue, symbol);
  return current == nullptr ? std::nullopt : current->at(id);
}

}  // namespace acts::exchange
