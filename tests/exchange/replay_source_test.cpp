#include "exchange/replay_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "exchange/naive_client.hpp"
#include "exchange/rest_api.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A recording of its own, removed at the end.
class Recording {
 public:
  explicit Recording(const std::vector<std::string>& lines, const std::string& name = "recording.jsonl")
      : path(folder / name) {
    std::ofstream out(path);
    for (const std::string& line : lines) out << line << "\n";
  }
  const testing::TempDir folder;
  const std::string path;
};

std::unique_ptr<ReplaySource> open(const ReplayOptions& options) {
  Result<std::unique_ptr<ReplaySource>> source = ReplaySource::open(options);
  EXPECT_TRUE(source) << source.error().message;
  return std::move(*source);
}

std::string depth(int recv, std::string_view symbol, int first, int last, std::string_view bids,
                  std::string_view asks = "") {
  std::string stream(symbol);
  for (char& c : stream) c = static_cast<char>(std::tolower(c));
  return std::to_string(recv) + R"( {"stream":")" + stream + R"(@depth@100ms","data":{"e":"depthUpdate","E":1,"s":")" +
         std::string(symbol) + R"(","U":)" + std::to_string(first) + R"(,"u":)" + std::to_string(last) + R"(,"b":[)" +
         std::string(bids) + R"(],"a":[)" + std::string(asks) + "]}}";
}

std::string body_of(const ReplaySource& source, std::string_view query, Venue venue = Venue::kBinanceSpot) {
  RestApi rest(venue, source, default_weight_rules(venue));
  return rest
      .handle({"GET", venue == Venue::kBinanceSpot ? "/api/v3/depth" : "/fapi/v1/depth", query, "p"}, UnixNanos{})
      .body;
}

struct Expected {
  Venue venue;
  std::vector<const char*> files;
  const char* symbol;
  std::uint64_t applied;
  std::uint64_t dropped;
  const char* bid;
  const char* ask;
  std::size_t bids;
  std::size_t asks;
  std::int64_t last;
};

// The end states are those of the data's own description.
TEST(ReplaySource, IsFollowedExactlyByTheDocumentedProcedureOnRealRecordings) {
  const std::vector<Expected> table{
      {Venue::kBinanceSpot,
       {"spot/btcusdt_20240808.gz"},
       "BTCUSDT",
       3449,
       2,
       "61685.99",
       "61686",
       1209,
       2196,
       50093421584},
      {Venue::kBinanceSpot,
       {"spot/ethusdt_20240808.gz"},
       "ETHUSDT",
       3432,
       2,
       "2682.5",
       "2682.51",
       1195,
       1158,
       35346671849},
      {Venue::kBinanceUsdm,
       {"usdm/btcusdt_20240808.gz"},
       "BTCUSDT",
       6547,
       4,
       "61659.7",
       "61659.8",
       5018,
       4578,
       5123135475514},
      {Venue::kBinanceUsdm,
       {"usdm/btcusdt_20240718.gz"},
       "BTCUSDT",
       3321,
       5,
       "63959.9",
       "63960",
       2170,
       1885,
       4984033952967},
      {Venue::kBinanceUsdm,
       {"usdm/btcusdt_20240718.gz", "usdm/btcusdt_20240719.gz"},
       "BTCUSDT",
       3321 + 5696,
       5,
       "63867.4",
       "63867.5",
       5276,
       5156,
       4984057064916},
  };
  for (const Expected& expected : table) {
    ReplayOptions options{expected.venue, {}, {}};
    for (const char* file : expected.files)
      options.files.push_back(test::testdata(std::string("binance-feed/") + file));
    SCOPED_TRACE(options.files.back());
    const std::unique_ptr<ReplaySource> source = open(options);
    ASSERT_EQ(source->symbols().size(), 1U);
    EXPECT_TRUE(source->problems().empty());
    const TrueBook& book = *source->book(source->find(expected.symbol));
    NaiveClient client(expected.venue);
    client.on_snapshot(body_of(*source, std::string("symbol=") + expected.symbol + "&limit=1000", expected.venue));
    std::vector<MarketMessage> messages;
    while (source->next_time()) {
      messages.clear();
      ASSERT_TRUE(source->step(messages));
      for (const MarketMessage& message : messages) {
        if (message.is_depth_update) client.on_update(message.payload());
      }
    }
    EXPECT_EQ(source->gaps(), 0U);
    EXPECT_EQ(client.breaks, 0U);
    EXPECT_EQ(client.applied, expected.applied);
    EXPECT_EQ(client.dropped, expected.dropped);
    EXPECT_TRUE(client.equals(book));
    EXPECT_EQ(book.last_update_id().value(), expected.last);
    EXPECT_EQ(book.level_count(Side::kBid), expected.bids);
    EXPECT_EQ(book.level_count(Side::kAsk), expected.asks);
    EXPECT_EQ(to_string(to_decimal(book.best(Side::kBid)->price, book.scales())), expected.bid);
    EXPECT_EQ(to_string(to_decimal(book.best(Side::kAsk)->price, book.scales())), expected.ask);
    EXPECT_FALSE(book.crossed());
  }
}

