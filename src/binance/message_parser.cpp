#include "binance/message_parser.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <string>

#include "binance/error_text.hpp"
#include "binance/field_reader.hpp"
#include "binance/streams.hpp"
#include "binance/wire.hpp"

namespace acts::binance {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxStreamName = 256;

bool is_book(const LevelBuffers& levels, Reader& reader) {
  const std::string_view why_not = why_no_book(levels.bids, levels.asks);
  return why_not.empty() || reader.bad(std::string(why_not)) == Read::kOk;
}

// The name that stands where the venue writes it, whatever follows.
std::string_view stream_at_the_front(std::string_view text) {
  constexpr std::string_view kBefore = "{\"stream\":\"";
  if (!text.starts_with(kBefore)) return {};
  text.remove_prefix(kBefore.size());
  const std::size_t end = text.substr(0, kMaxStreamName).find('"');
  return end == std::string_view::npos ? std::string_view{} : text.substr(0, end);
}

std::int64_t reply_id(dom::object object) {
  std::int64_t id = -1;
  return object["id"].get(id) == simdjson::SUCCESS ? id : -1;
}

VenueError venue_error(dom::object error, dom::object reply) {
  VenueError result{0, text_at(error, "msg").value_or(std::string_view{}), reply_id(reply)};
  if (error["code"].get(result.code) != simdjson::SUCCESS) result.code = 0;
  return result;
}

}  // namespace

std::string_view why_no_book(std::span<const Level> bids, std::span<const Level> asks) {
  const auto is_deletion = [](const Level& level) { return level.quantity.is_zero(); };
  if (std::ranges::any_of(bids, is_deletion) || std::ranges::any_of(asks, is_deletion))
    return "a level of a snapshot has quantity 0";
  if (bids.empty() || asks.empty()) return {};
  const Price highest_bid = std::ranges::max(bids, {}, &Level::price).price;
  const Price lowest_ask = std::ranges::min(asks, {}, &Level::price).price;
  return highest_bid < lowest_ask ? std::string_view{} : "the snapshot is crossed";
}

struct MessageParser::Impl {
  explicit Impl(Venue of) : venue(of) {}

  Venue venue;
  dom::parser parser;
  std::string upper;  // the symbol of a stream name, in the venue's spelling

  Decoded parse(std::string_view padded, const SymbolTable& symbols, InstrumentIndex asked, LevelBuffers& levels);
  std::unexpected<Refusal> refuse(std::string fault, const Message& message, bool is_depth_update,
                                  const SymbolTable& symbols);
  // kList: an array of an all-market stream.
  enum class Envelope : std::uint8_t { kEvent, kList, kBad };
  static Envelope open_envelope(dom::object outer, dom::object& inner, Message& message, std::string& fault);
  bool body(dom::object object, const SymbolTable& symbols, InstrumentIndex asked, LevelBuffers& levels,
            Message& message, std::string& fault);
  Read event(dom::object object, std::string_view type, Reader& reader, LevelBuffers& levels, Message& message);
  Read depth_update(dom::object object, Reader& reader, LevelBuffers& levels, Message& message);
  static Read snapshot(dom::object object, Reader& reader, LevelBuffers& levels, Message& message);
  static Read book_ticker(dom::object object, Reader& reader, Message& message);
  static Read trade(dom::object object, bool aggregate, Reader& reader, Message& message);
  static void reply(dom::object object, Message& message);
  std::string_view symbol_of(dom::object object, std::string_view stream);
};

Decoded MessageParser::Impl::parse(std::string_view padded, const SymbolTable& symbols, InstrumentIndex asked,
                                   LevelBuffers& levels) {
  Message message;
  dom::element root;
  if (const auto error = parser.parse(padded.data(), padded.size(), false).get(root); error != simdjson::SUCCESS) {
    const std::size_t first = padded.find_first_not_of(" \t\r\n");
    const bool html = first != std::string_view::npos && padded[first] == '<';
    message.stream = stream_at_the_front(padded);
    return refuse(html ? "HTML instead of JSON" : fmt::format("not JSON: {}", simdjson::error_message(error)), message,
                  false, symbols);
  }
  dom::object outer;
  if (root.get(outer) != simdjson::SUCCESS) return message;  // an array of an all-market stream, a bare value
  dom::object inner = outer;
  std::string fault;
  if (has(outer, "stream") || has(outer, "data")) {
    switch (open_envelope(outer, inner, message, fault)) {
      case Envelope::kEvent: break;
      case Envelope::kList: return message;
      case Envelope::kBad: return refuse(std::move(fault), message, false, symbols);
    }
  }
  if (body(inner, symbols, asked, levels, message, fault)) return message;
  const std::string_view of = message.symbol.empty() ? message.stream : message.symbol;
  return refuse(of.empty() ? fault : fmt::format("{}: {}", one_line(of, kMaxQuotedName), fault), message,
                text_at(inner, "e") == "depthUpdate", symbols);
}

