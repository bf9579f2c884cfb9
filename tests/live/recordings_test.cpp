// Real recordings of Binance through the whole pipeline: the end states that testdata's origin and an independent
// replay by the documented rule agree on, and every row as tests/oracle/minute_rows.py computes it.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"

#include "live/replay.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

struct Expected {
  std::vector<std::string> files;
  Venue venue = Venue::kBinanceSpot;
  std::string bid;
  std::string bid_quantity;
  std::string ask;
  std::string ask_quantity;
  std::size_t bids = 0;
  std::size_t asks = 0;
  std::uint64_t applied = 0;
  std::uint64_t dropped = 0;
  std::int64_t last_update_id = 0;
  std::uint64_t ticker_points = 0;
  std::string rows;  // in testdata/expected, which may go on where this recording ends
  std::size_t row_count = 0;
};

std::string path(const std::string& name) { return test::testdata("binance-feed/" + name); }

class Recordings : public testing::TestWithParam<Expected> {};

TEST_P(Recordings, ReplayEndsExactlyWhereTheVenueDid) {
  const Expected& expected = GetParam();
  std::vector<std::string> paths;
  for (const std::string& file : expected.files) paths.push_back(path(file));
  std::vector<MinuteRow> rows;
  std::vector<std::string> problems;
  ReplayOptions options;
  options.venue = expected.venue;
  Replay replay(
      options, [&](MinuteRow&& row) { rows.push_back(std::move(row)); },
      [&](std::string problem) { problems.push_back(std::move(problem)); });
  Result<RecordingReader> reader = RecordingReader::open(paths);
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(replay.run(*reader).has_value());

  EXPECT_TRUE(problems.empty()) << problems.front();
  ASSERT_EQ(replay.pipeline().size(), 1U);
  const binance::BookBuilder& builder = replay.pipeline().builder(0);
  const OrderBook& book = builder.book();
  const binance::DepthSync::Counters& counters = builder.sync().counters();
  EXPECT_EQ(to_string(to_decimal(book.best(Side::kBid)->price, book.scales())), expected.bid);
  EXPECT_EQ(to_string(to_decimal(book.best(Side::kBid)->quantity, book.scales())), expected.bid_quantity);
  EXPECT_EQ(to_string(to_decimal(book.best(Side::kAsk)->price, book.scales())), expected.ask);
  EXPECT_EQ(to_string(to_decimal(book.best(Side::kAsk)->quantity, book.scales())), expected.ask_quantity);
  EXPECT_EQ(book.level_count(Side::kBid), expected.bids);
  EXPECT_EQ(book.level_count(Side::kAsk), expected.asks);
  EXPECT_EQ(counters.applied, expected.applied);
  EXPECT_EQ(counters.stale, expected.dropped);
  EXPECT_EQ(counters.gaps, 0U);
  EXPECT_EQ(book.last_update_id().value(), expected.last_update_id);
  EXPECT_FALSE(book.crossed());
  EXPECT_EQ(builder.status().state, SyncState::kInSync);
  EXPECT_EQ(replay.ticker_checks()[0].points(), expected.ticker_points);
  EXPECT_EQ(replay.ticker_checks()[0].differences(), 0U);
  ASSERT_EQ(rows.size(), expected.row_count);
  std::ifstream oracle(test::testdata("expected/" + expected.rows));
  std::string line;
  std::getline(oracle, line);
  const RowSchema schema = make_schema(BandList::defaults());
  std::string header;
  append_csv_header(header, schema);
  EXPECT_EQ(header, line + "\n");
  for (const MinuteRow& row : rows) {
    std::string text;
    append_csv(text, schema, row);
    ASSERT_TRUE(std::getline(oracle, line));
    EXPECT_EQ(text, line + "\n");
  }
}

// Weeks lie between these: the row right behind the last message was left out, its counts stood in another day.
TEST(RecordingsWithARest, KeepTheRowBeforeIt) {
  std::vector<std::string> rows;
  ReplayOptions options;
  options.venue = Venue::kBinanceUsdm;
  const RowSchema schema = make_schema(BandList::defaults());
  Replay replay(
      options, [&](MinuteRow&& row) { append_csv(rows.emplace_back(), schema, row); }, [](const std::string&) {});
  Result<RecordingReader> reader =
      RecordingReader::open({path("usdm/btcusdt_20240718.gz"), path("usdm/btcusdt_20240808.gz")});
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(replay.run(*reader).has_value());
  std::ifstream oracle(test::testdata("expected/usdm_btcusdt_20240718_19.csv"));
  std::string line;
  std::getline(oracle, line);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(std::getline(oracle, line));
    EXPECT_EQ(rows.at(i), line + "\n");
  }
  EXPECT_TRUE(line.contains("2024-07-19T00:00:00.000Z"));
  EXPECT_GT(replay.pipeline().counters().skipped_minutes, 20'000U);
}

INSTANTIATE_TEST_SUITE_P(All, Recordings,
                         testing::Values(Expected{{"spot/btcusdt_20240808.gz"},
                                                  Venue::kBinanceSpot,
                                                  "61685.99",
                                                  "1.0087",
                                                  "61686",
                                                  "2.29327",
                                                  1209,
                                                  2196,
                                                  3449,
                                                  2,
                                                  50093421584,
                                                  564,
                                                  "spot_btcusdt_20240808.csv",
                                                  5},
                                         Expected{{"spot/ethusdt_20240808.gz"},
                                                  Venue::kBinanceSpot,
                                                  "2682.5",
                                                  "3.3168",
                                                  "2682.51",
                                                  "48.9739",
                                                  1195,
                                                  1158,
                                                  3432,
                                                  2,
                                                  35346671849,
                                                  577,
                                                  "spot_ethusdt_20240808.csv",
                                                  5},
                                         Expected{{"usdm/btcusdt_20240808.gz"},
                                                  Venue::kBinanceUsdm,
                                                  "61659.7",
                                                  "1.486",
                                                  "61659.8",
                                                  "0.981",
                                                  5018,
                                                  4578,
                                                  6547,
                                                  4,
                                                  5123135475514,
                                                  629,
                                                  "usdm_btcusdt_20240808.csv",
                                                  5},
                                         Expected{{"usdm/btcusdt_20240718.gz"},
                                                  Venue::kBinanceUsdm,
                                                  "63959.9",
                                                  "20.327",
                                                  "63960",
                                                  "5.262",
                                                  2170,
                                                  1885,
                                                  3321,
                                                  5,
                                                  4984033952967,
                                                  195,
                                                  "usdm_btcusdt_20240718_19.csv",
                                                  2},
                                         Expected{{"usdm/btcusdt_20240718.gz", "usdm/btcusdt_20240719.gz"},
                                                  Venue::kBinanceUsdm,
                                                  "63867.4",
                                                  "0.002",
                                                  "63867.5",
                                                  "5.045",
                                                  5276,
                                                  5156,
                                                  9017,
                                                  5,
                                                  4984057064916,
                                                  625,
                                                  "usdm_btcusdt_20240718_19.csv",
                                                  8}));

}  // namespace
}  // namespace acts
