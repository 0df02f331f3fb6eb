"""Write a function line by line, knowing which names are bound, to what kind of value, and whether they may be None.

The knowledge keeps generated programs well-formed: nothing unbound is read, no method of None is called. It errs to
forgetting names; what it still gets wrong is thrown away when it is executed.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Var:
    """What a name is bound to. owed: the writer means to settle it later."""

    kind: str
    nullable: bool = False
    owed: bool = False


@dataclass(slots=True)
class Scope:
    """The names that are bound for certain; dead after a statement that leaves."""

    names: dict[str, Var] = field(default_factory=dict)
    dead: bool = False

    def copy(self) -> "Scope":
        return Scope(dict(self.names), self.dead)

    def weaken(self, name: str, var: Var) -> None:
        """The name may also be bound to this."""
        old = self.names.get(name)
        if old is None:
            return
        if old.kind != var.kind:
            del self.names[name]
        else:
            self.names[name] = Var(old.kind, old.nullable or var.nullable, old.owed or var.owed)


def join(scopes: list[Scope]) -> Scope:
    """What holds whichever of the scopes control came from."""
    living = [scope for scope in scopes if not scope.dead]
    if not living:
        return Scope(dead=True)
    result = living[0].copy()
    for scope in living[1:]:
        for name in list(result.names):
            if name in scope.names:
                result.weaken(name, scope.names[name])
            else:
                del result.names[name]
    return result


class Writer:
    """The text of one function as it grows."""

    def __init__(self, rng: random.Random, flavour: str, size: int, local: bool = False) -> None:
        self.rng = rng
        self.flavour = flavour
        self.local = local
        self.left = size
        self.lines: list[str] = []
        self.scope = Scope()
        self.depth = 0
        self.loops: list[list[Scope]] = []
        self.breaks: list[list[Scope]] = []
        self.outer: list[frozenset[str]] = []
        self.handling = 0
        self.finals = 0
        self.caught: list[str] = []
        self.yields_left = {"generator": 3, "manager": 1, "asyncgen": 3, "amanager": 1}.get(flavour, 0)
        self._guards: list[Scope] = []
        self._indent = 1
        self._count = 0

    # --- text ---

    def line(self, text: str) -> None:
        self.lines.append("    " * self._indent + text)

    def number(self) -> int:
        self._count += 1
        return self._count

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{self.number()}"

    @contextmanager
    def indented(self) -> Iterator[None]:
        """A block: never empty."""
        self._indent += 1
        self.depth += 1
        length = len(self.lines)
        yield
        if len(self.lines) == length:
            self.line("lib.n()")
        self._indent -= 1
        self.depth -= 1

    # --- choice ---

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *options: T) -> T:
        return self.rng.choice(options)

    # --- names ---

    def bind(self, name: str, kind: str, nullable: bool = False, owed: bool = False) -> None:
        var = Var(kind, nullable, owed)
        self.scope.names[name] = var
        for guard in self._guards:
            guard.weaken(name, var)

    def unbind(self, name: str) -> None:
        del self.scope.names[name]
        for guard in self._guards:
            guard.names.pop(name, None)

    def settle(self, name: str) -> None:
        self.scope.names[name] = replace(self.scope.names[name], owed=False)

    def known(self, test: Callable[[Var], bool]) -> list[str]:
        """Names whose variable passes the test, in order of binding."""
        return [name for name, var in self.scope.names.items() if test(var)]

    def kind(self, name: str) -> str:
        return self.scope.names[name].kind

    def nullable(self, name: str) -> bool:
        return self.scope.names[name].nullable

    def may_lose(self, name: str) -> bool:
        """Whether the name may become None or unbound here: not a name from outside a loop that relies on it."""
        return not any(name in names for names in self.outer)

    @property
    def asynchronous(self) -> bool:
        return self.flavour in {"async", "asyncgen", "amanager"}

    @property
    def yielding(self) -> bool:
        return self.flavour in {"generator", "manager", "asyncgen", "amanager"}

    # --- blocks ---

    def branch(self, start: Scope, body: Callable[[], None]) -> Scope:
        """Write an indented block that begins in the scope; the scope in which it ends."""
        self.scope = start.copy()
        with self.indented():
            body()
        return self.scope

    @contextmanager
    def guarded(self) -> Iterator[Scope]:
        """While it is open, the yielded scope collects what holds wherever in between an exception strikes."""
        guard = self.scope.copy()
        self._guards.append(guard)
        yield guard
        self._guards.pop()

    def die(self) -> None:
        self.scope.dead = True
