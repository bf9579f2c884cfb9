"""Whether `acts import` of a large file stays below a gibibyte and takes every row as it is: large_import.py ACTS BYTES

A month of aggregated trades, so many bytes of CSV in a zip as the archive has them, made from a formula: once as they
come, once with neighbours now and then the other way round and the last trade of a day behind the first of the next.
Of what is imported, counts and exact sums are those that were written, of each day, ids too; nothing is missing, and
the catalog verifies. Prints sizes, times and the peak of resident memory; exit code 1 if any of it is not so.
"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import zipfile

BEGIN_MS = 1_704_067_200_000  # 2024-01-01
DAY_MS = 86_400_000
DAYS = 30
MOST_BYTES = 1 << 30
ROW_BYTES = 55  # some
CHUNK = 100_000  # rows that are made at a time
SWAP_EVERY = 1000
PRICES = 700
QUANTITIES = 999


def line(number, time_ms):
    """Of trade `number`: what it tells follows from that."""
    return (f"{number},{42_000 + number * 7919 % PRICES}.{number % 100:02},0.{1 + number * 31 % QUANTITIES:03},"
            f"{2 * number},{2 * number + 1},{time_ms},{'true' if number % 3 == 0 else 'false'}\n")


class Month:
    """What is written, and what of it must come back."""

    def __init__(self, rows, is_sorted):
        self.rows = rows
        self.is_sorted = is_sorted
        self.by_day = [[0, 0, 0, 0] for _ in range(DAYS)]  # rows, ids, thousandths of quantity, hundredths of price

    def time_of(self, number):
        offset = number * DAYS * DAY_MS // self.rows
        day, within = divmod(offset, DAY_MS)
        is_first = day > 0 and (number - 1) * DAYS * DAY_MS // self.rows < day * DAY_MS
        # The first trade of a day and the one behind it: the latter was before midnight.
        was_first = day > 0 and not is_first and (number - 2) * DAYS * DAY_MS // self.rows < day * DAY_MS
        if was_first and not self.is_sorted:
            return BEGIN_MS + day * DAY_MS - 1
        return BEGIN_MS + day * DAY_MS + within

    def chunk(self, first, end):
        lines = []
        for number in range(first, end):
            time_ms = self.time_of(number)
            lines.append(line(number, time_ms))
            sums = self.by_day[(time_ms - BEGIN_MS) // DAY_MS]
            sums[0] += 1
            sums[1] += number
            sums[2] += 1 + number * 31 % QUANTITIES
            sums[3] += (42_000 + number * 7919 % PRICES) * 100 + number % 100
        if not self.is_sorted:
            for at in range(SWAP_EVERY - 1, len(lines) - 1, SWAP_EVERY):
                lines[at], lines[at + 1] = lines[at + 1], lines[at]
        return "".join(lines)

    def write(self, path):
        written = 0
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            with archive.open(path.stem + ".csv", "w", force_zip64=True) as member:
                for first in range(0, self.rows, CHUNK):
                    text = self.chunk(first, min(first + CHUNK, self.rows)).encode()
                    written += len(text)
                    member.write(text)
        return written


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def differences(acts, data_dir, month):
    sql = ("SELECT date::VARCHAR AS day, count(*) AS rows, sum(agg_trade_id) AS ids, "
           "(sum(quantity) * 1000)::BIGINT AS quantity, (sum(price) * 100)::BIGINT AS price, "
           "bool_and(first_trade_id = 2 * agg_trade_id AND last_trade_id = first_trade_id + 1 "
           "AND is_buyer_maker = (agg_trade_id % 3 = 0)) AS told FROM agg_trades GROUP BY ALL ORDER BY day")
    asked = subprocess.run([acts, "query", "--format", "json", "--data-dir", data_dir, sql], capture_output=True,
                           text=True, check=False)
    if asked.returncode != 0:
        return [f"acts query: {asked.stderr.strip()}"]
    days = [json.loads(text) for text in asked.stdout.splitlines()]
    wrong = []
    if len(days) != DAYS:
        wrong.append(f"{len(days)} days, not {DAYS}")
    for row, sums in zip(days, month.by_day):
        got = [int(row[name]) for name in ("rows", "ids", "quantity", "price")]
        if got != sums or row["told"] is not True:
            wrong.append(f"{row['day']}: {got}, {row['told']}, not {sums}")
    return wrong


def check(acts, size, is_sorted):
    month = Month(max(size // ROW_BYTES, DAYS * 10), is_sorted)
    name = "as they come" if is_sorted else "out of order"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "BTCUSDT-aggTrades-2024-01.zip"
        written = month.write(path)
        began = time.monotonic()
        done = subprocess.run([acts, "import", "--market", "um", "--data-dir", folder, str(path)],
                              capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        peak = peak_bytes()
        if done.returncode != 0:
            return [f"{name}: acts import: {done.stderr.strip()}"]
        wrong = []
        if f" {month.rows} rows from 2024-01-01" not in done.stdout or "missing" in done.stdout:
            wrong.append(f"it says {done.stdout.strip()}, and {month.rows} rows were written, none left out")
        if peak >= MOST_BYTES:
            wrong.append(f"{peak} bytes of memory, which is not below {MOST_BYTES}")
        wrong += differences(acts, folder, month)
        sound = subprocess.run([acts, "catalog", "verify", "--data-dir", folder], capture_output=True, text=True,
                               check=False)
        is_told = "gap (" in sound.stdout or "step_back (" in sound.stdout and is_sorted
        if sound.returncode != 0 or " 0 problems" not in sound.stdout or is_told:
            wrong.append(f"acts catalog verify: {sound.stdout.strip()[-300:]}{sound.stderr.strip()}")
    print(f"{name}: {month.rows} rows, {written} bytes of CSV, {seconds:.1f} s, {peak >> 20} MiB at most", flush=True)
    return [f"{name}: {what}" for what in wrong]


def main(acts, size):
    wrong = check(acts, size, True) + check(acts, size, False)
    for text in wrong:
        print(f"large_import.py: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
