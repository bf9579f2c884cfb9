#!/usr/bin/env python3
"""A sweep of 100 pairs of moving averages over candles, by acts and by vectorbt.

vectorbt_bench.py ACTS CANDLES.json [ROUNDS]

All in turn, ROUNDS times (5), in one run; the least and the median of each count. vectorbt: the strategy of its own
README (MA.run of all pairs, crossings as signals, Portfolio.from_signals), the candles in memory and its code compiled
before the clock starts: what is timed is indicators, signals, portfolio and total returns, which it does on one
processor. acts: the whole program from its start to its table, reading the candles from the file, as it is started
(`acts sweep`) and on one processor as well (`--threads 1`); and that it is what single runs come to, of each of the
pairs.
"""
import csv
import io
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import vectorbt as vbt  # noqa: E402

FASTS = list(range(2, 22, 2))
SLOWS = list(range(25, 125, 10))
FEE = 0.001


def configuration(candles, strategy, sweep):
    return (f'[data]\nkind = "bars"\nvenue = "binance-spot"\nsymbol = "BTCUSDT"\nfiles = ["{candles}"]\n'
            f'[instrument]\ntick_size = "0.01"\nlot_size = "0.000001"\n[account]\ninitial_balance = "100000"\n'
            f'[fees]\nmaker = "{FEE}"\ntaker = "{FEE}"\n'
            f'[strategy]\nname = "sma_cross"\nquantity = "1"\n{strategy}{sweep}')


def by_acts(acts, config, *options):
    begin = time.perf_counter()
    done = subprocess.run([acts, "sweep", config, *options], capture_output=True, text=True, check=True)
    return time.perf_counter() - begin, list(csv.DictReader(io.StringIO(done.stdout)))


def by_vectorbt(close, fast, slow):
    begin = time.perf_counter()
    fast_ma = vbt.MA.run(close, fast, short_name="fast")
    slow_ma = vbt.MA.run(close, slow, short_name="slow")
    portfolio = vbt.Portfolio.from_signals(close, fast_ma.ma_crossed_above(slow_ma), fast_ma.ma_crossed_below(slow_ma),
                                           size=1.0, init_cash=100_000, fees=FEE, freq="5min")
    returns = portfolio.total_return()
    return time.perf_counter() - begin, returns


def main():
    acts, candles = sys.argv[1], Path(sys.argv[2]).resolve()
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    rows = json.loads(candles.read_text(encoding="utf-8"))
    close = pd.Series([row[4] for row in rows], index=pd.to_datetime([row[0] for row in rows], unit="ms"))
    pairs = list(itertools.product(FASTS, SLOWS))
    fast, slow = (np.array(side) for side in zip(*pairs))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "sweep.toml"
        config.write_text(configuration(candles, "", f"[sweep]\nfast = {FASTS}\nslow = {SLOWS}\n"), encoding="utf-8")
        by_vectorbt(close, fast, slow)  # compiles
        times = {"acts": [], "acts, one thread": [], "vectorbt": []}
        for _ in range(rounds):
            seconds, table = by_acts(acts, config)
            times["acts"].append(seconds)
            seconds, single = by_acts(acts, config, "--threads", "1")
            times["acts, one thread"].append(seconds)
            if single != table:
                sys.exit("vectorbt_bench.py: one thread comes to another table")
            seconds, returns = by_vectorbt(close, fast, slow)
            times["vectorbt"].append(seconds)
        if len(table) != len(pairs) or len(returns) != len(pairs):
            sys.exit(f"vectorbt_bench.py: {len(table)} and {len(returns)} sets, and {len(pairs)} were asked for")
        for row in table:
            single = Path(folder) / "single.toml"
            single.write_text(configuration(candles, f"fast = {row['fast']}\nslow = {row['slow']}\n", ""),
                              encoding="utf-8")
            result = Path(folder) / "single.json"
            subprocess.run([acts, "backtest", single, "--json", result, "--out", str(Path(folder) / "run")],
                           capture_output=True, check=True)
            totals = json.loads(result.read_text(encoding="utf-8"))["totals"]
            for name in ("balance", "equity", "fee", "position", "turnover", "max_drawdown"):
                if totals[name] != row[name]:
                    sys.exit(f"vectorbt_bench.py: set {row['set']}: {name} is {row[name]}, and {totals[name]} alone")
    print(f"{len(pairs)} pairs over {len(rows)} candles, {rounds} rounds, load {os.getloadavg()[0]:.1f} on "
          f"{os.cpu_count()} processors, vectorbt {vbt.__version__}")
    medians = {name: statistics.median(spans) for name, spans in times.items()}
    for name, spans in times.items():
        print(f"{name:<16} least {min(spans):.3f} s, median {medians[name]:.3f} s: vectorbt takes "
              f"{medians['vectorbt'] / medians[name]:.1f} times as long by the medians, "
              f"{min(times['vectorbt']) / min(spans):.1f} by the least")
    if medians["vectorbt"] < 5 * medians["acts"]:
        sys.exit("vectorbt_bench.py: less than 5 times")


if __name__ == "__main__":
    main()
