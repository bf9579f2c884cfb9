#include "cli/settings_options.hpp"

#include <fmt/format.h>

#include <array>

#include "binance/streams.hpp"
#include "binance/symbols.hpp"
#include "cli/command.hpp"
#include "cli/values.hpp"
#include "net/url.hpp"

namespace acts::cli {
namespace {

using S = CollectSettings;
using V = Values;

template <typename T>
Result<void> store(T& target, Result<T> value) {
  if (!value) return std::unexpected(value.error());
  target = *std::move(value);
  return {};
}

Result<void> set_duration_or_none(Nanos& target, const std::string& text) {
  if (text != "none") return set_positive_duration(target, {text});
  target = Nanos{0};
  return {};
}

// Each book is asked for so often: below, that alone would take the weight that the venue allows a minute, and gaps
// would wait for theirs.
Result<void> set_snapshot_interval(Nanos& target, const std::string& text) {
  Nanos interval{0};
  if (Result<void> set = set_duration_or_none(interval, text); !set) return set;
  if (interval != Nanos{0} && interval < std::chrono::minutes{1}) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is less than a minute: write 1m, more, or none", text));
  }
  target = interval;
  return {};
}

// "00:00,12:00": times of the UTC day; "none" alone: never.
Result<void> set_full_book_at(S& settings, const V& values) {
  std::vector<Nanos> times;
  for (const std::string& text : values) {
    if (text == "none" && values.size() == 1) break;
    constexpr std::string_view kForm = "00:00";
    // The day of the epoch: what is left is the time of the day.
    const auto time = text.size() == kForm.size() ? parse_iso8601(fmt::format("1970-01-01T{}:00", text))
                                                  : Result<UnixNanos>(fail(ErrorCode::kUsage, ""));
    if (!time) {
      return fail(ErrorCode::kUsage, fmt::format("'{}' is not a time of the UTC day such as 00:00, nor none", text));
    }
    times.push_back(*time - UnixNanos{0});
  }
  settings.full_book_at = std::move(times);
  return {};
}

Result<void> set_update_interval(S& settings, const V& values) {
  return store(settings.update_interval, parse_duration(values[0]));
}

Result<void> set_streams(S& settings, const V& values) {
  for (const std::string& stream : values) {
    const Result<binance::StreamType> spot = binance::parse_stream_type(Venue::kBinanceSpot, stream);
    if (spot || binance::parse_stream_type(Venue::kBinanceUsdm, stream)) continue;
    return std::unexpected(spot.error());
  }
  settings.streams = values;
  return {};
}

Result<void> set_data_dir(S& settings, const V& values) {
  const Result<void> checked = check_directory_name(values[0]);
  if (checked) settings.data_dir = values[0];
  return checked;
}

Result<void> set_metrics(S& settings, const V& values) {
  settings.serve_metrics = true;
  return store(settings.metrics, parse_listen_address(values[0]));
}

// Plain protocols show everything to whoever is on the way, and let him change it.
Result<void> set_origin(std::string& target, const std::string& text, bool websocket) {
  const std::string_view scheme = websocket ? "wss" : "https";
  if (text.empty()) return fail(ErrorCode::kUsage, fmt::format("an address such as {}://host is needed", scheme));
  const Result<Url> url = parse_url(text);
  if (!url) return std::unexpected(url.error());
  if (url->is_websocket() != websocket) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' does not begin with {}://", text, scheme));
  }
  if (url->target != "/") {
    return fail(ErrorCode::kUsage, fmt::format("'{}' has a path: leave all behind the host and port out", text));
  }
  if (!url->is_tls() && !is_loopback_host(url->host)) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is not encrypted, which is for loopback addresses only: write {}://{}", text, scheme,
                            url->authority()));
  }
  target = fmt::format("{}://{}", text.substr(0, text.find(':')), url->authority());
  return {};
}

Result<void> set_alert_webhook(S& settings, const V& values) {
  const std::string& text = values[0];
  const Result<Url> url = parse_url(text);
  if (!url) return std::unexpected(url.error());
  if (url->is_websocket() || (!url->is_tls() && !is_loopback_host(url->host))) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' does not begin with https:// (http:// is for loopback addresses only)", text));
  }
  settings.alerts.webhook = text;
  return {};
}

Result<void> set_log_level(S& settings, const V& values) {
  static constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warn", "error", "off"};
  settings.log.level = static_cast<LogLevel>(std::ranges::find(kNames, values[0]) - kNames.begin());
  return {};
}

