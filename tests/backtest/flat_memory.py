"""Whether backtests and sweeps need no more memory for ten times the data: python flat_memory.py ACTS

Synthetic data of USD-M, and of the same market over and over ten times as long: recordings of more events than are
kept in memory, with a mark price and a funding rate at each message; the catalog's rows of days; hftbacktest's .npz;
candles. The peak of resident memory of each run, under a strategy that trades all the time, one that soon never wakes
again, and one on margin by mark prices.
Exit code 1 if a longer one needs more than 1 % more, or if nothing was traded in it.
"""
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

MESSAGES = 50_000  # of about 11 events each: in so many every buffer has been as large as it gets
CANDLES = 40_000  # of a minute: several blocks
RUNS = 3  # whose median counts where one alone is not flat: where a process lies in memory is worth half a percent
TIMES = 10
MOST = 1.01
START_MS = 1_699_920_000_000  # a midnight
DAY_MS = 86_400_000
NAMES = ("short", "long")

GRID = 'name = "grid"\n'
TWAP = 'name = "twap"\nquantity = "0.1"\nslices = 2\nduration = "2s"\n'
MARGIN = '[account]\nkind = "margin"\ninitial_balance = "100000"\n[margin]\nmark = "mark_price"\n'
HEAD = '[data]\nvenue = "binance-usdm"\nsymbol = "BTCUSDT"\n'
BOOKS = (
    '[instrument]\ntick_size = "0.1"\nlot_size = "0.001"\n[latency]\nentry = "10ms"\nresponse = "10ms"\n'
    '[fees]\nmaker = "0"\ntaker = "0"\n'
)
BARS = (
    '[instrument]\ntick_size = "0.1"\nlot_size = "0.001"\n[account]\ninitial_balance = "100000"\n'
    '[strategy]\nname = "sma_cross"\n'
)
CANDLES_SAY = 'kind = "bars"\ninterval = "1m"\nsource = "klines"\n'
SPREADS = "[sweep]\nrelative_half_spread = [5e-5, 4e-5, 6e-5]\n"
MEANS = "[sweep]\nfast = { from = 2, to = 9, step = 1 }\nslow = [30, 40]\n"


def bodies():
    """Levels of messages around a middle that goes nowhere: few messages, as what memory is in use depends on them."""
    draw = random.Random(7)

    def side(sign):
        return [(60000 + sign * draw.uniform(0.1, 50), draw.uniform(0, 9)) for _ in range(5)]

    return [(side(-1), side(1)) for _ in range(200)]


def trade_of(i):
    """Price, and whether the seller took: to and fro, far enough to fill orders of both sides."""
    return 60000 + (i % 100 - 50) / 8, i % 2 == 1


def json_side(levels):
    return ",".join(f'["{price:.1f}","{quantity:.3f}"]' for price, quantity in levels)


def write_recording(path, messages, step_ms):
    texts = [f'"b":[{json_side(bids)}],"a":[{json_side(asks)}]' for bids, asks in bodies()]
    with open(path, "w", encoding="ascii") as file:
        for i in range(messages):
            ms = START_MS + step_ms * i
            ids = f'"U":{10 * i + 1},"u":{10 * i + 10},"pu":{10 * i}'
            price, is_sell = trade_of(i)
            file.write(
                f'{ms}900000 {{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{ms},"T":{ms},'
                f'"s":"BTCUSDT",{ids},{texts[i % len(texts)]}}}}}\n'
                f'{ms + 5}900000 {{"stream":"btcusdt@trade","data":{{"e":"trade","E":{ms + 5},"T":{ms + 5},'
                f'"s":"BTCUSDT","t":{i + 1},"p":"{price:.1f}","q":"0.050","X":"MARKET","m":{str(is_sell).lower()}}}}}\n'
                f'{ms + 9}900000 {{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{ms + 9},'
                f'"s":"BTCUSDT","p":"{60000 + i % 7}","i":"1","P":"1","r":"0.0000{i % 7 + 1}",'
                f'"T":{START_MS + 28_800_000}}}}}\n'
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
        f"'shape': ({messages * 41},), }}"
    )
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with zipfile.ZipFile(path, "w") as archive, archive.open("data.npy", "w", force_zip64=True) as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for i in range(messages):
            at = (START_MS + step_ms * i) * 1_000_000
            price, is_sell = trade_of(i)
            rows = [
                row.pack(ev, at, at + 900_000, round(price, 1), round(quantity, 3), 0, 0, 0.0)
                for ev, price, quantity in sides[i % len(sides)]
            ]
            ev = both | (sell if is_sell else buy) | trade
            rows.append(row.pack(ev, at + 5_000_000, at + 5_900_000, round(price, 1), 0.05, 0, 0, 0.0))
            file.write(b"".join(rows))


