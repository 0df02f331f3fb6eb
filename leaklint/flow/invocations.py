"""Transfer functions of calls."""

from leaklint.flow.acquiring import acquire, acquires, registering
from leaklint.flow.arguments import on_arguments
from leaklint.flow.closures import bound_release, captured, closes_parent, closure_role
from leaklint.flow.facts import forgotten
from leaklint.flow.ir import Close, ExceptionTypes, Grade, Invoke, Node, enters
from leaklint.flow.pursuit import Pursuit, Steps, onward
from leaklint.flow.receivers import on_receiver
from leaklint.flow.values import PRESENT, SOLID, TRUTHY, Path, Value
from leaklint.flow.verdict import Context, Summaries, Verdict, strongest
from leaklint.flow.world import (
    PARENT_RELEASE,
    Flag,
    Holder,
    World,
    is_parent,
)


def classify(call: Invoke, world: World, context: Context) -> Verdict:
    """The verdict on one call while the resource is held."""
    called = call.callee.path
    if called is not None and (found := _called(called, call, world, context)) is not None:
        return found
    verdicts = [*on_receiver(call, world, context), *on_arguments(call, world, context)]
    return strongest(verdicts)


def _called(path: Path, call: Invoke, world: World, context: Context) -> Verdict | None:
    """`close()` where `close = x.close`, or a nested function that releases."""
    if PARENT_RELEASE in world.roles(path) or closes_parent(path, world, context):
        return Verdict("released", "parent")
    if "release" in world.roles(path) or bound_release(path, world, context):
        return Verdict("released")
    role = closure_role(path, world, context)
    if role is None:
        return None
    summarised = captured(call, world, context)
    if summarised is not None:
        return summarised
    return Verdict("released") if role == "release" else Verdict(own=True, used=True)


def invoke(pursuit: Pursuit, index: int, node: Node, call: Invoke, world: World) -> Steps:
    if index == pursuit.obligation.node and acquires(pursuit, call):
        yield from acquire(pursuit, index, node, call, world)
        return
    fresh = forgotten(world, call.dest)
    fresh = made(pursuit, node, call, fresh)
    if not world.held:
        yield from pursuit.failing(node, fresh, types(pursuit, call, Verdict()), Grade.CALL)
        yield from () if never_returns(pursuit, call) else onward(node, registering(pursuit, call, fresh))
        return
    verdict = classify(call, fresh, pursuit.context)
    if verdict.effect == "rest" and (fresh.flags & Flag.PART or pursuit.obligation.node < 0):
        verdict = verdict._replace(effect="released")  # a parameter: whether its parts were used is not known
    if verdict.effect == "released":
        if verdict.raises:
            # A release that failed has at least looked at the parts: errs to silence about them.
            failed = touched(pursuit, fresh, verdict).flagged(Flag.PART if pursuit.kind.parts else Flag.NONE)
            yield from pursuit.failing(node, failed, types(pursuit, call, verdict), Grade.OWN)
        pursuit.release(fresh, verdict.how == "parent")
        return
    if verdict.effect == "transferred":
        if verdict.raises:
            yield from pursuit.failing(node, touched(pursuit, fresh, verdict), types(pursuit, call, verdict), Grade.OWN)
        pursuit.transfer(verdict.how, call.dest)
        return
    yield from after_call(pursuit, node, call, fresh, verdict)


def made(pursuit: Pursuit, node: Node, call: Invoke, world: World) -> World:
    """What is known of the value that another acquisition, a constructor or a project function gives."""
    callee = call.callee
    if callee.acquire is None:
        asked = bool(node.successors) and pursuit.analysis.relevance.keeps(node.successors[0], ("v", call.dest))
        value = _given(call, world, pursuit.context.summaries) if asked else None
        return world.learn("v", call.dest, value) if value is not None else world
    if callee.acquire is None or callee.kind is None or callee.acquire.state:
        return world
    path = call.dest if callee.acquire.item is None else (*call.dest, f"[{callee.acquire.item}]")
    if callee.acquire.holds == "always":
        return world.learn("v", path, PRESENT if callee.kind.falsy else TRUTHY)
    return world.learn("v", path, SOLID) if callee.acquire.holds == "not-none" and not callee.kind.falsy else world