TEST(ReplaySource, AnswersDepthWithTheRecordedBytesUntilTheStreamHasReachedThem) {
  for (const auto& [venue, file] : {std::pair{Venue::kBinanceSpot, "spot/btcusdt_20240808.gz"},
                                    std::pair{Venue::kBinanceUsdm, "usdm/btcusdt_20240808.gz"}}) {
    const std::string path = test::testdata(std::string("binance-feed/") + file);
    Result<MergedRecording> lines = MergedRecording::open({path});
    ASSERT_TRUE(lines);
    std::string recorded;
    std::vector<std::string> streamed;
    for (int i = 0; i < 2000; ++i) {
      const auto line = lines->next();
      ASSERT_TRUE(line && *line);
      if ((*line)->json.starts_with(R"({"lastUpdateId")")) {
        recorded = (*line)->json;
      } else {
        streamed.push_back((*line)->json);
      }
    }
    const std::unique_ptr<ReplaySource> source = open({venue, {path}, {}});
    EXPECT_EQ(body_of(*source, "symbol=BTCUSDT&limit=1000", venue), recorded);
    if (venue == Venue::kBinanceSpot) {
      EXPECT_EQ(body_of(*source, "symbol=BTCUSDT&limit=5000", venue), recorded);
    }

    std::vector<MarketMessage> messages;
    while (messages.size() < streamed.size()) ASSERT_TRUE(source->step(messages));
    for (std::size_t i = 0; i < streamed.size(); ++i) ASSERT_EQ(messages[i].combined, streamed[i]) << i;
  }
}

TEST(ReplaySource, ListsWhatTheRecordedTextsTell) {
  const std::unique_ptr<ReplaySource> spot = open({Venue::kBinanceSpot,
                                                   {test::testdata("binance-feed/spot/btcusdt_20240808.gz"),
                                                    test::testdata("binance-feed/spot/ethusdt_20240808.gz")},
                                                   {}});
  ASSERT_EQ(spot->symbols().size(), 2U);
  const ListedSymbol& btc = spot->symbols()[0];
  EXPECT_EQ(btc.instrument.symbol, "BTCUSDT");
  EXPECT_EQ(btc.instrument.base_asset, "BTC");
  EXPECT_EQ(btc.instrument.tick_size, (Decimal{1, 2}));
  EXPECT_EQ(btc.instrument.lot_size, (Decimal{1, 6})) << "some quantities do have six decimals";
  EXPECT_EQ(btc.text_decimals, (Scales{8, 8}));
  EXPECT_EQ(btc.largest_limit, 1000);
  EXPECT_EQ(btc.depth_stream, "btcusdt@depth@100ms");
  EXPECT_THAT(btc.streams,
              ::testing::UnorderedElementsAre("btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@trade"));
  EXPECT_EQ(spot->symbols()[1].instrument.symbol, "ETHUSDT");

  const std::unique_ptr<ReplaySource> usdm =
      open({Venue::kBinanceUsdm, {test::testdata("binance-feed/usdm/btcusdt_20240808.gz")}, {}});
  EXPECT_EQ(usdm->symbols()[0].instrument.tick_size, (Decimal{1, 1}));
  EXPECT_EQ(usdm->symbols()[0].text_decimals, (Scales{2, 3}));
  EXPECT_EQ(venue_of_recording(test::testdata("binance-feed/usdm/btcusdt_20240808.gz")), Venue::kBinanceUsdm);
  EXPECT_EQ(venue_of_recording(test::testdata("binance-feed/spot/btcusdt_20240808.gz")), Venue::kBinanceSpot);
}

