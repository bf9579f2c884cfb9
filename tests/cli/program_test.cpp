// The program as users meet it: what it prints where, and how it ends.
#include "cli/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <tuple>

#include "cli/command.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kSpotBtc = test::testdata("binance-feed/spot/btcusdt_20240808.gz");
const std::string kUsdmBtc = test::testdata("binance-feed/usdm/btcusdt_20240808.gz");

std::ptrdiff_t lines_of(const std::string& text) { return std::ranges::count(text, '\n'); }

// One line on standard error, nothing else.
void expect_mistake(const std::vector<std::string>& arguments, int exit_code, const std::string& beginning) {
  const Outcome outcome = run_acts(arguments);
  EXPECT_EQ(outcome.exit_code, exit_code);
  EXPECT_THAT(outcome.err, StartsWith("acts: " + beginning));
  EXPECT_EQ(lines_of(outcome.err), 1) << outcome.err;
}

TEST(Program, HelpsOnStandardOutput) {
  const Outcome outcome = run_acts({"--help"});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_EQ(outcome.err, "");
  for (const char* command : {"demo", "collect", "replay", "exchange", "features", "rows", "sinks", "doctor"}) {
    EXPECT_THAT(outcome.out, HasSubstr(std::string("\n  ") + command + " "));
    const Outcome one = run_acts({command, "--help"});
    EXPECT_EQ(one.exit_code, kExitDone) << command;
    EXPECT_GE(lines_of(one.out.substr(std::min(one.out.size(), one.out.find("Examples:\n")))), 3) << one.out;
  }
}

TEST(Program, NamesTheCommitThatItWasBuiltFrom) {
  const std::string git = fmt::format("cd '{}' && git -c 'safe.directory=*' rev-parse HEAD", test::project_file("."));
  const bool is_checkout =
      std::filesystem::exists(test::project_file(".git")) && std::system((git + " >/dev/null 2>&1").c_str()) == 0;
  const std::string commit = is_checkout ? "\\+[0-9a-f]{12}(\\.changed)?" : "";
  EXPECT_THAT(run_acts({"--version"}).out, MatchesRegex("acts [0-9]+\\.[0-9]+\\.[0-9]+" + commit + "\n"));
}

TEST(Program, SaysInOneLineWhatIsWrong) {
  expect_mistake({}, kExitUsage, "a command is needed");
  expect_mistake({"repaly", "x"}, kExitUsage, "no command 'repaly': did you mean replay?");
  expect_mistake({"replay", "--sumary", "x"}, kExitUsage, "no flag '--sumary' of replay: did you mean --summary?");
  expect_mistake({"replay", "--rows", "xml", "x"}, kExitUsage, "--rows: 'xml' is none of csv, json, none");
  expect_mistake({"replay"}, kExitUsage, "name recordings, or --origin and one --symbol of the catalog");
  expect_mistake({"features", "--bands", "x"}, kExitUsage, "--bands: ");
  expect_mistake({"features", "--bands", ""}, kExitUsage, "--bands: '' is no band");
  expect_mistake({"collect", "--bands", "", "BTC"}, kExitUsage, "--bands: '' is no band");
  expect_mistake({"collect"}, kExitUsage, "no symbol to collect");
  expect_mistake({"collect", "--limit", "0", "BTC"}, kExitUsage, "--limit: '0'");
  expect_mistake({"collect", "--rest-url", "http://example.com", "BTC"}, kExitUsage,
                 "--rest-url: 'http://example.com' is not encrypted");
  expect_mistake({"--config", "/nonexistent.toml", "collect"}, kExitUsage, "/nonexistent.toml: cannot be read");
  expect_mistake({"--config", "/nonexistent.toml", "features"}, kExitUsage, "/nonexistent.toml: cannot be read");
  expect_mistake({"collect", "a b"}, kExitUsage, "SYMBOL: 'a b' is not a symbol");
  expect_mistake({"collect", "--ca-file", "/dev/null", "BTC"}, kExitUsage, "--ca-file: CA file '/dev/null' cannot be");
  expect_mistake({"exchange"}, kExitUsage, "one of --replay FILE and --synthetic SEED is needed");
  for (const std::string speed : {"-1", "0", "1e-300", "0.0009", "100001", "nan"}) {
    expect_mistake({"exchange", "--synthetic", "1", "--speed", speed}, kExitUsage,
                   "--speed: '" + speed + "' is not a speed: write a number from 0.001 to 100000, such as 10, or max");
  }
  expect_mistake({"exchange", "--synthetic", "x"}, kExitUsage, "--synthetic: 'x' is not a seed");
  expect_mistake({"exchange", "--synthetic", "1", "--levels", "0"}, kExitUsage, "--levels: '0'");
  expect_mistake({"exchange", "--synthetic", "1", "--original-times"}, kExitUsage,
                 "--original-times is of --replay, not of --synthetic");
  expect_mistake({"exchange", "--replay", kSpotBtc, "--levels", "10"}, kExitUsage,
                 "--levels is of --synthetic, not of --replay");
  expect_mistake({"exchange", "--synthetic", "1", "--tls-dir", "x"}, kExitUsage,
                 "--tls-dir is of --tls, which was not given");
  expect_mistake({"demo", "--data-dir=~/x"}, kExitUsage, "--data-dir: '~/x' begins with ~");
  expect_mistake({"exchange", "--synthetic", "1", "--venue", "kraken"}, kExitUsage, "--venue: ");
  expect_mistake({"exchange", "--synthetic", "1", "--symbols", "a b"}, kExitUsage, "--symbols: ");
  expect_mistake({"exchange", "--synthetic", "1", "--listen", "nowhere"}, kExitUsage, "--listen: ");
  expect_mistake(
      {"exchange", "--synthetic", "1", "--venue", "binance-spot,binance-usdm", "--listen", "127.0.0.1:65535"},
      kExitUsage, "listen port 65535: 2 venues take a port each from there on: give 65534 at most");
}

