"""The methods of classes that the rules name: those that acquire, those that end an obligation, those that are a first use."""

import sys
from types import FrameType
from typing import Any

from leaklint.catalog import Catalog
from leaklint.runtime.decisions import Decision, given, value_of
from leaklint.runtime.facts import Facts, Kinds
from leaklint.runtime.ledger import Ledger
from leaklint.runtime.patches import Patches, changeable, holder, remade
from leaklint.runtime.recording import Plan, Recorder
from leaklint.runtime.targets import Targets
from leaklint.runtime.wrapping import Concern, Watching, is_wrapped, touching, wrapped


class Methods:
    """Wraps methods. owned: file name -> whether its code is the project's."""

    def __init__(
        self,
        catalog: Catalog,
        kinds: Kinds,
        targets: Targets,
        patches: Patches,
        ledger: Ledger,
        owned: dict[str, bool],
        unwatched: dict[str, str],
    ) -> None:
        self._catalog = catalog
        self._targets = targets
        self._patches = patches
        self._ledger = ledger
        self._owned = owned
        self._unwatched = unwatched
        self._releases = kinds.releases()
        self._types: dict[type, str | None] = {}

    def wrap(self, cls: type, gid: str, recorder: Recorder) -> None:
        """Let a class tell what its methods acquire and end, as the rules of its kind say."""
        giving = {name for name in self._targets.giving if holder(cls, name)} if self._gives(gid) else set()
        for name in sorted(self._targets.acquiring.get(gid, set()) | giving):
            self._wrap(cls, name, recorder)

    def _gives(self, gid: str) -> bool:
        start = f"{gid}."
        return any(reference.startswith(start) for names in self._catalog.release_calls.values() for reference in names)

    def look_at(self, cls: type, facts: Facts, recorder: Recorder) -> bool:
        """Make the releases, acquisitions and first uses of a type that was acquired seen; whether any of its releases can be."""
        seen = [self._wrap(cls, name, recorder) for name in sorted(facts.releases) if holder(cls, name)]
        for name in self._targets.acquiring.get(facts.gid, ()):
            self._wrap(cls, name, recorder)
        if facts.lazy:
            self._touch(cls, facts)
        return any(seen)

    def _wrap(self, cls: type, name: str, recorder: Recorder) -> bool:
        """Wrap one method where it is defined, or over it if that is a C type; False if that can't be."""
        owner = holder(cls, name)
        if owner is None:
            return False
        place = owner if changeable(owner) else cls
        if is_wrapped(vars(owner)[name]):
            return True
        made = remade(vars(owner)[name], lambda original: wrapped(original, self._watching(name, recorder)))
        if made is None or not changeable(place) or not self._patches.set(place, name, made):
            self._unwatched[f"{cls.__module__}.{cls.__qualname__}.{name}"] = "a method of a C type"
            return False
        return True

    def _watching(self, name: str, recorder: Recorder) -> Watching:
        """What is told of a method. What it means depends on the receiver's kind, which is known when it is called."""
        giving = tuple(self._targets.giving.get(name, ()))
        acquires = any(name in methods for methods in self._targets.acquiring.values())
        ledger, objects, children, releases = self._ledger, self._ledger.objects, self._ledger.children, self._releases
        known: dict[Facts | type, Plan | Decision | None] = {}

        def after(args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType) -> None:
            held = objects.get(id(args[0]))
            key = type(args[0]) if held is None else held.facts
            if key not in known:
                known[key] = self._decide(key, name, recorder)
            found = known[key]
            if isinstance(found, Plan):
                recorder.hold(found, result, caller, args[0])
            elif found is not None and (entry := found.entry(args[1:], kwargs)) is not None:
                recorder.acquired(entry, args[0], args[1:], kwargs, result, caller)

        def over(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            held = objects.get(id(args[0]))
            if held is not None and sys._getframe(2).f_code.co_name == "__del__":
                ledger.settle(held, "collected")
            elif held is not None and name in held.facts.releases:
                ledger.settle(held, "released")
            if children and name in releases:
                ledger.release(args[0], name)
            for one in giving:
                self._given_back(value_of(one, args[1:], kwargs), name)

        told = after if acquires else None
        if not giving and name not in releases:
            return Watching(self._owned, told)
        return Watching(self._owned, told, over, Concern((objects, children), bool(giving)))

    def _given_back(self, value: Any, method: str) -> None:
        held = self._ledger.of(value) if given(value) else None
        if held is not None:
            ending = f".{method}"
            if any(name.endswith(ending) for name in self._catalog.releasers(held.facts.gid)):
                self._ledger.settle(held, "released")

    def _decide(self, key: Facts | type, method: str, recorder: Recorder) -> Plan | Decision | None:
        """The rules for a method of the receivers of a kind or class; one plan where there is no more to decide at a call."""
        gid = key.gid if isinstance(key, Facts) else self._kind_of(key)
        entries = self._catalog.method_acquires(gid, method) if gid is not None else ()
        if not entries:
            return None
        decision = Decision(entries)
        if decision.only is None:
            return decision
        plan = None if decision.only.not_acquire else recorder.plan(decision.only)
        return plan if plan is None or (plan.simple and not plan.takes) else decision

    def _kind_of(self, cls: type) -> str | None:
        """The kind of a class by the name that it gives itself, or by one that the rules lead to it."""
        if cls not in self._types:
            names = (f"{base.__module__}.{base.__qualname__}" for base in cls.__mro__)
            kinds = (self._targets.types.get(name) or self._catalog.kind_of_type(name) for name in names)
            self._types[cls] = next(filter(None, kinds), None)
        return self._types[cls]

    def _touch(self, cls: type, facts: Facts) -> None:
        """Let every method that is a use say so: a lazy resource holds nothing before."""
        objects = self._ledger.objects

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
