"""Whether scripted orders over random markets are filled as hftbacktest fills them: python random_parity.py PARITY_RUN

Seeded: a market of some thousand changes, and a script that places, modifies and cancels at random. With full fills:
latencies as if recorded, and fills as a multiset of time, side, price and quantity, for each queue model in turn.

With partial fills hftbacktest ends with an error (14) once it fills an order that is over: one that a trade has emptied
exactly stays alive in it, and one that is modified into the market is cancelled first. So what is filled is cancelled
at once, latencies are 1 ms, and fills are compared up to where it ends. It tells the last of what happened to an order
at one time: its fills at that time are compared as one, at the last price. Where one that rests is filled at the very
time of a change they cannot be told from it, and what is emptied exactly then is changed, as it is alive there: from
that time on its fills are left out, which are few.

Then the same scripts without compatibility: what must hold of orders, fills and position does (parity_run.cpp), and no
trade fills more than its size. Exit code 1, with a line for each seed that differs. SEEDS=n: only the first n.
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
from hftbacktest.order import BUY, FILLED, FOK, GTC, GTX, IOC, LIMIT, MARKET, NEW, NONE
from numba import njit

SEEDS = int(os.environ.get("SEEDS", "200"))
ROWS = 4000
WAKE = 10_000_000
START = 1_700_000_000_000_000_000
MODELS = ("power3", "power", "power2", "log", "log2", "risk_averse")
NO_PRICE = 1 << 62
MILLISECOND = 1_000_000
MAKER, TAKER = -0.00005, 0.0007
PLACE, MODIFY, CANCEL = 0, 1, 2
ACTIONS = ("place", "modify", "cancel")
TIMES_IN_FORCE = (GTC, GTX, IOC, FOK)
LEAST_A_SEED = {"fills": 300, "totals": 0.5, "partial fills": 200, "changes": 50, "correct fills": 400, "samples": 400,
                "fundings": 20}
MOST_UNSEEN = 0.01  # of the partial fills
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
    """Rows of request, venue and response."""
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


@njit
def take_parts(backtest, left, asked, fills, count):
    """What is left of orders less than was known (`left`), as fills, and not by a change that was asked for."""
    values = backtest.orders(0).values()
    while values.has_next():
        order = values.get()
        now = round(order.leaves_qty)
        if order.req == NONE and (order.status == NEW or asked[order.order_id] == now == round(order.qty)):
            left[order.order_id] = now
            asked[order.order_id] = 0
        elif now < left[order.order_id]:
            fills[count, 0] = order.exch_timestamp
            fills[count, 1] = order.order_id
            fills[count, 2] = order.side
            fills[count, 3] = order.exec_price_tick
            fills[count, 4] = left[order.order_id] - now
            left[order.order_id] = now
            count += 1
    return count


@njit
def follow_parts(backtest, steps, times_in_force, fills, changes):
    """How many fills, until when they were told, and how many changes (order, and when it comes to the venue)."""
    count = 0
    changed = 0
    at = 0
    left = numpy.zeros(len(steps) + 2, numpy.int64)
    asked = numpy.zeros(len(steps) + 2, numpy.int64)
    reached = 0
    step_number = 0
    while backtest.elapse(1_000_000) == 0:
        step_number += 1
        reached = backtest.current_timestamp
        count = take_parts(backtest, left, asked, fills, count)
        orders = backtest.orders(0).values()
        while orders.has_next():
            order = orders.get()
            if order.status == FILLED and order.req == NONE:
                backtest.cancel(0, order.order_id, False)
        if step_number % 10 != 0:
            continue
        backtest.clear_inactive_orders(0)
        depth = backtest.depth(0)
        while at < len(steps) and steps[at, 0] <= step_number // 10:
            step = steps[at]
            at += 1
            if not (depth.best_bid > 0 and depth.best_ask > 0):
                continue
            order_id = step[2]
            price = depth.best_bid - step[4] if step[3] == 1 else depth.best_ask + step[4]
            if step[1] == 0:
                time_in_force = times_in_force[step[6]]
                kind = MARKET if step[7] == 1 else LIMIT
                left[order_id] = step[5]
                if step[3] == 1:
                    backtest.submit_buy_order(0, order_id, price, step[5], time_in_force, kind, False)
                else:
                    backtest.submit_sell_order(0, order_id, price, step[5], time_in_force, kind, False)
                continue
            order = backtest.orders(0).get(order_id)
            if order is None or not order.cancellable:
                continue
            if step[1] == 1:
                asked[order_id] = step[5]
                changes[changed, 0] = order_id
                changes[changed, 1] = backtest.current_timestamp + MILLISECOND
                changed += 1
                backtest.modify(0, order_id, price, step[5], False)
            else:
                backtest.cancel(0, order_id, False)
    return count, reached, changed


def asset_of(events, model):
    asset = BacktestAsset().data(events).linear_asset(1.0).trading_value_fee_model(MAKER, TAKER)
    asset = asset.tick_size(1.0).lot_size(1.0)
    return {
        "power": lambda: asset.power_prob_queue_model(3.0),
        "power2": lambda: asset.power_prob_queue_model2(3.0),
        "power3": lambda: asset.power_prob_queue_model3(3.0),
        "log": asset.log_prob_queue_model,
        "log2": asset.log_prob_queue_model2,
        "risk_averse": asset.risk_adverse_queue_model,
    }[model]()


def theirs(events, rows, steps, model):
    order_latency = numpy.zeros(len(rows), [(name, "<i8") for name in ("req_ts", "exch_ts", "resp_ts", "_padding")])
    for index, name in enumerate(order_latency.dtype.names):
        order_latency[name] = rows[:, index]
    asset = asset_of(events, model).no_partial_fill_exchange().intp_order_latency(order_latency)
    backtest = HashMapMarketDepthBacktest([asset])
    fills = numpy.zeros((100_000, 4), numpy.int64)
    count = follow(backtest, steps, numpy.array(TIMES_IN_FORCE), fills)
    values = backtest.state_values(0)
    totals = (round(values.position), round(values.balance), round(values.fee, 6))
    backtest.close()
    # A market order that finds nobody is filled there all the same, at no price, and no total means anything then; here
    # it expires.
    told = [fill for fill in fills[:count].tolist() if abs(fill[2]) < NO_PRICE]
    made = collections.Counter((ts, "buy" if side == BUY else "sell", tick, size) for ts, side, tick, size in told)
    return made, totals if len(told) == count else None


def theirs_in_parts(events, steps, model):
    """Fills, the time of receipt up to which there are any, and when which orders were changed."""
    asset = asset_of(events, model).partial_fill_exchange().constant_order_latency(MILLISECOND, MILLISECOND)
    backtest = HashMapMarketDepthBacktest([asset])
    fills = numpy.zeros((100_000, 5), numpy.int64)
    changes = numpy.zeros((len(steps) + 1, 2), numpy.int64)
    count, reached, changed = follow_parts(backtest, steps, numpy.array(TIMES_IN_FORCE), fills, changes)
    backtest.close()
    changes = {(order, ts) for order, ts in changes[:changed].tolist()}
    told = [(ts, order, "buy" if side == BUY else "sell", tick, size) for ts, order, side, tick, size in
            fills[:count].tolist()]
    return collections.Counter(told), reached, changes


def write_case(folder, events, steps):
    numpy.savez(folder / "events.npz", data=events)
    with open(folder / "script.csv", "w") as file:
        for wake, action, order, is_buy, offset, quantity, time_in_force, is_market in steps:
            side = "buy" if is_buy else "sell"
            kind = "market" if is_market else "limit"
            file.write(f"{wake},{ACTIONS[action]},{order},{side},{offset},{quantity},{time_in_force},{kind}\n")


class Unsound(Exception):
    """What must hold of a run did not."""


Totals = collections.namedtuple("Totals", "position balance fee samples fundings told")  # told: positions, in order
Fill = collections.namedtuple("Fill", "ts received order side tick quantity cause")


def ours(program, folder, rows, model, fills, compatibility):
    numpy.savetxt(folder / "latencies.csv", rows[:, :3], fmt="%d", delimiter=",")
    files = [folder / name for name in ("events.npz", "script.csv", "latencies.csv")]
    told = subprocess.run([program, *files, model, fills, compatibility], capture_output=True, text=True)
    if told.returncode != 0:
        raise Unsound(told.stderr.strip().splitlines()[:1])
    made, positions = [], []
    *lines, end = told.stdout.splitlines()
    for line in lines:
        if line.startswith("told "):
            positions.append(int(line.split()[2]))
            continue
        ts, received, order, side, tick, quantity, cause = line.split()
        made.append(Fill(int(ts), int(received), int(order), side, int(tick), int(quantity), cause))
    word, position, balance, fee, samples, fundings = end.split()
    if word != "total":
        sys.exit(f"random_parity.py: parity_run ends with {end}")
    return made, Totals(int(position), int(balance), round(float(fee), 6), int(samples), int(fundings),
                        positions)


def at_one_time(fills):
    """What an order gets at one time as one fill at the last price."""
    parts = {}
    for fill in fills:
        before = parts.get((fill.order, fill.ts))
        parts[fill.order, fill.ts] = fill._replace(quantity=fill.quantity + (before.quantity if before else 0))
    return collections.Counter((f.ts, f.order, f.side, f.tick, f.quantity) for f in parts.values())


def overfilled(events, fills):
    """Trades that filled more than there was of them."""
    got = collections.Counter()
    for fill in fills:
        if fill.cause in ("queue_done", "traded_through"):
            got[fill.ts] += fill.quantity
    size = dict(zip(events["exch_ts"].tolist(), events["qty"].tolist()))
    return [ts for ts, quantity in got.items() if quantity > size[ts]]


class Check:
    """Counts what was compared: a comparison of nothing is none."""

    def __init__(self):
        self.wrong = 0
        self.counts = collections.Counter()

    def tell(self, text):
        self.wrong += 1
        print(f"random_parity.py: {text}", file=sys.stderr)

    def compare(self, what, got, wanted):
        if got == wanted:
            return
        first = min((wanted - got) | (got - wanted))
        lacks, has = sum((wanted - got).values()), sum((got - wanted).values())
        self.tell(f"{what}: lacks {lacks}, has {has} of its own, first {first}")

    def full(self, what, program, folder, events, rows, steps, model):
        write_case(folder, events, steps)
        wanted, their_totals = theirs(events, rows, steps, model)
        made, totals = ours(program, folder, rows, model, "full", "hftbacktest")
        self.counts["fills"] += sum(wanted.values())
        self.compare(what, collections.Counter((f.ts, f.side, f.tick, f.quantity) for f in made), wanted)
        if their_totals is not None:
            self.counts["totals"] += 1
            if totals[:3] != their_totals:
                self.tell(f"{what}: totals {totals[:3]}, not {their_totals}")

    def correct(self, what, program, folder, events, rows, model):
        """The script of full(), without compatibility: parity_run holds position, equity and funding to the fills."""
        for fills in ("full", "partial"):
            made, totals = ours(program, folder, rows, model, fills, "none")
            over = overfilled(events, made) if fills == "partial" else []
            if over or not made:
                self.tell(f"{what}, {fills}, correct: {len(made)} fills, overfilled at {over[:3]}")
            self.counts["correct fills"] += len(made)
            self.counts["samples"] += totals.samples
            self.counts["fundings"] += totals.fundings

    def in_parts(self, what, program, folder, events, steps, model):
        write_case(folder, events, steps)
        wanted, reached, changes = theirs_in_parts(events, steps, model)
        rows = numpy.array([(1, 1 + MILLISECOND, 1 + 2 * MILLISECOND)])
        made = [f for f in ours(program, folder, rows, model, "partial", "hftbacktest")[0] if f.received <= reached]
        got = at_one_time(made)
        crossed = {f.order: f.ts for f in reversed(made) if f.cause != "taker" and (f.order, f.ts) in changes}
        for fill in [fill for fill in wanted | got if fill[0] >= crossed.get(fill[1], fill[0] + 1)]:
            self.counts["unseen"] += max(wanted.pop(fill, 0), got.pop(fill, 0))
        self.counts["partial fills"] += sum(wanted.values())
        self.counts["cut"] += reached < int(events["local_ts"][-1]) - 2 * MILLISECOND
        self.counts["changes"] += len(changes)
        self.compare(f"{what}, partial", got, wanted)

    def expect_enough(self):
        for name, least in LEAST_A_SEED.items():
            if self.counts[name] < least * SEEDS:
                self.tell(f"{self.counts[name]} {name} of {SEEDS} scripts are too few to compare")
        if self.counts["unseen"] > MOST_UNSEEN * self.counts["partial fills"]:
            self.tell(f"{self.counts['unseen']} fills since one at the time of a change are too many to leave out")


def main(program):
    check = Check()
    with tempfile.TemporaryDirectory() as name:
        for seed in range(SEEDS):
            random = numpy.random.default_rng(seed)
            events = market(random)
            rows = latencies(random, events)
            steps = script(random, int((events["local_ts"][-1] - events["exch_ts"][0]) // WAKE))
            model = MODELS[seed % len(MODELS)]
            what = f"seed {seed}, {model}"
            try:
                check.full(what, program, pathlib.Path(name), events, rows, steps, model)
                check.correct(what, program, pathlib.Path(name), events, rows, model)
                check.in_parts(what, program, pathlib.Path(name), events, steps, model)
            except Unsound as problem:
                check.tell(f"{what}: {problem}")
    check.expect_enough()
    if not check.wrong:
        counts = check.counts
        print(f"{counts['fills']} fills of {SEEDS} random scripts as by hftbacktest {hftbacktest.__version__}, "
              f"{counts['totals']} of them with its totals")
        print(f"{counts['partial fills']} partial fills with {counts['changes']} changes of orders; it ended early in "
              f"{counts['cut']} scripts; {counts['unseen']} fills since one at the very time of a change are left out")
        print(f"correct: {counts['correct fills']} fills, {counts['samples']} samples and {counts['fundings']} "
              f"fundings that add up")
    return 1 if check.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
