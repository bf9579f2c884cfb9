#!/usr/bin/env python3
"""What acts prints beside what the independent references of this folder compute, anew: compare.py ACTS

Minute rows of recordings, trades and equity of sma_cross over candles, figures of backtests' reports. Also whether
testdata/expected, which the C++ tests compare with, is still what the references give. Standard library only.
Exit code 1 if one value differs, or if a comparison had nothing to compare.
"""

import csv
import glob
import gzip
import io
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "testdata")
EXPECTED = os.path.join(DATA, "expected")
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import run_statistics  # noqa: E402

RELATIVE, ABSOLUTE = 1e-8, 1e-12  # of figures, which are doubles

FEED = (
    # What is stored, venue, symbol, files.
    ("spot_btcusdt_20240808.csv", "binance-spot", "BTCUSDT", ("spot/btcusdt_20240808.gz",)),
    ("spot_ethusdt_20240808.csv", "binance-spot", "ETHUSDT", ("spot/ethusdt_20240808.gz",)),
    ("usdm_btcusdt_20240808.csv", "binance-usdm", "BTCUSDT", ("usdm/btcusdt_20240808.gz",)),
    ("usdm_btcusdt_20240718_19.csv", "binance-usdm", "BTCUSDT",
     ("usdm/btcusdt_20240718.gz", "usdm/btcusdt_20240719.gz")),
)
HOURS = os.path.join(DATA, "vision", "spot-klines-1h")
CANDLES = [os.path.join(HOURS, f"BTCUSDT-1h-2021-{month}.csv") for month in ("01", "02", "03")]
CROSSES = ((10, 30, False), (3, 7, True), (20, 50, False), (5, 200, True))

BARS = """[data]
kind = "bars"
venue = "binance-spot"
symbol = "BTCUSDT"
files = {files}
[instrument]
tick_size = "0.01"
lot_size = "0.000001"
[account]
initial_balance = "10000"
[fees]
maker = "0.001"
taker = "0.001"
[report]
sample = "1ms"
[strategy]
name = "sma_cross"
fast = {fast}
slow = {slow}
direction = "{direction}"
"""
GRID = """[data]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["{file}"]
[instrument]
tick_size = "0.1"
lot_size = "0.001"
[latency]
entry = "10ms"
response = "10ms"
[account]
initial_balance = "0"
[fees]
maker = "-0.00005"
taker = "0.0007"
[strategy]
name = "grid"
"""


class Comparison:
    def __init__(self):
        self.values = 0
        self.differences = 0

    def differ(self, where, ours, theirs):
        self.differences += 1
        if self.differences <= 20:
            print(f"compare.py: {where}: acts has {ours!r}, the reference {theirs!r}", file=sys.stderr)

    def same(self, where, ours, theirs):
        self.values += 1
        if ours != theirs:
            self.differ(where, ours, theirs)

    def close(self, where, ours, theirs):
        if ours is None or theirs is None:
            self.same(where, ours, theirs)
            return
        self.values += 1
        if not math.isclose(ours, theirs, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
            self.differ(where, ours, theirs)

    def tables(self, where, ours, theirs):
        """Rows of fields; more rows of either are a difference."""
        self.same(f"{where}: rows", len(ours), len(theirs))
        for i, (row, other) in enumerate(zip(ours, theirs)):
            self.same(f"{where}: columns of row {i}", len(row), len(other))
            for column, (value, wanted) in enumerate(zip(row, other)):
                self.same(f"{where}: row {i}, column {column}", value, wanted)

    def trees(self, where, ours, theirs):
        """Of JSON."""
        if isinstance(ours, dict) and isinstance(theirs, dict):
            self.same(f"{where}: names", sorted(ours), sorted(theirs))
            for name in ours.keys() & theirs.keys():
                self.trees(f"{where}.{name}", ours[name], theirs[name])
        elif isinstance(ours, list) and isinstance(theirs, list):
            self.same(f"{where}: length", len(ours), len(theirs))
            for i, (value, wanted) in enumerate(zip(ours, theirs)):
                self.trees(f"{where}[{i}]", value, wanted)
        elif isinstance(ours, float) or isinstance(theirs, float):
            self.close(where, ours, theirs)
        else:
            self.same(where, ours, theirs)


def printed(*command):
    run = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode != 0:
        said = run.stderr.decode().strip()
        sys.exit(f"compare.py: {' '.join(map(str, command))}: exit code {run.returncode}: {said}")
    return run.stdout.decode()


def reference(name, *arguments):
    return printed(sys.executable, os.path.join(HERE, name), *arguments)


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def compare_minute_rows(acts, comparison, _):
    for name, venue, symbol, files in FEED:
        paths = [os.path.join(DATA, "binance-feed", file) for file in files]
        theirs = rows_of(reference("minute_rows.py", venue, symbol, *paths))
        comparison.tables(f"expected/{name}", rows_of(read(os.path.join(EXPECTED, name))), theirs)
        ours = rows_of(printed(acts, "replay", "--rows", "csv", "--venue", venue, "--symbol", symbol, *paths))
        # Between recordings weeks apart acts has rows without data, and the reference none but the first.
        comparison.tables(name, [row for row in ours if "not_running" not in row], theirs)


def compare_sma_cross(acts, comparison, folder):
    for fast, slow, both in CROSSES:
        where = f"sma_cross {fast}/{slow}{' both' if both else ''}"
        fills, equity = os.path.join(folder, "fills.csv"), os.path.join(folder, "equity.csv")
        reference("sma_cross.py", "--fast", fast, "--slow", slow, "--quantity", "0.1", "--taker", "0.001",
                  "--cash", "10000", *(["--both"] if both else []), "--fills", fills, "--equity", equity, *CANDLES)
        if (fast, slow, both) == (10, 30, False):
            for name, path in (("fills", fills), ("equity", equity)):
                stored = os.path.join(EXPECTED, f"sma_cross_spot_btcusdt_1h_2021q1_{name}.csv")
                comparison.tables(f"expected sma_cross {name}", rows_of(read(stored)), rows_of(read(path)))
        config = os.path.join(folder, "run.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BARS.format(files=json.dumps([os.path.abspath(path) for path in CANDLES]), fast=fast, slow=slow,
                                   direction="both" if both else "long"))
        run = os.path.join(folder, f"bars-{fast}-{slow}")
        printed(acts, "backtest", config, "--out", run)
        theirs = rows_of(read(fills))[1:]
        if not theirs:
            sys.exit(f"compare.py: {where}: nothing was traded: it shows nothing")
        ours = [[run_statistics.nanos(f["time"]), f["side"], f["price"], f["quantity"], f["fee"]]
                for f in csv.DictReader(io.StringIO(read(os.path.join(run, "fills.csv"))))]
        comparison.tables(f"{where}, fills", ours, [[run_statistics.nanos(row[0]), *row[1:]] for row in theirs])
        # acts' samples are at closes, a candle's close_time; the reference names candles by their open.
        ours = [row["equity"] for row in csv.DictReader(io.StringIO(read(os.path.join(run, "equity.csv"))))
                if row["mark_price"]]
        theirs = [row[1:] for row in rows_of(read(equity))[1:]]
        comparison.tables(f"{where}, equity", [[value] for value in ours], theirs)


