"""Whether a backtest's memory stays as it is over ten times the data: python flat_memory.py ACTS

Synthetic recordings of USD-M, one of more events than are kept in memory and one ten times as long, of the same market
over and over, with a mark price and a funding rate at each message; the peak of resident memory of each run, under a
strategy that wakes, one that soon never does again, and one on margin by mark prices.
Exit code 1 if the longer one needs more than 1 % more.
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile

MESSAGES = 64_000  # of about 42 events each: in so many every buffer has been as large as it gets
RUNS = 3  # of which the median counts: where a process lies in memory is worth half a percent
TIMES = 10
MOST = 1.01
START_MS = 1_700_000_000_000
TWAP = '[strategy]\nname = "twap"\nquantity = "0.1"\nslices = 2\nduration = "2s"'
STRATEGIES = {
    "grid": '[strategy]\nname = "grid"',
    "twap": TWAP,
    "margin": f'[account]\nkind = "margin"\ninitial_balance = "100000"\n[margin]\nmark = "mark_price"\n{TWAP}',
}


def bodies():
    """Levels of messages around a middle that goes nowhere."""
    draw = random.Random(7)

    def side(sign):
        levels = (f'["{60000 + sign * draw.uniform(0.1, 50):.1f}","{draw.uniform(0, 9):.3f}"]' for _ in range(20))
        return ",".join(levels)

    return [f'"b":[{side(-1)}],"a":[{side(1)}]' for _ in range(997)]


def write(path, messages):
    texts = bodies()
    with open(path, "w", encoding="ascii") as file:
        for i in range(messages):
            ms = START_MS + 20 * i
            ids = f'"U":{10 * i + 1},"u":{10 * i + 10},"pu":{10 * i}'
            price = f"{60000 + (i % 9 - 4) / 10:.1f}"
            is_sell = "true" if i % 2 else "false"
            file.write(
                f'{ms}900000 {{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{ms},"T":{ms},'
                f'"s":"BTCUSDT",{ids},{texts[i % len(texts)]}}}}}\n'
                f'{ms + 5}900000 {{"stream":"btcusdt@trade","data":{{"e":"trade","E":{ms + 5},"T":{ms + 5},'
                f'"s":"BTCUSDT","t":{i + 1},"p":"{price}","q":"0.050","X":"MARKET","m":{is_sell}}}}}\n'
                f'{ms + 9}900000 {{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{ms + 9},'
                f'"s":"BTCUSDT","p":"{60000 + i % 7}","i":"1","P":"1","r":"0.0000{i % 7 + 1}",'
                f'"T":{START_MS + 28_800_000}}}}}\n'
            )


def peak_kib(acts, folder, recording, strategy):
    config = folder / "run.toml"
    config.write_text(
        f"""[data]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["{recording}"]
[instrument]
tick_size = "0.1"
lot_size = "0.001"
[latency]
entry = "10ms"
response = "10ms"
[fees]
maker = "0"
taker = "0"
{STRATEGIES[strategy]}
"""
    )
    run = subprocess.Popen([acts, "backtest", str(config), "--out", str(folder / "run")], stdout=subprocess.PIPE)
    told = run.stdout.read().decode()
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0:
        sys.exit(f"flat_memory.py: {recording.name}, {strategy}: acts backtest ended with {status}")
    return usage.ru_maxrss, told.splitlines()[0]


def main(acts):
    is_flat = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        short, long = folder / "short.jsonl", folder / "long.jsonl"
        write(short, MESSAGES)
        write(long, TIMES * MESSAGES)
        for strategy in STRATEGIES:
            before, told = sorted(peak_kib(acts, folder, short, strategy) for _ in range(RUNS))[RUNS // 2]
            after, told_more = sorted(peak_kib(acts, folder, long, strategy) for _ in range(RUNS))[RUNS // 2]
            print(f"{strategy}: {before} KiB for {told}")
            print(f"{strategy}: {after} KiB for {told_more}: {100 * (after / before - 1):+.2f} %")
            is_flat = is_flat and after <= MOST * before
    if not is_flat:
        print(f"flat_memory.py: more than {100 * (MOST - 1):.0f} % more for {TIMES} times the data", file=sys.stderr)
    return 0 if is_flat else 1


if __name__ == "__main__":
    sys.exit(main(str(pathlib.Path(sys.argv[1]).resolve())))