TEST(ReplaySource, MergesFilesByReceiveTimeAndKeepsTheFilesOrderWhereTimesStepBack) {
  const Recording first(
      {depth(10, "AUSDT", 1, 1, R"(["1","1"])"), depth(30, "AUSDT", 2, 2, ""), depth(25, "AUSDT", 3, 3, "")});
  const Recording second({depth(20, "BUSDT", 1, 1, ""), depth(30, "BUSDT", 2, 2, ""), depth(40, "BUSDT", 3, 3, "")});
  const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {first.path, second.path}, {}});
  std::vector<MarketMessage> messages;
  std::vector<std::int64_t> times;
  while (source->next_time()) {
    times.push_back(source->next_time()->value);
    ASSERT_TRUE(source->step(messages));
  }
  EXPECT_THAT(times, ElementsAre(10, 20, 30, 30, 30, 40));
  std::string order;
  for (const MarketMessage& message : messages) order += message.stream()[0];
  EXPECT_EQ(order, "abaabb");
  EXPECT_EQ(source->first_time(), UnixNanos{10});
  EXPECT_EQ(source->last_time(), UnixNanos{40});
}

TEST(ReplaySource, StartsABookAnewFromTheSnapshotThatHealsABreak) {
  const Recording recording(
      {R"(1 {"lastUpdateId":9,"bids":[["1.0","1"]],"asks":[]})",  // older than the first update
       depth(2, "AUSDT", 11, 12, R"(["2.0","2"])"),
       R"(3 {"lastUpdateId":12,"bids":[["2.0","2"],["1.0","1"]],"asks":[]})",
       depth(4, "AUSDT", 13, 13, R"(["1.0","7"])"),
       R"(5 {"lastUpdateId":13,"bids":[["9.0","9"]],"asks":[]})",  // nothing to heal: not looked at
       depth(6, "AUSDT", 20, 21, R"(["3.0","3"])"), depth(7, "AUSDT", 22, 23, R"(["4.0","4"])"),
       R"(8 {"lastUpdateId":22,"bids":[["3.0","3"],["0.5","5"]],"asks":[]})", depth(9, "AUSDT", 24, 24, "")});
  const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, {}});
  EXPECT_TRUE(source->problems().empty());
  std::vector<MarketMessage> messages;
  std::vector<std::string> books{body_of(*source, "symbol=AUSDT")};
  while (source->next_time()) {
    messages.clear();
    ASSERT_TRUE(source->step(messages));
    if (!messages.empty()) books.push_back(body_of(*source, "symbol=AUSDT"));
  }
  EXPECT_THAT(books, ElementsAre(R"({"lastUpdateId":12,"bids":[["2.0","2"],["1.0","1"]],"asks":[]})",
                                 R"({"lastUpdateId":12,"bids":[["2.0","2"],["1.0","1"]],"asks":[]})",
                                 R"({"lastUpdateId":13,"bids":[["2.0","2"],["1.0","7"]],"asks":[]})",
                                 R"({"lastUpdateId":22,"bids":[["3.0","3"],["0.5","5"]],"asks":[]})",
                                 R"({"lastUpdateId":23,"bids":[["4.0","4"],["3.0","3"],["0.5","5"]],"asks":[]})",
                                 R"({"lastUpdateId":24,"bids":[["4.0","4"],["3.0","3"],["0.5","5"]],"asks":[]})"));
  EXPECT_EQ(source->gaps(), 1U);
}

