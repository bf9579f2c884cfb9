"""Whether `acts backtest` gets the fills that hftbacktest gets: python grid_parity.py ACTS

The same grid (docs/backtest.md) over the same recording in both, for every queue model, some constant latencies and
recorded ones: fills as a multiset of time, side and price, then position, balance and fee; of the first model they are
known besides, to the last digit. Then with partial fills, with their quantities, those of an order at one time as one:
hftbacktest ends with an error when it fills an order that is over (random_parity.py), so what is filled is cancelled at
once, and compared is what comes before its end. As cancelling books what was filled once more, the grid counts there
what hftbacktest's position has without that. Exit code 1, with one line each, where they differ.
"""
import collections
import decimal
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import hftbacktest
import numpy
from hftbacktest import BUY, FILLED, GTX, LIMIT, SELL, BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.order import NONE, PARTIALLY_FILLED
from numba import int64, njit, uint64
from numba.typed import Dict

RECORDING = pathlib.Path("testdata/binance-feed/usdm/btcusdt_20240808.gz").resolve()
TICK = 0.1
QUANTITY = 0.1
LEVELS = 10
# relative half spread, relative grid interval: a wide grid and a narrow one
GRIDS = ((5e-5, 1e-4), (2e-5, 5e-5))
MODELS = ("power3", "power", "power2", "log", "log2", "risk_averse")
LATENCIES_MS = ((10, 10), (0, 0), (3, 40))
RECORDED = "recorded"
# What hftbacktest was seen to give with power3 and the first latencies: fills, position, balance, fee.
KNOWN = {GRIDS[0]: ("194", "0.4", "-24689.02", "-59.831519"), GRIDS[1]: ("426", "0.6", "-37247.12", "-131.418021")}
# Tables of latencies: hftbacktest takes their address alone.
KEPT = []
# Of each case, and of those in parts together.
LEAST_FILLS = 100
LEAST_PARTS = 3000


@njit
def take_fills(orders, fills, count):
    values = orders.values()
    while values.has_next():
        order = values.get()
        if order.status == FILLED:
            fills[count, 0] = order.exch_timestamp
            fills[count, 1] = order.side
            fills[count, 2] = order.exec_price_tick
            count += 1
    return count


@njit
def quote(backtest, wanted, is_buy, is_on, first, step):
    prices = Dict.empty(uint64(1), 1.0)
    if is_on:
        for _ in range(LEVELS):
            prices[uint64(round(first / TICK))] = first
            first += step
    side = BUY if is_buy else SELL
    own = Dict.empty(uint64(1), 1.0)
    values = backtest.orders(0).values()
    while values.has_next():
        order = values.get()
        own[uint64(order.order_id)] = 1.0
        if order.side == side and order.cancellable and uint64(order.order_id) not in prices:
            backtest.cancel(0, order.order_id, False)
    for order_id, price in prices.items():
        if order_id in own:
            continue
        if is_buy:
            backtest.submit_buy_order(0, order_id, price, QUANTITY, GTX, LIMIT, False)
        else:
            backtest.submit_sell_order(0, order_id, price, QUANTITY, GTX, LIMIT, False)


@njit
def run_grid(backtest, half_spread, grid_interval, skew, max_position, fills):
    count = 0
    while backtest.elapse(100_000_000) == 0:
        count = take_fills(backtest.orders(0), fills, count)
        backtest.clear_inactive_orders(0)
        depth = backtest.depth(0)
        bid, ask = depth.best_bid, depth.best_ask
        if not (bid > 0 and ask > 0):
            continue
        position = backtest.position(0)
        mid = (bid + ask) / 2.0
        normalized = position / QUANTITY
        bid_price = min(mid * (1.0 - (half_spread + skew * normalized)), bid)
        ask_price = max(mid * (1.0 + (half_spread - skew * normalized)), ask)
        step = max(round(mid * grid_interval / TICK) * TICK, TICK)
        quote(backtest, 0, True, position < max_position, numpy.floor(bid_price / step) * step, -step)
        quote(backtest, 0, False, position > -max_position, numpy.ceil(ask_price / step) * step, step)
    return take_fills(backtest.orders(0), fills, count)


@njit
def take_parts(backtest, left, fills, count):
    """What is left of orders less than was known, as fills; and what that changes of the position that hftbacktest
    tells, in thousandths: the last part of an order alone."""
    change = 0
    values = backtest.orders(0).values()
    while values.has_next():
        order = values.get()
        if order.status != FILLED and order.status != PARTIALLY_FILLED:
            continue
        before = left[order.order_id] if order.order_id in left else round(QUANTITY * 1000)
        now = round(order.leaves_qty * 1000)
        if now < before:
            left[order.order_id] = now
            fills[count, 0] = order.exch_timestamp
            fills[count, 1] = order.side
            fills[count, 2] = order.exec_price_tick
            fills[count, 3] = before - now
            count += 1
            if order.status == FILLED:
                told = round(order.exec_qty * 1000)
                change += told if order.side == BUY else -told
        if order.status == FILLED and order.req == NONE:
            backtest.cancel(0, order.order_id, False)
    return count, change


