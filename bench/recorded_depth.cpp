#include "recorded_depth.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <variant>

#include "acts/base/assert.hpp"

#include "binance/decoder.hpp"
#include "recording/recording_reader.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

constexpr std::size_t kPadding = 64;  // SIMDJSON_PADDING and more

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "benchmark: {}\n", why);
  std::exit(1);
}

RecordedDepth load(Market market) {
  const bool spot = market == Market::kSpot;
  RecordedDepth depth;
  if (spot) {
    depth = {Venue::kBinanceSpot, {2, 5}, {}, {}, "61685.99", "61686", 1'209, 2'196};
  } else {
    depth = {Venue::kBinanceUsdm, {1, 3}, {}, {}, "61659.7", "61659.8", 5'018, 4'578};
  }
  const std::string path =
      test::testdata(spot ? "binance-feed/spot/btcusdt_20240808.gz" : "binance-feed/usdm/btcusdt_20240808.gz");
  Result<RecordingReader> reader = RecordingReader::open({path});
  if (!reader) stop(reader.error().message);
  struct Place {
    std::size_t begin;
    std::size_t size;
  };
  std::vector<Place> places;
  while (true) {
    const Result<std::optional<RecordedItem>> item = reader->next();
    if (!item) stop(item.error().message);
    if (!*item) break;
    const auto* line = std::get_if<RecordedLine>(&**item);
    if (line == nullptr) continue;
    const bool is_snapshot = line->json.starts_with("{\"lastUpdateId\"");
    if (!is_snapshot && line->json.find("\"depthUpdate\"") == std::string_view::npos) continue;
    places.push_back({depth.text.size(), line->json.size()});
    depth.lines.push_back({line->ts_recv, {}, is_snapshot});
    depth.text += line->json;
  }
  depth.text.reserve(depth.text.size() + kPadding);
  for (std::size_t i = 0; i < places.size(); ++i) {
    depth.lines[i].json = std::string_view(depth.text).substr(places[i].begin, places[i].size);
  }
  return depth;
}

constexpr Scales kScales{2, 8};  // enough for every value of both

std::vector<DecodedEvent> decode(const RecordedDepth& depth) {
  binance::Decoder decoder(depth.venue);
  const binance::InstrumentIndex index = decoder.add("BTCUSDT", kScales);
  std::vector<DecodedEvent> events;
  for (const DepthLine& line : depth.lines) {
    const Result<binance::Message> message = decoder.decode(line.json, index);
    if (!message) stop(message.error().message);
    DecodedEvent& event = events.emplace_back();
    event.is_snapshot = line.is_snapshot;
    const auto take = [&](const auto& body) {
      ACTS_ASSERT(body.scales == kScales);
      event.id = body.last_update_id;
      event.bids.assign(body.bids.begin(), body.bids.end());
      event.asks.assign(body.asks.begin(), body.asks.end());
    };
    line.is_snapshot ? take(std::get<DepthSnapshot>(message->body)) : take(std::get<DepthUpdate>(message->body));
  }
  return events;
}

}  // namespace

const RecordedDepth& recorded_depth(Market market) {
  static const RecordedDepth spot = load(Market::kSpot);
  static const RecordedDepth usdm = load(Market::kUsdm);
  return market == Market::kSpot ? spot : usdm;
}

const std::vector<DecodedEvent>& decoded_events(Market market) {
  static const std::vector<DecodedEvent> spot = decode(recorded_depth(Market::kSpot));
  static const std::vector<DecodedEvent> usdm = decode(recorded_depth(Market::kUsdm));
  return market == Market::kSpot ? spot : usdm;
}

std::size_t level_count(const std::vector<DecodedEvent>& events) {
  std::size_t count = 0;
  for (const DecodedEvent& event : events) count += event.bids.size() + event.asks.size();
  return count;
}

}  // namespace acts::bench