OptionSpec common_spec(std::string_view name) {
  for (const OptionSpec& spec : common_options()) {
    if (spec.name == name) return spec;
  }
  return {};
}

using enum OptionKind;

const OptionSpec kCheckpointIntervalSpec{.name = "checkpoint_interval",
                                         .placeholder = "TIME",
                                         .kind = kDuration,
                                         .help = "each book is kept so often for a restart, or none",
                                         .default_text = "10m"};
const OptionSpec kFullBookAtSpec{.name = "full_book_at",
                                 .placeholder = "LIST",
                                 .kind = kTexts,
                                 .help = "times of the UTC day at which whole books are kept, or none",
                                 .default_text = "00:00,12:00"};
const OptionSpec kAuditIntervalSpec{
    .name = "audit_interval",
    .placeholder = "TIME",
    .kind = kDuration,
    .help = "each book is compared with a fresh snapshot so often, 1m at least, or none",
    .default_text = "30m"};
const OptionSpec kAlertWebhookSpec{
    .name = "alert_webhook", .placeholder = "URL", .help = "what needs a person is POSTed there as JSON"};
const OptionSpec kAlertCommandSpec{.name = "alert_command",
                                   .placeholder = "TEXT",
                                   .help = "what needs a person is given to this shell command as JSON"};
const OptionSpec kAlertNoDataAfterSpec{.name = "alert_no_data_after",
                                       .placeholder = "TIME",
                                       .kind = kDuration,
                                       .help = "a symbol without a message for so long is one",
                                       .default_text = "60s"};
const OptionSpec kAlertGapAfterSpec{.name = "alert_gap_after",
                                    .placeholder = "TIME",
                                    .kind = kDuration,
                                    .help = "a gap that is not healed for so long is one",
                                    .default_text = "5m"};
const OptionSpec kAlertRepeatIntervalSpec{.name = "alert_repeat_interval",
                                          .placeholder = "TIME",
                                          .kind = kDuration,
                                          .help = "what lasts is said again so often",
                                          .default_text = "1h"};
const OptionSpec kLinesSpec{.name = "lines",
                            .placeholder = "COUNT",
                            .kind = kInteger,
                            .help = "connections that carry each symbol: with 2, one may be lost without a gap",
                            .default_text = "1"};
const OptionSpec kRefreshIntervalSpec{.name = "refresh_interval",
                                      .placeholder = "TIME",
                                      .kind = kDuration,
                                      .help = "a fresh snapshot is merged so often, 1m at least, or none",
                                      .default_text = "none"};

}  // namespace

