"""How fast a backtest is beside hftbacktest: python parity_bench.py ACTS BENCH_BACKTEST ROUNDS

The recording that the parity check uses, repeated so many times in memory: replayed alone, and with the same grid and
models. Each engine in turn, several rounds, the best of each. Then acts alone, from start to end: that recording from
its .gz, and one of a single message. Exit code 1 if the fills (time, side, tick) are not the same, or if the grid is
not so many times as fast, or the whole program not as fast, as it is to be.
"""
import collections
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
from hftbacktest import BUY, BacktestAsset, HashMapMarketDepthBacktest, ROIVectorMarketDepthBacktest
from numba import njit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "parity"))
import grid_parity  # noqa: E402

TRIES = 3
SECOND = 1_000_000_000
VECTOR = "hftbacktest, vector over a range"
HASH_MAP = "hftbacktest, hash map (its default)"
LEAST_RATIO = {VECTOR: 5, HASH_MAP: 7}


def repeated(events, rounds):
    """Whole seconds apart, so that the grid wakes at the same moments of each: those fill 4,146 in 20 rounds."""
    span = (int(events["local_ts"].max() - events["exch_ts"].min()) // SECOND + 2) * SECOND
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
    if not is_grid:
        return took, None
    return took, collections.Counter((int(ts), "buy" if side == BUY else "sell", int(tick))
                                     for ts, side, tick in fills[:count])


def our_fills(bench, rounds):
    """Of the grid, once, as a multiset."""
    with tempfile.NamedTemporaryFile("r") as file:
        environment = {**os.environ, "ACTS_BENCH_ROUNDS": str(rounds), "ACTS_BENCH_FILLS": file.name}
        words = [bench, "--benchmark_filter=backtest/grid", "--benchmark_min_time=0.01"]
        subprocess.run(words, check=True, capture_output=True, env=environment)
        told = [line.split() for line in file]
    return collections.Counter((int(ts), side, int(tick)) for ts, side, tick in told)


def ours(bench, rounds, is_grid):
    environment = {**os.environ, "ACTS_BENCH_ROUNDS": str(rounds)}
    which = f"--benchmark_filter=backtest/{'grid' if is_grid else 'replay'}"
    words = [bench, which, "--benchmark_format=json", "--benchmark_min_time=0.01"]
    told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True, env=environment).stdout)
    run = told["benchmarks"][0]
    return run["real_time"] / 1000, None


def compare(many, rows, bench, rounds, is_grid):
    """Prints a table; what is wrong with it, a line each."""
    wrong = []
    fills = our_fills(bench, rounds) if is_grid else None
    best = {}
    for _ in range(TRIES):
        tries = {
            "acts": lambda: ours(bench, rounds, is_grid),
            VECTOR: lambda: theirs(many, "vector", is_grid),
            HASH_MAP: lambda: theirs(many, "hash map", is_grid),
        }
        for name, run in tries.items():
            took, their_fills = run()
            best[name] = min(took, best.get(name, took))
            if is_grid and their_fills is not None and (their_fills != fills or not fills):
                differing = sum(((their_fills - fills) | (fills - their_fills)).values())
                wrong.append(f"{differing} fills differ from those of {name}, of {sum(their_fills.values())}")
    print(f"grid, {sum(fills.values())} fills:" if is_grid else "replay alone:")
    for name, took in best.items():
        ratio = took / best["acts"]
        print(f"  {name:36} {rows / took / 1e6:7.1f} M rows/s  {ratio:5.1f} times acts")
        if is_grid and ratio < LEAST_RATIO.get(name, 0):
            wrong.append(f"acts is {ratio:.2f} times as fast as {name}, and is to be {LEAST_RATIO[name]} times: try "
                         f"again on a machine with nothing else to do; load {os.getloadavg()[0]:.1f}")
    return wrong


def from_start_to_end(acts, folder):
    """Of the whole program, the best of several; what takes longer than it is to, a line each."""
    wrong = []
    with gzip.open(grid_parity.RECORDING, "rt") as file:
        single = next(line for line in file if "depthUpdate" in line)
    (folder / "single").write_text(single)
    whole = ("from the .gz to the result", grid_parity.RECORDING, 0.5)
    for name, data, most in (whole, ("a single message", folder / "single", 0.05)):
        best = None
        for _ in range(2 * TRIES):
            start = time.perf_counter()
            grid_parity.ours(acts, folder, data, "power3", grid_parity.GRIDS[0], (10, 10), "none")
            took = time.perf_counter() - start
            best = took if best is None else min(best, took)
        print(f"{name}: {best:.3f} s")
        if best > most:
            wrong.append(f"{name} takes {best:.3f} s, and is to take {most} at most")
    return wrong


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
        wrong = compare(many, rows, bench, rounds, True)
        wrong += from_start_to_end(acts, folder)
    for line in wrong:
        print(f"parity_bench.py: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
