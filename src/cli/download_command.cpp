// acts download: files of the exchange's public archive into DIR/archive.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/doctor.hpp"
#include "cli/download_text.hpp"
#include "cli/load_settings.hpp"
#include "cli/values.hpp"
#include "history/archive/download.hpp"
#include "net/real_clock.hpp"
#include "net/url.hpp"

namespace acts::cli {
namespace {

using history::archive::ArchiveAddress;
using history::archive::Day;
using history::archive::DownloadOptions;
using history::archive::DownloadReport;
using history::archive::DownloadRequest;

constexpr std::string_view kCandles = "klines, markPriceKlines, indexPriceKlines, premiumIndexKlines";
constexpr std::array<FlagUse, 2> kUses{{{"tail", "klines, aggTrades"}, {"interval", kCandles}}};

struct Settings {
  DownloadRequest request;
  DownloadOptions options;
  std::vector<std::string> symbols;  // as typed
};

const OptionSpec kSymbolsSpec{.name = "symbols",
                              .placeholder = "SYMBOL",
                              .kind = OptionKind::kFiles,
                              .help = "as the archive spells them, or patterns: BTCUSDT, 'BTC*', '*USDT'",
                              .is_required = true};

Result<void> set_kind(Settings& settings, const Values& values) {
  settings.request.data_set = values[0];
  return {};
}

Result<void> set_market(Settings& settings, const Values& values) {
  settings.request.market = *history::archive::market_from(values[0]);
  return {};
}

Result<void> set_interval(Settings& settings, const Values& values) {
  settings.request.interval = history::archive::archive_interval(values[0]).value_or(values[0]);
  return {};
}

Result<void> set_day(std::optional<Day>& day, const Values& values) {
  std::optional<UnixNanos> time;
  if (Result<void> set = set_time(time, values); !set) return set;
  const std::chrono::sys_time<Nanos> at{Nanos{time->value}};
  day = std::chrono::floor<std::chrono::days>(at);
  if (*day == at) return {};
  return fail(ErrorCode::kUsage, fmt::format("'{}' is no day such as 2026-01-31", values[0]));
}

// Files are checked by their sums, but sums come the same way: plain http is for a server on this machine.
Result<std::string> safe_url(std::string url) {
  const std::string typed = url;
  while (url.ends_with('/')) url.pop_back();
  const Result<Url> parsed = parse_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  const bool is_plain = parsed->scheme == UrlScheme::kHttp && is_loopback_host(parsed->host);
  if (parsed->scheme == UrlScheme::kHttps || is_plain) return url;
  return fail(ErrorCode::kUsage, fmt::format("'{}': https is needed, or http to a loopback address", typed));
}

Result<void> set_base_url(ArchiveAddress& address, const Values& values) {
  Result<std::string> url = safe_url(values[0]);
  if (!url) return std::unexpected(url.error());
  address = history::archive::address_at(*std::move(url));
  return {};
}

Result<void> set_rest_url(std::string& rest_url, const Values& values) {
  Result<std::string> url = safe_url(values[0]);
  if (!url) return std::unexpected(url.error());
  rest_url = *std::move(url);
  return {};
}

// COIN-M's: "General Info", read 2026-05.
std::string_view rest_url_of(history::archive::Market market) {
  switch (market) {
    case history::archive::Market::kSpot: return binance::endpoints(Venue::kBinanceSpot).rest[0];
    case history::archive::Market::kUsdm: return binance::endpoints(Venue::kBinanceUsdm).rest[0];
    case history::archive::Market::kCoinm: break;
  }
  return "https://dapi.binance.com";
}

Result<void> set_parallel(Settings& settings, const Values& values) {
  const Result<int> count = parse_integer(values[0], 1, 32);
  if (!count) return std::unexpected(count.error());
  settings.options.queue.parallel = static_cast<std::size_t>(*count);
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 13> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "kind",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "what to fetch",
        .choices = history::archive::data_sets(),
        .is_required = true},
       set_kind},
      {{.name = "market",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "spot, USD-M or COIN-M futures",
        .default_text = "spot",
        .choices = {"spot", "um", "cm"}},
       set_market},
      {{.name = "interval", .placeholder = "INTERVAL", .help = "of klines: 1s, 1m ... 1d, 1w, 1mo"}, set_interval},
      {{.name = "from", .placeholder = "DAY", .help = "UTC, such as 2026-01-31; the first there is if not given"},
       [](Settings& s, const Values& v) { return set_day(s.request.from, v); }},
      {{.name = "to", .placeholder = "DAY", .help = "up to that day, not including it; all there is if not given"},
       [](Settings& s, const Values& v) { return set_day(s.request.to, v); }},
      {{.name = "base_url",
        .placeholder = "URL",
        .help = "of a mirror of the archive",
        .default_text = "https://data.binance.vision"},
       [](Settings& s, const Values& v) { return set_base_url(s.options.address, v); }},
      {{.name = "tail",
        .kind = OptionKind::kSwitch,
        .help = "of klines and aggTrades what is not published yet too, by REST, into archive/rest",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.request.tail = v[0] == "true", Result<void>(); }},
      {{.name = "rest_url", .placeholder = "URL", .help = "of the venue's REST interface; its own if not given"},
       [](Settings& s, const Values& v) { return set_rest_url(s.options.rest_url, v); }},
      {{.name = "ca_file", .placeholder = "FILE", .help = "certificates to trust instead of the system's, PEM"},
       [](Settings& s, const Values& v) { return s.options.transfers.ca_file = v[0], Result<void>(); }},
      {{.name = "parallel",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "files at a time",
        .default_text = "4"},
       set_parallel},
      {{.name = "dry_run",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "only say what would be fetched, and how much that is",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.options.dry_run = v[0] == "true", Result<void>(); }},
      {kSymbolsSpec, [](Settings& s, const Values& v) { return s.request.symbols = v, Result<void>(); }},
  }};
  return kOptions;
}

