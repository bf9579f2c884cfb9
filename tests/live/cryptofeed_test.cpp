// Captures of another collector, several symbols on one connection and their REST answers, through the whole pipeline:
// applied events as an independent replay by the documented rule counts them.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "live/replay.hpp"
#include "support/cryptofeed_capture.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

struct Capture {
  std::string name;
  Venue venue = Venue::kBinanceSpot;
  std::size_t messages = 0;
  std::map<std::string, std::uint64_t> applied;
};

void PrintTo(const Capture& capture, std::ostream* out) { *out << capture.name; }

std::string text_of(const std::string& file) {
  std::ifstream in(test::testdata("cryptofeed/" + file), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CryptofeedCapture : public testing::TestWithParam<Capture> {};

TEST_P(CryptofeedCapture, EveryBookIsTheVenuesOwn) {
  const Capture& capture = GetParam();
  const test::CryptofeedRecording recording =
      test::convert_cryptofeed(capture.venue, text_of(capture.name + ".http.0.0"), text_of(capture.name + ".ws.1.0"));
  ASSERT_EQ(recording.messages, capture.messages);
  ASSERT_EQ(recording.answers, capture.applied.size());

  ReplayOptions options;
  options.venue = capture.venue;
  std::vector<MinuteRow> rows;
  std::vector<std::string> problems;
  Replay replay(
      options, [&](MinuteRow&& row) { rows.push_back(std::move(row)); },
      [&](std::string problem) { problems.push_back(std::move(problem)); });
  RecordingReader reader = test::open_converted(recording);
  ASSERT_TRUE(replay.run(reader).has_value());

  EXPECT_TRUE(problems.empty()) << problems.front();
  EXPECT_EQ(replay.unreadable(), 0U);
  EXPECT_EQ(replay.unassigned(), 0U);
  ASSERT_EQ(replay.pipeline().size(), capture.applied.size());
  std::uint64_t points = 0;
  for (collector::InstrumentIndex i = 0; i < replay.pipeline().size(); ++i) {
    const std::string symbol(replay.pipeline().symbol(i));
    const binance::BookBuilder& builder = replay.pipeline().builder(i);
    ASSERT_TRUE(capture.applied.contains(symbol)) << symbol;
    EXPECT_EQ(builder.sync().counters().applied, capture.applied.at(symbol)) << symbol;
    EXPECT_EQ(builder.sync().counters().gaps, 0U) << symbol;
    EXPECT_EQ(builder.sync().counters().too_old, 0U) << symbol;
    EXPECT_EQ(builder.status().state, SyncState::kInSync) << symbol;
    EXPECT_FALSE(builder.book().crossed()) << symbol;
    EXPECT_EQ(replay.ticker_checks()[i].differences(), 0U) << symbol;
    points += replay.ticker_checks()[i].points();
  }
  EXPECT_GT(points, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, CryptofeedCapture,
    testing::Values(
        Capture{"BINANCE", Venue::kBinanceSpot, 265, {{"NKNUSDT", 149}, {"LRCBTC", 13}, {"BLZETH", 9}, {"RUNEEUR", 1}}},
        Capture{"BINANCE_FUTURES",
                Venue::kBinanceUsdm,
                1'535,
                {{"SUSHIUSDT", 252}, {"AKROUSDT", 188}, {"CTKUSDT", 180}, {"KEEPUSDT", 132}}}),
    [](const testing::TestParamInfo<Capture>& one) { return one.param.name; });

}  // namespace
}  // namespace acts
