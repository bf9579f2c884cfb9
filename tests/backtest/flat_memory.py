"""Whether backtests and sweeps need no more memory for ten times the data: python flat_memory.py ACTS

Synthetic data of USD-M, and of the same market over and over ten times as long: recordings of more events than are
kept in memory, with a mark price and a funding rate at each message; hftbacktest's .npz; a catalog of days, and of ten
times as many; candles, of a file and of a catalog, and a feature at each of them. The peak of resident memory of each
run, under strategies that trade all the time, on margin too, and one that soon never wakes again.
Exit code 1 if a longer one needs more than 1 % more, or if too little was traded in it.
"""
import ctypes
import os
import pathlib
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile

# A run's memory has a plateau, which the short input must reach: of more than 500,000 events none is kept from the
# first reading for the second, each output file's buffer (64 KiB) has been full, and days of the catalog are more than
# are read together (CatalogRange).
MESSAGES = 50_000  # of 11 events each, of .npz
RECORDED = 150_000  # of as many, of recordings: what reads them has been as large as it gets
DAYS = 20
MESSAGES_A_DAY = 2_500
CANDLES = 80_000  # of a minute: 56 days
CANDLES_A_FILE = 20_000
TIMES = 10
MOST = 1.01
START_MS = 1_699_920_000_000  # a midnight
DAY_MS = 86_400_000
STEP_MS = 20  # of messages
SIZES = {"short": 1, "long": TIMES}
# Where a program and its blocks lie, which is by chance, is worth 2 %: how much of its file is mapped around what it
# uses, and what fits where. Without chance runs are equal to the page; with it the least of some counts, as what grows
# with the data does so in each.
ADDR_NO_RANDOMIZE = 0x0040000  # of <sys/personality.h>; programs started from here have it too
RUNS_BY_CHANCE = 3

HEAD = '[data]\nvenue = "binance-usdm"\nsymbol = "BTCUSDT"\n'
CANDLES_SAY = 'kind = "bars"\ninterval = "1m"\nsource = "klines"\n'
INSTRUMENT = '[instrument]\ntick_size = "0.1"\nlot_size = "0.001"\n'
LATENCY = '[latency]\nentry = "10ms"\nresponse = "10ms"\n'
FEES = '[fees]\nmaker = "0"\ntaker = "0"\n'
BOOKS = INSTRUMENT + LATENCY + FEES
FREE = '[account]\ninitial_balance = "100000"\n'
MARGIN = '[account]\nkind = "margin"\ninitial_balance = "100000"\n'
BY_MARKS = '[margin]\nmark = "mark_price"\n'
UNPAID = '[funding]\nsource = "none"\n'
GRID = '[strategy]\nname = "grid"\n'
TWAP = '[strategy]\nname = "twap"\nquantity = "0.1"\nslices = 2\nduration = "2s"\n'
SMA_CROSS = '[strategy]\nname = "sma_cross"\n'
SIGNAL = '[strategy]\nname = "feature_signal"\nfeature = "alpha"\nthreshold = 0.5\n'
SPREADS = "[sweep]\nrelative_half_spread = [5e-5, 4e-5, 6e-5]\n"
THRESHOLDS = "[sweep]\nsense = [\"with\", \"against\"]\nquantity = [\"0.1\", \"0.2\"]\n"
MEANS = "[sweep]\nfast = { from = 2, to = 9, step = 1 }\nslow = [30, 40]\n"


def bodies():
    """Levels of messages around a middle that goes nowhere. Few messages: how large a book is depends on them."""
    draw = random.Random(7)

    def side(sign):
        return [(60000 + sign * draw.uniform(0.1, 50), draw.uniform(0, 9)) for _ in range(5)]

    return [(side(-1), side(1)) for _ in range(200)]


def trade_of(i):
    """Price and whether the seller took: far enough to both sides to fill orders there."""
    away = (13 * i % 101 - 50) * 12 // 10
    return 60000 + away / 10, away < 0


def json_side(levels):
    return ",".join(f'["{price:.1f}","{quantity:.3f}"]' for price, quantity in levels)


