"""Prints line coverage a room and in all from gcovr's JSON summary; fails below the given per cent."""

import collections
import json
import sys


def room_of(path):
    """src/base/time.cpp and include/acts/base/time.hpp -> base"""
    parts = path.removeprefix("include/acts/").removeprefix("src/").split("/")
    return parts[0]


def row(name, covered, total):
    print(f"{name:12} {covered:6} of {total:6} lines {100 * covered / total:6.1f} %")


def main():
    summary, least = sys.argv[1], float(sys.argv[2])
    with open(summary, encoding="utf-8") as file:
        files = json.load(file)["files"]
    rooms = collections.defaultdict(lambda: [0, 0])
    for entry in files:
        room = rooms[room_of(entry["filename"])]
        room[0] += entry["line_covered"]
        room[1] += entry["line_total"]
    covered = sum(room[0] for room in rooms.values())
    total = sum(room[1] for room in rooms.values())
    if total == 0:
        sys.exit("coverage: found no line to measure")
    for name in sorted(rooms):
        if rooms[name][1] > 0:
            row(name, *rooms[name])
    row("in all", covered, total)
    if 100 * covered / total < least:
        sys.exit(f"coverage: below {least:g} %")


main()
