"""What is known at a point of one path: the mode of the obligation, who holds the resource, and facts about names.

Immutable; every operation gives a new world. Holders are pairs (path, role): role "" is the resource itself, "closer" an
object whose `close()` or `with` exit releases it, "release" a bound release, "each" an
iterator over all of it, "parent" the object it was obtained from,
"kind:K" a wrapper of kind K that carries the obligation.
"""

from collections.abc import Iterator
from typing import NamedTuple

from leaklint.flow.values import ANY_ITEM, Const, Known, Path, Value

Holder = tuple[Path, str]
Subject = tuple[str, object]
Fact = tuple[Subject, Value]


PASSED = "p"
"""Facts about the exception on its way: a type that it is known not to have, because it passed a handler of that type."""
TIED = "="
"""Facts (TIED, (path, path)): both are the same object, of which too little is known; what is learned of one holds of both."""
HANDED_OUT = "handed out"
"""Facts ("h", (HANDED_OUT, place)): it has been yielded there, and is lent unless the function never releases it afterwards."""
EACH = "each"
"""An iterator that releases it at its end (`response.iter_content()`)."""
KEPT = "kept"
"""Facts ("h", (KEPT, path)): a closure that outlives the call, or was registered, captures the name: what it holds from now on is
handed over."""
PLACED = "placed"
"""Facts ("h", (PLACED, path)): an attribute or item has got its closure; before that, whoever has the object has no closure."""
PARENT = "parent"
PARENT_CLOSER = "parent-closer"
"""An object whose `with` exit or `close()` releases the parent (`closing(conn)`)."""
PARENT_RELEASE = "parent-release"
"""A bound release of the parent (`close = conn.close`)."""


def is_parent(role: str) -> bool:
    """Whether the role is that of an object it was obtained from."""
    return role in (PARENT, PARENT_CLOSER, PARENT_RELEASE)


class Flag:
    """What happened since the resource was acquired. Plain integers: an `IntFlag` costs the solver a twelfth of its time."""

    NONE = 0
    EXCEPTIONAL = 1  # an exceptional edge was taken
    NAMED = 2  # a name has held it
    UNAWAITED = 4  # a release coroutine was made and dropped
    WRONG = 8  # it was closed where it must be given back
    WITH = 16  # it went through a `with` that does not release
    USED = 32  # a lazy resource was used
    YIELD = 64  # an exception came in at a `yield`
    ELSEWHERE = 2048  # an exception came from somewhere else
    VAGUE = 128  # facts were dropped on the way
    REBOUND = 256  # its last holder was overwritten or deleted; only the parent is left
    FAR = 1024  # an exceptional edge of grade CALL or weaker was taken
    PART = 4096  # a part of it was used
    REST = 8192  # all but its parts was released
    DROPPED = 512  # its last holder was a temporary; only the parent is left


class World(NamedTuple):
    """The state of one path. held: acquired and neither released nor transferred; soft: 0 not shared, 1 given to an unknown
    callee, 2 the unknown callee raised; pending: the exception on its way, "" if none."""

    held: bool
    holders: frozenset[Holder]
    flags: int
    soft: int
    pending: str
    facts: frozenset[Fact]

    def fact(self, kind: str, subject: object) -> Value | None:
        """What is known about a subject."""
        key = (kind, subject)
        return next((v for s, v in self.facts if s == key), None)

    def learn(self, kind: str, subject: object, value: Value) -> "World":
        """This world with one more (or another) fact about a subject."""
        key = (kind, subject)
        return self._replace(facts=frozenset((*(f for f in self.facts if f[0] != key), (key, value))))

    def tied(self, path: Path) -> Iterator[Path]:
        """The paths that are known to be the same object."""
        for (tag, what), _ in self.facts:
            if tag == TIED and isinstance(what, tuple) and path in what:
                yield what[0] if what[1] == path else what[1]

    def told(self, path: Path, value: Value) -> "World":
        """This world after a test of a path: the value is known of everything that is the same object."""
        world = self.learn("v", path, value)
        for other in self.tied(path):
            world = world.learn("v", other, value)
        return world

    def raising(self, name: str) -> "World":
        """This world with another exception on its way ("": none); what the last one was known not to be is forgotten."""
        facts = frozenset(f for f in self.facts if f[0][0] != PASSED) if self.pending else self.facts
        return self._replace(pending=name, facts=facts)

    def flagged(self, flag: int) -> "World":
        """This world with a flag set."""
        return self._replace(flags=self.flags | flag)

    def roles(self, path: Path) -> list[str]:
        """The roles in which exactly this path holds."""
        return [role for p, role in self.holders if matches(p, path)]

    def carries(self, path: Path) -> list[Holder]:
        """The holders at or below a path, parents excluded."""
        return [(p, role) for p, role in self.holders if not is_parent(role) and below(p, path)]

    def places(self) -> frozenset[object]:
        """Where it has been yielded."""
        return frozenset(
            what[1] for (tag, what), _ in self.facts if tag == "h" and isinstance(what, tuple) and what[0] == HANDED_OUT
        )

    @property
    def alive(self) -> bool:
        """Whether anything still holds the resource, or could release its parent."""
        return bool(self.holders)

    @property
    def orphaned(self) -> bool:
        """Whether only the parent is left of all holders."""
        return all(is_parent(role) for _, role in self.holders)


def below(path: Path, prefix: Path) -> bool:
    """Whether `path` lies at or below `prefix`; "[*]" stands for any item."""
    return len(path) >= len(prefix) and all(_same(a, b) for a, b in zip(path, prefix, strict=False))


def matches(path: Path, other: Path) -> bool:
    """Whether two paths may be the same."""
    return len(path) == len(other) and all(_same(a, b) for a, b in zip(path, other, strict=True))


def _same(a: str, b: str) -> bool:
    if a == b or (a == ANY_ITEM and b.startswith("[")) or (b == ANY_ITEM and a.startswith("[")):
        return True
    return _among(a, b) or _among(b, a)


def _among(item: str, rest: str) -> bool:
    """Whether "[2]" is one of the items that "[1+]" (a star target after one item) collects."""
    return rest.endswith("+]") and item[1:-1].isdecimal() and int(item[1:-1]) >= int(rest[1:-2])


def strictly_below(path: Path, prefix: Path) -> bool:
    """Whether `path` lies at or below `prefix` with every element equal: what a strong update of `prefix` overwrites."""
    return path[: len(prefix)] == prefix


def start() -> World:
    """The world at the entry of a function."""
    return World(False, frozenset(), 0, 0, "", frozenset())


def truth(value: Value | None) -> bool | None:
    """The truth of a value, if known."""
    match value:
        case Const(value=constant):
            return constant not in ("''", '""') and bool(constant)
        case Known(truthy=truthy):
            return truthy
        case _:
            return None


def is_none(value: Value | None) -> bool | None:
    """Whether a value is None, if known. A value of which only falsity is known may be None."""
    match value:
        case Const(value=constant):
            return constant is None
        case Known(truthy=True) | Known(present=True):
            return False
        case _:
            return None