TEST(Program, ReadsTheConfigurationOfItsDirectory) {
  const TempDir dir;
  const std::string file = dir.write("acts.toml", "[collect]\nlimits = 5\n");
  const Outcome outcome = run_acts({"collect", "BTCUSDT"}, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitUsage);
  EXPECT_EQ(outcome.err, "acts: acts.toml:2: no key 'limits' in [collect]: did you mean limit?\n");
}

TEST(Program, ReplaysARecordingToItsEndState) {
  const Outcome outcome = run_acts({"replay", "--summary", kSpotBtc});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_EQ(lines_of(outcome.out), 1 + 5);
  EXPECT_THAT(outcome.out, StartsWith("venue,symbol,sample_time,last_book_update,best_bid,best_ask,"));
  // The summary stood among the rows.
  EXPECT_THAT(
      outcome.err,
      StartsWith("binance-spot BTCUSDT: bid 61685.99 x 1.0087, ask 61686 x 2.29327, levels 1209 / 2196, applied 3449, "
                 "dropped 2, gaps 0, last update id 50093421584, bookTicker agreed 564 of 564, state in_sync\n"));
  const Outcome alone = run_acts({"replay", "--rows", "none", "--summary", kSpotBtc});
  EXPECT_EQ(alone.out, outcome.err);
  EXPECT_EQ(alone.err, "");
}

// --venue had to be given, or the file was read by the rules of the other venue.
TEST(Program, TellsTheVenueByTheRecording) {
  const Outcome told = run_acts({"replay", "--rows", "none", "--summary", kUsdmBtc});
  EXPECT_EQ(told.exit_code, kExitDone);
  EXPECT_THAT(told.out, StartsWith("binance-usdm BTCUSDT: bid 61659.7 x 1.486, ask 61659.8 x 0.981"));
  expect_mistake({"replay", "--rows", "none", "--venue", "binance-spot", kUsdmBtc}, kExitUsage,
                 kUsdmBtc + ":1: recorded from binance-usdm, not from binance-spot");
  expect_mistake({"replay", "--rows", "none", "--symbol", "binance-usdm:BTCUSDT", kSpotBtc}, kExitUsage,
                 kSpotBtc + ":1: recorded from binance-spot, not from binance-usdm");
  expect_mistake({"replay", "--venue", "binance-spot", "--symbol", "binance-usdm:BTC", kUsdmBtc}, kExitUsage,
                 "--symbol: 'binance-usdm:BTC' is not of binance-spot, which --venue names");
  expect_mistake({"replay", "--rows", "none", "--symbol", "ETHUSDT", kSpotBtc}, kExitBadInput,
                 "--symbol: no message of ETHUSDT of binance-spot in these files");
}

