// acts recording as users meet it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "live/left_logs.hpp"
#include "live/run_settings.hpp"
#include "recording/archive.hpp"
#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/recording_writer.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::testing::make_segment;
using acts::testing::SegmentMaker;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A real recording as a collector would have it that receives all `delay` later, and not what is `lost` to it.
void record(const std::string& data_dir, Nanos delay, const std::function<bool(UnixNanos)>& lost) {
  auto reader = RecordingReader::open({test::testdata("binance-feed/spot/btcusdt_20240808.gz")}).value();
  std::unique_ptr<SegmentMaker> segment;
  UnixNanos end;
  UnixNanos last;
  while (const auto item = reader.next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    if (lost(line.ts_recv)) continue;
    last = line.ts_recv + delay;
    if (!segment || last >= end) {
      if (segment) segment->finish(last);
      const bool is_first = segment == nullptr;
      segment = std::make_unique<SegmentMaker>(
          fmt::format("{}/raw/binance-spot/{}/{}.jsonl.zst", data_dir, segment_directory("BTCUSDT", last), last.value));
      end = floor_to(last, kLogSpan) + kLogSpan;
      const IndexEvent begin = is_first ? IndexEvent(index::RunStarted{"1", "binance-spot", "0", ""})
                                        : IndexEvent(index::RunContinued{"1", "binance-spot", "0"});
      ASSERT_TRUE(segment->writer().note(last, begin));
      ASSERT_TRUE(segment->writer().note(last, index::SymbolAdded{"BTCUSDT", "trading"}));
    }
    segment->writer().line(last, 1, LineUse::kTaken, line.json);
  }
  segment->finish(last);
}

Outcome replay(const std::string& data_dir) {
  std::vector<std::string> arguments{"replay", "--rows", "csv", "--summary"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_dir + "/raw")) {
    if (entry.path().string().ends_with(kLogEnding)) arguments.push_back(entry.path().string());
  }
  std::sort(arguments.begin() + 4, arguments.end());
  return run_acts(arguments);
}

// Two runs with other bands each: a replay has the columns of both, and --bands those that it names.
TEST(ReplayCommand, HasTheColumnsOfEveryRun) {
  const TempDir dir;
  std::vector<std::string> logs;
  for (const char* const bands : {"0.5", "1,4"}) {
    RecordingWriter writer({dir.string(), std::to_string(logs.size())});
    const UnixNanos begin{kMinute.count() * static_cast<std::int64_t>(logs.size() + 1)};
    const std::string settings = to_string(RunSettings{BandList::parse(bands).value(), kMinute});
    ASSERT_TRUE(writer.note(begin, index::RunStarted{"1", "binance-spot", "0", settings}));
    ASSERT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.append(begin, 1, R"({"result":null,"id":1})"));
    ASSERT_TRUE(writer.note(begin + kMinute, index::RunEnded{"test"}));
    ASSERT_TRUE(writer.close(begin + kMinute));
    logs.push_back(writer.log_path());
  }
  const Outcome both = run_acts({"replay", logs[0], logs[1]});
  EXPECT_EQ(both.exit_code, kExitDone) << both.err;
  EXPECT_THAT(both.out, HasSubstr("total_bid_0_5,"));
  EXPECT_THAT(both.out, HasSubstr("total_bid_4,"));
  EXPECT_EQ(std::ranges::count(both.out, '\n'), 3);
  const Outcome named = run_acts({"replay", "--bands", "2", logs[0], logs[1]});
  EXPECT_THAT(named.out, HasSubstr("total_bid_2,"));
  EXPECT_THAT(named.out, Not(HasSubstr("total_bid_0_5,")));
}