def compare_report(acts, comparison, where, run):
    for capital, rate in run_statistics.ACCOUNTS:
        printed_json = printed(acts, "report", run, "--capital", capital, "--risk-free-rate", rate, "--format", "json")
        found = json.loads(printed_json)["runs"][0]["figures"]
        wanted = run_statistics.folder_figures(run, capital, rate)
        for kind, check in (("numbers", comparison.close), ("exact", comparison.same)):
            for group, figures in wanted[kind].items():
                for name, value in figures.items():
                    check(f"{where} with {capital} at {rate}: {group}.{name}", found[group][name]["value"], value)


def with_gap(path, output):
    """The recording without the depth updates of a hundredth of its lines, at two thirds of it."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    begin = len(lines) * 2 // 3
    end = begin + len(lines) // 100
    with open(output, "w", encoding="utf-8") as file:
        file.writelines(line for i, line in enumerate(lines) if not (begin <= i < end and '"depthUpdate"' in line))
    return output


def compare_reports(acts, comparison, folder):
    stored = sorted(glob.glob(os.path.join(DATA, "runs", "*")))
    comparison.trees("expected/runs.json", json.loads(read(os.path.join(EXPECTED, "runs.json"))),
                     json.loads(reference("run_statistics.py", "folders", *stored)))
    comparison.trees("expected/statistics.json", json.loads(read(os.path.join(EXPECTED, "statistics.json"))),
                     json.loads(reference("run_statistics.py", "series")))
    for run in stored:
        compare_report(acts, comparison, os.path.basename(run), run)
    recording = os.path.abspath(os.path.join(DATA, "binance-feed", "usdm", "btcusdt_20240808.gz"))
    for name, path in (("grid", recording), ("gap", with_gap(recording, os.path.join(folder, "gap.txt")))):
        config = os.path.join(folder, f"{name}.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(GRID.format(file=path))
        printed(acts, "backtest", config, "--out", os.path.join(folder, name))
        compare_report(acts, comparison, f"{name} over books", os.path.join(folder, name))
    found = run_statistics.folder_figures(os.path.join(folder, "gap"), 10000)
    if found["exact"]["result"]["profit_in_gaps"] in ("0", found["exact"]["ledger"]["ledger_total"]):
        sys.exit("compare.py: all or nothing of the profit was made in the gap: it shows nothing")
    compare_report(acts, comparison, "sma_cross over bars", os.path.join(folder, "bars-10-30"))


def main(acts):
    is_right = True
    with tempfile.TemporaryDirectory() as folder:
        for compare in (compare_minute_rows, compare_sma_cross, compare_reports):
            comparison = Comparison()
            compare(acts, comparison, folder)
            name = compare.__name__.removeprefix("compare_")
            print(f"{name}: {comparison.values} values, {comparison.differences} differ", flush=True)
            if comparison.values == 0:
                print(f"compare.py: {name}: there was nothing to compare", file=sys.stderr)
            is_right = is_right and comparison.values > 0 and comparison.differences == 0
    return 0 if is_right else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(os.path.abspath(sys.argv[1])))
