"""A library of fake resources whose every free choice is made by the *world* that runs it.

Generated functions import it as `oraclelib`; `oraclelib.toml` tells the linter about it. Nothing here is random: whether a
call raises, what a condition answers and how many items an iterator has is asked of `world`, which enumerates all answers.
Arguments that a raising call was given are not kept alive by its traceback: frames delete them before they ask.
"""

import types
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol


class Record(Protocol):
    """What the world writes down about one resource instance."""

    def release(self) -> None: ...
    def transfer(self) -> None: ...
    def excuse(self) -> None: ...
    def note(self, event: str) -> None: ...
    def adopt(self, child: "Any") -> None: ...
    def die(self) -> None: ...


class World(Protocol):
    """Who answers the questions of this library."""

    def choose(self, options: int) -> int: ...
    def may_raise(self, family: str) -> None: ...
    def must_raise(self, family: str) -> NoReturn: ...
    def born(self) -> Record: ...
    def store(self, value: object) -> object: ...


class Quiet:
    """The world of a library that is merely imported: first answers, no failures, no records."""

    def choose(self, options: int) -> int:
        return 0

    def may_raise(self, family: str) -> None:
        return None

    def must_raise(self, family: str) -> NoReturn:
        raise Error

    def born(self) -> Record:
        return _Unrecorded()

    def store(self, value: object) -> object:
        return value


class _Unrecorded:
    def release(self) -> None: ...
    def transfer(self) -> None: ...
    def excuse(self) -> None: ...
    def note(self, event: str) -> None: ...
    def adopt(self, child: "Any") -> None: ...
    def die(self) -> None: ...


world: World = Quiet()


class Error(Exception):
    """The library's own exception."""


class SubError(Error):
    """A special case of it."""


class Resource:
    """What all resources share: the record of their instance."""

    record: Record = _Unrecorded()
    family = "any"

    def __init__(self) -> None:
        world.may_raise(self.family)
        self.record = world.born()
        self.name = "resource"

    def __del__(self) -> None:
        self.record.die()

    def use(self, *_values: object) -> int:
        """A method of the resource: it may raise."""
        family = self.family
        del self, _values
        world.may_raise(family)
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
        world.may_raise("any")

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
        _enter(self.record)
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


class Awaited:
    """What an awaitable call returns: nothing happens before `await`, which may raise or be cancelled."""

    def __init__(self, family: str, result: Any = None) -> None:
        self._family = family
        self._result = result

    def __await__(self) -> Iterator[Any]:
        family, result = self._family, self._result
        del self
        world.may_raise(family)
        return result() if result else None
        yield


def _enter(record: Record) -> None:
    """Entering `with x` is the last step of handing over: its failure is no leak of x itself, though of others."""
    try:
        world.may_raise("any")
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
    return Res() if world.choose(2) else None


def aopen() -> Awaited:
    """A coroutine whose result is the resource."""
    return Awaited("cancel", ARes)


def c(_number: int = 0) -> bool:
    """An opaque condition."""
    return bool(world.choose(2))


def v(_number: int = 0) -> int:
    """An opaque value: 0, 1, 2 or 3."""
    return world.choose(4)


def n(*_values: object) -> None:
    """Does nothing and never raises."""


def r(_number: int = 0) -> int:
    """May raise some exception."""
    world.may_raise("any")
    return 1


def rv(_number: int = 0) -> None:
    world.may_raise("ValueError")


def ro(_number: int = 0) -> None:
    world.may_raise("OSError")


def rk(_number: int = 0) -> None:
    world.may_raise("KeyError")


def rc(_number: int = 0) -> None:
    world.may_raise("Error")


def ar(_number: int = 0) -> Awaited:
    """Awaiting it may raise anything, or be cancelled."""
    return Awaited("any+cancel")


def borrow(*values: object) -> int:
    """Uses what it is given, which may raise."""
    del values
    world.may_raise("any")
    return 1


def peek(*_values: object) -> int:
    """Uses what it is given, and never raises."""
    return 1


def take(value: object) -> None:
    """From now on this library owns the value. For other resources the call is one that may raise."""
    world.store(value)
    del value
    world.may_raise("any")


def on_exit(release: object) -> None:
    """Registers a release to be called later: it will release the children of its resource as well."""
    world.store(release)
    owner = getattr(release, "__self__", None)
    for child in owner.children if isinstance(owner, Conn) else ():
        child.transfer()
    del owner
    del release
    world.may_raise("any")


def free(resource: Res) -> None:
    """Releases it, as its own `close` does."""
    resource.close()


def die() -> None:
    """Ends the process."""
    raise SystemExit(1)


def fail() -> NoReturn:
    """Never returns: it raises the library's exception, or a special case of it."""
    world.must_raise("Error")


class Rows:
    """An iterator of up to two items; asking for the next may raise."""

    def __init__(self) -> None:
        self._left = 2

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> int:
        world.may_raise("any")
        if not self._left or not world.choose(2):
            raise StopIteration
        self._left -= 1
        return self._left

    def __aiter__(self) -> "Rows":
        return self

    async def __anext__(self) -> int:
        world.may_raise("any+cancel")
        if not self._left or not world.choose(2):
            raise StopAsyncIteration
        self._left -= 1
        return self._left


def rows(_number: int = 0) -> Rows:
    world.may_raise("any")
    return Rows()


def arows(_number: int = 0) -> Rows:
    world.may_raise("any")
    return Rows()


def steps(_number: int = 0) -> Iterator[int]:
    """Up to two items, none of which raises."""
    return iter(range(world.choose(3)))


class guard:
    """A context manager that manages nothing."""

    def __enter__(self) -> None:
        world.may_raise("any")

    def __exit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _trace: types.TracebackType | None
    ) -> bool:
        return False


class suppress:
    """Swallows exceptions of the types that it is given."""

    def __init__(self, *kinds: type[BaseException]) -> None:
        self._kinds = kinds

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _trace: types.TracebackType | None
    ) -> bool:
        return kind is not None and issubclass(kind, self._kinds)


class suppress_all(suppress):
    """Swallows every `Exception`."""

    def __init__(self) -> None:
        super().__init__(Exception)


def extend(_number: int = 0) -> None:
    """May raise, though a method of this name on a list does not."""
    world.may_raise("any")


def mystery(*values: object) -> None:
    """No rule tells what it does with what it is given: it only looks."""
    del values
    world.may_raise("any")
