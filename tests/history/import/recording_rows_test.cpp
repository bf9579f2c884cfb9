#include "history/import/recording_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "history/table/row_text.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Got = RowReader::Got;

const std::string kLines =
    R"(1723161255000000123 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256001,"T":1723161256000,"s":"BTCUSDT","U":5,"u":7,"pu":4,"b":[["100.10","1"]],"a":[["100.50","0.000"]]}}
1723161255000000123 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256001,"T":1723161256000,"s":"BTCUSDT","U":8,"u":8,"pu":7,"b":[],"a":[]}}
1723161255100000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","t":3,"p":"100.50","q":"0.3","X":"MARKET","m":true}}
1723161255150000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","t":4,"p":"0","q":"0","X":"","m":false}}
1723161255200000000 {"lastUpdateId":8,"E":1723161256041,"T":1723161256040,"bids":[["12345678901.5","1"]],"asks":[["12345678901.6","2.2"]]}
1723161255300000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":9,"s":"BTCUSDT","b":"100.10","B":"1","a":"100.60","A":"2.2","T":1723161256400,"E":1723161256401}}
1723161255400000000 {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","a":2,"p":"100.50","q":"0.3","f":3,"l":4,"m":false}}
)";

SourceHints hints_of(std::string_view kind, std::string_view symbol = "") {
  return {.kind = std::string(kind), .venue = "", .symbol = std::string(symbol), .interval = ""};
}

std::vector<std::string> names_of(const std::string& path, const SourceHints& hints = {}) {
  const auto source = open_recording_source(path, hints);
  std::vector<std::string> names;
  if (!source) return {source.error().message};
  for (const DataSet& set : (*source)->sets()) names.push_back(set.folder(0));
  return names;
}

// Each row as text, bad ones with their reason.
std::vector<std::string> rows_of(const std::string& path, std::string_view kind) {
  const auto source = open_recording_source(path, hints_of(kind));
  EXPECT_TRUE(source) << source.error().message;
  const DataSet& set = (*source)->sets().front();
  const auto reader = (*source)->reader(set, "/nowhere");
  EXPECT_TRUE(reader);
  std::vector<std::string> rows;
  Row row;
  for (;;) {
    const auto got = (*reader)->next(row);
    EXPECT_TRUE(got);
    if (*got == Got::kEnd) return rows;
    rows.push_back(*got == Got::kRow ? row_text(*set.kind, row) : "bad: " + std::string((*reader)->bad().reason));
  }
}

TEST(RecordingRows, AreOfEveryKindInIt) {
  const TempDir dir;
  const std::string path = dir.write("recording", kLines);
  const std::string place = "/venue=binance-usdm/symbol=BTCUSDT/date=1970-01-01/origin=recording";
  EXPECT_THAT(names_of(path), ElementsAre("kind=book_updates" + place, "kind=trades" + place, "kind=agg_trades" + place,
                                          "kind=book_ticker" + place));
  EXPECT_THAT(names_of(path, hints_of("trades")), ElementsAre("kind=trades" + place));
  EXPECT_THAT(names_of(path, hints_of("", "ETHUSDT")),
              ElementsAre(HasSubstr("it holds nothing of the --symbol and --kind asked for")));
}

TEST(RecordingRows, KeepEveryLevelWithItsPlaceInTheMessages) {
  const TempDir dir;
  EXPECT_THAT(
      rows_of(dir.write("recording", kLines), "book_updates"),
      ElementsAre(
          "2024-08-08T23:54:15.000000123Z,0,2024-08-08T23:54:16.000Z,5,7,4,false,true,100.1,1,2024-08-08T23:54:16.001Z",
          "2024-08-08T23:54:15.000000123Z,1,2024-08-08T23:54:16.000Z,5,7,4,false,false,100.5,0,2024-08-08T23:54:16."
          "001Z",
          "2024-08-08T23:54:15.000000123Z,2,2024-08-08T23:54:16.000Z,8,8,7,false,null,null,null,2024-08-08T23:54:16."
          "001Z",
          "2024-08-08T23:54:15.200000000Z,0,2024-08-08T23:54:16.040Z,null,8,null,true,true,12345678901.5,1,2024-08-"
          "08T23:54:16.041Z",
          "2024-08-08T23:54:15.200000000Z,1,2024-08-08T23:54:16.040Z,null,8,null,true,false,12345678901.6,2.2,2024-08-"
          "08T23:54:16.041Z"));
}

