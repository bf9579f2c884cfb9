// How the program ends, and what it says, when its surroundings are not as it needs them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <thread>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "net/server.hpp"
#include "recording/temp_dir.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"
#include "support/rounds.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::ptrdiff_t lines_of(const std::string& text) { return std::ranges::count(text, '\n'); }

std::size_t rows_in(const std::string& file) {
  auto store = SqliteStore::open_to_read(file);
  if (!store) return 0;
  const auto rows = (*store)->rows({});
  return rows ? rows->size() : 0;
}

// A server of ours on a thread of its own: what answers is no venue.
class Impostor {
 public:
  Impostor(HttpHandler on_request, WsHandler on_upgrade)
      : server_(loop_, {.max_queued_bytes = std::size_t{64} << 20}, std::move(on_request), std::move(on_upgrade)),
        port_(server_.listen().value_or(0)) {
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Impostor() {
    loop_.stop();
    thread_.join();
  }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  EventLoop loop_;
  Server server_;
  std::uint16_t port_;
  std::thread thread_;
};

// Longer than the collector waits for the venue's list of symbols before it connects.
Outcome collect_from(const Impostor& impostor, const TempDir& dir) {
  return run_acts({"collect", "--rest-url", "http://" + impostor.address(), "--stream-url",
                   "ws://" + impostor.address(), "--duration", "8s", "BTCUSDT"},
                  dir.string());
}

void answer_html(const HttpServerRequest&, HttpReply reply) {
  reply.send(200, "text/html", "<html>\n<body>\nWe are down for maintenance\n</body></html>\n");
}

TEST(Trouble, OfADataDirectoryIsStorage) {
  const TempDir dir;
  const std::string file = dir.write("file", "x");
  const Outcome outcome = run_acts({"collect", "--data-dir", file + "/data", "--rest-url", "http://127.0.0.1:1",
                                    "--stream-url", "ws://127.0.0.1:1", "BTCUSDT"});
  EXPECT_EQ(outcome.exit_code, kExitStorage);
  EXPECT_THAT(outcome.err, StartsWith("acts: " + file));
  EXPECT_EQ(lines_of(outcome.err), 1) << outcome.err;
  // "file/acts.lock: Not a directory: check that its directory may be written".
  const Outcome is_file = run_acts({"collect", "--data-dir", file, "--rest-url", "http://127.0.0.1:1", "--stream-url",
                                    "ws://127.0.0.1:1", "BTCUSDT"});
  EXPECT_EQ(is_file.exit_code, kExitStorage);
  EXPECT_EQ(is_file.err, "acts: " + file + ": is not a directory: move it away, or give another with --data-dir\n");
  // A defect of ours, said the exit code.
  EXPECT_EQ(run_acts({"demo", "--data-dir", file + "/data"}).exit_code, kExitStorage);
}

TEST(Trouble, OfAPortInUseIsUsage) {
  const TempDir dir;
  const Impostor owner(answer_html, {});
  const Outcome metrics = run_acts({"collect", "--metrics", owner.address(), "--rest-url", "http://127.0.0.1:1",
                                    "--stream-url", "ws://127.0.0.1:1", "BTCUSDT"},
                                   dir.string());
  EXPECT_EQ(metrics.exit_code, kExitUsage);
  EXPECT_THAT(metrics.err, HasSubstr(owner.address().substr(owner.address().find(':') + 1)));
  EXPECT_EQ(lines_of(metrics.err), 1) << metrics.err;
  const Outcome exchange = run_acts({"exchange", "--synthetic", "1", "--levels", "10", "--listen", owner.address()});
  EXPECT_EQ(exchange.exit_code, kExitUsage);
  EXPECT_EQ(lines_of(exchange.err), 1) << exchange.err;
}

TEST(Trouble, OfHtmlForJsonIsSaidAndLivedThrough) {
  const TempDir dir;
  const Impostor venue(answer_html, [](const HttpServerRequest&, WsUpgrade upgrade) {
    HttpResponse page;
    page.status = 503;
    page.body = "<html>\nnot now\n</html>";
    upgrade.refuse(std::move(page));
  });
  const Outcome outcome = collect_from(venue, dir);
  EXPECT_EQ(outcome.exit_code, kExitDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("REST exchangeInfo: "));
  EXPECT_THAT(outcome.err, HasSubstr("503"));
  EXPECT_THAT(outcome.err, HasSubstr("stopping: duration"));
  EXPECT_LT(lines_of(outcome.err), 30) << outcome.err;
  EXPECT_THAT(outcome.err, Not(HasSubstr("\n<"))) << "a line of theirs became a line of the log";
}

TEST(Trouble, OfFramesThatAreNoMessagesIsSaidAndLivedThrough) {
  const TempDir dir;
  const Impostor venue(answer_html, [](const HttpServerRequest&, WsUpgrade upgrade) {
    WsSession session = upgrade.accept({});
    session.send_text("{\"not\": json");
    session.send_text("<html>\n</html>");
    session.send_text(std::string((std::size_t{16} << 20) - 1024, 'x'));  // just below the client's limit
    session.send_text(std::string(std::size_t{17} << 20, 'x'));           // above it
  });
  const Outcome outcome = collect_from(venue, dir);
  EXPECT_EQ(outcome.exit_code, kExitDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("warn binance-spot: not JSON: "));
  EXPECT_THAT(outcome.err, HasSubstr("a message of 17825792 bytes was thrown away"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("connection 2"))) << "it costs no more than itself";
  EXPECT_THAT(outcome.err, HasSubstr("stopping: duration"));
  EXPECT_LT(lines_of(outcome.err), 40) << outcome.err.substr(0, 4000);
}

TEST(Trouble, OfASymbolThatTheVenueDoesNotHaveNamesTheNearest) {
  const TempDir dir;
  Running market(
      {"--log-level", "error", "exchange", "--synthetic", "1", "--symbols", "BTCUSDT,ETHUSDT", "--levels", "100"},
      dir.string());
  std::vector<std::string> collect = collect_arguments(market.next_line(), {"BTCUSTD", "ETHUSDT"});
  ASSERT_FALSE(collect.empty());
  collect.insert(collect.end(), {"--duration", "4s"});
  const Outcome outcome = run_acts(collect, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_THAT(outcome.err, HasSubstr("error binance-spot BTCUSTD: binance-spot has no symbol 'BTCUSTD'"));
  EXPECT_THAT(outcome.err, HasSubstr("BTCUSDT"));
  // Nobody else is disturbed.
  EXPECT_THAT(outcome.err, HasSubstr("info binance-spot ETHUSDT: live: bid "));
}

TEST(Program, CollectsBothVenuesInOneProcess) {
  const TempDir dir;
  Running market({"--log-level", "error", "exchange", "--synthetic", "1", "--symbols", "BTCUSDT", "--levels", "100",
                  "--venue", "binance-spot,binance-usdm"},
                 dir.string());
  const std::vector<std::string> spot = collect_arguments(market.next_line(), {});
  const std::vector<std::string> usdm = collect_arguments(market.next_line(), {});
  ASSERT_EQ(spot.size(), 7U);
  ASSERT_EQ(usdm.size(), 7U);
  const Outcome outcome =
      run_acts({"collect", "BTCUSDT", "binance-usdm:BTCUSDT", "--limit", "5000", "--streams", "depth,markPrice",
                "--rest-url", spot[4], "--stream-url", spot[6], "--rest-url", "binance-usdm:" + usdm[4], "--stream-url",
                "binance-usdm:" + usdm[6], "--duration", "4s"},
               dir.string());
  EXPECT_EQ(outcome.exit_code, kExitDone) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("info binance-spot BTCUSDT: live: bid "));
  EXPECT_THAT(outcome.err, HasSubstr("info binance-usdm BTCUSDT: live: bid "));
  EXPECT_THAT(outcome.err, Not(HasSubstr("warn")));
}

TEST(Program, SaysWhenTheExchangesRecordingHasEnded) {
  const TempDir dir;
  Running market({"--log-format", "json", "exchange", "--speed", "max", "--replay",
                  test::testdata("binance-feed/spot/ethusdt_20240808.gz")},
                 dir.string(), dir / "exchange.log");
  std::vector<std::string> collect = collect_arguments(market.next_line(), {"ETHUSDT"});
  ASSERT_FALSE(collect.empty());
  collect.insert(collect.end(), {"--duration", "4s"});
  EXPECT_EQ(run_acts(collect, dir.string()).exit_code, kExitDone);
  market.signal(SIGTERM);
  EXPECT_EQ(market.wait(), kExitDone);
  EXPECT_THAT(read_file(dir / "exchange.log"), HasSubstr("\"message\":\"the recording has ended"));
}

// A recording without mark prices was taken for a connection that is dead: silent streams, and a reconnect after 10 s.
TEST(Program, AsksTheExchangeForTheStreamsOfItsRecordingAlone) {
  const TempDir dir;
  Running market({"exchange", "--speed", "max", "--replay", test::testdata("binance-feed/usdm/btcusdt_20240808.gz")},
                 dir.string(), dir / "usdm.log");
  const std::vector<std::string> collect = collect_arguments(market.next_line(), {"BTCUSDT"});
  const auto streams = std::ranges::find(collect, "--streams");
  ASSERT_NE(streams, collect.end()) << read_file(dir / "usdm.log");
  EXPECT_EQ(*(streams + 1), "depth,trade,bookTicker");
  Running whole({"exchange", "--synthetic", "1", "--levels", "10", "--venue", "binance-usdm"}, dir.string(),
                dir / "whole.log");
  EXPECT_THAT(whole.next_line(), Not(HasSubstr("--streams"))) << "nothing is missing there";
}

TEST(Trouble, OfTwoMarketsForOneExchangeIsSaid) {
  const Outcome both = run_acts({"exchange", "--synthetic", "1", "--replay", "x.gz"});
  EXPECT_EQ(both.exit_code, kExitUsage);
  EXPECT_THAT(both.err, HasSubstr("not both"));
  EXPECT_THAT(run_acts({"exchange"}).err, HasSubstr("one of --replay FILE and --synthetic SEED is needed"));
}

// "2024-08-08T23:55:00.000Z BTCUSDT live" of each row that a demo prints.
std::vector<std::string> rows_of_demo(const std::string& out) {
  std::vector<std::string> rows;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("2024-08-0")) continue;
    std::istringstream words(line);
    std::string minute;
    std::string symbol;
    std::string last;
    words >> minute >> symbol;
    for (std::string word; words >> word;) last = word;
    rows.push_back(minute + " " + symbol + " " + last);
  }
  std::ranges::sort(rows);
  return rows;
}

