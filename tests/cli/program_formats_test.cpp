// Recordings and other tools' books, into the catalog and out of it again; features of both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kRecording = testdata("binance-feed/usdm/btcusdt_20240718.gz");
const std::string kSpot = testdata("binance-feed/spot/btcusdt_20240808.gz");

// As hftbacktest wants it, once of the recording itself and once of what the catalog made of it.
TEST(ProgramFormats, GivesTheSameNpzOfARecordingAndOfTheCatalog) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const Outcome imported = run({"import", kRecording});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_EQ(run({"import", kRecording}).exit_code, 0) << "again";
  EXPECT_EQ(run({"catalog", "verify"}).exit_code, 0);
  const Outcome counted = run({"query", "--format", "csv", "SELECT count(*) AS n FROM book_ticker"});
  EXPECT_EQ(counted.out, "n\n7113\n");
  EXPECT_EQ(run({"export", "--format", "npz", "--output", dir / "recording.npz", kRecording}).exit_code, 0);
  const Outcome exported = run(
      {"export", "--format", "npz", "--venue", "binance-usdm", "--symbol", "BTCUSDT", "--output", dir / "catalog.npz"});
  EXPECT_EQ(exported.exit_code, 0) << exported.err;
  EXPECT_TRUE(read_file(dir / "recording.npz") == read_file(dir / "catalog.npz"));
  EXPECT_THAT(exported.err, Not(HasSubstr("left out")));
  // The archive does not say when a trade was received.
  const std::string trades = dir.write("BTCUSDT-trades-2024-07-18.csv",
                                       "id,price,qty,quote_qty,time,is_buyer_maker\n"
                                       "1,64000.1,1,64000.1,1721260800000,true\n");
  ASSERT_EQ(run({"import", "--market", "um", trades}).exit_code, 0);
  const Outcome without = run(
      {"export", "--format", "npz", "--venue", "binance-usdm", "--symbol", "BTCUSDT", "--output", dir / "again.npz"});
  EXPECT_EQ(without.exit_code, 0) << without.err;
  EXPECT_THAT(without.err, HasSubstr("binance-usdm BTCUSDT: trades without a time of receipt, which are left out: 1"));
  EXPECT_TRUE(read_file(dir / "recording.npz") == read_file(dir / "again.npz"));
}

TEST(ProgramFormats, SaysWhatOfACaptureDoesNotEnter) {
  const TempDir dir;
  const Outcome told =
      run_acts({"import", testdata("cryptofeed-lines/OKX.jsonl.zst"), "--data-dir", dir.string(), "--venue", "okex"});
  ASSERT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("2 data sets: 5037 rows"));
  EXPECT_THAT(told.out, HasSubstr(", not entered: 18 subscribe, 28 tickers\n"));
  const std::string other = dir.write("x.jsonl", "{\"t\":\"header\",\"format\":2,\"exchange\":\"KRAKEN\"}\n");
  const Outcome refused = run_acts({"import", other, "--data-dir", dir.string()});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("it is a capture of cryptofeed in JSON lines, of KRAKEN: those of BINANCE,"));
}

// They took its symbol for one of Binance's, and the catalog for one without it.
TEST(ProgramFormats, SayWhatReadsRowsOfOtherVenues) {
  const TempDir dir;
  const Outcome told = run_acts({"import", testdata("cryptofeed-lines/BYBIT.jsonl.zst"), "--data-dir", dir.string(),
                                 "--venue", "bybit", "--symbol", "BTCUSDT"});
  ASSERT_EQ(told.exit_code, 0) << told.err;
  const auto complaint = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    const Outcome outcome = run_acts(words);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1);
    return outcome.err;
  };
  const std::string advice =
      "rows of other venues in the catalog are read by acts query, and its --output makes a file of them\n";
  EXPECT_THAT(complaint({"bars", "--kind", "trades", "--interval", "1m", "bybit:BTCUSDT"}),
              HasSubstr("bybit:BTCUSDT: bars are made of rows of binance-spot, binance-usdm and binance-coinm: acts "
                        "query has those of bybit\n"));
  EXPECT_THAT(complaint({"bars", "--venue", "bybit", "--kind", "trades", "--interval", "1m", "BTCUSDT"}),
              HasSubstr("--venue: 'bybit' is none of binance-spot, binance-usdm, binance-coinm: " + advice));
  EXPECT_THAT(complaint({"export", "--kind", "trades", "--venue", "bybit", "--symbol", "BTCUSDT"}),
              HasSubstr("--venue: 'bybit' is none of binance-spot, binance-usdm, binance-coinm: " + advice));
  EXPECT_THAT(complaint({"replay", "--venue", "bybit", "--symbol", "BTCUSDT", "--origin", "cryptofeed"}),
              HasSubstr("--venue: 'bybit' is none of binance-spot, binance-usdm: " + advice));
  const std::string symbol = "--symbol: 'bybit:BTCUSDT' is neither of binance-spot nor of binance-usdm: ";
  EXPECT_THAT(complaint({"replay", "--symbol", "bybit:BTCUSDT", "--origin", "cryptofeed"}), HasSubstr(symbol + advice));
  EXPECT_THAT(complaint({"features", "compute", "vwap", "--symbol", "bybit:BTCUSDT", "--origin", "cryptofeed"}),
              HasSubstr(symbol + advice));
  const Outcome rows = run_acts({"query", "SELECT count(*) > 0 AS has_rows FROM trades WHERE venue = 'bybit'",
                                 "--format", "csv", "--data-dir", dir.string()});
  EXPECT_EQ(rows.out, "has_rows\ntrue\n") << rows.err;
}

