"""Watching a process: the callables that the rules name are wrapped, and what they acquire goes into the ledger."""

import functools
import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, NamedTuple

from leaklint.catalog import Catalog
from leaklint.catalog.references import Argument, argument
from leaklint.catalog.schema import Acquire
from leaklint.runtime.decisions import Decision, given, value_of
from leaklint.runtime.facts import Facts, Kinds
from leaklint.runtime.finalizers import tell_of_collection
from leaklint.runtime.imports import Imports
from leaklint.runtime.ledger import Held, Ledger, asked
from leaklint.runtime.patches import Patches, changeable, holder, remade
from leaklint.runtime.sites import Project, stack
from leaklint.runtime.subclasses import observed_subclass
from leaklint.runtime.targets import Found, Targets, find, related
from leaklint.runtime.wrapping import Watching, is_wrapped, touching, wrapped

_WITH_ONLY = ("with", "async-with")


class Plan(NamedTuple):
    """An acquisition entry, made ready. facts: None for a plain handle; later: the result is to be awaited first;
    simple: the result itself is the resource, always."""

    entry: Acquire
    facts: Facts | None
    takes: tuple[Argument, ...]
    later: bool
    simple: bool


class Watch:
    """From `start` to `stop`. keep: whether to follow an acquisition; made: told of every new pool with gauges.

    owner: what acquisitions are attributed to from now on (a test, a fixture, None). held: told of each, with the frame of the
    code that acquired. `unwatched` names the callables that
    could not be wrapped, with the reason.
    """

    def __init__(
        self,
        catalog: Catalog,
        project: Project,
        keep: Callable[[], bool] = lambda: True,
        made: Callable[[Any], None] | None = None,
    ) -> None:
        self.ledger = Ledger()
        self.owner: object = None
        self.held: Callable[[Held, FrameType], None] | None = None
        self.unwatched: dict[str, str] = {}
        self.project = project
        self._catalog = catalog
        self._keep = keep
        self._made_pool = made
        self._kinds = Kinds(catalog)
        self._targets = Targets(catalog)
        self._patches = Patches()
        self._imports = Imports(self._targets.modules.__contains__, self._imported)
        self._waiting = {**self._targets.types, **self._targets.functions}
        self._silent: dict[tuple[type, str], bool] = {}
        self._plans: dict[int, Plan] = {}
        self._decisions: dict[tuple[str, str], Decision | None] = {}
        self._types: dict[type, str | None] = {}
        self._done: set[tuple[Any, str]] = set()
        self._made: dict[int, tuple[Any, Any]] = {}
        self._awaitables: dict[int, tuple[Any, Callable[[Any, FrameType], None]]] = {}

    def start(self) -> None:
        """Wrap what is imported already, and from now on what will be."""
        self._imports.install()
        self._wrap(list(self._waiting))

    def stop(self) -> None:
        """Set everything back."""
        self._imports.remove()
        self._patches.undo()

    # --- finding and wrapping -------------------------------------------------------------------------------------------

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
            self._wrap_methods(found.value, self._targets.types[name])
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

        def after(args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType) -> None:
            rest = args[1:] if bound else args
            entry = decision.entry(rest, kwargs)
            if entry is not None:
                self._acquired(entry, None, rest, kwargs, result, caller)

        def over(args: tuple[Any, ...], kwargs: dict[str, Any], _caller: FrameType) -> None:
            for one in ends:
                value = value_of(one, args, kwargs)
                if given(value):
                    self.ledger.release(value)

        prepare = self._subclassing(decision)
        return Watching(self.project, after if decision.rules else None, over if ends else None, prepare)

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
        if made is None or not self._catalog.kinds[gid].gauges or not changeable(cls) or (cls, "made") in self._done:
            return
        self._done.add((cls, "made"))

        @functools.wraps(original)
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            made(self)

        self._patches.set(cls, "__init__", __init__)

    def _wrap_methods(self, cls: type, gid: str) -> None:
        """Let a class tell what its methods acquire and end, as the rules of its kind say."""
        giving = {name for name in self._targets.giving if holder(cls, name)} if self._gives(gid) else set()
        for name in sorted(self._targets.acquiring.get(gid, set()) | giving):
            self._wrap_method(cls, name)

    def _gives(self, gid: str) -> bool:
        start = f"{gid}."
        return any(reference.startswith(start) for names in self._catalog.release_calls.values() for reference in names)

    def _wrap_method(self, cls: type, name: str) -> bool:
        """Wrap one method where it is defined, or over it if that is a C type; False if that can't be."""
        owner = holder(cls, name)
        if owner is None:
            return False
        place = owner if changeable(owner) else cls
        if (place, name) in self._done or is_wrapped(vars(owner)[name]):
            return True
        made = remade(vars(owner)[name], lambda original: wrapped(original, self._of_method(name)))
        if made is None or not changeable(place) or not self._patches.set(place, name, made):
            self.unwatched[f"{cls.__module__}.{cls.__qualname__}.{name}"] = "a method of a C type"
            return False
        self._done.add((place, name))
        return True

    def _of_method(self, name: str) -> Watching:
        """What is told of a method. What it means depends on the receiver's kind, which is known when it is called."""
        giving = tuple(self._targets.giving.get(name, ()))
        acquires = any(name in methods for methods in self._targets.acquiring.values())
        ledger = self.ledger

        def after(args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType) -> None:
            decision = self._decision(args[0], name)
            entry = decision.entry(args[1:], kwargs) if decision is not None else None
            if entry is not None:
                self._acquired(entry, args[0], args[1:], kwargs, result, caller)

        def over(args: tuple[Any, ...], kwargs: dict[str, Any], caller: FrameType) -> None:
            held = ledger.objects.get(id(args[0]))
            if held is not None and caller.f_code.co_name == "__del__":
                ledger.settle(held, "collected")
            ledger.release(args[0], name)
            for one in giving:
                self._given_back(value_of(one, args[1:], kwargs), name)

        return Watching(self.project, after if acquires else None, over)

    def _given_back(self, value: Any, method: str) -> None:
        held = self.ledger.of(value) if given(value) else None
        ending = f".{method}"
        if held is not None and any(name.endswith(ending) for name in self._catalog.releasers(held.facts.gid)):
            self.ledger.settle(held, "released")

    def _decision(self, receiver: Any, method: str) -> Decision | None:
        """The rules for a method of this receiver: of the kind that it was acquired as, else of its class."""
        held = self.ledger.objects.get(id(receiver))
        gid = held.facts.gid if held is not None else self._kind_of(type(receiver))
        if gid is None:
            return None
        key = (gid, method)
        if key not in self._decisions:
            entries = self._catalog.method_acquires(gid, method)
            self._decisions[key] = Decision(entries) if entries else None
        return self._decisions[key]

    def _kind_of(self, cls: type) -> str | None:
        if cls not in self._types:
            names = (f"{base.__module__}.{base.__qualname__}" for base in cls.__mro__)
            self._types[cls] = next((kind for name in names if (kind := self._named(name))), None)
        return self._types[cls]

    def _named(self, name: str) -> str | None:
        """The kind of a class by the name that it gives itself, or by one that the rules lead to it."""
        return self._targets.types.get(name) or self._catalog.kind_of_type(name)

    # --- what was acquired ----------------------------------------------------------------------------------------------

    def _acquired(
        self, entry: Acquire, receiver: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType
    ) -> None:
        plan = self._plans.get(id(entry)) or self._planned(entry)
        if plan.facts is None:
            return
        if plan.simple:
            self._hold(result, plan.facts, caller, receiver)
        elif plan.later and hasattr(type(result), "__await__"):
            self._when_awaited(result, lambda value, frame: self._enter(plan, receiver, args, kwargs, value, frame))
        else:
            self._enter(plan, receiver, args, kwargs, result, caller)

    def _planned(self, entry: Acquire) -> Plan:
        facts = None if entry.form in _WITH_ONLY else self._kinds.facts(entry.kind, entry.severity)
        later = entry.form.startswith("await")
        simple = not (later or entry.takes or entry.state or entry.item is not None or entry.holds != "always")
        plan = Plan(entry, facts, tuple(map(argument, entry.takes)), later, simple)
        self._plans[id(entry)] = plan
        return plan

    def _enter(
        self, plan: Plan, receiver: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType
    ) -> None:
        entry = plan.entry
        if plan.facts is None or (entry.holds == "truthy" and not result) or (entry.holds == "not-none" and result is None):
            return
        for one in plan.takes:
            held = self.ledger.of(value_of(one, args, kwargs))
            if held is not None:
                self.ledger.settle(held, "released")
        for value in _resources(entry, receiver, result):
            self._hold(value, plan.facts, caller, receiver)

    def _hold(self, value: Any, facts: Facts, caller: FrameType, receiver: Any) -> None:
        if value is None or not self._keep():
            return
        held = Held(facts, stack(caller), self.owner)
        if type(value) is not int:
            if facts.queries:
                held.queries = asked(value, facts)
            held.silent = self._silent.get((type(value), facts.gid))
            if held.silent is None:
                held.silent = self._look_at(type(value), facts)
        if not self.ledger.acquire(value, held, receiver if facts.parents else None):
            self.unwatched.setdefault(facts.what, "no weak reference to it")
        elif held.silent:
            tell_of_collection(value, held, self.ledger)
        if self.held is not None:
            self.held(held, caller)

    def _look_at(self, cls: type, facts: Facts) -> bool:
        """Make a type's releases, acquisitions and first uses seen; whether its releases can't be."""
        seen = [self._wrap_method(cls, name) for name in sorted(facts.releases) if holder(cls, name)]
        for name in self._targets.acquiring.get(facts.gid, ()):
            self._wrap_method(cls, name)
        if facts.lazy:
            self._touch(cls, facts)
        self._silent[cls, facts.gid] = silent = not any(seen)
        return silent

    def _touch(self, cls: type, facts: Facts) -> None:
        """Let every method that is a use say so: a lazy resource holds nothing before."""
        objects = self.ledger.objects

        def touch(receiver: Any) -> None:
            held = objects.get(id(receiver))
            if held is not None:
                held.used = True

        for name in dir(cls):
            owner = holder(cls, name)
            if name.startswith("_") or name in facts.configure | facts.releases or owner is None or not changeable(owner):
                continue
            static = vars(owner)[name]
            if callable(static) and not isinstance(static, type) and not is_wrapped(static):
                self._patches.set(owner, name, touching(static, touch))

    def _when_awaited(self, awaitable: Any, told: Callable[[Any, FrameType], None]) -> None:
        """Have `told` called with what awaiting gives; entered by `async with` instead, it is none of our business."""
        cls = type(awaitable)
        if not self._wrap_await(cls):
            self.unwatched.setdefault(f"{cls.__module__}.{cls.__qualname__}", "an awaitable of a C type")
            return
        self._awaitables[id(awaitable)] = (awaitable, told)

    def _wrap_await(self, cls: type) -> bool:
        owner = holder(cls, "__await__")
        if owner is None or not changeable(owner):
            return False
        waiting = self._awaitables

        def make_await(original: Any) -> Any:
            def __await__(self: Any) -> Any:
                _, told = waiting.pop(id(self), (None, None))
                value = yield from original(self)
                if told is not None:
                    told(value, sys._getframe(1))
                return value

            return __await__

        def make_enter(original: Any) -> Any:
            def entered(receiver: Any) -> None:
                waiting.pop(id(receiver), None)

            return touching(original, entered)

        for name, make in (("__await__", make_await), ("__aenter__", make_enter)):
            place = holder(cls, name)
            if place is not None and changeable(place) and (place, name) not in self._done:
                self._done.add((place, name))
                self._patches.set(place, name, make(vars(place)[name]))
        return True


def _constructor(cls: type) -> Any:
    """The `__init__` that makes instances of a class."""
    owner = holder(cls, "__init__")
    return vars(owner)["__init__"] if owner is not None else None


def _resources(entry: Acquire, receiver: Any, result: Any) -> Iterable[Any]:
    """The values that an acquisition makes one responsible for."""
    if entry.state:
        return (receiver,)
    if entry.item is None:
        return (result,)
    if entry.item == "*":
        return tuple(result)
    try:
        return (result[entry.item],)
    except (LookupError, TypeError):
        return ()
