// Bars from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ProgramBars, PrintsBarsOfTimeAndOfTrades) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  ASSERT_EQ(run({"import", "--market", "spot", testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv")}).exit_code, 0);
  const std::string trades = dir.write("X-aggTrades-2025-01.csv",
                                       "1,10.5,3,1,1,1735689600000,true\n"
                                       "2,10,1,2,3,1735689601000,false\n"
                                       "3,11,2,4,4,1735689602000,false\n"
                                       "4,12,9,5,5,1735689603000,false\n");
  ASSERT_EQ(run({"import", "--market", "um", trades}).exit_code, 0);

  const Outcome days = run(
      {"bars", "--interval", "1d", "--source-interval", "1h", "--from", "2021-02-11", "--to", "2021-02-12", "BTCUSDT"});
  EXPECT_EQ(days.exit_code, 0);
  EXPECT_EQ(days.out,
            "venue,symbol,open_time,open,high,low,close,volume,close_time,quote_volume,trades,taker_buy_volume,"
            "taker_buy_quote_volume,first_id,rows,missing,is_filled,is_open\n"
            "binance-spot,BTCUSDT,2021-02-11T00:00:00.000Z,44807.58,48678.9,43994.02,47969.51,89561.081454,"
            "2021-02-11T23:59:59.999Z,4185630934.41089499,2570949,46138.33674,2158335922.69232338,,23,1,false,false\n");
  EXPECT_THAT(days.err, HasSubstr("binance-spot BTCUSDT: missing candles: 1"));

  const Outcome ticks = run({"bars", "--by", "tick", "--size", "2", "--format", "json", "binance-usdm:X"});
  EXPECT_EQ(ticks.exit_code, 0) << ticks.err;
  EXPECT_THAT(ticks.out,
              StartsWith("{\"venue\":\"binance-usdm\",\"symbol\":\"X\","
                         "\"open_time\":\"2025-01-01T00:00:00.000Z\","
                         "\"open\":\"10.5\",\"high\":\"10.5\",\"low\":\"10\",\"close\":\"10\",\"volume\":\"4\","
                         "\"close_time\":\"2025-01-01T00:00:01.000Z\",\"quote_volume\":\"41.5\",\"trades\":3,"
                         "\"taker_buy_volume\":\"1\",\"taker_buy_quote_volume\":\"10\",\"first_id\":1,"
                         "\"rows\":2,\"missing\":0,\"is_filled\":false,\"is_open\":false}\n"));
  const std::string file = dir / "bars.parquet";
  const Outcome parquet = run({"bars", "--by", "dollar", "--size", "40", "--venue", "binance-usdm", "--format",
                               "parquet", "--output", file, "X"});
  EXPECT_EQ(parquet.exit_code, 0) << parquet.err;
  EXPECT_EQ(parquet.out, file + ": 2 rows\n");
  EXPECT_THAT(acts::testing::read_file(file), StartsWith("PAR1"));
}

TEST(ProgramBars, SaysWhatItNeeds) {
  const TempDir dir;
  const auto err = [&dir](std::vector<std::string> words) {
    words.insert(words.begin(), {"bars", "--data-dir", dir.string()});
    const Outcome outcome = run_acts(words);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_THAT(err({"X"}), HasSubstr("give --interval for bars of time, or --by and --size"));
  EXPECT_THAT(err({"--interval", "1h", "--by", "tick", "X"}), HasSubstr("give --interval"));
  EXPECT_THAT(err({"--by", "tick", "X"}), HasSubstr("--by and --size go together"));
  EXPECT_THAT(err({"--interval", "1h", "--format", "parquet", "X"}), HasSubstr("go together"));
  EXPECT_THAT(err({"--interval", "1h", "--format", "parquet", "--output", dir / "x", "X", "Y"}),
              HasSubstr("takes one symbol"));
  EXPECT_THAT(err({"--interval", "1h", "X"}), HasSubstr("klines binance-spot X: the catalog has none"));
}

// It was exit code 3 behind a header, and no word of what to do.
TEST(ProgramBars, EndsWith5WhereAFileOfTheCatalogIsGone) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const std::string month = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv");
  ASSERT_EQ(run({"import", "--market", "spot", month}).exit_code, 0);
  std::string gone;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir / "catalog")) {
    if (entry.path().string().contains("date=2021-02-20") && entry.is_regular_file()) gone = entry.path();
  }
  ASSERT_TRUE(std::filesystem::remove(gone));
  const std::vector<std::string> command{"bars", "--interval", "1d", "--source-interval", "1h", "BTCUSDT"};
  const auto with = [&command](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return more;
  };
  for (const auto& more : std::vector<std::vector<std::string>>{
           {}, {"--format", "json"}, {"--store"}, {"--format", "parquet", "--output", dir / "x.parquet"}}) {
    const Outcome outcome = run(with(more));
    EXPECT_EQ(outcome.exit_code, 5);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(gone + ": "));
    EXPECT_THAT(outcome.err, EndsWith(": acts catalog verify says what is wrong\n"));
  }
  EXPECT_EQ(run(with({"--to", "2021-02-20"})).exit_code, 0) << "a day that is not asked for";
}

// What can only be seen when the rows are read, is of the catalog too.
TEST(ProgramBars, EndsWith5WhereAFileOfTheCatalogIsDamaged) {
  const TempDir dir;
  const auto run = [&dir](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const std::string month = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv");
  ASSERT_EQ(run({"import", "--market", "spot", month}).exit_code, 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir / "catalog")) {
    const bool is_one = entry.path().string().contains("date=2021-02-20") && entry.is_regular_file();
    if (is_one) std::filesystem::resize_file(entry.path(), 100);
  }
  const Outcome outcome = run({"bars", "--interval", "1d", "--source-interval", "1h", "BTCUSDT"});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_THAT(outcome.err, EndsWith(": acts catalog verify says what is wrong\n"));
}

}  // namespace
}  // namespace acts::cli
