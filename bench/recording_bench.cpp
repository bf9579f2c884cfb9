// What keeping every message costs: processor time of the writer and of the sealer, and bytes on the disk a level, at
// the rate of the bundled spot recording times 20 and with a sync every half second. Time is the recording's, twenty
// times as fast: the counters are of what the process did, `per_cent_of_a_core` of the time that the market would have
// taken. `times_plain_zstd`: of the processor time that compressing the same lines takes, in one go, at zstd's level 3.
// More than what is promised of any of them is a failure.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/assert.hpp"

#include "binance/decoder.hpp"
#include "misses.hpp"
#include "recorded_depth.hpp"
#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/rolling_writer.hpp"
#include "recording/sealer.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kTimesAsFast = 20;
constexpr int kQuietSymbols = 200;
constexpr Nanos kSecond = std::chrono::seconds{1};
constexpr Nanos kSyncEvery = std::chrono::milliseconds{500};  // RunRecorder::kSyncInterval

// What is promised. Of the share of a core a third at most was measured.
constexpr double kMostPerCentOfACore = 10;
constexpr double kMostDepthBytesALevel = 6.5;
constexpr double kMostBytesALevel = 12;
// A machine may be slow: the ratio to plain compression on the same machine is held too, at some twice what was
// measured (README.md). Of 15 s of market most is what a program does once.
constexpr double kMostTimesPlainZstd = 90;
constexpr double kMostTimesPlainZstdOfMinutes = 20;
constexpr int kPlainLevel = 3;
constexpr int kPlainRuns = 5;

struct Line {
  UnixNanos ts;
  std::string json;
};

enum class Load : std::int64_t { kDepth, kAll, kDepthAndQuietSymbols, kAllAndQuietSymbols };

bool has_quiet_symbols(Load load) { return load == Load::kDepthAndQuietSymbols || load == Load::kAllAndQuietSymbols; }
bool is_depth_only(Load load) { return load == Load::kDepth || load == Load::kDepthAndQuietSymbols; }
// A segment holds an hour. What is told once a segment would count too much for a quiet symbol in one pass of the
// recording; so many are 16 minutes, in which no quiet symbol sends a message that it has sent before.
std::int64_t passes_of(Load load) { return has_quiet_symbols(load) ? 64 : 1; }

class Owner final : public LineOwner {
 public:
  void add_symbol(std::string_view symbol) override { decoder_.add(symbol, Scales{}); }
  std::string_view symbol_of(std::string_view json) override {
    const binance::Decoded message = decoder_.decode(json);
    const binance::InstrumentIndex index = message ? message->instrument : message.error().instrument;
    return index == binance::kNoInstrument ? std::string_view{} : decoder_.symbol(index);
  }

 private:
  binance::Decoder decoder_{Venue::kBinanceSpot};
};

std::string quiet_symbol(int number) { return fmt::format("Q{:03}USDT", number); }

std::string renamed(std::string json, std::string_view symbol) {
  std::string lower(symbol);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const auto& [from, to] :
       {std::pair<std::string_view, std::string_view>{"BTCUSDT", symbol}, {"btcusdt", lower}}) {
    if (const std::size_t at = json.find(from); at != std::string::npos) json.replace(at, from.size(), to);
  }
  return json;
}

// The number behind the first `key` goes up by `by`.
void shift(std::string& json, std::string_view key, std::int64_t by) {
  const std::size_t at = json.find(key);
  if (at == std::string::npos) return;
  const std::size_t begin = at + key.size();
  const std::size_t end = json.find_first_not_of("0123456789", begin);
  json.replace(begin, end - begin, std::to_string(std::stoll(json.substr(begin, end - begin)) + by));
}

