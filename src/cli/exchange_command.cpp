// acts exchange: the offline Binance, over recordings or a synthetic market, until a signal.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

#include "binance/streams.hpp"
#include "binance/symbols.hpp"
#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/load_settings.hpp"
#include "cli/values.hpp"
#include "collector/options.hpp"
#include "exchange/exchange_server.hpp"
#include "exchange/market_clock.hpp"
#include "net/real_clock.hpp"

namespace acts::cli {
namespace {

constexpr int kMaxLevels = 1'000'000;

struct Settings {
  exchange::ExchangeOptions exchange;
  bool synthetic = false;
};
using S = Settings;
using V = Values;

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

Result<void> set_listen(S& settings, const V& values) {
  const Result<ListenAddress> address = parse_listen_address(values[0]);
  if (!address) return std::unexpected(address.error());
  settings.exchange.address = address->host;
  settings.exchange.port = address->port;
  return {};
}

Result<void> set_seed(S& settings, const V& values) {
  settings.synthetic = true;
  if (read_number(values[0], settings.exchange.synthetic_seed)) return {};
  return fail(ErrorCode::kUsage, fmt::format("'{}' is not a seed: write a whole number such as 1", values[0]));
}

Result<void> set_speed(S& settings, const V& values) {
  settings.exchange.as_fast_as_read = values[0] == "max";
  if (settings.exchange.as_fast_as_read) return {};
  double speed = 0;
  if (read_number(values[0], speed) && speed >= exchange::kMinSpeed && speed <= exchange::kMaxSpeed) {
    settings.exchange.speed = speed;
    return {};
  }
  return fail(ErrorCode::kUsage,
              fmt::format("'{}' is not a speed: write a number from {} to {:.0f}, such as 10, or max", values[0],
                          exchange::kMinSpeed, exchange::kMaxSpeed));
}

Result<void> set_venues(S& settings, const V& values) {
  for (const std::string& name : values) {
    const Result<Venue> venue = parse_venue(name);
    if (!venue) return std::unexpected(venue.error());
    settings.exchange.venues.push_back(*venue);
  }
  return {};
}

Result<void> set_symbols(S& settings, const V& values) {
  for (const std::string& typed : values) {
    const Result<binance::SymbolWish> wish = binance::parse_symbol_wish(typed, Venue::kBinanceSpot);
    if (!wish) return std::unexpected(wish.error());
    settings.exchange.symbols.push_back(wish->text);
  }
  return {};
}

Result<void> set_levels(S& settings, const V& values) {
  const Result<int> levels = parse_integer(values[0], 1, kMaxLevels);
  if (!levels) return std::unexpected(levels.error());
  settings.exchange.levels = static_cast<std::size_t>(*levels);
  return {};
}

Result<void> set_faults(S& settings, const V& values) {
  Result<exchange::FaultPlan> plan = exchange::read_fault_plan(values[0]);
  if (!plan) return std::unexpected(plan.error());
  settings.exchange.faults = *std::move(plan);
  return {};
}

using enum OptionKind;

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 11> kOptions{{
      {{.name = "listen",
        .placeholder = "HOST:PORT",
        .help = "where to serve; a second venue one port higher",
        .default_text = "127.0.0.1:0, any free one"},
       set_listen},
      {{.name = "replay", .placeholder = "FILE", .kind = kFiles, .help = "serve these recordings"},
       [](S& s, const V& v) { return s.exchange.replay_files = v, Result<void>(); }},
      {{.name = "synthetic",
        .placeholder = "SEED",
        .kind = kInteger,
        .help = "serve a synthetic market drawn from this seed"},
       set_seed},
      {{.name = "speed",
        .placeholder = "N|max",
        .help = "times real time, 0.001 to 100000, or as fast as it is read",
        .default_text = "1"},
       set_speed},
      {{.name = "original_times",
        .kind = kSwitch,
        .help = "leave the times that recorded messages tell; else they are moved to now, unless --speed is max"},
       [](S& s, const V& v) { return s.exchange.original_times = v[0] == "true", Result<void>(); }},
      {{.name = "venue",
        .placeholder = "LIST",
        .kind = kTexts,
        .help = "what to be: binance-spot, binance-usdm; as the recordings tell if not given"},
       set_venues},
      {{.name = "symbols",
        .placeholder = "LIST",
        .kind = kTexts,
        .help = "only these of the recordings; those of the synthetic market"},
       set_symbols},
      {{.name = "levels",
        .placeholder = "LEVELS",
        .kind = kInteger,
        .help = "a side of a synthetic book",
        .default_text = "20000"},
       set_levels},
      {{.name = "faults", .placeholder = "FILE", .help = "what is to go wrong, and when: a plan as JSON"}, set_faults},
      {{.name = "tls", .kind = kSwitch, .help = "serve https and wss, with a certificate made for it"},
       [](S& s, const V& v) { return s.exchange.tls = v[0] == "true", Result<void>(); }},
      {{.name = "tls_dir",
        .placeholder = "DIR",
        .help = "where the certificate is kept; removed at the end if not given"},
       [](S& s, const V& v) { return s.exchange.tls_directory = v[0], Result<void>(); }},
  }};
  return kOptions;
}

// The types of streams to ask for, where a recording lacks some of those that are asked for otherwise: what is never
// sent looks like a dead connection. Empty: it lacks none.
std::string streams_there(const exchange::Exchange& market, Venue venue) {
  std::vector<std::string> wanted;
  bool lacks_any = false;
  for (const std::string& typed : collector::default_streams(venue)) {
    const Result<binance::StreamType> type = binance::parse_stream_type(venue, typed);
    const auto is_there = [&](const exchange::ListedSymbol& listed) {
      return std::ranges::any_of(listed.streams, [&](const std::string& name) {
        return type && binance::parse_stream_name(venue, name).type.kind == type->kind;
      });
    };
    if (std::ranges::any_of(market.core(venue)->source().symbols(), is_there)) {
      wanted.push_back(typed);
    } else {
      lacks_any = true;
    }
  }
  return lacks_any && !wanted.empty() ? fmt::format("{}", fmt::join(wanted, ",")) : "";
}

// What to type in another terminal.
// With the levels that its snapshots have, where these are fewer than the venue's: more are asked for in vain.
std::string invitation(const exchange::Exchange& market, const exchange::ExchangeEndpoint& endpoint) {
  const std::string& ca_file = market.ca_file();
  int limit = 0;
  for (const exchange::ListedSymbol& listed : market.core(endpoint.venue)->source().symbols()) {
    limit = std::max(limit, listed.largest_limit);
  }
  const std::string streams = streams_there(market, endpoint.venue);
  return fmt::format(
      "acts collect --venue {} --rest-url {} --stream-url {}{}{}{} SYMBOL...\n", to_string(endpoint.venue),
      endpoint.rest_url, endpoint.stream_url,
      limit < binance::limits(endpoint.venue).largest_depth_limit ? fmt::format(" --limit {}", limit) : "",
      streams.empty() ? "" : " --streams " + streams, ca_file.empty() ? "" : " --ca-file " + ca_file);
}

constexpr std::string_view kReplaying = "--replay";
constexpr std::string_view kInventing = "--synthetic";
constexpr std::array<FlagUse, 2> kUses{{{"levels", kInventing}, {"original_times", kReplaying}}};

Result<void> check_flags(const Settings& settings, const Given& given) {
  const bool replays = !settings.exchange.replay_files.empty();
  if (settings.synthetic && replays)
    return fail(ErrorCode::kUsage, "--replay FILE and --synthetic SEED: one of them, not both");
  if (!settings.synthetic && !replays) {
    return fail(ErrorCode::kUsage, "one of --replay FILE and --synthetic SEED is needed; see 'acts exchange --help'");
  }
  if (!settings.exchange.tls && !settings.exchange.tls_directory.empty())
    return fail(ErrorCode::kUsage, "--tls-dir is of --tls, which was not given");
  return check_uses(kUses, given, settings.synthetic ? kInventing : kReplaying);
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check_flags(settings, given); !checked) return complain(checked.error());
  const Result<LogSettings> log = log_settings(given);
  if (!log) return complain(log.error());
  if (const Result<void> started = start_logging(*log, "."); !started) return complain(started.error());

