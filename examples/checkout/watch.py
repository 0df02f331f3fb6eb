"""What leaklint's monitor sees while the shop runs dry: the leak grows for a minute before anybody gets an error.

    python examples/checkout/watch.py

Takes about two minutes; `--per-second 20` shows the same in some seconds. Writes `out/monitor.svg` and prints what the
monitor logged. Exit code 0 if it warned before the first error.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import plot
from load import HOST, Measured, Sample, drive
from repair import HERE, REPOSITORY, copied

POOL_SIZE, THRESHOLD = 10, 4
PURPLE = "#8250df"
HELD = re.compile(r'leaklint_held\{kind="raw connection[^}]*site="[^"]*orders\.py:(\d+)"\} (\d+)')


class Watched(NamedTuple):
    """One run. samples: what the monitor counted; row: the line that it names; log: what it logged; warned: seconds from the
    start to its warning."""

    load: Measured
    samples: tuple[Sample, ...]
    row: int
    log: str
    warned: float | None


def watched(requests: int, per_second: float) -> Watched:
    """Run the load on the shop as it is, with the monitor."""
    with tempfile.TemporaryDirectory(prefix="checkout-") as name, _serving(copied("shop", Path(name))) as (port, metrics, log):
        samples: list[tuple[Sample, int]] = []
        done = threading.Event()
        start = time.monotonic()
        reader = threading.Thread(target=_read, args=(metrics, start, done, samples))
        reader.start()
        warner: list[float] = []
        listener = threading.Thread(target=_listen, args=(log, start, done, warner))
        listener.start()
        load = drive(port, requests, per_second)
        done.set()
        reader.join()
        listener.join()
        row = next((row for _, row in samples if row), 0)
        return Watched(load, tuple(sample for sample, _ in samples), row, log.read_text(), warner[0] if warner else None)


def _read(port: int, start: float, done: threading.Event, samples: list[tuple[Sample, int]]) -> None:
    """Ask the monitor five times a second how many connections `orders.py` holds."""
    while not done.wait(0.2):
        with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
            found = HELD.search(answer.read().decode())
        row, count = map(int, found.groups()) if found else (0, 0)
        samples.append((Sample(time.monotonic() - start, count), row))


def _listen(log: Path, start: float, done: threading.Event, warned: list[float]) -> None:
    """Note when the monitor has logged something."""
    while not done.wait(0.05):
        if not warned and log.stat().st_size:
            warned.append(time.monotonic() - start)


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """The shop with the monitor: its port, the monitor's, and the file with its stderr."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        metrics = int(probe.getsockname()[1])
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'checkout.db'}",
        "METRICS_PORT": str(metrics),
        "METRICS_THRESHOLD": str(THRESHOLD),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))),
    }
    log = folder / "log"
    with log.open("w") as errors:
        command = (sys.executable, "-m", "shop")
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            try:
                assert process.stdout is not None
                yield int(process.stdout.readline()), metrics, log
            finally:
                process.terminate()


def main(arguments: list[str]) -> int:
    """Show it; 0 if the monitor warned before the first error and named the line."""
    parser = argparse.ArgumentParser(description="The shop's leak as leaklint's monitor sees it.")
    parser.add_argument("--requests", type=int, default=60, help="orders (default: 60)")
    parser.add_argument("--per-second", type=float, default=0.5, help="orders per second (default: 0.5)")
    parser.add_argument("--output", type=Path, default=HERE / "out", help="folder for the plot")
    options = parser.parse_args(arguments)
    seen = watched(options.requests, options.per_second)
    print(seen.log)
    first = seen.load.first_timeout
    if seen.warned is None or first is None:
        print("no warning" if seen.warned is None else "no error")
        return 1
    note = f"the monitor warns after {seen.warned:.0f} s and names orders.py:{seen.row}; the first error comes after {first:.0f} s"
    print(note)
    options.output.mkdir(parents=True, exist_ok=True)
    seconds = seen.load.samples[-1].at
    picture = plot.draw("Connections held by orders.py, as the monitor counts them", note, seen.samples, POOL_SIZE, seconds, PURPLE)
    (options.output / "monitor.svg").write_text(picture)
    return 0 if seen.warned < first else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
