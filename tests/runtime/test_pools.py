"""The gauges of pools, read while the real libraries talk to a real PostgreSQL: size, places in use, callers that wait."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import leaklint.runtime
from leaklint.runtime.gauges import Pool
from leaklint.runtime.monitoring import Monitor
from tests.postgres import serving_postgres

HERE = str(Path(__file__).parent)
pytestmark = pytest.mark.consumers


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a server of its own."""
    with serving_postgres() as url:
        yield url


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """A monitor of this folder."""
    running = leaklint.runtime.monitor(source=[HERE], interval=60)
    yield running
    running.stop()


def gauge(monitor: Monitor, pool: object) -> Pool:
    """What the monitor says of this pool."""
    (found,) = (one for one in monitor.pools() if one.name == f"{id(pool):x}")
    return found


def until_waiting(monitor: Monitor, pool: object) -> Pool:
    """The gauge as soon as somebody waits; the last one after three seconds."""
    end = time.monotonic() + 3
    while not gauge(monitor, pool).waiters and time.monotonic() < end:
        time.sleep(0.01)
    return gauge(monitor, pool)


def test_psycopg_pool(postgres: str, monitor: Monitor) -> None:
    psycopg_pool = pytest.importorskip("psycopg_pool")
    with psycopg_pool.ConnectionPool(postgres, min_size=2, max_size=2, open=True) as pool:
        pool.wait()
        held = [pool.getconn(), pool.getconn()]
        waiting = threading.Thread(target=lambda: pool.putconn(pool.getconn(timeout=10)))
        waiting.start()
        seen = until_waiting(monitor, pool)
        (row,) = (row for row in monitor.live() if row.function == "test_psycopg_pool" and row.category == "connection")
        for connection in held:
            pool.putconn(connection)
        waiting.join()
        assert (seen.kind, seen.size, seen.in_use, seen.waiters) == ("psycopg connection pool", 2, 2, 1)
        assert (row.kind, row.number) == ("pooled psycopg connection", 2)
        assert [row.category for row in monitor.live()] == ["pool"]
        assert (gauge(monitor, pool).in_use, gauge(monitor, pool).waiters) == (0, 0)


def test_asyncpg(postgres: str, monitor: Monitor) -> None:
    asyncpg = pytest.importorskip("asyncpg")

    async def used() -> tuple[Pool, Pool, list[tuple[str, int]]]:
        async with asyncpg.create_pool(postgres, min_size=1, max_size=1) as pool:
            connection = await pool.acquire()
            waiting = asyncio.create_task(pool.fetchval("select 1"))
            await asyncio.sleep(0.05)
            busy, rows = gauge(monitor, pool), [(row.kind, row.number) for row in monitor.live()]
            await pool.release(connection)
            assert await waiting == 1
            return busy, gauge(monitor, pool), rows

    busy, idle, rows = asyncio.run(used())
    assert (busy.kind, busy.size, busy.in_use, busy.waiters) == ("asyncpg pool", 1, 1, 1)
    assert (idle.in_use, idle.waiters) == (0, 0)
    assert ("pooled asyncpg connection", 1) in rows
    assert [pool for pool in monitor.pools() if pool.kind == "asyncpg pool"] == []
    assert monitor.live() == []


def test_sqlalchemy(postgres: str, monitor: Monitor) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    pytest.importorskip("psycopg")
    url = postgres.replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(url, pool_size=1, max_overflow=0, pool_timeout=10)
    connection = engine.connect()

    def wait() -> None:
        with engine.connect() as other:
            assert other.execute(sqlalchemy.text("select 1")).scalar() == 1

    waiting = threading.Thread(target=wait)
    waiting.start()
    seen = until_waiting(monitor, engine)
    connection.close()
    waiting.join()
    assert (seen.size, seen.in_use, seen.waiters) == (1, 1, 1)
    assert (gauge(monitor, engine).in_use, gauge(monitor, engine).waiters) == (0, 0)
    engine.dispose()
