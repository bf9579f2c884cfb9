#!/usr/bin/env python3
"""The minute rows of a gap-free recording, computed anew: documented procedure, exact fractions, plain dictionaries.

    tests/oracle/minute_rows.py binance-spot BTCUSDT testdata/binance-feed/spot/btcusdt_20240808.gz

Writes CSV with the default bands. It shares nothing with acts but the definitions; testdata/expected holds its output,
which a test compares with what acts makes. For recordings of one symbol that hold one snapshot and no gap.
"""

import datetime
import gzip
import json
import sys
from fractions import Fraction

BANDS = (1, 4)  # per cent
MINUTE = 60 * 10**9


def decimal_text(value):
    """Exact, without trailing zeros."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
        assert digits <= 40, "not a finite decimal"
    units = str((value * 10**digits).numerator).rjust(digits + 1, "0")
    return sign + (units if digits == 0 else units[:-digits] + "." + units[-digits:])


def ratio_text(value):
    """The nearest double, shortest form."""
    if value is None:
        return ""
    text = repr(value.numerator / value.denominator)
    return text.removesuffix(".0")


def time_text(millis):
    moment = datetime.datetime.fromtimestamp(millis // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03d}Z"


def lines_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            stamp, text = line.split(" ", 1)
            yield int(stamp), json.loads(text)


class Book:
    def __init__(self, usdm):
        self.usdm = usdm
        self.bids, self.asks = {}, {}
        self.buffer = []  # (id, event) from before the snapshot
        self.snapshot = None  # waits until the stream has reached it
        self.synced_at = None
        self.window = None
        self.event_time = None
        self.updates = 0  # applied in this minute

    def on_snapshot(self, now, snapshot):
        assert self.snapshot is None and self.synced_at is None
        self.snapshot = snapshot
        self.try_merge(now)

    def on_event(self, now, event):
        if self.synced_at is not None:
            self.apply(event)
            return
        self.buffer.append(event)
        if self.snapshot is not None:
            self.try_merge(now)

    def try_merge(self, now):
        at = self.snapshot["lastUpdateId"]
        if self.buffer and self.buffer[-1]["u"] < at:
            return
        for side, levels in ((self.bids, self.snapshot["bids"]), (self.asks, self.snapshot["asks"])):
            side.update((Fraction(price), Fraction(quantity)) for price, quantity in levels)
        assert len(self.bids) == len(self.asks) == 1000, "a side with fewer levels than the limit is complete"
        self.window = (min(self.bids), max(self.asks))
        self.synced_at = now
        for event in self.buffer:
            if event["u"] >= at if self.usdm else event["u"] > at:
                self.apply(event)

    def apply(self, event):
        for side, levels in ((self.bids, event["b"]), (self.asks, event["a"])):
            for price, quantity in levels:
                price, quantity = Fraction(price), Fraction(quantity)
                if quantity == 0:
                    side.pop(price, None)
                else:
                    side[price] = quantity
        self.event_time = event["E"]
        self.updates += 1

    def covered(self, low, high):
        return max(Fraction(), min(high, self.window[1]) - max(low, self.window[0]))

    def band(self, mid, percent):
        low, high = mid * (100 - percent) / 100, mid * (100 + percent) / 100
        bid = sum((q for p, q in self.bids.items() if low <= p <= high), Fraction())
        ask = sum((q for p, q in self.asks.items() if low <= p <= high), Fraction())
        bias = (bid - ask) / (bid + ask) if bid + ask else None
        covered_bid = self.covered(low, mid) / (mid - low)
        covered_ask = self.covered(mid, high) / (high - mid)
        return [decimal_text(bid), decimal_text(ask), ratio_text(bias), ratio_text(covered_bid),
                ratio_text(covered_ask), "0"]


def gap_ms(book, boundary):
    out = min(max((book.synced_at or boundary) - (boundary - MINUTE), 0), MINUTE)
    return (out + 500_000) // 1_000_000


def row(venue, symbol, boundary, book):
    bid, ask = max(book.bids), min(book.asks)
    bid_quantity, ask_quantity = book.bids[bid], book.asks[ask]
    mid = (bid + ask) / 2
    cells = [venue, symbol, time_text(boundary // 10**6), time_text(book.event_time), decimal_text(bid),
             decimal_text(ask), decimal_text(mid), str(len(book.bids)), str(len(book.asks))]
    for percent in BANDS:
        cells += book.band(mid, percent)
    micro = (bid * ask_quantity + ask * bid_quantity) / (bid_quantity + ask_quantity)
    cells += [decimal_text(ask - bid), decimal_text(bid_quantity), decimal_text(ask_quantity), ratio_text(micro),
              str(book.updates), "0", str(gap_ms(book, boundary)), "0", "live", ""]
    book.updates = 0
    return ",".join(cells)


def header():
    names = ["venue", "symbol", "sample_time", "last_book_update", "best_bid", "best_ask", "mid_price", "total_bid",
             "total_ask"]
    for percent in BANDS:
        names += [f"{name}_{percent}" for name in ("total_bid", "total_ask", "book_bias", "coverage_bid",
                                                   "coverage_ask", "suspect")]
    return ",".join(names + ["spread", "bid_quantity", "ask_quantity", "microprice", "updates", "gaps", "gap_ms",
                             "reconnects", "state", "reason"])


def main():
    venue, symbol, *paths = sys.argv[1:]
    book = Book(usdm=venue == "binance-usdm")
    boundary = None
    print(header())
    for path in paths:
        for now, message in lines_of(path):
            if boundary is None:
                boundary = now - now % MINUTE + MINUTE
            while now >= boundary:
                print(row(venue, symbol, boundary, book))
                boundary += MINUTE
            if "lastUpdateId" in message:
                book.on_snapshot(now, message)
            elif message["data"].get("e") == "depthUpdate":
                book.on_event(now, message["data"])


main()