TEST(Program, SaysWhatIsWrongInTheFormOfTheLog) {
  const TempDir dir;
  const Outcome outcome = run_acts(
      {"--log-format", "json", "replay", "--rows", "json", "--summary", dir.write("other", "100 {\"a\":1}\n")});
  EXPECT_EQ(outcome.exit_code, kExitBadInput);
  EXPECT_EQ(outcome.out, "");
  const std::string begin = "\\{\"time\":\"[^\"]+\",\"level\":";
  EXPECT_THAT(outcome.err,
              MatchesRegex(begin + "\"warn\",\"message\":\".*other:1: a message of no kind that is known\"\\}\n" +
                           begin + "\"info\",\"message\":\"messages 1, refused 0, not decoded 1, [^\"]*\"\\}\n" +
                           begin + "\"error\",\"message\":\"no line [^\"]*\"\\}\n"));
}

TEST(Program, ReplaysTheOtherVenueAsJson) {
  const Outcome outcome = run_acts({"replay", "--venue", "binance-usdm", "--rows", "json", "--bands", "0.5", kUsdmBtc});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_THAT(outcome.out, StartsWith("{\"venue\":\"binance-usdm\",\"symbol\":\"BTCUSDT\","));
  EXPECT_THAT(outcome.out, HasSubstr("\"total_bid_0_5\":\""));
  EXPECT_EQ(lines_of(outcome.out), 5);
}

TEST(Program, PrintsNoRowWhenNoneIsWanted) {
  const Outcome outcome = run_acts({"replay", "--rows", "none", kSpotBtc});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_EQ(outcome.out, "");
}

TEST(Program, SaysWhatIsNoRecording) {
  const TempDir dir;
  expect_mistake({"replay", dir / "none.gz"}, kExitUsage, (dir / "none.gz") + ": ");
  const Outcome html = run_acts({"replay", "--rows", "none", dir.write("page.html", "<html>\n<p>no\n</html>\n")});
  EXPECT_EQ(html.exit_code, kExitBadInput);
  EXPECT_THAT(html.err, HasSubstr("no line of these files could be used"));
}

// Files that were damaged, cut or no recording ended with 0, as if all of them had been read.
TEST(Program, UsesWhatCanBeReadAndFailsForTheRest) {
  const TempDir dir;
  std::string rows = run_acts({"replay", kSpotBtc}).out;
  for (const std::string& bad : {dir.string(), dir.write("noise", "\x01\xff\nnoise\n")}) {
    const Outcome outcome = run_acts({"replay", kSpotBtc, bad});
    EXPECT_EQ(outcome.exit_code, kExitBadInput);
    EXPECT_EQ(outcome.out, rows);
    EXPECT_THAT(outcome.err, HasSubstr("acts: " + bad));
  }
  const std::string packed = read_file(kSpotBtc);
  const Outcome cut = run_acts({"replay", dir.write("cut.gz", packed.substr(0, packed.size() / 2))});
  EXPECT_EQ(cut.exit_code, kExitBadInput);
  EXPECT_GT(lines_of(cut.out), 1);
  EXPECT_THAT(cut.err, HasSubstr("cut.gz: ends inside a gzip member"));
}

TEST(Program, TakesTheEndThatACrashHasCutForNoDamage) {
  const TempDir dir;
  const std::string packed = read_file(kSpotBtc);
  const std::string log = dir.write("cut.gz", packed.substr(0, packed.size() / 2));
  const auto index = [&](int durable_lines) {
    return dir.write("cut.index.jsonl",
                     "{\"n\":" + std::to_string(durable_lines) +
                         ",\"ts\":1723161254206652067,\"event\":\"durable\",\"bytes\":1,\"crc32\":1}\n");
  };
  std::ignore = index(10);
  const Outcome crashed = run_acts({"replay", log});
  EXPECT_EQ(crashed.exit_code, kExitDone) << crashed.err;
  EXPECT_THAT(crashed.err, HasSubstr("cut.gz: ends inside a gzip member"));
  std::ignore = index(10'000'000);
  EXPECT_EQ(run_acts({"replay", log}).exit_code, kExitBadInput) << "what was durable is not there";
}

