"""The defects of hftbacktest that docs/backtest.md lists, as the installed package has them, and the positions that
our strategies are told with compatibility: python defects.py PARITY_RUN

Small markets with partial fills, a queue that only trades move, and 1 ms each way. Exit code 1, with a line for each
that is not as the table says: then the table, the compatibility and tests/sim/venue_compatibility_test.cpp are to be
looked at again.
"""
import collections
import pathlib
import sys
import tempfile

import hftbacktest
import numpy
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.order import BUY, GTC, IOC, LIMIT

import random_parity as parity

BEGIN = parity.START
STEP = 10 * parity.MILLISECOND
BOOK = [(0, "level", BUY, 100, 10), (0, "level", BUY, 99, 20), (0, "level", -BUY, 102, 10), (0, "level", -BUY, 103, 20)]
THIN = [(0, "level", BUY, 100, 1), (0, "level", BUY, 99, 20), (0, "level", -BUY, 102, 1)]
ALIVE = [(900 + 10 * i, "level", BUY, 90, 1 + i) for i in range(3)]
Outcome = collections.namedtuple("Outcome", "position left code")  # at the end; code 1: of the data, others: an error


def events_of(rows):
    events = numpy.zeros(len(rows), parity.EVENT)
    for event, (at_ms, kind, side, price, quantity) in zip(events, rows):
        event["ev"] = (1 if kind == "level" else 2) | parity.EXCHANGE | parity.LOCAL
        event["ev"] |= parity.BUYS if side == BUY else parity.SELLS
        event["exch_ts"] = BEGIN + at_ms * parity.MILLISECOND
        event["local_ts"] = event["exch_ts"] + parity.MILLISECOND
        event["px"], event["qty"] = price, quantity
    return events


def run(rows, actions):
    """`actions`: by the number of the step, what to do then."""
    events = events_of(rows + ALIVE)
    asset = parity.asset_of(events, "risk_averse").partial_fill_exchange()
    asset = asset.constant_order_latency(parity.MILLISECOND, parity.MILLISECOND)
    backtest = HashMapMarketDepthBacktest([asset])
    step, code = 0, 0
    left = {}
    while code == 0:
        code = backtest.elapse(STEP)
        step += 1
        if code == 0 and step in actions:
            actions[step](backtest)
        orders = backtest.orders(0).values()
        while orders.has_next():
            order = orders.get()
            left[int(order.order_id)] = round(order.leaves_qty)
    outcome = Outcome(round(backtest.state_values(0).position), left, code)
    backtest.close()
    return outcome


def told(program, rows, step):
    """The position that our script is told at the end, of one step as write_case() has it; and what was filled."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        parity.write_case(folder, events_of(rows + ALIVE), [step])
        latencies = numpy.array([(1, 1 + parity.MILLISECOND, 1 + 2 * parity.MILLISECOND)])
        made, totals = parity.ours(program, folder, latencies, "risk_averse", "partial", "hftbacktest")
    return totals.told[-1], sum(fill.quantity for fill in made), totals.position


def buy(order_id, price, quantity, time_in_force=GTC):
    return lambda backtest: backtest.submit_buy_order(0, order_id, price, quantity, time_in_force, LIMIT, False)


def sold(at_ms, price, quantity):
    return (at_ms, "trade", -BUY, price, quantity)


def main(program):
    modify = {2: buy(1, 100, 5), 20: lambda backtest: backtest.modify(0, 1, 99.0, 8.0, False)}
    cancel = {2: buy(1, 100, 5), 20: lambda backtest: backtest.cancel(0, 1, False)}
    cases = (
        ("1: 2 of 5 filled are in no position", BOOK + [sold(100, 100, 12)], {2: buy(1, 100, 5)},
         Outcome(0, {1: 3}, 1)),
        ("2: one that is emptied exactly is filled again: an error", BOOK + [sold(100, 100, 15), sold(200, 99, 5)],
         {2: buy(1, 100, 5)}, Outcome(5, {1: 0}, 14)),
        ("3: 10 of 25 before an IOC expired are in no position", BOOK, {2: buy(1, 102, 25, IOC)},
         Outcome(0, {1: 15}, 1)),
        ("4: modified to 8 after 2 of 5, 3 are left", BOOK + [sold(100, 100, 12)], modify, Outcome(0, {1: 3}, 1)),
        ("5: one that a trade emptied exactly, and is cancelled, is booked once", BOOK + [sold(100, 100, 15)], cancel,
         Outcome(5, {1: 0}, 1)),
        ("5: any other that is filled and cancelled is booked twice", BOOK + [sold(100, 100, 20)], cancel,
         Outcome(10, {1: 0}, 1)),
        ("6: 11 traded fill 50", THIN + [sold(100, 100, 11)], {2 + i: buy(1 + i, 100, 10) for i in range(5)},
         Outcome(50, {i: 0 for i in range(1, 6)}, 1)),
    )
    wrong = 0
    for name, rows, actions, wanted in cases:
        got = run(rows, actions)
        if got != wanted:
            wrong += 1
            print(f"defects.py: {name}: {got}, not {wanted}", file=sys.stderr)
    # Steps: wake, action, order, is_buy, ticks below the best bid, quantity, time in force (2: IOC), is_market.
    positions = (
        ("1: 2 of 5 filled", BOOK + [sold(100, 100, 12)], (2, parity.PLACE, 1, 1, 0, 5, 0, 0), (0, 2, 2)),
        ("2: emptied exactly", BOOK + [sold(100, 100, 15)], (2, parity.PLACE, 1, 1, 0, 5, 0, 0), (5, 5, 5)),
        ("3: 10 of 25 before an IOC expired", BOOK, (2, parity.PLACE, 1, 1, -2, 25, 2, 0), (0, 10, 10)),
    )
    for name, rows, step, wanted in positions:
        got = told(program, rows, step)
        if got != wanted:
            wrong += 1
            print(f"defects.py: {name}: told, filled and the run's position {got}, not {wanted}", file=sys.stderr)
    if not wrong:
        print(f"{len(cases)} cases of defects of hftbacktest {hftbacktest.__version__} are as docs/backtest.md says, "
              f"and {len(positions)} positions that strategies are told")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
