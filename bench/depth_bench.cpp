// Decode and apply: depth lines in memory -> a book, for acts and for two programs of the usual form.
#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <string>
#include <variant>

#include "acts/base/decimal.hpp"

#include "binance/book_builder.hpp"
#include "binance/decoder.hpp"
#include "map_book.hpp"
#include "recorded_depth.hpp"

namespace acts::bench {
namespace {

// Calls take(line) for every line, updates before the snapshot behind it, as the documented procedure has it.
template <typename Take>
void in_documented_order(const RecordedDepth& depth, Take take) {
  std::size_t snapshot = 0;
  while (!depth.lines[snapshot].is_snapshot) ++snapshot;
  take(depth.lines[snapshot]);
  for (std::size_t i = 0; i < depth.lines.size(); ++i) {
    if (i != snapshot) take(depth.lines[i]);
  }
}

class SimdjsonReader {
 public:
  void take(const DepthLine& line, MapBook& book) {
    const simdjson::padded_string_view text(line.json, line.json.size() + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::document document = parser_.iterate(text);
    if (line.is_snapshot) {
      book.last_id = document["lastUpdateId"].get_int64();
      levels(document["bids"].get_array(), book.bids);
      levels(document["asks"].get_array(), book.asks);
      return;
    }
    simdjson::ondemand::object data = document["data"];
    const std::int64_t first = data["U"].get_int64();
    const std::int64_t last = data["u"].get_int64();
    std::int64_t previous = 0;
    if (book.venue == Venue::kBinanceUsdm) previous = data["pu"].get_int64();
    if (!book.begin_update(first, last, previous)) return;
    levels(data["b"].get_array(), book.bids);
    levels(data["a"].get_array(), book.asks);
  }

 private:
  template <typename Levels>
  static void levels(simdjson::ondemand::array array, Levels& out) {
    for (simdjson::ondemand::array level : array) {
      auto value = level.begin();
      const std::int64_t price = parse_e8((*value).get_string());
      ++value;
      MapBook::set(out, price, parse_e8((*value).get_string()));
    }
  }

  simdjson::ondemand::parser parser_;
};

class NlohmannReader {
 public:
  static void take(const DepthLine& line, MapBook& book) {
    const nlohmann::json document = nlohmann::json::parse(line.json);
    if (line.is_snapshot) {
      book.last_id = document["lastUpdateId"].get<std::int64_t>();
      levels(document["bids"], book.bids);
      levels(document["asks"], book.asks);
      return;
    }
    const nlohmann::json& data = document["data"];
    const std::int64_t previous = book.venue == Venue::kBinanceUsdm ? data["pu"].get<std::int64_t>() : 0;
    if (!book.begin_update(data["U"].get<std::int64_t>(), data["u"].get<std::int64_t>(), previous)) return;
    levels(data["b"], book.bids);
    levels(data["a"], book.asks);
  }

