"""One execution of a generated function: the decisions it took and what became of every resource.

A world replays a list of decisions and takes the first option of every further one; `following` gives the next list of a
depth-first enumeration. The instrumented function calls the methods from `acquire` to `leave`.
"""

import sys
import types
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from tests.oracle.reach import clear_frames, reach

LOOPS = 2  # times that a loop is entered at most

UNMODELLED = (AttributeError, NameError, TypeError, IndexError, RuntimeError)
"""Exceptions that only an ill-formed program raises: its execution proves nothing."""


class Discard(BaseException):
    """This execution went round a loop too often: it proves nothing."""


class Outcome(NamedTuple):
    """What happened to one instance of the acquisition `site`.

    edges: exceptional edges taken while it was held ("raise", "yield"); events: "with", "wrong", "dropped"; overwritten: its
    last holder was, while the function ran; lost: nobody held it any more when the function was left; held: it was bound to
    anything at all; yields: the yields that handed it out; taken_back: those of them after which the function itself
    released it.
    fate: "settled" (released or transferred), "leaked", or "excused": the process ended, or the last step of handing it over
    failed. What is excused is no leak and no release either.
    """

    site: int
    fate: str
    edges: tuple[str, ...]
    events: frozenset[str]
    overwritten: bool
    lost: bool
    held: bool
    yields: frozenset[int]
    taken_back: frozenset[int]


class Turn(NamedTuple):
    """A condition that was asked, and its truth."""

    row: int
    text: str
    truth: bool


class Instance:
    """The record of one resource."""

    __slots__ = (
        "children",
        "death",
        "end",
        "events",
        "excused",
        "hidden",
        "named",
        "parent",
        "registered",
        "settled",
        "site",
        "start",
        "taken_back",
        "world",
        "yields",
    )

    def __init__(self, world: "World") -> None:
        self.world = world
        self.site = -1
        self.settled = self.excused = self.named = self.hidden = self.registered = False
        self.parent: Instance | None = None
        self.children: list[Instance] = []
        self.death = ""
        self.start = self.end = 0
        self.events: set[str] = set()
        self.yields: set[int] = set()
        self.taken_back: set[int] = set()

    def release(self) -> None:
        if not self.settled:
            self.taken_back |= self.yields
        self.settled = True

    def transfer(self) -> None:
        self.settled = True

    def register(self) -> None:
        """Its release is registered with something that will call it: that hands it over, and its children with it."""
        self.settled = self.registered = True
        for child in self.children:
            child.transfer()

    def excuse(self) -> None:
        self.excused = True

    def note(self, event: str) -> None:
        self.events.add(event)

    def adopt(self, child: "Instance") -> None:
        """Releasing this one releases the child, even when nobody holds the child any more."""
        child.parent = self
        self.children.append(child)
        if self.registered:
            child.transfer()

    def die(self) -> None:
        self.death = "exit" if self.world.exited or self.world.discarded else "running"
        self.end = len(self.world.edges)

    def outcome(self) -> Outcome:
        """To be asked when nothing of the execution is referenced any more: who still lives has been handed over."""
        return Outcome(
            self.site,
            "settled" if self.settled or not self.death else "excused" if self.excused else "leaked",
            tuple(self.world.edges[self.start : self._lost()]) or self._left(),
            frozenset(self.events),
            self.named and self.death == "running",
            self.death == "running" and self.parent is None,
            self.named or self.hidden,
            frozenset(self.yields),
            frozenset(self.taken_back),
        )

    def _left(self) -> tuple[str, ...]:
        """An exception from before the acquisition may still have been on its way: `finally` acquires too."""
        return () if self.death == "running" and self.parent is None else self.world.left

    def _lost(self) -> int:
        """The number of edges after which nothing could release it any more."""
        own = self.end if self.death else len(self.world.edges)
        return max(own, self.parent._lost()) if self.parent else own


