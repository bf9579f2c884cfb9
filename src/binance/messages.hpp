// One message of Binance, decoded. Views and spans point into the Decoder that made it and are valid until its next
// call.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <variant>

#include "acts/base/result.hpp"
#include "acts/market/events.hpp"

namespace acts::binance {

// Position of an instrument in its Decoder, from 0.
using InstrumentIndex = std::uint32_t;
inline constexpr InstrumentIndex kNoInstrument = UINT32_MAX;

// The full top N of a side, sent again and again; `limit` is that N. Spot's has neither symbol nor time but in the
// stream's name.
struct PartialDepth {
  DepthSnapshot top;
};

// The venue closes this connection soon.
struct ServerShutdown {
  UnixNanos ts_event;
};

// Answer to SUBSCRIBE and its like. id: -1 if it was null or a text.
struct ControlReply {
  std::int64_t id = -1;
};

// {"code":-1121,"msg":"Invalid symbol."}, or the same under "error"; with any HTTP status, or on a stream.
struct VenueError {
  std::int64_t code = 0;
  std::string_view message;
  std::int64_t id = -1;
};

// Well-formed JSON that is not decoded: klines, tickers, exchangeInfo ...
struct OtherMessage {};

struct Message {
  // Of the event; empty where the message names none (REST depth, spot partial depth on a raw connection, replies).
  std::string_view symbol;
  // Of the combined envelope; empty without one.
  std::string_view stream;
  // kNoInstrument: no symbol, or not one of the decoder's.
  InstrumentIndex instrument = kNoInstrument;
  std::variant<OtherMessage, DepthUpdate, DepthSnapshot, PartialDepth, BookTicker, Trade, ServerShutdown, ControlReply,
               VenueError>
      body;
};

// Nothing of what has no prices.
inline std::optional<Scales> scales_of(const Message& message) {
  return std::visit(
      []<typename Body>([[maybe_unused]] const Body& body) -> std::optional<Scales> {
        if constexpr (requires { body.scales; }) return body.scales;
        return std::nullopt;
      },
      message.body);
}

// Why a message was not decoded, and what it was as far as that can be told.
struct Refusal : Error {
  InstrumentIndex instrument = kNoInstrument;
  // One of the differences that make the instrument's book: it is missing there now.
  bool is_depth_update = false;
};
using Decoded = std::expected<Message, Refusal>;

}  // namespace acts::binance