// Whose it is, the stream says; only without one, the event does.
std::unexpected<Refusal> MessageParser::Impl::refuse(std::string fault, const Message& message, bool is_depth_update,
                                                     const SymbolTable& symbols) {
  Refusal refusal{{ErrorCode::kBadInput, std::move(fault)}, message.instrument, is_depth_update};
  if (!message.stream.empty()) {
    const StreamName name = parse_stream_name(venue, message.stream);
    refusal.instrument = symbols.find(to_venue_symbol(name.symbol));
    refusal.is_depth_update = name.type.kind == StreamKind::kDepth;
  }
  return std::unexpected(std::move(refusal));
}

// {"stream":"<name>","data":<event>}
MessageParser::Impl::Envelope MessageParser::Impl::open_envelope(dom::object outer, dom::object& inner,
                                                                 Message& message, std::string& fault) {
  const auto stream = text_at(outer, "stream");
  dom::element data;
  if (!stream) {
    fault = "data without the name of its stream";
    return Envelope::kBad;
  }
  message.stream = *stream;
  if (outer["data"].get(data) == simdjson::SUCCESS) {
    if (data.get(inner) == simdjson::SUCCESS) return Envelope::kEvent;
    if (data.is_array() && stream->starts_with('!')) return Envelope::kList;
  }
  fault = fmt::format("stream {} without an event", one_line(*stream, kMaxQuotedName));
  return Envelope::kBad;
}