// The second one went on with books, clock and rows of the first: prices of one minute under another, suspect books,
// and twice as many rows as were printed.
TEST(Program, DemonstratesTheWholePathAsOftenAsItIsAsked) {
  const TempDir dir;
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = run_acts({"demo"}, dir.string());
    EXPECT_EQ(outcome.exit_code, kExitDone) << outcome.err;
    const std::vector<std::string> rows = rows_of_demo(outcome.out);
    ASSERT_GE(rows.size(), 10U) << outcome.out;  // five minutes of two symbols
    EXPECT_THAT(rows, Each(Not(EndsWith(" suspect"))));
    // Thirty times as fast as the market is too fast for a sanitizer beside other work: a book waits for its snapshot.
    if (test::kFewerBy == 1) {
      EXPECT_EQ(outcome.err, "");
      // A slow machine may come too late for the first minute, and for one more at the end.
      EXPECT_THAT(std::vector(rows.begin() + 2, rows.begin() + 10), Each(EndsWith(" live")));
      const bool is_late = rows.front().starts_with("2024-08-08T23:56");
      EXPECT_THAT(rows.front(), StartsWith(fmt::format("2024-08-08T23:{}:00.000Z BTCUSDT ", is_late ? 56 : 55)));
      EXPECT_EQ(rows[9], is_late ? "2024-08-09T00:00:00.000Z ETHUSDT live" : "2024-08-08T23:59:00.000Z ETHUSDT live");
    }
    EXPECT_EQ(rows_in(dir / "acts-data/demo/acts.db"), rows.size());
    EXPECT_THAT(outcome.out, HasSubstr("\n" + std::to_string(rows.size()) +
                                       " rows are in ./acts-data/demo/acts.db, table minute_rows:\n"));
    EXPECT_THAT(outcome.out, EndsWith("\nLive, with a network:  acts collect BTCUSDT ETHUSDT\n"));
  }
}