// The collector's probes, which ask for five levels, were taken for snapshots: the true book began with five.
TEST(ReplaySource, TakesNoProbeForASnapshot) {
  const Recording recording(
      {R"(1 {"lastUpdateId":10,"bids":[["2.0","2"]],"asks":[]})", depth(2, "AUSDT", 11, 12, R"(["2.0","3"])"),
       R"(3 {"lastUpdateId":12,"bids":[["2.0","3"]],"asks":[]})",
       R"(4 {"lastUpdateId":12,"bids":[["2.0","3"],["1.0","1"]],"asks":[]})",
       depth(5, "AUSDT", 20, 21, R"(["3.0","3"])"), R"(6 {"lastUpdateId":21,"bids":[["3.0","3"]],"asks":[]})",
       R"(7 {"serverTime":7})", R"(8 {"lastUpdateId":22,"bids":[["3.0","3"],["0.5","5"]],"asks":[]})"});
  const auto answer = [](std::uint64_t lines_before, std::string kind, int limit) {
    return IndexEntry{lines_before, UnixNanos{1}, index::RestAnswer{1, std::move(kind), "AUSDT", limit, 200, ""}};
  };
  std::string entries;
  for (const IndexEntry& entry : {answer(0, "probe", 5000), answer(2, "probe", 5), answer(3, "depth", 100),
                                  answer(5, "probe", 5), answer(6, "time", 0), answer(7, "depth", 100)}) {
    ASSERT_TRUE(append_index_line(entries, entry));
  }
  std::ofstream(index_path_for(recording.path)) << entries;
  const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, {}});
  EXPECT_TRUE(source->problems().empty()) << source->problems().front();
  EXPECT_EQ(source->symbols()[0].largest_limit, 100);
  EXPECT_EQ(body_of(*source, "symbol=AUSDT&limit=1000"),
            R"({"lastUpdateId":12,"bids":[["2.0","3"],["1.0","1"]],"asks":[]})");
  std::vector<MarketMessage> messages;
  while (source->next_time()) ASSERT_TRUE(source->step(messages));
  EXPECT_EQ(messages.size(), 2U);
  EXPECT_EQ(body_of(*source, "symbol=AUSDT&limit=1000"),
            R"({"lastUpdateId":22,"bids":[["3.0","3"],["0.5","5"]],"asks":[]})");
}

// Cut at seven levels, an answer would pass for a whole book where a thousand were asked for.
TEST(ReplaySource, ShowsAUsualNumberOfLevelsWhateverWasAskedForInItsRecording) {
  for (const auto& [asked, shown] : std::vector<std::pair<int, int>>{{777, 500}, {7, 5}, {3, 5}, {20, 20}}) {
    const Recording recording(
        {R"(1 {"lastUpdateId":10,"bids":[["9","1"],["8","1"],["7","1"],["6","1"],["5","1"],["4","1"]],"asks":[]})",
         depth(2, "AUSDT", 11, 12, R"(["9","3"])")});
    std::string entries;
    ASSERT_TRUE(append_index_line(entries, {0, UnixNanos{1}, index::RestAnswer{1, "depth", "AUSDT", asked, 200, ""}}));
    std::ofstream(index_path_for(recording.path)) << entries;
    const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, {}});
    EXPECT_EQ(source->symbols()[0].largest_limit, shown) << asked;
    const std::string body = body_of(*source, "symbol=AUSDT&limit=1000");
    EXPECT_EQ(std::ranges::count(body, '[') - 2, std::min(shown, 6)) << body;
  }
}

TEST(ReplaySource, KnowsOnlyWhatWasUpdatedWhereThereIsNoSnapshot) {
  const Recording recording(
      {depth(1, "AUSDT", 11, 12, R"(["2.05","2"])"), depth(2, "AUSDT", 13, 14, R"(["1.90","1"])")});
  const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, {}});
  EXPECT_THAT(source->problems(), ElementsAre(HasSubstr("AUSDT: no snapshot")));
  EXPECT_EQ(body_of(*source, "symbol=AUSDT"), R"({"lastUpdateId":10,"bids":[],"asks":[]})");
  std::vector<MarketMessage> messages;
  while (source->next_time()) ASSERT_TRUE(source->step(messages));
  EXPECT_EQ(body_of(*source, "symbol=AUSDT"), R"({"lastUpdateId":14,"bids":[["2.05","2"],["1.90","1"]],"asks":[]})");
  EXPECT_EQ(source->symbols()[0].instrument.tick_size, (Decimal{5, 2}));
}

