"""Rows a second of an aggTrades zip into Parquet: acts import, pandas, polars. import_bench.py ROWS ACTS; see
scripts/bench_import.sh."""

import io
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile

os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
import pandas
import polars
import pyarrow

NAME = "BTCUSDT-aggTrades-2024-02"
TYPES = {"agg_trade_id": "int64", "price": "float64", "quantity": "float64", "first_trade_id": "int64",
         "last_trade_id": "int64", "transact_time": "int64", "is_buyer_maker": "bool"}


def make_zip(path, rows):
    """Trades of some days: prices that walk, quantities as they are, seven columns and a header."""
    chance = random.Random(5)
    price, trade, millis = 4_257_030, 4_557_527_089, 1_706_745_600_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(NAME + ".csv", "w") as member:
        text = io.TextIOWrapper(member, newline="\n")
        text.write(",".join(TYPES) + "\n")
        for row in range(rows):
            price += chance.choice((-10, 0, 0, 0, 10))
            last = trade + chance.choice((0, 0, 0, 1, 3))
            millis += chance.choice((0, 0, 5, 60, 200))
            text.write(f"{2_008_134_055 + row},{price / 100:.1f},{chance.randrange(1, 2000) / 1000},{trade},{last},"
                       f"{millis},{'true' if chance.random() < 0.5 else 'false'}\n")
            trade = last + 1
        text.flush()


def command_of_acts(acts, path, folder):
    return [acts, "import", "--market", "um", "--data-dir", folder, path]


def with_acts(acts, path, folder):
    subprocess.run(command_of_acts(acts, path, folder), check=True, stdout=subprocess.DEVNULL)


# Beside a small program: a child counts the memory of the one that it was made from as its own.
LEAST_ROWS_A_SECOND = 1_000_000
LEAST_RATIO = 1.5  # of pandas' time
PEAK = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"""


def peak_of_acts(acts, path, folder):
    command = [sys.executable, "-c", PEAK, *command_of_acts(acts, path, folder)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def with_pandas(path, folder):
    frame = pandas.read_csv(path, dtype=TYPES)
    frame.to_parquet(os.path.join(folder, "pandas.parquet"), compression="zstd", index=False)


def with_polars(path, folder):
    with zipfile.ZipFile(path) as archive:
        frame = polars.read_csv(archive.read(NAME + ".csv"))
    frame.write_parquet(os.path.join(folder, "polars.parquet"), compression="zstd")


def main():
    rows, acts = int(sys.argv[1]), sys.argv[2]
    print(f"pandas {pandas.__version__}, pyarrow {pyarrow.__version__}, polars {polars.__version__}, one core")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, NAME + ".zip")
        make_zip(path, rows)
        print(f"{rows} rows, {os.path.getsize(path)} bytes packed")
        programs = {"acts": lambda where: with_acts(acts, path, where),
                    "pandas": lambda where: with_pandas(path, where),
                    "polars": lambda where: with_polars(path, where)}
        best = dict.fromkeys(programs, float("inf"))
        for _ in range(3):
            for name, program in programs.items():
                with tempfile.TemporaryDirectory(dir=folder) as where:
                    begin = time.perf_counter()
                    program(where)
                    best[name] = min(best[name], time.perf_counter() - begin)
        for name, seconds in best.items():
            print(f"{name}: {rows / seconds / 1e6:.2f} M rows/s, {seconds / best['acts']:.2f} of acts' time")
        with tempfile.TemporaryDirectory(dir=folder) as where:
            print(f"peak memory of acts: {peak_of_acts(acts, path, where).strip()} MiB")
    slow = []
    if rows / best["acts"] < LEAST_ROWS_A_SECOND:
        slow.append(f"acts takes less than {LEAST_ROWS_A_SECOND / 1e6} M rows/s")
    if best["pandas"] / best["acts"] < LEAST_RATIO:
        slow.append(f"acts is not {LEAST_RATIO} times as fast as pandas")
    return "; ".join(slow)


sys.exit(main())
