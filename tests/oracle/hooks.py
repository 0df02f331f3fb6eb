"""What the fake library asks of the world that runs it: every free choice, and a record of every resource."""

from typing import Any, NoReturn, Protocol


class Record(Protocol):
    """What the world writes down about one resource instance."""

    def release(self) -> None: ...
    def transfer(self) -> None: ...
    def excuse(self) -> None: ...
    def note(self, event: str) -> None: ...
    def adopt(self, child: Any) -> None: ...
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
        raise AssertionError(family)

    def born(self) -> Record:
        return Unrecorded()

    def store(self, value: object) -> object:
        return value


class Unrecorded:
    """The record of a resource that nobody asks about."""

    def release(self) -> None: ...
    def transfer(self) -> None: ...
    def excuse(self) -> None: ...
    def note(self, event: str) -> None: ...
    def adopt(self, child: Any) -> None: ...
    def die(self) -> None: ...


current: World = Quiet()
"""The world that is asked; whoever executes programs replaces it."""