std::string later(std::string json, std::int64_t pass) {
  constexpr std::int64_t kPassMillis = 17'300;
  constexpr std::int64_t kPassIds = 9'000'000;
  if (pass == 0) return json;
  for (const std::string_view key : {"\"E\":", "\"T\":"}) shift(json, key, pass * kPassMillis);
  for (const std::string_view key : {"\"U\":", "\"u\":", "\"t\":"}) shift(json, key, pass * kPassIds);
  return json;
}

std::vector<Line> read_recording(bool depth_only) {
  auto reader = RecordingReader::open({test::testdata("binance-feed/spot/btcusdt_20240808.gz")});
  ACTS_ASSERT(reader.has_value());
  std::vector<Line> lines;
  while (auto item = reader->next().value()) {
    const auto* line = std::get_if<RecordedLine>(&*item);
    if (line == nullptr) continue;
    const bool is_depth = line->json.contains("\"depthUpdate\"") || line->json.starts_with("{\"lastUpdateId\"");
    if (is_depth || !depth_only) lines.push_back({line->ts_recv, std::string(line->json)});
  }
  return lines;
}

std::vector<Line> lines_of(Load load) {
  const std::vector<Line> recorded = read_recording(is_depth_only(load));
  std::vector<std::string> small;  // of few levels, as quiet symbols have
  for (const Line& line : recorded) {
    if (line.json.contains("\"depthUpdate\"") && line.json.size() < 600) small.push_back(line.json);
  }
  const UnixNanos first = recorded.front().ts;
  const Nanos pass_length = (recorded.back().ts - first) / kTimesAsFast;
  std::vector<Line> lines;
  std::size_t quiet = 0;
  UnixNanos quiet_at = first;
  for (std::int64_t pass = 0; pass < passes_of(load); ++pass) {
    for (const Line& line : recorded) {
      const UnixNanos ts = first + pass * pass_length + (line.ts - first) / kTimesAsFast;
      for (; has_quiet_symbols(load) && quiet_at <= ts; ++quiet) {
        lines.push_back({quiet_at, renamed(later(small[quiet % small.size()], pass),
                                           quiet_symbol(static_cast<int>(quiet % kQuietSymbols)))});
        quiet_at = quiet_at + kSecond / kQuietSymbols;
      }
      const bool is_snapshot = !line.json.contains("\"stream\"");
      if (pass == 0 || !is_snapshot) lines.push_back({ts, later(line.json, pass)});
    }
  }
  return lines;
}

std::size_t levels_in(const std::vector<Line>& lines) {
  binance::Decoder decoder(Venue::kBinanceSpot);
  decoder.add("BTCUSDT", Scales{2, 5});
  for (int i = 0; i < kQuietSymbols; ++i) decoder.add(quiet_symbol(i), Scales{2, 5});
  std::size_t levels = 0;
  for (const Line& line : lines) {
    const binance::Decoded message = decoder.decode(line.json);
    const auto* update = message ? std::get_if<DepthUpdate>(&message->body) : nullptr;
    if (update != nullptr) levels += update->bids.size() + update->asks.size();
  }
  return levels;
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void record(const std::vector<Line>& lines, const std::string& directory) {
  RollingWriter writer({directory, "0"}, real_file_ops(), [](const std::string&) {});
  ACTS_ASSERT(writer.note(lines.front().ts, index::RunStarted{"0", "binance-spot", "0", ""}).has_value());
  ACTS_ASSERT(writer.note(lines.front().ts, index::SymbolAdded{"BTCUSDT", "trading"}).has_value());
  for (int i = 0; i < kQuietSymbols; ++i) {
    ACTS_ASSERT(writer.note(lines.front().ts, index::SymbolAdded{quiet_symbol(i), "trading"}).has_value());
  }
  UnixNanos next_sync = lines.front().ts + kSyncEvery;
  for (const Line& line : lines) {
    for (; line.ts >= next_sync; next_sync = next_sync + kSyncEvery) {
      ACTS_ASSERT(writer.note(next_sync, index::Alive{}).has_value());
      ACTS_ASSERT(writer.sync(next_sync).has_value());
    }
    ACTS_ASSERT(writer.append(line.ts, 1, line.json, LineUse::kTaken).has_value());
  }
  ACTS_ASSERT(writer.close(lines.back().ts).has_value());
}

std::uint64_t bytes_below(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

double plain_zstd_seconds(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += fmt::format("{} {}\n", line.ts.value, line.json);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const double begin = processor_seconds();
  for (int run = 0; run < kPlainRuns; ++run) {
    ACTS_ASSERT(!ZSTD_isError(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), kPlainLevel)));
  }
  return (processor_seconds() - begin) / kPlainRuns;
}