def write_candles(path, candles):
    with open(path, "w", encoding="ascii") as file:
        for i in range(candles):
            ms = START_MS + 60_000 * i
            first, last = (60000 + 100 * abs(j % 200 - 100) + j * 37 % 91 for j in (i, i + 1))
            prices = f"{first}.0,{max(first, last) + 9}.0,{min(first, last) - 9}.0,{last}.0"
            file.write(f"{ms},{prices},5.000,{ms + 59_999},300000,9,2.000,120000,0\n")


def run_acts(acts, *arguments):
    """Peak of memory in KiB, and what was printed."""
    run = subprocess.Popen([acts, *map(str, arguments)], stdout=subprocess.PIPE)
    told = run.stdout.read().decode()
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0:
        sys.exit(f"flat_memory.py: acts {' '.join(map(str, arguments))} ended with status {status}")
    return usage.ru_maxrss, told


class Case:
    """One configuration over a short and a long input."""

    def __init__(self, name, configuration, is_over=False):
        self.name = name
        self.configuration = configuration  # by "short" or "long"
        self.is_over = is_over  # trades at the begin alone

    def measure(self, acts, folder, size):
        text = self.configuration(size)
        config = folder / "run.toml"
        config.write_text(text)
        if "[sweep]" in text:
            table = folder / "table.csv"
            peak, _ = run_acts(acts, "sweep", config, "--threads", 2, "--output", table)
            names, *rows = [line.split(",") for line in table.read_text().splitlines()]
            fills = [int(row[names.index("fills")]) for row in rows]
            return peak, min(fills), f"{len(rows)} sets, {sum(fills)} fills"
        peak, told = run_acts(acts, "backtest", config, "--out", folder / "run")
        fills = int(re.search(r"(\d+) fills", told)[1])
        return peak, fills, f"{told.splitlines()[0]}, {fills} fills"

    def median(self, acts, folder, size):
        return sorted(self.measure(acts, folder, size) for _ in range(RUNS))[RUNS // 2]

    def is_flat(self, acts, folder):
        before, after = (self.measure(acts, folder, size) for size in NAMES)
        if after[0] > MOST * before[0]:
            before, after = (self.median(acts, folder, size) for size in NAMES)
        print(f"{self.name}: {before[0]} KiB for {before[2]}")
        print(f"{self.name}: {after[0]} KiB for {after[2]}: {100 * (after[0] / before[0] - 1):+.2f} %", flush=True)
        has_traded = before[1] > 0 and (self.is_over or after[1] > 5 * before[1])
        if not has_traded:
            print(f"flat_memory.py: {self.name}: too little was traded: it shows nothing", file=sys.stderr)
        if after[0] > MOST * before[0]:
            print(
                f"flat_memory.py: {self.name}: more than {100 * (MOST - 1):.0f} % more for {TIMES} times the data",
                file=sys.stderr,
            )
        return has_traded and after[0] <= MOST * before[0]


def over_files(ending, rest, data=""):
    return lambda size: f'{HEAD}files = ["{size}{ending}"]\n{data}{rest}'


def cases():
    grid = f"{BOOKS}[strategy]\n{GRID}"
    yield Case("recording, grid", over_files(".jsonl", grid))
    yield Case("recording, twap", over_files(".jsonl", f"{BOOKS}[strategy]\n{TWAP}"), is_over=True)
    yield Case("recording, margin", over_files(".jsonl", f"{BOOKS}{MARGIN}[strategy]\n{GRID}"))
    yield Case("recording, sweep", over_files(".jsonl", f"{grid}{SPREADS}"))
    yield Case("npz, grid", over_files(".npz", grid))
    yield Case("catalog, grid", lambda size: f'{HEAD}data_dir = "{size}"\n{grid}interval = "10s"\n')
    yield Case("bars, sma_cross", over_files(".csv", BARS, CANDLES_SAY))
    yield Case("bars, sweep", over_files(".csv", f"{BARS}{MEANS}", CANDLES_SAY))


def prepare(acts, folder):
    for name, times in zip(NAMES, (1, TIMES)):
        write_recording(folder / f"{name}.jsonl", times * MESSAGES, 20)
        write_npz(folder / f"{name}.npz", times * MESSAGES, 20)
        write_candles(folder / f"{name}.csv", times * CANDLES)
        # Two days, each of half of the messages; and twenty.
        days = folder / "days.jsonl"
        write_recording(days, times * MESSAGES, 2 * DAY_MS // MESSAGES)
        run_acts(acts, "import", "--venue", "binance-usdm", "--data-dir", folder / name, days)
        days.unlink()


def main(acts):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(acts, folder)
        flat = [case.is_flat(acts, folder) for case in cases()]
    return 0 if flat and all(flat) else 1


if __name__ == "__main__":
    sys.exit(main(str(pathlib.Path(sys.argv[1]).resolve())))