def _given(call: Invoke, world: World, summaries: Summaries | None) -> Value | None:
    """What is known of the value that a function or class of the project gives."""
    callee = call.callee
    if enters(callee):  # as `with` does: what it gives is the thing itself, or as truthy
        return _only(world, [p for a in call.args for p in a.paths])
    known = callee.target is not None and callee.near and summaries is not None
    if callee.constructs:
        kind = summaries.derived(callee.target) if known and summaries is not None and callee.target is not None else None
        return TRUTHY if kind is not None and not kind.falsy else PRESENT
    if not known or summaries is None or callee.target is None or callee.bound:  # methods may be overridden
        return None
    passed = summaries.passed(callee.target, call.awaited)
    if passed is None:
        return summaries.result(callee.target, call.awaited)
    position, name = passed
    return _only(world, [p for a in call.args if name == a.name or (a.name is None and position == a.position) for p in a.paths])


def _only(world: World, paths: list[Path]) -> Value | None:
    """What is known of the one path."""
    return world.fact("v", paths[0]) if len(paths) == 1 else None


def after_call(pursuit: Pursuit, node: Node, call: Invoke, world: World, verdict: Verdict) -> Steps:
    world = touched(pursuit, world, verdict)
    shared = verdict.effect == "shared"
    if shared:
        pursuit.outcome.shared = True
    grade = graded(pursuit, call, verdict)
    yield from pursuit.failing(node, world, types(pursuit, call, verdict), grade, 2 if shared else None)
    if verdict.effect == "wrong":
        world = world.flagged(Flag.WRONG)
    elif verdict.effect == "rest":
        world = world.flagged(Flag.REST)
    elif verdict.effect == "unawaited":
        world = world.flagged(Flag.UNAWAITED)
    elif verdict.effect == "entered":
        world = world.flagged(Flag.WITH)
    elif shared and world.soft == 0:
        world = world._replace(soft=1)
    if verdict.aliases:
        world = world._replace(holders=world.holders | frozenset(verdict.aliases))
        named_by(pursuit, verdict.aliases)
    if not never_returns(pursuit, call):
        yield from onward(node, world)


def named_by(pursuit: Pursuit, aliases: tuple[Holder, ...]) -> None:
    """Putting it into a named container names it, too."""
    named = [path for path, role in aliases if not is_parent(role) and not path[0].startswith("%")]
    pursuit.outcome.named |= bool(named)
    pursuit.outcome.holders.update((path[0], None) for path in named)


def touched(pursuit: Pursuit, world: World, verdict: Verdict) -> World:
    return world.flagged(Flag.USED) if verdict.used else world


def graded(pursuit: Pursuit, call: Invoke, verdict: Verdict) -> int:
    """How far-fetched it is that this call raises."""
    callee = call.callee
    if callee.acquire is not None and callee.kind is not None and (callee.acquire.severity or callee.kind.severity):
        return Grade.EXPLICIT
    if verdict.own:
        return Grade.OWN
    summaries = pursuit.context.summaries
    if callee.target is not None and callee.near and summaries is not None and summaries.raises_explicitly(callee.target):
        return Grade.OWN
    return Grade.CALL


def types(pursuit: Pursuit, call: Invoke, verdict: Verdict) -> tuple[str, ...]:
    """What a call may raise."""
    callee = call.callee
    raises = callee.raises if verdict.raises is None else verdict.raises
    made = pursuit.analysis.closures.get(callee.path) if callee.path is not None else None
    summaries = pursuit.context.summaries
    if not raises or (made is not None and not _raises(made, summaries)):
        return ()
    types = callee.types or (ExceptionTypes.UNKNOWN,)
    if (
        callee.target is not None
        and summaries is not None
        and not call.awaited
        and summaries.is_coroutine(callee.target, callee.near)
    ):
        return ()
    if callee.target is not None and callee.near and pursuit.context.summaries is not None and callee.acquire is None:
        return pursuit.context.summaries.may_raise(callee.target)
    return tuple(dict.fromkeys((*types, ExceptionTypes.CANCELLED))) if call.awaited else types


def _raises(made: Close, summaries: Summaries | None) -> bool:
    """Whether calling a closure may raise."""
    return made.raises or summaries is None or any(summaries.may_raise(target) for target in made.targets)


def never_returns(pursuit: Pursuit, call: Invoke) -> bool:
    """Whether a project function never gives control back."""
    summaries, target = pursuit.context.summaries, call.callee.target
    return target is not None and call.callee.near and summaries is not None and not summaries.returns(target)
