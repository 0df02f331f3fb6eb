"""The ledger: what is held now, and what died while it was. Every operation is one step on a dict, so threads need no lock."""

from collections.abc import Iterator
from threading import get_ident
from time import monotonic
from typing import Any

from leaklint.runtime.facts import Facts
from leaklint.runtime.held import Descriptor, Fate, Held, Kept, Look, Tracked
from leaklint.runtime.sites import Stack


class Ledger:
    """All that is held: objects by identity, descriptors by number. `collected` gathers what died while it was held, `children`
    has what ends with its parent, by the parent's identity."""

    def __init__(self) -> None:
        self.objects: dict[int, Held] = {}
        self.descriptors: dict[int, Held] = {}
        self.collected: list[Held] = []
        self.children: dict[int, list[Held]] = {}
        self.acquired = 0
        self._on_death = self._died

    def acquire(self, value: Any, facts: Facts, stack: Stack, owner: object, look: Look, parent: Any = None) -> Held | None:
        """Enter a resource; None if it can't be followed."""
        held: Held
        table, key = self.objects, id(value)
        try:
            held = Tracked(value, self._on_death)
        except TypeError:
            if type(value) is int:
                held = Descriptor(value)
                if held.file is None:
                    return None
                table, key = self.descriptors, value
            elif facts.keeps:
                held = Kept(value)
            else:
                return None
        held.facts, held.stack, held.owner, held.look = facts, stack, owner, look
        held.born, held.thread, held.used = monotonic(), get_ident(), not facts.lazy
        held.fate, held.key, held.parent = "held", key, 0
        table[key] = held
        self.acquired += 1
        if parent is not None:
            held.parent = id(parent)
            self.children.setdefault(held.parent, []).append(held)
        return held

    def of(self, value: Any) -> Held | None:
        """What is known of a value that is held."""
        return self.descriptors.get(value) if type(value) is int else self.objects.get(id(value))

    def release(self, value: Any, method: str | None = None) -> None:
        """End the obligation for a value and for its children; `method` counts only if the kind's rules name it."""
        held = self.of(value)
        if held is not None and (method is None or method in held.facts.releases):
            self.settle(held, "released")
        if self.children and (held is None or held.fate != "held"):
            for child in self.children.pop(id(value), ()):
                self.settle(child, "released")

    def settle(self, held: Held, fate: Fate) -> None:
        """Say what became of a resource; later news changes nothing."""
        if held.fate != "held":
            return
        held.fate = fate
        # A number or identity may belong to another resource by now.
        table, key = (self.descriptors if type(held) is Descriptor else self.objects), held.key
        if table.get(key) is held:
            del table[key]
        if held.parent:
            self._leave_parent(held)
        if fate == "collected":
            self.collected.append(held)

    def _leave_parent(self, held: Held) -> None:
        siblings = self.children.get(held.parent, [])
        if held in siblings:
            siblings.remove(held)
        if not siblings:
            self.children.pop(held.parent, None)

    def _died(self, held: Tracked) -> None:
        """The weak reference's callback: the object is gone, whatever became of what it held."""
        if held.fate == "held":
            self.settle(held, "released" if held.look.silent or not held.used else "collected")

    def live(self) -> Iterator[Held]:
        """What is held now; what turns out to be released, by its state or its parent's end, is settled on the way."""
        for held in [*self.objects.values(), *self.descriptors.values()]:
            if held.fate == "held" and held.used and not self._over(held):
                yield held

    def _over(self, held: Held) -> bool:
        if held.ended():
            self.settle(held, "released")
            return True
        return False