  EventLoop loop;
  RealClock clock;
  exchange::Exchange market(loop, clock, settings.exchange);
  const auto endpoints = market.start();
  if (!endpoints) return complain(endpoints.error());
  Output out;
  for (const exchange::ExchangeEndpoint& endpoint : *endpoints) out.write(invitation(market, endpoint));
  if (const int code = out.finish(kExitDone); code != kExitDone) return code;
  market.on_finished([] { spdlog::info("the recording has ended: what follows is silence, until a signal"); });
  loop.on_signal({SIGINT, SIGTERM}, [&loop](int) { loop.stop(); });
  end_at_second_signal();
  loop.run();
  for (const exchange::ExchangeEndpoint& endpoint : *endpoints) {
    if (settings.exchange.faults.rules.empty()) break;
    spdlog::info("exchange: {} faults: {}", to_string(endpoint.venue), market.faults(endpoint.venue)->hits_text());
  }
  market.stop();
  return kExitDone;
}

}  // namespace

Command exchange_command() {
  return {.name = "exchange",
          .summary = "The offline Binance, over recordings or a synthetic market",
          .options = specs_of(table()),
          .examples =
              "  acts exchange --listen 127.0.0.1:9000 --replay btcusdt_20240808.gz --speed 10\n"
              "  acts exchange --synthetic 1 --symbols BTCUSDT,ETHUSDT --tls\n"
              "  acts exchange --synthetic 1 --faults plan.json",
          .run = run};
}

}  // namespace acts::cli
