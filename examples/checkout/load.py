"""Orders for the shop, at a fixed rate: every fifth card is declined.

Bounded in number, rate, threads and time, and it speaks to the loopback interface only: this is no tool to test other
people's servers with.
"""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NamedTuple

HOST = "127.0.0.1"
MOST_REQUESTS = 2_000
MOST_PER_SECOND = 200
THREADS = 24
PATIENCE = 10.0  # seconds for one answer

GOOD_CARD = "4000000000000077"
DECLINED_CARD = "4000000000000002"
SKUS = ("book", "lamp", "chair")


class Answer(NamedTuple):
    """What came back for one order: when it was sent (seconds from the start), the status, the error's text if any."""

    sent: float
    status: int
    error: str


class Sample(NamedTuple):
    """Connections checked out of the pool at a moment (seconds from the start)."""

    at: float
    checked_out: int


class Measured(NamedTuple):
    """One run of the load: every answer, and the pool over time."""

    answers: tuple[Answer, ...]
    samples: tuple[Sample, ...]

    def count(self, *statuses: int) -> int:
        """How many orders were answered with one of these statuses."""
        return sum(answer.status in statuses for answer in self.answers)

    @property
    def errors(self) -> int:
        """Orders that the service failed; a declined card (402) is none of them."""
        return sum(answer.status >= 500 or answer.status == 0 for answer in self.answers)

    @property
    def pool_timeouts(self) -> int:
        """Orders that found no free connection in time."""
        return sum(answer.error == "pool timeout" for answer in self.answers)

    @property
    def first_timeout(self) -> float | None:
        """Seconds from the start to the first order that was to find no connection."""
        return min((answer.sent for answer in self.answers if answer.error == "pool timeout"), default=None)


def drive(port: int, requests: int = 150, per_second: int = 30) -> Measured:
    """Send the orders and watch the pool until all are answered. ValueError if more is asked for than is decent."""
    if not 0 < requests <= MOST_REQUESTS or not 0 < per_second <= MOST_PER_SECOND:
        raise ValueError(f"at most {MOST_REQUESTS} requests and {MOST_PER_SECOND} per second")
    start = time.monotonic()
    samples: list[Sample] = []
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(port, start, done, samples))
    watcher.start()
    try:
        with ThreadPoolExecutor(THREADS) as threads:
            answers = tuple(threads.map(lambda number: _order(port, start, number, per_second), range(requests)))
    finally:
        done.set()
        watcher.join()
    return Measured(answers, tuple(samples))


def _order(port: int, start: float, number: int, per_second: int) -> Answer:
    """Send one order when its time has come."""
    time.sleep(max(0.0, start + number / per_second - time.monotonic()))
    sent = time.monotonic() - start
    card = DECLINED_CARD if number % 5 == 4 else GOOD_CARD
    try:
        status, answer = _ask(port, "POST", "/orders", {"sku": SKUS[number % len(SKUS)], "card": card})
    except OSError as error:
        return Answer(sent, 0, str(error))
    return Answer(sent, status, answer.get("error", ""))


def _watch(port: int, start: float, done: threading.Event, samples: list[Sample]) -> None:
    """Look at the pool twenty times a second, and once more when all is over."""
    while not done.wait(0.05):
        samples.append(_look(port, start))
    samples.append(_look(port, start))


def _look(port: int, start: float) -> Sample:
    """How many connections are checked out now."""
    _status, pool = _ask(port, "GET", "/pool")
    return Sample(time.monotonic() - start, pool["checked_out"])


def _ask(port: int, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """One request on a connection of its own: status and JSON."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
