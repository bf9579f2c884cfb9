#include "binance/streams.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "binance/url_text.hpp"

namespace acts::binance {
namespace {

using namespace std::chrono_literals;
using std::string_view;
using enum StreamKind;

struct Row {
  string_view suffix;
  StreamType type;
};

// The first row of a type is its name; a later one is another way to write it.
constexpr auto kSpotRows = std::to_array<Row>({
    {"depth", {kDepth, 0, 1000ms}},
    {"depth@100ms", {kDepth, 0, 100ms}},
    {"bookTicker", {kBookTicker, 0, 0ms}},
    {"trade", {kTrade, 0, 0ms}},
    {"aggTrade", {kAggTrade, 0, 0ms}},
    {"depth5", {kPartialDepth, 5, 1000ms}},
    {"depth10", {kPartialDepth, 10, 1000ms}},
    {"depth20", {kPartialDepth, 20, 1000ms}},
    {"depth5@100ms", {kPartialDepth, 5, 100ms}},
    {"depth10@100ms", {kPartialDepth, 10, 100ms}},
    {"depth20@100ms", {kPartialDepth, 20, 100ms}},
    {"depth@1000ms", {kDepth, 0, 1000ms}},
    {"depth5@1000ms", {kPartialDepth, 5, 1000ms}},
    {"depth10@1000ms", {kPartialDepth, 10, 1000ms}},
    {"depth20@1000ms", {kPartialDepth, 20, 1000ms}},
});
constexpr auto kUsdmRows = std::to_array<Row>({
    {"depth", {kDepth, 0, 250ms}},
    {"depth@0ms", {kDepth, 0, 0ms}},
    {"depth@100ms", {kDepth, 0, 100ms}},
    {"depth@500ms", {kDepth, 0, 500ms}},
    {"bookTicker", {kBookTicker, 0, 0ms}},
    {"trade", {kTrade, 0, 0ms}},
    {"aggTrade", {kAggTrade, 0, 0ms}},
    {"markPrice", {kMarkPrice, 0, 3s}},
    {"markPrice@1s", {kMarkPrice, 0, 1s}},
    {"depth5", {kPartialDepth, 5, 250ms}},
    {"depth10", {kPartialDepth, 10, 250ms}},
    {"depth20", {kPartialDepth, 20, 250ms}},
    {"depth5@100ms", {kPartialDepth, 5, 100ms}},
    {"depth10@100ms", {kPartialDepth, 10, 100ms}},
    {"depth20@100ms", {kPartialDepth, 20, 100ms}},
    {"depth5@500ms", {kPartialDepth, 5, 500ms}},
    {"depth10@500ms", {kPartialDepth, 10, 500ms}},
    {"depth20@500ms", {kPartialDepth, 20, 500ms}},
    {"depth@250ms", {kDepth, 0, 250ms}},
    {"depth5@250ms", {kPartialDepth, 5, 250ms}},
    {"depth10@250ms", {kPartialDepth, 10, 250ms}},
    {"depth20@250ms", {kPartialDepth, 20, 250ms}},
    {"markPrice@3s", {kMarkPrice, 0, 3s}},
});

std::span<const Row> rows(Venue venue) {
  return venue == Venue::kBinanceUsdm ? std::span<const Row>{kUsdmRows} : std::span<const Row>{kSpotRows};
}

// Streams of one symbol that are recorded as they come; a trailing "_" stands for an interval that follows.
constexpr auto kSpotUndecoded = std::to_array<string_view>(
    {"kline_", "miniTicker", "ticker", "ticker_", "avgPrice", "blockTrade", "referencePrice"});
constexpr auto kUsdmUndecoded =
    std::to_array<string_view>({"kline_", "miniTicker", "ticker", "forceOrder", "compositeIndex", "rpiDepth@500ms"});

// USD-M "Continuous Contract Kline/Candlestick Streams" (2026-05-28): <pair>_<contractType>@continuousKline_<interval>.
// No symbol tells its contract type (of BTCUSDT_261225 it is the current quarter, or the next), and the venue
// acknowledges the name of any stream: one asked for by a symbol would stay silent.
constexpr string_view kContinuousKline = "continuousKline_";

std::span<const string_view> undecoded(Venue venue) {
  return venue == Venue::kBinanceUsdm ? std::span<const string_view>{kUsdmUndecoded}
                                      : std::span<const string_view>{kSpotUndecoded};
}

bool is_undecoded(Venue venue, string_view suffix) {
  return std::ranges::any_of(undecoded(venue), [suffix](string_view known) {
    return known.ends_with('_') ? suffix.size() > known.size() && suffix.starts_with(known) : suffix == known;
  });
}

const Row* find_row(Venue venue, string_view suffix) noexcept {
  const std::span<const Row> all = rows(venue);
  const auto found = std::ranges::find(all, suffix, &Row::suffix);
  return found == all.end() ? nullptr : &*found;
}

std::unexpected<Error> no_such_stream(Venue venue, string_view what) {
  if (what.starts_with(kContinuousKline)) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is no stream of a symbol but of a pair and a contract type: take kline_{} of the "
                            "contract's symbol",
                            what, what.substr(kContinuousKline.size())));
  }
  return fail(ErrorCode::kUsage,
              fmt::format("{} has no stream '{}': there are {}, and, recorded undecoded, {}", to_string(venue), what,
                          fmt::join(rows(venue) | std::views::transform(&Row::suffix), ", "),
                          fmt::join(undecoded(venue), ", ")));
}

