#!/usr/bin/env python3
"""acts and backtesting.py trade the same moving averages over the same candles: bars_backtesting.py ACTS [CANDLES.json]

Both get the candles in which anything was traded: backtesting.py fills orders in the others too, at prices that nobody
traded at. The strategy is backtesting.py's own (market orders at a close, filled at the next open; one unit of the base
asset; commission of the value), with the means compared as integers there too, since doubles see crosses where
there are none. Held against each other: each closed trade (bars, size, prices) and equity at each close.
"""
import csv
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
from backtesting import Backtest, Strategy  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CASH = 1_000_000
FEE = "0.001"


def bundled():
    rows = []
    for month in ("01", "02", "03"):
        with open(ROOT / f"testdata/vision/spot-klines-1h/BTCUSDT-1h-2021-{month}.csv", encoding="utf-8") as file:
            rows += [[int(row[0])] + [float(value) for value in row[1:6]] for row in csv.reader(file)]
    return rows, "1h"


def targets(rows, fast, slow, both):
    """The position wanted after each close."""
    cents = np.array([round(row[4] * 100) for row in rows], dtype=object)
    sums = np.concatenate(([0], np.cumsum(cents)))
    wanted, sign = [0] * len(rows), 0
    for i in range(len(rows)):
        wanted[i] = wanted[i - 1] if i else 0
        if i + 1 < slow:
            continue
        difference = (sums[i + 1] - sums[i + 1 - fast]) * slow - (sums[i + 1] - sums[i + 1 - slow]) * fast
        now = (difference > 0) - (difference < 0)
        if now == 0:
            continue
        if sign and now != sign:
            wanted[i] = 1 if now > 0 else -1 if both else 0
        sign = now
    return wanted


def theirs(rows, fast, slow, both):
    wanted = targets(rows, fast, slow, both)

    class Cross(Strategy):
        def init(self):
            pass

        def next(self):
            missing = wanted[len(self.data) - 1] - self.position.size
            if missing > 0:
                self.buy(size=missing)
            elif missing < 0:
                self.sell(size=-missing)

    frame = pd.DataFrame([row[1:6] for row in rows], columns=["Open", "High", "Low", "Close", "Volume"],
                         index=pd.to_datetime([row[0] for row in rows], unit="ms"))
    stats = Backtest(frame, Cross, cash=CASH, commission=float(FEE)).run()
    trades = [(int(t.EntryBar), int(t.ExitBar), int(t.Size), t.EntryPrice, t.ExitPrice)
              for t in stats["_trades"].itertuples()]
    return sorted(trades), stats["_equity_curve"]["Equity"].to_numpy()


def ours(acts, rows, interval, fast, slow, both, folder):
    data = folder / f"BTC_USDT-{interval}.json"
    data.write_text(json.dumps(rows))
    (folder / "run.toml").write_text(f"""
[data]
kind = "bars"
venue = "binance-spot"
symbol = "BTCUSDT"
files = ["{data.name}"]
[instrument]
tick_size = "0.01"
lot_size = "0.000001"
[account]
initial_balance = "{CASH}"
[fees]
maker = "{FEE}"
taker = "{FEE}"
[report]
sample = "1ms"
[strategy]
name = "sma_cross"
fast = {fast}
slow = {slow}
quantity = "1"
direction = "{'both' if both else 'long'}"
""")
    subprocess.run([acts, "backtest", str(folder / "run.toml"), "--out", str(folder / "run")], check=True,
                   stdout=subprocess.DEVNULL)
    bars = {pd.Timestamp(row[0], unit="ms"): i for i, row in enumerate(rows)}
    trades, held = [], None
    with open(folder / "run/fills.csv", encoding="utf-8") as file:
        for fill in csv.DictReader(file):
            bar = bars[pd.Timestamp(fill["time"]).tz_localize(None)]
            size = int(fill["quantity"]) * (1 if fill["side"] == "buy" else -1)
            price = float(fill["price"])
            if held:
                trades.append((held[0], bar, held[1], held[2], price))
                size += held[1]
            held = (bar, size, price) if size else None
    with open(folder / "run/equity.csv", encoding="utf-8") as file:
        equity = np.array([float(row["equity"]) for row in csv.DictReader(file)])
    return sorted(trades), equity


def main():
    acts = str(Path(sys.argv[1]).resolve())
    if len(sys.argv) > 2:
        path = Path(sys.argv[2])
        rows, interval = json.loads(path.read_text()), path.stem.split("-")[-1]
    else:
        rows, interval = bundled()
    rows = [row for row in rows if row[5] > 0]
    for fast, slow, both in ((10, 30, True), (20, 50, False), (3, 200, True)):
        with tempfile.TemporaryDirectory() as folder:
            our_trades, our_equity = ours(acts, rows, interval, fast, slow, both, Path(folder))
        their_trades, their_equity = theirs(rows, fast, slow, both)
        if not our_trades or our_trades != their_trades:
            differing = [pair for pair in zip(our_trades, their_trades) if pair[0] != pair[1]][:3]
            sys.exit(f"bars_backtesting.py: {fast}/{slow}: {len(our_trades)} trades, theirs {len(their_trades)}; "
                     f"the first that differ: {differing}")
        # Ours begins with the balance before the first candle.
        if len(our_equity) != len(their_equity) + 1 or our_equity[0] != CASH:
            sys.exit(f"bars_backtesting.py: {fast}/{slow}: {len(our_equity)} equities from {our_equity[0]} on, "
                     f"theirs {len(their_equity)}")
        worst = np.max(np.abs(our_equity[1:] - their_equity))
        if worst > 1e-6:
            sys.exit(f"bars_backtesting.py: {fast}/{slow}: equity differs by up to {worst}")
        print(f"{fast}/{slow}: {len(rows)} candles, {len(our_trades)} trades and all equities as backtesting.py's "
              f"(to {worst:.1e})")


if __name__ == "__main__":
    main()
