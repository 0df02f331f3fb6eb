"""What is wrapped looks and behaves as before: nobody sees the difference but us."""

import concurrent.futures
import contextlib
import inspect
import io
import os
import pickle
import socket
import sqlite3
import tempfile
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leaklint.catalog import default_catalog
from leaklint.runtime.sites import Project
from leaklint.runtime.watch import Watch

ORIGINALS: dict[str, Callable[..., Any]] = {
    "open": open,
    "os.open": os.open,
    "sqlite3.connect": sqlite3.connect,
    "socket.create_connection": socket.create_connection,
    "tempfile.NamedTemporaryFile": tempfile.NamedTemporaryFile,
}
CLASSES = (socket.socket, tempfile.TemporaryDirectory, concurrent.futures.ThreadPoolExecutor)
BEFORE = {cls: (inspect.signature(cls), pickle.dumps(cls)) for cls in CLASSES}


@pytest.fixture
def watch() -> Iterator[Watch]:
    """This folder, watched."""
    running = Watch(default_catalog(), Project([str(Path(__file__).parent)]))
    running.start()
    yield running
    running.stop()


def wrapped(name: str) -> Callable[..., Any]:
    """The stand-in for an original, as code finds it now."""
    scope = {"os": os, "sqlite3": sqlite3, "socket": socket, "tempfile": tempfile, "open": __builtins__["open"]}
    found: Callable[..., Any] = eval(name, scope)
    return found


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("name", ORIGINALS)
def test_functions_look_as_before(name: str) -> None:
    new, old = wrapped(name), ORIGINALS[name]
    assert new is not old
    assert isinstance(new, type(old))
    assert (new.__name__, new.__qualname__, new.__module__, new.__doc__) == (
        old.__name__, old.__qualname__, old.__module__, old.__doc__,
    )  # fmt: skip
    assert repr(new).split(" at ")[0] == repr(old).split(" at ")[0]
    assert signature(new) == signature(old)
    assert pickle.loads(pickle.dumps(new)) is new


def signature(function: Callable[..., Any]) -> inspect.Signature | None:
    """Built-in functions may have none."""
    try:
        return inspect.signature(function)
    except ValueError:
        return None


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("cls", CLASSES)
def test_classes_are_the_same_objects(cls: type) -> None:
    assert (inspect.signature(cls), pickle.dumps(cls)) == BEFORE[cls]


def test_objects_are_what_they_were(watch: Watch) -> None:
    with open(__file__) as file, contextlib.closing(sqlite3.connect(":memory:")) as connection, socket.socket() as sock:
        assert type(file) is io.TextIOWrapper
        assert isinstance(connection, sqlite3.Connection)
        assert type(connection).__qualname__ == "Connection"
        assert type(sock) is socket.socket
        assert len(list(watch.ledger.live())) == 3
    assert list(watch.ledger.live()) == []


def test_a_subclass_works_and_is_watched(watch: Watch) -> None:
    class Named(socket.socket):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    with Named("a") as sock:
        assert (sock.name, isinstance(sock, socket.socket)) == ("a", True)
        (held,) = watch.ledger.live()
        assert held.facts.what == "socket"
    assert list(watch.ledger.live()) == []


@pytest.mark.usefixtures("watch")
def test_a_subclass_of_a_c_type_is_kept() -> None:
    class Mine(sqlite3.Connection):
        """A factory of the program's own."""

    with contextlib.closing(sqlite3.connect(":memory:", factory=Mine)) as connection:
        assert isinstance(connection, Mine)


@pytest.mark.usefixtures("watch")
def test_a_built_in_function_held_by_a_class_binds_to_nothing() -> None:
    class Reader:
        opener = open

    with Reader().opener(__file__) as file:
        assert file.readable()
    assert isinstance(Reader.opener, types.BuiltinFunctionType)


@pytest.mark.usefixtures("watch")
def test_errors_pass_unchanged() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        open("/nowhere")
    with pytest.raises(TypeError, match="required"):
        open()  # type: ignore[call-overload]


def test_equal_resources_stay_two(watch: Watch) -> None:
    """What objects say of their equality is not asked."""

    class Same(socket.socket):
        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

    first, second = Same(), Same()
    assert len({id(one) for one in watch.ledger.live()}) == 2
    first.close(), second.close()
    assert list(watch.ledger.live()) == []
