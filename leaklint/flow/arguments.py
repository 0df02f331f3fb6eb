"""What a call does to the resource that is one of its arguments."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from leaklint.catalog.schema import Kind
from leaklint.flow.closures import bound_release, carried_role, closes_parent
from leaklint.flow.ir import Arg, Invoke
from leaklint.flow.values import ANY_ITEM, Path
from leaklint.flow.verdict import Context, Verdict, effect_of
from leaklint.flow.world import EACH, PARENT, PARENT_RELEASE, Flag, Holder, World

ADDS = frozenset({"append", "add", "insert", "appendleft", "push", "put", "put_nowait", "setdefault", "__setitem__"})
MERGES = frozenset({"extend", "update", "extendleft"})
_COPIES = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict"})


def on_arguments(call: Invoke, world: World, context: Context) -> Iterable[Verdict]:
    """A verdict for every argument that carries the resource or can release it."""
    for arg in call.args:
        for path in arg.paths:
            yield from _argument(call, arg, path, world, context)


def _argument(call: Invoke, arg: Arg, path: Path, world: World, context: Context) -> Iterable[Verdict]:
    if bound_release(path, world, context) or "release" in world.roles(path):
        yield Verdict("transferred", "registered")
        return
    if PARENT_RELEASE in world.roles(path) or closes_parent(path, world, context):
        yield Verdict("released", "parent")
        return
    role = carried_role(path, world, context)
    if role is not None:
        yield Verdict("transferred", "registered") if role == "release" else Verdict("shared", used=True)
        return
    carried = world.carries(path)
    if not carried:
        if _parent_given_back(path, call, world, context):
            yield Verdict("released", "parent")
        return
    if EACH in world.roles(path):
        # Whoever is given all of it reads all of it, unless the rules say otherwise (`next`): errs to silence. If reading
        # fails, that ends it, too.
        yield Verdict(raises=False) if _only_borrows(call, arg) else Verdict("released")
        return
    verdict = _given(call, arg, path, carried, world, context)
    yield _still_its_own(verdict) if path == (context.graph.self_name,) else verdict


def _only_borrows(call: Invoke, arg: Arg) -> bool:
    """Whether the rules say that the callee leaves the argument as it is, or reads a part of it."""
    fact = call.callee.fact
    return fact is not None and any(map(arg.matches, fact.borrows)) and not any(map(arg.matches, fact.consumes))


def _still_its_own(verdict: Verdict) -> Verdict:
    """`Client(self)`: whoever has the object could release what its attributes hold, but they hold it still."""
    return verdict._replace(effect="shared") if verdict.effect == "transferred" else verdict


def _parent_given_back(path: Path, call: Invoke, world: World, context: Context) -> bool:
    """`pool.putconn(conn)` ends what belongs to `conn`; so does registering `conn.close`."""
    if len(path) > 1 and PARENT in world.roles(path[:-1]):
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
    if callee.fact is not None and callee.fact.factory_arg is not None:
        return Verdict(aliases=tuple(((*call.dest, ANY_ITEM), role) for _, role in carried), raises=False)
    if _base_takes(call, context):
        return Verdict("transferred", "taken by the base class", own=True, used=True)
    found = _by_fact(call, arg, path, carried, context.obligation.kind)
    if found is not None:
        return found
    if callee.acquire is not None and any(arg.matches(r) for r in callee.acquire.takes):
        return Verdict("transferred", "taken")
    if _wraps(callee.text, context.obligation.kind):
        return Verdict(aliases=tuple(((*call.dest, *p[len(path) :]), role) for p, role in carried), raises=False)
    added = _added(call, path, world, context)
    if added is not None:
        return added
    # Being given the object that keeps it is not being given the resource: such a call is like any other.
    own = path != (context.graph.self_name,)
    known = summarised(call, path, arg.position, arg.name, world, context)
    if known is not None:
        return known if own or callee.near else known._replace(own=False)
    if (callee.fact is not None and not callee.fact.takes) or callee.acquire is not None or callee.receiver_kinds:
        return Verdict(own=True, used=True)
    if _forgotten(call, path, world, context.obligation.kind):
        return Verdict(own=True, used=True)
    return Verdict("shared", own=own, used=True)


def _forgotten(call: Invoke, path: Path, world: World, kind: Kind) -> bool:
    """Whether a call of which nothing is known has surely not kept the resource: it was given it unnamed, its own value is
    dropped, and its name is none of those that keep (errs to an alarm where another name does)."""
    unnamed = path[0].startswith("%") and not world.flags & Flag.NAMED
    if not (unnamed and call.discarded and kind.keepers) or call.callee.constructs:
        return False
    name = call.callee.text.rpartition(".")[2].lstrip("_")
    return not any(fnmatchcase(name, pattern) for pattern in kind.keepers)


def _base_takes(call: Invoke, context: Context) -> bool:
    """`super().__init__(file)` of a base outside the project: what it is given may well be its own from then on."""
    itself = call.receiver is not None and call.receiver == (context.graph.self_name,)
    return itself and call.callee.method == "__init__" and call.callee.target is None


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
        return _entered(call, path, carried, kind) if fact.enters else Verdict("transferred", "taken")
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


def _entered(call: Invoke, path: Path, carried: list[Holder], kind: Kind) -> Verdict:
    """A `with` that ends later: it takes what leaving it releases; a connection that is only committed is still held."""
    effect = kind.async_with_exit if call.awaited else kind.with_exit
    if effect in ("releases", "unsupported") or any(p != path or role != "" for p, role in carried):
        return Verdict("transferred", "taken")
    return Verdict("entered", aliases=((call.dest, ""),) if kind.enter is None else (), own=True, used=True, raises=False)


def _wraps(callee: str, kind: Kind) -> bool:
    """Whether the name of the callee says that its value holds on to the resource."""
    name = callee.rpartition(".")[2]
    return any(fnmatchcase(name, pattern) for pattern in kind.wrapped_by)


def _added(call: Invoke, path: Path, world: World, context: Context) -> Verdict | None:
    """`xs.append(f)`: a holder if xs was made here, else a transfer."""
    method, receiver = call.callee.method, call.receiver
    if receiver is None or method not in ADDS | MERGES or call.callee.receiver_kinds or call.callee.target is not None:
        return None
    local = len(receiver) == 1 and (receiver[0] in context.graph.created or receiver[0].startswith("%t"))
    if not local:
        return Verdict("transferred", "stored")
    aliases = []
    for p, role in world.carries(path):
        rest = p[len(path) :]
        aliases.append(((*receiver, *rest) if method in MERGES and rest else (*receiver, ANY_ITEM, *rest), role))
    return Verdict(aliases=tuple(aliases))


def summarised(
    call: Invoke, path: Path | None, position: int | None, name: str | None, world: World, context: Context
) -> Verdict | None:
    """What the project function that is called does with the argument."""
    callee = call.callee
    if callee.target is None or context.summaries is None or path is None:
        return None
    holders = sorted(world.carries(path), key=lambda holder: (len(holder[0]), holder))
    index = position + 1 if position is not None and (callee.bound or callee.constructs) and path != call.receiver else position
    attribute = holders[0][0][len(path) :] if holders else ()
    kind = holders[0][1][5:] if holders and holders[0][1].startswith("kind:") else context.obligation.kind_id
    effect = context.summaries.parameter(callee.target, index, name, kind, attribute, call.awaited)
    if effect is not None and effect.effect in ("keeps", "wraps") and not _owner_here(call, context):
        effect = effect._replace(effect="stores")
    return effect_of(call, effect)


def _owner_here(call: Invoke, context: Context) -> bool:
    """Whether the object that keeps it from now on was made here (or is `self`): then it can be followed."""
    if call.callee.constructs:
        return True
    receiver = call.receiver
    return receiver is not None and (receiver[0] in context.graph.created or receiver[0] == context.graph.self_name)
