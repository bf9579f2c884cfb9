"""Whether `acts backtest` gets the fills that hftbacktest gets: python grid_parity.py ACTS

The same grid (docs/backtest.md) over the same recording in both, for every queue model: fills as a multiset of time,
side and price, then position, balance and fee. Exit code 1, with one line each, where they differ.
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
from numba import njit, uint64
from numba.typed import Dict

RECORDING = pathlib.Path("testdata/binance-feed/usdm/btcusdt_20240808.gz").resolve()
TICK = 0.1
QUANTITY = 0.1
LEVELS = 10
# relative half spread, relative grid interval: a wide grid and a narrow one
GRIDS = ((5e-5, 1e-4), (2e-5, 5e-5))
MODELS = ("power3", "power", "power2", "log", "log2", "risk_averse")
LATENCIES_MS = ((10, 10), (0, 0), (3, 40))


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


def with_model(asset, model):
    return {
        "power": lambda: asset.power_prob_queue_model(3.0),
        "power2": lambda: asset.power_prob_queue_model2(3.0),
        "power3": lambda: asset.power_prob_queue_model3(3.0),
        "log": asset.log_prob_queue_model,
        "log2": asset.log_prob_queue_model2,
        "risk_averse": asset.risk_adverse_queue_model,
    }[model]()


def theirs(events, model, grid, latency_ms):
    asset = (
        BacktestAsset()
        .data(events)
        .linear_asset(1.0)
        .constant_order_latency(latency_ms[0] * 1_000_000, latency_ms[1] * 1_000_000)
        .no_partial_fill_exchange()
        .trading_value_fee_model(-0.00005, 0.0007)
        .tick_size(TICK)
        .lot_size(0.001)
    )
    backtest = HashMapMarketDepthBacktest([with_model(asset, model)])
    fills = numpy.zeros((100_000, 3), numpy.int64)
    half_spread, grid_interval = grid
    count = run_grid(backtest, half_spread, grid_interval, half_spread / 10, 1.0, fills)
    values = backtest.state_values(0)
    totals = (count, values.position, values.balance, values.fee)
    backtest.close()
    told = [(int(t), "buy" if side == BUY else "sell", int(tick)) for t, side, tick in fills[:count]]
    return collections.Counter(told), totals


def nanoseconds(text):
    seconds, fraction = text.removesuffix("Z").split(".")
    stamp = numpy.datetime64(seconds, "s").astype(numpy.int64)
    return int(stamp) * 1_000_000_000 + int(fraction)


def ours(acts, folder, data, model, grid, latency_ms, compatibility):
    half_spread, grid_interval = grid
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
entry = "{latency_ms[0]}ms"
response = "{latency_ms[1]}ms"
[fees]
maker = "-0.00005"
taker = "0.0007"
[exchange]
queue = {{ model = "{model}", n = 3 }}
compatibility = "{compatibility}"
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
    told = json.loads(result.read_text())
    fills = collections.Counter(
        (nanoseconds(fill["time"]), fill["side"], int(decimal.Decimal(fill["price"]) * 10)) for fill in told["fills"]
    )
    totals = told["totals"]
    return fills, (totals["fills"], *(float(totals[key]) for key in ("position", "balance", "fee")))


def main(acts):
    wrong = []
    compared = 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        npz = folder / "events.npz"
        exported = [acts, "export", "--format", "npz", "--output", str(npz), str(RECORDING)]
        subprocess.run(exported, check=True, capture_output=True)
        events = numpy.load(npz)["data"]
        cases = [(model, grid, LATENCIES_MS[0]) for model in MODELS for grid in GRIDS]
        cases += [("power3", grid, latency) for latency in LATENCIES_MS[1:] for grid in GRIDS]
        for model, grid, latency in cases:
            their_fills, their_totals = theirs(events, model, grid, latency)
            for data, compatibility in ((RECORDING, "none"), (npz, "hftbacktest")):
                our_fills, our_totals = ours(acts, folder, data, model, grid, latency, compatibility)
                what = f"{model}, {grid}, {latency} ms, {data.suffix}, {compatibility}"
                if our_fills != their_fills:
                    lacks, has = their_fills - our_fills, our_fills - their_fills
                    wrong.append(f"{what}: lacks {sum(lacks.values())} fills, has {sum(has.values())} of its own")
                if not numpy.allclose(our_totals, their_totals, rtol=1e-9, atol=1e-9):
                    wrong.append(f"{what}: totals {our_totals}, not {their_totals}")
                compared += sum(their_fills.values())
    for line in wrong:
        print(f"grid_parity.py: {line}", file=sys.stderr)
    if not wrong:
        took = time.monotonic() - start
        print(f"{compared} fills by acts as by hftbacktest {hftbacktest.__version__}, in {took:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