def write_recording(path, start_ms, messages, step_ms):
    texts = [f'"b":[{json_side(bids)}],"a":[{json_side(asks)}]' for bids, asks in bodies()]
    with open(path, "w", encoding="ascii") as file:
        for i in range(messages):
            ms = start_ms + step_ms * i
            ids = f'"U":{10 * i + 1},"u":{10 * i + 10},"pu":{10 * i}'
            price, is_sell = trade_of(i)
            file.write(
                f'{ms}900000 {{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{ms},"T":{ms},'
                f'"s":"BTCUSDT",{ids},{texts[i % len(texts)]}}}}}\n'
                f'{ms + 5}900000 {{"stream":"btcusdt@trade","data":{{"e":"trade","E":{ms + 5},"T":{ms + 5},'
                f'"s":"BTCUSDT","t":{i + 1},"p":"{price:.1f}","q":"0.500","X":"MARKET","m":{str(is_sell).lower()}}}}}\n'
                f'{ms + 9}900000 {{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{ms + 9},'
                f'"s":"BTCUSDT","p":"{60000 + i % 7}","i":"1","P":"1","r":"0.0000{i % 7 + 1}",'
                f'"T":{start_ms + 28_800_000}}}}}\n'
            )


def write_npz(path, messages, step_ms):
    """Rows of hftbacktest, of both clocks: ev, exch_ts, local_ts, px, qty, order_id, ival, fval."""
    both, buy, sell, depth, trade = 3 << 30, 1 << 29, 1 << 28, 1, 2
    row = struct.Struct("<QqqddQqd")
    sides = [
        [(both | buy | depth, price, quantity) for price, quantity in bids]
        + [(both | sell | depth, price, quantity) for price, quantity in asks]
        for bids, asks in bodies()
    ]
    header = (
        "{'descr': [('ev', '<u8'), ('exch_ts', '<i8'), ('local_ts', '<i8'), ('px', '<f8'), ('qty', '<f8'), "
        "('order_id', '<u8'), ('ival', '<i8'), ('fval', '<f8')], 'fortran_order': False, "
        f"'shape': ({messages * (len(sides[0]) + 1)},), }}"
    )
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with zipfile.ZipFile(path, "w") as archive, archive.open("data.npy", "w", force_zip64=True) as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for i in range(messages):
            at = (START_MS + step_ms * i) * 1_000_000
            price, is_sell = trade_of(i)
            rows = [
                row.pack(ev, at, at + 900_000, round(level, 1), round(quantity, 3), 0, 0, 0.0)
                for ev, level, quantity in sides[i % len(sides)]
            ]
            ev = both | (sell if is_sell else buy) | trade
            rows.append(row.pack(ev, at + 5_000_000, at + 5_900_000, price, 0.5, 0, 0, 0.0))
            file.write(b"".join(rows))


def write_candles(path, candles, first=0):
    with open(path, "w", encoding="ascii") as file:
        for i in range(first, first + candles):
            ms = START_MS + 60_000 * i
            first, last = (60000 + 100 * abs(j % 200 - 100) + j * 37 % 91 for j in (i, i + 1))
            prices = f"{first}.0,{max(first, last) + 9}.0,{min(first, last) - 9}.0,{last}.0"
            file.write(f"{ms},{prices},5.000,{ms + 59_999},300000,9,2.000,120000,0\n")


def write_features(path, rows):
    with open(path, "w", encoding="ascii") as file:
        file.write("time,alpha,beta\n")
        for i in range(rows):
            file.write(f"{START_MS + 60_000 * i},{i * 37 % 201 / 100 - 1},{i}\n")


def run_acts(acts, folder, *arguments):
    """Peak of memory in KiB, and what was printed."""
    run = subprocess.Popen([acts, *arguments], cwd=folder, stdout=subprocess.PIPE)
    told = run.stdout.read().decode()
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0:
        sys.exit(f"flat_memory.py: acts {' '.join(arguments)} ended with status {status}")
    # A process begins with the peak of the one that started it.
    if usage.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        sys.exit("flat_memory.py: needs more memory than what it measures")
    return usage.ru_maxrss, told


