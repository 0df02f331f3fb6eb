"""Watching a process: the callables that the rules name are wrapped, and what they acquire goes into the ledger."""

import functools
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from leaklint.catalog import Catalog
from leaklint.model import Severity
from leaklint.runtime.awaiting import Awaitables
from leaklint.runtime.decisions import Decision, given, value_of
from leaklint.runtime.facts import Kinds
from leaklint.runtime.imports import Imports
from leaklint.runtime.ledger import Ledger
from leaklint.runtime.methods import Methods
from leaklint.runtime.patches import Patches, changeable, holder, remade
from leaklint.runtime.recording import Recorder
from leaklint.runtime.sites import Project
from leaklint.runtime.subclasses import observed_subclass
from leaklint.runtime.targets import Found, Targets, find, related
from leaklint.runtime.wrapping import Watching, is_wrapped, wrapped


class Watch:
    """From `start` to `stop`. least: what is less severe is not watched; keep: whether to follow an acquisition, None for all;
    made: told of every new pool with gauges.

    `ledger` has what is held, `recorder` says whose it is. `unwatched` names the callables that could not be wrapped, with the
    reason.
    """

    def __init__(
        self,
        catalog: Catalog,
        project: Project,
        least: Severity = Severity.INFO,
        keep: Callable[[], bool] | None = None,
        made: Callable[[Any], None] | None = None,
    ) -> None:
        self.ledger = Ledger()
        self.unwatched: dict[str, str] = {}
        self.project = project
        self._catalog = catalog
        self._made_pool = made
        kinds = Kinds(catalog, least)
        self._targets = Targets(catalog, kinds)
        self._patches = Patches()
        self._imports = Imports(self._targets.modules.__contains__, self._imported)
        self._waiting = {**self._targets.types, **self._targets.functions}
        self._made: dict[int, tuple[Any, Any]] = {}
        self._methods = Methods(catalog, kinds, self._targets, self._patches, self.ledger, project, self.unwatched)
        awaitables = Awaitables(self._patches, self.unwatched)
        self.recorder = Recorder(
            kinds,
            self.ledger,
            keep,
            lambda cls, facts: self._methods.look_at(cls, facts, self.recorder),
            awaitables.add,
            self.unwatched,
        )

    def start(self) -> None:
        """Wrap what is imported already, and from now on what will be."""
        self._imports.install()
        self._wrap(list(self._waiting))

    def stop(self) -> None:
        """Set everything back."""
        self._imports.remove()
        self._patches.undo()

    def _imported(self, module: str) -> None:
        prefix = f"{module}."
        self._wrap([name for name in self._waiting if name.startswith(prefix)])

    def _wrap(self, names: Iterable[str]) -> None:
        """Wrap those of the names whose modules are loaded, and let names bound to them before stand for the wrappers."""
        replaced: dict[int, tuple[Any, Any]] = {}
        of: list[str] = []
        for name in names:
            found = find(name)
            if found is None:
                continue
            self._waiting.pop(name, None)
            new = self._wrap_one(name, found)
            if new is not None:
                replaced[id(found.value)] = (found.value, new)
                of.append(name)
        if replaced:
            self._patches.rebind(related(of, self.project), replaced)

    def _wrap_one(self, name: str, found: Found) -> Any:
        """Wrap what a name leads to; the stand-in if names elsewhere must be bound to it."""
        if name in self._targets.types and isinstance(found.value, type):
            self._methods.wrap(found.value, self._targets.types[name], self.recorder)
            self._announce(found.value, self._targets.types[name])
        if name not in self._targets.functions or is_wrapped(found.value):
            return None
        if id(found.value) in self._made:
            self._patches.set(found.owner, found.name, self._made[id(found.value)][1])
            return None
        canonical = self._targets.functions[name]
        if isinstance(found.value, type):
            self._wrap_class(found.value, name, canonical)
            return None
        made = remade(
            found.value, lambda original: wrapped(original, self._watching(canonical, isinstance(found.value, classmethod)))
        )
        if made is None or not self._patches.set(found.owner, found.name, made):
            self.unwatched[name] = "no function" if made is None else "a method of a C type"
            return None
        self._made[id(found.value)] = (found.value, made)
        return made

    def _watching(self, canonical: str, bound: bool) -> Watching:
        """What is told of a function; `bound` if its first argument is the class."""
        decision = Decision(self._catalog.acquires(canonical))
        ends = self._targets.ends.get(canonical, ())
        acquired, ledger = self.recorder.acquired, self.ledger

        def after(args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType) -> None:
            rest = args[1:] if bound else args
            entry = decision.entry(rest, kwargs)
            if entry is not None:
                acquired(entry, None, rest, kwargs, result, caller)

        def over(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            for one in ends:
                value = value_of(one, args, kwargs)
                if given(value):
                    ledger.release(value)

        prepare = self._subclassing(decision)
        return Watching(self.project, after if decision.rules else None, over if ends else None, prepare=prepare)

    def _subclassing(self, decision: Decision) -> Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]] | None:
        """How to have a function make an observable class, where the rules name the argument for it."""
        if not any(rule.entry.class_argument for rule in decision.rules):
            return None

        defaults: dict[int, Any] = {}

        def prepare(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
            entry = decision.entry(args, kwargs)
            if entry is None or not entry.class_argument:
                return kwargs
            if id(entry) not in defaults:
                found = find(next(iter(self._catalog.kinds[entry.kind].types), "."))
                defaults[id(entry)] = found and found.value
            made = observed_subclass(kwargs.get(entry.class_argument) or defaults[id(entry)])
            return kwargs if made is None else {**kwargs, entry.class_argument: made}

        return prepare

    def _wrap_class(self, cls: type, name: str, canonical: str) -> None:
        """Let a class tell what it makes, by its `__init__`."""
        if not changeable(cls) or _constructor(cls) is object.__init__:
            self.unwatched[name] = "a C type" if not changeable(cls) else "a class without __init__"
            return
        watching = self._watching(canonical, True)
        told = watching.after

        def after(args: tuple[Any, ...], kwargs: dict[str, Any], _result: Any, caller: FrameType) -> None:
            if told is not None:
                told(args, kwargs, args[0], caller)

        original = _constructor(cls)
        if not is_wrapped(original):
            self._patches.set(cls, "__init__", wrapped(original, watching._replace(after=after)))

    def _announce(self, cls: type, gid: str) -> None:
        """Let a class whose kind has gauges tell of every instance, whoever makes it."""
        made, original = self._made_pool, _constructor(cls)
        if made is None or not self._catalog.kinds[gid].gauges or not changeable(cls) or not self._patches.first(cls, "made"):
            return

        @functools.wraps(original)
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            made(self)

        self._patches.set(cls, "__init__", __init__)


def _constructor(cls: type) -> Any:
    """The `__init__` that makes instances of a class."""
    owner = holder(cls, "__init__")
    return vars(owner)["__init__"] if owner is not None else None