TEST(Program, PrintsNothingOfWhatHoldsNothing) {
  const TempDir dir;
  for (const std::string& nothing : {dir.string(), dir.write("empty", "")}) {
    expect_mistake({"replay", nothing}, kExitBadInput, nothing + ": is ");
    EXPECT_EQ(run_acts({"replay", nothing}).out, "");
    // What tells no venue need not be named one.
    expect_mistake({"exchange", "--replay", nothing}, kExitBadInput, nothing + ": is ");
  }
  const std::string page = dir.write("page.html", "<html>\n");
  EXPECT_EQ(run_acts({"replay", page}).out, "");
  expect_mistake({"exchange", "--replay", page}, kExitBadInput, page + ":1: line does not start with a receive time");
}

TEST(Program, PrintsEveryFeature) {
  const Outcome outcome = run_acts({"features", "--bands", "2"});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_THAT(outcome.out, HasSubstr("total_bid_2"));
}

TEST(Program, EndsWhenItsReaderHasGone) {
  Running replay({"replay", kSpotBtc, kSpotBtc}, "/");
  replay.close_output();
  EXPECT_EQ(replay.wait(), kExitDone);
}

// A full disk behind standard output ended with 0 and no word, as if a reader had gone.
TEST(Program, SaysThatItsOutputIsFull) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"replay", kSpotBtc}, {"replay", "--rows", "none", "--summary", kSpotBtc}, {"features"}, {"--help"}}) {
    const Outcome outcome = run_acts(arguments, "/", "/dev/full");
    EXPECT_EQ(outcome.exit_code, kExitStorage) << arguments.front();
    EXPECT_THAT(outcome.err, StartsWith("acts: standard output cannot be written: No space left on device"));
    EXPECT_EQ(lines_of(outcome.err), 1) << outcome.err;
  }
  const Outcome exchange = run_acts({"exchange", "--synthetic", "1", "--levels", "10"}, "/", "/dev/full");
  EXPECT_EQ(exchange.exit_code, kExitStorage) << "nobody can be told its port";
}

TEST(Program, CollectsFromTheExchangeAsTheExchangeSays) {
  for (const bool tls : {false, true}) {
    const TempDir dir;
    std::vector<std::string> serve{"--log-level", "error", "exchange", "--replay", kSpotBtc, "--speed", "20"};
    if (tls) serve.emplace_back("--tls");
    Running market(serve, dir.string());
    std::vector<std::string> collect = collect_arguments(market.next_line(), {"BTC"});
    ASSERT_FALSE(collect.empty());
    for (const char* more : {"--duration", "2s", "--record", "--log-per-symbol", "--metrics", "127.0.0.1:0"})
      collect.emplace_back(more);
    const Outcome collected = run_acts(collect, dir.string());
    EXPECT_EQ(collected.exit_code, kExitDone) << collected.err;
    EXPECT_EQ(collected.out, "");
    EXPECT_THAT(collected.err, HasSubstr("info binance-spot BTCUSDT: live: bid "));
    EXPECT_THAT(read_file(dir / "acts-data/log/binance-spot/data-BTCUSDT.log"), HasSubstr("live: bid "));
    EXPECT_TRUE(std::filesystem::exists(dir / "acts-data/acts.db")) << collected.err;
    EXPECT_TRUE(std::filesystem::exists(dir / "acts-data/raw/binance-spot"));

    std::vector<std::string> doctor(collect.begin(), collect.end() - 6);
    doctor.front() = "doctor";
    const Outcome examined = run_acts(doctor, dir.string());
    EXPECT_EQ(examined.exit_code, kExitDone) << examined.out;
    EXPECT_THAT(examined.out, HasSubstr("good  clock: "));
    EXPECT_THAT(examined.out, HasSubstr("good  symbols: binance-spot lists all 1 that are wanted\n"));

    market.signal(SIGTERM);
    EXPECT_EQ(market.wait(), kExitDone);
  }
}

// All was good though the venue answered, and had no such symbol.
TEST(Program, DoctorNamesASymbolThatTheVenueDoesNotHave) {
  const TempDir dir;
  Running market({"--log-level", "error", "exchange", "--synthetic", "1", "--symbols", "BTCUSDT", "--levels", "10"},
                 dir.string());
  std::vector<std::string> doctor = collect_arguments(market.next_line(), {"BTCUSDT", "BTCUSTD"});
  ASSERT_FALSE(doctor.empty());
  doctor.front() = "doctor";
  const Outcome outcome = run_acts(doctor, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitUsage);
  EXPECT_THAT(outcome.out, HasSubstr("bad   symbols: binance-spot has no symbol 'BTCUSTD'"));
}

