"""Whether scripted orders over random markets are filled as hftbacktest fills them: python random_parity.py PARITY_RUN

Seeded: a market of some thousand changes, latencies as if recorded, and a script that places, modifies and cancels at
random. Fills as a multiset of time, side, price and quantity, with full fills, for each queue model in turn. Exit code
1, with a line for each seed that differs. SEEDS=n: only the first n.
"""
import collections
import os
import pathlib
import subprocess
import sys
import tempfile

import hftbacktest
import numpy
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.order import BUY, FILLED, FOK, GTC, GTX, IOC, LIMIT, MARKET
from numba import njit

SEEDS = int(os.environ.get("SEEDS", "200"))
ROWS = 4000
WAKE = 10_000_000
START = 1_700_000_000_000_000_000
MODELS = ("power3", "power", "power2", "log", "log2", "risk_averse")
NO_PRICE = 1 << 62
PLACE, MODIFY, CANCEL = 0, 1, 2
ACTIONS = ("place", "modify", "cancel")
TIMES_IN_FORCE = (GTC, GTX, IOC, FOK)
EVENT = [
    ("ev", "<u8"),
    ("exch_ts", "<i8"),
    ("local_ts", "<i8"),
    ("px", "<f8"),
    ("qty", "<f8"),
    ("order_id", "<u8"),
    ("ival", "<i8"),
    ("fval", "<f8"),
]
EXCHANGE, LOCAL, BUYS, SELLS = 1 << 31, 1 << 30, 1 << 29, 1 << 28


def market(random):
    """Events in order, each for both clocks: receipt is 1 to 3 ms later, never before that of the one before."""
    events = numpy.zeros(ROWS, EVENT)
    middle = 1000
    ts = START
    received = 0
    for event in events:
        ts += int(random.integers(1, 8)) * 1_000_000
        received = max(received, ts + int(random.integers(1, 4)) * 1_000_000)
        middle += int(random.integers(-1, 2))
        away = int(random.integers(0, 6))
        is_bid = bool(random.integers(0, 2))
        if random.random() < 0.25:
            event["ev"] = 2
            event["px"] = middle + 1 + away // 2 if is_bid else middle - away // 2
            event["qty"] = random.integers(1, 10)
        else:
            event["ev"] = 1
            event["px"] = middle - away if is_bid else middle + 1 + away
            event["qty"] = random.integers(0, 9)
        event["ev"] |= EXCHANGE | LOCAL | (BUYS if is_bid else SELLS)
        event["exch_ts"], event["local_ts"] = ts, received
    return events


def latencies(random, events):
    """Rows of request, venue and response, some of them refused."""
    rows = []
    request = int(events["exch_ts"][0])
    venue = 0
    while request < events["local_ts"][-1]:
        venue = max(venue + 1, request + int(random.integers(1, 20)) * 1_000_000)
        response = venue + int(random.integers(1, 20)) * 1_000_000
        rows.append((request, venue, response, 0))
        request += int(random.integers(50, 400)) * 1_000_000
    return numpy.array(rows, numpy.int64)


def script(random, wakes):
    """Rows of wake, action, order, is_buy, offset, quantity, time in force, is_market."""
    steps = []
    placed = 0
    for wake in range(20, wakes):
        for _ in range(int(random.integers(0, 3))):
            action = int(random.choice((PLACE, PLACE, MODIFY, CANCEL)))
            if action == PLACE:
                placed += 1
                order = placed
            elif placed == 0:
                continue
            else:
                order = int(random.integers(max(1, placed - 10), placed + 1))
            steps.append(
                (
                    wake,
                    action,
                    order,
                    order % 2,
                    int(random.integers(-1, 6)),
                    int(random.integers(1, 8)),
                    int(random.integers(0, 4)),
                    int(random.random() < 0.05),
                )
            )
    return numpy.array(steps, numpy.int64)


@njit
def take_fills(orders, fills, count):
    values = orders.values()
    while values.has_next():
        order = values.get()
        if order.status == FILLED:
            fills[count, 0] = order.exch_timestamp
            fills[count, 1] = order.side
            fills[count, 2] = order.exec_price_tick
            fills[count, 3] = round(order.exec_qty)
            count += 1
    return count


