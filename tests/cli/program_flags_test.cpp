// Flags that would have no effect where they are given are said, not passed over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using Words = std::vector<std::string>;

// In an empty data directory: what is wrong with the command line comes before what is not there.
std::string refusal_of(Words words) {
  const TempDir dir;
  words.insert(words.end(), {"--data-dir", dir.string()});
  const Outcome outcome = run_acts(words);
  EXPECT_EQ(outcome.exit_code, kExitUsage) << ::testing::PrintToString(words);
  EXPECT_EQ(outcome.out, "");
  return outcome.err;
}

// It removed the recordings, and the rows, of all symbols.
TEST(Flags, OfAChoiceAreRefusedByPrune) {
  EXPECT_EQ(refusal_of({"recording", "prune", "--keep-recordings", "1d", "--symbol", "BTCUSDT"}),
            "acts: --symbol is of ls, cat, verify, merge, latency, not of prune\n");
  EXPECT_EQ(refusal_of({"recording", "prune", "--keep-recordings", "1d", "--to", "2024-01-01"}),
            "acts: --to is of ls, cat, verify, merge, latency, not of prune\n");
  EXPECT_EQ(refusal_of({"rows", "prune", "--keep-rows", "1d", "--venue", "binance-spot"}),
            "acts: --venue is of ls, export, gaps, repair, rejected, not of prune\n");
}

TEST(Flags, OfAnotherActionAreRefused) {
  EXPECT_EQ(refusal_of({"plot", "coverage", "--at", "2024-01-01"}), "acts: --at is of book, not of coverage\n");
  EXPECT_EQ(refusal_of({"plot", "book", "BTCUSDT", "--columns", "total_bid"}),
            "acts: --columns is of rows, not of book\n");
  EXPECT_EQ(refusal_of({"recording", "ls", "--out", "x"}), "acts: --out is of merge, latency, not of ls\n");
  EXPECT_EQ(refusal_of({"recording", "merge", "a", "b", "--dry-run"}), "acts: --dry-run is of prune, not of merge\n");
  EXPECT_EQ(refusal_of({"rows", "merge", "a", "--symbol", "BTCUSDT"}),
            "acts: --symbol is of ls, export, gaps, repair, rejected, not of merge\n");
  EXPECT_EQ(refusal_of({"export", "--kind", "klines", "--symbol", "BTCUSDT", "--base-latency", "1ms"}),
            "acts: --base-latency is of npz, not of csv\n");
  EXPECT_EQ(refusal_of({"bars", "--interval", "1h", "--span", "3", "BTCUSDT"}),
            "acts: --span is of tick-imbalance, volume-imbalance, dollar-imbalance, not of bars of time\n");
  EXPECT_EQ(refusal_of({"download", "--kind", "metrics", "--market", "um", "--tail", "BTCUSDT"}),
            "acts: --tail is of klines, aggTrades, not of metrics\n");
}

// The list was printed, and it ended with 0: who had left "compute" out took it for done.
TEST(Flags, OfComputedFeaturesAreRefusedByTheirList) {
  EXPECT_EQ(refusal_of({"features", "--store", "--rows", "json", "--from", "2024-01-01"}),
            "acts: --from is of compute, not of the list\n");
  for (const Words& flag : {Words{"--venue", "binance-usdm"}, Words{"--symbol", "BTCUSDT"}, Words{"--to", "2024-01-01"},
                            Words{"--origin", "tardis"}, Words{"--store"}, Words{"--limit", "100"},
                            Words{"--stale-after", "1m"}, Words{"--rows", "json"}}) {
    Words words{"features"};
    words.insert(words.end(), flag.begin(), flag.end());
    EXPECT_EQ(refusal_of(words), "acts: " + flag[0] + " is of compute, not of the list\n");
  }
  EXPECT_EQ(refusal_of({"features", "compute", "vwap", "--store", "--rows", "json", "--symbol", "BTCUSDT"}),
            "acts: --rows is of standard output, not of --store\n");
}

TEST(Flags, OfFeaturesAreRefusedByAReplayWithoutAny) {
  const std::string file = testdata("binance-feed/spot/btcusdt_20240808.gz");
  EXPECT_EQ(refusal_of({"replay", "--levels", "5", file}), "acts: --levels is of --features, which was not given\n");
  EXPECT_EQ(refusal_of({"replay", "--horizons", "5m", file}),
            "acts: --horizons is of --features, which was not given\n");
}

TEST(Flags, OfAPeriodInWhichNothingLiesAreRefused) {
  const std::string file = testdata("binance-feed/spot/btcusdt_20240808.gz");
  const Words period{"--from", "2024-08-09", "--to", "2024-08-09"};
  const std::string told =
      "acts: --from 2024-08-09T00:00:00.000Z is not before --to 2024-08-09T00:00:00.000Z: nothing lies between\n";
  for (Words words :
       {Words{"features", "compute", "vwap", file}, Words{"replay", file},
        Words{"export", "--kind", "klines", "--symbol", "BTCUSDT"}, Words{"bars", "--interval", "1h", "X"},
        Words{"recording", "ls"}, Words{"rows", "export"}, Words{"plot", "rows", "BTCUSDT"}}) {
    words.insert(words.end(), period.begin(), period.end());
    EXPECT_EQ(refusal_of(words), told);
  }
  EXPECT_EQ(refusal_of({"download", "--kind", "trades", "BTCUSDT", "--from", "2024-08-09", "--to", "2024-08-08"}),
            "acts: --from is not before --to: no day lies between\n");
}

}  // namespace
}  // namespace acts::cli
