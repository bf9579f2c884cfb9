#!/usr/bin/env python3
"""Imports the real files of a folder of samples, and compares with what they are known to hold.

check_imports.py DATA [ACTS]: DATA has the folders that testdata/SOURCES.md tells of, whole. Prints what differs; ends
with 1 then, or if a file is not there: a check that finds nothing to check fails.

Where what a file holds is not what its README says of it, a comment that begins with "README:" says so, and why.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HOURS = "open_time=1,open=2,high=3,low=4,close=5,volume=6"
MINUTE = ["--market", "spot", "--interval", "1m", "--format", "csv", "--map", HOURS, "--time-format",
          "ms+2022-12-13"]
OUTAGE = "1 missing in 1 gaps"
# "PATH: KIND VENUE …: N rows", and of several sets the lines below.
TOLD = re.compile(r"(?m)^(?:.*: |  )(\w+) (?:binance-\w+|deribit) .*?: (?:days with )?(\d+) rows")
CUT = OUTAGE + ", 1 without volume, 1 closed early"

# (catalog, flags, file, rows by kind, what else its line says): sources of one catalog stand beside each other.
FILES = [
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h-header/BTCUSDT-1h-2023-01.csv", {"klines": 744}, "ms, header"),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h-header/BTCUSDT-1h-2023-02.csv", {"klines": 672}, "ms, header"),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h-header/BTCUSDT-1h-2023-03.csv", {"klines": 743}, CUT),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv", {"klines": 744}, "ms, no header"),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv", {"klines": 671}, CUT),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h/BTCUSDT-1h-2021-03.csv", {"klines": 743}, OUTAGE),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h/ETHUSDT-1h-2021-01.csv", {"klines": 744}, "ms, no header"),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h/ETHUSDT-1h-2021-02.csv", {"klines": 671}, CUT),
    ("main", ["--market", "spot"],
     "vision/spot-klines-1h/ETHUSDT-1h-2021-03.csv", {"klines": 743}, OUTAGE),
    ("main", ["--market", "um", "--kind", "klines"],
     "vision/um-klines-1m/BTCUSDT-1m-2022-05-05.csv", {"klines": 1440}, "ms, no header"),
    ("main", ["--market", "spot"],
     "vision/zip/spot-klines-1m/BTCUSDT-1m-2020-01-01.zip", {"klines": 1440}, "checksum right"),
    ("main", ["--market", "spot"],
     "vision/zip/spot-klines-1m/BTCUSDT-1m-2020-01-02.zip", {"klines": 1440}, "checksum right"),
    ("main", ["--market", "spot"],
     "vision/zip/spot-klines-1h/BTCUSDT-1h-2026-05-08.zip", {"klines": 24}, "us, no header, checksum right"),
    ("main", ["--market", "um"],
     "vision/zip/um-fundingRate/BTCUSDT-fundingRate-2026-04.zip", {"funding": 90}, "ms, header, checksum right"),
    ("main", ["--market", "cm"],
     "vision/zip/cm-aggTrades/BTCUSD_PERP-aggTrades-2026-05-08.zip",
     {"agg_trades": 105280}, "ms, header, checksum right"),
    ("main", ["--market", "spot"],
     "klines/freqtrade-json/BTC_USDT-1h.json", {"klines": 5482}, "11 missing in 6 gaps"),
    ("main", ["--market", "spot"],
     "klines/freqtrade-json/BTC_USDT-5m.json", {"klines": 65741}, "177 missing in 6 gaps, 28 without volume"),
    ("main", [],
     "trades/XRP_OLD-trades.json.gz", {"agg_trades": 12477},
     "agg_trades binance-spot XRPETH: 12477 rows from 2019-10-11T00:00:11.620Z to 2019-10-13T11:19:28.844Z, ms"),
    ("main", ["--market", "spot", "--symbol", "BTCUSDT", "--interval", "1d", "--format", "csv"],
     "klines/basana/binance_btcusdt_day_2020.csv", {"klines": 366}, "text, header"),
    # README: 119, and one hour missing. The file has 119 newlines and a last line without one: 120 hours, none missing.
    ("main",
     ["--market", "spot", "--symbol", "BTCUSDT", "--interval", "1h", "--format", "csv", "--map", HOURS,
      "--time-format", "%Y%m%d %H:%M"],
     "klines/lean/crypto/binance/hour/btcusdt_trade.zip", {"klines": 120}, "text, no header"),
    # README: 1,439, and one minute missing of the first. Again newlines: all 1,440 minutes of the day are in both.
    ("main", MINUTE + ["--symbol", "BTCBUSD"],
     "klines/lean/crypto/binance/minute/btcbusd/20221213_trade.zip", {"klines": 1440}, "no header"),
    ("main", MINUTE + ["--symbol", "ADAUSDT"],
     "klines/lean/cryptofuture/binance/minute/adausdt/20221213_trade.zip", {"klines": 1440}, "no header"),
    ("main", [],
     "depth-csv/test_positive_binance_depth_snapshot_spot_btcusdt_14-04-2025.csv", {"book_updates": 20000}, "header"),
    ("main", [],
     "depth-csv/test_positive_binance_difference_depth_stream_spot_trxusdt_04-03-2025.csv",
     {"book_updates": 10000}, "us, header"),
    ("main", [],
     "depth-csv/test_positive_binance_difference_depth_stream_usd_m_futures_trxusdt_04-03-2025.csv",
     {"book_updates": 10000}, "ms, header"),
    ("main", [],
     "depth-csv/test_positive_binance_trade_stream_spot_trxusdt_04-03-2025.csv", {"trades": 10000}, "us, header"),
    ("main", [],
     "depth-csv/test_positive_binance_trade_stream_usd_m_futures_trxusdt_04-03-2025.csv",
     {"trades": 10000}, "1 at price 0"),
    ("main", [],
     "depth-csv/merged_depth_snapshot_difference_depth_stream_trade_stream_usd_m_futures"
     "_trxusdt_14-04-2025_positive.csv",
     {"book_updates": 9657, "trades": 199}, "9856 rows"),
    ("main", [],
     "depth-csv/tardis/binance-futures_book_snapshot_25_BTCUSDT.csv", {"book_updates": 500}, "us, header"),
    ("main", [],
     "depth-csv/tardis/deribit_incremental_book_L2_BTC-PERPETUAL.csv", {"book_updates": 15}, "us, header"),
    # Less of the same snapshots.
    ("shallow", [],
     "depth-csv/tardis/binance-futures_book_snapshot_5_BTCUSDT.csv", {"book_updates": 100}, "us, header"),
    ("feeds", ["--venue", "binance-spot"],
     "binance-feed/spot/btcusdt_20240808.gz", {"trades": 9757, "book_ticker": 28040}, ""),
    ("feeds", ["--venue", "binance-spot"],
     "binance-feed/spot/ethusdt_20240808.gz", {"trades": 6106, "book_ticker": 24077}, ""),
    ("feeds", [],
     "binance-feed/usdm/btcusdt_20240808.gz", {"trades": 21313, "book_ticker": 66089}, ""),
    ("feeds", [],
     "binance-feed/usdm/btcusdt_20240718.gz", {"trades": 974, "book_ticker": 7113}, ""),
    ("feeds", [],
     "binance-feed/usdm/btcusdt_20240719.gz", {"trades": 9727}, ""),
    ("feeds", [],
     "cryptofeed/BINANCE.ws.1.0", {}, ""),
    ("feeds", [],
     "cryptofeed/BINANCE_FUTURES.ws.1.0", {}, ""),
    ("others", [],
     "other-venues/OKX.jsonl.zst", {}, "8338 rows"),
    ("others", [],
     "other-venues/BYBIT.jsonl.zst", {}, "21156 rows"),
    ("others", [],
     "other-venues/COINBASE.jsonl.zst", {}, "74472 rows"),
]

# (catalog, what is asked, the answer)
ANSWERS = [
    # README: 12:43:01.646 of 2023-03-24. The file says 1679661581646, which is 12:39:41.646.
    ("main",
     "SELECT strftime(open_time, '%Y-%m-%d %H'), open = close, volume, strftime(close_time, '%H:%M:%S.%g')"
     " FROM klines WHERE origin = 'archive' AND interval = '1h' AND symbol = 'BTCUSDT' AND volume = 0 "
     "ORDER BY 1",
     "2021-02-11 03,true,0,03:40:54.773\n2023-03-24 12,true,0,12:39:41.646\n"),
    ("main",
     "SELECT count(*) FROM trades WHERE price = 0 AND quantity = 0 AND trade_id = 548331095 AND NOT "
     "is_market",
     "1\n"),
    ("main",
     "SELECT count(DISTINCT (update_id, is_snapshot)) FROM book_updates WHERE symbol = 'TRXUSDT' AND venue"
     " = 'binance-spot'",
     "2833\n"),
    ("main",
     "SELECT count(DISTINCT update_id) FROM book_updates WHERE symbol = 'TRXUSDT' AND venue = "
     "'binance-usdm' AND date = '2025-03-04'",
     "600\n"),
    ("main",
     "SELECT max(trade_id) - min(trade_id) + 1 - count(*) FROM trades WHERE date = '2025-03-04' GROUP BY "
     "venue",
     "0\n0\n"),
    ("main",
     "SELECT DISTINCT update_id, count(*) FROM book_updates WHERE venue = 'binance-spot' AND symbol = "
     "'BTCUSDT' GROUP BY 1 ORDER BY 1",
     "66711751276,10000\n66813971942,10000\n"),
    ("main",
     "SELECT count(*), sum(is_snapshot::INT) FROM book_updates WHERE date >= '2025-04-13' AND venue = "
     "'binance-usdm'",
     "9657,7521\n"),
    ("main",
     "SELECT max(agg_trade_id) - min(agg_trade_id) + 1 - count(*) FROM agg_trades GROUP BY venue",
     "0\n0\n"),
    ("main",
     "SELECT agg_trade_id, price, quantity, first_trade_id, last_trade_id, is_buyer_maker, is_best_match FROM "
     "agg_trades WHERE symbol = 'XRPETH' ORDER BY agg_trade_id LIMIT 1",
     "13519807,0.00141342,23,15373518,15373518,true,true\n"),
    # Minutes sum up to the day of another source, five minutes of another source to the archive's hours.
    ("main",
     "WITH m AS (SELECT date_trunc('day', open_time) AS t, arg_min(open, open_time) AS o, max(high) AS h, "
     "min(low) AS l, arg_max(close, open_time) AS c, sum(volume) AS v FROM klines WHERE interval = '1m' "
     "AND symbol = 'BTCUSDT' AND venue = 'binance-spot' GROUP BY 1) SELECT count(*) FROM m JOIN klines k "
     "ON k.open_time = m.t AND k.interval = '1d' WHERE (m.o, m.h, m.l, m.c, m.v) = (k.open, k.high, k.low,"
     " k.close, k.volume)",
     "2\n"),
    ("main",
     "WITH f AS (SELECT date_trunc('hour', open_time) AS t, arg_min(open, open_time) AS o, max(high) AS h,"
     " min(low) AS l, arg_max(close, open_time) AS c, sum(volume) AS v, count(*) AS n FROM klines WHERE "
     "origin = 'other' AND interval = '5m' GROUP BY 1) SELECT count(*), count(*) FILTER ((f.o, f.h, f.l, "
     "f.c, f.v) = (k.open, k.high, k.low, k.close, k.volume)), string_agg(n::VARCHAR, ' ' ORDER BY "
     "k.open_time) FILTER (n < 12) FROM klines k JOIN f ON f.t = k.open_time WHERE k.origin = 'archive' "
     "AND k.interval = '1h' AND k.symbol = 'BTCUSDT' AND k.date < '2021-04-01'",
     "2158,2158,9 6\n"),
    # Every message once, each book of a recording.
    ("feeds",
     "SELECT symbol, venue, count(DISTINCT (ts_recv_ns, update_id)) FILTER (NOT is_snapshot) FROM "
     "book_updates WHERE origin = 'recording' AND date = '2024-08-08' GROUP BY ALL ORDER BY venue, symbol",
     "BTCUSDT,binance-spot,3451\nETHUSDT,binance-spot,3434\nBTCUSDT,binance-usdm,6551\n"),
    ("feeds",
     "SELECT count(DISTINCT (ts_recv_ns, update_id)) FROM book_updates WHERE origin = 'recording' AND "
     "venue = 'binance-usdm' AND NOT is_snapshot AND date < '2024-08-01'",
     "9022\n"),
    # Files are cut at midnight of a slow clock, days are the venue's: some of a day's are in the file before.
    ("feeds",
     "SELECT count(*) FROM book_ticker WHERE origin = 'recording' AND venue = 'binance-usdm' AND date < '2024-08-01'",
     "52260\n"),
    ("feeds",
     "SELECT venue, count(DISTINCT (symbol, ts_recv_ns, update_id)) FILTER (NOT is_snapshot), "
     "count(DISTINCT symbol) FILTER (is_snapshot) FROM book_updates WHERE origin = 'cryptofeed' GROUP BY "
     "venue ORDER BY venue",
     "binance-spot,177,4\nbinance-usdm,764,4\n"),
    # Messages of each book, snapshots among them, and how far ids that go up one by one leave any out.
    ("others",
     "SELECT venue, symbol, count(DISTINCT (ts_recv_ns, update_id)), count(DISTINCT ts_recv_ns) FILTER (is_snapshot) "
     "FROM book_updates GROUP BY ALL ORDER BY venue, symbol",
     "bybit,BTCUSDT,414,1\nbybit,DOGEUSDT,380,1\nbybit,ETHUSDT,421,1\nbybit,SOLUSDT,383,1\n"
     "bybit-spot,BTCUSDT,300,1\nbybit-spot,ETHUSDT,250,1\ncoinbase,BTC-USD,400,1\ncoinbase,ETH-USD,375,1\n"
     "okex,BTC-USDT,98,1\nokex-futures,BTC-USD-220527,99,1\nokex-swap,UNI-USD-SWAP,93,1\n"),
    ("others",
     "SELECT max(update_id) - min(update_id) + 1 - count(DISTINCT update_id) FROM book_updates WHERE venue LIKE "
     "'bybit%' GROUP BY venue, symbol",
     "0\n0\n0\n0\n0\n0\n"),
    ("others",
     "SELECT max(trade_id) - min(trade_id) + 1 - count(*) FROM trades WHERE venue NOT LIKE 'bybit%' GROUP BY venue, "
     "symbol",
     "0\n0\n0\n0\n0\n"),
    # README: 18,769 bids in the first message. It has 46,000 levels, each price once: 18,764 bids and 27,236 asks.
    ("others",
     "SELECT is_bid, count(*) FROM book_updates WHERE symbol = 'BTC-USD' AND is_snapshot GROUP BY 1 ORDER BY 1",
     "false,27236\ntrue,18764\n"),
    # Whenever a best bid and ask has the id of an update, the level that the update told there is it.
    ("feeds",
     "SELECT count(*) FROM book_ticker t JOIN book_updates u ON u.venue = t.venue AND u.symbol = t.symbol "
     "AND u.update_id = t.update_id AND NOT u.is_snapshot AND u.is_bid AND u.price = t.bid_price WHERE "
     "u.quantity <> t.bid_quantity",
     "0\n"),
]

# Files of which the catalog takes nothing: what the one line says of each.
REFUSED = [
    ("klines/lean/cryptofuture/binance/minute/adausdt/20221213_quote.zip", "these are quotes of LEAN"),
    ("klines/lean/cryptofuture/binance/margin_interest/btcusd.csv", "these are rates of LEAN's margin_interest"),
]


def main(data, acts):
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        def run(catalog, command, *words):
            place = pathlib.Path(folder) / catalog
            return subprocess.run([acts, command, "--data-dir", str(place), *words], capture_output=True, text=True,
                                  check=False)

        for catalog, flags, name, kinds, more in FILES:
            path = data / name
            done = run(catalog, "import", *flags, str(path))
            if done.returncode != 0:
                wrong.append(f"{name}: {done.stderr.strip()}")
                continue
            told = {kind: int(count) for kind, count in TOLD.findall(done.stdout)}
            for kind, count in kinds.items():
                if told.get(kind) != count:
                    wrong.append(f"{name}: {told.get(kind)} rows of {kind}, not {count}")
            if more not in done.stdout:
                wrong.append(f"{name}: '{more}' is not said of it, but: {done.stdout.strip()}")
            again = run(catalog, "import", *flags, str(path))
            if again.returncode != 0 or "is in the catalog already" not in again.stdout:
                wrong.append(f"{name}: again: {again.stdout.strip()}{again.stderr.strip()}")
        for name, reason in REFUSED:
            done = run("main", "import", "--market", "spot", str(data / name))
            if done.returncode != 2 or reason not in done.stderr or done.stderr.count("\n") != 1:
                wrong.append(f"{name}: is not refused by '{reason}', but: {done.returncode} {done.stderr.strip()}")
        for catalog, sql, answer in ANSWERS:
            done = run(catalog, "query", "--format", "csv", sql)
            got = done.stdout.split("\n", 1)[-1] if done.returncode == 0 else done.stderr
            if got != answer:
                wrong.append(f"{sql}: {got!r}, not {answer!r}")
        for catalog in sorted({file[0] for file in FILES}):
            done = run(catalog, "catalog", "verify")
            faults = [line for line in done.stdout.splitlines() if "(fault)" in line]
            # Of recorded books none is known; where one recording ends and another begins weeks later, ids are missing.
            is_sound = " 0 problems" in done.stdout and (
                catalog == "main" or all("gap (fault)" in line and catalog == "feeds" for line in faults))
            if done.returncode != 0 or not is_sound:
                wrong.append(f"{catalog}: verify: {done.stdout.strip()[-200:]}{done.stderr.strip()}")
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(FILES)} files, {len(REFUSED)} refused, {len(ANSWERS)} answers, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "build/release/acts"))
