"""Values of real libraries and how to see whether they still hold something: what the rules say of them is tried out.

A probe makes a value that holds (`make`), and says whether it does (`holds`). `left` names facts that can't be tried this way,
with the reason.
"""

import contextlib
import http.server
import importlib
import io
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

Stack = contextlib.AsyncExitStack
BODY = b'["a line",\n' + b" " * 5_000_000 + b'\n"another"]'
"""Longer than what a response, and the buffers of a socket, take ahead."""


class Probe(NamedTuple):
    """One kind of the rules. make: a fresh value, whose surroundings the stack clears away; needs: libraries; entered: what is
    made instead where a block is to be entered, if what `make` gives has been entered already."""

    kind: str
    make: Callable[[Stack], Any] | Callable[[Stack], Awaitable[Any]]
    holds: Callable[[Any], bool]
    needs: tuple[str, ...] = ()
    left: MappingProxyType[str, str] = MappingProxyType({})
    entered: Callable[[Stack], Any] | None = None


def raises(call: Callable[[], object], *types: type[BaseException]) -> bool:
    """Whether a call raises one of these."""
    try:
        call()
    except types:
        return True
    return False


class _Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever left early
            self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a server on the loopback interface."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/"
        finally:
            running.shutdown()
            thread.join()


# --- the standard library -----------------------------------------------------------------------------------------------


def _database(stack: Stack) -> sqlite3.Connection:
    return stack.enter_context(contextlib.closing(sqlite3.connect(":memory:")))


def _cursor(stack: Stack) -> sqlite3.Cursor:
    return _database(stack).execute("select 1 union select 2")


def _blob(stack: Stack) -> "sqlite3.Blob":
    conn = _database(stack)
    conn.execute("create table t (b blob)")
    row = conn.execute("insert into t values (zeroblob(8))").lastrowid
    assert row is not None
    return conn.blobopen("t", "b", row)


def _unusable(call: Callable[[], object]) -> bool:
    return raises(call, sqlite3.ProgrammingError)


def _pair(stack: Stack) -> socket.socket:
    one, other = socket.socketpair()
    stack.enter_context(one)
    stack.enter_context(other)
    return one


def _text(stack: Stack) -> io.TextIOWrapper:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context((Path(folder) / "file").open("w", encoding="utf-8"))


