#include "live/row_repair.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"
#include "acts/features/sampler.hpp"

#include "live/run_settings.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using testing::make_segment;
using testing::TempDir;

const UnixNanos kFirst = parse_iso8601("2026-03-01T12:00:00").value();

// A segment from half a minute before kFirst on, with a trade a second for ten minutes.
void record(const TempDir& dir, bool from_its_begin) {
  const UnixNanos begin = kFirst - 30s;
  make_segment(dir.string(), "binance-spot", "BTCUSDT", begin, [&](SegmentWriter& writer) {
    const std::string settings = to_string(RunSettings{});
    ASSERT_TRUE(from_its_begin ? writer.note(begin, index::RunStarted{"0.1", "binance-spot", "0", settings})
                               : writer.note(begin, index::RunContinued{"0.1", "binance-spot", "0", settings}));
    ASSERT_TRUE(writer.note(begin, index::SymbolAdded{"BTCUSDT", "trading"}));
    for (int second = 1; second < 600; ++second) {
      writer.line(begin + second * 1s, 1, LineUse::kTaken,
                  R"({"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}})");
    }
  });
}

MinuteRow made_up(UnixNanos time) {
  return make_empty_row(Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), time, Reason::kNoSnapshot);
}

std::vector<RowRepair> repaired(const TempDir& dir, SqliteStore& store) {
  return repair_rows(store, dir.string(), {}, [](const std::string&) {}).value();
}

// Rows of a replay that begins with no book would stay: syncing, where the store could have had better ones.
TEST(RowRepair, TakesNothingOfARecordingWhoseBeginIsGone) {
  for (const bool from_its_begin : {true, false}) {
    const TempDir dir;
    record(dir, from_its_begin);
    const auto store = SqliteStore::open(dir / "acts.db", make_schema(BandList::defaults())).value();
    ASSERT_TRUE(store->upsert(std::vector{made_up(kFirst), made_up(kFirst + 4min)}));
    const std::vector<RowRepair> all = repaired(dir, *store);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].missing, 3U);
    EXPECT_EQ(all[0].added, from_its_begin ? 3U : 0U);
    EXPECT_EQ(store->rows({}).value().size(), from_its_begin ? 5U : 2U);
  }
}

}  // namespace
}  // namespace acts
