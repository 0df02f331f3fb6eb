"""Everything that can happen to one obligation."""

from dataclasses import dataclass, field
from typing import NamedTuple

from leaklint.flow.ir import Obligation
from leaklint.flow.values import Path, Value
from leaklint.flow.world import (
    Flag,
    World,
)

Key = tuple[int, World]


class Leak(NamedTuple):
    """One way the resource is lost. how: exit, failure, rebound, dropped; `state` ends the path."""

    how: str
    world: World
    state: Key

    def has(self, flag: int) -> bool:
        """Whether something happened on the way."""
        return bool(self.world.flags & flag)


@dataclass(slots=True)
class Outcome:
    """Everything that can happen to one obligation. `transfers`: reason -> the path that carried it away; `left`: ways of failing
    on which an attribute of `self` still holds it; `wrappers`: the kind of what carried it, if that was a wrapper around it;
    `taken_back`: the yields after which the function released it."""

    obligation: Obligation
    leaks: list[Leak] = field(default_factory=list)
    released: bool = False
    released_after_sharing: bool = False
    released_itself: bool = False
    parent_here: bool = False
    taken_back: set[object] = field(default_factory=set)
    shared: bool = False
    transfers: dict[str, set[Path]] = field(default_factory=dict)
    left: dict[Path, list[Leak]] = field(default_factory=dict)
    wrappers: dict[tuple[str, Path], str] = field(default_factory=dict)
    named: bool = False
    incomplete: bool = False
    stored: dict[Path, Leak] = field(default_factory=dict)
    returns: bool = False
    failures: set[str] = field(default_factory=set)
    results: set[Value | None] = field(default_factory=set)
    before: dict[Key, Key | None] = field(default_factory=dict)
    holders: dict[str, None] = field(default_factory=dict)

    @property
    def transferred(self) -> bool:
        """Whether some path hands it over."""
        return bool(self.transfers)

    def add(self, other: "Outcome") -> None:
        """Take in what can happen to another copy of the same acquisition (`finally` has one for each way of leaving). A state
        that both reached keeps one of its ways: each is a way that leads there."""
        self.leaks.extend(other.leaks)
        self.released |= other.released
        self.released_after_sharing |= other.released_after_sharing
        self.released_itself |= other.released_itself
        self.parent_here |= other.parent_here
        self.taken_back |= other.taken_back
        self.shared |= other.shared
        self.named |= other.named
        self.incomplete |= other.incomplete
        for how, paths in other.transfers.items():
            self.transfers.setdefault(how, set()).update(paths)
        for path, leaks in other.left.items():
            self.left.setdefault(path, []).extend(leaks)
        self.wrappers = {**other.wrappers, **self.wrappers}
        self.stored = {**other.stored, **self.stored}
        self.before = {**other.before, **self.before}
        self.holders = {**other.holders, **self.holders}


def ended(world: World, how: str) -> str:
    """How it was lost, if that happened before the path ended."""
    if world.flags & Flag.REBOUND:
        return "rebound"
    return "dropped" if world.flags & Flag.DROPPED else how
