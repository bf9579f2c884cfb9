#!/usr/bin/env python3
"""Folders of backtests that never were, with the files of a run, exact: tests/oracle/synthetic_run.py DIR

DIR/short: 45 minutes of one instrument, a market maker without capital. DIR/days: 100 days of two instruments, with
funding, crossing a new year, and names that would be markup, if nobody escaped them.
"""

import datetime
import hashlib
import json
import os
import random
import sys
from decimal import Decimal, getcontext

getcontext().prec = 60
SECOND = 10**9


def time_text(nanos):
    moment = datetime.datetime.fromtimestamp(nanos // SECOND, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{nanos % SECOND:09d}Z"


def text(value):
    if value is None:
        return ""
    value = format(value.normalize(), "f")
    return "0" if value in ("-0", "0") else value


class Market:
    """A middle that wanders by steps of half a tick, known at any time asked for."""

    def __init__(self, dice, price, tick, moves, start, end, step):
        self.tick, self.step, self.start = Decimal(tick), step, start
        path, at = [], Decimal(price)
        for _ in range((end - start) // step + 1):
            at += Decimal(dice.randint(-moves, moves)) * self.tick / 2
            path.append(at)
        self.path = path

    def middle(self, nanos):
        place = (nanos - self.start) // self.step
        return self.path[place] if 0 <= place < len(self.path) else None


class Account:
    def __init__(self, cash):
        self.cash, self.position, self.fee, self.funding = Decimal(cash), Decimal(0), Decimal(0), Decimal(0)

    def equity(self, mark):
        return self.cash + self.position * mark - self.fee + self.funding


def trade(dice, name, market, account, nanos, order, out):
    """An order, its answer and what becomes of it; sometimes a fill."""
    fills, orders, marks = out
    middle = market.middle(nanos)
    lean = 1 if account.position < 0 else -1 if account.position > 0 else 0
    buy = dice.random() < 0.5 + 0.2 * lean
    maker = dice.random() < 0.85
    half = market.tick * dice.randint(1, 3) / 2
    price = middle - half if buy == maker else middle + half
    quantity = Decimal(dice.randint(1, 5)) / 10
    side, form = ("buy" if buy else "sell"), ("limit" if maker else "market")
    shown = text(price) if maker else ""
    tif = "GTX" if maker else "IOC"

    def say(after, event, left, reason=""):
        what = f"{name},{order},{event},{side},{form},{tif}"
        orders.append((nanos + after, f"{what},{shown},{text(quantity)},{text(left)},{reason}"))

    say(0, "submitted", quantity)
    answer = dice.randint(8, 14) * 10**6
    if maker and dice.random() < 0.1:
        say(answer, "rejected", quantity, "would_cross")
        return
    say(answer, "accepted", quantity)
    wait = answer + dice.randint(1, 900) * 10**6
    if maker and dice.random() < 0.3:
        say(wait, "cancelled", quantity)
        return
    at = nanos + wait
    at_fill = market.middle(at)
    if at_fill is None:
        say(wait, "expired", quantity)
        return
    fee = price * quantity * Decimal("-0.00005" if maker else "0.0007")
    account.cash -= price * quantity * (1 if buy else -1)
    account.position += quantity * (1 if buy else -1)
    account.fee += fee
    ahead = Decimal(dice.randint(0, 400)) / 100
    cause = dice.choice(("crossed", "traded_through", "queue_done")) if maker else "taker"
    say(wait, "filled", Decimal(0))
    who = f"{name},{side},{text(price)},{text(quantity)},{'maker' if maker else 'taker'},{cause},{text(fee)},{order}"
    fills.append((at, f"{who},"
                      f"{text(ahead) if maker else ''},{'0' if maker else ''},{text(at_fill)},"))
    marks.append((at, [market.middle(at + h) for h in (SECOND // 10, SECOND, 10 * SECOND, 60 * SECOND)]))


def write(folder, name, header, lines):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(header + "\n")
        file.writelines(line + "\n" for line in lines)


def make(folder, seed, start, length, sample, every, instruments, funding_every, cash):
    dice = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    end = start + length
    markets = {n: Market(dice, p, t, m, start, end, min(sample, 10**11) // 5) for n, p, t, m in instruments}
    accounts = {n: Account(cash) for n in markets}
    out = ([], [], [])
    equity, order = [], 0
    next_trade, next_funding = start + every, start + (funding_every or 10**20)
    previous = None
    for nanos in [*range(start, end, sample), end]:
        while next_trade + 2 * SECOND < nanos and next_trade + 2 * SECOND < end:
            name = dice.choice(sorted(markets))
            order += 1
            trade(dice, name, markets[name], accounts[name], next_trade, order, out)
            next_trade += max(every + dice.randint(-every // 3, every // 3), 3 * SECOND)
        while next_funding <= nanos:
            for name in sorted(markets):
                mark = markets[name].middle(min(next_funding, end - 1))
                rate = Decimal(dice.randint(-10, 20)) / 100000
                accounts[name].funding -= accounts[name].position * mark * rate
            next_funding += funding_every
        for name in sorted(markets):
            mark = markets[name].middle(nanos) or markets[name].path[-1]
            a = accounts[name]
            account = (mark, a.position, a.cash, a.fee, a.funding, a.equity(mark))
            equity.append(f"{time_text(nanos)},{quoted(name)},{','.join(map(text, account))}")
        previous = nanos
    assert previous == end
    fills, orders, marks = (sorted(rows, key=lambda row: row[0]) for rows in out)
    write(folder, "equity.csv", "time,instrument,mark_price,position,cash,fee,funding,equity", equity)
    write(folder, "fills.csv", "time,instrument,side,price,quantity,liquidity,cause,fee,order_id,queue_ahead_entry,"
          "queue_ahead_fill,mid_price,realised", (f"{time_text(t)},{requoted(row, markets)}" for t, row in fills))
    write(folder, "orders.csv", "time,instrument,order_id,event,side,type,time_in_force,price,quantity,left,reason",
          (f"{time_text(t)},{requoted(row, markets)}" for t, row in orders))
    write(folder, "marks.csv", "fill_number,0.1s,1s,10s,60s",
          (f"{i},{','.join(text(m) for m in later)}" for i, (_, later) in enumerate(marks, 1)))
    last = {n: accounts[n] for n in sorted(markets)}
    run = {
        "totals": {"fills": len(fills), "position": {n: text(a.position) for n, a in last.items()},
                   "fee": text(sum(a.fee for a in last.values()))},
        "fills": [],
        "run": {"version": "0.1.0", "seed": seed, "strategy": "synthetic", "rows": len(equity),
                "data": [{"file": f"{n}.gz", "sha256": hashlib.sha256(n.encode()).hexdigest()}
                         for n in sorted(markets)],
                "models": {"queue": "power3", "latency": "constant", "fills": "full"},
                "gaps": [{"from": time_text(start + length // 3), "to": time_text(start + length // 3 + length // 50),
                          "reason": "synthetic"}],
                "configuration": "[strategy]\nname = \"synthetic\"  # </script><b>\n"},
    }
    with open(os.path.join(folder, "run.json"), "w", encoding="utf-8") as file:
        json.dump(run, file, indent=1)
        file.write("\n")


def quoted(name):
    return '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"') else name


def requoted(row, names):
    for name in names:
        if row.startswith(name + ","):
            return quoted(name) + row[len(name):]
    raise AssertionError(row)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    begin = 1723161300 * SECOND + 200_000_000  # 2024-08-08T23:55:00.2
    make(os.path.join(sys.argv[1], "short"), 1, begin, 45 * 60 * SECOND + 300_000_000, 5 * SECOND, 20 * SECOND,
         [("BTCUSDT", "61000", "0.1", 40)], None, 0)
    day = 86400 * SECOND
    make(os.path.join(sys.argv[1], "days"), 2, 1732060800 * SECOND + 3600 * SECOND, 100 * day, day // 3, day // 3,
         [("BTCUSDT", "61000", "0.1", 25), ("<b>\"ETH\",&USDT", "2500", "0.01", 8)], day // 3, 5000)


if __name__ == "__main__":
    main()
