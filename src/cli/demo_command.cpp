// acts demo: the offline exchange and the collector in one process, through real sockets, on a bundled recording and a
// clock that runs faster.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "acts/features/feature.hpp"

#include "binance/venue_facts.hpp"
#include "cli/command.hpp"
#include "cli/demo_folder.hpp"
#include "cli/interrupt.hpp"
#include "cli/values.hpp"
#include "cli/version.hpp"
#include "exchange/exchange_server.hpp"
#include "live/collect.hpp"
#include "net/real_clock.hpp"
#include "recording/recording_reader.hpp"

namespace acts::cli {
namespace {

constexpr double kSpeed = 30;
// Between the market's last message and the end: the last minute boundary is still to come.
constexpr Nanos kTail = std::chrono::seconds{1};
constexpr Nanos kMaxRealTime = std::chrono::seconds{55};

std::string text_of(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) return to_string(*decimal);
  if (const auto* count = std::get_if<std::int64_t>(&value)) return std::to_string(*count);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "-";
}

// The columns of a row that fit a terminal.
class RowLine {
 public:
  explicit RowLine(const RowSchema& schema) {
    for (const char* name :
         {"best_bid", "best_ask", "total_bid", "total_ask", "total_bid_1", "total_ask_1", "updates", "state"}) {
      for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        if (schema.columns[i].name == name) columns_.push_back(i);
      }
    }
  }
  static std::string heading() {
    return fmt::format("{:<24} {:<8} {:>10} {:>10} {:>7} {:>7} {:>12} {:>12} {:>7} {}\n", "minute (UTC)", "symbol",
                       "bid", "ask", "bids", "asks", "bid qty 1%", "ask qty 1%", "updates", "state");
  }
  [[nodiscard]] std::string text(const MinuteRow& row) const {
    const auto at = [&](std::size_t i) { return text_of(row.values[columns_[i]]); };
    return fmt::format("{:<24} {:<8} {:>10} {:>10} {:>7} {:>7} {:>12} {:>12} {:>7} {}\n", to_iso8601(row.sample_time()),
                       row.symbol(), at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
  }

 private:
  std::vector<std::size_t> columns_;
};

// Beside an installed binary, or in the source tree whose build/PRESET/acts it is.
std::optional<std::filesystem::path> recordings_folder() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const char* const beside : {"../share/acts/demo", "../../testdata/binance-feed/spot"}) {
    std::filesystem::path folder = self.parent_path() / beside;
    if (std::filesystem::exists(folder / "btcusdt_20240808.gz", error)) return folder;
  }
  return std::nullopt;
}

Result<UnixNanos> first_receive_time(const std::string& file) {
  Result<RecordingReader> reader = RecordingReader::open({file});
  if (!reader) return std::unexpected(reader.error());
  const auto item = reader->next();
  if (!item) return std::unexpected(item.error());
  if (!*item || !std::holds_alternative<RecordedLine>(**item))
    return fail(ErrorCode::kBadInput, fmt::format("{}: no message in it", file));
  return std::get<RecordedLine>(**item).ts_recv;
}

CollectSettings settings_of(const exchange::ExchangeEndpoint& endpoint, const std::string& data_dir) {
  CollectSettings settings;
  settings.symbols = {"BTCUSDT", "ETHUSDT"};
  settings.data_dir = data_dir;
  settings.record = false;  // it is recorded already
  settings.limit = 1000;    // what the recorded snapshots were asked for
  settings.connections = 1;
  settings.addresses_of(Venue::kBinanceSpot) = {endpoint.rest_url, endpoint.stream_url};
  return settings;
}

enum class End : std::uint8_t { kRecording, kSignal, kTime };

int verdict(std::size_t rows, bool stored, End end) {
  if (!stored) {
    complain("rows could not be stored: see the lines above");
    return kExitStorage;
  }
  if (end == End::kTime) {
    complain(fmt::format("the recording was not over after {} s: {} rows are all there are; is this machine busy?",
                         kMaxRealTime / std::chrono::seconds{1}, rows));
    return kExitDefect;
  }
  if (end == End::kSignal || rows > 0) return kExitDone;
  complain("no row was made: see the lines above");
  return kExitDefect;
}