void expect_no_demo_in(const TempDir& dir, const std::string& named) {
  const Outcome outcome = run_acts({"demo", "--data-dir", "data"}, dir.string());
  EXPECT_EQ(outcome.exit_code, kExitUsage) << outcome.out;
  EXPECT_THAT(outcome.err, StartsWith("acts: " + named + ": is not a demo's"));
  EXPECT_EQ(lines_of(outcome.err), 1) << outcome.err;
}

TEST(Program, DemonstratesNothingWhereSomebodyElsesDataAre) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "data");
  std::ignore = dir.write("data/acts.db", "mine");
  expect_no_demo_in(dir, "data");
  EXPECT_EQ(read_file(dir / "data/acts.db"), "mine");

  // A demo's once, and collected into since: a file that no demo leaves, then rows of another time.
  std::filesystem::remove(dir / "data/acts.db");
  std::ignore = dir.write("data/made-by-acts-demo", "");
  std::ignore = dir.write("data/mine", "");
  expect_no_demo_in(dir, "data/mine");
  std::filesystem::remove(dir / "data/mine");
  ASSERT_TRUE(SqliteStore::open(dir / "data/acts.db", acts::testing::small_schema())
                  .value()
                  ->upsert(std::vector{acts::testing::small_row("BTCUSDT", 1'000'000)}));
  expect_no_demo_in(dir, "data/acts.db");
  EXPECT_EQ(rows_in(dir / "data/acts.db"), 1U);
}

}  // namespace
}  // namespace acts::cli
