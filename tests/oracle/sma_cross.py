#!/usr/bin/env python3
"""What `sma_cross` does on candles, by itself: exact decimals, no code of acts.

    sma_cross.py --fast 10 --slow 30 --quantity 0.1 --taker 0.001 --cash 10000 --fills F.csv --equity E.csv CANDLES...

CANDLES: Binance's kline files (CSV: open time in ms, open, high, low, close, volume, ...) or JSON arrays of
[open time in ms, open, high, low, close, volume].

The rules. At the close of each candle, once there have been `slow` of them, the mean of the last `fast` closes is
compared with that of the last `slow`. Equal means change nothing. The first difference is only noted; whenever it
turns around afterwards, the wanted position is `quantity` (fast above slow) or nothing (below), with --both minus
`quantity`. What is missing to it is traded at the open of the next candle in which anything was traded (its volume is
not 0); a signal that comes before replaces the one that waits. A fee of `taker` of the value is paid.
Equity at a close: cash + position x close - fees.
"""
import argparse
import csv
import json
from datetime import datetime, timezone
from decimal import Decimal, getcontext

getcontext().prec = 60


def candles(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".json"):
            rows = json.load(file, parse_float=Decimal, parse_int=Decimal)
        else:
            rows = [row for row in csv.reader(file) if row and row[0].isdigit()]
    for row in rows:
        time, first, _, _, last, volume = row[:6]
        yield int(time), Decimal(first), Decimal(last), Decimal(volume)


def text(value):
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def iso(millis):
    moment = datetime.fromtimestamp(millis // 1000, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03d}Z"


def run(rows, fast, slow, quantity, taker, cash, both):
    closes, fills, equity = [], [], []
    position, fees = Decimal(0), Decimal(0)
    noted, waiting = 0, None
    for time, first, last, volume in rows:
        if waiting is not None and volume > 0:
            missing = waiting - position
            waiting = None
            if missing:
                fee = abs(missing) * first * taker
                cash -= missing * first
                fees += fee
                position += missing
                fills.append((time, "buy" if missing > 0 else "sell", first, abs(missing), fee))
        closes.append(last)
        equity.append((time, cash + position * last - fees))
        if len(closes) < slow:
            continue
        above = sum(closes[-fast:]) * slow - sum(closes[-slow:]) * fast
        sign = (above > 0) - (above < 0)
        if sign == 0:
            continue
        if noted and sign != noted:
            waiting = quantity if sign > 0 else -quantity if both else Decimal(0)
        noted = sign
    return fills, equity, position, cash, fees


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--fast", type=int, required=True)
    options.add_argument("--slow", type=int, required=True)
    options.add_argument("--quantity", type=Decimal, required=True)
    options.add_argument("--taker", type=Decimal, default=Decimal(0))
    options.add_argument("--cash", type=Decimal, default=Decimal(0))
    options.add_argument("--both", action="store_true")
    options.add_argument("--fills", required=True)
    options.add_argument("--equity")
    options.add_argument("candles", nargs="+")
    given = options.parse_args()
    rows = sorted(row for path in given.candles for row in candles(path))
    fills, equity, position, cash, fees = run(rows, given.fast, given.slow, given.quantity, given.taker, given.cash,
                                              given.both)
    with open(given.fills, "w", newline="", encoding="utf-8") as file:
        file.write("time,side,price,quantity,fee\n")
        for time, side, price, amount, fee in fills:
            file.write(f"{iso(time)},{side},{text(price)},{text(amount)},{text(fee)}\n")
    if given.equity:
        with open(given.equity, "w", newline="", encoding="utf-8") as file:
            file.write("time,equity\n")
            for time, value in equity:
                file.write(f"{iso(time)},{text(value)}\n")
    print(f"fills={len(fills)} position={text(position)} balance={text(cash)} fee={text(fees)}"
          f" equity={text(equity[-1][1])}")


if __name__ == "__main__":
    main()