void hold(Load load, std::string_view what, double value, double most) {
  if (value <= most) return;
  note_miss(fmt::format("recording/{}: {} is {:.2f}, {} is the most that it may be", static_cast<std::int64_t>(load),
                        what, value, most));
}

void recording(benchmark::State& state) {
  const auto load = static_cast<Load>(state.range(0));
  const std::vector<Line> lines = lines_of(load);
  const auto levels = static_cast<double>(levels_in(lines));
  const double market_seconds = static_cast<double>((lines.back().ts - lines.front().ts).count()) * 1e-9;
  double written = 0;
  double sealed = 0;
  double runs = 0;
  std::uint64_t open_bytes = 0;
  std::uint64_t sealed_bytes = 0;
  for (auto _ : state) {
    const std::string root = (fs::temp_directory_path() / fmt::format("acts-bench-{}", ::getpid())).string();
    fs::remove_all(root);
    const std::string venue = recording_directory(root, "binance-spot");
    const double begin = processor_seconds();
    record(lines, open_log_directory(root, "binance-spot"));
    const double between = processor_seconds();
    open_bytes = bytes_below(venue);
    Sealer sealer(venue, [] { return std::make_unique<Owner>(); });
    const std::vector<std::string> waiting = sealer.waiting().value();
    for (const std::string& name : waiting) ACTS_ASSERT(sealer.seal(name).has_value());
    written += between - begin;
    sealed += processor_seconds() - between;
    ++runs;
    sealed_bytes = bytes_below(venue);
    fs::remove_all(root);
  }
  const double seconds = (written + sealed) / runs;
  const double times_plain = seconds / plain_zstd_seconds(lines);
  const double bytes_a_level = static_cast<double>(std::max(open_bytes, sealed_bytes)) / levels;
  hold(load, "per_cent_of_a_core", 100 * seconds / market_seconds, kMostPerCentOfACore);
  hold(load, "times_plain_zstd", times_plain,
       has_quiet_symbols(load) ? kMostTimesPlainZstdOfMinutes : kMostTimesPlainZstd);
  hold(load, "bytes_a_level", bytes_a_level, is_depth_only(load) ? kMostDepthBytesALevel : kMostBytesALevel);
  state.counters["per_cent_of_a_core"] = 100 * seconds / market_seconds;
  state.counters["times_plain_zstd"] = times_plain;
  state.counters["of_which_sealing"] = 100 * sealed / runs / market_seconds;
  state.counters["bytes_a_level"] = static_cast<double>(open_bytes) / levels;
  state.counters["sealed_bytes_a_level"] = static_cast<double>(sealed_bytes) / levels;
  state.counters["messages_a_second"] = static_cast<double>(lines.size()) / market_seconds;
}
BENCHMARK(recording)
    ->ArgName("0_depth_1_all_2_depth_and_quiet_symbols_3_all_and_quiet_symbols")
    ->Arg(static_cast<std::int64_t>(Load::kDepth))
    ->Arg(static_cast<std::int64_t>(Load::kAll))
    ->Arg(static_cast<std::int64_t>(Load::kDepthAndQuietSymbols))
    ->Arg(static_cast<std::int64_t>(Load::kAllAndQuietSymbols))
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acts::bench
