// Features computed over the catalog: as they are live, and without reading what is not needed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Live rows have the time when the venue sent its last update (E); over the catalog they had the engine's (T).
TEST(CatalogFeatures, ComputesUsdmTimesOverTheCatalogAsTheyAreLive) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const std::string usdm = testdata("binance-feed/usdm/btcusdt_20240808.gz");
  const Outcome imported = run({"import", "--venue", "binance-usdm", usdm});
  ASSERT_EQ(imported.exit_code, kExitDone) << imported.err;
  // There are updates of two times, so that the right one counts.
  const Outcome differ =
      run({"query", "--format", "csv", "SELECT count(*) > 1000 AS differ FROM book_updates WHERE ts_sent <> ts_event"});
  ASSERT_EQ(differ.out, "differ\ntrue\n");
  const std::vector<std::string> compute{"features", "compute", "last_book_update,best_bid,vwap,state", "--interval",
                                         "100ms"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), compute.begin(), compute.end());
    return run(more);
  };
  const Outcome live = with({usdm});
  ASSERT_EQ(live.exit_code, kExitDone) << live.err;
  EXPECT_GT(std::ranges::count(live.out, '\n'), 3000);
  EXPECT_EQ(with({"--symbol", "binance-usdm:BTCUSDT", "--origin", "recording"}).out, live.out);
}

constexpr std::int64_t kDayMillis = 86'400'000;
constexpr std::int64_t kFirstDay = 1'709'251'200'000;  // 2024-03-01, in milliseconds

// Five days of a spot book of three levels a side: a snapshot at 00:20 of each day, an update every five minutes, of
// which two were received before the snapshot that does not know them, and a trade every two hours.
std::string five_days() {
  std::string text;
  std::int64_t id = 1000;
  for (std::int64_t at = kFirstDay; at < kFirstDay + 5 * kDayMillis; at += 300'000) {
    const std::int64_t in_day = at % kDayMillis;
    const std::int64_t n = at / 300'000;
    if (in_day == 1'200'000) {
      text += fmt::format(
          R"({}500000 {{"lastUpdateId":{},"bids":[["99","{}"],["98","7"],["97","7"]],"asks":[["101","5"],["102","6"],["103","7"]]}})"
          "\n",
          at - 1, id - 2, (n - 3) % 17 + 1);
    }
    ++id;
    text += fmt::format(R"({}000000 {{"e":"depthUpdate","E":{},"s":"XYZUSDT","U":{},"u":{},"b":[["99","{}"]],"a":[]}})"
                        "\n",
                        at, at - 5, id, id, n % 17 + 1);
    if (in_day % 7'200'000 != 0) continue;
    text += fmt::format(
        R"({}000001 {{"e":"trade","E":{},"s":"XYZUSDT","t":{},"p":"{}","q":"0.5","T":{},"m":false,"M":true}})"
        "\n",
        at, at - 5, n, 99 + n % 3, at - 5);
  }
  return text;
}

// Footers stay: the files open, and fail once a row of theirs is wanted.
int spoil(const std::string& catalog, const std::vector<std::string>& days) {
  int spoiled = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(catalog)) {
    const std::string path = entry.path().string();
    const bool is_of_them =
        std::ranges::any_of(days, [&](const std::string& day) { return path.contains("date=" + day); });
    if (!is_of_them || entry.path().extension() != ".parquet") continue;
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4);
    file << std::string(60, '\xff');
    ++spoiled;
  }
  return spoiled;
}

