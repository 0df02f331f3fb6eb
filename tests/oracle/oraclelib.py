"""A library of fake resources whose every free choice is made by the *world* that runs it.

Generated functions import it as `oraclelib`; `oraclelib.toml` tells the linter about it. Nothing here is random: whether a
call raises, what a condition answers and how many items an iterator has is asked of `hooks.current`, which enumerates all
answers.
Arguments that a raising call was given are not kept alive by its traceback: frames delete them before they ask.
"""

from collections.abc import Iterator
from typing import NoReturn

from tests.oracle import hooks
from tests.oracle.hooks import Record
from tests.oracle.oraclecalls import *  # noqa: F403 - one library in two files
from tests.oracle.oraclecalls import Awaited


class Error(Exception):
    """The library's own exception."""


class SubError(Error):
    """A special case of it."""


class Resource:
    """What all resources share: the record of their instance."""

    record: Record = hooks.Unrecorded()
    family = "any"

    def __init__(self) -> None:
        hooks.current.may_raise(self.family)
        self.record = hooks.current.born()
        self.name = "resource"

    def __del__(self) -> None:
        self.record.die()

    def use(self, *_values: object) -> int:
        """A method of the resource: it may raise."""
        family = self.family
        del self, _values
        hooks.current.may_raise(family)
        return 1


class Res(Resource):
    """`close` or `with` release it."""

    def close(self) -> None:
        self.record.release()

    def __enter__(self) -> "Res":
        _enter(self.record)
        return self

    def __exit__(self, *_exception: object) -> None:
        self.record.release()


class File(Res):
    """As `Res`, but its methods raise `OSError` only."""

    family = "OSError"


class Conn(Resource):
    """Leaving `with` ends a transaction and releases nothing; `close` releases it and its cursors."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[Record] = []
        self.closed = False

    def cursor(self) -> "Cursor":
        if self.closed:
            raise RuntimeError("closed")
        return Cursor(self)

    def adopt(self, child: Record) -> None:
        self.record.adopt(child)
        self.children.append(child)

    def commit(self) -> None:
        del self
        hooks.current.may_raise("any")

    def close(self) -> None:
        self.record.release()
        self.closed = True
        for child in self.children:
            child.release()

    def __enter__(self) -> "Conn":
        _enter(self.record)
        return self

    def __exit__(self, *_exception: object) -> None:
        self.record.note("with")


class Cursor(Res):
    """It belongs to a `Conn` (which it does not keep alive)."""

    def __init__(self, conn: Conn) -> None:
        super().__init__()
        conn.adopt(self.record)


class Handle(Resource):
    """Only `free` releases it; there is no `with`."""

    def free(self) -> None:
        self.record.release()


class Slot(Resource):
    """A pooled connection: `close` does not give it back."""

    def close(self) -> None:
        self.record.note("wrong")


class Pool:
    """Lends slots."""

    def getconn(self) -> Slot:
        return Slot()

    def putconn(self, slot: Slot) -> None:
        slot.record.release()


class ARes(Resource):
    """`await x.aclose()` or `async with` release it."""

    def aclose(self) -> "Closing":
        return Closing(self.record)

    def ause(self) -> "Awaited":
        return Awaited("any+cancel")

    async def __aenter__(self) -> "ARes":
        _enter(self.record, "any+cancel")
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.record.release()


class Closing:
    """The release coroutine: it releases when awaited, and writes down that it was dropped."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._awaited = False

    def __await__(self) -> Iterator[None]:
        self._awaited = True
        self._record.release()
        return iter(())

    def __del__(self) -> None:
        if not self._awaited:
            self._record.note("dropped")


def _enter(record: Record, family: str = "any") -> None:
    """Entering `with x` is the last step of handing over: its failure is no leak of x itself, though of others."""
    try:
        hooks.current.may_raise(family)
    except BaseException:
        record.excuse()
        raise


def open_res(_number: int = 0) -> Res:
    return Res()


def connect() -> Conn:
    return Conn()


def mkpair() -> tuple[int, Res]:
    return 1, Res()


def try_open() -> Res | None:
    """A resource, or None."""
    return Res() if hooks.current.choose(2) else None


def aopen() -> Awaited:
    """A coroutine whose result is the resource."""
    return Awaited("cancel", ARes)


def on_exit(release: object) -> None:
    """Registers a release to be called later: it will release the children of its resource as well."""
    hooks.current.store(release)
    owner = getattr(release, "__self__", None)
    for child in owner.children if isinstance(owner, Conn) else ():
        child.transfer()
    del owner
    del release
    hooks.current.may_raise("any")


def free(resource: Res) -> None:
    """Releases it, as its own `close` does."""
    resource.close()


def fail() -> NoReturn:
    """Never returns: it raises the library's exception, or a special case of it."""
    hooks.current.must_raise("Error")
