// The depth lines of a bundled recording, in memory, and what a replay of them must end with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"
#include "acts/market/venue.hpp"

namespace acts::bench {

struct DepthLine {
  UnixNanos ts_recv;
  std::string_view json;  // of RecordedDepth::text
  bool is_snapshot = false;
};

enum class Market : std::uint8_t { kSpot, kUsdm };

// The lines point into the text.
struct RecordedDepth {
  Venue venue;
  Scales scales;                 // of the tick and lot size; a few quantities need more
  std::string text;              // all lines, with padding behind the last one, as simdjson needs it
  std::vector<DepthLine> lines;  // depth updates and the one snapshot, in order of receipt
  // The end state known of this recording, prices and quantities as the venue writes them but for trailing zeros.
  std::string best_bid;
  std::string best_ask;
  std::size_t bid_levels = 0;
  std::size_t ask_levels = 0;
};

// {spot,usdm}/btcusdt_20240808.gz, read at the first call. Ends the program if it cannot be read.
const RecordedDepth& recorded_depth(Market market);

// One update or the snapshot, decoded; for what measures the book alone.
struct DecodedEvent {
  UpdateId id;
  bool is_snapshot = false;
  std::vector<Level> bids;
  std::vector<Level> asks;
};
const std::vector<DecodedEvent>& decoded_events(Market market);
std::size_t level_count(const std::vector<DecodedEvent>& events);

}  // namespace acts::bench
