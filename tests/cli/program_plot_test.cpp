// Charts from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::small_row;
using acts::testing::small_schema;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ProgramPlot, ShowsRowsAndWhichDaysThereAre) {
  const TempDir dir;
  const auto plot = [&dir](std::vector<std::string> words) {
    words.insert(words.begin(), "plot");
    words.insert(words.end(), {"--data-dir", dir.string()});
    return run_acts(words);
  };
  const Outcome nothing = plot({"coverage"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("there is no data in it"));

  ASSERT_TRUE(SqliteStore::open(dir / "acts.db", small_schema())
                  .value()
                  ->upsert(std::vector{small_row("A", 0), small_row("A", 1), small_row("A", 5)}));
  ASSERT_EQ(run_acts({"import", "--market", "spot", testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"),
                      "--data-dir", dir.string()})
                .exit_code,
            0);
  const Outcome coverage = plot({"coverage"});
  EXPECT_EQ(coverage.exit_code, 0) << coverage.err;
  EXPECT_THAT(coverage.out, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(coverage.out, HasSubstr(">klines binance-spot BTCUSDT 1h archive</text>"));
  EXPECT_THAT(coverage.out, HasSubstr("<title>2021-02-01 to 2021-02-28</title>"));
  EXPECT_THAT(coverage.out, HasSubstr(">binance-spot A</text>"));
  EXPECT_THAT(coverage.out, HasSubstr("<title>2024-08-08 to 2024-08-09</title>"));

  const Outcome rows = plot({"rows", "A", "--columns", "best_bid,updates", "--output", dir / "a.svg"});
  EXPECT_EQ(rows.exit_code, 0) << rows.err;
  EXPECT_THAT(acts::testing::read_file(dir / "a.svg"), HasSubstr(">3 rows; shaded: minutes without a row"));
  EXPECT_EQ(plot({"rows", "A", "--columns", "best_bid", "--output", dir / "a.svg", "--format", "png"}).exit_code, 0);
  EXPECT_THAT(acts::testing::read_file(dir / "a.svg"), StartsWith("\x89PNG"));
}

TEST(ProgramPlot, SaysWhatItNeeds) {
  const TempDir dir;
  ASSERT_TRUE(SqliteStore::open(dir / "acts.db", small_schema()).value()->upsert(std::vector{small_row("A", 0)}));
  const auto err = [&dir](std::vector<std::string> words) {
    words.insert(words.begin(), {"plot", "--data-dir", dir.string()});
    const Outcome outcome = run_acts(words);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_THAT(err({"rowes"}), HasSubstr("did you mean rows?"));
  EXPECT_THAT(err({"rows"}), HasSubstr("name one symbol"));
  EXPECT_THAT(err({"coverage", "A"}), HasSubstr("takes no symbol"));
  EXPECT_THAT(err({"rows", "A"}), HasSubstr("no column 'total_bid'"));
  EXPECT_THAT(err({"rows", "B", "--columns", "best_bid"}), HasSubstr("there are no rows of these times"));
  EXPECT_THAT(err({"rows", "A", "--output", dir / "x.gif"}), HasSubstr("give --format"));
  EXPECT_THAT(err({"book", "A"}), HasSubstr("nothing is recorded of it"));
  EXPECT_THAT(err({"book", "A", "--at", "2024-01-01"}), HasSubstr("no snapshot of its book is recorded"));
  EXPECT_THAT(err({"book", "A", "--per-cent", "0"}), HasSubstr("is no number above 0"));
  EXPECT_THAT(err({"rows", "A", "--columns", "best_bid", "--output", dir / "catalog/x.svg"}),
              HasSubstr("is in the catalog"));
}

}  // namespace
}  // namespace acts::cli
