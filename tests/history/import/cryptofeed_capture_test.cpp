#include "history/import/cryptofeed_capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Got = RowReader::Got;

// Messages of depth by symbol: updates, snapshots.
std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> depth_of(const std::string& path) {
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> found;
  const auto open = open_cryptofeed(path);
  EXPECT_TRUE(open);
  const auto contents = contents_of(*open, *venue_of_cryptofeed(path));
  EXPECT_TRUE(contents);
  EXPECT_EQ(contents->unassigned + contents->refused + contents->unreadable, 0U);
  for (const auto& [name, symbol] : contents->symbols) found[name] = {symbol.updates, symbol.snapshots};
  return found;
}

TEST(CryptofeedCapture, HoldsEveryMessageAndAnswer) {
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  const auto futures = depth_of(testdata("cryptofeed/BINANCE_FUTURES.ws.1.0"));
  std::uint64_t updates = 0;
  for (const auto& [name, counts] : futures) {
    updates += counts.first;
    EXPECT_EQ(counts.second, 1U) << name;
  }
  EXPECT_EQ(updates, 764U);
  EXPECT_EQ(futures.size(), 4U);
  const auto spot = depth_of(testdata("cryptofeed/BINANCE.ws.1.0"));
  EXPECT_EQ(spot.at("NKNUSDT").second, 1U);
  EXPECT_EQ(spot.at("RUNEEUR"), Pair(spot.at("RUNEEUR").first, 1U));
}

TEST(CryptofeedCapture, GivesRowsInTheOrderOfReceipt) {
  const std::string path = testdata("cryptofeed/BINANCE_FUTURES.ws.1.0");
  const auto source =
      open_cryptofeed_source(path, {.kind = "book_updates", .venue = "", .symbol = "SUSHIUSDT", .interval = ""});
  ASSERT_TRUE(source) << source.error().message;
  const std::vector<DataSet>& sets = (*source)->sets();
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets.front().origin, "cryptofeed");
  const auto reader = (*source)->reader(sets.front(), "/nowhere");
  ASSERT_TRUE(reader);
  Row before;
  std::uint64_t snapshot_rows = 0;
  std::uint64_t rows = 0;
  for (Row row; *(*reader)->next(row) == Got::kRow; before = row, ++rows) {
    EXPECT_TRUE(rows == 0 || compare_keys(*sets.front().kind, before, row) < 0) << rows;
    snapshot_rows += static_cast<std::uint64_t>(row.integer(6));
  }
  EXPECT_GT(snapshot_rows, 1000U);
  EXPECT_GT(rows, snapshot_rows);
}

TEST(CryptofeedCapture, PutsAnswersBeforeWhatWasReceivedLater) {
  const TempDir dir;
  const auto update = [](int id) {
    return R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":)" + std::to_string(id) + R"(,"u":)" + std::to_string(id) +
           R"(,"b":[["1","2"]],"a":[]})";
  };
  const std::string path = dir.write(
      "X.ws.1.0", "wss://stream.binance.com:9443/stream\n10.5: " + update(1) + "\n12.25: " + update(2) + "\n\n");
  ASSERT_NE(
      dir.write(
          "X.http.0.0",
          R"(https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000 -> 11.0: {"lastUpdateId":1,"bids":[["1","2"]],"asks":[]})"
          "\nhttps://api.binance.com/api/v3/time -> 11.5: {}\n"),
      "");
  const auto source = open_cryptofeed_source(path, {});
  ASSERT_TRUE(source) << source.error().message;
  const std::vector<DataSet>& sets = (*source)->sets();
  const auto reader = (*source)->reader(sets.front(), dir.string());
  ASSERT_TRUE(reader);
  std::vector<std::int64_t> times;
  for (Row row; *(*reader)->next(row) == Got::kRow;) times.push_back(row.integer(0));
  EXPECT_THAT(times, ElementsAre(10'500'000'000, 11'000'000'000, 12'250'000'000));
}

TEST(CryptofeedCapture, RefusesWhatItCannotTell) {
  const TempDir dir;
  const std::string other = dir.write("OKX.ws.1.0", "wss://ws.okx.com:8443/ws/v5/public\n");
  EXPECT_THAT(open_cryptofeed_source(other, {}).error().message, HasSubstr("but of wss://ws.okx.com:8443"));
  const std::string path = dir.write("Y.ws.1.0", "wss://stream.binance.com:9443/stream\n");
  ASSERT_NE(dir.write("Y.http.0.0", "nothing\n"), "");
  EXPECT_THAT(open_cryptofeed_source(path, {}).error().message,
              HasSubstr("Y.http.0.0:1: it is no line 'URL -> unix time: body'"));
  EXPECT_TRUE(is_cryptofeed("x", "wss://stream.binance.com\n"));
  EXPECT_FALSE(is_cryptofeed("x", "1 {}\n"));
}

}  // namespace
}  // namespace acts::history