@njit
def forget_gone(backtest, left):
    for order_id in list(left.keys()):
        if backtest.orders(0).get(order_id) is None:
            left.pop(order_id)


@njit
def run_grid_in_parts(backtest, half_spread, grid_interval, skew, max_position, fills):
    """How many fills, and until when they were told."""
    count = 0
    thousandths = 0
    wake = 0
    reached = 0
    left = Dict.empty(uint64(1), int64(1))
    while backtest.elapse(1_000_000) == 0:
        wake += 1
        reached = backtest.current_timestamp
        count, change = take_parts(backtest, left, fills, count)
        thousandths += change
        if wake % 100 != 0:
            continue
        backtest.clear_inactive_orders(0)
        forget_gone(backtest, left)
        depth = backtest.depth(0)
        bid, ask = depth.best_bid, depth.best_ask
        if not (bid > 0 and ask > 0):
            continue
        position = thousandths / 1000
        mid = (bid + ask) / 2.0
        normalized = position / QUANTITY
        bid_price = min(mid * (1.0 - (half_spread + skew * normalized)), bid)
        ask_price = max(mid * (1.0 + (half_spread - skew * normalized)), ask)
        step = max(round(mid * grid_interval / TICK) * TICK, TICK)
        quote(backtest, 0, True, position < max_position, numpy.floor(bid_price / step) * step, -step)
        quote(backtest, 0, False, position > -max_position, numpy.ceil(ask_price / step) * step, step)
    return count, reached


def with_model(asset, model):
    return {
        "power": lambda: asset.power_prob_queue_model(3.0),
        "power2": lambda: asset.power_prob_queue_model2(3.0),
        "power3": lambda: asset.power_prob_queue_model3(3.0),
        "log": asset.log_prob_queue_model,
        "log2": asset.log_prob_queue_model2,
        "risk_averse": asset.risk_adverse_queue_model,
    }[model]()


def recorded_latencies(events):
    """Rows of request, venue and response as if measured: each half second one of 1 to 30 ms a way."""
    random = numpy.random.default_rng(7)
    begin, end = int(events["local_ts"].min()), int(events["local_ts"].max())
    rows = []
    for request in range(begin, end, 500_000_000):
        venue = request + int(random.integers(1_000_000, 30_000_000))
        response = venue + int(random.integers(1_000_000, 30_000_000))
        rows.append((request, venue, response))
    return numpy.array(rows, numpy.int64)


def with_latency(asset, events, latency):
    if latency != RECORDED:
        return asset.constant_order_latency(latency[0] * 1_000_000, latency[1] * 1_000_000)
    rows = recorded_latencies(events)
    table = numpy.zeros(len(rows), [(name, "<i8") for name in ("req_ts", "exch_ts", "resp_ts", "_padding")])
    for index, name in enumerate(("req_ts", "exch_ts", "resp_ts")):
        table[name] = rows[:, index]
    KEPT.append(table)
    return asset.intp_order_latency(table)


def asset_of(events, model, latency):
    asset = with_latency(BacktestAsset().data(events).linear_asset(1.0), events, latency)
    asset = (
        asset
        .trading_value_fee_model(-0.00005, 0.0007)
        .tick_size(TICK)
        .lot_size(0.001)
    )
    return with_model(asset, model)


def theirs_in_parts(events, model, grid, latency_ms):
    backtest = HashMapMarketDepthBacktest([asset_of(events, model, latency_ms).partial_fill_exchange()])
    fills = numpy.zeros((100_000, 4), numpy.int64)
    half_spread, grid_interval = grid
    count, reached = run_grid_in_parts(backtest, half_spread, grid_interval, half_spread / 10, 1.0, fills)
    backtest.close()
    told = [(int(t), "buy" if side == BUY else "sell", int(tick), int(q)) for t, side, tick, q in fills[:count]]
    return collections.Counter(told), reached


def theirs(events, model, grid, latency_ms):
    backtest = HashMapMarketDepthBacktest([asset_of(events, model, latency_ms).no_partial_fill_exchange()])
    fills = numpy.zeros((100_000, 3), numpy.int64)
    half_spread, grid_interval = grid
    count = run_grid(backtest, half_spread, grid_interval, half_spread / 10, 1.0, fills)
    values = backtest.state_values(0)
    totals = (str(count), plain(values.position, 3), plain(values.balance, 4), plain(values.fee, 9))
    backtest.close()
    told = [(int(t), "buy" if side == BUY else "sell", int(tick)) for t, side, tick in fills[:count]]
    return collections.Counter(told), totals


def nanoseconds(text):
    seconds, fraction = text.removesuffix("Z").split(".")
    stamp = numpy.datetime64(seconds, "s").astype(numpy.int64)
    return int(stamp) * 1_000_000_000 + int(fraction)


def latency_keys(latency):
    if latency == RECORDED:
        return 'model = "recorded"\nfile = "latencies.csv"'
    return f'entry = "{latency[0]}ms"\nresponse = "{latency[1]}ms"'


