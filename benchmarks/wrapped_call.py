"""What wrapping costs: processor time of one call with and without, in microseconds.

    python benchmarks/wrapped_call.py

Each function acquires and releases once. What is wrapped in it: the call that acquires, and the one that releases where that is
no method of a C type. Rounds with and without take turns, so that what else the machine does meets both; the least counts.
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


def _round(pair: Callable[[], None]) -> float:
    """Processor time of one pair of calls in microseconds."""
    start = time.process_time()
    for _ in range(CALLS):
        pair()
    return (time.process_time() - start) / CALLS * 1e6


def measured() -> dict[str, tuple[float, float, float]]:
    """Name -> without, with, and what one wrapped call costs."""
    plain: dict[str, list[float]] = {pair.__name__: [] for pair in PAIRS}
    watched: dict[str, list[float]] = {pair.__name__: [] for pair in PAIRS}
    catalog, project = default_catalog(), Project([os.path.dirname(os.path.abspath(__file__))])
    for _ in range(ROUNDS):
        for pair in PAIRS:
            plain[pair.__name__].append(_round(pair))
        watch = Watch(catalog, project)
        watch.start()
        try:
            for pair in PAIRS:
                pair()
                watched[pair.__name__].append(_round(pair))
        finally:
            watch.stop()
    least = {pair.__name__: (min(plain[pair.__name__]), min(watched[pair.__name__]), calls) for pair, calls in PAIRS.items()}
    return {name: (without, with_it, (with_it - without) / calls) for name, (without, with_it, calls) in least.items()}


def main() -> None:
    """Print a table, or JSON with `--json`."""
    rows = measured()
    if "--json" in sys.argv:
        print(json.dumps(rows))
        return
    print("| calls | plain | watched | ratio | a wrapped call costs |\n| --- | ---: | ---: | ---: | ---: |")
    for name, (plain, watched, cost) in rows.items():
        print(f"| {name} | {plain:.1f} us | {watched:.1f} us | {watched / plain:.2f} | {cost:.1f} us |")


if __name__ == "__main__":
    main()
