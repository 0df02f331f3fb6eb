"""The variants that need nothing but the standard library are run: what they acquire is open when they are done, and closed
when `--fix` has mended them.

Each resource is remembered by the test, as a traceback or a cycle would: reference counting does not save it.
"""

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.examples.found import REPOSITORY, VARIANTS

SCHEMA = """
create table tasks (id integer primary key, done integer not null default 0);
insert into tasks (id) values (1);
create table readings (sensor text, value real);
insert into readings values ('cellar', 11.5), ('attic', 19.0);
create table entries (account text, amount integer);
insert into entries values ('rent', 700), ('rent', 720);
"""


@pytest.fixture(autouse=True)
def import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variants are scripts beside each other."""
    monkeypatch.syspath_prepend(str(VARIANTS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with all their tables."""
    path = tmp_path / "examples.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    return str(path)


@pytest.fixture
def connections(database: str, monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Every connection that is opened from now on."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remember(*arguments: object, **options: object) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))  # type: ignore[call-overload]
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", remember)
    return opened


def is_open(connection: sqlite3.Connection) -> bool:
    """Whether a connection still answers."""
    try:
        connection.execute("select 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def loaded(path: Path) -> ModuleType:
    """A file run as a module that nothing else sees."""
    module = ModuleType(path.stem)
    exec(compile(path.read_text(), path, "exec"), module.__dict__)
    return module


def assert_left_open(connections: list[sqlite3.Connection]) -> None:
    """One connection was opened and is open; it is closed now."""
    assert [is_open(connection) for connection in connections] == [True]
    connections[0].close()
    assert not is_open(connections[0])


def test_with_commits_and_keeps_it_open(database: str, connections: list[sqlite3.Connection]) -> None:
    import_module("sqlite3_with_commits_only").mark_done(database, 1)
    assert connections[0].execute("select done from tasks").fetchall() == [(1,)]
    assert_left_open(connections)


def test_the_helper_opens_and_nobody_closes(database: str, connections: list[sqlite3.Connection]) -> None:
    assert import_module("helper_in_another_module").balance(database, "rent") == 1420
    assert_left_open(connections)


@pytest.mark.parametrize(
    ("variant", "function", "argument"),
    [("sqlite3_with_commits_only", "mark_done", 1), ("helper_in_another_module", "balance", "rent")],
)
def test_mended_ones_close_it(
    variant: str, function: str, argument: object, database: str, connections: list[sqlite3.Connection], tmp_path: Path
) -> None:
    shutil.copytree(VARIANTS, tmp_path / "variants")
    path = tmp_path / "variants" / f"{variant}.py"
    command = (sys.executable, "-m", "leaklint", "check", "--fix", "--isolated", str(path))
    assert subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False).returncode == 0
    getattr(loaded(path), function)(database, argument)
    assert [is_open(connection) for connection in connections] == [False]


def test_a_generator_that_is_left_early_keeps_it(database: str, connections: list[sqlite3.Connection]) -> None:
    readings = import_module("generator_holds_connection").readings(database)
    assert next(readings) == ("cellar", 11.5)
    readings.close()
    assert_left_open(connections)


def test_a_generator_that_is_read_to_the_end_does_not(database: str, connections: list[sqlite3.Connection]) -> None:
    assert len(list(import_module("generator_holds_connection").readings(database))) == 2
    assert [is_open(connection) for connection in connections] == [False]


def test_every_failed_attempt_leaves_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []

    class Refused(socket.socket):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

        def connect(self, address: object) -> None:
            raise ConnectionRefusedError(address)

    variant = import_module("retry_loop_drops_sockets")
    monkeypatch.setattr(socket, "socket", Refused)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with pytest.raises(TimeoutError):
        variant.connect("127.0.0.1", 1, attempts=3)
    assert [one.fileno() >= 0 for one in made] == [True, True, True]
    for one in made:
        one.close()