def ours_told(acts, folder, data, model, grid, latency_ms, compatibility, fill_sizes="full"):
    half_spread, grid_interval = grid
    power = ", n = 3" if model.startswith("power") else ""
    config = folder / "grid.toml"
    config.write_text(f"""
[data]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["{data}"]
[instrument]
tick_size = "0.1"
lot_size = "0.001"
[latency]
{latency_keys(latency_ms)}
[fees]
maker = "-0.00005"
taker = "0.0007"
[exchange]
queue = {{ model = "{model}"{power} }}
compatibility = "{compatibility}"
fills = "{fill_sizes}"
[strategy]
name = "grid"
relative_half_spread = {half_spread}
relative_grid_interval = {grid_interval}
skew = {half_spread / 10}
""")
    result = folder / "result.json"
    subprocess.run(
        [acts, "backtest", str(config), "--json", str(result), "--out", str(folder / "run")],
        check=True,
        capture_output=True,
    )
    return json.loads(result.read_text())


def ours_in_parts(acts, folder, data, model, grid, latency_ms, reached):
    told = ours_told(acts, folder, data, model, grid, latency_ms, "hftbacktest", "partial")["fills"]
    parts = collections.Counter()
    for fill in told:
        ts = nanoseconds(fill["time"])
        tick = int(decimal.Decimal(fill["price"]) * 10)
        if ts + latency_ms[1] * 1_000_000 <= reached:
            parts[(ts, fill["order_id"], fill["side"], tick)] += int(decimal.Decimal(fill["quantity"]) * 1000)
    return collections.Counter((ts, side, tick, size) for (ts, _, side, tick), size in parts.items())


def ours(acts, folder, data, model, grid, latency_ms, compatibility):
    told = ours_told(acts, folder, data, model, grid, latency_ms, compatibility)
    fills = collections.Counter(
        (nanoseconds(fill["time"]), fill["side"], int(decimal.Decimal(fill["price"]) * 10)) for fill in told["fills"]
    )
    totals = told["totals"]
    return fills, (str(totals["fills"]), *(totals[key] for key in ("position", "balance", "fee")))


def plain(value, decimals):
    """The decimal that a sum in doubles stands for."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def main(acts):
    wrong = []
    compared = 0
    parts = 0
    seconds = 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        npz = folder / "events.npz"
        exported = [acts, "export", "--format", "npz", "--output", str(npz), str(RECORDING)]
        subprocess.run(exported, check=True, capture_output=True)
        events = numpy.load(npz)["data"]
        cases = [(model, grid, LATENCIES_MS[0]) for model in MODELS for grid in GRIDS]
        cases += [("power3", grid, latency) for latency in (*LATENCIES_MS[1:], RECORDED) for grid in GRIDS]
        numpy.savetxt(folder / "latencies.csv", recorded_latencies(events), fmt="%d", delimiter=",")
        for model, grid, latency in cases:
            their_fills, their_totals = theirs(events, model, grid, latency)
            if (model, latency) == ("power3", LATENCIES_MS[0]) and their_totals != KNOWN[grid]:
                wrong.append(f"{grid}: hftbacktest comes to {their_totals}, and was known to come to {KNOWN[grid]}")
            if sum(their_fills.values()) < LEAST_FILLS:
                wrong.append(f"{model}, {grid}, {latency}: {sum(their_fills.values())} fills are too few to compare")
            for data, compatibility in ((RECORDING, "none"), (npz, "hftbacktest")):
                our_fills, our_totals = ours(acts, folder, data, model, grid, latency, compatibility)
                what = f"{model}, {grid}, {latency}, {data.suffix}, {compatibility}"
                if our_fills != their_fills:
                    lacks, has = their_fills - our_fills, our_fills - their_fills
                    wrong.append(f"{what}: lacks {sum(lacks.values())} fills, has {sum(has.values())} of its own")
                if our_totals != their_totals:
                    wrong.append(f"{what}: totals {our_totals}, not {their_totals}")
                compared += sum(their_fills.values())
        for model in MODELS:
            for grid in GRIDS:
                their_fills, reached = theirs_in_parts(events, model, grid, LATENCIES_MS[0])
                our_fills = ours_in_parts(acts, folder, npz, model, grid, LATENCIES_MS[0], reached)
                parts += sum(their_fills.values())
                seconds += (reached - events["local_ts"].min()) / 1e9
                if our_fills != their_fills:
                    lacks, has = their_fills - our_fills, our_fills - their_fills
                    wrong.append(f"{model}, {grid}, partial: lacks {sum(lacks.values())} fills, has "
                                 f"{sum(has.values())} of its own, the first {min(lacks | has)}")
    if parts < LEAST_PARTS:
        wrong.append(f"{parts} fills in parts are too few to compare")
    for line in wrong:
        print(f"grid_parity.py: {line}", file=sys.stderr)
    if not wrong:
        took = time.monotonic() - start
        print(f"{compared} fills by acts as by hftbacktest {hftbacktest.__version__}, and {parts} in parts over "
              f"{seconds:.0f} s of market, in {took:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
