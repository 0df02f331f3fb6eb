"""Transfer functions of names: binding, deleting, and making closures."""

from leaklint.flow.closures import bound_release, carried_role, closure_role, closures_at, placed
from leaklint.flow.facts import forgotten
from leaklint.flow.ir import Bind, Close
from leaklint.flow.pursuit import Pursuit
from leaklint.flow.values import PRESENT, RETURNED, SOLID, TRUTHY, UNKNOWN, Path, Ref, Value
from leaklint.flow.world import (
    KEPT,
    PARENT,
    PARENT_RELEASE,
    TIED,
    Flag,
    Holder,
    World,
    is_parent,
    matches,
    strictly_below,
)


def bind(pursuit: Pursuit, effect: Bind, world: World) -> World | None:
    target, value = effect.target, effect.value
    carried: list[Holder] = []
    if isinstance(value, Ref) and world.held:
        carried = copied(pursuit, value.path, target, world)
        how = _handed_over(pursuit, target, value.path, carried, world)
        if how is not None:
            pursuit.transfer(how, target, world if how == "stored" and not pursuit.kept_by({r for _, r in carried}) else None)
            return None
        if any(r == "" or r.startswith("kind:") or r == "closer" for _, r in carried) and not target[0].startswith("%"):
            world = world.flagged(Flag.NAMED)
            pursuit.outcome.named = True
            pursuit.outcome.holders[".".join(target)] = None
    learned = assigned(pursuit, target, value, world, effect.weak)
    if isinstance(value, Ref) and pursuit.context.closures:
        learned = placed(target, value.path, _remembered(pursuit, target, value.path, learned), pursuit.context)
    if world.held:
        kept = world.holders if effect.weak else frozenset(h for h in world.holders if not strictly_below(h[0], target))
        learned = learned._replace(holders=kept | frozenset(carried))
    return pursuit.checked(learned, "rebound")


def _handed_over(pursuit: Pursuit, target: Path, source: Path, carried: list[Holder], world: World) -> str | None:
    """The way in which binding hands the resource to something that outlives the call, if it does."""
    own = any(not is_parent(r) for _, r in carried)
    if own and outlives(pursuit, target):
        return "stored"
    captured = own and world.fact("h", (KEPT, target)) is not None
    if not captured and carried_role(source, world, pursuit.context) is not None:
        captured = target == RETURNED or outlives(pursuit, target)
    return "captured" if captured else None


def _remembered(pursuit: Pursuit, target: Path, source: Path, world: World) -> World:
    """Something that outlives the call keeps a closure: from now on what the captured names hold is handed over."""
    made = closures_at(source, world, pursuit.context)
    if not made or not (target == RETURNED or outlives(pursuit, target)):
        return world
    for path in (captured for at in made for captured in pursuit.context.closures[at].captures):
        world = world.learn("h", (KEPT, path), TRUTHY)
    return world


def copied(pursuit: Pursuit, source: Path, target: Path, world: World) -> list[Holder]:
    """The holders that `target` becomes when it is bound to what `source` is."""
    found: list[Holder] = []
    for path, role in world.holders:
        if len(path) >= len(source) and matches(path[: len(source)], source):
            found.append(((*target, *path[len(source) :]), copied_role(pursuit, source, role)))
    if bound_release(source, world, pursuit.context):  # a closure captures the name, not the object
        found.append((target, "release"))
    if len(source) > 1 and PARENT in world.roles(source[:-1]) and source[-1] in pursuit.parent_releases:
        found.append((target, PARENT_RELEASE))
    return [h for h in found if h[1] != "drop"]


def copied_role(pursuit: Pursuit, source: Path, role: str) -> str:
    """What `with x as y` binds: the thing itself for `closing(x)`, something else where the rule says so."""
    if not source[0].startswith("%w"):
        return role
    if role == "closer":
        return ""
    return "drop" if role == "" and pursuit.kind.enter is not None and pursuit.kind.enter != pursuit.obligation.kind_id else role


def outlives(pursuit: Pursuit, target: Path) -> bool:
    """Whether storing there hands the resource to something that outlives the call."""
    graph, root = pursuit.graph, target[0]
    if root == "%out":
        return True
    if root.startswith("%"):
        return False
    if len(target) == 1:
        return root in graph.outliving or (graph.is_module and (root in graph.shared_globals or pursuit.kind.singleton))
    if root == graph.self_name:
        return not tracks_self(pursuit)
    return root not in graph.created


def tracks_self(pursuit: Pursuit) -> bool:
    """Whether `pursuit.x` stays a holder until the function ends: where a failure leaves the caller without an object."""
    return pursuit.follow or pursuit.graph.qualname.rpartition(".")[2] in ("__init__", "__aenter__", "__enter__")


def assigned(pursuit: Pursuit, target: Path, value: Value, world: World, weak: bool) -> World:
    """Facts after an assignment."""
    fact = value_fact(pursuit, value, world)
    world = world if weak else _tying(forgotten(world, target), target, value, fact)
    return world if weak or fact is None else world.learn("v", target, fact)


def _tying(world: World, target: Path, value: Value, fact: Value | None) -> World:
    """A copy of something that may or may not be None: a test of one tells of the other."""
    if not isinstance(value, Ref) or (fact is not None and fact != SOLID) or value.path[:1] == target[:1]:
        return world
    for other in (value.path, *world.tied(value.path)):
        world = world.learn(TIED, tuple(sorted((target, other))), TRUTHY)
    return world


def value_fact(pursuit: Pursuit, value: Value, world: World) -> Value | None:
    if not isinstance(value, Ref):
        return value if value != UNKNOWN else None
    if world.held and any(r == "" or r.startswith("kind:") for r in world.roles(value.path)):
        return PRESENT if pursuit.kind.falsy else TRUTHY
    return world.fact("v", value.path)


def unbind(pursuit: Pursuit, target: Path, world: World) -> World | None:
    holders = frozenset(h for h in world.holders if not strictly_below(h[0], target))
    return pursuit.checked(forgotten(world, target)._replace(holders=holders), "rebound")


def close(pursuit: Pursuit, effect: Close, world: World) -> World | None:
    if world.held and effect.escapes and closure_role(effect.dest, world, pursuit.context):
        pursuit.transfer("captured", effect.dest)
        return None
    return unbind(pursuit, effect.dest, world) if not effect.dest[0].startswith("%") else world
