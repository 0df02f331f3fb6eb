"""The monitor of a running service: counts, ages, thresholds, pools, and what it exports."""

import logging
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import leaklint.runtime
from leaklint.runtime.gauges import read
from leaklint.runtime.monitoring import Monitor

HERE = str(Path(__file__).parent)


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """A monitor of this folder, served on a free port."""
    running = leaklint.runtime.monitor(source=[HERE], thresholds={"connection": 3}, interval=60, port=0)
    yield running
    running.stop()


def connected() -> sqlite3.Connection:
    return sqlite3.connect(":memory:")


def test_live_counts_by_site(monitor: Monitor) -> None:
    held = [connected(), connected()]
    held[0].close()
    (row,) = monitor.live()
    assert (row.kind, row.category, row.filename, row.function, row.number) == (
        "sqlite3 connection", "connection", __file__, "connected", 1,
    )  # fmt: skip
    assert 0 <= row.oldest < 60
    held[1].close()
    assert monitor.live() == []


def test_a_threshold_logs_the_oldest_with_their_stacks_once(monitor: Monitor, caplog: pytest.LogCaptureFixture) -> None:
    held = [connected() for _ in range(3)]
    with caplog.at_level(logging.WARNING, "leaklint.monitor"):
        monitor.check()
        monitor.check()
        assert len(caplog.records) == 1
        assert "3 of connection held, threshold 3" in caplog.text
        assert "in connected\n" in caplog.text
        assert "in test_a_threshold_logs_the_oldest_with_their_stacks_once" in caplog.text
        for one in held:
            one.close()
        monitor.check()
        held = [connected() for _ in range(3)]
        monitor.check()
        assert len(caplog.records) == 2
    for one in held:
        one.close()


def test_prometheus_reads_the_endpoint(monitor: Monitor) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    with sqlite3.connect(":memory:") as held, urllib.request.urlopen(f"http://127.0.0.1:{monitor.port}/metrics") as answer:
        families = {family.name: family for family in parser.text_string_to_metric_families(answer.read().decode())}
    held.close()
    (sample,) = families["leaklint_held"].samples
    assert sample.value == 1
    assert sample.labels["kind"] == "sqlite3 connection"
    assert sample.labels["site"].startswith(f"{__file__}:")
    assert {"leaklint_pool_size", "leaklint_pool_in_use", "leaklint_pool_waiters"} <= set(families)


def test_labels_are_escaped() -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    from leaklint.runtime.prometheus import Gauge, Sample, text

    odd = 'a "b" \\ c\nd'
    (family,) = parser.text_string_to_metric_families(text([Gauge("x", odd, [Sample({"k": odd}, 1.5)])]))
    assert family.samples[0].labels == {"k": odd}
    assert family.documentation == odd


def test_open_telemetry(monitor: Monitor) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from leaklint.runtime.otel import instrument

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    instrument(monitor, provider)
    held = connected()
    data = reader.get_metrics_data()
    assert data is not None
    metrics = {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    (point,) = metrics["leaklint.held"].data.data_points
    assert point.value == 1
    held.close()
    provider.shutdown()


def test_sampling_scales(monitor: Monitor) -> None:
    monitor.stop()
    sampling = leaklint.runtime.monitor(source=[HERE], sample=0.5, interval=60)
    held = [connected() for _ in range(400)]
    (row,) = sampling.live()
    sampling.stop()
    assert 300 <= row.number <= 500
    for one in held:
        one.close()


def test_stop_sets_everything_back() -> None:
    before = (sqlite3.connect, open)
    running = leaklint.runtime.monitor(source=[HERE], interval=60)
    assert sqlite3.connect is not before[0]
    running.stop()
    assert (sqlite3.connect, open) == before


def test_pool_of_sqlalchemy(monitor: Monitor) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.QueuePool, pool_size=4)
    with engine.connect():
        (pool,) = (pool for pool in monitor.pools() if pool.name == f"{id(engine):x}")
        assert (pool.kind, pool.size, pool.in_use, pool.waiters) == ("SQLAlchemy engine", 4, 1, 0)
        (row,) = monitor.live()
        assert row.kind == "SQLAlchemy connection"
    engine.dispose()


def test_pool_of_redis(monitor: Monitor) -> None:
    redis = pytest.importorskip("redis")
    kept = redis.BlockingConnectionPool(max_connections=7)
    (pool,) = (pool for pool in monitor.pools() if pool.name == f"{id(kept):x}")
    assert (pool.size, pool.in_use, pool.waiters) == (7, 0, 0)


class Stub:
    """Something with numbers."""

    size = 3

    def stats(self) -> dict[str, int]:
        return {"all": 5, "idle": 2}


@pytest.mark.parametrize(
    ("gauge", "expected"),
    [
        ("size", 3),
        ("stats()[all] - stats()[idle]", 3),
        ("len(stats())", 2),
        ("gone", None),
        ("stats()[gone]", None),
        ("stats()", None),
    ],
)
def test_gauges(gauge: str, expected: Any) -> None:
    assert read(Stub(), gauge) == expected


def test_age_grows(monitor: Monitor) -> None:
    held = connected()
    first = monitor.live()[0].oldest
    time.sleep(0.05)
    assert monitor.live()[0].oldest > first
    held.close()
