#!/usr/bin/env python3
"""A sweep over the machines of a Ray cluster: sweep.py CONFIG.toml [--acts ACTS] [--output FILE] [--address auto]

A task is a combination of the configuration's [sweep]: the same configuration with those parameters in [strategy], run
by `acts backtest --json`. The table has a line a combination: its number, what was varied, and totals.
"""
import argparse
import csv
import itertools
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from decimal import Decimal
from pathlib import Path

import ray

TOTALS = ("fills", "position", "balance", "fee", "equity")


def values_of(axis):
    """A list as it stands, or from, from + step, ... up to `to`, exactly."""
    if not isinstance(axis, dict):
        return axis if isinstance(axis, list) else [axis]
    begin, end, step = (Decimal(str(axis[key])) for key in ("from", "to", "step"))
    whole = begin == begin.to_integral() and step == step.to_integral()
    count = int((end - begin) / step) + 1
    return [int(begin + i * step) if whole else str(begin + i * step) for i in range(count)]


def axes_of(sweep):
    """In the order of `acts sweep`: those with values, then those with ranges."""
    named = {name: axis for name, axis in sweep.items() if name != "walk_forward"}
    order = sorted(named, key=lambda name: isinstance(named[name], dict))
    return [(name, values_of(named[name])) for name in order]


def without_sweep(text):
    """The configuration's text without [sweep] and what belongs to it."""
    kept, is_of_sweep = [], False
    for line in text.splitlines():
        section = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if section and not line.lstrip().startswith('"'):
            is_of_sweep = section.group(1) == "sweep" or section.group(1).startswith("sweep.")
        if not is_of_sweep:
            kept.append(line)
    return "\n".join(kept) + "\n"


def with_parameters(text, parameters):
    """Keys behind [strategy]."""
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in parameters.items())
    return re.sub(r"(?m)^\s*\[strategy\].*\n", lambda found: found.group(0) + lines, text, count=1)


@ray.remote(num_cpus=1, max_retries=3)
def backtest(acts, text, folder):
    """The totals that acts tells, and what it has to say of a combination that it does not take. Files that the configuration names lie
    relative to its own folder, so the task's stands there too, as long as it runs."""
    with tempfile.TemporaryDirectory() as scratch, \
            tempfile.NamedTemporaryFile("w", dir=folder, prefix=".acts-ray-", suffix=".toml") as config:
        config.write(text)
        config.flush()
        result = Path(scratch) / "result.json"
        done = subprocess.run([acts, "backtest", config.name, "--json", result, "--out", str(Path(scratch) / "run")],
                              capture_output=True, text=True, check=False)
        if done.returncode == 2:
            return None, done.stderr.strip()
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return json.loads(result.read_text(encoding="utf-8"))["totals"], ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("--acts", default="acts")
    parser.add_argument("--output", type=argparse.FileType("w"), default=sys.stdout)
    parser.add_argument("--address", help="of a cluster; one machine if not given")
    given = parser.parse_args()
    text = given.config.read_text(encoding="utf-8")
    axes = axes_of(tomllib.loads(text)["sweep"])
    names = [name for name, _ in axes]
    base = without_sweep(text)
    ray.init(address=given.address, include_dashboard=False, log_to_driver=False)
    combinations = list(itertools.product(*(values for _, values in axes)))
    folder = str(given.config.resolve().parent)
    acts = given.acts if "/" not in given.acts else str(Path(given.acts).resolve())
    tasks = [backtest.remote(acts, with_parameters(base, dict(zip(names, values))), folder)
             for values in combinations]
    table = csv.writer(given.output, lineterminator="\n")
    table.writerow(["set", *names, *TOTALS])
    results = ray.get(tasks)
    if all(totals is None for totals, _ in results):
        sys.exit(results[0][1])
    for number, (values, (totals, _)) in enumerate(zip(combinations, results), start=1):
        if totals is not None:
            table.writerow([number, *values, *(totals[name] for name in TOTALS)])


if __name__ == "__main__":
    main()