// Set by SIGINT and SIGTERM.
volatile std::sig_atomic_t stopping = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): of a signal

void stop_at_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { stopping = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends at once
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

// On a terminal a line that is redrawn, elsewhere a line now and then.
class ProgressLine {
 public:
  void show(const history::archive::DownloadProgress& progress, UnixNanos now) {
    const Nanos every = is_terminal_ ? Nanos{std::chrono::milliseconds{200}} : Nanos{std::chrono::seconds{10}};
    if (shown_ && now - *shown_ < every) return;
    const std::string text = text_.text(progress, now, is_terminal_ ? columns() - 1 : 200);
    if (is_terminal_) {
      tell("\r\x1b[K" + text);
    } else if (shown_) {  // not of what takes no time
      complain(text, LogLevel::kInfo);
    }
    shown_ = now;
  }
  void clear() {
    if (is_terminal_ && shown_) tell("\r\x1b[K");
  }

 private:
  static std::size_t columns() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
  }

  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  ProgressText text_;
  std::optional<UnixNanos> shown_;
};

int verdict(const DownloadReport& report) {
  int code = kExitDone;
  for (const history::archive::SeriesReport& series : report.series) {
    for (const std::string& problem : series.problems) code = complain({ErrorCode::kRetry, problem});
  }
  return code;
}

// A tail is asked of the address that a collector of this data directory asks.
Result<void> check_cooldown(const Settings& settings, UnixNanos now) {
  const bool asks_venue = settings.request.tail && settings.options.rest_url.empty() && !settings.options.dry_run;
  if (!asks_venue || settings.request.market == history::archive::Market::kCoinm) return {};
  const bool is_spot = settings.request.market == history::archive::Market::kSpot;
  const auto found = find_cooldown(settings.options.data_dir, is_spot ? Venue::kBinanceSpot : Venue::kBinanceUsdm,
                                   collector::Cooldown::Scope::kRest, now);
  return found ? fail(ErrorCode::kRetry, fmt::format("{}; {}", found->text, found->remedy)) : Result<void>();
}

int run(const Given& given) {
  Settings settings;
  const auto directory = data_dir_of(given);
  if (!directory) return complain(directory.error());
  settings.options.data_dir = *directory;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> used = check_uses(kUses, given, settings.request.data_set); !used) {
    return complain(used.error());
  }
  const DownloadRequest& request = settings.request;
  if (request.from && request.to && *request.from >= *request.to) {
    return complain({ErrorCode::kUsage, "--from is not before --to: no day lies between"});
  }
  RealClock clock;
  if (const Result<void> asked = check_cooldown(settings, clock.now()); !asked) return complain(asked.error());
  if (settings.options.rest_url.empty()) settings.options.rest_url = rest_url_of(settings.request.market);
  settings.options.queue.seed = static_cast<std::uint64_t>(clock.now().value);
  stop_at_signals();
  ProgressLine line;
  const history::archive::DownloadHooks hooks{
      .progress = [&](const history::archive::DownloadProgress& progress) { line.show(progress, clock.now()); },
      .warn = [](const std::string& text) { complain(text, LogLevel::kWarn); },
      .stop = [] { return stopping != 0; },
      .now = [&clock] { return clock.now(); }};
  const auto report = download(settings.request, settings.options, hooks);
  line.clear();
  if (!report) return complain(report.error());
  Output out;
  out.write(settings.options.dry_run ? plan_text(*report) : report_text(*report));
  return out.finish(verdict(*report));
}

}  // namespace

Command download_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the symbols have no flag
  return {.name = "download",
          .summary = "Files of Binance's public archive, checked, into DIR/archive",
          .options = std::move(flags),
          .positional = kSymbolsSpec,
          .examples =
              "  acts download --kind klines --interval 1m BTCUSDT --from 2024-01-01 --to 2025-01-01\n"
              "  acts download --kind aggTrades --market um 'BTC*' --from 2026-05-01 --dry-run",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