// What two collectors have lost at different times is there once their recordings are joined: the rows are those of
// one that has lost nothing.
TEST(RecordingCommand, MergesTwoRecordingsIntoOneWithoutTheirGaps) {
  const TempDir dir;
  const auto second_of_minute = [](UnixNanos ts) { return (ts - floor_to(ts, kMinute)) / std::chrono::seconds{1}; };
  const auto between = [&](std::int64_t first, std::int64_t end) {
    return [=](UnixNanos ts) { return second_of_minute(ts) >= first && second_of_minute(ts) < end; };
  };
  record(dir / "whole", Nanos{0}, [](UnixNanos) { return false; });
  record(dir / "a", Nanos{0}, between(20, 30));
  record(dir / "b", std::chrono::milliseconds{130}, between(35, 50));
  const Outcome merged = run_acts({"recording", "merge", dir / "a", dir / "b", "--out", dir / "m"});
  EXPECT_EQ(merged.exit_code, kExitDone) << merged.err;
  EXPECT_THAT(merged.err,
              ::testing::ContainsRegex("binance-spot BTCUSDT: [0-9]{5} messages in both, [0-9]{4} only in .*; "
                                       "[0-9]{5} are here from .*/a, [0-9]+ from .*/b, as the first"));
  const Outcome verified = run_acts({"recording", "verify", "--data-dir", dir / "m"});
  EXPECT_EQ(verified.exit_code, kExitDone) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr(" 0 of the files not sound"));

  const Outcome whole = replay(dir / "whole");
  const Outcome joined = replay(dir / "m");
  EXPECT_EQ(joined.out, whole.out);
  EXPECT_GT(std::ranges::count(joined.out, '\n'), 3);
  EXPECT_NE(replay(dir / "a").out, whole.out);
  const auto lines = [&](const std::string& data_dir) {
    return run_acts({"recording", "cat", "--symbol", "BTCUSDT", "--data-dir", data_dir}).out;
  };
  EXPECT_EQ(std::ranges::count(lines(dir / "m"), '\n'), std::ranges::count(lines(dir / "whole"), '\n'));

  EXPECT_EQ(run_acts({"recording", "merge", dir / "a", dir / "b", "--out", dir / "m"}).exit_code, kExitUsage);
  EXPECT_EQ(run_acts({"recording", "merge", dir / "a", dir / "b"}).exit_code, kExitUsage);
  EXPECT_EQ(run_acts({"recording", "merge", dir / "a"}).exit_code, kExitUsage);
}

std::vector<std::int64_t> times_of(const std::string& lines) {
  std::vector<std::int64_t> times;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) times.push_back(std::stoll(line));
  return times;
}

