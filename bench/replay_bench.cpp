// From a sealed recording on the disk to rows of features: reading, unpacking and checking it, decoding, sequence,
// book, sampling; one thread. `levels/s` counts the levels of depth updates, whatever else the recording holds: what a
// strategy's history costs.
#include <benchmark/benchmark.h>
#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "acts/base/assert.hpp"
#include "acts/features/interval_feature.hpp"

#include "live/replay.hpp"
#include "recorded_depth.hpp"
#include "recording/file_ops.hpp"
#include "recording/recording_reader.hpp"
#include "recording/segment_writer.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

namespace fs = std::filesystem;

enum class Messages : std::uint8_t { kDepth, kAll };

// Below the system's folder for temporary files; gone with the program.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("acts_replay_bench_" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string recording_of(Market market) {
  return test::testdata(market == Market::kSpot ? "binance-feed/spot/btcusdt_20240808.gz"
                                                : "binance-feed/usdm/btcusdt_20240808.gz");
}

bool is_snapshot(std::string_view json) { return json.starts_with("{\"lastUpdateId\""); }
bool is_depth(std::string_view json) { return is_snapshot(json) || json.contains("\"depthUpdate\""); }

// As a collector would have sealed it: frames of 1 MiB, and the index beside it.
void seal(Market market, Messages messages, const std::string& path) {
  constexpr std::size_t kFrameBytes = std::size_t{1} << 20;
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  SegmentWriter writer(real_file_ops(), *context, path);
  auto reader = RecordingReader::open({recording_of(market)});
  ACTS_ASSERT(reader.has_value());
  UnixNanos last;
  bool is_first = true;
  while (const auto item = reader->next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    last = line.ts_recv;
    if (is_first) {
      const std::string venue(to_string(recorded_depth(market).venue));
      ACTS_ASSERT(writer.note(last, index::RunStarted{"0", venue, "0", ""}).has_value());
      ACTS_ASSERT(writer.note(last, index::SymbolAdded{"BTCUSDT", "trading"}).has_value());
      is_first = false;
    }
    if (messages == Messages::kDepth && !is_depth(line.json)) continue;
    if (is_snapshot(line.json)) {
      ACTS_ASSERT(writer.note(last, index::RestAnswer{1, "depth", "BTCUSDT", 1000, 200, ""}).has_value());
    }
    writer.line(last, is_snapshot(line.json) ? 0 : 1, LineUse::kTaken, line.json);
    if (writer.held_text_bytes() >= kFrameBytes) ACTS_ASSERT(writer.flush().has_value());
  }
  ACTS_ASSERT(writer.finish(last, {.log = {}, .bytes = 0, .crc32 = 0, .lost = {}}).has_value());
}

const std::string& sealed(Market market, Messages messages) {
  static const Folder folder;
  static std::string paths[2][2];
  std::string& path = paths[static_cast<std::size_t>(market)][static_cast<std::size_t>(messages)];
  if (path.empty()) {
    path = folder / ("segment" + std::to_string(static_cast<int>(market)) + std::to_string(static_cast<int>(messages)) +
                     ".jsonl.zst");
    seal(market, messages, path);
  }
  return path;
}

void replay(benchmark::State& state, Market market, Messages messages, const std::string& names, Nanos interval) {
  const std::string& path = sealed(market, messages);
  const RecordedDepth& depth = recorded_depth(market);
  ReplayOptions options;
  options.venue = depth.venue;
  IntervalFeatureOptions features{.interval = interval};
  if (!names.empty()) features.names = {names};
  options.features = IntervalFeatures::make(features).value();
  std::size_t rows = 0;
  for (auto _ : state) {
    rows = 0;
    std::string problem;
    Replay run(
        options, [&](MinuteRow&& row) { rows += row.values.empty() ? 0U : 1U; },
        [&](std::string text) { problem = std::move(text); });
    auto reader = RecordingReader::open({path});
    if (!reader || !run.run(*reader)) return state.SkipWithError("the recording could not be read");
    if (!problem.empty()) return state.SkipWithError(problem.c_str());
    const OrderBook& book = run.pipeline().builder(0).book();
    if (book.level_count(Side::kBid) != depth.bid_levels || book.level_count(Side::kAsk) != depth.ask_levels) {
      return state.SkipWithError("the book did not end as the recording does");
    }
  }
  const auto levels = static_cast<double>(level_count(decoded_events(market)));
  state.counters["levels/s"] = benchmark::Counter(levels, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["rows"] = static_cast<double>(rows);
}

using namespace std::chrono_literals;

BENCHMARK_CAPTURE(replay, spot_depth_1m, Market::kSpot, Messages::kDepth, "", 1min)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, spot_depth_all_features_1s, Market::kSpot, Messages::kDepth, "all", 1s)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, spot_all_1m, Market::kSpot, Messages::kAll, "", 1min)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, spot_all_all_features_1s, Market::kSpot, Messages::kAll, "all", 1s)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, usdm_depth_1m, Market::kUsdm, Messages::kDepth, "", 1min)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, usdm_depth_all_features_1s, Market::kUsdm, Messages::kDepth, "all", 1s)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, usdm_all_1m, Market::kUsdm, Messages::kAll, "", 1min)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, usdm_all_all_features_1s, Market::kUsdm, Messages::kAll, "all", 1s)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, usdm_all_all_features_100ms, Market::kUsdm, Messages::kAll, "all", 100ms)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acts::bench
