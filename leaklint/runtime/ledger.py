"""The ledger: what is held now, where it was acquired, and what became of it.

It holds no resource itself. An object is known by its identity and a weak reference, a descriptor by its number and
the file behind it. Every operation is one step on a dict, so threads need no lock.
"""

import os
import weakref
from collections.abc import Iterator
from threading import get_ident
from time import monotonic
from typing import Any, Literal

from leaklint.runtime.facts import Facts
from leaklint.runtime.sites import Site, Spot, site

Fate = Literal["held", "released", "collected", "exempt"]
"""What became of a resource. "collected": dropped, so that only garbage collection ended it. "exempt": no longer judged."""


class Held:
    """One resource. owner: the test or fixture during which it was acquired; used: whether a lazy one holds anything;
    queries: (query, its answer when it was acquired); silent: its death says nothing, because its release is not seen."""

    fate: Fate = "held"
    ref: weakref.ref[Any] | None = None
    number = -1
    file: tuple[int, int] | None = None
    key = parent = 0
    queries: tuple[tuple[str, bool, Any], ...] = ()
    silent: bool | None = False

    def __init__(self, facts: Facts, stack: tuple[Spot, ...], owner: object) -> None:
        self.facts = facts
        self.stack = stack
        self.owner = owner
        self.born = monotonic()
        self.thread = get_ident()
        self.used = not facts.lazy

    @property
    def site(self) -> Site:
        """The call that acquired it."""
        return site(self.stack[0])

    @property
    def age(self) -> float:
        """Seconds since then."""
        return monotonic() - self.born


class _Ref(weakref.ref[Any]):
    """A weak reference that knows what it refers to after that is gone."""

    __slots__ = ("held",)
    held: Held


class Ledger:
    """All that is held; `collected` gathers what died while it was."""

    def __init__(self) -> None:
        self.objects: dict[int, Held] = {}
        self.descriptors: dict[int, Held] = {}
        self.collected: list[Held] = []
        self.acquired = 0
        self._children: dict[int, list[Held]] = {}

    def acquire(self, value: Any, held: Held, parent: Any = None) -> bool:
        """Enter a resource; False if it can't be followed (no weak reference to its type)."""
        if type(value) is int:
            return self._descriptor(value, held)
        try:
            held.ref = ref = _Ref(value, self._died)
        except TypeError:
            return False
        ref.held = held
        held.key = id(value)
        self.objects[held.key] = held
        self.acquired += 1
        if parent is not None:
            held.parent = id(parent)
            self._children.setdefault(held.parent, []).append(held)
        return True

    def _descriptor(self, number: int, held: Held) -> bool:
        held.number, held.file = number, _file(number)
        if held.file is None:
            return False
        self.descriptors[number] = held
        self.acquired += 1
        return True

    def of(self, value: Any) -> Held | None:
        """What is known of a value that is held."""
        return self.descriptors.get(value) if type(value) is int else self.objects.get(id(value))

    def release(self, value: Any, method: str | None = None) -> None:
        """End the obligation for a value and for its children; `method` counts only if the kind's rules name it."""
        held = self.of(value)
        if held is not None and (method is None or method in held.facts.releases):
            self.settle(held, "released")
        if self._children and (held is None or held.fate != "held"):
            for child in self._children.pop(id(value), ()):
                self.settle(child, "released")

    def settle(self, held: Held, fate: Fate) -> None:
        """Say what became of a resource; later news changes nothing."""
        if held.fate != "held":
            return
        held.fate = fate
        self._forget(held)
        if fate == "collected":
            self.collected.append(held)

    def _forget(self, held: Held) -> None:
        """Take it off the tables; a number or identity may belong to another resource by now."""
        table, key = (self.descriptors, held.number) if held.ref is None else (self.objects, held.key)
        if table.get(key) is held:
            del table[key]
        if held.parent:
            siblings = self._children.get(held.parent, [])
            if held in siblings:
                siblings.remove(held)
            if not siblings:
                self._children.pop(held.parent, None)

    def _died(self, ref: weakref.ref[Any]) -> None:
        """The weak reference's callback: the object is gone, whatever became of what it held."""
        held = ref.held  # type: ignore[attr-defined]
        self.settle(held, "released" if held.silent or not held.used else "collected")

    def live(self) -> Iterator[Held]:
        """What is held now; what turns out to be released, by its state or its parent's end, is settled on the way."""
        for held in [*self.objects.values(), *self.descriptors.values()]:
            if held.fate == "held" and held.used and not self._over(held):
                yield held

    def _over(self, held: Held) -> bool:
        if ended(held):
            self.settle(held, "released")
            return True
        return False


def ended(held: Held) -> bool:
    """Whether the state of a resource says that it was released unseen (methods of C types can't be observed)."""
    if held.ref is None:
        return _file(held.number) != held.file
    value = held.ref()
    return value is None or any(_answer(value, name, call) != before for name, call, before in held.queries)


def _answer(value: Any, name: str, call: bool) -> Any:
    """What a state query says; an error says that the object is of no more use."""
    try:
        found = getattr(value, name)
        return found() if call else found
    except Exception:
        return _FAILED


def asked(value: Any, facts: Facts) -> tuple[tuple[str, bool, Any], ...]:
    """The state queries of a value that was just acquired, with their answers; those that don't fit the rule are left out."""
    found = []
    for name, call, held in facts.queries:
        now = _answer(value, name, call)
        if now is not _FAILED and bool(now) is held:
            found.append((name, call, now))
    return tuple(found)


def _file(number: int) -> tuple[int, int] | None:
    """Device and inode behind a descriptor; None if it is closed."""
    try:
        found = os.fstat(number)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_FAILED: Any = object()
