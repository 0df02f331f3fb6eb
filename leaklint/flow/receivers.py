"""What a method call does to the resource that is its receiver, or inside its receiver."""

from collections.abc import Iterable

from leaklint.catalog.schema import ExitEffect, Kind
from leaklint.flow.arguments import ADDS, MERGES, summarised
from leaklint.flow.ir import Invoke, Node, Read
from leaklint.flow.pursuit import Pursuit, Steps, onward
from leaklint.flow.values import ANY_ITEM, Path
from leaklint.flow.verdict import Context, Verdict, itself, releases, role_kind
from leaklint.flow.world import EACH, PARENT, PARENT_CLOSER, Flag, World

_TAKES_OUT = frozenset({"pop", "popleft", "popitem", "get", "setdefault", "__getitem__"})
_VIEWS = frozenset({"values", "items", "keys", "copy", "sort", "reverse", "index", "count", "clear", "remove", "discard"})
_MAPPED = frozenset({"values", "copy"})


def on_receiver(call: Invoke, world: World, context: Context) -> Iterable[Verdict]:
    """A verdict for every role in which the receiver of the call holds."""
    receiver, method = call.receiver, call.callee.method
    if receiver is None or method is None:
        return
    for role in world.roles(receiver):
        yield _method(method, role, call, context)
    for role in itself(world, receiver[:-1]):
        if f"{receiver[-1]}.{method}" in role_kind(role, context).release_parts:
            yield Verdict("released")
    if not world.roles(receiver) and world.carries(receiver):
        yield _container_method(receiver, method, call, world, context)


def read(pursuit: Pursuit, node: Node, effect: Read, world: World) -> Steps:
    """An attribute is read that may consume the resource. A method that is read without being called counts too: errs to
    silence."""
    if world.held and "" in world.roles(effect.path):
        if effect.name in pursuit.kind.consume or (effect.name in pursuit.kind.parts and world.flags & Flag.REST):
            pursuit.release(world)
            return
        if effect.name in pursuit.kind.parts:
            world = world.flagged(Flag.PART)
    yield from onward(node, world)


def _method(method: str, role: str, call: Invoke, context: Context) -> Verdict:
    if role == PARENT_CLOSER:
        return Verdict("released", "parent") if method in ("close", "aclose") else Verdict()
    if role == PARENT:
        return _parent_method(method, call, context)
    if role in ("release", EACH):
        return Verdict()
    kind = role_kind(role, context)
    if method in ("__exit__", "__aexit__"):
        effect = kind.with_exit if method == "__exit__" else kind.async_with_exit
        return Verdict("released" if effect in ("releases", "unsupported") else "none")
    if method in ("__enter__", "__aenter__"):
        return Verdict(aliases=((call.dest, role),))
    if method in kind.release_but_parts:
        return Verdict("rest", raises=_may_fail(call))
    if releases(method, role, call.awaited, context):
        return Verdict("released", raises=_may_fail(call))
    if method in kind.release_await:
        return Verdict("unawaited" if call.discarded else "released")
    if method in kind.wrong_release:
        return Verdict("wrong", own=True, raises=False)
    if method in kind.consume_each:
        return Verdict(aliases=((call.dest, EACH),), own=True, used=True, raises=False)
    if method in kind.consume:
        return Verdict("released", raises=_may_fail(call))
    return _other_method(method, kind, call)


def _may_fail(call: Invoke) -> bool:
    """Whether a rule says that the release itself may raise and leave all as it was (`communicate(timeout=...)`)."""
    return call.callee.fact is not None and isinstance(call.callee.fact.raises, tuple)


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
    if method in ADDS | MERGES | _VIEWS or method == "clear":
        return Verdict()
    unknown = Verdict("shared", own=receiver != (context.graph.self_name,), used=True)
    return summarised(call, call.receiver, 0, None, world, context) or unknown


def exit_effect(role: str, asynchronous: bool, context: Context) -> ExitEffect:
    """What leaving a `with` on a holder of that role does to the resource."""
    if role in ("closer", "release", EACH):
        return "releases"
    if role == PARENT_CLOSER:
        return "releases"
    if role == PARENT:
        kinds = [context.catalog.kind(k) for k in context.obligation.kind.parents]
        effects = {k.async_with_exit if asynchronous else k.with_exit for k in kinds}
        return "releases" if "releases" in effects else "none"
    kind = role_kind(role, context)
    return kind.async_with_exit if asynchronous else kind.with_exit
