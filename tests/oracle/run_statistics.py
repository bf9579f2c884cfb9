#!/usr/bin/env python3
"""Statistics of returns and of backtests' folders, computed anew: textbook formulas, exact fractions, plain lists.

    tests/oracle/run_statistics.py series > testdata/expected/statistics.json
    tests/oracle/run_statistics.py folders testdata/runs/* > testdata/expected/runs.json

It shares nothing with acts but the conventions of docs/report.md; tests compare what acts makes with its output.
"""

import csv
import datetime
import json
import math
import os
import random
import statistics
import sys
from decimal import Decimal
from fractions import Fraction

NORMAL = statistics.NormalDist()
HORIZONS = ("0.1s", "1s", "10s", "60s")
DAY = 86400 * 10**9
RATES = ("0.04", "-0.02", "9.5")  # a year
ACCOUNTS = ((0, "0"), (10000, "0"), (10000, "0.04"), (10000, "-0.5"))  # capital, and such a rate


def defined(function):
    """None where a formula divides by nothing."""

    def wrapped(*arguments):
        try:
            value = function(*arguments)
        except (ZeroDivisionError, statistics.StatisticsError, ValueError, IndexError, TypeError):
            return None
        return value

    return wrapped


def spread(values):
    """Sample deviation; equal values have none."""
    if len(values) < 2 or len(set(values)) == 1:
        raise ZeroDivisionError
    return statistics.stdev(values)


@defined
def volatility(values, n):
    return statistics.stdev(values) * math.sqrt(n)


def rate_of(a_year, step):
    """Of one period of so many nanoseconds, in exact steps but for the root."""
    return float((1 + Decimal(a_year)) ** (Decimal(step) / Decimal(365 * DAY)) - 1)


@defined
def sharpe(values, n, rate=0.0):
    return (math.fsum(values) / len(values) - rate) / spread(values) * math.sqrt(n)


@defined
def sortino(values, n, rate=0.0):
    squares = math.fsum((r - rate) ** 2 for r in values if r < rate)
    return (math.fsum(values) / len(values) - rate) / math.sqrt(squares / len(values)) * math.sqrt(n)


@defined
def gain_to_loss(values):
    return math.fsum(max(r, 0) for r in values) / math.fsum(max(-r, 0) for r in values)


def moment(values, power):
    middle = math.fsum(values) / len(values)
    return math.fsum((r - middle) ** power for r in values) / len(values)


@defined
def skew(values):
    spread(values)
    n = len(values)
    return moment(values, 3) / moment(values, 2) ** 1.5 * math.sqrt(n * (n - 1)) / (n - 2)


@defined
def kurtosis(values):
    spread(values)
    n = len(values)
    excess = moment(values, 4) / moment(values, 2) ** 2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


@defined
def probabilistic_sharpe(values, target=0.0, rate=0.0):
    ratio = (math.fsum(values) / len(values) - rate) / spread(values)
    g3 = moment(values, 3) / moment(values, 2) ** 1.5
    g4 = moment(values, 4) / moment(values, 2) ** 2
    error = math.sqrt(1 - g3 * ratio + (g4 - 1) / 4 * ratio**2)
    return NORMAL.cdf((ratio - target) * math.sqrt(len(values) - 1) / error)


@defined
def quantile(values, share):
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] * (1 - (place - low)) + ordered[high] * (place - low)


@defined
def shortfall(values):
    limit = quantile(values, 0.05)
    return statistics.fmean(r for r in values if r <= limit + 1e-15)


@defined
def normal_var(values):
    return statistics.fmean(values) + NORMAL.inv_cdf(0.05) * statistics.stdev(values)


@defined
def normal_cvar(values):
    return statistics.fmean(values) - NORMAL.pdf(NORMAL.inv_cdf(0.05)) / 0.05 * statistics.stdev(values)


@defined
def tail_ratio(values):
    return abs(quantile(values, 0.95)) / abs(quantile(values, 0.05))


@defined
def win_rate(values):
    return sum(r > 0 for r in values) / len(values)


@defined
def payoff(values):
    return statistics.fmean(r for r in values if r > 0) / -statistics.fmean(r for r in values if r < 0)


def drawdowns(equity):
    peak = -math.inf
    depths = []
    for value in equity:
        peak = max(peak, value)
        if peak <= 0:
            return None
        depths.append(value / peak - 1)
    return depths


