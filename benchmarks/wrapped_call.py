"""What wrapping costs: processor time of one call with and without, in microseconds.

    python benchmarks/wrapped_call.py

Each function acquires and releases once. What is wrapped in it: the call that acquires, and the one that releases where that is
no method of a C type. The least of several rounds is shown.
"""

import json
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

from leaklint.catalog import default_catalog
from leaklint.runtime.sites import Project
from leaklint.runtime.watch import Watch

ROUNDS, CALLS = 7, 4_000
NULL = Path(os.devnull)


def descriptor() -> None:
    os.close(os.open(os.devnull, os.O_RDONLY))


def file() -> None:
    open(os.devnull).close()


def plain_socket() -> None:
    socket.socket().close()


def database() -> None:
    sqlite3.connect(":memory:").close()


def others_file() -> None:
    """A file that other code opens: `pathlib` is not the project's, so that only its caller is looked at."""
    NULL.read_bytes()


PAIRS: dict[Callable[[], None], int] = {descriptor: 2, file: 1, plain_socket: 2, database: 2, others_file: 1}
"""What is measured, and the number of wrapped calls in it."""


def microseconds(pair: Callable[[], None]) -> float:
    """Processor time of a pair of calls: the least of several rounds."""
    return min(_round(pair) for _ in range(ROUNDS)) / CALLS * 1e6


def _round(pair: Callable[[], None]) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        pair()
    return time.process_time() - start


def measured() -> dict[str, tuple[float, float, float]]:
    """Name -> without, with, and what one wrapped call costs."""
    plain = {pair.__name__: microseconds(pair) for pair in PAIRS}
    watch = Watch(default_catalog(), Project([os.path.dirname(os.path.abspath(__file__))]))
    watch.start()
    try:
        watched = {pair.__name__: microseconds(pair) for pair in PAIRS}
    finally:
        watch.stop()
    wrapped = {pair.__name__: number for pair, number in PAIRS.items()}
    return {name: (plain[name], watched[name], (watched[name] - plain[name]) / wrapped[name]) for name in plain}


def main() -> None:
    """Print a table, or JSON with `--json`."""
    rows = measured()
    if "--json" in sys.argv:
        print(json.dumps(rows))
        return
    print("| calls | plain | watched | a wrapped call costs |\n| --- | ---: | ---: | ---: |")
    for name, (plain, watched, cost) in rows.items():
        print(f"| {name} | {plain:.1f} us | {watched:.1f} us | {cost:.1f} us |")


if __name__ == "__main__":
    main()
