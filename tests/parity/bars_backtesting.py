#!/usr/bin/env python3
"""acts trades moving averages as two others do: bars_backtesting.py ACTS [CANDLES.json]

Beside tests/oracle/sma_cross.py, which computes in exact decimals and shares no code with acts: all candles, each fill
(time, side, price, quantity, fee) and the equity at each close, equal to the last digit.

Beside backtesting.py: the candles in which anything was traded, as it fills orders in the others too, at prices that
nobody traded at. The strategy is its own (market orders at a close, filled at the next open; one unit of the base
asset; commission of the value), with the means compared as integers there too, since doubles see crosses where there
are none. Held against each other: each closed trade (bars, size, prices) and equity at each close.
"""
import csv
import json
import subprocess
import sys
import tempfile
import warnings
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
from backtesting import Backtest, Strategy  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "oracle"))
import sma_cross  # noqa: E402

CASH = 1_000_000
FEE = "0.001"
PAIRS = ((10, 30, True), (20, 50, False), (3, 200, True))
LEAST_CANDLES = 2_000
LEAST_TRADES = 20  # of each pair


def bundled():
    return [ROOT / f"testdata/vision/spot-klines-1h/BTCUSDT-1h-2021-{month}.csv" for month in ("01", "02", "03")]


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


def ours(acts, files, pair, folder):
    """Fills and equities of a run over these files, as the run's folder has them."""
    fast, slow, both = pair
    (folder / "run.toml").write_text(f"""
[data]
kind = "bars"
venue = "binance-spot"
symbol = "BTCUSDT"
files = {json.dumps([str(file) for file in files])}
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
    with open(folder / "run/fills.csv", encoding="utf-8") as file:
        fills = list(csv.DictReader(file))
    with open(folder / "run/equity.csv", encoding="utf-8") as file:
        equity = [Decimal(row["equity"]) for row in csv.DictReader(file)]
    # It begins with the balance before the first candle.
    if equity[0] != CASH:
        sys.exit(f"bars_backtesting.py: equity begins with {equity[0]}")
    return fills, equity[1:]


def trades_of(fills, rows):
    bars = {pd.Timestamp(row[0], unit="ms"): i for i, row in enumerate(rows)}
    trades, held = [], None
    for fill in fills:
        bar = bars[pd.Timestamp(fill["time"]).tz_localize(None)]
        size = int(fill["quantity"]) * (1 if fill["side"] == "buy" else -1)
        price = float(fill["price"])
        if held:
            trades.append((held[0], bar, held[1], held[2], price))
            size += held[1]
        held = (bar, size, price) if size else None
    return sorted(trades)


def expect_same(what, got, wanted):
    if got == wanted:
        return
    differing = [pair for pair in zip(got, wanted) if pair[0] != pair[1]][:1]
    sys.exit(f"bars_backtesting.py: {what}: {len(got)} and {len(wanted)}, the first that differ: {differing}")


def beside_oracle(acts, files, candles, pair):
    """How many fills there are."""
    fast, slow, both = pair
    with tempfile.TemporaryDirectory() as folder:
        fills, equity = ours(acts, files, pair, Path(folder))
    told = [(pd.Timestamp(fill["time"]).value // 1_000_000, fill["side"],
             *(Decimal(fill[name]) for name in ("price", "quantity", "fee"))) for fill in fills]
    their_fills, their_equity, *_ = sma_cross.run(candles, fast, slow, Decimal(1), Decimal(FEE), Decimal(CASH), both)
    expect_same(f"{fast}/{slow}: fills of acts and of sma_cross.py", told, their_fills)
    expect_same(f"{fast}/{slow}: equities of acts and of sma_cross.py", equity, [value for _, value in their_equity])
    return len(told)


def beside_backtesting(acts, rows, interval, pair):
    """How many trades there are, and by how much equities, doubles there, differ at most."""
    fast, slow, both = pair
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / f"BTC_USDT-{interval}.json"
        data.write_text(json.dumps(rows))
        fills, equity = ours(acts, [data], pair, Path(folder))
    their_trades, their_equity = theirs(rows, fast, slow, both)
    trades = trades_of(fills, rows)
    expect_same(f"{fast}/{slow}: trades of acts and of backtesting.py", trades, their_trades)
    if len(equity) != len(their_equity):
        sys.exit(f"bars_backtesting.py: {fast}/{slow}: {len(equity)} equities, theirs {len(their_equity)}")
    worst = np.max(np.abs(np.array(equity, dtype=float) - their_equity))
    if worst > 1e-6:
        sys.exit(f"bars_backtesting.py: {fast}/{slow}: equity differs by up to {worst}")
    return len(trades), worst


def main():
    acts = str(Path(sys.argv[1]).resolve())
    files = [Path(sys.argv[2]).resolve()] if len(sys.argv) > 2 else bundled()
    interval = files[0].stem.split("-")[1]
    candles = sorted(candle for file in files for candle in sma_cross.candles(str(file)))
    rows = []
    for file in files:
        with open(file, encoding="utf-8") as text:
            table = json.load(text) if file.suffix == ".json" else csv.reader(text)
            rows += [[int(row[0])] + [float(value) for value in row[1:6]] for row in table]
    traded = [row for row in rows if row[5] > 0]
    if len(candles) != len(rows) or len(traded) < LEAST_CANDLES:
        sys.exit(f"bars_backtesting.py: {len(candles)} and {len(rows)} candles, {len(traded)} with trades")
    print(f"{', '.join(file.name for file in files)}: {len(rows)} candles, {len(traded)} with trades")
    for pair in PAIRS:
        count = beside_oracle(acts, files, candles, pair)
        trades, worst = beside_backtesting(acts, traded, interval, pair)
        if trades < LEAST_TRADES:
            sys.exit(f"bars_backtesting.py: {trades} trades are too few to compare")
        print(f"{pair[0]}/{pair[1]}: {count} fills and all equities exactly as sma_cross.py's; {trades} trades and all "
              f"equities as backtesting.py's (to {worst:.1e})")


if __name__ == "__main__":
    main()