def of_returns(values, n, rate=0.0):
    return {
        "mean_return": defined(statistics.fmean)(values),
        "volatility": volatility(values, n),
        "sharpe": sharpe(values, n, rate),
        "sortino": sortino(values, n, rate),
        "omega": gain_to_loss(values),
        "probabilistic_sharpe": probabilistic_sharpe(values, 0.0, rate),
        "skew": skew(values),
        "kurtosis": kurtosis(values),
        "var": quantile(values, 0.05),
        "cvar": shortfall(values),
        "normal_var": normal_var(values),
        "normal_cvar": normal_cvar(values),
        "tail_ratio": tail_ratio(values),
        "winning_periods": win_rate(values),
        "period_payoff": payoff(values),
    }


def of_equity(equity):
    depths = drawdowns(equity)
    if not depths:
        return {"max_drawdown": None, "ulcer_index": None}
    return {
        "max_drawdown": min(depths),
        "ulcer_index": math.sqrt(math.fsum(d * d for d in depths) / len(depths)),
    }


def against(mine, theirs, n, rate=0.0):
    if len(mine) < 2:
        return {"beta": None, "alpha": None, "correlation": None, "information_ratio": None}
    active = [a - b for a, b in zip(mine, theirs)]
    flat = len(set(theirs)) == 1
    beta = None if flat else statistics.covariance(mine, theirs) / statistics.variance(theirs)
    return {
        "beta": beta,
        "alpha": None if flat else (statistics.fmean(mine) - rate - beta * (statistics.fmean(theirs) - rate)) * n,
        "correlation": None if flat or len(set(mine)) == 1 else statistics.correlation(mine, theirs),
        "information_ratio": sharpe(active, n),
    }


def at_rate(returns, other, a_year):
    rate = rate_of(a_year, DAY)
    return {
        "of_a_day": rate,
        "sharpe": sharpe(returns, 365, rate),
        "sortino": sortino(returns, 365, rate),
        "probabilistic_sharpe": probabilistic_sharpe(returns, 0.0, rate),
        "alpha": against(returns, other, 365, rate)["alpha"],
    }


def series():
    dice = random.Random(20240808)
    cases = {
        "nothing": [],
        "one": [0.01],
        "two": [0.01, -0.02],
        "three": [0.01, -0.02, 0.005],
        "equal": [0.001] * 12,
        "zero": [0.0] * 7,
        "gains": [dice.uniform(0.0001, 0.02) for _ in range(30)],
        "losses": [-dice.uniform(0.0001, 0.02) for _ in range(30)],
        "year": [dice.gauss(0.001, 0.02) for _ in range(365)],
        "skewed": [dice.expovariate(80) - 0.01 for _ in range(200)],
        "heavy": [dice.gauss(0, 0.01) / math.sqrt(dice.gammavariate(1.5, 1 / 1.5)) for _ in range(500)],
        "ruin": [0.05, -1.0, 0.0],
        "flat": [0.0] * 365,
    }
    out = {}
    for name, returns in cases.items():
        equity = [1000.0]
        for r in returns:
            equity.append(equity[-1] * (1 + r))
        other = [0.4 * r + dice.gauss(0.0005, 0.01) for r in returns]
        out[name] = {
            "returns": returns,
            "equity": equity,
            "benchmark": other,
            "of_returns": of_returns(returns, 365),
            "of_equity": of_equity(equity),
            "against": against(returns, other, 365),
            "sqn": sharpe(returns, len(returns)),
            "at_rates": {rate: at_rate(returns, other, rate) for rate in RATES},
        }
    return out


