// Recordings and other tools' books, into the catalog and out of it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;

const std::string kRecording = testdata("binance-feed/usdm/btcusdt_20240718.gz");

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
  const Outcome capture = run({"import", testdata("cryptofeed/BINANCE_FUTURES.ws.1.0")});
  EXPECT_EQ(capture.exit_code, 0) << capture.err;
  EXPECT_EQ(run({"catalog", "verify"}).exit_code, 0);
  const Outcome kinds = run({"query", "--format", "csv",
                             "SELECT origin, symbol, count(*) AS n FROM book_updates WHERE is_snapshot AND symbol IN "
                             "('BTCUSDT', 'SUSHIUSDT') GROUP BY ALL ORDER BY ALL"});
  EXPECT_THAT(kinds.out, HasSubstr("cryptofeed,SUSHIUSDT,"));
  EXPECT_THAT(kinds.out, HasSubstr("hftbacktest,BTCUSDT,2000\n"));
}

}  // namespace
}  // namespace acts::cli