// The end of a log that was being written was told as damage, and what lay behind the last sync came too, or not.
TEST(RecordingCommand, PrintsWhatIsSealedAndWhatIsBeingWrittenAsOne) {
  const TempDir dir;
  Running market({"--log-level", "error", "exchange", "--synthetic", "5", "--symbols", "BTCUSDT", "--levels", "300"},
                 dir.string());
  std::vector<std::string> collect = collect_arguments(market.next_line(), {"BTCUSDT"});
  ASSERT_FALSE(collect.empty());
  collect.insert(collect.begin(), {"--log-level", "error"});
  std::vector<std::string> first_run = collect;
  first_run.insert(first_run.end(), {"--duration", "2s"});
  ASSERT_EQ(run_acts(first_run, dir.string()).exit_code, kExitDone);
  const auto cat = [&] { return run_acts({"recording", "cat", "--symbol", "BTCUSDT"}, dir.string()); };
  std::string before = cat().out;
  const std::size_t sealed = times_of(before).size();
  ASSERT_GT(sealed, 10U);

  Running collector(collect, dir.string());
  std::int64_t latest = 0;
  for (int i = 0; i < 40; ++i) {
    const std::int64_t began = std::chrono::system_clock::now().time_since_epoch().count();
    const Outcome now = cat();
    EXPECT_EQ(now.exit_code, kExitDone);
    EXPECT_EQ(now.err, "");
    EXPECT_TRUE(now.out.starts_with(before)) << "what was printed once comes again";
    before = now.out;
    latest = began - times_of(now.out).back();
    ::usleep(100'000);
  }
  EXPECT_LT(latest, 5'000'000'000) << "a sync is a second old at most, on a machine that is not too busy";
  EXPECT_GT(times_of(before).size(), 2 * sealed);
  collector.signal(SIGTERM);
  EXPECT_EQ(collector.wait(), kExitDone);
  const Outcome all = cat();
  EXPECT_EQ(all.err, "");
  EXPECT_TRUE(all.out.starts_with(before));
  EXPECT_TRUE(std::ranges::is_sorted(times_of(all.out)));
}

// It was left out as one that is sealed already. So it is after a clock was set back.
TEST(RecordingCommand, PrintsAnOpenLogThatBeganBeforeASegmentOfAnotherOne) {
  const TempDir dir;
  const UnixNanos first = parse_iso8601("2026-03-01T12:00:10").value();
  const auto line = [](int id) {
    return fmt::format(R"({{"stream":"btcusdt@x","data":{{"s":"BTCUSDT","n":{}}}}})", id);
  };
  make_segment(dir.string(), "binance-spot", "BTCUSDT", first,
               [&](SegmentWriter& writer) { writer.line(first, 1, LineUse::kTaken, line(2)); });
  const UnixNanos before{first.value - 1'000'000'000};
  RecordingWriter writer({open_log_directory(dir.string(), "binance-spot"), "0"});
  ASSERT_TRUE(writer.append(before, 1, line(1)));
  ASSERT_TRUE(writer.sync(before));
  const Outcome printed =
      run_acts({"recording", "cat", "--symbol", "BTCUSDT", "--data-dir", dir.string()}, dir.string());
  EXPECT_EQ(printed.err, "");
  EXPECT_EQ(printed.out, fmt::format("{} {}\n{} {}\n", before.value, line(1), first.value, line(2)));
}

// It refused "btcusdt", "BTC" and "binance-spot:BTCUSDT", which every other command takes, though the messages are
// there.
TEST(RecordingCommand, TakesASymbolInEverySpelling) {
  const TempDir dir;
  const UnixNanos first = parse_iso8601("2026-03-01T12:00:10").value();
  const std::string line = R"({"stream":"btcusdt@x","data":{"s":"BTCUSDT"}})";
  const auto cat = [](const std::string& data_dir, const std::string& symbol) {
    return run_acts({"recording", "cat", "--symbol", symbol, "--data-dir", data_dir});
  };
  make_segment(dir / "sealed", "binance-spot", "BTCUSDT", first,
               [&](SegmentWriter& writer) { writer.line(first, 1, LineUse::kTaken, line); });
  RecordingWriter writer({open_log_directory(dir / "open", "binance-spot"), "0"});
  ASSERT_TRUE(writer.append(first, 1, line));
  ASSERT_TRUE(writer.sync(first));
  for (const std::string& data_dir : {dir / "sealed", dir / "open"}) {
    for (const char* symbol : {"BTCUSDT", "btcusdt", "BTC", "binance-spot:BTCUSDT", "binance-spot:btc"}) {
      const Outcome printed = cat(data_dir, symbol);
      EXPECT_EQ(printed.out, fmt::format("{} {}\n", first.value, line)) << symbol << " " << printed.err;
      EXPECT_EQ(printed.exit_code, kExitDone);
    }
    for (const char* symbol : {"NOPE", "binance-usdm:BTCUSDT"}) {
      const Outcome none = cat(data_dir, symbol);
      EXPECT_EQ(none.exit_code, kExitUsage) << symbol;
      EXPECT_EQ(none.out, "");
      EXPECT_THAT(none.err, StartsWith("acts: nothing of "));
      EXPECT_EQ(std::ranges::count(none.err, '\n'), 1) << none.err;
    }
  }
  const Outcome torn = run_acts({"recording", "cat", "--venue", "binance-usdm", "--symbol", "binance-spot:BTCUSDT"});
  EXPECT_EQ(torn.exit_code, kExitUsage);
  EXPECT_THAT(torn.err, HasSubstr("is not of binance-usdm"));
}

// The log of a collector that was killed, out of a real recording; all of it is on the disk.
std::string record_open(const std::string& data_dir) {
  auto reader = RecordingReader::open({test::testdata("binance-feed/spot/btcusdt_20240808.gz")}).value();
  RecordingWriter writer({open_log_directory(data_dir, "binance-spot"), "0"});
  UnixNanos synced;
  for (int i = 0; i < 3'000; ++i) {
    const auto item = reader.next().value();
    const auto& line = std::get<RecordedLine>(*item);
    if (i == 0) {
      EXPECT_TRUE(writer.note(line.ts_recv, index::RunStarted{"1", "binance-spot", "0", ""}));
      EXPECT_TRUE(writer.note(line.ts_recv, index::SymbolAdded{"BTCUSDT", "trading"}));
    }
    EXPECT_TRUE(writer.append(line.ts_recv, 1, line.json));
    if (i < 2'999 && line.ts_recv - synced < std::chrono::milliseconds{500}) continue;
    synced = line.ts_recv;
    EXPECT_TRUE(writer.sync(synced));
  }
  return writer.log_path();
}

Outcome recording(const std::string& action, const TempDir& dir, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"recording", action, "--data-dir", dir.string()});
  return run_acts(more, dir.string());
}

// verify called it sound, cat printed nothing, and the next start deleted it.
TEST(RecordingCommand, TellsOfALogWhoseIndexIsGoneOrWasCutAndKeepsIt) {
  for (const std::uintmax_t left : {std::uintmax_t{0}, std::uintmax_t{300}}) {
    const TempDir dir;
    const std::string log = record_open(dir.string());
    const std::string bytes = acts::testing::read_file(log);
    const auto cat = [&] { return recording("cat", dir, {"--symbol", "BTCUSDT"}); };
    const Outcome whole = cat();
    EXPECT_EQ(whole.exit_code, kExitDone) << whole.err;
    EXPECT_GT(times_of(whole.out).size(), 2'900U);
    EXPECT_EQ(recording("verify", dir).exit_code, kExitDone);
    if (left > 0) {
      std::filesystem::resize_file(index_path_for(log), left);
    } else {
      std::filesystem::remove(index_path_for(log));
    }
    const Outcome verified = recording("verify", dir);
    EXPECT_EQ(verified.exit_code, kExitBadInput);
    EXPECT_THAT(verified.err, HasSubstr("its index is gone, or ends long before it"));
    const Outcome printed = cat();
    EXPECT_EQ(printed.exit_code, kExitBadInput);
    EXPECT_THAT(printed.err, HasSubstr("its index is gone, or ends long before it"));
    EXPECT_EQ(printed.out, whole.out);

    const LeftLogs sealed = seal_left_logs(dir.string(), Venue::kBinanceSpot, std::chrono::minutes{10});
    EXPECT_EQ(sealed.cut, 1U);
    EXPECT_THAT(sealed.loss, HasSubstr(": 3000 lines are kept; damaged, and kept in _damaged/: its index is gone"));
    const std::string kept = std::regex_replace(log, std::regex("/_open/"), "/_damaged/");
    EXPECT_EQ(acts::testing::read_file(kept), bytes);
    const Outcome again = recording("verify", dir);
    EXPECT_EQ(again.exit_code, kExitBadInput);
    EXPECT_THAT(again.err, HasSubstr(kept));
    EXPECT_THAT(recording("ls", dir).out, HasSubstr(fmt::format(",damaged,{},{}\n", bytes.size(), kept)));
    if (left > 0) {
      EXPECT_EQ(cat().out, whole.out);
    }
    std::filesystem::remove(kept);
    EXPECT_EQ(recording("verify", dir).exit_code, kExitDone);
  }
}

TEST(RecordingCommand, PassesNothingThatIsNotThere) {
  const TempDir dir;
  for (const char* const action : {"ls", "verify", "prune"}) {
    const Outcome outcome = run_acts({"recording", action, "--data-dir", dir / "none"}, dir.string());
    EXPECT_EQ(outcome.exit_code, kExitUsage) << action;
    EXPECT_THAT(outcome.err, HasSubstr("is no directory: name that of the recordings with --data-dir"));
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
  EXPECT_EQ(recording("verify", dir).exit_code, kExitDone);
  record(dir.string(), std::chrono::minutes{2}, [](UnixNanos) { return false; });
  EXPECT_EQ(recording("verify", dir, {"--symbol", "BTCUSDT"}).exit_code, kExitDone);
  EXPECT_EQ(recording("verify", dir, {"--symbol", "BTCUSD"}).exit_code, kExitUsage);

  const std::vector<RecordingFile> files = list_recordings(dir.string()).value();
  ASSERT_EQ(files.size(), 2U);
  std::filesystem::remove(files[1].path);
  const Outcome gone = recording("verify", dir);
  EXPECT_EQ(gone.exit_code, kExitBadInput);
  EXPECT_THAT(gone.err, HasSubstr(files[1].path + ": is not there, though its index is"));
  EXPECT_THAT(gone.out, HasSubstr(", 1 of the files not sound"));

  std::filesystem::resize_file(files[0].path, files[0].bytes / 2);
  const Outcome cut = recording("cat", dir, {"--symbol", "BTCUSDT"});
  EXPECT_EQ(cut.exit_code, kExitBadInput);
  EXPECT_GT(times_of(cut.out).size(), 100U);
  EXPECT_THAT(cut.err, HasSubstr(files[0].path));
}

// From a collector beside the exchange, sealed and not, into a backtest.
TEST(RecordingCommand, MakesLatenciesOfOurOwnRequestsThatABacktestTakes) {
  const TempDir dir;
  Running market({"--log-level", "error", "exchange", "--synthetic", "5", "--symbols", "BTCUSDT", "--levels", "300"},
                 dir.string());
  std::vector<std::string> collect = collect_arguments(market.next_line(), {"BTCUSDT"});
  ASSERT_FALSE(collect.empty());
  collect.insert(collect.begin(), {"--log-level", "error"});
  const auto begin = std::chrono::system_clock::now().time_since_epoch().count();
  std::vector<std::string> first_run = collect;
  first_run.insert(first_run.end(), {"--duration", "2s"});
  ASSERT_EQ(run_acts(first_run, dir.string()).exit_code, kExitDone);
  std::vector<std::string> recorded;  // by the first run, sealed
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.string())) {
    const std::string path = entry.path().string();
    if (path.contains("/BTCUSDT/") && path.ends_with(".jsonl.zst")) recorded.push_back(path);
  }
  const Running collector(collect, dir.string());  // its log is open
  const std::string file = dir / "latencies.csv";
  std::vector<std::string> rows;
  for (int i = 0; i < 100 && rows.size() < 3; ++i) {
    ::usleep(100'000);
    const Outcome made = run_acts({"recording", "latency", "--out", file}, dir.string());
    ASSERT_EQ(made.exit_code, kExitDone) << made.err;
    EXPECT_THAT(made.out, StartsWith("request,count,min_ns,p50_ns,p90_ns,p99_ns,max_ns,left_out\n"));
    EXPECT_THAT(made.out, HasSubstr("\ndepth,"));
    EXPECT_THAT(made.out, HasSubstr("\ntime,"));
    EXPECT_THAT(made.err, HasSubstr("each way as half of the round trip"));
    rows.clear();
    std::istringstream lines(acts::testing::read_file(file));
    for (std::string line; std::getline(lines, line);) rows.push_back(line);
  }
  ASSERT_EQ(rows.size(), 3U) << "a request for the time of each run";
  EXPECT_EQ(rows[0], "req_ts,exch_ts,resp_ts");
  const auto end = std::chrono::system_clock::now().time_since_epoch().count();
  for (const std::string& row : {rows[1], rows[2]}) {
    const std::vector<std::int64_t> times = times_of(std::regex_replace(row, std::regex(","), "\n"));
    ASSERT_EQ(times.size(), 3U);
    EXPECT_GT(times[0], begin);
    EXPECT_GE(times[1], times[0]);
    EXPECT_GE(times[2], times[1]);
    EXPECT_LT(times[2], end);
    EXPECT_LE(std::abs((times[2] - times[1]) - (times[1] - times[0])), 1);
  }
  const auto backtest = [&](const std::string& venue, const std::string& recording, const std::string& out) {
    const std::string config = dir.write(
        "grid.toml", fmt::format("[data]\nvenue = \"{}\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n"
                                 "[instrument]\ntick_size = \"0.1\"\nlot_size = \"0.001\"\n[latency]\nmodel = "
                                 "\"recorded\"\nfile = \"{}\"\n[strategy]\nname = \"grid\"\n",
                                 venue, recording, file));
    return run_acts({"backtest", config, "--out", out});
  };
  ASSERT_EQ(recorded.size(), 1U);
  const Outcome run = backtest("binance-spot", recorded.front(), dir / "run");
  EXPECT_EQ(run.exit_code, kExitDone) << run.err;
  EXPECT_THAT(acts::testing::read_file(dir / "run/run.json"), HasSubstr("\"latency_covered\":"));
  // Of another time they would say nothing.
  const Outcome other =
      backtest("binance-usdm", test::testdata("binance-feed/usdm/btcusdt_20240808.gz"), dir / "other");
  EXPECT_EQ(other.exit_code, kExitUsage);
  EXPECT_THAT(other.err, HasSubstr("latencies.csv: its latencies are of "));
  EXPECT_THAT(other.err, HasSubstr(", and the data is of 2024-08-08T"));
  EXPECT_EQ(std::ranges::count(other.err, '\n'), 1) << other.err;

  const auto refused = [&dir](std::vector<std::string> more) {
    more.insert(more.begin(), {"recording", "latency"});
    const Outcome outcome = run_acts(more, dir.string());
    EXPECT_EQ(outcome.exit_code, kExitUsage);
    return outcome.err;
  };
  EXPECT_THAT(refused({}), HasSubstr("name a file with --out"));
  EXPECT_THAT(refused({"--symbol", "BTCUSDT", "--out", file}), HasSubstr("take --symbol out"));
  EXPECT_THAT(refused({"--to", "2020-01-01", "--out", file}), HasSubstr("no request for the venue's time is recorded"));
}

// What an older acts has recorded does not say when a request was sent.
TEST(RecordingCommand, SaysWhyThereAreNoLatencies) {
  const TempDir dir;
  make_segment(dir.string(), "binance-spot", std::string(kSessionName), {1'000'000'000}, [](SegmentWriter& writer) {
    EXPECT_TRUE(writer.note({1'000'000'000}, index::RestAnswer{1, "time", "", 0, 200, ""}));
    writer.line({1'000'000'000}, 0, LineUse::kTaken, R"({"serverTime":1000})");
  });
  const Outcome made =
      run_acts({"recording", "latency", "--data-dir", dir.string(), "--out", dir / "l.csv"}, dir.string());
  EXPECT_EQ(made.exit_code, kExitUsage);
  EXPECT_THAT(made.err, HasSubstr("of 1 answers it is not known when they were asked for"));
  EXPECT_EQ(std::ranges::count(made.err, '\n'), 1) << made.err;
}

TEST(RecordingCommand, PrintsFromTheMiddleOfAnHour) {
  const TempDir dir;
  record(dir.string(), Nanos{0}, [](UnixNanos) { return false; });
  const auto cat = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"recording", "cat", "--symbol", "BTCUSDT", "--data-dir", dir.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_acts(arguments).out;
  };
  const std::string all = cat({});
  const std::string from = cat({"--from", "2024-08-08T23:57:00.5"});
  const std::string part = cat({"--from", "2024-08-08T23:57:00.5", "--to", "2024-08-08T23:58:00.25"});
  EXPECT_TRUE(all.ends_with(from));
  EXPECT_TRUE(from.starts_with(part));
  EXPECT_LT(part.size(), from.size());
  EXPECT_GT(part.size(), 10'000U);
}

TEST(CertificateCommand, MakesAndChecksThatOfEachSymbolAndDay) {
  const TempDir dir;
  const std::string data_dir = dir / "acts-data";
  // It goes on over midnight, and ten seconds are missing.
  record(data_dir, std::chrono::minutes{2}, [](UnixNanos ts) {
    const UnixNanos from = parse_iso8601("2024-08-08T23:57:10").value();
    return ts >= from && ts < from + std::chrono::seconds{10};
  });
  const std::string key = dir.write("key.pem",
                                    "-----BEGIN PRIVATE KEY-----\n"
                                    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
                                    "-----END PRIVATE KEY-----\n");
  const std::string public_key = dir.write("public.pem",
                                           "-----BEGIN PUBLIC KEY-----\n"
                                           "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
                                           "-----END PUBLIC KEY-----\n");
  const auto certificate = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "certificate");
    return run_acts(arguments, dir.string());
  };
  std::filesystem::permissions(key, static_cast<std::filesystem::perms>(0644));
  EXPECT_THAT(certificate({"make", "--date", "2024-08-08", "--sign-key", key}).err,
              HasSubstr("others may read it too"));
  std::filesystem::permissions(key, static_cast<std::filesystem::perms>(0600));
  const std::string no_key = dir.write("no_key.pem", "hunter2\n");
  std::filesystem::permissions(no_key, static_cast<std::filesystem::perms>(0600));
  EXPECT_EQ(
      certificate({"make", "--date", "2024-08-08", "--sign-key", no_key}).err,
      "acts: --sign-key: " + no_key +
          ": holds no Ed25519 private key in PEM form without a pass phrase: 'openssl genpkey -algorithm ed25519' "
          "makes one\n");
  EXPECT_THAT(certificate({"check", "--date", "2024-08-08", "--symbol", "BTCUSDT", "--public-key", key}).err,
              HasSubstr("--public-key: " + key + ": holds no Ed25519 public key in PEM form"));
  const std::string path = "./acts-data/certificates/binance-spot/BTCUSDT/2024-08-08.json";
  const Outcome made = certificate({"make", "--date", "2024-08-08", "--sign-key", key});
  EXPECT_EQ(made.exit_code, kExitDone) << made.err;
  EXPECT_EQ(made.out, path + "\n");
  const std::string document = acts::testing::read_file(std::filesystem::path(dir.string()) / path);
  EXPECT_THAT(document, HasSubstr(R"("gaps":{"count":1,"listed":[{"before_received_ns":"172316154)"));
  EXPECT_THAT(document, HasSubstr(R"("cause":"sequence_gap")"));
  EXPECT_EQ(certificate({"make", "--date", "2024-08-09"}).exit_code, kExitDone);

  const std::vector<std::string> check{"check",      "--symbol",     "BTCUSDT", "--date",
                                       "2024-08-08", "--public-key", public_key};
  const Outcome good = certificate(check);
  EXPECT_EQ(good.exit_code, kExitDone) << good.err;
  EXPECT_EQ(good.out, "binance-spot BTCUSDT 2024-08-08: 1 certificates, 0 problems\n");
  EXPECT_EQ(certificate({"check", "--symbol", "BTCUSDT", "--date", "2024-08-09"}).out,
            "binance-spot BTCUSDT 2024-08-09: 2 certificates, 0 problems\n");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_dir + "/raw")) {
    if (entry.path().string().ends_with(kLogEnding)) std::filesystem::resize_file(entry.path(), 1000);
  }
  const Outcome bad = certificate(check);
  EXPECT_EQ(bad.exit_code, kExitBadInput);
  EXPECT_THAT(bad.err, HasSubstr("2024-08-08.json: /recording/segments/0/sha256: says "));
  EXPECT_EQ(certificate({"check", "--symbol", "BTCUSDT", "--date", "2024-08-07"}).exit_code, kExitUsage);
  EXPECT_EQ(certificate({"check", "--date", "2024-08-08"}).exit_code, kExitUsage);
  EXPECT_EQ(certificate({"check", "--symbol", "BTCUSDT", "--date", "2024-08-08", "--from", "2024-08-09"}).err,
            "acts: --from: 2024-08-09 is later than --date, 2024-08-08: name an earlier day\n");
  EXPECT_EQ(certificate({"make", "--date", "2024-08-08T12:00"}).exit_code, kExitUsage);
  EXPECT_EQ(certificate({"mak", "--date", "2024-08-08"}).err,
            "acts: no action 'mak' of certificate: did you mean make?\n");
}

TEST(RecordingCommand, PrunesWhatIsOlderThanTheConfigurationKeeps) {
  const TempDir dir;
  const UnixNanos start = parse_iso8601("2026-03-01").value();
  for (const int hours : {0, 30, 60}) {
    make_segment(dir / "acts-data", "binance-spot", "BTCUSDT", start + hours * std::chrono::hours{1},
                 [&](SegmentWriter& writer) { writer.line(start, 1, LineUse::kTaken, "{}"); });
  }
  const std::string config = dir.write("acts.toml", "[collect]\nkeep_recordings = \"72h\"\n");
  const Outcome dry = run_acts({"recording", "prune", "--dry-run"}, dir.string());
  EXPECT_THAT(dry.err, HasSubstr("recordings: 1 segments of "));
  EXPECT_THAT(dry.err, HasSubstr(" would be removed, the oldest kept is of 2026-03-02T06:00:00.000Z"));
  const auto listed = [&] {
    const std::string out = run_acts({"recording", "ls"}, dir.string()).out;
    return std::ranges::count(out, '\n') - 1;
  };
  EXPECT_EQ(listed(), 3);
  EXPECT_EQ(run_acts({"recording", "prune"}, dir.string()).exit_code, kExitDone);
  EXPECT_EQ(listed(), 2);
  EXPECT_EQ(run_acts({"recording", "prune", "--keep-recordings", "1h"}, dir.string()).exit_code, kExitDone);
  EXPECT_EQ(listed(), 0);
  EXPECT_EQ(run_acts({"recording", "prune"}, "/").exit_code, kExitUsage);
}

}  // namespace
}  // namespace acts::cli