std::span<const Option<CollectSettings>> collect_options() {
  static const std::array<Option<S>, 33> kOptions{{
      {{.name = "symbols",
        .placeholder = "LIST",
        .kind = kTexts,
        .help = "BTCUSDT, binance-usdm:BTCUSDT, an asset (BTC: its USDT pair), @FILE"},
       [](S& s, const V& v) { return s.symbols = v, Result<void>(); }},
      {kVenueSpec, [](S& s, const V& v) { return set_venue(s.venue, v); }},
      {{.name = "data_dir",
        .placeholder = "DIR",
        .help = "where rows and recordings are stored",
        .default_text = "./acts-data"},
       set_data_dir},
      {kBandsSpec, [](S& s, const V& v) { return set_bands(s.bands, v); }},
      {{.name = "limit",
        .placeholder = "LEVELS",
        .kind = kInteger,
        .help = "levels a side of a snapshot; the venue's largest if not given"},
       [](S& s, const V& v) { return store(s.limit, parse_integer(v[0], 1, 5000)); }},
      {{.name = "update_interval",
        .placeholder = "TIME",
        .kind = kDuration,
        .help = "of depth streams: 100ms, 1000ms; USD-M 0ms, 100ms, 250ms, 500ms",
        .default_text = "100ms"},
       set_update_interval},
      {kRefreshIntervalSpec, [](S& s, const V& v) { return set_snapshot_interval(s.refresh_interval, v[0]); }},
      {kAuditIntervalSpec, [](S& s, const V& v) { return set_snapshot_interval(s.audit_interval, v[0]); }},
      {{.name = "streams",
        .placeholder = "LIST",
        .kind = kTexts,
        .help = "depth,trade,bookTicker, on USD-M markPrice too, if not given; others are recorded only"},
       set_streams},
      {{.name = "record", .kind = kSwitch, .help = "keep every message as it came", .default_text = "true"},
       [](S& s, const V& v) { return s.record = v[0] == "true", Result<void>(); }},
      {kCheckpointIntervalSpec, [](S& s, const V& v) { return set_duration_or_none(s.checkpoint_interval, v[0]); }},
      {kFullBookAtSpec, set_full_book_at},
      {kKeepRecordingsSpec, [](S& s, const V& v) { return set_kept_age(s.keep_recordings.age, v); }},
      {kKeepRecordingsBytesSpec, [](S& s, const V& v) { return set_kept_bytes(s.keep_recordings.bytes, v); }},
      {kKeepRowsSpec, [](S& s, const V& v) { return set_kept_age(s.keep_rows.age, v); }},
      {kKeepRowsBytesSpec, [](S& s, const V& v) { return set_kept_bytes(s.keep_rows.bytes, v); }},
      {kKeepRejectedSpec, [](S& s, const V& v) { return set_kept_age(s.keep_rows.rejected_age, v); }},
      {kKeepBooksSpec, [](S& s, const V& v) { return set_kept_age(s.keep_books.age, v); }},
      {kKeepBooksBytesSpec, [](S& s, const V& v) { return set_kept_bytes(s.keep_books.bytes, v); }},
      {{.name = "ca_file",
        .placeholder = "FILE",
        .help = "certificate authorities to trust, PEM; the system's if not given"},
       [](S& s, const V& v) { return s.ca_file = v[0], Result<void>(); }},
      {{.name = "metrics",
        .placeholder = "HOST:PORT",
        .help = "serve /metrics and /health there; on loopback if no host is given"},
       set_metrics},
      {{.name = "duration",
        .placeholder = "TIME",
        .kind = kDuration,
        .help = "stop after it, or none",
        .default_text = "none"},
       [](S& s, const V& v) { return set_duration_or_none(s.duration, v[0]); }},
      {kStaleAfterSpec, [](S& s, const V& v) { return set_positive_duration(s.stale_after, v); }},
      {{.name = "connections",
        .placeholder = "COUNT",
        .kind = kInteger,
        .help = "stream connections a venue",
        .default_text = "2"},
       [](S& s, const V& v) { return store(s.connections, parse_integer(v[0], 1, S::kMaxConnections)); }},
      {kLinesSpec, [](S& s, const V& v) { return store(s.lines, parse_integer(v[0], 1, S::kMaxLines)); }},
      {{.name = "log_per_symbol",
        .kind = kSwitch,
        .help = "also a log file a symbol, DIR/log/VENUE/data-SYMBOL.log",
        .default_text = "false"},
       [](S& s, const V& v) { return s.log.per_symbol = v[0] == "true", Result<void>(); }},
      {kAlertWebhookSpec, set_alert_webhook},
      {kAlertCommandSpec, [](S& s, const V& v) { return s.alerts.command = v[0], Result<void>(); }},
      {kAlertNoDataAfterSpec, [](S& s, const V& v) { return set_positive_duration(s.alerts.no_data_after, v); }},
      {kAlertGapAfterSpec, [](S& s, const V& v) { return set_positive_duration(s.alerts.gap_after, v); }},
      {kAlertRepeatIntervalSpec, [](S& s, const V& v) { return set_positive_duration(s.alerts.repeat_interval, v); }},
      {common_spec("log_level"), set_log_level},
      {common_spec("log_format"),
       [](S& s, const V& v) {
         return s.log.format = v[0] == "json" ? LogFormat::kJson : LogFormat::kText, Result<void>();
       }},
  }};
  return kOptions;
}

std::span<const VenueOption> venue_options() {
  static const std::array<VenueOption, 3> kOptions{{
      {{.name = "rest_url",
        .placeholder = "URL",
        .help = "instead of the venue's own; http only to a loopback address"},
       [](VenueAddresses& a, const std::string& v) { return set_origin(a.rest_url, v, false); }},
      {{.name = "stream_url",
        .placeholder = "URL",
        .help = "instead of the venue's own; ws only to a loopback address"},
       [](VenueAddresses& a, const std::string& v) { return set_origin(a.stream_url, v, true); }},
      {{.name = "ws_api_url", .placeholder = "URL", .help = "of the WebSocket API; nothing uses it yet"},
       [](VenueAddresses&, const std::string& v) {
         std::string unused;
         return set_origin(unused, v, true);
       },
       false},
  }};
  return kOptions;
}

}  // namespace acts::cli
