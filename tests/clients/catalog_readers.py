"""Whether pyarrow and polars read the catalog as acts does: python catalog_readers.py ACTS

What docs/catalog.md promises of other programs: the folder as it is, folders that begin with _ left out, exact
decimals, times as UTC microseconds without a zone. Exit code 1, with one line each, if not.
"""
import decimal
import json
import pathlib
import subprocess
import sys
import tempfile

import polars
import pyarrow
import pyarrow.dataset

HOURS = [f"testdata/vision/spot-klines-1h/BTCUSDT-1h-2021-0{month}.csv" for month in (1, 2, 3)]
PLACES = {"kind", "venue", "symbol", "date", "interval", "origin"}


def acts_rows(acts, data_dir):
    sql = "SELECT * FROM klines ORDER BY open_time"
    answer = subprocess.run(
        [acts, "query", "--format", "json", "--data-dir", data_dir, sql], check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def plain(value):
    """As `acts query` writes it."""
    if isinstance(value, decimal.Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if hasattr(value, "hour"):
        return value.isoformat(timespec="milliseconds") + "Z"
    return value


def differences(name, rows, wanted):
    columns = [column for column in wanted[0] if column not in PLACES]
    if len(rows) != len(wanted):
        return [f"{name}: {len(rows)} rows, and acts has {len(wanted)}"]
    for row, other in zip(rows, wanted):
        for column in columns:
            if plain(row[column]) != other[column]:
                return [f"{name}: {column} of {other['open_time']} is {row[column]!r}, and acts has {other[column]!r}"]
    if not PLACES <= set(rows[0]):
        return [f"{name}: it does not read {PLACES - set(rows[0])} from the folders"]
    return []


def by_pyarrow(catalog):
    dataset = pyarrow.dataset.dataset(str(catalog), format="parquet", partitioning="hive")
    wrong = []
    if dataset.schema.field("open_time").type != pyarrow.timestamp("us"):
        wrong.append(f"pyarrow: open_time is {dataset.schema.field('open_time').type}")
    if dataset.schema.field("close").type != pyarrow.decimal128(18, 8):
        wrong.append(f"pyarrow: close is {dataset.schema.field('close').type}")
    return dataset.to_table().sort_by("open_time").to_pylist(), wrong


def by_polars(catalog):
    frame = polars.scan_parquet(str(catalog / "kind=klines" / "**" / "*.parquet"), hive_partitioning=True)
    frame = frame.with_columns(polars.lit("klines").alias("kind")).sort("open_time").collect()
    wrong = []
    if frame.schema["open_time"] != polars.Datetime("us"):
        wrong.append(f"polars: open_time is {frame.schema['open_time']}")
    if frame.schema["close"] != polars.Decimal(18, 8):
        wrong.append(f"polars: close is {frame.schema['close']}")
    return frame.to_dicts(), wrong


def main(acts):
    with tempfile.TemporaryDirectory() as data_dir:
        subprocess.run(
            [acts, "import", "--market", "spot", "--data-dir", data_dir, *HOURS], check=True, capture_output=True
        )
        # Of an import that runs: nobody's rows yet.
        catalog = pathlib.Path(data_dir) / "catalog"
        (catalog / "_staging" / "x").mkdir(parents=True)
        (catalog / "_staging" / "x" / "1.part").write_bytes(b"not Parquet")
        wanted = acts_rows(acts, data_dir)
        assert len(wanted) > 2000
        wrong = []
        for name, read in (("pyarrow", by_pyarrow), ("polars", by_polars)):
            rows, said = read(catalog)
            wrong += said + differences(name, rows, wanted)
    for line in wrong:
        print(f"catalog_readers.py: {line}", file=sys.stderr)
    if not wrong:
        versions = f"pyarrow {pyarrow.__version__} and polars {polars.__version__}"
        print(f"{len(wanted)} rows of the catalog, by {versions} as by acts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
