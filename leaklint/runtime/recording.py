"""What calls acquired goes into the ledger, as the rules say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from leaklint.catalog.references import Argument, argument
from leaklint.catalog.schema import Acquire
from leaklint.runtime.decisions import value_of
from leaklint.runtime.facts import Facts, Kinds
from leaklint.runtime.finalizers import tell_of_collection
from leaklint.runtime.held import Held, Look, asked
from leaklint.runtime.ledger import Ledger
from leaklint.runtime.sites import stack

_CONSTANT = (bool, int, str, type(None))


@dataclass(frozen=True, slots=True)
class Plan:
    """An acquisition entry, made ready. facts: None for a plain handle; later: the result is to be awaited first;
    simple: the result itself is the resource, always; looks: what is known of the types that it makes; silent: whether their
    releases can't be seen."""

    entry: Acquire
    facts: Facts | None
    takes: tuple[Argument, ...]
    later: bool
    simple: bool
    looks: dict[type, Look]
    silent: dict[type, bool]


class Recorder:
    """Enters acquisitions.

    keep: whether to follow an acquisition, None for all. watch_type: makes a type's releases seen; whether any can be. await_it:
    has a function called with what awaiting a value gives, and the frame that awaits. owner: what acquisitions are attributed
    to from now on (a test, a fixture, None). told: is called with each, and the frame of the code that acquired. `unwatched`
    names what could not be followed, with the reason.
    """

    def __init__(
        self,
        kinds: Kinds,
        ledger: Ledger,
        keep: Callable[[], bool] | None,
        watch_type: Callable[[type, Facts], bool],
        await_it: Callable[[Any, Callable[[Any, FrameType], None]], None],
        unwatched: dict[str, str],
    ) -> None:
        self.owner: object = None
        self.told: Callable[[Held, FrameType], None] | None = None
        self._ledger = ledger
        self._keep = keep
        self._watch_type = watch_type
        self._await_it = await_it
        self._unwatched = unwatched
        self._kinds = kinds
        self._plans: dict[int, Plan] = {}

    def acquired(
        self, entry: Acquire, receiver: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType
    ) -> None:
        """A call that `entry` speaks of has returned."""
        plan = self._plans.get(id(entry)) or self.plan(entry)
        if plan.simple:
            # What is opened by its name takes nothing over: by far the most frequent case.
            if plan.takes and not (args and type(args[0]) is str):
                self._take(plan.takes, args, kwargs)
            self.hold(plan, result, caller, receiver)
        elif plan.facts is None:
            return
        elif plan.later and hasattr(type(result), "__await__"):
            self._await_it(result, lambda value, frame: self._enter(plan, receiver, args, kwargs, value, frame))
        else:
            self._enter(plan, receiver, args, kwargs, result, caller)

    def plan(self, entry: Acquire) -> Plan:
        """An entry, made ready."""
        facts = self._kinds.of(entry)
        later = entry.form.startswith("await")
        simple = facts is not None and not (later or entry.state or entry.item is not None or entry.holds != "always")
        plan = Plan(entry, facts, tuple(map(argument, entry.takes)), later, simple, {}, {})
        self._plans[id(entry)] = plan
        return plan

    def _enter(
        self, plan: Plan, receiver: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, caller: FrameType
    ) -> None:
        entry = plan.entry
        if plan.facts is None or (entry.holds == "truthy" and not result) or (entry.holds == "not-none" and result is None):
            return
        self._take(plan.takes, args, kwargs)
        for value in _resources(entry, receiver, result):
            self.hold(plan, value, caller, receiver)

    def _take(self, takes: tuple[Argument, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """The obligation for an argument passes to what is made of it."""
        for one in takes:
            taken = value_of(one, args, kwargs)
            held = None if type(taken) is str else self._ledger.of(taken)
            if held is not None:
                self._ledger.settle(held, "released")

    def hold(self, plan: Plan, value: Any, caller: FrameType, receiver: Any) -> None:
        """A resource was acquired."""
        facts = plan.facts
        if value is None or facts is None or (self._keep is not None and not self._keep()):
            return
        look = plan.looks.get(type(value)) or self._look(plan, facts, value)
        held = self._ledger.acquire(value, facts, stack(caller), self.owner, look, receiver if facts.parents else None)
        if held is None:
            self._unwatched.setdefault(facts.what, "no weak reference to it")
            return
        if look.silent:
            tell_of_collection(value, held, self._ledger)
        if self.told is not None:
            self.told(held, caller)

    def _look(self, plan: Plan, facts: Facts, value: Any) -> Look:
        """Look at the first value of a type; what holds for all of them is remembered."""
        cls = type(value)
        if cls is int:
            return plan.looks.setdefault(int, Look(False))
        if cls not in plan.silent:
            plan.silent[cls] = not self._watch_type(cls, facts)
        look = Look(plan.silent[cls], asked(value, facts))
        # That constants which fit one instance fit all errs on the side of silence: one that starts otherwise counts as ended.
        if len(look.queries) == len(facts.queries) and all(isinstance(one.before, _CONSTANT) for one in look.queries):
            plan.looks[cls] = look
        return look


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