def nanos(text):
    whole, fraction = text.rstrip("Z").split(".")
    moment_ = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return int(moment_.timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def text_of(value):
    """An exact decimal, without trailing zeros; None of None."""
    if value is None:
        return None
    sign, value = ("-", -value) if value < 0 else ("", value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    units = str((value * 10**digits).numerator).rjust(digits + 1, "0")
    return sign + (units if digits == 0 else units[:-digits] + "." + units[-digits:])


def rows_of(folder, name):
    with open(os.path.join(folder, name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ledger(samples, fills, marks):
    """Of one instrument: from cash flows and marks alone, not fill by fill as acts has it."""
    first, last = samples[0], samples[-1]
    signed = [Fraction(f["quantity"]) * (1 if f["side"] == "buy" else -1) for f in fills]
    middles = [Fraction(f["mid_price"] or f["price"]) for f in fills]
    fees = -sum((Fraction(f["fee"]) for f in fills), Fraction(0))
    funding = Fraction(last["funding"]) - Fraction(first["funding"])
    spread_ = sum((q * (m - Fraction(f["price"])) for q, m, f in zip(signed, middles, fills)), Fraction(0))
    total = Fraction(last["equity"]) - Fraction(first["equity"])
    out = {"spread": spread_, "fees": fees, "funding": funding, "total": total,
           "inventory": total - spread_ - fees - funding}
    for horizon in HORIZONS:
        known = [(q, m, Fraction(k[horizon])) for q, m, k in zip(signed, middles, marks) if k[horizon]]
        out["adverse_" + horizon] = sum((q * (later - m) for q, m, later in known), Fraction(0))
    return out


def trades(fills):
    """Closed trades, first in first out, in exact fractions."""
    lots, outcomes = [], []
    for fill in fills:
        left = Fraction(fill["quantity"]) * (1 if fill["side"] == "buy" else -1)
        price, fee = Fraction(fill["price"]), Fraction(fill["fee"]) / Fraction(fill["quantity"])
        profit = None
        while left and lots and (lots[0][0] > 0) != (left > 0):
            quantity, cost, its_fee = lots[0]
            taken = min(abs(quantity), abs(left))
            side = 1 if quantity > 0 else -1
            profit = (profit or 0) + taken * (side * (price - cost) - fee - its_fee)
            left += side * taken
            lots[0] = (quantity - side * taken, cost, its_fee)
            if not lots[0][0]:
                lots.pop(0)
        if left:
            lots.append((left, price, fee))
        if profit is not None:
            outcomes.append((fill["time"], float(profit)))
    return outcomes


def gaps_of(folder, instrument):
    """From and to, in nanoseconds; one without an instrument is of all. None: the run does not tell."""
    with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
        gaps = json.load(file)["run"].get("gaps")
    if gaps is None:
        return None
    return [(nanos(gap["from"]), nanos(gap["to"])) for gap in gaps
            if gap.get("instrument", instrument) == instrument]


def outside_gaps(folder, samples, closes, ends, n, rate):
    """Walks over each instrument's samples; `ends`: the time of each of the closes."""
    instruments = sorted({row["instrument"] for row in samples})
    profit, made, touched, clear = Fraction(0), {}, set(), set()
    for name in instruments:
        gaps = gaps_of(folder, name)
        if gaps is None:
            return None, {"periods_outside_gaps": None, "total_return_outside_gaps": None, "sharpe_outside_gaps": None}
        own = [(nanos(row["time"]), Fraction(row["equity"])) for row in samples if row["instrument"] == name]
        for (before, old), (now, new) in zip(own, own[1:]):
            if any(begin < end and begin <= now and before < end for begin, end in gaps):
                profit += new - old
                touched.add(now)
                made[now] = made.get(now, Fraction(0)) + new - old
            else:
                clear.add(now)
    at = sorted({nanos(row["time"]) for row in samples})
    pairs = [(before, now, now in touched and now not in clear) for before, now in zip(at, at[1:])]
    returns = []
    for start, end, old, new in zip(ends, ends[1:], closes, closes[1:]):
        if not all(is_hidden for before, now, is_hidden in pairs if before < end and start < now):
            hidden = sum((money for t, money in made.items() if start < t <= end), Fraction(0))
            returns.append((new - old - float(hidden)) / old if old > 0 else None)
    if min(closes[:-1]) <= 0:
        returns = []
    growth = math.prod(1 + r for r in returns) - 1 if returns else None
    return profit, {"periods_outside_gaps": len(returns), "total_return_outside_gaps": growth,
                    "sharpe_outside_gaps": sharpe(returns, n, rate)}


def folder_figures(folder, capital, a_year="0"):
    samples, fills, marks = (rows_of(folder, f"{name}.csv") for name in ("equity", "fills", "marks"))
    instruments = sorted({row["instrument"] for row in samples})
    equity = {}
    for row in samples:
        equity[nanos(row["time"])] = equity.get(nanos(row["time"]), Fraction(capital)) + Fraction(row["equity"])
    times = sorted(equity)
    values = [float(equity[t]) for t in times]
    length = times[-1] - times[0]
    step, n = (DAY, 365) if length >= 3 * DAY else (60 * 10**9, 1) if length >= 1800 * 10**9 else (10**9, 1)
    ends = [t for t in range(times[0] // step * step + step, times[-1], step)]
    closes, at = [values[0]], 0
    for end in ends:
        while at + 1 < len(times) and times[at + 1] <= end:
            at += 1
        closes.append(values[at])
    closes.append(values[-1])
    rate = rate_of(a_year, step)
    returns = [] if min(closes[:-1]) <= 0 else [b / a - 1 for a, b in zip(closes, closes[1:])]
    in_gaps, of_others = outside_gaps(folder, samples, closes, [times[0], *ends, times[-1]], n, rate)
    days = length / DAY
    growth = (closes[-1] / closes[0]) ** (365 / days) - 1 if returns and days >= 1 else None
    parts = {}
    outcomes = []
    for name in instruments:
        chosen = [i for i, fill in enumerate(fills) if fill["instrument"] == name]
        own = [fills[i] for i in chosen]
        of_one = ledger([r for r in samples if r["instrument"] == name], own, [marks[i] for i in chosen])
        for key, value in of_one.items():
            parts[key] = parts.get(key, Fraction(0)) + value
        outcomes += trades(own)
    for horizon in HORIZONS:
        if fills and not any(mark[horizon] for mark in marks):
            parts["adverse_" + horizon] = None  # nobody knows it
    profits = [profit for _, profit in sorted(outcomes, key=lambda o: o[0])]
    turnover = sum(Fraction(f["price"]) * Fraction(f["quantity"]) for f in fills)
    horizon_moves = {}
    for horizon in HORIZONS:
        moves = [
            (1 if f["side"] == "buy" else -1) * float((Fraction(k[horizon]) / Fraction(f["mid_price"]) - 1) * 10**4)
            for f, k in zip(fills, marks)
            if k[horizon] and f["mid_price"]
        ]
        horizon_moves[horizon] = defined(statistics.fmean)(moves)
    depths = drawdowns(values)
    return {
        "numbers": {
            "returns": {**of_returns(returns, n, rate), **of_others, "cagr": growth, "risk_free_rate": float(a_year),
                        "total_return": closes[-1] / closes[0] - 1 if returns else None},
            "drawdown": {**of_equity(closes), "max_drawdown_samples": min(depths) if depths else None,
                         "calmar": growth / -min(drawdowns(closes)) if growth is not None else None},
            "trades": {"trades": len(profits), "win_rate": win_rate(profits), "profit_factor": gain_to_loss(profits),
                       "payoff": payoff(profits), "expectancy": defined(statistics.fmean)(profits),
                       "sqn": sharpe(profits, len(profits))},
            "fills": {"fills": len(fills),
                      "maker_ratio": defined(statistics.fmean)([f["liquidity"] == "maker" for f in fills]),
                      "mark_out_100ms": horizon_moves["0.1s"], "mark_out_1s": horizon_moves["1s"],
                      "mark_out_10s": horizon_moves["10s"], "mark_out_60s": horizon_moves["60s"]},
        },
        "exact": {
            "result": {"profit_in_gaps": text_of(in_gaps)},
            "ledger": {
                "ledger_spread": text_of(parts["spread"]), "ledger_inventory": text_of(parts["inventory"]),
                "ledger_fees": text_of(parts["fees"]), "ledger_funding": text_of(parts["funding"]),
                "ledger_total": text_of(parts["total"]), "ledger_unexplained": "0",
                "adverse_100ms": text_of(parts["adverse_0.1s"]), "adverse_1s": text_of(parts["adverse_1s"]),
                "adverse_10s": text_of(parts["adverse_10s"]), "adverse_60s": text_of(parts["adverse_60s"]),
            },
            "fills": {"turnover": text_of(turnover)},
        },
    }


def main():
    if sys.argv[1:2] == ["series"]:
        out = series()
    elif sys.argv[1:2] == ["folders"]:
        out = {}
        for folder in sys.argv[2:]:
            figures = {f"{capital} at {rate}": folder_figures(folder, capital, rate) for capital, rate in ACCOUNTS}
            out[os.path.basename(folder.rstrip("/"))] = figures
    else:
        sys.exit(__doc__)
    json.dump(out, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
