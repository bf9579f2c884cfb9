#include "history/export/export_recording.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <vector>

#include "history/export/npy_header.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBegin = 1'723'161'255 * kSecond;

// Of USD-M. The receive clock is a second slow; the snapshot was made before the trade that came before it.
const std::string kLines =
    R"(1723161255000000000 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256001,"T":1723161256000,"s":"BTCUSDT","U":5,"u":7,"pu":4,"b":[["100.10","1"]],"a":[["100.50","0.000"]]}}
1723161255100000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","t":1,"p":"100.50","q":"0.3","X":"MARKET","m":false}}
1723161255150000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","t":2,"p":"100.50","q":"0.3","X":"INSURANCE_FUND","m":false}}
1723161255200000000 {"lastUpdateId":8,"E":1723161256041,"T":1723161256040,"bids":[["100.10","1"],["99.50","4"]],"asks":[["100.60","2.2"]]}
1723161255300000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":9,"s":"BTCUSDT","b":"100.10","B":"1","a":"100.60","A":"2.2","T":1723161256400,"E":1723161256400}}
)";

// The array in the zip, its header checked.
std::vector<HftEvent> events_of(const std::string& path) {
  archive* const zip = archive_read_new();
  archive_read_support_format_zip(zip);
  EXPECT_EQ(archive_read_open_filename(zip, path.c_str(), 10240), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  EXPECT_EQ(archive_read_next_header(zip, &entry), ARCHIVE_OK);
  EXPECT_STREQ(archive_entry_pathname(entry), "data.npy");
  std::string bytes;
  std::vector<char> block(1 << 16);
  for (la_ssize_t count = 1; count > 0; bytes.append(block.data(), static_cast<std::size_t>(count))) {
    count = archive_read_data(zip, block.data(), block.size());
    EXPECT_GE(count, 0);
  }
  archive_read_free(zip);
  const auto header = npy_header_bytes(bytes);
  EXPECT_TRUE(header);
  const auto count = parse_npy_header(bytes.substr(0, *header));
  EXPECT_TRUE(count);
  std::vector<HftEvent> events(*count);
  EXPECT_EQ(bytes.size(), *header + *count * sizeof(HftEvent));
  std::memcpy(events.data(), bytes.data() + *header, bytes.size() - *header);
  return events;
}

Result<RecordingExporter> open(const std::string& path, Venue venue, std::vector<std::string>* problems = nullptr) {
  return RecordingExporter::open({.paths = {path}, .venue = venue}, [problems](std::string_view problem) {
    if (problems != nullptr) problems->emplace_back(problem);
  });
}

TEST(ExportRecording, MakesNpzOfASmallRecordingAsWorkedOutByHand) {
  const TempDir dir;
  auto exporter = open(dir.write("recording", kLines), Venue::kBinanceUsdm);
  ASSERT_TRUE(exporter) << exporter.error().message;
  const auto facts = exporter->to_npz(real_file_ops(), Nanos{0}, dir / "out.npz");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->events, 8U);
  EXPECT_EQ(facts->rows, 13U);
  EXPECT_EQ(facts->only_exchange, 5U);
  EXPECT_EQ(facts->only_local, 5U);
  EXPECT_EQ(facts->shift, Nanos{kSecond});

  using namespace hft;
  const auto event = [](std::uint64_t ev, std::int64_t exch_ms, std::int64_t local_ms, double px, double qty) {
    return HftEvent{.ev = ev,
                    .exch_ts = kBegin + kSecond + exch_ms * 1'000'000,
                    .local_ts = kBegin + kSecond + local_ms * 1'000'000,
                    .px = px,
                    .qty = qty};
  };
  const auto snapshot = [&](std::uint64_t clock) {
    return std::vector<HftEvent>{
        event(clock | kClear | kBuy, 40, 200, 99.5, 0), event(clock | kSnapshot | kBuy, 40, 200, 100.1, 1),
        event(clock | kSnapshot | kBuy, 40, 200, 99.5, 4), event(clock | kClear | kSell, 40, 200, 100.6, 0),
        event(clock | kSnapshot | kSell, 40, 200, 100.6, 2.2)};
  };
  std::vector<HftEvent> wanted{event(kExchange | kLocal | kDepth | kBuy, 0, 0, 100.1, 1),
                               event(kExchange | kLocal | kDepth | kSell, 0, 0, 100.5, 0)};
  for (const HftEvent& e : snapshot(kExchange)) wanted.push_back(e);
  wanted.push_back(event(kExchange | kLocal | kTrade | kBuy, 50, 100, 100.5, 0.3));
  for (const HftEvent& e : snapshot(kLocal)) wanted.push_back(e);
  EXPECT_EQ(events_of(dir / "out.npz"), wanted);
}

