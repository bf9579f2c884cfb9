// Every message of every recording: the scanner and the general parser say the same, and nothing is refused.
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "binance/decoder.hpp"
#include "recording/recording_reader.hpp"
#include "support/message_text.hpp"
#include "support/testdata.hpp"

namespace acts::binance {
namespace {

struct Recorded {
  std::string file;
  Venue venue = Venue::kBinanceSpot;
  std::string symbol;
  Scales scales;
  std::size_t scanned = 0;  // all but the REST answer, and what needs more decimals
};

void PrintTo(const Recorded& recorded, std::ostream* out) { *out << recorded.file; }

class DecoderRecordings : public testing::TestWithParam<Recorded> {};

TEST_P(DecoderRecordings, ScannerAndGeneralParserSayTheSame) {
  const Recorded& recorded = GetParam();
  Decoder scanning(recorded.venue);
  Decoder parsing(recorded.venue);
  parsing.disable_scanner();
  scanning.add(recorded.symbol, recorded.scales);
  parsing.add(recorded.symbol, recorded.scales);
  Result<RecordingReader> reader = RecordingReader::open({acts::test::testdata("binance-feed/" + recorded.file)});
  ASSERT_TRUE(reader.has_value());
  while (true) {
    const Result<std::optional<RecordedItem>> item = reader->next();
    ASSERT_TRUE(item.has_value()) << item.error().message;
    if (!*item) break;
    const std::string_view json = std::get<RecordedLine>(**item).json;
    const std::string text = acts::test::message_text(scanning.decode(json));
    ASSERT_EQ(text, acts::test::message_text(parsing.decode(json)));
    ASSERT_NE(text, "refused") << json;
  }
  EXPECT_EQ(scanning.scanned(), recorded.scanned);
  EXPECT_EQ(parsing.scanned(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, DecoderRecordings,
    testing::Values(Recorded{"spot/btcusdt_20240808.gz", Venue::kBinanceSpot, "BTCUSDT", {2, 6}, 41248},
                    Recorded{"spot/ethusdt_20240808.gz", Venue::kBinanceSpot, "ETHUSDT", {2, 4}, 33615},
                    Recorded{"usdm/btcusdt_20240718.gz", Venue::kBinanceUsdm, "BTCUSDT", {2, 3}, 11413},
                    Recorded{"usdm/btcusdt_20240719.gz", Venue::kBinanceUsdm, "BTCUSDT", {1, 3}, 60570},
                    Recorded{"usdm/btcusdt_20240808.gz", Venue::kBinanceUsdm, "BTCUSDT", {8, 8}, 93953}));

}  // namespace
}  // namespace acts::binance
