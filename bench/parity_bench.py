"""How fast a backtest is beside hftbacktest: python parity_bench.py ACTS BENCH_BACKTEST ROUNDS

The recording that the parity check uses, repeated so many times in memory; the same grid and models. Each engine in
turn, several rounds, the best of each. Exit code 1 if the number of fills is not the same.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import hftbacktest
import numpy
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest, ROIVectorMarketDepthBacktest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "parity"))
import grid_parity  # noqa: E402

TRIES = 3
SECOND = 1_000_000_000


def repeated(events, rounds):
    span = int(events["local_ts"].max() - events["exch_ts"].min()) + SECOND
    parts = []
    for number in range(rounds):
        part = events.copy()
        part["exch_ts"] += number * span
        part["local_ts"] += number * span
        parts.append(part)
    return numpy.concatenate(parts)


def theirs(events, kind):
    asset = (
        BacktestAsset()
        .data(events)
        .linear_asset(1.0)
        .constant_order_latency(10_000_000, 10_000_000)
        .power_prob_queue_model3(3.0)
        .no_partial_fill_exchange()
        .trading_value_fee_model(-0.00005, 0.0007)
        .tick_size(grid_parity.TICK)
        .lot_size(0.001)
    )
    if kind == "vector":
        asset = asset.roi_lb(30_000.0).roi_ub(90_000.0)
        backtest = ROIVectorMarketDepthBacktest([asset])
    else:
        backtest = HashMapMarketDepthBacktest([asset])
    fills = numpy.zeros((1_000_000, 3), numpy.int64)
    half_spread, grid_interval = grid_parity.GRIDS[0]
    start = time.perf_counter()
    count = grid_parity.run_grid(backtest, half_spread, grid_interval, half_spread / 10, 1.0, fills)
    took = time.perf_counter() - start
    backtest.close()
    return took, count


def ours(bench, rounds):
    environment = {**os.environ, "ACTS_BENCH_ROUNDS": str(rounds)}
    words = [bench, "--benchmark_filter=backtest/grid", "--benchmark_format=json", "--benchmark_min_time=0.01"]
    told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True, env=environment).stdout)
    run = told["benchmarks"][0]
    return run["real_time"] / 1000, int(run["fills"])


def main(acts, bench, rounds):
    with tempfile.TemporaryDirectory() as folder:
        npz = pathlib.Path(folder) / "events.npz"
        words = [acts, "export", "--format", "npz", "--output", str(npz), str(grid_parity.RECORDING)]
        subprocess.run(words, check=True, capture_output=True)
        events = numpy.load(npz)["data"]
    theirs(events, "hash map")  # compiles
    theirs(events, "vector")
    rows = len(events) * rounds
    many = repeated(events, rounds)
    best = {}
    for _ in range(TRIES):
        tries = {
            "hftbacktest, hash map (its default)": lambda: theirs(many, "hash map"),
            "hftbacktest, vector over a range": lambda: theirs(many, "vector"),
            "acts": lambda: ours(bench, rounds),
        }
        for name, run in tries.items():
            took, fills = run()
            if name not in best or took < best[name][0]:
                best[name] = (took, fills)
    print(f"{rows} rows, hftbacktest {hftbacktest.__version__}, load {os.getloadavg()[0]:.1f}")
    fastest = best["acts"][0]
    for name, (took, fills) in best.items():
        print(f"{name:38} {rows / took / 1e6:7.1f} M rows/s  {fills} fills  {took / fastest:5.1f} x acts")
    return 0 if len({fills for _, fills in best.values()}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