@njit
def follow(backtest, steps, times_in_force, fills):
    count = 0
    wake = 0
    at = 0
    while backtest.elapse(10_000_000) == 0:
        wake += 1
        count = take_fills(backtest.orders(0), fills, count)
        backtest.clear_inactive_orders(0)
        depth = backtest.depth(0)
        while at < len(steps) and steps[at, 0] <= wake:
            step = steps[at]
            at += 1
            if not (depth.best_bid > 0 and depth.best_ask > 0):
                continue
            order_id = step[2]
            price = depth.best_bid - step[4] if step[3] == 1 else depth.best_ask + step[4]
            if step[1] == 0:
                kind = MARKET if step[7] == 1 else LIMIT
                if step[3] == 1:
                    backtest.submit_buy_order(0, order_id, price, step[5], times_in_force[step[6]], kind, False)
                else:
                    backtest.submit_sell_order(0, order_id, price, step[5], times_in_force[step[6]], kind, False)
                continue
            order = backtest.orders(0).get(order_id)
            if order is None or not order.cancellable:
                continue
            if step[1] == 1:
                backtest.modify(0, order_id, price, step[5], False)
            else:
                backtest.cancel(0, order_id, False)
    return take_fills(backtest.orders(0), fills, count)


def theirs(events, rows, steps, model):
    asset = BacktestAsset().data(events).linear_asset(1.0).no_partial_fill_exchange().trading_value_fee_model(0.0, 0.0)
    asset = asset.tick_size(1.0).lot_size(1.0)
    order_latency = numpy.zeros(len(rows), [(name, "<i8") for name in ("req_ts", "exch_ts", "resp_ts", "_padding")])
    for index, name in enumerate(order_latency.dtype.names):
        order_latency[name] = rows[:, index]
    asset = asset.intp_order_latency(order_latency)
    asset = {
        "power": lambda: asset.power_prob_queue_model(3.0),
        "power2": lambda: asset.power_prob_queue_model2(3.0),
        "power3": lambda: asset.power_prob_queue_model3(3.0),
        "log": asset.log_prob_queue_model,
        "log2": asset.log_prob_queue_model2,
        "risk_averse": asset.risk_adverse_queue_model,
    }[model]()
    backtest = HashMapMarketDepthBacktest([asset])
    fills = numpy.zeros((100_000, 4), numpy.int64)
    count = follow(backtest, steps, numpy.array(TIMES_IN_FORCE), fills)
    backtest.close()
    # A market order that finds nobody is filled there all the same, at no price; here it expires.
    told = [fill for fill in fills[:count].tolist() if abs(fill[2]) < NO_PRICE]
    return collections.Counter((ts, "buy" if side == BUY else "sell", tick, size) for ts, side, tick, size in told)


def ours(program, folder, events, rows, steps, model):
    numpy.savez(folder / "events.npz", data=events)
    numpy.savetxt(folder / "latencies.csv", rows[:, :3], fmt="%d", delimiter=",")
    with open(folder / "script.csv", "w") as file:
        for wake, action, order, is_buy, offset, quantity, time_in_force, is_market in steps:
            side = "buy" if is_buy else "sell"
            kind = "market" if is_market else "limit"
            file.write(f"{wake},{ACTIONS[action]},{order},{side},{offset},{quantity},{time_in_force},{kind}\n")
    words = [program, folder / "events.npz", folder / "script.csv", folder / "latencies.csv", model, "full"]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    fields = [line.split() for line in told]
    return collections.Counter((int(ts), side, int(tick), int(quantity)) for ts, side, tick, quantity in fields)


def main(program):
    wrong = 0
    compared = 0
    with tempfile.TemporaryDirectory() as name:
        for seed in range(SEEDS):
            random = numpy.random.default_rng(seed)
            events = market(random)
            rows = latencies(random, events)
            steps = script(random, int((events["local_ts"][-1] - events["exch_ts"][0]) // WAKE))
            model = MODELS[seed % len(MODELS)]
            wanted = theirs(events, rows, steps, model)
            got = ours(program, pathlib.Path(name), events, rows, steps, model)
            compared += sum(wanted.values())
            if got == wanted:
                continue
            wrong += 1
            first = min((wanted - got) | (got - wanted))
            lacks, has = sum((wanted - got).values()), sum((got - wanted).values())
            print(f"random_parity.py: seed {seed}, {model}: lacks {lacks}, has {has} of its own, first {first}",
                  file=sys.stderr)
    if not wrong:
        print(f"{compared} fills of {SEEDS} random scripts as by hftbacktest {hftbacktest.__version__}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
