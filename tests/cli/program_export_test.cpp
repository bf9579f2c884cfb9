// Files of other tools' forms, from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kRecording = testdata("binance-feed/usdm/btcusdt_20240808.gz");

TEST(ProgramExport, MakesNpzOfARecordingThatTellsItsVenueAndSymbol) {
  const TempDir dir;
  const Outcome outcome = run_acts({"export", "--format", "npz", "--output", dir / "out.npz", kRecording});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, (dir / "out.npz") +
                             ": 491973 rows of 466836 events of BTCUSDT, 25137 of them twice, once for each clock, "
                             "local times shifted by 1272156851ns\n");
  EXPECT_THAT(read_file(dir / "out.npz"), StartsWith("PK"));
}

TEST(ProgramExport, WritesCsvToStandardOutput) {
  const Outcome outcome = run_acts({"export", "--kind", "trades", "--to", "2024-08-08T23:54:15.1", kRecording});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                                      "binance-futures,BTCUSDT,1723161256322000,1723161255088176,5266583935,buy,"
                                      "61800.3,0.006\n"));
}

TEST(ProgramExport, MakesParquetOfARecording) {
  const TempDir dir;
  const std::string path = dir / "out.parquet";
  const Outcome outcome =
      run_acts({"export", "--kind", "book_ticker", "--format", "parquet", "--output", path, kRecording});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, path + ": 66089 rows\n");
  EXPECT_THAT(read_file(path), EndsWith("PAR1"));
  const Outcome none = run_acts({"export", "--kind", "trades", "--format", "parquet", "--from", "2030-01-01",
                                 "--output", dir / "none.parquet", kRecording});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("there are no trades of BTCUSDT in it for these times"));
  EXPECT_FALSE(std::filesystem::exists(dir / "none.parquet.part"));
}

TEST(ProgramExport, WritesWhatTheCatalogHolds) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  ASSERT_EQ(run({"import", "--market", "spot", testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv")}).exit_code, 0);
  const std::vector<std::string> wanted{"export", "--kind", "klines", "--symbol", "BTCUSDT", "--interval", "1h"};
  const auto as = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = wanted;
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  const Outcome candles = as({"--format", "json", "--to", "2021-01-01T02:00"});
  EXPECT_EQ(candles.out,
            "[[1609459200000,28923.63,29031.34,28690.17,28995.13,2311.811445],\n"
            "[1609462800000,28995.13,29470,28960.35,29409.99,5403.068471]]\n");
  const Outcome parquet = as({"--format", "parquet", "--output", dir / "out.parquet"});
  EXPECT_EQ(parquet.out, (dir / "out.parquet") + ": 744 rows\n");
  EXPECT_THAT(read_file(dir / "out.parquet"), EndsWith("PAR1"));
  const Outcome csv = as({"--output", dir / "out.csv"});
  EXPECT_EQ(csv.out, (dir / "out.csv") + ": 744 rows\n");
  EXPECT_THAT(read_file(dir / "out.csv"), StartsWith("open_time,open,high,low,close,volume,close_time,"));
  EXPECT_FALSE(std::filesystem::exists(dir / "out.csv.part"));
  const Outcome none = as({"--from", "2022-01-01"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("the catalog has no klines of binance-spot BTCUSDT for these times"));
}

TEST(ProgramExport, SaysWhatIsMissing) {
  const auto complaint = [](std::vector<std::string> words) {
    words.insert(words.begin(), "export");
    const Outcome outcome = run_acts(words);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(complaint({"--format", "npz", kRecording}), HasSubstr("--format npz needs --output FILE"));
  EXPECT_THAT(complaint({kRecording}), HasSubstr("--kind: book_updates, trades, agg_trades or book_ticker?"));
  EXPECT_THAT(complaint({"--kind", "klines", kRecording}), HasSubstr("--kind: recordings hold no klines"));
  EXPECT_THAT(complaint({"--symbol", "ETHUSDT", "--kind", "trades", kRecording}),
              HasSubstr("it holds nothing of ETHUSDT"));
  EXPECT_THAT(complaint({"--format", "json", kRecording}), HasSubstr("acts import the files"));
  EXPECT_THAT(complaint({"--format", "parquet", "--output", "x", "--kind", "klines", kRecording}),
              HasSubstr("--kind: recordings hold no klines"));
  EXPECT_THAT(complaint({"--format", "csv"}), HasSubstr("--kind: what of the catalog?"));
}

}  // namespace
}  // namespace acts::cli