TEST(ReplaySource, TakesLinesWithoutEnvelopeAndLeavesOutWhatIsNoMarketStream) {
  const Recording recording(
      {R"(1 {"e":"depthUpdate","E":1,"s":"AUSDT","U":1,"u":2,"b":[["1.0","1"]],"a":[]})", R"(2 {"result":null,"id":1})",
       R"(3 {"u":2,"s":"AUSDT","b":"1.0","B":"1","a":"2.0","A":"1"})",
       R"(4 {"e":"trade","E":1,"s":"AUSDT","t":5,"p":"1.0","q":"1","T":1,"m":true,"M":true})",
       R"(5 {"e":"aggTrade","E":1,"s":"AUSDT","a":5,"p":"1.0","q":"1","f":5,"l":5,"T":1,"m":true,"M":true})",
       R"(6 {"stream":"!ticker@arr","data":[]})", R"(7 {"stream":"busdt@trade","data":{"e":"trade"}})"});
  const auto streams_of = [&](std::vector<std::string> only) {
    const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, std::move(only)});
    std::vector<MarketMessage> messages;
    while (source->next_time()) EXPECT_TRUE(source->step(messages));
    std::vector<std::string> streams;
    for (const MarketMessage& message : messages) streams.emplace_back(message.stream());
    return streams;
  };
  EXPECT_THAT(streams_of({}), ElementsAre("ausdt@depth@100ms", "ausdt@bookTicker", "ausdt@trade", "ausdt@aggTrade",
                                          "!ticker@arr", "busdt@trade"));
  EXPECT_THAT(streams_of({"BUSDT"}), ElementsAre("busdt@trade"));
}

TEST(ReplaySource, PassesOnWhatItCannotReadAndSaysSo) {
  const Recording recording({depth(1, "AUSDT", 1, 2, R"(["1.0","1"])"), "not a line",
                             depth(2, "AUSDT", 3, 4, R"(["-1.0","1"])"), depth(3, "AUSDT", 5, 6, R"(["1.0","5"])")});
  const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, {}});
  EXPECT_FALSE(source->problems().empty());
  std::vector<MarketMessage> messages;
  int errors = 0;
  while (source->next_time()) errors += source->step(messages) ? 0 : 1;
  EXPECT_EQ(errors, 2);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_THAT(messages[1].combined, HasSubstr("-1.0"));
  EXPECT_EQ(source->gaps(), 1U);
  EXPECT_EQ(source->book(0)->last_update_id(), UpdateId{6});
}

TEST(ReplaySource, RefusesWhatItCannotReplay) {
  const auto error = [](std::vector<std::string> files, std::vector<std::string> symbols = {}) {
    const auto source = ReplaySource::open({Venue::kBinanceSpot, std::move(files), std::move(symbols)});
    return source ? Error{} : source.error();
  };
  EXPECT_EQ(error({"/nowhere/at/all"}).code, ErrorCode::kUsage);
  const Recording empty({});
  EXPECT_THAT(error({empty.path}).message, HasSubstr("no market stream in"));
  const Recording other({depth(1, "AUSDT", 1, 2, "")});
  EXPECT_THAT(error({other.path}, {"BUSDT"}).message, HasSubstr("of the symbols asked for"));
  EXPECT_EQ(venue_of_recording(empty.path).error().code, ErrorCode::kBadInput);
  EXPECT_EQ(venue_of_recording("/nowhere/at/all").error().code, ErrorCode::kUsage);
}

// Its first block was gone for whoever read it next, and the snapshot with it. Opening this one would wait for ever.
TEST(ReplaySource, ReadsNoVenueOutOfWhatCanBeReadOnceOnly) {
  const testing::TempDir folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(venue_of_recording(pipe).error().message, HasSubstr("can be read once only"));
  EXPECT_EQ(venue_of_recording("-").error().code, ErrorCode::kUsage);
}

TEST(ReplaySource, RemembersPastBooks) {
  const Recording recording({R"(1 {"lastUpdateId":9,"bids":[["1.0","1"]],"asks":[]})",
                             depth(2, "AUSDT", 10, 12, R"(["2.0","2"])"), depth(3, "AUSDT", 13, 14, R"(["2.0","0"])")});
  const std::unique_ptr<ReplaySource> source = open({Venue::kBinanceSpot, {recording.path}, {}});
  source->keep_history(10);
  std::vector<MarketMessage> messages;
  while (source->next_time()) ASSERT_TRUE(source->step(messages));
  EXPECT_EQ(source->book(0)->level_count(Side::kBid), 1U);
  EXPECT_EQ(source->book(0)->at(UpdateId{12})->level_count(Side::kBid), 2U);
}

}  // namespace
}  // namespace acts::exchange
