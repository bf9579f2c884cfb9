#include "history/import/npz_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "history/export/export_recording.hpp"
#include "history/export/hft_event.hpp"
#include "history/export/npy_header.hpp"
#include "history/import/recording_rows.hpp"
#include "history/import/source_file.hpp"
#include "history/table/row_text.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Got = RowReader::Got;
using namespace hft;

std::string array_of(const std::vector<HftEvent>& events) {
  std::string bytes = npy_header(events.size());
  bytes.append(reinterpret_cast<const char*>(events.data()), events.size() * sizeof(HftEvent));
  return bytes;
}

std::vector<std::string> rows_of(RowReader& reader, const Kind& kind) {
  std::vector<std::string> rows;
  Row row;
  for (;;) {
    const auto got = reader.next(row);
    if (!got) {
      rows.push_back("error: " + got.error().message);
      return rows;
    }
    if (*got == Got::kEnd) return rows;
    rows.push_back(*got == Got::kRow ? row_text(kind, row) : "bad: " + std::string(reader.bad().reason));
  }
}

std::vector<std::string> rows_of(const std::string& bytes, std::string_view kind, std::optional<Decimal> tick = {}) {
  const DataSet set{.kind = find_kind(kind), .venue = "binance-usdm", .symbol = "BTCUSDT", .interval = ""};
  const auto reader = read_npz(read_from_memory(bytes), set, tick);
  if (!reader) return {"error: " + reader.error().message};
  return rows_of(**reader, *set.kind);
}

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kBoth = kExchange | kLocal;

TEST(NpzRows, AreTheEventsOfTheLocalClock) {
  const std::string bytes =
      array_of({{.ev = kExchange | kTrade | kSell, .exch_ts = 1, .local_ts = kSecond, .px = 9},
                {.ev = kBoth | kDepth | kBuy, .exch_ts = 1000, .local_ts = kSecond, .px = 0.1, .qty = 3},
                {.ev = kBoth | kDepth | kSell, .exch_ts = 1999, .local_ts = kSecond, .px = 0.3, .qty = 0},
                {.ev = kLocal | kTrade | kSell, .exch_ts = 1, .local_ts = kSecond + 7, .px = 9, .qty = 1e-05}});
  EXPECT_THAT(
      rows_of(bytes, "book_updates"),
      ElementsAre(
          "1970-01-01T00:00:01.000000000Z,0,1970-01-01T00:00:00.000001Z,null,null,null,false,true,0.1,3,null",
          "1970-01-01T00:00:01.000000000Z,1,1970-01-01T00:00:00.000001Z,null,null,null,false,false,0.3,0,null"));
  EXPECT_THAT(
      rows_of(bytes, "trades"),
      ElementsAre("1000000007,1970-01-01T00:00:00.000Z,9,0.00001,null,true,null,null,1970-01-01T00:00:01.000000007Z"));
}

TEST(NpzRows, TakeAClearAsPartOfItsSnapshot) {
  const HftEvent clear{.ev = kBoth | kClear | kBuy, .local_ts = kSecond, .px = 1};
  const HftEvent level{.ev = kBoth | kSnapshot | kBuy, .local_ts = kSecond, .px = 1, .qty = 2};
  const HftEvent other{.ev = kBoth | kDepth | kBuy, .local_ts = kSecond, .px = 1, .qty = 3};
  const std::string a_level =
      "1970-01-01T00:00:01.000000000Z,0,1970-01-01T00:00:00.000Z,null,null,null,true,true,1,2,null";
  EXPECT_THAT(rows_of(array_of({clear, level}), "book_updates"), ElementsAre(a_level));
  const std::string in_vain = "bad: it clears, and no snapshot follows";
  EXPECT_THAT(rows_of(array_of({clear}), "book_updates"), ElementsAre(in_vain));
  EXPECT_THAT(rows_of(array_of({clear, other}), "book_updates"), ElementsAre(in_vain, HasSubstr("false,true,1,3")));
}

TEST(NpzRows, AreOnTheTickThatIsTold) {
  const std::string bytes = array_of(
      {{.ev = kBoth | kDepth | kBuy, .px = 0.1 * 3, .qty = 1}, {.ev = kBoth | kDepth | kBuy, .px = 0.34, .qty = 1}});
  EXPECT_THAT(rows_of(bytes, "book_updates", Decimal{1, 1}),
              ElementsAre(HasSubstr("true,0.3,1"), "bad: its price is not on the tick"));
  EXPECT_THAT(rows_of(bytes, "book_updates"),
              ElementsAre("bad: its price has more than 12 decimals", HasSubstr("true,0.34,1")));
}

