"""Transfer functions of the acquisition itself, and of another one at the same place."""

from leaklint.flow.closures import closes_name
from leaklint.flow.ir import ExceptionTypes, Grade, Invoke, Node
from leaklint.flow.pursuit import Pursuit, Steps, onward
from leaklint.flow.values import FALSY, PRESENT, TRUTHY, Const, Path, Value
from leaklint.flow.world import KEPT, PARENT, Flag, Holder, World, strictly_below

_YES: dict[str, Value] = {"truthy": TRUTHY, "not-none": PRESENT, "none": Const(None)}
_NO: dict[str, Value] = {"truthy": FALSY, "not-none": Const(None), "none": PRESENT}


def acquires(pursuit: Pursuit, call: Invoke) -> bool:
    """Whether the call, as it is written, gives the resource here."""
    entry = pursuit.obligation.acquire
    return entry is None or call.awaited or entry.form not in ("await", "await|async-with")


def acquire(pursuit: Pursuit, index: int, node: Node, call: Invoke, world: World) -> Steps:
    """The acquisition: another instance if one is held already; else this one, or (in a loop) a later one."""
    types = (
        *(call.callee.types or (ExceptionTypes.UNKNOWN,)),
        *((ExceptionTypes.CANCELLED,) if call.awaited else ()),
    )
    state = pursuit.obligation.acquire is not None and pursuit.obligation.acquire.state
    if state and call.receiver is None:
        yield from onward(node, world)
        return
    dest = item(pursuit, call.receiver if state and call.receiver is not None else call.dest)
    yield from pursuit.failing(node, world, types, Grade.EXPLICIT)
    holds = pursuit.obligation.acquire.holds if pursuit.obligation.acquire else "always"
    if world.held:
        yield from again(pursuit, node, call, world, dest)
        return
    if pursuit.analysis.in_loop(index):
        yield from onward(node, answered(pursuit, world, call, dest, holds))
    elif holds in ("truthy", "not-none", "none"):
        yield from onward(node, refused(pursuit, world, call, holds))
    holders: set[Holder] = {(dest, "")}
    if pursuit.obligation.acquire is not None and pursuit.obligation.acquire.kept_by is not None:
        holders.add(((*call.dest, f"[{pursuit.obligation.acquire.kept_by}]"), "closer"))
    if call.receiver is not None and pursuit.kind.parents and call.receiver != dest:
        holders.update(pursuit.analysis.parents(call.receiver, index))
        pursuit.outcome.parent_here |= call.receiver in pursuit.analysis.acquired
    got = answered(pursuit, world, call, dest, holds)._replace(held=True, holders=frozenset(holders))
    if parent_registered(pursuit, world, holders):
        pursuit.release(got, by_parent=True)
        return
    if not dest[0].startswith("%"):
        got = got.flagged(Flag.NAMED)
        pursuit.outcome.named = True
    yield from onward(node, got)


def parent_registered(pursuit: Pursuit, world: World, holders: set[Holder]) -> bool:
    """Whether a `with` block around has the parent's release registered (`stack.callback(conn.close)`)."""
    return any(role == PARENT and world.fact("h", ("registered", path)) is not None for path, role in holders)


def registering(pursuit: Pursuit, call: Invoke, world: World) -> World:
    """Remember what a call registers for later: `stack.callback(lambda: x.close())` for what `x` will hold,
    `stack.callback(conn.close)` for children that are acquired later."""
    if not pursuit.obligation.kind_id:
        return world  # nothing is followed: only how the function ends is asked
    for made in (p for a in call.args for p in a.paths if p in pursuit.analysis.closures):
        for path in pursuit.analysis.closures[made].captures:
            world = world.learn("h", (KEPT, path), TRUTHY) if closes_name(path, made, pursuit.context) else world
    if not pursuit.kind.parents or call.receiver not in pursuit.analysis.entered:
        return world
    for path in (p for a in call.args for p in a.paths):
        for parent in _parents_released(pursuit, path):
            world = world.learn("h", ("registered", parent), TRUTHY)
    return world


def _parents_released(pursuit: Pursuit, path: Path) -> list[Path]:
    """What a bound release of a parent, or a closure that calls one, releases."""
    made = pursuit.analysis.closures.get(path)
    calls = made.calls if made is not None else ((path[:-1], path[-1]),)
    return [held for held, method in calls if held and method in pursuit.parent_releases]


def again(pursuit: Pursuit, node: Node, call: Invoke, world: World, dest: Path) -> Steps:
    """A different instance: its holder drops what it held."""
    temporary = dest[0].startswith("%")
    entry, stored = pursuit.obligation.acquire, pursuit.obligation.item is not None
    overwritten = temporary or (entry is not None and entry.state and stored)  # the attribute that a method stores into
    holders = frozenset(h for h in world.holders if not (overwritten and strictly_below(h[0], dest)))
    after = pursuit.checked(world._replace(holders=holders), "dropped" if temporary else "rebound")
    yield from onward(node, after)


def item(pursuit: Pursuit, dest: Path) -> Path:
    return (*dest, pursuit.obligation.item) if pursuit.obligation.item else dest


def answered(pursuit: Pursuit, world: World, call: Invoke, dest: Path, holds: str) -> World:
    """Facts after a successful acquisition."""
    if holds == "always":
        return world.learn("v", dest, PRESENT if pursuit.kind.falsy else TRUTHY)
    return world.learn("v", call.dest, _YES[holds])


def refused(pursuit: Pursuit, world: World, call: Invoke, holds: str) -> World:
    """Facts after one that answered "no"."""
    return world.learn("v", call.dest, _NO[holds])