// Everything before --from was read, from the first day on.
TEST(CatalogFeatures, BeginAtTheNewestSnapshotBeforeTheirTime) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const Outcome imported = run({"import", "--market", "spot", dir.write("five.jsonl", five_days())});
  ASSERT_EQ(imported.exit_code, kExitDone) << imported.err;
  const auto compute = [&run](std::vector<std::string> more) {
    more.insert(more.begin(),
                {"features", "compute",
                 "best_bid,mid_price,total_bid_P,coverage_bid_P,vwap,buy_volume,order_flow_imbalance,"
                 "mid_return,last_book_update,state",
                 "--interval", "1m", "--horizons", "10m,1m", "--symbol", "XYZUSDT", "--origin", "recording"});
    return run(more);
  };
  const Outcome whole = compute({});
  ASSERT_EQ(whole.exit_code, kExitDone) << whole.err;
  EXPECT_THAT(whole.out, HasSubstr("live"));
  ASSERT_EQ(spoil(dir / "catalog", {"2024-03-01", "2024-03-02"}), 4);
  EXPECT_NE(compute({}).exit_code, kExitDone);
  for (const char* from : {"2024-03-05T00:00", "2024-03-05T00:05", "2024-03-05T00:32", "2024-03-05T12:00"}) {
    SCOPED_TRACE(from);
    const Outcome part = compute({"--from", from, "--to", "2024-03-05T13:30"});
    ASSERT_EQ(part.exit_code, kExitDone) << part.err;
    const std::string rows = part.out.substr(part.out.find('\n') + 1);
    EXPECT_THAT(rows, StartsWith(fmt::format("binance-spot,XYZUSDT,{}:00.000Z,", from)));
    EXPECT_THAT(whole.out, HasSubstr("\n" + rows));
    EXPECT_GT(std::ranges::count(rows, '\n'), 80);
  }
  // Where no snapshot is before, from the first row on.
  const Outcome first = compute({"--from", "2024-03-01T00:19", "--to", "2024-03-01T00:21"});
  EXPECT_NE(first.exit_code, kExitDone);
}

// As over the recording that was imported, whole rows and those of a span.
TEST(CatalogFeatures, AreThoseOfAReplayToo) {
  const TempDir dir;
  const std::string recording = testdata("binance-feed/spot/btcusdt_20240808.gz");
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  ASSERT_EQ(run({"import", "--venue", "binance-spot", recording}).exit_code, kExitDone);
  const auto replay = [&run](std::vector<std::string> more) {
    more.insert(more.begin(), {"replay", "--interval", "10s", "--features", "vwap,imbalance"});
    return run(more);
  };
  const Outcome whole = replay({recording});
  ASSERT_EQ(whole.exit_code, kExitDone) << whole.err;
  EXPECT_EQ(replay({"--symbol", "BTCUSDT", "--origin", "recording"}).out, whole.out);
  const Outcome span = replay({recording, "--from", "2024-08-08T23:57", "--to", "2024-08-08T23:58"});
  EXPECT_EQ(std::ranges::count(span.out, '\n'), 1 + 6);
  EXPECT_THAT(whole.out, HasSubstr(span.out.substr(span.out.find('\n') + 1)));
  EXPECT_EQ(replay({"--symbol", "BTCUSDT", "--origin", "recording", recording}).exit_code, kExitUsage);
  EXPECT_EQ(replay({}).exit_code, kExitUsage);
}

