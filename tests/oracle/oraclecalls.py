"""The part of `oraclelib` that has to do with no resource: calls that may raise, free choices, iterators, managers."""

import types
from collections.abc import Iterator
from typing import Any

from tests.oracle import hooks


class Awaited:
    """What an awaitable call returns: nothing happens before `await`, which may raise or be cancelled."""

    def __init__(self, family: str, result: Any = None) -> None:
        self._family = family
        self._result = result

    def __await__(self) -> Iterator[Any]:
        family, result = self._family, self._result
        del self
        hooks.current.may_raise(family)
        return result() if result else None
        yield


def c(_number: int = 0) -> bool:
    """An opaque condition."""
    return bool(hooks.current.choose(2))


def v(_number: int = 0) -> int:
    """An opaque value: 0, 1, 2 or 3."""
    return hooks.current.choose(4)


def n(*_values: object) -> None:
    """Does nothing and never raises."""


def r(_number: int = 0) -> int:
    """May raise some exception."""
    hooks.current.may_raise("any")
    return 1


def rv(_number: int = 0) -> None:
    hooks.current.may_raise("ValueError")


def ro(_number: int = 0) -> None:
    hooks.current.may_raise("OSError")


def rk(_number: int = 0) -> None:
    hooks.current.may_raise("KeyError")


def rc(_number: int = 0) -> None:
    hooks.current.may_raise("Error")


def ar(_number: int = 0) -> Awaited:
    """Awaiting it may raise anything, or be cancelled."""
    return Awaited("any+cancel")


def borrow(*values: object) -> int:
    """Uses what it is given, which may raise."""
    del values
    hooks.current.may_raise("any")
    return 1


def peek(*_values: object) -> int:
    """Uses what it is given, and never raises."""
    return 1


def take(value: object) -> None:
    """From now on this library owns the value. For other resources the call is one that may raise."""
    hooks.current.store(value)
    del value
    hooks.current.may_raise("any")


def die() -> None:
    """Ends the process, unless somebody catches that."""
    hooks.current.must_raise("exit")


class Rows:
    """An iterator of up to two items; asking for the next may raise."""

    def __init__(self) -> None:
        self._left = 2

    def __iter__(self) -> "Rows":
        return self

    def __next__(self) -> int:
        hooks.current.may_raise("any")
        if not self._left or not hooks.current.choose(2):
            raise StopIteration
        self._left -= 1
        return self._left

    def __aiter__(self) -> "Rows":
        return self

    async def __anext__(self) -> int:
        hooks.current.may_raise("any+cancel")
        if not self._left or not hooks.current.choose(2):
            raise StopAsyncIteration
        self._left -= 1
        return self._left


def rows(_number: int = 0) -> Rows:
    hooks.current.may_raise("any")
    return Rows()


def arows(_number: int = 0) -> Rows:
    hooks.current.may_raise("any")
    return Rows()


def steps(_number: int = 0) -> Iterator[int]:
    """Up to two items, none of which raises."""
    return iter(range(hooks.current.choose(3)))


class guard:
    """A context manager that manages nothing."""

    def __enter__(self) -> None:
        hooks.current.may_raise("any")

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
    hooks.current.may_raise("any")


def mystery(*values: object) -> None:
    """No rule tells what it does with what it is given: it only looks."""
    del values
    hooks.current.may_raise("any")
