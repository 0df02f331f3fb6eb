"""What the monitor costs the checkout example under load: the repaired shop with and without it, side by side.

    python benchmarks/monitor_overhead.py

Both services run at the same time and are loaded in turn, so that what else the machine does meets both. Shown are the median
time of an answer, and the processor time per order over all rounds (the system counts it in steps of 10 ms). `--inside` measures
within one process instead, without HTTP: processor time of single orders, watched and not in turns; the lower quartile counts, as
a busy machine only ever adds. Needs examples/checkout/requirements.txt.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CHECKOUT = ROOT / "examples" / "checkout"
sys.path.insert(0, str(CHECKOUT))

from load import GOOD_CARD, HOST, _ask  # noqa: E402

ROUNDS, ORDERS = 9, 60
TICK = os.sysconf("SC_CLK_TCK")


class Service(NamedTuple):
    """A running shop."""

    process: int
    port: int


class Cost(NamedTuple):
    """One round: median seconds of an answer, processor seconds per order."""

    latency: float
    processor: float


@contextmanager
def serving(folder: Path, metrics: str) -> Iterator[Service]:
    """The repaired shop; `metrics` is the monitor's port, "" for none."""
    shutil.copytree(CHECKOUT / "shop", folder / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "fixed" / "orders.py", folder / "shop" / "orders.py")
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
        "METRICS_PORT": metrics,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }
    command = (sys.executable, "-m", "shop")
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Service(process.pid, int(process.stdout.readline()))
        finally:
            process.terminate()


def processor_seconds(process: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def loaded(service: Service) -> Cost:
    """Send a round of orders, one after the other."""
    before, times = processor_seconds(service.process), []
    for _ in range(ORDERS):
        start = time.perf_counter()
        status, _answer = _ask(service.port, "POST", "/orders", {"sku": "book", "card": GOOD_CARD})
        times.append(time.perf_counter() - start)
        assert status == 201
    return Cost(statistics.median(times), (processor_seconds(service.process) - before) / ORDERS)


def summed(rounds: list[Cost]) -> Cost:
    """The median latency, and the mean processor time."""
    return Cost(statistics.median(one.latency for one in rounds), statistics.mean(one.processor for one in rounds))


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return str(probe.getsockname()[1])


def inside() -> tuple[float, float]:
    """Processor seconds of an order without and with the monitor, in this process."""
    with tempfile.TemporaryDirectory(prefix="overhead-") as name:
        folder = Path(name)
        shutil.copytree(CHECKOUT / "shop", folder / "shop", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(CHECKOUT / "fixed" / "orders.py", folder / "shop" / "orders.py")
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'shop.db'}"
        sys.path.insert(0, name)
        from shop import web
        from shop.database import create_tables

        import leaklint.runtime

        create_tables()
        client, plain, watched = web.app.test_client(), [], []

        def orders(times: list[float]) -> None:
            for _ in range(ORDERS):
                start = time.process_time()
                assert client.post("/orders", json={"sku": "book", "card": GOOD_CARD}).status_code == 201
                times.append(time.process_time() - start)

        orders([])
        for _ in range(3 * ROUNDS):
            orders(plain)
            monitor = leaklint.runtime.monitor(source=[name])
            orders(watched)
            monitor.stop()
        return statistics.quantiles(plain)[0], statistics.quantiles(watched)[0]


def main() -> None:
    """Print the table."""
    if "--inside" in sys.argv:
        before, after = inside()
        print(f"{before * 1e3:.2f} ms without, {after * 1e3:.2f} ms with the monitor: {(after / before - 1) * 100:+.1f} %")
        return
    with tempfile.TemporaryDirectory(prefix="overhead-") as name:
        plain_folder, watched_folder = Path(name, "plain"), Path(name, "watched")
        with serving(plain_folder, "") as plain, serving(watched_folder, free_port()) as watched:
            loaded(plain), loaded(watched)
            rounds = [(loaded(plain), loaded(watched)) for _ in range(ROUNDS)]
    without, with_it = (summed([pair[side] for pair in rounds]) for side in (0, 1))
    print("| | without | with the monitor | more |\n| --- | ---: | ---: | ---: |")
    for label, before, after in zip(("median answer", "processor time per order"), without, with_it, strict=True):
        print(f"| {label} | {before * 1e3:.2f} ms | {after * 1e3:.2f} ms | {(after / before - 1) * 100:+.1f} % |")


if __name__ == "__main__":
    main()