// The catalog's origins were to be guessed, and one that is not there was "no recording".
TEST(CatalogFeatures, NameTheOriginsThatThereAre) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const auto compute = [&run](std::vector<std::string> more) {
    more.insert(more.begin(), {"features", "compute", "mid_price", "--symbol", "XYZUSDT"});
    return run(more);
  };
  const std::string recording = dir.write("five.jsonl", five_days().substr(0, 20'000));
  ASSERT_EQ(run({"import", "--market", "spot", recording, "--max-bad-rows", "1"}).exit_code, kExitDone);
  const Outcome one = compute({});
  EXPECT_EQ(one.exit_code, kExitUsage);
  EXPECT_THAT(one.err, HasSubstr("the catalog has it of recording: name that with --origin"));
  ASSERT_EQ(run({"export", "--format", "npz", "--venue", "binance-spot", "--symbol", "XYZUSDT", "--output",
                 dir / "x.npz", recording})
                .exit_code,
            kExitBadInput);  // its last line is cut
  ASSERT_EQ(run({"import", "--market", "spot", "--symbol", "XYZUSDT", dir / "x.npz"}).exit_code, kExitDone);
  EXPECT_THAT(compute({}).err, HasSubstr("the catalog has it of hftbacktest, recording: name one with --origin"));
  const Outcome other = compute({"--origin", "tardis"});
  EXPECT_EQ(other.exit_code, kExitBadInput);
  EXPECT_THAT(other.err, HasSubstr("--origin: the catalog has no books or trades of binance-spot XYZUSDT of origin "
                                   "tardis: it has those of hftbacktest, recording"));
  EXPECT_EQ(compute({"--origin", "recording"}).exit_code, kExitDone);
}

// Tardis' book_snapshot_5: every five seconds a book whose prices rise for two minutes and fall then.
std::string snapshots_of_five() {
  std::string text = "exchange,symbol,timestamp,local_timestamp";
  for (int i = 0; i < 5; ++i)
    text += fmt::format(",asks[{0}].price,asks[{0}].amount,bids[{0}].price,bids[{0}].amount", i);
  for (int at = 0; at < 240; at += 5) {
    const int bid = 11657 + (at < 120 ? at / 5 : -at / 5);
    const std::int64_t micros = kFirstDay * 1000 + std::int64_t{at} * 1'000'000;
    text += fmt::format("\nbinance-futures,XYZUSDT,{},{}", micros, micros + 1000);
    for (int i = 0; i < 5; ++i) text += fmt::format(",{}.5,1,{}.5,2", bid + 1 + i, bid - i);
  }
  return text + "\n";
}

// Whose they were was to be told by updates, of which there are none; and what one snapshot had, and the next did not
// reach, stood there for ever, crossed.
TEST(CatalogFeatures, AreThoseOfSnapshotsAlone) {
  const TempDir dir;
  const std::string path = dir.write("binance-futures_book_snapshot_5_2024-03-01_XYZUSDT.csv", snapshots_of_five());
  ASSERT_EQ(run_acts({"import", path, "--data-dir", dir.string()}).exit_code, kExitDone);
  const Outcome computed = run_acts({"features", "compute", "mid_price", "--origin", "tardis", "--venue",
                                     "binance-usdm", "--symbol", "XYZUSDT", "--data-dir", dir.string()});
  EXPECT_EQ(computed.exit_code, kExitDone);
  EXPECT_EQ(computed.err, "");
  EXPECT_EQ(computed.out,
            "venue,symbol,sample_time,mid_price\n"
            "binance-usdm,XYZUSDT,2024-03-01T00:01:00.000Z,11669\n"
            "binance-usdm,XYZUSDT,2024-03-01T00:02:00.000Z,11681\n"
            "binance-usdm,XYZUSDT,2024-03-01T00:03:00.000Z,11623\n");
}

// The archive says when trades were made, and not when anybody heard of them.
TEST(CatalogFeatures, WarnOfTradesThatAreKnownTooEarly) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  std::string trades;
  for (int i = 0; i < 5; ++i) {
    trades += fmt::format("{},1.5,2.0,3.0,{},True,True\n", 10 + i, kFirstDay + i * 1000);
  }
  const std::string path = dir.write("XYZUSDT-trades-2024-03-01.csv", trades);
  ASSERT_EQ(run({"import", "--market", "spot", path}).exit_code, kExitDone);
  const Outcome early = run({"features", "compute", "vwap", "--symbol", "XYZUSDT", "--origin", "archive"});
  EXPECT_THAT(early.err, HasSubstr("binance-spot XYZUSDT: trades without a time of receipt count as received when they "
                                   "were made, which is too early: 5"));
  ASSERT_EQ(run({"import", "--market", "spot", dir.write("five.jsonl", five_days())}).exit_code, kExitDone);
  const Outcome received = run({"features", "compute", "vwap", "--symbol", "XYZUSDT", "--origin", "recording"});
  EXPECT_EQ(received.err, "");
}

}  // namespace
}  // namespace acts::cli