TEST(RecordingRows, KeepTradesWithTheTimesOfBothClocks) {
  const TempDir dir;
  const std::string path = dir.write("recording", kLines);
  EXPECT_THAT(rows_of(path, "trades"),
              ElementsAre("3,2024-08-08T23:54:16.050Z,100.5,0.3,30.15,true,null,true,2024-08-08T23:54:15.100000000Z",
                          "4,2024-08-08T23:54:16.050Z,0,0,0,false,null,false,2024-08-08T23:54:15.150000000Z"));
  EXPECT_THAT(rows_of(path, "agg_trades"),
              ElementsAre("2,2024-08-08T23:54:16.050Z,100.5,0.3,3,4,false,null,2024-08-08T23:54:15.400000000Z"));
  EXPECT_THAT(rows_of(path, "book_ticker"),
              ElementsAre("9,2024-08-08T23:54:16.400Z,100.1,1,100.6,2.2,2024-08-08T23:54:15.300000000Z"));
}

TEST(RecordingRows, AreWideWhereTheyMustBe) {
  const TempDir dir;
  const std::string path = dir.write("recording", kLines);
  const auto source = open_recording_source(path, hints_of("book_updates"));
  ASSERT_TRUE(source);
  const auto reader = (*source)->reader((*source)->sets().front(), "/nowhere");
  ASSERT_TRUE(reader);
  std::vector<DecimalForm> forms;
  for (Row row; *(*reader)->next(row) == Got::kRow;) forms.push_back(row.form);
  EXPECT_THAT(forms, ElementsAre(DecimalForm::kNarrow, DecimalForm::kNarrow, DecimalForm::kNarrow, DecimalForm::kWide,
                                 DecimalForm::kWide));
}

TEST(RecordingRows, SetAsideWhatCannotBeRead) {
  const TempDir dir;
  const std::string path = dir.write("recording", "no line\n" + kLines);
  EXPECT_THAT(rows_of(path, "book_ticker"), ElementsAre(HasSubstr("bad: "), HasSubstr("9,")));
}

// Levels and trades as counted in the raw file.
TEST(RecordingRows, AreAllThereOfARealRecording) {
  const std::string path = testdata("binance-feed/usdm/btcusdt_20240808.gz");
  EXPECT_EQ(rows_of(path, "book_updates").size(), 466'836U - 21'313U - 2U) << "events less trades and clears";
  EXPECT_EQ(rows_of(path, "trades").size(), 21'313U);
  EXPECT_EQ(rows_of(path, "book_ticker").size(), 66'089U);
}

TEST(IsRecording, LooksAtTheFirstLine) {
  EXPECT_TRUE(is_recording("x", kLines));
  EXPECT_FALSE(is_recording("x", "1609459200000,28923.63,29031.34\n"));
  EXPECT_FALSE(is_recording("x", "[[1609459200000, 1]]"));
  EXPECT_FALSE(is_recording("x", "17231612550000001230 {}"));
  EXPECT_FALSE(is_recording("x", ""));
}

TEST(VenueOfRecording, IsToldByFoldersOrUpdates) {
  const TempDir dir;
  EXPECT_EQ(venue_of_recording(dir.write("recording", kLines)), Venue::kBinanceUsdm);
  EXPECT_EQ(venue_of_recording("a/raw/binance-spot/BTCUSDT/2024-08-08/1.jsonl.zst"), Venue::kBinanceSpot);
  EXPECT_EQ(venue_of_recording(dir.write("nothing", "1 {}\n")), std::nullopt);
}

}  // namespace
}  // namespace acts::history