 private:
  template <typename Levels>
  static void levels(const nlohmann::json& array, Levels& out) {
    for (const nlohmann::json& level : array) {
      MapBook::set(out, parse_e8(level[0].get_ref<const std::string&>()),
                   parse_e8(level[1].get_ref<const std::string&>()));
    }
  }
};

// Whether a book ended as the recording is known to end: a benchmark of something else measures nothing.
bool ended_right(const RecordedDepth& depth, const MapBook& book) {
  const auto text = [](std::int64_t units) { return to_string(Decimal{units, 8}); };
  return book.gaps == 0 && book.bids.size() == depth.bid_levels && book.asks.size() == depth.ask_levels &&
         text(book.bids.begin()->first) == depth.best_bid && text(book.asks.begin()->first) == depth.best_ask;
}

bool ended_right(const RecordedDepth& depth, const binance::BookBuilder& builder) {
  const OrderBook& book = builder.book();
  const auto text = [&](Side side) { return to_string(to_decimal(book.best(side)->price, book.scales())); };
  return builder.sync().counters().gaps == 0 && book.level_count(Side::kBid) == depth.bid_levels &&
         book.level_count(Side::kAsk) == depth.ask_levels && text(Side::kBid) == depth.best_bid &&
         text(Side::kAsk) == depth.best_ask;
}

void report(benchmark::State& state, Market market) {
  const auto levels = static_cast<double>(level_count(decoded_events(market)));
  const auto bytes = static_cast<double>(recorded_depth(market).text.size());
  state.counters["per_level"] = benchmark::Counter(
      levels, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert, benchmark::Counter::kIs1000);
  state.counters["bytes/s"] = benchmark::Counter(bytes, benchmark::Counter::kIsIterationInvariantRate);
}

template <typename Reader>
void decode_and_apply_to_map(benchmark::State& state, Market market) {
  const RecordedDepth& depth = recorded_depth(market);
  Reader reader;
  for (auto _ : state) {
    MapBook book{.bids = {}, .asks = {}, .venue = depth.venue};
    in_documented_order(depth, [&](const DepthLine& line) { reader.take(line, book); });
    if (!ended_right(depth, book)) return state.SkipWithError("the book did not end as the recording does");
  }
  report(state, market);
}

void simdjson_and_map(benchmark::State& state, Market market) {
  decode_and_apply_to_map<SimdjsonReader>(state, market);
}
void nlohmann_and_map(benchmark::State& state, Market market) {
  decode_and_apply_to_map<NlohmannReader>(state, market);
}

void decode_and_apply(benchmark::State& state, Market market) {
  const RecordedDepth& depth = recorded_depth(market);
  binance::Decoder decoder(depth.venue);
  const binance::InstrumentIndex index = decoder.add("BTCUSDT", depth.scales);
  std::size_t book_bytes = 0;
  for (auto _ : state) {
    binance::BookBuilder builder(depth.venue, depth.scales);
    decoder.set_scales(index, depth.scales);
    for (const DepthLine& line : depth.lines) {
      const Result<binance::Message> message = decoder.decode(line.json, index);
      if (!message) return state.SkipWithError(message.error().message.c_str());
      if (const auto* update = std::get_if<DepthUpdate>(&message->body)) {
        benchmark::DoNotOptimize(builder.on_update(*update, line.ts_recv));
        if (builder.book().scales() != decoder.scales(index)) decoder.set_scales(index, builder.book().scales());
      } else if (const auto* snapshot = std::get_if<DepthSnapshot>(&message->body)) {
        benchmark::DoNotOptimize(builder.on_snapshot(*snapshot, line.ts_recv));
      }
    }
    if (!ended_right(depth, builder)) return state.SkipWithError("the book did not end as the recording does");
    book_bytes = builder.book().memory_bytes();
  }
  report(state, market);
  state.counters["book_bytes"] = static_cast<double>(book_bytes);  // levels and the deletions of two minutes
}

void decode(benchmark::State& state, Market market) {
  const RecordedDepth& depth = recorded_depth(market);
  binance::Decoder decoder(depth.venue);
  const binance::InstrumentIndex index = decoder.add("BTCUSDT", depth.scales);
  for (auto _ : state) {
    for (const DepthLine& line : depth.lines) {
      const Result<binance::Message> message = decoder.decode(line.json, index);
      if (!message) return state.SkipWithError(message.error().message.c_str());
      benchmark::DoNotOptimize(message->instrument);
    }
  }
  report(state, market);
}

BENCHMARK_CAPTURE(decode_and_apply, spot, Market::kSpot)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(simdjson_and_map, spot, Market::kSpot)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nlohmann_and_map, spot, Market::kSpot)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, spot, Market::kSpot)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_and_apply, usdm, Market::kUsdm)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(simdjson_and_map, usdm, Market::kUsdm)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nlohmann_and_map, usdm, Market::kUsdm)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, usdm, Market::kUsdm)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acts::bench
