// Names and URLs of market streams, and the messages that subscribe to them.
//
// A stream's name is "<symbol in lower case>@<type>"; a symbol may be any UTF-8, of which ASCII letters alone have a
// lower case here. USD-M splits its streams over two paths: a stream asked for at the wrong one is acknowledged and
// stays silent. Rules: Spot "Web Socket Streams" (2026-07-21), USD-M "Websocket Market Streams" (2026-05-28).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/venue_facts.hpp"

namespace acts::binance {

enum class StreamKind : std::uint8_t {
  kDepth,         // differences
  kPartialDepth,  // the best 5, 10 or 20 levels
  kBookTicker,
  kTrade,
  kAggTrade,
  kMarkPrice,  // USD-M
  kOther,      // not decoded
};
// "depth", "partialDepth", "bookTicker", "trade", "aggTrade", "markPrice", "other".
std::string_view to_string(StreamKind kind) noexcept;

struct StreamType {
  StreamKind kind = StreamKind::kOther;
  int levels = 0;  // partial depth: 5, 10, 20; else 0
  Nanos interval{
      0};  // depth, partial depth, mark price: from message to message; USD-M depth 0: as they happen; else 0

  friend bool operator==(const StreamType&, const StreamType&) = default;
};

// What a user writes for a stream, as the venue does after the symbol: "depth", "depth@100ms", "trade", "kline_1m".
// kOther: the venue has it, we do not decode it; other_stream_name() makes its name. Errors: kUsage, naming what there
// is.
Result<StreamType> parse_stream_type(Venue venue, std::string_view text);

// A stream's name taken apart; views into the name.
struct StreamName {
  std::string_view symbol;  // as it stands there; empty for streams of all symbols ("!ticker@arr")
  std::string_view suffix;  // what follows the first "@"; the whole name if there is no symbol
  StreamType type;
};
// Total and without allocation: what is not a stream we decode, exactly as the venue writes it, is kOther.
StreamName parse_stream_name(Venue venue, std::string_view name) noexcept;

// "btcusdt@depth@100ms". An interval that is the venue's default is left out. Errors: kUsage if the venue has no such
// stream (kOther always).
Result<std::string> stream_name(Venue venue, std::string_view symbol, const StreamType& type);
// "btcusdt@kline_1m". `suffix` must be one of which parse_stream_type() says kOther; else kUsage.
Result<std::string> other_stream_name(Venue venue, std::string_view symbol, std::string_view suffix);
// A type with the venue's default interval.
StreamType default_type(Venue venue, StreamKind kind, int levels = 0) noexcept;

// "BTCUSDT" -> "btcusdt": ASCII letters only, other bytes as they are.
std::string to_stream_symbol(std::string_view symbol);
// The other way: what `s` of a message says.
std::string to_venue_symbol(std::string_view stream_symbol);

// The path a stream is served at. Spot has one path: always kPublic.
enum class StreamRoute : std::uint8_t { kPublic, kMarket };
StreamRoute route_of(Venue venue, const StreamName& name) noexcept;

// Longer URLs are not known to work: open the bare URL and subscribe.
inline constexpr std::size_t kMaxStreamUrlBytes = 8000;

// "wss://stream.binance.com:9443/stream?streams=a@trade/b@depth", USD-M "<base>/public/stream?…"; without names the
// bare ".../stream", on which to subscribe. Names are percent-encoded except "@" and "!". Messages on it come in the
// combined envelope. Errors: kUsage for more names than a connection may have or a URL above kMaxStreamUrlBytes.
Result<std::string> stream_url(std::string_view base, Venue venue, StreamRoute route,
                               std::span<const std::string> names);

// A text frame for the venue and the id that its answer will carry.
struct ControlMessage {
  std::int64_t id = 0;
  std::string text;
};
// As many messages as it takes at names_per_message; ids count up from first_id. No names, no message. That a message
// was acknowledged does not prove that a stream exists: wait for its first data.
std::vector<ControlMessage> subscribe_messages(Venue venue, std::span<const std::string> names, std::int64_t first_id);
std::vector<ControlMessage> unsubscribe_messages(Venue venue, std::span<const std::string> names,
                                                 std::int64_t first_id);

}  // namespace acts::binance
