"""A year of minute candles of 20 symbols to hourly ones, by `acts bars` and by polars: bars.py ACTS DIR [TIMES]

Makes the candles (10.5 million) as files of the archive below DIR, imports them, and lets both read the same catalog,
in turn, TIMES times (3). polars has two ways, of which the faster counts; what all of them give must be the same, to
the last digit. An error if acts is slower. Needs polars: scripts/bench_bars.sh. DIR may be used again.
"""
import calendar
import datetime
import pathlib
import subprocess
import sys
import time

import polars as pl

SYMBOLS = [f"SYM{number:02}USDT" for number in range(20)]
YEAR = 2023


def month_of_candles(number, month):
    begin = datetime.datetime(YEAR, month, 1, tzinfo=datetime.timezone.utc)
    minutes = calendar.monthrange(YEAR, month)[1] * 1440
    i = pl.int_range(0, minutes, eager=True, dtype=pl.Int64) + (number * 12 + month) * 50_000
    # Pseudo-random, the same everywhere; prices of two decimals, quantities of five.
    noise = [(i * factor + (i // 7) * 7_919) % modulus for factor, modulus in
             ((48_271, 1_009), (16_807, 1_013), (69_621, 499), (39_373, 503), (40_014, 100_003), (40_692, 997))]
    open_ = 2_000_000 + noise[0] * 10
    close = 2_000_000 + noise[1] * 10
    high = pl.select(pl.max_horizontal(open_, close)).to_series() + noise[2]
    low = pl.select(pl.min_horizontal(open_, close)).to_series() - noise[3]
    start = int(begin.timestamp()) * 1000 + pl.int_range(0, minutes, eager=True, dtype=pl.Int64) * 60_000
    volume = noise[4] * 37 + 1

    def decimal(units, scale):
        return (units // 10**scale).cast(pl.String) + "." + (units % 10**scale).cast(pl.String).str.zfill(scale)

    return pl.DataFrame({
        "open_time": start, "open": decimal(open_, 2), "high": decimal(high, 2), "low": decimal(low, 2),
        "close": decimal(close, 2), "volume": decimal(volume, 5), "close_time": start + 59_999,
        "quote_volume": decimal(volume * 20_000, 7), "count": noise[5], "taker_buy_volume": decimal(volume // 2, 5),
        "taker_buy_quote_volume": decimal(volume * 10_000, 7), "ignore": pl.zeros(minutes, dtype=pl.Int64, eager=True),
    })


def make_catalog(acts, place):
    data = place / "data"
    if (place / "complete").exists():
        return data
    files = []
    for number, symbol in enumerate(SYMBOLS):
        for month in range(1, 13):
            path = place / f"{symbol}-1m-{YEAR}-{month:02}.csv"
            month_of_candles(number, month).write_csv(path, include_header=False)
            files.append(str(path))
    begin = time.monotonic()
    subprocess.run([acts, "import", "--market", "spot", "--data-dir", str(data), *files], check=True,
                   stdout=subprocess.DEVNULL)
    print(f"imported in {time.monotonic() - begin:.1f} s")
    for path in files:
        pathlib.Path(path).unlink()
    (place / "complete").touch()
    return data


def by_acts(acts, data, place):
    out = place / "acts.csv"
    with open(out, "wb") as file:
        subprocess.run([acts, "bars", "--interval", "1h", "--data-dir", str(data), *SYMBOLS], check=True, stdout=file)
    return out


def aggregations():
    return [pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(),
            pl.col("volume").sum(), pl.col("quote_volume").sum(), pl.col("trades").sum(),
            pl.col("taker_buy_volume").sum(), pl.col("taker_buy_quote_volume").sum()]


def scan(data):
    return pl.scan_parquet(str(data / "catalog" / "kind=klines/**/*.parquet"), hive_partitioning=True)


def by_dynamic(data, place):
    """As polars' documentation does it."""
    frame = (scan(data).sort("symbol", "open_time")
             .group_by_dynamic("open_time", every="1h", group_by="symbol").agg(aggregations()).collect())
    frame.write_csv(place / "dynamic.csv")
    return frame


def by_truncation(data, place):
    """Without sorting: files are read in the order of their names, and a group keeps it."""
    hour = pl.col("open_time").dt.truncate("1h").alias("open_time")
    frame = scan(data).group_by("symbol", hour, maintain_order=True).agg(aggregations()).collect()
    frame.write_csv(place / "truncation.csv")
    return frame


def same(path, frame):
    ours = pl.read_csv(path, infer_schema=False)
    columns = ["open", "high", "low", "close", "volume", "quote_volume", "trades", "taker_buy_volume",
               "taker_buy_quote_volume"]
    theirs = frame.sort("symbol", "open_time")
    if len(ours) != len(theirs):
        return f"{len(ours)} and {len(theirs)} hours"
    for column in columns:
        left = ours[column].cast(pl.Decimal(38, 8))
        if not (left == theirs[column].cast(pl.Decimal(38, 8))).all():
            return f"{column} differs"
    return ""


def main():
    acts, place = sys.argv[1], pathlib.Path(sys.argv[2])
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    place.mkdir(parents=True, exist_ok=True)
    data = make_catalog(acts, place)
    took = {"acts": [], "dynamic": [], "truncation": []}
    for _ in range(times):
        for name, run in (("acts", lambda: by_acts(acts, data, place)), ("dynamic", lambda: by_dynamic(data, place)),
                          ("truncation", lambda: by_truncation(data, place))):
            begin = time.monotonic()
            result = run()
            took[name].append(time.monotonic() - begin)
            if name == "acts":
                path = result
            elif difference := same(path, result):
                sys.exit(f"{name}: {difference}")
    for name, seconds in took.items():
        print(f"{name:10} {min(seconds):.2f} s at least, {sorted(seconds)[len(seconds) // 2]:.2f} s in the middle")
    best = min(min(took["dynamic"]), min(took["truncation"]))
    print(f"polars / acts: {best / min(took['acts']):.2f}")
    if best < min(took["acts"]):
        sys.exit("acts is slower than polars")


if __name__ == "__main__":
    main()
