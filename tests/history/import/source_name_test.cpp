#include "history/import/source_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::history {
namespace {

using ::testing::HasSubstr;

std::string folder_of(std::string_view path, const SourceHints& hints = {}) {
  const Result<DataSet> set = data_set_of(path, hints);
  return set ? set->folder(18'663) : set.error().message;
}

SourceHints market_of(const std::string& venue) { return {.kind = "", .venue = venue, .symbol = "", .interval = ""}; }

TEST(SourceName, TellsTheDataSetOfTheArchivesFiles) {
  EXPECT_EQ(folder_of("data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2021-02.zip"),
            "kind=klines/venue=binance-spot/symbol=BTCUSDT/date=2021-02-05/interval=1h/origin=archive");
  EXPECT_EQ(folder_of("/x/data/futures/cm/daily/aggTrades/BTCUSD_PERP/BTCUSD_PERP-aggTrades-2026-05-08.zip"),
            "kind=agg_trades/venue=binance-coinm/symbol=BTCUSD_PERP/date=2021-02-05/origin=archive");
  EXPECT_EQ(folder_of("data/futures/um/daily/markPriceKlines/BTCUSDT/1mo/BTCUSDT-1mo-2026-05.csv"),
            "kind=mark_price_klines/venue=binance-usdm/symbol=BTCUSDT/date=2021-02-05/interval=1mo/origin=archive");
  EXPECT_EQ(folder_of("ETHUSDT-trades-2024-01-01.csv.gz",
                      {.kind = "", .venue = "binance-usdm", .symbol = "", .interval = ""}),
            "kind=trades/venue=binance-usdm/symbol=ETHUSDT/date=2021-02-05/origin=archive");
}

TEST(SourceName, TakesSymbolsOfAnyScript) {
  EXPECT_THAT(folder_of("data/spot/币安人生USDT-1m-2025-10-10.zip"), HasSubstr("symbol=币安人生USDT/"));
}

TEST(SourceName, PrefersWhatItIsTold) {
  EXPECT_THAT(folder_of("BTCUSDT-1h-2021-02.csv",
                        {.kind = "klines", .venue = "binance-usdm", .symbol = "ETHUSDT", .interval = "1m"}),
              HasSubstr("kind=klines/venue=binance-usdm/symbol=ETHUSDT/date=2021-02-05/interval=1m"));
}

TEST(SourceName, SaysWhatIsMissing) {
  const SourceHints spot{.kind = "", .venue = "binance-spot", .symbol = "", .interval = ""};
  EXPECT_THAT(folder_of("BTCUSDT-trades-2021-02.csv"), HasSubstr("does not say its market: give --market"));
  EXPECT_THAT(folder_of("candles.csv", spot), HasSubstr("does not say what it holds: give --kind"));
  EXPECT_THAT(
      folder_of("candles.csv", {.kind = "klines", .venue = "binance-spot", .symbol = "BTCUSDT", .interval = ""}),
      HasSubstr("--interval"));
  EXPECT_THAT(
      folder_of("candles.csv", {.kind = "klines", .venue = "binance-spot", .symbol = "BTCUSDT", .interval = "7m"}),
      HasSubstr("no interval '7m'"));
}

// Candles of mark, index and premium index prices have the names of those of trades, and became those.
TEST(SourceName, AsksWhichCandlesTheyAreOutsideTheirFolder) {
  const SourceHints usdm = market_of("binance-usdm");
  for (const char* path : {"BTCUSDT-1h-2021-02.csv", "x/data/futures/um/BTCUSDT-1h-2021-02.csv"}) {
    EXPECT_THAT(folder_of(path, usdm), HasSubstr("give --kind klines, mark_price_klines, ")) << path;
  }
  EXPECT_THAT(folder_of("BTCUSDT-1h-2021-02.csv"), HasSubstr("give --kind klines"));
  EXPECT_THAT(
      folder_of("BTCUSDT-1h-2021-02.csv", {.kind = "klines", .venue = "binance-usdm", .symbol = "", .interval = ""}),
      HasSubstr("kind=klines/"));
  // There are no others of spot.
  EXPECT_THAT(folder_of("BTCUSDT-1h-2021-02.csv", market_of("binance-spot")), HasSubstr("kind=klines/"));
  EXPECT_THAT(folder_of("data/spot/BTCUSDT-1h-2021-02.csv"), HasSubstr("kind=klines/"));
}

// DuckDB took "symbol=*" for every symbol there is.
TEST(SourceName, RefusesSymbolsThatAreAPattern) {
  for (const char* symbol : {"*", "BTC?USDT", "[A]", "]", "{A,B}", "A\\B", "A=B", "A%41"}) {
    EXPECT_THAT(
        folder_of("x-trades-2024-01-01.csv", {.kind = "", .venue = "binance-spot", .symbol = symbol, .interval = ""}),
        HasSubstr("is no symbol"))
        << symbol;
  }
}

TEST(SourceName, RefusesSymbolsThatLeadElsewhere) {
  for (const char* symbol : {"..", "a/b", "_session", "x\n", "\xff\xfe"}) {
    EXPECT_THAT(
        folder_of("x-trades-2024-01-01.csv", {.kind = "", .venue = "binance-spot", .symbol = symbol, .interval = ""}),
        HasSubstr("is no symbol"))
        << symbol;
  }
}

TEST(SourceName, IdsOfSomeVenuesHaveHolesWhereNothingIsMissing) {
  const auto is_dense = [](const char* venue) {
    DataSet set;
    set.kind = find_kind("trades");
    set.venue = venue;
    return has_dense_ids(set);
  };
  for (const char* venue : {"binance-spot", "binance-usdm", "coinbase"}) EXPECT_TRUE(is_dense(venue)) << venue;
  for (const char* venue : {"bybit", "bybit-spot", "bybit-options", "okex", "okex-swap", "okex-futures"}) {
    EXPECT_FALSE(is_dense(venue)) << venue;
  }
  DataSet of_npz;
  of_npz.kind = find_kind("trades");
  of_npz.venue = "binance-usdm";
  of_npz.origin = DataSet::kHftbacktest;
  EXPECT_FALSE(has_dense_ids(of_npz)) << "they are times";
}

}  // namespace
}  // namespace acts::history
