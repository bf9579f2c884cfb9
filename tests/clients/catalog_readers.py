"""Whether others read the catalog as acts does: python catalog_readers.py ACTS READER..., of pyarrow, polars and spark

What docs/catalog.md promises of other programs: the folder as it is, folders that begin with _ left out, exact
decimals, times as UTC microseconds without a zone, one schema of a symbol's files also where a later one needs wider
decimals. Exit code 1, with one line each, if not.
"""
import decimal
import importlib
import json
import pathlib
import subprocess
import sys
import tempfile

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


def by_pyarrow(catalog, decimals):
    import pyarrow
    import pyarrow.dataset

    dataset = pyarrow.dataset.dataset(str(catalog), format="parquet", partitioning="hive")
    wrong = []
    if dataset.schema.field("open_time").type != pyarrow.timestamp("us"):
        wrong.append(f"pyarrow: open_time is {dataset.schema.field('open_time').type}")
    if dataset.schema.field("close").type != pyarrow.decimal128(*decimals):
        wrong.append(f"pyarrow: close is {dataset.schema.field('close').type}")
    return dataset.to_table().sort_by("open_time").to_pylist(), wrong


def by_polars(catalog, decimals):
    import polars

    frame = polars.scan_parquet(str(catalog / "kind=klines" / "**" / "*.parquet"), hive_partitioning=True)
    frame = frame.with_columns(polars.lit("klines").alias("kind")).sort("open_time").collect()
    wrong = []
    if frame.schema["open_time"] != polars.Datetime("us"):
        wrong.append(f"polars: open_time is {frame.schema['open_time']}")
    if frame.schema["close"] != polars.Decimal(*decimals):
        wrong.append(f"polars: close is {frame.schema['close']}")
    return frame.to_dicts(), wrong


def by_spark(catalog, decimals):
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = session.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    session = session.config("spark.log.level", "ERROR").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    frame = session.read.parquet(str(catalog))
    types = dict(frame.dtypes)
    wrong = []
    if types["open_time"] != "timestamp_ntz":
        wrong.append(f"spark: open_time is {types['open_time']}")
    if types["close"] != "decimal({},{})".format(*decimals):
        wrong.append(f"spark: close is {types['close']}")
    return [row.asDict() for row in frame.sort("open_time").collect()], wrong


READERS = {"pyarrow": by_pyarrow, "polars": by_polars, "spark": by_spark}
MODULES = {"spark": "pyspark"}


def run(acts, data_dir, *words):
    subprocess.run([acts, *words, "--data-dir", data_dir], check=True, capture_output=True)


def read_by(readers, acts, data_dir, decimals):
    """All rows as acts has them, and what the others do not read so."""
    wanted = acts_rows(acts, data_dir)
    wrong = []
    for name in readers:
        rows, said = READERS[name](pathlib.Path(data_dir) / "catalog", decimals)
        wrong += said + differences(name, rows, wanted)
    return wanted, wrong


def check_hours(readers, acts):
    with tempfile.TemporaryDirectory() as data_dir:
        run(acts, data_dir, "import", "--market", "spot", *HOURS)
        # Of an import that runs: nobody's rows yet.
        staging = pathlib.Path(data_dir) / "catalog" / "_staging" / "x"
        staging.mkdir(parents=True)
        (staging / "1.part").write_bytes(b"not Parquet")
        wanted, wrong = read_by(readers, acts, data_dir, (18, 8))
        assert len(wanted) > 2000
        return wanted, wrong


def day_of_hours(folder, day, close):
    """The candles of one day as the archive has them: its path."""
    path = pathlib.Path(folder) / f"WIDE-1h-2021-01-{day:02}.csv"
    first = 1_609_459_200_000 + (day - 1) * 86_400_000
    opened = [first + hour * 3_600_000 for hour in range(24)]
    path.write_text("".join(f"{time},1.5,9.0,1.0,{close},10.5,{time + 3_599_999},100,7,5,50,0\n" for time in opened))
    return str(path)


def check_wide(readers, acts):
    """The second day needs wider decimals, neither the first nor the third does."""
    with tempfile.TemporaryDirectory() as data_dir:
        for day, close in ((1, "4.5"), (2, "4.500000000012"), (3, "4.25")):
            run(acts, data_dir, "import", "--market", "spot", day_of_hours(data_dir, day, close))
        run(acts, data_dir, "catalog", "compact")
        wanted, wrong = read_by(readers, acts, data_dir, (38, 12))
        assert [row["close"] for row in wanted] == ["4.5"] * 24 + ["4.500000000012"] * 24 + ["4.25"] * 24
        return wanted, wrong


def main(acts, readers):
    assert readers, "no reader is named"
    wanted, wrong = check_hours(readers, acts)
    wide, wrong_of_wide = check_wide(readers, acts)
    wrong += wrong_of_wide
    for line in wrong:
        print(f"catalog_readers.py: {line}", file=sys.stderr)
    if not wrong:
        modules = [importlib.import_module(MODULES.get(name, name)) for name in readers]
        versions = " and ".join(f"{module.__name__} {module.__version__}" for module in modules)
        print(f"{len(wanted) + len(wide)} rows of the catalog, by {versions} as by acts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
