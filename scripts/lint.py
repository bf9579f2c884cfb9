"""Runs clang-tidy over the sources of src/ in parallel and remembers what passed, by content."""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys
import time


def arguments_of(entry):
    """The compiler call of a compile_commands.json entry without its launcher, output and dependency files."""
    words = entry.get("arguments") or shlex.split(entry["command"])
    compiler = next(i for i, word in enumerate(words) if pathlib.Path(word).name.startswith("clang++"))
    words = words[compiler:]
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MT", "-MF", "-MQ"):
            skip = True
        elif word not in ("-c", "-MD", "-MMD"):
            kept.append(word)
    return kept


def fingerprint(entry, setting):
    """Of everything the verdict depends on, wherever the project lies. Comments stay in, as they may hold NOLINT."""
    call = arguments_of(entry)
    preprocessed = subprocess.run(call + ["-E", "-CC", "-w"], cwd=entry["directory"], capture_output=True, check=False)
    if preprocessed.returncode != 0:
        return None
    digest = hashlib.sha256(setting)
    root = str(pathlib.Path.cwd()).encode()
    digest.update("\0".join(call).encode().replace(root, b"."))
    digest.update(preprocessed.stdout.replace(root, b"."))
    return digest.hexdigest()


def check(entry, setting, options):
    start = time.monotonic()
    name = fingerprint(entry, setting)
    stamp = options.passed / name if name else None
    if stamp and stamp.exists():
        return entry["file"], True, "", None
    command = [options.clang_tidy, "--quiet", "-p", str(options.commands.parent), entry["file"]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 0 and stamp:
        stamp.touch()
    return entry["file"], run.returncode == 0, run.stdout or run.stderr, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clang-tidy", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--commands", type=pathlib.Path, required=True)
    parser.add_argument("--passed", type=pathlib.Path, required=True)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    options.passed.mkdir(parents=True, exist_ok=True)

    version = subprocess.run([options.clang_tidy, "--version"], capture_output=True, check=True).stdout
    setting = version + pathlib.Path(".clang-tidy").read_bytes()
    source = pathlib.Path("src").resolve()
    wanted = {file.resolve() for file in options.files}
    entries = [entry for entry in json.loads(options.commands.read_text())
               if source in pathlib.Path(entry["file"]).parents
               and (not wanted or pathlib.Path(entry["file"]) in wanted)]
    if not entries:
        sys.exit("lint: found no source file to check")
    # The largest first: they take longest.
    entries.sort(key=lambda entry: -pathlib.Path(entry["file"]).stat().st_size)

    failed, looked_at = 0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for future in concurrent.futures.as_completed(pool.submit(check, e, setting, options) for e in entries):
            file, good, output, seconds = future.result()
            if seconds is not None:
                looked_at += 1
                print(f"lint: {pathlib.Path(file).relative_to(pathlib.Path.cwd())} {seconds:.1f} s", flush=True)
            if not good:
                failed += 1
                print(output, flush=True)
    print(f"lint: {len(entries)} files, {len(entries) - looked_at} of them as they passed before, {failed} failed")
    sys.exit(1 if failed else 0)


main()