TEST(NpzRows, SetAsideWhatIsNoEvent) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(rows_of(array_of({{.ev = kDepth | kBuy, .px = 1},
                                {.ev = kBoth | 10 | kBuy, .px = 1},
                                {.ev = kBoth | kDepth, .px = 1},
                                {.ev = kBoth | kDepth | kBuy | kSell, .px = 1},
                                {.ev = kBoth | kDepth | kBuy, .px = nan},
                                {.ev = kBoth | kDepth | kBuy, .px = 1, .qty = -1},
                                {.ev = kBoth | kDepth | kBuy, .px = 1, .qty = 1e300}}),
                      "book_updates"),
              ElementsAre(HasSubstr("neither clock"), HasSubstr("neither depth nor trade"), HasSubstr("no side"),
                          HasSubstr("no side"), HasSubstr("price is no number"), HasSubstr("quantity is no number"),
                          HasSubstr("quantity is no number")));
}

TEST(NpzRows, EndWhereTheArraySaysAndNowhereElse) {
  const std::string bytes = array_of({{.ev = kBoth | kDepth | kBuy, .px = 1, .qty = 1}});
  EXPECT_THAT(rows_of(bytes.substr(0, bytes.size() - 1), "book_updates"),
              ElementsAre("error: it ends 1 events early: get it again"));
  EXPECT_THAT(rows_of(bytes + "x", "book_updates"),
              ElementsAre(HasSubstr("true,1,1"), "error: it has more than the 1 events that it says: get it again"));
  EXPECT_THAT(rows_of("PK", "book_updates"), ElementsAre("error: it is no .npy file"));
  EXPECT_THAT(rows_of(array_of({}), "trades"), IsEmpty());
}

// What a recording holds comes back from the file that was made of it, but for ids and the shift of the clock.
TEST(NpzRows, AreThoseOfTheRecordingThatTheFileWasMadeOf) {
  const TempDir dir;
  const std::string path = testdata("binance-feed/usdm/btcusdt_20240718.gz");
  auto exporter = RecordingExporter::open({.paths = {path}, .venue = Venue::kBinanceUsdm}, [](std::string_view) {});
  ASSERT_TRUE(exporter);
  const auto facts = exporter->to_npz(real_file_ops(), Nanos{0}, dir / "out.npz");
  ASSERT_TRUE(facts);
  const SourceHints hints{.kind = "", .venue = "binance-usdm", .symbol = "BTCUSDT", .interval = ""};
  const auto sets = npz_sets(dir / "out.npz", hints);
  const auto recorded = open_recording_source(path, {});
  ASSERT_TRUE(sets && recorded);
  ASSERT_EQ(sets->size(), 2U);
  for (const DataSet& set : *sets) {
    const auto same_kind = [&set](const DataSet& other) { return other.kind == set.kind; };
    auto ours = (*recorded)->reader(*std::ranges::find_if((*recorded)->sets(), same_kind), dir.string());
    auto bytes = open_any_source(dir / "out.npz");
    ASSERT_TRUE(ours && bytes);
    const auto theirs = read_npz(*std::move(bytes), set, std::nullopt);
    const bool is_book = set.kind->name == "book_updates";
    const std::vector<std::size_t> same =
        is_book ? std::vector<std::size_t>{2, 6, 7, 8, 9} : std::vector<std::size_t>{1, 2, 3, 5};
    const std::size_t recv = is_book ? 0 : 8;
    std::uint64_t rows = 0;
    Row a;
    Row b;
    for (;;) {
      const Got got = *(*ours)->next(a);
      if (got == Got::kRow && is_book && a.is_null(8)) continue;  // an update without a level
      ASSERT_EQ(*(*theirs)->next(b), got) << rows;
      if (got == Got::kEnd) break;
      for (const std::size_t column : same) ASSERT_EQ(a.values[column], b.values[column]) << rows << ' ' << column;
      ASSERT_EQ(b.integer(recv) - a.integer(recv), facts->shift.count()) << rows;
      ++rows;
    }
    EXPECT_GT(rows, 900U);
  }
}

TEST(NpzSets, AskForWhatTheFileDoesNotSay) {
  EXPECT_THAT(npz_sets("x.npz", {}).error().message, HasSubstr("it does not say its market: give --market or --venue"));
  EXPECT_THAT(npz_sets("x.npz", {.kind = "", .venue = "binance-spot", .symbol = "", .interval = ""}).error().message,
              HasSubstr("give --symbol"));
}

}  // namespace
}  // namespace acts::history
