// The general parser of one message, by simdjson: any key order, unknown keys ignored, everything checked.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "acts/market/venue.hpp"

#include "binance/messages.hpp"
#include "binance/symbol_table.hpp"

namespace acts::binance {

// Where decoded levels go; owned by the decoder, reused from message to message.
struct LevelBuffers {
  std::vector<Level> bids;
  std::vector<Level> asks;
};

// What a snapshot holds: levels, not deletions, of a book that is not crossed. Why these are none; empty: they are.
std::string_view why_no_book(std::span<const Level> bids, std::span<const Level> asks);

class MessageParser {
 public:
  explicit MessageParser(Venue venue);
  ~MessageParser();

  // `padded` is followed by at least 64 readable bytes. Errors say what is wrong, without the message itself.
  Decoded parse(std::string_view padded, const SymbolTable& symbols, InstrumentIndex asked, LevelBuffers& levels);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts::binance
