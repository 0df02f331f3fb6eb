"""Monitoring of a running service: what is held, since when, acquired where; how full its pools are.

monitor = leaklint.runtime.monitor(thresholds={"connection": 8}, port=9101)
...
monitor.stop()
"""

import logging
import os
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from leaklint.catalog import Catalog, default_catalog
from leaklint.model import Severity
from leaklint.runtime.gauges import Pool, Pools
from leaklint.runtime.held import Held
from leaklint.runtime.prometheus import Gauge, Sample, text
from leaklint.runtime.sites import Project, lines
from leaklint.runtime.watch import Watch

LOGGER = logging.getLogger("leaklint.monitor")
_OLDEST = 3


class Row(NamedTuple):
    """What one line of code holds now: how many, and the age of the oldest in seconds."""

    kind: str
    category: str
    filename: str
    row: int
    function: str
    number: int
    oldest: float


def start(
    *,
    source: Iterable[str] = (),
    thresholds: Mapping[str, int] | None = None,
    interval: float = 10.0,
    sample: float = 1.0,
    port: int | None = None,
    host: str = "127.0.0.1",
    catalog: Catalog | None = None,
    min_severity: str = "warning",
) -> "Monitor":
    """Watch this process from now on.

    source: folders whose code is judged (default: the working folder). thresholds: kind in words or category -> number of
    held resources from which on the oldest sites are logged, with their stacks. interval: seconds between looks. sample: the
    share of acquisitions that is followed; counts are scaled. port: serve /metrics there (0 takes a free one). min_severity:
    "info" adds cursors and other good manners.
    """
    project = Project([*source] or [os.getcwd()])
    chance = random.Random().random
    keep: Callable[[], bool] | None = None if sample >= 1 else lambda: chance() < sample
    rules = catalog or default_catalog()
    pools = Pools(rules)
    watch = Watch(rules, project, Severity(min_severity), keep, pools.add)
    return Monitor(watch, pools, dict(thresholds or {}), interval, sample, (host, port))


class Monitor:
    """A running monitor. Ended by `stop`, after which nothing is wrapped any more."""

    def __init__(
        self,
        watch: Watch,
        pools: Pools,
        thresholds: dict[str, int],
        interval: float,
        sample: float,
        place: tuple[str, int | None],
    ) -> None:
        self._watch = watch
        self._pools = pools
        self._thresholds = thresholds
        self._sample = sample
        self._over: set[str] = set()
        self._done = threading.Event()
        watch.start()
        pools.search()
        self._thread = threading.Thread(target=self._look, args=(interval,), name="leaklint-monitor", daemon=True)
        self._thread.start()
        self._endpoint = self._serve(*place)

    def _serve(self, host: str, port: int | None) -> Any:
        if port is None:
            return None
        from leaklint.runtime.endpoint import Endpoint

        return Endpoint(self.metrics, port, host)

    @property
    def port(self) -> int | None:
        """Where /metrics is served."""
        return self._endpoint.port if self._endpoint is not None else None

    @property
    def unwatched(self) -> dict[str, str]:
        """The callables that could not be wrapped, with the reason."""
        return dict(self._watch.unwatched)

    def stop(self) -> None:
        """End watching and serving, and set everything back."""
        self._done.set()
        self._thread.join()
        if self._endpoint is not None:
            self._endpoint.close()
        self._watch.stop()

    def live(self) -> list[Row]:
        """What is held, by kind and site, most first."""
        groups: defaultdict[tuple[Any, ...], list[Held]] = defaultdict(list)
        for held in self._watch.ledger.live():
            site = held.site
            groups[held.facts.what, held.facts.category, site.filename, site.row, site.function].append(held)
        rows = [
            Row(what, category, filename, row, function, self._scaled(len(group)), max(held.age for held in group))
            for (what, category, filename, row, function), group in groups.items()
        ]
        return sorted(rows, key=lambda row: (-row.number, row[:5]))

    def pools(self) -> list[Pool]:
        """Size, use and waiters of every pool."""
        return list(self._pools.read())

    def _scaled(self, count: int) -> int:
        return round(count / self._sample)

    def gauges(self) -> list[Gauge]:
        """Everything as metrics."""
        rows, pools = self.live(), self.pools()
        labels = [{"kind": row.kind, "site": f"{row.filename}:{row.row}"} for row in rows]
        named = [{"kind": pool.kind, "pool": pool.name} for pool in pools]
        return [
            Gauge("leaklint_held", "Resources held now", _samples(labels, [row.number for row in rows])),
            Gauge("leaklint_oldest_seconds", "Age of the oldest one", _samples(labels, [row.oldest for row in rows])),
            Gauge("leaklint_pool_size", "Places in the pool", _samples(named, [pool.size for pool in pools])),
            Gauge("leaklint_pool_in_use", "Places taken", _samples(named, [pool.in_use for pool in pools])),
            Gauge("leaklint_pool_waiters", "Callers waiting for a place", _samples(named, [pool.waiters for pool in pools])),
        ]

    def metrics(self) -> str:
        """The page for Prometheus."""
        return text(self.gauges())

    def _look(self, interval: float) -> None:
        while not self._done.wait(interval):
            self.check()

    def check(self) -> None:
        """Log what has gone over its threshold since the last look; once, until it is below again."""
        held = list(self._watch.ledger.live())
        # What was collected is no longer held: a service reports what it has now.
        self._watch.ledger.collected.clear()
        for name, most in self._thresholds.items():
            mine = [one for one in held if name in (one.facts.what, one.facts.category, one.facts.gid)]
            count = self._scaled(len(mine))
            if count < most:
                self._over.discard(name)
            elif name not in self._over:
                self._over.add(name)
                LOGGER.warning("%s", _warning(name, count, most, mine))


def _warning(name: str, count: int, most: int, held: list[Held]) -> str:
    oldest = sorted(held, key=lambda one: one.born)[:_OLDEST]
    told = [
        f"  held for {one.age:.1f} s: {one.facts.what}\n" + "\n".join(f"    {line}" for line in lines(one.stack))
        for one in oldest
    ]
    return "\n".join([f"{count} of {name} held, threshold {most}; the oldest:", *told])


def _samples(labels: list[dict[str, str]], values: Iterable[float | None]) -> list[Sample]:
    return [Sample(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
