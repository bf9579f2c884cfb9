"""Runs clang-tidy over the sources of src/ in parallel and remembers what passed, by content."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import threading
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


class Files:
    """Digests of files' contents, each read once. Names of the project's are relative, as clones lie anywhere."""

    def __init__(self):
        self.root = pathlib.Path.cwd()
        self.digests = {}

    def name_of(self, path):
        path = path.resolve()
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def digest_of(self, name):
        if name not in self.digests:
            try:
                self.digests[name] = hashlib.sha256((self.root / name).read_bytes()).hexdigest()
            except OSError:
                self.digests[name] = None
        return self.digests[name]


def prerequisites(rule):
    """The files that a makefile's rule for one target names."""
    return [pathlib.Path(name) for name in rule.split(":", 1)[1].replace("\\\n", " ").split()]


def fingerprint(entry, setting, files):
    """Of everything the verdict depends on, wherever the project lies, and what was read for it. Comments stay in, as
    they may hold NOLINT."""
    call = arguments_of(entry)
    with tempfile.NamedTemporaryFile("r") as rule:
        preprocessed = subprocess.run(call + ["-E", "-CC", "-w", "-MD", "-MF", rule.name], cwd=entry["directory"],
                                      capture_output=True, check=False)
        if preprocessed.returncode != 0:
            return None, []
        read = [files.name_of(entry["directory"] / path) for path in prerequisites(rule.read())]
    digest = hashlib.sha256(setting)
    root = str(files.root).encode()
    digest.update("\0".join(call).encode().replace(root, b"."))
    digest.update(preprocessed.stdout.replace(root, b"."))
    return digest.hexdigest(), read


class Memory:
    """What passed before: empty files by fingerprint; and by compiler call, as preprocessing takes its time, which
    files were read the last time, with their digests, and the fingerprint that was theirs."""

    def __init__(self, folder, setting, files):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.setting = setting
        self.files = files

    def passed(self, name):
        return name is not None and (self.folder / name).exists()

    def path_of_last(self, entry):
        call = "\0".join(arguments_of(entry)).encode().replace(str(self.files.root).encode(), b".")
        return self.folder / f"{hashlib.sha256(self.setting + call).hexdigest()}.json"

    def is_as_it_passed(self, entry):
        try:
            last = json.loads(self.path_of_last(entry).read_text())
        except (OSError, ValueError):
            return False
        return self.passed(last["fingerprint"]) and all(
            self.files.digest_of(name) == digest for name, digest in last["files"].items())

    def keep(self, entry, name, read):
        (self.folder / name).touch()
        kept = {"fingerprint": name, "files": {file: self.files.digest_of(file) for file in read}}
        path = self.path_of_last(entry)
        # Another clone may write it, too.
        whole = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        whole.write_text(json.dumps(kept))
        whole.replace(path)


def check(entry, memory, options):
    start = time.monotonic()
    if memory.is_as_it_passed(entry):
        return entry["file"], True, "", None
    name, read = fingerprint(entry, memory.setting, memory.files)
    if memory.passed(name):
        memory.keep(entry, name, read)
        return entry["file"], True, "", None
    command = [options.clang_tidy, "--quiet", "-p", str(options.commands.parent), entry["file"]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 0 and name:
        memory.keep(entry, name, read)
    return entry["file"], run.returncode == 0, run.stdout or run.stderr, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clang-tidy", required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--commands", type=pathlib.Path, required=True)
    parser.add_argument("--passed", type=pathlib.Path, required=True)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()

    version = subprocess.run([options.clang_tidy, "--version"], capture_output=True, check=True).stdout
    memory = Memory(options.passed, version + pathlib.Path(".clang-tidy").read_bytes(), Files())
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
        for future in concurrent.futures.as_completed(pool.submit(check, e, memory, options) for e in entries):
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