class World:
    """The decisions and the diary of one execution."""

    def __init__(self, decisions: list[int], families: dict[str, tuple[type[BaseException], ...]]) -> None:
        self.taken: list[int] = []
        self.edges: list[str] = []
        self.raised: list[int] = []  # rows of explicit raises, which `sys.settrace` does not always show
        self.watch: Callable[[Turn], None] | None = None
        self.exited = False
        self.thrown: BaseException | None = None  # what the consumer of a context manager raised
        self.left: tuple[str, ...] = ()
        self.discarded = self.ill_formed = False
        self.instances: list[Instance] = []
        self._decisions = decisions
        self._options: list[int] = []
        self.families = families
        self._depth = 0
        self._kept: list[Any] = []  # closures that outlive the function, or are registered
        self._rounds: dict[int, int] = {}

    # --- decisions ---

    def choose(self, options: int) -> int:
        at = len(self.taken)
        choice = self._decisions[at] if at < len(self._decisions) else 0
        self.taken.append(choice)
        self._options.append(options)
        return choice

    def following(self) -> list[int] | None:
        """The decisions of the next execution, None after the last one."""
        taken = self.taken[:]
        while taken and taken[-1] + 1 >= self._options[len(taken) - 1]:
            taken.pop()
        if not taken:
            return None
        taken[-1] += 1
        return taken

    def may_raise(self, family: str) -> None:
        kinds = self.families[family]
        choice = self.choose(len(kinds) + 1)
        if choice:
            self.edge("raise")
            raise kinds[choice - 1]

    def must_raise(self, family: str) -> NoReturn:
        kinds = self.families[family]
        self.edge("raise")
        raise kinds[self.choose(len(kinds))]

    # --- the diary: called by the library ---

    def born(self) -> Instance:
        instance = Instance(self)
        self.instances.append(instance)
        return instance

    def store(self, value: Any) -> Any:
        """The value is now held by something that outlives the function."""
        for instance in _instances(value):
            instance.transfer()
        if isinstance(value, types.FunctionType):
            self._kept.append(value)
        return value

    # --- the diary: called by the instrumented function ---

    def register(self, value: Any) -> Any:
        """The value, or a release of it, is given to a stack that will call it."""
        for instance in _instances(value):
            instance.register()
            instance.hidden = True
        if isinstance(value, types.FunctionType):
            self._kept.append(value)
        return value

    def drop(self, value: Any) -> None:
        """The value of a statement is dropped: a coroutine of the program runs nothing."""
        if isinstance(value, types.CoroutineType):
            for instance in _instances(value):
                instance.note("dropped")
            value.close()

    def look(self) -> None:
        """Before names change: what the names that a kept closure captures hold has been handed over."""
        for instance in _instances(self._kept):
            instance.register()

    def acquire(self, site: int, value: Any) -> Any:
        for instance in _instances(value):
            if instance.site < 0:
                instance.site, instance.start = site, len(self.edges)
        return value

    def bind(self, value: Any) -> Any:
        if self._kept:
            self.look()
        for instance in _instances(value):
            instance.named = True
        return value

    def hide(self, value: Any) -> Any:
        for instance in _instances(value):
            instance.hidden = True
        return value

    def hand_out(self, place: int, value: Any) -> Any:
        """The value is about to be yielded."""
        for instance in _instances(value):
            instance.yields.add(place)
            instance.hidden = True
        return value

    def took(self, row: int, text: str, value: Any) -> Any:
        """A condition, or a part of one, turned out like this."""
        if self.watch is not None:
            self.watch(Turn(row, text, bool(value)))
        return value

    def edge(self, kind: str) -> None:
        """An exceptional edge of the function itself; what happens inside a helper counts when the helper fails."""
        if not self._depth:
            self.edges.append(kind)

    def explicit(self, row: int, family: str = "") -> None:
        """`raise` of something new. Of the library's exceptions nobody knows what else they are: any of the family is raised."""
        self.raised.append(row)
        if family:
            self.must_raise(family)
        self.edge("raise")

    def again(self, row: int) -> None:
        """`raise` of what is being handled: whoever leaves at a `yield` is still doing so."""
        failure = sys.exception()
        self.edge("yield" if isinstance(failure, GeneratorExit) or failure is self.thrown else "raise")
        self.raised.append(row)

    def start(self, loop: int) -> None:
        self._rounds[loop] = 0

    def room(self, loop: int) -> bool:
        """Whether the opaque condition of a loop may be asked once more."""
        self._rounds[loop] += 1
        return self._rounds[loop] <= LOOPS

    def tick(self, loop: int) -> None:
        """One more round of a loop that does not ask an opaque condition."""
        self._rounds[loop] += 1
        if self._rounds[loop] > LOOPS:
            self.discarded = True
        if self.discarded:
            raise Discard

    def clear(self) -> None:
        """Frames that an exception left must not keep their arguments alive while it is being handled."""
        failure = sys.exception()
        self.ill_formed |= isinstance(failure, UNMODELLED)
        clear_frames(failure)

    def enter(self) -> None:
        self._depth += 1

    def failed(self) -> None:
        if self._depth == 1:
            self.edges.append("raise")

    def leave(self) -> None:
        self._depth -= 1

    def exit(self) -> None:
        """The function is being left; what an exception found held on its way out, it lost."""
        failure = sys.exception()
        self.exited = True
        if failure is not None:
            self.left = ("yield" if isinstance(failure, GeneratorExit) else "raise",)


def _instances(value: Any) -> list[Instance]:
    """The resources of this execution that the value keeps alive."""
    return [record for record in reach(value) if isinstance(record, Instance)]
