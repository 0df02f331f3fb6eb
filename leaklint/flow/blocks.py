"""Transfer functions of loops, `with` blocks and `yield`."""

from leaklint.flow.bindings import unbind, value_fact
from leaklint.flow.closures import carried_role
from leaklint.flow.exceptions import Catch
from leaklint.flow.ir import Enter, ExceptionTypes, FlowGraph, Grade, Invoke, Leave, Next, Node, Yielded
from leaklint.flow.pursuit import Pursuit, Steps, onward
from leaklint.flow.raising import answer, having_passed
from leaklint.flow.receivers import exit_effect
from leaklint.flow.values import ANY_ITEM, TRUTHY, Path, Ref
from leaklint.flow.world import (
    EACH,
    HANDED_OUT,
    Flag,
    Holder,
    World,
    is_parent,
)


def next_item(pursuit: Pursuit, node: Node, effect: Next, world: World) -> Steps:
    inside, after = node.successors
    # What ends by being iterated to its end is closed by an iteration that fails, too (`os.scandir`; errs to silence for others).
    if effect.types and not (effect.source is not None and world.held and _ends_with_loop(pursuit, world, effect.source)):
        grade = Grade.OWN if effect.source is not None and world.carries(effect.source) else Grade.CALL
        yield from pursuit.failing(node, world, effect.types, grade)
    fresh = unbind(pursuit, effect.dest, world)
    if fresh is None:
        return
    source = effect.source
    elements = [h for h in world.carries((*source, ANY_ITEM)) if h[0] != source] if source is not None else []
    if not world.held or source is None or not elements:
        yield inside, fresh
        if world.held and source is not None and _ends_with_loop(pursuit, world, source):
            pursuit.release(fresh)
        else:
            yield after, fresh
        return
    yield from visit(pursuit, effect, fresh, elements, source, inside, after)


def _ends_with_loop(pursuit: Pursuit, world: World, source: Path) -> bool:
    """Whether iterating to the end releases the resource."""
    roles = world.roles(source)
    return EACH in roles or ("" in roles and "__iter__" in pursuit.kind.consume)


def visit(pursuit: Pursuit, effect: Next, world: World, elements: list[Holder], source: Path, inside: int, after: int) -> Steps:
    """A loop over a container that holds the resource: it comes by once, and the loop does not end before."""
    seen = ("h", ("loop", effect.loop))
    if any(f[0] == seen for f in world.facts):
        yield after, world._replace(facts=frozenset(f for f in world.facts if f[0] != seen))
        yield inside, world
        return
    yield inside, world
    aliases = frozenset(((*effect.dest, *path[len(source) + 1 :]), role) for path, role in elements)
    met = world.learn("h", ("loop", effect.loop), TRUTHY)
    yield inside, met._replace(holders=met.holders | aliases)


def enter(pursuit: Pursuit, node: Node, effect: Enter, world: World) -> Steps:
    direct = entered_directly(pursuit, effect)
    roles = [(effect.hidden, "closer" if direct and r == "" else r) for r in world.roles(effect.source)]
    own = any(not is_parent(r) for _, r in roles)
    ends = any(exit_effect(r, effect.asynchronous, pursuit.context) == "releases" for _, r in roles)
    if effect.raises and not own and not ends:
        yield from pursuit.failing(node, world, entry_types(pursuit, effect), Grade.CALL)
    if roles:
        world = world._replace(holders=world.holders | frozenset(roles))
    if own:
        world = world.flagged(Flag.NAMED)
        pursuit.outcome.named = True
    fact = value_fact(pursuit, Ref(effect.source), world)
    yield from onward(node, world.learn("v", effect.hidden, fact) if fact is not None else world)


def entry_types(pursuit: Pursuit, effect: Enter) -> tuple[str, ...]:
    """What entering a block on something else may raise."""
    summaries = pursuit.context.summaries
    if effect.target is not None and summaries is not None:
        return summaries.may_raise(effect.target)
    return (ExceptionTypes.UNKNOWN, *((ExceptionTypes.CANCELLED,) if effect.asynchronous else ()))


def entered_directly(pursuit: Pursuit, effect: Enter) -> bool:
    """Whether the `with` is on the acquiring call itself, in a form that such a `with` releases."""
    acquire = pursuit.obligation.acquire
    if acquire is None or acquire.form not in ("await|async-with", "call|with"):
        return False
    call = pursuit.graph.nodes[pursuit.obligation.node].effect
    return isinstance(call, Invoke) and call.dest == effect.source


def leave(pursuit: Pursuit, node: Node, effect: Leave, world: World) -> Steps:
    effects = {exit_effect(r, effect.asynchronous, pursuit.context) for r in world.roles(effect.hidden)} if world.held else set()
    own = any(not is_parent(r) for r in world.roles(effect.hidden))
    if "releases" in effects or ("unsupported" in effects and own):
        pursuit.release(world, not own)
        return
    if world.held and own:
        world = world.flagged(Flag.WITH)
    holders = frozenset(h for h in world.holders if h[0] != effect.hidden)
    left = pursuit.checked(world._replace(holders=holders), "dropped")
    if left is None:
        return
    if not effect.swallows or not left.pending:
        yield node.successors[0] if effect.swallows else node.successors[-1], left
        return
    caught = [answer(left, s) for s in effect.swallows]
    if Catch.YES in caught or Catch.MAYBE in caught:
        yield node.successors[0], left.raising("")
    if Catch.YES not in caught:
        yield node.successors[1], having_passed(left, effect.swallows, caught)


def yielded(pursuit: Pursuit, node: Node, effect: Yielded, world: World) -> Steps:
    if world.held and effect.value is not None and _carried(pursuit, effect.value, world):
        world = world.learn("h", (HANDED_OUT, node.origin), TRUTHY).flagged(Flag.USED)
        pursuit.outcome.shared = True
    if not effect.resumes:
        thrown = world.flagged(Flag.YIELD) if world.held else world
        yield from pursuit.failing(node, thrown, _thrown(effect, pursuit.graph), Grade.EXPLICIT, yielding=True)
    if world.held and effect.source is not None and _ends_with_loop(pursuit, world, effect.source):
        pursuit.release(world)
        return
    yield from onward(node, world)


def _carried(pursuit: Pursuit, value: Path, world: World) -> bool:
    """Whether the value is, holds or captures the resource."""
    return bool(world.carries(value)) or carried_role(value, world, pursuit.context) is not None


def _thrown(effect: Yielded, graph: FlowGraph) -> tuple[str, ...]:
    """What may come out of a `yield`: the consumer's exception in a context manager, abandonment in a generator."""
    if effect.manager == "sync":
        return (ExceptionTypes.UNKNOWN, ExceptionTypes.ABANDONED)
    if effect.manager == "async":
        return (ExceptionTypes.UNKNOWN, ExceptionTypes.CANCELLED, ExceptionTypes.ABANDONED)
    return (ExceptionTypes.ABANDONED,)
