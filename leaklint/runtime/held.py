"""What is held: one resource, where it was acquired, and what became of it.

It keeps no resource alive. An object is known by a weak reference, a descriptor by its number and the file behind it. Only what
allows no weak reference, and would give nothing back by being collected, is kept itself (`Kept`).
"""

import os
import weakref
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, NamedTuple

from leaklint.runtime.facts import Facts
from leaklint.runtime.sites import Site, Stack, innermost, site

Fate = Literal["held", "released", "collected", "exempt"]
"""What became of a resource. "collected": dropped, so that only garbage collection ended it. "exempt": no longer judged."""


class Asked(NamedTuple):
    """A state query, and what it answered when the resource was acquired."""

    name: str
    call: bool
    before: Any


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a type. queries: those that fit it; silent: its death says nothing, because its release is not seen."""

    silent: bool
    queries: tuple[Asked, ...] = ()


class Resource:
    """One resource that is held, or was.

    owner: the test or fixture during which it was acquired; born: monotonic seconds; used: whether a lazy one holds anything;
    key: where the ledger has it; parent: the identity of what it came from, 0 for nothing.
    """

    __slots__ = ()
    facts: Facts
    stack: Stack
    owner: object
    look: Look
    born: float
    thread: int
    used: bool
    fate: Fate
    key: int
    parent: int

    @property
    def site(self) -> Site:
        """The call that acquired it."""
        return site(innermost(self.stack))

    @property
    def age(self) -> float:
        """Seconds since then."""
        return monotonic() - self.born

    def ended(self) -> bool:
        """Whether its state says that it was released unseen (methods of C types can't be observed)."""
        raise NotImplementedError


_SLOTS = ("born", "facts", "fate", "key", "look", "owner", "parent", "stack", "thread", "used")


class Tracked(weakref.ref[Any], Resource):
    """An object. The weak reference itself carries what is known: one allocation, and its callback is told of it."""

    __slots__ = _SLOTS
    # Two resources are never the same, whatever the objects say of themselves: those are not to be asked.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def ended(self) -> bool:
        """Also if it is gone."""
        value = self()
        return value is None or _changed(value, self.look)


class Kept(Resource):
    """An object that allows no weak reference."""

    __slots__ = (*_SLOTS, "value")

    def __init__(self, value: Any) -> None:
        self.value = value

    def ended(self) -> bool:
        """By its state alone."""
        return _changed(self.value, self.look)


class Descriptor(Resource):
    """A descriptor. file: device and inode behind it; None if it is no open descriptor."""

    __slots__ = (*_SLOTS, "file")

    def __init__(self, number: int) -> None:
        self.file = _file(number)

    def ended(self) -> bool:
        """By what is behind the number now."""
        return _file(self.key) != self.file


Held = Tracked | Kept | Descriptor


def _changed(value: Any, look: Look) -> bool:
    return any(_answer(value, name, call) != before for name, call, before in look.queries)


def _answer(value: Any, name: str, call: bool) -> Any:
    """What a state query says; an error says that the object is of no more use."""
    try:
        found = getattr(value, name)
        return found() if call else found
    except Exception:
        return _FAILED


def asked(value: Any, facts: Facts) -> tuple[Asked, ...]:
    """The state queries of a value that was just acquired, with their answers; those that don't fit the rule are left out."""
    answers = (Asked(name, call, _answer(value, name, call)) for name, call, _held in facts.queries)
    return tuple(
        one
        for one, query in zip(answers, facts.queries, strict=True)
        if one.before is not _FAILED and bool(one.before) is query.held
    )


def _file(number: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(number)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_FAILED: Any = object()