int run(const std::string& data_dir) {
  const auto folder = recordings_folder();
  if (!folder) {
    complain("the bundled recording is not there: install acts whole, or run it from its source tree");
    return kExitBadInput;
  }
  const std::vector<std::string> files{(*folder / "btcusdt_20240808.gz").string(),
                                       (*folder / "ethusdt_20240808.gz").string()};
  const Result<UnixNanos> begin = first_receive_time(files.front());
  if (!begin) return complain(begin.error());
  constexpr Nanos kMostMarketTime = kMaxRealTime * static_cast<int>(kSpeed);
  if (const Result<void> emptied = empty_demo_folder(data_dir, *begin, *begin + kMostMarketTime); !emptied)
    return complain(emptied.error());

  EventLoop loop;
  AcceleratedClock clock(*begin, kSpeed);
  exchange::ExchangeOptions market;
  market.replay_files = files;
  market.venues = {Venue::kBinanceSpot};
  market.wait_for_streams = 2;
  market.original_times = true;  // the clock is the recording's own
  market.pong_timeout = binance::limits(Venue::kBinanceSpot).pong_timeout * static_cast<int>(kSpeed);
  exchange::Exchange venue(loop, clock, market);
  const auto endpoints = venue.start();
  if (!endpoints) return complain(endpoints.error());

  const CollectSettings settings = settings_of(endpoints->front(), data_dir);
  const RowLine line(make_schema(settings.bands));
  Output out;
  std::size_t rows = 0;
  CollectHooks hooks;
  hooks.version = version();
  hooks.row = [&](const MinuteRow& row) {
    ++rows;
    out.write(line.text(row));
    out.flush();
  };
  hooks.log = [](std::optional<Venue>, const collector::Log& log) {
    if (log.level >= collector::LogLevel::kWarning) complain(log.text, LogLevel::kWarn);
  };
  hooks.tune = [](collector::CollectorOptions& options) { options.timings.stretch(static_cast<int>(kSpeed)); };
  auto collector = CollectRun::make(loop, clock, settings, hooks);
  if (!collector) return complain(collector.error());

  out.write(fmt::format("A real market, Binance spot of {}, {} times as fast, through sockets on {}.\n\n{}",
                        to_iso8601(*begin), static_cast<int>(kSpeed), endpoints->front().rest_url, RowLine::heading()));
  out.flush();
  std::optional<End> ended;
  const auto end = [&](End by) {
    if (ended) return;
    ended = by;
    (*collector)->stop(by == End::kSignal ? "signal" : "end", [&] { loop.stop(); });
  };
  loop.on_signal({SIGINT, SIGTERM}, [&](int) { end(End::kSignal); });
  end_at_second_signal();
  venue.on_finished([&] { loop.start_timer(kTail, [&] { end(End::kRecording); }); });
  loop.start_timer(kMaxRealTime, [&] { end(End::kTime); });
  (*collector)->start();
  loop.run();
  const bool stored = (*collector)->drain() && (*collector)->process_health().rows.lost == 0;
  out.write(
      fmt::format("\n{} rows are in {}/acts.db, table minute_rows:\n"
                  "  sqlite3 {}/acts.db \"SELECT symbol, sample_time, mid_price, book_bias_1 FROM minute_rows\"\n"
                  "Live, with a network:  acts collect BTCUSDT ETHUSDT\n",
                  (*collector)->process_health().rows.stored, data_dir, data_dir));
  return out.finish(verdict(rows, stored, ended.value_or(End::kSignal)));
}

}  // namespace

Command demo_command() {
  Command command;
  command.name = "demo";
  command.summary = "The whole path on a bundled real recording, without a network";
  command.options = {{.name = "data_dir",
                      .placeholder = "DIR",
                      .help = "where the rows go; emptied first",
                      .default_text = "./acts-data/demo"}};
  command.examples = "  acts demo\n  acts demo --data-dir /tmp/demo";
  command.run = [](const Given& given) {
    std::string data_dir = "./acts-data/demo";
    for (const GivenOption& option : given) {
      if (option.name == "data_dir" && !option.values.empty()) data_dir = option.values.front();
    }
    if (const Result<void> checked = check_directory_name(data_dir); !checked) {
      complain(fmt::format("--data-dir: {}", checked.error().message));
      return kExitUsage;
    }
    return run(data_dir);
  };
  return command;
}

}  // namespace acts::cli
