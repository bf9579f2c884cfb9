"""Whether hftbacktest loads what `acts export` makes for it: python hftbacktest_reader.py ACTS

The same recording through its own converter and through ours must give the same array, event by event, and a run over
ours must end with the book that the recording ends with. What its converter makes must enter the catalog as what ours
makes. Exit code 1, with one line each, if not.
"""
import pathlib
import subprocess
import sys
import tempfile

import hftbacktest
import numpy
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest
from hftbacktest.data.utils import binancefutures
from numba import njit

RECORDING = "testdata/binance-feed/usdm/btcusdt_20240808.gz"
# The replayed book at the recording's end, by the venue's rule.
LAST = (61659.7, 61659.8)


@njit
def last_book(backtest):
    while backtest.elapse(1_000_000_000) == 0:
        pass
    depth = backtest.depth(0)
    return depth.best_bid, depth.best_ask


def run(acts, *words):
    return subprocess.run([acts, *words], check=True, capture_output=True, text=True).stdout


def differences(ours, theirs):
    if ours.dtype != theirs.dtype:
        return [f"its array has the type {theirs.dtype}, ours {ours.dtype}"]
    if len(ours) != len(theirs):
        return [f"its array has {len(theirs)} events, ours {len(ours)}"]
    for name in ours.dtype.names:
        wrong = numpy.flatnonzero(ours[name] != theirs[name])
        if len(wrong):
            at = wrong[0]
            return [f"event {at}: its {name} is {theirs[name][at]}, ours {ours[name][at]}"]
    return []


def book_of(path):
    asset = (
        BacktestAsset()
        .data([str(path)])
        .linear_asset(1.0)
        .constant_latency(10_000_000, 10_000_000)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0, 0)
        .tick_size(0.1)
        .lot_size(0.001)
    )
    backtest = HashMapMarketDepthBacktest([asset])
    best = last_book(backtest)
    backtest.close()
    return best


ROWS = {
    "book_updates": "ts_recv_ns, row, ts_event, is_snapshot, is_bid, price, quantity",
    "trades": "trade_id, ts_recv_ns, ts_event, price, quantity, is_buyer_maker",
}


def catalog_differences(acts, folder, ours, theirs):
    """Row by row, as the catalog has them of each file."""
    places = {"ours": ours, "theirs": theirs}
    for name, path in places.items():
        run(acts, "import", "--market", "um", "--symbol", "BTCUSDT", "--data-dir", str(folder / name), str(path))
    wrong = []
    for kind, columns in ROWS.items():
        rows = {name: run(acts, "query", "--format", "csv", "--data-dir", str(folder / name),
                          f"SELECT {columns} FROM {kind} ORDER BY ALL").splitlines() for name in places}
        if len(rows["ours"]) < 1000:
            wrong.append(f"in the catalog: there are only {len(rows['ours'])} rows of {kind}")
        counts = [len(rows[name]) for name in ("theirs", "ours")]
        if counts[0] != counts[1]:
            wrong.append(f"in the catalog: {counts[0]} rows of {kind} of their file, {counts[1]} of ours")
        for number, (one, other) in enumerate(zip(rows["ours"], rows["theirs"])):
            if one != other:
                wrong.append(f"in the catalog: row {number} of {kind} is {other} of their file, {one} of ours")
                break
    return wrong


def main(acts):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours, theirs = folder / "ours.npz", folder / "theirs.npz"
        run(acts, "export", "--format", "npz", "--output", str(ours), RECORDING)
        binancefutures.convert(RECORDING, output_filename=str(theirs))
        events = numpy.load(ours)["data"]
        wrong = differences(events, numpy.load(theirs)["data"])
        best = book_of(ours)
        if not numpy.allclose(best, LAST):
            wrong.append(f"a run over our file ends with {best}, not {LAST}")
        wrong += catalog_differences(acts, folder, ours, theirs)
    for line in wrong:
        print(f"hftbacktest_reader.py: {line}", file=sys.stderr)
    if not wrong:
        print(f"{len(events)} events, by hftbacktest {hftbacktest.__version__} as by acts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