def prepare(acts, folder):
    for name, times in SIZES.items():
        write_recording(folder / f"{name}.jsonl", START_MS, times * RECORDED, STEP_MS)
        write_npz(folder / f"{name}.npz", times * MESSAGES, STEP_MS)
        write_candles(folder / f"{name}.csv", times * CANDLES)
        write_features(folder / f"{name}-features.csv", times * CANDLES)
        # As what is imported is: file by file.
        for i in range(times):
            days = folder / "days.jsonl"
            write_recording(days, START_MS + i * DAYS * DAY_MS, DAYS * MESSAGES_A_DAY, DAY_MS // MESSAGES_A_DAY)
            run_acts(acts, folder, "import", "--venue", "binance-usdm", "--data-dir", name, days.name)
        for first in range(0, times * CANDLES, CANDLES_A_FILE):
            candles = folder / "BTCUSDT-1m.csv"
            write_candles(candles, CANDLES_A_FILE, first)
            what = ["--venue", "binance-usdm", "--symbol", "BTCUSDT", "--kind", "klines", "--interval", "1m"]
            run_acts(acts, folder, "import", *what, "--data-dir", name, candles.name)


class Case:
    """One configuration over a short and a long input, whose name stands in it as SIZE."""

    def __init__(self, name, configuration, trades_on=True):
        self.name = name
        self.configuration = configuration
        self.trades_on = trades_on  # to the end

    def measure(self, acts, folder, size, runs):
        """The least peak of memory in KiB, fills (of the set that has fewest), and what the run is."""
        config = folder / "run.toml"
        config.write_text(self.configuration.replace("SIZE", size))
        return min(self.run(acts, folder, config.name) for _ in range(runs))

    def run(self, acts, folder, config):
        if "[sweep]" in self.configuration:
            peak, _ = run_acts(acts, folder, "sweep", config, "--threads", "2", "--output", "table.csv")
            names, *rows = [line.split(",") for line in (folder / "table.csv").read_text().splitlines()]
            fills = [int(row[names.index("fills")]) for row in rows]
            return peak, min(fills), f"{len(rows)} sets of parameters"
        peak, told = run_acts(acts, folder, "backtest", config, "--out", "run")
        rows = re.search(r"^\d+ (rows|bars)", told, re.MULTILINE)[0]
        return peak, int(re.search(r"^(\d+) fills", told, re.MULTILINE)[1]), rows

    def is_flat(self, acts, folder, runs):
        before, after = (self.measure(acts, folder, size, runs) for size in SIZES)
        for peak, fills, what in (before, after):
            print(f"{self.name}: {peak} KiB, {fills} fills, {what}")
        print(f"{self.name}: {100 * (after[0] / before[0] - 1):+.2f} %", flush=True)
        has_traded = before[1] > 0 and (not self.trades_on or 2 * after[1] > TIMES * before[1])
        if not has_traded:
            print(f"flat_memory.py: {self.name}: too little was traded: it shows nothing", file=sys.stderr)
        is_flat = after[0] <= MOST * before[0]
        if not is_flat:
            print(
                f"flat_memory.py: {self.name}: more than {100 * (MOST - 1):.0f} % more for {TIMES} times the data",
                file=sys.stderr,
            )
        return has_traded and is_flat


def cases():
    def of(ending):
        return f'{HEAD}files = ["SIZE{ending}"]\n'

    daily = '[report]\nsample = "1m"\n' + GRID + 'interval = "1m"\n'
    yield Case("recording, grid", of(".jsonl") + BOOKS + GRID)
    yield Case("recording, twap", of(".jsonl") + BOOKS + TWAP, trades_on=False)
    yield Case("recording, grid on margin", of(".jsonl") + BOOKS + MARGIN + BY_MARKS + GRID)
    yield Case("recording, sweep of grids", of(".jsonl") + BOOKS + GRID + SPREADS)
    yield Case("npz, grid", of(".npz") + BOOKS + UNPAID + GRID)
    yield Case("npz, grid on margin", of(".npz") + BOOKS + UNPAID + MARGIN + GRID)
    yield Case("catalog, grid", f'{HEAD}data_dir = "SIZE"\n' + BOOKS + UNPAID + daily)
    yield Case("bars, sma_cross", of(".csv") + CANDLES_SAY + INSTRUMENT + UNPAID + FREE + SMA_CROSS)
    of_catalog = f'{HEAD}data_dir = "SIZE"\n' + CANDLES_SAY
    yield Case("bars of a catalog, sma_cross", of_catalog + INSTRUMENT + UNPAID + FREE + SMA_CROSS)
    yield Case("bars, sma_cross on margin", of(".csv") + CANDLES_SAY + INSTRUMENT + UNPAID + MARGIN + SMA_CROSS)
    with_features = of(".csv") + 'features_files = ["SIZE-features.csv"]\n' + CANDLES_SAY
    yield Case("bars with features", with_features + INSTRUMENT + UNPAID + FREE + SIGNAL)
    yield Case("bars with features, sweep", with_features + INSTRUMENT + UNPAID + FREE + SIGNAL + THRESHOLDS)
    yield Case("bars, sweep of sma_cross", of(".csv") + CANDLES_SAY + INSTRUMENT + UNPAID + FREE + SMA_CROSS + MEANS)


def main(acts):
    # What is not in the cache of files is not mapped around what is used.
    with open(acts, "rb") as file:
        while file.read(1 << 20):
            pass
    runs = RUNS_BY_CHANCE if ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE) == -1 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(acts, folder)
        flat = [case.is_flat(acts, folder, runs) for case in cases()]
    return 0 if flat and all(flat) else 1


if __name__ == "__main__":
    sys.exit(main(str(pathlib.Path(sys.argv[1]).resolve())))
