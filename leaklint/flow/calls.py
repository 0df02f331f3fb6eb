"""What a call does to the resource that is followed: releases it, takes it, shares it, borrows it, or nothing."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from leaklint.catalog.catalog import Catalog
from leaklint.catalog.schema import ExitEffect, Kind
from leaklint.flow.ir import ANY_ITEM, Arg, Close, FlowGraph, FunctionRef, Invoke, Obligation, Path
from leaklint.flow.world import PARENT, PARENT_CLOSER, PARENT_RELEASE, Holder, World, is_parent

_ADDS = frozenset({"append", "add", "insert", "appendleft", "push", "put", "put_nowait", "setdefault", "__setitem__"})
_MERGES = frozenset({"extend", "update", "extendleft"})
_TAKES_OUT = frozenset({"pop", "popleft", "popitem", "get", "setdefault", "__getitem__"})
_VIEWS = frozenset({"values", "items", "keys", "copy", "sort", "reverse", "index", "count", "clear", "remove", "discard"})
_COPIES = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict"})
_MAPPED = frozenset({"values", "copy"})


class Verdict(NamedTuple):
    """What a call does. effect: none, released, transferred, shared, wrong, unawaited; how: for transferred the reason;
    aliases: new holders of the same obligation; own: the call works on the resource; used: it is a use of a lazy one."""

    effect: str = "none"
    how: str = ""
    aliases: tuple[Holder, ...] = ()
    own: bool = False
    used: bool = False
    raises: bool | None = None


class ParameterEffect(NamedTuple):
    """What a project function does with one parameter. effect: borrows, releases, stores, returns, sometimes, unknown.
    raises: whether it may raise while (or before) it has the resource."""

    effect: str
    item: str | None = None
    raises: bool = True


class Summaries(Protocol):
    """What is known of other functions of the project."""

    def parameter(
        self, target: FunctionRef, index: int | None, name: str | None, kind_id: str, attribute: Path, awaited: bool
    ) -> ParameterEffect | None:
        """The effect on an argument: by position (receiver of a bound call: 0) or keyword; `attribute`: the part of it."""

    def captured(self, target: FunctionRef, path: Path, kind_id: str, awaited: bool) -> ParameterEffect | None:
        """The effect of a nested function on a name that it captures."""

    def is_coroutine(self, target: FunctionRef, near: bool) -> bool:
        """Whether calling it only makes a coroutine; False if that would have to be looked up elsewhere."""

    def may_raise(self, target: FunctionRef) -> tuple[str, ...]:
        """The exception types that may leave a call."""

    def raises_explicitly(self, target: FunctionRef) -> bool:
        """Whether it holds a `raise` that leaves it."""

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


def classify(call: Invoke, world: World, context: Context) -> Verdict:
    """The verdict on one call while the resource is held."""
    called = call.callee.path
    if called is not None and (found := _called(called, call, world, context)) is not None:
        return found
    verdicts = [*_on_receiver(call, world, context), *_on_arguments(call, world, context)]
    return _strongest(verdicts)


_STRENGTH = ("released", "transferred", "wrong", "unawaited", "shared", "none")


def _strongest(verdicts: list[Verdict]) -> Verdict:
    if not verdicts:
        return Verdict()
    best = min(verdicts, key=lambda v: _STRENGTH.index(v.effect))
    return best._replace(
        aliases=tuple(a for v in verdicts for a in v.aliases),
        own=any(v.own for v in verdicts),
        used=any(v.used for v in verdicts),
    )


# --- calling a value ------------------------------------------------------------------------------------------------


def _called(path: Path, call: Invoke, world: World, context: Context) -> Verdict | None:
    """`close()` where `close = x.close`, or a nested function that releases."""
    if PARENT_RELEASE in world.roles(path):
        return Verdict("released", "parent")
    if "release" in world.roles(path) or bound_release(path, world, context):
        return Verdict("released")
    role = closure_role(path, world, context)
    if role is None:
        return None
    summarised = _captured(call, world, context)
    if summarised is not None:
        return summarised
    return Verdict("released") if role == "release" else Verdict(own=True, used=True)


def _captured(call: Invoke, world: World, context: Context) -> Verdict | None:
    """What a nested function that is called does with the names it captures."""
    target, summaries = call.callee.target, context.summaries
    made = context.closures.get(call.callee.path or ())
    if target is None or summaries is None or made is None:
        return None
    effects = []
    for path, role in world.holders:
        if role == "" and path[:1] in made.captures:
            effects.append(summaries.captured(target, path, context.obligation.kind_id, call.awaited))
    known = [_EFFECTS[e.effect](call, e) for e in effects if e is not None and e.effect in _EFFECTS]
    return _strongest(known) if known and len(known) == len(effects) else None


def closure_role(path: Path, world: World, context: Context) -> str | None:
    """What a closure at `path` does with the resource: "release", "capture" or nothing."""
    made = context.closures.get(path)
    if made is None:
        return None
    for held, method in made.calls:
        if any(_releases(method, role, True, context) or method == "__exit__" for role in _itself(world, held)):
            return "release"
    for held, function in made.passes:
        if _itself(world, held) and function in context.releasers:
            return "release"
    summaries = context.summaries
    for held, target, position in made.given if summaries is not None else ():
        for role in _itself(world, held):
            asked = role == "" and summaries is not None
            effect = (
                summaries.parameter(target, position, None, context.obligation.kind_id, (), True) if asked and summaries else None
            )
            if effect is not None and effect.effect == "releases":
                return "release"
    return "capture" if any(world.carries(p) for p in made.captures) else None


def bound_release(path: Path, world: World, context: Context) -> bool:
    """Whether `path` is `x.close` of a holder x."""
    return len(path) > 1 and any(_releases(path[-1], role, True, context) for role in _itself(world, path[:-1]))


def _itself(world: World, path: Path) -> list[str]:
    return [r for r in world.roles(path) if not is_parent(r) and r != "release"]


# --- the receiver ---------------------------------------------------------------------------------------------------


def _on_receiver(call: Invoke, world: World, context: Context) -> Iterable[Verdict]:
    receiver, method = call.receiver, call.callee.method
    if receiver is None or method is None:
        return
    for role in world.roles(receiver):
        yield _method(method, role, call, context)
    if not world.roles(receiver) and world.carries(receiver):
        yield _container_method(receiver, method, call, world, context)


def role_kind(role: str, context: Context) -> Kind:
    """The kind as which a role holds."""
    return context.catalog.kind(role[5:]) if role.startswith("kind:") else context.obligation.kind


def _releases(method: str, role: str, awaited: bool, context: Context) -> bool:
    if role == "closer":
        return method in ("close", "aclose", "__exit__", "__aexit__")
    kind = role_kind(role, context)
    return method in kind.release or (awaited and method in kind.release_await)


def _method(method: str, role: str, call: Invoke, context: Context) -> Verdict:
    if role == PARENT_CLOSER:
        return Verdict("released", "parent") if method in ("close", "aclose") else Verdict()
    if role == PARENT:
        return _parent_method(method, call, context)
    if role == "release":
        return Verdict()
    kind = role_kind(role, context)
    if method in ("__exit__", "__aexit__"):
        effect = kind.with_exit if method == "__exit__" else kind.async_with_exit
        return Verdict("released" if effect in ("releases", "unsupported") else "none")
    if method in ("__enter__", "__aenter__"):
        return Verdict(aliases=((call.dest, role),))
    if _releases(method, role, call.awaited, context):
        return Verdict("released")
    if method in kind.release_await:
        return Verdict("unawaited" if call.discarded else "released")
    if method in kind.wrong_release:
        return Verdict("wrong", own=True, raises=False)
    if method in kind.consume:
        return Verdict("released")
    return _other_method(method, kind, call)


def _other_method(method: str, kind: Kind, call: Invoke) -> Verdict:
    fact = call.callee.fact
    if fact is not None and "self" in fact.takes:
        return Verdict("transferred", "taken")
    if fact is not None and "self" in fact.releases:
        return Verdict("released")
    if fact is not None and fact.wraps == "self":
        role = f"kind:{fact.returns}" if fact.returns and ":" in fact.returns else ""
        return Verdict(aliases=((call.dest, role),), raises=False)
    used = method not in kind.configure
    if method in kind.fluent or (fact is not None and fact.returns == "self"):
        return Verdict(aliases=((call.dest, ""),), own=True, used=used)
    return Verdict(own=True, used=used, raises=None if method not in kind.no_raise else False)


def _parent_method(method: str, call: Invoke, context: Context) -> Verdict:
    kinds = [context.catalog.kind(k) for k in context.obligation.kind.parents]
    released = any(method in k.release or method in k.release_await for k in kinds)
    return Verdict("released", "parent") if released else Verdict()


def _container_method(receiver: Path, method: str, call: Invoke, world: World, context: Context) -> Verdict:
    """A call on a container or object made here that holds the resource."""
    item = (*receiver, ANY_ITEM)
    if method in _TAKES_OUT:
        return Verdict(aliases=tuple((call.dest, role) for p, role in world.carries(item) if len(p) == len(item)))
    if method in _MAPPED:
        return Verdict(aliases=tuple(((*call.dest, *p[len(receiver) :]), role) for p, role in world.carries(item)))
    if method == "items":
        return Verdict(
            aliases=tuple(((*call.dest, ANY_ITEM, "[1]"), role) for p, role in world.carries(item) if len(p) == len(item))
        )
    if method in _ADDS | _MERGES | _VIEWS or method == "clear":
        return Verdict()
    return _summarised(call, call.receiver, 0, None, world, context) or Verdict("shared", own=True, used=True)


# --- arguments ------------------------------------------------------------------------------------------------------


def _on_arguments(call: Invoke, world: World, context: Context) -> Iterable[Verdict]:
    for arg in call.args:
        for path in arg.paths:
            yield from _argument(call, arg, path, world, context)


def _argument(call: Invoke, arg: Arg, path: Path, world: World, context: Context) -> Iterable[Verdict]:
    if bound_release(path, world, context) or "release" in world.roles(path):
        yield Verdict("transferred", "registered")
        return
    role = closure_role(path, world, context)
    if role is not None:
        yield Verdict("transferred", "registered") if role == "release" else Verdict("shared", used=True)
        return
    carried = world.carries(path)
    if not carried:
        if _parent_given_back(path, call, world, context):
            yield Verdict("released", "parent")
        return
    yield _given(call, arg, path, carried, world, context)


def _parent_given_back(path: Path, call: Invoke, world: World, context: Context) -> bool:
    """`pool.putconn(conn)` ends what belongs to `conn`; so does registering `conn.close` with a `with` block."""
    if len(path) > 1 and PARENT in world.roles(path[:-1]) and call.receiver in context.entered:
        kinds = [context.catalog.kind(k) for k in context.obligation.kind.parents]
        return any(path[-1] in k.release or path[-1] in k.release_await for k in kinds)
    if PARENT not in world.roles(path):
        return False
    refs = frozenset(call.callee.refs)
    return any(refs & context.catalog.releasers(k) for k in context.obligation.kind.parents)


def _given(call: Invoke, arg: Arg, path: Path, carried: list[Holder], world: World, context: Context) -> Verdict:
    callee = call.callee
    if frozenset(callee.refs) & _releasers(carried, context) or callee.method in context.obligation.given_back:
        return Verdict("released")
    if frozenset(callee.wrapped) & _releasers(carried, context):
        return Verdict(aliases=((call.dest, "release"),))
    found = _by_fact(call, arg, path, carried, context.obligation.kind)
    if found is not None:
        return found
    if callee.acquire is not None and any(arg.matches(r) for r in callee.acquire.takes):
        return Verdict("transferred", "taken")
    added = _added(call, path, world, context)
    if added is not None:
        return added
    summarised = _summarised(call, path, arg.position, arg.name, world, context)
    if summarised is not None:
        return summarised
    if (callee.fact is not None and not callee.fact.takes) or callee.acquire is not None or callee.receiver_kinds:
        return Verdict(own=True, used=True)
    return Verdict("shared", own=True, used=True)


def _releasers(carried: list[Holder], context: Context) -> frozenset[str]:
    found = context.releasers
    for _, role in carried:
        if role.startswith("kind:"):
            found = found | context.catalog.releasers(role[5:])
    return found


def _by_fact(call: Invoke, arg: Arg, path: Path, carried: list[Holder], kind: Kind) -> Verdict | None:
    fact = call.callee.fact
    if fact is None:
        return None
    if any(arg.matches(r) for r in fact.releases):
        return Verdict("released")
    if any(arg.matches(r) for r in fact.takes):
        return Verdict("transferred", "taken")
    if fact.wraps and arg.matches(fact.wraps):
        wrapper = f"kind:{fact.returns}" if fact.returns and ":" in fact.returns else ""
        return Verdict(aliases=tuple(((*call.dest, *p[len(path) :]), wrapper or role) for p, role in carried), raises=False)
    if any(arg.matches(r) for r in fact.consumes) and "__iter__" in kind.consume:
        return Verdict("released", own=True, used=True, raises=True)
    if call.callee.text in _COPIES and (inside := [(p, role) for p, role in carried if len(p) > len(path)]):
        return Verdict(aliases=tuple(((*call.dest, *p[len(path) :]), role) for p, role in inside))
    if fact.closes and arg.matches(fact.closes):
        return Verdict(aliases=((call.dest, "closer"),), raises=False)
    if any(arg.matches(r) for r in fact.borrows):
        return Verdict(own=True, used=True)
    return None


def _added(call: Invoke, path: Path, world: World, context: Context) -> Verdict | None:
    """`xs.append(f)`: a holder if xs was made here, else a transfer."""
    method, receiver = call.callee.method, call.receiver
    if receiver is None or method not in _ADDS | _MERGES or call.callee.receiver_kinds or call.callee.target is not None:
        return None
    local = len(receiver) == 1 and (receiver[0] in context.graph.created or receiver[0].startswith("%t"))
    if not local:
        return Verdict("transferred", "stored")
    aliases = []
    for p, role in world.carries(path):
        rest = p[len(path) :]
        aliases.append(((*receiver, *rest) if method in _MERGES and rest else (*receiver, ANY_ITEM, *rest), role))
    return Verdict(aliases=tuple(aliases))


def _summarised(
    call: Invoke, path: Path | None, position: int | None, name: str | None, world: World, context: Context
) -> Verdict | None:
    """What the project function that is called does with the argument."""
    callee = call.callee
    if callee.target is None or context.summaries is None or path is None:
        return None
    holders = world.carries(path)
    index = position + 1 if position is not None and (callee.bound or callee.constructs) and path != call.receiver else position
    attribute = holders[0][0][len(path) :] if holders else ()
    kind = holders[0][1][5:] if holders and holders[0][1].startswith("kind:") else context.obligation.kind_id
    effect = context.summaries.parameter(callee.target, index, name, kind, attribute, call.awaited)
    return _EFFECTS[effect.effect](call, effect) if effect is not None and effect.effect in _EFFECTS else None


_EFFECTS: dict[str, Callable[[Invoke, ParameterEffect], Verdict]] = {
    "borrows": lambda call, e: Verdict(own=True, used=True, raises=e.raises),
    "releases": lambda call, e: Verdict("released", raises=e.raises, own=e.raises, used=True),
    "sometimes": lambda call, e: Verdict("transferred", "sometimes released"),
    "keeps": lambda call, e: Verdict(aliases=(((*call.dest, e.item or ANY_ITEM), ""),), own=e.raises, used=True, raises=e.raises),
    "stores": lambda call, e: Verdict("transferred", "stored by the callee", raises=e.raises, own=e.raises, used=True),
    "returns": lambda call, e: Verdict(
        aliases=(((*call.dest, e.item) if e.item else call.dest, ""),), own=True, used=True, raises=e.raises
    ),
}


def exit_effect(role: str, asynchronous: bool, context: Context) -> ExitEffect:
    """What leaving a `with` on a holder of that role does to the resource."""
    if role in ("closer", "release"):
        return "releases"
    if role == PARENT_CLOSER:
        return "releases"
    if role == PARENT:
        kinds = [context.catalog.kind(k) for k in context.obligation.kind.parents]
        effects = {k.async_with_exit if asynchronous else k.with_exit for k in kinds}
        return "releases" if "releases" in effects else "none"
    kind = role_kind(role, context)
    return kind.async_with_exit if asynchronous else kind.with_exit