std::string describe(const StreamType& type) {
  std::string text{to_string(type.kind)};
  if (type.levels != 0) text += fmt::format(" of {} levels", type.levels);
  if (type.interval != 0ms || type.kind == kDepth) text += " every " + acts::to_string(type.interval);
  return text;
}

Result<std::string> join_name(string_view symbol, string_view suffix) {
  if (symbol.empty()) return fail(ErrorCode::kUsage, fmt::format("stream '{}' needs a symbol", suffix));
  return fmt::format("{}@{}", to_stream_symbol(symbol), suffix);
}

void append_json_string(std::string& out, string_view text) {
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

ControlMessage control_message(string_view method, std::span<const std::string> names, std::int64_t id) {
  std::string text = fmt::format(R"({{"method":"{}","params":[)", method);
  for (const std::string& name : names) {
    if (&name != names.data()) text += ',';
    append_json_string(text, name);
  }
  text += fmt::format(R"(],"id":{}}})", id);
  return {id, std::move(text)};
}

std::vector<ControlMessage> control_messages(string_view method, Venue venue, std::span<const std::string> names,
                                             std::int64_t first_id) {
  const auto batch = static_cast<std::size_t>(limits(venue).names_per_message);
  std::vector<ControlMessage> messages;
  for (; !names.empty(); names = names.subspan(std::min(batch, names.size()))) {
    messages.push_back(control_message(method, names.first(std::min(batch, names.size())), first_id++));
  }
  return messages;
}

}  // namespace

string_view to_string(StreamKind kind) noexcept {
  switch (kind) {
    case kDepth: return "depth";
    case kPartialDepth: return "partialDepth";
    case kBookTicker: return "bookTicker";
    case kTrade: return "trade";
    case kAggTrade: return "aggTrade";
    case kMarkPrice: return "markPrice";
    case kOther: return "other";
  }
  return "other";
}

Result<StreamType> parse_stream_type(Venue venue, string_view text) {
  if (const Row* row = find_row(venue, text)) return row->type;
  if (is_undecoded(venue, text)) return StreamType{};
  return no_such_stream(venue, text);
}

StreamName parse_stream_name(Venue venue, string_view name) noexcept {
  const std::size_t at = name.find('@');
  if (at == string_view::npos || at == 0 || name.front() == '!') return {{}, name, {}};
  StreamName parts{name.substr(0, at), name.substr(at + 1), {}};
  if (const Row* row = find_row(venue, parts.suffix)) parts.type = row->type;
  return parts;
}

Result<std::string> stream_name(Venue venue, string_view symbol, const StreamType& type) {
  const std::span<const Row> all = rows(venue);
  const auto row = std::ranges::find(all, type, &Row::type);
  if (row == all.end()) return no_such_stream(venue, describe(type));
  return join_name(symbol, row->suffix);
}

Result<std::string> other_stream_name(Venue venue, string_view symbol, string_view suffix) {
  if (!is_undecoded(venue, suffix)) return no_such_stream(venue, suffix);
  return join_name(symbol, suffix);
}

StreamType default_type(Venue venue, StreamKind kind, int levels) noexcept {
  const std::span<const Row> all = rows(venue);
  const auto row = std::ranges::find_if(
      all, [kind, levels](const Row& r) { return r.type.kind == kind && r.type.levels == levels; });
  return row == all.end() ? StreamType{kind, levels, 0ms} : row->type;
}

std::string to_stream_symbol(string_view symbol) {
  std::string lower{symbol};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string to_venue_symbol(string_view stream_symbol) {
  std::string upper{stream_symbol};
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

StreamRoute route_of(Venue venue, const StreamName& name) noexcept {
  if (venue != Venue::kBinanceUsdm) return StreamRoute::kPublic;
  switch (name.type.kind) {
    case kDepth:
    case kPartialDepth:
    case kBookTicker:
    case kTrade: return StreamRoute::kPublic;
    case kAggTrade:
    case kMarkPrice: return StreamRoute::kMarket;
    case kOther: break;
  }
  const bool quotes =
      name.suffix.starts_with("depth") || name.suffix.starts_with("rpiDepth") || name.suffix == "!bookTicker";
  return quotes ? StreamRoute::kPublic : StreamRoute::kMarket;
}

Result<std::string> stream_url(string_view base, Venue venue, StreamRoute route, std::span<const std::string> names) {
  const int most = limits(venue).streams_per_connection;
  if (names.size() > static_cast<std::size_t>(most)) {
    return fail(ErrorCode::kUsage, fmt::format("{} streams on one connection: {} takes {}; use more connections",
                                               names.size(), to_string(venue), most));
  }
  while (base.ends_with('/')) base.remove_suffix(1);
  std::string url{base};
  if (venue == Venue::kBinanceUsdm) url += route == StreamRoute::kPublic ? "/public" : "/market";
  url += "/stream";
  for (const std::string& name : names) {
    url += &name == names.data() ? "?streams=" : "/";
    append_percent_encoded(url, name, "@!");
  }
  if (url.size() > kMaxStreamUrlBytes) {
    return fail(ErrorCode::kUsage,
                fmt::format("the URL of {} streams is longer than {} bytes: open it bare and subscribe", names.size(),
                            kMaxStreamUrlBytes));
  }
  return url;
}

std::vector<ControlMessage> subscribe_messages(Venue venue, std::span<const std::string> names, std::int64_t first_id) {
  return control_messages("SUBSCRIBE", venue, names, first_id);
}

std::vector<ControlMessage> unsubscribe_messages(Venue venue, std::span<const std::string> names,
                                                 std::int64_t first_id) {
  return control_messages("UNSUBSCRIBE", venue, names, first_id);
}

}  // namespace acts::binance
