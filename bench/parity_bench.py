"""How fast a backtest is beside hftbacktest: python parity_bench.py ACTS BENCH_BACKTEST ROUNDS

The recording that the parity check uses, repeated so many times in memory: replayed alone, and with the same grid and
models. Each engine in turn, several rounds, the best of each. Then acts alone, from start to end: that recording from
its .gz, and one of a single message. Exit code 1 if the number of fills is not the same.
"""
import gzip
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
from numba import njit

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


@njit
def replay(backtest):
    while backtest.elapse(100_000_000) == 0:
        pass
    return 0


def theirs(events, kind, is_grid):
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
    if is_grid:
        count = grid_parity.run_grid(backtest, half_spread, grid_interval, half_spread / 10, 1.0, fills)
    else:
        count = replay(backtest)
    took = time.perf_counter() - start
    backtest.close()
    return took, count


def ours(bench, rounds, is_grid):
    environment = {**os.environ, "ACTS_BENCH_ROUNDS": str(rounds)}
    which = f"--benchmark_filter=backtest/{'grid' if is_grid else 'replay'}"
    words = [bench, which, "--benchmark_format=json", "--benchmark_min_time=0.01"]
    told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True, env=environment).stdout)
    run = told["benchmarks"][0]
    return run["real_time"] / 1000, int(run["fills"])


def compare(many, rows, bench, rounds, is_grid):
    """Prints a table; whether all had the same number of fills."""
    best = {}
    for _ in range(TRIES):
        tries = {
            "acts": lambda: ours(bench, rounds, is_grid),
            "hftbacktest, vector over a range": lambda: theirs(many, "vector", is_grid),
            "hftbacktest, hash map (its default)": lambda: theirs(many, "hash map", is_grid),
        }
        for name, run in tries.items():
            took, fills = run()
            if name not in best or took < best[name][0]:
                best[name] = (took, fills)
    print("grid:" if is_grid else "replay alone:")
    fastest = best["acts"][0]
    for name, (took, fills) in best.items():
        told = f"{fills} fills" if is_grid else ""
        print(f"  {name:36} {rows / took / 1e6:7.1f} M rows/s  {took / fastest:5.1f} times acts  {told}")
    return len({fills for _, fills in best.values()}) == 1


def from_start_to_end(acts, folder):
    """Of the whole program, the best of several."""
    with gzip.open(grid_parity.RECORDING, "rt") as file:
        single = next(line for line in file if "depthUpdate" in line)
    (folder / "single").write_text(single)
    for name, data in (("from the .gz to the result", grid_parity.RECORDING), ("a single message", folder / "single")):
        best = None
        for _ in range(2 * TRIES):
            start = time.perf_counter()
            grid_parity.ours(acts, folder, data, "power3", grid_parity.GRIDS[0], (10, 10), "none")
            took = time.perf_counter() - start
            best = took if best is None else min(best, took)
        print(f"{name}: {best:.3f} s")


def main(acts, bench, rounds):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        npz = folder / "events.npz"
        words = [acts, "export", "--format", "npz", "--output", str(npz), str(grid_parity.RECORDING)]
        subprocess.run(words, check=True, capture_output=True)
        events = numpy.load(npz)["data"]
        for kind in ("hash map", "vector"):  # compiles
            for is_grid in (False, True):
                theirs(events, kind, is_grid)
        rows = len(events) * rounds
        many = repeated(events, rounds)
        print(f"{rows} rows, hftbacktest {hftbacktest.__version__}, load {os.getloadavg()[0]:.1f}")
        compare(many, rows, bench, rounds, False)
        is_same = compare(many, rows, bench, rounds, True)
        from_start_to_end(acts, folder)
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
