#include "history/export/export_select.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "history/export/hft_rows.hpp"
#include "history/import/importer.hpp"
#include "history/query/query_session.hpp"
#include "history/query/result_text.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;

std::string csv_of(const TempDir& dir, const std::string& select) {
  auto session = QuerySession::open(real_file_ops(), dir.string(), {});
  EXPECT_TRUE(session);
  auto rows = session->select(select, [] { return false; });
  if (!rows) return rows.error().message;
  std::string text;
  append_csv_header(text, rows->columns());
  ResultCells cells;
  while (*rows->next(cells)) append_csv_row(text, cells);
  return text;
}

void import(const TempDir& dir, const std::string& path, const SourceHints& hints) {
  auto importer = Importer::open(real_file_ops(), dir.string());
  ASSERT_TRUE(importer);
  const auto done = importer->import_file({.path = path, .hints = hints, .code = "acts test"});
  ASSERT_TRUE(done) << done.error().message;
}

TEST(ExportSelect, GivesCandlesAsBacktestersReadThem) {
  const TempDir dir;
  import(dir, testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"),
         {.kind = "", .venue = "binance-spot", .symbol = "", .interval = ""});
  const CatalogExport wanted{.kind = find_kind("klines"),
                             .venue = "binance-spot",
                             .symbol = "BTCUSDT",
                             .interval = "1h",
                             .from = *parse_iso8601("2021-01-01T01:00"),
                             .to = *parse_iso8601("2021-01-01T03:00")};
  EXPECT_EQ(csv_of(dir, export_select(wanted, ExportForm::kCandles)),
            "milliseconds,open,high,low,close,volume\n"
            "1609462800000,28995.13,29470,28960.35,29409.99,5403.068471\n"
            "1609466400000,29410,29465.26,29120.03,29194.65,2384.23156\n");
  EXPECT_EQ(csv_of(dir, origins_select(wanted)), "origin\narchive\n");
}

TEST(ExportSelect, GivesTradesAsTardisDoes) {
  const TempDir dir;
  const std::string path = dir.write("BTCUSDT-trades-2024-08-08.csv",
                                     "id,price,qty,quote_qty,time,is_buyer_maker\n"
                                     "526,61800.30,0.006,370.8018,1723161256322,true\n"
                                     "527,61800.30,0.010,618.003,1723161256323,false\n");
  import(dir, path, {.kind = "", .venue = "binance-usdm", .symbol = "", .interval = ""});
  const CatalogExport wanted{.kind = find_kind("trades"), .venue = "binance-usdm", .symbol = "BTCUSDT"};
  EXPECT_EQ(csv_of(dir, export_select(wanted, ExportForm::kTardis)),
            "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
            "binance-futures,BTCUSDT,1723161256322000,1723161256322000,526,sell,61800.3,0.006\n"
            "binance-futures,BTCUSDT,1723161256323000,1723161256323000,527,buy,61800.3,0.01\n");
}

// An .npz had no trades at all where nobody recorded single ones.
TEST(HftSelect, TakesAggregatedTradesWhereThereAreNoOthers) {
  const TempDir dir;
  const auto trade = [](std::int64_t receipt, std::string_view body) {
    return fmt::format("{}000000 {{\"stream\":\"btcusdt@x\",\"data\":{{{},\"E\":{},\"T\":{}}}}}\n", receipt, body,
                       receipt - 2, receipt - 3);
  };
  const auto agg = [&trade](std::int64_t receipt, int id) {
    return trade(receipt, fmt::format(R"("e":"aggTrade","s":"BTCUSDT","a":{0},"p":"5.{0}","q":"2","f":{0},"l":{0},)"
                                      R"("m":true,"M":true)",
                                      id));
  };
  import(dir, dir.write("a.log", agg(1'723'161'256'000, 1) + agg(1'723'161'257'000, 2)),
         {.kind = "", .venue = "binance-spot", .symbol = "", .interval = ""});
  const HftWanted wanted{.venue = "binance-spot", .symbol = "BTCUSDT"};
  EXPECT_EQ(csv_of(dir, hft_select(wanted)),
            "ts_recv_ns,ts_event_us,is_trade,place,is_snapshot,is_buy,price,quantity\n"
            "1723161256000000000,1723161255997000,true,1,false,false,5.1,2\n"
            "1723161257000000000,1723161256997000,true,2,false,false,5.2,2\n");
  EXPECT_EQ(csv_of(dir, hft_untimed_select(wanted)), "trades\n0\n");
  // The archive's have no time of receipt.
  const SourceHints hints{.kind = "", .venue = "binance-spot", .symbol = "", .interval = ""};
  import(dir, dir.write("BTCUSDT-trades-2024-08-08.csv", "7,5.5,1,5.5,1723161256322,true,true\n"), hints);
  EXPECT_EQ(csv_of(dir, hft_untimed_select(wanted)), "trades\n1\n");
  EXPECT_EQ(csv_of(dir, hft_untimed_select({.venue = "binance-spot",
                                            .symbol = "BTCUSDT",
                                            .from = *parse_iso8601("2024-08-08T23:54:16.322"),
                                            .to = *parse_iso8601("2024-08-08T23:54:16.323")})),
            "trades\n1\n");
  EXPECT_EQ(csv_of(dir, hft_untimed_select({.venue = "binance-spot",
                                            .symbol = "BTCUSDT",
                                            .from = *parse_iso8601("2024-08-08T23:54:16.323")})),
            "trades\n0\n");
  import(dir,
         dir.write("b.log", trade(1'723'161'258'000, R"("e":"trade","s":"BTCUSDT","t":9,"p":"6","q":"1","m":false)")),
         hints);
  EXPECT_EQ(csv_of(dir, hft_select(wanted)),
            "ts_recv_ns,ts_event_us,is_trade,place,is_snapshot,is_buy,price,quantity\n"
            "1723161258000000000,1723161257997000,true,9,false,true,6,1\n");
}

TEST(ExportSelect, QuotesWhatItIsGiven) {
  const TempDir dir;
  const CatalogExport wanted{.kind = find_kind("trades"), .venue = "binance-spot", .symbol = "x' OR '1' = '1"};
  EXPECT_EQ(csv_of(dir, export_select(wanted, ExportForm::kPlain)).find('\n'),
            csv_of(dir, export_select(wanted, ExportForm::kPlain)).size() - 1);
}

}  // namespace
}  // namespace acts::history