def _child(stack: Stack) -> "subprocess.Popen[bytes]":
    return stack.enter_context(subprocess.Popen([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE))


def _child_holds(child: "subprocess.Popen[bytes]") -> bool:
    return child.returncode is None or not (child.stdout is None or child.stdout.closed)


STANDARD = (
    Probe("sqlite3:connection", _database, lambda c: not _unusable(lambda: c.execute("select 1"))),
    Probe("sqlite3:cursor", _cursor, lambda c: not _unusable(c.fetchone)),
    Probe("sqlite3:blob", _blob, lambda b: not _unusable(b.tell)),
    Probe("socket:socket", _pair, lambda s: s.fileno() >= 0),
    Probe(
        "socket:socket-file",
        lambda stack: _pair(stack).makefile("w"),
        lambda f: not f.closed,
        left=MappingProxyType({"not-release truncate": "no socket can"}),
    ),
    Probe("io:file", _text, lambda f: not f.closed),
    Probe("subprocess:process", _child, _child_holds),
)

# --- clients ------------------------------------------------------------------------------------------------------------


def _requests_response(stack: Stack) -> Any:
    requests = importlib.import_module("requests")
    session = stack.enter_context(requests.Session())
    return session.get(stack.enter_context(server()), stream=True)


def _requests_session(stack: Stack) -> Any:
    session = importlib.import_module("requests").Session()
    session.get(stack.enter_context(server()))
    return session


def _httpx_client(stack: Stack) -> Any:
    return importlib.import_module("httpx").Client(trust_env=False)


def _httpx_response(stack: Stack) -> Any:
    httpx = importlib.import_module("httpx")
    address = stack.enter_context(server())
    client = stack.enter_context(httpx.Client(trust_env=False))
    return client.send(client.build_request("GET", address), stream=True)


def _httpx_async_client(stack: Stack) -> Any:
    return importlib.import_module("httpx").AsyncClient(trust_env=False)


async def _httpx_async_response(stack: Stack) -> Any:
    httpx = importlib.import_module("httpx")
    address = stack.enter_context(server())
    client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
    return await client.send(client.build_request("GET", address), stream=True)


async def _aiohttp_session(stack: Stack) -> Any:
    session = importlib.import_module("aiohttp").ClientSession()
    async with session.get(stack.enter_context(server())) as response:
        await response.read()
    return session


async def _aiohttp_response(stack: Stack) -> Any:
    address = stack.enter_context(server())
    session = await stack.enter_async_context(importlib.import_module("aiohttp").ClientSession())
    return await session.get(address)


async def _aiohttp_connector(stack: Stack) -> Any:
    return importlib.import_module("aiohttp").TCPConnector()


def _keeps_pools(session: Any) -> bool:
    return any(len(adapter.poolmanager.pools) for adapter in session.adapters.values())


CLIENTS = (
    Probe("requests:session", _requests_session, _keeps_pools, ("requests",)),
    Probe("requests:response", _requests_response, lambda r: r.raw._connection is not None, ("requests",)),
    Probe("httpx:client", _httpx_client, lambda c: not c.is_closed, ("httpx",)),
    Probe("httpx:response", _httpx_response, lambda r: not r.is_closed, ("httpx",)),
    Probe("httpx:async-client", _httpx_async_client, lambda c: not c.is_closed, ("httpx",)),
    Probe("httpx:response", _httpx_async_response, lambda r: not r.is_closed, ("httpx",)),
    Probe("aiohttp:session", _aiohttp_session, lambda s: not s.closed, ("aiohttp",)),
    Probe("aiohttp:response", _aiohttp_response, lambda r: r.connection is not None, ("aiohttp",)),
    Probe(
        "aiohttp:connector", _aiohttp_connector, lambda c: not c.closed, ("aiohttp",),
        MappingProxyType({"with": "deprecated by the library: it warns and closes in the background"}),
    ),
)  # fmt: skip

# --- SQLAlchemy on SQLite -----------------------------------------------------------------------------------------------


def _engine(stack: Stack) -> Any:
    sqlalchemy = importlib.import_module("sqlalchemy")
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    engine = sqlalchemy.create_engine(f"sqlite:///{folder}/base", poolclass=sqlalchemy.pool.QueuePool)
    stack.callback(engine.dispose)
    return engine


def _connected(stack: Stack) -> Any:
    conn = _engine(stack).connect()
    conn.execute(importlib.import_module("sqlalchemy").text("select 1"))
    return conn


def _transaction(stack: Stack) -> Any:
    return stack.enter_context(_engine(stack).connect()).begin()


def _result(stack: Stack) -> Any:
    conn = stack.enter_context(_engine(stack).connect())
    return conn.execute(importlib.import_module("sqlalchemy").text("select 1"))


def _session(stack: Stack) -> Any:
    session = importlib.import_module("sqlalchemy.orm").Session(_engine(stack))
    session.execute(importlib.import_module("sqlalchemy").text("select 1"))
    return session


def _async_engine(stack: Stack) -> Any:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    engine = importlib.import_module("sqlalchemy.ext.asyncio").create_async_engine(f"sqlite+aiosqlite:///{folder}/base")
    stack.push_async_callback(engine.dispose)
    return engine


async def _async_connected(stack: Stack) -> Any:
    return await _async_engine(stack).connect()


async def _async_session(stack: Stack) -> Any:
    session = importlib.import_module("sqlalchemy.ext.asyncio").AsyncSession(_async_engine(stack))
    await session.execute(importlib.import_module("sqlalchemy").text("select 1"))
    return session


def _slot_is_out(value: Any) -> bool:
    """Whether the pool of the engine misses a connection."""
    bind = value.get_bind() if hasattr(value, "get_bind") else value.engine
    return bool(bind.pool.checkedout())


_BETWEEN = MappingProxyType(
    {
        "not-release commit": "the slot goes back with the transaction; the session is to be closed all the same",
        "not-release rollback": "the slot goes back with the transaction; the session is to be closed all the same",
    }
)
_GONE = MappingProxyType({"not-release invalidate": "drops the driver's connection; the object is to be closed all the same"})
_DETACHED = MappingProxyType({"not-release detach": "the slot is replaced, the driver's connection stays open"})
SQLALCHEMY = ("sqlalchemy",)
ASYNC = ("sqlalchemy", "aiosqlite", "greenlet")

DATABASES = (
    Probe("sqlalchemy:connection", _connected, _slot_is_out, SQLALCHEMY, MappingProxyType({**_GONE, **_DETACHED})),
    Probe("sqlalchemy:transaction", _transaction, lambda t: t.is_active, SQLALCHEMY),
    Probe("sqlalchemy:result", _result, lambda r: not r._soft_closed, SQLALCHEMY),
    Probe(
        "sqlalchemy:raw_connection", lambda s: _engine(s).raw_connection(), lambda c: c.dbapi_connection is not None, SQLALCHEMY
    ),
    Probe("sqlalchemy:session", _session, _slot_is_out, SQLALCHEMY, _BETWEEN),
    Probe(
        "sqlalchemy:async_connection",
        _async_connected,
        _slot_is_out,
        ASYNC,
        _GONE,
        lambda stack: _async_engine(stack).connect(),
    ),
    Probe("sqlalchemy:async_session", _async_session, _slot_is_out, ASYNC, _BETWEEN),
)

PROBES = (*STANDARD, *CLIENTS, *DATABASES)
ARGUMENTS: dict[str, tuple[object, ...]] = {"shutdown": (socket.SHUT_RDWR,), "iter_content": (1024,), "send_signal": (0,)}
"""What methods are called with where they want something."""