TEST(ProgramFormats, SaysWhatAPartOfACaptureLacks) {
  const TempDir dir;
  const auto complaint = [&dir](const std::string& lines) {
    const Outcome outcome = run_acts({"import", dir.write("x.jsonl", lines), "--data-dir", dir.string()});
    EXPECT_EQ(outcome.exit_code == 2 || outcome.exit_code == 3, true) << outcome.exit_code;
    return outcome.err;
  };
  const std::string header = "{\"t\":\"header\",\"format\":2,\"exchange\":\"BYBIT\"}\n";
  const std::string message = "{\"t\":\"recv\",\"conn\":\"A\",\"ts\":1786310819.5,\"data\":\"{}\"}\n";
  EXPECT_THAT(complaint(message), HasSubstr("it is a part of a capture of cryptofeed, without its header: put the "
                                            "capture's first line in front of it, and the connect lines"));
  EXPECT_THAT(complaint(header + message), HasSubstr("line 2: no line tells of its connection"));
  EXPECT_THAT(complaint(header + message), HasSubstr("needs in front the header and the connect lines"));
  EXPECT_THAT(complaint("{\"t\":\"header\",\"format\":2,\"exchange\":\"BINANCE_US\"}\n"),
              HasSubstr("of BINANCE_US: those of BINANCE, BINANCE_FUTURES, OKX, BYBIT and COINBASE are taken"));
}

TEST(ProgramFormats, TakesNpzAndCryptofeed) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  ASSERT_EQ(run({"export", "--format", "npz", "--output", dir / "x.npz", kRecording}).exit_code, 0);
  const Outcome npz = run({"import", "--market", "um", "--symbol", "BTCUSDT", "--tick-size", "0.1", dir / "x.npz"});
  EXPECT_EQ(npz.exit_code, 0) << npz.err;
  EXPECT_FALSE(npz.out.contains("missing")) << npz.out;
  const Outcome sound = run({"catalog", "verify", "--strict"});
  EXPECT_EQ(sound.exit_code, 0) << sound.out;
  const Outcome capture = run({"import", testdata("cryptofeed/BINANCE_FUTURES.ws.1.0")});
  EXPECT_EQ(capture.exit_code, 0) << capture.err;
  EXPECT_EQ(run({"catalog", "verify"}).exit_code, 0);
  const Outcome kinds = run({"query", "--format", "csv",
                             "SELECT origin, symbol, count(*) AS n FROM book_updates WHERE is_snapshot AND symbol IN "
                             "('BTCUSDT', 'SUSHIUSDT') GROUP BY ALL ORDER BY ALL"});
  EXPECT_THAT(kinds.out, HasSubstr("cryptofeed,SUSHIUSDT,"));
  EXPECT_THAT(kinds.out, HasSubstr("hftbacktest,BTCUSDT,2000\n"));
}

// What is stored is what was printed, to the last bit of every double; a second feature beside it keeps the first.
TEST(ProgramFormats, KeepsComputedFeatures) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const Outcome printed =
      run({"features", "compute", "mid_price,microprice,book_bias_P,vwap,state", "--interval", "10s", kSpot});
  ASSERT_EQ(printed.exit_code, kExitDone) << printed.err;
  for (const char* names : {"mid_price,microprice,book_bias_P", "vwap,state", "vwap,state"}) {
    const Outcome stored = run({"features", "compute", names, "--interval", "10s", "--store", kSpot});
    ASSERT_EQ(stored.exit_code, kExitDone) << stored.err;
    EXPECT_THAT(stored.out, HasSubstr("features/10s.db: "));
  }
  const Outcome asked =
      run({"query", "--format", "csv",
           "SELECT venue, symbol, sample_time, mid_price, microprice, book_bias_1, book_bias_4, vwap, "
           "state FROM features_10s ORDER BY sample_time"});
  EXPECT_EQ(asked.out, printed.out);
  EXPECT_GT(std::ranges::count(printed.out, '\n'), 25);
}

// The catalog's rows of a recording and the recording itself give the same values.
TEST(ProgramFormats, ComputesFeaturesOverTheCatalog) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const Outcome imported = run({"import", "--venue", "binance-spot", kSpot});
  ASSERT_EQ(imported.exit_code, kExitDone) << imported.err;
  const std::vector<std::string> compute{
      "features", "compute", "best_bid,mid_price,total_bid_P,coverage_bid_P,vwap,order_flow_imbalance,state",
      "--interval", "10s"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), compute.begin(), compute.end());
    return run(more);
  };
  const Outcome of_catalog = with({"--symbol", "BTCUSDT", "--origin", "recording"});
  EXPECT_EQ(of_catalog.exit_code, kExitDone) << of_catalog.err;
  EXPECT_EQ(of_catalog.out, with({kSpot}).out);
  EXPECT_EQ(with({"--symbol", "BTCUSDT", "--origin", "recording", kSpot}).exit_code, kExitUsage);
  EXPECT_EQ(with({"--symbol", "ETHUSDT", "--origin", "recording"}).exit_code, kExitBadInput);
}

}  // namespace
}  // namespace acts::cli