// Row counts and shift as hftbacktest's own converter gives them.
TEST(ExportRecording, MakesNpzOfAWholeRecordingAsHftbacktestDoes) {
  const TempDir dir;
  auto exporter = open(testdata("binance-feed/usdm/btcusdt_20240808.gz"), Venue::kBinanceUsdm);
  ASSERT_TRUE(exporter);
  EXPECT_EQ(exporter->symbol(), "BTCUSDT");
  const auto facts = exporter->to_npz(real_file_ops(), Nanos{0}, dir / "out.npz");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->events, 466'836U);
  EXPECT_EQ(facts->rows, 491'973U);
  EXPECT_EQ(facts->only_exchange, 25'137U);
  EXPECT_EQ(facts->only_local, 25'137U);
  EXPECT_EQ(facts->shift, Nanos{1'272'156'851});
  ASSERT_TRUE(exporter->to_npz(real_file_ops(), Nanos{0}, dir / "again.npz"));
  EXPECT_EQ(read_file(dir / "out.npz"), read_file(dir / "again.npz"));
}

TEST(ExportRecording, TakesAggregatedTradesWhereThereAreNoOthers) {
  const TempDir dir;
  const std::string aggregate =
      R"(1723161255100000000 {"e":"aggTrade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","a":1,"p":"100.50","q":"0.3","f":1,"l":2,"m":true})"
      "\n";
  auto alone = open(dir.write("alone", aggregate), Venue::kBinanceUsdm);
  ASSERT_TRUE(alone);
  ASSERT_TRUE(alone->to_npz(real_file_ops(), Nanos{0}, dir / "alone.npz"));
  EXPECT_EQ(events_of(dir / "alone.npz").at(0).ev, hft::kExchange | hft::kLocal | hft::kTrade | hft::kSell);
  auto both = open(dir.write("both", aggregate + kLines), Venue::kBinanceUsdm);
  ASSERT_TRUE(both);
  const auto facts = both->to_npz(real_file_ops(), Nanos{0}, dir / "both.npz");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->events, 8U);
}

TEST(ExportRecording, WritesEveryKindAsCsv) {
  const TempDir dir;
  auto exporter = open(dir.write("recording", kLines), Venue::kBinanceUsdm);
  ASSERT_TRUE(exporter);
  std::string text;
  const auto write = [&text](std::string_view more) {
    text += more;
    return true;
  };
  EXPECT_EQ(exporter->to_csv(RecordedKind::kBookUpdates, write), 5U);
  EXPECT_THAT(text, HasSubstr("amount\nbinance-futures,BTCUSDT,1723161256000000,1723161255000000,false,bid,100.1,1\n"));
  EXPECT_THAT(text, HasSubstr("binance-futures,BTCUSDT,1723161256040000,1723161255200000,true,ask,100.6,2.2\n"));
  text.clear();
  EXPECT_EQ(exporter->to_csv(RecordedKind::kTrades, write), 2U) << "those outside the market too";
  EXPECT_EQ(exporter->to_csv(RecordedKind::kBookTicker, write), 1U);
  const auto none = exporter->to_csv(RecordedKind::kAggTrades, write);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "there are no agg_trades of BTCUSDT in it for these times");
}

TEST(ExportRecording, KeepsToTheTimesAsked) {
  const TempDir dir;
  auto exporter = RecordingExporter::open({.paths = {dir.write("recording", kLines)},
                                           .venue = Venue::kBinanceUsdm,
                                           .from = UnixNanos{kBegin + kSecond / 10},
                                           .to = UnixNanos{kBegin + kSecond / 5}},
                                          [](std::string_view) {});
  ASSERT_TRUE(exporter);
  const auto facts = exporter->to_npz(real_file_ops(), Nanos{0}, dir / "out.npz");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->rows, 1U);
}

// By hours: all receive times would be shifted by them.
TEST(ExportRecording, IsNotShiftedByASingleWrongTime) {
  const TempDir dir;
  std::string lines = kLines;
  const std::string trade = "1723161255100000000";
  lines.replace(lines.find(trade), trade.size(), "1723143255100000000");
  std::vector<std::string> problems;
  auto exporter = open(dir.write("recording", lines), Venue::kBinanceUsdm, &problems);
  ASSERT_TRUE(exporter);
  const auto facts = exporter->to_npz(real_file_ops(), Nanos{0}, dir / "out.npz");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->events, 8U);
  EXPECT_EQ(facts->shift, Nanos{kSecond + kSecond / 20}) << "the trade counts as received with the message before";
  EXPECT_THAT(problems, ElementsAre(HasSubstr("time of receipt, 2024-08-08T18:54:15.100Z, lies more than 1m off")));
}

TEST(ExportRecording, SaysWhatItCannotDo) {
  const TempDir dir;
  const auto nothing = open(dir.write("nothing", "1 {}\n"), Venue::kBinanceUsdm);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(nothing.error().message, HasSubstr("is it a recording of <recv_ns> <json> lines?"));
  std::string two = kLines;
  std::string other = kLines.substr(0, kLines.find('\n') + 1);
  other.replace(other.find("btcusdt"), 7, "ethusdt").replace(other.find("BTCUSDT"), 7, "ETHUSDT");
  const auto several = open(dir.write("two", two + other), Venue::kBinanceUsdm);
  ASSERT_FALSE(several);
  EXPECT_THAT(several.error().message, HasSubstr("it holds several symbols: name one with --symbol: BTCUSDT, ETHUSDT"));
}

TEST(ExportRecording, TellsOfWhatCannotBeReadOnce) {
  const TempDir dir;
  std::vector<std::string> problems;
  auto exporter = open(dir.write("recording", "no line\n" + kLines), Venue::kBinanceUsdm, &problems);
  ASSERT_TRUE(exporter);
  ASSERT_TRUE(exporter->to_npz(real_file_ops(), Nanos{0}, dir / "out.npz"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("recording:1: line ")));
}

}  // namespace
}  // namespace acts::history
