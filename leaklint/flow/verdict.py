"""What a call can do to the resource that is followed, and what is asked to find out."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import Kind
from leaklint.flow.ir import Close, FlowGraph, FunctionRef, Invoke, Obligation
from leaklint.flow.values import ANY_ITEM, Path, Value
from leaklint.flow.world import EACH, Holder, World, is_parent


class Verdict(NamedTuple):
    """What a call does. effect: none, released, rest (all but its parts), transferred, shared, wrong, unawaited, entered;
    how: for transferred the reason; aliases: new holders of the same obligation; own: the call works on the resource; used: it is
    a use of a lazy one."""

    effect: str = "none"
    how: str = ""
    aliases: tuple[Holder, ...] = ()
    own: bool = False
    used: bool = False
    raises: bool | None = None


class ParameterEffect(NamedTuple):
    """What a project function does with one parameter. effect: borrows, releases, stores, keeps (an attribute that its class
    never releases), wraps (one that it releases), returns, sometimes. item: the part of the result or the attribute; raises:
    whether it may raise while (or before) it has the resource; kind: what a wrapper is."""

    effect: str
    item: str | None = None
    raises: bool = True
    kind: str = ""


class Summaries(Protocol):
    """What is known of other functions of the project."""

    def parameter(
        self, target: FunctionRef, index: int | None, name: str | None, kind_id: str, attribute: Path, awaited: bool
    ) -> ParameterEffect | None:
        """The effect on an argument: by position (receiver of a bound call: 0) or keyword; `attribute`: the part of it."""

    def kind(self, gid: str) -> Kind:
        """A kind of the catalogue, or of a class of the project."""

    def captured(self, target: FunctionRef, path: Path, kind_id: str, awaited: bool) -> ParameterEffect | None:
        """The effect of a nested function on a name that it captures."""

    def is_coroutine(self, target: FunctionRef, near: bool) -> bool:
        """Whether calling it only makes a coroutine; False if that would have to be looked up elsewhere."""

    def may_raise(self, target: FunctionRef) -> tuple[str, ...]:
        """The exception types that may leave a call."""

    def raises_explicitly(self, target: FunctionRef) -> bool:
        """Whether it holds a `raise` that leaves it."""

    def result(self, target: FunctionRef, awaited: bool) -> Value | None:
        """What is known of the value of a call."""

    def passed(self, target: FunctionRef, awaited: bool) -> tuple[int, str] | None:
        """The parameter (position and name) that a call always gives back."""

    def derived(self, target: FunctionRef) -> Kind | None:
        """The kind of instances of a class that owns a resource."""

    def returns(self, target: FunctionRef) -> bool:
        """Whether a call ever returns."""


class Context(NamedTuple):
    """What the classification of calls needs besides the world."""

    graph: FlowGraph
    obligation: Obligation
    catalog: Catalog
    summaries: Summaries | None
    closures: dict[Path, Close]
    releasers: frozenset[str]
    entered: frozenset[Path]


_STRENGTH = ("released", "transferred", "rest", "wrong", "unawaited", "entered", "shared", "none")


def strongest(verdicts: list[Verdict]) -> Verdict:
    """The verdict that settles the matter, with what the others add."""
    if not verdicts:
        return Verdict()
    best = min(verdicts, key=lambda v: _STRENGTH.index(v.effect))
    return best._replace(
        aliases=tuple(a for v in verdicts for a in v.aliases),
        own=any(v.own for v in verdicts),
        used=any(v.used for v in verdicts),
    )


_EFFECTS: dict[str, Callable[[Invoke, ParameterEffect], Verdict]] = {
    "borrows": lambda call, e: Verdict(own=True, used=True, raises=e.raises),
    "releases": lambda call, e: Verdict("released", raises=e.raises, own=e.raises, used=True),
    "sometimes": lambda call, e: Verdict("transferred", "sometimes released"),
    "keeps": lambda call, e: _kept(call, e),
    "wraps": lambda call, e: _kept(call, e),
    "stores": lambda call, e: Verdict("transferred", "stored by the callee", raises=e.raises, own=e.raises, used=True),
    "returns": lambda call, e: Verdict(
        aliases=(((*call.dest, e.item) if e.item else call.dest, ""),), own=True, used=True, raises=e.raises
    ),
}


def _kept(call: Invoke, effect: ParameterEffect) -> Verdict:
    """An attribute of an object has it from now on: of the new instance, or of the receiver of a method."""
    owner = call.dest if call.callee.constructs else call.receiver
    if owner is None:
        return Verdict("transferred", "stored by the callee", raises=effect.raises, own=effect.raises, used=True)
    held: list[Holder] = [((*owner, effect.item or ANY_ITEM), "")]
    if effect.effect == "wraps":
        held.append((owner, f"kind:{effect.kind}"))
    return Verdict(aliases=tuple(held), own=effect.raises, used=True, raises=effect.raises)


def effect_of(call: Invoke, effect: ParameterEffect | None) -> Verdict | None:
    """What a summarised effect means for this call; None if nothing is known."""
    made = _EFFECTS.get(effect.effect) if effect is not None else None
    return made(call, effect) if made is not None and effect is not None else None


def itself(world: World, path: Path) -> list[str]:
    """The roles in which a path is the resource, or something that releases it when it is closed."""
    return [r for r in world.roles(path) if not is_parent(r) and r not in ("release", EACH)]


def role_kind(role: str, context: Context) -> Kind:
    """The kind as which a role holds."""
    if not role.startswith("kind:"):
        return context.obligation.kind
    return context.summaries.kind(role[5:]) if context.summaries is not None else context.catalog.kind(role[5:])


def releases(method: str, role: str, awaited: bool, context: Context) -> bool:
    """Whether a method releases what holds in that role."""
    if role == "closer":
        return method in ("close", "aclose", "__exit__", "__aexit__")
    kind = role_kind(role, context)
    return method in kind.release or (awaited and method in kind.release_await)