std::string_view MessageParser::Impl::symbol_of(dom::object object, std::string_view stream) {
  if (const auto symbol = text_at(object, "s")) return *symbol;
  upper = stream_symbol(stream);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

bool MessageParser::Impl::body(dom::object object, const SymbolTable& symbols, InstrumentIndex asked,
                               LevelBuffers& levels, Message& message, std::string& fault) {
  const auto type = text_at(object, "e");
  const bool is_snapshot = !type && has(object, "lastUpdateId");
  const bool is_ticker = !type && !is_snapshot && has(object, "u") && has(object, "B") && has(object, "A");
  if (!type && !is_snapshot && !is_ticker) {
    if (!message.stream.empty() || has(object, "e") || has(object, "s")) {
      fault = "e, the kind of event, is missing or not a string";
      return false;
    }
    reply(object, message);
    return true;
  }
  message.symbol = symbol_of(object, message.stream);
  message.instrument = symbols.find(message.symbol);
  if (is_snapshot && message.stream.empty()) {
    message.instrument = asked;
    if (asked != kNoInstrument) message.symbol = symbols.name(asked);
  } else if (!message.stream.empty() && message.stream.front() != '!' && type != "serverShutdown" &&
             !stream_carries(message.stream, message.symbol)) {
    fault = fmt::format("stream {} carries another symbol", one_line(message.stream, kMaxQuotedName));
    return false;
  }
  const auto read_at = [&](Reader& reader) {
    Read read = Read::kNeedsScale;
    while (read == Read::kNeedsScale) {
      read = is_snapshot ? snapshot(object, reader, levels, message)
             : is_ticker ? book_ticker(object, reader, message)
                         : event(object, *type, reader, levels, message);
    }
    return read;
  };
  Reader reader(symbols.scales(message.instrument));
  Read read = read_at(reader);
  // One message of many decimals must not cost all large values behind it.
  if (reader.is_too_large() && symbols.may_be_coarser()) {
    reader = Reader(symbols.instrument_scales(message.instrument));
    read = read_at(reader);
  }
  fault = reader.fault();
  return read == Read::kOk;
}

Read MessageParser::Impl::event(dom::object object, std::string_view type, Reader& reader, LevelBuffers& levels,
                                Message& message) {
  if (type == "depthUpdate") return depth_update(object, reader, levels, message);
  if (type == "bookTicker") return book_ticker(object, reader, message);
  if (type == "trade" || type == "aggTrade") return trade(object, type == "aggTrade", reader, message);
  if (type == "serverShutdown") {
    ServerShutdown shutdown;
    if (!reader.time(object, "E", shutdown.ts_event)) return Read::kBad;
    message.body = shutdown;
  }
  return Read::kOk;
}

Read MessageParser::Impl::depth_update(dom::object object, Reader& reader, LevelBuffers& levels, Message& message) {
  DepthUpdate update;
  if (!reader.symbol(object) || !reader.time(object, "E", update.ts_event) ||
      !reader.id(object, "U", update.first_update_id) || !reader.id(object, "u", update.last_update_id)) {
    return Read::kBad;
  }
  if (venue == Venue::kBinanceUsdm && !reader.id(object, "pu", update.previous_last_update_id)) return Read::kBad;
  if (update.first_update_id > update.last_update_id) return reader.bad("U is above u");
  if (update.previous_last_update_id > update.last_update_id) return reader.bad("pu is above u");
  Read read = reader.levels(object, "b", levels.bids);
  if (read == Read::kOk) read = reader.levels(object, "a", levels.asks);
  if (read != Read::kOk) return read;
  // Bids may have been read before an ask raised the scales, but then everything was read again.
  update.scales = reader.scales();
  update.bids = levels.bids;
  update.asks = levels.asks;
  if (const int limit = partial_depth_limit(message.stream); limit > 0) {
    if (!is_book(levels, reader)) return Read::kBad;
    message.body =
        PartialDepth{{update.last_update_id, update.ts_event, limit, update.scales, update.bids, update.asks}};
  } else {
    message.body = update;
  }
  return Read::kOk;
}

Read MessageParser::Impl::snapshot(dom::object object, Reader& reader, LevelBuffers& levels, Message& message) {
  DepthSnapshot snapshot;
  if (!reader.id(object, "lastUpdateId", snapshot.last_update_id)) return Read::kBad;
  if (has(object, "E") && !reader.time(object, "E", snapshot.ts_event)) return Read::kBad;
  Read read = reader.levels(object, "bids", levels.bids);
  if (read == Read::kOk) read = reader.levels(object, "asks", levels.asks);
  if (read != Read::kOk) return read;
  if (!is_book(levels, reader)) return Read::kBad;
  snapshot.scales = reader.scales();
  snapshot.bids = levels.bids;
  snapshot.asks = levels.asks;
  snapshot.limit = partial_depth_limit(message.stream);
  if (snapshot.limit == 0 && !message.stream.empty()) return reader.bad("a snapshot on a stream that sends none");
  if (message.stream.empty()) {
    message.body = snapshot;
  } else {
    message.body = PartialDepth{snapshot};
  }
  return Read::kOk;
}

Read MessageParser::Impl::book_ticker(dom::object object, Reader& reader, Message& message) {
  BookTicker ticker;
  if (!reader.symbol(object) || !reader.id(object, "u", ticker.update_id)) return Read::kBad;
  if (has(object, "E") && !reader.time(object, "E", ticker.ts_event)) return Read::kBad;
  Read read = reader.level(object, "b", "B", ticker.bid);
  if (read == Read::kOk) read = reader.level(object, "a", "A", ticker.ask);
  ticker.scales = reader.scales();
  message.body = ticker;
  return read;
}

Read MessageParser::Impl::trade(dom::object object, bool aggregate, Reader& reader, Message& message) {
  Trade trade;
  bool buyer_is_maker = false;
  trade.aggregate = aggregate;
  if (!reader.symbol(object) || !reader.id(object, aggregate ? "a" : "t", trade.trade_id) ||
      !reader.time(object, "T", trade.ts_event) || !reader.boolean(object, "m", buyer_is_maker)) {
    return Read::kBad;
  }
  trade.first_trade_id = trade.last_trade_id = trade.trade_id;
  if (aggregate && (!reader.id(object, "f", trade.first_trade_id) || !reader.id(object, "l", trade.last_trade_id))) {
    return Read::kBad;
  }
  if (trade.first_trade_id > trade.last_trade_id) return reader.bad("f is above l");
  if (trade.last_trade_id - trade.first_trade_id >= kMostTradesOfAggregate) {
    return reader.bad(fmt::format("f and l are of more than {} trades", kMostTradesOfAggregate));
  }
  Level at;
  const Read read = reader.level(object, "p", "q", at);
  trade.price = at.price;
  trade.quantity = at.quantity;
  trade.scales = reader.scales();
  trade.aggressor = buyer_is_maker ? AggressorSide::kSell : AggressorSide::kBuy;
  // USD-M only: insurance fund and ADL trades are no trades of the book, and some have price and quantity 0.
  trade.market = text_at(object, "X").value_or("MARKET") == "MARKET" && at.price.units() != 0 && !at.quantity.is_zero();
  message.body = trade;
  return read;
}

void MessageParser::Impl::reply(dom::object object, Message& message) {
  dom::object error;
  if (object["error"].get(error) == simdjson::SUCCESS) {
    message.body = venue_error(error, object);
  } else if (has(object, "code") && has(object, "msg")) {
    message.body = venue_error(object, object);
  } else if (has(object, "result") && has(object, "id")) {
    message.body = ControlReply{reply_id(object)};
  }
}

MessageParser::MessageParser(Venue venue) : impl_(std::make_unique<Impl>(venue)) {}
MessageParser::~MessageParser() = default;

Decoded MessageParser::parse(std::string_view padded, const SymbolTable& symbols, InstrumentIndex asked,
                             LevelBuffers& levels) {
  return impl_->parse(padded, symbols, asked, levels);
}

}  // namespace acts::binance