// It was network, firewall and proxy that a user was sent to, which are all right where a certificate comes through.
TEST(Program, DoctorTellsWhatToDoAboutACertificate) {
  const TempDir dir;
  Running market({"--log-level", "error", "exchange", "--synthetic", "1", "--levels", "10", "--tls"}, dir.string());
  std::vector<std::string> doctor = collect_arguments(market.next_line(), {"BTCUSDT"});
  const auto trust = std::ranges::find(doctor, "--ca-file");
  ASSERT_NE(trust, doctor.end());
  doctor.erase(trust, trust + 2);
  doctor.front() = "doctor";
  const Outcome outcome = run_acts(doctor, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitNetwork);
  EXPECT_THAT(outcome.out, HasSubstr("name the authority it is to be trusted by (ca_file)"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("firewall")));
}

// The command that it printed for any address was one that collect refuses.
TEST(Program, InvitesToAnAddressThatCanBeConnectedTo) {
  Running market({"--log-level", "error", "exchange", "--synthetic", "1", "--levels", "10", "--listen", "0.0.0.0:0"},
                 "/");
  EXPECT_THAT(market.next_line(), HasSubstr(" --rest-url http://127.0.0.1:"));
}

// The writing end of a named pipe, once somebody reads from it; waited for up to 20 s.
int open_pipe(const std::string& path) {
  for (int i = 0; i < 20'000; ++i) {
    const int pipe = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (pipe >= 0) return pipe;
    ::usleep(1000);
  }
  return -1;
}

// A hangup before the collector was ready for it killed the process.
TEST(Program, KeepsAnEarlyHangupUntilItIsReady) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "symbols").c_str(), 0600), 0);
  Running collector({"collect", "--rest-url", "http://127.0.0.1:1", "--stream-url", "ws://127.0.0.1:1", "--duration",
                     "1s", "@" + (dir / "symbols")},
                    dir.string(), dir / "log");
  const int pipe = open_pipe(dir / "symbols");
  ASSERT_GE(pipe, 0);
  collector.signal(SIGHUP);                                                  // it waits for its symbols
  std::filesystem::rename(dir.write("then", "BTCUSDT\n"), dir / "symbols");  // what it reads again
  EXPECT_EQ(::write(pipe, "BTCUSDT\n", 8), 8);
  ::close(pipe);
  EXPECT_EQ(collector.wait(), kExitDone);
  EXPECT_THAT(read_file(dir / "log"), HasSubstr("SIGHUP: 1 symbols wanted now"));
}

void expect_drained_at(int number) {
  const TempDir dir;
  Running market({"--log-level", "error", "exchange", "--synthetic", "1", "--symbols", "BTCUSDT", "--levels", "100"},
                 dir.string());
  std::vector<std::string> collect = collect_arguments(market.next_line(), {"BTCUSDT"});
  ASSERT_FALSE(collect.empty());
  collect.emplace_back("--log-level");
  collect.emplace_back("warn");
  Running collector(collect, dir.string());
  for (int i = 0; i < 200 && !std::filesystem::exists(dir / "acts-data/acts.db"); ++i) ::usleep(50'000);
  collector.signal(SIGHUP);  // nothing to read again, and no reason to end
  collector.signal(number);
  EXPECT_EQ(collector.wait(), kExitDone);
}

TEST(Program, DrainsAtSigterm) { expect_drained_at(SIGTERM); }
TEST(Program, DrainsAtSigint) { expect_drained_at(SIGINT); }

TEST(Program, DoctorNamesWhatIsUnreachableAndGoesOn) {
  const TempDir dir;
  const Outcome outcome =
      run_acts({"doctor", "--rest-url", "http://127.0.0.1:1", "--stream-url", "ws://127.0.0.1:1"}, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitNetwork);
  EXPECT_THAT(outcome.out, HasSubstr("bad   network: http://127.0.0.1:1: "));
  EXPECT_THAT(outcome.out, HasSubstr("bad   network: ws://127.0.0.1:1: "));
  EXPECT_THAT(outcome.out, HasSubstr("good  disk: "));
  const Outcome wrong = run_acts({"doctor", "--limit", "0"}, dir.string());
  EXPECT_EQ(wrong.exit_code, kExitUsage);
  EXPECT_THAT(wrong.out, StartsWith("bad   configuration: --limit: "));
}

}  // namespace
}  // namespace acts::cli
