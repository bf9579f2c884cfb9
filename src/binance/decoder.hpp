// From received bytes to integers: depth, partial depth, bookTicker, trade, aggTrade, REST depth, replies and errors;
// spot and USD-M.
//
// Depth updates, trades and book tickers in the form the venue writes them are read by scanners made for them
// (depth_scanner.hpp, event_scanner.hpp); everything else, and whatever those do not recognise, goes through simdjson.
// Both give the same result. A message is refused whole: one bad level, and none of it is delivered.
//
// Prices and quantities are read at the scales the decoder holds for the symbol. A message that needs more decimals is
// decoded at scales that cover both, which it carries; the caller raises its book and then calls set_scales(). One with
// a value that does not fit 64 bits there is decoded at the instrument's scales, or at the least above them that hold
// it. At most kMaxWireDecimals are taken.
//
// Facts: docs of 2026-07-21 (spot, web-socket-streams.md, rest-api.md) and 2026-05-28 (USD-M market streams).
// Owns its buffers (they grow to the largest message seen). Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/market/price.hpp"
#include "acts/market/venue.hpp"

#include "binance/messages.hpp"

namespace acts::binance {

// The venue writes prices and quantities with at most 8 decimals (baseAssetPrecision, quotePrecision; exchangeInfo).
inline constexpr int kMaxWireDecimals = 8;
inline constexpr std::size_t kMaxMessageBytes = 64 * 1024 * 1024;

class Decoder {
 public:
  explicit Decoder(Venue venue);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // `symbol` as the venue spells it in "s" ("BTCUSDT"). Adding it again gives the same index and changes nothing.
  InstrumentIndex add(std::string_view symbol, Scales scales);
  [[nodiscard]] InstrumentIndex find(std::string_view symbol) const;
  [[nodiscard]] std::string_view symbol(InstrumentIndex index) const;
  [[nodiscard]] Scales scales(InstrumentIndex index) const;
  void set_scales(InstrumentIndex index, Scales scales);
  // For whoever's books come down to no coarser scales: what does not fit at scales() is refused.
  void refuse_coarser();
  // For whoever keeps no book: `message` is of the instrument, and the next one with as many decimals is read in one
  // go.
  void remember_scales(InstrumentIndex index, const Message& message);
  [[nodiscard]] std::size_t size() const;

  // A message of a stream, or any REST answer. For a REST depth answer, which does not name its symbol, `asked` is the
  // instrument it was asked for. Errors: kBadInput, in one short line: the symbol if known, what is wrong, and how the
  // message begins.
  Decoded decode(std::string_view json, InstrumentIndex asked = kNoInstrument);

  // How many messages the scanners read, and how many simdjson.
  [[nodiscard]] std::size_t scanned() const;
  [[nodiscard]] std::size_t parsed() const;
  // For tests and fuzzing: everything through simdjson.
  void disable_scanner();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::binance
