// Decode and apply: depth lines in memory -> a book, for acts and for two programs of the usual form.
#include <benchmark/benchmark.h>

#include <string>
#include <variant>

#include "acts/base/decimal.hpp"

#include "binance/book_builder.hpp"
#include "binance/decoder.hpp"
#include "map_book.hpp"
#include "recorded_depth.hpp"
#include "usual_readers.hpp"

namespace acts::bench {
namespace {

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
    reader.take_all(depth, book);
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
